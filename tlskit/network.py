"""TLS over a socket, one connection at a time: `fetch` asks, `serve_once` answers; both block.

All of TLS is in `Connection`, which knows no socket. Here bytes are carried, and no more is known
of the network than that they come in pieces, late, or not at all.
"""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tlskit.connection import Connection
from tlskit.order import Side
from tlskit.settings import Settings
from tlskit.trace import Call
from tlskit.watching import Watch

LOOPBACK = "127.0.0.1"
TIMEOUT = 10.0
LINGER = 1.0
SHORTEST = 0.001
PIECE = 2**16


class Stream:
    """One end of a TLS connection on a connected socket; its handshake is done when it is made.

        with Stream(sock, settings, tls12.client()) as stream:
            stream.write(b"hello")
            answer = stream.read()

    Leaving the block says close_notify, or nothing if it is left by an exception: then the end is
    no orderly one, and the peer shall see that (RFC 5246 §7.2.1).

    Args:
        timeout: seconds to wait for the peer each time, and for the whole handshake.
        calls: as for `Connection`.
        watch: who looks on, instead of `calls`.

    Raises: Alert for a fault of the peer, after it was told, or for the alert that the peer sent;
        TimeoutError if the peer is silent; OSError if the network fails.
    """

    def __init__(
        self,
        sock: socket.socket,
        settings: Settings,
        side: Side,
        timeout: float = TIMEOUT,
        calls: list[Call] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Shake hands; on a failure the socket is closed."""
        self.socket = sock
        self.socket.settimeout(timeout)
        self._ended = False
        self._timeout, self._deadline = timeout, time.monotonic() + timeout
        self._watch = watch or Watch()
        try:
            self.connection = Connection(settings, side, self._watch.calls if watch else calls)
            self._send()
            while not self.connection.done:
                self.socket.settimeout(max(self._deadline - time.monotonic(), SHORTEST))
                self._take()
            self.socket.settimeout(timeout)
        except BaseException:
            self.cut()
            raise

    def __enter__(self) -> Self:
        """Return the stream."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Close, in an orderly way if nothing was raised."""
        self.close() if error is None else self.cut()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come: the peer said close_notify, or its bytes have ended."""
        return self._ended or self.connection.peer_closed

    @property
    def truncated(self) -> bool:
        """Whether the peer has not said close_notify (so far): more may have been meant."""
        return self.connection.truncated

    def read(self) -> bytes:
        """Return the application data that comes next, b"" when there will be no more.

        Raises: what the class says; that `truncated` is true at the end is no exception, for
            it is the protocol inside that knows whether something is missing.
        """
        while not (data := self.connection.read()):
            if self.connection.failure:
                raise self.connection.failure
            if self.ended:
                return b""
            self._take()
        return data

    def write(self, data: bytes) -> None:
        """Send application data."""
        self.connection.write(data)
        self._send()

    def await_last_words(self, seconds: float = LINGER) -> None:
        """Say close_notify, and take what the peer has still to say: tickets, its own goodbye.

        In TLS 1.3 the client's side is done before the server has seen its certificate: whether
        that was taken shows now.

        Raises: Alert if the peer answers with one.
        """
        self.connection.close()
        self._send()
        end = time.monotonic() + seconds
        with suppress(TimeoutError):
            while not self.ended:
                self.socket.settimeout(max(end - time.monotonic(), SHORTEST))
                self._take()

    def close(self) -> None:
        """Say close_notify and hang up."""
        self.connection.close()
        self._send()
        self.cut()

    def cut(self) -> None:
        """Hang up without a word: no more is sent, and the peer's last bytes are let come.

        If bytes were left unread, the system would reset the connection, and what we sent last,
        an alert perhaps, could be lost on its way.
        """
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            end = time.monotonic() + LINGER
            while (left := end - time.monotonic()) > 0:
                self.socket.settimeout(left)
                if not self.socket.recv(PIECE):
                    break
        self.socket.close()

    def _take(self) -> None:
        """Wait for bytes and hand them in; what they call for is sent, an alert too."""
        try:
            data = self.socket.recv(PIECE)
        except TimeoutError:
            if self.connection.done:
                raise TimeoutError(f"the peer was silent for {self._timeout} s") from None
            raise TimeoutError(f"silent or too slow: no handshake in {self._timeout} s") from None
        except ConnectionResetError:
            data = b""
        try:
            if data:
                self.connection.receive(data)
            else:
                self._ended = True
                self.connection.end_of_input()
        finally:
            self._send()

    def _send(self) -> None:
        """Send what is due. If the peer has hung up, its last words are still to be read."""
        self._watch.moved(self.connection)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(self.connection.data_to_send())


@dataclass(frozen=True)
class Answer:
    """What a server said until it ended, and whether it ended by close_notify."""

    data: bytes
    truncated: bool
    connection: Connection = field(repr=False)


def connect(
    host: str,
    port: int,
    settings: Settings,
    side: Side,
    *,
    timeout: float = TIMEOUT,
    calls: list[Call] | None = None,
    watch: Watch | None = None,
) -> Stream:
    """Return a stream to a server; the name to be checked is `settings.server_name`, not `host`.

    Raises: as `Stream`; ConnectionRefusedError if nobody listens there.
    """
    sock = socket.create_connection((host, port), timeout)
    return Stream(sock, settings, side, timeout, calls, watch)


def fetch(
    host: str,
    port: int,
    request: bytes,
    settings: Settings,
    side: Side,
    *,
    timeout: float = TIMEOUT,
    calls: list[Call] | None = None,
) -> Answer:
    """Send a request to a server and return all that it answers, until it ends.

    For HTTP the request should ask for `Connection: close`; else the server waits for another one.

    Raises: as `connect`. An answer that was cut off is returned with `truncated` true.
    """
    with connect(host, port, settings, side, timeout=timeout, calls=calls) as stream:
        stream.write(request)
        data = b"".join(iter(stream.read, b""))
        return Answer(data, stream.truncated, stream.connection)


def listen(host: str = LOOPBACK, port: int = 0) -> socket.socket:
    """Return a listening socket, on this machine alone unless told otherwise.

    Port 0 is any that is free: `listen().getsockname()[1]`.
    """
    return socket.create_server((host, port))


def serve_once(
    listener: socket.socket,
    talk: Callable[[Stream], None],
    settings: Settings,
    side: Side,
    *,
    timeout: float = TIMEOUT,
    calls: list[Call] | None = None,
) -> Connection:
    """Take one connection, shake hands, `talk(stream)`, say close_notify; return what it was.

    Raises: as `Stream`, also TimeoutError if nobody comes; what `talk` raises.
    """
    listener.settimeout(timeout)
    with Stream(listener.accept()[0], settings, side, timeout, calls) as stream:
        talk(stream)
    return stream.connection
