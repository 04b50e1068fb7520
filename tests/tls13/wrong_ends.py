"""Ends of TLS 1.3 that go wrong: other messages, extensions, order; our other end judges them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tlskit import pki, tls13
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.extensions import Extension
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import ClientHello, ServerHello, frame_handshake
from tlskit.order import Role, Side
from tlskit.peers import exchange
from tlskit.presentation import decode, encode
from tlskit.registry import HandshakeType
from tlskit.tls13_messages import (
    HELLO_RETRY_REQUEST_RANDOM,
    Certificate,
    CertificateRequest,
    EncryptedExtensions,
)

CLIENT, SERVER = Role.CLIENT, Role.SERVER
TYPES = {
    ClientHello: HandshakeType.client_hello,
    ServerHello: HandshakeType.server_hello,
    EncryptedExtensions: HandshakeType.encrypted_extensions,
    CertificateRequest: HandshakeType.certificate_request,
    Certificate: HandshakeType.certificate,
}
Edit = Callable[[bytes], bytes]


def rewritten(msg_type: int, edit: Edit, only: Callable[[bytes], bool] = bool) -> dict[str, Any]:
    """Return formulae that send another body in messages of a type; the end believes in them."""

    def frame(number: int, body: bytes) -> bytes:
        changed = number == msg_type and (only is bool or only(body))
        return frame_handshake(number, edit(body) if changed else body)

    return {"frame_handshake": frame}


def is_retry(body: bytes) -> bool:
    return body[2:34] == HELLO_RETRY_REQUEST_RANDOM


def changed(struct: type, only: Callable[[bytes], bool] = bool, **changes: Any) -> dict[str, Any]:
    """Return formulae that change fields of a message; a function is called with the message."""

    def edit(body: bytes) -> bytes:
        message = decode(struct, body)
        values = {name: one(message) if callable(one) else one for name, one in changes.items()}
        return encode(replace(message, **values))  # type: ignore[type-var]

    return rewritten(TYPES[struct], edit, only)


def without(*types: int) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what takes extensions out of a message."""
    return lambda message: tuple(
        one for one in message.extensions if one.extension_type not in types
    )


def having(*more: tuple[int, bytes], first: bool = False) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what puts extensions into a message, in place of those of their types."""
    types = [one[0] for one in more]
    made = tuple(Extension(*one) for one in more)

    def put(message: Any) -> tuple[Extension, ...]:
        kept = without(*types)(message)
        return (*made, *kept) if first else (*kept, *made)

    return put


def twice(extension_type: int) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what has an extension stand there twice."""

    def put(message: Any) -> tuple[Extension, ...]:
        one = next(one for one in message.extensions if one.extension_type == extension_type)
        return (one, *message.extensions)

    return put


def side_of(role: Role, formulae: dict[str, Any], steps: dict[str, Any], order: Any = None) -> Side:
    """Return a side with what is replaced in it."""
    table = replace(tls13.FORMULAE, **formulae)
    if role is CLIENT:
        side = tls13.client(table, replace(tls13.CLIENT_STEPS, **steps))
    else:
        side = tls13.server(table, replace(tls13.SERVER_STEPS, **steps))
    return replace(side, order=order) if order else side


def settings_of(role: Role, name: str, **told: Any) -> Any:
    if role is CLIENT:
        shown = {"credentials": (pki.client_credential("ecdsa"),)}
        return client_settings(name, **(shown | told))
    return server_settings(name, **told)


def meeting(
    finder: Role,
    formulae: dict[str, Any] | None = None,
    steps: dict[str, Any] | None = None,
    order: Any = None,
    wrong: dict[str, Any] | None = None,
    judge: dict[str, Any] | None = None,
) -> tuple[Connection, Connection, list[Any]]:
    """Let an end that goes wrong meet a sound one; return judge, wrong end, what was raised."""
    role = finder.other
    bad = Connection(
        settings_of(role, "wrong", **(wrong or {})),
        side_of(role, formulae or {}, steps or {}, order),
    )
    good = Connection(settings_of(finder, "judge", **(judge or {})), side_of(finder, {}, {}))
    pair = (bad, good) if role is CLIENT else (good, bad)
    return good, bad, exchange(*pair)


def alert_of(judge: Connection, wrong: Connection, raised: list[Any]) -> str:
    """Return the alert by which the judge ended it; the wrong end must have got the same."""
    failure = judge.failure
    assert isinstance(failure, Alert), f"the judge went on, or raised {failure!r}; {raised}"
    assert not failure.received, failure
    if not wrong.closed or wrong.failure is not None:
        heard = wrong.failure
        assert isinstance(heard, Alert) and heard.received, heard
        assert heard.description is failure.description
    return failure.description.name
