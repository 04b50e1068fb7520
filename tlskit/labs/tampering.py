"""The tampering lab: a handshake on a wire that somebody else holds, and a map of all its bytes."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import chain, pairwise, zip_longest
from typing import Any, NamedTuple

from tlskit import tls12
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.labs.in_transit import (
    CLIENT,
    SERVER,
    Conversation,
    Ends,
    Harm,
    Outcome,
    Wire,
    by_record,
    flipped,
    outcome_of,
    places,
    recording,
)
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import Finished
from tlskit.order import Row
from tlskit.registry import ContentType, HandshakeType
from tlskit.tls12.state import State, received
from tlskit.trace import Call

CHOSEN = suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
NOT_CHOSEN = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
LATER = ("application_data", "close_notify")
"""What a conversation goes on with; the map leaves it out."""

NOTHING, WAITS, READING = "nothing", "waits", "reading"
SIGNATURE, VERIFY_DATA, NO_OPENING = "signature", "verify_data", "does not open"
"""How a change was noticed."""


@dataclass(frozen=True)
class TwoEnds:
    """Our client and our server; the client offers two suites, and the server takes the first.

    With the certificate's ECDSA key the signature is the same in every run.
    """

    extended_master_secret: bool = True
    client_steps: tls12.ClientSteps = tls12.CLIENT_STEPS
    server_steps: tls12.ServerSteps = tls12.SERVER_STEPS

    @property
    def suite(self) -> Suite:
        """The suite that is taken."""
        return CHOSEN

    def client(self, calls: Any = None) -> Connection:
        """Return a client that has its ClientHello ready."""
        extended = self.extended_master_secret
        settings = client_settings(suites=(CHOSEN, NOT_CHOSEN), extended_master_secret=extended)
        return Connection(settings, tls12.client(steps=self.client_steps), calls)

    def server(self, calls: Any = None) -> Connection:
        """Return a server that waits."""
        return Connection(server_settings(), tls12.server(steps=self.server_steps), calls)


def downgrade(sender: str, record: bytes) -> bytes:
    """Overwrite the first suite that ClientHello offers: two bytes from offset 46 of its record."""
    if record[:1] + record[5:6] == bytes([ContentType.handshake, HandshakeType.client_hello]):
        return record[:46] + bytes(2) + record[48:]
    return record


def careless(wire: Wire, *sides: str, extended_master_secret: bool = False) -> "Tampered":
    """Run a conversation in which some sides take a Finished unchecked: "client", "server"."""
    client, server = tls12.CLIENT_STEPS, tls12.SERVER_STEPS
    if CLIENT in sides:
        client = replace(client, receive_finished=unchecked)
    if SERVER in sides:
        server = replace(server, receive_finished=unchecked)
    return through(wire, extended_master_secret, client, server)


def unchecked(state: State, message: bytes) -> State:
    """Take a Finished without comparing its verify_data: what RFC 5246 §7.4.9 forbids."""
    return received(state, Finished, message)[0]


@dataclass(frozen=True)
class Tampered:
    """A conversation on a wire that did harm, and what came of it.

    Args:
        change: what was done to the bytes, in words.
    """

    outcome: Outcome
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)
    talk: Conversation = field(repr=False)
    change: str = ""

    @property
    def how(self) -> str:
        """By what the change was noticed."""
        return how_noticed(self.outcome)

    @property
    def who(self) -> str:
        """Who noticed, or waits; "nobody" if both sides were content."""
        return self.outcome.finder or "nobody"

    @property
    def client(self) -> Connection:
        """The client, as it is now."""
        return self.talk.ends[CLIENT]

    @property
    def server(self) -> Connection:
        """The server, as it is now."""
        return self.talk.ends[SERVER]

    def __str__(self) -> str:
        """Return the outcome, "server decrypt_error"."""
        return str(self.outcome)

    __repr__ = __str__


def through(
    wire: Wire,
    extended_master_secret: bool = True,
    client_steps: tls12.ClientSteps = tls12.CLIENT_STEPS,
    server_steps: tls12.ServerSteps = tls12.SERVER_STEPS,
) -> Tampered:
    """Run a conversation on a wire that is asked for each record: wire(sender, record) -> bytes."""
    return tampered(TwoEnds(extended_master_secret, client_steps, server_steps), by_record(wire))


def tampered(ends: Ends, harm: Harm, change: str = "") -> Tampered:
    """Run a conversation and keep what both ends did."""
    calls: list[Call] = []
    talk = carried(ends, harm, calls)
    return Tampered(outcome_of(talk), calls, tls12.FULL, talk, change)


def carried(ends: Ends, harm: Harm, calls: list[Call] | None = None) -> Conversation:
    """Run a conversation; the library's warning of a serial number below 0 is no news here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Parsed a serial number")
        return Conversation(ends, harm, calls)


