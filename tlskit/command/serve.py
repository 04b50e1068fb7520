"""`tlskit serve`: a server for browsers and others; on this machine unless told otherwise."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from tlskit import versions
from tlskit.cipher_suites import SUITES
from tlskit.command import options as common
from tlskit.command.looking import KeyLog, Onlooker
from tlskit.connection import Connection
from tlskit.credential_files import trust_from
from tlskit.facts import facts_of
from tlskit.fresh_pki import FreshAuthority
from tlskit.http_answers import Answers
from tlskit.key_exchange import GROUPS, HYBRID
from tlskit.network import LOOPBACK
from tlskit.serving import Limits, Server
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Settings

resource: Any = None
with contextlib.suppress(ImportError):  # Windows has no such limits
    import resource

SPARE_FILES = 64
DESCRIPTION = """Serve a short page, which tells how it came, over TLS; with --websocket-echo, /echo
is a WebSocket that says everything back. For learning, not for production."""
LEGACY = "warning: RSA key transport, CBC and clients without extended master secret are admitted"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `serve`."""
    parser.add_argument("--port", type=common.port, required=True, help="0 is any that is free")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    parser.add_argument("--cert", metavar="FILE", help="certificate chain in PEM, the leaf first")
    parser.add_argument("--key", metavar="FILE", help="the leaf's private key in PEM")
    parser.add_argument(
        "--ca-out", metavar="FILE", help="write the root that was made, if no --cert is given"
    )
    common.add_offers(parser)
    parser.add_argument(
        "--tickets", type=common.count, metavar="N", default=1, help="0: no session tickets (1)"
    )
    parser.add_argument(
        "--require-client-cert", metavar="CA.pem", help="refuse clients without a certificate of it"
    )
    parser.add_argument("--legacy-clients", action="store_true", help="admit what is only taught")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--www", action="store_true", help="the page alone (default)")
    what.add_argument("--websocket-echo", action="store_true", help="/echo is a WebSocket as well")


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code. Raises: ValueError, OSError."""
    settings, offered = settings_of(options), common.offered_versions(options)
    key_log = KeyLog(options.keylog) if options.keylog else None
    numbers = count(1)  # tells the lines of several connections apart
    limits = Limits()
    server = Server(
        lambda: replace(settings, now=common.now()),
        lambda: versions.server(offered),
        lambda connection: Answers(facts_of(connection), options.websocket_echo),
        limits=replace(limits, connections=min(limits.connections, places())),
        watch=lambda: Reporter(options.trace, key_log, f"[{next(numbers)}] "),
    )
    asyncio.run(serve(server, options.host, options.port))
    return 0


def places() -> int:
    """Return for how many connections this process may open files."""
    if resource is None:
        return Limits.connections
    return max(1, int(resource.getrlimit(resource.RLIMIT_NOFILE)[0]) - SPARE_FILES)


class Reporter(Onlooker):
    """An onlooker that says in a line by what a connection has failed."""

    def ended(self, connection: Connection, failure: BaseException | None) -> None:
        """Say it on stderr."""
        if failure is not None:
            common.tell(f"{self.name}{common.words_for(failure)}")


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the options tell the server. Raises: ValueError in one line."""
    told = common.common_settings(options)
    if options.cert and options.ca_out:
        raise ValueError("--ca-out is for the root that is made when no --cert is given")
    if "credentials" not in told:
        authority = FreshAuthority(told["now"])
        told["credentials"] = authority.credentials
        if options.ca_out:
            Path(options.ca_out).write_bytes(authority.pem_root)
    if options.require_client_cert:
        told |= {"client_certificate": "required", "trust": trust_from(options.require_client_cert)}
    if "groups" in told and not options.groups:
        told["groups"] = (HYBRID, *GROUPS)  # whoever sends a key for it wants it
    if options.legacy_clients:
        common.tell(LEGACY)
        told.setdefault("suites", SUITES)
    told["require_extended_master_secret"] = not options.legacy_clients
    told["session_store"] = SessionCache()
    if options.tickets:
        told |= {"ticket_keys": TicketKeys(told["random"]), "tickets": options.tickets}
    return Settings(**told)


async def serve(server: Server, host: str, port: int) -> None:
    """Say where the server listens, and serve until a signal comes.

    Raises: ValueError in one line if it can't listen there.
    """
    asyncio.get_running_loop().set_exception_handler(lambda _, what: common.tell(what["message"]))
    try:
        await server.start(host, port)
    except OSError as error:  # asyncio says it in words of its own, without the system's
        why = error.strerror or str(error)
        if error.errno and not isinstance(error, socket.gaierror):
            why = os.strerror(error.errno)
        raise ValueError(f"{host}:{port}: {why}") from None
    over = asyncio.Event()
    on_signals(over.set)
    shown = f"[{host}]" if ":" in host else host
    print(f"listening on {shown}:{server.port}", flush=True)
    await over.wait()
    await server.close()


def on_signals(end: Callable[[], None]) -> None:
    """Have SIGINT and SIGTERM end the server in an orderly way."""
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(one, lambda *_: loop.call_soon_threadsafe(end))
        else:
            loop.add_signal_handler(one, end)
