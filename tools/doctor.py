"""Say on one screen, plainly, what this machine has and lacks for the course."""

import importlib.util
import os
import shutil
import socket
import ssl
import subprocess
import sys
import webbrowser
from pathlib import Path

from peers import PROGRAMS, found

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from course import DEV, LEARNER, LOCKS, is_made, python_of  # noqa: E402 (the folder above)
from tlskit.cipher_suites import SUITES  # noqa: E402 (needs nothing but Python)

HANDSHAKE = """
from tlskit import tls12
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_server
from tlskit.peers import exchange
client = Connection(client_settings(), tls12.client())
exchange(client, openssl_server())
raise SystemExit(not client.done)
"""
NEEDED_SPACE = 2  # GB: both environments


def line(good: bool, what: str, how: str = "") -> bool:
    """Print one finding; return whether it is good."""
    print(f"  {'yes' if good else 'NO '}  {what}{'' if good or not how else f'  -> {how}'}")
    return good


def offered(asked: str = "") -> set[str]:
    """Return the names of the suites that Python's OpenSSL offers by itself, or when asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if asked:
        context.set_ciphers(asked)
    return {cipher["name"] for cipher in context.get_ciphers()}


def shakes_hands() -> bool:
    """Tell whether our client, in the learner's environment, finishes a handshake with OpenSSL."""
    command = [str(python_of(LEARNER)), "-c", HANDSHAKE]
    try:
        return subprocess.run(command, capture_output=True, timeout=60, cwd=ROOT).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def has_browser() -> bool:
    """Tell whether Python knows a browser to open a page in."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def port_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def version_of(program: str) -> str:
    """Return the first line that a program says of its version, "" if it is not there."""
    path = found(program)
    if path is None:
        return ""
    if program == "certutil":  # it knows no version
        return "certutil of NSS"
    option = {"openssl": "version", "nginx": "-v"}.get(program, "--version")
    try:
        said = subprocess.run([path, option], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return f"{program} (does not answer)"
    return (said.stdout or said.stderr).strip().split("\n")[0].partition(" (x86_64")[0]


def main() -> int:
    """Print the findings; return 1 if something that a learner needs is missing."""
    print("For the course:")
    needed = [
        line(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "3.11 or newer"),
        line(
            any(map(importlib.util.find_spec, ("ensurepip", "pip"))) or bool(shutil.which("uv")),
            "Python can make environments",
            "on Debian and Ubuntu: apt install python3-venv",
        ),
        line(
            shutil.disk_usage(ROOT).free > NEEDED_SPACE * 10**9,
            f"{shutil.disk_usage(ROOT).free // 10**9} GB of disk free",
            f"{NEEDED_SPACE} GB are needed",
        ),
        line(os.access(ROOT, os.W_OK), "this folder can be written to"),
    ]
    made = line(
        is_made(LEARNER), f"{LEARNER}/ is made", "python3 course.py setup (needs the network)"
    )
    if made:
        line(shakes_hands(), "a handshake with OpenSSL comes to its end", "make .venv/ anew")
    line(port_free(8888), "port 8888 is free", "lab takes the next free one by itself")
    line(has_browser(), "a browser to open Lab in", "lab prints the address to open elsewhere")
    by_itself, asked = offered(), offered("ALL:@SECLEVEL=0")
    version = " ".join(ssl.OPENSSL_VERSION.split()[:2])
    print(f"For the live parts, Python's {version}:")
    names = [suite.openssl_name for suite in SUITES]
    usual, weak, gone = (
        [name for name in names if (name in by_itself, name in asked) == there]
        for there in ((True, True), (False, True), (False, False))
    )
    line(bool(usual), f"offers {len(usual)} of our {len(names)} suites by itself")
    if weak:
        line(True, f"offers {len(weak)} more when asked for, as the lessons do")
    for name in gone:
        line(False, name, "lessons that want OpenSSL to speak it will say so")
    if not (ROOT / LOCKS[DEV]).exists():
        return 0 if all(needed) else 1  # what students get has no tests
    print("For the tests:")
    line(is_made(DEV), f"{DEV}/ is made", "python3 course.py setup --dev (needs the network)")
    for program in PROGRAMS:
        line(bool(version_of(program)), version_of(program) or program, "python3 course.py peers")
    return 0 if all(needed) else 1


if __name__ == "__main__":
    sys.exit(main())
