"""The checks of lesson 01: a ClientHello put together by hand (RFC 5246 §7.4.1.2)."""

from collections.abc import Callable

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.extensions import ServerName, ServerNameList
from tlskit.hello import extension
from tlskit.labs import hellos
from tlskit.lesson import HOST, lesson_random
from tlskit.messages import ClientHello
from tlskit.presentation import decode, encode
from tlskit.registry import ExtensionType, NameType


def counted(content: bytes, size: int) -> bytes:
    """Return the content behind its length: the right answer to the first task (§4.3)."""
    return len(content).to_bytes(size, "big") + content


VECTOR_CASES = [(b"", 1), (b"\0", 1), (b"\x13\x01\xc0\x2f", 2), (b"name", 2), (b"chain!", 3)]
VECTOR_MISTAKES: dict[str, Callable[[bytes, int], bytes]] = {
    "The length is missing: these are the content's bytes alone.": lambda c, n: c,
    "The length stands behind the content; whoever reads has to know it before.": (
        lambda c, n: c + len(c).to_bytes(n, "big")
    ),
    "The bytes of the length stand in the wrong order: TLS sends the largest one first.": (
        lambda c, n: len(c).to_bytes(n, "little") + c
    ),
    "The length has one byte in every case; `size` says how many it takes.": (
        lambda c, n: counted(c, 1)
    ),
    "The length has two bytes in every case; `size` says how many it takes.": (
        lambda c, n: counted(c, 2)
    ),
    "The length counts itself too: only what comes after it is counted.": (
        lambda c, n: (len(c) + n).to_bytes(n, "big") + c
    ),
    "The length counts entries of two bytes; a length in TLS counts bytes.": (
        lambda c, n: (len(c) // 2).to_bytes(n, "big") + c
    ),
    "That is the length alone; the content belongs behind it.": (
        lambda c, n: len(c).to_bytes(n, "big")
    ),
    "That is the number `size` where the content's length should stand.": (
        lambda c, n: n.to_bytes(n, "big") + c
    ),
}


def vector(mine: Callable[[bytes, int], bytes]) -> Report:
    """Judge `my_vector(content, size)`: the content behind its length in `size` bytes."""
    reference = "RFC 5246 §4.3, §4.1"
    report = compare(
        "my_vector", mine, counted, VECTOR_CASES, VECTOR_MISTAKES, bytes, "", reference
    )
    longer = [*VECTOR_CASES, (bytes(300), 2)]  # one that no mistake could make
    praise = "Empty, short and 300 bytes long: each behind its length."
    if not report.right:
        return report
    return compare("my_vector", mine, counted, longer, VECTOR_MISTAKES, bytes, praise, reference)


NAMES = [(HOST,), ("www.course.example",), ("a.example",)]


def right_name(name: str) -> bytes:
    """Return the whole server_name extension (RFC 6066 §3)."""
    entry = ServerName(NameType.host_name, name.encode("ascii"))
    return encode(extension(ExtensionType.server_name, ServerNameList((entry,))))


def host(name: str, size: int = 2) -> bytes:
    """Return the one entry of the list: type and counted name."""
    return b"\0" + counted(name.encode("ascii"), size)


NAME_MISTAKES: dict[str, Callable[[str], bytes]] = {
    "One length is missing: the list has its own, and so has the extension around it.": (
        lambda name: b"\0\0" + counted(host(name), 2)
    ),
    "The extension's number is missing: 00 00 stands before everything else.": (
        lambda name: counted(counted(host(name), 2), 2)
    ),
    "One byte is missing before the name: the entry begins with its kind, 00, and the length "
    "behind that takes two.": (
        # the kind left out, or a length of one byte behind it: the same bytes
        lambda name: b"\0\0" + counted(counted(host(name, 1), 2), 2)
    ),
    "The name's own length is missing: an entry is its kind and a counted name.": (
        lambda name: b"\0\0" + counted(counted(b"\0" + name.encode(), 2), 2)
    ),
    "The kind, 00, stands inside the name's length; it comes before that.": (
        lambda name: b"\0\0" + counted(counted(counted(b"\0" + name.encode(), 2), 2), 2)
    ),
    "The kind of a name is one byte; only the extension's number takes two.": (
        lambda name: b"\0\0" + counted(counted(b"\0" + host(name), 2), 2)
    ),
    "The number of the extension takes two bytes.": (
        lambda name: b"\0" + counted(counted(host(name), 2), 2)
    ),
    "That is the entry, the inside of it: the list around it, the body around the list, and the "
    "number are still to come.": host,
    "The same host comes whatever `name` is.": lambda name: right_name(HOST),
    "All three lengths are that of the name; each counts all that lies in it.": (
        lambda name: b"\0\0" + 2 * len(name).to_bytes(2, "big") + host(name)
    ),
    "There is a dot or a zero behind the name; the name has no end mark, its length says it.": (
        lambda name: right_name(name + ".")
    ),
}


def server_name(mine: Callable[[str], bytes]) -> Report:
    """Judge `my_server_name(name)`: the whole extension, number and lengths included."""
    praise = "Three lengths, one in another, and each is right."
    mistakes = NAME_MISTAKES
    return compare(
        "my_server_name", mine, right_name, NAMES, mistakes, bytes, praise, "RFC 6066 §3"
    )


Hello = Callable[[bytes, bytes, bytes], bytes]


def right_hello(random: bytes, suites: bytes, extensions: bytes) -> bytes:
    """Return the body of a ClientHello with an empty session ID (RFC 5246 §7.4.1.2)."""
    start = b"\x03\x03" + random + counted(b"", 1)
    return start + counted(suites, 2) + counted(b"\0", 1) + counted(extensions, 2)


def hello_cases() -> list[tuple[bytes, bytes, bytes]]:
    """Return two hellos' parts."""
    draw = lesson_random("check of my_client_hello")
    return [
        (draw(32), b"\xc0\x2b\xc0\x2f", right_name(HOST)),
        (draw(32), b"\x13\x01\xc0\x2f\x00\x9c", right_name("a.example") + b"\x00\x17\0\0"),
    ]


HELLO_MISTAKES: dict[str, Hello] = {
    "The version is 03 01, which is the record's. A hello that offers TLS 1.2 says another.": (
        lambda r, s, e: b"\x03\x01" + right_hello(r, s, e)[2:]
    ),
    "The version is 03 04; TLS 1.3 would be offered in an extension.": (
        lambda r, s, e: b"\x03\x04" + right_hello(r, s, e)[2:]
    ),
    "The version is missing.": lambda r, s, e: right_hello(r, s, e)[2:],
    "There is a length before the random: it always has 32 bytes, so nobody has to say it.": (
        lambda r, s, e: b"\x03\x03\x20" + right_hello(r, s, e)[2:]
    ),
    "One byte is missing before the suites: an empty session ID is still a length, 00, and the "
    "length of the suites takes two.": (
        # the session ID left out, or the suites counted in one byte: the same bytes
        lambda r, s, e: b"\x03\x03" + r + right_hello(r, s, e)[35:]
    ),
    "compression_methods is left out; it comes after the suites, with `null` (00) in it.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + counted(s, 2) + counted(e, 2)
    ),
    "compression_methods is a single 00, which reads as an empty list: its one entry, `null`, "
    "stands behind a length.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + counted(s, 2) + b"\0" + counted(e, 2)
    ),
    "The length of compression_methods takes one byte here, not two.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + counted(s, 2) + counted(b"\0", 2) + counted(e, 2)
    ),
    "The session ID has a byte in it; an empty one is its length alone, 00.": (
        lambda r, s, e: b"\x03\x03" + r + b"\1\0" + right_hello(r, s, e)[35:]
    ),
    "The extensions are counted twice: what you get has each one's own length already, and needs "
    "one more for the list.": (lambda r, s, e: right_hello(r, s, counted(e, 2))),
    "The length of the session ID takes one byte: it has 32 bytes at most.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0\0" + right_hello(r, s, e)[35:]
    ),
    "cipher_suites and compression_methods have changed places.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + b"\1\0" + counted(s, 2) + counted(e, 2)
    ),
    "The suites lack their length.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + s + b"\1\0" + counted(e, 2)
    ),
    "The extensions lack the length of their list; each has its own, and all together one more.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + counted(s, 2) + b"\1\0" + e
    ),
    "The extensions are left out.": (
        lambda r, s, e: b"\x03\x03" + r + b"\0" + counted(s, 2) + b"\1\0"
    ),
    "This has a handshake header already; the body alone is asked for.": (
        lambda r, s, e: b"\1" + counted(right_hello(r, s, e), 3)
    ),
}


