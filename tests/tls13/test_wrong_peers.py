"""Every rule that a peer of TLS 1.3 may break, and the alert that it gets (RFC 9846)."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from wrong_ends import (
    CLIENT,
    SERVER,
    alert_of,
    changed,
    having,
    is_retry,
    meeting,
    rewritten,
    twice,
    without,
)

from tlskit import pki, tls13
from tlskit.extensions import KeyShareEntry, KeyShareServerHello
from tlskit.lesson import lesson_random
from tlskit.messages import ClientHello, ServerHello
from tlskit.order import Role
from tlskit.presentation import encode
from tlskit.registry import ExtensionType as X
from tlskit.registry import HandshakeType as H
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.tls13_messages import Certificate, CertificateRequest, EncryptedExtensions

ASKS = {"client_certificate": "required", "trust": pki.trust()}
X25519, P256, P384 = NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1
RETRIES = {"groups": (P384,)}
"""A server that wants another key share than the client's first."""


@dataclass(frozen=True)
class Way:
    """A way to go wrong: what is replaced in the end that does, and the alert it must get."""

    name: str
    alert: str
    formulae: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    judge: dict[str, Any] = field(default_factory=dict)


def hello(name: str, alert: str, **changes: Any) -> Way:
    judge = changes.pop("judge", {})
    return Way(name, alert, changed(ClientHello, **changes), judge=judge)


def second_hello(name: str, alert: str, edit: Any, judge: Any = None) -> Way:
    """Return a way in which only the hello after HelloRetryRequest is wrong."""
    seen: list[bytes] = []

    def second(body: bytes) -> bool:
        seen.append(body)
        return len(seen) > 1

    formulae = changed(ClientHello, second, **edit)
    return Way(name, alert, formulae, judge=judge or RETRIES)


def server_hello(name: str, alert: str, **changes: Any) -> Way:
    return Way(name, alert, changed(ServerHello, **changes))


def share(group: int, key: bytes) -> tuple[int, bytes]:
    return (X.key_share, encode(KeyShareServerHello(KeyShareEntry(group, key))))


def shares(*entries: tuple[int, bytes]) -> tuple[int, bytes]:
    body = b"".join(encode(KeyShareEntry(*one)) for one in entries)
    return (X.key_share, len(body).to_bytes(2, "big") + body)


def finished(edit: Any) -> dict[str, Any]:
    return rewritten(H.finished, edit)


def bad_signature(scheme: int, key: Any, content: bytes) -> bytes:
    return tls13.FORMULAE.sign(scheme, key, content + b"!")


def signing_as(role: Role) -> dict[str, Any]:
    content = tls13.FORMULAE.certificate_verify_content
    return {"certificate_verify_content": lambda signer, hashed: content(role, hashed)}


