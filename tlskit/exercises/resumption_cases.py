"""Inputs of exercise 10, from a seed: sessions, second visits, tickets, hellos."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.connection import Connection
from tlskit.exercises.resumption_mistakes import DAY, ticket
from tlskit.exercises.task import Case, Draw, Handed
from tlskit.labs.resumption import SUITE
from tlskit.labs.wiretap import overheard, split_at_keys
from tlskit.lesson import Choice, client_settings, lesson_random, server_settings, told_both
from tlskit.messages import HEADER_SIZE, ClientHello, ServerHello, frame_handshake
from tlskit.presentation import decode, encode
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.tls12.key_schedule import prf_sha256, prf_sha384


def shuffled(draw: Draw, things: Sequence[Any]) -> list[Any]:
    """Return things in an order that follows from the seed."""
    keyed = [(draw(8), number) for number in range(len(things))]
    return [things[number] for _, number in sorted(keyed)]


def among(draw: Draw, things: Sequence[Any]) -> Any:
    """Return one of some things."""
    return things[int.from_bytes(draw(2), "big") % len(things)]


# ---- keys


def sessions_and_randoms(draw: Draw) -> list[Case]:
    """Return two sessions, of suites with different hashes, and the randoms of today."""
    found = []
    for prf, part in ((prf_sha256, "SHA-256"), (prf_sha384, "SHA-384")):
        session = {
            "master_secret": draw(48),
            "client_random": draw(32),
            "server_random": draw(32),
        }
        length = among(draw, (40, 56, 72, 104, 136))
        found.append(Case((Handed("prf", prf), session, draw(32), draw(32), length), part))
    return found


# ---- full or abbreviated?

BY_ID, BY_TICKET = "by session ID", "by ticket"
Overheard = tuple[bytes, list[bytes]]
"""ClientHello, and the server's messages before its ChangeCipherSpec."""


def conversations(draw: Draw) -> list[Case]:
    """Return second visits, taken up again or not, in all the ways in which the IDs may look."""
    found = [
        (visited(draw, BY_ID), BY_ID),
        (visited(draw, BY_ID, forgotten=True), BY_ID),
        (visited(draw, BY_ID, offered=False), BY_ID),
        (visited(draw, "no", offered=False), BY_ID),
        (visited(draw, BY_TICKET), BY_TICKET),
        (visited(draw, BY_TICKET, rotations=1), BY_TICKET),
        (visited(draw, BY_TICKET, rotations=2), BY_TICKET),
        (without_id(visited(draw, BY_TICKET)), BY_TICKET),
        (without_id(visited(draw, BY_TICKET, rotations=1)), BY_TICKET),
        (without_id(visited(draw, BY_TICKET, rotations=2)), BY_TICKET),
    ]
    return [Case(one, part) for one, part in shuffled(draw, found)]


def visited(
    draw: Draw, how: str, offered: bool = True, forgotten: bool = False, rotations: int = 0
) -> Overheard:
    """Return what is said on a second visit, between two ends of ours.

    Args:
        offered: whether the client brings its session along.
        forgotten: whether the server has lost its memory since.
        rotations: how often it has taken a new ticket key since; it keeps one old one.
    """
    client, server = told_both(Choice(SUITE, resumption=how))
    if how == BY_TICKET:
        server["ticket_keys"] = TicketKeys(draw)
    first = ends(draw, client, server)
    overheard(*first)
    if forgotten:
        server["session_store"] = SessionCache()
    for _ in range(rotations):
        server["ticket_keys"].rotate(draw)
    session = first[0].session if offered else None
    tape = overheard(*ends(draw, client | {"session": session}, server))
    return split_at_keys(tape.client)[0][0], split_at_keys(tape.server)[0]


def ends(
    draw: Draw, client: dict[str, Any], server: dict[str, Any]
) -> tuple[Connection, Connection]:
    """Return two ends that have not spoken yet."""
    randoms = [lesson_random(draw(16).hex()) for _ in range(2)]
    return (
        Connection(client_settings(random=randoms[0], **client), tls12.client()),
        Connection(server_settings(random=randoms[1], **server), tls12.server()),
    )


def without_id(said: Overheard) -> Overheard:
    """Return the same of a client that leaves its session ID empty, as it may with a ticket.

    A server that takes the ticket then repeats the empty ID (RFC 5077 §3.4).
    """
    offer, (answer, *rest) = said
    return emptied(ClientHello, offer), [emptied(ServerHello, answer), *rest]


