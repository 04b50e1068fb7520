"""The workshop kit: its sections, moments and questions are those of the lessons."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tlskit.checkpoints import checkpoint
from tlskit.questions import all_questions

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/workshop.md").read_text(encoding="utf-8")
PARTS = {
    part[:2]: " ".join(part.partition("\n## ")[0].split()) for part in PAGE.split("\n### ")[1:]
}
LESSONS = [f"{number:02}" for number in range(11)]


def headings(lesson: str) -> set[str]:
    (source,) = (
        path
        for path in ROOT.glob(f"lessons/{lesson}_*.py")
        if not path.stem.endswith(("_exercise", "_diagnose_this"))
    )
    return set(re.findall(r"^# #+ (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_lesson_has_its_part():
    assert list(PARTS) == LESSONS


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_a_part_names_is_in_the_lesson(lesson):
    known = {title.rstrip(".") for title in headings(lesson)}
    named = {title.rstrip(".") for title in re.findall(r"(?<!\*)\*([^*]+)\*", PARTS[lesson])}
    assert named, "name what must be done"
    assert named <= known, f"not in lesson {lesson}: {sorted(named - known)}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_whoever_is_behind_gets_a_moment_to_go_on_from(lesson):
    (step,) = re.findall(r'`checkpoint\("(\w+)"\)`', PARTS[lesson])
    assert checkpoint(step).run.client.done


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_part_has_its_minutes_and_its_vote(lesson):
    usual, slow = map(int, re.search(r"Usual (\d+) minutes, slow (\d+)", PARTS[lesson]).groups())
    assert 20 <= usual < slow <= 60
    assert f"votes.md#lesson-{lesson}" in PARTS[lesson]
    assert [one.lesson for one in all_questions() if one.vote].count(lesson) == 1


def test_the_questions_to_vote_on_are_up_to_date():
    run = subprocess.run(
        [sys.executable, "tools/votes.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
