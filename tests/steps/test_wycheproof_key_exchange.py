"""Wycheproof's edge cases for the key exchange, through the functions that the steps call."""

from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from read_vectors import title, wycheproof

from tlskit.alerts import Alert
from tlskit.key_exchange import (
    KeyPair,
    decrypt_pre_master_secret,
    encrypt_pre_master_secret,
    generate_key_pair,
    shared_secret,
)
from tlskit.registry import AlertDescription, NamedGroup

INSTEAD = bytes(range(100, 146))
ECPOINT = wycheproof("ecdh_secp256r1_ecpoint")
X25519 = wycheproof("x25519")
PKCS1 = wycheproof("rsa_pkcs1_2048")


def outcome(key_pair: KeyPair, public: bytes) -> Any:
    """Return the shared secret, or the name of the alert."""
    try:
        return shared_secret(key_pair, public)
    except Alert as alert:
        assert alert.reference == "RFC 8422 §5.11"
        return alert.description


def test_x25519():
    """Twists and non-canonical points are taken, an all-zero secret is not (RFC 8422 §5.11)."""
    refused = 0
    for _, test in X25519:
        private, public, shared = (
            bytes.fromhex(test[name]) for name in ("private", "public", "shared")
        )
        pair = generate_key_pair(NamedGroup.x25519, lambda size, key=private: key[:size])
        expected: Any = shared
        if "ZeroSharedSecret" in test["flags"]:
            assert shared == bytes(32)
            expected, refused = AlertDescription.illegal_parameter, refused + 1
        assert outcome(pair, public) == expected, title(test)
    assert refused > 10
    assert len(X25519) - refused > 300


@pytest.mark.parametrize("length", [0, 31, 33])
def test_an_x25519_key_of_another_length_is_an_illegal_parameter(length):
    pair = generate_key_pair(NamedGroup.x25519, lambda size: b"\x11" * size)
    assert outcome(pair, b"\x09" * length) is AlertDescription.illegal_parameter


def test_secp256r1():
    """Points in compressed form are refused, whether they are good or not (RFC 8422 §5.4.1)."""
    results = []
    for _, test in ECPOINT:
        key = ec.derive_private_key(int(test["private"], 16), ec.SECP256R1())
        pair = KeyPair(NamedGroup.secp256r1, b"", key)
        good = test["result"] == "valid" and "CompressedPoint" not in test["flags"]
        expected = bytes.fromhex(test["shared"]) if good else AlertDescription.illegal_parameter
        assert outcome(pair, bytes.fromhex(test["public"])) == expected, title(test)
        results.append(good)
    assert results.count(True) > 200
    assert results.count(False) > 15


@pytest.mark.parametrize("public", [b"", b"\x04", b"\x00", b"\x06" + bytes(64)])
def test_what_is_no_point_of_secp256r1_is_an_illegal_parameter(public):
    pair = generate_key_pair(NamedGroup.secp256r1, lambda size: b"\x11" * size)
    assert outcome(pair, public) is AlertDescription.illegal_parameter


@cache
def rsa_key(pkcs8: str) -> Any:
    return serialization.load_der_private_key(bytes.fromhex(pkcs8), None)


def test_rsa_decryption_never_fails_and_never_tells():
    """No vector has 48 bytes inside, so all of them end in version || instead (§7.4.7.1)."""
    for group, test in PKCS1:
        assert len(test["msg"]) != 96
        key, encrypted = rsa_key(group["privateKeyPkcs8"]), bytes.fromhex(test["ct"])
        for version in (0x0303, 0x0301):
            secret = decrypt_pre_master_secret(key, encrypted, version, INSTEAD)
            assert secret == version.to_bytes(2, "big") + INSTEAD, title(test)


def test_rsa_vectors_are_opened_by_the_same_key_and_library():
    """So that the test above is not passed by a function that refuses everything."""
    for group, test in PKCS1:
        if test["result"] == "valid":
            key = rsa_key(group["privateKeyPkcs8"])
            opened = key.decrypt(bytes.fromhex(test["ct"]), padding.PKCS1v15())
            assert opened == bytes.fromhex(test["msg"]), title(test)


@pytest.mark.parametrize("version", [0x0303, 0x0302])
@pytest.mark.parametrize("begins", [0x0303, 0x0302])
def test_rsa_decryption_gives_the_secret_only_if_it_begins_with_the_offered_version(
    version, begins
):
    key = rsa_key(PKCS1[0][0]["privateKeyPkcs8"])
    secret = begins.to_bytes(2, "big") + bytes(range(46))
    encrypted = encrypt_pre_master_secret(key.public_key(), secret)
    assert len(encrypted) == 256
    expected = secret if version == begins else version.to_bytes(2, "big") + INSTEAD
    assert decrypt_pre_master_secret(key, encrypted, version, INSTEAD) == expected


@pytest.mark.parametrize("length", [0, 2, 47, 49, 245])
def test_rsa_decryption_gives_nothing_that_is_not_48_bytes_long(length):
    key = rsa_key(PKCS1[0][0]["privateKeyPkcs8"])
    encrypted = key.public_key().encrypt((b"\x03\x03" * 200)[:length], padding.PKCS1v15())
    assert decrypt_pre_master_secret(key, encrypted, 0x0303, INSTEAD) == b"\x03\x03" + INSTEAD


def test_rsa_encryption_refuses_what_is_not_48_bytes_or_not_rsa():
    rsa = rsa_key(PKCS1[0][0]["privateKeyPkcs8"]).public_key()
    with pytest.raises(ValueError, match="48 bytes, not 47"):
        encrypt_pre_master_secret(rsa, bytes(47))
    curve_key = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    with pytest.raises(Alert) as raised:
        encrypt_pre_master_secret(curve_key, bytes(48))
    assert raised.value.description is AlertDescription.unsupported_certificate


@pytest.mark.parametrize("group", [0, NamedGroup.x448, 22])
def test_a_group_that_is_not_known_is_a_value_error(group):
    with pytest.raises(ValueError, match="is not one of x25519, secp256r1, secp384r1, secp521r1"):
        generate_key_pair(group, bytes)
