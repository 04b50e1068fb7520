"""Ways to fail with certificates: a server's and a client's, and a client's proof."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from harm import changed, longer, signing_other_bytes, without
from ways import CLIENT, GOES_ON, SERVER, Way

from tlskit import pki
from tlskit.certificates import Credential
from tlskit.cipher_suites import suite_named
from tlskit.faulty_pki import FAULTS, UNKNOWN_EXTENSION, faulty, stranger
from tlskit.messages import Certificate, CertificateVerify
from tlskit.pki import CLIENT_AUTH, Contents, course_key, issued
from tlskit.registry import HandshakeType, SignatureScheme

NO_ALERT = "no alert means a wrong name, and this is what OpenSSL sends for one"
OTHER_SUITE = "the certificate may be good, but not with this suite"
# fault of faulty_pki: the rule, and why we send what we send if the rule names no alert
NAMED: Mapping[str, tuple[str, str]] = {
    "undecodable": ("RFC 5246 §7.2.2", ""),
    "missing_intermediate": ("RFC 5246 §7.2.2", ""),
    "unknown_ca": ("RFC 5246 §7.2.2", ""),
    "impostor": ("RFC 5246 §7.2.2", ""),
    "self_signed": ("RFC 5246 §7.2.2", ""),
    "bad_signature": ("RFC 5246 §7.2.2", ""),
    "changed_contents": ("RFC 5246 §7.2.2", ""),
    "expired": ("RFC 5246 §7.2.2", ""),
    "not_yet_valid": ("RFC 5246 §7.2.2", ""),
    "expired_intermediate": ("RFC 5246 §7.2.2", ""),
    "not_a_ca": ("RFC 5280 §6.1.4", "the signer is no CA, so no known CA vouches for the leaf"),
    "path_too_long": ("RFC 5280 §6.1.4", "the signer is no CA for this, so none vouches"),
    "wrong_usage": ("RFC 5280 §4.2.1.12", "the certificate is of a type for something else"),
    "leaf_is_a_ca": ("RFC 5280 §4.2.1.9", "the RFC lets it be, browsers and our verifier do not"),
    "weak_key": ("RFC 9325 §4.5", "the certificate itself is at fault, and no alert is closer"),
    "wrong_name": (
        "RFC 9525 §6.3",
        NO_ALERT,
    ),
    "no_name": (
        "RFC 9525 §6.3",
        NO_ALERT,
    ),
    "outside_constraints": ("RFC 5280 §4.2.1.10", "RFC 5246 §7.2.2 has it for other issues"),
    "unknown_critical_extension": ("RFC 5280 §4.2", "RFC 5246 §7.2.2 has it for other issues"),
    "no_digital_signature": (
        "RFC 5246 §7.4.2",
        OTHER_SUITE,
    ),
    "no_key_encipherment": (
        "RFC 5246 §7.4.2",
        OTHER_SUITE,
    ),
}
NOTES = {
    "weak_key": "at security level 2, the usual one of Debian",
    "no_name": "takes the common name if there is no other",
    "no_digital_signature": "looks at keyUsage of ECDSA keys only",
    "no_key_encipherment": "looks at keyUsage of ECDSA keys only",
}
ECDHE_RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
SUITES = {
    "weak_key": ECDHE_RSA,
    "no_key_encipherment": "TLS_RSA_WITH_AES_128_GCM_SHA256",
}


def server_fault(name: str, kind: str = "") -> Way:
    """Return the way to fail of one of faulty_pki's certificates."""
    fault = FAULTS[name]
    reference, why = NAMED[name]
    alert = fault.description.name
    judge: dict[str, Any] = {"server_name": fault.server_name}
    options: dict[str, Any] = {"server_name": fault.server_name}
    if name in SUITES or kind:
        suite = suite_named(SUITES.get(name, ECDHE_RSA))
        judge["suites"] = (suite,)
        level = 2 if name == "weak_key" else 0
        options["suites"] = f"{suite.openssl_name}:@SECLEVEL={level}"
    words = name.replace("_", " ").replace(" ca", " CA") + (f", {kind.upper()}" if kind else "")
    return Way(
        words,
        fault.story,
        CLIENT,
        "" if why else alert,
        reference,
        chosen=alert if why else "",
        why=why,
        shows=partial(shown, name, kind or ("rsa" if name in SUITES else "ecdsa")),
        judge=judge,
        openssl=options,
        note=NOTES.get(name, ""),
    )


