"""Two sessions with one master secret, and how extended master secret keeps them apart."""

import pytest

from tlskit.labs import triple_handshake


def test_without_it_two_connections_have_one_secret_and_two_strangers_finish():
    outcome = triple_handshake.attacked(extended_master_secret=False)
    client, honest = outcome.first
    assert client.done and honest.done and outcome.one_secret
    assert client.state.peer_chain != honest.state.credential.chain
    assert client.session.session_id == honest.state.session_id
    ends = outcome.second
    assert outcome.alert == "" and all(end.done and end.state.resumed for end in ends)
    assert ends[0].state.handshake_messages == ends[1].state.handshake_messages
    ends[0].write(b"for the shop")
    ends[1].receive(ends[0].data_to_send())
    assert ends[1].read() == b"for the shop"
    assert dict(outcome.rows) == {
        "the server's certificate": "different",
        "session ID, randoms": "the same",
        "master secret": "the same",
        "all messages of the second visit": "the same",
    }


def test_with_it_the_first_two_succeed_and_the_second_visit_does_not_open():
    outcome = triple_handshake.attacked(extended_master_secret=True)
    assert all(end.done for end in outcome.first) and not outcome.one_secret
    assert outcome.alert == "bad_record_mac" and not any(end.done for end in outcome.second)
    assert dict(outcome.rows)["master secret"] == "different"
    assert dict(outcome.rows)["the second visit ends in"] == "bad_record_mac"


@pytest.mark.parametrize("extended", [True, False])
def test_both_have_the_same_pre_master_secret_and_randoms(extended):
    client, honest = (end.state for end in triple_handshake.synchronised(extended).first)
    for name in ("pre_master_secret", "client_random", "server_random", "session_id"):
        assert getattr(client, name) == getattr(honest, name)
