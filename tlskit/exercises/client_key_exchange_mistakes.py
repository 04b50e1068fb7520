"""Exercise 05: what is right, how a body is read, and the mistakes that are really made."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from tlskit.alerts import Alert
from tlskit.key_exchange import CURVES, KeyPair, group_named
from tlskit.key_exchange import shared_secret as computed
from tlskit.pki import course_key

Wrong = Callable[..., Any]
SERVER_KEYS = ("leaf_rsa", "client_rsa", "weak_rsa")
"""Course keys that stand in a server's certificate here: two of 2048 bits, one of 1024."""


def version(number: int) -> bytes:
    """Return a version as it is sent, 2 bytes."""
    return number.to_bytes(2, "big")


def private_der(key: Any) -> bytes:
    """Return a private key as the exercise hands it over: PKCS #8, DER."""
    return bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


# ---- RSA: the body, read by decrypting


@cache
def public_key(certificate: bytes) -> rsa.RSAPublicKey:
    """Return the RSA key in a certificate."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("the certificate has no RSA key")
    return key


@cache
def private_key(certificate: bytes) -> Any:
    """Return the course's private key for a certificate. Raises: StopIteration if it has none."""
    wanted = public_key(certificate).public_numbers()
    keys: list[Any] = [course_key(name) for name in SERVER_KEYS]
    return next(key for key in keys if key.public_key().public_numbers() == wanted)


