"""Two ends of ours, byte for byte the same in every run, and a wire that can do harm to the bytes.

A whole conversation is: the handshake, a request, an answer, close_notify both ways.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from conversations import CLIENT, SERVER, Scenario

from tlskit.alerts import Alert
from tlskit.layouts import Field
from tlskit.messages import (
    BODIES,
    ClientECDiffieHellmanPublic,
    EncryptedPreMasterSecret,
    explain_handshake,
)
from tlskit.records import Record, join, split
from tlskit.registry import (
    AlertDescription,
    ContentType,
    HandshakeType,
    name_of,
)

REQUEST, ANSWER = b"may I come in?", b"you may"
Harm = Callable[[str, int, bytes], bytes]
"""sender, where the bytes begin in all that it has sent, bytes -> bytes that arrive."""


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


class Conversation:
    """Both ends and what went between them.

    Attributes:
        sent: all bytes that each side has sent, as it sent them.
        flights: where in those bytes each flight of a side begins.
        failures: who raised what, in the order of time.
    """

    def __init__(self, scenario: Scenario, harm: Harm = unharmed) -> None:
        """Talk to the end, or until a failure has been told to the other side."""
        self.ends = {CLIENT: scenario.client(), SERVER: scenario.server()}
        self.sent = {CLIENT: b"", SERVER: b""}
        self.flights: dict[str, list[int]] = {CLIENT: [], SERVER: []}
        self.harm = harm
        self.failures: list[tuple[str, Any]] = []
        self.read = {CLIENT: b"", SERVER: b""}
        self.carry()
        for speak in (
            lambda: self.ends[CLIENT].write(REQUEST),
            lambda: self.ends[SERVER].write(ANSWER),
            lambda: self.ends[CLIENT].close(),
        ):
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
def recording(scenario: Scenario) -> Recording:
    """Return the bytes of an unharmed conversation."""
    conversation = Conversation(scenario)
    assert conversation.whole, conversation.failures
    sent = conversation.sent
    return Recording(sent[CLIENT], sent[SERVER], conversation.flights)


def records(data: bytes) -> list[Record]:
    """Return all records of a stream."""
    found = []
    while data:
        record, data = split(data)
        assert record is not None
        found.append(record)
    return found


def joined(parts: list[Record]) -> bytes:
    """Return the bytes of records in a row."""
    return b"".join(join(one) for one in parts)


class Place(NamedTuple):
    """What a byte of a stream is: message, field, and whether its record is protected."""

    message: str
    field: str
    protected: bool


HEADER = ("type", "version major", "version minor", "length", "length")


def places(scenario: Scenario, sender: str) -> list[Place]:
    """Return for each byte of a recorded stream what it is."""
    found: list[Place] = []
    protected = 0
    for record in records(recording(scenario).by(sender)):
        if protected:
            names = ("Finished", "application_data", "close_notify")
            message, fields = names[protected - 1], ["fragment"] * len(record.fragment)
            protected += 1
        elif record.content_type == ContentType.change_cipher_spec:
            message, fields = "ChangeCipherSpec", ["content"]
        else:
            message, fields = explained(scenario, record.fragment)
        is_protected = protected > 1
        found += [Place(message, f"header {name}", is_protected) for name in HEADER]
        found += [Place(message, name, is_protected) for name in fields]
        protected = protected or int(message == "ChangeCipherSpec")
    return found


def explained(scenario: Scenario, message: bytes) -> tuple[str, list[str]]:
    """Return a handshake message's name and, for each of its bytes, the field."""
    exchange = ClientECDiffieHellmanPublic if scenario.suite.ephemeral else EncryptedPreMasterSecret
    bodies = BODIES | {HandshakeType.client_key_exchange: exchange}
    names = [""] * len(message)
    for name, start, end in leaves(explain_handshake(message, bodies)):
        names[start:end] = [name] * (end - start)
    assert all(names)
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


NO_EFFECT = "no effect"


def outcome(scenario: Scenario, sender: str, at: int, mask: int) -> str:
    """Flip bits of one byte in transit; return what came of it.

    "server bad_record_mac": who finds a fault, and the alert that it raises and sends.
    "client waits": the receiver wants more bytes than there are, and says decode_error when the
    input ends. "no effect": all was said and heard.

    Raises: AssertionError if anything but an Alert was raised, or if the finder did not tell the
        other side exactly that. Who has said close_notify tells nothing any more, though.
    """
    talk = Conversation(scenario, flipped(sender, at, mask))
    if talk.whole:
        return NO_EFFECT
    receiver = SERVER if sender == CLIENT else CLIENT
    waits = not talk.failures
    if waits:
        try:
            talk.ends[receiver].end_of_input()
        except Alert as alert:
            talk.failures.append((receiver, alert))
        talk.carry()
    assert talk.failures, "no failure, but not all was said and heard"
    finder, error = talk.failures[0]
    assert isinstance(error, Alert), f"{finder} raised {error!r}, which is no alert"
    assert not error.received, f"{finder} got {error!r}, which nobody sent"
    told = talk.failures[1:]
    if not talk.ends[SERVER if finder == CLIENT else CLIENT].peer_closed:
        assert len(told) == 1 and told[0][1].received, told
        assert told[0][1].description is error.description, told
    else:
        assert told == []
    if waits:
        assert error.description is AlertDescription.decode_error, error
        return f"{finder} waits"
    return f"{finder} {error.description.name}"
