"""Our ends on real sockets, with Python's ssl at the other end: orderly, cut, refused, silent."""

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

from tlskit import network, pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Trust
from tlskit.faulty_pki import stranger
from tlskit.lesson import HOST, client_settings, server_settings
from tlskit.peers import load_chains
from tlskit.settings import Settings

SHORT = 5.0


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    one = pki.credential("rsa")
    load_chains(context, [(pki.pem_chain(one), pki.pem_key(one))])
    return context


def client_context(roots: bytes = b"") -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=(roots or pki.pem_roots()).decode())
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def in_a_thread(work):
    """Run `work(listener)` beside; yield the port and what it raised or returned, in a list."""
    listener, outcome = network.listen(), []

    def run():
        try:
            outcome.append(work(listener))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1], outcome
    finally:
        thread.join(SHORT)
        listener.close()
        assert not thread.is_alive()


def python_server(talk):
    """A server by Python's ssl: one connection, `talk(sock)`."""

    def work(listener):
        listener.settimeout(SHORT)
        raw = listener.accept()[0]
        with raw, server_context().wrap_socket(raw, server_side=True) as tls:
            return talk(tls)

    return in_a_thread(work)


def our_server(talk, settings: Settings | None = None, timeout: float = SHORT):
    told = settings or server_settings()
    return in_a_thread(
        lambda listener: network.serve_once(listener, talk, told, tls12.server(), timeout=timeout)
    )


def fetch(port: int, request: bytes = b"ask", timeout: float = SHORT, **changes) -> network.Answer:
    settings = client_settings(**changes)
    return network.fetch(network.LOOPBACK, port, request, settings, tls12.client(), timeout=timeout)


def answered(tls: ssl.SSLSocket, answer: bytes) -> bytes:
    asked = tls.recv(100)
    tls.sendall(answer)
    return asked


@pytest.mark.parametrize("size", [1, 100_000])
def test_our_client_fetches_from_pythons_server(size):
    def talk(tls):
        asked = answered(tls, bytes(size))
        tls.unwrap().close()
        return asked

    with python_server(talk) as (port, outcome):
        answer = fetch(port)
    assert answer.data == bytes(size) and not answer.truncated
    assert outcome == [b"ask"]


def test_a_server_that_hangs_up_without_close_notify_is_told():
    with python_server(lambda tls: answered(tls, b"half a p")) as (port, _):
        answer = fetch(port)
    assert answer.data == b"half a p" and answer.truncated


@pytest.mark.parametrize("size", [1, 100_000])
def test_pythons_client_is_served_and_hears_close_notify(size):
    asked = []

    def talk(stream):
        asked.append(stream.read())
        stream.write(bytes(size))

    with our_server(talk) as (port, outcome):
        raw = socket.create_connection((network.LOOPBACK, port), SHORT)
        wrapped = client_context().wrap_socket(
            raw, server_hostname=HOST, suppress_ragged_eofs=False
        )
        with wrapped as tls:
            tls.sendall(b"ask")
            got = b"".join(iter(lambda: tls.recv(2**14), b""))
    assert asked == [b"ask"] and got == bytes(size)
    assert outcome[0].done and outcome[0].closed and outcome[0].failure is None


def test_a_talk_that_fails_is_no_orderly_end():
    def talk(stream):
        stream.write(b"half a p")
        raise KeyError("page")

    with our_server(talk) as (port, outcome):
        raw = socket.create_connection((network.LOOPBACK, port), SHORT)
        wrapped = client_context().wrap_socket(
            raw, server_hostname=HOST, suppress_ragged_eofs=False
        )
        with wrapped as tls:
            assert tls.recv(100) == b"half a p"
            with pytest.raises(ssl.SSLEOFError):
                tls.recv(100)
    assert isinstance(outcome[0], KeyError)


def test_a_certificate_that_we_refuse_is_an_alert_for_both():
    with python_server(lambda tls: b"") as (port, outcome), pytest.raises(Alert) as refused:
        fetch(port, trust=Trust((stranger("nobody that we know").certificate,)))
    assert refused.value.description.name == "unknown_ca" and not refused.value.received
    assert "UNKNOWN_CA" in outcome[0].reason


def test_a_certificate_that_pythons_client_refuses_is_the_alert_that_it_sent():
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with our_server(lambda stream: None) as (port, outcome):
        raw = socket.create_connection((network.LOOPBACK, port), SHORT)
        with raw, pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(raw, server_hostname=HOST)
    assert isinstance(outcome[0], Alert) and outcome[0].received
    assert outcome[0].description.name == "unknown_ca"


def test_a_peer_that_says_nothing_does_not_hold_us_for_ever():
    def silent(listener):
        with listener.accept()[0] as raw:
            while raw.recv(2**16):
                pass

    with (
        in_a_thread(silent) as (port, _),
        pytest.raises(TimeoutError, match=r"silent or too slow: .* 0\.2 s"),
    ):
        fetch(port, timeout=0.2)


def test_a_server_to_whom_nobody_comes_gives_up():
    with our_server(lambda stream: None, timeout=0.1) as (_, outcome):
        pass
    assert isinstance(outcome[0], TimeoutError)


def test_a_peer_that_hangs_up_in_the_handshake_is_an_alert():
    gone = in_a_thread(lambda listener: listener.accept()[0].close())
    with gone as (port, _), pytest.raises(Alert) as refused:
        fetch(port)
    assert refused.value.description.name == "decode_error"
    assert "server_hello should have come" in refused.value.reason


def test_a_stream_that_failed_says_so_each_time():
    def talk(stream):
        stream.read()
        stream.socket.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))

    with our_server(talk) as (port, _):
        told = client_settings()
        stream = network.connect(network.LOOPBACK, port, told, tls12.client(), timeout=SHORT)
        stream.write(b"ask")
        for _ in range(2):
            with pytest.raises(Alert) as refused:
                stream.read()
            assert refused.value.description.name == "bad_record_mac"
        stream.cut()


def test_only_this_machine_is_listened_to_unless_told_otherwise():
    with network.listen() as listener:
        assert listener.getsockname()[0] == "127.0.0.1" and listener.getsockname()[1] > 0
