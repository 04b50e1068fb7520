"""What the lessons share: randomness that begins anew, settings for both ends, whole runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes

from tlskit import pki, tls12
from tlskit.certificates import Kind
from tlskit.cipher_suites import SUITES, Suite, suite_named
from tlskit.connection import Connection
from tlskit.key_exchange import GROUPS, group_named
from tlskit.order import Row, Side
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Settings
from tlskit.signatures import SCHEMES
from tlskit.trace import Call

HOST = "signal.course.example"
REQUEST = (
    b"GET /room/42 HTTP/1.1\r\nHost: signal.course.example\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
)
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
REPEATABLE_SCHEMES = tuple(
    sorted(SCHEMES, key=lambda scheme: scheme is not SignatureScheme.rsa_pkcs1_sha256)
)
"""The client's signature schemes, rsa_pkcs1_sha256 first: PSS signatures differ in every run."""

RESUMPTIONS = ("no", "by session ID", "by ticket")
CLIENT_CERTIFICATES = ("not asked", "shown", "asked, none shown")
"""What a Choice may say."""


def lesson_random(name: str) -> Callable[[int], bytes]:
    """Return a source of bytes that look random and are the same in every run.

    SHA-256 of the name and a counter, again and again. For lessons and tests only: who knows the
    name knows every key.
    """
    state = {"count": 0, "left": b""}

    def draw(size: int) -> bytes:
        left: Any = state["left"]
        while len(left) < size:
            digest = hashes.Hash(hashes.SHA256())
            digest.update(f"tlskit lesson {name} {state['count']}".encode())
            left += digest.finalize()
            state["count"] += 1  # type: ignore[operator]
        state["left"] = left[size:]
        return bytes(left[:size])

    return draw


def client_settings(name: str = "client", **changes: Any) -> Settings:
    """Return settings of the course's client, who opens wss://signal.course.example/.

    Its randomness is repeatable, its clock stands at `pki.NOW`. It takes every suite of the
    course, also those that are taught only.
    """
    usual: dict[str, Any] = {
        "random": lesson_random(name),
        "now": pki.NOW,
        "server_name": HOST,
        "trust": pki.trust(),
        "suites": SUITES,
        "signature_schemes": REPEATABLE_SCHEMES,
    }
    return Settings(**(usual | changes))


def server_settings(name: str = "server", **changes: Any) -> Settings:
    """Return settings of the course's server, which has an ECDSA and an RSA certificate."""
    usual: dict[str, Any] = {
        "random": lesson_random(name),
        "now": pki.NOW,
        "credentials": (pki.credential("ecdsa"), pki.credential("rsa")),
        "suites": SUITES,
    }
    return Settings(**(usual | changes))


def openssl_client(**options: Any) -> OpenSSLPeer:
    """Return OpenSSL as a client that opens the course's host and believes the course's root."""
    return OpenSSLPeer.client(pki.pem_roots(), HOST, **options)


def openssl_server(*kinds: Kind, **options: Any) -> OpenSSLPeer:
    """Return OpenSSL as a server with the course's certificates of these kinds, or of both."""
    credentials = [pki.credential(kind) for kind in kinds or ("ecdsa", "rsa")]
    chains = [(pki.pem_chain(one), pki.pem_key(one)) for one in credentials]
    return OpenSSLPeer.server(chains, **options)


@dataclass(frozen=True)
class Choice:
    """What a reader picks for a run; extended master secret is what both sides offer.

    Args:
        resumption: one of RESUMPTIONS; other than "no", a full handshake comes first.
        client_certificate: one of CLIENT_CERTIFICATES.

    Raises: ValueError for other words.
    """

    suite: Suite
    group: NamedGroup = GROUPS[0]
    extended_master_secret: bool = True
    resumption: str = "no"
    client_certificate: str = "not asked"

    def __post_init__(self) -> None:
        """Refuse words that mean nothing here."""
        for name, known in (
            ("resumption", RESUMPTIONS),
            ("client_certificate", CLIENT_CERTIFICATES),
        ):
            if getattr(self, name) not in known:
                words = ", ".join(map(repr, known))
                raise ValueError(f"{name} is one of {words}, not {getattr(self, name)!r}")


@dataclass
class Run:
    """A whole run of two of our own ends.

    Args:
        order: the table that this handshake followed, FULL or ABBREVIATED.
        before: the calls of the full handshake whose session this one took up again, if any.
    """

    client: Connection
    server: Connection
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)
    failures: list[Any] = field(default_factory=list)
    before: list[Call] = field(default_factory=list, repr=False)


def run(
    choice: Choice,
    client_says: bytes = b"",
    server_says: bytes = b"",
    client_formulae: tls12.Formulae = tls12.FORMULAE,
    server_formulae: tls12.Formulae = tls12.FORMULAE,
) -> Run:
    """Run a whole handshake of our client with our server, and a message each way after it.

    For a resumption two handshakes are run: a full one, and the one that takes its session up
    again, which is the one returned. If the first fails, it is returned.
    """
    told = told_both(choice)
    sides = tls12.client(client_formulae), tls12.server(server_formulae)
    result = shaken_hands(client_settings(**told[0]), server_settings(**told[1]), sides)
    if choice.resumption != "no" and not result.failures:
        session, before = result.client.session, result.calls
        client_told = client_settings("client again", session=session, **told[0])
        result = shaken_hands(client_told, server_settings("server again", **told[1]), sides)
        result.before = before
    for speaker, words in ((result.client, client_says), (result.server, server_says)):
        if words and speaker.done and not result.failures:
            speaker.write(words)
            result.failures += exchange(result.client, result.server)
    return result


def told_both(choice: Choice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a choice changes in the settings of client and server."""
    client: dict[str, Any] = {
        "suites": (choice.suite,),
        "extended_master_secret": choice.extended_master_secret,
    }
    server: dict[str, Any] = {"groups": (choice.group,)}
    if choice.resumption == "by session ID":
        server["session_store"] = SessionCache()
    elif choice.resumption == "by ticket":
        client["session_tickets"] = True
        server["ticket_keys"] = TicketKeys(lesson_random("ticket key"))
    if choice.client_certificate != "not asked":
        server |= {"client_certificate": "wanted", "trust": pki.trust()}
    if choice.client_certificate == "shown":
        client["credentials"] = (pki.client_credential(),)
    return client, server


def shaken_hands(client: Settings, server: Settings, sides: tuple[Side, Side]) -> Run:
    """Run one handshake of our two ends."""
    calls: list[Call] = []
    ends = Connection(client, sides[0], calls), Connection(server, sides[1], calls)
    failures = list(exchange(*ends))
    return Run(*ends, calls, ends[0].side.order(ends[0].state), failures)


def pick_run(pick: Any) -> tuple[list[Call], tuple[Row, ...]]:
    """Run what was picked in a chooser (`show.Pick`); return the calls and the order table."""
    choice = Choice(
        suite_named(pick.suite),
        group_named(pick.group),
        pick.extended_master_secret,
        pick.resumption,
        pick.client_certificate,
    )
    result = run(choice, REQUEST, ANSWER)
    return result.calls, result.order
