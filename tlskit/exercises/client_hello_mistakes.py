"""Exercise 01: what is right, and what people get wrong in writing and reading a ClientHello."""

from collections.abc import Callable, Mapping
from typing import Any

from tlskit.checks.lesson_01 import counted
from tlskit.exercises.hello_reader import Hello
from tlskit.extensions import Extension, ProtocolNameList
from tlskit.hello import extension
from tlskit.messages import ClientHello, frame_handshake
from tlskit.presentation import encode
from tlskit.registry import ExtensionType, HandshakeType, is_grease

Wrong = Callable[..., Any]
ALPN = b"\x00\x10"
DOES_NOT_FIT = (
    "A length does not fit in the bytes that you gave it: the longest content that is allowed "
    "decides how many it takes (RFC 5246 §4.3)."
)
"""Said of an OverflowError; the mistakes that have it end in one."""


def little(content: bytes, size: int) -> bytes:
    """Put the content behind its length, last byte first."""
    return len(content).to_bytes(size, "little") + content


# ---- one extension


def alpn(protocols: list[str]) -> bytes:
    """Return the whole extension (RFC 7301 §3.1)."""
    names = ProtocolNameList(tuple(one.encode("ascii") for one in protocols))
    return encode(extension(ExtensionType.application_layer_protocol_negotiation, names))


def names_of(protocols: list[str], size: int = 1) -> bytes:
    """Return the entries, each behind its length."""
    return b"".join(counted(one.encode(), size) for one in protocols)


ALPN_MISTAKES: dict[str, Wrong] = {
    "One length is missing: the list has its own, and so has the extension's body around it (RFC "
    "7301 §3.1).": lambda names: ALPN + counted(names_of(names), 2),
    "The number of the extension is missing; it stands before all lengths (RFC 5246 §7.4.1.4).": (
        lambda names: counted(counted(names_of(names), 2), 2)
    ),
    "16 was written in hex digits as if they were decimal ones: the number in your first two bytes "
    "is 22.": lambda names: b"\x00\x16" + counted(counted(names_of(names), 2), 2),
    "The number of the extension takes two bytes (RFC 5246 §7.4.1.4).": (
        lambda names: b"\x10" + counted(counted(names_of(names), 2), 2)
    ),
    "Each name stands behind a length of two bytes. How long may a ProtocolName be (RFC 7301 §3.1)?"
    " That tells how many bytes its length takes (RFC 5246 §4.3).": (
        lambda names: ALPN + counted(counted(names_of(names, 2), 2), 2)
    ),
    "The names stand one after the other without their lengths: nobody can tell where one ends "
    "(RFC 7301 §3.1).": (lambda names: ALPN + counted(counted("".join(names).encode(), 2), 2)),
    "The names are separated by commas; in TLS lengths do that (RFC 7301 §3.1).": (
        lambda names: ALPN + counted(counted(",".join(names).encode(), 2), 2)
    ),
    DOES_NOT_FIT: (lambda names: ALPN + counted(counted(names_of(names), 1), 2)),
    "The length of the list says how many names there are; a length in TLS counts bytes (RFC 5246 "
    "§4.3).": (lambda names: ALPN + counted(len(names).to_bytes(2, "big") + names_of(names), 2)),
    "The list's length and the body's are the same number; the outer one counts the inner one's "
    "bytes too.": lambda names: ALPN + 2 * len(names_of(names)).to_bytes(2) + names_of(names),
    "The bytes of the lengths stand in the wrong order (RFC 5246 §4.4).": (
        lambda names: ALPN + little(little(names_of(names), 2), 2)
    ),
    "Only one name arrives: the list holds all of them.": lambda names: alpn(names[-1:]),
    "The first name alone arrives: the list holds all of them.": lambda names: alpn(names[:1]),
    "The names came out sorted; their order is the client's preference (RFC 7301 §3.1).": (
        lambda names: alpn(sorted(names))
    ),
    "The names stand in the reverse order; the first is preferred most (RFC 7301 §3.1).": (
        lambda names: alpn(names[::-1])
    ),
}


# ---- writing a whole hello


