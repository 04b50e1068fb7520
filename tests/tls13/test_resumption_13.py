"""Tickets and PSKs of TLS 1.3 between our two ends, and those who would abuse them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from visits import DHE_KE, KE, client, first_visit, keys, met, server

from tlskit import pki, tls13
from tlskit.alerts import Alert
from tlskit.cipher_suites import TLS_1_3_SUITES
from tlskit.connection import Connection
from tlskit.extensions import OfferedPsks, PskIdentity
from tlskit.lesson import client_settings, lesson_random
from tlskit.messages import ClientHello
from tlskit.presentation import decode, encode
from tlskit.registry import ExtensionType
from tlskit.sessions import TicketKeys


@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize(
    "theirs, ours, used",
    [
        ((DHE_KE,), (DHE_KE,), DHE_KE),
        ((KE, DHE_KE), (DHE_KE,), DHE_KE),
        ((KE, DHE_KE), (KE,), KE),
        ((KE,), (KE, DHE_KE), KE),
        ((DHE_KE,), (KE,), None),
        ((KE,), (DHE_KE,), None),
    ],
)
def test_modes(theirs, ours, used, suite):
    kept = keys()
    psk = first_visit(kept, tls13_suites=(suite,), psk_modes=(DHE_KE, KE))
    one, other = met(
        client(session=psk, psk_modes=theirs),
        server(ticket_keys=kept, psk_modes=ours, tls13_suites=(suite,)),
    )
    assert one.state.resumed == other.state.resumed == (used is not None)
    assert bool(one.state.group) == (used is not KE)
    assert one.state.peer_certificate is not None  # of then, if not of now


def test_a_psk_serves_another_suite_of_its_hash_alone():
    kept = keys()
    psk = first_visit(kept, tls13_suites=TLS_1_3_SUITES[:1])
    for suite, resumes in zip(TLS_1_3_SUITES, (True, False, True), strict=True):
        one, _ = met(client(session=psk), server(ticket_keys=kept, tls13_suites=(suite,)))
        assert one.state.agreed is suite and one.state.resumed == resumes


def test_what_is_no_reason_to_fail_but_no_resumption_either():
    kept = keys()
    psk = first_visit(kept)
    asks = {"client_certificate": "required", "trust": pki.trust()}
    shown = {"credentials": (pki.client_credential("ecdsa"),)}
    visits = [
        ({}, {"ticket_keys": keys("of another server")}),
        ({}, {"ticket_keys": None}),
        ({"now": pki.NOW + timedelta(days=2)}, {"now": pki.NOW + timedelta(days=2)}),
        (shown, asks),
    ]
    for told, there in visits:
        one, _ = met(client(session=psk, **told), server(**({"ticket_keys": kept} | there)))
        assert not one.state.resumed
    one = client(session=psk)
    assert one.state.offered_psk is psk
    assert client(session=replace(psk, server_name="other.example")).state.offered_psk is None


def test_a_ticket_of_tickets_ends_after_a_week():
    kept = TicketKeys(lesson_random("k"), lifetime=6 * 86400)
    now, psk = pki.NOW, first_visit(kept)
    resumed = []
    for day in (5, 10):
        now = pki.NOW + timedelta(days=day)
        one, _ = met(client(session=psk, now=now), server(ticket_keys=kept, now=now))
        resumed.append(one.state.resumed)
        psk = one.session
    assert resumed == [True, False]


def test_each_ticket_has_a_key_of_its_own():
    one, _ = met(client(), server(ticket_keys=keys(), tickets=5))
    assert len({psk.key for psk in one.state.tickets}) == 5
    assert len({psk.ticket_age_add for psk in one.state.tickets}) == 5


def test_a_client_that_takes_no_psk_gets_no_ticket():
    def without_modes(state):
        state, message = tls13.CLIENT_STEPS.send_client_hello(state)
        hello = state.client_hello
        kind = ExtensionType.psk_key_exchange_modes
        kept = tuple(one for one in hello.extensions if one.extension_type != kind)
        hello = replace(hello, extensions=kept)
        message = state.formulae.frame_handshake(1, encode(hello))
        return state.but(client_hello=hello, handshake_messages=(message,)), message

    steps = replace(tls13.CLIENT_STEPS, send_client_hello=without_modes)
    one = Connection(client_settings(), tls13.client(steps=steps))
    met(one, server(ticket_keys=keys()))
    assert one.state.tickets == ()


# ---- binders


def with_psk(message: bytes, edit) -> bytes:
    """Return a ClientHello whose offered PSKs are changed."""
    hello = decode(ClientHello, message[4:])
    *others, last = hello.extensions
    offered = edit(decode(OfferedPsks, last.extension_data))
    last = replace(last, extension_data=encode(offered))
    body = encode(replace(hello, extensions=(*others, last)))
    return message[:1] + len(body).to_bytes(3, "big") + body


def stranger(message: bytes) -> bytes:
    identity = PskIdentity(b"nobody knows it", 0)

    def edit(offered):
        return OfferedPsks((identity, *offered.identities), (bytes(32), *offered.binders))

    return with_psk(message, edit)


@pytest.mark.parametrize("at", range(32))
def test_a_binder_with_one_bit_wrong(at):
    kept = keys()
    one = client(session=first_visit(kept))
    data = bytearray(one.data_to_send())
    data[at - 32] ^= 1
    other = server(ticket_keys=kept)
    with pytest.raises(Alert, match="decrypt_error"):
        other.receive(bytes(data))


def test_a_hello_that_was_changed_does_not_fit_its_binder():
    kept = keys()
    one = client(session=first_visit(kept))
    data = one.data_to_send()
    changed = data.replace(b"\x13\x01\x13\x02", b"\x13\x03\x13\x02")
    assert changed != data
    with pytest.raises(Alert, match="decrypt_error"):
        server(ticket_keys=kept).receive(changed)


def test_a_key_that_is_not_the_tickets():
    kept = keys()
    psk = replace(first_visit(kept), key=bytes(32))
    with pytest.raises(Alert, match="decrypt_error"):
        server(ticket_keys=kept).receive(client(session=psk).data_to_send())


def test_an_unknown_identity_before_the_known_one_is_passed_over():
    """The binder covers the list of identities; so the client makes it for the longer list."""
    kept = keys()
    psk = first_visit(kept)

    def send_client_hello(state):
        state, message = tls13.CLIENT_STEPS.send_client_hello(state)
        message = stranger(message)
        early = tls13.resumption.early_secret_made(state.but(handshake_messages=()), psk)
        binder = tls13.resumption.binder_over(early, psk, message[: -2 - 2 * 33])
        message = message[:-32] + binder
        hello = decode(ClientHello, message[4:])
        return state.but(client_hello=hello, handshake_messages=(message,)), message

    steps = replace(tls13.CLIENT_STEPS, send_client_hello=send_client_hello)
    one = Connection(client_settings(session=psk), tls13.client(steps=steps))
    other = server(ticket_keys=kept)
    other.receive(one.data_to_send())
    assert other.state.resumed and other.state.psk_index == 1
    with pytest.raises(Alert, match="illegal_parameter"):  # it offered one, as it believes
        one.receive(other.data_to_send())
