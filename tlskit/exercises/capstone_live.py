"""A learner's client and server on sockets: Python's ssl, and programs where they are installed."""

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tlskit import network, pki, tls12
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Verdict, own_line, said_by
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.exercises.calling import StillRunning, ending
from tlskit.exercises.capstone_peers import NOW, ROOTS
from tlskit.labs.loopback import python_fetch, python_server, request, response
from tlskit.lesson import HOST, client_settings, openssl_server
from tlskit.messages import frame_handshake
from tlskit.peers import exchange
from tlskit.records import Record, join, split_all
from tlskit.registry import ContentType, HandshakeType
from tlskit.tasks import written
from tlskit.tls12.record_protection import protect
from tlskit.trace import Call

Mine = Callable[..., Any]
PATIENCE = 5.0
SECONDS = 20.0
PAGE = b"made by hand\n"
DONE = frame_handshake(HandshakeType.server_hello_done, b"")
NOT_HERE = None
"""What a program that is not installed says."""


# ---- flights over a socket


class Wire:
    """`exchange` over a socket: sends a flight, and returns what comes until the other side waits.

    Where that is, the records tell: behind a hello, behind ServerHelloDone, behind a Finished or
    data, and at an alert. What comes after it is kept for the next time.

    Args:
        until_goodbye: whether data goes on until an alert, as a page does; a request does not.
    """

    def __init__(self, sock: socket.socket, until_goodbye: bool = True) -> None:
        """Take a connected socket."""
        self.sock, self.until_goodbye = sock, until_goodbye
        self.sock.settimeout(PATIENCE)
        self.left: list[Record] = []
        self.rest = b""
        self.protected = False
        self.calls = 0

    def __call__(self, flight: bytes = b"") -> bytes:
        """Send a flight and return the next one."""
        self.calls += 1
        with suppress(OSError):
            self.sock.sendall(flight)
        flight, over = b"", False
        while not over and (record := self.next_record()):
            flight += join(record)
            over = self.ends(record)
        return flight

    def next_record(self) -> Record | None:
        """Return the next record, None when no more will come."""
        while not self.left:
            with suppress(OSError):
                if data := self.sock.recv(network.PIECE):
                    self.left, self.rest = split_all(self.rest + data)
                    continue
            return None
        return self.left.pop(0)

    def ends(self, record: Record) -> bool:
        """Tell whether the other side waits after this record."""
        if record.content_type == ContentType.change_cipher_spec:
            self.protected = True
            return False
        if record.content_type != ContentType.handshake:
            return record.content_type == ContentType.alert or not self.until_goodbye
        waits = HandshakeType.client_hello, HandshakeType.server_hello_done
        return self.protected or record.fragment[0] in waits or record.fragment.endswith(DONE)


# ---- the client


class NeverCalled(Exception):
    """A function that was to send flights, and sent none."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("`exchange` was never called, so nothing went out.")


def fetched(mine: Mine, port: int, path: str = "/hand") -> bytes:
    """Let the learner's client fetch a page on this machine.

    Raises: NeverCalled if it does not even try.
    """
    with socket.create_connection((network.LOOPBACK, port), PATIENCE) as sock:
        answer = bytes(mine(wire := Wire(sock), list(ROOTS), HOST, NOW, request(path)))
    if not wire.calls:
        raise NeverCalled
    return answer


def fetch_from_python(mine: Mine) -> LiveReport:
    """Fetch a page from Python's server, over a socket."""
    try:
        with python_server({"/hand": PAGE}) as port:
            answer = fetched(mine, port)
    except NeverCalled as never:
        return LiveReport("my_fetch, live", Verdict.WRONG, (str(never),))
    if answer.endswith(PAGE):
        said = f"Python's ssl server sent the page: {PAGE.decode().strip()!r}."
        return LiveReport("my_fetch, live", Verdict.RIGHT, (said,))
    said = "Python's ssl server was asked, and its page did not come out of your function."
    return LiveReport("my_fetch, live", Verdict.WRONG, (said,))


def second_flight_sent(mine: Mine) -> LiveReport:
    """Let the learner's function put our client's second flight together, for OpenSSL."""
    calls: list[Call] = []
    settings = client_settings(suites=(suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),))
    client, server = Connection(settings, tls12.client(), calls), openssl_server("rsa")
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    client.data_to_send()  # ours is thrown away
    *before, key_exchange, _ = client.state.handshake_messages
    keys, prf = client.state.client_keys, client.state.prf

    def verify_data(messages: Sequence[bytes]) -> bytes:
        seen = tls12.FORMULAE.handshake_hash(client.state.agreed.hash_name, tuple(messages))
        secret = client.state.master_secret
        return tls12.FORMULAE.verify_data(prf, secret, b"client finished", seen)

    def protected(content_type: int, content: bytes) -> bytes:
        return protect(keys, 0, content_type, content, settings.draw)

    server.receive(bytes(mine(key_exchange, list(before), verify_data, protected)))
    failures: list[Any] = [error for _, error in exchange(client, server)]
    verdict, findings = judged(client, server, failures, True)
    order = client.side.order(client.state)
    return LiveReport("my_second_flight, live", verdict, findings, "", tuple(calls), order)


# ---- the server


