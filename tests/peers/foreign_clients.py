"""Programs from outside as clients: how each is told what to ask for."""

import ssl
import subprocess
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import requests
from certificates import Shown
from programs import ENVIRONMENT, HERE, PATIENCE, compiled, nss_store
from requests.adapters import HTTPAdapter

REQUEST = "GET / HTTP/1.0\r\n\r\n"
WEAK = ":@SECLEVEL=0"
"""OpenSSL then does also what it holds for too weak: TLS 1.1, say."""


class Suite(NamedTuple):
    """A suite as OpenSSL and as IANA name it, and its number."""

    openssl: str
    iana: str
    code: int


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
    version: str = "1.2"
    shows: Shown | None = None
    folder: Path = field(default=Path())

    @property
    def pairs(self) -> list[str]:
        """The same as `name=value`, for the peers that are written here."""
        told: dict[str, Any] = {
            **{"port": self.port, "roots": self.roots, "alpn": self.alpn, "group": self.group},
            **{"version": self.version, "resume": "yes" if self.resume else ""},
        }
        if self.suite:
            told |= {"cipher": self.suite.openssl, "suite": self.suite.iana}
        if self.shows:
            told |= {"chain": self.shows.chain, "key": self.shows.key, "p12": self.shows.p12}
        return [f"{name}={value}" for name, value in told.items() if value]


def ran(command: Sequence[object], call: Call, says: str = "") -> Fetched:
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
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{call.port}"]
    command += ["-tls" + call.version.replace(".", "_")]
    command += ["-servername", "localhost", "-verify_hostname", "localhost"]
    command += ["-CAfile", str(call.roots), "-verify_return_error", "-ign_eof"]
    if call.suite and call.version == "1.3":
        command += ["-ciphersuites", call.suite.iana]
    else:
        command += ["-cipher", (call.suite.openssl if call.suite else "DEFAULT") + WEAK]
    if call.group:
        command += ["-groups", curve(call.group)]
    if call.alpn:
        command += ["-alpn", call.alpn]
    if call.shows:
        command += ["-cert", str(call.shows.chain), "-cert_chain", str(call.shows.chain)]
        command += ["-key", str(call.shows.key)]
    if not call.resume:
        return ran(command, call, REQUEST)
    kept = call.folder / f"session-{time.monotonic_ns()}"
    first = ran([*command, "-sess_out", str(kept)], call, REQUEST)
    assert first.good, first.said
    return ran([*command, "-sess_in", str(kept)], call, REQUEST)


def curve(group: str) -> str:
    """Return a group as OpenSSL names it."""
    return {"secp256r1": "P-256", "secp384r1": "P-384", "x25519": "X25519"}[group]


GNUTLS_CIPHERS = ("AES-128-GCM", "AES-256-GCM", "CHACHA20-POLY1305")


def gnutls(call: Call) -> Fetched:
    priority = f"NORMAL:-VERS-ALL:+VERS-TLS{call.version}"
    if call.suite:
        exchange = "ECDHE-ECDSA:+ECDHE-RSA" if "ECDHE" in call.suite.iana else "RSA"
        known = (one for one in GNUTLS_CIPHERS if one.replace("-", "_") in call.suite.iana)
        cipher = next((f"{one}:+AEAD" for one in known), "AES-128-CBC:+SHA1")
        if call.version == "1.3":
            exchange = "ECDHE-ECDSA"
        rest = "+SIGN-ALL:+GROUP-ALL:+CTYPE-X509:+COMP-NULL"
        priority = f"NONE:+VERS-TLS{call.version}:+{exchange}:+{cipher}:{rest}"
    if call.group:
        priority += f":-GROUP-ALL:+GROUP-{call.group.upper()}"
    command = ["gnutls-cli", f"--x509cafile={call.roots}", f"--port={call.port}"]
    command += ["--sni-hostname=localhost", "--verify-hostname=localhost", f"--priority={priority}"]
    if call.alpn:
        command.append(f"--alpn={call.alpn}")
    if call.shows:
        command += [f"--x509certfile={call.shows.chain}", f"--x509keyfile={call.shows.key}"]
    if call.resume:
        command.append("--resume")
    return ran([*command, "127.0.0.1"], call, REQUEST)


def curl(call: Call) -> Fetched:
    """Let curl fetch the page; a second time in the same run if it shall resume."""
    command = ["curl", "-sS", "--max-time", "10", "--cacert", str(call.roots), "--http1.1"]
    command += [f"--tlsv{call.version}", "--tls-max", call.version, "--noproxy", "*"]
    if call.suite and call.version == "1.3":
        command += ["--tls13-ciphers", call.suite.iana]
    else:
        command += ["--ciphers", (call.suite.openssl if call.suite else "DEFAULT") + WEAK]
    if call.group:
        command += ["--curves", curve(call.group)]
    if call.shows:
        command += ["--cert", str(call.shows.chain), "--key", str(call.shows.key)]
    address = f"https://localhost:{call.port}/"
    again = ["-H", "Connection: close", address] if call.resume else []
    return ran([*command, *again, address], call)


class Adapter(HTTPAdapter):
    """requests with a version, and a suite, of our choice."""

    def __init__(self, call: Call) -> None:
        self._call = call
        super().__init__()

    def init_poolmanager(self, *arguments, **named):
        context = ssl.create_default_context()
        version = ssl.TLSVersion[f"TLSv{self._call.version.replace('.', '_')}"]
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = context.maximum_version = version
        suite = self._call.suite
        context.set_ciphers((suite.openssl if suite else "DEFAULT") + WEAK)
        return super().init_poolmanager(*arguments, ssl_context=context, **named)


def python(call: Call) -> Fetched:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Adapter(call))
        mine = (str(call.shows.chain), str(call.shows.key)) if call.shows else None
        address = f"https://localhost:{call.port}/"
        try:
            got = session.get(address, verify=str(call.roots), cert=mine, timeout=PATIENCE)
        except requests.exceptions.RequestException as error:
            return Fetched(False, str(error))
        return Fetched("This page came over tlskit" in got.text, got.text)


def node(call: Call) -> Fetched:
    return ran(["node", HERE / "client.js", *call.pairs], call)


NSS_GROUPS = {"secp256r1": "P256", "secp384r1": "P384", "x25519": "x25519"}


def nss(call: Call) -> Fetched:
    store = nss_store(call.folder, call.roots, call.shows and call.shows.p12)
    command: list[object] = ["tstclnt", "-h", "127.0.0.1", "-p", call.port, "-d", f"sql:{store}"]
    command += ["-a", "localhost", "-V", f"tls{call.version}:tls{call.version}", "-u"]
    request = call.folder / "request"
    request.write_text(REQUEST)
    command += ["-A", request]
    if call.suite:
        command += ["-c", f":{call.suite.code:04X}"]
    if call.group:
        command += ["-I", NSS_GROUPS[call.group]]
    if call.shows:
        command += ["-n", "leaf"]
    if call.resume:
        command += ["-L", "2"]
    return ran(command, call)


def java(call: Call) -> Fetched:
    return ran([*compiled("java"), "client", *call.pairs], call)


def go(call: Call) -> Fetched:
    return ran([*compiled("go"), "client", *call.pairs], call)


Client = Callable[[Call], Fetched]
CLIENTS: dict[str, Client] = {
    "OpenSSL": openssl,
    "GnuTLS": gnutls,
    "curl": curl,
    "requests": python,
    "Node": node,
}
CLIENTS_BESIDES: dict[str, Client] = {"NSS": nss, "Java": java, "Go": go}
