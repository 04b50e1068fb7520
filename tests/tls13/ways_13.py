"""What a way to go wrong is, in TLS 1.3, and how ways are written down."""

from dataclasses import dataclass, field
from typing import Any

from wrong_ends import changed, rewritten

from tlskit import pki, tls13
from tlskit.extensions import KeyShareEntry, KeyShareServerHello
from tlskit.lesson import lesson_random
from tlskit.messages import ClientHello, ServerHello
from tlskit.order import Role
from tlskit.presentation import encode
from tlskit.registry import ExtensionType as X
from tlskit.registry import HandshakeType as H
from tlskit.registry import NamedGroup

ASKS = {"client_certificate": "required", "trust": pki.trust()}
X25519, P256, P384 = NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1
RETRIES = {"groups": (P384,)}
"""A server that wants another key share than the client's first."""


@dataclass(frozen=True)
class Way:
    """A way to go wrong: what is replaced in the end that does, and the alert it must get."""

    name: str
    alert: str
    formulae: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    judge: dict[str, Any] = field(default_factory=dict)


def hello(name: str, alert: str, **changes: Any) -> Way:
    judge = changes.pop("judge", {})
    return Way(name, alert, changed(ClientHello, **changes), judge=judge)


def second_hello(name: str, alert: str, edit: Any, judge: Any = None) -> Way:
    """Return a way in which only the hello after HelloRetryRequest is wrong."""
    seen: list[bytes] = []

    def second(body: bytes) -> bool:
        seen.append(body)
        return len(seen) > 1

    formulae = changed(ClientHello, second, **edit)
    return Way(name, alert, formulae, judge=judge or RETRIES)


def server_hello(name: str, alert: str, **changes: Any) -> Way:
    return Way(name, alert, changed(ServerHello, **changes))


def share(group: int, key: bytes) -> tuple[int, bytes]:
    return (X.key_share, encode(KeyShareServerHello(KeyShareEntry(group, key))))


def shares(*entries: tuple[int, bytes]) -> tuple[int, bytes]:
    body = b"".join(encode(KeyShareEntry(*one)) for one in entries)
    return (X.key_share, len(body).to_bytes(2, "big") + body)


def finished(edit: Any) -> dict[str, Any]:
    return rewritten(H.finished, edit)


def bad_signature(scheme: int, key: Any, content: bytes) -> bytes:
    return tls13.FORMULAE.sign(scheme, key, content + b"!")


def signing_as(role: Role) -> dict[str, Any]:
    content = tls13.FORMULAE.certificate_verify_content
    return {"certificate_verify_content": lambda signer, hashed: content(role, hashed)}


KEY = tls13.FORMULAE.generate_key_pair(X25519, lesson_random("a key")).public
