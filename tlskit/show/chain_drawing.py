"""The chain view: boxes from leaf to root, their validity on a time axis, a clock, a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tlskit.certificates import Trust
from tlskit.chain_rows import MISSING, ChainRow, Judgement, chain_rows, judged, state_at
from tlskit.show.ladder_drawing import COLOURS, picture
from tlskit.show.page import boxed, escape, folded, table, text_table

WIDTH, ROW_HEIGHT, BOX_HEIGHT, TOP = 900, 118, 80, 44
BOX_LEFT, BOX_WIDTH = 8, 372
AXIS_LEFT, AXIS_RIGHT = 410, 884
WORDS = 54  # characters that fit into a box
AROUND = timedelta(days=540)  # how far from the clock the axis goes at most
HEAD = ("certificate", "of whom", "signed by", "from", "to", "key", "names", "issued for", "sent")
HALO = {"stroke": "#fff", "stroke_width": 4, "paint_order": "stroke"}  # text over lines
MARKS = {"valid": "✓ valid", "over": "✗ over", "not yet": "✗ not yet"}
Axis = tuple[datetime, datetime]


@dataclass(frozen=True)
class ChainView:
    """A chain at a moment.

    Args:
        judgement: the verifier's word; None where the reader is to find out, and then neither
            signatures nor dates are marked as good or bad.
    """

    rows: tuple[ChainRow, ...]
    clock: datetime
    axis: Axis
    judgement: Judgement | None = None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return drawing and table for the page, and both as text."""
        return {"text/html": self.html(), "text/plain": str(self)}

    def __str__(self) -> str:
        """Return the chain as a table, with the verdict below it."""
        head, cells = self.table()
        said = [text_table(head, cells), f"clock: {day(self.clock)}"]
        return "\n".join([*said, str(self.judgement)] if self.judgement else said)

    def html(self) -> str:
        """Return drawing, verdict and table as HTML."""
        return boxed(
            "tlskit-chain",
            picture(chain_svg(self), alternative(self)),
            verdict(self.judgement),
            folded("The chain as a table", table(*self.table())),
        )

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the table's head and rows; the marks only with a verdict."""
        rows = [cells(row) for row in self.rows]
        if self.judgement is None:
            return HEAD, rows
        marked = [
            (*row_cells, MARKS.get(state_at(row, self.clock), ""), signature(row))
            for row, row_cells in zip(self.rows, rows, strict=True)
        ]
        return (*HEAD, f"on {day(self.clock)}", "signature"), marked


def chain(
    certificates: Sequence[bytes],
    server_name: str,
    trust: Trust,
    clock: datetime,
    *,
    judge: bool = True,
    axis: Axis | None = None,
) -> ChainView:
    """Return the view of a chain, as it came in a Certificate message, at a moment.

    Args:
        judge: False leaves the verdict and all marks of good and bad out.
        axis: first and last day of the drawing's axis; by default what the chain needs.

    Raises: ValueError for bytes that are no certificate.
    """
    rows = tuple(chain_rows(certificates, trust))
    judgement = judged(certificates, server_name, trust, clock) if judge else None
    return ChainView(rows, clock, axis or axis_for(rows, clock), judgement)


def axis_for(rows: Sequence[ChainRow], clock: datetime) -> Axis:
    """Return an axis that holds the days of leaf and intermediates, near the clock."""
    days = [at for row in rows if row.sent for at in (row.first, row.last) if at]
    first = max(min([*days, clock]), clock - AROUND)
    last = min(max([*days, clock]), clock + AROUND)
    margin = (last - first) / 20 or timedelta(days=30)
    return first - margin, last + margin


# ---- in words


def day(moment: datetime | None) -> str:
    """Return a day as 2026-03-14."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def title(row: ChainRow) -> str:
    """Return a row's place in the chain, and where it comes from."""
    if row.place == MISSING:
        return "missing: neither sent nor ours"
    return f"{row.place}, {'sent' if row.sent else 'ours, not sent'}"


