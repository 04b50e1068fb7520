"""A report: what a check found, as text and for the page."""

import html
import inspect
import linecache
import re
import sysconfig
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

HERE = str(Path(__file__).resolve().parent.parent)
NOT_HERS = (
    HERE,
    "<frozen ",
    *(sysconfig.get_path(one) for one in ("stdlib", "purelib", "platlib")),
)
"""Where code lies that no learner wrote: ours, Python's library, and what is installed."""


class Verdict(StrEnum):
    """How an answer stands."""

    RIGHT = "right"
    WRONG = "not yet right"
    NOT_WRITTEN = "not written yet"
    REFUTED = "not what the run says"
    NOT_PREDICTED = "predict first"
    TAKEN = "taken"
    REFUSED = "refused"
    NOTHING = "nothing yet"


MARKS = {
    Verdict.RIGHT: "✓",
    Verdict.WRONG: "✗",
    Verdict.NOT_WRITTEN: "…",
    Verdict.REFUTED: "✗",
    Verdict.NOT_PREDICTED: "…",
    Verdict.TAKEN: "✓",
    Verdict.REFUSED: "✗",
    Verdict.NOTHING: "…",
}
CODE = re.compile(r"`([^`]+)`")
COLOURS = {"✓": "#009e73", "✗": "#d55e00", "…": "#767676"}


@dataclass(frozen=True)
class Report:
    """What a check says about an answer.

    Args:
        task: the name of the function that was asked for.
        verdict: right, not yet right, not written yet.
        findings: sentences; each names one mistake, or says what is right.
        reference: where to read on.
    """

    task: str
    verdict: Verdict
    findings: tuple[str, ...]
    reference: str = ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.verdict is Verdict.RIGHT

    def __str__(self) -> str:
        """Return the report as lines of text."""
        lines = [f"{MARKS[self.verdict]} {self.task}: {self.verdict}"]
        lines += [f"  {finding}" for finding in self.findings]
        if self.reference:
            lines.append(f"  Read: {self.reference}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for the page; the verdict is a word and a mark, not only a colour."""
        colour = COLOURS[MARKS[self.verdict]]
        findings = "".join(f"<li>{marked(finding)}</li>" for finding in self.findings)
        read = f"<p>Read: {marked(self.reference)}</p>" if self.reference else ""
        title = f"{MARKS[self.verdict]} {html.escape(self.task)}: {self.verdict}"
        return (
            f'<div class="tlskit-report" role="status" style="border-left: 6px solid {colour};'
            f' padding: 0.2em 1em"><strong>{title}</strong><ul>{findings}</ul>{read}</div>'
        )


def said_by(error: BaseException) -> str:
    """Return an error's kind and its words, if it has some."""
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def marked(text: str) -> str:
    """Return a sentence for the page: what stands in backticks is set as code."""
    return CODE.sub(r"<code>\1</code>", html.escape(text))


class Unusable(Exception):
    """An answer that gave no value to judge; carries the report that says why."""

    def __init__(self, report: Report) -> None:
        """Keep the report."""
        super().__init__(str(report))
        self.report = report


def value_of(task: str, mine: Callable[..., Any], expected: type, *arguments: Any) -> Any:
    """Call the learner's function and return what it returned, if it is of the expected type.

    Raises: Unusable with the report: not written yet, raised (with her own line), wrong type.
    """
    name = getattr(mine, "__name__", repr(mine))
    if not callable(mine):
        finding = f"{name} is not a function: hand over its name, without parentheses"
        raise Unusable(Report(task, Verdict.WRONG, (finding,)))
    try:
        value = mine(*arguments)
    except NotImplementedError:
        raise Unusable(
            Report(task, Verdict.NOT_WRITTEN, ("Write it, then run this again.",))
        ) from None
    except Exception as error:
        finding = f"{name} raised {said_by(error)}{own_line(error)}"
        raise Unusable(Report(task, Verdict.WRONG, (finding,))) from None
    if not isinstance(value, expected):
        what = "None: is a `return` missing?" if value is None else f"a {type(value).__name__}"
        finding = f"{name}{signature(mine)} should return {expected.__name__}, and returned {what}"
        raise Unusable(Report(task, Verdict.WRONG, (finding,)))
    return value


def signature(mine: Callable[..., Any]) -> str:
    """Return a function's parameters in parentheses, for a sentence."""
    return f"({', '.join(inspect.signature(mine).parameters)})"


def own_line(error: BaseException) -> str:
    """Return the learner's own line at which it happened, without frames of ours or a library's."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(NOT_HERS):
            line = linecache.getline(frame.filename, frame.lineno or 0).strip() or frame.line
            return f", at line {frame.lineno} of your cell: {line}" if line else ""
    return ""


def first_difference(mine: bytes, right: bytes) -> int:
    """Return the offset of the first byte that differs."""
    pairs = zip(mine, right, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(right)))
