"""Measure serving over loopback: handshakes, a download, the memory of idle connections.

Each server is a process of its own; what is compared is the processor time that it uses, so that
the clients' cost, which is the same for all, hides nothing.
"""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench_measure import Timing, report
from bench_servers import LARGE, SMALL

from tlskit import pki

HERE = Path(__file__).resolve().parent
__all__ = ["SMALL"]
SERVERS = ("ssl", "tlskit", "tlslite-ng")
"""The first one is what the others are compared with."""
HANDSHAKES = 50
IDLE = 200
PATIENCE = 120.0
SHARES = {"tlslite-ng": 64}
"""Who downloads only a part of the 64 MiB, for they take more than a minute; times are scaled."""


class Child:
    """A server in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def asked(self) -> tuple[float, int]:
        """Return processor time so far (seconds) and memory (bytes)."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        seconds, size = self._line().split()
        return float(seconds), int(size)


@contextmanager
def child(kind: str) -> Iterator[Child]:
    """Run a server of this kind."""
    command = [sys.executable, str(HERE / "bench_servers.py"), kind]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, stderr=subprocess.DEVNULL) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def context() -> ssl.SSLContext:
    """Return the client's side, which checks the certificate: the same for all servers."""
    made = ssl.create_default_context(cadata=pki.pem_roots().decode())
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


def connected(told: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """Shake hands with a server."""
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    return told.wrap_socket(raw, server_hostname="localhost")


def fetched(told: ssl.SSLContext, port: int, path: str = "/") -> int:
    """Fetch a page; return how many bytes came."""
    with connected(told, port) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        size, buffer = 0, bytearray(2**18)
        while got := tls.recv_into(buffer):
            size += got
    return size


def work(one: Child, path: str, times: int) -> float:
    """Return the processor time that a server uses for a page, in seconds."""
    told = context()
    before = one.asked()[0]
    for _ in range(times):
        fetched(told, one.port, path)
    return (one.asked()[0] - before) / times


def idle_memory(one: Child) -> float:
    """Return the bytes that an idle connection, its handshake done, takes in a server."""
    told = context()
    with ExitStack() as stack:
        for _ in range(20):  # what the first ones bring in once for all
            stack.enter_context(connected(told, one.port))
        before = one.asked()[1]
        for _ in range(IDLE):
            stack.enter_context(connected(told, one.port))
        return max(1.0, (one.asked()[1] - before) / IDLE)


def measured(rounds: int) -> list[dict[str, Any]]:
    """Measure all servers in turns; print three tables and return their rows."""
    handshakes, downloads, idle = ({kind: Timing(kind) for kind in SERVERS} for _ in range(3))
    with ExitStack() as stack:
        children = {kind: stack.enter_context(child(kind)) for kind in SERVERS}
        told = context()
        for one in children.values():
            for _ in range(5):
                fetched(told, one.port)
        for number in range(rounds):
            order = list(children.items())
            for kind, one in order if number % 2 == 0 else reversed(order):
                handshakes[kind].rounds.append(work(one, "/", HANDSHAKES))
        for _ in range(max(2, rounds // 4)):
            for kind, one in children.items():
                size = LARGE // SHARES.get(kind, 1)
                downloads[kind].rounds.append(work(one, f"/{size}", 1) * LARGE / size)
        for kind, one in children.items():
            idle[kind].rounds.append(idle_memory(one))
    names = {"ssl": "ssl (OpenSSL), asyncio", "tlskit": "tlskit", "tlslite-ng": "tlslite-ng"}
    for table in (handshakes, downloads, idle):
        for one in table.values():
            one.name = names[one.name]
    rows = report("serve: a connection, server's time", list(handshakes.values()))
    rows += report(f"serve: {LARGE >> 20} MiB, server's time", list(downloads.values()), "ms")
    for kind in SERVERS:
        a_second = 1 / handshakes[kind].best
        rate = LARGE / downloads[kind].best / 2**20
        size = idle[kind].best / 1024
        print(
            f"{names[kind]:<24} {a_second:>7.0f} handshakes and {rate:>7.0f} MiB a second of its "
            f"time, {size:>6.1f} KiB an idle connection"
        )
    base = idle["ssl"].best
    rows += [
        {
            "table": "serve: memory of an idle connection",
            "name": names[kind],
            "unit": "bytes",
            "best": idle[kind].best,
            "ratio_of_best": idle[kind].best / base,
        }
        for kind in SERVERS
    ]
    return rows
