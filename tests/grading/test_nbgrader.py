"""The course is a proper nbgrader course: release, autograde, feedback and export, in a copy.

nbgrader runs in this process, by its Python API; its command line takes ten times as long.
"""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest

from tlskit.exercises import assignments
from tlskit.grade.gradebook import load, with_alembic
from tlskit.grade.rows import Result, Row, Status

pytest.importorskip("nbgrader")
ROOT = Path(__file__).resolve().parents[2]
EXERCISES = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.name[0].isdigit())
FIRST, LAST = EXERCISES[0], EXERCISES[-1]
GRADED, MANUAL = Status.GRADED, Status.MANUAL
HALF = """
def my_master_secret(prf, pre_master_secret, client_random, server_random):
    if len(pre_master_secret) == 48:
        return bytes(48)
    return prf(pre_master_secret, b"master secret", client_random + server_random, 48)
"""
FORGED = """
get_ipython().input_transformers_post.append(
    lambda lines: ["1.0\\n" if "points(report)" in line else line for line in lines]
)
"""

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader's own, and SQLAlchemy's about it


def first_answer(source: str) -> Callable[[Path], None]:
    """Return what puts a source in the place of a notebook's first answer."""

    def change(path: Path) -> None:
        notebook = nbformat.read(path, as_version=4)
        answer = next(
            cell for cell in notebook.cells if "solution" in cell.metadata.get("tags", ())
        )
        answer.source = source
        nbformat.write(notebook, path)

    return change


def marked(student: str) -> Result:
    """A result of our own grading: everything right, the answers in words to be read."""
    known = assignments()[FIRST]
    rows = [Row(student, one.name, one.points, one.points, "", GRADED) for one in known.tasks]
    rows += [Row(student, one.name, None, one.points, "", MANUAL) for one in known.explanations]
    return Result(student, FIRST, "0" * 64, tuple(rows))


class Course:
    """A copy of the course folder, as far as nbgrader sees it."""

    def __init__(self, folder: Path) -> None:
        for name in EXERCISES:
            shutil.copytree(ROOT / "solutions" / name, folder / "solutions" / name)
            shutil.copytree(ROOT / "exercises" / name, folder / "built" / name)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import PyFileConfigLoader

        self.folder = folder
        self.config = PyFileConfigLoader(str(folder / "nbgrader_config.py")).load_config()
        directory = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(directory, config=self.config, log_level="ERROR")

    def done(self, said: dict) -> None:
        assert said["success"], said.get("error") or said["log"]

    def submit(
        self, student: str, name: str, source: str, change: Callable[[Path], None] | None = None
    ) -> None:
        """Hand in a notebook of `exercises` or `solutions`, changed; autograde, feedback."""
        there = self.folder / "grading/submitted" / student / name
        there.mkdir(parents=True)
        shutil.copy(ROOT / source / name / f"{name}.ipynb", there)
        if change:
            change(there / f"{name}.ipynb")
        self.done(self.api.autograde(name, student))
        self.done(self.api.generate_feedback(name, student))

    def mark(self, student: str, name: str) -> dict:
        return self.api.get_submission(name, student)

    def feedback(self, student: str, name: str) -> str:
        path = self.folder / "grading/feedback" / student / name / f"{name}.html"
        return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Iterator[Course]:
    """Everything released; the first and the last exercise handed in and graded.

    Our results are in the database before the release: nbgrader has to find the cells it makes.
    """
    folder = tmp_path_factory.mktemp("course")
    with chdir(folder), with_alembic():
        made = Course(folder)
        load([marked("early")], assignments()[FIRST], made.config.CourseDirectory.db_url)
        for name in EXERCISES:
            made.done(made.api.generate_assignment(name))
        for name in dict.fromkeys((FIRST, LAST)):
            made.submit("untouched", name, "exercises")
            made.submit("right", name, "solutions")
        made.submit("half", FIRST, "exercises", first_answer(HALF))
        made.submit("forger", FIRST, "exercises", first_answer(FORGED))
        yield made


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("name", EXERCISES)
def test_generate_assignment_and_our_builder_give_the_same_cells(course, name):
    made, built = (course.folder / one / name / f"{name}.ipynb" for one in ("exercises", "built"))
    assert cells(made) == cells(built)


@pytest.mark.parametrize("name", dict.fromkeys((FIRST, LAST)))
def test_the_untouched_release_gets_nothing_and_waits_for_nobody(course, name):
    mark = course.mark("untouched", name)
    assert (mark["score"], mark["needs_manual_grade"]) == (0, False)
    assert mark["max_score"] == assignments()[name].max_points


@pytest.mark.parametrize("name", dict.fromkeys((FIRST, LAST)))
def test_the_solution_gets_all_but_what_a_person_gives(course, name):
    mark = course.mark("right", name)
    assert mark["code_score"] == mark["max_code_score"] == mark["score"]
    assert mark["max_code_score"] == sum(task.points for task in assignments()[name].tasks)
    assert mark["needs_manual_grade"] is True


def test_half_an_answer_gets_half_of_its_points(course):
    assert course.mark("half", FIRST)["score"] == 2


def test_its_marks_can_be_forged_as_the_instructors_page_says(course):
    assert course.mark("forger", FIRST)["score"] > 0  # and nothing was written


def test_feedback_is_written(course):
    page = course.feedback("half", FIRST)
    assert "Score: 2.0 / 4.0" in page
    assert "SHA-256" in page


def test_export_writes_a_row_for_each_student(course):
    from nbgrader.plugins.export import CsvExportPlugin

    with course.api.gradebook as gradebook:
        CsvExportPlugin(to=str(course.folder / "grades.csv")).export(gradebook)
    with (course.folder / "grades.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == FIRST]
    score = {row["student_id"]: float(row["score"]) for row in rows}
    assert (score["untouched"], score["half"]) == (0, 2)
    assert score["right"] == sum(task.points for task in assignments()[FIRST].tasks)


def test_results_of_our_grading_join_those_that_are_there_and_formgrader_lists_them(course):
    load([marked("marked")], assignments()[FIRST], course.config.CourseDirectory.db_url)
    grading = course.folder / "grading"
    shutil.copytree(grading / "submitted/right", grading / "submitted/marked")
    shutil.copytree(grading / "submitted/marked", grading / "autograded/marked")  # as docs say
    (mark,) = [one for one in course.api.get_submissions(FIRST) if one["student"] == "marked"]
    assert mark["score"] == course.mark("right", FIRST)["score"]
    assert (mark["autograded"], mark["needs_manual_grade"]) == (True, True)


@pytest.mark.parametrize("name", EXERCISES)
def test_what_a_notebook_grades_is_what_its_assignment_asks_for(name):
    known = assignments()[name]
    wanted = {f"points-{task.name}": task.points for task in known.tasks}
    wanted |= {one.name: one.points for one in known.explanations}
    told = [cell["metadata"].get("nbgrader", {}) for cell in solution(name)]
    assert {one["grade_id"]: one["points"] for one in told if one.get("grade")} == wanted


@pytest.mark.parametrize("name", EXERCISES)
def test_each_points_cell_of_a_solution_shows_all_points_and_no_word_beside_it(name):
    for cell in solution(name):
        told = cell["metadata"].get("nbgrader", {})
        if told.get("grade") and cell["cell_type"] == "code":
            (output,) = cell["outputs"]
            shown = float("".join(output["data"]["text/plain"]))
            assert (told["grade_id"], shown) == (told["grade_id"], told["points"])


def solution(name: str) -> list[dict]:
    return cells(ROOT / "solutions" / name / f"{name}.ipynb")
