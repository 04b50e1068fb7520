"""Two sides' lists and what comes of them: which suite, which session, or no handshake at all."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.hello import read_client_hello
from tlskit.key_exchange import group_named
from tlskit.labs.hellos import outcome
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import ClientHello
from tlskit.order import Row
from tlskit.peers import Endpoint, OpenSSLPeer, exchange, load_chains
from tlskit.registry import NamedGroup, name_of
from tlskit.sessions import SessionCache
from tlskit.settings import Settings
from tlskit.tls12.negotiation import Choice, choose
from tlskit.tls12.state import State
from tlskit.trace import Call

ECDSA_AES = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
ECDSA_CHACHA = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
RSA_AES = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
RSA_CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
TRANSPORT = "TLS_RSA_WITH_AES_128_GCM_SHA256"
SUITES = (ECDSA_AES, ECDSA_CHACHA, RSA_AES, RSA_CHACHA, TRANSPORT)
GROUPS = ("x25519", "secp256r1")
SESSIONS = {
    "none": "none",
    "none kept": "none, and the server keeps none",
    "known": "one that the server knows",
    "forgotten": "one that the server has forgotten",
}
"""What session the client offers to take up again, in a word and in words."""

MyChoice = Callable[[tuple[str, ...], tuple[str, ...]], str]
MyUsable = Callable[[Suite, tuple[str, ...], tuple[str, ...]], bool]


@dataclass(frozen=True)
class Lists:
    """What the two sides bring along, by names; each list is best first.

    Args:
        certificates: the kinds that the server has, "ecdsa" and "rsa".
        preference: whose order counts, "server" or "client".
        session: one of SESSIONS.
    """

    client_suites: tuple[str, ...] = (ECDSA_AES, RSA_AES, RSA_CHACHA)
    server_suites: tuple[str, ...] = (RSA_CHACHA, RSA_AES, ECDSA_AES)
    client_groups: tuple[str, ...] = GROUPS
    server_groups: tuple[str, ...] = GROUPS
    certificates: tuple[str, ...] = ("ecdsa", "rsa")
    preference: str = "server"
    session: str = "none"


@dataclass(frozen=True)
class Negotiated:
    """What came of two sides' lists.

    Args:
        ended: "done", or who sent which alert, as "server: handshake_failure".
        suite, group, certificate: names of what was agreed on, "" where nothing was.
        resumed: whether an older session was taken up again.
        offered_id, answered_id: the session IDs of the two hellos.
        rows: for each suite that the client offered: its name, its places in both lists ("–" for
            none), and what speaks against it.
        calls, order: the run, for a ladder.
    """

    ended: str
    suite: str
    group: str
    certificate: str
    resumed: bool
    offered_id: bytes
    answered_id: bytes
    rows: tuple[tuple[str, ...], ...]
    calls: list[Call] = field(repr=False)
    order: tuple[Row, ...] = field(repr=False)

    @property
    def result(self) -> str:
        """The suite, or who sent which alert."""
        return self.suite if self.ended == "done" else self.ended

    @property
    def kind(self) -> str:
        """Which handshake it was, "full" or "resumed"; "an alert" if it failed."""
        if self.ended != "done":
            return "an alert"
        return "resumed" if self.resumed else "full"


def negotiate(**lists: Any) -> Negotiated:
    """Run a handshake of our client and our server with these `Lists`.

    Raises: ValueError for names that are not known here, or a list without an entry.
    """
    return shaken(Lists(**lists), choose_by(lists.get("preference", "server")))


def negotiate_by(
    my_choice: MyChoice, my_usable: MyUsable | None = None, **lists: Any
) -> Negotiated:
    """Run it with a server that chooses its suite by a learner's functions.

    Args:
        my_choice: (client's names, server's names) -> name, "" for none.
        my_usable: (suite, certificates, common groups) -> whether the server could serve it; only
            such suites are then in the server's list.
    """
    wanted = Lists(**lists)

    def chosen(settings: Settings, hello: ClientHello, extensions: Any) -> Choice:
        offered = tuple(one for one in SUITES if suite_named(one).code in hello.cipher_suites)
        offered = tuple(sorted(offered, key=lambda one: place(one, hello)))
        own = tuple(suite.name for suite in settings.suites)
        if my_usable:
            common = tuple(one for one in wanted.server_groups if one in wanted.client_groups)
            own = tuple(
                one for one in own if my_usable(suite_named(one), wanted.certificates, common)
            )
        name = my_choice(offered, own)
        left = tuple(suite for suite in settings.suites if suite.name == name)
        return choose(with_suites(settings, left), hello, extensions)

    return shaken(wanted, chosen)


def place(name: str, hello: ClientHello) -> int:
    """Return where a suite stands in the client's list."""
    return hello.cipher_suites.index(suite_named(name).code)


def choose_by(preference: str) -> Callable[..., Choice]:
    """Return a `choose` by the server's order, which is the usual one, or by the client's."""
    if preference == "server":
        return choose
    if preference != "client":
        raise ValueError(f"preference is server or client, not {preference!r}")

    def by_clients_order(settings: Settings, hello: ClientHello, extensions: Any) -> Choice:
        offered = [suite for suite in settings.suites if suite.code in hello.cipher_suites]
        offered.sort(key=lambda suite: place(suite.name, hello))
        return choose(with_suites(settings, tuple(offered)), hello, extensions)

    return by_clients_order


def with_suites(settings: Settings, suites: tuple[Suite, ...]) -> Settings:
    """Return the settings with other suites; no suite at all is one that nobody offered."""
    if suites:
        return replace(settings, suites=suites)
    never = replace(settings.suites[0], code=0xFFFF)  # type: ignore[arg-type]
    return replace(settings, suites=(never,))


