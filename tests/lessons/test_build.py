"""The builder: what it makes of a source, and what it refuses; and no notebook has drifted."""

import json
import subprocess
import sys
from pathlib import Path

import build_lessons
import lesson_answers
import pytest
from build_lessons import BuildError
from sources import EXERCISE, refusal, write

LESSON = """\
# %% [markdown]
# # A lesson: größer als 1 → fine

# %%
x = 1
print(x)

# %% tags=["long"] note={"kept": [1, 2]}
print(x + 1)
x
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one lesson and one exercise."""
    write(tmp_path, LESSON, "00_lesson.py")
    write(tmp_path, EXERCISE, "00_step_exercise.py")
    return tmp_path


@pytest.fixture
def stored(course: Path) -> Path:
    """The course with its notebooks written, but not executed: quick, and the check's business."""
    for target in build_lessons.targets(course):
        path = course / target.path
        path.parent.mkdir(parents=True)
        path.write_text(build_lessons.text_of(target.notebook), encoding="utf-8")
    return course


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def source_of(cell: dict) -> str:
    return "".join(cell["source"])


def outputs_of(notebook: dict) -> list[str]:
    streams = [out for cell in notebook["cells"] for out in cell.get("outputs", [])]
    return ["".join(out.get("text") or out["data"]["text/plain"]) for out in streams]


# ---------------------------------------------------------------- this course


def test_no_notebook_differs_from_its_source(root):
    assert not build_lessons.drift(root), "run: python3 course.py build"


# ---------------------------------------------------------------- what is made


def test_three_notebooks_are_built_executed_and_the_same_each_time(course, capsys):
    assert build_lessons.main(["--root", str(course)]) == 0
    paths = sorted(course.glob("*/**/*.ipynb"))
    assert [path.relative_to(course).as_posix() for path in paths] == [
        "exercises/00_step/00_step.ipynb",
        "notebooks/00_lesson.ipynb",
        "solutions/00_step/00_step.ipynb",
    ]
    first = [path.read_bytes() for path in paths]
    lesson, solution = read(paths[1]), read(paths[2])
    assert outputs_of(lesson) == ["1\n", "2\n", "1"]
    assert [cell.get("execution_count") for cell in lesson["cells"]] == [None, 1, 2]
    assert outputs_of(solution) == ["8", "3.0"]
    assert build_lessons.drift(course) == []
    assert build_lessons.main(["--root", str(course)]) == 0
    assert capsys.readouterr().out.count("as it was") == 3
    assert build_lessons.main(["--root", str(course), "--execute"]) == 0
    assert [path.read_bytes() for path in paths] == first
    assert all(b"\r" not in text and text.endswith(b"}\n") for text in first)
    assert "größer als 1 → fine".encode() in first[1]


def test_a_changed_code_cell_executes_the_notebook_and_changed_prose_does_not(course, capsys):
    (course / "lessons/00_step_exercise.py").unlink()
    build_lessons.build(course)
    capsys.readouterr()
    write(course, LESSON.replace("größer", "kleiner"), "00_lesson.py")
    build_lessons.build(course)
    assert "notebooks/00_lesson.ipynb: written" in capsys.readouterr().out
    assert outputs_of(read(course / "notebooks/00_lesson.ipynb")) == ["1\n", "2\n", "1"]
    write(course, LESSON.replace("x = 1", "x = 2"), "00_lesson.py")
    build_lessons.build(course)
    assert "notebooks/00_lesson.ipynb: executed" in capsys.readouterr().out
    assert outputs_of(read(course / "notebooks/00_lesson.ipynb")) == ["2\n", "3\n", "2"]


def test_an_error_in_a_cell_is_shown_and_the_notebook_not_written(course, capsys):
    (course / "lessons/00_step_exercise.py").unlink()
    write(course, LESSON.replace("print(x)", "print(x / 0)"), "00_lesson.py")
    assert build_lessons.main(["--root", str(course)]) == 1
    shown = capsys.readouterr().err
    assert "notebooks/00_lesson.ipynb" in shown
    assert "print(x / 0)" in shown and "ZeroDivisionError" in shown and "\x1b" not in shown
    assert not (course / "notebooks/00_lesson.ipynb").exists()


def test_metadata_of_cells_is_kept_and_noise_is_not(course):
    lesson, _, _ = build_lessons.targets(course)
    assert [dict(cell.metadata) for cell in lesson.notebook.cells] == [
        {},
        {},
        {"tags": ["long"], "note": {"kept": [1, 2]}},
    ]