class Byte(NamedTuple):
    """A byte of the handshake, as it went by.

    Args:
        message: "ServerHello"; with the sender behind it if both sides send one.
        field: its field, "header ..." in the record's header.
        at: where it is in its record.
        value: as it was sent.
        start: where it is in all that its sender has sent.
    """

    sender: str
    message: str
    field: str
    at: int
    value: int
    start: int


@cache
def handshake_bytes(ends: TwoEnds) -> tuple[Byte, ...]:
    """Return every byte of the unharmed handshake in the order of the wire, headers too."""
    nothing: list[Byte] = []
    sides = flights_of(ends, CLIENT), flights_of(ends, SERVER)
    flights = chain.from_iterable(zip_longest(*sides, fillvalue=nothing))  # they take turns
    return tuple(chain.from_iterable(flights))


def flights_of(ends: TwoEnds, sender: str) -> Iterator[list[Byte]]:
    """Return the bytes of each flight of one side, up to its Finished."""
    all_bytes = []
    first: dict[str, int] = {}
    sent = recording(ends).by(sender)
    for start, (place, value) in enumerate(zip(places(ends, sender), sent, strict=True)):
        if place.message in LATER:
            continue
        at = start - first.setdefault(place.message, start)
        message = titled(place.message, sender)
        all_bytes.append(Byte(sender, message, place.field, at, value, start))
    begins = [*recording(ends).flights[sender], len(places(ends, sender))]
    for begin, end in pairwise(begins):
        yield [byte for byte in all_bytes if begin <= byte.start < end]


def titled(message: str, sender: str) -> str:
    """Return a message's name; with its sender if both sides send one.

    >>> titled("Finished", "client"), titled("Certificate", "server")
    ('Finished (client)', 'Certificate')
    """
    return f"{message} ({sender})" if message in ("ChangeCipherSpec", "Finished") else message


def bytes_of(extended_master_secret: bool = True) -> tuple[Byte, ...]:
    """Return every byte of the handshake, with or without extended master secret."""
    return handshake_bytes(TwoEnds(extended_master_secret))


def flip(
    message: str, field: str, byte: int = 0, bit: int = 0, extended_master_secret: bool = True
) -> Tampered:
    """Flip one bit in transit and run the handshake.

    Args:
        message: "ServerHello", "Finished (client)": a message of the map.
        field: its field, as "random"; in the record's header "header version minor".
        byte: which of the field's bytes.
        bit: 0 is the lowest.

    Raises: ValueError with the names that there are.
    """
    ends = TwoEnds(extended_master_secret)
    chosen = picked(handshake_bytes(ends), message, field)
    if byte not in range(len(chosen)):
        raise ValueError(f"{field} of {message} has bytes 0 to {len(chosen) - 1}, not {byte}")
    one, mask = chosen[byte], 1 << bit
    where = f"byte {one.at} of the {message} record, in {field}"
    change = f"bit {bit} of {where}: {one.value:02x} becomes {one.value ^ mask:02x}"
    return tampered(ends, flipped(one.sender, one.start, mask), change)


def picked(found: tuple[Byte, ...], message: str, field: str) -> list[Byte]:
    """Return the bytes of a field. Raises: ValueError with the names that there are."""
    for what, name, at in (("message", message, 1), ("field", field, 2)):
        known = dict.fromkeys(byte[at] for byte in found)
        if name not in known:
            there = ", ".join(map(str, known))
            raise ValueError(f"there is no {what} {name!r}; there are {there}")
        found = tuple(byte for byte in found if byte[at] == name)
    return list(found)


class Flip(NamedTuple):
    """A cell of the map: a byte, and what came of a flipped bit in it."""

    sender: str
    message: str
    field: str
    at: int
    finder: str
    alert: str
    how: str


@lru_cache(maxsize=16)
def every_byte(extended_master_secret: bool = True, bit: int = 0) -> tuple[Flip, ...]:
    """Flip one bit of each byte of the handshake, one handshake for each; return all outcomes."""
    ends = TwoEnds(extended_master_secret)
    found = []
    for byte in handshake_bytes(ends):
        outcome = outcome_of(carried(ends, flipped(byte.sender, byte.start, 1 << bit)))
        found.append(Flip(*byte[:4], outcome.finder, outcome.alert, how_noticed(outcome)))
    return tuple(found)


def how_noticed(outcome: Outcome) -> str:
    """Say by what a change was noticed: a step that refuses, a signature, Finished, keys."""
    if not outcome.finder:
        return NOTHING
    if not outcome.alert:
        return WAITS
    if outcome.alert == "decrypt_error":
        return VERIFY_DATA if outcome.section == "RFC 5246 §7.4.9" else SIGNATURE
    return NO_OPENING if outcome.alert == "bad_record_mac" else READING
