"""The order of a TLS 1.2 handshake, as two tables (RFC 5246 §7.3, figures 1 and 2; RFC 5077 §3.1).

The driver enforces them and the ladder is drawn from them. `number` counts the nine steps as
write-ups do; ServerKeyExchange is not among them, nor is what a client sends to prove itself, and
application data, the ninth, is no handshake message.
"""

from tlskit.order import Role, Row
from tlskit.tls12.record_protection import RecordKeys
from tlskit.tls12.state import State

CLIENT, SERVER, BOTH = Role.CLIENT, Role.SERVER, Role.BOTH


def ephemeral(state: State) -> bool:
    """Tell whether the suite is ECDHE, so that ServerKeyExchange comes (RFC 8422 §2)."""
    return state.agreed.ephemeral


def wants_client_certificate(state: State) -> bool:
    """Tell whether the server asks for a client certificate; only it knows (RFC 5246 §7.4.4)."""
    return state.settings.client_certificate != "no"


def certificate_requested(state: State) -> bool:
    """Tell whether the server has asked for the client's certificate (RFC 5246 §7.4.4)."""
    return state.certificate_request is not None


def certificate_shown(state: State) -> bool:
    """Tell whether the client has shown a certificate, not an empty list (RFC 5246 §7.4.8)."""
    if not certificate_requested(state):
        return False
    shown = state.credential if state.role is CLIENT else state.peer_certificate
    return shown is not None


def ticket_promised(state: State) -> bool:
    """Tell whether ServerHello announced a ticket (RFC 5077 §3.2)."""
    return state.ticket_promised


def client_keys(state: State) -> RecordKeys | None:
    """Return the keys for records that the client sends (RFC 5246 §6.3)."""
    return state.client_keys


def server_keys(state: State) -> RecordKeys | None:
    """Return the keys for records that the server sends (RFC 5246 §6.3)."""
    return state.server_keys


HELLOS = (
    Row("client_hello", CLIENT, number=1),
    Row("server_hello", SERVER, number=2),
)
KEYS = (Row("generate_keys", BOTH, number=6),)
CLIENT_FINISHES = (
    Row("change_cipher_spec", CLIENT, then=client_keys, number=7),
    Row("finished", CLIENT, number=8),
)
SERVER_FINISHES = (
    Row("new_session_ticket", SERVER, when=ticket_promised),
    Row("change_cipher_spec", SERVER, then=server_keys, number=7),
    Row("finished", SERVER, number=8),
)
FULL = (
    *HELLOS,
    Row("certificate", SERVER, number=3),
    Row("server_key_exchange", SERVER, when=ephemeral),
    Row("certificate_request", SERVER, wanted=wants_client_certificate),
    Row("server_hello_done", SERVER, number=4),
    Row("certificate", CLIENT, when=certificate_requested),
    Row("client_key_exchange", CLIENT, number=5),
    *KEYS,
    Row("certificate_verify", CLIENT, when=certificate_shown),
    *CLIENT_FINISHES,
    *SERVER_FINISHES,
)
ABBREVIATED = (*HELLOS, *KEYS, *SERVER_FINISHES, *CLIENT_FINISHES)


def order(state: State) -> tuple[Row, ...]:
    """Return the table that this handshake follows; both begin alike (RFC 5246 §7.3)."""
    return ABBREVIATED if state.resumed else FULL
