"""What the builder makes of points and questions in a source, and what it refuses."""

import build_lessons
import pytest
from sources import EXERCISE, refusal, write

NEEDS = "points belong to grade=... or explain=..., and these need points"


def test_nbgrader_is_told_what_each_cell_is_and_the_source_keeps_no_key_of_ours(tmp_path):
    write(tmp_path, EXERCISE, "00_step_exercise.py")
    exercise, solution = build_lessons.targets(tmp_path)
    for notebook in (exercise.notebook, solution.notebook):
        told = [cell.metadata.get("nbgrader") for cell in notebook.cells]
        assert told[0] is None
        names = [one["grade_id"] for one in told[1:]]
        assert names == ["double", "00-step-exercise-03", "points-double", "explain-double"]
        assert [one["grade"] for one in told[1:]] == [False, False, True, True]
        assert [one["solution"] for one in told[1:]] == [True, False, False, True]
        assert [one["locked"] for one in told[1:]] == [False, True, True, False]
        assert [one.get("points") for one in told[1:]] == [None, None, 3, 2]
        for cell in notebook.cells:
            assert not {"grade", "explain", "points"} & cell.metadata.keys()
    locked = [cell.metadata.get("editable", True) for cell in exercise.notebook.cells]
    assert locked == [True, True, False, False, True]
    assert all(cell.metadata.nbgrader.checksum for cell in exercise.notebook.cells[1:])


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ('grade="double" points=3', 'grade="double"', 4, NEEDS),
        ('grade="double" points=3', "points=3", 4, NEEDS),
        ('explain="explain-double" points=2', 'explain="explain-double"', 5, NEEDS),
        ("# %%\ntry", "# %% points=1\ntry", 3, NEEDS),
        ("points(report)", "points(report)\nreport", 4, "its last line is points(report)"),
        ("points(report)", "report.points", 4, "its last line is points(report)"),
        ('[markdown] explain="', 'explain="', 5, "explain=... is for a [markdown] cell"),
        ('[markdown] explain="explain-', '[markdown] grade="', 5, "grade=... is for a code cell"),
        ('explain="explain-double"', 'explain="points-double"', 5, "points-double is there twice"),
        ('explain="explain-double"', 'explain="double"', 5, "double is there twice"),
        ("points=3", "points=0", 4, "points are a number above 0"),
        ("points=3", 'points="3"', 4, "points are a number above 0"),
        ("points=2", "points=true", 5, "points are a number above 0"),
        ('grade="double"', 'grade="two words"', 4, "is not 1 to 64 of"),
        ('explain="explain-double"', "explain=7", 5, "is not 1 to 64 of"),
    ],
)
def test_points_in_the_wrong_place_are_refused_in_one_line(tmp_path, old, new, at, reason):
    assert old in EXERCISE
    line = refusal(tmp_path, EXERCISE.replace(old, new, 1), "00_step_exercise.py")
    assert line.startswith(f"lessons/00_step_exercise.py: cell {at}: ")
    assert reason in line


def test_an_answer_belongs_in_one_kind_of_cell_only(tmp_path):
    both = '# %% [markdown] explain="explain-a" grade="a" points=2\n# a\n'
    assert "grade=... or explain=..., not both" in refusal(tmp_path, both)
