"""Predictions and tasks in a lesson's source: sealed in the lesson, filled in in its twin.

prediction = 40  ### PREDICT: how many bytes of key_block?      the source, tag `prediction`
prediction = ...  # how many bytes of key_block?                notebooks/
prediction = 40  # how many bytes of key_block?                 solutions/lessons/
"""

from __future__ import annotations

import ast
import copy
import posixpath
import re
from typing import Any, NamedTuple

import nbformat
from lesson_answers import TASK, BuildError, stubbed, tags, unmarked

PREDICTION = "prediction"
PREDICT = "### PREDICT: "
PREDICT_LIKE = re.compile(r"#\s*predict\w*\s*:|##\s*predict", re.IGNORECASE)
REVEAL = re.compile(r"^reveal\(", re.MULTILINE)
FOLDED = "# Once you have predicted, run this cell (or open it).\n"
"""First line of a reveal: it names the usual wrong values, so Lab shows no more than this line."""
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|[/#])[^)\s]+")


class Prediction(NamedTuple):
    """One line of a source: a name, the right value as Python text, and the question."""

    name: str
    value: str
    question: str

    @classmethod
    def of(cls, line: str) -> Prediction | None:
        """Return the prediction that a line holds, None for a line without a marker.

        Raises: ValueError with what is wrong about it.
        """
        if not PREDICT_LIKE.search(line):
            return None
        code, marker, question = line.rpartition(PREDICT)
        if not marker or not question.strip():
            raise ValueError(f"{line.strip()!r} does not end in {PREDICT!r} and a question")
        try:
            (statement,) = ast.parse(code).body
        except (SyntaxError, ValueError):
            statement = None
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case _:
                raise ValueError(f"{line.strip()!r} is not `name = value` on one line")
        if isinstance(value, ast.Constant) and value.value is ...:
            raise ValueError(f"{line.strip()!r} has no value to be filled in")
        return cls(name, ast.unparse(value), question.strip())


def predictions(source: str) -> list[Prediction]:
    """Return the predictions of a cell's source."""
    return [found for line in source.splitlines() if (found := Prediction.of(line))]


def check_predictions(at: str, cell: Any) -> None:
    """Raise BuildError unless predictions stand in cells with the tag, spelt as they should be.

    A marker spelt almost right is refused too: the prediction beside it would reach the reader.
    """
    tagged = PREDICTION in tags(cell)
    if cell.cell_type != "code":
        if tagged:
            raise BuildError(f"{at}: the tag {PREDICTION!r} is for code cells alone")
        return
    if REVEAL.search(cell.source) and not cell.source.startswith("reveal("):
        raise BuildError(f"{at}: a cell with a reveal begins with `reveal(`")
    try:
        found = predictions(cell.source)
    except ValueError as error:
        raise BuildError(f"{at}: {error}") from None
    if found and not tagged:
        raise BuildError(f"{at}: {PREDICT.strip()} in a cell without the tag {PREDICTION!r}")
    if tagged and not found:
        raise BuildError(f"{at}: the tag {PREDICTION!r}, but no {PREDICT.strip()}")


def sealed(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the lesson: `...` for each prediction, a stub for each task, reveals folded."""
    lesson = with_values(notebook, lambda prediction: "...", stubbed)
    for cell in lesson.cells:
        if cell.cell_type == "code" and cell.source.startswith(FOLDED):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return lesson


def predicted(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the lesson's twin: predictions and tasks filled in, links as from its folder."""
    twin = with_values(notebook, lambda prediction: prediction.value, unmarked)
    for cell in twin.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(from_twin, cell.source)
    return twin


def with_values(notebook: nbformat.NotebookNode, value: Any, task: Any) -> nbformat.NotebookNode:
    """Return a copy in which each prediction is `name = value  # question`, and tasks changed."""
    filled = copy.deepcopy(notebook)
    for cell in filled.cells:
        if cell.cell_type == "code" and REVEAL.search(cell.source):
            cell.source = FOLDED + cell.source
        if TASK in tags(cell):
            cell.source = task(cell.source)
        if PREDICTION in tags(cell):
            lines = [(line, Prediction.of(line)) for line in cell.source.splitlines()]
            cell.source = "\n".join(
                f"{found.name} = {value(found)}  # {found.question}" if found else line
                for line, found in lines
            )
    return filled


def from_twin(link: re.Match[str]) -> str:
    """Return a link of a lesson as it reads from the folder of its twin."""
    return posixpath.relpath(posixpath.join("notebooks", link[0]), "solutions/lessons")
