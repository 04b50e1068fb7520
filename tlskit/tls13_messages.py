"""The messages of TLS 1.3, declared as RFC 9846 declares them, and which extension may stand where.

ClientHello, ServerHello and Finished have kept their shape: they stand in `messages`.
"""

from typing import Annotated

from tlskit.alerts import Alert
from tlskit.extensions import (
    CertificateAuthorities,
    Cookie,
    Empty,
    Extension,
    KeyShareHelloRetryRequest,
    KeyShareServerHello,
    MaxEarlyData,
    NamedGroupList,
    ProtocolNameList,
    SelectedIdentity,
    SelectedVersion,
    SignatureSchemeList,
    extension_list,
)
from tlskit.layouts import Vector
from tlskit.messages import CertificateVerify, ClientHello, Finished, ServerHello
from tlskit.presentation import enum8, opaque, struct, uint32
from tlskit.registry import (
    AlertDescription,
    ExtensionType,
    HandshakeType,
    KeyUpdateRequest,
    name_of,
)

X = ExtensionType
HELLO_RETRY_REQUEST_RANDOM = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
)
"""SHA-256 of "HelloRetryRequest": a ServerHello with this random is none (RFC 9846 §4.2.3)."""

SERVER_HELLO_BODIES: dict[int, type] = {
    X.supported_versions: SelectedVersion,
    X.key_share: KeyShareServerHello,
    X.pre_shared_key: SelectedIdentity,
}
HELLO_RETRY_REQUEST_BODIES: dict[int, type] = {
    X.supported_versions: SelectedVersion,
    X.key_share: KeyShareHelloRetryRequest,
    X.cookie: Cookie,
}
ENCRYPTED_EXTENSIONS_BODIES: dict[int, type] = {
    X.server_name: Empty,
    X.supported_groups: NamedGroupList,
    X.application_layer_protocol_negotiation: ProtocolNameList,
    X.early_data: Empty,
}
CERTIFICATE_REQUEST_BODIES: dict[int, type] = {
    X.signature_algorithms: SignatureSchemeList,
    X.signature_algorithms_cert: SignatureSchemeList,
    X.certificate_authorities: CertificateAuthorities,
}
NEW_SESSION_TICKET_BODIES: dict[int, type] = {X.early_data: MaxEarlyData}

CH, SH, HRR, EE = "client_hello", "server_hello", "hello_retry_request", "encrypted_extensions"
CR, CT, NST = "certificate_request", "certificate", "new_session_ticket"
MAY_STAND_IN: dict[int, tuple[str, ...]] = {
    X.server_name: (CH, EE, CR),
    X.max_fragment_length: (CH, EE),
    X.status_request: (CH, CR, CT),
    X.supported_groups: (CH, EE),
    X.signature_algorithms: (CH, CR),
    X.use_srtp: (CH, EE),
    X.heartbeat: (CH, EE),
    X.application_layer_protocol_negotiation: (CH, EE),
    X.signed_certificate_timestamp: (CH, CR, CT),
    X.client_certificate_type: (CH, EE),
    X.server_certificate_type: (CH, EE),
    X.padding: (CH,),
    X.compress_certificate: (CH, CR),
    X.record_size_limit: (CH, EE),
    X.delegated_credential: (CH, CR, CT),
    X.pre_shared_key: (CH, SH),
    X.early_data: (CH, EE, NST),
    X.supported_versions: (CH, SH, HRR),
    X.cookie: (CH, HRR),
    X.psk_key_exchange_modes: (CH,),
    X.certificate_authorities: (CH, CR),
    X.oid_filters: (CR,),
    X.post_handshake_auth: (CH,),
    X.signature_algorithms_cert: (CH, CR),
    X.key_share: (CH, SH, HRR),
    X.encrypted_client_hello: (CH, HRR, EE),
    # of TLS 1.2 only: in none of the messages that TLS 1.3 has beside the ClientHello
    X.ec_point_formats: (CH,),
    X.encrypt_then_mac: (CH,),
    X.extended_master_secret: (CH,),
    X.session_ticket: (CH,),
    X.renegotiation_info: (CH,),
}
"""In which messages an extension may stand (RFC 9846 §4.3, table 1; RFC 8446 §4.2)."""


