"""Ways to fail in the ClientHello: the server finds them."""

from harm import (
    before,
    changed,
    doubled_extension,
    instead,
    longer,
    plain,
    rewritten,
    with_extensions,
    without_extension,
)
from ways import GOES_ON, SERVER, Way

from tlskit.cipher_suites import suite_named
from tlskit.messages import ClientHello
from tlskit.registry import CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup

X = ExtensionType
ECDHE = (suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),)
UNKNOWN_SUITE = 0x0001  # TLS_RSA_WITH_NULL_MD5: known to all, wanted by nobody
SHA1 = (0x0201, 0x0203)  # with RSA and with ECDSA, as old clients mean it
AFTER_RANDOM = 34  # bytes of client_version and random

CLIENT_HELLOS = (
    Way(
        "no TLS at all",
        "a browser speaks HTTP to the port",
        SERVER,
        "",
        "RFC 5246 §6",
        chosen="unexpected_message",
        why='"GET" reads as a record of type 71, which does not exist',
        wire=instead(b"GET / HTTP/1.1\r\nHost: signal.course.example\r\n\r\n"),
    ),
    Way(
        "record of an older protocol",
        "its header's version begins with 2, not with 3",
        SERVER,
        "",
        "RFC 5246 §6.2.1",
        chosen="protocol_version",
        why="it is a version that we do not have, though nobody has asked for it in a hello",
        wire=lambda flight: flight[:1] + b"\x02" + flight[2:],
    ),
    Way(
        "version too low",
        "the client can do TLS 1.1 at most",
        SERVER,
        "protocol_version",
        "RFC 5246 App. E.1",
        formulae=changed(ClientHello, client_version=0x0302),
    ),
    Way(
        "TLS 1.3 only",
        "client_version says 1.2, but supported_versions lists 1.3 alone",
        SERVER,
        "protocol_version",
        "RFC 9846 §4.3.1",
        formulae=changed(
            ClientHello, extensions=with_extensions((X.supported_versions, b"\x02\x03\x04"))
        ),
    ),
    Way(
        "fallback, but to our best",
        "TLS_FALLBACK_SCSV, and 1.2 is the highest version that this server has",
        SERVER,
        GOES_ON,
        "RFC 7507 §3",
        formulae=changed(
            ClientHello,
            cipher_suites=lambda hello: (*hello.cipher_suites, int(CipherSuite.TLS_FALLBACK_SCSV)),
        ),
    ),
    Way(
        "no common suite",
        "the client offers one suite, and nobody should use it",
        SERVER,
        "handshake_failure",
        "RFC 5246 §7.4.1.3",
        formulae=changed(ClientHello, cipher_suites=(UNKNOWN_SUITE,)),
    ),
    Way(
        "no common group",
        "the client's only suite is ECDHE, and its only group is another than the server's",
        SERVER,
        "handshake_failure",
        "RFC 8422 §5.1",
        settings={"groups": (NamedGroup.secp384r1,), "suites": ECDHE},
        judge={"groups": (NamedGroup.x25519,)},
        openssl={"group": "x25519", "kinds": ("rsa",)},
    ),
    Way(
        "no common signature scheme",
        "the client reads only signatures with DSA",
        SERVER,
        "",
        "RFC 5246 §7.4.3",
        chosen="handshake_failure",
        why="no acceptable set of parameters can be found",
        formulae=changed(
            ClientHello, extensions=with_extensions((X.signature_algorithms, b"\0\2\4\2"))
        ),
        settings={"suites": ECDHE},
    ),
    Way(
        "no signature_algorithms",
        "leaving it out means SHA-1, which nobody should sign with any more",
        SERVER,
        "",
        "RFC 5246 §7.4.1.4.1",
        chosen="handshake_failure",
        why="the scheme that is meant is none that the server may use",
        formulae=changed(ClientHello, extensions=without_extension(X.signature_algorithms))
        | {"verify_signature": lambda *anything: None},
        settings={"suites": ECDHE, "signature_schemes": SHA1},
        note="at security level 0, as here, it signs with SHA-1",
    ),
    Way(
        "no way without compression",
        "the list of compression methods lacks null",
        SERVER,
        "",
        "RFC 5246 §7.4.1.2",
        chosen="illegal_parameter",
        why="the list must hold null, so it is out of range",
        formulae=changed(ClientHello, compression_methods=(1,)),
    ),
    Way(
        "session ID too long",
        "33 bytes, where 32 are the most",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=rewritten(
            HandshakeType.client_hello,
            lambda body: body[:AFTER_RANDOM] + bytes([33]) * 34 + body[AFTER_RANDOM + 1 :],
        ),
    ),
    Way(
        "no suites at all",
        "the list of suites is empty, where one is the least",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=rewritten(
            HandshakeType.client_hello,
            lambda body: body[:AFTER_RANDOM] + b"\0" + b"\0\0" + b"\1\0",
        ),
    ),
    Way(
        "half a suite",
        "the list of suites has three bytes, and a suite has two",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=rewritten(
            HandshakeType.client_hello,
            lambda body: body[:AFTER_RANDOM] + b"\0" + b"\0\3\xc0\x2f\xc0" + b"\1\0",
        ),
    ),
    Way(
        "bytes left over",
        "a byte stands behind the extensions",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=longer(ClientHello),
    ),
    Way(
        "extension doubled",
        "supported_groups stands there twice: which one counts?",
        SERVER,
        "",
        "RFC 5246 §7.4.1.4",
        chosen="illegal_parameter",
        why="each one decodes, but the two are inconsistent with each other",
        formulae=changed(ClientHello, extensions=doubled_extension(X.supported_groups)),
    ),
    Way(
        "extension with a wrong body",
        "extended_master_secret says all by being there, and here has a byte inside",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=changed(
            ClientHello, extensions=with_extensions((X.extended_master_secret, b"\0"))
        ),
    ),
    Way(
        "half a group",
        "the list in supported_groups has three bytes",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=changed(
            ClientHello, extensions=with_extensions((X.supported_groups, b"\0\3\0\x17\0"))
        ),
    ),
    Way(
        "two host names",
        "server_name asks for two hosts at once",
        SERVER,
        "",
        "RFC 6066 §3",
        chosen="illegal_parameter",
        why="each name is well formed, there may only not be two of a kind",
        formulae=changed(
            ClientHello,
            extensions=with_extensions((X.server_name, b"\0\x08\0\0\1a\0\0\1b")),
        ),
    ),
    Way(
        "points only compressed",
        "ec_point_formats lacks uncompressed, the only one that is left in use",
        SERVER,
        "illegal_parameter",
        "RFC 8422 §5.1.2",
        formulae=changed(ClientHello, extensions=with_extensions((X.ec_point_formats, b"\1\1"))),
    ),
    Way(
        "no common protocol",
        "the client speaks h2, the server http/1.1",
        SERVER,
        "no_application_protocol",
        "RFC 7301 §3.2",
        settings={"alpn": ("h2",)},
        judge={"alpn": ("http/1.1",)},
        openssl={"alpn": ("http/1.1",)},
        note="Python's ssl tells OpenSSL to go on without a protocol",
    ),
    Way(
        "empty protocol name",
        "a name in the ALPN list has no bytes",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=changed(
            ClientHello,
            extensions=with_extensions((X.application_layer_protocol_negotiation, b"\0\1\0")),
        ),
    ),
    Way(
        "renews what never was",
        "renegotiation_info carries a Finished, and there was no handshake before",
        SERVER,
        "handshake_failure",
        "RFC 5746 §3.6",
        formulae=changed(
            ClientHello, extensions=with_extensions((X.renegotiation_info, b"\x0c" + bytes(12)))
        ),
    ),
    Way(
        "no extended master secret",
        "the server requires it, and the client does not offer it",
        SERVER,
        "handshake_failure",
        "RFC 7627 §5.2",
        settings={"extended_master_secret": False},
        judge={"require_extended_master_secret": True},
        openssl=None,
        note="has no such setting",
    ),
    Way(
        "application data first",
        "words before the hello, when there are no keys",
        SERVER,
        "unexpected_message",
        "RFC 5246 §7.2.2",
        wire=before(plain(ContentType.application_data, b"let me in")),
    ),
)
