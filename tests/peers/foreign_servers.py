"""Programs from outside as servers: how each is started with a certificate."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from certificates import Shown
from programs import HERE, compiled, free_port, nss_store, started, wait_for_port


class Foreign(NamedTuple):
    """A server that runs: where, and what it has said so far."""

    port: int
    heard: Callable[[], str]


@dataclass(frozen=True)
class Manner:
    """What a server is told besides its certificate.

    Args:
        version: the only one that it speaks.
        tickets: whether it gives tickets; if not, it keeps sessions and gives IDs.
        client_roots: whom it must believe: then it wants a client certificate.
    """

    version: str = "1.2"
    tickets: bool = True
    client_roots: Path | None = None


USUAL = Manner()


@contextmanager
def openssl_server(shown: Shown, folder: Path, manner: Manner = USUAL) -> Iterator[Foreign]:
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www"]
    command += ["-tls" + manner.version.replace(".", "_"), "-cipher", "ALL:@SECLEVEL=0"]
    command += ["-cert", str(shown.chain), "-cert_chain", str(shown.chain)]
    command += ["-key", str(shown.key), "-alpn", "http/1.1"]
    if not manner.tickets:
        command.append("-no_ticket")
    if manner.client_roots:
        command += ["-Verify", "3", "-CAfile", str(manner.client_roots), "-verify_return_error"]
    with started(command, folder) as program:
        program.wait_for("ACCEPT")
        yield Foreign(port, lambda: program.said)


@contextmanager
def gnutls_server(shown: Shown, folder: Path, manner: Manner = USUAL) -> Iterator[Foreign]:
    port = free_port()
    command = ["gnutls-serv", "--http", f"--port={port}", f"--x509certfile={shown.chain}"]
    command += [f"--x509keyfile={shown.key}", "--alpn=http/1.1", "--debug=5"]
    command += [f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{manner.version}:+RSA"]
    if not manner.tickets:
        command.append("--noticket")
    if manner.client_roots:
        command += ["--require-client-cert", "--verify-client-cert"]
        command += [f"--x509cafile={manner.client_roots}"]
    with started(command, folder) as program:
        program.wait_for("listening|done")
        wait_for_port(port)
        yield Foreign(port, lambda: program.said)


NGINX = """
daemon off; master_process off; pid nginx.pid; error_log error.log info; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
  scgi_temp_path t5;
  server {
    listen 127.0.0.1:%d ssl; server_name localhost; ssl_protocols TLSv%s;
    ssl_certificate %s; ssl_certificate_key %s; ssl_session_cache shared:a:1m;
    ssl_session_tickets %s; ssl_ciphers ALL:@SECLEVEL=0; %s
    location / { return 200 "hello from nginx\\n"; }
  }
}
"""


@contextmanager
def nginx_server(shown: Shown, folder: Path, manner: Manner = USUAL) -> Iterator[Foreign]:
    port, root = free_port(), folder / f"nginx-{time.monotonic_ns()}"
    root.mkdir()
    tickets, roots = "on" if manner.tickets else "off", manner.client_roots
    wants = f"ssl_verify_client on; ssl_client_certificate {roots}; ssl_verify_depth 3;"
    settings = (port, manner.version, shown.chain, shown.key, tickets, wants if roots else "")
    (root / "nginx.conf").write_text(NGINX % settings)
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", str(root), "-c", "nginx.conf", "-e", "error.log"]
    with started(command, folder):
        wait_for_port(port)
        yield Foreign(port, (root / "error.log").read_text)


@contextmanager
def nss_server(shown: Shown, folder: Path, manner: Manner = USUAL) -> Iterator[Foreign]:
    port = free_port()
    store = nss_store(folder, manner.client_roots or shown.roots, shown.p12)
    command = ["selfserv", "-p", str(port), "-d", f"sql:{store}", "-H", "1", "-Q"]
    command += ["-V", f"tls{manner.version}:tls{manner.version}"]
    command += ["-e" if shown.kind == "ecdsa" else "-n", "leaf"]
    if manner.tickets:
        command.append("-u")
    if manner.client_roots:
        command.append("-rr")
    with started(command, folder) as program:
        wait_for_port(port)
        yield Foreign(port, lambda: program.said)


def written_here(*command: object) -> Callable[..., AbstractContextManager[Foreign]]:
    """Return how a peer is started that takes `name=value` and prints its port."""

    @contextmanager
    def server(shown: Shown, folder: Path, manner: Manner = USUAL) -> Iterator[Foreign]:
        told: dict[str, object] = {
            **{"chain": shown.chain, "key": shown.key, "p12": shown.p12},
            **{"version": manner.version, "tickets": "yes" if manner.tickets else "no"},
        }
        if manner.client_roots:
            told["roots"] = manner.client_roots
        with started([*command, *(f"{name}={told[name]}" for name in told)], folder) as program:
            port = int(program.wait_for(r"listening (\d+)")[1])
            yield Foreign(port, lambda: program.said)

    return server


def compiled_here(language: str) -> Callable[..., AbstractContextManager[Foreign]]:
    """Return how a peer is started that must be compiled first."""

    def server(*arguments: object) -> AbstractContextManager[Foreign]:
        return written_here(*compiled(language), "server")(*arguments)

    return server


SERVERS = {
    "OpenSSL": openssl_server,
    "GnuTLS": gnutls_server,
    "nginx": nginx_server,
    "Node": written_here("node", HERE / "server.js"),
}
SERVERS_BESIDES = {
    "NSS": nss_server,
    "Java": compiled_here("java"),
    "Go": compiled_here("go"),
}
