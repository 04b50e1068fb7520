"""A browser that comes back: what it brings, what the server makes of it, and what it saves."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import (
    ANSWER,
    REQUEST,
    Choice,
    Run,
    client_settings,
    lesson_random,
    run,
    server_settings,
    shaken_hands,
    told_both,
)
from tlskit.order import Row
from tlskit.peers import exchange
from tlskit.sessions import LIFETIME
from tlskit.settings import Session, Settings
from tlskit.trace import Call

SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
SIDES = tls12.client(), tls12.server()
MECHANISMS = ("by session ID", "by ticket")
FULL, ABBREVIATED = "full handshake", "abbreviated handshake"


# ---- full and abbreviated, side by side


@cache
def visits(how: str) -> Run:
    """Return a connection that takes up a session again; `before` holds the calls of the first."""
    return run(Choice(SUITE, resumption=how), REQUEST, ANSWER)


@cache
def first_visit(how: str) -> Run:
    """Return the full handshake that makes a session for later, and a message each way."""
    client, server = told_both(Choice(SUITE, resumption=how))
    result = shaken_hands(client_settings(**client), server_settings(**server), SIDES)
    for speaker, words in ((result.client, REQUEST), (result.server, ANSWER)):
        speaker.write(words)
        exchange(result.client, result.server)
    return result


def kind_of(result: Run) -> str:
    """Return what kind of handshake it was, or the alert that ended it.

    Raises: what else an end raised, as a reader's own function.
    """
    if result.failures:
        error = result.failures[0][1]
        if not isinstance(error, Alert):
            raise error
        return error.description.name
    return ABBREVIATED if result.client.state.resumed else FULL


def handshake_messages(result: Run) -> int:
    """Count the handshake messages of a run; ChangeCipherSpec is none (RFC 5246 §7.1)."""
    return len(result.client.state.handshake_messages)


def record_keys_compared(how: str = MECHANISMS[0]) -> str:
    """Return whether the record keys of both visits are "the same" or "new", if the secret is one.

    Raises: ValueError if the two visits have not the same master secret.
    """
    again = visits(how)
    secrets = {call.result.master_secret for call in (*again.before, *again.calls) if made(call)}
    blocks = {call.result.key_block for call in (*again.before, *again.calls) if made(call)}
    if len(secrets) != 1:
        raise ValueError("the visits have different master secrets")
    return "the same" if len(blocks) == 1 else "new"


def made(call: Call) -> bool:
    """Tell whether a call made keys."""
    return call.name == "generate_keys"


def knew_the_id() -> bool:
    """Return whether a server that takes a ticket has ever seen the session ID that it repeats."""
    again = visits("by ticket")
    seen = {call.result.session_id for call in again.before if made(call)}
    repeated = again.server.state.session_id
    if repeated != again.client.state.session_id or not repeated:
        raise ValueError("ServerHello does not repeat the client's session ID")
    return repeated in seen


@dataclass(frozen=True)
class Cost:
    """What a handshake costs: bytes on the wire in both directions, and round trips."""

    size: int
    round_trips: int


class Counting:
    """An end whose bytes are counted as they go out."""

    def __init__(self, end: Connection) -> None:
        """Begin at zero."""
        self.end, self.sent, self.flights = end, 0, 0

    def data_to_send(self) -> bytes:
        """Return the bytes that are due, and count them."""
        data = self.end.data_to_send()
        self.sent += len(data)
        self.flights += bool(data)
        return data

    def receive(self, data: bytes) -> None:
        """Hand bytes on."""
        self.end.receive(data)


def cost(how: str) -> Cost:
    """Run a handshake and count; `how` is "full" or one of MECHANISMS.

    The round trips are those before the client may send application data: in a full handshake it
    waits for the server's Finished, the second answer; in an abbreviated one for the first.
    """
    mechanism = MECHANISMS[0] if how == "full" else how
    client, server = told_both(Choice(SUITE, resumption=mechanism))
    ends = connections(client_settings(**client), server_settings(**server))
    counted = tuple(map(Counting, ends))
    exchange(*counted)
    if how != "full":
        again = client_settings("client again", session=ends[0].session, **client)
        ends = connections(again, server_settings("server again", **server))
        counted = tuple(map(Counting, ends))
        exchange(*counted)
    size = sum(one.sent for one in counted)
    return Cost(size, counted[1].flights)


def connections(client: Settings, server: Settings) -> tuple[Connection, Connection]:
    """Return two ends that have not spoken yet."""
    return Connection(client, SIDES[0]), Connection(server, SIDES[1])


def costs() -> list[tuple[str, str, int]]:
    """Return rows that compare: handshake, bytes, round trips."""
    rows = []
    for how in ("full", *MECHANISMS):
        one = cost(how)
        rows.append((how, f"{one.size} bytes", one.round_trips))
    return rows


def share_of_time(how: str = MECHANISMS[0], rounds: int = 15) -> str:
    """Return how long an abbreviated handshake takes beside a full one, both ends on this machine.

    In words, not in numbers: "more", "more than half", "less than half". The quickest of some
    rounds counts, for whatever else the machine does makes it slower only.
    """
    client, server = told_both(Choice(SUITE, resumption=how))
    settings = client_settings(**client), server_settings(**server)
    session = shaken_hands(*settings, SIDES).client.session
    full = quickest(lambda: (client_settings(**client), server_settings(**server)), rounds)
    again = {"session": session, **client}
    short = quickest(
        lambda: (client_settings("again", **again), server_settings("again", **server)), rounds
    )
    if short >= full:
        return "more"
    return "less than half" if short < full / 2 else "more than half"


def quickest(settings: Callable[[], tuple[Settings, Settings]], rounds: int) -> float:
    """Return the seconds of the quickest of some handshakes."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        shaken_hands(*settings(), SIDES)
        taken.append(time.perf_counter() - begun)
    return min(taken)


