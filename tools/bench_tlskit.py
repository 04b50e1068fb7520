"""tlskit's own contestants: whole handshakes, and records once a handshake is over."""

import os
from collections.abc import Callable
from dataclasses import replace

from tlskit import pki, tls12
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Settings
from tlskit.tls12.record_protection import protect, record_keys, unprotect
from tlskit.trace import Call

SCHEMES = (SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256)
APPLICATION_DATA = 23
TLS_1_2 = 0x0303


def both_settings(suite: Suite) -> tuple[Settings, Settings]:
    """Return what client and server are told: one suite, P-256, fresh randomness."""
    told = {
        "random": os.urandom,
        "now": pki.NOW,
        "suites": (suite,),
        "groups": (NamedGroup.secp256r1,),
        "signature_schemes": SCHEMES,
    }
    kind = "ecdsa" if suite.authentication == "ecdsa" else "rsa"
    client = Settings(**told, server_name=pki.HOST, trust=pki.trust())
    return client, Settings(**told, credentials=(pki.credential(kind),))


def handshake(suite: Suite, traced: bool) -> Callable[[], tuple[Connection, Connection]]:
    """Return a callable that does one whole handshake of two Connections."""
    return between(*both_settings(suite), traced)


def resumed(suite: Suite, by_ticket: bool) -> Callable[[], tuple[Connection, Connection]]:
    """Do a full handshake; return a callable that takes its session up again each time."""
    client_settings, server_settings = both_settings(suite)
    if by_ticket:
        client_settings = replace(client_settings, session_tickets=True)
        server_settings = replace(server_settings, ticket_keys=TicketKeys(os.urandom))
    else:
        server_settings = replace(server_settings, session_store=SessionCache())
    client, _ = between(client_settings, server_settings)()
    run = between(replace(client_settings, session=client.session), server_settings)
    if not all(end.state.resumed for end in run()):
        raise AssertionError(f"{suite.name}: the session was not taken up again")
    return run


def between(
    client_settings: Settings, server_settings: Settings, traced: bool = False
) -> Callable[[], tuple[Connection, Connection]]:
    """Return a callable that does one handshake between ends with these settings."""

    def run() -> tuple[Connection, Connection]:
        calls: list[Call] | None = [] if traced else None
        client = Connection(client_settings, tls12.client(), calls)
        server = Connection(server_settings, tls12.server(), calls)
        while not (client.done and server.done):
            server.receive(client.data_to_send())
            client.receive(server.data_to_send())
        return client, server

    return run


def record(suite: Suite, size: int) -> Callable[[], bytes]:
    """Return a callable that protects one record and opens it."""
    parts = (suite.mac_key_length, suite.enc_key_length, suite.fixed_iv_length)
    keys = record_keys(suite, *(os.urandom(length) for length in parts))
    content = os.urandom(size)

    def run() -> bytes:
        fragment = protect(keys, 7, APPLICATION_DATA, content, os.urandom)
        return unprotect(keys, 7, APPLICATION_DATA, TLS_1_2, fragment)

    return run


def carry(suite: Suite, size: int) -> Callable[[], bytes]:
    """Return a callable that sends content through two Connections: write, receive, read."""
    client, server = handshake(suite, traced=False)()
    content = os.urandom(size)

    def run() -> bytes:
        client.write(content)
        server.receive(client.data_to_send())
        return server.read()

    if run() != content:
        raise AssertionError("other bytes came out than went in")
    return run
