"""What people get wrong in reading hellos: readers that slip, for exercises 01 and 02."""

from collections.abc import Callable
from typing import Any

from tlskit.exercises.hello_reader import RULES, Hello, Read, Reader, reading
from tlskit.registry import is_grease

EVERYTHING = tuple(RULES)
CLIENT, SERVER = "client_hello", "server_hello"


# ---- readers that lose their place


class NoHeader(Reader):
    """Begins at the header as if it were the body."""

    def header(self) -> None:
        """Read nothing."""


class BehindARecord(Reader):
    """Looks for the message behind a record's header."""

    def header(self) -> None:
        """Pass over nine bytes."""
        self.take(9)


class EmptySession(Reader):
    """Takes it that the session ID is empty."""

    def session_id(self) -> bytes:
        """Pass over its length."""
        self.take(1)
        return b""


class NoSession(Reader):
    """Knows nothing of a session ID."""

    def session_id(self) -> bytes:
        """Read nothing."""
        return b""


class FullSession(Reader):
    """Takes it that the session ID has 32 bytes."""

    def session_id(self) -> bytes:
        """Read them behind the length."""
        self.take(1)
        return self.take(32)


class NoSessionLength(Reader):
    """Takes 32 bytes for the session ID, without a length."""

    def session_id(self) -> bytes:
        """Read them."""
        return self.take(32)


class LongSession(Reader):
    """Reads the length of the session ID in two bytes."""

    def session_id(self) -> bytes:
        """Read a vector."""
        return self.vector(2)