# ---- the reader's own store

Find = Callable[[Mapping[bytes, Session], bytes, datetime], Session | None]


@dataclass
class StoreWith:
    """A server's store of sessions that looks up as it is told: `find(sessions, session_id, now)`.

    Attributes:
        sessions: by their ID.
    """

    look_up: Find
    sessions: dict[bytes, Session] = field(default_factory=dict)

    def find(self, session_id: bytes, now: datetime) -> Session | None:
        """Return what the function returns."""
        return self.look_up(self.sessions, session_id, now)

    def keep(self, session: Session) -> None:
        """Remember a session."""
        self.sessions[session.session_id] = session

    def forget(self, session_id: bytes) -> None:
        """Drop a session, as after a fatal alert (RFC 5246 §7.2.2)."""
        self.sessions.pop(session_id, None)


def come_back(look_up: Find, offer: Callable[[Session], Session] = lambda known: known) -> Run:
    """Visit a server with such a store twice; the second time `offer(session)` is brought along."""
    store = StoreWith(look_up)
    first = shaken_hands(client_settings(), server_settings(session_store=store), SIDES)
    session = offer(first.client.session)
    client = client_settings("client again", session=session)
    return shaken_hands(client, server_settings("server again", session_store=store), SIDES)


def never_given(session: Session) -> Session:
    """Return the session under an ID that the server never gave."""
    return replace(session, session_id=lesson_random("an ID of nobody")(32))


# ---- what a client may bring


@dataclass(frozen=True)
class Offer:
    """Something that a client brings along, and what becomes of it.

    Args:
        outcome: "full handshake", "abbreviated handshake", or an alert.
        why: a sentence, with RFC and section.
    """

    name: str
    outcome: str
    why: str
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)


def one_bit_flipped(session: Session) -> Session:
    """Return the session with a ticket that was damaged."""
    ticket = session.ticket
    return replace(session, ticket=ticket[:-1] + bytes([ticket[-1] ^ 1]))


def unchanged(session: Session) -> Session:
    """Return the session as it was kept."""
    return session


DAY = LIFETIME + timedelta(seconds=1)
BROUGHT: Mapping[str, tuple[str, Callable[[Session], Session | None], dict[str, Any], str]] = {
    "nothing": (
        MECHANISMS[0],
        lambda session: None,
        {},
        "It has nothing to offer (RFC 5246 §7.4.1.2).",
    ),
    "a session ID that the server knows": (
        MECHANISMS[0],
        unchanged,
        {},
        "The server has the session in its memory (RFC 5246 §7.3).",
    ),
    "a session ID that the server never gave": (
        MECHANISMS[0],
        never_given,
        {},
        "It is no error: the server gives a new one (RFC 5246 §7.3, §7.4.1.3).",
    ),
    "a session ID that is more than a day old": (
        MECHANISMS[0],
        unchanged,
        {"server": {"now": pki.NOW + DAY}, "client": {"now": pki.NOW + DAY}},
        "RFC 5246 App. F.1.4 suggests 24 hours at most; then the server has dropped it.",
    ),
    "a ticket": (
        MECHANISMS[1],
        unchanged,
        {},
        "The server has kept nothing; all it needs is in the ticket (RFC 5077 §3.1).",
    ),
    "a ticket with one bit flipped": (
        MECHANISMS[1],
        one_bit_flipped,
        {},
        "It does not open, and that is no error either (RFC 5077 §3.2).",
    ),
    "a ticket whose key the server has dropped": (
        MECHANISMS[1],
        unchanged,
        {"rotations": 2},
        "Nobody can open it any more (RFC 5077 §3.2).",
    ),
    "a session ID that the server knows, but no extended master secret": (
        MECHANISMS[0],
        lambda session: replace(session, extended_master_secret=False),
        {"client": {"extended_master_secret": False}},
        "The session had it, this hello has not: the server must abort (RFC 7627 §5.3).",
    ),
}
"""name -> mechanism, what is made of the kept session, what else differs, and why."""


@cache
def brought(name: str) -> Offer:
    """Visit our server twice, the second time with this, one of BROUGHT; return what came of it.

    Raises: ValueError for what is not in BROUGHT, with the names that are.
    """
    if name not in BROUGHT:
        names = ", ".join(f'"{one}"' for one in BROUGHT)
        raise ValueError(f"{name!r} is not in the list: {names}")
    how, change, other, why = BROUGHT[name]
    client, server = told_both(Choice(SUITE, resumption=how))
    first = shaken_hands(client_settings(**client), server_settings(**server), SIDES)
    session = first.client.session
    for number in range(other.get("rotations", 0)):
        server["ticket_keys"].rotate(lesson_random(f"rotation {number}"))
    client |= {"session": change(session) if session else None} | other.get("client", {})
    server |= other.get("server", {})
    result = shaken_hands(
        client_settings("client again", **client), server_settings("server again", **server), SIDES
    )
    return Offer(name, kind_of(result), why, result.calls, result.order)
