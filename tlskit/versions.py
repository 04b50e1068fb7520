"""One side for both versions: the hellos settle which, once (RFC 9846 §4.2.1, App. E).

    Connection(settings, versions.client())

offers TLS 1.3 and 1.2 in one ClientHello and goes on with what the server chose.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tlskit import tls12, tls13
from tlskit.alerts import Alert
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import downgrade_sentinel, read_extensions, version_for
from tlskit.messages import ClientHello, ServerHello, unframe_handshake
from tlskit.order import Role, Side
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, ExtensionType, HandshakeType, ProtocolVersion

TLS_1_2, TLS_1_3 = ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3
BOTH = (TLS_1_3, TLS_1_2)
"""Best first."""
VERSIONS = {"1.2": TLS_1_2, "1.3": TLS_1_3}


def between(lowest: str, highest: str) -> tuple[ProtocolVersion, ...]:
    """Return the versions from one to another, best first.

    Raises: ValueError if there is none.

    >>> [version.name for version in between("1.2", "1.3")]
    ['TLS_1_3', 'TLS_1_2']
    """
    found = tuple(one for one in BOTH if VERSIONS[lowest] <= one <= VERSIONS[highest])
    if not found:
        raise ValueError(f"there is no version from {lowest} to {highest}")
    return found


def client(
    versions: Sequence[int] = BOTH, older: Side | None = None, newer: Side | None = None
) -> Side:
    """Return a client's side that offers these versions; `older`, `newer`: each one's own side."""
    older, newer = older or tls12.client(), newer or tls13.client()
    if tuple(versions) == (TLS_1_2,):
        return older
    if TLS_1_2 not in versions:
        return newer
    return replace(
        newer,
        begin=partial(begin_both, newer.begin),
        settle=partial(settle_client, older, newer),
        renegotiation=HandshakeType.hello_request,
    )


def server(
    versions: Sequence[int] = BOTH, older: Side | None = None, newer: Side | None = None
) -> Side:
    """Return a server's side that takes the best of these versions that the client offers."""
    older, newer = older or tls12.server(), newer or tls13.server()
    if tuple(versions) == (TLS_1_2,):
        return older
    if TLS_1_2 not in versions:
        return newer
    return replace(newer, settle=partial(settle_server, older, newer))


def begin_both(begin: Any, *arguments: Any) -> Any:
    """Return the state of a client that offers both."""
    return begin(*arguments).but(versions=tuple(map(int, BOTH)))


def settle_server(
    older: Side, newer: Side, state: Any, name: str, message: bytes
) -> tuple[Side, Any] | None:
    """Return side and state of the version that a ClientHello settles.

    Raises: those of `decode`, `read_extensions` and `version_for`.
    """
    if name != "client_hello":
        return None
    hello = decode(ClientHello, unframe_handshake(message)[1])
    asked = read_extensions(hello.extensions, CLIENT_BODIES)
    if version_for(hello, asked, BOTH) == TLS_1_3:
        return newer, state
    return older, older.begin(Role.SERVER, state.settings, older.formulae).but(knows_tls_1_3=True)


def settle_client(
    older: Side, newer: Side, state: Any, name: str, message: bytes
) -> tuple[Side, Any] | None:
    """Return side and state of the version that a ServerHello settles.

    Raises: Alert illegal_parameter if the server's random says that somebody talked it down
        (RFC 9846 §4.2.3); protocol_version if it chose TLS 1.2, and early data was sent (App. E.3).
    """
    if name not in ("server_hello", "hello_retry_request"):
        return None
    hello = decode(ServerHello, unframe_handshake(message)[1])
    types = [one.extension_type for one in hello.extensions or ()]
    if ExtensionType.supported_versions in types or state.retried:
        return newer, state
    if downgrade_sentinel(hello.random):
        reason = f"{downgrade_sentinel(hello.random)}; this hello offered TLS 1.3"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.3")
    if state.early_data_offered:
        reason = "the server chose TLS 1.2, which has no early data, and some was sent"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 9846 App. E.3")
    return older, older.begin(Role.CLIENT, state.settings, older.formulae).but(
        handshake_messages=state.handshake_messages,
        client_hello=state.client_hello,
        client_random=state.client_random,
    )
