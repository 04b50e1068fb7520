"""How TLS 1.3 protects a record: the type goes inside, the header is authenticated (RFC 9846 §5.2).

Keys are a small object of their own; the sequence number is an argument, for it never travels: both
sides count. All ciphers are AEAD.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from tlskit.alerts import Alert
from tlskit.cipher_suites import Cipher, Suite
from tlskit.registry import AlertDescription, ContentType, ProtocolVersion
from tlskit.tls13.key_schedule import hkdf_expand_label

IV_LENGTH = 12
TAG = 16
OUTER_TYPE = int(ContentType.application_data)
VERSION = int(ProtocolVersion.TLS_1_2)
AES_GCM_LIMIT = int(2**24.5)
MAX_INNER = 2**14 + 1
HEADER = OUTER_TYPE.to_bytes(1, "big") + VERSION.to_bytes(2, "big")
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class RecordKeys:
    """The keys of one direction, made of one traffic secret: write key and IV.

    `secret` is kept because KeyUpdate makes the next one of it; `epoch` counts the updates.
    """

    suite: Suite
    secret: bytes = field(repr=False)
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    aead: Any = field(repr=False, compare=False, default=None)
    epoch: int = 0

    @property
    def limit(self) -> int:
        """How many records a sender may protect with them (RFC 9846 §5.5).

        For ChaCha20-Poly1305 the sequence number, 64 bits, would be the limit.
        """
        return AES_GCM_LIMIT if self.suite.cipher is Cipher.AES_GCM else 2**64 - 1


def record_keys(suite: Suite, traffic_secret: bytes) -> RecordKeys:
    """Return the keys of one direction, with the library's cipher made once.

      write_key = HKDF-Expand-Label(Secret, "key", "", key_length)
      write_iv  = HKDF-Expand-Label(Secret, "iv", "", iv_length)

    16 or 32 bytes of key, 12 of IV. Reference: RFC 9846 §7.3 (RFC 8446 §7.3).
    """
    key = hkdf_expand_label(suite.hash_name, traffic_secret, b"key", b"", suite.enc_key_length)
    iv = hkdf_expand_label(suite.hash_name, traffic_secret, b"iv", b"", IV_LENGTH)
    aead = ChaCha20Poly1305(key) if suite.cipher is Cipher.CHACHA20_POLY1305 else AESGCM(key)
    return RecordKeys(suite, traffic_secret, key, iv, aead)


def nonce(iv: bytes, sequence_number: int) -> bytes:
    """Return the 12-byte nonce of a record: the IV XOR the sequence number (RFC 9846 §5.3)."""
    return (int.from_bytes(iv, "big") ^ sequence_number).to_bytes(len(iv), "big")


def additional_data(length: int) -> bytes:
    """Return the record's header, which is authenticated: 23, 0x0303, length (RFC 9846 §5.2)."""
    return HEADER + length.to_bytes(2, "big")


def protect(
    keys: RecordKeys,
    sequence_number: int,
    content_type: int,
    content: bytes,
    random: Random,
    padding: int = 0,
) -> bytes:
    """Return the fragment of a TLSCiphertext: content, type and zeros, encrypted, and a tag (16).

    Args:
        random: is not asked; the nonce is counted.
        padding: how many zeros stand behind the type, to hide the length (RFC 9846 §5.4).

    Reference: RFC 9846 §5.2 (RFC 8446 §5.2).
    """
    inner = content + content_type.to_bytes(1, "big") + bytes(padding)
    associated = additional_data(len(inner) + TAG)
    return bytes(keys.aead.encrypt(nonce(keys.iv, sequence_number), inner, associated))


def unprotect(
    keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
) -> tuple[int, bytes]:
    """Return content type and content of a protected fragment.

    Raises: Alert bad_record_mac if it does not open (RFC 9846 §5.2); record_overflow for more than
        2^14 + 1 bytes inside; unexpected_message if nothing but zeros is inside (RFC 9846 §5.4).
    """
    associated = HEADER + len(fragment).to_bytes(2, "big")
    try:
        inner = bytes(keys.aead.decrypt(nonce(keys.iv, sequence_number), fragment, associated))
    except InvalidTag:
        reason = "the record does not open: other keys, another sequence number, or changed bytes"
        raise Alert(AlertDescription.bad_record_mac, reason, "RFC 9846 §5.2") from None
    if len(inner) > MAX_INNER:
        reason = f"a record with {len(inner)} bytes inside, at most 2^14 + 1 are allowed"
        raise Alert(AlertDescription.record_overflow, reason, "RFC 9846 §5.4")
    stripped = inner.rstrip(b"\x00")
    if not stripped:
        reason = "the record holds nothing but zeros: no content type is to be found"
        raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5.4")
    return stripped[-1], stripped[:-1]
