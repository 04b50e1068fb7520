"""A good client is served while others are silent, slow, broken, or do not read."""

import socket
import ssl
import struct
import threading
import time
from contextlib import suppress

import pytest
from running import PATIENCE, all_of, for_this_machine, running

from tlskit import pki, tls12
from tlskit.connection import Connection
from tlskit.lesson import client_settings
from tlskit.records import split_all
from tlskit.serving import Limits

SILENT = 100
PROMISED = 2.0
"""Seconds in which a good client is through."""


def context() -> ssl.SSLContext:
    made = ssl.create_default_context(cadata=pki.pem_roots().decode())
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


def page(port: int, request: bytes = b"GET / HTTP/1.0\r\n\r\n") -> bytes:
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    with context().wrap_socket(raw, server_hostname="localhost") as tls:
        tls.sendall(request)
        return all_of(tls)


def hello() -> bytes:
    return Connection(client_settings(server_name="localhost"), tls12.client()).data_to_send()


def test_a_good_client_is_through_in_time_while_a_hundred_are_silent():
    with running(for_this_machine()) as server:
        held = [server.dial() for _ in range(SILENT)]
        begun = time.monotonic()
        assert b"200" in page(server.port).split(b"\r\n")[0]
        assert time.monotonic() - begun < PROMISED
        assert server.server.connections >= SILENT
        for one in held:
            one.close()
        assert server.settled()


def test_when_all_places_are_taken_the_silent_give_way():
    with running(for_this_machine(), limits=Limits(connections=10, goodbye=0.5)) as server:
        held = [server.dial() for _ in range(30)]
        begun = time.monotonic()
        assert b"200" in page(server.port)
        assert time.monotonic() - begun < PROMISED
        for one in held:
            one.close()
        assert server.settled()


def test_when_all_places_are_taken_by_those_who_only_shook_hands_the_oldest_gives_way():
    with running(for_this_machine(), limits=Limits(connections=3, goodbye=0.5)) as server:
        idle = []
        for _ in range(5):
            raw = server.dial()
            idle.append(context().wrap_socket(raw, server_hostname="localhost"))
        assert all_of(idle[0]) == b"" and b"200" in page(server.port)
        for one in idle:
            one.close()


@pytest.mark.parametrize("sent", [0, 1, 5, 60, 10**6], ids=lambda one: f"{one} bytes")
def test_a_handshake_that_does_not_come_about_is_ended(sent):
    with running(for_this_machine(), limits=Limits(handshake=0.3, goodbye=0.5)) as server:
        sock = server.dial()
        sock.sendall(hello()[:sent])
        begun = time.monotonic()
        all_of(sock)
        assert time.monotonic() - begun < PROMISED
        sock.close()
        assert server.settled() and isinstance(server.ended[0], TimeoutError)


def test_dripping_does_not_stretch_a_handshake():
    with running(for_this_machine(), limits=Limits(handshake=0.4, goodbye=0.5)) as server:
        sock, data, begun = server.dial(), hello(), time.monotonic()
        sock.settimeout(0.05)
        answer = None
        while answer is None and time.monotonic() - begun < PATIENCE:
            try:
                sock.sendall(data[:1])
                data = data[1:]
                answer = sock.recv(2**16)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert time.monotonic() - begun < PROMISED
        sock.close()


def test_an_idle_connection_ends_with_close_notify():
    with running(for_this_machine(), limits=Limits(idle=0.3)) as server:
        raw = server.dial()
        with context().wrap_socket(raw, server_hostname="localhost") as tls:
            assert all_of(tls) == b""  # a cut would raise


def test_a_peer_that_does_not_read_is_let_go():
    class Endless:
        over = False

        def receive(self, data):
            while data:
                yield bytes(2**20)

    limits = Limits(idle=0.5, goodbye=0.5)
    with running(for_this_machine(), limits=limits, answers=lambda _: Endless()) as server:
        raw = server.dial()
        tls = context().wrap_socket(raw, server_hostname="localhost")
        tls.sendall(b"more")
        assert server.settled(), "still waiting for a peer that does not read"
        raw.close()
        tls.close()


@pytest.mark.parametrize("at", range(6))
def test_a_reset_at_any_step_leaves_no_trace(at):
    """Linger 0 makes close() a reset; at each step the client has sent one record more."""
    with running(for_this_machine()) as server:
        sock = server.dial()
        client = Connection(client_settings(server_name="localhost"), tls12.client())
        sock.settimeout(0.1)
        for _ in range(at):
            sock.sendall(client.data_to_send() or b"")
            with suppress(TimeoutError):
                client.receive(sock.recv(2**16))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        assert server.settled()
        assert b"200" in page(server.port)


def test_fifty_at_once():
    pages = []
    with running(for_this_machine()) as server:
        threads = [
            threading.Thread(target=lambda: pages.append(page(server.port))) for _ in range(50)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join(PATIENCE)
        assert len(pages) == 50 and all(b"200" in one for one in pages)
        assert server.settled()


def test_when_the_server_closes_everybody_hears_close_notify():
    with running(for_this_machine()) as server:
        raw = server.dial()
        tls = context().wrap_socket(raw, server_hostname="localhost")
        waiting = server.dial()
        time.sleep(0.05)
    assert all_of(tls) == b""
    records, left = split_all(all_of(waiting))
    assert [one.content_type for one in records] == [21] and not left
    tls.close()
    waiting.close()


def test_who_says_goodbye_right_behind_the_request_is_answered_first():
    with running(for_this_machine()) as server:
        client = Connection(client_settings(server_name="localhost"), tls12.client())
        sock = server.dial()
        while not client.done:
            sock.sendall(client.data_to_send())
            client.receive(sock.recv(2**16))
        client.write(b"GET / HTTP/1.0\r\n\r\n")
        client.close()
        sock.sendall(client.data_to_send())
        kinds = [one.content_type for one in split_all(all_of(sock))[0]]
        assert kinds == [23, 21]  # the page, then close_notify
        sock.close()
