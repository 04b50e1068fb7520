"""The server's first flight as it travels: records and messages, and a wire that packs them anew.

Messages and records have boundaries of their own (RFC 5246 §6.2.1), and a packet has a third kind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checkpoints import USUAL, checkpoint
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.key_exchange import group_named
from tlskit.ladder_rows import camel_case
from tlskit.lesson import client_settings, openssl_client, server_settings
from tlskit.messages import HEADER_SIZE as MESSAGE_HEADER
from tlskit.messages import frame_handshake
from tlskit.peers import Endpoint, exchange
from tlskit.records import HEADER_SIZE, Record, join, reassemble, records_in
from tlskit.registry import ContentType, HandshakeType, ProtocolVersion, name_of
from tlskit.trace import Call

SUITE = USUAL.suite
DONE = frame_handshake(HandshakeType.server_hello_done, b"")
Change = Callable[[bytes], bytes]


def messages_in(content: bytes) -> list[bytes]:
    """Return the handshake messages of some records' content, which must be whole (§7.4)."""
    found: list[bytes] = []
    while content:
        message, content = reassemble(content)
        if message is None:
            raise ValueError(f"{len(content)} bytes are left over, less than a message")
        found.append(message)
    return found


def cut(content: bytes, size_of: Callable[[bytes], int]) -> list[bytes]:
    """Cut content into messages by a rule: content -> size of the message that it begins with.

    Raises: ValueError if the rule gives no size that can be.
    """
    found: list[bytes] = []
    while content:
        size = size_of(content)
        if not 0 < size <= len(content):
            number = f"message {len(found) + 1}"
            raise ValueError(f"{number} would have {size} bytes, and {len(content)} are left")
        found.append(content[:size])
        content = content[size:]
    return found


def handshake_in(data: bytes) -> bytes:
    """Return what handshake records hold, in a row, without their headers of 5 bytes."""
    parts = (one.fragment for one in records_in(data) if one.content_type == ContentType.handshake)
    return b"".join(parts)


def in_records(content: bytes, size: int) -> bytes:
    """Return records with handshake content, `size` bytes in each but the last (§6.2.1)."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    kind, version = int(ContentType.handshake), int(ProtocolVersion.TLS_1_2)
    return b"".join(join(Record(kind, version, piece)) for piece in pieces)


def rewritten(edit: Callable[[bytes], bytes], size: int = 2**14) -> Change:
    """Return a wire's change: the content of a flight of plain messages is edited, packed anew.

    Flights with anything but handshake records pass as they are: they hold ChangeCipherSpec or an
    alert, and behind ChangeCipherSpec records are protected.
    """

    def change(data: bytes) -> bytes:
        if any(one.content_type != ContentType.handshake for one in records_in(data)):
            return data
        return in_records(edit(handshake_in(data)), size)

    return change


def packed(size: int) -> Change:
    """Return a wire that packs flights into records of `size` bytes of content."""
    return rewritten(lambda content: content, size)


def edited(edit: Callable[[list[bytes]], list[bytes]]) -> Change:
    """Return a wire that edits the list of messages of a flight; one message is one record."""

    def change(data: bytes) -> bytes:
        if any(one.content_type != ContentType.handshake for one in records_in(data)):
            return data
        return b"".join(in_records(one, 2**14) for one in edit(messages_in(handshake_in(data))))

    return change


def without(msg_type: int) -> Change:
    """Return a wire on which messages of one type are lost."""
    return edited(lambda messages: [one for one in messages if one[0] != msg_type])


@dataclass
class ChangedOnTheWay:
    """An end of a connection, behind a wire that changes what it sends."""

    end: Endpoint
    change: Change

    def receive(self, data: bytes) -> None:
        """Hand bytes on to the end as they came."""
        self.end.receive(data)

    def data_to_send(self) -> bytes:
        """Return what the end sends, changed."""
        data = self.end.data_to_send()
        return self.change(data) if data else b""


@dataclass
class Talk:
    """A handshake over a wire that changes the server's flight.

    Args:
        failures: who raised what, in the order of time.
        flight: the server's first flight as it arrived, in bytes.
    """

    client: Connection
    server: Connection
    calls: list[Call] = field(repr=False)
    failures: list[tuple[Any, Exception]] = field(repr=False)
    flight: bytes = field(repr=False)

    @property
    def done(self) -> bool:
        """Whether both sides finished without a failure."""
        return self.client.done and self.server.done and not self.failures

    @property
    def alerts(self) -> list[str]:
        """The alerts that were sent, as "client decrypt_error"."""
        alerts = [(end, error) for end, error in self.failures if isinstance(error, Alert)]
        return [f"{end.role} {one.description.name}" for end, one in alerts if not one.received]

    @property
    def first_to_alert(self) -> str:
        """Who sent the first alert: "client", "server" or "nobody"."""
        return self.alerts[0].partition(" ")[0] if self.alerts else "nobody"


def line_drops(end: Connection) -> str:
    """Tell an end that its input has ended, and return what it says then: alert and reason.

    "" if it was missing nothing. Without such news from outside an end waits for ever (§7.2.1).
    """
    try:
        end.end_of_input()
    except Alert as alert:
        return f"{alert.description.name}: {alert.reason}"
    return ""


def hung_up(talk: Talk) -> tuple[tuple[str, str], list[tuple[str, str]]]:
    """Close the line of a handshake that waits; return a table of what each end then says."""
    ends = (talk.client, talk.server)
    rows = [(str(end.role), line_drops(end) or "nothing is missing") for end in ends]
    return ("end", "what it says when the line is closed"), rows


def server_talks(
    change: Change = bytes,
    suite: Suite = SUITE,
    client_formulae: tls12.Formulae = tls12.FORMULAE,
    server_formulae: tls12.Formulae = tls12.FORMULAE,
) -> Talk:
    """Run a handshake in which the server's flights pass a wire that changes them."""
    calls: list[Call] = []
    client = Connection(client_settings(suites=(suite,)), tls12.client(client_formulae), calls)
    server = Connection(server_settings(), tls12.server(server_formulae), calls)
    seen: list[bytes] = []

    def watched(data: bytes) -> bytes:
        seen.append(change(data))
        return seen[-1]

    behind = ChangedOnTheWay(server, watched)
    failures = [
        (server if end is behind else client, error) for end, error in exchange(client, behind)
    ]
    return Talk(client, server, calls, failures, seen[0] if seen else b"")


