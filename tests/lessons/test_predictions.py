"""Predictions in lessons: what the builder makes of them, what it refuses, and that none leaks."""

import re
import subprocess
import sys
from pathlib import Path

import build_lessons
import lesson_predictions
import nbformat
import pytest
from build_lessons import BuildError
from lesson_predictions import FOLDED

LESSON = """\
# %% [markdown]
# Next: [exercise](../exercises/00_a/00_a.ipynb), [01](01_b.ipynb),
# [web](https://a.example/), [up](#x)

# %%
from tlskit.predictions import reveal


def bodies():
    return {"rsa": 2 * 128 + 2, "x25519": 32 + 1}


# %% tags=["prediction"]
prediction = 258  ### PREDICT: how many bytes with RSA, 256 or 258?
other = {"x25519": 33}  ### PREDICT: and "#1" of ECDHE?

# %%
reveal(prediction, lambda: bodies()["rsa"], {256: "The length stands before it."})

# %%
reveal(other, lambda: {"x25519": bodies()["x25519"]}, figure=bodies)
"""
TASKS = """\
# %%
from tlskit.tasks import attempt


# %% tags=["task"]
def my_length(body):
    ### BEGIN SOLUTION
    return 4 + len(body)
    ### END SOLUTION


# %%
mine = attempt(lambda: my_length(bytes(32)), my_length)
mine

# %%
attempt(lambda: mine * 2, mine)
"""
ROOT = Path(__file__).resolve().parents[2]
TAGGED = '# %% tags=["prediction"]\n'


def write(root: Path, source: str, name: str = "00_lesson.py") -> None:
    path = root / "lessons" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")


def sources(notebook) -> list[str]:
    return [cell.source for cell in notebook.cells]


def answers_in(lesson, twin) -> list[str]:
    """Where a lesson shows what its twin predicts, from the prediction to the end of its reveal.

    A word may be among the choices, so of words only the reveal's own cell is searched.
    """
    found: list[str] = []
    awaited: dict[str, str] = {}  # by name: the value, as Python text
    for cell, filled in zip(lesson.cells, twin.cells, strict=True):
        shown = cell.source
        if cell.cell_type == "code" and "prediction" in cell.metadata.get("tags", ()):
            values, shown = predicted(cell.source, filled.source)
            awaited |= values
        folded = cell.source.startswith(FOLDED)
        names = [n for n in awaited if not folded or re.search(rf"\b{n}\b", cell.source)]
        for name in names:
            if folded or awaited[name][0] not in "'\"":
                found += [f"{cell.id}: {name} is {awaited[name]}"] * holds(
                    awaited[name], shown, text_of(cell)
                )
        if folded:
            if names and not plain(cell).startswith(("… prediction", "… this cell")):
                found.append(f"{cell.id}: not sealed")
            for name in names:
                del awaited[name]
    return found


def holds(value: str, source: str, output: str) -> bool:
    """Whether a value stands in a cell: in its source as Python has it, in its output as text."""
    word = value.strip("'\"")
    forms = [value] if word == value else [f"'{word}'", f'"{word}"']
    return any(
        re.search(rf"(?<![\w.]){re.escape(form)}(?![\w])", text)
        for form, text in [*((form, source) for form in forms), (word, output)]
    )


def predicted(source: str, filled: str) -> tuple[dict[str, str], str]:
    """The values of a prediction's cell by name, and its lines that hold none of them."""
    values, rest = {}, ""
    for line, there in zip(source.splitlines(), filled.splitlines(), strict=True):
        if line == there:
            rest += line + "\n"
            continue
        name, _, question = line.partition(" = ...  # ")  # the question may name choices
        value = there.removeprefix(f"{name} = ").removesuffix(f"  # {question}")
        values[name] = value
    return values, rest


def text_of(cell) -> str:
    """What a reader sees of a cell's outputs, without the tags of HTML."""
    parts = []
    for output in cell.get("outputs", ()):
        parts.append(output.get("text", ""))
        for value in output.get("data", {}).values():
            parts.append(re.sub(r"<style>.*?</style>|<[^>]*>", " ", str(value), flags=re.DOTALL))
    return "\n".join(parts)


def plain(cell) -> str:
    return "".join(output.data["text/plain"] for output in cell.outputs if "data" in output)


