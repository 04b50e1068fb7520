"""Two connections of our end with OpenSSL's, the second one resumed or not: what a case asks for.

`pairwise` draws few combinations from all that there are, so that each two values meet in one.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

from client_faults import FAULTS

from tlskit import pki, tls12
from tlskit.certificates import Credential, Kind
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.lesson import (
    client_settings,
    lesson_random,
    openssl_client,
    openssl_server,
    server_settings,
)
from tlskit.peers import OpenSSLPeer, available_suites, exchange
from tlskit.registry import AlertDescription, NamedGroup
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.trace import Call

OFFERED = frozenset(available_suites())
NONE, ID, TICKET = MECHANISMS = ("none", "id", "ticket")
NOT_ASKED, EMPTY, MISSING = "not asked", "empty where wanted", "empty where required"
GIVEN = ("rsa", "ecdsa")
FOREIGN_KEY = "key of another"
WRONG = ("unknown CA", "made for servers", FOREIGN_KEY)
CLIENTS = (NOT_ASKED, *GIVEN, EMPTY, MISSING, *WRONG)

REFUSALS = {
    MISSING: AlertDescription.handshake_failure,
    "unknown CA": AlertDescription.unknown_ca,
    "made for servers": AlertDescription.unsupported_certificate,
    FOREIGN_KEY: AlertDescription.decrypt_error,
}
"""What a server answers to each client that it cannot take, ours and OpenSSL's alike."""


@dataclass(frozen=True)
class Case:
    """A combination; role is ours, client says what the client shows and the server asks for."""

    role: str
    suite: Suite
    mechanism: str = NONE
    extended_master_secret: bool = True
    kind: Kind = "rsa"
    group: NamedGroup | None = None
    client: str = NOT_ASKED
    encrypt_then_mac: bool = True

    def __str__(self) -> str:
        words = [f"our-{self.role}", self.suite.openssl_name, self.mechanism]
        words += ["ems" if self.extended_master_secret else "no-ems", self.kind]
        words += [self.group.name] if self.group else []
        words += [self.client.replace(" ", "-")]
        words += ["etm" if self.encrypt_then_mac else "no-etm"]
        return "_".join(words)


def shown_by(client: str) -> Credential | None:
    """Return what a client of this sort shows."""
    if client in GIVEN:
        return pki.client_credential("rsa" if client == "rsa" else "ecdsa")
    if client == FOREIGN_KEY:
        return Credential(pki.client_credential("rsa").chain, pki.course_key("leaf_rsa"))
    if client in WRONG:
        return FAULTS[client][0]
    return None


def demand(client: str) -> str:
    """Return what the server asks of such a client, in the words of Settings."""
    if client == NOT_ASKED:
        return "no"
    return "wanted" if client == EMPTY else "required"


@dataclass
class Tapped:
    """An end whose bytes are written down as they go by."""

    end: Any
    name: str
    wire: list[tuple[str, bytes]] = field(default_factory=list)

    def data_to_send(self) -> bytes:
        data = self.end.data_to_send()
        if data:
            self.wire.append((self.name, data))
        return bytes(data)

    def receive(self, data: bytes) -> None:
        self.end.receive(data)


def recorded_exchange(one: Any, other: Any) -> tuple[list[Any], list[tuple[str, bytes]]]:
    """Exchange until silence; return the problems and who sent which bytes."""
    wire: list[tuple[str, bytes]] = []
    problems = exchange(Tapped(one, "one", wire), Tapped(other, "other", wire))
    return [error for _, error in problems], wire


class Ends:
    """Our end and OpenSSL's, for a first connection and for later ones."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.peer: OpenSSLPeer | None = None
        self.ours: Connection | None = None
        self.calls: list[Call] = []
        ticket = case.mechanism == TICKET
        self.server_keeps: dict[str, Any] = {
            "session_store": SessionCache() if case.mechanism == ID else None,
            "ticket_keys": TicketKeys(lesson_random("tickets")) if ticket else None,
        }

    def next(self) -> tuple[Connection, OpenSSLPeer]:
        """Return two ends that have not spoken yet; the client offers what it has kept."""
        number = f"{self.case.role} {len(self.calls)}"
        make = self._our_client if self.case.role == "client" else self._our_server
        self.calls = []
        self.ours, self.peer = make(number), self._openssl()
        return self.ours, self.peer

    def _our_client(self, name: str) -> Connection:
        case, shown = self.case, shown_by(self.case.client)
        session = self.ours.session if self.ours and case.mechanism != NONE else None
        settings = client_settings(
            name,
            suites=(case.suite,),
            extended_master_secret=case.extended_master_secret,
            encrypt_then_mac=case.encrypt_then_mac,
            session_tickets=case.mechanism == TICKET,
            session=session,
            credentials=(shown,) if shown else (),
        )
        return Connection(settings, tls12.client(), self.calls)

    def _our_server(self, name: str) -> Connection:
        case = self.case
        settings = server_settings(
            name,
            credentials=(pki.credential(case.kind),),
            groups=(case.group or NamedGroup.x25519,),
            extended_master_secret=case.extended_master_secret,
            encrypt_then_mac=case.encrypt_then_mac,
            client_certificate=demand(case.client),
            trust=pki.trust(),
            **self.server_keeps,
        )
        return Connection(settings, tls12.server(), self.calls)

    def _openssl(self) -> OpenSSLPeer:
        case = self.case
        if self.peer:
            return self.peer.again()
        options: dict[str, Any] = {
            "extended_master_secret": case.extended_master_secret,
            "tickets": case.mechanism == TICKET,
        }
        if case.role == "client":
            asks = demand(case.client)
            return openssl_server(
                case.kind,
                group=case.group.name if case.group else "",
                client_roots_pem=pki.pem_roots() if asks != "no" else b"",
                require_client_certificate=asks == "required",
                **options,
            )
        shown = shown_by(case.client)
        credential = (pki.pem_chain(shown), pki.pem_key(shown)) if shown else None
        return openssl_client(suites=case.suite.openssl_name, credential=credential, **options)


def pairwise(rows: Sequence[tuple[Hashable, ...]], seed: int = 12) -> list[tuple[Any, ...]]:
    """Return some of the rows in which each pair of values that there is occurs; always the same.

    For the next pair that is missing the best of a few rows that have it is taken: the one that
    brings the most missing pairs.
    """
    where: dict[Any, list[tuple[Hashable, ...]]] = {}
    for row in rows:
        for pair in pairs(row):
            where.setdefault(pair, []).append(row)
    draw = Random(seed)
    missing = dict.fromkeys(where)
    taken = []
    while missing:
        those = where[next(iter(missing))]
        tried = draw.sample(those, min(len(those), 30))
        best = max(tried, key=lambda row: sum(pair in missing for pair in pairs(row)))
        taken.append(best)
        for pair in pairs(best):
            missing.pop(pair, None)
    return taken


def pairs(row: tuple[Hashable, ...]) -> Iterator[Any]:
    """Return each two values of a row with their places."""
    return combinations(enumerate(row), 2)
