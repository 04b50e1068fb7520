"""What a class's results come to, as numbers: by status, by task, by mistake, by time."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tlskit.checks.report import Verdict
from tlskit.exercises.judging import UNKNOWN
from tlskit.exercises.task import Assignment
from tlskit.grade.rows import Result, Row, Status

RAISED = re.compile(r"^(\w+ raised \w+)\b.*", re.DOTALL)


@dataclass(frozen=True)
class TaskCount:
    """How many students got how much of a task."""

    task: str
    max_points: float
    full: int
    part: int
    none: int
    waiting: int
    mean: float | None
    """None as long as points are missing."""


def by_status(results: Sequence[Result]) -> list[tuple[str, int]]:
    """Return how often each status occurs, in the order of the words' list."""
    found = Counter(row.status for result in results for row in result.rows)
    return [(status.value, found[status]) for status in Status if found[status]]


def by_task(results: Sequence[Result], assignment: Assignment) -> list[TaskCount]:
    """Return the counts of each task, in the assignment's order."""
    worth = maxima(assignment)
    rows: dict[str, list[Row]] = {name: [] for name in worth}
    for result in results:
        for row in result.rows:
            if row.task in rows:
                rows[row.task].append(row)
    return [task_count(name, most, rows[name]) for name, most in worth.items()]


def maxima(assignment: Assignment) -> dict[str, float]:
    """Return what each task and each explanation is worth, in their order."""
    worth = {one.name: one.points for one in assignment.tasks}
    return worth | {one.name: one.points for one in assignment.explanations}


def task_count(task: str, most: float, rows: Sequence[Row]) -> TaskCount:
    """Return the counts of one task."""
    given = [row.points for row in rows if row.points is not None]
    full = sum(points >= most for points in given)
    none = sum(points <= 0 for points in given)
    mean = sum(given) / len(given) if given and len(given) == len(rows) else None
    part = len(given) - full - none
    return TaskCount(task, most, full, part, none, len(rows) - len(given), mean)


def by_mistake(results: Sequence[Result]) -> list[tuple[str, str, int]]:
    """Return (mistake, task, students), the most frequent first.

    What is not written, or waits for a person, is no mistake. Those that no sentence is known for
    are one, and so are the errors of one kind that a function raised.
    """
    found: Counter[tuple[str, str]] = Counter()
    for result in results:
        if why := not_graded(result):
            found[why, "all tasks"] += 1
            continue
        for row in result.rows:
            found.update({(grouped(sentence), row.task) for sentence in mistakes(result, row)})
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [(sentence, task, count) for (sentence, task), count in ordered]


def not_graded(result: Result) -> str:
    """Return why nothing of a submission was graded, "" if something was."""
    reasons = {row.mistake for row in result.rows}
    statuses = {row.status for row in result.rows}
    nothing = statuses in ({Status.REFUSED}, {Status.MISSING}, {Status.CRASHED})
    return reasons.pop() if nothing and len(reasons) == 1 else ""


def grouped(sentence: str) -> str:
    """Return a sentence without what differs from one student to the next."""
    if sentence.startswith(UNKNOWN):
        return UNKNOWN
    return RAISED.sub(r"\1.", sentence)


def mistakes(result: Result, row: Row) -> tuple[str, ...]:
    """Return the sentences that say why points of a row are missing."""
    if row.status in (Status.NOT_WRITTEN, Status.MANUAL) or row.points == row.max_points:
        return ()
    said = result.reports.get(row.task)
    if said is not None and said.verdict == Verdict.WRONG and said.findings:
        return said.findings
    return (row.mistake,) if row.mistake else ()


def by_time(results: Sequence[Result]) -> list[tuple[float, float, int]]:
    """Return (from, to, submissions) for bins of seconds, each twice as wide as the one before."""
    seconds = sorted(result.seconds for result in results)
    if not seconds:
        return []
    edges = [0.0, 0.125]
    while edges[-1] <= seconds[-1]:
        edges.append(edges[-1] * 2)
    bins = [(low, high, sum(low <= one < high for one in seconds)) for low, high in pairwise(edges)]
    first = next(at for at, one in enumerate(bins) if one[2])
    return bins[first:]


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
