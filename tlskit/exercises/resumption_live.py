"""A learner's functions of exercise 10 on second visits, with OpenSSL on the other side."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checks.live import LiveReport, hint, judged
from tlskit.checks.report import Verdict, said_by
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.exercises.resumption_mistakes import ABBREVIATED, ABORT, FULL, opened, ticket
from tlskit.hello import asked_host_name, read_client_hello
from tlskit.labs.resumption import never_given, one_bit_flipped
from tlskit.lesson import (
    client_settings,
    lesson_random,
    openssl_client,
    openssl_server,
    server_settings,
)
from tlskit.messages import HEADER_SIZE, ClientHello
from tlskit.peers import NO_EXTENDED_MASTER_SECRET, OpenSSLPeer, exchange
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, ExtensionType
from tlskit.sessions import SessionCache, session_in, state_of
from tlskit.settings import Session
from tlskit.trace import Call, ReplacementError

Mine = Callable[..., Any]
SUITES = (
    suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    suite_named("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
)
SEEN_BEFORE_KEYS = (2, 4, 11, 12, 14)
"""Types of the server's messages that come before its ChangeCipherSpec."""


# ---- our client, OpenSSL's server


def keys_of_a_second_visit(mine: Mine) -> LiveReport:
    """Visit OpenSSL twice; the second time the key block comes from the learner's function."""
    session, server = visited(openssl_server("rsa"))
    calls: list[Call] = []

    def key_block(
        prf: Any, master_secret: bytes, server_random: bytes, client_random: bytes, length: int
    ) -> bytes:
        known = {
            "master_secret": master_secret,
            "client_random": b"the client's random of the first visit"[:32],
            "server_random": b"the server's random of the first visit"[:32],
        }
        return bytes(mine(prf, known, client_random, server_random, length))

    formulae = replace(tls12.FORMULAE, key_block=key_block)
    client = Connection(client_settings("again", session=session), tls12.client(formulae), calls)
    failures = [error for _, error in exchange(client, server)]
    called = any(call.name == "key_block" for outer in calls for call in outer.walk())
    verdict, findings = judged(client, server, failures, called)
    if verdict is Verdict.RIGHT:
        findings = ("OpenSSL took its session up again, and your keys opened its Finished.",)
        if not server.resumed:
            verdict, findings = Verdict.WRONG, ("OpenSSL did not take the session up again.",)
    elif broken := [one for one in failures if not isinstance(one, Alert | ReplacementError)]:
        findings = (f"Our client could not go on with that key block: {said_by(broken[0])}",)
    order = client.side.order(client.state)
    return LiveReport("my_resumed_keys, live", verdict, findings, "", tuple(calls), order)


def visited(server: OpenSSLPeer, **told: Any) -> tuple[Session | None, OpenSSLPeer]:
    """Visit OpenSSL once; return the session, and the same server for a second visit."""
    client = Connection(client_settings(**told), tls12.client())
    exchange(client, server)
    goodbye(client, server)
    return client.session, server.again()


def goodbye(client: Connection, server: OpenSSLPeer) -> None:
    """End a connection as it should: OpenSSL forgets a session that was broken off (§7.2.1)."""
    client.close()
    exchange(client, server)
    server.close()


def kinds_of_visits(mine: Mine) -> LiveReport:
    """Ask the learner's function about visits to OpenSSL, which knows what it did."""
    wrong, visits = [], 0
    for tickets in (False, True):
        for suite in SUITES:
            for which, offer, messages, did in said_at_visits(suite, tickets):
                visits += 1
                if (said := mine(offer, messages)) != did:
                    how = "with tickets" if tickets else "by session ID"
                    wrong.append(
                        f"On the {which} visit, {how}, OpenSSL's handshake was {did}; your "
                        f"function said {said!r}."
                    )
    if wrong:
        return LiveReport("my_kind, live", Verdict.WRONG, tuple(dict.fromkeys(wrong)))
    found = f"{visits} visits to OpenSSL, and each time you told what it had done."
    return LiveReport("my_kind, live", Verdict.RIGHT, (found,))