KEY = tls13.FORMULAE.generate_key_pair(X25519, lesson_random("a key")).public
WAYS_OF_CLIENTS = [
    hello("no version but 1.2", "protocol_version", extensions=without(X.supported_versions)),
    hello(
        "versions without 1.3",
        "protocol_version",
        extensions=having((X.supported_versions, b"\2\3\3")),
    ),
    hello(
        "empty list of versions", "decode_error", extensions=having((X.supported_versions, b"\0"))
    ),
    hello("compression", "illegal_parameter", compression_methods=(1, 0)),
    hello("no null compression", "illegal_parameter", compression_methods=(1,)),
    hello("no suite in common", "handshake_failure", cipher_suites=(0xC02B, 0x0A0A)),
    hello("no key share", "missing_extension", extensions=without(X.key_share)),
    hello("no groups", "missing_extension", extensions=without(X.supported_groups)),
    hello(
        "neither groups nor shares",
        "missing_extension",
        extensions=without(X.supported_groups, X.key_share),
    ),
    hello(
        "no signature algorithms", "missing_extension", extensions=without(X.signature_algorithms)
    ),
    hello(
        "no group in common",
        "handshake_failure",
        extensions=having((X.supported_groups, b"\0\2\x0a\x0a"), shares((0x0A0A, b"x"))),
    ),
    hello(
        "no signature scheme in common",
        "handshake_failure",
        extensions=having((X.signature_algorithms, b"\0\2\x02\x01")),
    ),
    hello(
        "PKCS #1 alone",
        "handshake_failure",
        extensions=having((X.signature_algorithms, b"\0\2\4\1")),
    ),
    hello(
        "two shares of a group",
        "illegal_parameter",
        extensions=having(shares((29, KEY), (29, KEY))),
    ),
    hello(
        "a share of a group that is not listed",
        "illegal_parameter",
        extensions=having((X.supported_groups, b"\0\2\0\x17"), shares((29, KEY))),
    ),
    hello("a key too short", "illegal_parameter", extensions=having(shares((29, KEY[1:])))),
    hello("a key of low order", "illegal_parameter", extensions=having(shares((29, bytes(32))))),
    hello(
        "no point of the curve",
        "illegal_parameter",
        extensions=having(shares((23, b"\4" + bytes(64)))),
        judge={"groups": (P256,)},
    ),
    hello(
        "a compressed point",
        "illegal_parameter",
        extensions=having(shares((23, b"\2" + bytes(32)))),
        judge={"groups": (P256,)},
    ),
    hello("an empty key", "decode_error", extensions=having((X.key_share, b"\0\4\0\x1d\0\0"))),
    hello(
        "shares that break off", "decode_error", extensions=having((X.key_share, b"\0\x26\0\x1d"))
    ),
    hello("an extension twice", "illegal_parameter", extensions=twice(X.supported_groups)),
    hello("oid_filters", "illegal_parameter", extensions=having((X.oid_filters, b"\0\0"))),
    hello(
        "pre_shared_key not last",
        "illegal_parameter",
        extensions=having(
            (X.pre_shared_key, b"\0\x0b\0\5ident\0\0\0\0\0\x21\x20" + bytes(32)), first=True
        ),
    ),
    hello(
        "pre_shared_key without modes",
        "missing_extension",
        extensions=lambda message: having(
            (X.pre_shared_key, b"\0\x0b\0\5ident\0\0\0\0\0\x21\x20" + bytes(32))
        )(replace(message, extensions=without(X.psk_key_exchange_modes)(message))),
    ),
    hello(
        "a binder too few",
        "illegal_parameter",
        extensions=having(
            (
                X.pre_shared_key,
                b"\0\x16" + b"\0\5ident\0\0\0\0" * 2 + b"\0\x21\x20" + bytes(32),
            )
        ),
    ),
    hello(
        "a binder too short",
        "decode_error",
        extensions=having((X.pre_shared_key, b"\0\x0b\0\5ident\0\0\0\0\0\x20\x1f" + bytes(31))),
    ),
    hello(
        "no modes in the list", "decode_error", extensions=having((X.psk_key_exchange_modes, b"\0"))
    ),
    hello("early data with a body", "decode_error", extensions=having((X.early_data, b"\0"))),
    hello(
        "a protocol that nobody speaks",
        "no_application_protocol",
        extensions=having((X.application_layer_protocol_negotiation, b"\0\3\2h9")),
        judge={"alpn": ("h2",)},
    ),
    Way(
        "a byte behind the hello",
        "decode_error",
        rewritten(H.client_hello, lambda one: one + b"\0"),
    ),
    second_hello("another random", "illegal_parameter", {"random": bytes(32)}),
    second_hello("other suites", "illegal_parameter", {"cipher_suites": (0x1301,)}),
    second_hello("another session ID", "illegal_parameter", {"session_id": bytes(32)}),
    second_hello(
        "an extension more",
        "illegal_parameter",
        {"extensions": having((X.post_handshake_auth, b""))},
    ),
    second_hello(
        "the first share again", "illegal_parameter", {"extensions": having(shares((29, KEY)))}
    ),
    second_hello("no share at all", "illegal_parameter", {"extensions": having(shares())}),
    second_hello("early data", "illegal_parameter", {"extensions": having((X.early_data, b""))}),
    second_hello(
        "another cookie",
        "illegal_parameter",
        {"extensions": having((X.cookie, b"\0\1x"))},
        {"cookie": b"once more"},
    ),
    second_hello(
        "no cookie",
        "illegal_parameter",
        {"extensions": without(X.cookie)},
        {"cookie": b"once more"},
    ),
    Way("Finished of zeros", "decrypt_error", finished(lambda body: bytes(32))),
    Way("Finished too short", "decode_error", finished(lambda body: body[:12])),
    Way("Finished too long", "decode_error", finished(lambda body: body + b"\0")),
    Way("a signature over something else", "decrypt_error", {"sign": bad_signature}, judge=ASKS),
    Way(
        "a signature as the server's",
        "decrypt_error",
        signing_as(SERVER),
        judge=ASKS,
    ),
    Way(
        "a scheme of another key",
        "illegal_parameter",
        rewritten(H.certificate_verify, lambda body: b"\x08\x04" + body[2:]),
        judge=ASKS,
    ),
    Way(
        "a scheme of TLS 1.2",
        "illegal_parameter",
        rewritten(H.certificate_verify, lambda body: b"\x04\x01" + body[2:]),
        judge=ASKS,
    ),
    Way(
        "a context that nobody gave",
        "illegal_parameter",
        changed(Certificate, certificate_request_context=b"x"),
        judge=ASKS,
    ),
    Way("no certificate", "certificate_required", wrong={"credentials": ()}, judge=ASKS),
    Way(
        "a server's certificate",
        "unsupported_certificate",
        wrong={"credentials": (pki.credential("ecdsa"),)},
        judge=ASKS,
    ),
    Way(
        "a stapled answer that nobody asked for",
        "unsupported_extension",
        changed(
            Certificate,
            certificate_list=lambda one: tuple(
                replace(entry, extensions=having((X.status_request, b""))(entry))
                for entry in one.certificate_list
            ),
        ),
        judge=ASKS,
    ),
    Way(
        "key_share in Certificate",
        "illegal_parameter",
        changed(
            Certificate,
            certificate_list=lambda one: tuple(
                replace(entry, extensions=having((X.key_share, b""))(entry))
                for entry in one.certificate_list
            ),
        ),
        judge=ASKS,
    ),
]


