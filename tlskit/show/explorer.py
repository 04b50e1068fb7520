"""The byte explorer: pick a message, pick a field, see its bytes and what they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tlskit.ladder_rows import LadderRow, ladder_rows
from tlskit.layouts import Field
from tlskit.messages import (
    BODIES,
    ClientECDiffieHellmanPublic,
    EncryptedPreMasterSecret,
    explain_handshake,
)
from tlskit.order import Role, Row
from tlskit.registry import HandshakeType
from tlskit.row_details import state_of
from tlskit.show.fields import BARE, Item, bare_items, cells, items_of
from tlskit.show.page import boxed, escape, text_table
from tlskit.show.record_view import Part, record_html, record_parts, record_text
from tlskit.trace import Call

LINE = 16
MOST_LINES = 16
STYLES = {
    "picked": "background: var(--tk-mark); font-weight: bold; text-decoration: underline",
    "picked_wrong": "background: var(--tk-mark); font-weight: bold;"
    " text-decoration: underline wavy var(--tk-alarm)",
    "wrong": "text-decoration: underline wavy var(--tk-alarm)",
    "band": "background: var(--tk-band)",
}
HEAD = ("field", "bytes", "value", "meaning")


@dataclass(frozen=True)
class Explored:
    """A message taken apart, with one field picked out."""

    title: str
    data: bytes
    items: tuple[Item, ...]
    picked: int = 0
    remark: str = ""
    record: tuple[Part, ...] = ()
    own: bool = True

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the view for the page, and the fields as a text table."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def text(self) -> str:
        """Return the fields as text, the picked one marked and explained."""
        marks = ("> " if at == self.picked else "  " for at in range(len(self.items)))
        rows = [
            (f"{mark}{'  ' * item.depth}{item.field.name}", *cells(item)[1:])
            for mark, item in zip(marks, self.items, strict=True)
        ]
        lines = [self.title, self.remark, text_table(HEAD, rows), *self.explanation()]
        if self.record and self.own:
            lines += ["The record on the wire:", record_text(self.record)]
        return "\n".join(line for line in lines if line)

    def explanation(self) -> list[str]:
        """Return what the picked field is for, in lines."""
        if not self.items:
            return []
        item = self.items[self.picked]
        lines = [f"{item.path}: bytes {item.place}"]
        if item.field.problem:
            lines.append(f"Wrong here: {item.field.problem}")
        if item.note:
            lines += [item.note.meaning, f"Read by: {item.note.readers}", item.note.reference]
        return lines

    def html(self) -> str:
        """Return bytes, explanation and list of fields as HTML."""
        title = f"<b>{escape(self.title)}</b>"
        remark = f"<br>{escape(self.remark)}" if self.remark else ""
        first, *rest = self.explanation() or [""]
        said = "<br>".join(escape(line) for line in rest)
        return boxed(
            "tlskit-explorer",
            f"<p>{title}{remark}</p>",
            self.hex_view(),
            f'<p role="status"><b>▶ {escape(first)}</b><br>{said}</p>',
            self.field_list(),
            record_html(self.record),
        )

    def visible(self) -> list[Item]:
        """Return the outer fields, and what lies in and around the picked one."""
        path = self.items[self.picked].path if self.items else ""
        return [item for item in self.items if not item.depth or is_within(path, item.outer)]

    def hex_view(self) -> str:
        """Return the bytes, 16 a line, with their text; the picked field stands out."""
        picked = self.items[self.picked].field if self.items else Field("", 0, 0)
        marks = self.marks(picked)
        count = -(-len(self.data) // LINE)
        first = max(0, min(picked.start // LINE - 2, count - MOST_LINES))
        last = min(count, first + MOST_LINES)
        lines = [self.hex_line(at * LINE, marks) for at in range(first, last)]
        before = f"      … {first * LINE} bytes before\n" if first else ""
        left = len(self.data) - last * LINE
        after = f"\n      … {left} more bytes" if left > 0 else ""
        body = "\n".join(lines)
        some = f"bytes {picked.start} to {picked.end - 1} are"
        place = some if picked.end > picked.start else "no byte is"
        label = f"{place} marked; a bar stands between fields"
        return f'<pre role="img" aria-label="{label}">{before}{body}{after}</pre>'

    def marks(self, picked: Field) -> list[tuple[int, str]]:
        """Return for each byte the number of the field in the list below, and its style."""
        shown = self.visible()
        parents = {item.outer for item in shown}
        leaves = [item.field for item in shown if item.path not in parents]
        marks = [(-1, "")] * len(self.data)
        for number, leaf in enumerate(leaves):
            style = "wrong" if leaf.problem else ("", "band")[number % 2]
            marks[leaf.start : leaf.end] = [(number, style)] * (leaf.end - leaf.start)
        for at in range(picked.start, picked.end):
            number, style = marks[at]
            marks[at] = (number, "picked_wrong" if style == "wrong" else "picked")
        return marks

    def hex_line(self, start: int, marks: Sequence[tuple[int, str]]) -> str:
        """Return one line: offset, bytes in hex, bytes as text."""
        chunk = self.data[start : start + LINE]
        here = marks[start : start + LINE]
        hexes = [f"{byte:02x}" for byte in chunk]
        texts = [chr(byte) if 32 <= byte < 127 else "." for byte in chunk]
        bar = "|" if start and marks[start - 1][0] != marks[start][0] else " "
        shown = marked(hexes, here, " ") + "   " * (LINE - len(chunk))
        return f"{start:5} {bar}{shown}   {marked(texts, here, '')}"

    def field_list(self) -> str:
        """Return the fields that are shown as a table, the picked one with a mark."""
        heads = "".join(f'<th scope="col">{one}</th>' for one in HEAD)
        rows = []
        for item in self.visible():
            mark = "▶ " if item is self.items[self.picked] else ""
            style = ' style="background: var(--tk-mark)"' if mark else ""
            name = f'<td{style}><span style="padding-left: {item.depth * 1.2}em">'
            name += f"{mark}<code>{escape(item.field.name)}</code></span></td>"
            rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells(item)[1:])
            rows.append(f"<tr>{name}{rest}</tr>")
        body = "".join(rows)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def is_within(path: str, outer: str) -> bool:
    """Tell whether a field is another one or lies in it, by their paths."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def marked(pieces: Sequence[str], marks: Sequence[tuple[int, str]], gap: str) -> str:
    """Return escaped pieces in their fields' styles, with a bar in the gap between two fields."""
    parts, run, style = [], "", ""
    for at, piece in enumerate(pieces):
        number, wanted = marks[at]
        between = ""
        if at:
            between = "|" if gap and marks[at - 1][0] != number else gap
        if wanted == style:
            run += between + escape(piece)
        else:
            parts += [styled(run, style), between]
            run, style = escape(piece), wanted
    return "".join([*parts, styled(run, style)])


