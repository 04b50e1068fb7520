"""Grade one class with tlskit.grade, its sandbox on, and with nbgrader; submissions a minute.

Both are run as an instructor runs them, by their commands and with all that they do: nbgrader runs
the notebooks in a kernel and keeps its database, tlskit.grade writes its table and all pages.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from bench_measure import Timing, report
from simulated_class import submission

ROOT = Path(__file__).resolve().parent.parent
NAME = "00_first_step"
SIZE = 24
LARGE = 100
KINDS = ("right", "wrong", "untouched")
AIM = 0.2
"""Of nbgrader's time for a submission: five times as many a minute."""


def hand_in(folder: Path, size: int) -> None:
    """Write a class's submissions; none of them is hostile, which nbgrader would not survive."""
    choose = random.Random(f"bench {size}")
    for number in range(size):
        notebook, _ = submission(KINDS[number % len(KINDS)], number, NAME, choose)
        place = folder / f"student-{number:03d}" / NAME / f"{NAME}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(notebook, place)


def timed(command: list[str], folder: Path) -> float:
    """Run a command in a folder; return the seconds that it took."""
    beside = str(Path(sys.executable).parent)  # nbgrader calls a program of its environment
    path = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"}
    began = time.perf_counter()
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=path)
    taken = time.perf_counter() - began
    if said.returncode:
        raise OSError(0, said.stderr.strip()[-2000:], " ".join(command[1:4]))
    return taken


def ours(submissions: Path, out: Path) -> float:
    """Grade with tlskit.grade; return the seconds that it took."""
    command = [sys.executable, "-m", "tlskit.grade", str(submissions), "--assignment", NAME]
    return timed([*command, "--out", str(out)], ROOT)


@contextmanager
def course() -> Iterator[Path]:
    """Make a folder with a course as nbgrader knows it, and a class's submissions in it."""
    with tempfile.TemporaryDirectory(prefix="tlskit-bench-") as name:
        folder = Path(name)
        shutil.copytree(ROOT / "solutions" / NAME, folder / "solutions" / NAME)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        timed([sys.executable, "-m", "nbgrader", "generate_assignment", NAME], folder)
        hand_in(folder / "grading/submitted", SIZE)
        yield folder


def theirs(folder: Path) -> float:
    """Grade a copy of the course with nbgrader; return the seconds that it took."""
    with tempfile.TemporaryDirectory(prefix="tlskit-bench-") as name:
        copy = Path(name) / "course"
        shutil.copytree(folder, copy)
        taken = timed([sys.executable, "-m", "nbgrader", "autograde", NAME, "--quiet"], copy)
        graded = len(list((copy / "grading/autograded").glob("*/*/*.ipynb")))
        if graded != SIZE:
            raise OSError(0, f"nbgrader graded {graded} of {SIZE} submissions", "autograde")
        return taken


def measured(rounds: int) -> list[dict[str, Any]]:
    """Grade in turns, forwards in one round and backwards in the next; return the rows."""
    nbgrader = Timing(f"nbgrader autograde, {SIZE} submissions")
    tlskit = Timing(f"tlskit.grade in its sandbox, {SIZE} submissions", aim=AIM)
    few, many = Timing(f"  {LARGE // 10} submissions"), Timing(f"  {LARGE} submissions")
    with course() as folder, tempfile.TemporaryDirectory(prefix="tlskit-bench-") as name:
        place = Path(name)
        for size in (LARGE // 10, LARGE):
            hand_in(place / str(size), size)

        def grade(size: int, submissions: Path) -> float:
            out = place / "out"
            taken = ours(submissions, out) / size
            shutil.rmtree(out)
            return taken

        for number in range(rounds):
            turns = [
                lambda: nbgrader.rounds.append(theirs(folder) / SIZE),
                lambda: tlskit.rounds.append(grade(SIZE, folder / "grading/submitted")),
                lambda: few.rounds.append(grade(LARGE // 10, place / str(LARGE // 10))),
                lambda: many.rounds.append(grade(LARGE, place / str(LARGE))),
            ]
            for turn in turns if number % 2 == 0 else reversed(turns):
                turn()
    title = f"grading {NAME}, a submission"
    rows = report(title, [nbgrader, tlskit, few, many], "ms")
    for one in (nbgrader, tlskit, many):
        print(f"{60 / one.best:7.0f} submissions a minute: {one.name.strip()}")
    per_core = f"{len(os.sched_getaffinity(0))} cores" if sys.platform == "linux" else "all cores"
    print(f"tlskit.grade to nbgrader: {nbgrader.best / tlskit.best:.1f} times as many ({per_core})")
    return rows