def signature(row: ChainRow) -> str:
    """Say what the next row's key says to this row's signature."""
    if row.signed is None:
        return ""
    return "✓ verifies with the next key" if row.signed else "✗ does not verify with the next key"


def cells(row: ChainRow) -> tuple[str, ...]:
    """Return a row's cells in the table."""
    names, sent = ", ".join(row.names), "yes" if row.sent else "no"
    days = day(row.first), day(row.last)
    return (row.place, row.subject, row.issuer, *days, row.key, names, row.usage, sent)


def alternative(view: ChainView) -> str:
    """Return the chain in sentences, for who does not see it."""
    said = [f"Chain of {len(view.rows)} boxes from leaf to root; the clock is {day(view.clock)}."]
    for row in view.rows:
        state = state_at(row, view.clock) if view.judgement else ""
        days = f", {day(row.first)} to {day(row.last)}" if row.first else ""
        link = (
            f", its signature {signature(row)[2:]}"
            if view.judgement and row.signed is not None
            else ""
        )
        said.append(f"{title(row)}: {row.subject}{days}{f', {state}' if state else ''}{link}.")
    return " ".join([*said, f"Our verifier: {view.judgement}"] if view.judgement else said)


def verdict(judgement: Judgement | None) -> str:
    """Return the verifier's word as HTML: a mark and words, not only a colour."""
    if judgement is None:
        return ""
    colour = "var(--tk-client)" if judgement.believed else "var(--tk-alarm)"
    mark = "✓" if judgement.believed else "✗"
    return (
        f'<p class="tlskit-verdict" style="border-left: 6px solid {colour}; padding-left: 1em">'
        f"{mark} Our verifier: {escape(judgement)}</p>"
    )


# ---- drawing


def chain_svg(view: ChainView) -> str:
    """Return the drawing as SVG, on a white ground."""
    height = TOP + ROW_HEIGHT * len(view.rows) + 24
    parts = [axis_lines(view, height), clock_line(view, height)]
    for at, row in enumerate(view.rows):
        y = TOP + at * ROW_HEIGHT
        parts += [card(row, y), bar(view, row, y)]
        if at + 1 < len(view.rows):
            parts.append(link(view, row, view.rows[at + 1], y + BOX_HEIGHT))
    ground = f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(alternative(view))}"'
        ' font-family="system-ui, sans-serif" style="max-width: 100%; height: auto">'
        f"{COLOURS}{ground}{''.join(parts)}</svg>"
    )


def words(x: float, y: float, text: str, **style: Any) -> str:
    """Return a line of text; a style's name has _ for -."""
    usual = {"font_size": 12} | style
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in usual.items())
    return f'<text x="{x:.1f}" y="{y}"{attributes}>{escape(text)}</text>'


def short(text: str) -> str:
    """Return a text that fits into a box."""
    return text if len(text) <= WORDS else f"{text[: WORDS - 1]}…"


def card(row: ChainRow, y: int) -> str:
    """Return the box of one certificate; a missing one has a broken line."""
    dashes = ' stroke-dasharray="6 4"' if row.place == MISSING or not row.sent else ""
    colour = "var(--tk-alarm)" if row.place == MISSING else "var(--tk-server)"
    known = [one for one in (row.key, row.usage and f"issued for {row.usage}") if one]
    lines = [row.subject, "; ".join(known), f"names: {', '.join(row.names)}" if row.names else ""]
    text = "".join(
        words(BOX_LEFT + 12, y + 37 + 16 * at, short(line)) for at, line in enumerate(lines) if line
    )
    return (
        f'<rect x="{BOX_LEFT}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"'
        f' fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>'
        + words(BOX_LEFT + 12, y + 20, title(row), font_weight="bold", font_size=13)
        + text
    )


