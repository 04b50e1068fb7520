"""TLS 1.3 (RFC 9846, before it RFC 8446), both roles: formulae, steps, order.

    client(replace(FORMULAE, main_secret=my_main_secret))

is a client like any other, but for one function.
"""

from typing import Any

from tlskit.order import Role, Side
from tlskit.registry import HandshakeType, ProtocolVersion, name_of
from tlskit.settings import Psk
from tlskit.tls13.client import CLIENT_STEPS, ClientSteps
from tlskit.tls13.key_schedule import exported
from tlskit.tls13.order import FULL, LATER, order
from tlskit.tls13.resumption import SKIPPED
from tlskit.tls13.server import SERVER_STEPS, ServerSteps
from tlskit.tls13.state import FORMULAE, Formulae, State, begin
from tlskit.tls13_messages import HELLO_RETRY_REQUEST_RANDOM

__all__ = [
    "CLIENT_STEPS",
    "FORMULAE",
    "FULL",
    "SERVER_STEPS",
    "ClientSteps",
    "Formulae",
    "ServerSteps",
    "State",
    "client",
    "server",
]
RANDOM_AT = slice(6, 38)
"""Where the random lies in a ServerHello with its header."""
NEVER = -1


def name(message: bytes) -> str:
    """Return a message's name: a ServerHello with a certain random is HelloRetryRequest.

    Reference: RFC 9846 §4.2.3 (RFC 8446 §4.1.3).
    """
    if message[0] == HandshakeType.server_hello:
        retry = message[RANDOM_AT] == HELLO_RETRY_REQUEST_RANDOM
        return "hello_retry_request" if retry else "server_hello"
    return name_of(HandshakeType, message[0])


def session_of(state: State) -> Psk | None:
    """Return what a client needs to go on later: the last ticket's key (RFC 9846 §4.7.1)."""
    return state.tickets[-1] if state.tickets else None


def takes_early_data(state: State) -> bool:
    """Tell whether early data may come now (RFC 9846 §4.3.10)."""
    server = state.role is Role.SERVER
    return server and state.early_data_accepted and not state.early_data_over


def unreadable(state: State) -> int:
    """Return how many bytes of refused early data a server passes over (RFC 9846 §4.3.10)."""
    if state.role is not Role.SERVER or not state.early_data_offered or state.early_data_accepted:
        return 0
    return max(state.settings.max_early_data, SKIPPED)


def worn_out(writing: Any) -> bool:
    """Tell whether a direction's keys have protected all that they may (RFC 9846 §5.5)."""
    return bool(writing.sequence_number >= writing.keys.limit)


def export(state: State, label: bytes, length: int, context: bytes | None = None) -> bytes:
    """Return key material of a connection whose handshake is done (RFC 9846 §7.5).

    Raises: ValueError for a length below 1.
    """
    if length < 1:
        raise ValueError(f"key material has at least one byte, not {length}")
    return exported(state.hkdf, state.exporter_secret, label, context or b"", length)


def client(formulae: Formulae = FORMULAE, steps: ClientSteps = CLIENT_STEPS) -> Side:
    """Return the client's side for `Connection` (RFC 9846 §2), with what was replaced in it."""
    return side(Role.CLIENT, steps, formulae)


def server(formulae: Formulae = FORMULAE, steps: ServerSteps = SERVER_STEPS) -> Side:
    """Return the server's side for `Connection` (RFC 9846 §2), with what was replaced in it."""
    return side(Role.SERVER, steps, formulae)


def side(role: Role, steps: Any, formulae: Formulae) -> Side:
    """Return a role's side: no renegotiation, record types hidden (RFC 9846 §4.2.2, §5.2)."""
    return Side(
        ProtocolVersion.TLS_1_3,
        role,
        order,
        steps,
        formulae,
        begin,
        NEVER,
        session_of,
        export,
        named=name,
        later=LATER,
        hides_type=True,
        early=takes_early_data,
        unreadable=unreadable,
        worn_out=worn_out,
    )
