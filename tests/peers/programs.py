"""Programs from outside: how each is started, waited for and ended; and our own server as one."""

import atexit
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from certificates import PASSWORD, Shown

HERE = Path(__file__).parent
PATIENCE = 15.0
ENVIRONMENT = {**os.environ, "GO111MODULE": "off"}


@dataclass
class Program:
    """A program that runs; what it says is collected in a file."""

    process: subprocess.Popen
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, pattern: str) -> re.Match:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = re.search(pattern, self.said)
            if found:
                return found
            assert self.process.poll() is None, self.said
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} did not come: {self.said}")


@contextmanager
def started(command: Sequence[str], folder: Path, **more) -> Iterator[Program]:
    """Start a program; it is ended at the end of the block."""
    output = folder / f"said-{time.monotonic_ns()}"
    with output.open("wb") as file:
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd=folder,
            **more,
        )
    try:
        yield Program(process, output)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        process.stdin.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def wait_for_port(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nobody listens at {port}")


# ---- our own server, as a process


@contextmanager
def ours(shown: Shown | None, folder: Path, *options: str) -> Iterator[tuple[int, Program]]:
    """Run `tlskit serve` with a certificate, or with one that it makes itself."""
    command = [sys.executable, "-m", "tlskit", "serve", "--port", "0"]
    if shown is not None:
        command += ["--cert", str(shown.chain), "--key", str(shown.key)]
    command += options
    with started(command, folder) as program:
        yield int(program.wait_for(r"listening on 127\.0\.0\.1:(\d+)")[1]), program


# ---- what some of them want beforehand


def nss_store(folder: Path, roots: Path, p12: Path | None = None) -> Path:
    """Return an NSS database that believes the roots, and holds a server's key."""
    store = folder / f"nss-{time.monotonic_ns()}"
    store.mkdir()
    run = {"check": True, "capture_output": True, "timeout": PATIENCE}
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], **run)
    add = ["certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "CT,,", "-i", str(roots)]
    subprocess.run(add, **run)
    if p12 is not None:
        load = ["pk12util", "-i", str(p12), "-d", f"sql:{store}", "-W", PASSWORD]
        subprocess.run([*load, "-K", ""], **run)
    return store


@cache
def compiled(language: str) -> tuple[str, ...]:
    """Return the command that runs Go's or Java's peer, compiled once a process."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if language == "go":
        build = ("go", "build", "-o", f"{folder}/peer", str(HERE / "peer.go"))
        command: tuple[str, ...] = (f"{folder}/peer",)
    else:
        build = ("javac", "-d", folder, str(HERE / "Peer.java"))
        command = ("java", "-XX:TieredStopAtLevel=1", "-cp", folder, "Peer")
    environment = {**ENVIRONMENT, "GOCACHE": f"{folder}/cache"}
    subprocess.run(build, check=True, env=environment, capture_output=True, timeout=300)
    return command


# ---- how each of them names an alert that it got (OpenSSL, GnuTLS, NSS by number, Java, Go)

ALERT_WORDS = {
    "unknown_ca": "unknown.ca|unknown certificate authority|CA is unknown|-12195",
    "bad_certificate": "bad.certificate|Certificate is bad|-12271",
    "certificate_expired": "certificate.(is.)?expired|expired certificate|was expired|-12269",
    "handshake_failure": "handshake.failure|Handshake failed|-12227",
    "certificate_required": "certificate.(is.)?required|-12170|RX_CERTIFICATE_REQUIRED",
    "protocol_version": "protocol.version|-12190",
    "no_application_protocol": "no.application.protocol|supported application protocol",
}


def alert_in(said: str) -> str:
    """Return the alert that a program says it got, "" if it names none."""
    named = (one for one, words in ALERT_WORDS.items() if re.search(words, said, re.IGNORECASE))
    return next(named, "")


def soon(seen: Callable[[], str], seconds: float = 5.0) -> str:
    """Return what is seen as soon as it is something, or "" when the time is over."""
    end = time.monotonic() + seconds
    while not (now := seen()) and time.monotonic() < end:
        time.sleep(0.02)
    return now


NEEDS = {
    **{"OpenSSL": "openssl", "GnuTLS": "gnutls-cli", "curl": "curl", "nginx": "nginx"},
    **{"Node": "node", "NSS": "tstclnt", "Java": "java", "Go": "go"},
}
ALL = os.environ.get("TLSKIT_ALL_PEERS") == "1"


def chosen(table: dict, besides: dict) -> list:
    """Return the peers of a table as parameters, each with the program that it needs."""
    return [
        pytest.param(name, id=name, marks=[pytest.mark.peer(NEEDS[name])] if name in NEEDS else [])
        for name in table | (besides if ALL else {})
    ]
