"""Exercise 07 live: the learner's function protects or opens every record of talks with OpenSSL."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Verdict, said_by
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.records import split_all
from tlskit.registry import AlertDescription
from tlskit.tls12.record_protection import RecordKeys, wrong_record
from tlskit.trace import Call, ReplacementError

Mine = Callable[..., Any]
GCM, CBC = "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256"
SAID = (b"unmute", b"mute", b"leave room 42")
NONCE_TWICE = (
    "OpenSSL opened every record. But under one key two of them had the same explicit nonce: a "
    "receiver can't notice that, and whoever listens can make use of it (RFC 5288 §6.1)."
)
NO_COPY_NOTICED = (
    "OpenSSL's records opened. But then one of them came a second time, and your function opened "
    "the copy too: does the sequence number go into what is authenticated?"
)
COPY_ERROR = "A copy of a record should have got None; your function ended in {error}."


def protecting_gcm(mine: Mine) -> LiveReport:
    """Let the learner's function protect what both our ends send to OpenSSL."""
    used: list[tuple[bytes, bytes]] = []

    def protect(
        keys: RecordKeys, sequence_number: int, content_type: int, content: bytes, random: Any
    ) -> bytes:
        fragment: bytes = mine(keys.key, keys.iv, sequence_number, content_type, content)
        used.append((keys.key, fragment[:8]))
        return fragment

    report = talks("my_protect_gcm", GCM, protect=named(mine, protect))
    if report.right and len(set(used)) < len(used):
        return replace(report, verdict=Verdict.WRONG, findings=(NONCE_TWICE,))
    return report


def protecting_cbc(mine: Mine) -> LiveReport:
    """Let the learner's function protect what both our ends send, with CBC and HMAC."""

    def protect(
        keys: RecordKeys, sequence_number: int, content_type: int, content: bytes, random: Any
    ) -> bytes:
        secrets = (keys.suite.mac_hash, keys.mac_key, keys.key, random(16))
        fragment: bytes = mine(*secrets, sequence_number, content_type, content)
        return fragment

    return talks("my_protect_cbc", CBC, protect=named(mine, protect))


def opening_gcm(mine: Mine) -> LiveReport:
    """Let the learner's function open what OpenSSL sends, and a copy."""

    def unprotect(
        keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
    ) -> bytes:
        known = (keys.key, keys.iv)
        return content_or_alert(mine(*known, sequence_number, content_type, version, fragment))

    return talks("my_unprotect_gcm", GCM, unprotect=named(mine, unprotect))


def opening_cbc(mine: Mine) -> LiveReport:
    """Let the learner's function open what OpenSSL sends with CBC and HMAC, and a copy."""

    def unprotect(
        keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
    ) -> bytes:
        known = (keys.suite.mac_hash, keys.mac_key, keys.key)
        return content_or_alert(mine(*known, sequence_number, content_type, version, fragment))

    return talks("my_unprotect_cbc", CBC, unprotect=named(mine, unprotect))


def named(mine: Mine, adapter: Callable[..., bytes]) -> Callable[..., bytes]:
    """Give an adapter the learner's name, for what is said about errors."""
    adapter.__name__ = getattr(mine, "__name__", "your function")
    return adapter


def content_or_alert(content: Any) -> bytes:
    """Return the content. Raises: Alert bad_record_mac for None (RFC 5246 §7.2.2)."""
    if content is None:
        raise wrong_record()
    opened: bytes = content
    return opened


def talks(title: str, suite: str, **formula: Any) -> LiveReport:
    """Talk to OpenSSL in both roles; the first talk that fails is the one reported."""
    formulae = replace(tls12.FORMULAE, **formula)
    told: dict[str, Any] = {"suites": (suite_named(suite),), "encrypt_then_mac": False}
    report = None
    for role in ("server", "client"):
        calls: list[Call] = []
        end: Connection
        peer: OpenSSLPeer
        if role == "client":
            end = Connection(client_settings(**told), tls12.client(formulae), calls)
            peer = openssl_server("rsa", suites=suite)
        else:
            end = Connection(server_settings(**told), tls12.server(formulae), calls)
            peer = openssl_client(suites=suite)
        verdict, findings = talk(end, peer, calls, *formula)
        findings = (f"Ours is the {role}, OpenSSL the {end.role.other}.", *findings)
        report = LiveReport(f"{title}, live", verdict, findings, "", tuple(calls), tls12.FULL)
        if verdict is not Verdict.RIGHT:
            return report
    assert report is not None
    said = "Two talks, with OpenSSL as the client and as the server: every record opened."
    if "unprotect" in formula:
        said += " And a copy of OpenSSL's last record was refused, as it should be."
    return replace(report, findings=(said,))


def talk(
    end: Connection, peer: OpenSSLPeer, calls: list[Call], formula: str
) -> tuple[Verdict, tuple[str, ...]]:
    """Shake hands, send records to and fro; return verdict and sentences."""
    failures = [error for _, error in shaken(end, peer)]
    called = any(call.name == formula for outer in calls for call in outer.walk())
    verdict, findings = judged(end, peer, failures, called)
    if verdict is not Verdict.RIGHT:
        return verdict, findings
    for number, words in enumerate(SAID, 1):
        end.write(words)
        peer.write(words)
        if problem := carried(end, peer, words):
            return Verdict.WRONG, (f"Finished got through, record {number} did not: {problem}",)
    return copied(end, peer) if formula == "unprotect" else (Verdict.RIGHT, ())


def shaken(end: Connection, peer: OpenSSLPeer) -> list[tuple[Any, Exception]]:
    """Shake hands; whoever is the client speaks first."""
    return exchange(end, peer) if end.role == "client" else exchange(peer, end)


def carried(end: Connection, peer: OpenSSLPeer, words: bytes) -> str:
    """Carry what both have said; return what went wrong, or nothing."""
    for _, error in exchange(end, peer):
        if isinstance(error, Alert):
            who = "OpenSSL sent" if error.received else "our end sent"
            return f"{who} the alert {error.description.name}."
        return said_by(error)
    heard = (peer.read(), end.read())
    return "" if heard == (words, words) else "what arrived is not what was said."


def copied(end: Connection, peer: OpenSSLPeer) -> tuple[Verdict, tuple[str, ...]]:
    """Let a record of OpenSSL's arrive twice: the second time it has to be refused."""
    peer.write(SAID[0])
    data = peer.data_to_send()
    assert len(split_all(data)[0]) == 1
    end.receive(data)
    try:
        end.receive(data)
    except Alert as alert:
        if alert.description is AlertDescription.bad_record_mac:
            return Verdict.RIGHT, ()
        return Verdict.WRONG, (COPY_ERROR.format(error=alert.description.name),)
    except ReplacementError as error:
        return Verdict.WRONG, (COPY_ERROR.format(error=str(error)),)
    return Verdict.WRONG, (NO_COPY_NOTICED,)
