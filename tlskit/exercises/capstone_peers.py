"""Who answers a learner's flights: OpenSSL, or an impostor, in memory on the judge's side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tlskit import pki, tls12
from tlskit.certificates import Credential, Kind
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.exercises.task import Case, Draw, Handed
from tlskit.faulty_pki import faulty
from tlskit.lesson import HOST, client_settings, lesson_random, openssl_client, server_settings
from tlskit.peers import Endpoint, OpenSSLPeer

KINDS: tuple[Kind, ...] = ("rsa", "ecdsa")
GROUPS = ("x25519", "secp256r1")
NOW = int(pki.NOW.timestamp())
ROOTS = [pki.der(root) for root in pki.trust().roots]


class Peer(Endpoint, Protocol):
    """OpenSSL or an end of ours: the other side of a handshake."""

    done: bool

    def read(self) -> bytes:
        """Return the application data that has come, and forget it."""

    def write(self, data: bytes) -> None:
        """Send application data."""

    def close(self) -> None:
        """Say close_notify."""


@dataclass(frozen=True)
class Round:
    """A flight of the learner's, and the bytes that came back."""

    flight: bytes
    answer: bytes


class Answering:
    """Answers flights by a peer that begins anew with the first flight of each call.

    Args:
        begin: makes the peer.
        says: what the peer writes: a server once it has read something, a client at once.
        impostor: what is wrong with the peer, "" if nothing is.
        serves: whether the peer is a server.

    Attributes:
        rounds: flights and answers of the last call of the learner's function.
        heard: the application data that the peer has read.
        error: what the peer found wrong, in its own words.
        handed: the function that the learner's is handed.
        others: who answers in the other cases.
    """

    def __init__(
        self, begin: Callable[[], Peer], says: bytes, impostor: str = "", serves: bool = True
    ) -> None:
        """Wait for the first flight."""
        self.begin, self.says, self.impostor, self.serves = begin, says, impostor, serves
        self.handed = Handed("exchange", self)
        self.peer: Peer | None = None
        self.rounds: list[Round] = []
        self.others: list[Answering] = []
        self.heard, self.error, self.said = b"", "", False

    def __call__(self, flight: bytes = b"") -> bytes:
        """Hand a flight to the peer, and return all that it has to say then."""
        if len(self.handed.calls) <= 1:
            self.peer, self.rounds = None, []
            self.heard, self.error, self.said = b"", "", False
        peer = self.peer = self.peer or self.begin()
        flight = bytes(flight)
        if flight:
            try:
                peer.receive(flight)
            except Exception as error:
                self.error = self.error or f"{type(error).__name__}: {error}"
        self.error = self.error or getattr(peer, "error", "")
        self.heard += peer.read()
        if peer.done and not self.said and not self.error:
            self.speak(peer)
        self.rounds.append(Round(flight, peer.data_to_send()))
        return self.rounds[-1].answer

    def speak(self, peer: Peer) -> None:
        """Let the peer say what it has to: a client at once, a server to what it has heard."""
        if not self.serves:
            peer.write(self.says)
            self.said = True
        elif self.heard:
            peer.write(self.says)
            peer.close()
            self.said = True

    @property
    def random(self) -> bytes:
        """The random of a ClientHello that came in a record, b"" if there was none."""
        return self.rounds[0].flight[11:43] if self.rounds else b""

    @property
    def fresh(self) -> bool:
        """Whether this random came in no other case; True if there was none."""
        return not self.random or self.random not in [one.random for one in self.others]

    @property
    def done(self) -> bool:
        """Whether the peer thinks that the handshake is over."""
        return self.peer is not None and self.peer.done


# ---- servers for a learner's client


