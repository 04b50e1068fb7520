"""`openssl s_server` and `s_client` over loopback: resumption, client certificates, suites."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from openssl_program import PATIENCE, read_until, shake_hands, shown_as

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, lesson_random, server_settings
from tlskit.peers import available_suites
from tlskit.registry import AlertDescription
from tlskit.sessions import SessionCache, TicketKeys

pytestmark = pytest.mark.peer("openssl")
SHOWN = pki.client_credential("ecdsa")
EACH_WAY = pytest.mark.parametrize("mechanism", ["id", "ticket"])
SUITES = [
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "AES256-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
]
EACH_SUITE = pytest.mark.parametrize(
    "suite",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                name not in available_suites(), reason=f"this OpenSSL offers {name} no more"
            ),
        )
        for name in SUITES
    ],
)


def begun_server(openssl: Any, *options: str | bytes) -> tuple[Any, int]:
    """Start s_server with the course's certificates; return it and its port."""
    program = openssl(
        *("s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-cipher", "ALL:@SECLEVEL=0"),
        *options,
    )
    port = re.search(rb"ACCEPT .*:(\d+)", read_until(program, b"ACCEPT"))
    assert port
    return program, int(port[1])


def talk_to_server(port: int, program: Any, ours: Connection, words: bytes) -> bytes:
    """Shake hands, say a line, and return what the program printed until it read it."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as there:
        shake_hands(ours, there)
        ours.write(words + b"\n")
        there.sendall(ours.data_to_send())
        printed = read_until(program, words)
        program.stdin.write(b"an answer\n")
        program.stdin.flush()
        while not (answer := ours.read()):
            ours.receive(there.recv(2**16))
        assert answer == b"an answer\n"
        ours.close()
        there.sendall(ours.data_to_send())
    return printed


@EACH_SUITE
@EACH_WAY
def test_our_client_comes_twice_to_s_server(openssl, suite, mechanism):
    """The second time its session is taken up, and its certificate is still known there."""
    tickets = mechanism == "ticket"
    kind = "ecdsa" if "ECDSA" in suite else "rsa"
    program, port = begun_server(
        openssl,
        *shown_as(pki.credential(kind)),
        *("-Verify", "2", "-CAfile", pki.pem_roots()),
        *(() if tickets else ("-no_ticket",)),
    )
    told: dict[str, Any] = {"suites": (suite_named(suite),), "session_tickets": tickets}
    first = Connection(client_settings("a", credentials=(SHOWN,), **told), tls12.client())
    printed = talk_to_server(port, program, first, b"the first words")
    assert b"tlskit course client" in printed and b"Reused session-id" not in printed
    assert first.state.credential is SHOWN and not first.state.resumed
    again = Connection(client_settings("b", session=first.session, **told), tls12.client())
    printed = talk_to_server(port, program, again, b"the second words")
    assert b"tlskit course client" in printed and b"Reused session-id" in printed
    assert again.state.resumed and again.state.credential is None
    assert again.state.master_secret == first.state.master_secret


def test_s_server_refuses_our_client_without_a_certificate(openssl):
    credential = shown_as(pki.credential("rsa"))
    _, port = begun_server(openssl, *credential, "-Verify", "2", "-CAfile", pki.pem_roots())
    ours = Connection(client_settings(), tls12.client())
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as there,
        pytest.raises(Alert) as raised,
    ):
        shake_hands(ours, there)
    assert raised.value.received and raised.value.description is AlertDescription.handshake_failure


def talk_to_client(
    openssl: Any, ours: Connection, options: tuple[str | bytes, ...], words: bytes
) -> bytes:
    """Let s_client come to our server and hear a line; return what it printed until then."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        program = openssl(
            *("s_client", "-connect", f"127.0.0.1:{listening.getsockname()[1]}", "-tls1_2"),
            *("-CAfile", pki.pem_roots(), "-verify_return_error", "-servername", HOST),
            *("-verify_hostname", HOST, *options),
        )
        there, _ = listening.accept()
    with there:
        shake_hands(ours, there)
        ours.write(words + b"\n")
        there.sendall(ours.data_to_send())
        printed = read_until(program, words)
        program.stdin.write(b"an answer\n")
        program.stdin.close()
        while not (answer := ours.read()):
            ours.receive(there.recv(2**16))
        assert answer == b"an answer\n"
        ours.close()
        there.sendall(ours.data_to_send())
    program.wait(PATIENCE)  # it writes its session's file
    return printed


@EACH_SUITE
@EACH_WAY
def test_s_client_comes_twice_to_our_server(openssl, suite, mechanism, tmp_path):
    """With the session that it wrote into a file; we still know the client's chain."""
    keeps: dict[str, Any] = {"client_certificate": "required", "trust": pki.trust()}
    if mechanism == "ticket":
        keeps["ticket_keys"] = TicketKeys(lesson_random("tickets"))
    else:
        keeps["session_store"] = SessionCache()
    file = tmp_path / "session.pem"
    options = ("-cipher", f"{suite}:@SECLEVEL=0", *shown_as(SHOWN))
    options += () if mechanism == "ticket" else ("-no_ticket",)
    printed, states = [], []
    for number, more in enumerate((("-sess_out", str(file)), ("-sess_in", str(file)))):
        ours = Connection(server_settings(f"server {number}", **keeps), tls12.server())
        words = f"words number {number}".encode()
        printed.append(talk_to_client(openssl, ours, options + more, words))
        states.append(ours.state)
        assert Path(file).stat().st_size > 0
        assert ours.state.agreed is suite_named(suite)
        assert ours.state.peer_chain == SHOWN.chain
    assert [state.resumed for state in states] == [False, True]
    assert b"New, TLSv1.2" in printed[0] and b"Reused, TLSv1.2" in printed[1]
    assert states[0].master_secret == states[1].master_secret
    secret = re.search(rb"Master-Key: ([0-9A-F]+)", printed[1])
    assert secret and bytes.fromhex(secret[1].decode()) == states[1].master_secret


def test_our_server_refuses_s_client_without_a_certificate(openssl):
    ours = Connection(
        server_settings(client_certificate="required", trust=pki.trust()), tls12.server()
    )
    with pytest.raises(Alert) as raised:
        talk_to_client(openssl, ours, (), b"never said")
    assert not raised.value.received
    assert raised.value.description is AlertDescription.handshake_failure
