"""The ladder: who says what to whom, in which order, as a drawing with its text beside it."""

import base64
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tlskit.ladder_rows import ENDS, LadderRow, ladder_rows, size_of, text_ladder
from tlskit.order import Role, Row
from tlskit.row_details import details
from tlskit.show.page import boxed, escape, folded, table
from tlskit.trace import Call

WIDTH, ROW_HEIGHT, TOP = 900, 42, 46
LEFT, RIGHT = 84, 470  # the two lifelines
TEXT = RIGHT + 24  # where the words on the right begin
WORDS = 58  # how many characters fit there
LINE = 15  # from one of these lines to the next
NOTHING = "No message was sent, so there is no ladder yet."
COLOURS = """<style>svg { --tk-text: #1a1a1a; --tk-back: #fff; --tk-quiet: #595959;
--tk-client: #005a8f; --tk-server: #a34700; --tk-alarm: #b00020; --tk-line: #767676; }
text { fill: var(--tk-text); }</style>"""


@dataclass(frozen=True)
class Ladder:
    """A ladder to look at: a drawing, a table, and text for who sees neither."""

    rows: tuple[LadderRow, ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the ladder for the page, and as text."""
        return {
            "text/html": self.html(),
            "text/plain": text_ladder(self.rows) if self.rows else NOTHING,
        }

    def html(self) -> str:
        """Return drawing and table as HTML."""
        if not self.rows:
            return boxed("tlskit-ladder", f"<p>{NOTHING}</p>")
        head = ("step", "message", "from", "size", "on the wire", "what it holds")
        return boxed(
            "tlskit-ladder",
            picture(ladder_svg(self.rows), alternative(self.rows)),
            folded("The ladder as a table", table(head, map(cells, self.rows))),
        )


def picture(svg: str, alt: str) -> str:
    """Return a drawing as an image: a page that has not been run yet drops SVG, but not images."""
    source = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="tlskit-drawing" alt="{escape(alt)}" style="max-width: 100%;'
        f' min-width: 600px; height: auto" src="data:image/svg+xml;base64,{source}">'
    )


def ladder(calls: Sequence[Call], order: Sequence[Row], today: Collection[str] = ()) -> Ladder:
    """Return the ladder of a run: of one side's calls, or of both sides' in one list.

    Args:
        today: messages to be marked, as ("server_hello",).
    """
    return Ladder(tuple(ladder_rows(calls, order, today)))


def cells(row: LadderRow) -> tuple[str, ...]:
    """Return a row's cells in the table."""
    number = "not in the nine" if row.beyond_nine else str(row.number or "")
    sender = "each side alone" if row.sender is Role.BOTH else str(row.sender)
    protected = "protected" if row.protected else "plain"
    wire = f"{row.record_size} bytes, {protected}" if row.own and row.record_size else protected
    if row.sender is Role.BOTH:
        wire = "nothing is sent"
    words = details(row)
    if row.problem:
        words = f"{words} {row.problem}".strip()
    if row.today:
        number = f"{number} (today)".strip()
    return number, row.title, sender, size_of(row), wire, words


def ladder_svg(rows: Sequence[LadderRow]) -> str:
    """Return the drawing as SVG, on a white ground."""
    parts: list[str] = []
    y = TOP
    for row in rows:
        y += ROW_HEIGHT
        words, lines = beside(row, y)
        more = max(0, lines - 2) * LINE
        if row.today:
            parts.append(mark(y, more))
        parts.append(both_alone(row, y) if row.sender is Role.BOTH else message(row, y))
        parts.append(words)
        y += more
    height = y + 30
    lifelines = "".join(
        f'<line x1="{x}" y1="{TOP - 12}" x2="{x}" y2="{height - 12}" stroke="var(--tk-line)"'
        f' stroke-width="1.5"/><text x="{x}" y="{TOP - 22}" text-anchor="middle"'
        f' font-size="15" font-weight="bold">{role}</text>'
        for role, x in zip(ENDS, (LEFT, RIGHT), strict=True)
    )
    ground = f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(alternative(rows))}"'
        ' font-family="system-ui, sans-serif" style="max-width: 100%; height: auto">'
        f"{COLOURS}{ground}{lifelines}{''.join(parts)}</svg>"
    )


def alternative(rows: Sequence[LadderRow]) -> str:
    """Return the ladder in one sentence a row, for who does not see it."""
    said = []
    for row in rows:
        number = f"{row.number}: " if row.number else ""
        today = ", today's step" if row.today else ""
        if row.sender is Role.BOTH:
            said.append(f"{number}{row.title}, each side alone{today}")
        else:
            protected = ", protected" if row.protected else ""
            refused = f", {row.problem}" if row.problem else ""
            said.append(f"{number}{row.sender} sends {row.title}{protected}{refused}{today}")
    return f"Ladder of {len(rows)} rows. " + ". ".join(said) + "."


