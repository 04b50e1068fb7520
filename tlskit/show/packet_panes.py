"""What Wireshark shows of a capture, drawn from our own decoding: packets, fields, bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tlskit.show.explorer import Explored, explore_bytes
from tlskit.show.ladder_drawing import picture
from tlskit.show.page import boxed, escape, folded, table, text_table

WIDTH, LINE, LEFT = 860, 19, 14
HEAD = ("no.", "sent by", "bytes", "what is in it")
COLUMNS = (LEFT + 6, LEFT + 46, LEFT + 116, LEFT + 176)
MOST_FIELDS, MOST_BYTES, A_ROW = 9, 96, 16
CHARACTER = 7.3
"""How wide a character is drawn at most."""


@dataclass(frozen=True)
class Panes:
    """The three panes: the list of packets with one picked, the fields and the bytes of a message.

    Args:
        rows: number, sender, size and content of each packet.
        picked: which of them, from 0, has the message.
        view: the message taken apart, a field marked.
    """

    rows: tuple[tuple[str, ...], ...]
    picked: int
    view: Explored

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the drawing for the page, with all of it as text beside it."""
        said = text_table(HEAD, self.rows)
        drawn = boxed(
            "tlskit-panes",
            picture(panes_svg(self), alternative(self)),
            folded("The packets as a table", table(HEAD, self.rows)),
        )
        return {"text/html": drawn, "text/plain": f"{said}\n\n{self.view.text()}"}


def packets(
    rows: Sequence[Sequence[str]], picked: int, message: bytes, field: str = "", title: str = ""
) -> Panes:
    """Return the three panes of a capture, as Wireshark puts them one below the other.

    Args:
        rows: number, sender, size and content of each packet.
        picked: which packet, from 1, holds the message.
        message: a handshake message with its header; `field` is marked in it.

    Raises: ValueError for a packet or a field that is not there.
    """
    if not 1 <= picked <= len(rows):
        raise ValueError(f"there are packets 1 to {len(rows)}, not {picked}")
    view = explore_bytes(message, field, title=title or "A handshake message")
    return Panes(tuple(tuple(map(str, row)) for row in rows), picked - 1, view)


def alternative(panes: Panes) -> str:
    """Return the drawing in words."""
    listed = ". ".join(f"{row[0]}: {row[1]} sends {row[3]}" for row in panes.rows)
    marked = panes.view.items[panes.view.picked].field
    return (
        f"Three panes. List of {len(panes.rows)} packets: {listed}. Packet {panes.picked + 1} is "
        f"picked; below it are the fields of {panes.view.title}, with {marked.name} marked, and "
        f"its bytes, in which bytes {marked.start} to {marked.end - 1} are marked."
    )


def panes_svg(panes: Panes) -> str:
    """Return the drawing as SVG, on a white ground."""
    parts: list[str] = []
    y = pane(parts, 8, "1 · packets", packet_lines(panes), panes.picked, COLUMNS)
    names, marked = field_lines(panes.view)
    y = pane(parts, y + 10, f"2 · fields of {panes.view.title}", names, marked, COLUMNS[:1])
    y = byte_pane(parts, y + 10, panes.view)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve"'
        f' viewBox="0 0 {WIDTH} {y + 8}" width="{WIDTH}"'
        f' height="{y + 8}" font-family="ui-monospace, monospace" font-size="12" fill="#1a1a1a">'
        f'<rect width="{WIDTH}" height="{y + 8}" rx="8" fill="#fff"/>{"".join(parts)}</svg>'
    )


def packet_lines(panes: Panes) -> list[tuple[str, ...]]:
    """Return the lines of the first pane."""
    return [tuple(HEAD), *panes.rows]


