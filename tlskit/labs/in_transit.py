"""Two ends of ours, byte for byte the same in every run, and a wire that can do harm to the bytes.

A whole conversation is: the handshake, a request, an answer, close_notify both ways.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol

from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.layouts import Field
from tlskit.messages import (
    BODIES,
    ClientECDiffieHellmanPublic,
    EncryptedPreMasterSecret,
    explain_handshake,
)
from tlskit.order import Role
from tlskit.records import join, records_in
from tlskit.registry import ContentType, HandshakeType, name_of

CLIENT, SERVER = Role.CLIENT, Role.SERVER
REQUEST, ANSWER = b"may I come in?", b"you may"
Harm = Callable[[str, int, bytes], bytes]
"""sender, where the bytes begin in all that it has sent, bytes -> bytes that arrive."""
Wire = Callable[[str, bytes], bytes]
"""sender, one whole record -> what arrives in its place; b"" if nothing does."""


class Ends(Protocol):
    """Makes the two ends of a conversation, the same ones each time it is asked; hashable."""

    def __hash__(self) -> int:
        """Return the same number for the same ends: recordings are kept by it."""

    @property
    def suite(self) -> Suite:
        """The suite that an unharmed handshake agrees on."""

    def client(self, calls: Any = None) -> Connection:
        """Return a client that has its ClientHello ready."""

    def server(self, calls: Any = None) -> Connection:
        """Return a server that waits."""


def unharmed(sender: str, start: int, data: bytes) -> bytes:
    """Return the bytes as they were sent."""
    return data


def flipped(sender: str, at: int, mask: int) -> Harm:
    """Return a wire that flips some bits of one byte of one direction."""

    def harm(who: str, start: int, data: bytes) -> bytes:
        if who != sender or not start <= at < start + len(data):
            return data
        changed = bytearray(data)
        changed[at - start] ^= mask
        return bytes(changed)

    return harm


def by_record(wire: Wire) -> Harm:
    """Return a wire that is asked for each record; it may change, drop or add some."""

    def harm(who: str, start: int, data: bytes) -> bytes:
        return b"".join(wire(who, join(record)) for record in records_in(data))

    return harm


class Conversation:
    """Both ends and what went between them.

    Args:
        calls: if given, what both ends do is appended to it.

    Attributes:
        sent: all bytes that each side has sent, as it sent them.
        flights: where in those bytes each flight of a side begins.
        harmed: whose bytes were the first to arrive otherwise than they were sent, "" for none.
        failures: who raised what, in the order of time.
    """

    def __init__(self, ends: Ends, harm: Harm = unharmed, calls: Any = None) -> None:
        """Talk to the end, or until a failure has been told to the other side."""
        self.ends: dict[str, Connection] = {CLIENT: ends.client(calls), SERVER: ends.server(calls)}
        self.sent: dict[str, bytes] = {CLIENT: b"", SERVER: b""}
        self.flights: dict[str, list[int]] = {CLIENT: [], SERVER: []}
        self.harm, self.harmed = harm, ""
        self.failures: list[tuple[str, Any]] = []
        self.read: dict[str, bytes] = {CLIENT: b"", SERVER: b""}
        self.carry()
        speeches: tuple[Callable[[], None], ...] = (
            lambda: self.ends[CLIENT].write(REQUEST),
            lambda: self.ends[SERVER].write(ANSWER),
            lambda: self.ends[CLIENT].close(),
        )
        for speak in speeches:
            if self.failures or not all(end.done for end in self.ends.values()):
                break
            speak()
            self.carry()
        for role, end in self.ends.items():
            self.read[role] += end.read()

    def carry(self) -> None:
        """Carry bytes to and fro until both sides are silent."""
        silent, sender, receiver = 0, CLIENT, SERVER
        while silent < 2:
            data = self.ends[sender].data_to_send()
            silent = 0 if data else silent + 1
            if data:
                arriving = self.harm(sender, len(self.sent[sender]), data)
                if arriving != data:
                    self.harmed = self.harmed or sender
                self.flights[sender].append(len(self.sent[sender]))
                self.sent[sender] += data
                try:
                    self.ends[receiver].receive(arriving)
                except Exception as error:
                    self.failures.append((receiver, error))
            sender, receiver = receiver, sender

    @property
    def whole(self) -> bool:
        """Whether all went as it should: nothing failed, all was said and heard."""
        heard = self.read == {CLIENT: ANSWER, SERVER: REQUEST}
        over = all(end.done and end.peer_closed for end in self.ends.values())
        return heard and over and not self.failures


class Recording(NamedTuple):
    """The bytes of an unharmed conversation, one direction each, and where flights begin."""

    client: bytes
    server: bytes
    flights: dict[str, list[int]]

    def by(self, sender: str) -> bytes:
        """Return what one side sent."""
        return self.client if sender == CLIENT else self.server


@cache
def recording(ends: Ends) -> Recording:
    """Return the bytes of an unharmed conversation.

    Raises: ValueError if these two ends do not come to its end by themselves.
    """
    conversation = Conversation(ends)
    if not conversation.whole:
        raise ValueError(f"the unharmed conversation fails: {conversation.failures}")
    sent = conversation.sent
    return Recording(sent[CLIENT], sent[SERVER], conversation.flights)


class Place(NamedTuple):
    """What a byte of a stream is: message, field, and whether its record is protected."""

    message: str
    field: str
    protected: bool


HEADER = ("type", "version major", "version minor", "length", "length")


def places(ends: Ends, sender: str) -> list[Place]:
    """Return for each byte of a recorded stream what it is."""
    found: list[Place] = []
    protected = 0
    for record in records_in(recording(ends).by(sender)):
        if protected:
            names = ("Finished", "application_data", "close_notify")
            message, fields = names[protected - 1], ["fragment"] * len(record.fragment)
            protected += 1
        elif record.content_type == ContentType.change_cipher_spec:
            message, fields = "ChangeCipherSpec", ["content"]
        else:
            message, fields = explained(ends, record.fragment)
        is_protected = protected > 1
        found += [Place(message, f"header {name}", is_protected) for name in HEADER]
        found += [Place(message, name, is_protected) for name in fields]
        protected = protected or int(message == "ChangeCipherSpec")
    return found


def explained(ends: Ends, message: bytes) -> tuple[str, list[str]]:
    """Return a handshake message's name and, for each of its bytes, the field."""
    exchange = ClientECDiffieHellmanPublic if ends.suite.ephemeral else EncryptedPreMasterSecret
    bodies = BODIES | {HandshakeType.client_key_exchange: exchange}
    names = [""] * len(message)
    for name, start, end in leaves(explain_handshake(message, bodies)):
        names[start:end] = [name] * (end - start)
    words = name_of(HandshakeType, message[0]).split("_")
    return "".join(word.capitalize() for word in words), names


