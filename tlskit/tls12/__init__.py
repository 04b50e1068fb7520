"""TLS 1.2 (RFC 5246), both roles: formulae, steps, order.

    client(replace(FORMULAE, master_secret=my_master_secret))

is a client like any other, but for one function.
"""

from tlskit.order import Role, Side
from tlskit.registry import HandshakeType, ProtocolVersion
from tlskit.tls12.client import CLIENT_STEPS, ClientSteps
from tlskit.tls12.exporter import export
from tlskit.tls12.order import ABBREVIATED, FULL, order
from tlskit.tls12.resumption import session_of
from tlskit.tls12.server import SERVER_STEPS, ServerSteps
from tlskit.tls12.state import FORMULAE, Formulae, State, begin

__all__ = [
    "ABBREVIATED",
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


def client(formulae: Formulae = FORMULAE, steps: ClientSteps = CLIENT_STEPS) -> Side:
    """Return the client's side for `Connection` (RFC 5246 §7.3), with what was replaced in it."""
    return Side(
        ProtocolVersion.TLS_1_2,
        Role.CLIENT,
        order,
        steps,
        formulae,
        begin,
        HandshakeType.hello_request,
        session_of,
        export,
    )


def server(formulae: Formulae = FORMULAE, steps: ServerSteps = SERVER_STEPS) -> Side:
    """Return the server's side for `Connection` (RFC 5246 §7.3), with what was replaced in it."""
    return Side(
        ProtocolVersion.TLS_1_2,
        Role.SERVER,
        order,
        steps,
        formulae,
        begin,
        HandshakeType.client_hello,
        session_of,
        export,
    )
