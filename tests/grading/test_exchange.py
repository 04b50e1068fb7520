"""An exercise goes out by nbgrader's exchange and comes back; feedback returns as docs say."""

import os
import re
import shutil
import subprocess
from contextlib import chdir
from pathlib import Path

import pytest

from tlskit.exercises import assignment
from tlskit.grade import feedback
from tlskit.grade.gradebook import with_alembic
from tlskit.grade.rows import Result, Row, Status

pytest.importorskip("nbgrader")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # nbgrader's own
    pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange needs POSIX"),
]
ROOT = Path(__file__).resolve().parents[2]
NAME = "00_first_step"
BLOCKS = re.findall(r"```\n(.*?)```", (ROOT / "docs/grading.md").read_text("utf-8"), re.DOTALL)
SENTENCE = "The randoms stand in the other order."


class Place:
    """A folder in which an instructor or a student calls nbgrader, by its Python API."""

    def __init__(self, folder: Path, config: Path, exchange: Path) -> None:
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory
        from traitlets.config import PyFileConfigLoader

        self.folder = folder
        self.config = PyFileConfigLoader(str(config)).load_config()
        self.config.CourseDirectory.root = str(folder)
        self.config.Exchange.root = str(exchange)
        self.directory = CourseDirectory(config=self.config)
        self.exchange = ExchangeFactory(config=self.config)
        self.api = NbGraderAPI(
            self.directory, exchange=self.exchange, config=self.config, log_level="ERROR"
        )

    def step(self, kind: str) -> None:
        """Run one of the exchange's steps: FetchAssignment, Submit, FetchFeedback."""
        self.directory.assignment_id = NAME
        with chdir(self.folder):
            getattr(self.exchange, kind)(
                coursedir=self.directory,
                authenticator=self.api.authenticator,
                config=self.config,
            ).start()


@pytest.fixture(scope="module")
def back(tmp_path_factory) -> Path:
    """The student's folder after all of it."""
    above = tmp_path_factory.mktemp("hub")
    course, student, exchange = above / "course", above / "student", above / "exchange"
    for folder in (course, student, exchange):
        folder.mkdir()
    exchange.chmod(0o777)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "exercises" / NAME, course / "exercises" / NAME)
    teacher = Place(course, course / "nbgrader_config.py", exchange)
    with chdir(course):
        done(teacher.api.release_assignment(NAME))
    hers = Place(student, course / "nbgrader_config.py", exchange)
    hers.step("FetchAssignment")
    hers.step("Submit")
    with chdir(course), with_alembic():
        done(teacher.api.collect(NAME))
    for place in (course / "grading/submitted").iterdir():
        mark(place.name, course / "grading/results" / NAME / "feedback")
    lay_feedback(course)
    with chdir(course):
        done(teacher.api.release_feedback(NAME))
    hers.step("FetchFeedback")
    return student


def done(said: dict) -> None:
    assert said["success"], said.get("error") or said["log"]


def mark(student: str, folder: Path) -> None:
    """Write a feedback page as our grading does."""
    asked = assignment(NAME)
    row = Row(student, asked.tasks[0].name, 0.0, 4.0, SENTENCE, Status.GRADED)
    page = feedback.page(Result(student, NAME, "0" * 64, (row,)), asked)
    folder.mkdir(parents=True)
    (folder / f"{student}.html").write_text(page, encoding="utf-8")


def lay_feedback(course: Path) -> None:
    """Run what docs/grading.md says, as it stands there, but for its last line."""
    (block,) = [one for one in BLOCKS if "nbgrader release_feedback" in one]
    lines = [line for line in block.splitlines() if not line.startswith("nbgrader")]
    script = "\n".join(lines).replace("NAME=08_finished", f"NAME={NAME}")
    subprocess.run(["bash", "-euc", script], cwd=course, check=True)


def test_the_student_finds_our_page_and_nothing_but_it(back):
    pages = sorted((back / NAME / "feedback").rglob("*.*ml"))
    (page,) = [path for path in pages if path.is_file()]
    assert page.name == f"{NAME}.html"
    assert SENTENCE in page.read_text(encoding="utf-8")


def test_she_was_given_the_exercise_as_it_is(back):
    ours = ROOT / f"exercises/{NAME}/{NAME}.ipynb"
    assert (back / NAME / f"{NAME}.ipynb").read_bytes() == ours.read_bytes()
