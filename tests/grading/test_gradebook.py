"""Results in nbgrader's database: points, what a person has to give, and nothing twice."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tlskit.exercises import assignment
from tlskit.grade import gradebook
from tlskit.grade.gradebook import GradebookError, load
from tlskit.grade.rows import Result, Row, Status

api = pytest.importorskip("nbgrader.api")

FIRST = assignment("00_first_step")
SECRET, WHY = (task.name for task in FIRST.tasks)
MASTER, REPLAY = (one.name for one in FIRST.explanations)


def result(student: str, points: float = 2.0) -> Result:
    """A result with an answer to be read, and one that is empty."""
    rows = (
        Row(student, SECRET, points, 4.0, "Swapped.", Status.GRADED),
        Row(student, WHY, 0.0, 1.0, "It took too long.", Status.TIMEOUT),
        Row(student, MASTER, None, 2.0, "", Status.MANUAL),
        Row(student, REPLAY, 0.0, 2.0, "Nothing was written here.", Status.NOT_WRITTEN),
    )
    return Result(student, FIRST.name, "0" * 64, rows)


@pytest.fixture(scope="module")
def new(tmp_path_factory) -> Path:
    """A database as it is when it was just made, which takes nbgrader seconds."""
    folder = tmp_path_factory.mktemp("new")
    load([], FIRST, f"sqlite:///{folder}/gradebook.db")
    return folder / "gradebook.db"


@pytest.fixture
def url(tmp_path: Path, new: Path) -> str:
    shutil.copy(new, tmp_path)
    return f"sqlite:///{tmp_path}/gradebook.db"


def grades(url: str, student: str) -> dict[str, tuple[float | None, bool]]:
    """Return for each cell what nbgrader's own marking would have given, and if it waits."""
    with api.Gradebook(url) as book:
        notebook = book.find_submission_notebook(FIRST.name, FIRST.name, student)
        return {one.name: (one.auto_score, one.needs_manual_grade) for one in notebook.grades}


def scores(url: str) -> Iterator[tuple[str, float, float, bool]]:
    with api.Gradebook(url) as book:
        for one in book.assignment_submissions(FIRST.name):
            yield one.student.id, one.score, one.max_score, one.needs_manual_grade


def give_by_hand(url: str, student: str, cell: str, points: float) -> None:
    with api.Gradebook(url) as book:
        grade = book.find_grade(cell, FIRST.name, FIRST.name, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def test_points_and_what_waits_for_a_person_arrive(url):
    assert load([result("a"), result("b", 4.0)], FIRST, url) == 2
    assert grades(url, "a") == {
        f"points-{SECRET}": (2.0, False),
        f"points-{WHY}": (0.0, False),
        MASTER: (None, True),
        REPLAY: (0.0, False),
    }
    assert sorted(scores(url)) == [("a", 2.0, 9.0, True), ("b", 4.0, 9.0, True)]


def test_loading_twice_is_loading_once_and_a_regrade_replaces(url):
    load([result("a")], FIRST, url)
    load([result("a")], FIRST, url)
    assert list(scores(url)) == [("a", 2.0, 9.0, True)]
    load([result("a", 4.0), result("b")], FIRST, url)
    assert sorted(scores(url)) == [("a", 4.0, 9.0, True), ("b", 2.0, 9.0, True)]


def test_what_a_person_gave_stays(url):
    load([result("a")], FIRST, url)
    give_by_hand(url, "a", MASTER, 1.5)
    load([result("a", 4.0)], FIRST, url)
    assert list(scores(url)) == [("a", 5.5, 9.0, False)]


def test_a_student_that_handed_in_before_a_cell_was_there_gets_it(tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook, "COURSE", tmp_path)  # no notebook there to take cells from
    url = f"sqlite:///{tmp_path}/gradebook.db"
    before = replace(FIRST, tasks=FIRST.tasks[:1], explanations=())
    load([result("a")], before, url)
    assert list(grades(url, "a")) == [f"points-{SECRET}"]
    load([result("a")], FIRST, url)
    assert len(grades(url, "a")) == 4
    assert list(scores(url)) == [("a", 2.0, 9.0, True)]


def test_more_than_the_maximum_is_never_entered(url):
    load([result("a", 40.0)], FIRST, url)
    assert list(scores(url)) == [("a", 4.0, 9.0, True)]


@pytest.mark.parametrize("student", ["half a \udce4 character", "x" * 500, "'; drop table grade;"])
def test_a_strange_name_is_a_student_like_others(url, student):
    load([result(student), result("b")], FIRST, url)
    assert len(list(scores(url))) == 2


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////no/such/folder/gradebook.db", "unable to open database file; does its folder"),
        ("gradebook.db", "Could not parse SQLAlchemy URL"),
        ("nothing://a/b", "Can't load plugin"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_line(url, reason):
    with pytest.raises(GradebookError, match=reason) as failed:
        load([result("a")], FIRST, url)
    assert "\n" not in str(failed.value)
    assert str(failed.value).startswith(url)


def test_a_file_that_is_no_database_is_one_line(tmp_path):
    (tmp_path / "gradebook.db").write_bytes(b"something else" * 100)
    with pytest.raises(GradebookError, match="file is not a database") as failed:
        load([result("a")], FIRST, f"sqlite:///{tmp_path}/gradebook.db")
    assert "\n" not in str(failed.value)


def test_without_nbgrader_one_line_says_where_it_is(monkeypatch, url):
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    with pytest.raises(GradebookError, match="setup --dev") as failed:
        load([result("a")], FIRST, url)
    assert "\n" not in str(failed.value)
    assert "nbgrader is not installed" in str(failed.value)


def test_grading_without_a_gradebook_needs_no_nbgrader():
    code = f"import sys, {gradebook.__name__}; sys.exit('nbgrader' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
