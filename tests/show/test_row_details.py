"""The few words beside a row: of certificates, tickets and sessions, read from the bytes sent."""

from dataclasses import replace
from typing import Any

import pytest

from tlskit import pki, tls12
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.ladder_rows import ladder_rows
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.messages import NewSessionTicket
from tlskit.peers import exchange
from tlskit.registry import HandshakeType
from tlskit.row_details import details
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.signatures import SCHEMES
from tlskit.tls12.state import sent

SUITE = suite_named("ECDHE-ECDSA-AES128-GCM-SHA256")
ASKS = {"client_certificate": "wanted", "trust": pki.trust()}


def said(client_told: Any, server_told: Any, steps: Any = None) -> tuple[dict[str, str], Any]:
    """Return the words on each row by sender and message, and the client's session."""
    calls: list[Any] = []
    told = {"suites": (SUITE,)} | client_told
    client = Connection(client_settings(**told), tls12.client(), calls)
    side = tls12.server(steps=steps) if steps else tls12.server()
    server = Connection(server_settings(**server_told), side, calls)
    assert exchange(client, server) == []
    assert client.done and server.done
    rows = ladder_rows(calls, client.side.order(client.state))
    return {f"{row.sender} {row.message}": details(row) for row in rows}, client.session


@pytest.mark.parametrize(
    ("kind", "named", "scheme"),
    [
        ("rsa", "RSA", "rsa_pkcs1_sha256"),
        ("ecdsa", "ECDSA", "ecdsa_secp256r1_sha256"),
    ],
)
def test_a_client_that_shows_a_certificate(kind, named, scheme):
    schemes = tuple(one for one in SCHEMES if "pss" not in one.name)
    credentials = (pki.client_credential(kind),)
    words, _ = said({"credentials": credentials}, ASKS | {"signature_schemes": schemes})
    assert words["server certificate_request"] == "takes 7 signature schemes, names 1 CA"
    shown = words["client certificate"]
    assert shown == f"2 certificates, CN=tlskit course client, {named} key"
    assert words["client certificate_verify"] == f"all messages so far, signed with {scheme}"
    assert words["server certificate"].endswith("ECDSA key")


def test_a_client_that_has_none_to_show():
    words, _ = said({}, ASKS)
    assert words["client certificate"] == "an empty list: no certificate to show"
    assert "client certificate_verify" not in words


def test_an_ed25519_certificate_is_not_called_ecdsa():
    words, _ = said({}, {"credentials": (pki.credential("ed25519"),)})
    assert words["server certificate"] == f"2 certificates, CN={pki.HOST}, Ed25519 key"


def test_tickets_and_sessions():
    keys = TicketKeys(lesson_random("ticket keys"))
    words, session = said({"session_tickets": True}, {"ticket_keys": keys})
    ticket = words["server new_session_ticket"]
    assert ticket == f"a ticket of {len(session.ticket)} bytes, for 86400 s"
    assert words["client client_hello"] == f"offers 1 suite, asks for {pki.HOST}"
    assert words["server server_hello"] == SUITE.name
    words, _ = said({"session": session}, {"ticket_keys": keys})
    assert words["client client_hello"].endswith(", offers a session by ticket")
    assert words["server server_hello"] == f"{SUITE.name}, the session goes on"
    assert "server certificate" not in words

    store = SessionCache()
    _, session = said({}, {"session_store": store})
    words, _ = said({"session": session}, {"session_store": store})
    assert words["client client_hello"].endswith(", offers a session by ID")
    assert words["server server_hello"].endswith(", the session goes on")


def test_a_server_that_gives_no_ticket_after_all():
    """RFC 5077 §3.3 allows it, once one was announced."""

    def empty(state):
        return sent(state, HandshakeType.new_session_ticket, NewSessionTicket(0, b""))

    steps = replace(tls12.SERVER_STEPS, send_new_session_ticket=empty)
    keys = TicketKeys(lesson_random("ticket keys"))
    words, session = said({"session_tickets": True}, {"ticket_keys": keys}, steps)
    assert words["server new_session_ticket"] == "no ticket after all"
    assert session.ticket == b""