def settings_of(lists: Lists) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the lists change in the settings of client and server."""
    if lists.session not in SESSIONS:
        raise ValueError(f"session is one of {', '.join(SESSIONS)}, not {lists.session!r}")
    kinds: Any = lists.certificates
    client = {
        "suites": tuple(map(suite_named, lists.client_suites)),
        "groups": tuple(map(group_named, lists.client_groups)),
    }
    server = {
        "suites": tuple(map(suite_named, lists.server_suites)),
        "groups": tuple(map(group_named, lists.server_groups)),
        "credentials": tuple(pki.credential(kind) for kind in kinds),
    }
    return client, server


def shaken(
    lists: Lists, chosen: Callable[..., Choice], steps: tls12.ClientSteps = tls12.CLIENT_STEPS
) -> Negotiated:
    """Run the handshake; before it, if a session is offered, the one that made the session."""
    formulae = replace(tls12.FORMULAE, choose=chosen)
    told_client, told_server = settings_of(lists)
    store, session = None if lists.session == "none kept" else SessionCache(), None
    if lists.session in ("known", "forgotten"):
        before = Connection(client_settings("client before", **told_client), tls12.client())
        server = server_settings("server before", session_store=store, **told_server)
        exchange(before, Connection(server, tls12.server(formulae)))
        session = before.session  # None if these lists lead nowhere
    if lists.session == "forgotten":
        store = SessionCache()
    calls: list[Call] = []
    told = client_settings(session=session, **told_client)
    client = Connection(told, tls12.client(steps=steps), calls)
    told = server_settings(session_store=store, **told_server)
    server_end = Connection(told, tls12.server(formulae), calls)
    return negotiated(lists, client, server_end, calls, exchange(client, server_end))


def negotiated(
    lists: Lists,
    client: Connection,
    server: Connection,
    calls: list[Call],
    failures: list[tuple[Endpoint, Exception]],
) -> Negotiated:
    """Put into words what a run came to."""
    state: State = server.state
    hello = client.state.client_hello
    return Negotiated(
        ended=outcome(client, server, failures),
        suite=state.suite.name if state.suite else "",
        group=name_of(NamedGroup, state.group) if state.group else "",
        certificate=state.credential.kind if state.credential else "",
        resumed=state.resumed,
        offered_id=hello.session_id if hello else b"",
        answered_id=state.session_id,
        rows=tuple(judged(lists, server.settings, hello)) if hello else (),
        calls=calls,
        order=client.side.order(client.state),
    )


def judged(lists: Lists, settings: Settings, hello: ClientHello) -> list[tuple[str, str, str, str]]:
    """Return a row for each offered suite: name, both places, what speaks against it."""
    rows = []
    extensions = read_client_hello(hello)
    for at, name in enumerate(lists.client_suites, 1):
        if name not in lists.server_suites:
            rows.append((name, str(at), "–", "the server does not have it"))
            continue
        against = "nothing"
        try:
            choose(replace(settings, suites=(suite_named(name),)), hello, extensions)
        except Alert as alert:
            against = f"it needs {alert.reason.removeprefix(f'{name} needs ')}"
        rows.append((name, str(at), str(lists.server_suites.index(name) + 1), against))
    return rows


# ---- the client's view: which handshake is it?


def follow(my_kind: Callable[[bytes, bytes], str], session: str) -> str:
    """Let a client go on as a learner's function says: "resumed" or "full"; return what came of it.

    Args:
        my_kind: (offered ID, answered ID) -> "resumed" or "full".
        session: one of SESSIONS.
    """

    def receive_server_hello(state: State, message: bytes) -> State:
        after = tls12.CLIENT_STEPS.receive_server_hello(state, message)
        offered = state.client_hello.session_id if state.client_hello else b""
        if my_kind(offered, after.session_id) != "resumed":
            return after.but(resumed=False)
        session = state.settings.session_to_offer
        secret = session.master_secret if session else bytes(48)  # believed, but there is none
        return after.but(resumed=True, master_secret=secret)

    steps = replace(tls12.CLIENT_STEPS, receive_server_hello=receive_server_hello)
    return shaken(Lists(session=session), choose, steps).ended


# ---- OpenSSL on the other side, with the same lists


def openssl_answers(**lists: Any) -> str:
    """Let OpenSSL be the server with these `Lists`; return the suite, or who sent which alert.

    It chooses by the server's order, as Python's `ssl` has told it to.
    """
    wanted = Lists(**lists)
    told, _ = settings_of(wanted)
    kinds: Any = wanted.certificates
    chains = [
        (pki.pem_chain(one), pki.pem_key(one)) for one in (pki.credential(kind) for kind in kinds)
    ]
    names = ":".join(suite_named(one).openssl_name for one in wanted.server_suites)
    group = wanted.server_groups[0] if len(wanted.server_groups) == 1 else ""
    server = OpenSSLPeer.server(chains, suites=names, group=group)
    client = Connection(client_settings(**told), tls12.client())
    ended = outcome(client, server, exchange(client, server))
    return client.state.suite.name if ended == "done" else ended


def random_of_a_newer_server() -> bytes:
    """Return the random of an OpenSSL server that could do TLS 1.3, asked by our client.

    It differs in each run, but for the mark at its end (RFC 9846 §4.2.3).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    one = pki.credential("rsa")
    load_chains(context, [(pki.pem_chain(one), pki.pem_key(one))])
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    client = Connection(client_settings(), tls12.client())
    exchange(client, OpenSSLPeer(context, True))
    return bytes(client.state.server_random)
