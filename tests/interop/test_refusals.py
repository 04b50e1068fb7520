"""What our ends refuse of OpenSSL, and what OpenSSL refuses of ours: by which alert."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Trust
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, openssl_client, openssl_server, server_settings
from tlskit.peers import OpenSSLPeer, exchange, private_file
from tlskit.registry import AlertDescription, NamedGroup
from tlskit.tls12.key_schedule import master_secret
from tlskit.tls12.state import FORMULAE

PARAMETERS = pytest.mark.parametrize("suite", ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"])


@contextmanager
def old_versions() -> Iterator[None]:
    """Let `ssl` set versions that it warns of."""
    with pytest.warns(DeprecationWarning):
        yield


def client_of(version: ssl.TLSVersion) -> OpenSSLPeer:
    """Return OpenSSL as a client that knows this version alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pki.pem_roots().decode())
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return OpenSSLPeer(context, False, HOST)


def server_context() -> ssl.SSLContext:
    """Return what OpenSSL needs as a server with the course's RSA certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    one = pki.credential("rsa")
    with private_file(pki.pem_chain(one)) as chain, private_file(pki.pem_key(one)) as key:
        context.load_cert_chain(chain, key)
    return context


def server_of(version: ssl.TLSVersion) -> OpenSSLPeer:
    """Return OpenSSL as a server that knows this version alone."""
    context = server_context()
    context.minimum_version = context.maximum_version = version
    return OpenSSLPeer(context, True)


def our_server(**changes: Any) -> Connection:
    return Connection(server_settings(**changes), tls12.server())


def our_client(**changes: Any) -> Connection:
    return Connection(client_settings(**changes), tls12.client())


def we_refuse(ours: Connection, peer: OpenSSLPeer) -> Alert:
    """Return the alert that our end raised; the peer must have got it, and be done with us."""
    problems = exchange(ours, peer)
    assert [who for who, _ in problems] == [ours]
    alert = problems[0][1]
    assert isinstance(alert, Alert) and not alert.received
    assert ours.failure is alert and not ours.done and ours.closed
    words = peer.error.upper().replace(" ", "_")
    assert f"ALERT_{alert.description.name.upper()}" in words
    return alert


def peer_refuses(ours: Connection, peer: OpenSSLPeer) -> Alert:
    """Return the alert that OpenSSL sent and our end raised as received."""
    problems = exchange(ours, peer)
    assert [who for who, _ in problems] == [ours]
    alert = problems[0][1]
    assert isinstance(alert, Alert) and alert.received
    assert peer.error and not ours.done
    assert ours.data_to_send() == b""  # a fatal alert gets no answer (RFC 5246 §7.2.2)
    return alert


# ---- versions and suites


def test_client_without_a_common_suite():
    peer = openssl_client(suites="DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CAMELLIA128-SHA256")
    alert = we_refuse(our_server(), peer)
    assert alert.description is AlertDescription.handshake_failure
    assert "cipher suite" in alert.reason


def test_client_without_a_suite_for_our_certificate():
    peer = openssl_client(suites="ECDHE-ECDSA-AES128-GCM-SHA256")
    alert = we_refuse(our_server(credentials=(pki.credential("rsa"),)), peer)
    assert alert.description is AlertDescription.handshake_failure
    assert "needs a certificate of kind ecdsa" in alert.reason


def test_client_without_a_common_group():
    peer = openssl_client(suites="ECDHE-RSA-AES128-GCM-SHA256", group="X448")
    alert = we_refuse(our_server(), peer)
    assert alert.description is AlertDescription.handshake_failure
    assert "group" in alert.reason


def test_client_of_tls_1_1_only():
    with old_versions():
        peer = client_of(ssl.TLSVersion.TLSv1_1)
    alert = we_refuse(our_server(), peer)
    assert alert.description is AlertDescription.protocol_version
    assert "TLS_1_1 at most" in alert.reason


def test_client_of_tls_1_3_only():
    """Its client_version says 1.2; what counts is supported_versions (RFC 9846 §4.3.1)."""
    alert = we_refuse(our_server(), client_of(ssl.TLSVersion.TLSv1_3))
    assert alert.description is AlertDescription.protocol_version
    assert "TLS_1_3 at most" in alert.reason


def test_client_of_both_versions_is_answered_in_tls_1_2():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pki.pem_roots().decode())
    ours, peer = our_server(), OpenSSLPeer(context, False, HOST)
    assert exchange(ours, peer) == []
    assert ours.done and peer.done and peer.version == "TLSv1.2"


def test_server_of_both_versions_marks_its_random_and_is_believed():
    """`…01` tells a client that knows TLS 1.3 of a downgrade; ours takes it (RFC 9846 §4.2.3)."""
    ours, peer = our_client(), OpenSSLPeer(server_context(), True)
    assert exchange(ours, peer) == []
    assert ours.done and peer.done
    assert ours.state.server_random.endswith(b"DOWNGRD\x01")


def test_server_of_tls_1_3_only():
    alert = peer_refuses(our_client(), server_of(ssl.TLSVersion.TLSv1_3))
    assert alert.description is AlertDescription.protocol_version


def test_server_that_chooses_tls_1_1():
    with old_versions():
        peer = server_of(ssl.TLSVersion.TLSv1_1)
    # TLS 1.1 has this suite as well.
    ours = our_client(suites=(suite_named("AES128-SHA"),))
    peer.receive(ours.data_to_send())
    with pytest.raises(Alert, match="TLS_1_1") as raised:
        ours.receive(peer.data_to_send())
    assert raised.value.description is AlertDescription.protocol_version
    assert ours.data_to_send() == bytes([21, 3, 3, 0, 2, 2, AlertDescription.protocol_version])


def test_server_without_a_common_suite():
    ours = our_client(suites=(suite_named("ECDHE-ECDSA-AES128-GCM-SHA256"),))
    alert = peer_refuses(ours, openssl_server("rsa"))
    assert alert.description is AlertDescription.handshake_failure


def test_extended_master_secret_required_of_a_server():
    peer = openssl_server(extended_master_secret=False)
    alert = we_refuse(our_client(require_extended_master_secret=True), peer)
    assert alert.description is AlertDescription.handshake_failure


def test_extended_master_secret_required_of_a_client():
    peer = openssl_client(extended_master_secret=False)
    alert = we_refuse(our_server(require_extended_master_secret=True), peer)
    assert alert.description is AlertDescription.handshake_failure


def test_client_without_a_common_protocol():
    alert = we_refuse(our_server(alpn=("http/1.1",)), openssl_client(alpn=("h2",)))
    assert alert.description is AlertDescription.no_application_protocol


# ---- certificates


def strange_root() -> pki.Issuer:
    """Return a root with the name of the course's, but with another key."""
    key = pki.course_key("intermediate_rsa")
    return pki.Issuer(pki.certify(pki.Contents(pki.ROOT_NAME, key, ca=True), None), key)