def leaves(fields: tuple[Field, ...], path: str = "") -> Iterator[tuple[str, int, int]]:
    """Return path, start and end of each innermost field.

    In place of extensions[3].extension_data stands the extension's name, which finds it as well.
    """
    for one in fields:
        name = f"{path}.{one.name}".removeprefix(".").replace(".[", "[")
        if one.name == "extension_data":
            name = path
        elif one.inner and one.inner[0].name == "extension_type":
            name = one.inner[0].meaning
        if one.inner:
            yield from leaves(one.inner, name)
        else:
            yield name, one.start, one.end


class Outcome(NamedTuple):
    """What came of a change on the way.

    Args:
        finder: who noticed first, or who waits for more bytes; "" if nobody noticed.
        alert: the alert that the finder sent, "" if it sent none.
        section: what the finder's check stands on, "RFC 5246 §7.4.9".
    """

    finder: str = ""
    alert: str = ""
    section: str = ""

    def __str__(self) -> str:
        """Return "server bad_record_mac", "client waits", "no effect"."""
        return f"{self.finder} {self.alert or 'waits'}" if self.finder else NO_EFFECT


NO_EFFECT = "no effect"


def outcome_of(talk: Conversation) -> Outcome:
    """Say what came of a conversation on a wire that did harm.

    If no side failed, the one whose bytes were harmed on their way to it still wants more of them.

    Raises: what an end raised, if that is no Alert: then it is a fault of ours.
    """
    if talk.whole:
        return Outcome()
    if not talk.failures:
        return Outcome(Role(talk.harmed).other)
    finder, error = talk.failures[0]
    if not isinstance(error, Alert):
        raise error
    return Outcome(finder, error.description.name, error.reference)