def retry(name: str, alert: str, judge: Any = None, **changes: Any) -> Way:
    """Return a way of a server whose HelloRetryRequest is wrong."""
    return Way(name, alert, changed(ServerHello, is_retry, **changes), {}, RETRIES, judge or {})


def first_groups(group: int) -> dict[str, Any]:
    return {"extensions": having((X.key_share, group.to_bytes(2, "big")))}


WAYS_OF_SERVERS = [
    server_hello(
        "version 1.2 by the extension",
        "illegal_parameter",
        extensions=having((X.supported_versions, b"\3\3")),
    ),
    server_hello("1.3 in the old field", "illegal_parameter", server_version=0x0304),
    server_hello(
        "1.2 and nothing else", "protocol_version", extensions=without(X.supported_versions)
    ),
    server_hello("another session ID", "illegal_parameter", session_id=bytes(32)),
    server_hello("no session ID", "illegal_parameter", session_id=b""),
    server_hello("a suite of TLS 1.2", "illegal_parameter", cipher_suite=0xC02B),
    server_hello("a suite that was not offered", "illegal_parameter", cipher_suite=0x1304),
    server_hello("compression", "illegal_parameter", compression_method=1),
    server_hello("no key share", "missing_extension", extensions=without(X.key_share)),
    server_hello(
        "a share of a group without ours", "illegal_parameter", extensions=having(share(23, KEY))
    ),
    server_hello("a key too long", "illegal_parameter", extensions=having(share(29, KEY + b"\0"))),
    server_hello(
        "a key of low order", "illegal_parameter", extensions=having(share(29, bytes(32)))
    ),
    server_hello(
        "a PSK that was not offered",
        "unsupported_extension",
        extensions=having((X.pre_shared_key, b"\0\0")),
    ),
    server_hello("an unknown extension", "unsupported_extension", extensions=having((0x1234, b""))),
    server_hello(
        "ALPN in the clear",
        "illegal_parameter",
        extensions=having((X.application_layer_protocol_negotiation, b"\0\3\2h2")),
    ),
    server_hello(
        "a cookie in ServerHello", "illegal_parameter", extensions=having((X.cookie, b"\0\1x"))
    ),
    server_hello("an extension twice", "illegal_parameter", extensions=twice(X.supported_versions)),
    server_hello(
        "a list where one version belongs",
        "decode_error",
        extensions=having((X.supported_versions, b"\2\3\4")),
    ),
    Way(
        "a byte behind ServerHello",
        "decode_error",
        rewritten(H.server_hello, lambda one: one + b"\0"),
    ),
    retry("a group that was not offered", "illegal_parameter", **first_groups(0x0A0A)),
    retry("the group that we sent a key for", "illegal_parameter", **first_groups(29)),
    retry("nothing is asked for", "illegal_parameter", extensions=without(X.key_share)),
    retry("another session ID in the retry", "illegal_parameter", session_id=bytes(32)),
    retry(
        "an extension of ServerHello",
        "illegal_parameter",
        extensions=having((X.pre_shared_key, b"\0\0")),
    ),
    Way(
        "another suite than in the retry",
        "illegal_parameter",
        changed(ServerHello, lambda body: not is_retry(body), cipher_suite=0x1302),
        wrong=RETRIES,
    ),
    Way(
        "another group than in the retry",
        "illegal_parameter",
        changed(ServerHello, lambda body: not is_retry(body), extensions=having(share(29, KEY))),
        wrong=RETRIES,
    ),
    Way(
        "key_share in EncryptedExtensions",
        "illegal_parameter",
        changed(EncryptedExtensions, extensions=having((X.key_share, b"\0\x1d"))),
    ),
    Way(
        "supported_versions in EncryptedExtensions",
        "illegal_parameter",
        changed(EncryptedExtensions, extensions=having((X.supported_versions, b"\3\4"))),
    ),
    Way(
        "a protocol that nobody asked for",
        "unsupported_extension",
        changed(
            EncryptedExtensions,
            extensions=having((X.application_layer_protocol_negotiation, b"\0\3\2h2")),
        ),
    ),
    Way(
        "a protocol that was not offered",
        "illegal_parameter",
        changed(
            EncryptedExtensions,
            extensions=having((X.application_layer_protocol_negotiation, b"\0\3\2h9")),
        ),
        judge={"alpn": ("h2",)},
    ),
    Way(
        "two protocols",
        "illegal_parameter",
        changed(
            EncryptedExtensions,
            extensions=having((X.application_layer_protocol_negotiation, b"\0\6\2h2\2h9")),
        ),
        judge={"alpn": ("h2", "h9")},
    ),
    Way(
        "early data that was not sent",
        "unsupported_extension",
        changed(EncryptedExtensions, extensions=having((X.early_data, b""))),
    ),
    Way(
        "an extension of TLS 1.2",
        "illegal_parameter",
        changed(EncryptedExtensions, extensions=having((X.extended_master_secret, b""))),
    ),
    Way(
        "a request without schemes",
        "missing_extension",
        changed(CertificateRequest, extensions=without(X.signature_algorithms)),
        wrong=ASKS,
    ),
    Way(
        "a request with a context",
        "illegal_parameter",
        changed(CertificateRequest, certificate_request_context=b"x"),
        wrong=ASKS,
    ),
    Way(
        "server_name's sister in a request",
        "illegal_parameter",
        changed(CertificateRequest, extensions=having((X.supported_groups, b"\0\2\0\x1d"))),
        wrong=ASKS,
    ),
    Way("no certificates", "decode_error", changed(Certificate, certificate_list=())),
    Way("a context", "illegal_parameter", changed(Certificate, certificate_request_context=b"x")),
    Way(
        "an answer that nobody asked for",
        "unsupported_extension",
        changed(
            Certificate,
            certificate_list=lambda one: tuple(
                replace(entry, extensions=having((X.status_request, b""))(entry))
                for entry in one.certificate_list
            ),
        ),
    ),
    Way("a signature over something else", "decrypt_error", {"sign": bad_signature}),
    Way("a signature as the client's", "decrypt_error", signing_as(CLIENT)),
    Way(
        "a scheme that was not offered",
        "illegal_parameter",
        judge={"signature_schemes": (SignatureScheme.rsa_pss_rsae_sha256,)},
        steps={},
        formulae=rewritten(H.certificate_verify, lambda body: b"\x08\x05" + body[2:]),
    ),
    Way(
        "ECDSA of another curve",
        "illegal_parameter",
        rewritten(H.certificate_verify, lambda body: b"\x05\x03" + body[2:]),
    ),
    Way(
        "SHA-1", "illegal_parameter", rewritten(H.certificate_verify, lambda one: b"\2\3" + one[2:])
    ),
    Way("Finished of zeros", "decrypt_error", finished(lambda body: bytes(32))),
    Way("Finished too short", "decode_error", finished(lambda body: body[:12])),
    Way("another host's name", "bad_certificate", judge={"server_name": "other.example"}),
]


@pytest.mark.parametrize("way", WAYS_OF_CLIENTS, ids=lambda way: way.name)
def test_what_a_client_does_wrong(way):
    met = meeting(SERVER, way.formulae, way.steps, wrong=way.wrong, judge=way.judge)
    assert alert_of(*met) == way.alert, met[0].failure


@pytest.mark.parametrize("way", WAYS_OF_SERVERS, ids=lambda way: way.name)
def test_what_a_server_does_wrong(way):
    met = meeting(CLIENT, way.formulae, way.steps, wrong=way.wrong, judge=way.judge)
    assert alert_of(*met) == way.alert, met[0].failure