@dataclass(frozen=True)
class Server:
    """A server that answers a learner's client.

    Args:
        suite: OpenSSL's name of the one suite that it has.
        impostor: what is wrong with it, one of IMPOSTORS, or "".
    """

    suite: str
    kind: Kind
    group: str = "x25519"
    extended: bool = True
    impostor: str = ""
    seed: str = field(default="", repr=False)

    def begin(self) -> Peer:
        """Return the server, which waits for a ClientHello."""
        if self.impostor in CREDENTIALS:
            return self.openssl(CREDENTIALS[self.impostor](self.kind, pki.NOW))
        if self.impostor:
            return IMPOSTORS[self.impostor](self)
        return self.openssl(pki.credential(self.kind))

    def openssl(self, credential: Credential) -> OpenSSLPeer:
        """Return OpenSSL with this certificate."""
        return OpenSSLPeer.server(
            [(pki.pem_chain(credential), pki.pem_key(credential))],
            suites=self.suite,
            group=self.group,
            extended_master_secret=self.extended,
        )

    def ours(self, formulae: Any = tls12.FORMULAE, steps: Any = tls12.SERVER_STEPS) -> Connection:
        """Return a server of ours that does one thing as it should not."""
        settings = server_settings(
            random=lesson_random(f"impostor {self.seed}"),
            credentials=(pki.credential(self.kind),),
            suites=(suite_named(self.suite),),
            extended_master_secret=self.extended,
        )
        return Connection(settings, tls12.server(formulae, steps))


def of_another_host(kind: Kind, now: datetime) -> Credential:
    """Return a good certificate of another host."""
    return pki.credential(kind, "www.course.example")


CREDENTIALS: dict[str, Callable[[Kind, datetime], Credential]] = {
    "no root": lambda kind, now: faulty("unknown_ca", kind, now),
    "another host": of_another_host,
    "expired": lambda kind, now: faulty("expired", kind, now),
}


def signing_parameters_alone(server: Server) -> Peer:
    """Return a server that signs its parameters without the randoms."""
    alone = replace(
        tls12.FORMULAE,
        server_ecdh_params_to_sign=lambda client_random, server_random, parameters: parameters,
    )
    return server.ours(alone)


def signing_with_another_key(server: Server) -> Peer:
    """Return a server that shows a chain whose key it has not."""
    own = pki.course_key("client_rsa" if server.kind == "rsa" else "client_ecdsa")
    shown = Credential(pki.credential(server.kind).chain, own)
    settings = replace(server.ours().settings, credentials=(shown,))
    return Connection(settings, tls12.server())


def finishing_short(server: Server) -> Peer:
    """Return a server whose Finished leaves the client's out."""

    def send_finished(state: tls12.State) -> tuple[tls12.State, bytes]:
        shorter = state.but(handshake_messages=state.handshake_messages[:-1])
        return tls12.SERVER_STEPS.send_finished(shorter)

    return server.ours(steps=replace(tls12.SERVER_STEPS, send_finished=send_finished))


def finishing_as_client(server: Server) -> Peer:
    """Return a server whose Finished has the client's label."""

    def verify_data(prf: Any, master_secret: bytes, label: bytes, seen: bytes) -> bytes:
        label = b"client finished"
        return tls12.FORMULAE.verify_data(prf, master_secret, label, seen)

    return server.ours(replace(tls12.FORMULAE, verify_data=verify_data))


IMPOSTORS: dict[str, Callable[[Server], Peer]] = {
    "randoms not signed": signing_parameters_alone,
    "another key": signing_with_another_key,
    "Finished too short": finishing_short,
    "Finished of the client": finishing_as_client,
}
BY_CHAIN = tuple(CREDENTIALS)
BY_SIGNATURE, BY_FINISHED = tuple(IMPOSTORS)[:2], tuple(IMPOSTORS)[2:]
ECDHE_128 = {"rsa": "ECDHE-RSA-AES128-GCM-SHA256", "ecdsa": "ECDHE-ECDSA-AES128-GCM-SHA256"}
ECDHE_256 = {"rsa": "ECDHE-RSA-AES256-GCM-SHA384", "ecdsa": "ECDHE-ECDSA-AES256-GCM-SHA384"}
RSA = ("AES128-GCM-SHA256", "AES256-GCM-SHA384")


def chosen(draw: Draw, things: Sequence[Any]) -> Any:
    """Return one of some things."""
    return things[int.from_bytes(draw(2), "big") % len(things)]


def flipped_coin(draw: Draw) -> bool:
    """Return yes or no."""
    return bool(draw(1)[0] & 1)


