"""The extensions of the hellos: the frame that all share, and the bodies of those we know.

An extension is a number and a counted body (RFC 5246 §7.4.1.4). What the body holds depends on the
number, and often on who sends it: a client lists its groups, a server's renegotiation_info answers.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from tlskit.layouts import Layout, Opaque, Rest, Struct, Vector, layout_of
from tlskit.presentation import enum8, enum16, opaque, struct, uint16, uint32
from tlskit.registry import (
    ECPointFormat,
    ExtensionType,
    NamedGroup,
    NameType,
    ProtocolVersion,
    PskKeyExchangeMode,
    SignatureScheme,
)


@struct("RFC 5246 §7.4.1.4")
class Extension:
    """One extension as it lies in a hello: its number and its body, not yet looked into."""

    extension_type: Annotated[int, enum16(ExtensionType)]
    extension_data: Annotated[bytes, opaque(0, 2**16 - 1)]


@struct("RFC 6066 §3")
class ServerName:
    """A name of the server, as the client knows it; host names are the only kind."""

    name_type: Annotated[int, enum8(NameType)]
    host_name: Annotated[bytes, opaque(1, 2**16 - 1, text=True)]


@struct("RFC 6066 §3")
class ServerNameList:
    """Client: which server it wants, so that one address can serve many names."""

    server_name_list: Annotated[tuple[ServerName, ...], Vector(ServerName, 1, 2**16 - 1)]


@struct("RFC 8422 §5.1.1")
class NamedGroupList:
    """Client: the groups it can do, best first ("elliptic_curves" in older texts)."""

    named_group_list: Annotated[tuple[int, ...], Vector(enum16(NamedGroup), 2, 2**16 - 1)]


@struct("RFC 8422 §5.1.2")
class ECPointFormatList:
    """Both: how this side reads points; `uncompressed` must be among them."""

    ec_point_format_list: Annotated[tuple[int, ...], Vector(enum8(ECPointFormat), 1, 2**8 - 1)]


@struct("RFC 5246 §7.4.1.4.1")
class SignatureSchemeList:
    """Client: which signatures it can verify, best first."""

    supported_signature_algorithms: Annotated[
        tuple[int, ...], Vector(enum16(SignatureScheme), 2, 2**16 - 2)
    ]


@struct("RFC 7301 §3.1")
class ProtocolNameList:
    """Client: the protocols it would speak inside; server: the one it took."""

    protocol_name_list: Annotated[
        tuple[bytes, ...], Vector(Opaque(1, 255, text=True), 2, 2**16 - 1)
    ]


@struct("RFC 5746 §3.2")
class RenegotiationInfo:
    """Both: the Finished of the handshake before this one; empty in a first handshake."""

    renegotiated_connection: Annotated[bytes, opaque(0, 255)]


@struct("RFC 7627 §5.1")
class Empty:
    """An extension that says all by being there: extended_master_secret, encrypt_then_mac."""


@struct("RFC 9846 §4.3.1 (RFC 8446 §4.2.1)")
class ClientSupportedVersions:
    """Client: the versions it can do, best first; TLS 1.2 alone needs no such list."""

    versions: Annotated[tuple[int, ...], Vector(enum16(ProtocolVersion), 2, 254)]


@struct("RFC 5077 §3.2")
class SessionTicket:
    """Client: a ticket to resume with, or nothing, which asks for one."""

    ticket: Annotated[bytes, Rest()]


@struct("RFC 9846 §4.3.8 (RFC 8446 §4.2.8)")
class KeyShareEntry:
    """A public key of one group: an ECDHE key, or what a post-quantum hybrid puts together."""

    group: Annotated[int, enum16(NamedGroup)]
    key_exchange: Annotated[bytes, opaque(1, 2**16 - 1)]


@struct("RFC 9846 §4.3.8 (RFC 8446 §4.2.8)")
class KeyShareClientHello:
    """Client: keys for the groups that it thinks will do; none asks the server to choose one."""

    client_shares: Annotated[tuple[KeyShareEntry, ...], Vector(KeyShareEntry, 0, 2**16 - 1)]


@struct("RFC 9846 §4.3.8 (RFC 8446 §4.2.8)")
class KeyShareServerHello:
    """Server: its own key, of a group that the client sent one for."""

    server_share: Annotated[KeyShareEntry, layout_of(KeyShareEntry)]


@struct("RFC 9846 §4.3.8 (RFC 8446 §4.2.8)")
class KeyShareHelloRetryRequest:
    """Server: the group that it wants a key for instead."""

    selected_group: Annotated[int, enum16(NamedGroup)]


@struct("RFC 9846 §4.3.1 (RFC 8446 §4.2.1)")
class SelectedVersion:
    """Server: the version that it chose; ServerHello's own field says 0x0303 for ever."""

    selected_version: Annotated[int, enum16(ProtocolVersion)]