def test_ids_come_from_lesson_and_position_or_from_the_source(course):
    lesson, exercise, solution = build_lessons.targets(course)
    assert [cell.id for cell in lesson.notebook.cells] == [
        "00-lesson-01",
        "00-lesson-02",
        "00-lesson-03",
    ]
    for notebook in (exercise.notebook, solution.notebook):
        assert [cell.id for cell in notebook.cells] == [
            "00-step-exercise-01",
            "double",
            "00-step-exercise-03",
            "points-double",
            "explain-double",
        ]


def test_the_exercise_has_a_stub_for_each_answer_and_nothing_is_stored(stored):
    exercise = read(stored / "exercises/00_step/00_step.ipynb")
    assert source_of(exercise["cells"][1]) == (
        "def double(n: int) -> int:\n"
        '    """Twice n."""\n'
        "    # a comment that stays\n"
        "    raise NotImplementedError"
    )
    assert source_of(exercise["cells"][4]) == "*Your answer, in your own words:*"
    assert "SOLUTION" not in json.dumps(exercise) and "look for" not in json.dumps(exercise)
    for cell in exercise["cells"][1:4]:
        assert cell["outputs"] == [] and cell["execution_count"] is None


def test_several_answers_in_one_cell_keep_their_indentation():
    source = (
        "### BEGIN SOLUTION\na\n### END SOLUTION\nfor b in c:\n"
        "    if b:\n        ### BEGIN SOLUTION\n        d\n\n        e\n        ### END SOLUTION\n"
        "    f"
    )
    assert lesson_answers.stubbed(source) == (
        "raise NotImplementedError\nfor b in c:\n"
        "    if b:\n        raise NotImplementedError\n    f"
    )


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    ### END SOLUTION\n", "", "### BEGIN SOLUTION without ### END SOLUTION"),
        ("    ### BEGIN SOLUTION\n", "", "### END SOLUTION first"),
        ("    m = ", "    ### BEGIN SOLUTION\n    m = ", "BEGIN SOLUTION without"),
        ("    m = 2 * n\n    return m\n", "", "nothing stands between"),
        ('["solution"]', '["other"]', "in a cell without the tag 'solution'"),
        ("### BEGIN SOLUTION", "### begin solution", "is neither '### BEGIN SOLUTION' nor"),
        ("### BEGIN SOLUTION", "## BEGIN SOLUTION", "is neither '### BEGIN SOLUTION' nor"),
        ("### END SOLUTION", "### END SOLUTION!", "is neither '### BEGIN SOLUTION' nor"),
        ('"]\n', '"] id="00-step-exercise-01"\n', "has the id '00-step-exercise-01' of cell 1"),
        ('"]\n', '"] id="two words"\n', "is not 1 to 64 of"),
        ('"]\n', '"] id=7\n', "is not 1 to 64 of"),
        ("def double(", "def double((", "does not parse: SyntaxError"),
        ('["solution"]', '["solution"', "metadata that is no list"),
        ('["solution"]', '["solution", "task"]', "the tag task belongs in a lesson"),
        ("def double(n: int) -> int:", "if True:", "an answer defines a function"),
    ],
)
def test_a_wrong_answer_cell_is_refused_in_one_line(tmp_path, old, new, reason):
    assert old in EXERCISE
    line = refusal(tmp_path, EXERCISE.replace(old, new, 1), "00_step_exercise.py")
    assert line.startswith("lessons/00_step_exercise.py: cell 2: ")
    assert reason in line


@pytest.mark.parametrize(
    ("source", "name", "reason"),
    [
        (EXERCISE, "00_lesson.py", "cell 2: an answer with points belongs in a NN_name_exercise"),
        ('# %% grade="a" points=1\n1\n', "00_a.py", "cell 1: an answer with points belongs in"),
        ("# %%\n### BEGIN SOLUTION\n1\n### END SOLUTION\n", "00_a.py", "without the tag"),
        ('# %% tags=["solution"]\n1\n', "00_a_exercise.py", "the tag 'solution', but no"),
        ('# %% [markdown] tags=["solution"]\n# a\n', "00_a_exercise.py", "for code cells alone"),
        ('# %% tags="long"\n1\n', "00_a.py", "ValidationError"),
        ("# %%\n1\n", "Lesson.py", "a source is called NN_name.py"),
        ("# ---\n# jupyter: [\n# ---\n\n# %%\n1\n", "00_a.py", "a header that is no YAML"),
    ],
)
def test_a_wrong_source_is_refused_in_one_line(tmp_path, source, name, reason):
    assert reason in refusal(tmp_path, source, name)


