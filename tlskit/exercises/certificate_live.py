"""A learner's functions of exercise 03 in our client, which meets good and bad OpenSSL servers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography import x509

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Credential, Trust
from tlskit.checks.live import SUITE, LiveReport, judged
from tlskit.checks.report import Verdict, own_line, said_by
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.exercises.certificate_mistakes import MaySign
from tlskit.exercises.certificate_verifiers import Verify, all_signers, walked
from tlskit.exercises.task import Handed
from tlskit.faulty_pki import FAULTS, faulty
from tlskit.labs.certificate_chains import Verifier, only_the_names
from tlskit.lesson import HOST, client_settings
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import AlertDescription
from tlskit.trace import Call, ReplacementError

BAD = (
    *("wrong_name", "expired", "not_yet_valid", "missing_intermediate", "unknown_ca"),
    *("self_signed", "bad_signature", "not_a_ca", "path_too_long", "wrong_usage"),
    *("impostor", "expired_intermediate"),
)
Servers = Mapping[str, Credential]


def whole_chain(mine: Verify) -> LiveReport:
    """Let her function judge the chains of a good server and of twelve bad ones."""
    hers = Handed("my_verify_chain", mine)

    def verify(chain: Sequence[bytes], host: str, trust: Trust, now: datetime) -> x509.Certificate:
        roots = [pki.der(root) for root in trust.roots]
        if said := hers(list(chain), host, now.isoformat(), roots):
            raise Alert(alert_named(said), "your function says so", "RFC 5246 §7.2.2")
        return x509.load_der_x509_certificate(chain[0])

    bad = {FAULTS[one].story: faulty(one, "rsa") for one in BAD}
    return met(hers, verify, [pki.credential("rsa")], bad)


def rights(mine: MaySign) -> LiveReport:
    """Let her function say of each signer on the way to the root whether it may sign."""
    hers = Handed("my_may_sign", mine)

    def verify(chain: Sequence[bytes], host: str, trust: Trust, now: datetime) -> x509.Certificate:
        certificates = [x509.load_der_x509_certificate(one) for one in chain]
        path, alert = walked(certificates, trust.roots)
        if said := alert or all_signers(hers)(path):
            raise Alert(alert_named(said), "your function says so", "RFC 5280 §6.1.4")
        return certificates[0]

    bad = {FAULTS[one].story: faulty(one, "rsa") for one in ("not_a_ca", "path_too_long")}
    bad["its intermediate says that it is no CA's"] = below_one_with(ca=False, path_length=None)
    bad["its intermediate's key may sign, but no certificates"] = below_one_with(
        key_usage=("digital_signature", "crl_sign")
    )
    return met(hers, verify, [pki.credential("rsa")], bad)


def names(mine: Callable[[str, str], bool]) -> LiveReport:
    """Let her function compare names, and a client that checks nothing else believe it."""
    hers = Handed("my_name_matches", mine)
    parent = HOST.partition(".")[2]
    bad = {
        f"it is for {name}": for_name(name)
        for name in (
            *("www.course.example", parent, f"*.{HOST}", f"evil-{HOST}"),
            *("signal.*.example", f"*.{parent.partition('.')[2]}"),
        )
    }
    good = [for_name(name) for name in (HOST, HOST.upper(), f"*.{parent}")]
    return met(hers, only_the_names(hers), good, bad)


def for_name(name: str) -> Credential:
    """Return a server's credential whose leaf has this name and no other."""
    return pki.issued(pki.leaf_contents("rsa", (name,)), pki.intermediate("rsa"))


def below_one_with(**changes: Any) -> Credential:
    """Return a server's credential below an intermediate that says something else."""
    contents = replace(pki.intermediate_contents("rsa"), **changes)
    issuer = pki.Issuer(pki.certify(contents, pki.root()), contents.private_key)
    return pki.issued(pki.leaf_contents("rsa"), issuer)


def alert_named(word: Any) -> AlertDescription:
    """Return the alert of this name; ValueError that says what came instead."""
    try:
        return AlertDescription[word]
    except KeyError:
        raise ValueError(f"{word!r} is the name of no alert") from None


def met(mine: Handed, verify: Verifier, good: Sequence[Credential], bad: Servers) -> LiveReport:
    """Let our client, with this verifier, meet OpenSSL as each server; say what came of it.

    Args:
        mine: her function, which the verifier should ask.
        bad: why each is to be refused, and the server's credential.
    """
    title, calls = f"{mine!r}, live", list[Call]()
    for credential in reversed(good):
        calls.clear()
        verdict, said = meeting(verify, credential, mine, calls)
        if verdict is not Verdict.RIGHT:
            found = (f"A good server: {said[0]}", *said[1:])
            verdict = Verdict.WRONG if verdict is Verdict.REFUSED else verdict
            return LiveReport(title, verdict, found, "", tuple(calls), tls12.FULL)
    believed = []
    for why, credential in bad.items():
        verdict, said = meeting(verify, credential, mine, [])
        if verdict is Verdict.RIGHT:
            believed.append(f"You believed a server that is to be refused: {why}.")
        elif verdict is not Verdict.REFUSED:
            believed.append(f"A server that is to be refused ({why}): {said[0]}")
    praise = f"{len(good)} good and {len(bad)} bad servers, OpenSSL each time: all told apart."
    verdict = Verdict.WRONG if believed else Verdict.RIGHT
    return LiveReport(title, verdict, tuple(believed) or (praise,), "", tuple(calls), tls12.FULL)


def meeting(
    verify: Verifier, credential: Credential, mine: Handed, calls: list[Call]
) -> tuple[Verdict, tuple[str, ...]]:
    """Let our client meet OpenSSL with this credential; REFUSED if our client sent an alert."""
    told = client_settings(suites=(suite_named(SUITE),))
    formulae = replace(tls12.FORMULAE, verify_chain=verify)
    client = Connection(told, tls12.client(formulae), calls)
    chain = pki.pem_chain(credential), pki.pem_key(credential)
    server = OpenSSLPeer.server([chain], suites=SUITE)
    failures = [error for _, error in exchange(client, server)]
    verdict, said = judged(client, server, failures, bool(mine.calls))
    for error in failures:
        if isinstance(error, ReplacementError) and (cause := error.__cause__):
            return Verdict.WRONG, (f"{mine!r} raised {said_by(cause)}{own_line(cause)}",)
    if any(isinstance(error, Alert) and not error.received for error in failures):
        return Verdict.REFUSED, said
    return verdict, said
