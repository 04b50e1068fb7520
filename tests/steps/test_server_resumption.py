"""Resumption as a server sees it, step by step: by ID or ticket, or a full handshake instead."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from by_hand import (
    ECDHE_SUITE,
    OFFER,
    RSA_SUITE,
    SESSION,
    SESSION_ID,
    client_hello,
    course_settings,
    course_state,
    draws,
    extensions_of,
    known,
    refused,
    when_done,
)

from tlskit import pki
from tlskit.cipher_suites import SUITES
from tlskit.extensions import Extension
from tlskit.messages import ServerHello
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import AlertDescription
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Session
from tlskit.tls12 import SERVER_STEPS
from tlskit.tls12.resumption import session_of
from tlskit.tls12.state import begin

CLIENT, SERVER = Role.CLIENT, Role.SERVER
A = AlertDescription
NEW_ID = b"\x77" * 32
WITHOUT = replace(SESSION, extended_master_secret=False)
SESSION_TICKET, EXTENDED_MASTER_SECRET = 35, 23


# ---- what a server takes up again


def store_with(session: Session = SESSION) -> SessionCache:
    store = SessionCache()
    store.keep(session)
    return store


def ticket_keys(byte: int = 1, **options: Any) -> TicketKeys:
    return TicketKeys(lambda size: bytes([byte]) * size, **options)


KEYS = ticket_keys()
TICKET = KEYS.seal(SESSION, bytes)


def receive(
    *,
    session_id: bytes = b"",
    extensions: dict[int, bytes] | None = None,
    told: Any = None,
    **rest: Any,
) -> Any:
    """Return the server's state after a hello for the course's host with these changes."""
    name = pki.HOST.encode()
    sni = b"\x00" + len(name).to_bytes(2, "big") + name
    mine = {one.extension_type: one.extension_data for one in OFFER.extensions or ()}
    mine |= {0: len(sni).to_bytes(2, "big") + sni, EXTENDED_MASTER_SECRET: b""}
    mine |= extensions or {}
    listed = tuple(Extension(kind, body) for kind, body in mine.items() if body is not None)
    hello = client_hello(session_id=session_id, extensions=listed, **rest)
    settings = told if told is not None else course_settings(session_store=store_with())
    return SERVER_STEPS.receive_client_hello(begin(SERVER, settings), hello)


def by_ticket(ticket: bytes, told: Any = None, **changes: Any) -> Any:
    settings = told or course_settings(ticket_keys=KEYS)
    extensions = {SESSION_TICKET: ticket} | changes.pop("extensions", {})
    return receive(extensions=extensions, told=settings, **changes)


@pytest.mark.parametrize("how", ["id", "ticket"])
def test_a_session_is_found_by_its_id_or_in_its_ticket(how):
    state = receive(session_id=SESSION_ID) if how == "id" else by_ticket(TICKET)
    assert state.resumed
    assert state.master_secret == SESSION.master_secret
    assert state.suite is ECDHE_SUITE
    assert state.credential is None and state.group == 0  # nothing of a full handshake is chosen
    assert not state.ticket_promised


def test_a_ticket_counts_before_the_id():
    other = replace(SESSION, master_secret=b"\x0d" * 48)
    told = course_settings(session_store=store_with(other), ticket_keys=KEYS)
    assert by_ticket(TICKET, told, session_id=SESSION_ID).master_secret == SESSION.master_secret
    state = by_ticket(b"unknown", told, session_id=SESSION_ID)
    assert not state.resumed and state.ticket_promised  # RFC 5077 §3.4: a full handshake
    assert by_ticket(b"", told, session_id=SESSION_ID).master_secret == other.master_secret


NO_EMS = {EXTENDED_MASTER_SECRET: None}
OTHER_HOST: dict[int, Any] = {0: b"\x00\x15\x00\x00\x12www.course.example"}


@pytest.mark.parametrize(
    "changes",
    [
        {"session_id": SESSION_ID[:31]},
        {"session_id": b"\x00" * 32},
        {"extensions": OTHER_HOST},
        {"extensions": {0: None}},
        {"cipher_suites": (int(RSA_SUITE.code),)},
        {"told": course_settings(session_store=SessionCache())},
        {"told": course_settings()},
        {"told": course_settings(session_store=store_with(), suites=(RSA_SUITE,))},
        {"told": course_settings(session_store=store_with(WITHOUT))},
        {"told": course_settings(session_store=store_with(), extended_master_secret=False)},
        {
            "told": course_settings(
                session_store=store_with(), client_certificate="required", trust=pki.trust()
            )
        },
    ],
    ids=[
        *("a shorter ID", "an unknown ID", "another host", "no host", "another suite offered"),
        *("an empty cache", "no cache", "another suite allowed", "a session without EMS"),
        "a server that does without EMS now",
        "no certificate where one is required",
    ],
)
def test_a_session_that_cannot_go_on_leads_to_a_full_handshake(changes):
    state = receive(**({"session_id": SESSION_ID} | changes))
    assert not state.resumed and state.master_secret == b""
    assert state.credential is not None


@pytest.mark.parametrize(
    "state",
    [
        lambda: receive(session_id=SESSION_ID, extensions=NO_EMS),
        lambda: by_ticket(TICKET, extensions=NO_EMS),
    ],
    ids=["id", "ticket"],
)
def test_a_hello_without_extended_master_secret_for_a_session_that_has_it(state):
    with refused(A.handshake_failure, "RFC 7627 §5.3"):
        state()


def test_a_session_without_extended_master_secret_goes_on_unless_it_is_required():
    told = course_settings(session_store=store_with(WITHOUT))
    assert receive(session_id=SESSION_ID, extensions=NO_EMS, told=told).resumed
    strict = replace(told, require_extended_master_secret=True)
    with refused(A.handshake_failure, "RFC 7627 §5.2"):
        receive(session_id=SESSION_ID, extensions=NO_EMS, told=strict)


@pytest.mark.parametrize("seconds", [-1, 0, 86399, 86400])
def test_sessions_and_tickets_have_their_day(seconds):
    now = SESSION.created + timedelta(seconds=seconds)
    alive = 0 <= seconds < 86400
    told = course_settings(session_store=store_with(), now=now)
    assert receive(session_id=SESSION_ID, told=told).resumed is alive
    state = by_ticket(TICKET, course_settings(ticket_keys=KEYS, now=now))
    assert state.resumed is alive
    assert state.ticket_promised is not alive


def test_a_ticket_of_an_older_key_is_taken_and_a_new_one_promised_until_the_key_is_forgotten():
    keys = ticket_keys()
    for byte, resumed in ((2, True), (3, False)):
        keys.rotate(lambda size, byte=byte: bytes([byte]) * size)
        state = by_ticket(TICKET, course_settings(ticket_keys=keys))
        assert state.resumed is resumed
        assert state.ticket_promised


def test_a_ticket_with_a_changed_bit_or_of_another_length_is_no_error():
    for at in range(0, len(TICKET)):
        wrong = bytearray(TICKET)
        wrong[at] ^= 1
        assert KEYS.open(bytes(wrong), pki.NOW) is None
        assert KEYS.open(TICKET[:at], pki.NOW) is None
    assert KEYS.open(TICKET + b"\x00", pki.NOW) is None
    assert ticket_keys(9).open(TICKET, pki.NOW) is None
    assert KEYS.open(TICKET, pki.NOW) is not None
    state = by_ticket(TICKET[:-1])
    assert not state.resumed and state.ticket_promised


# ---- what a server answers


def test_the_servers_answer_to_a_session_that_goes_on():
    """The client's ID, no server_name (RFC 6066 §3), and no ticket unless one is due."""
    by_id = receive(
        session_id=SESSION_ID, told=course_settings(bytes(32), session_store=store_with())
    )
    told = course_settings(bytes(32), ticket_keys=KEYS)
    for state, session_id in (
        (by_id, SESSION_ID),
        (by_ticket(TICKET, told, session_id=NEW_ID), NEW_ID),
    ):
        after, sent = SERVER_STEPS.send_server_hello(state)
        hello = decode(ServerHello, sent[4:])
        assert hello.session_id == session_id == after.session_id
        assert set(extensions_of(hello)) == {0xFF01, 11, EXTENDED_MASTER_SECRET}


