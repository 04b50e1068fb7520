"""The fields of a message in one list, with what is known about each beyond its bytes."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple

from cryptography import x509

from tlskit.field_note import Note
from tlskit.field_notes import note_for, note_within
from tlskit.hello import downgrade_sentinel
from tlskit.ladder_rows import LadderRow
from tlskit.layouts import Field
from tlskit.registry import AlertDescription, AlertLevel, name_of

BARE = {"change_cipher_spec": "ChangeCipherSpec", "alert": "Alert"}
"""What is neither handshake message nor application data, and the struct that it is."""
GREASE = "GREASE: means nothing, to be passed over (RFC 8701)"
"""What is said of numbers that a browser throws in, so that servers stay used to unknown ones."""


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


def cells(item: Item) -> tuple[str, str, str, str]:
    """Return a field's cells: name, bytes, value, meaning (or what is wrong)."""
    field = item.field
    meaning = f"WRONG: {field.problem}" if field.problem else field.meaning
    return field.name, item.place, value_of(field), meaning


def value_of(field: Field) -> str:
    """Return a field's value in a few characters."""
    value = field.value
    if isinstance(value, bytes):
        if not value:
            return "empty" if field.end > field.start else ""
        more = f" … ({len(value)} bytes)" if len(value) > 12 else ""
        return value[:12].hex(" ") + more
    if isinstance(value, tuple):
        return f"{len(value)} entr{'y' if len(value) == 1 else 'ies'}"
    if isinstance(value, int):
        return f"{value} (hex {value.to_bytes(field.end - field.start, 'big').hex(' ')})"
    return ""


def items_of(struct: str, fields: Iterable[Field]) -> tuple[Item, ...]:
    """Return all fields of a message in one list, outer ones before those in them."""
    found: list[Item] = []

    def walk(fields: Iterable[Field], path: str, depth: int, note: Note | None) -> None:
        for field in fields:
            numbered = field.name.startswith("[")
            inherits = numbered or (depth and field.name == "content")
            own = note if inherits else found_note(field.name, depth)
            where = f"{path}{field.name}" if numbered else f"{path}.{field.name}".lstrip(".")
            found.append(Item(where, path, depth, told(field, path), own))
            walk(field.inner, where, depth + 1, own)

    def found_note(name: str, depth: int) -> Note | None:
        if depth:
            return note_within(name)
        return note_for(struct, name) or note_for("Handshake", name)

    walk(fields, "", 0, None)
    return tuple(found)


def told(field: Field, path: str) -> Field:
    """Return a field with a meaning that its bytes alone don't tell: a certificate, a mark."""
    if path == "certificate_list" and field.name.startswith("["):
        return field._replace(meaning=certificate_meaning(field.value))
    extension = field.inner and field.inner[0].name == "extension_type"
    meaning = field.inner[0].meaning if extension else field.meaning
    if extension or meaning == "GREASE":
        return field._replace(meaning=GREASE if meaning == "GREASE" else meaning)
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


def bare_items(row: LadderRow) -> tuple[Item, ...]:
    """Return the fields of what is no handshake message: single bytes, or just content."""
    struct, data = BARE.get(row.message, "ApplicationData"), row.data
    names: dict[str, type[IntEnum] | None] = {"content": None}
    if struct == "ChangeCipherSpec" and len(data) == 1:
        names = {"type": None}
    elif struct == "Alert" and len(data) == 2:
        names = {"level": AlertLevel, "description": AlertDescription}
    fields = [
        Field(name, at, at + 1, data[at], name_of(known, data[at]) if known else "")
        for at, (name, known) in enumerate(names.items())
    ]
    if "content" in names:
        problem = "" if struct == "ApplicationData" else f"{len(data)} bytes are too many or few"
        fields = [Field("content", 0, len(data), data, problem=problem)]
    return items_of(struct, fields)
