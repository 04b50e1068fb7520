"""Programs from outside as servers: how each is started with a certificate."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certificates import PASSWORD, Shown
from programs import HERE, free_port, go_peer, nss_store, started, wait_for_port


@contextmanager
def openssl_server(shown: Shown, folder: Path, *options: str) -> Iterator[int]:
    port = free_port()
    leaf_and_rest = ["-cert", str(shown.chain), "-cert_chain", str(shown.chain)]
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www", "-tls1_2"]
    command += [*leaf_and_rest, "-key", str(shown.key), "-cipher", "ALL:@SECLEVEL=0", *options]
    with started(command, folder) as program:
        program.wait_for("ACCEPT")
        yield port


@contextmanager
def gnutls_server(shown: Shown, folder: Path) -> Iterator[int]:
    port = free_port()
    command = ["gnutls-serv", "--http", f"--port={port}", f"--x509certfile={shown.chain}"]
    command += [f"--x509keyfile={shown.key}", "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+RSA"]
    with started(command, folder) as program:
        program.wait_for("listening|done")
        wait_for_port(port)
        yield port


NGINX = """
daemon off; master_process off; pid nginx.pid; error_log error.log; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4;
  scgi_temp_path t5;
  server {
    listen 127.0.0.1:%d ssl; server_name localhost; ssl_protocols TLSv1.2;
    ssl_certificate %s; ssl_certificate_key %s; ssl_session_cache shared:a:1m;
    ssl_ciphers ALL:@SECLEVEL=0;
    location / { return 200 "hello from nginx\\n"; }
  }
}
"""


@contextmanager
def nginx_server(shown: Shown, folder: Path) -> Iterator[int]:
    port, root = free_port(), folder / f"nginx-{time.monotonic_ns()}"
    root.mkdir()
    (root / "nginx.conf").write_text(NGINX % (port, shown.chain, shown.key))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", str(root), "-c", "nginx.conf", "-e", "error.log"]
    with started(command, folder):
        wait_for_port(port)
        yield port


@contextmanager
def node_server(shown: Shown, folder: Path) -> Iterator[int]:
    command = ["node", str(HERE / "server.js"), str(shown.chain), str(shown.key)]
    with started(command, folder) as program:
        yield int(program.wait_for(r"listening (\d+)")[1])


@contextmanager
def nss_server(shown: Shown, folder: Path) -> Iterator[int]:
    port = free_port()
    store = nss_store(folder, shown.roots, shown.p12)
    command = ["selfserv", "-p", str(port), "-d", f"sql:{store}", "-V", "tls1.2:tls1.2"]
    command += ["-e" if shown.kind == "ecdsa" else "-n", "leaf", "-H", "1"]
    with started(command, folder):
        wait_for_port(port)
        yield port


@contextmanager
def java_server(shown: Shown, folder: Path) -> Iterator[int]:
    command = ["java", str(HERE / "Peer.java"), "server", str(shown.p12), PASSWORD]
    with started(command, folder) as program:
        yield int(program.wait_for(r"listening (\d+)")[1])


@contextmanager
def go_server(shown: Shown, folder: Path) -> Iterator[int]:
    command = [go_peer(folder), "server", str(shown.chain), str(shown.key)]
    with started(command, folder) as program:
        yield int(program.wait_for(r"listening (\d+)")[1])


SERVERS = {
    "OpenSSL": openssl_server,
    "GnuTLS": gnutls_server,
    "nginx": nginx_server,
    "Node": node_server,
}
SERVERS_BESIDES = {"NSS": nss_server, "Java": java_server, "Go": go_server}
