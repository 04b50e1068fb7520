"""verify_client_chain and OpenSSL's server judge the same clients: who accepts whom."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.certificates import Credential, Trust, require_key_usage, verify_client_chain
from tlskit.faulty_pki import BANK, UNKNOWN_EXTENSION, stranger
from tlskit.peers import OpenSSLPeer
from tlskit.pki import Contents, Issuer, certify, der, issued
from tlskit.registry import AlertDescription

A = AlertDescription
KINDS = ("rsa", "ecdsa", "ed25519")
ACCEPTED = "accepted"
DAY = timedelta(days=1)


def leaf_with(kind: Any, **changes: Any) -> Credential:
    contents = replace(pki.client_contents(kind), **changes)
    return issued(contents, pki.client_intermediate())


def under(kind: Any, **changes: Any) -> Credential:
    """Return a client's chain whose intermediate is the sound one but for these contents."""
    key = pki.course_key("intermediate_ecdsa")
    sound = Contents("an intermediate", key, ca=True, extended_key_usage=(pki.CLIENT_AUTH,))
    contents = replace(sound, **changes)
    return issued(pki.client_contents(kind), Issuer(certify(contents, pki.root()), key))


def changed(kind: Any, old: bytes, new: bytes) -> Credential:
    one = pki.client_credential(kind)
    assert one.chain[0].count(old) > 0 and len(old) == len(new)
    return replace(one, chain=(one.chain[0].replace(old, new), *one.chain[1:]))


def self_signed(kind: Any) -> Credential:
    contents = pki.client_contents(kind)
    return Credential((der(certify(contents, None)),), contents.private_key)


def bad_signature(kind: Any) -> Credential:
    one = pki.client_credential(kind)
    leaf = one.chain[0]
    return replace(one, chain=(leaf[:-1] + bytes([leaf[-1] ^ 1]), *one.chain[1:]))


def signed_by_a_client(kind: Any) -> Credential:
    """A customer signs a certificate for another one."""
    signer = pki.client_credential("ecdsa")
    leaf = certify(pki.client_contents(kind), Issuer(signer.leaf, signer.private_key))
    return Credential((der(leaf), *signer.chain), pki.client_contents(kind).private_key)


# fault: how it is made, what we send, what OpenSSL's server does. Where they differ the line says
# why, if it is not said in test_verify_chain.py.
FAULTS: dict[str, tuple[Callable[[Any, datetime], Credential], AlertDescription, str]] = {
    "expired": (
        lambda kind, now: leaf_with(kind, not_after=now - DAY),
        A.certificate_expired,
        "certificate_expired",
    ),
    "not_yet_valid": (
        lambda kind, now: leaf_with(kind, not_before=now + DAY),
        A.certificate_expired,
        "bad_certificate",
    ),
    "expired_intermediate": (
        lambda kind, now: under(kind, not_after=now - DAY),
        A.certificate_expired,
        "certificate_expired",
    ),
    "missing_intermediate": (
        lambda kind, _: replace(
            pki.client_credential(kind), chain=pki.client_credential(kind).chain[:1]
        ),
        A.unknown_ca,
        "unknown_ca",
    ),
    "unknown_ca": (
        lambda kind, _: issued(pki.client_contents(kind), stranger("somebody else's root")),
        A.unknown_ca,
        "unknown_ca",
    ),
    "impostor": (
        lambda kind, _: issued(pki.client_contents(kind), stranger(pki.ROOT_NAME)),
        A.unknown_ca,
        "unknown_ca",
    ),
    "self_signed": (lambda kind, _: self_signed(kind), A.unknown_ca, "unknown_ca"),
    "signed_by_a_client": (lambda kind, _: signed_by_a_client(kind), A.unknown_ca, "unknown_ca"),
    "bad_signature": (lambda kind, _: bad_signature(kind), A.bad_certificate, "decrypt_error"),
    "changed_contents": (
        lambda kind, _: changed(kind, b"client.course.example", b"admin_.course.example"),
        A.bad_certificate,
        "decrypt_error",
    ),
    "made_for_servers": (
        lambda kind, _: leaf_with(kind, extended_key_usage=(pki.SERVER_AUTH,)),
        A.unsupported_certificate,
        "unsupported_certificate",
    ),
    "intermediate_for_servers": (
        lambda kind, _: issued(pki.client_contents(kind), pki.intermediate(kind)),
        A.certificate_unknown,
        "unsupported_certificate",
    ),
    "leaf_is_a_ca": (
        lambda kind, _: leaf_with(kind, ca=True),
        A.unsupported_certificate,
        ACCEPTED,
    ),
    "outside_constraints": (
        lambda kind, _: leaf_with(kind, names=(BANK,)),
        A.certificate_unknown,
        "certificate_unknown",
    ),
    "unknown_critical_extension": (
        lambda kind, _: leaf_with(kind, critical=(UNKNOWN_EXTENSION,)),
        A.certificate_unknown,
        "certificate_unknown",
    ),
}


