"""OpenSSL asks for a second handshake, and is told no (RFC 5246 §7.2.2, RFC 5246 §7.2.2).

Python's `ssl` cannot ask for one, but the `openssl` program can, told so by a letter.
"""

import re
import socket
from typing import Any

import pytest

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, server_settings
from tlskit.registry import AlertDescription
from tlskit.trace import Call

pytestmark = pytest.mark.peer("openssl")
PATIENCE = 20  # seconds for a single answer of the program


def shake_hands(ours: Connection, there: socket.socket) -> None:
    there.settimeout(PATIENCE)
    while not ours.done:
        there.sendall(ours.data_to_send())
        ours.receive(there.recv(2**16))
    there.sendall(ours.data_to_send())


def say_no(program: Any, letter: bytes, ours: Connection, there: socket.socket) -> Alert:
    """Let the program ask; return the alert by which it ends it all."""
    program.stdin.write(letter + b"\n")
    program.stdin.flush()
    with pytest.raises(Alert) as raised:
        while True:
            came = there.recv(2**16)
            assert came, "the program hung up without an alert"
            ours.receive(came)
            there.sendall(ours.data_to_send())
    assert raised.value.received
    return raised.value


def sent_alerts(calls: list[Call]) -> list[tuple[int, int]]:
    """Return level and description of each alert that our end made."""
    made = [call.arguments for call in calls if call.name == "encode_alert"]
    return [(one["level"], one["description"]) for one in made]


WARNING_NO_RENEGOTIATION = (1, AlertDescription.no_renegotiation)


def test_a_server_that_wants_a_new_handshake(openssl):
    """It sends HelloRequest, gets the warning, and chooses to end the connection."""
    one = pki.credential("rsa")
    chain, key = pki.pem_chain(one), pki.pem_key(one)
    program = openssl(
        *("s_server", "-accept", "127.0.0.1:0", "-tls1_2"),
        *("-cert", chain, "-cert_chain", chain, "-key", key),
    )
    calls: list[Call] = []
    ours = Connection(client_settings(), tls12.client(), calls)
    while not (port := re.search(rb"ACCEPT .*:(\d+)", program.stdout.readline())):
        assert program.poll() is None
    with socket.create_connection(("127.0.0.1", int(port[1])), PATIENCE) as there:
        shake_hands(ours, there)
        ended = say_no(program, b"r", ours, there)
    assert sent_alerts(calls) == [WARNING_NO_RENEGOTIATION]
    assert ended.description is AlertDescription.handshake_failure


def test_a_client_that_begins_a_new_handshake(openssl):
    """It sends a protected ClientHello, gets the warning, and ends the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        program = openssl(
            *("s_client", "-connect", f"127.0.0.1:{listening.getsockname()[1]}", "-tls1_2"),
            *("-CAfile", pki.pem_roots(), "-servername", HOST),
        )
        there, _ = listening.accept()
    calls: list[Call] = []
    ours = Connection(server_settings(), tls12.server(), calls)
    with there:
        shake_hands(ours, there)
        ended = say_no(program, b"R", ours, there)
    assert sent_alerts(calls) == [WARNING_NO_RENEGOTIATION]
    assert ended.description is AlertDescription.handshake_failure
