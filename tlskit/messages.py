"""The handshake messages of TLS 1.2, declared as the RFCs declare them. No behaviour.

Each class is the *body* of a message; `frame_handshake` puts the four-byte header before it.
"""

from collections.abc import Mapping
from typing import Annotated

from tlskit.alerts import Alert
from tlskit.extensions import CLIENT_BODIES, SERVER_BODIES, Extension, extension_list
from tlskit.layouts import Field, Opaque, Optional, Rest, Vector
from tlskit.presentation import enum8, enum16, explain, opaque, struct, uint32
from tlskit.registry import (
    AlertDescription,
    CipherSuite,
    ClientCertificateType,
    CompressionMethod,
    ECCurveType,
    HandshakeType,
    NamedGroup,
    ProtocolVersion,
    SignatureScheme,
    name_of,
)

HEADER_SIZE = 4


@struct("RFC 5246 §7.4.1.1")
class HelloRequest:
    """The server would like to handshake anew; nothing is in it."""


@struct("RFC 5246 §7.4.1.2")
class ClientHello:
    """What the client can do, best first, and its random. All later versions kept its shape."""

    client_version: Annotated[int, enum16(ProtocolVersion)]
    random: Annotated[bytes, opaque(32)]
    session_id: Annotated[bytes, opaque(0, 32)]
    cipher_suites: Annotated[tuple[int, ...], Vector(enum16(CipherSuite), 2, 2**16 - 2)]
    compression_methods: Annotated[tuple[int, ...], Vector(enum8(CompressionMethod), 1, 2**8 - 1)]
    extensions: Annotated[tuple[Extension, ...] | None, Optional(extension_list(CLIENT_BODIES))] = (
        None
    )


@struct("RFC 5246 §7.4.1.3")
class ServerHello:
    """What the server chose of it, and its random."""

    server_version: Annotated[int, enum16(ProtocolVersion)]
    random: Annotated[bytes, opaque(32)]
    session_id: Annotated[bytes, opaque(0, 32)]
    cipher_suite: Annotated[int, enum16(CipherSuite)]
    compression_method: Annotated[int, enum8(CompressionMethod)]
    extensions: Annotated[tuple[Extension, ...] | None, Optional(extension_list(SERVER_BODIES))] = (
        None
    )


@struct("RFC 5246 §7.4.2")
class Certificate:
    """The server's chain in DER, its own certificate first, each signed by the next."""

    certificate_list: Annotated[tuple[bytes, ...], Vector(Opaque(1, 2**24 - 1), 0, 2**24 - 1)]


@struct("RFC 8422 §5.4")
class ServerECDHParams:
    """The group and the server's ephemeral public key: the part of the message that is signed."""

    curve_type: Annotated[int, enum8(ECCurveType)]
    named_curve: Annotated[int, enum16(NamedGroup)]
    public: Annotated[bytes, opaque(1, 2**8 - 1)]


@struct("RFC 8422 §5.4")
class ServerKeyExchange:
    """ServerECDHParams, then the signature over both randoms and them (RFC 5246 §7.4.3)."""

    curve_type: Annotated[int, enum8(ECCurveType)]
    named_curve: Annotated[int, enum16(NamedGroup)]
    public: Annotated[bytes, opaque(1, 2**8 - 1)]
    signature_algorithm: Annotated[int, enum16(SignatureScheme)]
    signature: Annotated[bytes, opaque(0, 2**16 - 1)]


@struct("RFC 5246 §7.4.4")
class CertificateRequest:
    """The server asks for the client's certificate too: which keys, which signatures, whose."""

    certificate_types: Annotated[tuple[int, ...], Vector(enum8(ClientCertificateType), 1, 2**8 - 1)]
    supported_signature_algorithms: Annotated[
        tuple[int, ...], Vector(enum16(SignatureScheme), 2, 2**16 - 2)
    ]
    certificate_authorities: Annotated[
        tuple[bytes, ...], Vector(Opaque(1, 2**16 - 1), 0, 2**16 - 1)
    ]


@struct("RFC 5246 §7.4.8")
class CertificateVerify:
    """The client proves its key: a signature over all handshake messages so far."""

    signature_algorithm: Annotated[int, enum16(SignatureScheme)]
    signature: Annotated[bytes, opaque(0, 2**16 - 1)]