def written(hello: Hello) -> bytes:
    """Return the message, with its header (RFC 5246 §7.4.1.2, §7.4)."""
    extensions = hello["extensions"]
    body = ClientHello(
        hello["client_version"],
        hello["random"],
        hello["session_id"],
        tuple(hello["cipher_suites"]),
        tuple(hello["compression_methods"]),
        None if extensions is None else tuple(Extension(*one) for one in extensions),
    )
    return frame_handshake(HandshakeType.client_hello, encode(body))


def numbers(values: list[int]) -> bytes:
    """Return numbers of two bytes each."""
    return b"".join(one.to_bytes(2, "big") for one in values)


def entries(hello: Hello, count: Callable[[bytes, int], bytes] = counted) -> bytes:
    """Return the extensions, without the length of their list."""
    found = hello["extensions"] or ()
    return b"".join(kind.to_bytes(2, "big") + count(body, 2) for kind, body in found)


def parts_of(hello: Hello) -> dict[str, bytes]:
    """Return the six fields of a hello's body."""
    listed = hello["extensions"] is not None
    return {
        "client_version": hello["client_version"].to_bytes(2, "big"),
        "random": hello["random"],
        "session_id": counted(hello["session_id"], 1),
        "cipher_suites": counted(numbers(hello["cipher_suites"]), 2),
        "compression_methods": counted(bytes(hello["compression_methods"]), 1),
        "extensions": counted(entries(hello), 2) if listed else b"",
    }


def body_of(parts: Mapping[str, bytes]) -> bytes:
    """Return the fields one after the other."""
    return b"".join(parts.values())


Make = Callable[[Hello], bytes]


def from_value(name: str, change: Callable[[Any], Any]) -> Make:
    """Return what makes a field's bytes from another value."""
    return lambda hello: parts_of(hello | {name: change(hello[name])})[name]


def listed(hello: Hello, content: bytes) -> bytes:
    """Return the field of extensions with this content, nothing where there is no such field."""
    return b"" if hello["extensions"] is None else content


def in_other_order(hello: Hello) -> bytes:
    """Write the compression methods before the suites."""
    parts = parts_of(hello)
    order = ("client_version", "random", "session_id", "compression_methods", "cipher_suites")
    return frame_handshake(1, b"".join(parts[name] for name in (*order, "extensions")))


def all_little(hello: Hello) -> bytes:
    """Write every length with its last byte first."""
    body = (
        parts_of(hello)["client_version"]
        + hello["random"]
        + little(hello["session_id"], 1)
        + little(numbers(hello["cipher_suites"]), 2)
        + little(bytes(hello["compression_methods"]), 1)
        + listed(hello, little(entries(hello, little), 2))
    )
    return b"\x01" + little(body, 3)