def verdict_of_openssl(credential: Credential) -> str:
    """Return what OpenSSL's server, with today's clock, does about this client."""
    server = OpenSSLPeer.server(
        [(pki.pem_chain(pki.credential("rsa")), pki.pem_key(pki.credential("rsa")))],
        client_roots_pem=pki.pem_roots(),
        require_client_certificate=True,
    )
    client = OpenSSLPeer.client(
        pki.pem_roots(), pki.HOST, credential=(pki.pem_chain(credential), pki.pem_key(credential))
    )
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    server.receive(client.data_to_send())
    answer = server.data_to_send()
    if answer[0] == 21:  # alert
        assert not server.done and server.error.startswith("CERTIFICATE_VERIFY_FAILED")
        return A(answer[6]).name
    assert server.done and server.peer_certificate == credential.chain[0]
    return ACCEPTED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("now", [pki.NOW, pki.FIRST_DAY, pki.LAST_DAY])
def test_sound_clients_are_accepted(kind, now):
    credential = pki.client_credential(kind)
    assert verify_client_chain(credential.chain, pki.trust(), now) == credential.leaf
    require_key_usage(credential.leaf, "digital_signature", "client")
    assert verdict_of_openssl(credential) == ACCEPTED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_gets_its_alert_from_us_and_from_openssl(name, kind):
    make, expected, openssl = FAULTS[name]
    now = datetime.now(UTC).replace(microsecond=0)
    credential = make(kind, now)
    with pytest.raises(Alert) as caught:
        verify_client_chain(credential.chain, pki.trust(), now)
    assert caught.value.description is expected, caught.value
    assert "RFC" in caught.value.reference and len(caught.value.reason.split()) > 6
    assert "server's" not in caught.value.reason
    assert verdict_of_openssl(credential) == openssl


def test_a_client_needs_no_name():
    """Who it may be is for the application to say: no name is asked for, none must be there."""
    credential = leaf_with("ecdsa", names=())
    assert verdict_of_openssl(credential) == ACCEPTED
    assert verify_client_chain(credential.chain, pki.trust(), pki.NOW) == credential.leaf


def test_a_certificate_of_a_server_is_none_of_a_client_and_the_other_way_round():
    with pytest.raises(Alert, match="expected the extended key usage clientAuth, got serverAuth"):
        verify_client_chain(pki.credential("ecdsa").chain, pki.trust(), pki.NOW)


def test_a_key_that_is_too_short():
    credential = leaf_with("rsa", private_key=pki.course_key("weak_rsa"))
    with pytest.raises(Alert, match="2048 bits or more, got 1024 bits") as caught:
        verify_client_chain(credential.chain, pki.trust(), pki.NOW)
    assert caught.value.description is A.bad_certificate


@pytest.mark.parametrize("kind", KINDS)
def test_a_clients_key_must_be_allowed_to_sign(kind):
    """RFC 5246 §7.4.6; the words are those of a client, not of a server and its suite."""
    leaf = leaf_with(kind, key_usage=("key_agreement",)).leaf
    with pytest.raises(
        Alert, match=r"CertificateVerify needs .* the client's certificate"
    ) as caught:
        require_key_usage(leaf, "digital_signature", "client")
    assert caught.value.description is A.illegal_parameter
    assert "§7.4.6" in caught.value.reference


def test_what_is_no_certificate():
    chain = pki.client_credential().chain
    for broken in ((b"", *chain[1:]), (b"no certificate",), (chain[0][:-1], *chain[1:])):
        with pytest.raises(Alert) as caught:
            verify_client_chain(broken, pki.trust(), pki.NOW)
        assert caught.value.description is A.bad_certificate
    with pytest.raises(Alert, match="decode_error: expected the client's certificate"):
        verify_client_chain((), pki.trust(), pki.NOW)


def test_a_clients_own_certificate_can_be_trusted_as_it_is():
    credential = self_signed("ecdsa")
    trust = Trust((credential.leaf,))
    assert verify_client_chain(credential.chain, trust, pki.NOW) == credential.leaf
