"""Record the first bytes that real clients send when they open the course's host.

usage: python tools/record_hellos.py [chromium] [openssl]

Each client meets a socket on 127.0.0.1 that reads its first flight and closes: nothing is answered,
and nothing leaves this machine. The bytes go to tlskit/labs/recorded/NAME.json, with a sentence on
how they came about. A new recording has another random, and a newer program may say other things:
lesson 01 is then to be built and read anew.
"""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tlskit.lesson import HOST  # noqa: E402
from tlskit.records import split  # noqa: E402

FOLDER = ROOT / "tlskit/labs/recorded"
PATIENCE = 30


class Listener:
    """A socket that takes one connection and keeps its first flight."""

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.flight = b""
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self) -> None:
        """Read whole records until one is complete: the hello fills no more than one."""
        connection, _ = self.socket.accept()
        with connection, self.socket:
            connection.settimeout(PATIENCE)
            while split(self.flight)[0] is None:
                data = connection.recv(2**14)
                if not data:
                    raise SystemExit("the client closed before its hello was complete")
                self.flight += data

    def recorded(self) -> bytes:
        """Return the flight once it is there."""
        self.thread.join(PATIENCE)
        return self.flight


def version_of(command: str, option: str) -> str:
    """Return the first line in which a program says who it is."""
    done = subprocess.run([command, option], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0].strip()


def chromium(port: int) -> str:
    """Let Chromium, with an empty profile, open a WebSocket; return the sentence about it."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or "chromium-browser"
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND"
    arguments = ["--no-sandbox", "--disable-background-networking", rules]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_page()
        page.evaluate(
            "address => new Promise(end => { new WebSocket(address).onerror = end; })",
            f"wss://{HOST}:{port}/",
        )
        browser.close()
    who = version_of(program, "--version").partition(" built")[0]
    return f"{who} on Linux, a new profile: new WebSocket('wss://{HOST}/'), its first connection"


def openssl(port: int) -> str:
    """Let `openssl s_client` connect; return the sentence about it."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", HOST]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    who = " ".join(version_of("openssl", "version").split()[:2])
    return f"{who}: openssl s_client -servername {HOST}, otherwise as it comes"


CLIENTS: dict[str, Callable[[int], str]] = {"chromium": chromium, "openssl": openssl}


def main(names: list[str]) -> int:
    """Record the named clients, or all."""
    for name in names or CLIENTS:
        if name not in CLIENTS:
            print(f"{name}: not one of {', '.join(CLIENTS)}", file=sys.stderr)
            return 2
        listener = Listener()
        how = CLIENTS[name](listener.port)
        content = {"how": how, "flight": listener.recorded().hex()}
        path = FOLDER / f"{name}.json"
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {how}, {len(listener.flight)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
