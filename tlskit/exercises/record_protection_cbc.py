"""Exercise 07, CBC with HMAC: the right way to seal and open a record, with parts to exchange."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import new

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tlskit.tls12.record_protection import VERSION, additional_data

BLOCK = 16
Covered = Callable[[int, int, int, bytes, int, bytes], bytes]
"""Sequence number, type, version, content, length of the MAC, padding -> what the MAC covers."""


def covered(
    number: int, kind: int, version: int, content: bytes, mac_length: int, padding: bytes
) -> bytes:
    """Return what the MAC covers (RFC 5246 §6.2.3.1)."""
    return additional_data(number, kind, version, len(content)) + content


def pad(length: int) -> bytes:
    """Return the shortest padding behind so many bytes of content and MAC (RFC 5246 §6.2.3.2)."""
    last = BLOCK - 1 - length % BLOCK
    return bytes([last]) * (last + 1)


def cut(plaintext: bytes, mac_length: int) -> int | None:
    """Return how many bytes of padding stand at the end, None if they are wrong (§6.2.3.2)."""
    size = plaintext[-1] + 1
    if size + mac_length > len(plaintext) or plaintext[-size:] != plaintext[-1:] * size:
        return None
    return size


def encrypted(key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """Return AES-CBC of whole blocks, without the IV."""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(plaintext) + encryptor.finalize()


def decrypted(key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """Return what AES-CBC decrypts, padding and all."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()


def keyed(hash_name: str, mac_key: bytes, key: bytes, data: bytes) -> bytes:
    """Return the HMAC of the data (RFC 5246 §6.2.3.1)."""
    return hmac.digest(mac_key, data, hash_name)


@dataclass(frozen=True)
class Way:
    """How a record is made of content, MAC and padding, in this order, and taken apart again.

    Args:
        mac: hash, MAC key, key, data -> MAC.
        cut: plaintext, length of the MAC -> length of the padding, None if it is wrong.
        compared: whether the MAC is looked at.
        hash_name: the HMAC's hash if it is always the same.
        iv: the IV used, if it is always the same.
    """

    covered: Covered = covered
    pad: Callable[[int], bytes] = pad
    cut: Callable[[bytes, int], int | None] = cut
    mac: Callable[[str, bytes, bytes, bytes], bytes] = keyed
    compared: bool = True
    hash_name: str = ""
    iv: bytes = b""

    def seal(
        self,
        hash_name: str,
        mac_key: bytes,
        key: bytes,
        iv: bytes,
        number: int,
        kind: int,
        content: bytes,
    ) -> bytes:
        """Return a fragment: IV (16) + AES-CBC(content + MAC + padding)."""
        hash_name = self.hash_name or hash_name
        length = new(hash_name).digest_size
        padding = self.pad(len(content) + length)
        data = self.covered(number, kind, VERSION, content, length, padding)
        mac = self.mac(hash_name, mac_key, key, data)
        return iv + encrypted(key, self.iv or iv, content + mac + padding)

    def open(
        self,
        hash_name: str,
        mac_key: bytes,
        key: bytes,
        number: int,
        kind: int,
        version: int,
        fragment: bytes,
    ) -> bytes | None:
        """Return the content, None for whatever is wrong (RFC 5246 §7.2.2)."""
        hash_name = self.hash_name or hash_name
        length = new(hash_name).digest_size
        if len(fragment) <= BLOCK + length or len(fragment) % BLOCK:
            return None
        plaintext = decrypted(key, self.iv or fragment[:BLOCK], fragment[BLOCK:])
        size = self.cut(plaintext, length)
        if size is None:
            return None
        inner, padding = plaintext[: len(plaintext) - size], plaintext[len(plaintext) - size :]
        content, mac = inner[:-length], inner[-length:]
        data = self.covered(number, kind, version, content, length, padding)
        if self.compared and self.mac(hash_name, mac_key, key, data) != mac:
            return None
        return content


RIGHT = Way()
protect_cbc = RIGHT.seal
unprotect_cbc = RIGHT.open