def shown(name: str, kind: Any, now: datetime) -> Credential:
    """Return the faulty certificate as it is at this time."""
    return faulty(name, kind, now)


SERVER_CERTIFICATES = (
    Way(
        "no certificate",
        "the server's list is empty",
        CLIENT,
        "",
        "RFC 5246 §7.4.2",
        chosen="decode_error",
        why="RFC 9846 §4.5.1.3 names it for the same fault in TLS 1.3",
        formulae=changed(Certificate, certificate_list=()),
    ),
    Way(
        "bytes left over in Certificate",
        "a byte behind the list",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=longer(Certificate),
    ),
    Way(
        "key of another kind than the suite's",
        "an RSA certificate, and the suite says ECDSA",
        CLIENT,
        "",
        "RFC 5246 §7.4.2",
        chosen="illegal_parameter",
        why="the certificate is inconsistent with the suite",
        formulae=changed(Certificate, certificate_list=pki.credential("rsa").chain),
        judge={"suites": (suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),)},
        openssl={"suites": "ECDHE-ECDSA-AES128-GCM-SHA256"},
    ),
    *(server_fault(name) for name in FAULTS),
    server_fault("no_digital_signature", "rsa"),
)


def client_leaf(now: datetime, change: Callable[[datetime], dict[str, Any]]) -> Credential:
    """Return a client's certificate with these contents, issued by the root."""
    sound = Contents(
        "tlskit course client",
        course_key("client_ecdsa"),
        ("client.course.example",),
        key_usage=("digital_signature",),
        extended_key_usage=(CLIENT_AUTH,),
    )
    return issued(replace(sound, **change(now.replace(microsecond=0))), pki.root())


def leaf(change: Callable[[datetime], dict[str, Any]]) -> Callable[[datetime], Credential]:
    """Return what makes a client's certificate for a time."""
    return partial(client_leaf, change=change)


def strangers(now: datetime) -> Credential:
    """Return a client's certificate under somebody else's root."""
    sound = Contents(
        "somebody",
        course_key("client_ecdsa"),
        extended_key_usage=(CLIENT_AUTH,),
        key_usage=("digital_signature",),
    )
    return issued(sound, stranger("somebody else's root"))


def broken(now: datetime) -> Credential:
    """Return a client's certificate whose signature has a bit flipped."""
    good = pki.client_credential("ecdsa")
    first = good.chain[0]
    return Credential((first[:-1] + bytes([first[-1] ^ 1]), *good.chain[1:]), good.private_key)


ASKED: dict[str, Any] = {
    "judge": {"client_certificate": "required", "trust": pki.trust()},
    "openssl": {"client_roots_pem": pki.pem_roots(), "require_client_certificate": True},
}
WANTED: dict[str, Any] = {
    "judge": {"client_certificate": "wanted", "trust": pki.trust()},
    "openssl": {"client_roots_pem": pki.pem_roots()},
}
SHOWS = {"settings": {"credentials": (pki.client_credential("ecdsa"),)}}

