"""First words: hellos of real clients, recorded, and what becomes of hellos that are unusual."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import SUITES
from tlskit.connection import Connection
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import asked_host_name, read_extensions
from tlskit.layouts import Field
from tlskit.lesson import HOST, Run, client_settings, server_settings
from tlskit.messages import ClientHello, explain_handshake, frame_handshake, unframe_handshake
from tlskit.order import Row
from tlskit.peers import Endpoint, OpenSSLPeer, exchange
from tlskit.presentation import decode, encode
from tlskit.records import split
from tlskit.registry import ExtensionType, HandshakeType, ProtocolVersion, is_grease, name_of
from tlskit.tls12.state import State
from tlskit.trace import Call

X = ExtensionType
TWO_NAMES = ("www.course.example", HOST)
"""The certificates of one server, at one address; the first is the default."""
MyHello = Callable[[bytes, bytes, bytes], bytes]


@dataclass(frozen=True)
class Recorded:
    """The first flight of a real client: one record, in it one ClientHello.

    Args:
        how: which program it was, and what it was told.
        flight: the bytes as they left it.
    """

    how: str
    flight: bytes = field(repr=False)

    @property
    def record_version(self) -> int:
        """The version in the record's header."""
        return int.from_bytes(self.flight[1:3], "big")

    @property
    def message(self) -> bytes:
        """The ClientHello with its four-byte header."""
        record, _ = split(self.flight)
        return record.fragment if record else b""


@cache
def recorded(name: str) -> Recorded:
    """Return what tools/record_hellos.py wrote down: "chromium" or "openssl"."""
    path = Path(__file__).with_name("recorded") / f"{name}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return Recorded(content["how"], bytes.fromhex(content["flight"]))


def ours(server_name: str = HOST) -> Recorded:
    """Return the first flight of the course's own client; "" leaves server_name out."""
    client = Connection(client_settings(server_name=server_name), tls12.client())
    return Recorded("the client of this course", client.data_to_send())


# ---- what anybody on the way can read


class Seen(NamedTuple):
    """What a hello tells everybody, in words."""

    size: str
    host: str
    versions: str
    suites: str
    groups: str
    protocols: str
    extensions: str


SEEN = Seen(
    "bytes in all",
    "host it wants",
    "versions it can do",
    "cipher suites",
    "groups (curves)",
    "protocols inside",
    "extensions",
)
"""The heads of the lines."""


def seen(message: bytes) -> Seen:
    """Return what a ClientHello tells whoever sees it pass; no key is needed."""
    hello = decode(ClientHello, unframe_handshake(message)[1])
    said = read_extensions(hello.extensions, CLIENT_BODIES)
    listed, groups = said.get(X.supported_versions), said.get(X.supported_groups)
    versions = [one for one in listed.versions if not is_grease(one)] if listed else []
    spoken = said.get(X.application_layer_protocol_negotiation)
    newest = name_of(ProtocolVersion, hello.client_version)
    return Seen(
        str(len(message)),
        asked_host_name(said) or "it does not say",
        ", ".join(name_of(ProtocolVersion, one) for one in versions) or f"{newest} at most",
        counted(hello.cipher_suites),
        counted(groups.named_group_list) if groups else "none",
        ", ".join(one.decode() for one in spoken.protocol_name_list) if spoken else "not said",
        counted(tuple(said)),
    )


def named(flight: bytes) -> str:
    """Return the host name that a first flight gives away, "" if there is none."""
    record, _ = split(flight)
    hello = decode(ClientHello, unframe_handshake(record.fragment)[1]) if record else None
    return asked_host_name(read_extensions(hello.extensions, CLIENT_BODIES)) if hello else ""


def counted(numbers: tuple[int, ...]) -> str:
    """Return how many there are, and how many of them are GREASE (RFC 8701).

    >>> counted((0x1A1A, 0xC02B))
    '2, 1 of them GREASE'
    """
    grease = sum(map(is_grease, numbers))
    return f"{len(numbers)}, {grease} of them GREASE" if grease else str(len(numbers))


def compared(**hellos: Recorded) -> list[tuple[str, ...]]:
    """Return a line for each thing seen, with a cell for each hello."""
    columns = [seen(one.message) for one in hellos.values()]
    return list(zip(SEEN, *columns, strict=True))


def field_of(message: bytes, name: str) -> Field:
    """Return an outer field of a handshake message by its name."""
    return next(one for one in explain_handshake(message) if one.name == name)


def size_with_suites(count: int) -> int:
    """Return how many bytes the field cipher_suites takes in a hello with so many suites."""
    client = Connection(client_settings(suites=SUITES[:count]), tls12.client())
    found = field_of(client.state.handshake_messages[0], "cipher_suites")
    return found.end - found.start


# ---- hellos under way


