"""Exercise 08 live: transcript, Finished and verdict of the learner's, against OpenSSL."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Verdict, own_line, said_by
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.exercises.finished_mistakes import label_of
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.messages import Finished, frame_handshake
from tlskit.peers import Endpoint, OpenSSLPeer, exchange
from tlskit.records import join, split_all
from tlskit.registry import AlertDescription, ContentType, HandshakeType
from tlskit.tls12.key_schedule import PRF, handshake_hash
from tlskit.tls12.state import State, received
from tlskit.trace import Call, ReplacementError

Mine = Callable[..., Any]
SUITES = {"client": "ECDHE-RSA-AES128-GCM-SHA256", "server": "ECDHE-RSA-AES256-GCM-SHA384"}
"""By our role; so that both hashes come."""
ALERTS = [one.name for one in AlertDescription]


class Counted:
    """A learner's function with a count of its calls."""

    def __init__(self, mine: Mine) -> None:
        """Take the function."""
        self.mine, self.calls = mine, 0
        self.__name__ = getattr(mine, "__name__", "your function")

    def __call__(self, *arguments: Any) -> Any:
        """Count, and call. Raises: ReplacementError for what her function raises."""
        self.calls += 1
        try:
            return self.mine(*arguments)
        except Exception as error:
            said = f"{self.__name__} raised {said_by(error)}{own_line(error)}"
            raise ReplacementError(said) from error


def ends(
    role: str,
    formulae: tls12.Formulae = tls12.FORMULAE,
    extended_master_secret: bool = True,
    **steps: Callable[..., Any],
) -> tuple[Connection, OpenSSLPeer, list[Call]]:
    """Return our end in a role, OpenSSL in the other one, and the list of our end's calls."""
    calls: list[Call] = []
    suite = SUITES[role]
    told: dict[str, Any] = {"suites": (suite_named(suite),)}
    if role == "client":
        client = tls12.client(formulae, replace(tls12.CLIENT_STEPS, **steps))
        end = Connection(client_settings(**told), client, calls)
        peer = openssl_server("rsa", suites=suite, extended_master_secret=extended_master_secret)
        return end, peer, calls
    server = tls12.server(formulae, replace(tls12.SERVER_STEPS, **steps))
    end = Connection(server_settings(**told), server, calls)
    offered = ":".join((suite, SUITES["client"]))
    return end, openssl_client(suites=offered, extended_master_secret=extended_master_secret), calls


def shaken(end: Endpoint, peer: OpenSSLPeer, role: str) -> list[Exception]:
    """Shake hands, the client first; return what was raised."""
    both = exchange(end, peer) if role == "client" else exchange(peer, end)
    return [error for _, error in both]


def report(
    title: str, end: Connection, peer: OpenSSLPeer, failures: list[Exception], calls: list[Call]
) -> LiveReport:
    """Return a report on one handshake."""
    verdict, findings = judged(end, peer, failures, called=True)
    findings = (f"Ours is the {end.role}, OpenSSL the {end.role.other}.", *findings)
    return LiveReport(title, verdict, findings, "", tuple(calls), tls12.FULL)


def never_called(title: str, run: LiveReport) -> LiveReport:
    """Say that a handshake went well without the learner's function."""
    said = "The handshake went well, but your function was never called: that says nothing."
    return replace(run, task=title, verdict=Verdict.WRONG, findings=(said,))


# ---- the transcript


