"""What is got wrong when a server signs: each mistake as a function that makes it (exercise 04)."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tlskit.exercises.server_key_exchange_signing import (
    CONTENTS,
    SHA256,
    Sign,
    digitally_signed,
    loaded,
    raw,
    right_sign,
    to_sign,
)
from tlskit.messages import frame_handshake
from tlskit.registry import HandshakeType
from tlskit.signatures import HASHES, rsa_padding, sign


def over(content: str) -> Sign:
    """Return the function that signs these bytes of CONTENTS."""

    def mistaken(scheme: int, pem: bytes, client: bytes, server: bytes, params: bytes) -> bytes:
        signed = CONTENTS[content](scheme, client, server, params)
        return digitally_signed(scheme, sign(scheme, loaded(pem), signed))

    return mistaken


def by_rule(rule: Callable[[int, Any, bytes], bytes | None]) -> Sign:
    """Return the function that signs by another rule; where that gives None, by the right one."""

    def mistaken(scheme: int, pem: bytes, client: bytes, server: bytes, params: bytes) -> bytes:
        key, content = loaded(pem), to_sign(client, server, params)
        signature = rule(scheme, key, content)
        return digitally_signed(scheme, signature or sign(scheme, key, content))

    return mistaken


def sent_as(shape: Callable[[int, bytes, bytes], bytes]) -> Sign:
    """Return the function that sends (scheme, signature, parameters) in another shape."""

    def mistaken(scheme: int, pem: bytes, client: bytes, server: bytes, params: bytes) -> bytes:
        signature = right_sign(scheme, pem, client, server, params)[4:]
        return shape(scheme, signature, params)

    return mistaken


def rsa_with(
    pads: Callable[[int], padding.AsymmetricPadding | None],
) -> Callable[[int, Any, bytes], bytes | None]:
    """Return the rule with another padding for RSA, where `pads` gives one."""

    def rule(scheme: int, key: Any, content: bytes) -> bytes | None:
        if not isinstance(key, rsa.RSAPrivateKey) or (pad := pads(scheme)) is None:
            return None
        return bytes(key.sign(content, pad, HASHES[scheme]))

    return rule


def long_salt(scheme: int) -> padding.AsymmetricPadding | None:
    """Return PSS with the longest salt, for PSS schemes."""
    if scheme >> 8 != 8:
        return None
    return padding.PSS(padding.MGF1(HASHES[scheme]), padding.PSS.MAX_LENGTH)


def salted(size: int) -> Callable[[int], padding.AsymmetricPadding | None]:
    """Return PSS with a salt of this length, for PSS schemes."""

    def pads(scheme: int) -> padding.AsymmetricPadding | None:
        return padding.PSS(padding.MGF1(HASHES[scheme]), size) if scheme >> 8 == 8 else None

    return pads


def masked(algorithm: hashes.HashAlgorithm) -> Callable[[int], padding.AsymmetricPadding | None]:
    """Return PSS whose mask is made with one hash, for PSS schemes."""

    def pads(scheme: int) -> padding.AsymmetricPadding | None:
        if scheme >> 8 != 8:
            return None
        return padding.PSS(padding.MGF1(algorithm), HASHES[scheme].digest_size)

    return pads


def pss_always(scheme: int) -> padding.AsymmetricPadding:
    """Return PSS whatever the scheme says."""
    return padding.PSS(padding.MGF1(HASHES[scheme]), HASHES[scheme].digest_size)


def sha256_always(scheme: int, key: Any, content: bytes) -> bytes | None:
    """Sign with SHA-256 whatever the scheme says."""
    if isinstance(key, rsa.RSAPrivateKey):
        pss = scheme >> 8 == 8
        return bytes(key.sign(content, rsa_padding(0x0804 if pss else SHA256), HASHES[SHA256]))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return bytes(key.sign(content, ec.ECDSA(HASHES[SHA256])))
    return None


def raw_ecdsa(scheme: int, key: Any, content: bytes) -> bytes | None:
    """Send the two numbers of an ECDSA signature side by side."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    return raw(sign(scheme, key, content), (key.key_size + 7) // 8)


def ed25519_hashed(scheme: int, key: Any, content: bytes) -> bytes | None:
    """Hash before Ed25519, which hashes by itself."""
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    return key.sign(hashlib.sha512(content).digest())


