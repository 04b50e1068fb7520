"""Record what real programs send when they meet our ends: for machines that have them not.

usage: python tools/record_visits.py

OpenSSL's and nginx's servers are visited by our client, and Chromium visits ours, all on 127.0.0.1.
The bytes go to tlskit/labs/recorded/visit_NAME.json, with a sentence on how they came about.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tlskit.labs import real_browser, real_peers  # noqa: E402


def version_of(path: str, option: str) -> str:
    """Return the line in which a program says who it is."""
    done = subprocess.run([path, option], capture_output=True, text=True, check=True)
    line = (done.stdout or done.stderr).splitlines()[0].strip()
    return line.removeprefix("nginx version: ").partition(" built")[0].partition(" (")[0]


def write(name: str, who: str, heard: tuple[bytes, bytes]) -> None:
    """Write a recording."""
    content = {"how": f"recorded from {who}"}
    content |= {"handshake": heard[0].hex(), "then": heard[1].hex()}
    path = real_peers.RECORDED / f"visit_{name}.json"
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {who}, {sum(map(len, heard))} bytes")


def main() -> int:
    """Record all three; exit code 2 if a program is missing."""
    for name, (program, server) in real_peers.SERVERS.items():
        path = real_peers.program_path(program)
        if path is None:
            print(f"{program} is not installed", file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory() as folder, server(path, folder) as port:
            heard = real_peers.fetched(port)
        option = "version" if program == "openssl" else "-v"
        write(name, version_of(path, option), heard)
    path = next(filter(None, map(shutil.which, real_browser.BROWSERS)), None)
    for name, wss in (("browser", False), ("websocket", True)):
        came = real_browser.browsed(path, wss) if path else None
        if path is None or came is None:
            print("no browser came", file=sys.stderr)
            return 2
        write(name, version_of(path, "--version"), came)
    return 0


if __name__ == "__main__":
    sys.exit(main())
