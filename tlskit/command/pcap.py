"""`tlskit pcap`: a handshake and a page as a capture file, which Wireshark opens decrypted."""

import argparse
from dataclasses import replace

from tlskit import tls12
from tlskit.captures import Conversation, Segment, pcapng
from tlskit.cipher_suites import Suite
from tlskit.command import options as common
from tlskit.connection import Connection
from tlskit.keylog import key_log_lines
from tlskit.labs.key_transport import repeatable_encryption
from tlskit.lesson import HOST, client_settings, server_settings
from tlskit.order import Role
from tlskit.pki import NOW
from tlskit.private_files import create_private
from tlskit.sessions import SessionCache
from tlskit.settings import Session

DESCRIPTION = """Write a handshake of our two ends and a page as a pcapng file with the secrets
inside, so that Wireshark opens it decrypted. The same bytes each time; replaces an older file."""
CLIENT_PORT, SERVER_PORT = 50000, 443
REQUEST = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
BODY = b"<!doctype html><title>tlskit</title><p>You can read this because the keys are inside.\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
    + f"Content-Length: {len(BODY)}\r\n\r\n".encode()
    + BODY
)
STEP = 0.01
"""Seconds from one flight to the next."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `pcap`."""
    parser.add_argument("--suite", type=common.suites, required=True, metavar="NAME")
    parser.add_argument(
        "--version", type=common.version, metavar="V", default="1.2", help="1.2 (1.3 is to come)"
    )
    parser.add_argument("--resume", action="store_true", help="a second, resumed connection, too")
    parser.add_argument("--out", required=True, metavar="FILE.pcapng", help="readable by you alone")


def run(options: argparse.Namespace) -> int:
    """Write the file; return the exit code. Raises: ValueError, OSError."""
    if len(options.suite) != 1:
        raise ValueError("--suite takes one name here")
    data = capture(options.suite[0], options.resume)
    with create_private(options.out) as file:
        file.write(data)
    return 0


def capture(suite: Suite, resume: bool) -> bytes:
    """Return the file for a suite: one connection, or a full one and a resumed one."""
    store = SessionCache()
    session: Session | None = None
    conversations, lines = [], []
    for number in range(2 if resume else 1):
        padding = repeatable_encryption(f"pcap padding {number}")
        client = Connection(
            client_settings(f"pcap client {number}", suites=(suite,), session=session),
            tls12.client(replace(tls12.FORMULAE, encrypt_pre_master_secret=padding)),
        )
        server = Connection(
            server_settings(f"pcap server {number}", suites=(suite,), session_store=store),
            tls12.server(),
        )
        begin = NOW.timestamp() + number
        segments = said(client, server, begin)
        ports = (CLIENT_PORT + number, SERVER_PORT)
        conversations.append(
            Conversation(("192.0.2.7", ports[0]), ("198.51.100.23", ports[1]), segments)
        )
        lines += key_log_lines(client.state)
        session = client.session
    return pcapng(conversations, "".join(f"{line}\n" for line in lines))


def said(client: Connection, server: Connection, begin: float) -> tuple[Segment, ...]:
    """Let two ends shake hands, ask, answer and say goodbye; return what went over the wire."""
    segments: list[Segment] = []

    def carry() -> None:
        moved = True
        while moved:
            moved = False
            for source, target in ((client, server), (server, client)):
                data = source.data_to_send()
                if data:
                    time = begin + STEP * len(segments)
                    segments.append(Segment(Role(source.role), data, time))
                    target.receive(data)
                    moved = True

    carry()
    client.write(REQUEST)
    carry()
    server.write(ANSWER)
    server.close()
    carry()
    return tuple(segments)