def pair(root: Path, name: str):
    paths = root / f"notebooks/{name}.ipynb", root / f"solutions/lessons/{name}.ipynb"
    return [nbformat.read(path, as_version=4) for path in paths]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A course of one lesson with predictions, built and executed."""
    root = tmp_path_factory.mktemp("course")
    write(root, LESSON)
    assert build_lessons.build(root) == 0
    return root


# ---------------------------------------------------------------- this course


TWINS = sorted(path.stem for path in ROOT.glob("solutions/lessons/*.ipynb"))


@pytest.mark.parametrize("name", TWINS)
def test_no_lesson_of_this_course_shows_an_answer_before_its_question(name):
    lesson, twin = pair(ROOT, name)
    assert answers_in(lesson, twin) == []


@pytest.mark.parametrize("name", TWINS)
def test_every_prediction_and_task_is_right_in_the_twin(name):
    for cell in pair(ROOT, name)[1].cells:
        if cell.cell_type == "code":
            said = plain(cell)
            right = not said.startswith(("…", "✗")) or said.startswith("✗ flight")
            assert right, f"{cell.id}: {said}"


# ---------------------------------------------------------------- what is made


def test_the_lesson_is_sealed_and_its_twin_filled_in(built):
    lesson, twin = pair(built, "00_lesson")
    assert sources(lesson)[2] == (
        "prediction = ...  # how many bytes with RSA, 256 or 258?\n"
        'other = ...  # and "#1" of ECDHE?'
    )
    assert sources(twin)[2] == (
        "prediction = 258  # how many bytes with RSA, 256 or 258?\n"
        "other = {'x25519': 33}  # and \"#1\" of ECDHE?"
    )
    assert sources(lesson)[1] == sources(twin)[1] and sources(lesson)[3:] == sources(twin)[3:]
    for cell, filled in zip(lesson.cells[3:], twin.cells[3:], strict=True):
        assert (
            cell.source.splitlines()[0] == "# Once you have predicted, run this cell (or open it)."
        )
        assert cell.metadata.jupyter.source_hidden and "jupyter" not in filled.metadata
        assert plain(cell).startswith("… prediction: predict first")
    assert "✓ prediction: right\n  It is 258." in plain(twin.cells[3])
    assert "'rsa': 258" in plain(twin.cells[4])
    assert build_lessons.drift(built) == []


def test_the_links_of_the_twin_lead_to_the_same_places(built):
    _, twin = pair(built, "00_lesson")
    assert sources(twin)[0] == (
        "Next: [exercise](../../exercises/00_a/00_a.ipynb), [01](../../notebooks/01_b.ipynb),\n"
        "[web](https://a.example/), [up](#x)"
    )


def test_the_search_for_answers_finds_none_here_and_each_that_is_put_in(built):
    lesson, twin = pair(built, "00_lesson")
    assert answers_in(lesson, twin) == []
    cell = lesson.cells[3]
    cell.outputs[0].data["text/html"] += "<p>It is 258.</p>"
    assert answers_in(lesson, twin) == [f"{cell.id}: prediction is 258"]
    lesson, twin = pair(built, "00_lesson")
    lesson.cells[3].source += "  # not 258"
    assert answers_in(lesson, twin) == [f"{cell.id}: prediction is 258"]
    lesson, twin = pair(built, "00_lesson")
    lesson.cells[3].outputs[0].data["text/plain"] = "nothing yet"
    assert answers_in(lesson, twin) == [f"{cell.id}: not sealed"]
    lesson, twin = pair(built, "00_lesson")
    for notebook in (lesson, twin):
        notebook.cells[2].source += "\nassert prediction in (..., 258)"
    assert answers_in(lesson, twin) == [f"{cell.id[:-1]}3: prediction is 258"]


def test_only_a_lesson_with_predictions_has_a_twin_and_a_stale_one_is_named(tmp_path):
    write(tmp_path, "# %%\n1\n")
    assert [str(target.path) for target in build_lessons.targets(tmp_path)] == [
        "notebooks/00_lesson.ipynb"
    ]
    stale = tmp_path / "solutions/lessons/00_lesson.ipynb"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    assert "solutions/lessons/00_lesson.ipynb: no source makes it" in build_lessons.drift(tmp_path)


def test_another_value_executes_the_twin_alone(tmp_path, capsys):
    source = TAGGED + "prediction = 1  ### PREDICT: how many?\n\n# %%\nprint(prediction)\n"
    write(tmp_path, source)
    build_lessons.build(tmp_path)
    capsys.readouterr()
    write(tmp_path, source.replace("= 1", "= 2"))
    build_lessons.build(tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "notebooks/00_lesson.ipynb: as it was",
        "solutions/lessons/00_lesson.ipynb: executed",
    ]


def test_a_value_may_itself_look_like_a_comment():
    found = lesson_predictions.Prediction.of('a = "# ### PREDICT: b"  ### PREDICT: what?')
    assert found == ("a", "'# ### PREDICT: b'", "what?")
    assert lesson_predictions.Prediction.of("a = 1  # predict with care") is None


def test_a_task_is_a_stub_in_the_lesson_and_written_in_its_twin(tmp_path):
    write(tmp_path, TASKS)
    assert build_lessons.build(tmp_path) == 0
    lesson, twin = pair(tmp_path, "00_lesson")
    assert sources(lesson)[1] == "def my_length(body):\n    raise NotImplementedError"
    assert sources(twin)[1] == "def my_length(body):\n    return 4 + len(body)"
    assert plain(lesson.cells[2]).startswith("… my_length: not written yet")
    assert plain(lesson.cells[3]).startswith("… my_length: not written yet")
    assert [plain(cell) for cell in twin.cells[2:]] == ["36", "72"]
    assert build_lessons.drift(tmp_path) == []


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (TAGGED + "prediction = 40\n", "the tag 'prediction', but no ### PREDICT:"),
        ("# %%\nprediction = 40  ### PREDICT: how many?\n", "without the tag 'prediction'"),
        ('# %% [markdown] tags=["prediction"]\n# a\n', "is for code cells alone"),
        (TAGGED + "a = 40  # PREDICT: how many?\n", "does not end in '### PREDICT: '"),
        (TAGGED + "a = 40  ### predict: how many?\n", "does not end in '### PREDICT: '"),
        (TAGGED + "a = 40  ### PREDICT how many?\n", "does not end in '### PREDICT: '"),
        ("# %%\na = 40  ### Prediction how many?\n", "does not end in '### PREDICT: '"),
        (TAGGED + "a = 40  ### PREDICT: \n", "does not end in '### PREDICT: '"),
        (TAGGED + "a = ...  ### PREDICT: how many?\n", "has no value to be filled in"),
        (TAGGED + "40  ### PREDICT: how many?\n", "is not `name = value` on one line"),
        (TAGGED + "a, b = 4, 0  ### PREDICT: how many?\n", "is not `name = value` on one line"),
        (TAGGED + "a = 4; b = 0  ### PREDICT: how many?\n", "is not `name = value` on one line"),
        (TAGGED + "a = [\n    40,\n]  ### PREDICT: what?\n", "is not `name = value` on one line"),
        ("# %%\na = 1\nreveal(a, 1)\n", "a cell with a reveal begins with `reveal(`"),
        ('# %% tags=["task"]\na = 1\n', "the tag 'task', but no ### BEGIN SOLUTION"),
        ('# %% [markdown] tags=["task"]\n# a\n', "is for code cells alone"),
        (TAGGED + "if 1:\n    a = 4  ### PREDICT: what?\n", "is not `name = value` on one line"),
    ],
)
def test_a_wrong_prediction_is_refused_in_one_line(tmp_path, source, reason):
    write(tmp_path, source)
    with pytest.raises(BuildError) as refused:
        build_lessons.targets(tmp_path)
    line = str(refused.value)
    assert line.startswith("lessons/00_lesson.py: cell 1: ") and "\n" not in line
    assert reason in line


def test_an_exercise_has_no_predictions(tmp_path):
    write(tmp_path, TAGGED + "a = 4  ### PREDICT: how many?\n", "00_a_exercise.py")
    with pytest.raises(BuildError, match="cell 1: the tag prediction belongs in a lesson"):
        build_lessons.targets(tmp_path)


def test_the_command_ends_with_2_and_one_line(tmp_path):
    write(tmp_path, TAGGED + "prediction = 40\n")
    command = [sys.executable, build_lessons.__file__, "--root", str(tmp_path), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
