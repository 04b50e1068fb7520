"""The instructor's page: how a class did, what it got wrong, how its code was kept in."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from tlskit.exercises.task import Assignment
from tlskit.grade import plots
from tlskit.grade.counts import by_mistake, by_status, by_task, by_time, maxima, middle
from tlskit.grade.pages import Html, counted, document, escape, listed, table
from tlskit.grade.rows import Result, Row, Status, file_name


def page(results: Sequence[Result], assignment: Assignment, seconds: float | None = None) -> str:
    """Return the summary of a class.

    Args:
        seconds: how long the whole run took, if that is known.
    """
    everyone = sorted(results, key=lambda one: one.student)
    title = f"{assignment.name}: summary"
    if not everyone:
        return document(title, "<p>There is no submission.</p>")
    return document(
        title,
        overview(everyone, assignment, seconds),
        "<h2>Points per task</h2>",
        plots.points_per_task(by_task(everyone, assignment)),
        "<h2>Mistakes by frequency</h2>",
        plots.mistakes_by_frequency(by_mistake(everyone)),
        "<h2>Time taken</h2>",
        times(everyone),
        "<h2>What became of the tasks</h2>",
        table(("status", "rows"), by_status(everyone)),
        "<h2>Students</h2>",
        students(everyone, assignment),
        *notes(everyone),
    )


def overview(results: Sequence[Result], assignment: Assignment, seconds: float | None) -> str:
    """Return the first lines: how many, how many points, which isolation, which seed."""
    points = [result.points for result in results]
    waiting = sum(result.waits_for_a_person for result in results)
    lines = [
        counted(len(results), "submission") + (f", graded in {seconds:.0f} s" if seconds else ""),
        f"points so far: {sum(points) / len(points):.2f} on average, half of the class has "
        f"{middle(points):g} or more, of {assignment.max_points:g} in all",
        f"answers to be read by a person: in {counted(waiting, 'submission')}" if waiting else "",
    ]
    return "\n".join(
        [
            listed(escape(line) for line in lines if line),
            "<p><strong>Isolation</strong>:</p>",
            listed(told(Counter(result.isolation or "not stated" for result in results))),
            "<p><strong>Seed</strong>, by its digest (the seed itself is the instructor's):</p>",
            listed(told(Counter(result.seed_digest or "not stated" for result in results))),
        ]
    )


def told(found: Counter[str]) -> list[str]:
    """Return each value with the number of submissions that have it."""
    return [
        f"{escape(one, 500)} <span class='quiet'>({counted(count, 'submission')})</span>"
        for one, count in sorted(found.items())
    ]


def times(results: Sequence[Result]) -> str:
    """Return the plot of the seconds that submissions took."""
    seconds = [result.seconds for result in results]
    return plots.time_taken(by_time(results), middle(seconds), max(seconds))


def students(results: Sequence[Result], assignment: Assignment) -> str:
    """Return a row for each student, with a link to what she is told."""
    tasks = list(maxima(assignment))
    head = ("student", "points", *tasks, "seconds")
    return table(head, (student(result, tasks) for result in results))


def student(result: Result, tasks: Sequence[str]) -> list[str | float]:
    """Return one student's row."""
    rows = {row.task: row for row in result.rows}
    address = quote(f"feedback/{file_name(result.student)}.html")
    link = Html(f'<a href="{address}">{escape(result.student, 200)}</a>')
    cells = [in_short(rows.get(task)) for task in tasks]
    return [link, result.points, *cells, round(result.seconds, 2)]


def in_short(row: Row | None) -> str:
    """Return points, and the status where it says more than they do."""
    if row is None:
        return "–"
    if row.points is None:
        return "to be read"
    if row.status is Status.GRADED:
        return f"{row.points:g}"
    return f"{row.points:g}, {row.status.value}"


def notes(results: Sequence[Result]) -> list[str]:
    """Return what the instructor should know about single submissions."""
    lines = [
        f"{escape(result.student, 200)}: {escape(note, 1000)}"
        for result in results
        for note in result.notes
    ]
    return ["<h2>Notes</h2>", listed(lines)] if lines else []
