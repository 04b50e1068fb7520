"""What is chosen from a hello (suite, certificate, group, scheme), and what is then signed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.cipher_suites import Suite
from tlskit.hello import asked_host_name
from tlskit.key_exchange import GROUPS
from tlskit.messages import ClientHello
from tlskit.registry import AlertDescription, ExtensionType, NamedGroup, SignatureScheme
from tlskit.settings import Settings
from tlskit.signatures import SERVED_BY, curve_of, fits_key


class Choice(NamedTuple):
    """What a server takes; group and signature_scheme are 0 with RSA key transport."""

    suite: Suite
    credential: Credential
    group: int
    signature_scheme: int


def choose(settings: Settings, hello: ClientHello, extensions: Mapping[int, Any]) -> Choice:
    """Return the first suite of the server's list that all else allows.

    A suite needs: the client's offer, a certificate with a key of its kind (for the name that the
    client asked for, if there is one), and for ECDHE a common group and a signature scheme that
    the client can verify and the key can do. Reference: RFC 5246 §7.4.1.3, §7.4.3; RFC 8422 §5.1.
    The signatures inside the chain are not compared with the client's list: RFC 5246 §7.4.2 asks
    for that, RFC 9846 §4.5.1.2 (RFC 8446 §4.4.2.2) lets a server send the chain that it has.

    Raises: Alert handshake_failure with what was missing for each common suite.
    """
    common = [suite for suite in settings.suites if suite.code in hello.cipher_suites]
    if not common:
        reason = "no cipher suite of the client is one that this server may use"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 5246 §7.4.1.3")
    host = asked_host_name(extensions)
    group = common_group(settings, extensions)
    missing = []
    for suite in common:
        credential = credential_for(settings, suite, host, extensions)
        if credential is None:
            kind = suite.authentication
            missing.append(f"{suite.name} needs a certificate of kind {kind} that the client reads")
            continue
        if not suite.ephemeral:
            return Choice(suite, credential, 0, 0)
        scheme = common_scheme(settings, credential, extensions)
        if not group:
            missing.append(f"{suite.name} needs a group that both know")
        elif not scheme:
            missing.append(f"{suite.name} needs a signature scheme that both know")
        else:
            return Choice(suite, credential, group, scheme)
    raise Alert(AlertDescription.handshake_failure, "; ".join(missing), "RFC 8422 §5.1")


def credential_for(
    settings: Settings, suite: Suite, host: str, extensions: Mapping[int, Any]
) -> Credential | None:
    """Return a certificate that the suite can use, or None.

    If any of ours is for the asked name, only such a one will do (RFC 6066 §3), else the first. An
    ECDSA key must lie on a curve that the client lists (RFC 8422 §5.1, §5.3), and a key that can
    make a signature which the client verifies goes before one that can't (RFC 5246 §7.4.3).
    """
    listed = extensions.get(ExtensionType.supported_groups)
    fitting = [
        one
        for one in settings.credentials
        if one.kind in SERVED_BY[suite.authentication]
        and (listed is None or curve_of(one.private_key) in (None, *listed.named_group_list))
    ]
    named = [one for one in settings.credentials if host and one.serves(host)]
    candidates = [one for one in fitting if not named or one in named]
    usable = [one for one in candidates if common_scheme(settings, one, extensions)]
    return next(iter(usable or candidates), None)


def common_group(settings: Settings, extensions: Mapping[int, Any]) -> NamedGroup | None:
    """Return the server's best group that the client knows.

    A client that lists none leaves the choice to the server (RFC 8422 §4). Hybrids with ML-KEM
    are of TLS 1.3 alone.
    """
    listed = extensions.get(ExtensionType.supported_groups)
    for group in settings.groups:
        if group in GROUPS and (listed is None or group in listed.named_group_list):
            return group
    return None


def common_scheme(
    settings: Settings, credential: Credential, extensions: Mapping[int, Any]
) -> SignatureScheme | None:
    """Return the client's best scheme that the server's key can do.

    A client that lists none means SHA-1 (RFC 5246 §7.4.1.4.1), which nobody signs with any more.
    """
    listed = extensions.get(ExtensionType.signature_algorithms)
    for scheme in listed.supported_signature_algorithms if listed else ():
        if scheme in settings.signature_schemes and fits_key(scheme, credential.kind):
            return SignatureScheme(scheme)
    return None


def server_ecdh_params_to_sign(
    client_random: bytes, server_random: bytes, server_ecdh_params: bytes
) -> bytes:
    """Return what the server signs: both randoms, then its ECDHE parameters as sent.

      signed = client_random (32) + server_random (32) + ServerECDHParams

    The parameters are curve_type (1), named_curve (2), the key's length (1) and the key: 36 bytes
    with x25519, 69 with secp256r1. Without the randoms yesterday's signature would do today.
    Reference: RFC 5246 §7.4.3, RFC 8422 §5.4.
    """
    return client_random + server_random + server_ecdh_params


def certificate_verify_content(handshake_messages: tuple[bytes, ...]) -> bytes:
    """Return what the client signs: all handshake messages so far, from ClientHello on.

    The messages themselves, not their hash: the hash is the signature scheme's, perhaps another
    than the suite's. Reference: RFC 5246 §7.4.8.
    """
    return b"".join(handshake_messages)
