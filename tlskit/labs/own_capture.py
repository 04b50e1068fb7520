"""A capture file of our two ends: a handshake, perhaps a resumed one, a page, an orderly end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tlskit import tls12, tls13
from tlskit.captures import Conversation, Segment, pcapng
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.keylog import key_log_lines
from tlskit.labs.key_transport import repeatable_encryption
from tlskit.labs.server_flight import ChangedOnTheWay
from tlskit.lesson import HOST, client_settings, lesson_random, server_settings
from tlskit.order import Role, Side
from tlskit.peers import exchange
from tlskit.pki import NOW
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Psk, Session

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


def capture(suite: Suite, resume: bool = False) -> tuple[tuple[Conversation, ...], str]:
    """Return what went over the wire and the key log: a full connection, and a resumed one.

    The same bytes in every run.
    """
    store, keys = SessionCache(), TicketKeys(lesson_random("pcap ticket key"))
    session: Session | Psk | None = None
    conversations, lines = [], []
    for number in range(2 if resume else 1):
        now = NOW + timedelta(seconds=number)
        told = {"now": now} | suites_told(suite)
        client = Connection(
            client_settings(f"pcap client {number}", session=session, **told),
            client_side(suite, number),
        )
        kept = {"session_store": store} if suite.version == "1.2" else {"ticket_keys": keys}
        server = Connection(
            server_settings(f"pcap server {number}", **told, **kept), server_side(suite)
        )
        segments = said(client, server, now.timestamp())
        ends = ("192.0.2.7", CLIENT_PORT + number), ("198.51.100.23", SERVER_PORT)
        conversations.append(Conversation(*ends, segments))
        lines += key_log_lines(client.state)
        session = client.session
    return tuple(conversations), "".join(f"{line}\n" for line in lines)


def suites_told(suite: Suite) -> dict[str, Any]:
    """Return what settings are told of the one suite."""
    return {"suites" if suite.version == "1.2" else "tls13_suites": (suite,)}


def client_side(suite: Suite, number: int) -> Side:
    """Return the client's side of the suite's version; RSA's padding is the same each time."""
    if suite.version == "1.3":
        return tls13.client()
    padding = repeatable_encryption(f"pcap padding {number}")
    return tls12.client(replace(tls12.FORMULAE, encrypt_pre_master_secret=padding))


def server_side(suite: Suite) -> Side:
    """Return the server's side of the suite's version."""
    return tls13.server() if suite.version == "1.3" else tls12.server()


def capture_file(suite: Suite, resume: bool = False, secrets: bool = True) -> bytes:
    """Return all that as a pcapng file, with the secrets inside or without them."""
    conversations, key_log = capture(suite, resume)
    return pcapng(conversations, key_log if secrets else "")


def said(client: Connection, server: Connection, begin: float) -> tuple[Segment, ...]:
    """Let two ends shake hands, ask, answer and say goodbye; return what went over the wire."""
    segments: list[Segment] = []

    def listening(end: Connection) -> ChangedOnTheWay:
        def kept(data: bytes) -> bytes:
            segments.append(Segment(Role(end.role), data, begin + STEP * len(segments)))
            return data

        return ChangedOnTheWay(end, kept)

    ends = listening(client), listening(server)
    exchange(*ends)
    client.write(REQUEST)
    exchange(*ends)
    server.write(ANSWER)
    server.close()
    exchange(*ends)
    return tuple(segments)
