"""A recorded ECDHE connection, and somebody who gets the server's ticket key a day later."""

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidTag

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.labs.resumption import SUITE
from tlskit.labs.wiretap import Recording, application_data, overheard, seen, split_at_keys
from tlskit.lesson import (
    HOST,
    Choice,
    Run,
    client_settings,
    lesson_random,
    server_settings,
    shaken_hands,
    told_both,
)
from tlskit.messages import HEADER_SIZE, NewSessionTicket
from tlskit.presentation import decode, encode
from tlskit.registry import HandshakeType
from tlskit.sessions import NAME_LENGTH, StatePlaintext, TicketKey, TicketKeys
from tlskit.settings import Session

OpenTicket = Callable[[bytes, bytes], bytes]
"""ticket, key -> master secret."""


@dataclass(frozen=True)
class Tape:
    """What was recorded on the way, and the keys that the server had then, which are not on it."""

    recording: Recording = field(repr=False)
    server_keys: TicketKeys = field(repr=False)

    @property
    def messages(self) -> list[bytes]:
        """The handshake messages that the server sent in the clear, each with its header."""
        return split_at_keys(self.recording.server)[0]

    @property
    def ticket(self) -> bytes:
        """The ticket, as NewSessionTicket carried it past everybody (RFC 5077 §3.3)."""
        message = next(one for one in self.messages if one[0] == HandshakeType.new_session_ticket)
        return decode(NewSessionTicket, message[HEADER_SIZE:]).ticket

    def stolen_key(self, rotations: int = 0) -> bytes:
        """Return the key that opens the ticket, if the server still has it after so many rotations.

        If it has not, its newest one, which is all that is there to steal.
        """
        keys = TicketKeys(lesson_random("thrown away"), kept=self.server_keys.kept)
        keys.keys = list(self.server_keys.keys)
        for number in range(rotations):
            keys.rotate(lesson_random(f"ticket key {number}"))
        fits = (one for one in keys.keys if one.name == self.ticket[:NAME_LENGTH])
        return next(fits, keys.keys[0]).key


@cache
def tape() -> Tape:
    """Record the connection in which a browser gets its first ticket: ECDHE, a full handshake."""
    client, server = told_both(Choice(SUITE, resumption="by ticket"))
    ends = (
        Connection(client_settings(**client), tls12.client()),
        Connection(server_settings(**server), tls12.server()),
    )
    return Tape(overheard(*ends), server["ticket_keys"])


def read(tape: Tape, master_secret: bytes) -> list[tuple[str, bytes]]:
    """Open the tape with nothing but its own bytes and a master secret; return who said what.

    The randoms are on the tape, and the keys follow (RFC 5246 §6.3). Empty if no record opens.
    """
    state = seen(tape.recording).but(master_secret=master_secret, resumed=True)
    try:
        return application_data(tape.recording, tls12.CLIENT_STEPS.generate_keys(state))
    except Alert:
        return []


def what_opens(tape: Tape, master_secret: bytes) -> str:
    """Return how much of the tape's application data opens: "nothing", or "all of it".

    Raises: ValueError for another secret than the ticket's, which would open nothing anyhow.
    """
    kept = tape.server_keys.open(tape.ticket, pki.NOW)
    if kept is None or master_secret != kept[0].master_secret:
        raise ValueError("that is not the master secret in this ticket; see the checks above")
    return "all of it" if len(read(tape, master_secret)) == 2 else "nothing"


def told(tape: Tape, master_secret: bytes) -> str:
    """Return what was said on the tape, a block of lines for each side."""
    return "\n".join(
        f"{who}:\n{textwrap.indent(said.decode().strip(), '    ')}"
        for who, said in read(tape, master_secret)
    )


def rotations_until_safe(tape: Tape, open_ticket: OpenTicket) -> int:
    """Return after how many new ticket keys there is no key left at the server that opens it.

    Args:
        open_ticket: raises InvalidTag for a key that does not fit.
    """
    for number in range(9):
        try:
            open_ticket(tape.ticket, tape.stolen_key(number))
        except InvalidTag:
            return number
    raise ValueError("the ticket opens with any key")


def session_parts() -> list[tuple[int, int, str]]:
    """Return the parts of what is sealed in a ticket of this course: where, how long, what."""
    sizes = (
        (2, "cipher suite"),
        (48, "master secret"),
        (1, "extended master secret: 00 or 01"),
        (4, "when the session began"),
        (3 + len(HOST), "the host's name, behind its length of 3 bytes"),
        (3, "the client's certificates: none, so only their length"),
    )
    found, at = [], 0
    for size, name in sizes:
        found.append((at, size, name))
        at += size
    return found


# ---- a session that never was


def sealed_session(master_secret: bytes) -> bytes:
    """Return a session with this master secret as a ticket holds it, before it is sealed."""
    inside = StatePlaintext(
        cipher_suite=int(SUITE.code),
        master_secret=master_secret,
        extended_master_secret=1,
        created=int(pki.NOW.timestamp()),
        server_name=HOST.encode(),
        peer_chain=(),
    )
    return encode(inside)


def visit_with(ticket: bytes, master_secret: bytes, server_keys: TicketKeys) -> Run:
    """Visit the server for the first time ever, with a ticket and the secret that is said to be in.

    Whether the server takes it, `kind_of` tells.
    """
    session = Session(SUITE, master_secret, True, HOST, pki.NOW, ticket=ticket)
    client, server = told_both(Choice(SUITE, resumption="by ticket"))
    server["ticket_keys"] = server_keys
    told = client_settings("a thief", session=session, **client), server_settings(**server)
    return shaken_hands(*told, (tls12.client(), tls12.server()))


def stolen(tape: Tape) -> TicketKey:
    """Return the server's newest ticket key, its name beside it."""
    return tape.server_keys.keys[0]
