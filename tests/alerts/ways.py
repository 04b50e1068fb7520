"""What a way to fail is, and how it is tried: one of our ends goes wrong, another end judges it.

The end that goes wrong is ours in either case, with some steps or formulae replaced, so that it
keeps its own transcript and can open the alert that comes back. The judge is our other end, or
OpenSSL. The ways themselves are in the files ways_*.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.connection import Connection
from tlskit.lesson import HOST, client_settings, openssl_server, server_settings
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import AlertDescription, name_of
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Session

CLIENT, SERVER = "client", "server"
GOES_ON = "none, it goes on"
WAITS = "none, it waits for more"
SILENT = "none, it just closes"
REFUSED = "none, and our end refuses its answer"
FULL_HANDSHAKE = "none, a full handshake"


@dataclass(frozen=True)
class Way:
    """One way to fail.

    Args:
        name, story: the fault, and what the peer does or what it would gain.
        finder: who has to notice it; the other end goes wrong.
        alert: what the RFC names for it; "" if it names none.
        reference: where the RFC says so.
        chosen, why: if the RFC names none: what we send, and why.
        settings: of the end that goes wrong, besides the course's.
        formulae, steps: what is replaced in it.
        shows: its certificate, made for a time.
        wire: what arrives of each of its flights.
        after: what it does once the handshake is done.
        cut: whether its bytes end then.
        judge: settings of our judge.
        openssl: options of OpenSSL as the judge; None if it can't be brought to judge this.
        note: what to know of OpenSSL's answer.
        resumes: "id" or "ticket": a sound handshake of the judge goes before.
        first: settings of the other end in that handshake.
        bends: how the client that goes wrong remembers that session.
    """

    name: str
    story: str
    finder: str
    alert: str
    reference: str
    chosen: str = ""
    why: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    formulae: Mapping[str, Any] = field(default_factory=dict)
    steps: Mapping[str, Any] = field(default_factory=dict)
    shows: Callable[[datetime], Credential] | None = None
    wire: Callable[[bytes], bytes] | None = None
    after: Callable[[Connection], None] | None = None
    cut: bool = False
    judge: Mapping[str, Any] = field(default_factory=dict)
    openssl: Mapping[str, Any] | None = field(default_factory=dict)
    note: str = ""
    resumes: str = ""
    first: Mapping[str, Any] = field(default_factory=dict)
    bends: Callable[[Session], Session] | None = None

    @property
    def expected(self) -> str:
        """What we have to send."""
        return self.alert or self.chosen


def showing(credential: Credential) -> Callable[..., Any]:
    """Return a `choose` for a server that shows this certificate, whoever asks for what."""
    sound = tls12.FORMULAE.choose

    def choose(settings: Any, hello: Any, extensions: Any) -> Any:
        taken = replace(settings, credentials=(pki.credential(credential.kind),))
        return sound(taken, hello, extensions)._replace(credential=credential)

    return choose


def showing_to_anybody(state: tls12.State) -> tuple[tls12.State, bytes]:
    """Send the client's certificate, also if none of the authorities asked for has issued it."""
    request = state.certificate_request
    assert request is not None
    asked = state.but(certificate_request=replace(request, certificate_authorities=()))
    after, message = tls12.CLIENT_STEPS.send_certificate(asked)
    return after.but(certificate_request=request), message


def wrong_end(way: Way, now: datetime, sound: bool = False, **more: Any) -> Connection:
    """Return the end that goes wrong, or, for the handshake before it, the same end sound."""
    role = SERVER if way.finder == CLIENT else CLIENT
    settings = {"now": now} | dict(way.first if sound else way.settings) | more
    formulae, steps = ({}, {}) if sound else (dict(way.formulae), dict(way.steps))
    if way.shows and role == SERVER:
        formulae["choose"] = showing(way.shows(now))
    elif way.shows:
        settings["credentials"] = (way.shows(now),)
        steps["send_certificate"] = showing_to_anybody
    name = "first" if sound else "second"
    table = replace(tls12.FORMULAE, **formulae)
    if role == CLIENT:
        side = tls12.client(table, replace(tls12.CLIENT_STEPS, **steps))
        return Connection(client_settings(f"client {name}", **settings), side)
    side = tls12.server(table, replace(tls12.SERVER_STEPS, **steps))
    return Connection(server_settings(f"server {name}", **settings), side)


def our_judge(way: Way, name: str = "judge", **more: Any) -> Connection:
    """Return our end that judges; with another name it draws other session IDs."""
    told = {"server_name": HOST} if way.finder == CLIENT else {}
    told |= dict(way.judge) | more
    if way.finder == CLIENT:
        return Connection(client_settings(name, **told), tls12.client())
    return Connection(server_settings(name, **told), tls12.server())


