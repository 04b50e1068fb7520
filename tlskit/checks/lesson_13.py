"""Checks of the lesson on real peers: a request, a random found in a capture, key log lines."""

from collections.abc import Callable, Mapping
from functools import cache, partial

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.cipher_suites import suite_named
from tlskit.keylog import key_log_line, secrets_of
from tlskit.labs.brought_capture import RANDOM, Taken, taken_apart
from tlskit.labs.own_capture import capture_file
from tlskit.lesson import lesson_random

SUITES = ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384")


# ---- a request

Asks = Callable[[str, str], bytes]


def right_request(host: str, path: str) -> bytes:
    """Return a request after which the server ends the connection (RFC 9112 §3, §9.6)."""
    return asked(host, path)


def asked(
    host: str,
    path: str,
    end: str = "\r\n",
    version: str = "HTTP/1.1",
    close: bool = True,
    last: bool = True,
) -> bytes:
    """Return a request, or one with something wrong about it."""
    lines = [f"GET {path} {version}", f"Host: {host}"] + ["Connection: close"] * close
    return (end.join(lines) + end + end * last).encode()


REQUEST_MISTAKES: Mapping[str, Asks] = {
    "Lines of HTTP end with two bytes, CR and LF (RFC 9112 §2.2).": partial(asked, end="\n"),
    "The empty line behind the head is missing: the server waits for more.": partial(
        asked, last=False
    ),
    "Without Connection: close the server keeps the connection open.": partial(asked, close=False),
    "The first line ends with the version of HTTP.": lambda host, path: asked(
        host, path, version=""
    ).replace(b" \r\n", b"\r\n", 1),
    "Path and host have changed places.": lambda host, path: asked(path, host),
    "The Host line is missing, and HTTP/1.1 asks for it (RFC 9112 §3.2).": lambda host, path: (
        f"GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
    ),
}


def request(mine: Asks) -> Report:
    """Judge a function that writes a GET request."""
    cases = [("localhost", "/hello.txt"), ("signal.course.example", "/")]
    return compare(
        "my_request", mine, right_request, cases, REQUEST_MISTAKES, reference="RFC 9112 §3"
    )


# ---- the random in a capture


@cache
def taken() -> tuple[Taken, ...]:
    """Return two captures, taken apart."""
    return tuple(taken_apart(capture_file(suite_named(name))) for name in SUITES)


def right_random(stream: bytes) -> bytes:
    """Return ClientHello's random: behind the record's header, the message's, and the version."""
    return stream[RANDOM]


def at(start: int, stream: bytes) -> bytes:
    """Return 32 bytes from another place."""
    return stream[start : start + 32]


RANDOM_MISTAKES: Mapping[str, Callable[[bytes], bytes]] = {
    "The record's header is still in front: 5 bytes.": partial(at, 6),
    "The handshake message has a header of its own: 4 bytes.": partial(at, 7),
    "The body begins with client_version, 2 bytes; the random follows it.": partial(at, 9),
    "You begin where the stream begins, with the record's header.": partial(at, 0),
    "That is 28 bytes: an old reading counts the first four as a time (RFC 5246 §7.4.1.2).": (
        lambda stream: stream[15:43]
    ),
    "The random has ended there: behind it stands the session ID.": partial(at, 43),
}


def client_random(mine: Callable[[bytes], bytes]) -> Report:
    """Judge a function that finds the random in what a client sent."""
    cases = [(one.client,) for one in taken()]
    return compare(
        "my_client_random",
        mine,
        right_random,
        cases,
        RANDOM_MISTAKES,
        reference="RFC 5246 §7.4.1.2",
    )


# ---- a line of a key log

Line = Callable[[bytes, bytes], str]


right_line = key_log_line

LINE_MISTAKES: Mapping[str, Line] = {
    "The label of TLS 1.2 is CLIENT_RANDOM, in capitals, with an underscore.": (
        lambda random, secret: f"client_random {random.hex()} {secret.hex()}"
    ),
    "RSA was the label of an older kind of line, found by the encrypted pre-master secret.": (
        lambda random, secret: f"RSA {random.hex()} {secret.hex()}"
    ),
    "Random and secret have changed places.": lambda random, secret: right_line(secret, random),
    "Between the three parts stands one space, and nothing else.": (
        lambda random, secret: f"CLIENT_RANDOM, {random.hex()}, {secret.hex()}"
    ),
    "That is how Python writes bytes; the line has them in hex.": (
        lambda random, secret: f"CLIENT_RANDOM {random!r} {secret!r}"
    ),
    "The label is missing.": lambda random, secret: f"{random.hex()} {secret.hex()}",
}


def line(mine: Line) -> Report:
    """Judge a function that writes a line of a key log."""
    draw = lesson_random("13 lines")
    cases = [(draw(32), draw(48)) for _ in range(2)]
    return compare("my_line", mine, right_line, cases, LINE_MISTAKES, str, reference="RFC 9850 §2")


# ---- the secret of one connection in a key log

Find = Callable[[str, bytes], bytes]


def key_log() -> str:
    """Return a key log of several connections, with a comment and a line of TLS 1.3."""
    draw = lesson_random("13 key log")
    lines = [right_line(draw(32), draw(48)) for _ in range(3)]
    newer = f"SERVER_TRAFFIC_SECRET_0 {draw(32).hex()} {draw(32).hex()}"
    return "\n".join(["# a browser's key log", lines[0], newer, *lines[1:], ""])


def randoms() -> list[bytes]:
    """Return the randoms of its connections, and one that is not among them."""
    found = [one.split()[1] for one in key_log().splitlines() if one.startswith("CLIENT_RANDOM")]
    return [*map(bytes.fromhex, found), bytes(32)]


def right_secret(text: str, client_random: bytes) -> bytes:
    """Return the master secret of the connection with this random, b"" if it is not there."""
    return secrets_of(text).get(("CLIENT_RANDOM", client_random), b"")


def first_secret(text: str, client_random: bytes) -> bytes:
    """Take the first line with the label."""
    return right_secret(text, randoms()[0])


SECRET_MISTAKES: Mapping[str, Find] = {
    "You take the first line; each connection has its own, found by its random.": first_secret,
    "That is the random, not the secret behind it.": lambda text, random: (
        random if right_secret(text, random) else b""
    ),
    "The secret is still hex, twice as long: make bytes of it.": lambda text, random: (
        right_secret(text, random).hex().encode()
    ),
    'For a connection that is not in the log b"" is wanted, not somebody else\'s secret.': (
        lambda text, random: right_secret(text, random) or first_secret(text, random)
    ),
}


def secret(mine: Find) -> Report:
    """Judge a function that looks a connection up in a key log."""
    cases = [(key_log(), one) for one in randoms()]
    return compare("my_secret", mine, right_secret, cases, SECRET_MISTAKES, reference="RFC 9850 §2")
