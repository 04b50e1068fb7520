"""Build the notebooks from their one text source (jupytext, py:percent).

    lessons/NN_name.py          -> notebooks/NN_name.ipynb           predictions sealed
                                   solutions/lessons/NN_name.ipynb   filled in, if it has any
    lessons/NN_name_exercise.py -> exercises/NN_name/NN_name.ipynb   what the learner fills in
                                   solutions/NN_name/NN_name.ipynb   the same, answered

Without an option the notebooks are written; outputs stay while no code cell changed, else the
notebook is executed. `--check` writes nothing and exits 1 if a notebook differs from its source;
`--execute` executes them all anew; `--only NAME` takes one source. A source that cannot be built is
one line and exit 2.

In an exercise a cell with the tag `solution` holds the answer between `### BEGIN SOLUTION` and
`### END SOLUTION`; the learner finds `raise NotImplementedError` there. `lesson_grading` says how
points and questions are written. In a lesson a cell with the tag
`prediction` holds lines such as `prediction = 40  ### PREDICT: how many bytes?`; the reader finds
`prediction = ...  # how many bytes?`. A cell with the tag `task` is written like a `solution`: a
stub in notebooks/, the answer in the twin. A cell's id comes from the lesson and the cell's
position, or from `id="..."` beside its `# %%`.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from lesson_answers import (
    CELL_ID,
    SOLUTION,
    TASK,
    BuildError,
    check_markers,
    tags,
)
from lesson_glossary import GLOSSARY, link_terms, terms
from lesson_grading import gradable, released
from lesson_predictions import PREDICTION, check_predictions, predicted, sealed

ROOT = Path(__file__).resolve().parents[1]
SOURCE_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
JUPYTEXT_NOISE = ("lines_to_next_cell", "lines_to_end_of_cell_marker")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


@dataclass(frozen=True)
class Target:
    """One notebook to be: where it belongs, its cells, and whether it is stored executed."""

    path: Path
    notebook: nbformat.NotebookNode
    executed: bool


# ---------------------------------------------------------------- from a source to its notebooks


def targets(root: Path, only: str = "") -> list[Target]:
    """Return every notebook that the sources (or the one named) make, in order of their names."""
    chosen = [source for source in sources(root) if only in ("", source.stem)]
    if not chosen:
        raise BuildError(f"lessons/{only}.py: there is no such source")
    return [target for source in chosen for target in built(root, source)]


def sources(root: Path) -> list[Path]:
    """Return the lesson sources; BuildError if there is none."""
    found = sorted((root / "lessons").glob("*.py"))
    if not found:
        raise BuildError(f"{root / 'lessons'}: no lesson source (NN_name.py) here")
    return found


def built(root: Path, source: Path) -> list[Target]:
    """Return a lesson and, if it has predictions, its filled twin; or exercise and solution."""
    name, where = source.stem, source.relative_to(root).as_posix()
    if not SOURCE_NAME.fullmatch(name):
        raise BuildError(f"{where}: a source is called NN_name.py, all in small letters")
    notebook = read_source(source, where)
    if not name.endswith("_exercise"):
        if name != GLOSSARY:
            link_terms(notebook, terms(root))
        for at, cell in located(notebook, where):
            if SOLUTION in tags(cell) or {"grade", "explain", "points"} & cell.metadata.keys():
                raise BuildError(f"{at}: an answer with points belongs in a NN_name_exercise.py")
        lesson = Target(Path("notebooks", f"{name}.ipynb"), sealed(notebook), executed=True)
        twin = Path("solutions", "lessons", f"{name}.ipynb")
        if not any({PREDICTION, TASK} & tags(cell) for cell in notebook.cells):
            return [lesson]
        return [lesson, Target(twin, predicted(notebook), executed=True)]
    for at, cell in located(notebook, where):
        if wrong := {PREDICTION, TASK} & tags(cell):
            raise BuildError(f"{at}: the tag {min(wrong)} belongs in a lesson, NN_name.py")
    name, graded = name.removesuffix("_exercise"), gradable(notebook, where)
    return [
        Target(Path("exercises", name, f"{name}.ipynb"), released(graded), executed=False),
        Target(Path("solutions", name, f"{name}.ipynb"), graded, executed=True),
    ]


def read_source(source: Path, where: str) -> nbformat.NotebookNode:
    """Return the source's cells with their ids; BuildError for the first thing that is wrong."""
    try:
        notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    except Exception as error:  # jupytext names no exception of its own: YAML, unicode, syntax
        raise BuildError(f"{where}: cannot be read: {one_line(error)}") from error
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata.pop("jupytext", None)
    notebook.metadata.update(copy.deepcopy(NOTEBOOK_METADATA))
    where_used: dict[str, str] = {}
    for number, (at, cell) in enumerate(located(notebook, where), 1):
        if "incorrectly_encoded_metadata" in cell.metadata:
            raise BuildError(f"{at}: metadata that is no list of key=value: {cell.metadata}")
        if cell.cell_type == "raw":  # also what jupytext makes of a header it cannot read
            raise BuildError(f"{at}: a raw cell, or a header that is no YAML")
        for noise in JUPYTEXT_NOISE:
            cell.metadata.pop(noise, None)
        cell.id = cell.metadata.pop("id", f"{source.stem.replace('_', '-')}-{number:02d}")
        if not (isinstance(cell.id, str) and CELL_ID.fullmatch(cell.id)):
            raise BuildError(f"{at}: id {cell.id!r} is not 1 to 64 of A-Z a-z 0-9 _ -")
        if cell.id in where_used:
            raise BuildError(f"{at}: has the id {cell.id!r} of {where_used[cell.id]}")
        where_used[cell.id] = at.rpartition(": ")[2]
        check_markers(at, cell)
        check_predictions(at, cell)
        if cell.cell_type == "code":
            check_syntax(at, cell.source)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:  # tags="x" in place of tags=["x"]
        raise BuildError(f"{where}: {one_line(error)}") from error
    return notebook


