"""The record around a message, part by part: its header, and what protection made of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tlskit.field_note import Note
from tlskit.field_notes import NOTES
from tlskit.ladder_rows import LadderRow
from tlskit.record_journey import TAG, pieces
from tlskit.records import HEADER_SIZE
from tlskit.registry import ContentType, ProtocolVersion, name_of
from tlskit.show.page import folded, table, text_table

HEAD = ("part", "bytes", "value", "meaning", "read by", "section")
VERSIONS = "03 03, or 03 01 before a version is agreed on"


class Part(NamedTuple):
    """A part of a record: the key of its note, its size, its value in words."""

    key: str
    size: int
    value: str

    @property
    def name(self) -> str:
        """The part's name in the RFC's struct."""
        return self.key.rpartition(".")[2]

    @property
    def note(self) -> Note:
        """What it is for."""
        return NOTES[self.key]


def record_parts(row: LadderRow) -> tuple[Part, ...]:
    """Return the parts of the record that carried a row's message, or the last piece of it.

    A plain record's version is in no call, so it is told as a rule.
    """
    fragment, version = row.data, VERSIONS
    for call in row.records.values():
        fragment = call.arguments.get("fragment") or call.result or b""
        version = number(call.arguments.get("version"), ProtocolVersion, 2) or version
    kind = getattr(ContentType, row.message, ContentType.handshake)
    header = (
        Part("TLSPlaintext.type", 1, number(kind, ContentType, 1)),
        Part("TLSPlaintext.version", 2, version),
        Part(
            "TLSPlaintext.length",
            2,
            f"{len(fragment)} (hex {len(fragment).to_bytes(2, 'big').hex(' ')})",
        ),
    )
    for call in row.records.values():
        return header + protected_parts(fragment, call.arguments["keys"])
    return (*header, Part("TLSPlaintext.fragment", len(fragment), "the bytes of the message"))


def number(value: Any, names: Any, size: int) -> str:
    """Return a code point in hex with its name; "" for None."""
    return "" if value is None else f"{value:0{2 * size}x} {name_of(names, value)}"


def protected_parts(fragment: bytes, keys: Any) -> tuple[Part, ...]:
    """Return the parts of a protected fragment: CBC has a MAC key and an IV, AEAD a tag.

    A CBC record's MAC is a part of its own only if it was made of the ciphertext (RFC 7366 §3).
    """
    found, at = [], 0
    for key, size in pieces(keys.suite, len(fragment), keys.encrypt_then_mac).items():
        piece, at = fragment[at : at + size], at + size
        more = " …" if len(piece) > TAG else ""
        if size:
            found.append(Part(key, len(piece), piece[:TAG].hex(" ") + more))
    return tuple(found)


def record_html(parts: Sequence[Part]) -> str:
    """Return the parts as a table behind a line that opens it."""
    rows = [
        (one.name, one.size, one.value, one.note.meaning, one.note.readers, one.note.reference)
        for one in parts
    ]
    size = sum(one.size for one in parts)
    title = f"The record around it: {HEADER_SIZE} bytes of header, {size} bytes on the wire"
    return folded(title, table(HEAD, rows)) if parts else ""


def record_text(parts: Sequence[Part]) -> str:
    """Return the parts as a text table."""
    return text_table(HEAD[:3], [(one.name, one.size, one.value) for one in parts])
