"""X25519MLKEM768 with the OpenSSL that pyOpenSSL brings along, both roles (in memory)."""

import pytest
from OpenSSL import SSL
from pyopenssl_peer import PyOpenSSL

from tlskit import tls13
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.key_exchange import (
    CIPHERTEXT,
    ENCAPSULATION_KEY,
    GROUPS,
    HYBRID,
    encapsulate,
    generate_key_pair,
    shared_secret,
)
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.order import Role
from tlskit.registry import NamedGroup

ROLES = (Role.CLIENT, Role.SERVER)


def ours(role: Role, **told) -> Connection:
    if role is Role.CLIENT:
        return Connection(client_settings(**told), tls13.client())
    return Connection(server_settings(**told), tls13.server())


@pytest.mark.parametrize("role", ROLES)
def test_with_openssl(role):
    one, peer = ours(role, groups=(HYBRID,)), PyOpenSSL(role.other, groups=b"X25519MLKEM768")
    peer.talk(one)
    assert one.done and peer.done and one.state.group == HYBRID
    label = b"EXPERIMENTAL tlskit course"
    for context in (None, b"", b"room 42"):
        exported = peer.connection.export_keying_material(label, 40, context)
        assert one.export(label, 40, context) == exported


@pytest.mark.parametrize("role", ROLES)
def test_after_a_retry(role):
    groups = (NamedGroup.x25519, HYBRID) if role is Role.CLIENT else (HYBRID,)
    theirs = b"X25519MLKEM768" if role is Role.CLIENT else b"X25519:X25519MLKEM768"
    one, peer = ours(role, groups=groups), PyOpenSSL(role.other, groups=theirs)
    peer.talk(one)
    assert one.done and one.state.group == HYBRID
    if role is Role.CLIENT:
        assert one.state.retried


def test_sizes_and_both_halves_count():
    random = lesson_random("hybrid")
    client = generate_key_pair(HYBRID, random)
    assert len(client.public) == ENCAPSULATION_KEY + 32 == 1216
    server, secret = encapsulate(client.public, random)
    assert len(server.public) == CIPHERTEXT + 32 == 1120 and len(secret) == 64
    assert shared_secret(client, server.public) == secret
    other = generate_key_pair(NamedGroup.x25519, random).public
    changed = server.public[:CIPHERTEXT] + other
    assert shared_secret(client, changed)[:32] == secret[:32]
    assert shared_secret(client, changed)[32:] != secret[32:]


@pytest.mark.parametrize("share", [b"", bytes(1215), bytes(1217), b"\xff" * 1216, bytes(1216)])
def test_a_client_key_that_is_none(share):
    """Of wrong length, with numbers beyond ML-KEM's modulus, or with an X25519 key of low order."""
    with pytest.raises(Alert, match="illegal_parameter"):
        encapsulate(share, lesson_random("server"))


@pytest.mark.parametrize("share", [b"", bytes(1119), bytes(1121), bytes(1120)])
def test_a_server_share_that_is_none(share):
    with pytest.raises(Alert, match="illegal_parameter"):
        shared_secret(generate_key_pair(HYBRID, lesson_random("client")), share)


def test_tls_1_2_has_no_hybrid():
    from tlskit import tls12
    from tlskit.peers import exchange

    groups = (HYBRID, *GROUPS)
    client = Connection(client_settings(groups=groups), tls12.client())
    server = Connection(server_settings(groups=groups), tls12.server())
    assert exchange(client, server) == [] and server.state.group == NamedGroup.x25519


def test_pyopenssl_has_it():
    assert b"OpenSSL" in SSL.SSLeay_version(SSL.SSLEAY_VERSION)
