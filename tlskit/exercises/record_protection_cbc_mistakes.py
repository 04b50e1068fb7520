"""Exercise 07, CBC with HMAC: the usual wrong ways to seal a record."""

import hmac
from collections.abc import Callable
from hashlib import new
from typing import Any, NamedTuple

from tlskit.checks.lesson_07 import ADDITIONAL_DATA_MISTAKES
from tlskit.exercises.record_protection_cbc import (
    BLOCK,
    Way,
    covered,
    decrypted,
    encrypted,
    keyed,
    pad,
    protect_cbc,
)
from tlskit.exercises.record_protection_mistakes import OTHER_VERSIONS
from tlskit.tls12.record_protection import VERSION, additional_data


def cut_as_pkcs7(plaintext: bytes, mac_length: int) -> int | None:
    """Take the last byte for the number of all padding bytes."""
    size = plaintext[-1]
    wrong = plaintext[len(plaintext) - size :] != plaintext[-1:] * size
    return None if wrong or size + mac_length > len(plaintext) else size


def pad_as_pkcs7(length: int) -> bytes:
    """Pad as PKCS#7 does."""
    size = BLOCK - length % BLOCK
    return bytes([size]) * size


def of_version(other: int) -> Callable[[int, int, int, int], bytes]:
    """Return a header that says another version."""
    return lambda number, kind, version, length: additional_data(number, kind, other, length)


def with_header(wrong: Callable[[int, int, int, int], bytes]) -> Way:
    """Return a way whose MAC covers another header."""
    return Way(
        lambda number, kind, version, content, mac_length, padding: (
            wrong(number, kind, version, len(content)) + content
        )
    )


NOT_HERE = "The length grew by 24"  # that is GCM's
PKCS7 = (
    "Your padding is that of PKCS#7, where each byte counts all padding bytes. Here the last one, "
    "padding_length, does not count itself (RFC 5246 §6.2.3.2)."
)
ALWAYS_SHA256 = "Your MAC's hash is SHA-256 in every case; take the one that you are given."
WAYS: dict[str, Way] = {
    sentence: with_header(wrong)
    for sentence, wrong in ADDITIONAL_DATA_MISTAKES.items()
    if not sentence.startswith(NOT_HERE)
} | {
    PKCS7: Way(pad=pad_as_pkcs7, cut=cut_as_pkcs7),
    "The version is missing in what the MAC covers.": with_header(
        lambda number, kind, version, length: (
            additional_data(number, kind, version, length)[:9] + length.to_bytes(2, "big")
        )
    ),
    **{
        f"The version that your MAC covers is that of {name}; a record of TLS 1.2 has another "
        "one.": with_header(of_version(other))
        for name, other in OTHER_VERSIONS.items()
    },
    "Your MAC covers sequence number 0 for every record.": with_header(
        lambda number, kind, version, length: additional_data(0, kind, version, length)
    ),
    "Your MAC covers the content only; sequence number and header belong to it.": with_header(
        lambda number, kind, version, length: b""
    ),
    "The length that your MAC covers counts the MAC itself; it is the content's own.": Way(
        lambda number, kind, version, content, mac_length, padding: (
            additional_data(number, kind, version, len(content) + mac_length) + content
        )
    ),
    "The length that your MAC covers is that of the whole fragment; it is the content's own.": Way(
        lambda number, kind, version, content, mac_length, padding: (
            additional_data(number, kind, version, BLOCK + len(content) + mac_length + len(padding))
            + content
        )
    ),
    "The length that your MAC covers counts MAC and padding; it is the content's own.": Way(
        lambda number, kind, version, content, mac_length, padding: (
            additional_data(number, kind, version, len(content) + mac_length + len(padding))
            + content
        )
    ),
    "Your MAC covers the padding too; the padding is put on when the MAC is there.": Way(
        lambda number, kind, version, content, mac_length, padding: (
            covered(number, kind, version, content, mac_length, padding) + padding
        )
    ),
    "Your MAC covers the header behind the content; in the RFC's formula it stands before.": Way(
        lambda number, kind, version, content, mac_length, padding: (
            content + additional_data(number, kind, version, len(content))
        )
    ),
    "Your MAC has the key that is for encryption; it has one of its own in the key block.": Way(
        mac=lambda hash_name, mac_key, key, data: hmac.digest(key, data, hash_name)
    ),
    "Your MAC is a plain hash: without the MAC key anybody could make it.": Way(
        mac=lambda hash_name, mac_key, key, data: new(hash_name, data).digest()
    ),
    "Your MAC's hash is SHA-1 in every case; take the one that you are given.": Way(
        hash_name="sha1"
    ),
    ALWAYS_SHA256: Way(hash_name="sha256"),
    "AES starts with an IV of zeros, and the one that travels is not used.": Way(iv=bytes(BLOCK)),
}
Protect = Callable[[str, bytes, bytes, bytes, int, int, bytes], bytes]
Open = Callable[[str, bytes, bytes, int, int, int, bytes], Any]