def outcome(client: Endpoint, server: Endpoint, failures: list[tuple[Endpoint, Exception]]) -> str:
    """Return "done", "waiting", or who sent which alert, as "server: protocol_version"."""
    for end, error in failures:
        if not isinstance(error, Alert):
            raise error
        client_sent = (end is client) is not error.received
        return f"{'client' if client_sent else 'server'}: {error.description.name}"
    both = all(getattr(end, "done", False) for end in (client, server))
    return "done" if both else "waiting"


def passing(change: Callable[[bytes], bytes], server: Endpoint | None = None) -> str:
    """Let somebody on the way change our client's first flight; return what came of it.

    Args:
        change: takes the record with the ClientHello, returns other bytes.
        server: ours, unless another is given.
    """
    client = Connection(client_settings(), tls12.client())
    server = server or Connection(server_settings(), tls12.server())
    flight = change(client.data_to_send())
    try:
        server.receive(flight)
    except Alert as alert:
        return outcome(client, server, [(server, alert)])
    return outcome(client, server, exchange(server, client))


@dataclass(frozen=True)
class Answered:
    """What our server made of a first flight: its state, and the calls behind it."""

    state: State = field(repr=False)
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)


def answered(flight: bytes) -> Answered:
    """Let our server answer a first flight, from whomever; it then waits for more.

    Raises: Alert if the server refuses it.
    """
    calls: list[Call] = []
    server = Connection(server_settings(), tls12.server(), calls)
    server.receive(flight)
    return Answered(server.state, calls, tls12.FULL)


def said_by(my_hello: MyHello, server: Endpoint) -> Run:
    """Shake hands with a ClientHello whose body a learner's function puts together.

    Args:
        my_hello: (random, suites, extensions) -> body; suites and extensions are the entries'
            bytes, without the length before them.
    """

    def send_client_hello(state: State) -> tuple[State, bytes]:
        state, _ = tls12.CLIENT_STEPS.send_client_hello(state)
        body = my_hello(*parts_of(state))
        message = frame_handshake(HandshakeType.client_hello, body)
        return state.but(handshake_messages=(message,)), message

    steps = replace(tls12.CLIENT_STEPS, send_client_hello=send_client_hello)
    calls: list[Call] = []
    client = Connection(client_settings(), tls12.client(steps=steps), calls)
    failures = exchange(client, server)
    return Run(client, server, calls, tls12.FULL, failures)  # type: ignore[arg-type]


def parts_of(state: State) -> tuple[bytes, bytes, bytes]:
    """Return what our client put into its hello: random, suites, extensions, as bare bytes."""
    hello = state.client_hello
    if hello is None:
        raise ValueError("state.client_hello is missing: send_client_hello sets it")
    suites = b"".join(code.to_bytes(2, "big") for code in hello.cipher_suites)
    return hello.random, suites, b"".join(encode(one) for one in hello.extensions or ())


# ---- one address, two names


@dataclass(frozen=True)
class Visit:
    """What came of a visit to the address at which two names live.

    Args:
        asked: the name in server_name, "" if the hello had none.
        shown: the name of the certificate that the server showed.
        ended: "done", or who sent which alert.
    """

    asked: str
    shown: str
    ended: str
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)


def visit(asks: str = HOST, wants: str = HOST) -> Visit:
    """Let our client visit our server of TWO_NAMES (RFC 6066 §3).

    Args:
        asks: the name that it says in its hello; "" leaves server_name out.
        wants: the name that it looks for in the certificate.
    """

    def send_client_hello(state: State) -> tuple[State, bytes]:
        told = state.but(settings=replace(state.settings, server_name=asks))
        after, message = tls12.CLIENT_STEPS.send_client_hello(told)
        return after.but(settings=state.settings), message

    steps = replace(tls12.CLIENT_STEPS, send_client_hello=send_client_hello)
    calls: list[Call] = []
    settings = client_settings(server_name=wants, suites=SUITES)
    client, server = Connection(settings, tls12.client(steps=steps), calls), two_names(calls)
    failures = exchange(client, server)
    return Visit(asks, shown_by(server), outcome(client, server, failures), calls, tls12.FULL)


def openssl_visits(name: str) -> Visit:
    """Let OpenSSL visit our server of TWO_NAMES; it says the name and looks for it."""
    calls: list[Call] = []
    client, server = OpenSSLPeer.client(pki.pem_roots(), name), two_names(calls)
    failures = exchange(client, server)
    return Visit(name, shown_by(server), outcome(client, server, failures), calls, tls12.FULL)


def two_names(calls: list[Call]) -> Connection:
    """Return our server with a certificate for each of TWO_NAMES."""
    credentials = tuple(pki.credential("ecdsa", name) for name in TWO_NAMES)
    return Connection(server_settings(credentials=credentials), tls12.server(), calls)


def shown_by(server: Connection) -> str:
    """Return the first name in the certificate that a server showed."""
    return str(server.state.credential.names[0])
