"""The tools that TLS is made of, in small, for a reader who has not met them yet.

A letter is sealed under a secret that two sides agreed on; messages arrive with a tag. The numbers
are far too small and the key is made too simply: TLS does it with a PRF (RFC 5246 §5, §8.1).
"""

import hashlib
import hmac
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.lesson import client_settings, lesson_random
from tlskit.registry import SignatureScheme
from tlskit.signatures import sign, verify_signature

PRIME, BASE = 23, 5
LARGE_PRIME, LARGE_BASE = 2**127 - 1, 3
MAC_KEY = b"only we two know"
ORDER = b"camera on"
NONCE_LENGTH = 12
SCHEME = SignatureScheme.rsa_pkcs1_sha256
LETTER = "Meet me in room 42."


# ---- Diffie-Hellman with small numbers


class Answer(NamedTuple):
    """What comes back: the other side's public number as two or more bytes, and a sealed letter."""

    public: bytes
    letter: bytes


def answer_to(public: int, prime: int = PRIME, base: int = BASE) -> Answer:
    """Be the other side: draw a secret, return its public number and a letter for us two.

    Raises: ValueError for a public number that no secret has: 0, or not below the prime.
    """
    if not 0 < public < prime:
        raise ValueError(f"a public number lies between 1 and {prime - 1}, this is {public}")
    draw = lesson_random("0x the other side")
    secret = 2 + int.from_bytes(draw(16), "big") % (prime - 3)
    size = max(2, (prime.bit_length() + 7) // 8)
    return Answer(
        pow(base, secret, prime).to_bytes(size, "big"), sealed(pow(public, secret, prime), LETTER)
    )


def key_of(shared: int) -> bytes:
    """Return 16 bytes of key for a shared number."""
    return hashlib.sha256(str(shared).encode()).digest()[:16]


def sealed(shared: int, text: str) -> bytes:
    """Return nonce (12 bytes), then AES-128-GCM of the text under the key of a shared number."""
    nonce = lesson_random(f"0x nonce {shared}")(NONCE_LENGTH)
    return nonce + AESGCM(key_of(shared)).encrypt(nonce, text.encode(), None)


def opened(shared: int, letter: bytes) -> str | None:
    """Return what is in a letter; None if this is not the number that it was sealed under."""
    nonce, rest = letter[:NONCE_LENGTH], letter[NONCE_LENGTH:]
    try:
        return AESGCM(key_of(shared)).decrypt(nonce, rest, None).decode()
    except InvalidTag:
        return None


def can_listener_read(letter: bytes) -> str:
    """Return "yes" or "no": whether trying every number below the small prime opens a letter."""
    return "yes" if any(opened(number, letter) for number in range(1, PRIME)) else "no"


# ---- hash, MAC, AEAD


def bits_that_differ(one: bytes, other: bytes) -> int:
    """Return in how many bits two byte strings of one length differ."""
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def tag_of(key: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of a message, 32 bytes (RFC 2104 §2)."""
    return hmac.digest(key, message, "sha256")


def accepts(key: bytes, message: bytes, tag: bytes) -> bool:
    """Tell whether the tag was made for this message with this key."""
    return hmac.compare_digest(tag_of(key, message), tag)


def deliveries() -> list[tuple[str, bytes, bytes]]:
    """Return what arrives: how it came about, message, tag. Somebody sits in between."""
    good = tag_of(MAC_KEY, ORDER)
    changed = ORDER.replace(b"on", b"off")
    return [
        ("as it was sent", ORDER, good),
        ("the message changed, the old tag", changed, good),
        ("the message changed, and its hash for a tag", changed, hashlib.sha256(changed).digest()),
        ("the first one once more", ORDER, good),
    ]


def number_accepted() -> int:
    """Return how many of the deliveries carry a right tag."""
    return sum(accepts(MAC_KEY, message, tag) for _, message, tag in deliveries())


def sealed_size(text: bytes) -> int:
    """Return how many bytes AES-128-GCM makes of a text, the nonce not counted."""
    return len(sealed(0, text.decode())) - NONCE_LENGTH


# ---- signatures


def signed(message: bytes) -> bytes:
    """Return a server's signature of a message, 256 bytes: with its private RSA key."""
    return sign(SCHEME, pki.course_key("leaf_rsa"), message)


def signature_fits(message: bytes, signature: bytes) -> bool:
    """Tell whether that server signed this message: by the public key in its certificate."""
    try:
        verify_signature(SCHEME, pki.credential("rsa").leaf.public_key(), signature, message)
    except Alert:
        return False
    return True


def key_that_checks(message: bytes, signature: bytes) -> str:
    """Return "public" if the key in the certificate, which everybody has, fits; else "neither"."""
    return "public" if signature_fits(message, signature) else "neither"


# ---- bytes


def first_header() -> bytes:
    """Return the header of the first record of a handshake, 5 bytes (RFC 5246 §6.2.1)."""
    return Connection(client_settings(), tls12.client()).data_to_send()[:5]