class Wrong(NamedTuple):
    """A wrong way to open, and how a record would be sealed that opens so."""

    open: Open
    seal: Protect


WRONG: dict[str, Wrong] = {sentence: Wrong(way.open, way.seal) for sentence, way in WAYS.items()}


# ---- encrypt-then-MAC


def encrypt_first(counts_all: bool) -> Wrong:
    """Return how encrypt-then-MAC does it (RFC 7366 §3), or nearly so.

    Args:
        counts_all: whether the length is that of IV and ciphertext.
    """

    def mac_of(
        hash_name: str, mac_key: bytes, number: int, kind: int, outer: bytes, inner: int
    ) -> bytes:
        length = len(outer) if counts_all else inner
        data = additional_data(number, kind, VERSION, length) + outer
        return hmac.digest(mac_key, data, hash_name)

    def seal(
        hash_name: str,
        mac_key: bytes,
        key: bytes,
        iv: bytes,
        number: int,
        kind: int,
        content: bytes,
    ) -> bytes:
        outer = iv + encrypted(key, iv, content + pad(len(content)))
        return outer + mac_of(hash_name, mac_key, number, kind, outer, len(content))

    def open_(
        hash_name: str,
        mac_key: bytes,
        key: bytes,
        number: int,
        kind: int,
        version: int,
        fragment: bytes,
    ) -> bytes | None:
        length = new(hash_name).digest_size
        outer, mac = fragment[:-length], fragment[-length:]
        if len(outer) < 2 * BLOCK or len(outer) % BLOCK:
            return None
        plaintext = decrypted(key, outer[:BLOCK], outer[BLOCK:])
        content = plaintext[: len(plaintext) - 1 - plaintext[-1]]
        good = mac == mac_of(hash_name, mac_key, number, kind, outer, len(content))
        return content if good else None

    return Wrong(open_, seal)


WRONG |= {
    "The MAC covers the encrypted bytes: that is encrypt-then-MAC (RFC 7366), better and to be "
    "agreed on first. Here the content gets its MAC, and both are encrypted.": encrypt_first(True),
    "The MAC covers the encrypted bytes, with the content's length. Here the content gets its MAC, "
    "and both are encrypted.": encrypt_first(False),
}


# ---- sealing


def moved(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Put the MAC first."""
    mac = keyed(hash_name, mac_key, key, covered(number, kind, VERSION, content, 0, b""))
    return iv + encrypted(key, iv, mac + content + pad(len(content) + len(mac)))


def without_mac(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Leave the MAC out."""
    return iv + encrypted(key, iv, content + pad(len(content)))


def mac_in_the_clear(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Encrypt the content alone, and put the content's MAC behind."""
    mac = keyed(hash_name, mac_key, key, covered(number, kind, VERSION, content, 0, b""))
    return without_mac(hash_name, mac_key, key, iv, number, kind, content) + mac


def padding_before_mac(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Put the padding between content and MAC."""
    mac = keyed(hash_name, mac_key, key, covered(number, kind, VERSION, content, 0, b""))
    return iv + encrypted(key, iv, content + pad(len(content) + len(mac)) + mac)


def pad_if_needed(length: int) -> bytes:
    """Leave the padding out where the blocks are full."""
    size = -length % BLOCK
    return bytes([size - 1]) * size if size else b""


MAC_FIRST = "The MAC stands before the content; it belongs behind."
PROTECT: dict[str, Protect] = {sentence: wrong.seal for sentence, wrong in WRONG.items()} | {
    "The IV is missing in front; without it the receiver can't read the first block.": (
        lambda *given: protect_cbc(*given)[BLOCK:]
    ),
    "The IV stands at the end; it belongs in front.": lambda *given: (
        protect_cbc(*given)[BLOCK:] + given[3]
    ),
    "There is no MAC in it.": without_mac,
    "The MAC is not encrypted; MAC-then-encrypt puts it behind the content, and encrypts both.": (
        mac_in_the_clear
    ),
    MAC_FIRST: moved,
    "The padding stands before the MAC; it comes last.": padding_before_mac,
    "Where content and MAC fill the last block you put no padding. One byte of it is always there, "
    "or the receiver would take the MAC's last byte for its length.": (Way(pad=pad_if_needed).seal),
    "Your padding bytes are zeros, and only the last tells how many. All have the same value.": (
        Way(pad=lambda length: bytes(len(pad(length)) - 1) + pad(length)[-1:]).seal
    ),
    "You put a whole block of padding more than is needed. A receiver takes it, but the task asks "
    "for the shortest.": Way(
        pad=lambda length: bytes([pad(length)[0] + BLOCK]) * (len(pad(length)) + BLOCK)
    ).seal,
}