def said_at_visits(suite: Suite, tickets: bool) -> Iterator[tuple[str, bytes, list[bytes], str]]:
    """Visit OpenSSL three times; the third time with what it never gave.

    Yields: which visit, ClientHello, the server's messages before its keys, what OpenSSL did.
    """
    told: dict[str, Any] = {"suites": (suite,), "session_tickets": tickets}
    session, server = None, openssl_server("rsa", tickets=tickets)
    for which in ("first", "second", "third"):
        if which == "third" and session is not None:
            session = one_bit_flipped(session) if tickets else never_given(session)
        client = Connection(client_settings(which, session=session, **told), tls12.client())
        exchange(client, server)
        offer, *rest = client.state.handshake_messages
        messages = [one for one in rest if one[0] in SEEN_BEFORE_KEYS]
        yield which, offer, messages, ABBREVIATED if server.resumed else FULL
        goodbye(client, server)
        session, server = client.session, server.again()


# ---- our server, OpenSSL's client

Seal = Callable[[bytes, bytes, bytes, bytes, bytes], bytes]
Open = Callable[[dict[bytes, list[bytes]], bytes], bytes | None]


class Keeper:
    """Tickets in the form of RFC 5077 §4, sealed and opened by the functions given.

    Attributes:
        calls: how often each was called, "seal" and "open".
    """

    lifetime = 24 * 3600

    def __init__(self, seal: Seal = ticket, open_: Open = opened) -> None:
        """Take the functions, and one key."""
        self._seal, self._open = seal, open_
        draw = lesson_random("ticket keys")
        self.name, self.keys = draw(16), [draw(16), draw(32)]
        self.calls = {"seal": 0, "open": 0}

    def seal(self, session: Session, random: Callable[[int], bytes]) -> bytes:
        """Return the session as a ticket."""
        self.calls["seal"] += 1
        aes_key, mac_key = self.keys
        return bytes(self._seal(self.name, aes_key, mac_key, random(16), state_of(session)))

    def open(self, sealed: bytes, now: datetime) -> tuple[Session, bool] | None:
        """Return the session in a ticket, None if it is not taken."""
        self.calls["open"] += 1
        state = self._open({self.name: list(self.keys)}, sealed)
        session = None if state is None else session_in(bytes(state), sealed)
        return None if session is None else (session, False)


def sealed_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL's client come back with a ticket that the learner sealed."""
    return with_tickets("my_ticket, live", Keeper(seal=mine), "seal")


def opened_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL's client come back with a ticket that the learner has to open."""
    return with_tickets("my_open, live", Keeper(open_=mine), "open")


def with_tickets(title: str, keeper: Keeper, which: str) -> LiveReport:
    """Let OpenSSL's client visit our server twice, with tickets of this keeper."""
    calls: list[Call] = []
    browser = openssl_client(tickets=True)
    for visit in ("first", "second"):
        server = Connection(server_settings(visit, ticket_keys=keeper), tls12.server(), calls)
        failures = [error for _, error in exchange(browser, server)]
        if failures or not (server.done and browser.done):
            found = (f"The {visit} visit failed.", *(told(one) for one in failures))
            return ended(title, Verdict.WRONG, found, calls, server)
        if visit == "first":
            calls.clear()
            browser = browser.again()
    if not keeper.calls[which]:
        said = "Both visits went well, but your function was never called."
        return ended(title, Verdict.WRONG, (said,), calls, server)
    if not browser.resumed:
        said = "OpenSSL brought the ticket back, and our server did not take it: a full handshake."
        return ended(title, Verdict.WRONG, (said,), calls, server)
    said = "OpenSSL came back with the ticket, and the session went on: an abbreviated handshake."
    return ended(title, Verdict.RIGHT, (said,), calls, server)


def ended(
    title: str, verdict: Verdict, found: tuple[str, ...], calls: list[Call], end: Connection
) -> LiveReport:
    """Return a report with the run behind it."""
    return LiveReport(title, verdict, found, "", tuple(calls), end.side.order(end.state))


