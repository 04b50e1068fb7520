"""What README promises is so: its example, its picture, its commands, its links."""

import re
import subprocess
import sys

import locks
from test_course import course, load

README = (locks.ROOT / "README.md").read_text(encoding="utf-8")


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def example() -> str:
    return re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)


def test_the_ten_lines_run_as_pasted():
    assert run(example()).endswith("and OpenSSL agrees\n")


def test_with_the_randoms_swapped_openssl_answers_bad_record_mac():
    swapped = example().replace("client_random + server_random", "server_random + client_random")
    assert swapped != example()
    assert "bad_record_mac" in run(swapped)


def test_the_picture_is_what_a_run_draws():
    drawn = load(locks.ROOT / "tools/draw_ladder.py").drawing()
    assert (locks.ROOT / "docs/ladder.svg").read_text(encoding="utf-8") == drawn


def test_every_command_that_is_named_exists():
    for page in ("README.md", "README.ko.md", "CONTRIBUTING.md"):
        text = (locks.ROOT / page).read_text(encoding="utf-8")
        for name in re.findall(r"course\.py ([a-z]+)", text):
            assert name in course.COMMANDS, f"{page} names course.py {name}"


def test_every_link_leads_somewhere():
    for page in ("README.md", "README.ko.md", "CONTRIBUTING.md"):
        text = (locks.ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("https://") or (locks.ROOT / target).exists(), target


def test_it_says_what_it_is_not_for():
    assert "For learning, never for protecting data" in README.partition("## Two commands")[0]
