"""Run every test of the course, stage by stage, and end with one line that counts them all.

usage: python3 course.py test [--thorough] [--all-peers] [--only STAGE]
                              [pytest options for the stage "tests"]

The stages are lint, tests, notebooks and exercises. --thorough takes the long form of the tests
that have one; --all-peers runs also those against NSS, Java and Go. CI=true counts a test
that is left out as failed.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".test-reports"
NBVAL = ("--nbval-current-env", "--nbval-cell-timeout=120", "-p", "no:cacheprovider")
SIDE_BY_SIDE = (f"--numprocesses={min(4, os.cpu_count() or 1)}", "--dist=loadfile")
"""A browser test mostly waits; a file stays in one process, which opens its notebook once."""
SANITIZE = "--nbval-sanitize-with=tools/nbval_sanitize.cfg"

# stage: what it is, and the pytest arguments ("" for a command that is no pytest)
STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "lint": ("ruff and mypy --strict", ()),
    "tests": ("tests/ and the examples in tlskit's docstrings", ()),
    "notebooks": (
        "notebooks/ and solutions/, each cell's output compared (nbval)",
        ("--nbval", SANITIZE, *NBVAL, "notebooks", "solutions"),
    ),
    "exercises": (
        "exercises/ run untouched to their ends (nbval, lax)",
        ("--nbval-lax", *NBVAL, "exercises"),
    ),
}


class Outcome(NamedTuple):
    """What a stage came to, and the reasons of what it left out."""

    passed: int
    failed: int
    skipped: int
    reasons: tuple[str, ...] = ()


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"test: {text}", flush=True)


def lint() -> Outcome:
    """Run the linters; they count as one test."""
    failed = subprocess.call([sys.executable, str(ROOT / "tools/lint.py")], cwd=ROOT) != 0
    return Outcome(int(not failed), int(failed), 0)


def pytest(stage: str, arguments: Sequence[str], environment: dict[str, str]) -> Outcome:
    """Run pytest once and read its own report; a stage without a test has failed."""
    report = REPORTS / f"{stage}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *arguments]
    code = subprocess.call(command, cwd=ROOT, env=environment)
    if not report.exists():
        return Outcome(0, 1, 0)
    outcome = read(report)
    if code and not outcome.failed:  # also pytest's "no tests collected"
        outcome = outcome._replace(failed=1)
    return outcome


def read(report: Path) -> Outcome:
    """Return what a JUnit report counts."""
    passed = failed = skipped = 0
    reasons = []
    for case in ElementTree.parse(report).iter("testcase"):
        left_out = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif left_out is not None:
            skipped += 1
            reasons.append(f"{case.get('name')}: {left_out.get('message', '')}")
        else:
            passed += 1
    return Outcome(passed, failed, skipped, tuple(reasons))


def main(arguments: list[str]) -> int:
    """Run the stages; return 0 if nothing failed."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    environment = dict(os.environ)
    if "--thorough" in arguments:
        arguments.remove("--thorough")
        environment["TLSKIT_THOROUGH"] = "1"
    if "--all-peers" in arguments:
        arguments.remove("--all-peers")
        environment["TLSKIT_ALL_PEERS"] = "1"
    stages = list(STAGES)
    if "--only" in arguments:
        at = arguments.index("--only")
        stages = arguments[at + 1 : at + 2]
        del arguments[at : at + 2]
        if not stages or stages[0] not in STAGES:
            print(f"test: --only takes one of {', '.join(STAGES)}", file=sys.stderr)
            return 2
    REPORTS.mkdir(exist_ok=True)
    outcomes = []
    for stage in stages:
        what, options = STAGES[stage]
        say(f"{stage}: {what} ...")
        started = time.monotonic()
        more = [*SIDE_BY_SIDE, *arguments] if stage == "tests" else []
        outcome = lint() if stage == "lint" else pytest(stage, [*options, *more], environment)
        outcomes.append(outcome)
        counted = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} left out"
        say(f"{stage}: {counted} in {time.monotonic() - started:.0f} s")
    return summary(outcomes)


def summary(outcomes: list[Outcome]) -> int:
    """Print what was left out and why, then the one line that counts; return the exit code."""
    reasons = [reason for outcome in outcomes for reason in outcome.reasons]
    if reasons:
        say("left out (python3 course.py peers installs what is missing):")
        for reason in reasons:
            print(f"  {reason}")
    passed, failed, skipped = (sum(one[at] for one in outcomes) for at in range(3))
    if skipped and os.environ.get("CI") == "true":
        say(f"in CI nothing may be left out: {skipped} count as failed")
        failed, skipped = failed + skipped, 0
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("test: interrupted")
