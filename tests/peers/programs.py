"""Programs from outside as peers: how each is started as a client, and as a server."""

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from certificates import PASSWORD, Shown

HERE = Path(__file__).parent
PATIENCE = 15.0
REQUEST = "GET / HTTP/1.0\r\n\r\n"
ENVIRONMENT = {**os.environ, "GO111MODULE": "off"}
ONLY_1_2 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
GNUTLS_SUITES = {
    "AES-128-GCM": "+AES-128-GCM:+AEAD",
    "AES-256-GCM": "+AES-256-GCM:+AEAD",
    "CHACHA20-POLY1305": "+CHACHA20-POLY1305:+AEAD",
}


class Suite(NamedTuple):
    """A suite as OpenSSL and as IANA name it."""

    openssl: str
    iana: str


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


# ---- clients


class Fetched(NamedTuple):
    """Whether a client got the page, and what it said."""

    good: bool
    said: str


@dataclass(frozen=True)
class Call:
    """What a client is told."""

    port: int
    roots: Path
    suite: Suite | None = None
    group: str = ""
    alpn: str = ""
    resume: bool = False
    folder: Path = field(default=Path())


def ran(command: Sequence[str], call: Call, says: str = "") -> Fetched:
    result = subprocess.run(
        list(map(str, command)),
        input=says.encode(),
        capture_output=True,
        timeout=PATIENCE * 2,
        env=ENVIRONMENT,
        cwd=call.folder,
    )
    said = (result.stdout + result.stderr).decode(errors="replace")
    return Fetched("This page came over tlskit" in said, said)


def openssl(call: Call) -> Fetched:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{call.port}", "-tls1_2"]
    command += ["-servername", "localhost", "-verify_hostname", "localhost"]
    command += ["-CAfile", str(call.roots), "-verify_return_error", "-ign_eof"]
    if call.suite:
        command += ["-cipher", f"{call.suite.openssl}:@SECLEVEL=0"]
    if call.group:
        command += [
            "-groups",
            {"secp256r1": "P-256", "secp384r1": "P-384"}.get(call.group, "X25519"),
        ]
    if call.alpn:
        command += ["-alpn", call.alpn]
    if not call.resume:
        return ran(command, call, REQUEST)
    kept = call.folder / f"session-{time.monotonic_ns()}"
    first = ran([*command, "-sess_out", str(kept)], call, REQUEST)
    assert first.good, first.said
    return ran([*command, "-sess_in", str(kept)], call, REQUEST)


def gnutls(call: Call) -> Fetched:
    priority = ONLY_1_2
    if call.suite:
        exchange = "RSA" if "ECDHE" not in call.suite.iana else "ECDHE-ECDSA:+ECDHE-RSA"
        name = next((one for one in GNUTLS_SUITES if one.replace("-", "_") in call.suite.iana), "")
        cipher = GNUTLS_SUITES.get(name) or "+AES-128-CBC:+SHA1"
        priority = (
            f"NONE:+VERS-TLS1.2:+{exchange}:{cipher}:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509:+COMP-NULL"
        )
    if call.group:
        priority += f":-GROUP-ALL:+GROUP-{call.group.upper()}"
    command = ["gnutls-cli", f"--x509cafile={call.roots}", f"--port={call.port}"]
    command += ["--sni-hostname=localhost", "--verify-hostname=localhost", f"--priority={priority}"]
    if call.alpn:
        command.append(f"--alpn={call.alpn}")
    if call.resume:
        command.append("--resume")
    return ran([*command, "127.0.0.1"], call, REQUEST)


def curl(call: Call) -> Fetched:
    command = ["curl", "-sS", "--max-time", "10", "--tls-max", "1.2", "--cacert", str(call.roots)]
    if call.suite:
        command += ["--ciphers", f"{call.suite.openssl}:@SECLEVEL=0"]
    if call.group:
        command += [
            "--curves",
            {"secp256r1": "P-256", "secp384r1": "P-384"}.get(call.group, "X25519"),
        ]
    if call.alpn:
        command.append("--http1.1")
    return ran([*command, f"https://localhost:{call.port}/", "--noproxy", "*"], call)


class Adapter(requests.adapters.HTTPAdapter):
    """requests with a suite of our choice."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        super().__init__()

    def init_poolmanager(self, *arguments, **named):
        context = ssl.create_default_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{self._suite.openssl}:@SECLEVEL=0")
        return super().init_poolmanager(*arguments, ssl_context=context, **named)


def python(call: Call) -> Fetched:
    with requests.Session() as session:
        session.trust_env = False
        if call.suite:
            session.mount("https://", Adapter(call.suite))
        try:
            got = session.get(
                f"https://localhost:{call.port}/", verify=str(call.roots), timeout=PATIENCE
            )
        except requests.exceptions.RequestException as error:
            return Fetched(False, str(error))
        return Fetched("This page came over tlskit" in got.text, got.text)


def node(call: Call) -> Fetched:
    command = ["node", str(HERE / "client.js"), str(call.port), str(call.roots)]
    command += [call.suite.openssl if call.suite else "", call.group, call.alpn]
    return ran([*command, "resume" if call.resume else ""], call)


def nss(call: Call) -> Fetched:
    store = nss_store(call.folder, call.roots)
    command = ["tstclnt", "-h", "127.0.0.1", "-p", str(call.port), "-d", f"sql:{store}"]
    command += ["-a", "localhost", "-V", "tls1.2:tls1.2", "-A", str(request_file(call.folder))]
    return ran(command, call)


def java(call: Call) -> Fetched:
    options = ["-Djdk.tls.client.protocols=TLSv1.2", str(HERE / "Peer.java")]
    arguments = ["client", str(call.port), str(call.roots), call.suite.iana if call.suite else ""]
    return ran(["java", *options, *arguments], call)


def go(call: Call) -> Fetched:
    command = [go_peer(call.folder), "client", str(call.port), str(call.roots)]
    return ran([*command, call.suite.iana if call.suite else ""], call)


def request_file(folder: Path) -> Path:
    path = folder / "request"
    path.write_text(REQUEST)
    return path


def nss_store(folder: Path, roots: Path, p12: Path | None = None) -> Path:
    """Return an NSS database that believes the roots, and holds a server's key."""
    store = folder / f"nss-{time.monotonic_ns()}"
    store.mkdir()
    run = {"check": True, "capture_output": True, "timeout": PATIENCE}
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], **run)
    add = ["certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "C,,", "-i", str(roots)]
    subprocess.run(add, **run)
    if p12 is not None:
        load = ["pk12util", "-i", str(p12), "-d", f"sql:{store}", "-W", PASSWORD]
        subprocess.run([*load, "-K", ""], **run)
    return store


def go_peer(folder: Path) -> str:
    """Return Go's peer, compiled once a folder."""
    made = folder / "go-peer"
    if not made.exists():
        command = ["go", "build", "-o", str(made), str(HERE / "peer.go")]
        environment = {**ENVIRONMENT, "GOCACHE": str(folder / "go-cache")}
        subprocess.run(command, check=True, env=environment, capture_output=True, timeout=300)
    return str(made)


CLIENTS = {
    "OpenSSL": openssl,
    "GnuTLS": gnutls,
    "curl": curl,
    "requests": python,
    "Node": node,
}
CLIENTS_BESIDES = {"NSS": nss, "Java": java, "Go": go}


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
