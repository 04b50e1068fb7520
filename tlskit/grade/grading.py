"""Grade one submission: values come out of the sandbox, the verdict is reached here."""

import hashlib
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment
from tlskit.exercises.calling import StillRunning, ending
from tlskit.exercises.judging import judge
from tlskit.exercises.task import Assignment, Came, Explanation, Marked, Task
from tlskit.grade.course_copy import course_copy, version
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Result, Row, Said, Status
from tlskit.grade.running import Session, Tried
from tlskit.grade.submissions import Cell, Found, NotGraded, cells_of
from tlskit.lesson import lesson_random

HERE = Path(__file__).resolve().parent.parent
JUDGING = 60.0
"""Seconds that reaching a verdict may take."""
STUB = "*Your answer, in your own words:*"
NOT_WRITTEN = "not written yet"


@dataclass(frozen=True)
class Job:
    """One submission to be graded; it can be sent to another process or machine.

    Args:
        assignment: its name.
        seed: what the inputs follow from.
        isolation: how its code is to be kept in.
        timeout: seconds a task may take, in place of its own.
        digest: of all that the result follows from.
        course: the folder with what it may see, if one is there already.
    """

    found: Found
    assignment: str
    seed: str = field(repr=False)
    isolation: Isolation
    timeout: float | None = None
    digest: str = ""
    course: Path | None = None


def digest_of(found: Found, name: str, seed: str, timeout: float | None) -> str:
    """Return a digest of all that a result follows from."""
    parts = [version(name), name, seed, str(timeout), found.status, found.why, *found.notes]
    digest = hashlib.sha256(json.dumps(parts).encode())
    digest.update(found.notebook or b"")
    return digest.hexdigest()


def seed_digest(seed: str) -> str:
    """Return what tells seeds apart and gives none away."""
    return hashlib.sha256(f"tlskit.grade {seed}".encode()).hexdigest()[:16]


def grade_one(job: Job) -> Result:
    """Grade a submission; whatever it does, there is a result."""
    began = time.monotonic()
    asked = assignment(job.assignment)
    notes = list(job.found.notes)
    reports: dict[str, Said] = {}
    try:
        if job.found.notebook is None:
            raise NotGraded(job.found.status, job.found.why)
        cells = cells_of(job.found.notebook)
        notes += remarks(cells, release(job.assignment))
        answers = answers_of(cells, asked)
        rows, reports, seen = graded(job, asked, cells)
        notes += seen
        rows += [manual(job, one, answers) for one in asked.explanations]
    except NotGraded as refused:
        answers = {}
        rows = without_points(job, asked, refused.status, str(refused))
    return Result(
        student=job.found.student,
        assignment=asked.name,
        digest=job.digest,
        rows=tuple(rows),
        isolation=str(job.isolation),
        seed_digest=seed_digest(job.seed),
        notes=tuple(notes),
        reports=reports,
        answers=answers,
        seconds=round(time.monotonic() - began, 3),
    )


def without_points(job: Job, asked: Assignment, status: Status, why: str) -> list[Row]:
    """Return a row for each task that says why there is nothing."""
    parts: list[Task | Explanation] = [*asked.tasks, *asked.explanations]
    return [Row(job.found.student, one.name, 0.0, one.points, why, status) for one in parts]


def graded(
    job: Job, asked: Assignment, cells: Sequence[Cell]
) -> tuple[list[Row], dict[str, Said], list[str]]:
    """Return rows, reports and remarks for the tasks."""
    code = [one.source for one in cells if one.is_code]
    rows, reports = [], {}
    course = job.course or course_here(asked.name)
    with Session(course, job.isolation, asked, code, job.timeout) as session:
        for task in asked.tasks:
            cases = list(task.cases(lesson_random(f"{job.seed} {task.name}")))
            tried = session.outcomes(task, cases)
            row, reports[task.name] = judged(job.found.student, task, cases, tried)
            rows.append(row)
        return rows, reports, session.remarks()


course_here = cache(lambda name: course_copy(assignment(name)))
"""The folder with what a submission may see, made once a process."""


def judged(student: str, task: Task, cases: Sequence[Any], tried: Tried) -> tuple[Row, Said]:
    """Return the row and the report for a task, from what came of its calls."""
    try:
        with ending(JUDGING):
            marked = judge(task, cases, tried.outcomes)
    except (Exception, StillRunning) as error:
        why = f"what it returned can't be judged ({type(error).__name__})"
        marked = Marked(task.name, Verdict.WRONG, (why,), task.reference, 0.0, task.points)
        tried = Tried(tried.outcomes, tried.seconds, Status.CRASHED)
    findings = tuple(map(printable, marked.findings))
    status, why = tried.status, " ".join(findings)
    if status is Status.GRADED and marked.verdict is Verdict.NOT_WRITTEN:
        status = Status.NOT_WRITTEN
        why = NOT_WRITTEN if tried.outcomes[0].came is Came.NOT_WRITTEN else why
    earned = min(max(marked.points, 0.0), task.points)
    if marked.right:
        why = ""
    row = Row(student, task.name, earned, task.points, why, status, round(tried.seconds, 3))
    return row, Said(str(marked.verdict), findings, marked.reference)


def manual(job: Job, one: Explanation, answers: dict[str, str]) -> Row:
    """Return the row of an explanation: a person reads it, if there is something to read."""
    if answers.get(one.name):
        return Row(job.found.student, one.name, None, one.points, "", Status.MANUAL)
    return Row(job.found.student, one.name, 0.0, one.points, NOT_WRITTEN, Status.NOT_WRITTEN)


def answers_of(cells: Sequence[Cell], asked: Assignment) -> dict[str, str]:
    """Return the texts for the explanations; what is empty or the stub is none."""
    names = {one.name for one in asked.explanations}
    found: dict[str, str] = {}
    for one in cells:
        text = one.source.replace(STUB, "").strip()
        if one.name in names and text:
            found[one.name] = printable(f"{found.get(one.name, '')}\n\n{text}".strip(), 1 << 16)
    return found


def remarks(cells: Sequence[Cell], given: Sequence[Cell]) -> list[str]:
    """Say which cells are missing, there twice, or changed though they are locked."""
    names = [one.name for one in cells if one.name]
    there = {one.name: one.source for one in reversed(cells)}
    named = [one for one in given if one.name]
    missing = [one.name for one in named if one.name not in there]
    twice = sorted({name for name in names if names.count(name) > 1})
    changed = [
        one.name for one in named if one.locked and there.get(one.name, one.source) != one.source
    ]
    found = {"missing cells": missing, "cells there twice": twice, "locked cells changed": changed}
    return [
        f"{what}: {', '.join(map(printable, which[:20]))}" for what, which in found.items() if which
    ]


@cache
def release(name: str) -> tuple[Cell, ...]:
    """Return the cells that a student gets; none where the course's notebooks are not there."""
    path = HERE.parent / "exercises" / name / f"{name}.ipynb"
    try:
        return tuple(cells_of(path.read_bytes()))
    except (OSError, NotGraded):
        return ()


UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def printable(text: str, most: int = 2000) -> str:
    """Return a text without what could play tricks on a reader, and not too much of it."""
    return UNPRINTABLE.sub("?", text[:most])
