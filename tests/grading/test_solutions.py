"""Each exercise as it stands: its solution gets all points in the sandbox, its release none."""

from pathlib import Path

import pytest

from tlskit.exercises import assignments
from tlskit.grade.grading import Job, grade_one
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Result, Status
from tlskit.grade.submissions import Found

pytestmark = pytest.mark.peer("bwrap")
ROOT = Path(__file__).parents[2]
ASSIGNMENTS = assignments()


def graded(folder: str, name: str, seed: str) -> Result:
    """Grade the notebook of a folder as if it were handed in."""
    notebook = (ROOT / folder / name / f"{name}.ipynb").read_bytes()
    return grade_one(Job(Found("student", notebook), name, seed, Isolation.BUBBLEWRAP))


@pytest.mark.parametrize("name", ASSIGNMENTS)
@pytest.mark.parametrize("seed", ["autumn", "spring"])
def test_the_solution_gets_all_points(name, seed):
    result = graded("solutions", name, seed)
    words = {one.name for one in ASSIGNMENTS[name].explanations}
    for row in result.rows:
        wanted = (Status.MANUAL, None) if row.task in words else (Status.GRADED, row.max_points)
        assert (row.status, row.points) == wanted, row
    assert result.points + sum(
        row.max_points for row in result.rows if row.points is None
    ) == pytest.approx(ASSIGNMENTS[name].max_points)
    assert result.notes == ()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_release_gets_none(name):
    result = graded("exercises", name, "autumn")
    for row in result.rows:
        assert (row.status, row.points, row.mistake) == (Status.NOT_WRITTEN, 0, "not written yet")
    assert result.notes == ()
