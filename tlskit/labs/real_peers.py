"""Visits of our client at OpenSSL's and nginx's; recorded where the program is not there.

A recording holds the bytes that the program sent once. Our end draws the same randomness each time,
so it says the same and understands the recording as it did then: the handshake really runs.
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tlskit import network, pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.facts import Facts, facts_of
from tlskit.lesson import client_settings
from tlskit.order import Row
from tlskit.registry import NamedGroup
from tlskit.trace import Call

RECORDED = Path(__file__).with_name("recorded")
SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
HOST = "localhost"
PAGE = b"hello from a real peer\n"
REQUEST = b"GET /hello.txt HTTP/1.0\r\n\r\n"
PATIENCE = 10.0


@dataclass(frozen=True)
class Visit:
    """A connection with a program that is not ours.

    Args:
        how: [live] or [recorded], and what that means here.
        heard: what the program sent: in the handshake, and after it.
        said: by a client, its request; by a server, its answer.
    """

    how: str
    facts: Facts
    heard: tuple[bytes, bytes] = field(repr=False)
    said: bytes = field(repr=False)
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was agreed on, the same in a live visit and in a recorded one."""
        facts = self.facts
        return [
            ("version", facts.version),
            ("suite", facts.suite),
            ("group", str(facts.group)),
            ("last line", self.said.decode(errors="replace").strip().splitlines()[-1]),
        ]


def recorded(name: str) -> tuple[str, tuple[bytes, bytes]]:
    """Return how a recording came about, and the bytes that the program sent."""
    content = json.loads((RECORDED / f"visit_{name}.json").read_text(encoding="utf-8"))
    first, then = (bytes.fromhex(content[part]) for part in ("handshake", "then"))
    return content["how"], (first, then)


# ---- our client visits a server


def our_client(calls: list[Call]) -> Connection:
    """Return our client for these visits, which says the same each time."""
    told = {"server_name": HOST, "suites": (SUITE,), "groups": (NamedGroup.x25519,)}
    return Connection(client_settings("visits", **told), tls12.client(), calls)


def visit(name: str) -> Visit:
    """Let our client visit "OpenSSL" or "nginx", live or as it was recorded."""
    program, server = SERVERS[name]
    path = program_path(program)
    why = f"{program} is not installed here"
    if path is not None:
        try:
            with (
                tempfile.TemporaryDirectory(prefix="tlskit-") as folder,
                server(path, folder) as port,
            ):
                heard = fetched(port)
            return client_visit(f"[live] {program} ran on this machine, at port {port}", heard)
        except (OSError, Alert) as error:  # another version of it may not do as it is told
            why = f"{program} did not answer here ({type(error).__name__})"
    how, heard = recorded(name)
    return client_visit(f"[recorded] {why}; {how}", heard)


def program_path(program: str) -> str | None:
    """Return where a program is, also where servers are kept, or None."""
    return shutil.which(program) or shutil.which(f"/usr/sbin/{program}")


def fetched(port: int) -> tuple[bytes, bytes]:
    """Fetch the page over a socket; return what the server sent: in the handshake, and then."""
    client = our_client([])
    with socket.create_connection((network.LOOPBACK, port), PATIENCE) as sock:
        first = b""
        while not client.done:
            sock.sendall(client.data_to_send())
            data = sock.recv(2**16)
            if not data:
                raise ConnectionError("the server hung up in the handshake")
            first += data
            client.receive(data)
        sock.sendall(client.data_to_send())
        client.write(REQUEST)
        sock.sendall(client.data_to_send())
        then = page = b""
        while PAGE not in page and (data := sock.recv(2**16)):
            then += data
            client.receive(data)
            page += client.read()
    return first, then


def client_visit(how: str, heard: tuple[bytes, bytes]) -> Visit:
    """Run our client on what a server has sent."""
    calls: list[Call] = []
    client = our_client(calls)
    client.receive(heard[0])
    client.write(REQUEST)
    said, left = b"", heard[1]
    while PAGE not in said and left:  # what comes behind the page is each server's own way
        wanted = client.wanted
        client.receive(left[:wanted])
        said, left = said + client.read(), left[wanted:]
    return Visit(how, facts_of(client), heard, said, calls, client.side.order(client.state))


@contextmanager
def started(command: list[str], folder: str, port: int) -> Iterator[int]:
    """Start a server that will listen at a port; it is ended at the end of the block.

    Raises: OSError if it does not listen in time.
    """
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd=folder)
    try:
        for _ in range(int(PATIENCE / 0.02)):
            with socket.socket() as tried:
                if tried.connect_ex((network.LOOPBACK, port)) == 0:
                    break
            if process.poll() is not None:
                raise ConnectionError(f"{command[0]} has ended at once")
            time.sleep(0.02)
        else:
            raise TimeoutError(f"{command[0]} does not listen")
        yield port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port at which nobody listens."""
    with network.listen() as listener:
        return int(listener.getsockname()[1])


def laid(folder: str) -> Path:
    """Lay a page, a certificate chain and its key into a folder."""
    place, credential = Path(folder), pki.credential("rsa", HOST)
    (place / "hello.txt").write_bytes(PAGE)
    (place / "chain.pem").write_bytes(pki.pem_chain(credential))
    (place / "key.pem").write_bytes(pki.pem_key(credential))
    return place


@contextmanager
def openssl(program: str, folder: str) -> Iterator[int]:
    """Run `openssl s_server`, which serves the files of its folder."""
    laid(folder)
    port = free_port()
    command = [program, "s_server", "-accept", f"{network.LOOPBACK}:{port}", "-WWW", "-tls1_2"]
    command += ["-cert", "chain.pem", "-cert_chain", "chain.pem", "-key", "key.pem", "-quiet"]
    with started(command, folder, port):
        yield port


NGINX = """daemon off; master_process off; pid nginx.pid; error_log error.log;
events {{ worker_connections 16; }}
http {{
  access_log off; client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c;
  uwsgi_temp_path d; scgi_temp_path e;
  server {{
    listen {host}:{port} ssl; root {folder}; ssl_protocols TLSv1.2;
    ssl_certificate chain.pem; ssl_certificate_key key.pem;
  }}
}}
"""


@contextmanager
def nginx(program: str, folder: str) -> Iterator[int]:
    """Run nginx with one server, for this machine alone."""
    place, port = laid(folder), free_port()
    place.chmod(0o755)  # nginx as root reads pages as another user
    text = NGINX.format(host=network.LOOPBACK, port=port, folder=folder)
    (place / "nginx.conf").write_text(text, encoding="utf-8")
    command = [program, "-p", folder, "-c", "nginx.conf", "-e", "error.log"]
    with started(command, folder, port):
        yield port


SERVERS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "OpenSSL": ("openssl", openssl),
    "nginx": ("nginx", nginx),
}
"""Each server's program, and how it is started."""