def test_bytes_that_are_not_utf_8_and_a_course_without_lessons_are_refused(tmp_path):
    with pytest.raises(BuildError, match="no lesson source"):
        build_lessons.targets(tmp_path)
    write(tmp_path, "").write_bytes(b"# %%\n'\xff'\n")
    with pytest.raises(BuildError, match="cannot be read: UnicodeDecodeError"):
        build_lessons.targets(tmp_path)


def test_magics_and_await_parse(tmp_path):
    write(tmp_path, "# %%\n# %matplotlib inline\n# !ls\nawait f()\nx?\n", "00_a.py")
    (target,) = build_lessons.targets(tmp_path)
    assert target.notebook.cells[0].source == "%matplotlib inline\n!ls\nawait f()\nx?"


def test_the_command_ends_with_2_and_one_line_for_a_source_that_cannot_be_built(tmp_path):
    write(tmp_path, EXERCISE.replace("    ### END SOLUTION\n", ""))
    for mode in ([], ["--check"]):
        done = subprocess.run(
            [sys.executable, build_lessons.__file__, "--root", str(tmp_path), *mode],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        assert done.stdout == "" and done.stderr.count("\n") == 1
        assert "### BEGIN SOLUTION without ### END SOLUTION" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lessons"]


# ---------------------------------------------------------------- the check


def damaged(course: Path, change) -> list[str]:
    path = course / "solutions/00_step/00_step.ipynb"
    notebook = read(path)
    change(notebook)
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return build_lessons.drift(course)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda nb: nb["cells"][1]["source"].append("\n    pass"), "cell 2 (double): its source"),
        (lambda nb: nb["cells"][1].update(id="other"), "cell 2 (double): its id"),
        (lambda nb: nb["cells"][1]["metadata"].update(tags=[]), "cell 2 (double): its metadata"),
        (lambda nb: nb["cells"][0].update(cell_type="raw"), "its cell_type"),
        (lambda nb: nb["cells"].pop(), "4 cells, the source makes 5"),
        (lambda nb: nb["metadata"].update(title="x"), "the notebook's metadata"),
        (lambda nb: nb.update(nbformat_minor=4), "the notebook's nbformat_minor"),
        (lambda nb: nb.pop("cells"), "is no notebook: KeyError"),
    ],
)
def test_the_check_names_the_notebook_and_the_first_difference(stored, change, reason):
    (line,) = damaged(stored, change)
    assert line.startswith("solutions/00_step/00_step.ipynb: ")
    assert reason in line


def test_the_check_finds_missing_foreign_and_reformatted_notebooks_and_writes_nothing(
    stored, capsys
):
    assert build_lessons.main(["--root", str(stored), "--check"]) == 0
    lesson = stored / "notebooks/00_lesson.ipynb"
    lesson.rename(stored / "notebooks/00_other.ipynb")
    solution = stored / "solutions/00_step/00_step.ipynb"
    solution.write_text(json.dumps(read(solution)), encoding="utf-8")
    before = {path: path.read_bytes() for path in stored.rglob("*.*")}
    assert build_lessons.main(["--root", str(stored), "--check"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "notebooks/00_lesson.ipynb: missing",
        "solutions/00_step/00_step.ipynb: saved by another program: "
        "not in the form that is built here",
        "notebooks/00_other.ipynb: no source makes it",
        "run: python3 course.py build",
    ]
    assert {path: path.read_bytes() for path in stored.rglob("*.*")} == before


def test_the_check_does_not_look_at_outputs_but_an_exercise_has_none(stored):
    count = {"execution_count": 3, "outputs": []}
    assert damaged(stored, lambda nb: nb["cells"][1].update(count)) == []
    path = stored / "exercises/00_step/00_step.ipynb"
    exercise = read(path)
    exercise["cells"][1]["execution_count"] = 3
    path.write_text(json.dumps(exercise, indent=1, sort_keys=True) + "\n")
    (line,) = build_lessons.drift(stored)
    assert "its execution_count differs from the source" in line
