"""Recorded moments: each step of both sides, the same in every run, and steps go on from them."""

import pytest

from tlskit import tls12
from tlskit.checkpoints import USUAL, checkpoint, recording
from tlskit.lesson import run


def test_a_step_goes_on_from_its_moment_as_in_the_recording():
    now = checkpoint("receive_server_key_exchange")
    after = tls12.CLIENT_STEPS.receive_server_key_exchange(now.state, now.message)
    assert after == now.after and after.peer_public and not now.state.peer_public


def test_what_is_sent_and_what_is_done_alone():
    assert checkpoint("send_server_hello", "server").message[0] == 2
    keys = checkpoint("generate_keys")
    assert keys.message == b"" and keys.after.key_block and not keys.state.key_block


def test_a_recording_is_made_once_and_is_the_same_as_any_run():
    assert recording(USUAL) is recording(USUAL)
    again = run(USUAL)
    assert again.client.state.master_secret == recording().client.state.master_secret


def test_a_step_that_side_does_not_take_is_named_with_those_it_takes():
    with pytest.raises(ValueError, match="the client takes no step 'send_server_hello'"):
        checkpoint("send_server_hello")
    with pytest.raises(ValueError, match="receive_server_hello, "):
        checkpoint("x")
