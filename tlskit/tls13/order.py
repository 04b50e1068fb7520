"""The order of a TLS 1.3 handshake, as a table (RFC 9846 §2 figures 1 and 2, §4; RFC 8446 §2).

The driver enforces it and the ladder is drawn from it. `number` counts the nine steps of TLS 1.2,
as far as they are left: no ServerHelloDone, no ClientKeyExchange, and a ChangeCipherSpec that
means nothing, which is not in the receiver's table at all: it is dropped (§5).
"""

from typing import Any

from tlskit.order import Role, Row
from tlskit.tls13.state import State

CLIENT, SERVER, BOTH = Role.CLIENT, Role.SERVER, Role.BOTH


def retry_wanted(state: State) -> bool:
    """Tell whether the server needs another ClientHello; only it knows (RFC 9846 §4.2.4)."""
    if state.retried:
        return False
    return bool(state.retry_group or state.settings.cookie)


def retried(state: State) -> bool:
    """Tell whether another ClientHello was asked for (RFC 9846 §4.2.4)."""
    return state.retried


def with_certificates(state: State) -> bool:
    """Tell whether certificates prove who is there, not a PSK (RFC 9846 §4.5.1)."""
    return not state.resumed


def wants_client_certificate(state: State) -> bool:
    """Tell whether the server asks for a client certificate; only it knows (RFC 9846 §4.4.2)."""
    return with_certificates(state) and state.settings.client_certificate != "no"


def certificate_requested(state: State) -> bool:
    """Tell whether the server has asked for the client's certificate (RFC 9846 §4.4.2)."""
    return state.certificate_request is not None


def certificate_shown(state: State) -> bool:
    """Tell whether the client has shown a certificate, not an empty list (RFC 9846 §4.5.2)."""
    if not certificate_requested(state):
        return False
    shown = state.credential if state.role is CLIENT else state.peer_certificate
    return shown is not None


def compatible(state: State) -> bool:
    """Tell whether the session ID asks for ChangeCipherSpecs (RFC 9846 App. E.4)."""
    return bool(state.session_id)


def server_after_retry(state: State) -> bool:
    """Tell whether this side, the server, sends its ChangeCipherSpec after HelloRetryRequest."""
    return state.role is SERVER and compatible(state) and state.retried


def server_after_hello(state: State) -> bool:
    """Tell whether this side, the server, sends its ChangeCipherSpec after ServerHello."""
    return state.role is SERVER and compatible(state) and not state.retried


def client_before_flight(state: State) -> bool:
    """Tell whether this side, the client, sends its ChangeCipherSpec."""
    return state.role is CLIENT and compatible(state)


def handshake_keys(state: State) -> dict[Role, Any]:
    """Return both directions' keys (RFC 9846 §7.3)."""
    return {CLIENT: state.client_keys, SERVER: state.server_keys}


def server_keys(state: State) -> dict[Role, Any]:
    """Return the keys for records that the server sends."""
    return {SERVER: state.server_keys}


def client_keys(state: State) -> dict[Role, Any]:
    """Return the keys for records that the client sends."""
    return {CLIENT: state.client_keys}


def key_update_due(state: State) -> bool:
    """Tell whether the peer has asked for this side's KeyUpdate (RFC 9846 §4.7.3)."""
    return state.key_update_due


FULL = (
    Row("client_hello", CLIENT, number=1, alone=True),
    Row("hello_retry_request", SERVER, wanted=retry_wanted),
    Row("change_cipher_spec", SERVER, when=server_after_retry),
    Row("client_hello", CLIENT, when=retried, alone=True),
    Row("server_hello", SERVER, number=2, alone=True),
    Row("change_cipher_spec", SERVER, when=server_after_hello),
    Row("generate_handshake_keys", BOTH, keys=handshake_keys, number=6),
    Row("encrypted_extensions", SERVER),
    Row("certificate_request", SERVER, wanted=wants_client_certificate),
    Row("certificate", SERVER, when=with_certificates, number=3),
    Row("certificate_verify", SERVER, when=with_certificates),
    Row("finished", SERVER, number=8, alone=True),
    Row("generate_application_keys", BOTH, keys=server_keys),
    Row("change_cipher_spec", CLIENT, when=client_before_flight),
    Row("certificate", CLIENT, when=certificate_requested),
    Row("certificate_verify", CLIENT, when=certificate_shown),
    Row("finished", CLIENT, number=8, alone=True),
    Row("generate_resumption_secret", BOTH, keys=client_keys),
)
LATER = (
    Row("new_session_ticket", SERVER, wanted=lambda state: False),
    Row("key_update", CLIENT, wanted=key_update_due, keys=client_keys, alone=True),
    Row("key_update", SERVER, wanted=key_update_due, keys=server_keys, alone=True),
)
"""What may come once the handshake is over (RFC 9846 §4.7)."""


def order(state: State) -> tuple[Row, ...]:
    """Return the table that this handshake follows."""
    return FULL