def located(notebook: nbformat.NotebookNode, where: str) -> Iterator[tuple[str, Any]]:
    """Yield each cell with the words that tell an author where it stands."""
    for number, cell in enumerate(notebook.cells, 1):
        yield f"{where}: cell {number}", cell


def check_syntax(at: str, source: str) -> None:
    """Raise BuildError if IPython could not even parse the cell (magics are allowed)."""
    try:
        python = TransformerManager().transform_cell(source)
        compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError) as error:
        raise BuildError(f"{at}: does not parse: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """Return an exception's kind and first line."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


# ---------------------------------------------------------------- against what is stored


def text_of(notebook: nbformat.NotebookNode) -> str:
    """Return the notebook's file: indent 1, sorted keys, no escapes, one newline at the end."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def drift(root: Path) -> list[str]:
    """Return one line for each notebook that is not what its source makes; outputs don't count."""
    expected = {target.path: target for target in targets(root)}
    found = [difference(root, target) for target in expected.values()]
    return [line for line in found if line] + orphans(root, set(expected))


def difference(root: Path, target: Target) -> str:
    """Return where the stored notebook first differs from its source, or ""."""
    where = target.path.as_posix()
    try:
        text = (root / target.path).read_text(encoding="utf-8")
        stored = json.loads(text)
        stored_cells = [comparable(cell, target.executed) for cell in stored["cells"]]
    except FileNotFoundError:
        return f"{where}: missing"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"{where}: is no notebook: {one_line(error)}"
    wanted = json.loads(text_of(target.notebook))
    wanted_cells = [comparable(cell, target.executed) for cell in wanted["cells"]]
    for number, (has, wants) in enumerate(zip(stored_cells, wanted_cells, strict=False), 1):
        for key in sorted(has.keys() | wants.keys()):
            if has.get(key) != wants.get(key):
                return f"{where}: cell {number} ({wants['id']}): its {key} differs from the source"
    if len(stored_cells) != len(wanted_cells):
        return f"{where}: {len(stored_cells)} cells, the source makes {len(wanted_cells)}"
    for key in sorted((stored.keys() | wanted.keys()) - {"cells"}):
        if stored.get(key) != wanted.get(key):
            return f"{where}: the notebook's {key} differs from the source"
    if text != json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n":
        return f"{where}: saved by another program: not in the form that is built here"
    return ""


def comparable(cell: dict[str, Any], executed: bool) -> dict[str, Any]:
    """Return a stored cell without what executing adds."""
    added = {"outputs", "execution_count"} if executed else set()
    return {key: value for key, value in cell.items() if key not in added}


def orphans(root: Path, expected: set[Path]) -> list[str]:
    """Return a line for each notebook that no source makes."""
    patterns = ("notebooks/*.ipynb", "exercises/*/*.ipynb", "solutions/*/*.ipynb")
    found = sorted(path.relative_to(root) for glob in patterns for path in root.glob(glob))
    return [f"{path.as_posix()}: no source makes it" for path in found if path not in expected]


def kept_outputs(target: Target, root: Path) -> bool:
    """Take over the stored outputs if every code cell is as it was when it was executed."""
    try:
        stored = nbformat.read(root / target.path, as_version=4)
    except Exception:  # missing or damaged: it is written anew
        return False
    cells = [cell for cell in target.notebook.cells if cell.cell_type == "code"]
    before = [cell for cell in stored.cells if cell.cell_type == "code"]
    if [cell.source for cell in cells] != [cell.source for cell in before]:
        return False
    if any(cell.source.strip() and not cell.execution_count for cell in before):
        return False
    for cell, old in zip(cells, before, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    return True


def build(root: Path, execute_all: bool = False, only: str = "") -> int:
    """Write every notebook, execute those that need it, say what was done; 1 if one failed."""
    from execute_notebooks import ExecutionError, execute

    failed, made = 0, targets(root, only)
    for target in made:
        path, done = root / target.path, "as it was"
        path.parent.mkdir(parents=True, exist_ok=True)
        if target.executed and (execute_all or not kept_outputs(target, root)):
            try:
                execute(target.notebook, path.parent, root)
            except ExecutionError as error:
                print(f"{target.path.as_posix()}: {error}", file=sys.stderr)
                failed = 1
                continue
            done = "executed"
        text = text_of(target.notebook)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            done = "executed" if done == "executed" else "written"
        print(f"{target.path.as_posix()}: {done}")
    for line in orphans(root, {target.path for target in made}) if not only else ():
        print(f"{line}: remove it", file=sys.stderr)
        failed = 1
    return failed


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="build_lessons.py", description=__doc__.split("\n")[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="write nothing; exit 1 on a difference")
    mode.add_argument("--execute", action="store_true", help="execute every notebook anew")
    parser.add_argument("--only", metavar="NAME", default="", help="build lessons/NAME.py alone")
    parser.add_argument("--root", type=Path, default=ROOT, help="the course's folder")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            return build(options.root.resolve(), options.execute, options.only)
        lines = drift(options.root.resolve())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print("run: python3 course.py build", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
