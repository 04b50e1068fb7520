"""A listener in a thread, scripted: what a server may do on a real socket, and more."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET, socket
from struct import pack

from tlskit import pki, tls12
from tlskit.connection import Connection
from tlskit.labs import loopback
from tlskit.lesson import server_settings

Talk = Callable[[socket], None]


served: Callable[[Talk], AbstractContextManager[int]] = loopback.listening
"""Hands each connection to a script, one after the other, in a thread; yields the port."""


def for_localhost(**changes: object) -> Connection:
    """Return our server's end for localhost, which a script may drive and spoil."""
    usual = {"credentials": (pki.credential("ecdsa", "localhost"),)}
    return Connection(server_settings(**(usual | changes)), tls12.server())


def shaken(sock: socket, **changes: object) -> Connection:
    """Shake hands as a server."""
    server = for_localhost(**changes)
    while not server.done:
        server.receive(sock.recv(2**16))
        sock.sendall(server.data_to_send())
    return server


def asked(sock: socket, server: Connection) -> bytes:
    """Return the request that comes."""
    request = b""
    while b"\r\n\r\n" not in request:
        server.receive(sock.recv(2**16))
        request += server.read()
    return request


def answering(answer: bytes, orderly: bool = True, **changes: object) -> Talk:
    """Return a server that shakes hands, is asked, and says this; with close_notify or without."""

    def talk(sock: socket) -> None:
        server = shaken(sock, **changes)
        asked(sock, server)
        if answer:
            server.write(answer)
        if orderly:
            server.close()
        sock.sendall(server.data_to_send())
        hang_up(sock)

    return talk


def hang_up(sock: socket) -> None:
    """End in an orderly way of TCP's: say FIN, read until the other side has said it."""
    sock.shutdown(SHUT_WR)
    while sock.recv(2**16):
        pass


def reset(sock: socket) -> None:
    """End by RST."""
    sock.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
    sock.close()