def fetches(draw: Draw) -> list[Case]:
    """Return servers to fetch a page from; in each part one that is as it should be.

    What is wrong with an impostor is not said; what it has in common with the others is nothing.
    """
    first = chosen(draw, KINDS)
    other = KINDS[1 - KINDS.index(first)]
    parts = {
        "ECDHE, SHA-256": [ecdhe(draw, first, ECDHE_128)],
        "ECDHE, SHA-384": [ecdhe(draw, other, ECDHE_256)],
        "RSA key transport": [Server(chosen(draw, RSA), "rsa", extended=flipped_coin(draw))],
        "who has the certificate": impostors(draw, BY_CHAIN),
        "who signed": impostors(draw, BY_SIGNATURE),
        "who finished": impostors(draw, BY_FINISHED),
    }
    cases = [fetch(draw, server, part) for part, servers in parts.items() for server in servers]
    peers = [answering(case.arguments) for case in cases]
    for peer in peers:
        peer.others = [one for one in peers if one is not peer]
    return cases


def ecdhe(draw: Draw, kind: Kind, suites: dict[str, str], impostor: str = "") -> Server:
    """Return a server with a suite of these; group and extended master secret are drawn."""
    group, extended = chosen(draw, GROUPS), flipped_coin(draw)
    return Server(suites[kind], kind, group, extended, impostor, draw(8).hex())


def impostors(draw: Draw, what: Sequence[str]) -> list[Server]:
    """Return one server that is as it should be, and some that are not, in an order that varies."""
    told = ["", *what]
    found = [
        ecdhe(draw, chosen(draw, KINDS), chosen(draw, (ECDHE_128, ECDHE_256)), one) for one in told
    ]
    turn = draw(1)[0] % len(found)
    return found[turn:] + found[:turn]


def fetch(draw: Draw, server: Server, part: str) -> Case:
    """Return the case of fetching a page from a server; every other page needs several records."""
    size = 1 + int.from_bytes(draw(2), "big") % (40_000 if flipped_coin(draw) else 400)
    request = b"GET /" + draw(6).hex().encode() + b" HTTP/1.1\r\n\r\n"
    answering = Answering(server.begin, text(draw, size), server.impostor)
    return Case((answering.handed, ROOTS, HOST, NOW, request), part)


def text(draw: Draw, size: int) -> bytes:
    """Return bytes that are cheap to make and follow from the seed."""
    piece = draw(61).hex().encode()
    return (piece * (size // len(piece) + 1))[:size]


def answering(arguments: Sequence[Any]) -> Answering:
    """Return what answers, of a case's arguments."""
    found = arguments[0].answer
    assert isinstance(found, Answering)
    return found


# ---- clients for a learner's server


def servings(draw: Draw) -> list[Case]:
    """Return clients, each with the one suite that it has; one of them is not what it seems."""
    return [
        serving(draw, ECDHE_128["rsa"], "ECDHE, SHA-256"),
        serving(draw, ECDHE_256["rsa"], "ECDHE, SHA-384"),
        *serving_an_impostor(draw, "who finished"),
    ]


def serving(draw: Draw, suite: str, part: str, impostor: bool = False) -> Case:
    """Return the case of a client that wants a page."""
    request = b"GET /" + draw(6).hex().encode() + b" HTTP/1.1\r\n\r\n"
    group, extended = chosen(draw, GROUPS), flipped_coin(draw)

    def openssl() -> Peer:
        return openssl_client(suites=suite, group=group, extended_master_secret=extended)

    def ours() -> Peer:
        steps = replace(tls12.CLIENT_STEPS, send_finished=finishing_with_zeros)
        settings = client_settings(suites=(suite_named(suite),), extended_master_secret=extended)
        return Connection(settings, tls12.client(steps=steps))

    wrong = "a client's Finished" if impostor else ""
    answer = Answering(ours if impostor else openssl, request, wrong, serves=False)
    credential = pki.credential("rsa")
    key = credential.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    page = text(draw, 1 + draw(1)[0] * 4)
    return Case((answer.handed, list(credential.chain), key, page), part)


def serving_an_impostor(draw: Draw, part: str) -> list[Case]:
    """Return a good client and one whose Finished is wrong, in an order that varies."""
    turn = flipped_coin(draw)
    return [serving(draw, ECDHE_128["rsa"], part, impostor is turn) for impostor in (True, False)]


def finishing_with_zeros(state: tls12.State) -> tuple[tls12.State, bytes]:
    """Send a Finished of zeros, as a client would that does not have the master secret."""
    zeros = replace(state.formulae, verify_data=lambda *_: bytes(12))
    after, message = tls12.CLIENT_STEPS.send_finished(state.but(formulae=zeros))
    return after.but(formulae=state.formulae), message
