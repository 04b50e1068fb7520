"""Exercise 07, AES-GCM: the right way to seal and open a record, and the usual wrong ones.

A way that is wrong to seal is wrong to open too. Whoever opens so refuses every genuine record, and
so does everybody else who is wrong; which *wrong* record she opens tells them apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.checks.lesson_07 import ADDITIONAL_DATA_MISTAKES, NONCE_MISTAKES
from tlskit.tls12.record_protection import VERSION, additional_data

TAG, EXPLICIT, NONCE = 16, 8, 12
Associated = Callable[[int, int, int, int], bytes]
"""Sequence number, content type, version, length of the content -> additional data."""


@dataclass(frozen=True)
class Way:
    """How nonce and additional data are made.

    Args:
        nonce: salt, sequence number, explicit nonce -> nonce.
    """

    associated: Associated = additional_data
    nonce: Callable[[bytes, int, bytes], bytes] = lambda salt, number, explicit: salt + explicit
    version: int = 0  # 0 for the record's own

    def seal(
        self, key: bytes, salt: bytes, number: int, kind: int, content: bytes, explicit: bytes
    ) -> bytes:
        """Return a fragment: explicit nonce (8) + ciphertext + tag (16) (RFC 5288 §3)."""
        associated = self.associated(number, kind, self.version or VERSION, len(content))
        sealed = AESGCM(key).encrypt(self.nonce(salt, number, explicit), content, associated)
        return explicit + sealed

    def protect(self, key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
        """Return a fragment whose explicit nonce is the sequence number."""
        return self.seal(key, salt, number, kind, content, number.to_bytes(EXPLICIT, "big"))

    def open(
        self, key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
    ) -> bytes | None:
        """Return the content, None for whatever does not open (RFC 5246 §6.2.3.3)."""
        length = len(fragment) - EXPLICIT - TAG
        if length < 0:
            return None
        explicit, sealed = fragment[:EXPLICIT], fragment[EXPLICIT:]
        associated = self.associated(number, kind, self.version or version, length)
        return decrypted(key, self.nonce(salt, number, explicit), sealed, associated)


def decrypted(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    """Return what AES-GCM decrypts, None if the tag is not right (RFC 5116 §2.2)."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        return None


RIGHT = Way()
protect_gcm = RIGHT.protect
unprotect_gcm = RIGHT.open


def with_nonce(wrong: Callable[[bytes, bytes], bytes]) -> Way:
    """Return a way with another nonce, made of salt and explicit nonce."""
    return Way(nonce=lambda salt, number, explicit: wrong(salt, explicit))


def longer(by: int) -> Associated:
    """Return additional data whose length is too large."""
    return lambda number, kind, version, length: additional_data(number, kind, version, length + by)


OTHER_VERSIONS = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.3": 0x0304}
COUNTED_TAG = "The length in your additional data counts the tag; it is the content's own."
WAYS: dict[str, Way] = {
    "The version is missing in your additional data.": Way(
        lambda number, kind, version, length: (
            additional_data(number, kind, version, length)[:9] + length.to_bytes(2, "big")
        )
    ),
    "Your additional data say sequence number 0 for every record.": Way(
        lambda number, kind, version, length: additional_data(0, kind, version, length)
    ),
    COUNTED_TAG: Way(longer(TAG)),
    "The length in your additional data counts the explicit nonce; it is the content's own.": Way(
        longer(EXPLICIT)
    ),
    "You hand on no additional data: sequence number and header are not authenticated.": Way(
        lambda number, kind, version, length: b""
    ),
    **{
        f"The version in your additional data is that of {name}; a record of TLS 1.2 has another "
        "one.": Way(version=version)
        for name, version in OTHER_VERSIONS.items()
    },
    **{sentence: Way(wrong) for sentence, wrong in ADDITIONAL_DATA_MISTAKES.items()},
    **{sentence: with_nonce(wrong) for sentence, wrong in NONCE_MISTAKES.items()},
    "Four zero bytes stand in the nonce in place of the salt.": with_nonce(
        lambda salt, explicit: bytes(4) + explicit
    ),
}
NO_NONCE = next(text for text in NONCE_MISTAKES if text.startswith("Only the salt is there"))
del WAYS[NO_NONCE]  # the library refuses it: see `refused_nonce`


# ---- sealing

Protect = Callable[[bytes, bytes, int, int, bytes], bytes]


