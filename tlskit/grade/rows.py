"""What grading leaves: a row for each task, all of a submission as JSON, all rows as CSV."""

import csv
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

COLUMNS = ("student", "task", "points", "max_points", "mistake", "status", "seconds")
ISOLATION = "isolation"
"""The task of the rows that say how untrusted code was kept in; they have no student."""
FORMULA = re.compile(r"[=+\-@\t\r]")
STRANGE = re.compile(r"[^\w.@+-]+")
ORDINARY = re.compile(r"\w[\w .@+-]{0,99}")


class Status(StrEnum):
    """How a task of a submission ended."""

    GRADED = "graded"
    NOT_WRITTEN = "not written"
    MANUAL = "manual"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True)
class Row:
    """One task of one student.

    Args:
        points: None as long as a person has to give them.
        mistake: why points are missing, in words; empty if none are.
        seconds: how long the task's calls took.
    """

    student: str
    task: str
    points: float | None
    max_points: float
    mistake: str
    status: Status
    seconds: float = 0.0


@dataclass(frozen=True)
class Said:
    """What a student is told about a task.

    Args:
        verdict: "right", "not yet right", "not written yet", or how it ended.
        findings: sentences; each names one mistake, or says what is right.
        reference: where to read on.
    """

    verdict: str
    findings: tuple[str, ...]
    reference: str = ""


@dataclass(frozen=True)
class Result:
    """All that came of one submission.

    Args:
        digest: SHA-256 in hex of all that the result follows from; equal means graded already.
        rows: tasks in the order of the assignment, then its explanations.
        isolation: how the code was kept in, as "bubblewrap".
        seed_digest: tells seeds apart without giving one away.
        notes: what the instructor should know, as cells that are missing or there twice.
        reports: for each task what the student is told.
        answers: for each explanation the student's text.
        seconds: how long all of it took.
    """

    student: str
    assignment: str
    digest: str
    rows: tuple[Row, ...]
    isolation: str = ""
    seed_digest: str = ""
    notes: tuple[str, ...] = ()
    reports: Mapping[str, Said] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """The points so far, without those that a person has to give."""
        return sum(row.points or 0.0 for row in self.rows)

    @property
    def max_points(self) -> float:
        """All points that there are."""
        return sum(row.max_points for row in self.rows)

    @property
    def waits_for_a_person(self) -> bool:
        """Whether something is there that a person has to read."""
        return any(row.status is Status.MANUAL for row in self.rows)

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self), indent=1)


def from_json(text: str) -> Result:
    """Return the result that a text stands for.

    Raises: ValueError if it stands for none, as when it was cut off.
    """
    try:
        found: dict[str, Any] = json.loads(text)
        found["rows"] = tuple(
            Row(**{**row, "status": Status(row["status"])}) for row in found["rows"]
        )
        found["reports"] = {
            task: Said(said["verdict"], tuple(said["findings"]), said["reference"])
            for task, said in found["reports"].items()
        }
        found["notes"] = tuple(found["notes"])
        return Result(**found)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(f"no result of a grading: {error}") from None


def write_csv(path: Path, results: Iterable[Result]) -> None:
    """Write all rows, and behind them a row without a student for each isolation that was used.

    That row has the task "isolation", no points out of 0, and the isolation as its status: a reader
    of columns finds all of them, and sums and groups by student are what they are without it.
    """
    everyone = sorted(results, key=lambda result: result.student)
    lines = [cells(row) for result in everyone for row in result.rows]
    for isolation in sorted({result.isolation for result in everyone if result.isolation}):
        lines.append(["", ISOLATION, "", "0", "", guarded(isolation), "0"])
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
    temporary.replace(path)


def cells(row: Row) -> list[str]:
    """Return a row as the texts of its cells."""
    points = "" if row.points is None else f"{row.points:g}"
    texts = (row.student, row.task, points, f"{row.max_points:g}", row.mistake, row.status.value)
    return [guarded(text) for text in texts] + [f"{row.seconds:.3f}"]


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def file_name(student: str) -> str:
    """Return what a student's files are called, without an ending; a file system can hold it."""
    if ORDINARY.fullmatch(student):
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    readable = STRANGE.sub("_", student)[:60].lstrip(".-")
    return f"{readable or 'student'}-{digest}"
