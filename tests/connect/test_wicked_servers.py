"""Servers that speak no TLS, break off, reset, drip or never end: one line, exit code, in time."""

import json
import subprocess
import sys
import time

import pytest
from served import answering, asked, for_localhost, hang_up, reset, served, shaken

from tlskit import pki
from tlskit.command import connect, main
from tlskit.records import Record, join

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture
def ran(tmp_path, capfdbinary, monkeypatch):
    """Run `connect localhost:PORT` with the course's root; return code, stdout, stderr, seconds."""
    root = tmp_path / "root.pem"
    root.write_bytes(pki.pem_roots())
    monkeypatch.setattr(connect, "TIMEOUT", 1.0)

    def run(port: int, *options: str):
        begun = time.monotonic()
        where = [f"127.0.0.1:{port}", "--servername", "localhost", "--ca", str(root)]
        code = main(["connect", *where, *options])
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in err
        return code, out, err.decode(), time.monotonic() - begun

    return run


def saying(data: bytes):
    def talk(sock) -> None:
        sock.recv(2**16)
        sock.sendall(data)
        hang_up(sock)

    return talk


@pytest.mark.parametrize(
    "data, begins",
    [
        (b"", "connection_lost: "),
        (b"\x00" * 50, "unexpected_message: "),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unexpected_message: "),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unexpected_message: "),
        (b"220 mail ESMTP\r\n", "unexpected_message: "),
        (b"\x16\x03\x03", "connection_lost: "),
        (b"\x16\x03\x03\x00\x50\x02\x00\x00\x4c", "connection_lost: "),
        (b"\x16\x02\x00\x00\x04\x02\x00\x00\x00", "protocol_version: "),
        (b"\x16\x03\x03\xff\xff", "record_overflow: "),
        (join(Record(22, 0x0303, b"\x02\xff\xff\xff")), "decode_error: "),
        (join(Record(22, 0x0303, b"")), "unexpected_message: "),
        (join(Record(23, 0x0303, b"x")), "unexpected_message: "),
        (join(Record(20, 0x0303, b"\x01")), "connection_lost: "),  # means nothing (RFC 9846 §5)
        (join(Record(20, 0x0303, b"\x02")), "unexpected_message: "),
        (join(Record(21, 0x0303, b"\x02\x28")), "handshake_failure: the peer sent it"),
        (join(Record(21, 0x0303, b"\x02\x46")), "protocol_version: the peer sent it"),
        (join(Record(21, 0x0303, b"\x02\xc8")), "general_error: the peer sent an alert without"),
        (join(Record(21, 0x0303, b"\x01\x00")), "close_notify: "),
        (join(Record(21, 0x0303, b"\x01\x5a")) * 40, "unexpected_message: "),
        (join(Record(22, 0x0303, b"\x00\x00\x00\x00")) * 40, "unexpected_message: "),
    ],
)
def test_what_is_no_handshake(ran, data, begins):
    with served(saying(data)) as port:
        code, out, err, seconds = ran(port)
    assert code == 1 and out == b"" and err.startswith(f"tlskit: {begins}")
    assert err.count("\n") == 1 and seconds < 3


def test_a_silent_server(ran):
    with served(lambda sock: hang_up(sock) if sock.recv(1) and time.sleep(1.5) else None) as port:
        code, _, err, seconds = ran(port)
    assert code == 1 and err.startswith("tlskit: connection_lost: silent") and seconds < 4


def test_a_dripping_handshake(ran):
    def drip(sock) -> None:
        server = for_localhost()
        server.receive(sock.recv(2**16))
        for one in server.data_to_send():
            sock.sendall(bytes([one]))
            time.sleep(0.05)

    with served(drip) as port:
        code, _, err, seconds = ran(port)
    assert code == 1 and err.startswith("tlskit: connection_lost: ") and seconds < 4


@pytest.mark.parametrize("how", [hang_up, reset], ids=["FIN", "RST"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99], ids=lambda one: f"{one:.0%}")
def test_broken_off_in_the_handshake(ran, how, share):
    def talk(sock) -> None:
        server = for_localhost()
        server.receive(sock.recv(2**16))
        flight = server.data_to_send()
        sock.sendall(flight[: int(len(flight) * share)])
        if how is reset:
            time.sleep(0.1)  # else the bytes before it would be lost too
        how(sock)

    with served(talk) as port:
        code, _, err, _ = ran(port)
    assert code == 1 and err.startswith("tlskit: connection_lost: ")


def test_the_page_and_an_orderly_end(ran):
    with served(answering(PAGE)) as port:
        code, out, err, _ = ran(port, "--get", "/")
    assert (code, out) == (0, b"hello") and err.startswith("TLS 1.2, TLS_ECDHE_ECDSA_")


@pytest.mark.parametrize(
    "answer, orderly, code, body",
    [
        (PAGE, False, 0, b"hello"),  # whole by its own length (RFC 9112 §9.8)
        (PAGE[:-1], True, 1, b"hell"),
        (PAGE[:-1], False, 1, b"hell"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", True, 0, b"hello"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", False, 1, b"hello"),  # who knows whether that is all
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
         True, 0, b"hello"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", True, 1, b"hello"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" + PAGE, True, 0, b"hello"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", True, 0, b"no"),
        (b"HTTP/1.1 200 OK\r\nContent-", True, 1, b""),
        (b"", True, 1, b""),
        (b"", False, 1, b""),
        (b"220 mail\r\n\r\n", True, 1, b""),
    ],
)  # fmt: skip
def test_whole_and_cut_answers(ran, answer, orderly, code, body):
    with served(answering(answer, orderly)) as port:
        got, out, err, _ = ran(port, "--get", "/")
    assert (got, out) == (code, body), err
    if code:
        assert err.startswith(("tlskit: connection_lost: ", "tlskit: not_http: "))


def test_after_our_goodbye_nobody_may_talk_for_ever(ran):
    def talk(sock) -> None:
        server = shaken(sock)
        asked(sock, server)
        server.write(PAGE)
        while True:
            server.write(bytes(2**14))
            sock.sendall(server.data_to_send())

    with served(talk) as port:
        code, out, _, seconds = ran(port, "--get", "/")
    assert (code, out) == (0, b"hello") and seconds < 4


def test_json_has_these_keys_and_no_page(ran):
    with served(answering(PAGE, alpn=("http/1.1",))) as port:
        code, out, err, _ = ran(port, "--get", "/", "--json", "--alpn", "h2,http/1.1")
    told = json.loads(out)
    assert code == 0 and err == ""
    assert told == {
        "version": "1.2",
        "suite": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "group": "x25519",
        "resumed": False,
        "alpn": "http/1.1",
        "peer_subject": "CN=localhost",
        "bytes_received": len(PAGE),
    }


def test_a_large_page_streams_through(ran):
    size = 8 * 2**20
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    with served(answering(head + bytes(size))) as port:
        code, out, _, seconds = ran(port, "--get", "/")
    assert code == 0 and len(out) == size and seconds < 8


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path):
    """As before `| head`: the page is longer than a pipe holds, and nobody reads it to its end."""
    root, size = tmp_path / "root.pem", 4 * 2**20
    root.write_bytes(pki.pem_roots())
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode()
    with served(answering(head + bytes(size))) as port:
        where = [f"127.0.0.1:{port}", "--servername", "localhost", "--ca", str(root)]
        command = [sys.executable, "-m", "tlskit", "connect", *where, "--get", "/"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, **pipes) as started:
            started.stdout.read(1)
            started.stdout.close()
            assert started.stderr.read() == b"" and started.wait(10) == 0
