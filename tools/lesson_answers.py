"""Answers in a source, between BEGIN and END: in an exercise's `solution`, in a lesson's `task`."""

from __future__ import annotations

import re
from typing import Any

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "raise NotImplementedError"
SOLUTION = "solution"
TASK = "task"
CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
MARKER_LIKE = re.compile(r"#\s*(begin|end)\s*solution", re.IGNORECASE)


class BuildError(Exception):
    """A source that cannot be built; the message is one line that names file and cell."""


def tags(cell: Any) -> set[str]:
    """Return the cell's tags."""
    return set(cell.metadata.get("tags", ()))


def check_markers(at: str, cell: Any) -> None:
    """Raise BuildError unless BEGIN and END stand in pairs, and only where the tag says so.

    A marker spelt almost right is refused too: the answer below it would reach the learner.
    """
    opened, pairs, inside = False, 0, 0
    tag = next(iter({SOLUTION, TASK} & tags(cell)), "")
    for line in cell.source.splitlines():
        marker = line.strip()
        if not MARKER_LIKE.search(line):
            inside += bool(opened and marker)
        elif marker not in (BEGIN, END):
            raise BuildError(f"{at}: {marker!r} is neither {BEGIN!r} nor {END!r}")
        elif not tag:
            raise BuildError(f"{at}: {marker} in a cell without the tag {SOLUTION!r} or {TASK!r}")
        elif opened == (marker == BEGIN):
            raise BuildError(f"{at}: {BEGIN} without {END}" if opened else f"{at}: {END} first")
        elif marker == END and not inside:
            raise BuildError(f"{at}: nothing stands between {BEGIN} and {END}")
        else:
            opened, pairs, inside = not opened, pairs + (marker == END), 0
    if opened:
        raise BuildError(f"{at}: {BEGIN} without {END}")
    if tag:
        if cell.cell_type != "code":
            raise BuildError(f"{at}: the tag {tag!r} is for code cells alone")
        if not pairs:
            raise BuildError(f"{at}: the tag {tag!r}, but no {BEGIN} and {END}")


def stubbed(source: str) -> str:
    """Return the cell with `raise NotImplementedError`, as far indented, for each answer."""
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
            kept.append(line[: line.index(BEGIN)] + STUB)
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def unmarked(source: str) -> str:
    """Return the cell with its answers, without the lines that mark them."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))
