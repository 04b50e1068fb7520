"""Certificates of clients that must be refused, one fault each, with both servers' alerts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cryptography import x509

from tlskit import pki
from tlskit.certificates import Credential
from tlskit.faulty_pki import stranger
from tlskit.registry import AlertDescription

A = AlertDescription
DAY = timedelta(days=1)


def client_issuer() -> pki.Issuer:
    """Return the issuer of client certificates; its certificate travels in each client's chain."""
    certificate = x509.load_der_x509_certificate(pki.client_credential("ecdsa").chain[1])
    return pki.Issuer(certificate, pki.course_key("intermediate_ecdsa"))


def client_contents(key: str = "client_ecdsa", **changes: Any) -> pki.Contents:
    sound = pki.Contents(
        "tlskit course client",
        pki.course_key(key),
        ("client.course.example",),
        key_usage=("digital_signature",),
        extended_key_usage=(pki.CLIENT_AUTH,),
    )
    return replace(sound, **changes)


def client_with(key: str = "client_ecdsa", **changes: Any) -> Credential:
    return pki.issued(client_contents(key, **changes), client_issuer())


def changed(credential: Credential, leaf: Callable[[bytes], bytes]) -> Credential:
    return replace(credential, chain=(leaf(credential.chain[0]), *credential.chain[1:]))


def by_server_issuer() -> Credential:
    """A leaf for clients under an intermediate that may sign servers only."""
    return pki.issued(client_contents(), pki.intermediate("ecdsa"))


SOUND = pki.client_credential("ecdsa")
FAULTS: dict[str, tuple[Credential, AlertDescription, AlertDescription | None]] = {
    # what: the credential, our server's alert, OpenSSL's (None: it accepts)
    "expired": (client_with(not_after=pki.NOW - DAY), A.certificate_expired, A.certificate_expired),
    "not yet valid": (
        client_with(not_before=pki.LAST_DAY - DAY),
        A.certificate_expired,
        A.bad_certificate,
    ),
    "unknown CA": (
        pki.issued(client_contents(), stranger("somebody else's root")),
        A.unknown_ca,
        A.unknown_ca,
    ),
    "signed by itself": (
        Credential(
            (pki.der(pki.certify(client_contents(), None)),), pki.course_key("client_ecdsa")
        ),
        A.unknown_ca,
        A.unknown_ca,
    ),
    "intermediate missing": (
        replace(SOUND, chain=SOUND.chain[:1]),
        A.unknown_ca,
        A.unknown_ca,
    ),
    "made for servers": (
        pki.credential("ecdsa"),
        A.unsupported_certificate,
        A.unsupported_certificate,
    ),
    "issuer for servers only": (
        by_server_issuer(),
        A.certificate_unknown,
        A.unsupported_certificate,
    ),
    "bad signature": (
        changed(SOUND, lambda leaf: leaf[:-1] + bytes([leaf[-1] ^ 1])),
        A.bad_certificate,
        A.decrypt_error,
    ),
    "undecodable": (changed(SOUND, lambda leaf: leaf[:-1]), A.bad_certificate, A.decode_error),
    "weak key": (client_with("weak_rsa"), A.bad_certificate, None),
    "key may not sign": (client_with(key_usage=("key_agreement",)), A.illegal_parameter, None),
    "key of another": (
        replace(SOUND, private_key=pki.course_key("leaf_ecdsa")),
        A.decrypt_error,
        A.decrypt_error,
    ),
}
