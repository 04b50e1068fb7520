"""Hellos as dicts of their fields, read by every rule or by all but some (RFC 5246 §7.4.1).

A decoder's mistakes are other readers; `misread` finds which of them a result shows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from tlskit.alerts import Alert
from tlskit.exercises.task import Came, Case, Named, Outcome
from tlskit.messages import ClientHello, ServerHello, unframe_handshake
from tlskit.presentation import decode

Hello = dict[str, Any]
Read = Callable[[bytes], Hello | None]
BYTES_BEHIND = (
    "Bytes behind the last field are passed over; whoever reads a hello has to check that all of "
    "it is read (RFC 5246 §7.4.1.2)."
)
RULES = {
    "header": (
        "The length in the header is not looked at: a message that is longer or shorter than it "
        "says is broken (RFC 5246 §7.4)."
    ),
    "session_id": (
        "A session ID that is longer than its declaration allows is taken: look at the numbers in "
        "angle brackets behind SessionID (RFC 5246 §7.4.1.2)."
    ),
    "cipher_suites": (
        "A list of suites that is empty, or ends in the middle of a suite, is taken (RFC 5246 "
        "§7.4.1.2 says how many bytes it may have; §4.3 says of what they are made)."
    ),
    "compression_methods": (
        "An empty list of compression methods is taken (RFC 5246 §7.4.1.2 says how many bytes it "
        "has at least)."
    ),
    "bounds": (
        "A length that reaches beyond the end is believed: a slice in Python just gets shorter "
        "then, without a word (RFC 5246 §4.3)."
    ),
    "left over": BYTES_BEHIND,
}
"""What a reader may fail to check, each with its sentence."""
BROUGHT_DOWN = (
    "A broken hello ends in an error inside your function ({errors}): anybody can send one, so it "
    "has to be an answer, None."
)
SERVER_RULES = ("header", "session_id", "bounds", "left over")
"""Those that apply to a ServerHello."""


class Broken(Exception):
    """A hello that breaks a rule."""


class Reader:
    """Walks over a message from its front to its end.

    Args:
        without: rules that it does not mind, names of RULES.
    """

    def __init__(self, message: bytes, without: Sequence[str] = ()) -> None:
        """Begin at the first byte."""
        self.data, self.at, self.without = message, 0, without

    def need(self, rule: str, holds: bool) -> None:
        """Raise Broken unless a rule holds, or is not minded."""
        if not holds and rule not in self.without:
            raise Broken(rule)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        self.need("bounds", size <= self.left)
        start, self.at = self.at, min(self.at + size, len(self.data))
        return self.data[start : self.at]

    def number(self, size: int) -> int:
        """Return the number in the next bytes."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """Return what stands behind a length of `size` bytes."""
        return self.take(self.number(size))

    def header(self) -> None:
        """Read type and length."""
        self.take(1)
        length = self.number(3)
        self.need("header", length == self.left)

    def session_id(self) -> bytes:
        """Read the ID of a session, at most 32 bytes."""
        found = self.vector(1)
        self.need("session_id", len(found) <= 32)
        return found

    def cipher_suites(self) -> list[int]:
        """Read the suites that a client offers."""
        content = self.vector(2)
        self.need("cipher_suites", len(content) >= 2 and len(content) % 2 == 0)
        return pairs(content)

    def compression_methods(self) -> list[int]:
        """Read the methods that a client offers."""
        content = self.vector(1)
        self.need("compression_methods", len(content) >= 1)
        return list(content)

    def extensions(self) -> list[Any] | None:
        """Read the extensions, numbers and bodies; None if there is no such field."""
        return self.extension_list(self.vector(2)) if self.left else None

    def extension_list(self, content: bytes) -> list[Any]:
        """Read one extension after the other."""
        inner, found = type(self)(content, self.without), []
        while inner.left:
            found.append([inner.number(2), inner.vector(2)])
        return found

    def client_hello(self) -> Hello:
        """Read a whole ClientHello."""
        self.header()
        return {
            "client_version": self.number(2),
            "random": self.take(32),
            "session_id": self.session_id(),
            "cipher_suites": self.cipher_suites(),
            "compression_methods": self.compression_methods(),
            "extensions": self.extensions(),
        }

    def server_hello(self) -> Hello:
        """Read a whole ServerHello."""
        self.header()
        return {
            "server_version": self.number(2),
            "random": self.take(32),
            "session_id": self.session_id(),
            "cipher_suite": self.number(2),
            "compression_method": self.number(1),
            "extensions": self.extensions(),
        }


def pairs(content: bytes) -> list[int]:
    """Return numbers of two bytes; a last byte alone is one, too."""
    return [int.from_bytes(content[at : at + 2], "big") for at in range(0, len(content), 2)]


def reading(kind: str, reader: type[Reader] = Reader, without: Sequence[str] = ()) -> Read:
    """Return a decoder of "client_hello" or "server_hello": fields, or None for a broken one."""

    def read(message: bytes) -> Hello | None:
        walk = reader(message, without)
        try:
            hello: Hello = getattr(walk, kind)()
            walk.need("left over", not walk.left)
        except Broken:
            return None
        return hello

    return read


def decoded(kind: type[ClientHello] | type[ServerHello]) -> Read:
    """Return ours: fields as a dict, None for what breaks the declaration (RFC 5246 §7.4.1)."""
    names = [one.name for one in fields(kind)]

    def right(message: bytes) -> Hello | None:
        try:
            hello = decode(kind, unframe_handshake(message)[1])
        except Alert:
            return None
        found = {name: getattr(hello, name) for name in names}
        if hello.extensions is not None:
            found["extensions"] = [(x.extension_type, x.extension_data) for x in hello.extensions]
        return found

    return right


# ---- naming what was misread


def misread(kind: str, right: Read, slips: Mapping[str, Read], rules: Sequence[str]) -> Named:
    """Return a hook that names what a decoder does wrong, with whole hellos and with broken ones.

    With whole ones a slip explains her results if it reads the same as she up to and including
    the first field that is wrong. Once all whole ones are right, each rule is tried by itself.
    """

    def names(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        pairs = [(case.arguments[0], one) for case, one in zip(cases, outcomes, strict=True)]
        whole = [(message, one) for message, one in pairs if right(message) is not None]
        broken = [(message, one) for message, one in pairs if right(message) is None]
        if any(one.value != plainly(right(message)) for message, one in whole):
            return [name for name, slip in slips.items() if explained(slip, right, whole)]
        found = []
        errors = dict.fromkeys(one.error for _, one in broken if one.came is Came.RAISED)
        if errors:
            found.append(BROUGHT_DOWN.format(errors=", ".join(errors)))
        taken = [message for message, one in broken if isinstance(one.value, dict)]
        for rule in rules:
            if any(reading(kind, without=(rule,))(message) is not None for message in taken):
                found.append(RULES[rule])
        return found

    return names


def explained(slip: Read, right: Read, whole: Sequence[tuple[bytes, Outcome]]) -> bool:
    """Tell whether a slip explains every result."""
    if any(not isinstance(one.value, dict) for _, one in whole):
        return False
    begins = [up_to_first_wrong(one.value, right(message) or {}) for message, one in whole]
    hers = [
        up_to_first_wrong(slip(message) or {}, right(message) or {}, len(begin))
        for (message, _), begin in zip(whole, begins, strict=True)
    ]
    return begins == hers


def up_to_first_wrong(read: Hello, right: Hello, most: int = 99) -> list[Any]:
    """Return the fields of a result in their order, up to and including the first wrong one."""
    found: list[Any] = []
    for name, value in plainly(right).items():
        found.append(plainly(read).get(name))
        if found[-1] != value or len(found) == most:
            break
    return found


def plainly(value: Any) -> Any:
    """Return tuples as lists, all the way in."""
    if isinstance(value, dict):
        return {name: plainly(one) for name, one in value.items()}
    return [plainly(one) for one in value] if isinstance(value, list | tuple) else value