def told(error: Exception) -> str:
    """Say who ended a handshake, and by which alert; or what a function of hers raised."""
    if isinstance(error, Alert):
        who = "OpenSSL sent" if error.received else "Our server sent"
        return " ".join((f"{who} the alert {error.description.name}.", *hint(error)))
    return f"{type(error).__name__}: {error}"


class Decided:
    """Our server's step for ClientHello, with the learner's decision in it.

    Attributes:
        answers: what she decided, in order.
    """

    def __init__(self, mine: Mine, store: SessionCache) -> None:
        """Take her function and the server's memory."""
        self.mine, self.store = mine, store
        self.answers: list[str] = []

    def __call__(self, state: tls12.State, message: bytes) -> tls12.State:
        """Decide, and go on as was decided."""
        hello = decode(ClientHello, message[HEADER_SIZE:])
        asked = read_client_hello(hello)
        extended = ExtensionType.extended_master_secret in asked
        session = self.store.find(hello.session_id, state.settings.now)
        decided = self.mine(
            as_data(session),
            {
                "cipher_suites": [int(one) for one in hello.cipher_suites],
                "server_name": asked_host_name(asked),
                "extended_master_secret": extended,
            },
            int(state.settings.now.timestamp()),
            True,
        )
        self.answers.append(decided)
        if decided == ABORT:
            raise Alert(AlertDescription.handshake_failure, "as was decided", "RFC 7627 §5.3")
        if decided != ABBREVIATED or session is None:
            settings = replace(state.settings, session_store=SessionCache())
            fresh = tls12.SERVER_STEPS.receive_client_hello(state.but(settings=settings), message)
            return fresh.but(settings=state.settings)
        taken = SessionCache()  # whatever this session is, it is taken
        taken.keep(replace(session, extended_master_secret=extended, created=state.settings.now))
        settings = replace(state.settings, session_store=taken)
        resumed = tls12.SERVER_STEPS.receive_client_hello(state.but(settings=settings), message)
        return resumed.but(settings=state.settings)


def as_data(session: Session | None) -> dict[str, Any] | None:
    """Return a session as the exercise has it."""
    if session is None:
        return None
    return {
        "suite": int(session.suite.code),
        "created": int(session.created.timestamp()),
        "server_name": session.server_name,
        "extended_master_secret": session.extended_master_secret,
    }


VISITS = (
    ("a client that comes back", True, ABBREVIATED),
    ("a client that comes back without extended master secret", False, ABORT),
)


def decided_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL's client come back to a server on which the learner decides."""
    found, right = [], True
    calls: list[Call] = []
    for what, extended, due in VISITS:
        store = SessionCache()
        steps = replace(tls12.SERVER_STEPS, receive_client_hello=(step := Decided(mine, store)))
        calls = []
        browser = openssl_client()
        for visit in ("first", "second"):
            told_server = server_settings(visit, session_store=store)
            server = Connection(told_server, tls12.server(steps=steps), calls)
            failures = [error for _, error in exchange(browser, server)]
            if visit == "first" and not failures:
                calls.clear()
                browser = again(browser, extended)
            elif visit == "first":
                said = f"The first visit, with no session: {came_of(browser, failures)}."
                return ended("my_decision, live", Verdict.WRONG, (said,), calls, server)
        came = came_of(browser, failures)
        right = right and came == due and step.answers[:1] == [FULL]
        found.append(f"{what[0].upper()}{what[1:]}: {came}.")
    verdict = Verdict.RIGHT if right else Verdict.WRONG
    return ended("my_decision, live", verdict, tuple(found), calls, server)


def again(browser: OpenSSLPeer, extended: bool) -> OpenSSLPeer:
    """Return OpenSSL's client for a second visit, with extended master secret or without."""
    if not extended:
        browser._context.options |= NO_EXTENDED_MASTER_SECRET
    return browser.again()


def came_of(browser: OpenSSLPeer, failures: list[Exception]) -> str:
    """Return what came of a visit: a word of the exercise, or who refused it."""
    for error in failures:
        if isinstance(error, Alert) and error.received:
            return f"OpenSSL's client refused it with {error.description.name}"
        if isinstance(error, Alert):
            return error.description.name
        return f"{type(error).__name__}: {error}"
    return ABBREVIATED if browser.resumed else FULL
