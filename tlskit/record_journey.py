"""Records on their way: which parts they have, what is done to them, what the receiver does.

All of it plain rows. Which records arrive is decided here; they are made and opened by real ends
(`tlskit.labs.record_protection`) and drawn by `tlskit.show`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tlskit.cipher_suites import Suite
from tlskit.records import HEADER_SIZE

TAG = 16
BLOCK = 16
Numbered = tuple[int, bytes]
"""Which of the records sent this is, counted from 1, and its bytes."""


class Part(NamedTuple):
    """A part of a record on the wire: name, size in bytes, whether anybody on the way reads it."""

    name: str
    size: int
    readable: bool


HEADER_PARTS = (Part("content type", 1, True), Part("version", 2, True), Part("length", 2, True))


def pieces(suite: Suite, length: int, encrypt_then_mac: bool = False) -> dict[str, int]:
    """Return the sizes of a protected fragment's parts by their names in the RFC's structs.

    Reference: RFC 5246 §6.2.3.2, §6.2.3.3; RFC 7366 §3. Parts that a suite does not have are 0.
    """
    if suite.mac_key_length:
        mac = suite.mac_key_length if encrypt_then_mac else 0
        return {
            "GenericBlockCipher.IV": BLOCK,
            "GenericBlockCipher.block_ciphered": max(0, length - BLOCK - mac),
            "GenericBlockCipher.MAC": mac,
        }
    sealed = length - suite.record_iv_length
    return {
        "GenericAEADCipher.nonce_explicit": suite.record_iv_length,
        "GenericAEADCipher.ciphertext": max(0, sealed - TAG),
        "GenericAEADCipher.tag": TAG,
    }


NAMES = {
    "GenericBlockCipher.IV": "IV",
    "GenericBlockCipher.block_ciphered": "ciphertext",
    "GenericBlockCipher.MAC": "MAC",
    "GenericAEADCipher.nonce_explicit": "explicit nonce",
    "GenericAEADCipher.ciphertext": "ciphertext",
    "GenericAEADCipher.tag": "tag",
}


def parts(suite: Suite, record: bytes, encrypt_then_mac: bool = False) -> tuple[Part, ...]:
    """Return the parts of a protected record, header and all.

    In a CBC record without encrypt-then-MAC the MAC is inside the ciphertext.
    """
    found = pieces(suite, len(record) - HEADER_SIZE, encrypt_then_mac)
    inside = (
        Part(NAMES[key], size, NAMES[key] not in ("ciphertext", "tag", "MAC"))
        for key, size in found.items()
        if size
    )
    return HEADER_PARTS + tuple(inside)


def start_of(name: str, all_parts: Sequence[Part]) -> int:
    """Return the offset of a part in its record.

    Raises: ValueError with the names there are.
    """
    at = 0
    for part in all_parts:
        if part.name == name:
            return at
        at += part.size
    known = ", ".join(part.name for part in all_parts)
    raise ValueError(f"this record has no part {name!r}; it has {known}")


def flipped(data: bytes, name: str, bit: int, all_parts: Sequence[Part]) -> bytes:
    """Return a record with one bit of a part changed; bit 0 is the part's first and highest.

    Raises: ValueError for a part or bit that is not there.
    """
    start = start_of(name, all_parts)
    size = next(part.size for part in all_parts if part.name == name)
    if not 0 <= bit < 8 * size:
        raise ValueError(f"the {name} has the bits 0 to {8 * size - 1}, not {bit}")
    changed = bytearray(data)
    changed[start + bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def replayed(records: Sequence[Numbered], which: int) -> list[Numbered]:
    """Return the records with a copy of one right behind it."""
    return [copy for one in records for copy in ([one, one] if one[0] == which else [one])]


def reordered(records: Sequence[Numbered], which: int) -> list[Numbered]:
    """Return the records with one and its follower exchanged; the last goes before the one before.

    >>> [number for number, _ in reordered([(1, b""), (2, b""), (3, b"")], 2)]
    [1, 3, 2]
    """
    order = list(records)
    at = min(which, len(order) - 1) - 1
    order[at], order[at + 1] = order[at + 1], order[at]
    return order


def dropped(records: Sequence[Numbered], which: int) -> list[Numbered]:
    """Return the records without one of them."""
    return [one for one in records if one[0] != which]


def untouched(records: Sequence[Numbered], which: int) -> list[Numbered]:
    """Return the records as they were sent."""
    return list(records)


ACTS: dict[str, Callable[[Sequence[Numbered], int], list[Numbered]]] = {
    "nothing": untouched,
    "flip": untouched,
    "replay": replayed,
    "reorder": reordered,
    "drop": dropped,
}
"""What may be done on the way; a flip changes bytes, the others which records arrive."""


class Sent(NamedTuple):
    """A record as it was made: its number under the keys, its content, its bytes on the wire."""

    which: int
    number: int
    content: bytes
    data: bytes


class Arrival(NamedTuple):
    """A record as it arrived, and what the receiver made of it.

    counted is the sequence number that the receiver used, None if it opened nothing; content is
    what it read, None if nothing; alert is the name of the one it sends, "" for none.
    """

    which: int
    data: bytes
    counted: int | None
    content: bytes | None
    alert: str
    verdict: str


@dataclass(frozen=True)
class Journey:
    """Some records from one end to the other.

    Args:
        act: one of ACTS; record, part and bit say where.
        parts: those of the record that was meant.
    """

    suite: str
    act: str
    record: int
    part: str
    bit: int
    sent: tuple[Sent, ...]
    arrivals: tuple[Arrival, ...]
    parts: tuple[Part, ...]

    @property
    def noticed(self) -> Arrival | None:
        """The arrival at which the receiver notices, if it does."""
        return next((one for one in self.arrivals if one.alert), None)

    @property
    def noticed_at(self) -> str:
        """Which record makes the receiver notice: "record 3", "the copy"; else "nobody"."""
        found = self.noticed
        if found is None:
            return "nobody"
        before = self.arrivals[: self.arrivals.index(found)]
        again = any(one.which == found.which for one in before)
        return "the copy" if again else f"record {found.which}"

    @property
    def noticed_by(self) -> str:
        """The side that notices: "server", or "nobody"; the client is told by the alert."""
        return "server" if self.noticed else "nobody"

    @property
    def alert(self) -> str:
        """The alert that the receiver sends, or ""."""
        return self.noticed.alert if self.noticed else ""

    @property
    def read(self) -> tuple[str, ...]:
        """What the receiver's application gets, in its order."""
        return tuple(one.content.decode() for one in self.arrivals if one.content is not None)

    @property
    def done(self) -> str:
        """What is done on the way, in words."""
        of = f"record {self.record}"
        follower = min(self.record + 1, len(self.sent))
        return {
            "nothing": "nothing is done on the way",
            "flip": f"bit {self.bit} of the {self.part} of {of} is flipped",
            "replay": f"{of} arrives twice",
            "reorder": f"records {follower - 1} and {follower} change places",
            "drop": f"{of} is dropped",
        }[self.act]

    @property
    def end(self) -> str:
        """Whether, when and by what alert the receiver notices, in words."""
        found = self.noticed
        if found:
            at = self.arrivals.index(found) + 1
            return f"The server notices at arrival {at}, record {found.which}: {found.alert}."
        if len(self.arrivals) < len(self.sent):
            return "The server notices nothing: it cannot know that there was one more."
        if any(one.content is None for one in self.arrivals):
            return "The server notices nothing: it waits for bytes that never come."
        same = self.read == tuple(one.content.decode() for one in self.sent)
        return "The server reads what was sent." if same else "The server notices nothing!"
