"""The two ways to a pre-master secret: send it encrypted (RSA), or make it together (ECDHE).

Randomness comes in as bytes or as the caller's source, so that a handshake can be run again byte
by byte. Only RSA's own padding is drawn inside the library, and no two runs of it are alike.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription, NamedGroup

mlkem: Any = None
with suppress(ImportError):  # some builds of the library have no ML-KEM
    from cryptography.hazmat.primitives.asymmetric import mlkem

CURVES: dict[int, ec.EllipticCurve] = {
    NamedGroup.secp256r1: ec.SECP256R1(),
    NamedGroup.secp384r1: ec.SECP384R1(),
    NamedGroup.secp521r1: ec.SECP521R1(),
}
GROUPS: tuple[NamedGroup, ...] = (NamedGroup.x25519, *map(NamedGroup, CURVES))
HYBRID = NamedGroup.X25519MLKEM768
"""Of TLS 1.3 alone: ML-KEM-768, which a quantum computer does not break, and X25519 beside it."""
ENCAPSULATION_KEY, CIPHERTEXT, SEED = 1184, 1088, 64
"""Lengths of ML-KEM-768 in bytes (FIPS 203 table 3)."""
GROUP_NAMES = {
    **{group.name.lower(): group for group in (*GROUPS, HYBRID)},
    **{"p-256": NamedGroup.secp256r1, "prime256v1": NamedGroup.secp256r1},
    **{"p-384": NamedGroup.secp384r1, "p-521": NamedGroup.secp521r1},
}
PRE_MASTER_SECRET_LENGTH = 48


@dataclass(frozen=True)
class KeyPair:
    """An ephemeral key pair: the private half stays, `public` (bytes as sent) goes to the peer."""

    group: NamedGroup
    public: bytes
    private_key: Any = field(repr=False)


def group_named(name: str) -> NamedGroup:
    """Return the group with this name (x25519, secp256r1 or P-256, ..., in any case).

    Raises: ValueError with the names that are known.
    """
    if name.lower() not in GROUP_NAMES:
        known = ", ".join(group.name for group in (*GROUPS, HYBRID))
        raise ValueError(f"no group here is called {name!r}; known are {known}")
    return GROUP_NAMES[name.lower()]


def generate_key_pair(group: int, random: Callable[[int], bytes]) -> KeyPair:
    """Return an ephemeral key pair of a group, made from the caller's randomness.

    Public sizes: 32 bytes for x25519 (RFC 7748 §6.1); for secp256r1 65, secp384r1 97, secp521r1
    133: an uncompressed point 04 || x || y (RFC 8422 §5.4.1). A private key of a curve is random
    bytes modulo its order, 64 bits more than needed (40 bytes for secp256r1), so that no key is
    likelier than another (FIPS 186-5 App. A.2.1).

    Of X25519MLKEM768 it is ML-KEM's encapsulation key and then the key of X25519, 1216 bytes.

    Raises: ValueError for a group that is not known here.
    """
    if group == HYBRID and has_hybrid():
        kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(random(SEED))
        curve_pair = generate_key_pair(NamedGroup.x25519, random)
        public = kem.public_key().public_bytes_raw() + curve_pair.public
        return KeyPair(HYBRID, public, (kem, curve_pair))
    if group == NamedGroup.x25519:
        x_key = x25519.X25519PrivateKey.from_private_bytes(random(32))
        return KeyPair(NamedGroup.x25519, x_key.public_key().public_bytes_raw(), x_key)
    if group not in CURVES:
        raise ValueError(f"group {group} is not one of {', '.join(g.name for g in GROUPS)}")
    curve = CURVES[group]
    seed = int.from_bytes(random((curve.key_size + 7) // 8 + 8), "big")
    key = ec.derive_private_key(seed % (curve.group_order - 1) + 1, curve)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return KeyPair(NamedGroup(group), public, key)


def shared_secret(key_pair: KeyPair, peer_public: bytes) -> bytes:
    """Return what both sides compute from one private and one public key each.

    32 bytes for x25519; for a curve the point's x-coordinate with its leading zeros, 32, 48 or 66
    bytes (RFC 8422 §5.10). In TLS 1.2 it is the pre-master secret itself.

    Raises: Alert illegal_parameter if the peer's bytes are no point of the curve in uncompressed
        form, or an x25519 secret is all zero, as for a point of low order (RFC 8422 §5.11).
    """
    try:
        if key_pair.group == HYBRID:
            kem, curve_pair = key_pair.private_key
            ciphertext, point = apart(peer_public, CIPHERTEXT)
            return bytes(kem.decapsulate(ciphertext)) + shared_secret(curve_pair, point)
        if key_pair.group == NamedGroup.x25519:
            peer_x = x25519.X25519PublicKey.from_public_bytes(peer_public)
            return bytes(key_pair.private_key.exchange(peer_x))
        if peer_public[:1] != b"\x04":
            raise ValueError("the point is not in uncompressed form: its first byte must be 04")
        curve = CURVES[key_pair.group]
        peer = ec.EllipticCurvePublicKey.from_encoded_point(curve, peer_public)
        return bytes(key_pair.private_key.exchange(ec.ECDH(), peer))
    except ValueError as error:
        reason = f"the peer's {key_pair.group.name} public key does not do: {error}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 8422 §5.11") from None


def encapsulate(peer_public: bytes, random: Callable[[int], bytes]) -> tuple[KeyPair, bytes]:
    """Return a server's half of X25519MLKEM768, and the secret: 64 bytes, ML-KEM's first.

    A KEM is lopsided: the server makes a secret and sends it to the client's encapsulation key,
    1088 bytes of ciphertext; a key of X25519 goes behind it. The ciphertext's randomness is drawn
    inside the library, so no two runs are alike.

    Raises: Alert illegal_parameter for a share of another length, or a key that is none (FIPS 203
        §7.2), or as `shared_secret`.
    """
    key, point = apart(peer_public, ENCAPSULATION_KEY)
    try:
        secret, ciphertext = mlkem.MLKEM768PublicKey.from_public_bytes(key).encapsulate()
    except ValueError as error:
        reason = f"the peer's encapsulation key does not do: {error}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.8") from None
    curve_pair = generate_key_pair(NamedGroup.x25519, random)
    pair = KeyPair(HYBRID, bytes(ciphertext) + curve_pair.public, curve_pair)
    return pair, bytes(secret) + shared_secret(curve_pair, point)


def apart(share: bytes, length: int) -> tuple[bytes, bytes]:
    """Return a hybrid's key share in its two parts, ML-KEM's first.

    Raises: Alert illegal_parameter for another length than theirs together.
    """
    if len(share) != length + 32:
        reason = f"a key share of X25519MLKEM768 has {length + 32} bytes here, not {len(share)}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.8")
    return share[:length], share[length:]


def has_hybrid() -> bool:
    """Tell whether the library can do ML-KEM-768."""
    if mlkem is None:
        return False
    try:
        mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes(SEED))
    except UnsupportedAlgorithm:
        return False
    return True


def encrypt_pre_master_secret(public_key: Any, pre_master_secret: bytes) -> bytes:
    """Encrypt the pre-master secret for the key in the server's certificate.

    RSAES-PKCS1-v1_5 (RFC 8017 §7.2); the result is as long as the modulus, 256 bytes for RSA-2048.
    The padding is random. Reference: RFC 5246 §7.4.7.1.

    Raises: ValueError if the secret is not 48 bytes; Alert unsupported_certificate if the
        certificate's key is not an RSA key.
    """
    if len(pre_master_secret) != PRE_MASTER_SECRET_LENGTH:
        raise ValueError(f"a pre-master secret of RSA is 48 bytes, not {len(pre_master_secret)}")
    if not isinstance(public_key, rsa.RSAPublicKey):
        reason = "the suite needs an RSA key in the certificate, and this is another kind"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5246 §7.4.2")
    return public_key.encrypt(pre_master_secret, padding.PKCS1v15())


def decrypt_pre_master_secret(
    private_key: Any, encrypted: bytes, client_version: int, instead: bytes
) -> bytes:
    """Return the client's pre-master secret, 48 bytes; never tell whether decryption failed.

    Whoever learns that from us can decrypt any recorded secret with some thousand questions
    (Bleichenbacher 1998). So a wrong padding, length or version leads on with
    client_version || instead, drawn beforehand by the caller, and the handshake fails at Finished
    like one with a wrong key. Reference: RFC 5246 §7.4.7.1.

    The library answers wrong paddings with made-up bytes of a made-up length, so length and
    version are checked on all that come back.

    Args:
        client_version: the version that ClientHello offered, 2 bytes as a number.
        instead: 46 random bytes.
    """
    otherwise = client_version.to_bytes(2, "big") + instead
    try:
        secret = bytes(private_key.decrypt(encrypted, padding.PKCS1v15()))
    except ValueError:
        return otherwise
    right = len(secret) == PRE_MASTER_SECRET_LENGTH and secret[:2] == otherwise[:2]
    return secret if right else otherwise