def test_our_client_wanted_another_host():
    ours = our_client(server_name="turn.course.example")
    alert = we_refuse(ours, openssl_server())
    assert alert.description is AlertDescription.bad_certificate
    assert HOST in alert.reason and "turn.course.example" in alert.reason


def test_our_client_believes_another_root():
    ours = our_client(trust=Trust((strange_root().certificate,)))
    alert = we_refuse(ours, openssl_server())
    assert alert.description is AlertDescription.unknown_ca


@pytest.mark.parametrize("days", [-1, 1])
def test_our_client_lives_before_or_after_the_certificate(days: int):
    border = pki.FIRST_DAY if days < 0 else pki.LAST_DAY
    ours = our_client(now=border + timedelta(days=days))
    alert = we_refuse(ours, openssl_server())
    assert alert.description is AlertDescription.certificate_expired
    assert ("begins on" if days < 0 else "expired on") in alert.reason


def test_openssl_wanted_another_host():
    peer = OpenSSLPeer.client(pki.pem_roots(), "turn.course.example")
    alert = peer_refuses(our_server(), peer)
    assert alert.description is AlertDescription.bad_certificate
    assert peer.error.startswith("CERTIFICATE_VERIFY_FAILED")


def test_openssl_believes_another_root():
    other = strange_root().certificate.public_bytes(Encoding.PEM)
    peer = OpenSSLPeer.client(other, HOST)
    alert = peer_refuses(our_server(), peer)
    assert alert.description is AlertDescription.unknown_ca
    assert peer.error.startswith("CERTIFICATE_VERIFY_FAILED")


