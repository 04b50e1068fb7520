"""What the signature in ServerKeyExchange stops, and what gets through without it."""

from dataclasses import replace

import pytest

from tlskit import pki, tls12
from tlskit.labs.in_the_middle import OWN_KEY, man_in_the_middle, replay, yesterday
from tlskit.lesson import ANSWER, REQUEST

SOUND = tls12.FORMULAE


def unchecked(scheme, public_key, signature, content):
    return None


def only_params(client_random, server_random, params):
    return params


BARE = replace(SOUND, server_ecdh_params_to_sign=only_params)
CARELESS = replace(SOUND, verify_signature=unchecked)


def test_a_client_that_checks_the_signature_stops_the_man_in_the_middle():
    middle = man_in_the_middle()
    assert middle.at_client.alerts == ["decrypt_error"]
    assert middle.at_client.verdict == "refused" and middle.at_client.read == b""
    assert middle.at_client.ours.state.peer_chain == pki.credential("rsa").chain
    assert middle.at_server.done  # to the server he is a client like any other


def test_a_client_that_does_not_check_it_tells_him_everything():
    middle = man_in_the_middle(CARELESS)
    for side in (middle.at_client, middle.at_server):
        assert side.done and side.alerts == [] and side.failures == []
    assert middle.at_client.read == middle.server_read == REQUEST
    assert middle.at_server.read == middle.client_read == ANSWER
    left, right = middle.at_client.ours.state, middle.at_server.ours.state
    assert left.master_secret != right.master_secret


def test_he_has_not_the_key_of_the_certificate():
    own = pki.course_key(OWN_KEY).public_key().public_numbers()
    assert own != pki.credential("rsa").leaf.public_key().public_numbers()


@pytest.mark.parametrize(
    "signer, verifier, verdict",
    [
        (SOUND, SOUND, "refused"),
        (SOUND, BARE, "refused"),
        (BARE, SOUND, "refused"),
        (BARE, BARE, "accepted"),
    ],
    ids=["sound", "client without randoms", "server without randoms", "both without randoms"],
)
def test_yesterdays_message_is_good_today_only_if_neither_side_uses_the_randoms(
    signer, verifier, verdict
):
    side = replay(yesterday(signer), verifier)
    assert side.verdict == verdict
    assert side.read == (REQUEST if verdict == "accepted" else b"")
    assert side.alerts == ([] if verdict == "accepted" else ["decrypt_error"])


def test_yesterday_had_other_randoms_and_another_ephemeral_key():
    old = yesterday()
    state = replay(old).ours.state
    assert state.client_random and old.key_pair.public in old.message
    assert old.message != man_in_the_middle().at_server.ours.state.handshake_messages[3]
