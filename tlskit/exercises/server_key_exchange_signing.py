"""What a server signs and how it sends it: right, wrong, and read again (exercise 04).

Some signatures differ in every run. So a result is not compared with ours: `read` finds out over
which bytes, and by which rule, the key has signed.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tlskit.signatures import HASHES, sign

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
    "the client's random twice": lambda scheme, c, s, p: c + c + p,
    "the server's random twice": lambda scheme, c, s, p: s + s + p,
    "the parameters with a length": lambda scheme, c, s, p: c + s + len(p).to_bytes(2) + p,
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
        for mask in (padding.MGF1(hashes.SHA1()), padding.MGF1(hashes.SHA256())):
            one = HASHES.get(scheme, HASHES[SHA256])
            yield "PSS, another mask", signature, (padding.PSS(mask, padding.PSS.AUTO), one)


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
    first = "the length" if front[:-2] == size.to_bytes(2) else front[:-2]
    front_read = [len(front), first, length_said(front[-2:], size)]
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
