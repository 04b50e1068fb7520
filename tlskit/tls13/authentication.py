"""What CertificateVerify signs, and which signatures TLS 1.3 takes (RFC 9846 §4.5.2, §4.3.3)."""

from typing import Any

from tlskit.order import Role
from tlskit.registry import SignatureScheme
from tlskit.signatures import CURVES, KINDS, curve_of, kind_of

SPACES = b"\x20" * 64
SCHEMES: tuple[SignatureScheme, ...] = tuple(
    SignatureScheme(one) for one in KINDS if "pkcs1" not in SignatureScheme(one).name
)
"""What may sign a handshake: no PKCS #1 v1.5 and no SHA-1 (RFC 9846 §4.3.3)."""


def certificate_verify_content(signer: Role, transcript_hash: bytes) -> bytes:
    """Return what the signature is made over: 130 bytes with SHA-256, 146 with SHA-384.

      64 spaces + "TLS 1.3, server CertificateVerify" + 00 + Transcript-Hash(... Certificate)

    The spaces stand where TLS 1.2 signed randoms that the other side could choose; the words say
    who signed what, so that no signature can be used as another. Reference: RFC 9846 §4.5.2
    (RFC 8446 §4.4.3).
    """
    words = f"TLS 1.3, {signer} CertificateVerify".encode()
    return SPACES + words + b"\x00" + transcript_hash


def serves(scheme: int, key: Any) -> bool:
    """Tell whether a key, private or public, can make this scheme's signatures in TLS 1.3.

    The curve in a name like ecdsa_secp256r1_sha256 binds here (RFC 9846 §4.3.3).
    """
    if scheme not in SCHEMES or KINDS[scheme] != kind_of(key):
        return False
    if kind_of(key) != "ecdsa":
        return True
    curve = SignatureScheme(scheme).name.split("_")[1]
    return CURVES[curve] == curve_of(key)