SIGNING: Mapping[str, Sign] = {
    "The server's random stands before the client's: who spoke first?": over(
        "the server's random first"
    ),
    "You sign the parameters without the randoms: such a signature is good on every day (RFC 5246 "
    "App. F.1.1.3).": over("the parameters alone"),
    "The server's random is not among what you sign.": over("without the server's random"),
    "The client's random is not among what you sign: it is the one that the client knows to be "
    "fresh.": over("without the client's random"),
    "The parameters stand before the randoms (RFC 8422 §5.4).": over("the parameters first"),
    "The client's random is there twice in what you sign, and the server's not at all.": over(
        "the client's random twice"
    ),
    "The server's random is there twice in what you sign, and the client's not at all.": over(
        "the server's random twice"
    ),
    "Before the parameters you sign a length; the three stand side by side (RFC 8422 §5.4).": over(
        "the parameters with a length"
    ),
    "The parameters are not among what you sign: anybody could put other ones there.": over(
        "the randoms alone"
    ),
    "You sign the public key without what stands before it: curve type, group and length belong to "
    "the parameters.": over("the public key for the parameters"),
    "You hash first and sign the hash: the scheme hashes by itself, so it is hashed twice.": over(
        "hashed first"
    ),
    "You hash with SHA-256 and sign the hash: the scheme hashes by itself, so it is hashed "
    "twice.": over("hashed with SHA-256 first"),
    "With Ed25519 you hash first; it takes the bytes as they are (RFC 8422 §5.10).": by_rule(
        ed25519_hashed
    ),
    "The hash is SHA-256 whatever the scheme says; the scheme names it.": by_rule(sha256_always),
    "All RSA signatures of yours are padded by PKCS #1 v1.5; some schemes say PSS.": by_rule(
        rsa_with(lambda scheme: padding.PKCS1v15())
    ),
    "All RSA signatures of yours are padded by PSS; some schemes say PKCS #1 v1.5.": by_rule(
        rsa_with(pss_always)
    ),
    "The salt of your PSS signature has another length than the hash (RFC 9846 §4.3.3).": by_rule(
        rsa_with(long_salt)
    ),
    "The salt of your PSS signature has 32 bytes with each hash (RFC 9846 §4.3.3).": by_rule(
        rsa_with(salted(32))
    ),
    "Your PSS signature has no salt (RFC 9846 §4.3.3).": by_rule(rsa_with(salted(0))),
    "The mask of your PSS signature is made with SHA-1; the scheme names one hash for both.": (
        by_rule(rsa_with(masked(hashes.SHA1())))
    ),
    "The mask of your PSS signature is made with SHA-256 whatever the scheme says.": by_rule(
        rsa_with(masked(hashes.SHA256()))
    ),
    "Your ECDSA signature is two numbers side by side; TLS wants them in DER, as the library "
    "gives them (RFC 8422 §5.4).": by_rule(raw_ecdsa),
    "The scheme is missing: before TLS 1.2 it was not sent, now it is (RFC 5246 §4.7).": sent_as(
        lambda scheme, signature, params: len(signature).to_bytes(2) + signature
    ),
    "That is the signature alone: scheme and length come before it (RFC 5246 §4.7).": sent_as(
        lambda scheme, signature, params: signature
    ),
    "The signature's length is missing.": sent_as(
        lambda scheme, signature, params: scheme.to_bytes(2) + signature
    ),
    "The signature's length has one byte with you: an RSA signature is longer than 255.": sent_as(
        lambda scheme, signature, params: (
            scheme.to_bytes(2) + bytes([len(signature) % 256]) + signature
        )
    ),
    "The signature's length has three bytes with you: those are a message's.": sent_as(
        lambda scheme, signature, params: (
            scheme.to_bytes(2) + len(signature).to_bytes(3) + signature
        )
    ),
    "Your length counts the 4 bytes before the signature too.": sent_as(
        lambda scheme, signature, params: (
            scheme.to_bytes(2) + (len(signature) + 4).to_bytes(2) + signature
        )
    ),
    "The bytes of the length are swapped: the most significant comes first (RFC 5246 §4.4).": (
        sent_as(
            lambda scheme, signature, params: (
                scheme.to_bytes(2) + len(signature).to_bytes(2, "little") + signature
            )
        )
    ),
    "The bytes of the scheme are swapped.": sent_as(
        lambda scheme, signature, params: (
            scheme.to_bytes(2, "little") + len(signature).to_bytes(2) + signature
        )
    ),
    "The number of the scheme is the same for every key; it has to be the one that was agreed "
    "on.": sent_as(lambda scheme, signature, params: digitally_signed(SHA256, signature)),
    "The length stands before the scheme: which of the two comes first? (RFC 5246 §4.7)": sent_as(
        lambda scheme, signature, params: (
            len(signature).to_bytes(2) + scheme.to_bytes(2) + signature
        )
    ),
    "The scheme stands behind the signature; it comes first.": sent_as(
        lambda scheme, signature, params: (
            len(signature).to_bytes(2) + signature + scheme.to_bytes(2)
        )
    ),
    "You return the whole body; only what stands behind the parameters is asked for.": sent_as(
        lambda scheme, signature, params: params + digitally_signed(scheme, signature)
    ),
    "You return the whole message, header and all; only what stands behind the parameters is asked "
    "for.": sent_as(
        lambda scheme, signature, params: frame_handshake(
            HandshakeType.server_key_exchange, params + digitally_signed(scheme, signature)
        )
    ),
}
RAISED = {
    "TypeError": "Each kind of key has a `sign` and a `verify` of its own: RSA wants a padding and "
    "a hash, ECDSA one algorithm, Ed25519 nothing. Ask what kind of key you have.",
    "AttributeError": "Not every key has what you ask it for: which kind of key is it? And "
    "Ed25519's scheme has no hash of its own.",
    "KeyError": "Not every scheme has a hash: Ed25519 hashes by itself (RFC 8422 §5.10).",
}
