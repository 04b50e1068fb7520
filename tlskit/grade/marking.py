"""Grade a class: what is new or changed, on all cores, each result kept as soon as it is there."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tlskit.exercises.task import Assignment
from tlskit.grade import feedback, summary
from tlskit.grade.course_copy import course_copy
from tlskit.grade.folder import Folder, write
from tlskit.grade.grading import Job, digest_of
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Result, file_name
from tlskit.grade.submissions import find, shown
from tlskit.grade.workers import Workers

WIDTH, LINE = 24, 50
"""Characters of the bar, and of the words behind it."""
EVERY = {True: 0.2, False: 10.0}
"""Seconds between two lines of progress, on a terminal and elsewhere."""


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how.

    Args:
        submissions: the folder with a folder for each student.
        names: the students' folders.
        timeout: seconds a task may take, in place of its own.
        regrade: whether what is graded already is graded anew.
        here: whether the workers are processes of this machine.
    """

    submissions: Path
    names: Sequence[str]
    assignment: Assignment
    seed: str = field(repr=False)
    isolation: Isolation
    timeout: float | None = None
    regrade: bool = False
    here: bool = True


class Progress:
    """A line about how far it is, and when it will be done."""

    def __init__(self, total: int, before: int, stream: TextIO) -> None:
        """Take how many there are, and how many of them were graded before."""
        self.total, self.before, self.done, self.stream = total, before, 0, stream
        self.began = self.told = time.monotonic()
        self.terminal = stream.isatty()

    def step(self) -> None:
        """Count one, and say so if it is time."""
        self.done += 1
        now = time.monotonic()
        if now - self.told >= EVERY[self.terminal]:
            self.told = now
            self.say(now - self.began)

    def say(self, seconds: float) -> None:
        """Say how far it is."""
        so_far = self.before + self.done
        left = (self.total - so_far) * seconds / max(self.done, 1)
        line = f"{so_far} of {self.total} graded, about {duration(left)} left"
        if self.terminal:
            bar = "#" * (WIDTH * so_far // max(self.total, 1))
            line = f"\r[{bar:.<{WIDTH}}] {line:<{LINE}}"
        print(line, file=self.stream, flush=True, **self.end)

    @property
    def end(self) -> dict[str, str]:
        """Stay on one line of a terminal."""
        return {"end": ""} if self.terminal else {}

    def clear(self) -> None:
        """Leave no half line on a terminal."""
        if self.terminal and self.told != self.began:
            print(f"\r{'':<{WIDTH + LINE + 3}}\r", end="", file=self.stream, flush=True)


def duration(seconds: float) -> str:
    """Return a duration in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def grade_all(order: Order, folder: Folder, workers: Workers) -> int:
    """Grade what is not graded yet, and return how many that were.

    All that is there is written at the end, and if it is interrupted, too.
    """
    before = {} if order.regrade else {one.student: one.digest for one in folder.results()}
    course = course_copy(order.assignment) if order.here else None
    fresh = [name for name in order.names if needs(order, name, before)]
    done = len(order.names) - len(fresh)
    progress = Progress(len(order.names), done, sys.stderr)
    began = time.monotonic()
    try:
        for result in workers.results(jobs(order, fresh, course)):
            folder.keep(result)
            progress.step()
        return len(fresh)
    finally:
        workers.close()
        progress.clear()
        write_all(folder, order.assignment, time.monotonic() - began if fresh else None)
        if course is not None:
            shutil.rmtree(course, ignore_errors=True)


def needs(order: Order, name: str, before: dict[str, str]) -> bool:
    """Tell whether a submission is new, or other than when it was graded."""
    if shown(name) not in before:
        return True
    found = find(order.submissions, name, order.assignment.name)
    digest = digest_of(found, order.assignment.name, order.seed, order.timeout)
    return before[shown(name)] != digest


def jobs(order: Order, names: Sequence[str], course: Path | None) -> Iterator[Job]:
    """Yield what is to be done, each read when its turn comes."""
    name = order.assignment.name
    for student in names:
        found = find(order.submissions, student, name)
        digest = digest_of(found, name, order.seed, order.timeout)
        yield Job(found, name, order.seed, order.isolation, order.timeout, digest, course)


def write_all(folder: Folder, asked: Assignment, seconds: float | None) -> list[Result]:
    """Write grades.csv, a page for each student, and the instructor's."""
    results = folder.write_grades()
    pages = folder.path / "feedback"
    pages.mkdir(exist_ok=True)
    for result in results:
        write(pages / f"{file_name(result.student)}.html", feedback.page(result, asked))
    write(folder.path / "summary.html", summary.page(results, asked, seconds))
    return results