def emptied(hello: type, message: bytes) -> bytes:
    """Return a hello without a session ID."""
    body: Any = replace(decode(hello, message[HEADER_SIZE:]), session_id=b"")
    return frame_handshake(message[0], encode(body))


# ---- tickets


def session_bytes(draw: Draw, whole_blocks: bool) -> bytes:
    """Return a session as a server may write it, in whole blocks of AES or not."""
    size = 16 * among(draw, (4, 5, 6)) + (0 if whole_blocks else among(draw, range(1, 16)))
    return draw(size)


def to_be_sealed(draw: Draw) -> list[Case]:
    """Return sessions with names, keys and IVs; one of them fills its blocks."""
    return [
        Case((draw(16), draw(16), draw(32), draw(16), session_bytes(draw, whole)), part)
        for whole, part in (
            (False, "the last block is not full"),
            (True, "whole blocks"),
            (False, "the last block is not full"),
        )
    ]


def to_be_opened(draw: Draw) -> list[Case]:
    """Return tickets of a server's two keys, and what else strangers may send."""
    names = draw(16), draw(16)
    keys = {name: [draw(16), draw(32)] for name in names}
    made = [
        ticket(name, keys[name][0], keys[name][1], draw(16), session_bytes(draw, False))
        for name in names
    ]
    strange = ticket(draw(16), draw(16), draw(32), draw(16), session_bytes(draw, False))
    ours, changed = "its own", "changed, or a stranger's"
    found = [(one, ours) for one in made]
    found += [
        (flipped(made[1], among(draw, range(16, 32))), changed),
        (flipped(made[0], among(draw, range(34, 66))), changed),
        (flipped(made[1], len(made[1]) - 1 - among(draw, range(32))), changed),
        (flipped(made[1], len(made[1]) - 32 - 16 - 1), changed),  # its padding is none any more
        (strange, changed),
        (made[0][: among(draw, range(17, 60))], changed),
        (b"", changed),
    ]
    return [Case((keys, one), part) for one, part in shuffled(draw, found)]


def flipped(data: bytes, at: int) -> bytes:
    """Return the bytes with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def parts_of_ticket(right: bytes) -> list[tuple[str, int, int]]:
    """Return the fields of a ticket."""
    end = len(right) - 32
    return [
        ("key_name", 0, 16),
        ("iv", 16, 32),
        ("the length of encrypted_state", 32, 34),
        ("encrypted_state", 34, end),
        ("mac", end, len(right)),
    ]


# ---- the server decides


def offers(draw: Draw) -> list[Case]:
    """Return sessions and hellos that want them again, in every combination that differs."""
    extended = [
        (offer(draw, with_it, in_hello), legacy, "extended master secret")
        for with_it in (True, False)
        for in_hello in (True, False)
        for legacy in (True, False)
    ]
    other = [
        (offer(draw, True, True, age=DAY + among(draw, range(60, 9999))), False, "age"),
        (offer(draw, True, False, age=DAY + among(draw, range(60, 9999))), True, "age"),
        (offer(draw, True, True, host=f"turn{draw(1)[0]}.example"), False, "host"),
        (offer(draw, True, True, suite_listed=False), True, "suite"),
        ((None, *offer(draw, True, True)[1:]), False, "no session"),
        ((None, *offer(draw, True, False)[1:]), False, "no session"),
    ]
    return [Case((*one, legacy), part) for one, legacy, part in shuffled(draw, extended + other)]


def offer(
    draw: Draw,
    session_has: bool,
    hello_has: bool,
    age: int | None = None,
    host: str = "",
    suite_listed: bool = True,
) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Return a session, a hello that asks for it, and the time; numbers and names are drawn."""
    now = 1_700_000_000 + int.from_bytes(draw(3), "big")
    suites = [int.from_bytes(b"\xc0" + draw(1), "big") for _ in range(4)]
    suite = among(draw, suites) if suite_listed else 0x009C
    name = f"host{int.from_bytes(draw(2), 'big')}.example"
    session = {
        "suite": suite,
        "created": now - (among(draw, range(DAY - 1)) if age is None else age),
        "server_name": name,
        "extended_master_secret": session_has,
    }
    hello = {
        "cipher_suites": suites,
        "server_name": host or name,
        "extended_master_secret": hello_has,
    }
    return session, hello, now
