"""Checks of lesson 05: opening RSA's block, and a decryption that never tells."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.key_exchange import PRE_MASTER_SECRET_LENGTH, decrypt_pre_master_secret
from tlskit.labs.key_transport import (
    KEY,
    SIZE,
    VERSION,
    exponents,
    modulus,
    padded,
    raised,
    spoilt,
)
from tlskit.lesson import lesson_random

OFFERED = int.from_bytes(VERSION)


def right_unpad(block: bytes) -> bytes:
    """Return what a sound block holds: all that stands behind the first zero after 00 02."""
    return block[block.index(0, 2) + 1 :]


UNPAD_MISTAKES: dict[str, Callable[..., Any]] = {
    "You looked for a zero from the very beginning, and the block's first byte is one: begin "
    "behind 00 02.": lambda block: block[block.index(0) + 1 :],
    "The zero that ends the padding is still in front.": lambda block: block[block.index(0, 2) :],
    "You looked for the last zero; the secret may hold zeros itself.": lambda block: block[
        block.rindex(0) + 1 :
    ],
    "You took the last 48 bytes whatever they are: a block with a shorter or longer content "
    "would not be noticed.": lambda block: block[-48:],
    "That is the padding; the content is behind it.": lambda block: block[2 : block.index(0, 2)],
    "Only 00 02 is gone; the padding is still there.": lambda block: block[2:],
    "The first 2 bytes of the content are missing: client_version is part of the secret.": (
        lambda block: right_unpad(block)[2:]
    ),
}


def unpad(mine: Callable[..., Any]) -> Report:
    """Check a function that takes the content out of a padded block (RFC 8017 §7.2.2)."""
    random = lesson_random("check 05")
    contents = [VERSION + random(46), VERSION + bytes(46), b"short", VERSION + random(60)]
    cases = [(padded(content, random),) for content in contents]
    praise = "Right, also for contents of other lengths and for one that is full of zeros."
    return compare(
        "my_unpad", mine, right_unpad, cases, UNPAD_MISTAKES, bytes, praise, "RFC 8017 §7.2.2"
    )


@lru_cache(maxsize=64)
def right_block(encrypted: bytes, d: int, n: int) -> bytes:
    """Return encrypted^d mod n in 256 bytes."""
    return pow(int.from_bytes(encrypted), d, n).to_bytes(SIZE)


BLOCK_MISTAKES: dict[str, Callable[..., Any]] = {
    "The first byte is missing: the block has 256 bytes, and it begins with 00.": (
        lambda encrypted, d, n: right_block(encrypted, d, n)[1:]
    ),
    "You read or wrote the number with its last byte first; here the first byte counts most.": (
        lambda encrypted, d, n: pow(int.from_bytes(encrypted, "little"), d, n).to_bytes(
            SIZE, "little"
        )
    ),
    "You wrote the number with its last byte first; here the first byte counts most.": (
        lambda encrypted, d, n: right_block(encrypted, d, n)[::-1]
    ),
    "You raised to the public exponent: that encrypts once more.": (
        lambda encrypted, d, n: right_block(encrypted, exponents()[0], n)
    ),
    "That is the ciphertext as it came.": lambda encrypted, d, n: encrypted,
}


def block(mine: Callable[..., Any]) -> Report:
    """Check a function that decrypts a number with `pow` (RFC 8017 §5.1.2)."""
    random = lesson_random("check 05 block")
    blocks = [padded(VERSION + random(46), random) for _ in range(2)]
    cases = [(raised(one, exponents()[0]), exponents()[1], modulus()) for one in blocks]
    praise = "Right: 256 bytes, and the first two are 00 02."
    return compare(
        "my_block", mine, right_block, cases, BLOCK_MISTAKES, bytes, praise, "RFC 8017 §5.1.2"
    )


def content_of(encrypted: bytes) -> bytes:
    """Return what a ciphertext holds, whatever its padding, b"" without a zero."""
    opened = raised(encrypted, exponents()[1])
    return right_unpad(opened) if 0 in opened[2:] else b""


def sound_padding(encrypted: bytes) -> bool:
    """Tell whether a ciphertext's block begins with 00 02."""
    return raised(encrypted, exponents()[1])[:2] == b"\x00\x02"


def otherwise(client_version: int, instead: bytes) -> bytes:
    """Return what the handshake goes on with if the secret is no good."""
    return client_version.to_bytes(2) + instead


