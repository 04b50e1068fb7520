"""A man in the middle of our own two ends, and one who replays a ServerKeyExchange of yesterday.

Both have the server's certificate chain, which everybody gets who asks, and not its private key.
What they try is what the signature in ServerKeyExchange is there to stop (RFC 5246 §7.4.3,
App. F.1.1.3; RFC 8422 §5.4).
"""

from dataclasses import dataclass, field, replace
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.connection import Connection
from tlskit.key_exchange import KeyPair
from tlskit.labs.server_flight import SUITE
from tlskit.lesson import ANSWER, REQUEST, client_settings, server_settings
from tlskit.order import Row
from tlskit.peers import exchange
from tlskit.tls12.state import State
from tlskit.trace import Call

OWN_KEY = "client_rsa"
"""The key that the man in the middle signs with: some RSA key, but not that of the certificate."""


@dataclass
class Side:
    """One of the two connections that a man in the middle has, and what he read there.

    Args:
        ours: the end that believes it talks with the other one.
        his: the end that the man in the middle runs.
        calls: of both, so that a ladder can be drawn.
        read: plaintext that the man in the middle got from `ours`.
    """

    ours: Connection
    his: Connection
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)
    failures: list[tuple[Any, Exception]] = field(default_factory=list, repr=False)
    read: bytes = b""

    @property
    def done(self) -> bool:
        """Whether the handshake came to its end."""
        return self.ours.done and self.his.done and not self.failures

    @property
    def verdict(self) -> str:
        """What our end did with the other one: "accepted" or "refused"."""
        return "accepted" if self.done else "refused"

    @property
    def alerts(self) -> list[str]:
        """The alerts that our end sent."""
        mine = [error for end, error in self.failures if end is self.ours]
        return [one.description.name for one in mine if isinstance(one, Alert) and not one.received]

    def carry(self) -> None:
        """Carry bytes until both are silent, and read what has come to the middle."""
        self.failures += exchange(self.ours, self.his)
        self.read += self.his.read()


@dataclass
class Middle:
    """What came of it on both sides, and what each end got to read.

    Args:
        at_client, at_server: the connection with the client, and with the server.
        client_read, server_read: plaintext that arrived at our two ends.
    """

    at_client: Side
    at_server: Side
    client_read: bytes = b""
    server_read: bytes = b""


def connected(ours: Connection, his: Connection, calls: list[Call]) -> Side:
    """Run the handshake of one of the two connections."""
    side = Side(ours, his, calls, ours.side.order(ours.state))
    side.carry()
    side.order = ours.side.order(ours.state)
    return side


def client_of(
    formulae: tls12.Formulae,
    calls: list[Call],
    name: str = "client",
    steps: tls12.ClientSteps = tls12.CLIENT_STEPS,
) -> Connection:
    """Return the course's client with these formulae and steps."""
    return Connection(client_settings(name, suites=(SUITE,)), tls12.client(formulae, steps), calls)


def server_of(formulae: tls12.Formulae, calls: list[Call], name: str = "server") -> Connection:
    """Return the course's server with these formulae."""
    return Connection(server_settings(name), tls12.server(formulae), calls)


def man_in_the_middle(
    client_formulae: tls12.Formulae = tls12.FORMULAE,
    server_formulae: tls12.Formulae = tls12.FORMULAE,
    client_steps: tls12.ClientSteps = tls12.CLIENT_STEPS,
) -> Middle:
    """Stand between our client and our server, and hand on what each says to the other.

    He is an honest client to the server, and learns its chain. To the client he is a server that
    shows this chain, and signs ServerKeyExchange with a key of his own.
    """
    calls: list[Call] = []
    own = client_of(tls12.FORMULAE, calls, "man in the middle")
    at_server = connected(server_of(server_formulae, calls), own, calls)
    calls = []
    shown = Credential(own.state.peer_chain, pki.course_key(OWN_KEY))
    told = server_settings("man in the middle, as server", credentials=(shown,))
    his = Connection(told, tls12.server(), calls)
    client = client_of(client_formulae, calls, steps=client_steps)
    at_client = connected(client, his, calls)
    middle = Middle(at_client, at_server)
    if at_client.done and at_server.done:
        relay(middle)
    return middle


def relay(middle: Middle) -> None:
    """Carry a request and its answer through the middle, who reads both."""
    left, right = middle.at_client, middle.at_server
    left.ours.write(REQUEST)
    left.carry()
    right.his.write(left.read)
    right.carry()
    middle.server_read = right.ours.read()
    right.ours.write(ANSWER)
    right.carry()
    left.his.write(right.read)
    left.carry()
    middle.client_read = left.ours.read()


# ---- yesterday's message


@dataclass(frozen=True)
class Yesterday:
    """A ServerKeyExchange that the real server signed, and the ephemeral key that leaked later.

    Args:
        message: with its header of 4 bytes.
        key_pair: of the server, whose private half a server should forget after the handshake.
    """

    message: bytes
    key_pair: KeyPair


def yesterday(server_formulae: tls12.Formulae = tls12.FORMULAE) -> Yesterday:
    """Run a handshake with the real server, with other randoms than today's, and keep its message.

    The client computes what is signed as the server does.
    """
    calls: list[Call] = []
    sign_alike = replace(
        tls12.FORMULAE, server_ecdh_params_to_sign=server_formulae.server_ecdh_params_to_sign
    )
    server = server_of(server_formulae, calls, "server, yesterday")
    connected(client_of(sign_alike, calls, "client, yesterday"), server, calls)
    sent = next(call for call in calls if call.name == "send_server_key_exchange")
    state, message = sent.result
    return Yesterday(message, state.key_pair)


def replay(
    old: Yesterday,
    client_formulae: tls12.Formulae = tls12.FORMULAE,
    client_steps: tls12.ClientSteps = tls12.CLIENT_STEPS,
) -> Side:
    """Be today's server with yesterday's ServerKeyExchange; the client then says its request.

    The replaying server has the chain and yesterday's ephemeral key, and never signs anything.
    """

    def send_server_key_exchange(state: State) -> tuple[State, bytes]:
        heard = (*state.handshake_messages, old.message)
        return state.but(handshake_messages=heard, key_pair=old.key_pair), old.message

    calls: list[Call] = []
    shown = Credential(pki.credential("rsa").chain, pki.course_key(OWN_KEY))
    steps = replace(tls12.SERVER_STEPS, send_server_key_exchange=send_server_key_exchange)
    told = server_settings("replayed", credentials=(shown,))
    his = Connection(told, tls12.server(steps=steps), calls)
    client = client_of(client_formulae, calls, "client, today", client_steps)
    side = connected(client, his, calls)
    if side.done:
        side.ours.write(REQUEST)
        side.carry()
    return side
