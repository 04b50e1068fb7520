"""Our server in a thread of its own, for clients on real sockets; and raw clients."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from tlskit import pki, versions
from tlskit.cipher_suites import SUITES
from tlskit.facts import facts_of
from tlskit.http_answers import Answers
from tlskit.lesson import lesson_random, server_settings
from tlskit.order import Side
from tlskit.serving import Limits, Server
from tlskit.sessions import SessionCache
from tlskit.settings import Settings
from tlskit.watching import Watch

PATIENCE = 10.0
QUICK = Limits(handshake=5.0, idle=5.0, goodbye=1.0)


class Kept(Watch):
    """Remembers by what connections have ended."""

    def __init__(self, ended: list[BaseException | None]) -> None:
        self._ended = ended

    def ended(self, connection: Any, failure: BaseException | None) -> None:
        self._ended.append(failure)


class Running:
    """A server that runs; `ended` is by what each connection has ended so far."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop, ended: list) -> None:
        self.server, self.loop, self.ended = server, loop, ended
        self.complaints: list[str] = []

    @property
    def port(self) -> int:
        return self.server.port

    def dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def settled(self, count: int = 0) -> bool:
        """Wait until no more than `count` connections are left."""
        for _ in range(int(PATIENCE / 0.02)):
            if self.server.connections <= count:
                return True
            threading.Event().wait(0.02)
        return False


@contextmanager
def running(
    told: Callable[[], Settings] = server_settings,
    *,
    limits: Limits = QUICK,
    echo: bool = False,
    answers: Callable[[Any], Any] | None = None,
    side: Callable[[], Side] = versions.server,
) -> Iterator[Running]:
    """Serve in a thread; complaints of asyncio itself are kept, and there should be none."""
    ended: list[BaseException | None] = []
    started, over = threading.Event(), threading.Event()
    holder: list[Running] = []

    async def serve() -> None:
        server = Server(
            told,
            side,
            answers or (lambda connection: Answers(facts_of(connection), echo)),
            limits,
            lambda: Kept(ended),
        )
        loop = asyncio.get_running_loop()
        one = Running(server, loop, ended)
        loop.set_exception_handler(lambda _, what: one.complaints.append(str(what)))
        await server.start("127.0.0.1", 0)
        holder.append(one)
        started.set()
        while not over.is_set():
            await asyncio.sleep(0.01)
        await server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(PATIENCE)
    try:
        yield holder[0]
    finally:
        over.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert holder[0].complaints == []


def for_this_machine(**changes: Any) -> Callable[[], Settings]:
    """Return settings of a server for localhost that admits all suites, as --legacy-clients."""
    usual: dict[str, Any] = {
        "suites": SUITES,
        "credentials": (pki.credential("ecdsa", "localhost"), pki.credential("rsa", "localhost")),
        "session_store": SessionCache(),
    }
    settings = server_settings(**(usual | changes))
    numbers = count()

    def told() -> Settings:
        return replace(settings, random=lesson_random(f"served {next(numbers)}"))

    return told


def all_of(sock: socket.socket) -> bytes:
    """Return what comes until the other side hangs up; a reset is an error."""
    sock.settimeout(PATIENCE)
    return b"".join(iter(lambda: sock.recv(2**16), b""))
