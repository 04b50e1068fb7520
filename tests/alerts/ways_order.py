"""Ways to fail in the order of messages, and to ask for a new handshake."""

from typing import Any

from harm import (
    before,
    handshake,
    instead,
    plain,
    raw,
    says,
    swapped,
    twice,
    without,
)
from ways import CLIENT, SERVER, Way

from tlskit.cipher_suites import suite_named
from tlskit.messages import frame_handshake
from tlskit.registry import ContentType, ExtensionType, HandshakeType

H, X = HandshakeType, ExtensionType
LATE = ("unexpected_message", "RFC 5246 §7.2.2")
RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
CHANGE = plain(ContentType.change_cipher_spec, b"\1")


def hello_again(end: Any) -> None:
    """Send the first ClientHello once more."""
    says(ContentType.handshake, end.state.handshake_messages[0])(end)


ORDER = (
    Way("no Certificate", "the server leaves it out", CLIENT, *LATE, wire=without(H.certificate)),
    Way(
        "Certificate twice",
        "the second one might be another's",
        CLIENT,
        *LATE,
        wire=twice(H.certificate),
    ),
    Way(
        "no ServerKeyExchange",
        "the suite is ECDHE, so that there is no key without it",
        CLIENT,
        *LATE,
        wire=without(H.server_key_exchange),
    ),
    Way(
        "Certificate and ServerKeyExchange swapped",
        "a signature before the key that checks it",
        CLIENT,
        *LATE,
        wire=swapped(H.certificate, H.server_key_exchange),
    ),
    Way(
        "ServerKeyExchange with RSA",
        "RSA key transport has none (FREAK made clients take one)",
        CLIENT,
        *LATE,
        wire=before(handshake(H.server_key_exchange, b"\0" * 8)),
        settings={"suites": (RSA,)},
    ),
    Way(
        "ServerHello to a server",
        "a message of the other role",
        SERVER,
        *LATE,
        wire=instead(handshake(H.server_hello, b"\3\3" + bytes(36))),
    ),
    Way(
        "message that does not exist",
        "handshake type 99",
        SERVER,
        *LATE,
        wire=instead(handshake(99)),
    ),
    Way(
        "no ClientKeyExchange",
        "ChangeCipherSpec comes at once, and there is no secret",
        SERVER,
        *LATE,
        wire=without(H.client_key_exchange),
    ),
    Way(
        "ClientHello twice",
        "a second one in the middle of the handshake",
        SERVER,
        *LATE,
        wire=twice(H.client_hello),
        note="looks first at its record, which says TLS 1.0 as a first one may",
    ),
    Way(
        "Certificate nobody asked for",
        "the client shows one without a CertificateRequest",
        SERVER,
        *LATE,
        wire=lambda flight: (
            flight if flight[5:6] == b"\1" else handshake(H.certificate, bytes(3)) + flight
        ),
    ),
    Way(
        "no ChangeCipherSpec",
        "Finished comes under keys that nobody has announced",
        SERVER,
        *LATE,
        wire=lambda flight: flight.replace(CHANGE, b""),
    ),
    Way(
        "ChangeCipherSpec too early",
        "before ClientKeyExchange, so that the keys would be made of nothing (CVE-2014-0224)",
        SERVER,
        *LATE,
        wire=lambda flight: flight if flight[5:6] == b"\1" else CHANGE + flight,
    ),
    Way(
        "message across the change of keys",
        "a Finished that begins in the clear and would end under keys",
        SERVER,
        "",
        "RFC 5246 §7.4.9",
        chosen="unexpected_message",
        why="RFC 9846 §5.1 names it for TLS 1.3; here a record of another type cuts a message",
        wire=lambda flight: flight.replace(
            CHANGE, plain(ContentType.handshake, b"\x14\0") + CHANGE
        ),
    ),
    Way(
        "ServerHelloDone with a body",
        "a byte where nothing belongs",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae={
            "frame_handshake": lambda number, body: frame_handshake(
                number, body + b"\0" * (number == H.server_hello_done)
            )
        },
    ),
    Way(
        "server wants to begin anew",
        "HelloRequest after the handshake",
        CLIENT,
        "warning no_renegotiation",
        "RFC 5246 §7.2.2, RFC 5246 §7.2.2",
        after=says(ContentType.handshake, bytes(4)),
        note="would do it, and our server says no",
    ),
    Way(
        "client wants to begin anew",
        "a ClientHello after the handshake",
        SERVER,
        "warning no_renegotiation",
        "RFC 5246 §7.2.2, RFC 5246 §7.2.2",
        after=hello_again,
    ),
    Way(
        "handshake message after the handshake",
        "a Finished more",
        SERVER,
        *LATE,
        after=says(ContentType.handshake, frame_handshake(H.finished, bytes(12))),
    ),
    Way(
        "ChangeCipherSpec after the handshake",
        "there are no other keys to change to",
        SERVER,
        *LATE,
        after=says(ContentType.change_cipher_spec, b"\1"),
    ),
    Way(
        "plain record after the handshake",
        "words that somebody without keys puts in",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        after=raw(plain(ContentType.application_data, b"let me in, too, please, I am a friend")),
    ),
)
