"""What a capture file shows to whoever has it: packets, messages, and what a secret opens."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.captures import Conversation, read_capture
from tlskit.keylog import secrets_of
from tlskit.labs.server_flight import messages_in
from tlskit.labs.wiretap import Recording, application_data, script, seen, split_at_keys
from tlskit.labs.wiretap import stolen_key_opens as opened_by_stolen_key
from tlskit.ladder_rows import camel_case
from tlskit.messages import HEADER_SIZE
from tlskit.order import Role
from tlskit.records import HEADER_SIZE as RECORD_HEADER
from tlskit.records import Record, split_all
from tlskit.registry import ContentType, HandshakeType, name_of

RANDOM = slice(RECORD_HEADER + HEADER_SIZE + 2, RECORD_HEADER + HEADER_SIZE + 34)
"""Where ClientHello's random lies in what a client sends first."""
CLOSED = "a record that stays closed"


@dataclass(frozen=True)
class Seen:
    """One flight of a capture: who sent it, how many bytes, and what is in its records.

    Args:
        messages: the handshake messages that can be read, with their headers.
    """

    sender: str
    size: int
    what: tuple[str, ...]
    messages: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Taken:
    """A capture taken apart: its first TLS connection, and the key log that lay inside."""

    conversation: Conversation = field(repr=False)
    key_log: str = field(repr=False)

    @property
    def client(self) -> bytes:
        """All that the client sent."""
        return self.conversation.sent_by(Role.CLIENT)

    @property
    def client_random(self) -> bytes:
        """The 32 bytes by which a key log finds its connection (RFC 9850 §2)."""
        return self.client[RANDOM]

    @property
    def recording(self) -> Recording:
        """The same for `wiretap`; nobody knows here what the server knew."""
        return Recording(self.client, self.conversation.sent_by(Role.SERVER))

    def flights(self) -> list[Seen]:
        """Return what each side sent in turn, as it can be read without a secret."""
        protected: dict[Role, bool] = {}
        found = []
        for sender, data in turns(self.conversation):
            what: list[str] = []
            messages: list[bytes] = []
            for record in split_all(data)[0]:
                names, inside = told(record, protected.get(sender, False))
                what, messages = what + names, messages + inside
                if record.content_type == ContentType.change_cipher_spec:
                    protected[sender] = True
            found.append(Seen(str(sender), len(data), tuple(what), tuple(messages)))
        return found

    def readable(self) -> list[tuple[str, bytes]]:
        """Return the handshake messages that anybody can read, with their names."""
        return [(title(one), one) for flight in self.flights() for one in flight.messages]


def taken_apart(data: bytes) -> Taken:
    """Return a capture file's first connection that is TLS.

    Raises: ValueError in words for a file that is none, or has no such connection.
    """
    capture = read_capture(data)
    for one in capture.conversations:
        if one.sent_by(Role.CLIENT)[:1] == b"\x16":
            return Taken(one, capture.key_log)
    count = len(capture.conversations)
    raise ValueError(f"none of the {count} TCP connections in this capture begins as TLS does")


def turns(conversation: Conversation) -> list[tuple[Role, bytes]]:
    """Return what was said in turn: segments of one side behind each other are one."""
    found: list[tuple[Role, bytes]] = []
    for one in conversation.segments:
        if found and found[-1][0] is one.sender:
            found[-1] = (one.sender, found[-1][1] + one.data)
        else:
            found.append((one.sender, one.data))
    return found


def told(record: Record, protected: bool) -> tuple[list[str], list[bytes]]:
    """Return what a record says to somebody without a secret, and the messages in it."""
    kind = ContentType(record.content_type)
    if protected:
        return [f"{kind.name}, protected, {len(record.fragment)} bytes"], []
    if kind is ContentType.handshake:
        messages = messages_in(record.fragment)
        return [title(one) for one in messages], messages
    return [camel_case(kind.name)], []


def title(message: bytes) -> str:
    """Return a handshake message's name as the RFCs write it."""
    return camel_case(name_of(HandshakeType, message[0]))


def opened(taken: Taken, key_log: str) -> str:
    """Return what a key log opens of a connection, as a script of who says what.

    "" if no line of it is for this connection, or its secret opens nothing (RFC 9850 §2).

    Raises: ValueError for a key log that is none.
    """
    master_secret = secrets_of(key_log).get(("CLIENT_RANDOM", taken.client_random))
    if master_secret is None:
        return ""
    known = seen(taken.recording).but(master_secret=master_secret, resumed=True)
    state = tls12.CLIENT_STEPS.generate_keys(known)  # the secret is there: only keys are made
    try:
        return script(application_data(taken.recording, state))
    except Alert:
        return ""


def stolen_key_opens(taken: Taken) -> bool:
    """Tell whether the course's RSA key, the server's, opens a connection: its only secret."""
    return opened_by_stolen_key(taken.recording)


def protected_count(taken: Taken) -> int:
    """Return how many records of a connection are protected."""
    streams = (taken.recording.client, taken.recording.server)
    return sum(len(split_at_keys(one)[1]) for one in streams)


def rows(flights: Sequence[Seen]) -> list[tuple[str, str, str, str]]:
    """Return the rows of a table: number, sender, bytes, what is in it."""
    return [
        (str(at), one.sender, str(one.size), ", ".join(one.what))
        for at, one in enumerate(flights, 1)
    ]
