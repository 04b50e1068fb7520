"""What an order table is made of: which message comes when, and from whom.

The tables themselves stand with the versions. The driver walks them, and the ladder is drawn from
them, so neither can tell another story than the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """One of the two ends of a connection, as the wire knows them; BOTH do a step alone."""

    CLIENT = "client"
    SERVER = "server"
    BOTH = "both"

    @property
    def other(self) -> "Role":
        """Return the role at the other end."""
        return Role.SERVER if self is Role.CLIENT else Role.CLIENT


def always(state: Any) -> bool:
    """Return True: the message is part of every handshake."""
    return True


@dataclass(frozen=True)
class Row:
    """One message of a handshake, or a step that each side does alone (sender BOTH).

    Args:
        message: its RFC name; the functions are send_<message> and receive_<message>.
        sender: who sends it.
        when: tells from what both sides know whether it comes at all ("the suite is ECDHE").
        wanted: tells from what only the sender knows; the receiver takes it or goes on.
        then: returns the keys that protect the sender's records from here on.
        keys: returns the keys of one or both sides that change here.
        alone: whether it ends its record, for keys may change behind it (RFC 9846 §5.1).
        number: which of the nine steps it is; 0 if it is not among them.
    """

    message: str
    sender: Role
    when: Callable[[Any], bool] = always
    wanted: Callable[[Any], bool] | None = None
    then: Callable[[Any], Any] | None = None
    number: int = 0
    keys: Callable[[Any], dict[Role, Any]] | None = None
    alone: bool = False


@dataclass(frozen=True)
class Side:
    """One role of one version, as the driver takes it: order, steps, formulae, first state.

    Args:
        named: returns a message's name, where its first byte does not tell it.
        later: what may come once the handshake is over.
        hides_type: whether protected records hide what they carry, and ChangeCipherSpec is dropped.
        settle: where several versions are offered: returns the side and the state of the version
            that a peer's message (name, bytes) settles, None for any other message.
        early: tells whether application data may come before the handshake is over.
        unreadable: how many bytes of records that do not open may be early data refused before.
        worn_out: tells of a `Direction` whether its keys have protected as much as they may.
    """

    version: int
    role: Role
    order: Callable[[Any], tuple[Row, ...]]
    steps: Any
    formulae: Any
    begin: Callable[[Role, Any, Any], Any]
    renegotiation: int
    session_of: Callable[[Any], Any]
    export: Callable[[Any, bytes, int, bytes | None], bytes]
    named: Callable[[bytes], str] | None = None
    later: tuple[Row, ...] = ()
    hides_type: bool = False
    settle: Callable[[Any, str, bytes], tuple["Side", Any] | None] | None = None
    early: Callable[[Any], bool] | None = None
    unreadable: Callable[[Any], int] | None = None
    worn_out: Callable[[Any], bool] | None = None


def coming(rows: tuple[Row, ...], at: int, state: Any) -> int:
    """Return the index of the first row from `at` on that is not ruled out by its `when`."""
    while at < len(rows) and not rows[at].when(state):
        at += 1
    return at


def find(rows: tuple[Row, ...], at: int, state: Any, sender: Role, message: str) -> int | None:
    """Return the index of the row that lets `sender` send `message` now, or None.

    Only rows whose `wanted` the receiver can't know may be passed over.
    """
    at = coming(rows, at, state)
    while at < len(rows) and rows[at].sender is sender:
        if rows[at].message == message:
            return at
        if rows[at].wanted is None:
            return None
        at = coming(rows, at + 1, state)
    return None


def expected(rows: tuple[Row, ...], at: int, state: Any) -> str:
    """Return the messages that may come now, in words, for an error text."""
    names = []
    at = coming(rows, at, state)
    while at < len(rows):
        names.append(rows[at].message)
        if rows[at].wanted is None:
            break
        at = coming(rows, at + 1, state)
    return " or ".join(names) or "no handshake message"
