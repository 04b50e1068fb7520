"""`openssl s_server` and `s_client` over loopback: early data, KeyUpdate, cookies."""

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from openssl_program import read_until, shake_hands, shown_as

from tlskit import pki, tls13
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, lesson_random, server_settings
from tlskit.sessions import SingleUse, TicketKeys

pytestmark = pytest.mark.peer("openssl")
EARLY = b"said before the server has said anything\n"


@pytest.fixture
def s_server(openssl):
    """Start s_server; return it, and how to connect to it."""

    def start(*options):
        command = ("s_server", "-accept", "127.0.0.1:0", "-tls1_3", *options)
        program = openssl(*command, *shown_as(pki.credential("ecdsa")))
        port = int(re.search(rb"ACCEPT .*:(\d+)", read_until(program, b"ACCEPT"))[1])
        return program, lambda: socket.create_connection(("127.0.0.1", port), 20)

    return start


def take_until(ours: Connection, there: socket.socket, what) -> None:
    while not what():
        came = there.recv(2**16)
        assert came, "the program hung up"
        ours.receive(came)
        there.sendall(ours.data_to_send())


def now() -> datetime:
    return datetime.now(UTC)


def told(name: str, **changes):
    """Return settings with the real time: a ticket's age is looked at."""
    return client_settings(name, now=now(), **changes)


@pytest.mark.parametrize("taken", [True, False])
def test_early_data_of_our_client(s_server, taken):
    program, dial = s_server(*(("-early_data", "-max_early_data", "500") if taken else ()))
    with dial() as there:
        first = Connection(told("first"), tls13.client())
        shake_hands(first, there)
        take_until(first, there, lambda: len(first.state.tickets) == 2)
        first.close()
        there.sendall(first.data_to_send())
    psk = first.session
    assert psk.max_early_data == (500 if taken else 0)
    psk = replace(psk, max_early_data=500)  # a client that believes it may
    with dial() as there:
        ours = Connection(told("second", session=psk, early_data=EARLY), tls13.client())
        shake_hands(ours, there)
        assert ours.state.resumed and ours.state.early_data_accepted == taken
        ours.write(b"and this after it\n")
        there.sendall(ours.data_to_send())
        printed = read_until(program, b"and this after it")
        assert (EARLY in printed) == taken


def test_more_early_data_than_allowed_is_not_sent():
    made = Connection(
        server_settings(ticket_keys=TicketKeys(lesson_random("k")), max_early_data=5),
        tls13.server(),
    )
    client = Connection(client_settings(), tls13.client())
    made.receive(client.data_to_send())
    client.receive(made.data_to_send())
    made.receive(client.data_to_send())
    client.receive(made.data_to_send())
    again = client_settings("again", session=client.session, early_data=EARLY)
    hello = Connection(again, tls13.client())
    assert hello.state.resumed is False and not hello.state.early_data_offered


@pytest.fixture
def accepted(openssl, tmp_path):
    """Let s_client come to a server of ours; return our end, its socket and the program."""
    (tmp_path / "roots.pem").write_bytes(pki.pem_roots())

    def run(settings, *options):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(20)
        port = listener.getsockname()[1]
        command = ("s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-servername", HOST)
        files = ("-CAfile", str(tmp_path / "roots.pem"), "-verify_return_error")
        program = openssl(*command, *files, *options)
        there = listener.accept()[0]
        listener.close()
        ours = Connection(settings, tls13.server())
        shake_hands(ours, there)
        return ours, there, program

    return run


def kept_session(accepted, tmp_path, settings) -> str:
    """Let s_client keep a session of ours; return the file's name."""
    name = str(tmp_path / "session.pem")
    ours, there, program = accepted(settings, "-sess_out", name)
    assert b"Max Early Data: 500" in ended(ours, there, program)
    return name


def ended(ours: Connection, there: socket.socket, program) -> bytes:
    """Say goodbye; return all that the program has said."""
    with there:
        ours.close()
        there.sendall(ours.data_to_send())
        there.shutdown(socket.SHUT_WR)
        return program.communicate(timeout=20)[0]


def test_early_data_of_openssl_is_taken_once(accepted, tmp_path):
    keys = TicketKeys(lesson_random("ticket keys"))
    guard = SingleUse(now() - timedelta(minutes=1))
    (tmp_path / "early").write_bytes(EARLY)
    common = {"ticket_keys": keys, "max_early_data": 500, "early_data_guard": guard}

    def settings(name, **more):
        return server_settings(name, now=now(), **(common | more))

    name = kept_session(accepted, tmp_path, settings("first"))
    early = ("-sess_in", name, "-early_data", str(tmp_path / "early"))
    ours, there, program = accepted(settings("second"), *early)
    assert ours.state.resumed and ours.state.early_data_accepted
    assert ours.read_early() == EARLY and ours.read() == b""
    assert b"Early data was accepted" in ended(ours, there, program)
    for number, more in enumerate(({"early_data_guard": None}, {"max_early_data": 0})):
        ours, there, program = accepted(settings(f"refused {number}", **more), *early)
        assert ours.state.resumed and not ours.state.early_data_accepted
        assert ours.read_early() == b"" and ours.failure is None
        assert b"Early data was rejected" in ended(ours, there, program)


def test_refused_early_data_is_passed_over_after_a_retry_too(accepted, tmp_path):
    keys = TicketKeys(lesson_random("ticket keys"))
    (tmp_path / "early").write_bytes(EARLY)
    told = {"ticket_keys": keys, "max_early_data": 500, "now": now()}
    name = kept_session(accepted, tmp_path, server_settings("first", **told))
    early = ("-sess_in", name, "-early_data", str(tmp_path / "early"))
    again = server_settings("second", cookie=b"once more", **told)
    ours, there, program = accepted(again, *early)
    assert ours.state.retried and ours.state.resumed and not ours.state.early_data_accepted
    assert b"Early data was rejected" in ended(ours, there, program)


@pytest.mark.parametrize("word, asks", [(b"k\n", False), (b"K\n", True)])
def test_key_updates_of_s_client(accepted, word, asks):
    ours, there, program = accepted(server_settings())
    with there:
        before = ours.state.client_keys.epoch
        program.stdin.write(word)
        program.stdin.flush()
        take_until(ours, there, lambda: ours.state.client_keys.epoch > before)
        assert ours.state.server_keys.epoch == int(asks)
        program.stdin.write(b"under new keys\n")
        program.stdin.flush()
        take_until(ours, there, lambda: ours.read() == b"under new keys\n")
        ours.update_keys(request=True)
        ours.write(b"and ours\n")
        there.sendall(ours.data_to_send())
        read_until(program, b"and ours")
        program.stdin.write(b"with the answer before it\n")  # OpenSSL waits for something to say
        program.stdin.flush()
        take_until(ours, there, lambda: ours.state.client_keys.epoch == 2)


def test_key_updates_towards_s_server(s_server):
    program, dial = s_server()
    with dial() as there:
        ours = Connection(client_settings(), tls13.client())
        shake_hands(ours, there)
        for number in range(3):
            ours.update_keys()
            ours.write(f"line {number}\n".encode())
            there.sendall(ours.data_to_send())
            read_until(program, f"line {number}".encode())
        program.stdin.write(b"K\n")
        program.stdin.flush()
        take_until(ours, there, lambda: ours.state.server_keys.epoch == 1)
        assert ours.state.client_keys.epoch == 4
        program.stdin.write(b"hello\n")
        program.stdin.flush()
        take_until(ours, there, lambda: ours.read() == b"hello\n")