class CountedSuites(Reader):
    """Reads as many suites as the length says bytes."""

    def cipher_suites(self) -> list[int]:
        """Read the number of suites, then these."""
        count = self.number(2)
        return [self.number(2) for _ in range(min(count, self.left // 2))]


class ShortSuites(Reader):
    """Reads the length of the suites in one byte."""

    def cipher_suites(self) -> list[int]:
        """Read a vector."""
        content = self.vector(1)
        return [int.from_bytes(content[at : at + 2], "big") for at in range(0, len(content), 2)]


class OneMethod(Reader):
    """Takes it that there is one compression method."""

    def compression_methods(self) -> list[int]:
        """Read the one behind the length."""
        self.take(1)
        return [self.number(1)]


class NoMethodsLength(Reader):
    """Reads one compression method, without a length."""

    def compression_methods(self) -> list[int]:
        """Read it."""
        return [self.number(1)]


class LongMethods(Reader):
    """Reads the length of the compression methods in two bytes."""

    def compression_methods(self) -> list[int]:
        """Read a vector."""
        return list(self.vector(2))


class NoListLength(Reader):
    """Reads the extensions without the length of their list."""

    def extensions(self) -> list[Any] | None:
        """Read to the end."""
        return self.extension_list(self.take(self.left)) if self.left else None


class ShortBodies(Reader):
    """Reads the length of an extension's body in one byte."""

    def extension_list(self, content: bytes) -> list[Any]:
        """Read one after the other."""
        inner, found = type(self)(content, self.without), []
        while inner.left:
            found.append([inner.number(2), inner.vector(1)])
        return found


class Little(Reader):
    """Reads every number with its last byte first."""

    def number(self, size: int) -> int:
        """Return the number in the next bytes."""
        return int.from_bytes(self.take(size), "little")

    def cipher_suites(self) -> list[int]:
        """Read the suites the same way."""
        inner = type(self)(self.vector(2), self.without)
        return [inner.number(2) for _ in range(inner.left // 2)]


class MethodInAList(Reader):
    """Reads one compression method in a vector, as a ClientHello has them."""

    def server_hello(self) -> Hello:
        """Read a ServerHello with a list where one method stands."""
        self.header()
        return {
            "server_version": self.number(2),
            "random": self.take(32),
            "session_id": self.session_id(),
            "cipher_suite": self.number(2),
            "compression_method": int.from_bytes(self.vector(1), "big"),
            "extensions": self.extensions(),
        }


class SuiteInAList(Reader):
    """Reads a suite in a vector, as a ClientHello has them."""

    def server_hello(self) -> Hello:
        """Read a ServerHello with a list where one suite stands."""
        self.header()
        return {
            "server_version": self.number(2),
            "random": self.take(32),
            "session_id": self.session_id(),
            "cipher_suite": int.from_bytes(self.vector(2), "big"),
            "compression_method": self.number(1),
            "extensions": self.extensions(),
        }


def lost(kind: str, reader: type[Reader]) -> Read:
    """Return a decoder that lost its place, and notices nothing."""
    return reading(kind, reader, EVERYTHING)


# ---- results that are right up to their form


def then(kind: str, **changes: Callable[[Any], Any]) -> Read:
    """Return a decoder whose result is changed in some fields."""

    def read(message: bytes) -> Hello | None:
        hello = reading(kind)(message)
        if hello is None:
            return None
        return hello | {name: change(hello[name]) for name, change in changes.items()}

    return read


def each(change: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    """Return a change of extensions, where there are any."""
    return lambda found: None if found is None else change(found)


def with_length(content: bytes, size: int) -> bytes:
    """Return the content with the length before it."""
    return len(content).to_bytes(size, "big") + content


def both(kind: str) -> dict[str, Read]:
    """Return the slips that are made with either hello."""
    version = "client_version" if kind == CLIENT else "server_version"
    return {
        "The message begins with four bytes of header, which are no part of the fields (RFC 5246 "
        "§7.4).": lost(kind, NoHeader),
        "You look for a record's header in front; the message comes without one (RFC 5246 §6.2.1)."
        "": lost(kind, BehindARecord),
        "The version is always 03 03 in yours; it stands in the message (RFC 5246 §7.4.1.2).": (
            then(kind, **{version: lambda value: 0x0303})
        ),
        "The session ID is taken for empty: its length says how many bytes to read (RFC 5246 "
        "§7.4.1.2).": lost(kind, EmptySession),
        "The session ID is passed over, its length too (RFC 5246 §7.4.1.2).": (
            lost(kind, NoSession)
        ),
        "The session ID has 32 bytes in every case in yours; its length says how many (RFC 5246 "
        "§7.4.1.2).": lost(kind, FullSession),
        "32 bytes are taken for the session ID, its length among them (RFC 5246 §7.4.1.2).": (
            lost(kind, NoSessionLength)
        ),
        "The length of the session ID is read from two bytes. How long may one be (RFC 5246 "
        "§7.4.1.2)?": lost(kind, LongSession),
        "The session ID in your result has its length in front; the ID alone was asked for.": (
            then(kind, session_id=lambda value: with_length(value, 1))
        ),
        "The numbers are read with the last byte first; TLS sends the largest one first (RFC 5246 "
        "§4.4).": lost(kind, Little),
        "The length of the whole list is read as the number of the first extension (RFC 5246 "
        "§7.4.1.2, §7.4.1.4).": lost(kind, NoListLength),
        "The length of an extension's body is read from one byte (RFC 5246 §7.4.1.4).": (
            lost(kind, ShortBodies)
        ),
        "The bodies in your result have their lengths in front; the body alone was asked for.": (
            then(kind, extensions=each(lambda all: [[n, with_length(b, 2)] for n, b in all]))
        ),
        "The extensions came out sorted; the list keeps the message's order.": (
            then(kind, extensions=each(sorted))
        ),
        "The extensions came as a dict; a list of [number, body] was asked for, in order.": (
            then(kind, extensions=each(dict))
        ),
        "A hello that ends before the extensions gives an empty list in yours; the dict says None "
        "then (RFC 5246 §7.4.1.2).": then(kind, extensions=lambda found: found or []),
        "An empty list of extensions gives None in yours; None means that the field is not there "
        "(RFC 5246 §7.4.1.2).": then(kind, extensions=lambda found: found or None),
    }


CLIENT_SLIPS: dict[str, Read] = both(CLIENT) | {
    "The length of the suites is taken for their number; a length in TLS counts bytes (RFC 5246 "
    "§4.3).": lost(CLIENT, CountedSuites),
    "The length of the suites is read from one byte. How long may the list be (RFC 5246 §7.4.1.2)?"
    "": lost(CLIENT, ShortSuites),
    "Each byte of the list is a suite in yours; a suite has two (RFC 5246 §7.4.1.2).": (
        then(
            CLIENT,
            cipher_suites=lambda found: list(b"".join(one.to_bytes(2, "big") for one in found)),
        )
    ),
    "The suites came as bytes; a list of numbers was asked for.": (
        then(CLIENT, cipher_suites=lambda found: b"".join(x.to_bytes(2, "big") for x in found))
    ),
    "The numbers without a meaning (GREASE) are left out; the dict says all that the hello says "
    "(RFC 8701 §3.1).": (
        then(CLIENT, cipher_suites=lambda found: [one for one in found if not is_grease(one)])
    ),
    "The suites came out sorted; the list keeps the client's order (RFC 5246 §7.4.1.2).": (
        then(CLIENT, cipher_suites=sorted)
    ),
    "compression_methods came as bytes; a list of numbers was asked for.": (
        then(CLIENT, compression_methods=bytes)
    ),
    "You take it that there is one compression method; the list has a length (RFC 5246 §7.4.1.2)."
    "": lost(CLIENT, OneMethod),
    "The length of compression_methods is read as a method (RFC 5246 §7.4.1.2).": (
        lost(CLIENT, NoMethodsLength)
    ),
    "The length of compression_methods is read from two bytes. How many may there be (RFC 5246 "
    "§7.4.1.2)?": lost(CLIENT, LongMethods),
}
SERVER_SLIPS: dict[str, Read] = both(SERVER) | {
    "You look for a length before the suite: a server names one (RFC 5246 §7.4.1.3).": (
        lost(SERVER, SuiteInAList)
    ),
    "You look for a length before the compression method: a server names one (RFC 5246 "
    "§7.4.1.3).": lost(SERVER, MethodInAList),
    "The suite came as bytes; a number was asked for.": (
        then(SERVER, cipher_suite=lambda value: value.to_bytes(2, "big"))
    ),
    "The suite came in a list; a server names one, and the number was asked for (RFC 5246 "
    "§7.4.1.3).": then(SERVER, cipher_suite=lambda value: [value]),
}
