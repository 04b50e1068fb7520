"""A class's submissions, as nbgrader lays them out: SUBMISSIONS/<student>/<assignment>/<notebook>.

Whatever stands there is taken for hostile: nothing in it is followed out of a student's folder,
run, or read without a limit, and what can't be graded is said in words.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlskit.grade.rows import Status

LARGEST_NOTEBOOK = 20 << 20
MOST_CELLS = 2000
MOST_CODE = 1 << 19
"""Bytes of code in all cells together, as JSON; it goes into the sandbox as one message."""
PYTHON = "python"


class NotGraded(Exception):
    """A submission that can't be graded; carries the status of its rows, and why in words."""

    def __init__(self, status: Status, why: str) -> None:
        """Keep both."""
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Found:
    """What was found of a student.

    Args:
        notebook: its bytes; None if there is none to be graded.
        status, why: the reason for that.
        notes: what the instructor should know of it.
    """

    student: str
    notebook: bytes | None
    status: Status = Status.GRADED
    why: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook.

    Args:
        name: nbgrader's id, or the cell's own.
        locked: whether it was given, and not to be changed.
    """

    name: str
    is_code: bool
    source: str
    locked: bool = False


def students(folder: Path, assignment: str) -> list[str]:
    """Return the names of the folders that students have, as the file system has them."""
    found = [entry for entry in os.scandir(folder) if entry.is_dir() or entry.is_symlink()]
    names = sorted(entry.name for entry in found)
    return [name for name in names if name[0] != "." or (folder / name / assignment).is_dir()]


def shown(name: str) -> str:
    """Return a folder's name as a text that can be written anywhere."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def find(folder: Path, student: str, assignment: str) -> Found:
    """Return what a student handed in; never raises for what she did."""
    notes: list[str] = []
    try:
        path = notebook_of(folder, student, assignment, notes)
        return Found(shown(student), content(path), notes=tuple(notes))
    except NotGraded as refused:
        return Found(shown(student), None, refused.status, str(refused), tuple(notes))
    except (OSError, ValueError) as error:
        why = f"the submission can't be read: {getattr(error, 'strerror', None) or error}"
        return Found(shown(student), None, Status.REFUSED, why, tuple(notes))


def notebook_of(folder: Path, student: str, assignment: str, notes: list[str]) -> Path:
    """Return the path of a student's notebook.

    Raises: NotGraded.
    """
    own = folder / student
    place = own / assignment
    for path in (own, place):
        if path.is_symlink():
            raise NotGraded(Status.REFUSED, f"{path.name} is a link, and no folder of the student")
    if not place.is_dir():
        raise NotGraded(Status.MISSING, f"there is no folder {assignment}")
    names = sorted(one.name for one in os.scandir(place) if one.name.endswith(".ipynb"))
    wanted = f"{assignment}.ipynb"
    if not names:
        raise NotGraded(Status.MISSING, f"there is no notebook in the folder {assignment}")
    if wanted in names:
        if len(names) > 1:
            notes.append(f"{len(names)} notebooks were handed in; {wanted} was graded")
        return place / wanted
    if len(names) > 1:
        why = f"there are {len(names)} notebooks, and none of them is {wanted}"
        raise NotGraded(Status.REFUSED, why)
    notes.append(f"the notebook is called {shown(names[0])}, not {wanted}")
    return place / names[0]


def content(path: Path) -> bytes:
    """Return the bytes of a notebook.

    Raises: NotGraded if it is no ordinary file, or too large.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotGraded(Status.REFUSED, "the notebook is a link or a device, and no file")
    with open(os.open(path, os.O_RDONLY | NOT_THROUGH), "rb") as file:
        found = file.read(LARGEST_NOTEBOOK + 1)
    if len(found) > LARGEST_NOTEBOOK:
        why = f"the notebook has more than {LARGEST_NOTEBOOK >> 20} MB: clear its outputs"
        raise NotGraded(Status.REFUSED, why)
    return found


NOT_THROUGH = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
"""Don't follow a link, nor wait for a writer."""


def cells_of(notebook: bytes) -> list[Cell]:
    """Return the cells of a notebook.

    Raises: NotGraded for what is no Python notebook.
    """
    if not notebook.strip():
        raise NotGraded(Status.REFUSED, "the notebook is empty")
    try:
        tree = json.loads(notebook.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        what = "not even JSON" if not isinstance(error, RecursionError) else "nested without end"
        raise NotGraded(Status.REFUSED, f"the file is no notebook: {what}") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("cells"), list):
        older = isinstance(tree, dict) and "worksheets" in tree
        why = "the notebook has the format of before 2015: open it in JupyterLab and save it"
        raise NotGraded(
            Status.REFUSED, why if older else "the file is no notebook: it has no cells"
        )
    require_python(tree.get("metadata"))
    found = [cell(one) for one in tree["cells"][: MOST_CELLS + 1]]
    code = sum(len(json.dumps(one.source)) for one in found if one.is_code)
    if len(found) > MOST_CELLS:
        raise NotGraded(Status.REFUSED, f"the notebook has more than {MOST_CELLS} cells")
    if code > MOST_CODE:
        raise NotGraded(Status.REFUSED, f"the notebook has more than {MOST_CODE >> 10} KB of code")
    return found


def require_python(metadata: Any) -> None:
    """Refuse a notebook of another language.

    Raises: NotGraded.
    """
    kernel = part(metadata, "kernelspec")
    languages = [part(metadata, "language_info").get("name"), kernel.get("language")]
    said = [one for one in languages if isinstance(one, str) and one]
    if not said and isinstance(kernel.get("name"), str):
        said = [kernel["name"]]
    for one in said:
        if not one.lower().startswith((PYTHON, "ipython")):
            raise NotGraded(Status.REFUSED, f"the notebook is not in Python, but in {one[:60]!r}")


def part(tree: Any, name: str) -> dict[str, Any]:
    """Return a dict in a dict, an empty one if there is none."""
    found = tree.get(name) if isinstance(tree, dict) else None
    return found if isinstance(found, dict) else {}


def cell(tree: Any) -> Cell:
    """Return a cell; what it lacks is empty."""
    if not isinstance(tree, dict):
        raise NotGraded(Status.REFUSED, "the file is no notebook: a cell of it is no cell")
    source = tree.get("source", "")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise NotGraded(Status.REFUSED, "the file is no notebook: a cell's source is no text")
    marks = part(part(tree, "metadata"), "nbgrader")
    name = marks.get("grade_id", tree.get("id", ""))
    is_code = tree.get("cell_type") == "code"
    return Cell(
        name if isinstance(name, str) else "", is_code, "".join(lines), bool(marks.get("locked"))
    )
