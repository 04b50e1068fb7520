"""What a TLS 1.3 client offers, and what a server makes of it (RFC 9846 §4.2.2, §4.3)."""

from collections.abc import Mapping
from typing import Any

from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.cipher_suites import Suite
from tlskit.extensions import (
    ClientSupportedVersions,
    Cookie,
    Empty,
    Extension,
    KeyShareClientHello,
    KeyShareEntry,
    PskKeyExchangeModes,
)
from tlskit.hello import asked_host_name, client_extensions, extension
from tlskit.messages import ClientHello
from tlskit.registry import (
    AlertDescription,
    CompressionMethod,
    ExtensionType,
    NamedGroup,
    ProtocolVersion,
    name_of,
)
from tlskit.settings import Settings
from tlskit.tls13.authentication import serves
from tlskit.tls13.state import State
from tlskit.tls13_messages import CH, require_places

X = ExtensionType
TLS_1_2 = ProtocolVersion.TLS_1_2


def suites_of(state: State) -> tuple[int, ...]:
    """Return a hello's suites: of TLS 1.3, then of TLS 1.2 if it is offered (RFC 9846 §4.2.2)."""
    settings = state.settings
    older = settings.suites if TLS_1_2 in state.versions else ()
    return tuple(int(suite.code) for suite in (*settings.tls13_suites, *older))


def extensions_of(state: State) -> tuple[Extension, ...]:
    """Return a hello's extensions but for pre_shared_key, the last one (RFC 9846 §4.3).

    Whoever offers TLS 1.2 too says also what that needs.
    """
    settings = state.settings
    older = client_extensions(settings, TLS_1_2 in state.versions)
    shares = tuple(KeyShareEntry(pair.group, pair.public) for pair in state.key_pairs)
    found = [
        *older,
        extension(X.supported_versions, ClientSupportedVersions(state.versions)),
        extension(X.psk_key_exchange_modes, PskKeyExchangeModes(settings.psk_modes)),
        extension(X.key_share, KeyShareClientHello(shares)),
    ]
    if state.cookie:
        found.append(extension(X.cookie, Cookie(state.cookie)))
    if state.early_data_offered:
        found.append(extension(X.early_data, Empty()))
    return tuple(found)


def require_sound(hello: ClientHello, asked: Mapping[int, Any]) -> None:
    """Check what every ClientHello of TLS 1.3 must be like.

    Raises: Alert protocol_version if the old field says anything but TLS 1.2, where RFC 8446 §4.1.2
        passed over it (RFC 9846 §4.2.2); illegal_parameter for another compression than null alone
        (§4.2.2), an extension in the wrong place (§4.3), a pre_shared_key that is not the last
        (§4.3.11), or a key share that was not announced or stands there twice (§4.3.8);
        missing_extension for groups without shares or the other way round, or neither a signature
        scheme nor a PSK (§9.2).
    """
    if hello.client_version != TLS_1_2:
        reason = f"legacy_version is {hello.client_version:04x}; in TLS 1.3 it is always 0303"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 9846 §4.2.2")
    if hello.compression_methods != (CompressionMethod.null,):
        reason = "legacy_compression_methods must hold null and nothing else"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.2")
    require_places(hello.extensions, CH)
    order = [one.extension_type for one in hello.extensions or ()]
    if X.pre_shared_key in order[:-1]:
        reason = "pre_shared_key is not the last extension"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.11")
    psk = X.pre_shared_key in asked
    if (X.supported_groups in asked) != (X.key_share in asked):
        reason = "supported_groups and key_share come together"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §9.2")
    if not psk and not {X.signature_algorithms, X.supported_groups} <= asked.keys():
        reason = "without a PSK signature_algorithms and supported_groups are needed"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §9.2")
    if psk and X.psk_key_exchange_modes not in asked:
        reason = "pre_shared_key needs psk_key_exchange_modes beside it"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §4.3.9")
    groups = [share.group for share in shares_in(asked)]
    listed = asked[X.supported_groups].named_group_list if X.supported_groups in asked else ()
    if len(set(groups)) < len(groups) or not set(groups) <= set(listed):
        reason = "a key share stands there twice, or for a group that is not among the groups"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.8")


def shares_in(asked: Mapping[int, Any]) -> tuple[KeyShareEntry, ...]:
    """Return the client's key shares (RFC 9846 §4.3.8)."""
    return asked[X.key_share].client_shares if X.key_share in asked else ()


def choose_suite(settings: Settings, hello: ClientHello) -> Suite:
    """Return the server's best suite that the client offers too (RFC 9846 §4.2.1).

    Raises: Alert handshake_failure if there is none.
    """
    for suite in settings.tls13_suites:
        if suite.code in hello.cipher_suites:
            return suite
    reason = "no cipher suite of the client is one that this server may use"
    raise Alert(AlertDescription.handshake_failure, reason, "RFC 9846 §4.2.1")


def choose_group(settings: Settings, asked: Mapping[int, Any]) -> NamedGroup:
    """Return the server's best group that saves a round trip, else its best common one.

    Raises: Alert handshake_failure if there is none in common (RFC 9846 §4.2.1).
    """
    if X.supported_groups not in asked:
        reason = "a key exchange is needed here, and the hello names no group"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §9.2")
    listed = asked[X.supported_groups].named_group_list
    common = [group for group in settings.groups if group in listed]
    if not common:
        theirs = ", ".join(name_of(NamedGroup, one) for one in listed)
        reason = f"no group of the client ({theirs}) is one that this server may use"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 9846 §4.2.1")
    sent = {share.group for share in shares_in(asked)}
    return next((group for group in common if group in sent), common[0])


def choose_credential(settings: Settings, asked: Mapping[int, Any]) -> tuple[Credential, int]:
    """Return a certificate for the asked name, and the client's best scheme for its key.

    If any of ours is for the asked name, only such a one will do (RFC 6066 §3); the order of
    schemes is the client's (RFC 9846 §4.3.3, §4.5.1.2).

    Raises: Alert handshake_failure if no key can sign what the client verifies.
    """
    if X.signature_algorithms not in asked:
        reason = "the PSK is of no use here, and signature_algorithms is missing for certificates"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §9.2")
    host = asked_host_name(asked)
    named = [one for one in settings.credentials if host and one.serves(host)]
    listed = asked[X.signature_algorithms].supported_signature_algorithms
    for scheme in listed:
        for credential in named or settings.credentials:
            if scheme in settings.signature_schemes and serves(scheme, credential.private_key):
                return credential, scheme
    reason = "no certificate of this server has a key whose signatures the client verifies"
    raise Alert(AlertDescription.handshake_failure, reason, "RFC 9846 §4.3.3")
