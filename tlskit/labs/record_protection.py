"""Records that real ends make and open, and what becomes of them when somebody is in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.lesson import (
    ANSWER,
    REQUEST,
    client_settings,
    openssl_client,
    server_settings,
    shaken_hands,
)
from tlskit.peers import exchange
from tlskit.record_journey import ACTS, Arrival, Journey, Part, Sent, flipped, parts
from tlskit.records import HEADER_SIZE, Record, join, split_all
from tlskit.registry import ContentType
from tlskit.tls12.record_protection import RecordKeys, decrypted, wrong_record
from tlskit.tls12.state import State
from tlskit.trace import Call

GCM = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
CHACHA = suite_named("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
CBC = suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
CONTENTS = ("unmute", "mute", "leave room 42")
"""What the client says to the signalling server, a record each."""
Open = Callable[[bytes, bytes, int, bytes], bytes]
"""key, salt, sequence number, record -> content: what the reader writes."""


@dataclass(frozen=True)
class OnTheWire:
    """A record that went by, with what a lesson needs to know about it.

    Args:
        sender: "client" or "server".
        protected: whether it went out under keys.
        data: the bytes on the wire, header first.
    """

    sender: str
    protected: bool
    data: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """What the header says that it carries: anybody on the way can read it."""
        return ContentType(self.data[0]).name


class Tap:
    """One end of a connection whose records somebody on the way takes down."""

    def __init__(self, name: str, end: Connection, passed: list[OnTheWire]) -> None:
        """Listen to what this end sends."""
        self.name, self.end, self.passed = name, end, passed
        self.receive = end.receive
        self.protected = False

    def data_to_send(self) -> bytes:
        """Return the bytes for the peer, and take down the records in them."""
        data = self.end.data_to_send()
        for record in split_all(data)[0]:
            self.passed.append(OnTheWire(self.name, self.protected, join(record)))
            if record.content_type == ContentType.change_cipher_spec:
                self.protected = True
        return data


def on_the_wire(suite: Suite = GCM) -> list[OnTheWire]:
    """Return what a network sees of a whole handshake, a request and an answer."""
    passed: list[OnTheWire] = []
    client = Tap("client", Connection(client_settings(suites=(suite,)), tls12.client()), passed)
    server = Tap("server", Connection(server_settings(), tls12.server()), passed)
    exchange(client, server)
    for speaker, words in ((client, REQUEST), (server, ANSWER)):
        speaker.end.write(words)
        exchange(client, server)
    return passed


@dataclass(frozen=True)
class Finished:
    """A recorded client Finished: its record, and the keys of its direction.

    Args:
        key, salt: client_write_key and client_write_IV, as the key block was cut (lesson 06).
        record: as it went over the wire, header first.
        message: the handshake message inside.
        parts: those of the record.
    """

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    record: bytes = field(repr=False)
    message: bytes = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    keys: RecordKeys = field(repr=False)

    @property
    def fragment_size(self) -> int:
        """How many bytes stand behind the record's header."""
        return len(self.record) - HEADER_SIZE


def recorded_finished(suite: Suite = GCM, encrypt_then_mac: bool = False) -> Finished:
    """Return the client's Finished of a recorded handshake, still protected."""
    call = next(call for call in handshake(suite, encrypt_then_mac).calls if call.name == "protect")
    keys, content = call.arguments["keys"], call.arguments["content"]
    record = join(Record(ContentType.handshake, 0x0303, call.result))
    made_of = parts(suite, record, encrypt_then_mac)
    return Finished(keys.key, keys.iv, record, content, made_of, keys)


def handshake(
    suite: Suite, encrypt_then_mac: bool = False, server: tls12.Formulae = tls12.FORMULAE
) -> Any:
    """Run a handshake, with or without encrypt-then-MAC on offer; return the Run."""
    client = client_settings(suites=(suite,), encrypt_then_mac=encrypt_then_mac)
    return shaken_hands(client, server_settings(), (tls12.client(), tls12.server(server)))


def transcript_of(before: State, after: State) -> str:
    """Say whether a step made the list of handshake messages longer: "grows" or "stays"."""
    longer = len(after.handshake_messages) > len(before.handshake_messages)
    return "grows" if longer else "stays"