def openssl_judge(way: Way) -> OpenSSLPeer:
    """Return OpenSSL as the judge."""
    options = {"tickets": way.resumes == "ticket"} | dict(way.openssl or {})
    if way.finder == CLIENT:
        name = options.pop("server_name", HOST)
        return OpenSSLPeer.client(pki.pem_roots(), name, **options)
    return openssl_server(*options.pop("kinds", ()), **options)


def keepers(way: Way) -> dict[str, Any]:
    """Return what a server needs to keep sessions as this way wants them."""
    if way.resumes == "ticket":
        return {"ticket_keys": TicketKeys(lambda size: b"\x17" * size)}
    return {"session_store": SessionCache()} if way.resumes else {}


def ours(way: Way) -> str:
    """Try a way with our end as the judge; return what it sends."""
    now = way.judge.get("now", pki.NOW)
    if not way.resumes:
        return verdict(way, wrong_end(way, now), our_judge(way))
    kept, ticket = keepers(way), {"session_tickets": way.resumes == "ticket"}
    if way.finder == SERVER:
        first = wrong_end(way, now, sound=True, **ticket)
        assert exchange(first, our_judge(way, "first judge", **kept)) == []
        wrong = wrong_end(way, now, session=bent(way, first.session))
        return verdict(way, wrong, our_judge(way, **kept))
    first = our_judge(way, "first judge", **ticket)
    assert exchange(first, wrong_end(way, now, sound=True, **kept)) == []
    judge = our_judge(way, session=first.session)
    return verdict(way, wrong_end(way, now, **kept), judge)


def openssl(way: Way) -> str:
    """Try a way with OpenSSL as the judge; return what it sends, "" if it can't judge this."""
    if way.openssl is None:
        return ""
    now = datetime.now(UTC)
    if not way.resumes:
        return verdict(way, wrong_end(way, now), openssl_judge(way))
    kept, ticket = keepers(way), {"session_tickets": way.resumes == "ticket"}
    judge = openssl_judge(way)
    more = ticket if way.finder == SERVER else kept
    first = wrong_end(way, now, sound=True, **more)
    assert exchange(first, judge) == [], (way.name, judge.error)
    first.close()
    exchange(first, judge)
    if way.finder == SERVER:
        more = {"session": bent(way, first.session)}
    return verdict(way, wrong_end(way, now, **more), judge.again())


def bent(way: Way, session: Any) -> Any:
    """Return the session as the end that goes wrong remembers it."""
    return way.bends(session) if way.bends else session


def verdict(way: Way, wrong: Connection, judge: Any) -> str:
    """Let both talk; return what the judge sent the end that goes wrong."""
    if way.resumes and way.finder == SERVER:
        assert wrong.state.client_hello.session_id, f"{way.name}: no session is offered"
    carry(way, wrong, judge)
    if way.after and wrong.done and not wrong.failure:
        assert judge.done, way.name
        way.after(wrong)
        carry(replace(way, wire=None), wrong, judge)
    if way.cut:
        quietly(judge.end_of_input)
        carry(way, wrong, judge)
    return told(wrong, judge)


def carry(way: Way, wrong: Connection, judge: Any) -> None:
    """Carry bytes to and fro until both are silent; alerts are found in the ends afterwards."""
    silent = 0
    while silent < 2:
        data = wrong.data_to_send()
        if data:
            quietly(judge.receive, way.wire(data) if way.wire else data)
        answer = judge.data_to_send()
        if answer:
            quietly(wrong.receive, answer)
        silent = 0 if data or answer else silent + 1


def quietly(act: Callable[..., Any], *arguments: Any) -> None:
    """Call something that keeps the alert that it raises."""
    try:
        act(*arguments)
    except Alert:
        return


def told(wrong: Connection, judge: Any) -> str:
    """Say in a word what the judge did."""
    failure = wrong.failure
    if isinstance(failure, Alert) and failure.received:
        if isinstance(judge, Connection):
            found = judge.failure
            assert isinstance(found, Alert) and not found.received, found
            assert found.description is failure.description
        if failure.description is not AlertDescription.close_notify:
            return failure.description.name
    elif failure is not None:
        if isinstance(judge, Connection):
            raise AssertionError(f"the end that goes wrong found a fault itself: {failure!r}")
        return REFUSED
    if wrong.warnings:
        return f"warning {name_of(AlertDescription, wrong.warnings[-1])}"
    failed = judge.failure if isinstance(judge, Connection) else judge.error
    if failed:
        return SILENT
    if not judge.done:
        return WAITS
    return GOES_ON if not wrong.settings.session or wrong.state.resumed else FULL_HANDSHAKE