# ---- the experiment of the course


def swapped(prf: Any, pre_master_secret: bytes, client: bytes, server: bytes) -> bytes:
    return master_secret(prf, pre_master_secret, server, client)


SWAPPED = replace(FORMULAE, master_secret=swapped)


@PARAMETERS
def test_swapped_randoms_are_happy_among_themselves(suite: str):
    settings = client_settings(suites=(suite_named(suite),), extended_master_secret=False)
    client = Connection(settings, tls12.client(SWAPPED))
    server = Connection(server_settings(), tls12.server(SWAPPED))
    assert exchange(client, server) == []
    assert client.done and server.done


@PARAMETERS
def test_swapped_randoms_of_our_client_end_at_openssl(suite: str):
    """OpenSSL's server reads the first Finished, cannot open it, and says so."""
    settings = client_settings(suites=(suite_named(suite),), extended_master_secret=False)
    ours = Connection(settings, tls12.client(SWAPPED))
    peer = openssl_server()
    alert = peer_refuses(ours, peer)
    assert alert.description is AlertDescription.bad_record_mac
    assert not peer.done


@PARAMETERS
def test_swapped_randoms_of_our_server_end_at_our_server(suite: str):
    """Our server reads the first Finished: it is the one that cannot open it."""
    ours = Connection(server_settings(), tls12.server(SWAPPED))
    peer = openssl_client(suites=suite, extended_master_secret=False)
    alert = we_refuse(ours, peer)
    assert alert.description is AlertDescription.bad_record_mac


def test_swapped_randoms_are_never_seen_with_extended_master_secret():
    """Then the session hash takes their place, and the wrong function is not called."""
    ours = Connection(client_settings(), tls12.client(SWAPPED))
    assert exchange(ours, openssl_server()) == []
    assert ours.done


def wrong_verify_data(prf: Any, secret: bytes, label: bytes, handshake_hash: bytes) -> bytes:
    return FORMULAE.verify_data(prf, secret, label[::-1], handshake_hash)


def half_zero(_pair: Any, _public: bytes) -> bytes:
    return bytes(32)


@pytest.mark.parametrize(
    "formulae, expected",
    [
        (replace(FORMULAE, verify_data=wrong_verify_data), "decrypt_error"),
        (replace(FORMULAE, shared_secret=half_zero), "bad_record_mac"),
    ],
    ids=["verify_data", "shared_secret"],
)
def test_openssl_finds_our_other_mistakes(formulae: Any, expected: str):
    ours = Connection(client_settings(), tls12.client(formulae))
    alert = peer_refuses(ours, openssl_server())
    assert alert.description.name == expected


def test_a_group_that_our_client_did_not_offer():
    """Our client lists x25519 alone, OpenSSL takes P-256 alone: its server finds nothing."""
    ours = our_client(
        groups=(NamedGroup.x25519,), suites=(suite_named("ECDHE-RSA-AES128-GCM-SHA256"),)
    )
    alert = peer_refuses(ours, openssl_server("rsa", group="secp256r1"))
    assert alert.description is AlertDescription.handshake_failure
