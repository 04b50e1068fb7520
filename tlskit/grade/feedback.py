"""What a student gets back: her points, what she did wrong in words, and where to read on.

No expected value and no hidden input stands here; what she wrote is shown as text.
"""

from tlskit.checks.report import CODE, MARKS, Verdict
from tlskit.exercises.task import Assignment
from tlskit.grade.pages import amount, document, escape, listed
from tlskit.grade.rows import Result, Row, Said, Status

SENTENCE = 600
"""Characters of a finding that are shown; it may quote her own words."""
WHY = {
    Status.TIMEOUT: "It took too long and was stopped.",
    Status.CRASHED: "It ended the whole process it ran in, so nothing could be marked.",
    Status.REFUSED: "It was not run.",
    Status.MISSING: "It was not found in what was handed in.",
    Status.NOT_WRITTEN: "Nothing was written here.",
}
"""Said where a status comes without words of its own."""


def page(result: Result, assignment: Assignment) -> str:
    """Return the feedback page of one student."""
    words = {one.name for one in assignment.explanations}
    tasks = [row for row in result.rows if row.task not in words]
    return document(
        f"{result.assignment}: feedback",
        f"<p>For <strong>{escape(result.student, 200)}</strong>.</p>",
        so_far(result),
        *(task(row, result.reports.get(row.task)) for row in tasks),
        *(
            answer(row, result.answers.get(row.task, ""))
            for row in result.rows
            if row.task in words
        ),
        '<p class="quiet">The inputs that your functions were tried with are not those of the '
        "notebook: they are drawn anew for a class.</p>",
    )


def so_far(result: Result) -> str:
    """Return the sum, and what a person has still to give."""
    waiting = sum(row.max_points for row in result.rows if row.points is None)
    to_come = f" A person who reads gives up to {amount(waiting)} more." if waiting else ""
    marked = result.max_points - waiting
    return f"<p><strong>{amount(result.points, marked)}</strong>.{to_come}</p>"


def task(row: Row, said: Said | None) -> str:
    """Return what is said about one task."""
    verdict, findings, reference = told(row, said)
    mark = MARKS.get(verdict, "✗")  # type: ignore[call-overload]
    css = {"✓": "right", "✗": "wrong"}.get(mark, "open")
    read = f"<p>Read: {sentence(reference)}</p>" if reference else ""
    return section(
        css,
        row,
        f"<p>{mark} {escape(verdict)}: {earned(row)}</p>",
        listed(sentence(one) for one in findings),
        read,
    )


def told(row: Row, said: Said | None) -> tuple[str, tuple[str, ...], str]:
    """Return verdict, findings and reference, also where only a status is known."""
    if said is not None:
        return said.verdict, said.findings or default(row), said.reference
    if row.status is Status.GRADED:
        full = row.points == row.max_points
        return (Verdict.RIGHT if full else Verdict.WRONG).value, default(row), ""
    return row.status.value, default(row), ""


def default(row: Row) -> tuple[str, ...]:
    """Return the reason that a row has, or what its status means."""
    reason = row.mistake or WHY.get(row.status, "")
    return (reason,) if reason else ()


def answer(row: Row, text: str) -> str:
    """Return an answer in her own words, as it was handed in."""
    if row.points is not None:
        standing = f"<p>{earned(row)}</p>"
    else:
        standing = f"<p>… to be read by a person: up to {amount(row.max_points)}</p>"
    hers = f"<pre>{escape(text)}</pre>" if text.strip() else ""
    return section("open", row, standing, hers, listed(sentence(one) for one in default(row)))


def earned(row: Row) -> str:
    """Return the points of a row."""
    return amount(row.points or 0.0, row.max_points)


def section(css: str, row: Row, *parts: str) -> str:
    """Return a part of the page with the task's name above it."""
    head = f'<section class="{css}">\n<h2><code>{escape(row.task, 200)}</code></h2>'
    return "\n".join([head, *(part for part in parts if part), "</section>"])


def sentence(text: str) -> str:
    """Return a sentence as HTML; what stands in backticks is set as code."""
    return CODE.sub(r"<code>\1</code>", escape(text, SENTENCE))
