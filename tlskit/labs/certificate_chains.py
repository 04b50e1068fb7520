"""Chains of certificates, good and bad, and servers that show them: what is believed, and by whom.

A server here has always the key that it was given with its chain; whether that key fits the chain
is another matter (`without_the_key`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Credential, Trust, names_of
from tlskit.chain_rows import chain_rows, common_name, judged
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.faulty_pki import FAULTS, faulty, stranger
from tlskit.lesson import HOST, REQUEST, Run, client_settings, openssl_client, server_settings
from tlskit.messages import frame_handshake
from tlskit.order import Role
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.records import split
from tlskit.registry import AlertDescription, AlertLevel, ContentType, HandshakeType
from tlskit.tls12.state import State

Verifier = Callable[..., x509.Certificate]
Certificates = Sequence[x509.Certificate]
ECDHE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
RSA = "TLS_RSA_WITH_AES_128_GCM_SHA256"

LEAF_DAYS = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 8, 1, 23, 59, 59, tzinfo=UTC)
INTERMEDIATE_DAYS = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 6, 1, 23, 59, 59, tzinfo=UTC)

TAUGHT = ("wrong_name", "missing_intermediate", "expired")
CASES = {
    "A": "wrong_usage",
    "B": "self_signed",
    "C": "bad_signature",
    "D": "unknown_ca",
    "E": "not_yet_valid",
}
"""The deck: five chains to diagnose."""

NONE_NAMED = "none is named; we send the nearest"
RFC_SAYS = {
    "wrong_name": NONE_NAMED,
    "missing_intermediate": "unknown_ca: the CA certificate could not be located",
    "expired": "certificate_expired: has expired or …",
    "wrong_usage": NONE_NAMED,
    "self_signed": "unknown_ca: couldn't be matched with a known, trusted CA",
    "bad_signature": "bad_certificate: signatures that did not verify correctly",
    "unknown_ca": "unknown_ca: couldn't be matched with a known, trusted CA",
    "not_yet_valid": "certificate_expired: … or is not currently valid",
}
"""What RFC 5246 §7.2.2 says to each fault."""


def dated_chain(host: str = HOST) -> tuple[bytes, ...]:
    """Return a chain whose leaf and intermediate have days as in real life: months and a year."""
    first, last = INTERMEDIATE_DAYS
    contents = replace(pki.intermediate_contents("rsa"), not_before=first, not_after=last)
    issuer = pki.Issuer(pki.certify(contents, pki.root()), contents.private_key)
    first, last = LEAF_DAYS
    leaf = replace(pki.leaf_contents("rsa", (host,)), not_before=first, not_after=last)
    return pki.issued(leaf, issuer).chain


def case(letter: str) -> tuple[bytes, ...]:
    """Return the chain of a case of the deck, at the lessons' time.

    Raises: ValueError for a letter that the deck lacks.
    """
    if letter not in CASES:
        raise ValueError(f"no case {letter!r}; there are {', '.join(CASES)}")
    return faulty(CASES[letter], "rsa").chain


def first_to_end(chain: Sequence[bytes]) -> str:
    """Return the place of the certificate whose last day ends a sound chain."""
    rows = [row for row in chain_rows(chain, pki.trust()) if row.last]
    for row in sorted(rows, key=lambda row: str(row.last)):
        after = (row.last or pki.NOW) + timedelta(seconds=1)
        if judged(chain, HOST, pki.trust(), after).alert == "certificate_expired":
            return row.place
    return "none"


def certificates_of(chain: Sequence[bytes]) -> list[x509.Certificate]:
    """Return the certificates of a Certificate message, decoded."""
    return [x509.load_der_x509_certificate(der) for der in chain]


def subjects(certificates: Certificates) -> list[str]:
    """Return of whom each certificate speaks."""
    return [common_name(one.subject) for one in certificates]


# ---- who says what to a fault


def our_alert(fault: str) -> str:
    """Return the name of the alert that our verifier raises for a fault, "" for none."""
    chain = faulty(fault, "rsa").chain
    return judged(chain, FAULTS[fault].server_name, pki.trust(), pki.NOW).alert


def openssl_alert(fault: str) -> str:
    """Return the name of the alert that OpenSSL's client sends to a server with this fault.

    Its clock is the real one, so the fault is made for today; "" if it sends none.
    """
    credential = faulty(fault, "rsa", datetime.now(UTC))
    server = OpenSSLPeer.server([(pki.pem_chain(credential), pki.pem_key(credential))])
    client = openssl_client()
    server.receive(client.data_to_send())
    client.receive(server.data_to_send())
    record, _ = split(client.data_to_send())
    if record is None or record.content_type != ContentType.alert:
        return ""
    return AlertDescription(record.fragment[1]).name


def alerts(faults: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Return for each fault: its name, our alert, OpenSSL's, and what RFC 5246 §7.2.2 says."""
    return [
        (one.replace("_", " "), our_alert(one), openssl_alert(one), RFC_SAYS[one]) for one in faults
    ]


