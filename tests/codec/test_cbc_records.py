"""Records of CBC suites made by hand: any padding, wrong ones, MAC before or after encryption."""

import hmac
from typing import Any

import pytest
from by_hand import draws
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite, suite_named
from tlskit.registry import AlertDescription
from tlskit.tls12.record_protection import RecordKeys, protect, record_keys, unprotect

# suite: its MAC's hash and length in bytes (RFC 5246 App. C, RFC 5289 §3)
MACS = {
    suite_named("AES128-SHA"): ("sha1", 20),
    suite_named("AES128-SHA256"): ("sha256", 32),
    suite_named("ECDHE-RSA-AES256-SHA384"): ("sha384", 48),
}
IV = bytes(range(16))
HEADER = b"\x17\x03\x03"
every_mac = pytest.mark.parametrize("suite", MACS, ids=lambda suite: suite.openssl_name)


def keys_of(suite: Suite, encrypt_then_mac: bool = False) -> RecordKeys:
    mac_key, key = b"\x07" * MACS[suite][1], b"\x08" * suite.enc_key_length
    return record_keys(suite, mac_key, key, b"", encrypt_then_mac)


def content_of(suite: Suite) -> bytes:
    """Return a content that ends with its MAC at the end of a block."""
    return b"sixteen bytes ok"[: 16 - MACS[suite][1] % 16]


def mac_of(suite: Suite, content: bytes) -> bytes:
    """HMAC over number, header and content (RFC 5246 §6.2.3.1), by the standard library."""
    said = bytes(8) + HEADER + len(content).to_bytes(2, "big") + content
    return hmac.digest(keys_of(suite).mac_key, said, MACS[suite][0])


def encrypted(suite: Suite, plaintext: bytes) -> bytes:
    assert len(plaintext) % 16 == 0
    encryptor = BlockCipher(algorithms.AES(keys_of(suite).key), modes.CBC(IV)).encryptor()
    return IV + encryptor.update(plaintext) + encryptor.finalize()


def mac_then_encrypt(
    suite: Suite, content: bytes, padding: bytes, mac: bytes | None = None
) -> bytes:
    """Return a fragment as RFC 5246 §6.2.3.2 has it, with this padding."""
    made = mac_of(suite, content) if mac is None else mac
    return encrypted(suite, content + made + padding)


def encrypt_then_mac(suite: Suite, content: bytes, padding: bytes) -> bytes:
    """Return a fragment as RFC 7366 §3 has it; the MAC covers IV and ciphertext."""
    ciphertext = encrypted(suite, content + padding)
    return ciphertext + mac_of(suite, ciphertext)


def opened(suite: Suite, fragment: bytes, etm: bool = False) -> bytes:
    return unprotect(keys_of(suite, etm), 0, 23, 0x0303, fragment)


def refused(suite: Suite, fragment: bytes, etm: bool = False) -> bool:
    with pytest.raises(Alert) as found:
        opened(suite, fragment, etm)
    return found.value.description is AlertDescription.bad_record_mac


@every_mac
@pytest.mark.parametrize("length", range(15, 256, 16))
def test_padding_of_any_length_is_taken(suite, length):
    """Up to 255 bytes before the length byte, to hide how long the content is (§6.2.3.2)."""
    content = content_of(suite)
    padding = bytes([length]) * (length + 1)
    assert opened(suite, mac_then_encrypt(suite, content, padding)) == content
    content = b"c" * 16
    assert opened(suite, encrypt_then_mac(suite, content, padding), etm=True) == content


@every_mac
@pytest.mark.parametrize("size", range(0, 33))
def test_no_more_padding_than_is_needed_is_sent(suite, size):
    content = b"c" * size
    length = 15 - (size + MACS[suite][1]) % 16
    by_hand = mac_then_encrypt(suite, content, bytes([length]) * (length + 1))
    assert protect(keys_of(suite), 0, 23, content, draws(IV)) == by_hand
    length = 15 - size % 16
    by_hand = encrypt_then_mac(suite, content, bytes([length]) * (length + 1))
    assert protect(keys_of(suite, True), 0, 23, content, draws(IV)) == by_hand


@every_mac
@pytest.mark.parametrize("at", range(0, 47))
def test_padding_with_one_wrong_byte_is_refused(suite, at):
    """Also with a good MAC over it: then it comes from the holder of the keys, and is wrong."""
    padding = bytearray(b"\x2f" * 48)
    padding[at] ^= 0x80
    assert refused(suite, mac_then_encrypt(suite, content_of(suite), bytes(padding)))
    assert refused(suite, encrypt_then_mac(suite, b"", bytes(padding)), etm=True)


@every_mac
def test_padding_that_is_longer_than_the_record_is_refused(suite):
    mac_length = MACS[suite][1]
    assert refused(suite, mac_then_encrypt(suite, content_of(suite), b"\xff" * 16))
    fill = 16 - mac_length % 16
    assert refused(suite, mac_then_encrypt(suite, b"", bytes([fill + 19]) * fill))
    last = bytes([fill + mac_length - 1])
    only_padding = mac_then_encrypt(suite, b"", last * fill, mac=last * mac_length)
    assert refused(suite, only_padding)
    assert refused(suite, encrypt_then_mac(suite, b"", b"\x10" * 16), etm=True)
    assert refused(suite, encrypt_then_mac(suite, b"", b"\xff" * 32), etm=True)


@every_mac
@pytest.mark.parametrize("last", [1, 5, 0x0F, 0xFF])
def test_a_good_mac_and_a_wrong_padding_are_refused(suite, last):
    """Wrong padding counts as empty, and then the MAC is right: it must not count (§6.2.3.2)."""
    content = content_of(suite)[1:]
    assert opened(suite, mac_then_encrypt(suite, content, b"\x00")) == content
    assert refused(suite, mac_then_encrypt(suite, content, bytes([last])))


@every_mac
def test_good_padding_and_a_wrong_mac_are_refused(suite):
    content, mac = content_of(suite), bytes(MACS[suite][1])
    assert refused(suite, mac_then_encrypt(suite, content, b"\x0f" * 16, mac=mac))
    good = encrypt_then_mac(suite, b"c" * 16, b"\x0f" * 16)
    assert opened(suite, good, etm=True) == b"c" * 16
    assert refused(suite, good[: -len(mac)] + mac, etm=True)
    assert refused(suite, good[: -len(mac)], etm=True)


@every_mac
def test_the_two_ways_do_not_take_each_others_records(suite):
    content = content_of(suite)
    one = mac_then_encrypt(suite, content, b"\x0f" * 16)
    other = encrypt_then_mac(suite, b"c" * 16, b"\x0f" * 16)
    assert refused(suite, one, etm=True) and refused(suite, other)


@every_mac
def test_encrypt_then_mac_covers_the_iv_and_the_length_of_the_ciphertext(suite):
    """The length inside the MAC is that of IV and ciphertext, not of the content (RFC 7366 §3)."""
    ciphertext = encrypted(suite, b"c" * 15 + b"\x00")
    assert opened(suite, ciphertext + mac_of(suite, ciphertext), etm=True) == b"c" * 15
    assert refused(suite, ciphertext + mac_of(suite, ciphertext[16:]), etm=True)
    wrong: Any = bytes(8) + HEADER + b"\x00\x0f" + ciphertext
    mac = hmac.digest(keys_of(suite).mac_key, wrong, MACS[suite][0])
    assert refused(suite, ciphertext + mac, etm=True)
