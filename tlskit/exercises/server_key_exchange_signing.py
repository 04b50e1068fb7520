"""What a server signs and how it sends it: right, wrong, and read again (exercise 04).

Some signatures differ in every run. So a result is not compared with ours: `read` finds out over
which bytes, and by which rule, the key has signed.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tlskit.messages import frame_handshake
from tlskit.registry import HandshakeType
from tlskit.signatures import HASHES, rsa_padding, sign

Sign = Callable[[int, bytes, bytes, bytes, bytes], bytes]
SHA256 = 0x0401
"""A scheme whose hash is SHA-256."""


@lru_cache
def loaded(pem: bytes) -> Any:
    """Return a private key; its numbers are the course's own, and are not checked again."""
    return load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


def to_sign(client: bytes, server: bytes, params: bytes) -> bytes:
    """Return what the server signs (RFC 8422 §5.4)."""
    return client + server + params


def digitally_signed(scheme: int, signature: bytes) -> bytes:
    """Return scheme, length and signature, as RFC 5246 §4.7 writes them."""
    return scheme.to_bytes(2) + len(signature).to_bytes(2) + signature


def right_sign(scheme: int, pem: bytes, client: bytes, server: bytes, params: bytes) -> bytes:
    """Return the DigitallySigned struct for these parameters."""
    return digitally_signed(scheme, sign(scheme, loaded(pem), to_sign(client, server, params)))


# ---- contents

Content = Callable[[int, bytes, bytes, bytes], bytes]


def hashed(scheme: int, client: bytes, server: bytes, params: bytes) -> bytes:
    """Hash what is to be signed first, with the scheme's hash, or SHA-512 for Ed25519."""
    name = HASHES[scheme].name if scheme in HASHES else "sha512"
    return hashlib.new(name, to_sign(client, server, params)).digest()


def sha256_first(scheme: int, client: bytes, server: bytes, params: bytes) -> bytes:
    """Hash what is to be signed first, with SHA-256."""
    return hashlib.sha256(to_sign(client, server, params)).digest()


CONTENTS: Mapping[str, Content] = {
    "both randoms and the parameters": lambda scheme, c, s, p: to_sign(c, s, p),
    "the server's random first": lambda scheme, c, s, p: s + c + p,
    "the parameters alone": lambda scheme, c, s, p: p,
    "without the server's random": lambda scheme, c, s, p: c + p,
    "without the client's random": lambda scheme, c, s, p: s + p,
    "the parameters first": lambda scheme, c, s, p: p + c + s,
    "the randoms alone": lambda scheme, c, s, p: c + s,
    "the public key for the parameters": lambda scheme, c, s, p: c + s + p[4:],
    "hashed first": hashed,
    "hashed with SHA-256 first": sha256_first,
}

# ---- rules


def raw(signature: bytes, size: int) -> bytes:
    """Return an ECDSA signature as its two numbers, one after the other."""
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(signature))


def der_of(signature: bytes) -> bytes:
    """Return an ECDSA signature of two numbers side by side as DER."""
    half = len(signature) // 2
    numbers = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
    return encode_dss_signature(*numbers)


def rules(scheme: int, key: Any, signature: bytes) -> Iterator[tuple[str, bytes, tuple[Any, ...]]]:
    """Yield the rules by which this may be a signature: name, signature, what `verify` wants."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        if len(signature) == 64:
            yield "Ed25519", signature, ()
        return
    algorithms = {one.name: one for one in (HASHES.get(scheme, HASHES[SHA256]), *HASHES.values())}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        for name, one in algorithms.items():
            if signature[:1] == b"\x30":
                yield f"ECDSA, {name}", signature, (ec.ECDSA(one),)
            if len(signature) == 2 * size:
                yield f"ECDSA, {name}, raw", der_of(signature), (ec.ECDSA(one),)
        return
    if isinstance(key, rsa.RSAPrivateKey) and len(signature) == (key.key_size + 7) // 8:
        for name, one in algorithms.items():
            mask = padding.MGF1(one)
            yield f"PKCS #1 v1.5, {name}", signature, (padding.PKCS1v15(), one)
            yield f"PSS, {name}", signature, (padding.PSS(mask, one.digest_size), one)
            yield f"PSS, {name}, salt", signature, (padding.PSS(mask, padding.PSS.AUTO), one)


def recognised(scheme: int, key: Any, signature: bytes, *signed: bytes) -> list[str]:
    """Return over what, and by which rule, the key made this; [] if it did not."""
    for rule, der, told in rules(scheme, key, signature):
        for name, content in CONTENTS.items():
            try:
                key.public_key().verify(der, content(scheme, *signed), *told)
            except InvalidSignature:
                continue
            return [name, rule]
    return []


# ---- reading a result

LENGTHS: Mapping[str, Callable[[int], int]] = {
    "the signature's": lambda size: size,
    "that of all": lambda size: size + 4,
    "that of itself too": lambda size: size + 2,
    "in bits": lambda size: size * 8,
    "with its bytes swapped": lambda size: int.from_bytes(size.to_bytes(2), "little"),
}


def length_said(data: bytes, size: int) -> str:
    """Return what a length of two bytes counts."""
    said = int.from_bytes(data)
    return next((name for name, count in LENGTHS.items() if count(size) == said), "another")


def before(front: bytes, size: int, signature: list[str]) -> dict[str, Any]:
    """Return what stands before a signature of this size, and what is known of the signature."""
    signed, rule = signature or ("", "")
    front_read = [len(front), front[:-2], length_said(front[-2:], size)]
    return {
        "what stands before the signature": front_read,
        "what is signed": signed,
        "the rule of the signature": rule,
    }


def read(
    value: bytes, scheme: int, pem: bytes, client: bytes, server: bytes, params: bytes
) -> dict[str, Any]:
    """Return how a result is built, and over what, and by which rule, its signature was made."""
    key = loaded(pem)
    for start in (4, 2, 3, 0, 5, len(params) + 4, len(params) + 8):
        if found := recognised(scheme, key, value[start:], client, server, params):
            return before(value[:start], len(value) - start, found)
    if found := recognised(scheme, key, value[2:-2], client, server, params):
        return before(b"behind it: " + value[-2:], len(value) - 4, found)
    return before(value[:4], len(value) - 4, [])


# ---- mistakes


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