def client_hello(mine: Hello) -> Report:
    """Judge `my_client_hello(random, suites, extensions)`: the body, without the header."""
    praise = "Six fields in the right order. Now let somebody else read it."
    reference = "RFC 5246 §7.4.1.2"
    cases = hello_cases()
    return compare(
        "my_client_hello", mine, right_hello, cases, HELLO_MISTAKES, bytes, praise, reference
    )


def flights() -> list[tuple[bytes]]:
    """Return what an eavesdropper could meet: another name too, and the last one without any."""
    flights = [hellos.recorded(name).flight for name in ("chromium", "openssl")]
    own = [hellos.ours(), hellos.ours("www.course.example"), hellos.ours("")]
    return [(one,) for one in (*flights, *(each.flight for each in own))]


def right_host(flight: bytes) -> str:
    """Return the name in the flight's hello, "" without one."""
    return hellos.named(flight)


def at_our_place(flight: bytes) -> str:
    """Return what stands where our own hello has its name."""
    start = hellos.ours().flight.index(HOST.encode())
    return flight[start : start + len(HOST)].decode("latin-1")


def first_extension(flight: bytes) -> str:
    """Return the name as if server_name always were the first of the extensions."""
    body = decode(ClientHello, flight[9:])
    first = body.extensions[0] if body.extensions else None
    return first.extension_data[5:].decode("latin-1") if first else ""


SPOKEN: dict[str, Callable[[bytes], str]] = {
    "You read at the places of our own hello; another client has another order, so walk it field "
    "by field.": at_our_place,
    "You take the first extension, whichever it is: server_name is the one with the number 0.": (
        first_extension
    ),
    "The same host comes whatever the flight is.": (lambda flight: HOST),
    "You look for the host of this lesson; another flight asks for another one.": (
        lambda flight: HOST if HOST.encode() in flight else ""
    ),
    'A hello without a name makes you read something else: "" is wanted there.': (
        lambda flight: right_host(flight) or "?"
    ),
}


def eavesdropper(mine: Callable[[bytes], str]) -> Report:
    """Judge `my_eavesdropper(flight)`: the host name that a first flight gives away."""
    praise = "Chromium, OpenSSL, ours with two names and with none: no key was needed."
    cases = flights()
    return compare("my_eavesdropper", mine, right_host, cases, SPOKEN, str, praise, "RFC 6066 §3")
