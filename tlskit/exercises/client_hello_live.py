"""A learner's functions of exercise 01 in handshakes, with OpenSSL on the other side."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.checks.live import LiveReport
from tlskit.checks.report import Verdict
from tlskit.connection import Connection
from tlskit.exercises.client_hello_mistakes import ALPN, body_of, parts_of
from tlskit.exercises.hello_reader import Hello, decoded, plainly
from tlskit.exercises.hers import Mine
from tlskit.extensions import Extension
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.messages import ClientHello, frame_handshake
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.presentation import encode
from tlskit.tls12.state import State
from tlskit.trace import Call, ReplacementError

PROTOCOLS = ["h2", "http/1.1"]
NOT_BYTES = "{name} has to return bytes here, and returned a {kind}."
NOT_FIELDS = "{name} returned {what} for OpenSSL's own hello, so our server has nothing to go by."
NEVER = "The handshake ran, but {name} was never called, so that says nothing about it."
OFTEN_DECODE_ERROR = (
    "decode_error is what a reader says who lost the way: a length somewhere before is wrong."
)


class Step:
    """Her function in a step of ours; notes that it was called."""

    def __init__(self, mine: Mine, run: Callable[..., Any]) -> None:
        """Take her function, and the step in which it is called."""
        self.mine, self.run, self.called = mine, run, False
        self.__name__ = getattr(mine, "__name__", "your function")

    def ask(self, *arguments: Any) -> Any:
        """Call hers."""
        self.called = True
        return self.mine(*arguments)

    def sends(self, state: State) -> tuple[State, bytes]:
        """Send what she made of our hello."""
        after, message = tls12.CLIENT_STEPS.send_client_hello(state)
        made = self.run(self, message)
        if not isinstance(made, bytes):
            raise TypeError(NOT_BYTES.format(name=self.__name__, kind=type(made).__name__))
        return after.but(handshake_messages=(made,)), made

    def receives(self, state: State, message: bytes) -> State:
        """Go on with what she read."""
        after: State = self.run(self, state, message)
        return after


def written_by(step: Step, message: bytes) -> Any:
    """Return her message with the fields of ours."""
    return step.ask(plainly(decoded(ClientHello)(message)))


def alpn_by(step: Step, message: bytes) -> Any:
    """Return our hello with her extension in place of ours."""
    fields = decoded(ClientHello)(message) or {}
    mine = step.ask(list(PROTOCOLS))
    if not isinstance(mine, bytes):
        return mine
    number = int.from_bytes(ALPN, "big")
    bare = [one for one in fields["extensions"] if one[0] != number]
    rest = b"".join(encode(Extension(*one)) for one in bare) + mine
    parts = parts_of(fields) | {"extensions": len(rest).to_bytes(2, "big") + rest}
    return frame_handshake(1, body_of(parts))


def sent_by_her(mine: Mine) -> LiveReport:
    """Open a handshake with a ClientHello that the learner's function writes."""
    said = "OpenSSL read your hello, answered it, and its Finished agreed with yours."
    return opened(Step(mine, written_by), openssl_server(), said)


def asked_by_her(mine: Mine) -> LiveReport:
    """Open a handshake with our ClientHello, in it the learner's ALPN extension."""
    server = openssl_server(alpn=("http/1.1",))
    report = opened(Step(mine, alpn_by), server, "")
    if not report.right:
        return report
    if server.alpn != "http/1.1":
        said = "OpenSSL speaks http/1.1, but did not find it in your list: it chose no protocol."
        return replace(report, verdict=Verdict.WRONG, findings=(said,))
    return replace(report, findings=("OpenSSL found http/1.1 in your list and took it.",))


def opened(step: Step, server: OpenSSLPeer, said: str) -> LiveReport:
    """Let our client open with her hello, and OpenSSL answer."""
    calls: list[Call] = []

    def send_client_hello(state: State) -> tuple[State, bytes]:
        return step.sends(state)

    send_client_hello.__name__ = step.__name__
    steps = replace(tls12.CLIENT_STEPS, send_client_hello=send_client_hello)
    settings = client_settings(alpn=tuple(PROTOCOLS))
    try:
        client = Connection(settings, tls12.client(steps=steps), calls)
    except ReplacementError as error:  # the hello is the first thing that a client does
        return ended(step, calls, [error], False, said)
    failures = [error for _, error in exchange(client, server)]
    return ended(step, calls, failures, client.done and server.done, said)


def read_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL open a handshake; our server reads its hello with the learner's function."""
    step, calls = Step(mine, go_on_with), list[Call]()

    def receive_client_hello(state: State, message: bytes) -> State:
        return step.receives(state, message)

    receive_client_hello.__name__ = step.__name__
    steps = replace(tls12.SERVER_STEPS, receive_client_hello=receive_client_hello)
    settings = server_settings(alpn=("h2",), credentials=(pki.credential("rsa"),))
    server = Connection(settings, tls12.server(steps=steps), calls)
    client = openssl_client(alpn=("h2",))
    failures = [error for _, error in exchange(client, server)]
    said = "Our server went by what you read in OpenSSL's hello, and both came to the end."
    return ended(step, calls, failures, client.done and server.done, said)


def go_on_with(step: Step, state: State, message: bytes) -> State:
    """Let our server take the hello that her dict describes; the transcript has the real one."""
    fields = step.ask(message)
    if not isinstance(fields, dict):
        what = "None" if fields is None else f"a {type(fields).__name__}"
        raise TypeError(NOT_FIELDS.format(name=step.__name__, what=what))
    after = tls12.SERVER_STEPS.receive_client_hello(state, told_again(fields))
    return after.but(handshake_messages=(message,))


def told_again(fields: Hello) -> bytes:
    """Return a message with these fields."""
    return frame_handshake(1, body_of(parts_of(fields)))


def ended(
    step: Step, calls: list[Call], failures: list[Exception], done: bool, said: str
) -> LiveReport:
    """Say what came of it."""
    verdict = Verdict.WRONG
    found: tuple[str, ...] = ("The handshake stopped: OpenSSL waits for more bytes.",)
    for error in reversed(failures):
        if isinstance(error, ReplacementError):
            found = (str(error),)
        elif isinstance(error, Alert):
            who = "OpenSSL sent" if error.received else "Our side sent"
            found = (f"{who} the alert {error.description.name}.",)
            if error.description.name == "decode_error":
                found = (*found, OFTEN_DECODE_ERROR)
    if not failures and not step.called:
        found = (NEVER.format(name=step.__name__),)
    elif not failures and done:
        verdict, found = Verdict.RIGHT, (said,)
    return LiveReport(f"{step.__name__}, live", verdict, found, "", tuple(calls), tls12.FULL)
