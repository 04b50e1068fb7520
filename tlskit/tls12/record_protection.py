"""How TLS 1.2 protects a record: AEAD ciphers, and CBC with a MAC (RFC 5246 §6.2.3).

Keys are a small object of their own; the sequence number is an argument, for it never travels: both
sides count. Whatever is wrong with a received record, the answer is one: bad_record_mac.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hmac import HMAC

from tlskit.alerts import Alert
from tlskit.cipher_suites import Cipher, Suite
from tlskit.registry import AlertDescription, ProtocolVersion

ADDITIONAL_DATA = Struct(">QBHH")  # sequence number, content type, version, length
BLOCK = 16
TAG = 16
MAC_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}
VERSION = int(ProtocolVersion.TLS_1_2)
Random = Callable[[int], bytes]


@dataclass(frozen=True)
class RecordKeys:
    """The keys of one direction: MAC key (CBC only), write key, fixed IV (AEAD only).

    With encrypt_then_mac a CBC record's MAC covers the ciphertext (RFC 7366).
    """

    suite: Suite
    mac_key: bytes = field(repr=False)
    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    encrypt_then_mac: bool = False
    aead: Any = field(repr=False, compare=False, default=None)


def record_keys(
    suite: Suite, mac_key: bytes, key: bytes, iv: bytes, encrypt_then_mac: bool = False
) -> RecordKeys:
    """Return the keys of one direction (RFC 5246 §6.3), with the library's cipher made once."""
    aead: Any = None
    if suite.cipher is Cipher.AES_GCM:
        aead = AESGCM(key)
    elif suite.cipher is Cipher.CHACHA20_POLY1305:
        aead = ChaCha20Poly1305(key)
    return RecordKeys(suite, mac_key, key, iv, encrypt_then_mac, aead)


def additional_data(sequence_number: int, content_type: int, version: int, length: int) -> bytes:
    """Return the 13 bytes that are authenticated, but never encrypted.

      additional_data = seq_num (8) + type (1) + version (2) + length of the plaintext (2)

    Reference: RFC 5246 §6.2.3.3; the MAC of CBC suites covers the same bytes (§6.2.3.1).
    """
    return ADDITIONAL_DATA.pack(sequence_number, content_type, version, length)


def nonce(keys: RecordKeys, sequence_number: int, explicit: bytes) -> bytes:
    """Return the 12-byte nonce, which must never serve twice under one key.

    AES-GCM: fixed IV (4) + the explicit part (8), which travels in the record (RFC 5288 §3).
    ChaCha20-Poly1305: fixed IV (12) XOR the sequence number, nothing travels (RFC 7905 §2).
    """
    if keys.suite.record_iv_length:
        return keys.iv + explicit
    number = int.from_bytes(keys.iv, "big") ^ sequence_number
    return number.to_bytes(len(keys.iv), "big")


def protect(
    keys: RecordKeys, sequence_number: int, content_type: int, content: bytes, random: Random
) -> bytes:
    """Return the protected fragment of a record.

    AES-GCM: explicit nonce (8) + ciphertext + tag (16); the nonce is the sequence number, which
    cannot repeat. ChaCha20-Poly1305: ciphertext + tag (16). CBC: IV (16, drawn anew) + ciphertext
    of content, MAC and padding.

    Reference: RFC 5246 §6.2.3. `random` is asked only by CBC.
    """
    if keys.suite.cipher is Cipher.AES_CBC:
        if keys.encrypt_then_mac:
            return encrypt_then_mac(keys, sequence_number, content_type, content, random(BLOCK))
        associated = additional_data(sequence_number, content_type, VERSION, len(content))
        return encrypt_cbc(keys, associated, content, random(BLOCK))
    associated = additional_data(sequence_number, content_type, VERSION, len(content))
    explicit = sequence_number.to_bytes(8, "big") if keys.suite.record_iv_length else b""
    sealed = keys.aead.encrypt(nonce(keys, sequence_number, explicit), content, associated)
    return explicit + bytes(sealed)


def unprotect(
    keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
) -> bytes:
    """Return the content of a protected fragment.

    Raises: Alert bad_record_mac, whatever is wrong: length, padding, MAC or tag (RFC 5246 §7.2.2,
        §6.2.3.2: an attacker must not learn which).
    """
    explicit_length = keys.suite.record_iv_length
    if keys.suite.cipher is Cipher.AES_CBC:
        decrypt = decrypt_then_check if not keys.encrypt_then_mac else check_then_decrypt
        content = decrypt(keys, sequence_number, content_type, version, fragment)
        if content is None:
            raise wrong_record()
        return content
    length = len(fragment) - explicit_length - TAG
    if length < 0:
        raise wrong_record()
    explicit, sealed = fragment[:explicit_length], fragment[explicit_length:]
    associated = additional_data(sequence_number, content_type, version, length)
    try:
        opened = keys.aead.decrypt(nonce(keys, sequence_number, explicit), sealed, associated)
    except InvalidTag:
        raise wrong_record() from None
    return bytes(opened)


