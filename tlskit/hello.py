"""What the hellos of all versions share: building and reading their extensions."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from tlskit.alerts import Alert
from tlskit.extensions import (
    CLIENT_BODIES,
    ECPointFormatList,
    Empty,
    Extension,
    NamedGroupList,
    ProtocolNameList,
    RenegotiationInfo,
    ServerName,
    ServerNameList,
    SessionTicket,
    SignatureSchemeList,
)
from tlskit.messages import ClientHello
from tlskit.presentation import decode, encode
from tlskit.registry import (
    AlertDescription,
    CipherSuite,
    CompressionMethod,
    ECPointFormat,
    ExtensionType,
    NameType,
    ProtocolVersion,
    name_of,
)
from tlskit.settings import Settings

T = TypeVar("T")
X = ExtensionType
DOWNGRADED = b"DOWNGRD\x01"
"""The end of the random of a server that knows TLS 1.3 and does TLS 1.2 (RFC 9846 §4.2.3)."""


def extension(extension_type: ExtensionType, body: Any) -> Extension:
    """Return an extension whose body is a declared struct."""
    return Extension(int(extension_type), encode(body))


def is_host_name(name: str) -> bool:
    """Tell whether server_name may carry it: not an IP address (RFC 6066 §3)."""
    return bool(name) and ":" not in name and not name.replace(".", "").isdigit()


def client_extensions(settings: Settings, older: bool = True) -> tuple[Extension, ...]:
    """Return the extensions of a client that can do TLS 1.2, or what TLS 1.3 has kept of them.

    Args:
        older: whether those that only TLS 1.2 has are among them.

    Reference: RFC 6066 §3, RFC 8422 §5.1, RFC 5246 §7.4.1.4.1, RFC 7301 §3.1, RFC 7366 §2,
    RFC 7627 §5.1, RFC 5077 §3.2, RFC 5746 §3.4. Groups and point formats are sent only if some
    suite is ephemeral, encrypt_then_mac only if some suite has a MAC of its own.
    """
    found = []
    if is_host_name(settings.server_name):
        name = ServerName(NameType.host_name, settings.server_name.encode("idna"))
        found.append(extension(X.server_name, ServerNameList((name,))))
    if not older or any(suite.ephemeral for suite in settings.suites):
        found.append(extension(X.supported_groups, NamedGroupList(settings.groups)))
    if older and any(suite.ephemeral for suite in settings.suites):
        formats = ECPointFormatList((ECPointFormat.uncompressed,))
        found.append(extension(X.ec_point_formats, formats))
    schemes = SignatureSchemeList(settings.signature_schemes)
    found.append(extension(X.signature_algorithms, schemes))
    if settings.alpn:
        names = tuple(name.encode() for name in settings.alpn)
        protocols = ProtocolNameList(names)
        found.append(extension(X.application_layer_protocol_negotiation, protocols))
    if not older:
        return tuple(found)
    if settings.encrypt_then_mac and any(suite.mac_key_length for suite in settings.suites):
        found.append(extension(X.encrypt_then_mac, Empty()))
    if settings.extended_master_secret:
        found.append(extension(X.extended_master_secret, Empty()))
    session = settings.session_to_offer
    ticket = session.ticket if session else b""
    if settings.session_tickets or ticket:
        found.append(extension(X.session_ticket, SessionTicket(ticket)))
    found.append(extension(X.renegotiation_info, RenegotiationInfo(b"")))
    return tuple(found)


def read_extensions(
    extensions: Iterable[Extension] | None, bodies: Mapping[int, type]
) -> dict[int, Any]:
    """Return the extensions by type, the known ones decoded, the others as bytes.

    Raises: Alert illegal_parameter if a type stands there twice (RFC 5246 §7.4.1.4), decode_error
        for a body that does not decode.
    """
    found: dict[int, Any] = {}
    for one in extensions or ():
        if one.extension_type in found:
            reason = f"the extension {name_of(X, one.extension_type)} stands there twice"
            raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.1.4")
        body = bodies.get(one.extension_type)
        data = one.extension_data
        found[one.extension_type] = decode(body, data) if body else data
    return found


def read_client_hello(hello: ClientHello) -> dict[int, Any]:
    """Return a ClientHello's extensions by type, after the checks that no version may leave out.

    Raises: Alert illegal_parameter if compression null is not offered (RFC 5246 §7.4.1.2), points
        are not read uncompressed (RFC 8422 §5.1.2), or two host names are asked for (RFC 6066 §3);
        handshake_failure if a first handshake claims to renew another one (RFC 5746 §3.6);
        those of `read_extensions`. Unknown and GREASE values are passed over (RFC 8701 §3.1).
    """
    if CompressionMethod.null not in hello.compression_methods:
        reason = "the client does not offer to leave records uncompressed"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.1.2")
    found = read_extensions(hello.extensions, CLIENT_BODIES)
    formats = found.get(X.ec_point_formats)
    if formats and ECPointFormat.uncompressed not in formats.ec_point_format_list:
        reason = "the client does not read points in uncompressed form"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 8422 §5.1.2")
    names = found.get(X.server_name)
    if names and len({name.name_type for name in names.server_name_list}) < len(
        names.server_name_list
    ):
        reason = "server_name holds more than one name of a kind"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 6066 §3")
    renegotiation = found.get(X.renegotiation_info)
    if renegotiation and renegotiation.renegotiated_connection:
        reason = "renegotiation_info is not empty, but there was no handshake before this one"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 5746 §3.6")
    return found


def asked_host_name(extensions: Mapping[int, Any]) -> str:
    """Return the host name that a client asks for, in lower case; "" if it does not say."""
    names = extensions.get(X.server_name)
    for name in names.server_name_list if names else ():
        if name.name_type == NameType.host_name:
            return str(name.host_name.decode("ascii", "replace")).lower()
    return ""


def secure_renegotiation(hello: ClientHello, extensions: Mapping[int, Any]) -> bool:
    """Tell whether the client knows RFC 5746: by extension or signalling suite (§3.3)."""
    signalled = CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV in hello.cipher_suites
    return signalled or X.renegotiation_info in extensions


def version_for(hello: ClientHello, extensions: Mapping[int, Any], known: tuple[int, ...]) -> int:
    """Return the highest version that both sides know.

    With supported_versions the list decides (RFC 9846 §4.3.1, RFC 8446 §4.2.1); without it
    client_version is the highest that the client can do (RFC 5246 App. E.1).

    Raises: Alert protocol_version if there is none; inappropriate_fallback if the client says by
        TLS_FALLBACK_SCSV that it could do more than it offers here, and we could too (RFC 7507 §3).
    """
    listed = extensions.get(X.supported_versions)
    if listed:
        common = [version for version in known if version in listed.versions]
    else:
        legacy = min(hello.client_version, ProtocolVersion.TLS_1_2)
        common = [version for version in known if version <= legacy]
    if not common:
        newest = max(listed.versions) if listed else hello.client_version
        ours = " or ".join(name_of(ProtocolVersion, version) for version in known)
        reason = f"the client offers {name_of(ProtocolVersion, newest)} at most; we do {ours}"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 5246 App. E.1")
    if CipherSuite.TLS_FALLBACK_SCSV in hello.cipher_suites and max(common) < max(known):
        reason = "the client fell back to a lower version than both can do"
        raise Alert(AlertDescription.inappropriate_fallback, reason, "RFC 7507 §3")
    return max(common)


def chosen_protocol(settings: Settings, extensions: Mapping[int, Any]) -> bytes:
    """Return the protocol that the server takes from the client's list, b"" for none.

    Raises: Alert no_application_protocol if both have lists that don't meet (RFC 7301 §3.2).
    """
    offered = extensions.get(X.application_layer_protocol_negotiation)
    if not offered or not settings.alpn:
        return b""
    for name in settings.alpn:
        if name.encode() in offered.protocol_name_list:
            return name.encode()
    theirs = ", ".join(name.decode("ascii", "replace") for name in offered.protocol_name_list)
    reason = f"the client speaks {theirs}; we speak {', '.join(settings.alpn)}"
    raise Alert(AlertDescription.no_application_protocol, reason, "RFC 7301 §3.2")


def downgrade_sentinel(random: bytes) -> str:
    """Say what the last 8 bytes of a server's random tell about versions (RFC 9846 §4.2.3).

    A server that knows TLS 1.3 and is talked down marks its random; a server that knows only
    TLS 1.2 never does, and a client that offers no more than TLS 1.2 takes the mark as chance.

    >>> downgrade_sentinel(bytes(24) + b"DOWNGRD" + bytes([1]))
    'the server knows TLS 1.3 and was asked for TLS 1.2'
    """
    if random[-8:] == DOWNGRADED:
        return "the server knows TLS 1.3 and was asked for TLS 1.2"
    if random[-8:] == b"DOWNGRD\x00":
        return "the server knows TLS 1.2 and was asked for an older version"
    return ""


def protocol_taken(settings: Settings, answers: Mapping[int, Any]) -> bytes:
    """Return the one protocol that the server took from our list, b"" for none (RFC 7301 §3.1).

    Raises: Alert illegal_parameter for more than one, or one that was not offered.
    """
    answer = answers.get(X.application_layer_protocol_negotiation)
    if answer is None:
        return b""
    names = answer.protocol_name_list
    if len(names) != 1 or names[0] not in [name.encode() for name in settings.alpn]:
        reason = "the server must take exactly one protocol, and one that was offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 7301 §3.1")
    return bytes(names[0])
