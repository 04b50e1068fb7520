"""Say on one screen, plainly, what this machine has and lacks for the course."""

import importlib.util
import os
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tlskit.cipher_suites import SUITES  # noqa: E402 (needs nothing but Python)

NEEDED_SPACE = 2  # GB: both environments


def line(good: bool, what: str, how: str = "") -> bool:
    """Print one finding; return whether it is good."""
    print(f"  {'yes' if good else 'NO '}  {what}{'' if good or not how else f'  -> {how}'}")
    return good


def offered() -> set[str]:
    """Return the names of the TLS 1.2 suites that Python's OpenSSL still offers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    return {cipher["name"] for cipher in context.get_ciphers()}


def port_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def version_of(program: str) -> str:
    """Return the first line that a program says of its version, "" if it is not there."""
    if not shutil.which(program):
        return ""
    option = "version" if program == "openssl" else "--version"
    try:
        said = subprocess.run([program, option], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return f"{program} (does not answer)"
    return (said.stdout or said.stderr).strip().split("\n")[0]


def main() -> int:
    """Print the findings; return 1 if something that a learner needs is missing."""
    print("For the course:")
    needed = [
        line(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "3.11 or newer"),
        line(
            bool(importlib.util.find_spec("ensurepip") or shutil.which("uv")),
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
    line((ROOT / ".venv/made").exists(), "environment made", "python3 course.py setup")
    line(port_free(8888), "port 8888 is free", "lab takes the next free one by itself")
    print("For the live parts:")
    names = offered()
    for suite in SUITES:
        line(suite.openssl_name in names, f"{ssl.OPENSSL_VERSION.split(' (')[0]}: {suite.name}")
    print("For the tests (python3 course.py peers):")
    line((ROOT / ".venv-dev/made").exists(), "environment made", "python3 course.py setup --dev")
    for program in ("openssl", "chromium", "tshark"):
        line(bool(version_of(program)), version_of(program) or program)
    return 0 if all(needed) else 1


if __name__ == "__main__":
    sys.exit(main())
