"""Pictures of records: one record cut into its parts, and some records on their way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tlskit.record_journey import Arrival, Journey, Part, Sent
from tlskit.show.page import boxed, escape, folded, table, text_table

STYLE = """<style>
.tlskit .tk-bar { display: flex; gap: 2px; margin: 4px 0; max-width: 62em; min-width: 36em; }
.tlskit .tk-bar div { border: 1.5px solid var(--tk-line); padding: 2px 4px; min-width: 4.6em;
  font-size: 12px; }
.tlskit .tk-bar .tk-secret { border-style: dashed; border-color: var(--tk-client);
  background: var(--tk-band); }
.tlskit .tk-bar small { color: var(--tk-quiet); display: block; font-size: 11px; }
</style>"""
HARM_HEAD = ("part", "bytes", "as it was sent", "as it arrived")
LONGEST = 20
PART_HEAD = ("part", "bytes", "on the way", "hex")
SENT_HEAD = ("sent", "content", "sequence number", "bytes on the wire")
ARRIVED_HEAD = (
    "arrival",
    "is record",
    "sealed as number",
    "server counts",
    "application reads",
    "verdict",
)


@dataclass(frozen=True)
class PartedRecord:
    """One record as it goes over the wire, part by part."""

    data: bytes
    parts: tuple[Part, ...]
    title: str

    @property
    def rows(self) -> tuple[tuple[str, int, str, str], ...]:
        """Name, size, who can read it, and the bytes."""
        found, at = [], 0
        for part in self.parts:
            piece, at = self.data[at : at + part.size], at + part.size
            found.append((part.name, part.size, seen(part), piece.hex(" ")))
        return tuple(found)

    @property
    def caption(self) -> str:
        """The title with the sizes."""
        header = sum(part.size for part in self.parts[:3])
        inside = len(self.data) - header
        return f"{self.title}: {header} bytes of record header, then {inside}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the record for the page, and as a text table."""
        return {"text/html": boxed("tlskit-record", self.html()), "text/plain": str(self)}

    def html(self) -> str:
        """Return the bar and the table behind it."""
        words = f"<p>{escape(self.caption)}</p>"
        more = folded("The same as a table", table(PART_HEAD, self.rows))
        return words + bar(self.parts, self.caption) + more

    def __str__(self) -> str:
        """Return caption and parts as text."""
        return f"{self.caption}\n{text_table(PART_HEAD, self.rows)}"


def seen(part: Part) -> str:
    """Say whether a part tells anything to somebody without the key."""
    return "in the clear" if part.readable else "needs the key"


def bar(parts: Sequence[Part], caption: str) -> str:
    """Return the parts side by side, wider ones for more bytes; dashed needs the key."""
    cells = "".join(
        f'<div class="{"tk-open" if part.readable else "tk-secret"}" style="flex: {part.size} 1 0">'
        f"{escape(part.name)}<small>{part.size} B, {seen(part)}</small></div>"
        for part in parts
    )
    said = "; ".join(f"{part.name} {part.size} bytes, {seen(part)}" for part in parts)
    label = escape(f"{caption}: {said}")
    return f'{STYLE}<div class="tk-bar" role="img" aria-label="{label}">{cells}</div>'


def record(data: bytes, parts: Sequence[Part], title: str = "A protected record") -> PartedRecord:
    """Return a record cut into its parts.

    Raises: ValueError if the parts are not as long as the record.
    """
    size = sum(part.size for part in parts)
    if size != len(data):
        raise ValueError(f"the parts have {size} bytes, the record has {len(data)}")
    return PartedRecord(data, tuple(parts), title)


@dataclass(frozen=True)
class JourneyPicture:
    """Records that were sent, what was done to them, and what the receiver made of each."""

    journey: Journey

    @property
    def title(self) -> str:
        """Suite and act."""
        return f"{self.journey.suite}: {self.journey.done}."

    @property
    def sent_rows(self) -> tuple[tuple[Any, ...], ...]:
        """What the client sent."""
        return tuple(sent_row(one) for one in self.journey.sent)

    @property
    def arrived_rows(self) -> tuple[tuple[Any, ...], ...]:
        """What came, and what the server did."""
        return tuple(
            arrived_row(number, one, self.journey.sent[one.which - 1].number)
            for number, one in enumerate(self.journey.arrivals, 1)
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the journey for the page, and as text tables."""
        return {"text/html": boxed("tlskit-journey", self.html()), "text/plain": str(self)}

    def html(self) -> str:
        """Return both tables and the end, as a part of a page."""
        sent = table(SENT_HEAD, self.sent_rows, "What the client sends")
        came = table(ARRIVED_HEAD, self.arrived_rows, "What arrives")
        return f"<p>{escape(self.title)}</p>{sent}{came}<p><b>{escape(self.journey.end)}</b></p>"

    def __str__(self) -> str:
        """Return both tables and the end."""
        sent = text_table(SENT_HEAD, self.sent_rows)
        came = text_table(ARRIVED_HEAD, self.arrived_rows)
        return "\n\n".join([self.title, sent, came, self.journey.end])

    __repr__ = __str__


def sent_row(one: Sent) -> tuple[Any, ...]:
    """Return a row about a record that was sent."""
    return (f"record {one.which}", one.content.decode(), one.number, len(one.data))


def arrived_row(number: int, one: Arrival, sealed_as: int) -> tuple[Any, ...]:
    """Return a row about a record that came."""
    counted = "" if one.counted is None else one.counted
    content = "" if one.content is None else one.content.decode()
    return (number, f"record {one.which}", sealed_as, counted, content, one.verdict)


def journey(of: Journey) -> JourneyPicture:
    """Return some records' way to be looked at."""
    return JourneyPicture(of)


def harm_rows(of: Journey) -> tuple[tuple[Any, ...], ...]:
    """Return the parts of the record that was meant, as sent and as it arrived."""
    data = of.sent[of.record - 1].data
    came = next((one.data for one in of.arrivals if one.which == of.record), None)
    found, at = [], 0
    for part in of.parts:
        end = at + part.size
        there = "never" if came is None else difference(data[at:end], came[at:end])
        found.append((part.name, part.size, cut_hex(data[at:end]), there))
        at = end
    return tuple(found)


def difference(sent: bytes, came: bytes) -> str:
    """Say which byte of a part is another one now.

    >>> difference(bytes([3, 3]), bytes([3, 2]))
    'byte 1: 03 → 02'
    """
    changed = [
        f"byte {at}: {one:02x} → {other:02x}"
        for at, (one, other) in enumerate(zip(sent, came, strict=True))
        if one != other
    ]
    return ", ".join(changed) or "the same"


def cut_hex(data: bytes) -> str:
    """Return bytes in hex, the first ones of many."""
    return data[:LONGEST].hex(" ") + (" …" if len(data) > LONGEST else "")
