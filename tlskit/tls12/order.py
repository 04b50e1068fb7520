"""The order of a TLS 1.2 handshake, as a table (RFC 5246 §7.3, figure 1).

The driver enforces it and the ladder is drawn from it. `number` counts the nine steps as write-ups
do; ServerKeyExchange is not among them, and application data, the ninth, is no handshake message.
"""

from tlskit.order import Role, Row
from tlskit.tls12.record_protection import RecordKeys
from tlskit.tls12.state import State

CLIENT, SERVER, BOTH = Role.CLIENT, Role.SERVER, Role.BOTH


def ephemeral(state: State) -> bool:
    """Tell whether the suite is ECDHE, so that ServerKeyExchange comes (RFC 8422 §2)."""
    return state.agreed.ephemeral


def client_keys(state: State) -> RecordKeys | None:
    """Return the keys for records that the client sends (RFC 5246 §6.3)."""
    return state.client_keys


def server_keys(state: State) -> RecordKeys | None:
    """Return the keys for records that the server sends (RFC 5246 §6.3)."""
    return state.server_keys


FULL = (
    Row("client_hello", CLIENT, number=1),
    Row("server_hello", SERVER, number=2),
    Row("certificate", SERVER, number=3),
    Row("server_key_exchange", SERVER, when=ephemeral),
    Row("server_hello_done", SERVER, number=4),
    Row("client_key_exchange", CLIENT, number=5),
    Row("generate_keys", BOTH, number=6),
    Row("change_cipher_spec", CLIENT, then=client_keys, number=7),
    Row("finished", CLIENT, number=8),
    Row("change_cipher_spec", SERVER, then=server_keys, number=7),
    Row("finished", SERVER, number=8),
)


def order(state: State) -> tuple[Row, ...]:
    """Return the table that this handshake follows (RFC 5246 §7.3, figure 1)."""
    return FULL
