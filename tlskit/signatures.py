"""Signatures by their TLS names: sign, verify, and which key can do which.

TLS 1.2 reads a scheme as a hash and a kind of signature; the curve in names like
ecdsa_secp256r1_sha256 binds only from TLS 1.3 on (RFC 9846 §4.3.3, RFC 8446 §4.2.3).
"""

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription, NamedGroup, SignatureScheme, name_of

HASHES: dict[int, hashes.HashAlgorithm] = {
    SignatureScheme.ecdsa_secp256r1_sha256: hashes.SHA256(),
    SignatureScheme.ecdsa_secp384r1_sha384: hashes.SHA384(),
    SignatureScheme.ecdsa_secp521r1_sha512: hashes.SHA512(),
    SignatureScheme.rsa_pss_rsae_sha256: hashes.SHA256(),
    SignatureScheme.rsa_pss_rsae_sha384: hashes.SHA384(),
    SignatureScheme.rsa_pss_rsae_sha512: hashes.SHA512(),
    SignatureScheme.rsa_pkcs1_sha256: hashes.SHA256(),
    SignatureScheme.rsa_pkcs1_sha384: hashes.SHA384(),
    SignatureScheme.rsa_pkcs1_sha512: hashes.SHA512(),
}
CURVES = {group.name: int(group) for group in NamedGroup}
SCHEMES: tuple[SignatureScheme, ...] = (
    *(SignatureScheme(scheme) for scheme in HASHES),
    SignatureScheme.ed25519,
)
KINDS = {int(scheme): scheme.name.partition("_")[0] for scheme in SCHEMES}
"""The kind of key that makes each scheme's signatures: "rsa", "ecdsa" or "ed25519"."""
SERVED_BY = {"rsa": ("rsa",), "ecdsa": ("ecdsa", "ed25519")}
"""Which kinds of keys serve a suite's authentication: ECDSA suites take EdDSA (RFC 8422 §5.3)."""


def kind_of(key: Any) -> str:
    """Return "rsa", "ecdsa", "ed25519" or "" for a private or public key."""
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return "rsa"
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return "ecdsa"
    if isinstance(key, ed25519.Ed25519PrivateKey | ed25519.Ed25519PublicKey):
        return "ed25519"
    return ""


def curve_of(key: Any) -> int | None:
    """Return the NamedGroup of an elliptic curve key, None for a key of another kind."""
    if kind_of(key) != "ecdsa":
        return None
    return CURVES.get(key.curve.name, 0)


def fits_key(scheme: int, kind: str) -> bool:
    """Tell whether a key of this kind can make signatures of a scheme that is known here."""
    return kind != "" and KINDS.get(scheme) == kind


def rsa_padding(scheme: int) -> padding.AsymmetricPadding:
    """Return PKCS#1 v1.5, or PSS with a salt as long as the hash (RFC 9846 §4.3.3)."""
    if "pss" not in SignatureScheme(scheme).name:
        return padding.PKCS1v15()
    algorithm = HASHES[scheme]
    return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)


def sign(scheme: int, private_key: Any, content: bytes) -> bytes:
    """Return a signature of the content.

    RSA: as long as the modulus, 256 bytes for RSA-2048; PSS draws a salt, PKCS#1 v1.5 does not.
    ECDSA: DER of two numbers, 70 to 72 bytes for P-256, deterministic here (RFC 6979).
    Ed25519: 64 bytes, deterministic, of the content itself without a hash before (RFC 8422 §5.10).

    Raises: ValueError if the key cannot do the scheme.
    """
    if not fits_key(scheme, kind_of(private_key)):
        name = name_of(SignatureScheme, scheme)
        raise ValueError(f"a key of kind {kind_of(private_key)!r} can't sign with {name}")
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        return private_key.sign(content)
    algorithm = HASHES[scheme]
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        return private_key.sign(content, ec.ECDSA(algorithm, deterministic_signing=True))
    return bytes(private_key.sign(content, rsa_padding(scheme), algorithm))


def verify_signature(scheme: int, public_key: Any, signature: bytes, content: bytes) -> None:
    """Return if the signature is right.

    Raises: Alert illegal_parameter if the key cannot have made a signature of this scheme,
        decrypt_error if it did not sign this content (RFC 5246 §7.2.2, §7.4.3).
    """
    if not fits_key(scheme, kind_of(public_key)):
        name = name_of(SignatureScheme, scheme)
        kind = kind_of(public_key) or "other"
        reason = f"{name} can't be a signature of the {kind} key in the certificate"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.3")
    try:
        if isinstance(public_key, ed25519.Ed25519PublicKey):
            public_key.verify(signature, content)
        elif isinstance(public_key, ec.EllipticCurvePublicKey):
            public_key.verify(signature, content, ec.ECDSA(HASHES[scheme]))
        else:
            public_key.verify(signature, content, rsa_padding(scheme), HASHES[scheme])
    except InvalidSignature:
        reason = "the signature is not of these bytes by the key in the certificate"
        raise Alert(AlertDescription.decrypt_error, reason, "RFC 5246 §7.4.3") from None
