"""What a server of TLS 1.3 may do wrong, and the alert that it gets (RFC 9846)."""

from dataclasses import replace
from typing import Any

from ways_13 import (
    ASKS,
    KEY,
    RETRIES,
    Way,
    bad_signature,
    finished,
    server_hello,
    share,
    signing_as,
)
from wrong_ends import CLIENT, changed, having, is_retry, rewritten, twice, without

from tlskit.messages import ServerHello
from tlskit.registry import ExtensionType as X
from tlskit.registry import HandshakeType as H
from tlskit.registry import SignatureScheme
from tlskit.tls13_messages import Certificate, CertificateRequest, EncryptedExtensions


def retry(name: str, alert: str, judge: Any = None, **changes: Any) -> Way:
    """Return a way of a server whose HelloRetryRequest is wrong."""
    return Way(name, alert, changed(ServerHello, is_retry, **changes), {}, RETRIES, judge or {})


def first_groups(group: int) -> dict[str, Any]:
    return {"extensions": having((X.key_share, group.to_bytes(2, "big")))}


WAYS_OF_SERVERS = [
    server_hello("SSL 3.0 in the old field", "protocol_version", server_version=0x0300),
    server_hello(
        "version 1.2 by the extension",
        "illegal_parameter",
        extensions=having((X.supported_versions, b"\3\3")),
    ),
    server_hello("1.3 in the old field", "protocol_version", server_version=0x0304),
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