@struct("RFC 5077 §3.3")
class NewSessionTicket:
    """The session, sealed by the server for itself; the client keeps what it can't read."""

    ticket_lifetime_hint: Annotated[int, uint32]
    ticket: Annotated[bytes, opaque(0, 2**16 - 1)]


@struct("RFC 5246 §7.4.5")
class ServerHelloDone:
    """The server's flight is over; nothing is in it."""


@struct("RFC 5246 §7.4.7.1")
class EncryptedPreMasterSecret:
    """ClientKeyExchange of RSA key transport: the secret, encrypted for the certificate's key."""

    encrypted_pre_master_secret: Annotated[bytes, opaque(0, 2**16 - 1)]


@struct("RFC 8422 §5.7")
class ClientECDiffieHellmanPublic:
    """ClientKeyExchange of ECDHE: the client's ephemeral public key. Nothing is encrypted."""

    ecdh_Yc: Annotated[bytes, opaque(1, 2**8 - 1)]


@struct("RFC 5246 §7.4.9")
class Finished:
    """12 bytes that only who has the master secret and saw the same handshake can make."""

    verify_data: Annotated[bytes, Rest()]


BODIES: dict[int, type] = {
    HandshakeType.hello_request: HelloRequest,
    HandshakeType.client_hello: ClientHello,
    HandshakeType.server_hello: ServerHello,
    HandshakeType.certificate: Certificate,
    HandshakeType.server_key_exchange: ServerKeyExchange,
    HandshakeType.certificate_request: CertificateRequest,
    HandshakeType.server_hello_done: ServerHelloDone,
    HandshakeType.certificate_verify: CertificateVerify,
    HandshakeType.new_session_ticket: NewSessionTicket,
    HandshakeType.finished: Finished,
}


def frame_handshake(msg_type: int, body: bytes) -> bytes:
    """Return a handshake message: type (1 byte), length of the body (3), body.

    Reference: RFC 5246 §7.4. Raises: ValueError if the body is longer than 2^24-1 bytes.
    """
    if len(body) >= 1 << 24:
        raise ValueError(f"a handshake message holds at most 2^24-1 bytes, not {len(body)}")
    return msg_type.to_bytes(1, "big") + len(body).to_bytes(3, "big") + body


def unframe_handshake(message: bytes) -> tuple[int, bytes]:
    """Return type and body of exactly one handshake message.

    Reference: RFC 5246 §7.4. Raises: Alert decode_error if the length is not that of the body.
    """
    length = int.from_bytes(message[1:HEADER_SIZE], "big")
    if len(message) != HEADER_SIZE + length:
        reason = f"length {length} in the header of a message with {len(message)} bytes in all"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4")
    return message[0], message[HEADER_SIZE:]


def explain_handshake(message: bytes, bodies: Mapping[int, type] = BODIES) -> tuple[Field, ...]:
    """Return the fields of a handshake message with its header, up to the first wrong byte.

    `bodies` tells the struct of each type. ClientKeyExchange is not among the default ones, for
    nothing in its bytes says which of two it is: add the one that the suite means.
    """
    header = message[:HEADER_SIZE]
    if len(header) < HEADER_SIZE:
        problem = f"{HEADER_SIZE} bytes of header needed, {len(header)} there"
        return (Field("header", 0, len(header), header, problem=problem),)
    msg_type, length = header[0], int.from_bytes(header[1:], "big")
    left = len(message) - HEADER_SIZE
    problem = "" if length == left else f"length {length}, but {left} bytes follow"
    fields = (
        Field("msg_type", 0, 1, msg_type, name_of(HandshakeType, msg_type)),
        Field("length", 1, HEADER_SIZE, length, problem=problem),
    )
    body = bodies.get(msg_type)
    if body is None:
        return (*fields, Field("body", HEADER_SIZE, len(message), message[HEADER_SIZE:]))
    return fields + tuple(moved(part, HEADER_SIZE) for part in explain(body, message[HEADER_SIZE:]))


def moved(part: Field, by: int) -> Field:
    """Return a field with its offsets counted from `by` bytes earlier."""
    inner = tuple(moved(one, by) for one in part.inner)
    return part._replace(start=part.start + by, end=part.end + by, inner=inner)
