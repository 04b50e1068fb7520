"""Hold a server under load, a fifth of it hostile: every good connection succeeds, nothing leaks.

usage: course.py soak [--connections N] [--concurrent N]

`tlskit serve` runs in a process of its own. First N connections come one after the other (2,000),
then N at once (200), again and again; each fifth one is hostile. Good ones must get the page and
close_notify. Afterwards the server has as many files open as before, and as much memory; what it
said is one line for each connection that failed.
"""

import argparse
import itertools
import random
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tlskit import tls12
from tlskit.connection import Connection
from tlskit.credential_files import trust_from
from tlskit.lesson import lesson_random
from tlskit.settings import Settings

PATIENCE = 30.0
HOSTILE_SHARE = 5
"""Every fifth connection is hostile."""
BATCHES = 5
"""How often the concurrent ones come, so that their memory can be compared."""
GROWTH = 8.0
"""How much more memory than after the warm-up is allowed, in MiB: the allocator keeps some."""
LINE = re.compile(r"^tlskit: \[\d+\] \w+: .+$")


class Client:
    """What every connection is made with."""

    def __init__(self, port: int, roots: Path) -> None:
        self.port = port
        self.context = ssl.create_default_context(cafile=str(roots))
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.trust = trust_from(str(roots))

    def dial(self) -> socket.socket:
        """Return a connected socket."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def fetch(self) -> bool:
        """Fetch the page as a good client; tell whether all came, with close_notify."""
        with self.context.wrap_socket(
            self.dial(), server_hostname="localhost", suppress_ragged_eofs=False
        ) as tls:
            tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
            page = b"".join(iter(lambda: tls.recv(2**14), b""))
        return page.startswith(b"HTTP/1.1 200 OK") and page.endswith(b"</html>\n")

    def end(self) -> Connection:
        """Return our own client's end, to go wrong at any step."""
        settings = Settings(
            random=lesson_random("soak"),
            now=datetime.now(UTC),
            server_name="localhost",
            trust=self.trust,
        )
        return Connection(settings, tls12.client())