def without_padding(key: Any, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Decrypt and never look at the block's first bytes."""
    secret = content_of(encrypted)
    right = len(secret) == PRE_MASTER_SECRET_LENGTH and secret[:2] == client_version.to_bytes(2)
    return secret if right else otherwise(client_version, instead)


def without_length(key: Any, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Decrypt and take a secret of any length."""
    secret = content_of(encrypted)
    right = sound_padding(encrypted) and secret[:2] == client_version.to_bytes(2)
    return secret if right else otherwise(client_version, instead)


def without_version(key: Any, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Decrypt and take a secret with any version."""
    secret = content_of(encrypted)
    right = sound_padding(encrypted) and len(secret) == PRE_MASTER_SECRET_LENGTH
    return secret if right else otherwise(client_version, instead)


def without_prefix(key: Any, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Go on with 46 bytes instead of 48."""
    secret = decrypt_pre_master_secret(key, encrypted, client_version, instead)
    return instead if secret[2:] == instead else secret


def with_version_put_in(key: Any, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Decrypt as RFC 5246 §7.4.7.1 recommends: the offered version goes in front in any case."""
    secret = content_of(encrypted)
    right = sound_padding(encrypted) and len(secret) == PRE_MASTER_SECRET_LENGTH
    return otherwise(client_version, secret[2:] if right else instead)


DECRYPT_MISTAKES: dict[str, Callable[..., Any]] = {
    "You did not look at the block's first two bytes: without 00 02 the padding is wrong.": (
        without_padding
    ),
    "You took a secret that has not 48 bytes.": without_length,
    "You took a secret whose version is not the one that ClientHello offered.": without_version,
    "`instead` alone has 46 bytes: client_version belongs before it.": without_prefix,
    "You always go on with the random bytes, so no client gets through.": (
        lambda key, encrypted, client_version, instead: otherwise(client_version, instead)
    ),
    "You always go on with what came out, right or wrong.": (
        lambda key, encrypted, client_version, instead: content_of(encrypted)
    ),
}


def decryption(mine: Callable[..., Any]) -> Report:
    """Check a decryption that never tells (RFC 5246 §7.4.7.1); both ways of the RFC are right."""
    random = lesson_random("check 05 decryption")
    encrypted = [change(b"") for change in spoilt().values()]
    no_zero = raised(b"\x00\x02" + padded(b"", random)[2:-1] + b"\x01", exponents()[0])
    first_byte = raised(b"\x00\x01" + padded(VERSION + random(46), random)[2:], exponents()[0])
    cases = [(KEY, one, OFFERED, random(46)) for one in (*encrypted, no_zero, first_byte)]
    reports = [
        compare(
            "my_decrypt",
            mine,
            right,
            cases,
            DECRYPT_MISTAKES,
            bytes,
            "Right: a good secret comes out, and nothing is said about a bad one.",
            "RFC 5246 §7.4.7.1",
        )
        for right in (decrypt_pre_master_secret, with_version_put_in)
    ]
    return next((one for one in reports if one.right), reports[0])


def right_multiplied(encrypted: bytes, s: int, e: int, n: int) -> bytes:
    """Return a ciphertext of s times the block: what somebody without the key can make."""
    return (int.from_bytes(encrypted) * pow(s, e, n) % n).to_bytes(SIZE)


MULTIPLIED_MISTAKES: dict[str, Callable[..., Any]] = {
    "You multiplied with s itself; encrypt s first: pow(s, e, n).": lambda encrypted, s, e, n: (
        int.from_bytes(encrypted) * s % n
    ).to_bytes(SIZE),
    "You added; RSA keeps products, not sums.": lambda encrypted, s, e, n: (
        (int.from_bytes(encrypted) + pow(s, e, n)) % n
    ).to_bytes(SIZE),
    "You multiplied the bytes with their last byte first.": lambda encrypted, s, e, n: (
        int.from_bytes(encrypted, "little") * pow(s, e, n) % n
    ).to_bytes(SIZE),
    "That is s, encrypted; the ciphertext is not in it.": lambda encrypted, s, e, n: pow(
        s, e, n
    ).to_bytes(SIZE),
}


def multiplied(mine: Callable[..., Any]) -> Report:
    """Check a function that multiplies what a ciphertext holds (RFC 8017 §5.1.1)."""
    random = lesson_random("check 05 multiplied")
    e, n = exponents()[0], modulus()
    encrypted = raised(padded(VERSION + random(46), random), e)
    cases = [(encrypted, s, e, n) for s in (2, 3, 65536)]
    return compare(
        "my_multiplied",
        mine,
        right_multiplied,
        cases,
        MULTIPLIED_MISTAKES,
        bytes,
        "Right: decrypted, it is s times the block, and nobody needed the private key.",
        "RFC 8017 §5.1.1",
    )
