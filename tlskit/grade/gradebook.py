"""Results into nbgrader's database, so that its export, its formgrader and an LMS see them."""

import importlib
import os
import shutil
import sysconfig
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tlskit.exercises.task import Assignment
from tlskit.grade.rows import Result, Row, Status

COURSE = Path(__file__).resolve().parents[2]


class GradebookError(ValueError):
    """Results that could not be loaded; the message is one line that says what to do."""


def load(results: Sequence[Result], assignment: Assignment, url: str) -> int:
    """Put results into the database at a URL, "sqlite:///grading/gradebook.db"; return how many.

    Points that a person gave stay. Loading the same again changes nothing.

    Raises: GradebookError where there is no nbgrader, or no database can be opened or written.
    """
    api = nbgrader_api()
    errors = importlib.import_module("sqlalchemy.exc")
    try:
        with quiet(errors.SAWarning), with_alembic(), api.Gradebook(url) as book:
            ensure(book, api, assignment, url)
            for result in results:
                enter(book, api, result, assignment)
            book.db.commit()
    except errors.OperationalError as error:
        hint = "does its folder exist? else, keep a copy of it and run `nbgrader db upgrade`"
        raise GradebookError(f"{url}: {error.orig}; {hint}") from None
    except errors.SQLAlchemyError as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise GradebookError(f"{url}: {first}") from None
    return len(results)


def nbgrader_api() -> Any:
    """Return nbgrader's own interface to its database."""
    try:
        return importlib.import_module("nbgrader.api")
    except ModuleNotFoundError:
        raise GradebookError(
            "nbgrader is not installed in this environment; `python3 course.py setup --dev` makes "
            ".venv-dev, which has it"
        ) from None


@contextmanager
def quiet(kind: type[Warning]) -> Iterator[None]:
    """Leave out warnings about how nbgrader uses its database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kind)
        yield


@contextmanager
def with_alembic() -> Iterator[None]:
    """Let nbgrader find the program that it asks for the version of a new database."""
    before = os.environ.get("PATH", "")
    if shutil.which("alembic") is None:
        os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def ensure(book: Any, api: Any, assignment: Assignment, url: str) -> None:
    """See that the assignment is there with its cells, as `nbgrader generate_assignment` makes it.

    That command fails later, and deletes the release, if it finds other cells than it would make.
    What is there already keeps its place, with the points of today.
    """
    name = assignment.name
    book.update_or_create_assignment(name)
    try:
        book.find_notebook(name, name)
    except api.MissingEntry:
        book.add_notebook(name, name)
        enter_cells(name, url)
    for task in assignment.tasks:
        told = {"max_score": task.points, "cell_type": "code"}
        book.update_or_create_grade_cell(f"points-{task.name}", name, name, **told)
    for one in assignment.explanations:
        told = {"max_score": one.points, "cell_type": "markdown"}
        book.update_or_create_grade_cell(one.name, name, name, **told)
        book.update_or_create_solution_cell(one.name, name, name)


def enter_cells(name: str, url: str) -> None:
    """Enter all cells of the notebook that students get, by nbgrader's own step, if it is here."""
    path = COURSE / "exercises" / name / f"{name}.ipynb"
    if path.exists():
        notebook = importlib.import_module("nbformat").read(path, as_version=4)
        save = importlib.import_module("nbgrader.preprocessors").SaveCells()
        place = {"notebook": name, "assignment": name, "db_url": url}
        save.preprocess(notebook, {"nbgrader": place})


def enter(book: Any, api: Any, result: Result, assignment: Assignment) -> None:
    """Put one student's points into the open database."""
    name, student = assignment.name, storable(result.student)
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(name, student)
    notebook = next(one for one in submission.notebooks if one.name == name)
    cells = {cell.name: cell for cell in book.find_notebook(name, name).grade_cells}
    grades = {grade.cell.name: grade for grade in notebook.grades}
    words = {one.name for one in assignment.explanations}
    for row in result.rows:
        cell = row.task if row.task in words else f"points-{row.task}"
        if cell not in cells:
            continue
        if cell not in grades:  # handed in before this cell was there
            grades[cell] = api.Grade(cell_id=cells[cell].id, notebook=notebook)
            book.db.add(grades[cell])
        give(grades[cell], row)


def give(grade: Any, row: Row) -> None:
    """Put a row's points into a grade; a person's stay, and are wanted where there are none."""
    grade.auto_score = None if row.points is None else min(row.points, row.max_points)
    grade.needs_manual_grade = row.status is Status.MANUAL and grade.manual_score is None


def storable(student: str) -> str:
    """Return a student's name as a database can hold it: a folder's may be no text."""
    return student.encode("utf-8", "backslashreplace").decode()