def reset(sock: socket.socket) -> None:
    """Close with RST: linger 0."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# ---- the hostile ones


def silent(client: Client) -> None:
    """Say nothing for a while."""
    with client.dial():
        time.sleep(0.2)


def half_a_record(client: Client) -> None:
    """Send a part of ClientHello and go."""
    with client.dial() as sock:
        sock.sendall(client.end().data_to_send()[:40])


def garbage(client: Client) -> None:
    """Send what is no TLS, and read what comes."""
    with client.dial() as sock:
        sock.sendall(random.Random(1).randbytes(500))
        while sock.recv(2**14):
            pass


def reset_at(step: int) -> Callable[[Client], None]:
    """Return a client that goes through so many flights, then resets."""

    def run(client: Client) -> None:
        end = client.end()
        with client.dial() as sock:
            for _ in range(step):
                data = end.data_to_send()
                if data:
                    sock.sendall(data)
                if end.done:
                    break
                end.receive(sock.recv(2**14))
            reset(sock)

    return run


def reset_in_the_page(client: Client) -> None:
    """Ask, and reset before the answer is read."""
    end = client.end()
    with client.dial() as sock:
        while not end.done:
            sock.sendall(end.data_to_send())
            end.receive(sock.recv(2**14))
        end.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        sock.sendall(end.data_to_send())
        reset(sock)


def drip(client: Client) -> None:
    """Send a byte now and then."""
    with client.dial() as sock:
        for one in client.end().data_to_send()[:10]:
            sock.sendall(bytes([one]))
            time.sleep(0.02)


HOSTILE = {
    "silent": silent,
    "half a record": half_a_record,
    "garbage": garbage,
    **{f"reset at flight {step}": reset_at(step) for step in range(4)},
    "reset in the page": reset_in_the_page,
    "drip": drip,
}


# ---- the run


@dataclass
class Counts:
    """What came of the connections."""

    good: int = 0
    failed: list[str] = field(default_factory=list)
    hostile: Counter[str] = field(default_factory=Counter)

    def take(self, client: Client, number: int) -> None:
        """Make one connection; every fifth is a hostile one."""
        if number % HOSTILE_SHARE == HOSTILE_SHARE - 1:
            name = list(HOSTILE)[number // HOSTILE_SHARE % len(HOSTILE)]
            with suppress(OSError):  # the server may have hung up on it
                HOSTILE[name](client)
            self.hostile[name] += 1
            return
        try:
            whole = client.fetch()
        except OSError as error:
            self.failed.append(str(error))
            return
        if whole:
            self.good += 1
        else:
            self.failed.append("not the whole page")


@dataclass(frozen=True)
class Size:
    """What a process has: open files and memory (MiB); None where the system does not say."""

    files: int
    memory: float


def size_of(pid: int) -> Size | None:
    """Return what a process has."""
    try:
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return Size(files, int(found[1]) / 1024 if found else 0.0)


def settled(pid: int, files: int) -> Size | None:
    """Return what a process has once its connections are gone; wait for that a while."""
    end = time.monotonic() + PATIENCE
    now = size_of(pid)
    while now is not None and now.files > files and time.monotonic() < end:
        time.sleep(0.1)
        now = size_of(pid)
    return now


@contextmanager
def serving(folder: Path, command: list[str]) -> Iterator[tuple[subprocess.Popen, Client, Path]]:
    """Run the server; yield its process, a client, and the file with what it says."""
    said, root = folder / "said", folder / "root.pem"
    with (
        said.open("wb") as file,
        subprocess.Popen(
            [*command, "--port", "0", "--ca-out", str(root)], stdout=subprocess.PIPE, stderr=file
        ) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rsplit(b":", 1)[1])
            yield process, Client(port, root), said
        finally:
            process.terminate()
            process.wait(PATIENCE)


def soaked(connections: int, concurrent: int, command: list[str]) -> list[str]:
    """Run it all; print figures; return what was found wrong."""
    wrong: list[str] = []
    counts = Counts()
    with (
        tempfile.TemporaryDirectory(prefix="tlskit-soak-") as folder,
        serving(Path(folder), command) as (process, client, said),
    ):
        for number in range(min(100, connections)):  # a warm-up: imports, caches, the allocator
            Counts().take(client, number)
        time.sleep(0.5)
        before = size_of(process.pid)
        began = time.monotonic()
        for number in range(connections):
            counts.take(client, number)
            progress(number, connections)
        in_turn = time.monotonic() - began
        after = settled(process.pid, before.files if before else 0)
        began, memories = time.monotonic(), []
        numbers = itertools.count()
        lock = threading.Lock()

        def one(_: int) -> None:
            with lock:
                number = next(numbers)
            counts.take(client, number)

        with ThreadPoolExecutor(concurrent) as pool:
            for _ in range(BATCHES):
                list(pool.map(one, range(concurrent)))
                last = settled(process.pid, before.files if before else 0)
                memories.append(last.memory if last else 0.0)
        at_once = time.monotonic() - began
        ended = process.poll()
        lines = said.read_text(errors="replace").splitlines()
    total = connections + BATCHES * concurrent
    hostile = sum(counts.hostile.values())
    print(f"{connections} in turn in {in_turn:.1f} s, {BATCHES} x {concurrent} in {at_once:.1f} s")
    print(f"good: {counts.good} of {total - hostile}; hostile: {hostile}, {dict(counts.hostile)}")
    print(f"the server said {len(lines)} lines")
    if counts.failed:
        wrong.append(f"{len(counts.failed)} good ones failed: {Counter(counts.failed)}")
    if ended is not None:
        wrong.append(f"the server has ended with {ended}")
    strange = [line for line in lines if not LINE.match(line)]
    if strange:
        wrong.append(f"the server said something strange: {strange[0]!r}")
    if before is None or after is None or last is None:
        print("files and memory of a process are not to be seen on this system")
        return wrong
    print(
        f"files open: {before.files} before, {last.files} after; memory in MiB: "
        f"{before.memory:.1f} after the warm-up, {after.memory:.1f} after those in turn, "
        f"{', '.join(f'{one:.1f}' for one in memories)} after those at once"
    )
    if last.files > before.files:
        wrong.append(f"{last.files - before.files} files are left open")
    if after.memory - before.memory > GROWTH or memories[-1] - memories[0] > GROWTH:
        wrong.append(f"memory has grown by more than {GROWTH:g} MiB")
    return wrong


def progress(number: int, whole: int) -> None:
    """Say how far it is, on a terminal."""
    if sys.stderr.isatty() and number % 50 == 0:
        print(f"\r{number} of {whole}", end="", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run it; return 0 if all was well, 1 if not."""
    parser = argparse.ArgumentParser(prog="course.py soak", description=__doc__.split("\n")[0])
    parser.add_argument("--connections", type=int, default=2000, help="one after the other (2000)")
    parser.add_argument("--concurrent", type=int, default=200, help="at once (200)")
    told = parser.parse_args(arguments)
    if told.connections < 1 or told.concurrent < 1:
        parser.error("numbers of connections are 1 or more")
    command = [sys.executable, "-m", "tlskit", "serve"]
    wrong = soaked(told.connections, told.concurrent, command)
    for one in wrong:
        print(f"soak: {one}", file=sys.stderr)
    print("FAIL" if wrong else "PASS")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