def link(view: ChainView, row: ChainRow, above: ChainRow, y: int) -> str:
    """Return the arrow to the issuer, and what its key says to the signature."""
    x, end = BOX_LEFT + 26, y + ROW_HEIGHT - BOX_HEIGHT
    said = f"names {row.issuer} as its issuer"
    if view.judgement and above.place != MISSING:
        said = f"signature {signature(row)}"
    return (
        f'<line x1="{x}" y1="{y}" x2="{x}" y2="{end - 8}" stroke="var(--tk-text)"'
        f' stroke-width="1.4"/><polygon points="{x},{end} {x - 5},{end - 9} {x + 5},{end - 9}"'
        ' fill="var(--tk-text)"/>' + words(x + 14, y + 23, short(said), font_style="italic")
    )


def place_of(view: ChainView, moment: datetime) -> float:
    """Return where a moment lies on the axis, in the drawing's units."""
    first, last = view.axis
    share = (moment - first) / (last - first)
    return AXIS_LEFT + min(1.0, max(0.0, share)) * (AXIS_RIGHT - AXIS_LEFT)


def bar(view: ChainView, row: ChainRow, y: int) -> str:
    """Return a certificate's days as a bar, with an arrow where it leaves the axis."""
    if row.first is None or row.last is None:
        return ""
    start, end = place_of(view, row.first), place_of(view, row.last)
    state = state_at(row, view.clock) if view.judgement else ""
    fill = "var(--tk-alarm)" if state in ("over", "not yet") else "var(--tk-client)"
    tips = tip(start, y, -1, fill) if row.first < view.axis[0] else ""
    tips += tip(end, y, 1, fill) if row.last > view.axis[1] else ""
    said = f"{day(row.first)} to {day(row.last)}{f' · {MARKS[state]}' if state else ''}"
    weight = "bold" if state in ("over", "not yet") else "normal"
    return (
        f'<rect x="{start:.1f}" y="{y + 40}" width="{max(2.0, end - start):.1f}" height="14"'
        f' fill="{fill}" fill-opacity="0.75"/>{tips}'
        + words(AXIS_LEFT, y + 30, said, font_weight=weight, **HALO)
    )


def tip(x: float, y: int, forward: int, fill: str) -> str:
    """Return the arrow head of a bar that goes on beyond the axis."""
    points = f"{x + 9 * forward:.1f},{y + 47} {x:.1f},{y + 38} {x:.1f},{y + 56}"
    return f'<polygon points="{points}" fill="{fill}"/>'


def axis_lines(view: ChainView, height: int) -> str:
    """Return the axis below the bars, with a tick at each quarter or year."""
    floor = height - 24
    first, last = view.axis
    step = 3 if (last - first).days < 1000 else 12
    ticks = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13, step)
    ]
    marks = "".join(
        f'<line x1="{place_of(view, one):.1f}" y1="{TOP}" x2="{place_of(view, one):.1f}"'
        f' y2="{floor + 4}" stroke="var(--tk-line)" stroke-dasharray="1 4"/>'
        + words(place_of(view, one), floor + 17, f"{one:%Y-%m}", text_anchor="middle", font_size=11)
        for one in ticks
        if first <= one <= last
    )
    ends = f'x1="{AXIS_LEFT}" y1="{floor}" x2="{AXIS_RIGHT}" y2="{floor}"'
    return f'<line {ends} stroke="var(--tk-line)"/>{marks}'


def clock_line(view: ChainView, height: int) -> str:
    """Return the clock: a line through all bars, with its day on top."""
    x = place_of(view, view.clock)
    label = min(max(x, AXIS_LEFT + 48), AXIS_RIGHT - 48)
    return (
        f'<line x1="{x:.1f}" y1="{TOP - 14}" x2="{x:.1f}" y2="{height - 24}"'
        ' stroke="var(--tk-text)" stroke-width="2" stroke-dasharray="7 3"/>'
        + words(
            label, TOP - 20, f"clock: {day(view.clock)}", text_anchor="middle", font_weight="bold"
        )
    )
