"""Wycheproof's ciphers through `protect` and `unprotect`.

The additional data of TLS is made of sequence number, type, version and length; the vectors have
any. So `additional_data` is set to the vector's, and all else is our own code.
"""

from typing import Any

import pytest
from read_vectors import title, wycheproof

from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.registry import AlertDescription
from tlskit.tls12 import record_protection
from tlskit.tls12.record_protection import encrypt_cbc, protect, record_keys, unprotect

GCM_SUITES = {
    16: suite_named("ECDHE-RSA-AES128-GCM-SHA256"),
    32: suite_named("ECDHE-RSA-AES256-GCM-SHA384"),
}
CHACHA = suite_named("ECDHE-RSA-CHACHA20-POLY1305")
CBC = suite_named("ECDHE-RSA-AES128-SHA")


def never(size: int) -> bytes:
    raise AssertionError("an AEAD cipher needs no randomness")


def values(test: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(test[name]) for name in names]


def opened(keys: Any, sequence_number: int, fragment: bytes) -> bytes | None:
    """Return the content, None if the answer is bad_record_mac."""
    try:
        return unprotect(keys, sequence_number, 23, 0x0303, fragment)
    except Alert as alert:
        assert alert.description is AlertDescription.bad_record_mac
        return None


@pytest.fixture
def with_vector_data(monkeypatch):
    def set_to(aad: bytes) -> None:
        monkeypatch.setattr(record_protection, "additional_data", lambda *_: aad)

    return set_to


def test_aes_gcm(with_vector_data):
    """The nonce's last 8 bytes travel in the record, and are the sequence number (RFC 5288 §3)."""
    for _, test in wycheproof("aes_gcm"):
        key, iv, aad, msg, ct, tag = values(test, "key", "iv", "aad", "msg", "ct", "tag")
        with_vector_data(aad)
        keys = record_keys(GCM_SUITES[len(key)], b"", key, iv[:4])
        fragment = iv[4:] + ct + tag
        good = test["result"] == "valid"
        assert opened(keys, 0, fragment) == (msg if good else None), title(test)
        made = protect(keys, int.from_bytes(iv[4:], "big"), 23, msg, never)
        assert (made == fragment) is good, title(test)


@pytest.mark.parametrize("sequence_number", [0, 1, 0x0123456789ABCDEF])
def test_chacha20_poly1305(with_vector_data, sequence_number):
    """The nonce is the fixed IV XOR the sequence number; nothing of it travels (RFC 7905 §2)."""
    for _, test in wycheproof("chacha20_poly1305"):
        key, nonce, aad, msg, ct, tag = values(test, "key", "iv", "aad", "msg", "ct", "tag")
        with_vector_data(aad)
        iv = nonce[:4] + (int.from_bytes(nonce[4:], "big") ^ sequence_number).to_bytes(8, "big")
        keys = record_keys(CHACHA, b"", key, iv)
        good = test["result"] == "valid"
        assert opened(keys, sequence_number, ct + tag) == (msg if good else None), title(test)
        made = protect(keys, sequence_number, 23, msg, never)
        assert (made == ct + tag) is good, title(test)


def test_aes_cbc_encrypts_as_wycheproof_does():
    """Blocks that CBC has encrypted don't depend on later ones: here MAC and TLS's padding."""
    valid = [test for _, test in wycheproof("aes_cbc_pkcs5") if test["result"] == "valid"]
    for test in valid:
        key, iv, msg, ct = values(test, "key", "iv", "msg", "ct")
        missing = 16 - len(msg) % 16
        content = msg + bytes([missing]) * missing  # PKCS #5
        keys = record_keys(CBC, b"M" * 20, key, b"")
        fragment = encrypt_cbc(keys, bytes(13), content, iv)
        assert fragment[:16] == iv
        assert fragment[16 : 16 + len(ct)] == ct, title(test)
    assert len(valid) == 48


def test_aes_cbc_without_a_mac_of_ours_is_never_opened():
    """Good PKCS #5 padding, bad padding, no padding: one answer to all of them (§6.2.3.2)."""
    for _, test in wycheproof("aes_cbc_pkcs5"):
        key, iv, ct = values(test, "key", "iv", "ct")
        keys = record_keys(CBC, b"M" * 20, key, b"")
        assert opened(keys, 0, iv + ct) is None, title(test)
