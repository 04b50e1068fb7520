"""Our client and our server, once and again, with what passed between them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.peers import exchange
from tlskit.sessions import SessionCache, TicketKeys

RUNS = count()


class Meeting(NamedTuple):
    """What came of a handshake."""

    client: Connection
    server: Connection
    problems: list[tuple[str, Alert]]
    wire: list[tuple[str, bytes]]

    @property
    def resumed(self) -> bool:
        """Whether both sides finished and took the session up; they must agree on it."""
        assert self.problems == [] and self.client.done and self.server.done
        states = self.client.state, self.server.state
        assert states[0].resumed == states[1].resumed
        assert states[0].master_secret == states[1].master_secret
        return bool(states[0].resumed)

    @property
    def first_alert(self) -> tuple[str, Any]:
        """Who sent the first alert, and which; the other side must have got it."""
        assert not self.client.done or not self.server.done
        (sender, alert), (receiver, told) = self.problems
        assert not alert.received and told.received and sender != receiver
        assert told.description is alert.description
        return sender, alert.description


@dataclass
class Tap:
    """An end whose bytes are noted, and changed on request, when they go out."""

    end: Connection
    wire: list[tuple[str, bytes]]
    change: Callable[[str, bytes], bytes] | None = None
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = str(self.end.role)

    def data_to_send(self) -> bytes:
        data = self.end.data_to_send()
        if data:
            data = self.change(self.name, data) if self.change else data
            self.wire.append((self.name, data))
        return data

    def receive(self, data: bytes) -> None:
        self.end.receive(data)


def meet(
    client: dict[str, Any] | None = None,
    server: dict[str, Any] | None = None,
    client_side: Any = None,
    server_side: Any = None,
    change: Callable[[str, bytes], bytes] | None = None,
) -> Meeting:
    """Run one handshake of ours with ours; each has other randomness than before."""
    run = next(RUNS)
    ends = (
        Connection(client_settings(f"c{run}", **(client or {})), client_side or tls12.client()),
        Connection(server_settings(f"s{run}", **(server or {})), server_side or tls12.server()),
    )
    wire: list[tuple[str, bytes]] = []
    taps = [Tap(end, wire, change) for end in ends]
    problems: Any = exchange(taps[0], taps[1])
    return Meeting(*ends, [(who.name, error) for who, error in problems], wire)


def keeping(mechanism: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return settings of client and server that resume by "id" or by "ticket"."""
    if mechanism == "ticket":
        keys = TicketKeys(lesson_random(f"ticket keys {next(RUNS)}"))
        return {"session_tickets": True}, {"ticket_keys": keys}
    return {}, {"session_store": SessionCache()}
