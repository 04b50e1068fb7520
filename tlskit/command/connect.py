"""`tlskit connect`: a client that tells what was agreed on, and fetches a page."""

import argparse
import json
import socket
import sys
from dataclasses import asdict, dataclass, replace

from tlskit import network, versions
from tlskit.command import options as common
from tlskit.command.looking import KeyLog, Onlooker
from tlskit.credential_files import system_trust, trust_from
from tlskit.facts import Facts, facts_of
from tlskit.http_request import Response, request
from tlskit.settings import Psk, Session, Settings

DESCRIPTION = "Connect to a TLS server, check certificate and name, tell what was agreed on."
TIMEOUT = 10.0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `connect`."""
    parser.add_argument("address", type=common.address, metavar="HOST:PORT")
    parser.add_argument(
        "--servername",
        type=common.host_name,
        metavar="NAME",
        help="the name to ask for and to check",
    )
    parser.add_argument("--ca", metavar="FILE", help="roots in PEM (default: this machine's)")
    common.add_offers(parser)
    parser.add_argument("--cert", metavar="FILE", help="a client certificate's chain in PEM")
    parser.add_argument("--key", metavar="FILE", help="its private key in PEM")
    parser.add_argument("--get", metavar="PATH", help="fetch a page by HTTP and print it")
    parser.add_argument("--resume", action="store_true", help="connect twice, resuming")
    parser.add_argument("--json", action="store_true", help="one JSON object a connection")
    parser.add_argument(
        "--allow-missing-extended-master-secret",
        action="store_true",
        help="talk also to servers without it (RFC 7627); prints a warning",
    )


@dataclass(frozen=True)
class Meeting:
    """What came of one connection."""

    facts: Facts
    bytes_received: int
    session: Session | Psk | None


def run(options: argparse.Namespace) -> int:
    """Connect, once or twice; return the exit code. Raises: ValueError, OSError, Alert."""
    settings = settings_of(options)
    key_log = KeyLog(options.keylog) if options.keylog else None
    for _ in range(2 if options.resume else 1):
        meeting = meet(options, settings, Onlooker(options.trace, key_log))
        tell(options, meeting)
        settings = replace(settings, session=meeting.session, now=common.now())
    return 0


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the options tell the client. Raises: ValueError in one line."""
    told = common.common_settings(options)
    if options.get:
        request("localhost", options.get)  # whether the path can be meant, before anything is sent
    if options.allow_missing_extended_master_secret:
        common.tell("warning: a server without extended master secret is accepted (RFC 7627 §1)")
    return Settings(
        **told,
        server_name=options.servername or options.address[0],
        trust=trust_from(options.ca) if options.ca else system_trust(),
        session_tickets=options.resume,
        require_extended_master_secret=not options.allow_missing_extended_master_secret,
    )


def meet(options: argparse.Namespace, settings: Settings, watch: Onlooker) -> Meeting:
    """Connect once, fetch what is asked for, say goodbye. Raises: Alert, OSError, ValueError."""
    side = versions.client(common.offered_versions(options))
    sock = dial(options)
    try:
        with network.Stream(sock, settings, side, TIMEOUT, watch=watch) as stream:
            received = fetch(options, stream) if options.get else 0
            connection = stream.connection
            if connection.side.later and not stream.ended:
                stream.await_last_words()
            return Meeting(facts_of(connection), received, connection.session)
    except BrokenPipeError:  # ours, of the page: the stream itself lets such an end pass
        raise
    except OSError as error:
        raise common.ConnectionLost(str(error)) from None


def dial(options: argparse.Namespace) -> socket.socket:
    """Return a socket that is connected. Raises: ValueError in one line: nobody to talk to."""
    host, port = options.address
    try:
        return socket.create_connection((host, port), TIMEOUT)
    except OSError as error:
        raise ValueError(f"{host}:{port}: {error.strerror or error}") from None


def fetch(options: argparse.Namespace, stream: network.Stream) -> int:
    """Fetch a page; print it unless JSON is wanted; return how many bytes of data came."""
    stream.write(request(host_header(options), options.get))
    response, received = Response(), 0
    while not response.complete:
        data = stream.read()
        response.receive(data)
        received += len(data)
        body = response.take()
        if not options.json:
            sys.stdout.buffer.write(body)
        if not data:
            break
    sys.stdout.flush()
    if not response.complete or (stream.truncated and not data):
        raise common.ConnectionLost(
            "the answer was cut off: neither its length nor a close_notify came"
        )
    return received


def host_header(options: argparse.Namespace) -> str:
    """Return what the request calls the host (RFC 9112 §3.2)."""
    name, port = options.servername or options.address[0], options.address[1]
    name = f"[{name}]" if ":" in name else name
    return name if port == 443 else f"{name}:{port}"


def tell(options: argparse.Namespace, meeting: Meeting) -> None:
    """Print what was agreed on: for programs on stdout; for people, on stderr beside a page."""
    facts = meeting.facts
    if options.json:
        print(json.dumps(asdict(facts) | {"bytes_received": meeting.bytes_received}), flush=True)
        return
    parts = [f"TLS {facts.version}", facts.suite, facts.group or "", facts.alpn or ""]
    parts += ["resumed" if facts.resumed else "", facts.peer_subject or ""]
    line = common.printable(", ".join(part for part in parts if part))
    print(line, file=sys.stderr if options.get else sys.stdout, flush=True)
