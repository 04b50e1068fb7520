"""The instructors' page: its commands, options, words and numbers are those of the programs."""

import re
import subprocess
import sys

import locks
import pytest
from test_course import course, load

from tlskit.exercises import assignments
from tlskit.grade import isolation
from tlskit.grade.__main__ import TRUST, parser
from tlskit.grade.rows import COLUMNS, ISOLATION, Status

PAGE = (locks.ROOT / "docs/grading.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
BLOCKS = "\n".join(re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
BLOCKS = re.sub(r" #.*", "", BLOCKS)
OPTIONS = {name for action in parser()._actions for name in action.option_strings}
NOT_NAMED = {"-h", "--help"}


def test_every_option_of_the_grader_is_named():
    for name in OPTIONS - NOT_NAMED:
        assert name in TEXT, name


def test_every_option_that_is_named_exists():
    release = {"--for", "--assignment"}
    elsewhere = release | {"--dev", "--force"}
    for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT):
        assert name in OPTIONS | elsewhere, name


def test_the_graders_commands_can_be_read_by_it():
    lines = [line for line in BLOCKS.splitlines() if "-m tlskit.grade" in line]
    assert len(lines) == 2
    for line in lines:
        options = parser().parse_args(line.partition("tlskit.grade ")[2].split())
        assert options.assignment in assignments() or options.assignment == "08_finished"


def test_every_command_of_course_py_exists_with_these_words():
    for line in re.findall(r"python3 course\.py[^`#\n]*", PAGE):
        command = line.split()[2]
        assert command in course.COMMANDS, line
    release = load(locks.ROOT / "tools/release.py")
    assert "release --for students DIR" in TEXT
    assert release.exercises(locks.ROOT)[0] in TEXT


@pytest.mark.parametrize("command", sorted(set(re.findall(r"\bnbgrader ([a-z]+_?[a-z]+)", BLOCKS))))
def test_every_command_of_nbgrader_exists(command):
    apps = pytest.importorskip("nbgrader.apps")
    known = {app.name.removeprefix("nbgrader-").replace("-", "_") for app in everyone(apps)}
    assert command in known


def everyone(apps) -> list:
    return [getattr(apps, name) for name in apps.__all__ if name.endswith("App")]


def test_every_status_and_column_is_explained():
    for status in Status:
        assert f"\n| `{status.value}` |" in PAGE, status
    assert ",".join(COLUMNS) in TEXT
    assert f"the task `{ISOLATION}`" in TEXT
    assert TRUST in TEXT


def test_the_limits_are_those_of_the_sandbox():
    limits = isolation.LIMITS
    assert f"{limits['AS'] >> 20} MiB of memory" in TEXT
    assert f"{limits['NPROC']} processes" in TEXT
    assert f"files of {limits['FSIZE'] >> 20} MiB" in TEXT
    assert f"scratch folder of {isolation.SCRATCH >> 20} MiB" in TEXT


def test_links_lead_somewhere():
    heads = {re.sub(r"[^\w -]", "", one).replace(" ", "-").lower() for one in HEADS}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert target.startswith("#") or (locks.ROOT / "docs" / target).exists(), target
        assert not target.startswith("#") or target[1:] in heads, target


HEADS = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)


def test_the_help_of_the_grader_names_its_options():
    said = subprocess.run(
        [sys.executable, "-m", "tlskit.grade", "--help"], capture_output=True, text=True
    )
    assert said.returncode == 0
    assert all(name in said.stdout for name in OPTIONS)