HEADERS: dict[str, Callable[[bytes], bytes]] = {
    "This is the body; a handshake message begins with a header of four bytes (RFC 5246 §7.4).": (
        lambda body: body
    ),
    "The header's length takes two bytes in yours: look at the declaration of Handshake (RFC 5246 "
    "§7.4).": lambda body: b"\x01" + counted(body, 2),
    "The header's length counts the header too; only what comes after it is counted (RFC 5246 "
    "§7.4).": lambda body: b"\x01" + (len(body) + 4).to_bytes(3, "big") + body,
    "There is a record's header around it; the message alone was asked for (RFC 5246 §6.2.1).": (
        lambda body: b"\x16\x03\x01" + counted(b"\x01" + counted(body, 3), 2)
    ),
}
FIELDS: dict[str, dict[str, Make]] = {
    "client_version": {
        "The version is 03 03 whatever the dict says (RFC 5246 §7.4.1.2).": lambda h: b"\x03\x03",
        "The version is 03 01, as in the record around a first hello; `client_version` has its own "
        "(RFC 5246 App. E.1).": lambda h: b"\x03\x01",
    },
    "random": {
        "The random has a length before it: which fields need none (RFC 5246 §7.4.1.2)?": (
            lambda h: counted(h["random"], 1)
        ),
    },
    "session_id": {
        "The session ID lacks its length; an empty one has one too (RFC 5246 §7.4.1.2).": (
            lambda h: bytes(h["session_id"])
        ),
        "An empty session ID vanishes altogether in yours; a vector of no bytes is still a vector "
        "(RFC 5246 §4.3).": lambda h: counted(h["session_id"], 1) if h["session_id"] else b"",
        "The session ID is left empty, whatever the dict says (RFC 5246 §7.4.1.2).": (
            lambda h: b"\x00"
        ),
        "The session ID is filled up to 32 bytes; its length says how many there are (RFC 5246 "
        "§7.4.1.2).": from_value("session_id", lambda session_id: session_id.ljust(32, b"\0")),
        "The length of the session ID takes two bytes in yours. How long may one be (RFC 5246 "
        "§7.4.1.2)?": lambda h: counted(h["session_id"], 2),
    },
    "cipher_suites": {
        "The suites lack the length of their list (RFC 5246 §7.4.1.2).": (
            lambda h: numbers(h["cipher_suites"])
        ),
        "The length of the suites says how many there are; a length in TLS counts bytes (RFC 5246 "
        "§4.3).": (
            lambda h: len(h["cipher_suites"]).to_bytes(2, "big") + numbers(h["cipher_suites"])
        ),
        DOES_NOT_FIT: lambda h: counted(numbers(h["cipher_suites"]), 1),
        "The suites came out sorted; their order is the client's preference (RFC 5246 §7.4.1.2).": (
            from_value("cipher_suites", sorted)
        ),
        "Suites without a name are left out. What the dict says goes into the hello, GREASE too "
        "(RFC 8701 §3.1).": (
            from_value("cipher_suites", lambda suites: [x for x in suites if not is_grease(x)])
        ),
        "The suites' own bytes stand in the wrong order: TLS sends the largest one first (RFC 5246 "
        "§4.4).": (
            lambda h: counted(b"".join(x.to_bytes(2, "little") for x in h["cipher_suites"]), 2)
        ),
    },
    "compression_methods": {
        "compression_methods is left out (RFC 5246 §7.4.1.2).": lambda h: b"",
        "compression_methods lacks its length (RFC 5246 §7.4.1.2).": (
            lambda h: bytes(h["compression_methods"])
        ),
        "compression_methods is 01 00 in every case; the dict may list more than one (RFC 5246 "
        "§7.4.1.2).": lambda h: b"\x01\x00",
        "The length of compression_methods takes two bytes in yours. How many may there be (RFC "
        "5246 §7.4.1.2)?": lambda h: counted(bytes(h["compression_methods"]), 2),
    },
    "extensions": {
        "The extensions lack the length of their list: each has its own, and all together one more "
        "(RFC 5246 §7.4.1.2).": entries,
        "The length of the extensions says how many there are; a length in TLS counts bytes (RFC "
        "5246 §4.3).": (
            lambda h: listed(h, len(h["extensions"] or ()).to_bytes(2, "big") + entries(h))
        ),
        "The body of an extension lacks its own length (RFC 5246 §7.4.1.4).": (
            lambda h: listed(h, counted(entries(h, lambda content, size: content), 2))
        ),
        "The extensions came out sorted by number; they go in the order of the list.": (
            from_value("extensions", lambda found: None if found is None else sorted(found))
        ),
        "Without extensions (None) you write an empty list; a hello may end before the field (RFC "
        "5246 §7.4.1.2).": from_value("extensions", lambda found: found or []),
        "An empty list of extensions is left out; only None means that the field is not there (RFC "
        "5246 §7.4.1.2).": from_value("extensions", lambda found: found or None),
    },
}


def with_field(name: str, make: Make) -> Wrong:
    """Return a writer in which one field is made otherwise."""
    return lambda hello: frame_handshake(1, body_of(parts_of(hello) | {name: make(hello)}))


def with_header(make: Callable[[bytes], bytes]) -> Wrong:
    """Return a writer with another header."""
    return lambda hello: make(body_of(parts_of(hello)))


WRITTEN: dict[str, Wrong] = {
    **{sentence: with_header(make) for sentence, make in HEADERS.items()},
    **{
        sentence: with_field(name, make)
        for name, mistakes in FIELDS.items()
        for sentence, make in mistakes.items()
    },
    "cipher_suites and compression_methods have changed places (RFC 5246 §7.4.1.2).": (
        in_other_order
    ),
    "The bytes of the lengths stand in the wrong order: TLS sends the largest one first (RFC 5246 "
    "§4.4).": all_little,
}
