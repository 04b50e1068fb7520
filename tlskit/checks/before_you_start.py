"""The checks of the page before lesson 00: a number from bytes, a MAC, a shared secret."""

import hashlib
import hmac
from collections.abc import Callable

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.labs import first_tools as tools

NUMBERS = [(b"\x01\xf4",), (b"\x00\x10",), (b"\x04\x00",), (b"\x00\x01\x02",), (b"\x63",)]


def big_endian(data: bytes) -> int:
    """Return the number that bytes make, the largest part first (RFC 5246 §4.1)."""
    return int.from_bytes(data, "big")


NUMBER_MISTAKES: dict[str, Callable[[bytes], int]] = {
    "You read the bytes from the back: on the network the first byte counts most.": (
        lambda data: int.from_bytes(data, "little")
    ),
    "You added the bytes up; the first of two counts 256 times as much as the second.": (
        lambda data: sum(data)
    ),
    "The first byte counts 255 times as much as the second; one byte has 256 values.": (
        lambda data: sum(byte * 255**at for at, byte in enumerate(reversed(data)))
    ),
    "You read the hex digits as if they were decimal; `int(text, 16)` reads hex.": (
        lambda data: int(data.hex()) if data.hex().isdecimal() else -1
    ),
    "That is the last byte alone.": lambda data: data[-1],
    "That is how many bytes there are, not the number that they make.": len,
}


def number(mine: Callable[[bytes], int]) -> Report:
    """Judge `my_number(data)`: the number that some bytes make."""
    praise = "One, two and three bytes: the first always counts most."
    return compare(
        "my_number", mine, big_endian, NUMBERS, NUMBER_MISTAKES, int, praise, "RFC 5246 §4.1"
    )


Accepts = Callable[[bytes, bytes, bytes], bool]
KEY, MESSAGE = b"a key of sixteen", b"open the door"
GOOD = tools.tag_of(KEY, MESSAGE)
TAGS: list[tuple[bytes, bytes, bytes]] = [
    (KEY, MESSAGE, GOOD),
    (KEY, b"open the d00r", GOOD),
    (KEY, MESSAGE, bytes([GOOD[0] ^ 1]) + GOOD[1:]),
    (KEY, MESSAGE, GOOD[:-1] + bytes([GOOD[-1] ^ 1])),
    (KEY, MESSAGE, GOOD[:16]),
    (KEY, MESSAGE, hashlib.sha256(MESSAGE).digest()),
    (KEY, MESSAGE, hashlib.sha256(KEY + MESSAGE).digest()),
    (b"somebody's guess", MESSAGE, GOOD),
    (KEY, MESSAGE, hmac.digest(MESSAGE, KEY, "sha256")),
]
ACCEPTS_MISTAKES: dict[str, Accepts] = {
    "You accept everything.": lambda key, message, tag: True,
    "You refuse everything, the right tag too.": lambda key, message, tag: False,
    "You compare with a hash of the message alone: anybody can compute that.": (
        lambda key, message, tag: hashlib.sha256(message).digest() == tag
    ),
    "A hash of key and message in a row is no HMAC; `hmac.digest(key, message, 'sha256')` is.": (
        lambda key, message, tag: hashlib.sha256(key + message).digest() == tag
    ),
    "Key and message have changed places: the key comes first.": (
        lambda key, message, tag: hmac.digest(message, key, "sha256") == tag
    ),
    "You accept a tag that is cut short: compare all 32 bytes.": (
        lambda key, message, tag: hmac.digest(key, message, "sha256").startswith(tag)
    ),
    "You look at the length of the tag alone.": lambda key, message, tag: len(tag) == 32,
}


def accepts(mine: Accepts) -> Report:
    """Judge `my_accepts(key, message, tag)`: whether the tag belongs to key and message."""
    praise = "The right tag, and no other one: not a changed, a shortened or a guessed one."
    return compare(
        "my_accepts", mine, tools.accepts, TAGS, ACCEPTS_MISTAKES, bool, praise, "RFC 2104 §2"
    )


Shared = Callable[[int, int, int], int]
EXCHANGES = [(8, 15, 23), (19, 6, 23), (3, 20, 23), (12345, 678, 1_000_003)]


def power(their_public: int, my_secret: int, prime: int) -> int:
    """Return the number that both sides come to."""
    return pow(their_public, my_secret, prime)


SHARED_MISTAKES: dict[str, Shared] = {
    "You raised your own secret to their public number; it is the other way round.": (
        lambda public, secret, prime: pow(secret, public, prime)
    ),
    "You multiplied; raise it to a power, as for the public number.": (
        lambda public, secret, prime: public * secret % prime
    ),
    "You forgot the remainder: pow has a third argument.": (
        lambda public, secret, prime: public**secret
    ),
    "That is your own public number: begin with theirs in place of the base.": (
        lambda public, secret, prime: pow(tools.BASE, secret, prime)
    ),
    "You added the two; raise it to a power, as for the public number.": (
        lambda public, secret, prime: (public + secret) % prime
    ),
}


def shared_secret(mine: Shared) -> Report:
    """Judge `my_shared_secret(their_public, my_secret, prime)`."""
    praise = "That is what the other side comes to as well."
    return compare(
        "my_shared_secret", mine, power, EXCHANGES, SHARED_MISTAKES, int, praise, "RFC 5246 §8.1.2"
    )
