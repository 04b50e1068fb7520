"""work/: a learner's copies of notebooks and exercises, which nothing overwrites."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("work_copies", ROOT / "tools/work_copies.py")
work_copies = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(work_copies)


def write_notebook(path, *sources: str, outputs=()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "code", "source": one, "outputs": list(outputs)} for one in sources]
    path.write_text(json.dumps({"cells": cells}))


@pytest.fixture
def tree(tmp_path):
    write_notebook(tmp_path / "notebooks/00_first.ipynb", "1 + 1")
    write_notebook(tmp_path / "exercises/00_step/00_step.ipynb", "def f(): ...")
    work_copies.lay(tmp_path)
    return tmp_path


def sources(path) -> list[str]:
    return [cell["source"] for cell in json.loads(path.read_text())["cells"]]


def test_missing_copies_are_made(tree):
    assert sources(tree / "work/notebooks/00_first.ipynb") == ["1 + 1"]
    assert sources(tree / "work/exercises/00_step/00_step.ipynb") == ["def f(): ..."]


def test_a_copy_that_was_only_run_is_refreshed(tree):
    copy = tree / "work/notebooks/00_first.ipynb"
    write_notebook(copy, "1 + 1", outputs=["2"])
    write_notebook(tree / "notebooks/00_first.ipynb", "1 + 2")
    assert work_copies.lay(tree) == []
    assert sources(copy) == ["1 + 2"]


@pytest.mark.parametrize("content", ['{"cells": [{"cell_type": "code", "source": "my"}]}', "{", ""])
def test_a_changed_copy_is_never_overwritten(tree, content):
    copy = tree / "work/exercises/00_step/00_step.ipynb"
    copy.write_text(content)
    write_notebook(tree / "exercises/00_step/00_step.ipynb", "def f(): raise NotImplementedError")
    lines = work_copies.lay(tree)
    assert copy.read_text() == content
    assert len(lines) == 1
    assert "fresh 00_step" in lines[0]


def test_a_lost_note_overwrites_nothing(tree):
    copy = tree / "work/notebooks/00_first.ipynb"
    write_notebook(copy, "mine")
    (tree / "work/.laid.json").unlink()
    work_copies.lay(tree)
    assert sources(copy) == ["mine"]


def test_an_untouched_copy_whose_note_was_lost_is_refreshed_later(tree):
    (tree / "work/.laid.json").unlink()
    work_copies.lay(tree)
    write_notebook(tree / "notebooks/00_first.ipynb", "1 + 2")
    assert work_copies.lay(tree) == []
    assert sources(tree / "work/notebooks/00_first.ipynb") == ["1 + 2"]


def test_fresh_sets_her_copy_aside_and_lays_a_clean_one(tree):
    copy = tree / "work/exercises/00_step/00_step.ipynb"
    for attempt in ("first", "second"):
        write_notebook(copy, attempt)
        work_copies.fresh("00_step", tree)
        assert sources(copy) == ["def f(): ..."]
    assert sources(copy.with_name("00_step.mine-1.ipynb")) == ["first"]
    assert sources(copy.with_name("00_step.mine-2.ipynb")) == ["second"]


def test_fresh_of_an_unknown_name_lists_the_known(tree):
    with pytest.raises(LookupError, match="00_first, 00_step"):
        work_copies.fresh("99_none", tree)


def test_a_lesson_and_an_exercise_of_one_name_are_told_apart(tree):
    lesson, exercise = tree / "work/notebooks/08_last.ipynb", tree / "work/exercises/08_last"
    write_notebook(tree / "notebooks/08_last.ipynb", "lesson")
    write_notebook(tree / "exercises/08_last/08_last.ipynb", "exercise")
    work_copies.lay(tree)
    write_notebook(lesson, "mine")
    with pytest.raises(LookupError, match="notebooks/08_last, exercises/08_last"):
        work_copies.fresh("08_last", tree)
    assert sources(lesson) == ["mine"]
    work_copies.fresh("notebooks/08_last", tree)
    assert sources(lesson) == ["lesson"]
    work_copies.fresh("work/exercises/08_last/08_last.ipynb", tree)
    assert sources(exercise / "08_last.mine-1.ipynb") == ["exercise"]