def styled(text: str, style: str) -> str:
    """Return escaped text in one of the styles."""
    return f'<span style="{STYLES[style]}">{text}</span>' if style and text else text


def bodies_for(row: LadderRow) -> Mapping[int, type]:
    """Return the structs of the messages, ClientKeyExchange as the suite means it."""
    state = state_of(row)
    suite = getattr(state, "suite", None)
    ephemeral = suite is None or suite.ephemeral
    exchange = ClientECDiffieHellmanPublic if ephemeral else EncryptedPreMasterSecret
    return {**BODIES, HandshakeType.client_key_exchange: exchange}


def explored(row: LadderRow, field: str = "") -> Explored:
    """Return a row of the ladder taken apart, with a field picked by path or name.

    Raises: ValueError if the message has no such field.
    """
    sender = f"{row.title}, sent by the {row.sender}"
    size = f"{len(row.data)} bytes" if row.own else ""
    remark = f"on the wire {row.record_size} bytes" if row.own else ""
    if row.protected:
        remark = f"shown as it was before protection; {remark}".rstrip("; ")
    title = f"{sender}, {size}".rstrip(", ")
    if row.message in (*BARE, "application_data"):
        items = bare_items(row)
        view = Explored(title, row.data, items, index_of(items, field), remark)
    else:
        view = explore_bytes(row.data, field, bodies_for(row), title, remark)
    return replace(view, record=record_parts(row), own=row.own)


def explore_bytes(
    data: bytes,
    field: str = "",
    bodies: Mapping[int, type] = BODIES,
    title: str = "A handshake message",
    remark: str = "",
) -> Explored:
    """Return any handshake message taken apart, up to its first wrong byte.

    Raises: ValueError if it has no such field.
    """
    struct = bodies[data[0]].__name__ if data and data[0] in bodies else ""
    items = items_of(struct, explain_handshake(data, bodies))
    return Explored(title, data, items, index_of(items, field), remark)


def index_of(items: Sequence[Item], field: str) -> int:
    """Return where a field stands in the list; without a name, the first wrong one or the first.

    Of fields in one another the innermost is the wrong one.
    """
    if not field:
        wrong = [at for at, item in enumerate(items) if item.field.problem]
        found = wrong[0] if wrong else 0
        for at in wrong:
            if items[at].outer == items[found].path:
                found = at
        return found
    for at, item in enumerate(items):
        if field in (item.path, item.field.name):
            return at
    known = ", ".join(dict.fromkeys(item.field.name for item in items))
    raise ValueError(f"this message has no field {field!r}; it has {known}")


def messages_of(calls: Sequence[Call], order: Sequence[Row]) -> list[LadderRow]:
    """Return the rows that have bytes to look at."""
    return [row for row in ladder_rows(calls, order) if row.data and row.sender is not Role.BOTH]


def explore(
    calls: Sequence[Call], order: Sequence[Row], message: str, field: str = "", sender: str = ""
) -> Explored:
    """Return one message of a run taken apart: the view of `byte_explorer`, without a widget.

    Raises: ValueError if the run has no such message, or the message no such field.
    """
    rows = messages_of(calls, order)
    for row in rows:
        if row.message == message and sender in ("", row.sender):
            return explored(row, field)
    known = ", ".join(dict.fromkeys(row.message for row in rows))
    raise ValueError(f"this run has no message {message!r}; it has {known}")


def byte_explorer(calls: Sequence[Call], order: Sequence[Row]) -> Any:
    """Return the explorer as a widget: two lists and a view, all reachable by keyboard."""
    from tlskit.show.explorer_widget import ByteExplorer

    return ByteExplorer(calls, order)
