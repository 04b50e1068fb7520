"""Visits of a browser without a window at our server; recorded where no Chromium is there."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlskit import network, pki, tls12
from tlskit.connection import Connection
from tlskit.facts import facts_of
from tlskit.http_answers import Answers
from tlskit.labs.real_peers import HOST, PATIENCE, Visit, recorded
from tlskit.lesson import server_settings
from tlskit.registry import NamedGroup
from tlskit.trace import Call

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
