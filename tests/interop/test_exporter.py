"""Exported key material is the same at both ends, and what pyOpenSSL exports (RFC 5705)."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from cryptography import x509
from OpenSSL import SSL

from tlskit import pki, tls12
from tlskit.cipher_suites import SUITES, Suite, suite_named
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, server_settings
from tlskit.peers import exchange
from tlskit.sessions import SessionCache
from tlskit.tls12.exporter import RESERVED, export_keying_material
from tlskit.tls12.key_schedule import prf_sha256

SRTP = b"EXTRACTOR-dtls_srtp"
LABELS = (SRTP, b"EXPERIMENTAL tlskit course")
LENGTHS = (1, 32, 60, 200)
CONTEXTS = (None, b"", b"room 42", bytes(2**16 - 1))
EACH = tuple(product(LABELS, LENGTHS, CONTEXTS))
SOME_SUITES = (
    *("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"),
    *("ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"),
)
Exporter = Callable[[Any, bytes, int, bytes | None], bytes]


class PyOpenSSLPeer:
    """One end that pyOpenSSL runs, with the OpenSSL that cryptography brings along."""

    def __init__(self, suite: Suite, server_side: bool) -> None:
        context = SSL.Context(SSL.TLS_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(f"{suite.openssl_name}:@SECLEVEL=0".encode())
        if server_side:
            shown = pki.credential(suite.authentication)
            context.use_certificate(x509.load_der_x509_certificate(shown.chain[0]))
            context.add_extra_chain_cert(x509.load_der_x509_certificate(shown.chain[1]))
            context.use_privatekey(shown.private_key)
        self.connection = SSL.Connection(context, None)
        if server_side:
            self.connection.set_accept_state()
        else:
            self.connection.set_tlsext_host_name(HOST.encode())
            self.connection.set_connect_state()
        self.done = False
        self.go_on()

    def go_on(self) -> None:
        if not self.done:
            try:
                self.connection.do_handshake()
            except SSL.WantReadError:
                return
            self.done = True

    def receive(self, data: bytes) -> None:
        self.connection.bio_write(data)
        self.go_on()

    def data_to_send(self) -> bytes:
        try:
            return self.connection.bio_read(2**17)
        except SSL.WantReadError:
            return b""


def two_of_ours(**changes: Any) -> tuple[Connection, Connection]:
    both = {name: changes.pop(name) for name in ("extended_master_secret",) if name in changes}
    client = Connection(client_settings(**both, **changes), tls12.client())
    server = Connection(server_settings(session_store=SessionCache(), **both), tls12.server())
    return client, server


@pytest.mark.parametrize("name", SOME_SUITES)
@pytest.mark.parametrize("role", ["client", "server"])
def test_pyopenssl_exports_the_same(role: str, name: str) -> None:
    suite = suite_named(name)
    peer = PyOpenSSLPeer(suite, server_side=role == "client")
    if role == "client":
        ours = Connection(client_settings(suites=(suite,)), tls12.client())
    else:
        ours = Connection(server_settings(), tls12.server())
    assert exchange(ours, peer) == []
    assert ours.done and peer.done and ours.state.agreed is suite
    exported = set()
    for label, length, context in EACH:
        material = ours.export(label, length, context)
        assert material == peer.connection.export_keying_material(label, length, context)
        assert len(material) == length
        if length >= 32:
            exported.add(material[:32])
    assert len(exported) == len(LABELS) * len(CONTEXTS)  # a longer one begins like a shorter one


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.openssl_name)
def test_both_of_our_ends_export_the_same(suite: Suite) -> None:
    client, server = two_of_ours(suites=(suite,))
    assert exchange(client, server) == []
    for asked in EACH:
        assert client.export(*asked) == server.export(*asked)
    store = server.settings.session_store
    again = Connection(
        client_settings("again", suites=(suite,), session=client.session), tls12.client()
    )
    other = Connection(server_settings("again", session_store=store), tls12.server())
    assert exchange(again, other) == []
    assert again.state.resumed and again.state.master_secret == client.state.master_secret
    assert again.export(SRTP, 60) == other.export(SRTP, 60) != client.export(SRTP, 60)


def test_an_empty_context_is_not_none() -> None:
    """Written out by hand: with a context its length of two bytes goes in, be it zero."""
    secret, one, other = bytes(range(48)), b"c" * 32, b"s" * 32
    values = (prf_sha256, secret, one, other, b"EXPORTER-x", 20)
    assert export_keying_material(*values) == prf_sha256(secret, b"EXPORTER-x", one + other, 20)
    assert export_keying_material(*values, b"") == prf_sha256(
        secret, b"EXPORTER-x", one + other + b"\0\0", 20
    )
    assert export_keying_material(*values, b"abc") == prf_sha256(
        secret, b"EXPORTER-x", one + other + b"\0\3abc", 20
    )


@pytest.mark.parametrize("label", RESERVED)
def test_labels_of_tls_itself_are_refused(label: bytes) -> None:
    with pytest.raises(ValueError, match="TLS's own"):
        export_keying_material(prf_sha256, bytes(48), bytes(32), bytes(32), label, 32)


def test_the_four_labels_of_the_rfc_are_among_them() -> None:
    four = {b"client finished", b"server finished", b"master secret", b"key expansion"}
    assert four <= set(RESERVED)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": b""}, "ASCII"),
        ({"label": "EXPORTER-é".encode()}, "ASCII"),
        ({"length": 0}, "at least one byte"),
        ({"length": -1}, "at least one byte"),
        ({"context": bytes(2**16)}, "65535"),
        ({"client_random": b""}, "client_random"),
        ({"server_random": bytes(31)}, "server_random"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {
        "prf": prf_sha256,
        "master_secret": bytes(48),
        "client_random": bytes(32),
        "server_random": bytes(32),
        "label": SRTP,
        "length": 60,
    }
    with pytest.raises(ValueError, match=words):
        export_keying_material(**(usual | changes))


def test_nothing_is_exported_before_the_handshake_is_done_or_after_a_failure() -> None:
    client, server = two_of_ours()
    for end in (client, server):
        with pytest.raises(ValueError, match="when the handshake is done"):
            end.export(SRTP, 60)
    assert exchange(client, server) == []
    assert client.export(SRTP, 60) == server.export(SRTP, 60)
    client.write(b"changed on its way")
    record = bytearray(client.data_to_send())
    record[-1] ^= 1
    with pytest.raises(Exception, match="does not open"):
        server.receive(bytes(record))
    with pytest.raises(ValueError, match="when the handshake is done"):
        server.export(SRTP, 60)


def test_nothing_is_exported_without_extended_master_secret() -> None:
    """RFC 7627 §5.4: it must be disabled, for the material could be shared with a third party."""
    client, server = two_of_ours(extended_master_secret=False)
    assert exchange(client, server) == []
    assert client.done and server.done
    for end in (client, server):
        with pytest.raises(ValueError, match="RFC 7627"):
            end.export(SRTP, 60)