ALERTS_HEAD = ("what is wrong", "we send", "OpenSSL sends", "RFC 5246 §7.2.2")


# ---- verifiers that look at one thing only


def only_the_names(name_matches: Callable[[str, str], bool]) -> Verifier:
    """Return a verifier that compares names, by this function, and looks at nothing else."""

    def verify(
        chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
    ) -> x509.Certificate:
        leaf = certificates_of(chain)[0]
        if any(name_matches(name, server_name) for name in names_of(leaf)):
            return leaf
        reason = f"no name in the certificate stands for {server_name}"
        raise Alert(AlertDescription.bad_certificate, reason, "RFC 9525 §6.3")

    return verify


def only_the_walk(walk: Callable[[Certificates, Certificates], Certificates]) -> Verifier:
    """Return a verifier that walks from name to name, and looks at nothing else."""

    def verify(
        chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
    ) -> x509.Certificate:
        certificates = certificates_of(chain)
        if walk(certificates, list(trust.roots))[-1] in trust.roots:
            return certificates[0]
        reason = "the walk does not end at a root of ours"
        raise Alert(AlertDescription.unknown_ca, reason, "RFC 5280 §6.1")

    return verify


def refusing(verifier: Verifier) -> Verifier:
    """Return a verifier whose every error is a refusal, so that a reader needs no alerts."""

    def verify(
        chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
    ) -> x509.Certificate:
        try:
            return verifier(chain, server_name, trust, now)
        except (ValueError, InvalidSignature) as error:
            why = str(error) or type(error).__name__
            raise Alert(AlertDescription.bad_certificate, why, "RFC 5280 §6.1") from None

    return verify


# ---- servers and what they get to hear


class Met(NamedTuple):
    """What came of a handshake of our client with a server.

    Args:
        alert: the alert that our client sent, "" if it sent none.
        at: the message that it refused, "" if it refused none.
        heard: what the server could read of the client's request.
    """

    alert: str
    at: str
    heard: bytes
    run: Run


@dataclass(frozen=True)
class Pretender:
    """The steps of a server without the private key, who goes on as if it had it."""

    seen: list[bytes] = field(default_factory=list)

    def unprotect(
        self, keys: Any, number: int, content_type: int, version: int, fragment: bytes
    ) -> bytes:
        """Make up what it cannot read: a Finished; an alert it takes for the end it is."""
        if content_type == ContentType.handshake:
            return frame_handshake(HandshakeType.finished, bytes(12))
        return bytes([AlertLevel.fatal, AlertDescription.bad_record_mac])

    def receive_finished(self, state: State, message: bytes) -> State:
        """Check nothing: it would only find out what it knows."""
        return state.but(handshake_messages=(*state.handshake_messages, message))

    def side(self) -> Any:
        """Return the server's side with these in it."""
        return tls12.server(
            replace(tls12.FORMULAE, unprotect=self.unprotect),
            replace(tls12.SERVER_STEPS, receive_finished=self.receive_finished),
        )