def wrong_record() -> Alert:
    """Return the one answer to every record that does not open (RFC 5246 §7.2.2)."""
    reason = "the record does not open: other keys, another sequence number, or changed bytes"
    return Alert(AlertDescription.bad_record_mac, reason, "RFC 5246 §6.2.3")


def mac(keys: RecordKeys, associated: bytes, content: bytes) -> HMAC:
    """Return the started HMAC over sequence number, header and content (RFC 5246 §6.2.3.1)."""
    started = HMAC(keys.mac_key, MAC_HASHES[keys.suite.mac_hash])
    started.update(associated + content)
    return started


def encrypt_cbc(keys: RecordKeys, associated: bytes, content: bytes, iv: bytes) -> bytes:
    """Return IV + AES-CBC(content + MAC + padding): first the MAC, then encryption.

    The padding is as many bytes as fill the last block, each of them the number of the bytes
    before the last one (RFC 5246 §6.2.3.2).
    """
    return padded_and_encrypted(keys, content + mac(keys, associated, content).finalize(), iv)


def padded_and_encrypted(keys: RecordKeys, plaintext: bytes, iv: bytes) -> bytes:
    """Return IV + AES-CBC(plaintext + padding) (RFC 5246 §6.2.3.2)."""
    padding_length = BLOCK - 1 - len(plaintext) % BLOCK
    plaintext += bytes([padding_length]) * (padding_length + 1)
    encryptor = BlockCipher(algorithms.AES(keys.key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(plaintext) + encryptor.finalize()


def encrypt_then_mac(
    keys: RecordKeys, sequence_number: int, content_type: int, content: bytes, iv: bytes
) -> bytes:
    """Return IV + AES-CBC(content + padding) + MAC of all that: first encryption, then the MAC.

    Who checks the MAC first never looks at a padding that an attacker made (RFC 7366 §3).
    """
    encrypted = padded_and_encrypted(keys, content, iv)
    associated = additional_data(sequence_number, content_type, VERSION, len(encrypted))
    return encrypted + mac(keys, associated, encrypted).finalize()


def check_then_decrypt(
    keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
) -> bytes | None:
    """Return the content of an encrypt-then-MAC fragment, or None (RFC 7366 §3)."""
    mac_length = len(keys.mac_key)
    encrypted, received_mac = fragment[:-mac_length], fragment[-mac_length:]
    if len(encrypted) < 2 * BLOCK or len(encrypted) % BLOCK:
        return None
    associated = additional_data(sequence_number, content_type, version, len(encrypted))
    try:
        mac(keys, associated, encrypted).verify(received_mac)
    except InvalidSignature:
        return None
    plaintext = decrypted(keys, encrypted)
    padding_length = plaintext[-1] + 1
    if plaintext[-padding_length:] != plaintext[-1:] * padding_length:
        return None  # only the holder of the keys can have sent that
    return plaintext[:-padding_length]


def decrypted(keys: RecordKeys, encrypted: bytes) -> bytes:
    """Return what AES-CBC decrypts, padding and all; the IV stands first (RFC 5246 §6.2.3.2)."""
    decryptor = BlockCipher(algorithms.AES(keys.key), modes.CBC(encrypted[:BLOCK])).decryptor()
    return decryptor.update(encrypted[BLOCK:]) + decryptor.finalize()


def decrypt_then_check(
    keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
) -> bytes | None:
    """Return the content, or None, of which the caller may not tell the cause.

    A wrong padding counts as an empty one and the MAC is computed all the same, so that the time
    tells little (RFC 5246 §6.2.3.2). It still tells something, as Lucky 13 showed: one reason why
    CBC suites are for learning here.
    """
    mac_length = len(keys.mac_key)
    smallest = BLOCK + -(-(mac_length + 1) // BLOCK) * BLOCK
    if len(fragment) < smallest or len(fragment) % BLOCK:
        return None
    plaintext = decrypted(keys, fragment)
    padding_length = plaintext[-1] + 1
    good = padding_length + mac_length <= len(plaintext)
    good = good and bytes_eq(plaintext[-padding_length:], plaintext[-1:] * padding_length)
    inner = plaintext[:-padding_length] if good else plaintext[:-1]
    content, received_mac = inner[:-mac_length], inner[-mac_length:]
    associated = additional_data(sequence_number, content_type, version, len(content))
    try:
        mac(keys, associated, content).verify(received_mac)
    except InvalidSignature:
        return None
    return content if good else None
