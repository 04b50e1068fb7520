"""What a client of TLS 1.3 may do wrong, and the alert that it gets (RFC 9846)."""

from dataclasses import replace

from ways_13 import (
    ASKS,
    KEY,
    P256,
    Way,
    bad_signature,
    finished,
    hello,
    second_hello,
    shares,
    signing_as,
)
from wrong_ends import SERVER, changed, having, rewritten, twice, without

from tlskit import pki
from tlskit.registry import ExtensionType as X
from tlskit.registry import HandshakeType as H
from tlskit.tls13_messages import Certificate

WAYS_OF_CLIENTS = [
    hello("SSL 3.0 in the old field", "protocol_version", client_version=0x0300),
    hello("TLS 1.0 in the old field", "protocol_version", client_version=0x0301),
    hello("TLS 1.3 in the old field", "protocol_version", client_version=0x0304),
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