def field_lines(view: Explored) -> tuple[list[tuple[str, ...]], int]:
    """Return the lines of the second pane around the marked field, and which one it is."""
    first = max(0, min(view.picked - 3, len(view.items) - MOST_FIELDS))
    shown = view.items[first : first + MOST_FIELDS]
    lines = [(f"{'  ' * item.depth}{item.field.name}: {value(item.field)}",) for item in shown]
    return [("field: value",), *lines], view.picked - first


def value(field: Any) -> str:
    """Return what a field holds, in short."""
    if field.inner:
        size = field.end - field.start
        return f"{size} byte{'' if size == 1 else 's'}"
    said = field.value.hex() if isinstance(field.value, bytes) else str(field.value)
    return f"{said} ({field.meaning})" if field.meaning and field.meaning != said else said


def pane(
    parts: list[str],
    y: int,
    title: str,
    lines: Sequence[tuple[str, ...]],
    marked: int,
    columns: Sequence[int],
) -> int:
    """Add a pane whose first line is its head; return where it ends."""
    top = y + LINE + 4
    height = LINE * len(lines) + 6
    parts.append(f'<text x="{LEFT}" y="{y + 14}" font-weight="bold">{escape(title)}</text>')
    parts.append(frame(top, height))
    for at, line in enumerate(lines):
        base = top + LINE * (at + 1) - 3
        if at == marked + 1:
            parts.append(band(base))
        weight = ' font-weight="bold"' if at == 0 else ""
        for x, text in zip(columns, line, strict=False):
            parts.append(f'<text x="{x}" y="{base}"{weight}>{escape(fitted(text, x))}</text>')
    return top + height


def fitted(text: str, x: int) -> str:
    """Return a text that ends within its pane; dots say that there is more of it."""
    room = int((WIDTH - LEFT - x) / CHARACTER)
    return text if len(text) <= room else f"{text[: room - 1]}…"


def byte_pane(parts: list[str], y: int, view: Explored) -> int:
    """Add the bytes, those of the marked field underlined and framed; return where it ends."""
    data, field = view.data[:MOST_BYTES], view.items[view.picked].field
    title = "3 · bytes"
    if len(view.data) > MOST_BYTES:
        title += f", the first {MOST_BYTES} of {len(view.data)}"
    top = y + LINE + 4
    rows = [data[at : at + A_ROW] for at in range(0, len(data), A_ROW)]
    height = LINE * len(rows) + 6
    parts.append(f'<text x="{LEFT}" y="{y + 14}" font-weight="bold">{escape(title)}</text>')
    parts.append(frame(top, height))
    for at, row in enumerate(rows):
        base = top + LINE * (at + 1) - 3
        parts.append(f'<text x="{COLUMNS[0]}" y="{base}" fill="#595959">{at * A_ROW:04x}</text>')
        for place, one in enumerate(row):
            x = COLUMNS[1] + 10 + place * 26
            number = at * A_ROW + place
            if field.start <= number < field.end:
                parts.append(
                    f'<rect x="{x - 3}" y="{base - 13}" width="26" height="{LINE - 1}"'
                    f' fill="#fff3c4"/><line x1="{x - 3}" y1="{base + 4}" x2="{x + 23}"'
                    f' y2="{base + 4}" stroke="#8a6d00" stroke-width="2"/>'
                )
            parts.append(f'<text x="{x}" y="{base}">{one:02x}</text>')
    return top + height


def frame(top: int, height: int) -> str:
    """Return a pane's frame."""
    return (
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH - 2 * LEFT}" height="{height}" fill="none"'
        ' stroke="#767676"/>'
    )


def band(base: int) -> str:
    """Return what marks a line: a band, and an arrowhead before it, for who sees no colour."""
    return (
        f'<rect x="{LEFT + 1}" y="{base - 13}" width="{WIDTH - 2 * LEFT - 2}" height="{LINE - 1}"'
        f' fill="#e8f1f8"/><path d="M {LEFT - 11} {base - 9} l 8 5 l -8 5 z" fill="#1a1a1a"/>'
    )
