"""Ways to fail in the ServerHello: the client finds them."""

from harm import changed, doubled_extension, longer, with_extensions
from ways import CLIENT, Way

from tlskit.cipher_suites import suite_named
from tlskit.messages import ServerHello
from tlskit.registry import ExtensionType

X = ExtensionType
ECDHE = (suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),)
OTHER = int(suite_named("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384").code)
NOBODYS = 0x5A5B  # an extension type that nobody has given a meaning
ALPN = X.application_layer_protocol_negotiation
SPEAKS_H2 = {"judge": {"alpn": ("h2",)}, "openssl": {"alpn": ("h2",)}}

SERVER_HELLOS = (
    Way(
        "version not offered",
        "the server answers with TLS 1.1",
        CLIENT,
        "protocol_version",
        "RFC 5246 App. E.1",
        formulae=changed(ServerHello, server_version=0x0302),
        settings={"suites": (suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),)},
    ),
    Way(
        "version too low for the suite",
        "TLS 1.1 again, with an AEAD suite, which TLS 1.1 does not have",
        CLIENT,
        "protocol_version",
        "RFC 5246 App. E.1 (a client that knew TLS 1.1, too, would say illegal_parameter,"
        " RFC 5288 §4)",
        formulae=changed(ServerHello, server_version=0x0302),
    ),
    Way(
        "suite not offered",
        "the server takes a good suite, but not one of the client's",
        CLIENT,
        "illegal_parameter",
        "RFC 5246 §7.2.2",
        formulae=changed(ServerHello, cipher_suite=OTHER),
        judge={"suites": ECDHE},
        openssl={"suites": ECDHE[0].openssl_name},
    ),
    Way(
        "suite that does not exist",
        "a number that nobody has given out",
        CLIENT,
        "illegal_parameter",
        "RFC 5246 §7.2.2",
        formulae=changed(ServerHello, cipher_suite=0x5A5B),
    ),
    Way(
        "compression not offered",
        "the server wants to compress (DEFLATE)",
        CLIENT,
        "illegal_parameter",
        "RFC 5246 §7.2.2",
        formulae=changed(ServerHello, compression_method=1),
    ),
    Way(
        "extension not asked for",
        "the server answers what the client never said",
        CLIENT,
        "unsupported_extension",
        "RFC 5246 §7.4.1.4",
        formulae=changed(ServerHello, extensions=with_extensions((NOBODYS, b""))),
        note="ignores an answer whose type it does not know",
    ),
    Way(
        "protocol taken, none offered",
        "the server answers ALPN, and the client has not sent it",
        CLIENT,
        "unsupported_extension",
        "RFC 5246 §7.4.1.4",
        formulae=changed(ServerHello, extensions=with_extensions((ALPN, b"\0\3\2h2"))),
    ),
    Way(
        "extension doubled",
        "renegotiation_info stands there twice",
        CLIENT,
        "",
        "RFC 5246 §7.4.1.4",
        chosen="illegal_parameter",
        why="each one decodes, there may only not be two",
        formulae=changed(ServerHello, extensions=doubled_extension(X.renegotiation_info)),
    ),
    Way(
        "extension with a wrong body",
        "extended_master_secret with a byte inside",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=changed(
            ServerHello, extensions=with_extensions((X.extended_master_secret, b"\0"))
        ),
    ),
    Way(
        "bytes left over",
        "a byte stands behind the extensions",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=longer(ServerHello),
    ),
    Way(
        "points only compressed",
        "ec_point_formats lacks uncompressed",
        CLIENT,
        "",
        "RFC 8422 §5.2",
        chosen="illegal_parameter",
        why="it is the alert of a server that finds the same (§5.1.2)",
        formulae=changed(ServerHello, extensions=with_extensions((X.ec_point_formats, b"\1\1"))),
    ),
    Way(
        "protocol not offered",
        "the client speaks h2, the server takes http/1.1",
        CLIENT,
        "",
        "RFC 7301 §3.1",
        chosen="illegal_parameter",
        why="the answer is inconsistent with the client's list",
        formulae=changed(ServerHello, extensions=with_extensions((ALPN, b"\0\x09\x08http/1.1"))),
        **SPEAKS_H2,
    ),
    Way(
        "two protocols taken",
        "the list in the server's answer must hold exactly one name",
        CLIENT,
        "",
        "RFC 7301 §3.1",
        chosen="illegal_parameter",
        why="the list decodes, it only holds a name too many",
        formulae=changed(
            ServerHello, extensions=with_extensions((ALPN, b"\0\x0c\2h2\x08http/1.1"))
        ),
        **SPEAKS_H2,
    ),
    Way(
        "renews what never was",
        "renegotiation_info carries two Finished, and there was no handshake before",
        CLIENT,
        "handshake_failure",
        "RFC 5746 §3.4",
        formulae=changed(
            ServerHello, extensions=with_extensions((X.renegotiation_info, b"\x18" + bytes(24)))
        ),
    ),
    Way(
        "encrypt-then-MAC without a MAC",
        "the server answers encrypt_then_mac and takes an AEAD suite",
        CLIENT,
        "",
        "RFC 7366 §3",
        chosen="illegal_parameter",
        why="the answer is inconsistent with the suite",
        formulae=changed(ServerHello, extensions=with_extensions((X.encrypt_then_mac, b""))),
        note="ignores the answer",
    ),
    Way(
        "no extended master secret",
        "the client requires it, and the server does without",
        CLIENT,
        "handshake_failure",
        "RFC 7627 §5.2",
        settings={"extended_master_secret": False},
        judge={"require_extended_master_secret": True},
        openssl=None,
        note="has no such setting",
    ),
)
