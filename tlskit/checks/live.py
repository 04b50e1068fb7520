"""The last judge of an answer: the same function inside a handshake with OpenSSL."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checks.report import Report, Verdict
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_server
from tlskit.order import Row
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.trace import Call, ReplacementError

SUITE = "ECDHE-RSA-AES128-GCM-SHA256"
NEVER_CALLED = (
    "OpenSSL accepted the handshake, but your function was never called, so that says nothing "
    "about it. With extended master secret `master_secret` is not used (RFC 7627 §4)."
)


@dataclass(frozen=True)
class LiveReport(Report):
    """A report with the run behind it, so that its ladder can be drawn."""

    calls: tuple[Call, ...] = field(default=(), repr=False)
    order: tuple[Row, ...] = field(default=(), repr=False)

    __repr__ = Report.__str__


def against_openssl(
    formula: str, mine: Callable[..., Any], extended_master_secret: bool = False
) -> LiveReport:
    """Put a learner's formula into our client and let it shake hands with OpenSSL's server.

    Extended master secret is off unless asked for: with it `master_secret` is never called.

    Raises: ValueError if there is no such formula.
    """
    names = [one.name for one in fields(tls12.FORMULAE)]
    if formula not in names:
        raise ValueError(f"no formula is called {formula!r}; there are {', '.join(names)}")
    calls: list[Call] = []
    settings = client_settings(
        suites=(suite_named(SUITE),), extended_master_secret=extended_master_secret
    )
    formulae = replace(tls12.FORMULAE, **{formula: mine})
    client = Connection(settings, tls12.client(formulae), calls)
    server = openssl_server("rsa", suites=SUITE)
    failures = [error for _, error in exchange(client, server)]
    called = any(call.name == formula for outer in calls for call in outer.walk())
    verdict, findings = judged(client, server, failures, called)
    return LiveReport(f"{formula}, live", verdict, findings, "", tuple(calls), tls12.FULL)


def judged(
    client: Connection, server: OpenSSLPeer, failures: list[Any], called: bool
) -> tuple[Verdict, tuple[str, ...]]:
    """Return verdict and sentences for what came of the handshake."""
    for error in failures:
        if isinstance(error, ReplacementError):
            if isinstance(error.__cause__, NotImplementedError):
                return Verdict.NOT_WRITTEN, ("Write it, then run this again.",)
            return Verdict.WRONG, (str(error),)
    for error in failures:
        if isinstance(error, Alert):
            who = "OpenSSL sent" if error.received else f"Our {client.role} sent"
            return Verdict.WRONG, (f"{who} the alert {error.description.name}.", *hint(error))
    if not called:
        return Verdict.WRONG, (NEVER_CALLED,)
    if client.done and server.done:
        return Verdict.RIGHT, ("OpenSSL read your Finished, and its own agreed with yours.",)
    return Verdict.WRONG, ("The handshake stopped before its end.",)


def hint(alert: Alert) -> tuple[str, ...]:
    """Say what an alert tells, and what not."""
    if alert.description.name == "bad_record_mac" and alert.received:
        return (
            "It could not open the first protected record, your Finished: keys, nonce or what is "
            "authenticated are not what it expects. It can't know why; the check above can.",
        )
    return ()