def without_the_key() -> Credential:
    """Return the course's public chain, with a private key that is not the leaf's."""
    return Credential(pki.credential("rsa").chain, pki.course_key("client_rsa"))


def meet(
    credential: Credential,
    verify_chain: Verifier | None = None,
    suite: str = ECDHE,
    server_name: str = HOST,
    pretends: bool = False,
) -> Met:
    """Let our client meet a server that shows this credential, and send its request if it can.

    Args:
        verify_chain: what our client checks chains with, ours if None.
        pretends: whether the server goes on as if it could read what it cannot.
    """
    formulae = tls12.FORMULAE
    if verify_chain is not None:
        formulae = replace(formulae, verify_chain=verify_chain)
    told = client_settings(suites=(suite_named(suite),), server_name=server_name)
    shows = server_settings(credentials=(credential,))
    calls: list[Any] = []
    client = Connection(told, tls12.client(formulae), calls)
    server = Connection(shows, Pretender().side() if pretends else tls12.server(), calls)
    failures = exchange(client, server)
    if client.done and not failures:
        client.write(REQUEST)
        failures += exchange(client, server)
    refusals = [error for end, error in failures if end is client and isinstance(error, Alert)]
    others = [error for end, error in failures if not isinstance(error, Alert)]
    if others:
        raise others[0]
    alert = next((one.description.name for one in refusals if not one.received), "")
    run = Run(client, server, calls, client.side.order(client.state), failures)
    return Met(alert, refused_at(run) if alert else "", server.read(), run)


def refused_at(run: Run) -> str:
    """Return the message that the client refused, by its name in the order table."""
    failed = [call for call in run.calls if call.by == Role.CLIENT and call.error]
    name = failed[-1].name if failed else ""
    return name.removeprefix("receive_") if name != "unprotect" else "finished"


@cache
def impostor(suite: str) -> Met:
    """Return our client's meeting with a server that shows the course's chain without its key."""
    return meet(without_the_key(), suite=suite, pretends=True)


def title_of(message: str) -> str:
    """Return a message's name as the RFCs write it, "none" for none."""
    return "".join(word.capitalize() for word in message.split("_")) or "none"


def certificate_message(run: Run) -> bytes:
    """Return the server's Certificate message of a run, with its header."""
    call = next(call for call in run.calls if call.name == "receive_certificate")
    return bytes(call.arguments["message"])


def passes(step: Callable[[State, bytes], State], state: State, message: bytes) -> bool:
    """Tell whether a step takes a message."""
    try:
        step(state, message)
    except Alert:
        return False
    return True


SERVERS = (*TAUGHT, *CASES.values())


def believed(verify_chain: Verifier | None = None) -> dict[str, bool]:
    """Return for each faulty server whether a client with this verifier sends it its request."""
    return {
        fault: bool(
            meet(faulty(fault, "rsa"), verify_chain, server_name=FAULTS[fault].server_name).heard
        )
        for fault in SERVERS
    }


def beside_each_other(verifiers: dict[str, Verifier | None]) -> list[tuple[str, ...]]:
    """Return a row for each faulty server: who believes it, who refuses it."""
    columns = [believed(one) for one in verifiers.values()]
    return [
        (fault.replace("_", " "), *("believes" if one[fault] else "refuses" for one in columns))
        for fault in SERVERS
    ]


def alert_without_root() -> str:
    """Return the alert of a client that believes another root than the server's chain leads to."""
    trust = Trust((stranger("another root").certificate,))
    client = Connection(client_settings(trust=trust), tls12.client())
    exchange(client, Connection(server_settings(), tls12.server()))
    failure = client.failure
    return failure.description.name if isinstance(failure, Alert) else ""