CLIENT_CERTIFICATES = (
    Way(
        "none shown, one wanted",
        "the client's list is empty, and the server only asked",
        SERVER,
        GOES_ON,
        "RFC 5246 §7.4.6",
        **WANTED,
    ),
    Way(
        "none shown, one required",
        "the client's list is empty",
        SERVER,
        "handshake_failure",
        "RFC 5246 §7.4.6",
        **ASKED,
    ),
    Way(
        "under an unknown root",
        "anybody can make a root of his own",
        SERVER,
        "unknown_ca",
        "RFC 5246 §7.2.2",
        shows=strangers,
        **ASKED,
    ),
    Way(
        "made for servers",
        "whoever runs a server of the course would be a client, too",
        SERVER,
        "",
        "RFC 5280 §4.2.1.12",
        chosen="unsupported_certificate",
        why="the certificate is of a type for something else",
        shows=lambda now: pki.credential("ecdsa"),
        **ASKED,
    ),
    Way(
        "expired",
        "its last day was yesterday",
        SERVER,
        "certificate_expired",
        "RFC 5246 §7.2.2",
        shows=leaf(lambda now: {"not_after": now - timedelta(days=1)}),
        **ASKED,
    ),
    Way(
        "not yet valid",
        "its first day is tomorrow",
        SERVER,
        "certificate_expired",
        "RFC 5246 §7.2.2",
        shows=leaf(lambda now: {"not_before": now + timedelta(days=1)}),
        **ASKED,
    ),
    Way(
        "bad signature on it",
        "one bit of the issuer's signature is changed",
        SERVER,
        "bad_certificate",
        "RFC 5246 §7.2.2",
        shows=broken,
        **ASKED,
    ),
    Way(
        "unknown critical extension",
        "it may say 'not on Sundays'",
        SERVER,
        "",
        "RFC 5280 §4.2",
        chosen="certificate_unknown",
        why="RFC 5246 §7.2.2 has it for other issues",
        shows=leaf(lambda now: {"critical": (UNKNOWN_EXTENSION,)}),
        **ASKED,
    ),
    Way(
        "key may not sign",
        "keyUsage says keyAgreement alone, and CertificateVerify is a signature",
        SERVER,
        "",
        "RFC 5246 §7.4.6",
        chosen="illegal_parameter",
        why="the certificate may be good, but not for this",
        shows=leaf(lambda now: {"key_usage": ("key_agreement",)}),
        **ASKED,
    ),
    Way(
        "no certificate at all",
        "a list whose one entry is no DER",
        SERVER,
        "bad_certificate",
        "RFC 5246 §7.2.2",
        formulae=changed(Certificate, certificate_list=(b"a friend",)),
        **SHOWS,
        **ASKED,
    ),
    Way(
        "proof over other bytes",
        "the certificate is public; only its owner can sign with its key",
        SERVER,
        "decrypt_error",
        "RFC 5246 §7.2.2",
        formulae={"sign": signing_other_bytes},
        **SHOWS,
        **ASKED,
    ),
    Way(
        "proof by a scheme not offered",
        "MD5 with RSA",
        SERVER,
        "",
        "RFC 5246 §7.4.8",
        chosen="illegal_parameter",
        why="the scheme is inconsistent with CertificateRequest",
        formulae=changed(CertificateVerify, signature_algorithm=0x0101),
        **SHOWS,
        **ASKED,
    ),
    Way(
        "proof by a scheme of another key",
        "an RSA scheme, and the certificate has an ECDSA key",
        SERVER,
        "",
        "RFC 5246 §7.4.8",
        chosen="illegal_parameter",
        why="the scheme is inconsistent with the certificate",
        formulae=changed(
            CertificateVerify, signature_algorithm=int(SignatureScheme.rsa_pkcs1_sha256)
        ),
        **SHOWS,
        **ASKED,
    ),
    Way(
        "proof left out",
        "a certificate, and no CertificateVerify after it",
        SERVER,
        "unexpected_message",
        "RFC 5246 §7.2.2",
        wire=without(HandshakeType.certificate_verify),
        **SHOWS,
        **ASKED,
    ),
    Way(
        "answer left out",
        "no Certificate, not even an empty one, though the server asked",
        SERVER,
        "unexpected_message",
        "RFC 5246 §7.2.2",
        wire=without(HandshakeType.certificate),
        **ASKED,
    ),
)
