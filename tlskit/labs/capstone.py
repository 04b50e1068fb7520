"""A client and a server out of the reader's own formulae, before every judge that there is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tlskit import network, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.labs.loopback import python_server, request
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.peers import exchange
from tlskit.trace import Call, ReplacementError

FORMULAE = (
    ("prf", "06"),
    ("extended_master_secret", "06"),
    ("master_secret", "00"),
    ("key_block", "06"),
    ("partition", "06"),
    ("server_ecdh_params_to_sign", "04"),
    ("decrypt_pre_master_secret", "05"),
    ("verify_data", "08"),
)
"""What the reader has written or now writes, and the lesson it belongs to."""

CASES = (
    ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", True),
    ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", True),
    ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", False),
    ("TLS_RSA_WITH_AES_128_CBC_SHA", True),
    ("TLS_RSA_WITH_AES_256_GCM_SHA384", False),
)
"""Suites with two hashes, every key exchange and protection; and with extended master secret."""

ORDER = tls12.FULL
"""The order table of each of these handshakes."""

Mine = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Trial:
    """One handshake with OpenSSL.

    Args:
        outcome: "done", or how it ended.
        called: which of the reader's formulae were called in it.
    """

    suite: str
    extended_master_secret: bool
    role: str
    outcome: str
    called: tuple[str, ...]
    calls: list[Call] = field(repr=False)


def formulae(mine: Mine) -> tls12.Formulae:
    """Return the table of formulae with the reader's in place of ours.

    Raises: ValueError for a name that is none of FORMULAE.
    """
    known = [name for name, _ in FORMULAE]
    if unknown := sorted(set(mine) - set(known)):
        raise ValueError(f"{', '.join(unknown)}: the formulae here are {', '.join(known)}")
    return replace(tls12.FORMULAE, **mine)


def shares(mine: Mine) -> list[tuple[str, str, str]]:
    """Return a row for each formula: its name, its lesson, and whose it is."""
    return [(name, lesson, "yours" if name in mine else "ours") for name, lesson in FORMULAE]


def trials(mine: Mine) -> list[Trial]:
    """Shake hands with OpenSSL for each case, in both roles."""
    return [trial(mine, *case, role) for case in CASES for role in ("client", "server")]


def trial(mine: Mine, suite: str, extended_master_secret: bool, role: str) -> Trial:
    """Shake hands with OpenSSL once."""
    told: dict[str, Any] = {
        "suites": (suite_named(suite),),
        "extended_master_secret": extended_master_secret,
    }
    calls: list[Call] = []
    table = formulae(mine)
    if role == "client":
        end = Connection(client_settings(**told), tls12.client(table), calls)
        problems = exchange(end, openssl_server())
    else:
        end = Connection(server_settings(**told), tls12.server(table), calls)
        problems = exchange(openssl_client(), end)
    used = {call.name for outer in calls for call in outer.walk()}
    called = tuple(name for name in mine if name in used)
    return Trial(
        suite,
        extended_master_secret,
        role,
        outcome(end, [one for _, one in problems]),
        called,
        calls,
    )


def outcome(end: Connection, problems: Sequence[Exception]) -> str:
    """Say in a few words how a handshake ended."""
    if not problems:
        return "done" if end.done else "no alert, and both wait"
    error = problems[0]
    if isinstance(error, Alert):
        who = "OpenSSL sent" if error.received else f"our {end.role} sent"
        return f"{who} {error.description.name}"
    if isinstance(error, ReplacementError):  # without the signature: it has no room in a table
        return str(error).partition("; it stands for")[0]
    return f"{type(error).__name__}: {error}"


def summary(results: Sequence[Trial]) -> list[tuple[str, ...]]:
    """Return a row for each trial, for a table."""
    return [
        (
            one.role,
            one.suite.removeprefix("TLS_"),
            "yes" if one.extended_master_secret else "no",
            one.outcome,
            f"{len(one.called)}",
        )
        for one in results
    ]


def coverage(mine: Mine, results: Sequence[Trial]) -> str:
    """Say which of the reader's formulae no trial called: nothing was proved about those."""
    missed = [name for name in mine if not any(name in one.called for one in results)]
    if not mine:
        return "none of yours yet"
    return f"never called: {', '.join(missed)}" if missed else "each was called"


def never_called(role: str) -> str:
    """Return which formulae a role calls in none of the cases, with ours in all places."""
    ours = {name: getattr(tls12.FORMULAE, name) for name, _ in FORMULAE}
    called = {name for case in CASES for name in trial(ours, *case, role).called}
    return ", ".join(name for name in ours if name not in called)


def page_fetched(mine: Mine, page: bytes = b"made by hand\n") -> bytes:
    """Fetch a page from Python's server over a socket, with the reader's formulae in our client.

    Raises: Alert as `network.fetch`.
    """
    suites = (suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),)
    with python_server({"/hand": page}) as port:
        answer = network.fetch(
            network.LOOPBACK,
            port,
            request("/hand"),
            client_settings(suites=suites),
            tls12.client(formulae(mine)),
        )
    return answer.data.partition(b"\r\n\r\n")[2]
