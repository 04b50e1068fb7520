"""TLS over asyncio: many connections at once, none of which can hold up another.

All of TLS is in `Connection`, which knows no socket; what is said inside it comes from `answers`.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.order import Side
from tlskit.settings import Settings
from tlskit.watching import Watch

PIECE = 2**16
WAITING = 2**18
"""How many bytes may wait to be sent before a peer that does not read is waited for."""


@dataclass(frozen=True)
class Limits:
    """What one peer, or all of them together, may cost; times in seconds.

    Args:
        connections: at once; when they are all taken, the oldest one whose handshake is not over
            gives way to the next, or else the one that was answered longest ago: silent peers
            never shut out a good one.
        handshake: for a whole handshake, however slowly its bytes come.
        idle: without a byte from the peer after it, or without its taking what it is sent.
        goodbye: for the peer to say close_notify and hang up.
    """

    connections: int = 500
    handshake: float = 10.0
    idle: float = 60.0
    goodbye: float = 2.0


class Answering(Protocol):
    """What is said inside a connection (`http_answers.Answers`)."""

    over: bool

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Take application data; yield what is due, piece by piece."""


class Server:
    """A TLS server; each connection has its own settings, so that clock and names are of its time.

        server = Server(told, tls12.server, lambda connection: Answers(facts_of(connection)))
        await server.start("127.0.0.1", 0)
        ...
        await server.close()

    Args:
        told: returns the settings for a new connection.
        side: returns the server's side.
        answers: returns what is said inside a connection whose handshake is over.
        watch: returns who looks on at a new connection.
    """

    def __init__(
        self,
        told: Callable[[], Settings],
        side: Callable[[], Side],
        answers: Callable[[Connection], Answering],
        limits: Limits = Limits(),
        watch: Callable[[], Watch] = Watch,
    ) -> None:
        self.told, self.side, self.answers = told, side, answers
        self.limits, self.watch = limits, watch
        self._listening: asyncio.Server | None = None
        # the tasks of all connections, answered longest ago first; and those without a handshake
        self._busy: dict[asyncio.Task[None], None] = {}
        self._shaking: dict[asyncio.Task[None], None] = {}
        self._closing = False

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 is any that is free. Raises: OSError if that can't be."""
        self._listening = await asyncio.start_server(
            self._met, host, port, limit=PIECE, backlog=self.limits.connections
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._listening is not None
        return int(self._listening.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many connections there are now."""
        return len(self._busy)

    async def close(self) -> None:
        """Take no more connections, say close_notify to all that are there, and hang up."""
        self._closing = True
        if self._listening:
            self._listening.close()
        for task in self._busy:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy, timeout=2 * self.limits.goodbye)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end; nothing that a peer does is raised from here."""
        task = asyncio.current_task()
        assert task is not None
        if self._closing:
            writer.transport.abort()
            return
        self._make_room()
        self._busy[task] = self._shaking[task] = None
        try:
            link = Link(reader, writer, self.told(), self.side(), self.limits, self.watch())
            await self._serve(link, task)
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()  # who has not read it until now never will
            writer.close()
            with suppress(OSError, asyncio.CancelledError):  # else asyncio complains of a reset
                await writer.wait_closed()
            self._busy.pop(task, None)
            self._shaking.pop(task, None)

    def _make_room(self) -> None:
        """If all places are taken, have one give way."""
        if len(self._busy) >= self.limits.connections:
            oldest = next(iter(self._shaking or self._busy))
            self._busy.pop(oldest, None)
            self._shaking.pop(oldest, None)
            oldest.cancel()

    async def _serve(self, link: "Link", task: asyncio.Task[None]) -> None:
        failure: BaseException | None = None
        try:
            await link.shake_hands()
            self._shaking.pop(task, None)
            await link.talk(self.answers(link.connection), lambda: self._answered(task))
        except (Alert, OSError, TimeoutError) as error:
            failure = error
        except asyncio.CancelledError:  # the server closes, or needs the room
            failure = ConnectionAbortedError("this side ended the connection")
        except Exception as error:  # a fault of ours, or of a learner's function: one line, no more
            failure = error
        with suppress(OSError, TimeoutError, asyncio.CancelledError):
            await link.say_goodbye()
        link.watch.ended(link.connection, failure)

    def _answered(self, task: asyncio.Task[None]) -> None:
        """Note that a connection is of use: others give way before it."""
        if task in self._busy:
            self._busy[task] = self._busy.pop(task)


class Link:
    """A connection on its socket."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        settings: Settings,
        side: Side,
        limits: Limits,
        watch: Watch,
    ) -> None:
        self.reader, self.writer, self.limits, self.watch = reader, writer, limits, watch
        self.connection = Connection(settings, side, watch.calls)
        self._held = b""
        writer.transport.set_write_buffer_limits(WAITING)
        sock = writer.get_extra_info("socket")
        if sock is not None:  # an alert, or a Finished, shall not wait for more to come
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def shake_hands(self) -> None:
        """Take bytes until the handshake is over. Raises: Alert, OSError, TimeoutError."""
        async with asyncio.timeout(self.limits.handshake):
            while not self.connection.done:
                await self._take()
                await self._send()

    async def talk(self, inside: Answering, answered: Callable[[], None]) -> None:
        """Answer what the peer says, until one of the two has had enough."""
        while True:
            for piece in inside.receive(self.connection.read()):
                if self.connection.closed:
                    return
                self.connection.write(piece)
                await self._send()
                answered()
            if inside.over or self.connection.closed:
                return
            async with asyncio.timeout(self.limits.idle):
                await self._take()
            await self._send()

    async def say_goodbye(self) -> None:
        """Say close_notify unless this side has failed; wait for the peer's, and for its FIN.

        What the peer still sends is read: if bytes were left unread, the system would reset the
        connection, and what we sent last, an alert perhaps, could be lost on its way.
        """
        self.connection.close()
        async with asyncio.timeout(self.limits.goodbye):
            await self._send()
            if self.writer.can_write_eof():
                self.writer.write_eof()
            while await self.reader.read(PIECE):
                pass

    async def _take(self) -> None:
        """Hand in the bytes of one record, waiting for them; the end of the input, or a reset, too.

        One at a time: a client may say goodbye right behind its request, and is to be answered
        before its close_notify ends all (RFC 5246 §7.2.1).
        """
        if not self._held:
            with suppress(ConnectionResetError):
                self._held = await self.reader.read(PIECE)
        wanted = self.connection.wanted
        data, self._held = self._held[:wanted], self._held[wanted:]
        try:
            if data:
                self.connection.receive(data)
            else:
                self.connection.end_of_input()
                self.connection.close()
        finally:
            self.watch.moved(self.connection)

    async def _send(self) -> None:
        data = self.connection.data_to_send()
        if data:
            self.writer.write(data)
            self.watch.moved(self.connection)
            async with asyncio.timeout(self.limits.idle):
                await self.writer.drain()