def without_explicit(key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
    """Leave the explicit nonce out of the record."""
    return protect_gcm(key, salt, number, kind, content)[EXPLICIT:]


def fixed_explicit(key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
    """Use the same explicit nonce for every record."""
    return RIGHT.seal(key, salt, number, kind, content, bytes(EXPLICIT))


def zeros_travel(key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
    """Seal with the right nonce, and send zeros."""
    return bytes(EXPLICIT) + without_explicit(key, salt, number, kind, content)


PROTECT: dict[str, Callable[..., bytes]] = {
    sentence: way.protect for sentence, way in WAYS.items()
} | {
    "The explicit nonce is missing in front: the receiver could not make the nonce.": (
        without_explicit
    ),
    "The explicit nonce is the same for every record. A nonce that serves twice under one key is "
    "the worst that can happen to GCM.": fixed_explicit,
    "What you send in front is not the explicit nonce that you sealed with.": zeros_travel,
    "The salt travels too. Both sides have it from the key block; only the explicit nonce is "
    "sent.": lambda *given: given[1] + protect_gcm(*given),
    "The tag is cut off; without it nobody can tell whether a byte was changed.": lambda *given: (
        protect_gcm(*given)[:-TAG]
    ),
    "The tag stands before the ciphertext; it belongs behind.": lambda *given: tag_first(
        protect_gcm(*given)
    ),
    "The explicit nonce stands at the end; it belongs in front.": lambda *given: (
        without_explicit(*given) + given[2].to_bytes(EXPLICIT, "big")
    ),
    "The content type in your additional data is always application data; take the record's.": (
        Way(
            lambda number, kind, version, length: additional_data(number, 23, version, length)
        ).protect
    ),
    "Content and additional data have changed places: the second one is not encrypted.": (
        lambda *given: swapped(*given)
    ),
    "The additional data travel too. The receiver makes them itself.": lambda *given: (
        protect_gcm(*given)[:EXPLICIT]
        + additional_data(given[2], given[3], VERSION, len(given[4]))
        + without_explicit(*given)
    ),
    "The explicit nonce is written little end first.": lambda *given: RIGHT.seal(
        *(*given, given[2].to_bytes(EXPLICIT, "little"))
    ),
}


def swapped(key: bytes, salt: bytes, number: int, kind: int, content: bytes) -> bytes:
    """Encrypt the additional data, and authenticate the content."""
    associated = additional_data(number, kind, VERSION, len(content))
    explicit = number.to_bytes(EXPLICIT, "big")
    return explicit + AESGCM(key).encrypt(salt + explicit, associated, content)


def tag_first(fragment: bytes) -> bytes:
    """Move the tag before the ciphertext."""
    return fragment[:EXPLICIT] + fragment[-TAG:] + fragment[EXPLICIT:-TAG]


# ---- opening

Open = Callable[[bytes, bytes, int, int, int, bytes], Any]
Seal = Callable[[bytes, bytes, int, int, bytes, bytes], bytes]


class Wrong(NamedTuple):
    """A wrong way to open, and how a record would be sealed that opens so."""

    open: Open
    seal: Seal


def opened_with_cut_tag(
    key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
) -> bytes | None:
    """Cut the tag off before decrypting."""
    rest = fragment[EXPLICIT:-TAG]
    if len(rest) < TAG:
        return None
    associated = additional_data(number, kind, version, len(rest))
    return decrypted(key, salt + fragment[:EXPLICIT], rest, associated)


def sealed_for_cut_tag(
    key: bytes, salt: bytes, number: int, kind: int, content: bytes, explicit: bytes
) -> bytes:
    """Put sixteen bytes too many behind."""
    longer_by_tag = Way(longer(TAG))
    return longer_by_tag.seal(key, salt, number, kind, content, explicit) + key[:TAG]


def opened_as_a_whole(
    key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
) -> bytes | None:
    """Decrypt the explicit nonce too."""
    length = len(fragment) - EXPLICIT - TAG
    if length < 0:
        return None
    associated = additional_data(number, kind, version, length)
    return decrypted(key, salt + fragment[:EXPLICIT], fragment, associated)


def sealed_as_a_whole(
    key: bytes, salt: bytes, number: int, kind: int, content: bytes, explicit: bytes
) -> bytes:
    """Seal so that the ciphertext begins with the explicit nonce."""
    nonce, associated = salt + explicit, additional_data(number, kind, VERSION, len(content))
    stream = AESGCM(key).encrypt(nonce, bytes(EXPLICIT), None)[:EXPLICIT]
    first = bytes(a ^ b for a, b in zip(stream, explicit, strict=True))
    return AESGCM(key).encrypt(nonce, first + content, associated)


def opened_with_long_nonce(
    key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
) -> bytes | None:
    """Take all 12 bytes of the nonce from the fragment."""
    length = len(fragment) - NONCE - TAG
    if length < 0:
        return None
    associated = additional_data(number, kind, version, length)
    return decrypted(key, fragment[:NONCE], fragment[NONCE:], associated)


def sealed_with_long_nonce(
    key: bytes, salt: bytes, number: int, kind: int, content: bytes, explicit: bytes
) -> bytes:
    """Send all 12 bytes of the nonce."""
    return salt + RIGHT.seal(key, salt, number, kind, content, explicit)


def unchecked(
    key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
) -> bytes | None:
    """Decrypt without a look at the tag."""
    if len(fragment) < EXPLICIT + TAG:
        return None
    counter = salt + fragment[:EXPLICIT] + (2).to_bytes(4, "big")
    decryptor = Cipher(algorithms.AES(key), modes.CTR(counter)).decryptor()
    return decryptor.update(fragment[EXPLICIT:-TAG]) + decryptor.finalize()


WAYS_TO_OPEN: dict[str, Way] = WAYS | {
    "You make the nonce of the sequence number. Our own sender would not notice, but others "
    "choose another explicit nonce: take it from the record.": Way(
        nonce=lambda salt, number, explicit: salt + number.to_bytes(EXPLICIT, "big")
    ),
}
WRONG_TO_OPEN: dict[str, Wrong] = {
    sentence: Wrong(way.open, way.seal) for sentence, way in WAYS_TO_OPEN.items()
} | {
    "You cut the tag off before you decrypt. The library looks for it behind the ciphertext.": (
        Wrong(opened_with_cut_tag, sealed_for_cut_tag)
    ),
    "You take 12 bytes of nonce from the fragment. Only 8 of them travel; the salt is yours.": (
        Wrong(opened_with_long_nonce, sealed_with_long_nonce)
    ),
    "You decrypt the explicit nonce too; it travels in the clear, in front of the ciphertext.": (
        Wrong(opened_as_a_whole, sealed_as_a_whole)
    ),
}


def believing(
    key: bytes, salt: bytes, number: int, kind: int, version: int, fragment: bytes
) -> bytes | None:
    """Take the sequence number from the explicit nonce."""
    claimed = int.from_bytes(fragment[:EXPLICIT], "big")
    return unprotect_gcm(key, salt, claimed, kind, version, fragment)


def sealed_for_believers(
    key: bytes, salt: bytes, number: int, kind: int, content: bytes, explicit: bytes
) -> bytes:
    """Seal under the number that the explicit nonce says."""
    claimed = int.from_bytes(explicit, "big")
    return RIGHT.seal(key, salt, claimed, kind, content, explicit)


WRONG_TO_OPEN[
    "You take the sequence number from the explicit nonce. Whoever holds the record chose that; "
    "the receiver counts for itself."
] = Wrong(believing, sealed_for_believers)
EMPTY_IS_NOTHING = (
    "You answer None for a record without content. An empty record is allowed (RFC 5246 §6.2.1), "
    "and its content is b''; has an `if` or an `or` taken b'' for nothing?"
)
NOTHING_IS_EMPTY = (
    "You answer b'' for a record that does not open. That is a content, and an allowed one: the "
    "caller could not tell. Nothing at all is None."
)
UNPROTECT: Mapping[str, Open] = {
    sentence: wrong.open for sentence, wrong in WRONG_TO_OPEN.items()
} | {
    "You take what is decrypted without a look at the tag: nothing is ever refused.": unchecked,
    "You cut 16 bytes off the content: the library has taken the tag off already.": lambda *given: (
        None if (content := unprotect_gcm(*given)) is None else content[:-TAG]
    ),
    "You return the explicit nonce with the content.": lambda *given: (
        None if (content := unprotect_gcm(*given)) is None else given[5][:EXPLICIT] + content
    ),
    "The version in your additional data is always that of TLS 1.2. Take the one that the record "
    "says: a changed header has to be noticed.": lambda *given: unprotect_gcm(
        *(*given[:4], VERSION, given[5])
    ),
    "The content type in your additional data is always application data; take the record's.": (
        lambda *given: unprotect_gcm(*(*given[:3], 23, *given[4:]))
    ),
    EMPTY_IS_NOTHING: lambda *given: unprotect_gcm(*given) or None,
    NOTHING_IS_EMPTY: lambda *given: unprotect_gcm(*given) or b"",
}
