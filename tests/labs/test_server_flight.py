"""The server's flight on the way: packed anew, cut, robbed of a message, given one too many."""

import pytest

from tlskit import tls12
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.labs.server_flight import (
    DONE,
    ChangedOnTheWay,
    cut,
    edited,
    handshake_in,
    hung_up,
    layers,
    messages_in,
    packed,
    pick_packing,
    server_key_exchange_body,
    server_talks,
    without,
)
from tlskit.lesson import openssl_client, server_settings
from tlskit.peers import exchange
from tlskit.records import records_in
from tlskit.registry import HandshakeType

RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
TYPES = [2, 11, 12, 14]


@pytest.mark.parametrize("size, count", [(2**14, 1), (700, 4), (100, 22), (1, 2121)])
def test_any_packing_is_read_by_our_client_and_by_openssl(size, count):
    talk = server_talks(packed(size))
    assert talk.done and talk.alerts == [] and talk.first_to_alert == "nobody"
    assert len(records_in(talk.flight)) == count
    assert [one[0] for one in messages_in(handshake_in(talk.flight))] == TYPES
    openssl, server = openssl_client(), Connection(server_settings(), tls12.server())
    assert exchange(openssl, ChangedOnTheWay(server, packed(size))) == []
    assert openssl.done and server.done


def test_packing_changes_no_message_and_touches_no_protected_record():
    usual, one = server_talks(), server_talks(packed(2**14))
    assert usual.flight != one.flight
    assert handshake_in(usual.flight) == handshake_in(one.flight)
    protected = usual.flight + bytes.fromhex("140303000101")
    assert packed(10)(protected) == protected


def test_the_picker_says_who_took_it():
    cuts, verdict = pick_packing(2**14)
    assert len(cuts["records"]) == 1 and len(cuts["messages"]) == 4
    assert verdict == "Our client: accepted; OpenSSL's client: accepted"


def test_the_three_kinds_of_boundaries():
    flight = server_talks(packed(700)).flight
    cuts = layers(flight)
    for layer in ("packets", "records"):
        ends = [0, *(piece.end for piece in cuts[layer])]
        assert [piece.start for piece in cuts[layer]] == ends[:-1] and ends[-1] == len(flight)
    for piece, message in zip(cuts["messages"], messages_in(handshake_in(flight)), strict=True):
        assert piece.size == len(message) <= piece.end - piece.start
        assert flight[piece.start] == message[0] and flight[piece.end - 1] == message[-1]


def test_a_rule_that_gives_no_size_is_refused_and_does_not_run_for_ever():
    flight = handshake_in(server_talks().flight)
    for size in (0, -1, len(flight) + 1):
        with pytest.raises(ValueError, match="message 1 would have"):
            cut(flight, lambda rest, size=size: size)


def test_the_flight_of_rsa_has_no_server_key_exchange():
    talk = server_talks(suite=RSA)
    assert talk.done
    assert [one[0] for one in messages_in(handshake_in(talk.flight))] == [2, 11, 14]


@pytest.mark.parametrize("group, size", [("x25519", 296), ("P-256", 329)])
def test_the_body_of_server_key_exchange(group, size):
    assert server_key_exchange_body(group) == size


def test_the_key_is_in_server_key_exchange_alone():
    talk = server_talks()
    public = talk.server.state.key_pair.public
    messages = messages_in(handshake_in(talk.flight))
    assert [public in one for one in messages] == [False, False, True, False]


def test_without_server_hello_done_both_wait_and_nobody_says_a_word():
    talk = server_talks(without(HandshakeType.server_hello_done))
    assert DONE not in talk.flight and len(DONE) == 4
    assert not talk.done and talk.failures == [] and talk.first_to_alert == "nobody"
    assert talk.client.data_to_send() == talk.server.data_to_send() == b""
    _, rows = hung_up(talk)
    assert [end for end, _ in rows] == ["client", "server"]
    assert "certificate_request or server_hello_done" in rows[0][1]
    assert "client_key_exchange" in rows[1][1]


def test_a_whole_handshake_misses_nothing_when_the_line_is_closed():
    _, rows = hung_up(server_talks())
    assert {words for _, words in rows} == {"nothing is missing"}


def test_a_server_key_exchange_in_rsa_is_refused():
    extra = messages_in(handshake_in(server_talks().flight))[2]
    odd = edited(lambda messages: [*messages[:2], extra, *messages[2:]])
    talk = server_talks(odd, RSA)
    assert talk.alerts == ["client unexpected_message"] and talk.first_to_alert == "client"
