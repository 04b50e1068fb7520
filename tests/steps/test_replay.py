"""The illustrated connection again, whole: our driver at one end, recorded bytes at the other.

One step is replaced on each side, for the captured hello has extensions that ours does not send;
all other bytes are made by our steps and must be those of the capture.
"""

from dataclasses import replace

import pytest
from by_hand import LEAF, LEAF_DER, OFFER, settings
from read_vectors import CLIENT_RECORDS, HERE, SERVER_RECORDS, illustrated, message, record

from tlskit.connection import Connection
from tlskit.keylog import key_log_lines
from tlskit.messages import ServerHello
from tlskit.presentation import decode
from tlskit.tls12 import CLIENT_STEPS, FORMULAE, SERVER_STEPS, client, server
from tlskit.tls12.state import State


def iv(name: str) -> bytes:
    """Return the IV that travels at the head of a CBC record."""
    return record(name)[5:21]


def recorded_client_hello(state: State) -> tuple[State, bytes]:
    sent = message("clienthello")
    state = state.but(client_hello=OFFER, client_random=OFFER.random)
    return state.but(handshake_messages=(sent,)), sent


def recorded_server_hello(state: State) -> tuple[State, bytes]:
    sent = message("serverhello")
    random = decode(ServerHello, sent[4:]).random
    heard = (*state.handshake_messages, sent)
    return state.but(server_random=random, handshake_messages=heard), sent


def our_client() -> Connection:
    drawn = [illustrated("client_x25519_private"), *map(iv, CLIENT_RECORDS[3:])]
    steps = replace(CLIENT_STEPS, send_client_hello=recorded_client_hello)
    formulae = replace(FORMULAE, verify_chain=lambda chain, server_name, trust, now: LEAF)
    return Connection(settings(*drawn), client(formulae, steps))


def our_server() -> Connection:
    drawn = [illustrated("server_x25519_private"), *map(iv, SERVER_RECORDS[5:])]
    steps = replace(SERVER_STEPS, send_server_hello=recorded_server_hello)
    return Connection(settings(*drawn), server(steps=steps))


def illustrated_key_log() -> bytes:
    return (HERE / "illustrated_tls12.keylog").read_bytes().strip()


def fed(end: Connection, data: bytes, piece: int) -> None:
    for at in range(0, len(data), piece):
        end.receive(data[at : at + piece])


def records(names: tuple[str, ...]) -> bytes:
    return b"".join(map(record, names))


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_our_client_sends_what_the_captured_client_sent(piece):
    end = our_client()
    assert end.data_to_send() == record("clienthello")
    fed(end, records(SERVER_RECORDS[:4]), piece)
    assert end.data_to_send() == records(CLIENT_RECORDS[1:4])
    fed(end, records(SERVER_RECORDS[4:6]), piece)
    assert end.done
    end.write(b"ping")
    assert end.data_to_send() == record("clientdata")
    fed(end, record("serverdata"), piece)
    assert end.read() == b"pong"
    end.close()
    assert end.data_to_send() == record("clientalert")
    assert end.state.peer_chain == (LEAF_DER,)
    assert key_log_lines(end.state)[0].encode() == illustrated_key_log()


@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_our_server_sends_what_the_captured_server_sent(piece):
    end = our_server()
    fed(end, record("clienthello"), piece)
    assert end.data_to_send() == records(SERVER_RECORDS[:4])
    fed(end, records(CLIENT_RECORDS[1:4]), piece)
    assert end.data_to_send() == records(SERVER_RECORDS[4:6])
    assert end.done
    fed(end, record("clientdata"), piece)
    assert end.read() == b"ping"
    end.write(b"pong")
    assert end.data_to_send() == record("serverdata")
    assert key_log_lines(end.state)[0].encode() == illustrated_key_log()


def test_our_server_takes_the_captured_close_notify_and_answers_it():
    end = our_server()
    fed(end, records(CLIENT_RECORDS[:5]), 10_000)
    assert end.truncated
    end.data_to_send()
    fed(end, record("clientalert"), 10_000)
    assert end.peer_closed
    assert end.closed
    assert not end.truncated
    assert end.data_to_send()[:5] == bytes.fromhex("1503030030")
