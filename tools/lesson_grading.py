"""The cells of an exercise as nbgrader knows them: answers, points, questions to be read.

In a source `# %% grade="my_sum" points=3` marks the cell whose value is what `my_sum` earned, and
`# %% [markdown] explain="explain-sum" points=2` an answer in words that a person marks: what stands
there is the model answer and what to look for, and is for the instructor only. All other code
cells but answers are locked.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import nbformat
from lesson_answers import CELL_ID, SOLUTION, STUB, BuildError, tags
from nbconvert.preprocessors import ClearOutputPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

TEXT_STUB = "*Your answer, in your own words:*"
CONFIG = Config(ClearSolutions={"code_stub": {"python": STUB}, "text_stub": TEXT_STUB})
"""The same stands in nbgrader_config.py."""
AS_NBGRADER_DOES = (
    *(LockCells, ClearSolutions, ClearOutputPreprocessor, CheckCellMetadata),
    *(ComputeChecksums, ClearHiddenTests, ClearMarkScheme, ComputeChecksums),
)
POINTS_CELL = "points(report)"
FUNCTION = re.compile(r"^def (\w+)\(", re.MULTILINE)


def gradable(notebook: nbformat.NotebookNode, where: str) -> nbformat.NotebookNode:
    """Return a copy with nbgrader's metadata; BuildError for what it could not grade."""
    graded = copy.deepcopy(notebook)
    taken: set[str] = set()
    for number, cell in enumerate(graded.cells, 1):
        at = f"{where}: cell {number}"
        kind = kind_of(at, cell)
        if kind is None:
            continue
        name = kind.pop("grade_id")
        if not (isinstance(name, str) and CELL_ID.fullmatch(name)):
            raise BuildError(f"{at}: {name!r} is not 1 to 64 of A-Z a-z 0-9 _ -")
        if name in taken:
            raise BuildError(f"{at}: {name} is there twice")
        taken.add(name)
        cell.id = name
        known = {"schema_version": 3, "grade_id": name, "cell_type": cell.cell_type, "task": False}
        cell.metadata["nbgrader"] = nbformat.from_dict(known | kind)
    return graded


def kind_of(at: str, cell: Any) -> dict[str, Any] | None:
    """Return what nbgrader is told about a cell, None for prose."""
    grade, explain = cell.metadata.pop("grade", None), cell.metadata.pop("explain", None)
    points = cell.metadata.pop("points", None)
    if (points is None) != (grade is None and explain is None):
        raise BuildError(f"{at}: points belong to grade=... or explain=..., and these need points")
    if grade is not None and explain is not None:
        raise BuildError(f"{at}: grade=... or explain=..., not both")
    if points is not None and not (type(points) in (int, float) and points > 0):
        raise BuildError(f"{at}: points are a number above 0, not {points!r}")
    if explain is not None:
        if cell.cell_type != "markdown":
            raise BuildError(f"{at}: explain=... is for a [markdown] cell")
        marks = {"grade": True, "solution": True, "locked": False, "points": points}
        return {"grade_id": explain, **marks}
    if cell.cell_type != "code":
        if grade is not None:
            raise BuildError(f"{at}: grade=... is for a code cell")
        return None
    if SOLUTION in tags(cell):
        names = FUNCTION.findall(cell.source)
        if not names:
            raise BuildError(f"{at}: an answer defines a function")
        return {"grade_id": names[0], "grade": False, "solution": True, "locked": False}
    if grade is not None:
        if cell.source.splitlines()[-1] != POINTS_CELL:
            raise BuildError(f"{at}: its last line is {POINTS_CELL}")
        marks = {"grade": True, "solution": False, "locked": True, "points": points}
        return {"grade_id": f"points-{grade}", **marks}
    return {"grade_id": cell.id, "grade": False, "solution": False, "locked": True}


def released(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return what a learner gets, by the steps of `nbgrader generate_assignment`."""
    exercise, resources = copy.deepcopy(notebook), {}
    for step in AS_NBGRADER_DOES:
        exercise, resources = step(config=CONFIG).preprocess(exercise, resources)
    return exercise