@struct("RFC 9846 §4.3.2 (RFC 8446 §4.2.2)")
class Cookie:
    """Server, in HelloRetryRequest: bytes that the client must give back, whatever they are."""

    cookie: Annotated[bytes, opaque(1, 2**16 - 1)]


@struct("RFC 9846 §4.3.4 (RFC 8446 §4.2.4)")
class CertificateAuthorities:
    """Whose certificates would do: distinguished names in DER."""

    authorities: Annotated[tuple[bytes, ...], Vector(Opaque(1, 2**16 - 1), 3, 2**16 - 1)]


@struct("RFC 9846 §4.3.9 (RFC 8446 §4.2.9)")
class PskKeyExchangeModes:
    """Client: whether it takes a PSK alone, or only with a fresh key exchange."""

    ke_modes: Annotated[tuple[int, ...], Vector(enum8(PskKeyExchangeMode), 1, 255)]


@struct("RFC 9846 §4.3.11 (RFC 8446 §4.2.11)")
class PskIdentity:
    """A name for a key that was shared before: a ticket, and how old it is, in disguise."""

    identity: Annotated[bytes, opaque(1, 2**16 - 1)]
    obfuscated_ticket_age: Annotated[int, uint32]


@struct("RFC 9846 §4.3.11 (RFC 8446 §4.2.11)")
class OfferedPsks:
    """Client: keys it would go on with, and for each a proof over the hello up to here."""

    identities: Annotated[tuple[PskIdentity, ...], Vector(PskIdentity, 7, 2**16 - 1)]
    binders: Annotated[tuple[bytes, ...], Vector(Opaque(32, 255), 33, 2**16 - 1)]


@struct("RFC 9846 §4.3.11 (RFC 8446 §4.2.11)")
class SelectedIdentity:
    """Server: which of them it took, counted from zero."""

    selected_identity: Annotated[int, uint16]


@struct("RFC 9846 §4.3.10 (RFC 8446 §4.2.10)")
class MaxEarlyData:
    """Server, with a ticket: how many bytes of early data it would take."""

    max_early_data_size: Annotated[int, uint32]


CLIENT_BODIES: dict[int, type] = {
    ExtensionType.server_name: ServerNameList,
    ExtensionType.supported_groups: NamedGroupList,
    ExtensionType.ec_point_formats: ECPointFormatList,
    ExtensionType.signature_algorithms: SignatureSchemeList,
    ExtensionType.application_layer_protocol_negotiation: ProtocolNameList,
    ExtensionType.extended_master_secret: Empty,
    ExtensionType.encrypt_then_mac: Empty,
    ExtensionType.session_ticket: SessionTicket,
    ExtensionType.supported_versions: ClientSupportedVersions,
    ExtensionType.renegotiation_info: RenegotiationInfo,
    ExtensionType.key_share: KeyShareClientHello,
    ExtensionType.cookie: Cookie,
    ExtensionType.psk_key_exchange_modes: PskKeyExchangeModes,
    ExtensionType.early_data: Empty,
    ExtensionType.pre_shared_key: OfferedPsks,
    ExtensionType.signature_algorithms_cert: SignatureSchemeList,
    ExtensionType.certificate_authorities: CertificateAuthorities,
    ExtensionType.post_handshake_auth: Empty,
}
SERVER_BODIES: dict[int, type] = {
    ExtensionType.server_name: Empty,
    ExtensionType.session_ticket: Empty,
    ExtensionType.ec_point_formats: ECPointFormatList,
    ExtensionType.application_layer_protocol_negotiation: ProtocolNameList,
    ExtensionType.extended_master_secret: Empty,
    ExtensionType.encrypt_then_mac: Empty,
    ExtensionType.renegotiation_info: RenegotiationInfo,
}


def extension_list(bodies: Mapping[int, type], floor: int = 0) -> Vector:
    """Return the layout of a list of extensions that `explain` looks into with these bodies."""

    def inside(before: Mapping[str, Any]) -> Layout | None:
        body = bodies.get(before["extension_type"])
        return layout_of(body) if body else None

    members = {
        "extension_type": enum16(ExtensionType),
        "extension_data": Opaque(0, 2**16 - 1, inside=inside),
    }
    return Vector(Struct(Extension, members, "RFC 5246 §7.4.1.4"), floor, 2**16 - 1)
