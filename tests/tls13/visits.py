"""Our two ends of TLS 1.3 in memory, with tickets and early data."""

from datetime import timedelta

from tlskit import pki, tls13
from tlskit.connection import Connection
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.peers import exchange
from tlskit.registry import PskKeyExchangeMode
from tlskit.sessions import TicketKeys
from tlskit.settings import Psk

KE, DHE_KE = PskKeyExchangeMode.psk_ke, PskKeyExchangeMode.psk_dhe_ke
BEGUN = pki.NOW - timedelta(hours=1)
EARLY = b"GET / HTTP/1.1\r\n\r\n"
SECOND = timedelta(seconds=1)


def keys(name: str = "ticket keys") -> TicketKeys:
    return TicketKeys(lesson_random(name))


def server(name: str = "server", **told) -> Connection:
    return Connection(server_settings(name, **told), tls13.server())


def client(name: str = "client", **told) -> Connection:
    return Connection(client_settings(name, **told), tls13.client())


def met(one: Connection, other: Connection) -> tuple[Connection, Connection]:
    assert exchange(one, other) == [] and one.done and other.done
    return one, other


def first_visit(kept: TicketKeys, **told) -> Psk:
    """Return what a client has after its first visit."""
    usual = {"ticket_keys": kept, "max_early_data": 1000}
    one, _ = met(client("first"), server("first", **(usual | told)))
    return one.session
