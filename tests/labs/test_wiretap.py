"""A recorded session and a stolen key: RSA key transport opens, ECDHE does not."""

import pytest

from tlskit.alerts import Alert
from tlskit.checks.lesson_05 import right_unpad
from tlskit.key_exchange import shared_secret
from tlskit.labs import wiretap
from tlskit.labs.key_transport import EXCHANGES, exponents, raised
from tlskit.lesson import ANSWER, REQUEST

SAID = [("client", REQUEST), ("server", ANSWER)]


def test_with_rsa_the_certificates_key_opens_the_recording():
    tape = wiretap.record("RSA-2048")
    secret = right_unpad(raised(wiretap.client_key_exchange(tape)[2:], exponents()[1]))
    found = wiretap.application_data(tape, wiretap.keys(tape, secret))
    assert found == SAID
    assert wiretap.script(found).startswith("client says:\nGET /room/42")


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_a_stolen_key_opens(name):
    assert wiretap.stolen_key_opens(wiretap.record(name)) is (name == "RSA-2048")


@pytest.mark.parametrize("name", ["x25519", "P-256"])
def test_an_ephemeral_key_that_was_kept_opens_ecdhe(name):
    tape = wiretap.record(name)
    public = wiretap.client_key_exchange(tape)[1:]
    secret = shared_secret(tape.server_end.state.key_pair, public)
    assert wiretap.application_data(tape, wiretap.keys(tape, secret)) == SAID


def test_a_wrong_secret_opens_nothing():
    tape = wiretap.record("x25519")
    assert not wiretap.opens(tape, bytes(32))
    with pytest.raises(Alert) as raised_:
        wiretap.application_data(tape, wiretap.keys(tape, bytes(32)))
    assert raised_.value.description.name == "bad_record_mac"


def test_a_recording_is_the_same_in_every_run_and_knows_no_secret():
    for name in ("RSA-2048", "x25519"):
        tape = wiretap.record(name)
        assert (tape.client, tape.server) == (
            wiretap.record(name).client,
            wiretap.record(name).server,
        )
        state = wiretap.seen(tape)
        assert state.extended_master_secret and not state.pre_master_secret
        assert not state.master_secret and state.client_keys is None
