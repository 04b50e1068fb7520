"""Resumption as a client sees it, step by step: what it offers, what it takes, what it refuses."""

from dataclasses import replace
from typing import Any

import pytest
from by_hand import (
    RSA_SUITE,
    SESSION,
    SESSION_ID,
    course_settings,
    extensions_of,
    framed,
    refused,
    when_done,
)

from tlskit.extensions import Extension
from tlskit.messages import ClientHello, ServerHello
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, HandshakeType
from tlskit.settings import Session
from tlskit.tls12 import CLIENT_STEPS, common
from tlskit.tls12.resumption import session_of
from tlskit.tls12.state import begin

CLIENT, SERVER = Role.CLIENT, Role.SERVER
A = AlertDescription
NEW_ID = b"\x77" * 32
WITHOUT = replace(SESSION, extended_master_secret=False)
SESSION_TICKET, EXTENDED_MASTER_SECRET = 35, 23
WITH_TICKET = replace(SESSION, session_id=b"", ticket=b"sealed")


# ---- what a client offers


def offered(*drawn: bytes, **changes: Any) -> Any:
    """Return the ClientHello of a client with these settings, decoded."""
    state = begin(CLIENT, course_settings(*drawn, **changes))
    return decode(ClientHello, CLIENT_STEPS.send_client_hello(state)[1][4:])


def test_a_client_offers_a_session_by_its_id():
    hello = offered(bytes(32), session=SESSION)
    assert hello.session_id == SESSION_ID
    assert SESSION_TICKET not in extensions_of(hello)


def test_with_a_ticket_the_id_is_random():
    """So the client knows from ServerHello what comes next (RFC 5077 §3.4)."""
    hello = offered(NEW_ID, bytes(32), session=replace(WITH_TICKET, session_id=SESSION_ID))
    assert {hello.session_id, hello.random} == {NEW_ID, bytes(32)}
    assert hello.session_id != hello.random
    assert extensions_of(hello)[SESSION_TICKET] == b"sealed"


def test_a_client_without_a_session_asks_for_a_ticket_by_an_empty_extension():
    hello = offered(bytes(32), session_tickets=True)
    assert hello.session_id == b""
    assert extensions_of(hello)[SESSION_TICKET] == b""
    assert SESSION_TICKET not in extensions_of(offered(bytes(32)))


@pytest.mark.parametrize(
    "changes",
    [
        {"server_name": "www.course.example"},
        {"suites": (RSA_SUITE,)},
        {"extended_master_secret": False},
    ],
    ids=str,
)
def test_a_session_that_this_hello_could_not_take_up_is_not_offered(changes):
    """RFC 6066 §3, RFC 5246 §7.4.1.2, RFC 7627 §5.3."""
    for session in (SESSION, WITH_TICKET):
        hello = offered(bytes(32), session=session, **changes)
        assert hello.session_id == b""
        assert SESSION_TICKET not in extensions_of(hello)


# ---- what a client takes of a ServerHello


def answered(session: Session = SESSION, **changes: Any) -> Any:
    """Return the client's state after a ServerHello that takes the session up, but for changes."""
    given = (Extension(EXTENDED_MASTER_SECRET, b""),) if session.extended_master_secret else ()
    usual: dict[str, Any] = {
        "server_version": 0x0303,
        "random": b"\x22" * 32,
        "session_id": NEW_ID if session.ticket else session.session_id,
        "cipher_suite": int(session.suite.code),
        "compression_method": 0,
        "extensions": given or None,
    }
    told = course_settings(*([NEW_ID] if session.ticket else []), bytes(32), session=session)
    told = replace(told, random=lambda size: NEW_ID)
    state, _ = CLIENT_STEPS.send_client_hello(begin(CLIENT, told))
    hello = framed(HandshakeType.server_hello, ServerHello(**(usual | changes)))
    return CLIENT_STEPS.receive_server_hello(state, hello)


EXTENDED = (Extension(EXTENDED_MASTER_SECRET, b""),)


@pytest.mark.parametrize("session", [SESSION, WITH_TICKET, WITHOUT], ids=["id", "ticket", "no ems"])
def test_the_same_id_means_that_the_session_goes_on(session):
    state = answered(session)
    assert state.resumed and state.session is session
    assert state.suite is session.suite
    assert state.master_secret == session.master_secret
    assert state.ticket == session.ticket


@pytest.mark.parametrize("session", [SESSION, WITH_TICKET], ids=["id", "ticket"])
@pytest.mark.parametrize("session_id", [b"", b"\x5b" * 32, SESSION_ID[:31]])
def test_another_id_or_none_means_a_full_handshake(session, session_id):
    state = answered(session, session_id=session_id, cipher_suite=int(RSA_SUITE.code))
    assert not state.resumed and state.session is None and state.master_secret == b""
    assert state.suite is RSA_SUITE and state.session_id == session_id


@pytest.mark.parametrize("session", [SESSION, WITH_TICKET], ids=["id", "ticket"])
def test_a_session_that_goes_on_with_another_suite(session):
    with refused(A.illegal_parameter, "RFC 5246 §7.4.1.3"):
        answered(session, cipher_suite=int(RSA_SUITE.code))


@pytest.mark.parametrize(("session", "extensions"), [(SESSION, None), (WITHOUT, EXTENDED)])
def test_session_and_server_hello_must_agree_on_extended_master_secret(session, extensions):
    with refused(A.handshake_failure, "RFC 7627 §5.3"):
        answered(session, extensions=extensions)
    assert not answered(session, session_id=b"", extensions=extensions).resumed


def test_a_ticket_is_promised_only_if_it_was_asked_for():
    promise = (*EXTENDED, Extension(SESSION_TICKET, b""))
    assert answered(WITH_TICKET, extensions=promise).ticket_promised
    assert not answered(WITH_TICKET).ticket_promised
    with refused(A.unsupported_extension):
        answered(SESSION, extensions=promise)
    with refused(A.decode_error):
        answered(WITH_TICKET, extensions=(*EXTENDED, Extension(SESSION_TICKET, b"\x00")))


# ---- NewSessionTicket, and the keys of a resumed connection


def receive_ticket(body: str, **changes: Any) -> Any:
    sent = framed(HandshakeType.new_session_ticket, bytes.fromhex(body))
    return CLIENT_STEPS.receive_new_session_ticket(when_done(CLIENT, **changes), sent)


def test_receive_new_session_ticket():
    state = receive_ticket("00015180 0003 616263")
    assert state.ticket == b"abc"
    assert session_of(state).ticket == b"abc"
    assert len(state.handshake_messages) == 1
    assert receive_ticket("00000000 0000", ticket=b"older").ticket == b""  # none after all


@pytest.mark.parametrize(
    "body", ["", "000151", "00015180", "00015180 0003 6162", "00015180 0000 00"]
)
def test_a_new_session_ticket_that_does_not_decode(body):
    with refused(A.decode_error):
        receive_ticket(body)


@pytest.mark.parametrize("role", [CLIENT, SERVER])
def test_a_resumed_session_keeps_its_master_secret_and_gets_new_keys(role):
    before = when_done(role, resumed=True)
    after = common.generate_keys(before)
    assert after.master_secret == SESSION.master_secret
    again = common.generate_keys(before.but(server_random=b"\x23" * 32))
    assert after.key_block != again.key_block and len(after.key_block) == 40