@struct("RFC 9846 §4.4.1 (RFC 8446 §4.3.1)")
class EncryptedExtensions:
    """The server's answers that nobody else needs to see."""

    extensions: Annotated[tuple[Extension, ...], extension_list(ENCRYPTED_EXTENSIONS_BODIES)] = ()


@struct("RFC 9846 §4.4.2 (RFC 8446 §4.3.2)")
class CertificateRequest:
    """The server asks for the client's certificate: which signatures would do, and whose."""

    certificate_request_context: Annotated[bytes, opaque(0, 255)]
    extensions: Annotated[tuple[Extension, ...], extension_list(CERTIFICATE_REQUEST_BODIES)]


@struct("RFC 9846 §4.5.1 (RFC 8446 §4.4.2)")
class CertificateEntry:
    """A certificate in DER, and extensions about it."""

    cert_data: Annotated[bytes, opaque(1, 2**24 - 1)]
    extensions: Annotated[tuple[Extension, ...], extension_list({})] = ()


@struct("RFC 9846 §4.5.1 (RFC 8446 §4.4.2)")
class Certificate:
    """A chain, the sender's own certificate first; a client's may be empty."""

    certificate_request_context: Annotated[bytes, opaque(0, 255)]
    certificate_list: Annotated[
        tuple[CertificateEntry, ...], Vector(CertificateEntry, 0, 2**24 - 1)
    ]


@struct("RFC 9846 §4.6 (RFC 8446 §4.5)")
class EndOfEarlyData:
    """The client's early data is over; nothing is in it."""


@struct("RFC 9846 §4.7.1 (RFC 8446 §4.6.1)")
class NewSessionTicket:
    """A ticket for later, and what the client needs to make its PSK of this connection."""

    ticket_lifetime: Annotated[int, uint32]
    ticket_age_add: Annotated[int, uint32]
    ticket_nonce: Annotated[bytes, opaque(0, 255)]
    ticket: Annotated[bytes, opaque(1, 2**16 - 1)]
    extensions: Annotated[tuple[Extension, ...], extension_list(NEW_SESSION_TICKET_BODIES)] = ()


@struct("RFC 9846 §4.7.3 (RFC 8446 §4.6.3)")
class KeyUpdate:
    """The sender's next record is under its next keys; the other side may be asked to follow."""

    request_update: Annotated[int, enum8(KeyUpdateRequest)]


BODIES: dict[int, type] = {
    HandshakeType.client_hello: ClientHello,
    HandshakeType.server_hello: ServerHello,
    HandshakeType.new_session_ticket: NewSessionTicket,
    HandshakeType.end_of_early_data: EndOfEarlyData,
    HandshakeType.encrypted_extensions: EncryptedExtensions,
    HandshakeType.certificate: Certificate,
    HandshakeType.certificate_request: CertificateRequest,
    HandshakeType.certificate_verify: CertificateVerify,
    HandshakeType.finished: Finished,
    HandshakeType.key_update: KeyUpdate,
}


def require_places(extensions: tuple[Extension, ...] | None, message: str) -> None:
    """Check that each extension that is known may stand in this message (RFC 9846 §4.3).

    Raises: Alert illegal_parameter. Unknown ones are passed over here.
    """
    for one in extensions or ():
        places = MAY_STAND_IN.get(one.extension_type)
        if places is not None and message not in places:
            name = name_of(X, one.extension_type)
            reason = f"the extension {name} must not stand in {message}"
            raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3")


def require_asked_for(
    extensions: tuple[Extension, ...] | None, asked: frozenset[int] | set[int], message: str
) -> None:
    """Check that each answer was asked for; only a cookie needs no question (RFC 9846 §4.3).

    Raises: Alert unsupported_extension.
    """
    for one in extensions or ():
        if one.extension_type not in asked:
            name = name_of(X, one.extension_type)
            reason = f"{message} answers {name} ({one.extension_type}), never asked for"
            raise Alert(AlertDescription.unsupported_extension, reason, "RFC 9846 §4.3")
