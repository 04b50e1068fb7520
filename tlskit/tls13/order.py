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


def change_cipher_spec_due(state: State, side: Role) -> bool:
    """Tell whether this side has its ChangeCipherSpec to send (RFC 9846 App. E.4)."""
    wanted = bool(state.session_id) and not state.change_cipher_spec_sent
    return wanted and state.role is side


def client_due(state: State) -> bool:
    """Tell whether this side, the client, has its ChangeCipherSpec to send (RFC 9846 App. E.4)."""
    return change_cipher_spec_due(state, CLIENT)


def client_due_early(state: State) -> bool:
    """Tell whether it goes out before early data (RFC 9846 App. E.4)."""
    return state.early_data_offered and client_due(state)


def client_due_after_retry(state: State) -> bool:
    """Tell whether it goes out before the second ClientHello (RFC 9846 App. E.4)."""
    return state.retried and client_due(state)


def server_due(state: State) -> bool:
    """Tell whether this side, the server, has its ChangeCipherSpec to send (RFC 9846 App. E.4)."""
    return change_cipher_spec_due(state, SERVER)


def server_due_early(state: State) -> bool:
    """Tell whether it goes out after HelloRetryRequest (RFC 9846 App. E.4)."""
    return state.retried and server_due(state)


def early(state: State) -> bool:
    """Tell whether there are keys for early data: offered or accepted (RFC 9846 §2.3)."""
    if state.role is CLIENT:
        return state.early_data_offered
    return state.early_data_accepted


def sends_early_data(state: State) -> bool:
    """Tell whether this side, the client, has early data to send (RFC 9846 §2.3)."""
    return state.role is CLIENT and state.early_data_offered


def early_data_accepted(state: State) -> bool:
    """Tell whether the server takes the early data, so that its end comes (RFC 9846 §4.6)."""
    return state.early_data_accepted


def early_keys(state: State) -> dict[Role, Any]:
    """Return the keys of early data (RFC 9846 §7.3)."""
    return {CLIENT: state.early_keys}


def no_early_keys(state: State) -> dict[Role, Any]:
    """Return the keys after HelloRetryRequest: the second hello is plain (RFC 9846 §4.3.10)."""
    return {CLIENT: None} if state.role is CLIENT else {}


def handshake_keys(state: State) -> dict[Role, Any]:
    """Return the handshake's keys; early data may go on under its own (RFC 9846 §7.3)."""
    if early(state):
        return {SERVER: state.server_keys}
    return {CLIENT: state.client_keys, SERVER: state.server_keys}


def keys_without_early_data(state: State) -> dict[Role, Any]:
    """Return the client's keys once its early data is refused (RFC 9846 §4.3.10)."""
    refused = state.early_data_offered and not state.early_data_accepted
    return {CLIENT: state.client_keys} if state.role is CLIENT and refused else {}


def server_keys(state: State) -> dict[Role, Any]:
    """Return the keys for records that the server sends (RFC 9846 §7.3)."""
    return {SERVER: state.server_keys}


def client_keys(state: State) -> dict[Role, Any]:
    """Return the keys for records that the client sends (RFC 9846 §7.3)."""
    return {CLIENT: state.client_keys}


def key_update_due(state: State) -> bool:
    """Tell whether the peer has asked for this side's KeyUpdate (RFC 9846 §4.7.3)."""
    return state.key_update_due


def ticket_due(state: State) -> bool:
    """Tell whether the server has one more ticket to give (RFC 9846 §4.7.1)."""
    return state.tickets_sent < state.tickets_due


FULL = (
    Row("client_hello", CLIENT, number=1, alone=True),
    Row("change_cipher_spec", CLIENT, when=client_due_early),
    Row("generate_early_keys", BOTH, when=early, keys=early_keys),
    Row("early_data", CLIENT, when=sends_early_data),
    Row("hello_retry_request", SERVER, wanted=retry_wanted, keys=no_early_keys),
    Row("change_cipher_spec", SERVER, when=server_due_early),
    Row("change_cipher_spec", CLIENT, when=client_due_after_retry),
    Row("client_hello", CLIENT, when=retried, alone=True),
    Row("server_hello", SERVER, number=2, alone=True),
    Row("change_cipher_spec", SERVER, when=server_due),
    Row("generate_handshake_keys", BOTH, keys=handshake_keys, number=6),
    Row("encrypted_extensions", SERVER, keys=keys_without_early_data),
    Row("certificate_request", SERVER, wanted=wants_client_certificate),
    Row("certificate", SERVER, when=with_certificates, number=3),
    Row("certificate_verify", SERVER, when=with_certificates),
    Row("finished", SERVER, number=8, alone=True),
    Row("generate_application_keys", BOTH, keys=server_keys),
    Row("change_cipher_spec", CLIENT, when=client_due),
    Row("end_of_early_data", CLIENT, when=early_data_accepted, keys=client_keys, alone=True),
    Row("certificate", CLIENT, when=certificate_requested),
    Row("certificate_verify", CLIENT, when=certificate_shown),
    Row("finished", CLIENT, number=8, alone=True),
    Row("generate_resumption_secret", BOTH, keys=client_keys),
)
LATER = (
    Row("new_session_ticket", SERVER, wanted=ticket_due),
    Row("key_update", CLIENT, wanted=key_update_due, keys=client_keys, alone=True),
    Row("key_update", SERVER, wanted=key_update_due, keys=server_keys, alone=True),
)
"""What may come once the handshake is over (RFC 9846 §4.7)."""


def order(state: State) -> tuple[Row, ...]:
    """Return the table that this handshake follows (RFC 9846 §2)."""
    return FULL
