"""The summary's plots: each with words for who can't see it, and the table it was drawn from."""

import base64
import io
import textwrap
import warnings
from collections.abc import Sequence
from typing import Any

from tlskit.grade.counts import TaskCount
from tlskit.grade.pages import escape, table

BARS = 12
"""Mistakes that are drawn; the table has all."""
PARTS = (
    ("full", "all points", "#0072b2", ""),
    ("part", "some", "#56b4e9", "//"),
    ("none", "none", "#e69f00", "xx"),
    ("waiting", "to be read", "#ffffff", ".."),
)
"""Okabe and Ito's colours; the hatch says the same."""
SETTINGS: Any = {"svg.hashsalt": "tlskit", "svg.fonttype": "path", "hatch.linewidth": 0.6}


def points_per_task(counts: Sequence[TaskCount]) -> str:
    """Return a bar for each task: how many got all of its points, some, none."""
    fig, axes = canvas(len(counts) * 0.42 + 1.1)
    places = range(len(counts))
    left = [0] * len(counts)
    for name, label, colour, hatch in PARTS:
        widths = [getattr(one, name) for one in counts]
        if any(widths):
            axes.barh(
                places, widths, left=left, label=label, color=colour, hatch=hatch, edgecolor="#222"
            )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    finish(axes, [one.task for one in counts], "submissions")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(PARTS), frameon=False)
    worst = min(
        (one for one in counts if one.mean is not None),
        key=lambda one: (one.mean or 0) / one.max_points,
        default=None,
    )
    alt = "Points per task, a bar each."
    if worst is not None and worst.mean is not None:
        alt += (
            f" The fewest were earned in {worst.task}: {worst.mean:.2g} of {worst.max_points:g} on"
            " average."
        )
    rows = [
        (
            one.task,
            one.max_points,
            "–" if one.mean is None else f"{one.mean:.2f}",
            *(getattr(one, name) for name, *_ in PARTS),
        )
        for one in counts
    ]
    head = ("task", "points", "mean", *(label for _, label, *_ in PARTS))
    return figure(fig, alt, head, rows)


def mistakes_by_frequency(found: Sequence[tuple[str, str, int]]) -> str:
    """Return a bar for each of the most frequent mistakes."""
    if not found:
        return "<p>No mistake was made.</p>"
    drawn = found[:BARS]
    labels = [
        "\n".join(
            textwrap.wrap(f"{task}: {printable(sentence)}", 58, max_lines=2, placeholder=" …")
        )
        for sentence, task, _ in drawn
    ]
    fig, axes = canvas(len(drawn) * 0.5 + 0.8)
    axes.barh(range(len(drawn)), [count for *_, count in drawn], color="#0072b2", edgecolor="#222")
    finish(axes, labels, "students")
    sentence, task, count = found[0]
    alt = f"Mistakes by frequency. The most frequent, in {task}, was made {count} times: {sentence}"
    if len(found) > BARS:
        alt += f" Drawn are the first {BARS} of {len(found)}."
    return figure(fig, alt, ("mistake", "task", "students"), found)


def time_taken(bins: Sequence[tuple[float, float, int]], median: float, longest: float) -> str:
    """Return a bar for each span of seconds."""
    labels = [f"{low:g} to {high:g} s" for low, high, _ in bins]
    fig, axes = canvas(len(bins) * 0.36 + 0.8)
    axes.barh(range(len(bins)), [count for *_, count in bins], color="#0072b2", edgecolor="#222")
    finish(axes, labels, "submissions")
    alt = f"Time taken by a submission: half of them {median:.2g} s or less, the longest "
    alt += f"{longest:.2g} s."
    rows = [(label, count) for label, (*_, count) in zip(labels, bins, strict=True)]
    return figure(fig, alt, ("time", "submissions"), rows)


def canvas(height: float) -> tuple[Any, Any]:
    """Return an empty figure and its axes."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(8.6, height), layout="constrained")
    axes = fig.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return fig, axes


def finish(axes: Any, labels: Sequence[str], counted: str) -> None:
    """Name the bars from top to bottom, and what they count."""
    axes.set_yticks(range(len(labels)), labels, parse_math=False, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel(counted)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.margins(x=0.02)


def printable(text: str) -> str:
    """Return a text in one line, without what a font cannot draw."""
    return "".join(letter if letter.isprintable() else "·" for letter in text[:200])


def figure(fig: Any, alt: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return picture, words and table as HTML."""
    source = base64.b64encode(drawn(fig)).decode()
    return (
        f'<figure>\n<img alt="{escape(alt, 600)}" src="data:image/svg+xml;base64,{source}">\n'
        f"<figcaption>{escape(alt, 600)}</figcaption>\n</figure>\n"
        f"<details><summary>The same as a table</summary>\n{table(head, rows)}\n</details>"
    )


def drawn(fig: Any) -> bytes:
    """Return a figure as SVG, the same bytes for the same numbers; letters are outlines in it."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks is drawn as a box
        fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
