"""A listener in a thread, scripted: what a server may do on a real socket, and more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET, socket
from struct import pack

from tlskit import network, pki, tls12
from tlskit.connection import Connection
from tlskit.lesson import server_settings

PATIENCE = 10.0
Talk = Callable[[socket], None]


@contextmanager
def served(talk: Talk, times: int = 1) -> Iterator[int]:
    """Hand the next connections to `talk`, one after the other; yield the port."""
    listener = network.listen()
    listener.settimeout(PATIENCE)

    def work() -> None:
        for _ in range(times):
            with suppress(OSError):
                sock = listener.accept()[0]
                sock.settimeout(PATIENCE)
                with sock, suppress(OSError):
                    talk(sock)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()
        thread.join(PATIENCE)
        assert not thread.is_alive()


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