def server_key_exchange_body(group: str) -> int:
    """Return how many bytes the body of ServerKeyExchange has with this group (RFC 8422 §5.4)."""
    chosen = replace(USUAL, group=group_named(group))
    return len(checkpoint("receive_server_key_exchange", choice=chosen).message) - MESSAGE_HEADER


# ---- three kinds of boundaries, for a drawing

SEGMENT = 1460
"""Bytes of TCP in a packet on an Ethernet, 1500 less IP's and TCP's headers of 20 bytes each."""


class Piece(NamedTuple):
    """A stretch of the bytes of a flight, `start` up to before `end`, and its own size.

    A message whose stretch holds headers of records has a smaller size than the stretch.
    """

    name: str
    start: int
    end: int
    size: int


def layers(data: bytes) -> dict[str, list[Piece]]:
    """Return packets, records and messages of a flight, each with its place among the bytes.

    The places of a message reach from its first byte to its last; headers of records may lie
    between (RFC 5246 §6.2.1).
    """
    size = len(data)
    cuts = [*range(0, size, SEGMENT), size]
    packets = [Piece("", start, end, end - start) for start, end in pairwise(cuts)]
    records: list[Piece] = []
    places: list[int] = []  # for each byte of content, where it lies
    for record in records_in(data):
        start = records[-1].end if records else 0
        length = len(join(record))
        records.append(Piece("", start, start + length, length))
        places += range(start + HEADER_SIZE, records[-1].end)
    messages, at = [], 0
    for message in messages_in(handshake_in(data)):
        name = camel_case(name_of(HandshakeType, message[0]))
        last = at + len(message) - 1
        messages.append(Piece(name, places[at], places[last] + 1, len(message)))
        at += len(message)
    return {"packets": packets, "records": records, "messages": messages}


def pick_packing(size: int) -> tuple[dict[str, list[Piece]], str]:
    """Pack the server's flight in records of `size` bytes; return layers, and who took it."""
    talk = server_talks(packed(size))
    openssl, server = openssl_client(), Connection(server_settings(), tls12.server())
    exchange(openssl, ChangedOnTheWay(server, packed(size)))
    ends = {"Our client": talk.done, "OpenSSL's client": openssl.done and server.done}
    verdicts = [f"{who}: {'accepted' if done else 'refused'}" for who, done in ends.items()]
    return layers(talk.flight), "; ".join(verdicts)