def send(
    act: str = "nothing",
    record: int = 2,
    part: str = "ciphertext",
    bit: int = 0,
    contents: Sequence[str] = CONTENTS,
    suite: Suite = GCM,
    encrypt_then_mac: bool = False,
    server_opens: Callable[..., bytes] = tls12.FORMULAE.unprotect,
) -> Journey:
    """Let a client send some records to a server, and do something to one of them on the way.

    Args:
        act: one of ACTS. part and bit are for "flip".
        record: which one, counted from 1.
        server_opens: in place of `unprotect` on the server.

    Raises: ValueError for an act, record, part or bit that there is not.
    """
    if act not in ACTS:
        raise ValueError(f"{act!r} can't be done on the way; it is one of {', '.join(ACTS)}")
    if not 1 <= record <= len(contents):
        raise ValueError(f"there are the records 1 to {len(contents)}, not {record}")
    if not all(contents):
        raise ValueError("a record without content is not sent: write something")
    run = handshake(suite, encrypt_then_mac, replace(tls12.FORMULAE, unprotect=server_opens))
    if run.failures:
        raise run.failures[0][1]
    sent = [written(run, which, text) for which, text in enumerate(contents, 1)]
    on_the_way = [(one.which, one.data) for one in sent]
    made_of = parts(suite, sent[record - 1].data, encrypt_then_mac)
    if act == "flip":
        changed = flipped(sent[record - 1].data, part, bit, made_of)
        on_the_way[record - 1] = (record, changed)
    arrivals = [arrived(run, which, data) for which, data in ACTS[act](on_the_way, record)]
    return Journey(suite.name, act, record, part, bit, tuple(sent), tuple(arrivals), made_of)


def written(run: Any, which: int, text: str) -> Sent:
    """Let the client write some text in a record of its own."""
    run.client.write(text.encode())
    number = run.calls[-1].arguments["sequence_number"]
    return Sent(which, number, text.encode(), run.client.data_to_send())


def arrived(run: Any, which: int, data: bytes) -> Arrival:
    """Hand bytes to the server; return what it made of them."""
    if run.server.failure:
        return Arrival(which, data, None, None, "", "not read any more: the connection is over")
    before = len(run.calls)
    alert = reason = ""
    try:
        run.server.receive(data)
    except Alert as error:
        alert, reason = error.description.name, error.reason
    opened: list[Call] = [call for call in run.calls[before:] if call.name == "unprotect"]
    number = opened[0].arguments["sequence_number"] if opened else None
    if alert:
        verdict = f"does not open: {alert}" if opened else f"{alert}: {reason}"
        return Arrival(which, data, number, None, alert, verdict)
    if not opened:
        return Arrival(which, data, None, None, "", "the server waits: the record is not all there")
    return Arrival(which, data, number, run.server.read(), "", "opens")


def opened_by(my_open: Open) -> Callable[..., bytes]:
    """Return `my_open` in the shape of `unprotect`; what does not open is a bad_record_mac.

    Reference: RFC 5246 §6.2.3.3.
    """

    def unprotect(
        keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
    ) -> bytes:
        record = join(Record(content_type, version, fragment))
        try:
            return my_open(keys.key, keys.iv, sequence_number, record)
        except InvalidTag:
            raise wrong_record() from None

    unprotect.__name__ = getattr(my_open, "__name__", "my_open")
    return unprotect


def numbered_by(my_number: Callable[[int, bytes], int]) -> Callable[..., bytes]:
    """Return an AES-GCM `unprotect` that asks `my_number` which sequence number a record has.

    It gets the number that the receiver has counted and the record's explicit nonce.
    """

    def unprotect(
        keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
    ) -> bytes:
        number = my_number(sequence_number, fragment[: keys.suite.record_iv_length])
        return tls12.FORMULAE.unprotect(keys, number, content_type, version, fragment)

    unprotect.__name__ = getattr(my_number, "__name__", "my_number")
    return unprotect


def openssl_explicit_nonce() -> tuple[int, bytes]:
    """Return the sequence number and the explicit nonce of a Finished that OpenSSL's client sent.

    It opened under that number, or the handshake would have failed.
    """
    calls: list[Call] = []
    server = Connection(server_settings(suites=(GCM,)), tls12.server(), calls)
    problems = exchange(openssl_client(), server)
    if problems:
        raise problems[0][1]
    call = next(call for call in calls if call.name == "unprotect")
    return call.arguments["sequence_number"], call.arguments["fragment"][: GCM.record_iv_length]


def inside_cbc(finished: Finished) -> dict[str, bytes]:
    """Return what AES-CBC decrypts of a record without encrypt-then-MAC, cut into its parts.

    Reference: RFC 5246 §6.2.3.2.
    """
    plaintext = decrypted(finished.keys, finished.record[HEADER_SIZE:])
    padding = plaintext[-1]
    mac = len(finished.keys.mac_key)
    end = len(plaintext) - padding - 1
    return {
        "content": plaintext[: end - mac],
        "MAC": plaintext[end - mac : end],
        "padding": plaintext[end:-1],
        "padding_length": plaintext[-1:],
    }