class Tap:
    """Our server, with all records that go by taken down until one is protected."""

    def __init__(self, end: Connection) -> None:
        """Listen to this end."""
        self.end, self.heard, self.protected = end, list[bytes](), False

    def note(self, data: bytes) -> bytes:
        """Take down the records in some bytes, up to a ChangeCipherSpec."""
        for record in split_all(data)[0]:
            if not self.protected:
                self.heard.append(join(record))
            self.protected |= record.content_type == ContentType.change_cipher_spec
        return data

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer."""
        self.end.receive(self.note(data))

    def data_to_send(self) -> bytes:
        """Return the bytes for the peer."""
        return self.note(self.end.data_to_send())


def transcript_heard(mine: Mine) -> LiveReport:
    """Let our server make both verify_data of what the learner kept of the records heard."""
    title, counted, client_data = "my_transcript, live", Counted(mine), list[bytes]()

    def verify_data(prf: PRF, master_secret: bytes, label: bytes, handshake_hash_: bytes) -> bytes:
        messages = counted(list(tap.heard))
        if not isinstance(messages, bytes):
            kind = type(messages).__name__
            raise ReplacementError(f"{counted.__name__} returned a {kind} in place of bytes")
        if label == label_of("server"):
            messages += frame_handshake(HandshakeType.finished, client_data[0])
        digest = handshake_hash(suite_named(SUITES["server"]).hash_name, (messages,))
        data = prf(master_secret, label, digest, 12)
        client_data.append(data)
        return data

    end, peer, calls = ends("server", replace(tls12.FORMULAE, verify_data=verify_data))
    tap = Tap(end)
    failures = shaken(tap, peer, "server")
    run = report(title, end, peer, failures, calls)
    if not run.right:
        return run
    if not counted.calls:
        return never_called(title, run)
    said = (
        f"{len(tap.heard)} records of a handshake with OpenSSL's client went by. Its Finished "
        "agreed with your transcript, and ours, made of it too, was taken."
    )
    return replace(run, findings=(said,))


# ---- Finished


def finished_sent(mine: Mine) -> LiveReport:
    """Let the learner make our client's Finished, and our server's."""
    title = "my_finished, live"
    run = None
    for role in ("server", "client"):
        counted = Counted(mine)
        end, peer, calls = ends(role, send_finished=partial(send_finished, counted))
        failures = shaken(end, peer, role)
        run = report(title, end, peer, failures, calls)
        if not run.right:
            return run
        if not counted.calls:
            return never_called(title, run)
    assert run is not None
    said = "OpenSSL took your Finished in both roles: as a client with SHA-384, as a server with "
    return replace(run, findings=(f"{said}SHA-256.",))


def send_finished(mine: Mine, state: State) -> tuple[State, bytes]:
    """Send the Finished that the learner makes (RFC 5246 §7.4.9)."""
    known = (state.prf, state.agreed.hash_name, state.master_secret, str(state.role))
    message = mine(*known, list(state.handshake_messages))
    if not isinstance(message, bytes):
        kind = type(message).__name__
        raise ReplacementError(f"my_finished returned a {kind} in place of bytes")
    return state.but(handshake_messages=(*state.handshake_messages, message)), message


# ---- the verdict

NO_SUITE, BEHIND_RANDOM = b"\xca\xfe", 5 + 4 + 2 + 32
TAKEN_ALL_THE_SAME = (
    "Then somebody on the way changed a suite in ClientHello, and your function took the Finished "
    "of a client that had sent another one."
)
REFUSED_OTHERWISE = (
    "Then somebody on the way changed a suite in ClientHello. It was noticed, but the verdict was "
    "{alert}."
)


def finished_received(mine: Mine) -> LiveReport:
    """Let the learner judge OpenSSL's Finished in both roles, and one of a changed handshake."""
    title = "my_verdict, live"
    for role in ("client", "server"):
        counted = Counted(mine)
        end, peer, calls = ends(role, receive_finished=partial(receive_finished, counted))
        failures = shaken(end, peer, role)
        run = report(title, end, peer, failures, calls)
        if not run.right:
            return run
        if not counted.calls:
            return never_called(title, run)
    end, peer, calls = ends(
        "server",
        extended_master_secret=False,
        receive_finished=partial(receive_finished, Counted(mine)),
    )
    failures = shaken(InBetween(end), peer, "server")
    alerts = [one.description.name for one in failures if isinstance(one, Alert)]
    run = report(title, end, peer, failures, calls)
    if end.done:
        return replace(run, verdict=Verdict.WRONG, findings=(TAKEN_ALL_THE_SAME,))
    if alerts[:1] != ["decrypt_error"]:
        said = REFUSED_OTHERWISE.format(alert=alerts[0] if alerts else said_by(failures[0]))
        return replace(run, verdict=Verdict.WRONG, findings=(said,))
    said = (
        "Two Finished of OpenSSL's were taken. Then somebody on the way changed a suite in "
        "ClientHello, and your decrypt_error ended the handshake: that is what Finished is for."
    )
    return replace(run, verdict=Verdict.RIGHT, findings=(said,))


def receive_finished(mine: Mine, state: State, message: bytes) -> State:
    """Take or refuse a Finished as the learner says. Raises: the Alert that she names."""
    known = (state.prf, state.agreed.hash_name, state.master_secret, str(state.role))
    verdict = mine(*known, [*state.handshake_messages, message])
    if verdict == "":
        return received(state, Finished, message)[0]
    if verdict not in ALERTS:
        raise ReplacementError(f"my_verdict returned {verdict!r}, which is no alert's name")
    raise Alert(AlertDescription[verdict], "the learner's verdict", "RFC 5246 §7.4.9")


class InBetween:
    """Our server behind somebody who changes what a ClientHello offers second."""

    def __init__(self, end: Connection) -> None:
        """Stand before this end."""
        self.end, self.data_to_send = end, end.data_to_send

    def receive(self, data: bytes) -> None:
        """Hand the bytes on, with the second suite of ClientHello changed to one nobody knows."""
        if data[0] == ContentType.handshake and data[5] == HandshakeType.client_hello:
            second = suite_named(SUITES["client"]).code.to_bytes(2, "big")
            data = data[:BEHIND_RANDOM] + data[BEHIND_RANDOM:].replace(second, NO_SUITE, 1)
        self.end.receive(data)
