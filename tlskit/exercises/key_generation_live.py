"""A learner's functions of exercise 06 in handshakes, with OpenSSL on the other side."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Verdict
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.exercises.hers import Mine, counted, named_after
from tlskit.lesson import client_settings, openssl_server
from tlskit.peers import exchange
from tlskit.tasks import written
from tlskit.tls12 import key_schedule
from tlskit.tls12.common import generate_keys
from tlskit.tls12.state import State
from tlskit.trace import Call, held_to

SHA256 = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
SHA384 = suite_named("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
CBC = suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
CHACHA = suite_named("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
NEVER_CALLED = (
    "OpenSSL accepted the handshake, but your function was never called, so that says nothing "
    "about it."
)
Made = Callable[[Suite], tuple[tls12.Formulae, tls12.ClientSteps]]
"""A suite -> what our client uses, with her function in it."""


def shaken(
    title: str, suite: Suite, made: Made, used: list[str], extended: bool = False
) -> LiveReport:
    """Let our client, with what was made for this suite, shake hands with OpenSSL's server."""
    calls: list[Call] = []
    settings = client_settings(suites=(suite,), extended_master_secret=extended)
    client = Connection(settings, tls12.client(*made(suite)), calls)
    server = openssl_server("rsa", suites=suite.openssl_name)
    failures = [error for _, error in exchange(client, server)]
    verdict, findings = judged(client, server, failures, bool(used))
    if not used and client.done and server.done:
        findings = (NEVER_CALLED,)
    return LiveReport(title, verdict, findings, "", tuple(calls), tls12.FULL)


def with_each(
    title: str, suites: tuple[Suite, ...], made: Made, used: list[str], extended: bool = False
) -> LiveReport:
    """Shake hands with one suite after the other; the first that fails is reported."""
    for suite in suites:
        report = shaken(title, suite, made, used, extended)
        if report.verdict is not Verdict.RIGHT:
            where = f"With {suite.name.partition('_WITH_')[2]}:"
            return replace(report, findings=(where, *report.findings))
    names = ", ".join(suite.name.partition("_WITH_")[2] for suite in suites)
    said = f"OpenSSL read your Finished, and its own agreed with yours: {names}."
    return replace(report, findings=(said,))


def formulae(**changes: Mine) -> tuple[tls12.Formulae, tls12.ClientSteps]:
    """Return our formulae with these in place of ours, and our steps."""
    return replace(tls12.FORMULAE, **changes), tls12.CLIENT_STEPS


def stretched_by_her(mine: Mine) -> LiveReport:
    """Make all secrets and keys with the learner's P_hash."""
    used: list[str] = []
    her = counted(mine, used)

    def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> Any:
        return her(hash_name, secret, label + seed, length)

    made = formulae(prf=named_after(mine, prf))
    return with_each("my_p_hash, live", (SHA256, SHA384), lambda suite: made, used)


def labelled_by_her(mine: Mine) -> LiveReport:
    """Make all secrets and keys with the learner's PRF."""
    used: list[str] = []
    her = counted(mine, used)

    def made(suite: Suite) -> tuple[tls12.Formulae, tls12.ClientSteps]:
        return formulae(prf=prf_of(her, key_schedule.p_hash, suite))

    return with_each("my_prf, live", (SHA256, SHA384, CBC), made, used)


def prf_of(her: Mine, p_hash: Mine, suite: Suite) -> Mine:
    """Return a formula that asks a PRF of the exercise's kind."""

    def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> Any:
        return her(p_hash, suite.name, secret, label, seed, length)

    return named_after(her, prf)


def extended_by_her(mine: Mine, extended: bool = True) -> LiveReport:
    """Make the master secret with the learner's function; both hellos carry the extension."""
    used: list[str] = []
    her = counted(mine, used)

    def step(state: State) -> State:
        def master(prf: Any, pre_master_secret: bytes, session_hash: bytes) -> Any:
            messages = list(state.handshake_messages)
            return her(prf, state.agreed.hash_name, pre_master_secret, messages)

        ours = key_schedule.extended_master_secret
        held = held_to("extended_master_secret", ours, named_after(mine, master))
        changed = replace(state.formulae, extended_master_secret=held)
        return generate_keys(state.but(formulae=changed)).but(formulae=state.formulae)

    steps = replace(tls12.CLIENT_STEPS, generate_keys=named_after(mine, step))
    made = (tls12.FORMULAE, steps)
    title = "my_extended_master_secret, live"
    return with_each(title, (SHA256, SHA384), lambda suite: made, used, extended)


def expanded_by_her(mine: Mine) -> LiveReport:
    """Make the key block with the learner's function."""
    used: list[str] = []
    made = formulae(key_block=key_block_of(counted(mine, used)))
    return with_each("my_key_block, live", (SHA256, SHA384), lambda suite: made, used)


def key_block_of(her: Mine) -> Mine:
    """Return a formula that asks a key expansion of the exercise's kind."""

    def key_block(prf: Any, master: bytes, server: bytes, client: bytes, length: int) -> Any:
        return her(prf, master, client, server, length)

    return named_after(her, key_block)


def cut_by_her(mine: Mine) -> LiveReport:
    """Cut the key block with the learner's function, for GCM, ChaCha20-Poly1305 and CBC."""
    used: list[str] = []
    made = formulae(partition=partition_of(counted(mine, used)))
    return with_each("my_partition, live", (SHA256, CHACHA, CBC), lambda suite: made, used)


def partition_of(her: Mine) -> Mine:
    """Return a formula that asks a partition of the exercise's kind."""
    return named_after(her, lambda suite, key_block: her(suite.name, key_block))


def together(
    my_master_secret: Mine, my_p_hash: Mine, my_prf: Mine, my_key_block: Mine, my_partition: Mine
) -> LiveReport:
    """Make every key with the learner's functions; where one is not written, ours is taken.

    Extended master secret is off, so that `my_master_secret` has its place.
    """
    mine = (my_master_secret, my_p_hash, my_prf, my_key_block, my_partition)
    names = ("my_master_secret", "my_p_hash", "my_prf", "my_key_block", "my_partition")
    missing = [name for name, one in zip(names, mine, strict=True) if not written(one)]
    used: list[str] = []
    changes: dict[str, Mine] = {"master_secret": counted(my_master_secret, used)}
    if written(my_key_block):
        changes["key_block"] = key_block_of(my_key_block)
    if written(my_partition):
        changes["partition"] = partition_of(my_partition)
    p_hash = my_p_hash if written(my_p_hash) else key_schedule.p_hash

    def made(suite: Suite) -> tuple[tls12.Formulae, tls12.ClientSteps]:
        if written(my_prf):
            return formulae(**changes, prf=prf_of(my_prf, p_hash, suite))
        return formulae(**changes, prf=named_after(p_hash, unlabelled(p_hash)))

    if len(missing) == len(names) - 1:
        unwritten = ("Write some of them, then run this again.",)
        return LiveReport("all of yours, live", Verdict.NOT_WRITTEN, unwritten, order=tls12.FULL)
    report = with_each("all of yours, live", (SHA256, SHA384, CBC), made, used)
    if missing:
        said = f"Ours stood in for what is not written yet: {', '.join(missing)}."
        return replace(report, findings=(*report.findings, said))
    return report


def unlabelled(p_hash: Mine) -> Mine:
    """Return our PRF on top of another P_hash."""

    def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> Any:
        return p_hash(hash_name, secret, label + seed, length)

    return prf
