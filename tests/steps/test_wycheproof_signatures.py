"""Wycheproof's signatures through verify_signature: right, or decrypt_error (RFC 5246 §7.4.3)."""

from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from read_vectors import illustrated_text, title, wycheproof

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription, SignatureScheme
from tlskit.signatures import SCHEMES, fits_key, kind_of, sign, verify_signature

FILES = {
    "ecdsa_secp256r1_sha256": SignatureScheme.ecdsa_secp256r1_sha256,
    "rsa_signature_2048_sha256": SignatureScheme.rsa_pkcs1_sha256,
    "rsa_signature_2048_sha384": SignatureScheme.rsa_pkcs1_sha384,
    "rsa_pss_2048_sha256_mgf1_32": SignatureScheme.rsa_pss_rsae_sha256,
}
REFUSED_THOUGH_ACCEPTABLE = {"MissingNull"}
"""A DigestInfo without NULL: RFC 8017 App. A.2.4 says that there MUST be one."""


@cache
def key_from(der: str) -> Any:
    return serialization.load_der_public_key(bytes.fromhex(der))


def verified(scheme: int, key: Any, signature: bytes, content: bytes) -> bool:
    try:
        verify_signature(scheme, key, signature, content)
    except Alert as alert:
        assert alert.description is AlertDescription.decrypt_error
        assert alert.reference == "RFC 5246 §7.4.3"
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_signatures(name):
    counted = {True: 0, False: 0}
    for group, test in wycheproof(name):
        der = group["publicKeyDer"]
        good = test["result"] == "valid"
        if test["result"] == "acceptable":
            assert set(test["flags"]) <= REFUSED_THOUGH_ACCEPTABLE, title(test)
        signature, content = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
        assert verified(FILES[name], key_from(der), signature, content) is good, title(test)
        counted[good] += 1
    assert counted[True] >= 5
    assert counted[False] >= 25


@pytest.mark.parametrize("name", FILES)
def test_a_good_signature_is_refused_under_another_scheme(name):
    group, test = next(pair for pair in wycheproof(name) if pair[1]["result"] == "valid")
    key = key_from(group["publicKeyDer"])
    signature, content = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
    for scheme in SignatureScheme:
        if scheme is FILES[name]:
            continue
        with pytest.raises(Alert) as raised:
            verify_signature(scheme, key, signature, content)
        can_be = scheme in SCHEMES and scheme.name.startswith(kind_of(key))
        description = AlertDescription.decrypt_error if can_be else None
        assert raised.value.description is (description or AlertDescription.illegal_parameter)


RSA_KEY = serialization.load_pem_private_key(illustrated_text("server_key_pem").encode(), None)


@pytest.mark.parametrize("scheme", [one for one in SCHEMES if fits_key(one, "rsa")])
def test_what_an_rsa_key_signs_verifies_for_these_bytes_alone(scheme):
    signature = sign(scheme, RSA_KEY, b"content")
    assert len(signature) == 256
    assert verified(scheme, RSA_KEY.public_key(), signature, b"content")
    assert not verified(scheme, RSA_KEY.public_key(), signature, b"Content")
    assert (sign(scheme, RSA_KEY, b"content") == signature) is ("pkcs1" in scheme.name)


def test_ecdsa_is_deterministic():
    """RFC 6979 App. A.2.5: the curve P-256 with SHA-256 and the message "sample"."""
    number = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    key = ec.derive_private_key(number, ec.SECP256R1())
    r, s = utils.decode_dss_signature(
        sign(SignatureScheme.ecdsa_secp256r1_sha256, key, b"sample"),
    )
    assert r == 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    assert s == 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8


def test_a_key_that_cannot_do_a_scheme_is_a_value_error_when_signing():
    with pytest.raises(ValueError, match=r"'rsa' can't sign with ecdsa_secp256r1_sha256"):
        sign(SignatureScheme.ecdsa_secp256r1_sha256, RSA_KEY, b"")
    with pytest.raises(ValueError, match=r"can't sign with ed25519"):
        sign(SignatureScheme.ed25519, RSA_KEY, b"")