def test_a_new_session_gets_a_ticket_if_it_was_asked_for_else_an_id():
    """With a ticket the ID is empty (RFC 5077 §3.4)."""
    keeps: dict[str, Any] = {"session_store": store_with(), "ticket_keys": KEYS}
    state = by_ticket(b"", course_settings(b"\x22" * 32, **keeps))
    hello = decode(ServerHello, SERVER_STEPS.send_server_hello(state)[1][4:])
    assert hello.session_id == b"" and extensions_of(hello)[SESSION_TICKET] == b""
    state = receive(told=course_settings(NEW_ID, b"\x22" * 32, **keeps))
    hello = decode(ServerHello, SERVER_STEPS.send_server_hello(state)[1][4:])
    assert hello.session_id == NEW_ID and SESSION_TICKET not in extensions_of(hello)


def about_to_seal(**changes: Any) -> Any:
    """Return the state of a server that has promised a ticket."""
    return when_done(SERVER, settings=course_settings(bytes(12), ticket_keys=KEYS), **changes)


def test_send_new_session_ticket():
    before = about_to_seal()
    after, sent = SERVER_STEPS.send_new_session_ticket(before)
    ticket = sent[10:]
    expected = (86400).to_bytes(4, "big") + len(ticket).to_bytes(2, "big") + ticket
    assert sent == b"\x04" + len(expected).to_bytes(3, "big") + expected
    assert known(after) == known(before) | {"handshake_messages": (sent,), "ticket": ticket}
    opened = KEYS.open(ticket, pki.NOW)
    assert opened is not None
    session, due = opened
    assert session == replace(
        session_of(before), created=pki.NOW.replace(microsecond=0), ticket=ticket
    )
    assert not due and b"\x0c" * 8 not in ticket


def test_a_resumed_sessions_new_ticket_does_not_live_longer():
    before = about_to_seal(resumed=True, session=SESSION)
    after, _ = SERVER_STEPS.send_new_session_ticket(before)
    opened = KEYS.open(after.ticket, pki.NOW)
    assert opened is not None and opened[0].created == SESSION.created


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_a_session_of_any_suite_comes_back_out_of_its_ticket_as_it_was(suite):
    chain = pki.client_credential().chain
    session = replace(SESSION, suite=suite, session_id=b"", peer_chain=chain)
    ticket = KEYS.seal(session, draws(bytes(12)))
    assert KEYS.open(ticket, pki.NOW) == (replace(session, ticket=ticket), False)


def test_a_server_without_ticket_keys_cannot_send_a_ticket():
    with pytest.raises(ValueError, match="ticket_keys is missing"):
        SERVER_STEPS.send_new_session_ticket(course_state(SERVER, ECDHE_SUITE))