def private_key() -> bytes:
    """Return the course's RSA key in DER."""
    key = pki.credential("rsa").private_key
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def serve(mine: Mine, ask: Callable[[int], Any]) -> Any:
    """Let the learner's server answer one client; return what the client says.

    Args:
        ask: is given the port, and runs in a thread.

    Raises: NeverCalled if the learner's server does not even listen.
    """
    said: list[Any] = []
    with network.listen() as listener:
        listener.settimeout(PATIENCE)
        port = int(listener.getsockname()[1])
        client = threading.Thread(target=lambda: said.append(ask(port)), daemon=True)
        client.start()
        sock, _ = listener.accept()
        with sock:
            chain, wire = list(pki.credential("rsa").chain), Wire(sock, until_goodbye=False)
            mine(wire, chain, private_key(), response(PAGE, len(PAGE)))
            with suppress(OSError):
                sock.shutdown(socket.SHUT_WR)
        client.join(PATIENCE)
    if not wire.calls:
        raise NeverCalled
    return said[0] if said else None


def serve_python(mine: Mine) -> LiveReport:
    """Serve a page to Python's own client, over a socket."""
    try:
        page = serve(mine, python_fetch)
    except NeverCalled as never:
        return LiveReport("my_serve, live", Verdict.WRONG, (str(never),))
    if page is not None and page.page == PAGE.decode() and not page.error:
        said = f"Python's own client got the page: {PAGE.decode().strip()!r}."
        return LiveReport("my_serve, live", Verdict.RIGHT, (said,))
    what = f": {page.error}" if page is not None and page.error else ""
    said = f"Python's own client did not get the page{what}."
    return LiveReport("my_serve, live", Verdict.WRONG, (said,))


# ---- programs, where they are


@contextmanager
def files(**contents: bytes) -> Iterator[dict[str, str]]:
    """Write files that a program reads, and remove them afterwards."""
    with tempfile.TemporaryDirectory(prefix="tlskit-") as folder:
        names = {name: str(Path(folder, f"{name}.pem")) for name in contents}
        for name, content in contents.items():
            Path(names[name]).write_bytes(content)
        yield names


def from_s_server(mine: Mine) -> str | None:
    """Fetch the page of `openssl s_server`; return what went wrong, None if it is not here."""
    program = shutil.which("openssl")
    if program is None or not version_of(program).startswith("OpenSSL"):
        return NOT_HERE
    credential = pki.credential("rsa")
    leaf, rest = (replace(credential, chain=one) for one in parted(credential.chain))
    told = {
        "cert": pki.pem_chain(leaf),
        "chain": pki.pem_chain(rest),
        "key": pki.pem_key(credential),
    }
    with files(**told) as names:
        command = [program, "s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-www"]
        command += ["-cert", names["cert"], "-cert_chain", names["chain"], "-key", names["key"]]
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        try:
            port = port_of(running)
            if port is None:
                return NOT_HERE
            answer = fetched(mine, port, "/")
        finally:
            running.kill()
            running.communicate()
    return "" if answer.startswith(b"HTTP/1.0 200") else "its page did not come out"


def parted(chain: Sequence[bytes]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return leaf and the rest of a chain."""
    return tuple(chain[:1]), tuple(chain[1:])


def version_of(program: str) -> str:
    """Return what a program says of its version, "" if it says nothing."""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run([program, "version"], capture_output=True, timeout=PATIENCE)
        return told.stdout.decode(errors="replace")
    return ""


def port_of(running: subprocess.Popen[bytes]) -> int | None:
    """Return the port that `s_server` says it listens on, None if it ends before."""
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith(b"ACCEPT"):
            number = line.rpartition(b":")[2].strip()
            return int(number) if number.isdigit() else None
    return None


def to_curl(mine: Mine) -> str | None:
    """Serve the page to `curl`; return what went wrong, None if it is not here."""
    program = shutil.which("curl")
    if program is None:
        return NOT_HERE
    with files(roots=pki.pem_roots()) as names:

        def ask(port: int) -> subprocess.CompletedProcess[bytes]:
            command = [program, "--silent", "--show-error", "--http1.1", "--tls-max", "1.2"]
            command += ["--noproxy", "*", "--cacert", names["roots"], "--max-time", "5"]
            command += ["--resolve", f"{HOST}:{port}:{network.LOOPBACK}", f"https://{HOST}:{port}/"]
            return subprocess.run(command, capture_output=True)

        told = serve(mine, ask)
    if told is None:
        return "it got no answer"
    return "" if told.stdout == PAGE else told.stderr.decode(errors="replace").strip()


TRIED = (("my_fetch", "openssl s_server", from_s_server), ("my_serve", "curl", to_curl))


def programs(**mine: Mine) -> LiveReport:
    """Try a learner's functions with the programs that are installed here.

    What is said does not depend on which of them are: only a failure names its program.

    Args:
        mine: `my_fetch` and `my_serve`, either or both.
    """
    title = "other programs"
    tried = [(name, program, run) for name, program, run in TRIED if written(mine.get(name))]
    if not tried:
        return LiveReport(title, Verdict.NOT_WRITTEN, ("Write one, then run this again.",))
    wrong = []
    for name, program, run in tried:
        try:
            with ending(SECONDS):
                said = run(mine[name])
        except StillRunning:
            said = f"it was still running after {SECONDS:g} seconds"
        except Exception as error:
            said = f"{said_by(error)}{own_line(error)}"
        if said:
            wrong.append(f"{name}, with `{program}`: {said}")
    if wrong:
        return LiveReport(title, Verdict.WRONG, tuple(wrong))
    found = tuple(f"{name}: `{program}` is content, if it is here." for name, program, _ in tried)
    return LiveReport(title, Verdict.RIGHT, found)
