"""Visits: our client at OpenSSL's and nginx's, Chromium at ours; recorded where they are not there.

A recording holds the bytes that the program sent once. Our end draws the same randomness each time,
so it says the same and understands the recording as it did then: the handshake really runs.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlskit import network, pki, tls12
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.facts import Facts, facts_of
from tlskit.http_answers import Answers
from tlskit.lesson import client_settings, server_settings
from tlskit.order import Row
from tlskit.registry import NamedGroup
from tlskit.trace import Call

RECORDED = Path(__file__).with_name("recorded")
SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
HOST = "localhost"
PAGE = b"hello from a real peer\n"
REQUEST = b"GET /hello.txt HTTP/1.0\r\n\r\n"
PATIENCE = 10.0
SCRIPT = b"""<!doctype html><title>tlskit</title><p>waiting</p><script>
const socket = new WebSocket(`wss://${location.host}/echo`);
socket.onopen = () => socket.send("hello from the browser");
socket.onmessage = (event) => {
  document.querySelector("p").textContent = event.data;
  socket.close();
};
</script>
"""
HEADLESS = (
    *("--headless=new", "--no-first-run", "--disable-gpu", "--no-proxy-server"),
    *("--disable-background-networking", "--dump-dom", "--virtual-time-budget=5000"),
)
TRIES = 4
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


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
    path = shutil.which(program) or shutil.which(f"/usr/sbin/{program}")
    if path is None:
        how, heard = recorded(name)
        said = f"[recorded] {program} is not installed here; {how}"
        return client_visit(said, heard)
    with tempfile.TemporaryDirectory(prefix="tlskit-") as folder, server(path, folder) as port:
        heard = fetched(port)
    return client_visit(f"[live] {program} ran on this machine, at port {port}", heard)


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


# ---- a browser visits our server


def our_server(calls: list[Call]) -> Connection:
    """Return our server for a browser's visit, which says the same each time."""
    told = {"credentials": (pki.credential("ecdsa", HOST),), "groups": (NamedGroup.x25519,)}
    return Connection(server_settings("visited", **told), tls12.server(), calls)


def browser(wss: bool = False) -> Visit:
    """Let a browser open a page of ours, or with `wss` the WebSocket in it; live or recorded."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    tries = (browsed(path, wss) for _ in range(TRIES)) if path else ()
    heard = next(filter(None, tries), None)
    what = "the WebSocket" if wss else "the page"
    if heard is None:
        why = f"Chromium did not open {what} in time" if path else "no Chromium is to be had here"
        how, heard = recorded("websocket" if wss else "browser")
        return server_visit(f"[recorded] {why}; {how}", heard)
    return server_visit(f"[live] Chromium opened {what} on this machine", heard)


def browsed(program: str, wss: bool = False) -> tuple[bytes, bytes] | None:
    """Return what a browser sent to our server; None if it did not come in time."""
    taken: list[tuple[bytes, bytes]] = []
    with network.listen() as listener, tempfile.TemporaryDirectory(prefix="tlskit-") as folder:
        listener.settimeout(0.05)
        over = threading.Event()
        thread = threading.Thread(target=take_visits, args=(listener, taken, over), daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        command = [program, *HEADLESS, f"--user-data-dir={folder}"]
        command.append(f"--ignore-certificate-errors-spki-list={key_hash()}")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # as root Chromium insists on it
        with suppress(OSError, subprocess.TimeoutExpired):
            pages = [f"https://{HOST}:{port}/"]
            subprocess.run(command + pages, capture_output=True, timeout=PATIENCE * 2, cwd=folder)
        over.set()
        thread.join(PATIENCE)
    return next((one for one in taken if is_wanted(request_in(one), wss)), None)


def is_wanted(said: bytes, wss: bool) -> bool:
    """Tell whether a browser asked for the page; or for the WebSocket, and spoke in it."""
    head, _, frames = said.partition(b"\r\n\r\n")
    if wss:  # 81: a text in one frame; a browser in a hurry only says goodbye
        return head.startswith(b"GET /echo ") and frames[:1] == b"\x81"
    return head.startswith(b"GET / ")


def take_visits(
    listener: socket.socket, taken: list[tuple[bytes, bytes]], over: threading.Event
) -> None:
    """Take connections, each in a thread; keep what was sent, once it is over."""
    threads = []
    while not over.is_set():
        with suppress(TimeoutError):
            sock = listener.accept()[0]
            threads.append(threading.Thread(target=take, args=(sock, taken), daemon=True))
            threads[-1].start()
    for one in threads:
        one.join(PATIENCE)


def take(sock: socket.socket, taken: list[tuple[bytes, bytes]]) -> None:
    """Take one connection to its end."""
    first, then = list[bytes](), list[bytes]()
    with sock, suppress(Exception):  # a visitor may leave in any way
        sock.settimeout(PATIENCE)
        for shaken, data in answered(sock):
            (then if shaken else first).append(data)
    if then:
        taken.append((b"".join(first), b"".join(then)))


def answered(sock: socket.socket) -> Iterator[tuple[bool, bytes]]:
    """Serve a connection; yield what comes, and whether the handshake was over before it."""
    server, answers = our_server([]), None
    while data := sock.recv(server.wanted):
        yield server.done, data
        server.receive(data)
        if server.done and answers is None:
            answers = Answers(facts_of(server), echo=True, shown=SCRIPT)
        for piece in answers.receive(server.read()) if answers else ():
            server.write(piece)
        sock.sendall(server.data_to_send())
        if server.closed:
            return


def request_in(heard: tuple[bytes, bytes]) -> bytes:
    """Return what a browser said inside a recorded connection."""
    server = our_server([])
    server.receive(heard[0])
    with suppress(Exception):  # it may have broken off in the middle
        server.receive(heard[1])
    return server.read()


def server_visit(how: str, heard: tuple[bytes, bytes]) -> Visit:
    """Run our server on what a browser has sent."""
    calls: list[Call] = []
    server = our_server(calls)
    server.receive(heard[0])
    server.receive(heard[1])
    line = server.read().split(b"\r\n")[0]
    return Visit(how, facts_of(server), heard, line, calls, server.side.order(server.state))


def key_hash() -> str:
    """Return the hash by which Chromium can be told to believe one key, and none besides."""
    key = pki.credential("ecdsa", HOST).leaf.public_key()
    data = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(data).digest()).decode()
