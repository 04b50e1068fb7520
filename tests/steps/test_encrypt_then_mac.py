"""Who agrees on encrypt-then-MAC, and for which suites (RFC 7366 §2, §3)."""

from dataclasses import replace

import pytest
from by_hand import (
    CBC_SUITE,
    OFFER,
    RSA_SUITE,
    body_of,
    client_hello,
    course_settings,
    framed,
    illustrated_state,
    refused,
    settings,
)

from tlskit.extensions import Extension
from tlskit.messages import ClientHello, ServerHello
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, HandshakeType
from tlskit.tls12 import CLIENT_STEPS, SERVER_STEPS, common
from tlskit.tls12.state import begin

CLIENT, SERVER = Role.CLIENT, Role.SERVER
OFFERED = replace(OFFER, extensions=(*(OFFER.extensions or ()), Extension(22, b"")))
HELLO = body_of("serverhello", ServerHello)


@pytest.mark.parametrize(
    ("suites", "wanted", "expected"),
    [
        ((CBC_SUITE,), True, True),
        ((RSA_SUITE, CBC_SUITE), True, True),
        ((RSA_SUITE,), True, False),
        ((CBC_SUITE,), False, False),
    ],
)
def test_a_client_offers_it_if_some_suite_has_a_mac(suites, wanted, expected):
    told = course_settings(bytes(32), suites=suites, encrypt_then_mac=wanted)
    _, sent = CLIENT_STEPS.send_client_hello(begin(CLIENT, told))
    found = decode(ClientHello, sent[4:]).extensions or ()
    assert any(one == Extension(22, b"") for one in found) is expected


def receive(answer=b"", suite=CBC_SUITE):
    state = illustrated_state(CLIENT, "clienthello", client_hello=OFFERED)
    extensions = () if answer is None else (Extension(22, answer),)
    hello = replace(HELLO, cipher_suite=int(suite.code), extensions=extensions or None)
    return CLIENT_STEPS.receive_server_hello(state, framed(HandshakeType.server_hello, hello))


def test_a_client_takes_the_answer_only_with_a_suite_that_has_a_mac():
    assert receive().encrypt_then_mac
    assert not receive(None).encrypt_then_mac
    assert not receive(None, RSA_SUITE).encrypt_then_mac
    with refused(AlertDescription.illegal_parameter, "RFC 7366 §3"):
        receive(b"", RSA_SUITE)
    with refused(AlertDescription.decode_error):
        receive(b"\x00")


@pytest.mark.parametrize(
    ("told", "offered", "expected"),
    [
        (settings(bytes(32)), True, True),
        (settings(bytes(32)), False, False),
        (settings(bytes(32), encrypt_then_mac=False), True, False),
        (course_settings(bytes(32), suites=(RSA_SUITE,)), True, False),
    ],
    ids=["CBC", "not offered", "not wanted", "AEAD"],
)
def test_a_server_answers_it_only_for_cbc_and_if_it_was_offered(told, offered, expected):
    hello = client_hello(extensions=OFFERED.extensions if offered else OFFER.extensions)
    state = SERVER_STEPS.receive_client_hello(begin(SERVER, told), hello)
    assert state.encrypt_then_mac is expected
    _, sent = SERVER_STEPS.send_server_hello(state)
    answers = decode(ServerHello, sent[4:]).extensions or ()
    assert (Extension(22, b"") in answers) is expected


@pytest.mark.parametrize("agreed", [True, False])
def test_the_keys_of_both_directions_know_what_was_agreed(agreed):
    state = illustrated_state(CLIENT, "clientkeyexchange", encrypt_then_mac=agreed)
    after = common.generate_keys(state)
    for keys in (after.client_keys, after.server_keys):
        assert keys is not None and keys.encrypt_then_mac is agreed