def block_of(encrypted: bytes, key: Any) -> bytes:
    """Return what RSA makes of a ciphertext, padding and all, by the Chinese remainder theorem."""
    numbers, number = key.private_numbers(), int.from_bytes(encrypted)
    p, q = numbers.p, numbers.q
    of_p, of_q = pow(number, numbers.dmp1, p), pow(number, numbers.dmq1, q)
    return int(of_q + q * ((of_p - of_q) * numbers.iqmp % p)).to_bytes(key.key_size // 8)


def read_rsa_body(
    body: Any, offered: int, negotiated: int, random: bytes, certificate: bytes
) -> Any:
    """Return what stands before the ciphertext, the padding, and what was encrypted."""
    key = private_key(certificate)
    size = key.key_size // 8
    if len(body) < size:
        return looked_at(body, "no ciphertext", b"")
    before, encrypted = body[:-size], body[-size:]
    for algorithm in (hashes.SHA1(), hashes.SHA256()):
        oaep = padding.OAEP(padding.MGF1(algorithm), algorithm, None)
        try:
            content = key.decrypt(encrypted, oaep)
            return looked_at(before, f"OAEP with {algorithm.name}", content)
        except ValueError:
            continue
    block = block_of(encrypted, key)
    if block[:2] == b"\x00\x02" and 0 in block[10:]:
        return looked_at(before, "PKCS #1 v1.5", block[block.index(0, 10) + 1 :])
    return looked_at(before, "none", block.lstrip(b"\0"))


def looked_at(before: bytes, padded: str, content: bytes) -> dict[str, Any]:
    """Return what a body consists of, under names that a report can mention."""
    return {"before the ciphertext": before, "padding": padded, "encrypted content": content}


def encrypted_for(certificate: bytes, secret: bytes) -> bytes:
    """Encrypt a secret as RFC 5246 §7.4.7.1 says."""
    return public_key(certificate).encrypt(secret, padding.PKCS1v15())


def rsa_body(offered: int, negotiated: int, random: bytes, certificate: bytes) -> bytes:
    """Return the body of ClientKeyExchange with RSA (RFC 5246 §7.4.7.1)."""
    encrypted = encrypted_for(certificate, version(offered) + random)
    return len(encrypted).to_bytes(2, "big") + encrypted


def other_secret(make: Callable[[int, int, bytes], bytes]) -> Wrong:
    """Return a body in which another secret is encrypted."""

    def wrong(offered: int, negotiated: int, random: bytes, certificate: bytes) -> bytes:
        encrypted = encrypted_for(certificate, make(offered, negotiated, random))
        return len(encrypted).to_bytes(2, "big") + encrypted

    return wrong


def other_length(make: Callable[[int], bytes]) -> Wrong:
    """Return a body with something else before the ciphertext."""
    return lambda *given: make(len(rsa_body(*given)) - 2) + rsa_body(*given)[2:]


def with_oaep(algorithm: hashes.HashAlgorithm) -> Wrong:
    """Return a body whose secret has the newer padding."""

    def wrong(offered: int, negotiated: int, random: bytes, certificate: bytes) -> bytes:
        oaep = padding.OAEP(padding.MGF1(algorithm), algorithm, None)
        encrypted = public_key(certificate).encrypt(version(offered) + random, oaep)
        return len(encrypted).to_bytes(2, "big") + encrypted

    return wrong


def unpadded(offered: int, negotiated: int, random: bytes, certificate: bytes) -> bytes:
    """Raise the bare secret to the public exponent."""
    numbers = public_key(certificate).public_numbers()
    size = public_key(certificate).key_size // 8
    number = int.from_bytes(version(offered) + random)
    return size.to_bytes(2, "big") + pow(number, numbers.e, numbers.n).to_bytes(size)


RSA_MISTAKES: dict[str, Wrong] = {
    "The secret begins with the version that was negotiated. RFC 5246 §7.4.7.1 has a note on which "
    "of the two versions belongs there.": other_secret(lambda o, n, r: version(n) + r),
    "The version in the secret is 03 03 whatever was offered (RFC 5246 §7.4.7.1).": other_secret(
        lambda o, n, r: b"\x03\x03" + r
    ),
    "What you encrypted has 46 bytes: the version is not in it. Look at PreMasterSecret, RFC 5246 "
    "§7.4.7.1.": other_secret(lambda o, n, r: r),
    "The version stands behind the random bytes; a struct is sent field by field, in its order "
    "(RFC 5246 §4.6).": other_secret(lambda o, n, r: r + version(o)),
    "Both versions stand before the random bytes; which one is asked for?": other_secret(
        lambda o, n, r: version(o) + version(n) + r
    ),
    "The version's two bytes have changed places: a number's most significant byte goes first "
    "(RFC 5246 §4.4).": other_secret(lambda o, n, r: version(o)[::-1] + r),
    "The version is in the secret as text. It is two bytes (RFC 5246 §6.2.1).": other_secret(
        lambda o, n, r: f"{o:04x}".encode() + r
    ),
    "You encrypted a length along with the secret. The secret has a fixed size, so nothing stands "
    "before it (RFC 5246 §4.3).": other_secret(
        lambda o, n, r: (len(r) + 2).to_bytes(2, "big") + version(o) + r
    ),
    "The length is missing: the server reads the ciphertext's first two bytes as its size (RFC "
    "5246 §4.7, §7.4.7.1).": other_length(lambda size: b""),
    "The length before the ciphertext has 3 bytes. Three belong to a message's header; look up how "
    "a public-key-encrypted value is coded (RFC 5246 §4.7).": other_length(
        lambda size: size.to_bytes(3, "big")
    ),
    "The length has one byte, and an encrypted secret may be longer than one byte counts.": (
        other_length(lambda size: (size & 0xFF).to_bytes(1, "big"))
    ),
    "The length counts its own two bytes; it is for what follows (RFC 5246 §4.3).": other_length(
        lambda size: (size + 2).to_bytes(2, "big")
    ),
    "The length's bytes have changed places: the most significant goes first (RFC 5246 §4.4).": (
        other_length(lambda size: size.to_bytes(2, "little"))
    ),
    "The length says 256 for every key. How long the ciphertext is depends on the server's key.": (
        other_length(lambda size: b"\x01\x00")
    ),
    "The length says 48, which is the size of the secret; what follows is the ciphertext.": (
        other_length(lambda size: b"\x00\x30")
    ),
    "The message's header is in front. The body was asked for; the header comes later (RFC 5246 "
    "§7.4).": other_length(
        lambda size: b"\x10" + (size + 2).to_bytes(3, "big") + size.to_bytes(2, "big")
    ),
    "The padding is OAEP. It is the better one, and RFC 5246 §7.4.7.1 says why TLS 1.2 stays with "
    "another.": with_oaep(hashes.SHA256()),
    "The padding is OAEP, with SHA-1. RFC 5246 §7.4.7.1 says which one TLS 1.2 takes.": with_oaep(
        hashes.SHA1()
    ),
    "The secret went into RSA without any padding. So small a number is easily found again: RFC "
    "8017 §7.2 says what is put around it.": unpadded,
    "Nothing is encrypted: that is the secret itself, for everybody on the way to read.": (
        lambda offered, negotiated, random, certificate: version(offered) + random
    ),
    "Nothing is encrypted: that is a length and the secret itself.": (
        lambda offered, negotiated, random, certificate: b"\x00\x30" + version(offered) + random
    ),
}


# ---- ECDHE: the secret


@cache
def loaded(key: bytes) -> Any:
    """Return a private key; the numbers of an RSA key are not checked, which would cost 28 ms."""
    return load_der_private_key(key, None, unsafe_skip_rsa_key_validation=True)


def pair_of(group: str, key: bytes) -> KeyPair:
    """Return a key pair of tlskit's from a private key in DER."""
    private = loaded(key)
    return KeyPair(group_named(group), point(private), private)


def point(private: Any) -> bytes:
    """Return the public key as it is sent: 32 bytes for x25519, else 04 || x || y."""
    if isinstance(private, x25519.X25519PrivateKey):
        return private.public_key().public_bytes_raw()
    return in_form(private, PublicFormat.UncompressedPoint)


def in_form(private: Any, form: PublicFormat) -> bytes:
    """Return the public key of a curve's private key in one of its forms."""
    return bytes(private.public_key().public_bytes(Encoding.X962, form))


def compressed(private: Any, group: str) -> bytes:
    """Return a curve's point in compressed form; x25519 knows none."""
    if group == "x25519":
        return point(private)
    return in_form(private, PublicFormat.CompressedPoint)


def shared_secret(group: str, key: bytes, peer_public: bytes) -> bytes | None:
    """Return the pre-master secret, None for a peer's key that does not do (RFC 8422 §5.11)."""
    try:
        return computed(pair_of(group, key), peer_public)
    except Alert:
        return None


def changed(change: Callable[[bytes], bytes]) -> Wrong:
    """Return a secret to which something more is done."""

    def wrong(group: str, key: bytes, peer_public: bytes) -> bytes | None:
        secret = shared_secret(group, key, peer_public)
        return None if secret is None else change(secret)

    return wrong


def for_curves(change: Callable[[bytes], bytes]) -> Wrong:
    """Return a secret to which something more is done, but for x25519."""

    def wrong(group: str, key: bytes, peer_public: bytes) -> bytes | None:
        made = changed(bytes if group == "x25519" else change)
        return bytes(secret) if (secret := made(group, key, peer_public)) is not None else None

    return wrong


def for_x25519(change: Callable[[bytes], bytes]) -> Wrong:
    """Return a secret to which something more is done, for x25519 alone."""

    def wrong(group: str, key: bytes, peer_public: bytes) -> bytes | None:
        made = changed(change if group == "x25519" else bytes)
        return bytes(secret) if (secret := made(group, key, peer_public)) is not None else None

    return wrong


def any_form(group: str, key: bytes, peer_public: bytes) -> bytes | None:
    """Take a curve's point in whatever form the library reads."""
    if group == "x25519" or peer_public[:1] not in (b"\x02", b"\x03"):
        return shared_secret(group, key, peer_public)
    try:
        curve = CURVES[group_named(group)]
        peer = ec.EllipticCurvePublicKey.from_encoded_point(curve, peer_public)
    except ValueError:
        return None
    whole = peer.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return shared_secret(group, key, whole)


def demanding(group: str, key: bytes, peer_public: bytes) -> bytes | None:
    """Demand the form 04 of every key."""
    return shared_secret(group, key, peer_public) if peer_public[:1] == b"\x04" else None


def zeros_taken(group: str, key: bytes, peer_public: bytes) -> bytes | None:
    """Go on with a secret that is all zero."""
    secret = shared_secret(group, key, peer_public)
    return bytes(32) if secret is None and len(peer_public) == 32 else secret


BYTES_FOR_A_BAD_KEY = "For a bad key you returned bytes, empty or zero; None was asked for."
SECRET_MISTAKES: dict[str, Wrong] = {
    "A leading zero is gone, in every group. The secret has a constant length: RFC 8422 §5.10.": (
        changed(lambda secret: secret.lstrip(b"\0"))
    ),
    "A leading zero of the x-coordinate is gone. It happens once in 256 handshakes, and then "
    "Finished does not open: RFC 8422 §5.10.": for_curves(lambda secret: secret.lstrip(b"\0")),
    "That is a hash of the shared secret. TLS 1.2 takes it as it is; look for the identity map in "
    "RFC 8422 §5.10.": changed(lambda secret: hashlib.sha256(secret).digest()),
    "That is a hash of the shared secret, with SHA-384. TLS 1.2 takes it as it is (RFC 8422 "
    "§5.10).": changed(lambda secret: hashlib.sha384(secret).digest()),
    "The secret has 48 bytes in every group. That size is RSA's; here the group gives it (RFC 8422 "
    "§5.10).": changed(lambda secret: secret.ljust(48, b"\0")),
    "A version stands before the secret. That is a part of RSA's secret alone (RFC 5246 "
    "§7.4.7.1).": changed(lambda secret: b"\x03\x03" + secret),
    "The secret's bytes are in the other order (RFC 8422 §5.10).": changed(
        lambda secret: secret[::-1]
    ),
    "You took a point that is not in the form that begins with 04. The library reads other forms; "
    "TLS does not (RFC 8422 §5.1.2).": any_form,
    "You refuse x25519's keys, as if they were points: such a key is a number of 32 bytes, and the "
    "form 04 is none of its (RFC 8422 §5.4).": demanding,
    "You refuse every point of a curve: its first byte belongs to it, and is a byte.": (
        lambda group, key, peer: shared_secret(group, key, peer) if group == "x25519" else None
    ),
    "You take one curve for granted: the private key knows which one it is of.": (
        lambda group, key, peer: None if group == "secp384r1" else shared_secret(group, key, peer)
    ),
    "For the curves you return a hash of the secret. TLS 1.2 takes it as it is (RFC 8422 §5.10).": (
        for_curves(lambda secret: hashlib.sha256(secret).digest())
    ),
    "The secret of x25519 is in the other order; it is taken as it comes (RFC 8422 §5.10).": (
        for_x25519(lambda secret: secret[::-1])
    ),
    "A leading zero of x25519's secret is gone. Its length is constant (RFC 8422 §5.10).": (
        for_x25519(lambda secret: secret.lstrip(b"\0"))
    ),
    "Of each secret you take the first 32 bytes; its length is the group's (RFC 8422 §5.10).": (
        changed(lambda secret: secret[:32])
    ),
    "You went on with a secret that is all zero, which everybody knows (RFC 8422 §5.11).": (
        zeros_taken
    ),
    BYTES_FOR_A_BAD_KEY: (lambda group, key, peer: shared_secret(group, key, peer) or b""),
    "That is the other side's public key, which everybody saw.": lambda group, key, peer: peer,
    "You refuse every key.": lambda group, key, peer: None,
}