def mark(y: int, more: int) -> str:
    """Return the band and the word that mark one of today's rows, so much higher than others."""
    return (
        f'<rect x="2" y="{y - 24}" width="{WIDTH - 4}" height="{ROW_HEIGHT - 6 + more}" rx="6"'
        ' fill="#fff3c4" stroke="#8a6d00" stroke-dasharray="5 3"/>'
        f'<text x="{WIDTH - 12}" y="{y - 10}" text-anchor="end" font-size="11"'
        ' font-weight="bold">today</text>'
    )


def badge(row: LadderRow, y: int) -> str:
    """Return the step's number in a circle; nothing for what is not among the nine."""
    if not row.number:
        return ""
    return (
        f'<circle cx="28" cy="{y - 4}" r="12" fill="none" stroke="var(--tk-text)"/>'
        f'<text x="28" y="{y + 1}" text-anchor="middle" font-size="13">{row.number}</text>'
    )


def message(row: LadderRow, y: int) -> str:
    """Return an arrow with its title: two lines if protected, a cross if refused."""
    colour = f"var(--tk-{row.sender})"
    start, end = (LEFT + 4, RIGHT - 4) if row.sender is Role.CLIENT else (RIGHT - 4, LEFT + 4)
    forward = 1 if end > start else -1
    tip = end - 9 * forward
    offsets = (-2, 2) if row.protected else (0,)
    lines = "".join(
        f'<line x1="{start}" y1="{y + d}" x2="{tip}" y2="{y + d}" stroke="{colour}"'
        ' stroke-width="1.8"/>'
        for d in offsets
    )
    head = f"{end},{y} {tip - 2 * forward},{y - 6} {tip - 2 * forward},{y + 6}"
    cross = ""
    if row.problem:
        x = end - 26 * forward
        cross = (
            f'<path d="M{x - 7},{y - 7} L{x + 7},{y + 7} M{x + 7},{y - 7} L{x - 7},{y + 7}"'
            ' stroke="var(--tk-alarm)" stroke-width="3"/>'
        )
    above = y - (9 if row.protected else 7)
    title = (
        f'<text x="{(LEFT + RIGHT) / 2}" y="{above}" text-anchor="middle" font-size="14"'
        f' font-weight="bold">{escape(row.title)}</text>'
    )
    return f'{badge(row, y)}{lines}<polygon points="{head}" fill="{colour}"/>{cross}{title}'


def both_alone(row: LadderRow, y: int) -> str:
    """Return a box on the lifeline of each side that did the step, and the title between them."""
    boxes = "".join(
        f'<rect x="{x - 12}" y="{y - 17}" width="24" height="26" rx="3" fill="var(--tk-back)"'
        f' stroke="var(--tk-{role})" stroke-width="2" stroke-dasharray="4 2"/>'
        for role, x in zip(ENDS, (LEFT, RIGHT), strict=True)
        if role in row.calls
    )
    title = (
        f'<text x="{(LEFT + RIGHT) / 2}" y="{y}" text-anchor="middle" font-size="14"'
        f' font-style="italic">{escape(row.title)}: each side alone</text>'
    )
    return f"{badge(row, y)}{boxes}{title}"


def wrapped(text: str) -> list[str]:
    """Return a text in lines that fit beside the ladder; capitals need a quarter more room."""
    found = []
    for line in textwrap.wrap(text, WORDS):
        room = len(line) + sum(letter.isupper() for letter in line) / 4
        found += textwrap.wrap(line, min(WORDS, int(WORDS * len(line) / room)))
    return found


def beside(row: LadderRow, y: int) -> tuple[str, int]:
    """Return the words at the right of a row, and how many lines they take."""
    facts = [size_of(row)]
    if row.protected:
        facts.append(f"protected: {row.record_size} on the wire" if row.own else "protected")
    if row.beyond_nine:
        facts.append("not in the nine")
    lines = [(", ".join(fact for fact in facts if fact), "var(--tk-text)")]
    lines += [(line, "var(--tk-quiet)") for line in wrapped(details(row))]
    if row.problem:
        lines += [(line, "var(--tk-alarm)") for line in wrapped(row.problem)]
    lines = [one for one in lines if one[0]]
    first = y - 7 if len(lines) > 1 else y
    words = "".join(
        f'<text x="{TEXT}" y="{first + LINE * at}" font-size="12" style="fill: {colour}">'
        f"{escape(line)}</text>"
        for at, (line, colour) in enumerate(lines)
    )
    return words, len(lines)
