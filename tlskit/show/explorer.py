"""The byte explorer: pick a message, pick a field, see its bytes and what they are for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography import x509

from tlskit.field_notes import Note, note_for, note_named
from tlskit.hello import downgrade_sentinel
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
from tlskit.show.page import boxed, escape, text_table
from tlskit.trace import Call

LINE = 16
MOST_LINES = 16
HEAD = ("field", "bytes", "value", "meaning")


class Item(NamedTuple):
    """A field in the list: its path and the one around it, its depth, the note on it."""

    path: str
    outer: str
    depth: int
    field: Field
    note: Note | None

    @property
    def place(self) -> str:
        """Which bytes it is, counted from the message's first."""
        if self.field.end == self.field.start:
            return "none"
        if self.field.end - self.field.start == 1:
            return str(self.field.start)
        return f"{self.field.start}..{self.field.end - 1}"


@dataclass(frozen=True)
class Explored:
    """A message taken apart, with one field picked out."""

    title: str
    data: bytes
    items: tuple[Item, ...]
    picked: int = 0
    remark: str = ""

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
        )

    def hex_view(self) -> str:
        """Return the bytes, 16 a line, with their text; the picked field stands out."""
        picked = self.items[self.picked].field if self.items else Field("", 0, 0)
        count = -(-len(self.data) // LINE)
        first = max(0, min(picked.start // LINE - 2, count - MOST_LINES))
        last = min(count, first + MOST_LINES)
        lines = [self.hex_line(at, picked) for at in range(first, last)]
        before = f"      … {first * LINE} bytes before\n" if first else ""
        left = len(self.data) - last * LINE
        after = f"\n      … {left} more bytes" if left > 0 else ""
        body = "\n".join(lines)
        label = f"bytes {picked.start} to {picked.end - 1} are marked"
        return f'<pre aria-label="{label}">{before}{body}{after}</pre>'

    def hex_line(self, at: int, picked: Field) -> str:
        """Return one line: offset, bytes in hex, bytes as text."""
        start = at * LINE
        chunk = self.data[start : start + LINE]
        hexes = [f"{byte:02x}" for byte in chunk]
        texts = [chr(byte) if 32 <= byte < 127 else "." for byte in chunk]
        inside = [picked.start <= start + i < picked.end for i in range(len(chunk))]
        bands = [self.band(start + i) for i in range(len(chunk))]
        shown = marked(hexes, inside, bands, " ") + "   " * (LINE - len(chunk))
        return f"{start:5}  {shown}  {marked(texts, inside, bands, '')}"

    def band(self, at: int) -> bool:
        """Tell whether a byte lies in every second of the outer fields, which have a band."""
        outer = [item.field for item in self.items if not item.depth]
        number = next((n for n, one in enumerate(outer) if one.start <= at < one.end), 0)
        return bool(number % 2)

    def field_list(self) -> str:
        """Return the outer fields as a table, and what lies around the picked one."""
        heads = "".join(f'<th scope="col">{one}</th>' for one in HEAD)
        path = self.items[self.picked].path if self.items else ""
        rows = []
        for at, item in enumerate(self.items):
            if item.depth and not is_within(path, item.outer):
                continue
            mark = "▶ " if at == self.picked else ""
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


def marked(pieces: Sequence[str], inside: Sequence[bool], bands: Sequence[bool], gap: str) -> str:
    """Return escaped pieces in runs: the picked field bold and underlined, others by bands."""
    runs: list[tuple[tuple[bool, bool], list[str]]] = []
    for piece, picked, band in zip(pieces, inside, bands, strict=True):
        if not runs or runs[-1][0] != (picked, band):
            runs.append(((picked, band), []))
        runs[-1][1].append(escape(piece))
    parts = []
    for (picked, band), texts in runs:
        text = gap.join(texts)
        if picked:
            style = "background: var(--tk-mark); text-decoration: underline"
            text = f'<b style="{style}">{text}</b>'
        elif band:
            text = f'<span style="background: var(--tk-band)">{text}</span>'
        parts.append(text)
    return gap.join(parts) + gap


def cells(item: Item) -> tuple[str, str, str, str]:
    """Return a field's cells: name, bytes, value, meaning (or what is wrong)."""
    field = item.field
    meaning = f"WRONG: {field.problem}" if field.problem else field.meaning
    return field.name, item.place, value_of(field.value), meaning


def value_of(value: Any) -> str:
    """Return a value in a few characters."""
    if isinstance(value, bytes):
        more = f" … ({len(value)} bytes)" if len(value) > 12 else ""
        return value[:12].hex(" ") + more
    if isinstance(value, tuple):
        return f"{len(value)} entr{'y' if len(value) == 1 else 'ies'}"
    return f"{value} (0x{value:x})" if isinstance(value, int) else ""


def items_of(struct: str, fields: Iterable[Field]) -> tuple[Item, ...]:
    """Return all fields of a message in one list, outer ones before those in them."""
    found: list[Item] = []

    def walk(fields: Iterable[Field], path: str, depth: int, note: Note | None) -> None:
        for field in fields:
            numbered = field.name.startswith("[")
            own = note if numbered or field.name == "content" else found_note(field.name, depth)
            where = f"{path}{field.name}" if numbered else f"{path}.{field.name}".lstrip(".")
            found.append(Item(where, path, depth, told(field, path), own))
            walk(field.inner, where, depth + 1, own)

    def found_note(name: str, depth: int) -> Note | None:
        return (note_for(struct, name) if not depth else None) or note_named(name)

    walk(fields, "", 0, None)
    return tuple(found)


def told(field: Field, path: str) -> Field:
    """Return a field with a meaning that its bytes alone don't tell: a certificate, a mark."""
    if path == "certificate_list" and field.name.startswith("["):
        return field._replace(meaning=certificate_meaning(field.value))
    if field.inner and field.inner[0].name == "extension_type":
        return field._replace(meaning=field.inner[0].meaning)
    if field.name == "random" and isinstance(field.value, bytes):
        return field._replace(meaning=downgrade_sentinel(field.value))
    return field


def certificate_meaning(der: Any) -> str:
    """Say whose certificate it is, by whom, from when to when."""
    try:
        one = x509.load_der_x509_certificate(der)
        names = f"{one.subject.rfc4514_string()}, issued by {one.issuer.rfc4514_string()}"
        return f"{names}, {one.not_valid_before_utc:%Y-%m-%d} to {one.not_valid_after_utc:%Y-%m-%d}"
    except (ValueError, TypeError):
        return "no certificate that can be read"


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
    if row.message in ("alert", "application_data", "change_cipher_spec"):
        whole = Field("content", 0, len(row.data), row.data)
        return Explored(title, row.data, (Item("content", "", 0, whole, None),), 0, remark)
    return explore_bytes(row.data, field, bodies_for(row), title, remark)


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
    """Return where a field stands in the list; without a name, the first wrong one or the first."""
    if not field:
        return next((at for at, item in enumerate(items) if item.field.problem), 0)
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
