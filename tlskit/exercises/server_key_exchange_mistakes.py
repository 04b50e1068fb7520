"""A signature verified: what is right, what is got wrong (exercise 04)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from tlskit.exercises.server_key_exchange_apart import (
    TakeApart,
    always_x25519,
    cut_to_length,
    taken_apart,
    unchecked,
)
from tlskit.registry import NamedGroup
from tlskit.signatures import HASHES, fits_key, kind_of, rsa_padding

GOOD = ""


@lru_cache(256)
def public_key(certificate: bytes) -> Any:
    """Return the key in a certificate."""
    return x509.load_der_x509_certificate(certificate).public_key()


@lru_cache(8192)
def signature_fits(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Tell whether the certificate's key made it over this content, by the scheme's rule."""
    return verified_by(scheme, public_key(certificate), signature, content)


def verified_by(scheme: int, key: Any, signature: bytes, content: bytes) -> bool:
    """Tell whether a key made a signature: the key says which kind, the scheme which hash."""
    told: tuple[Any, ...] = ()
    if isinstance(key, ec.EllipticCurvePublicKey):
        told = (ec.ECDSA(HASHES[scheme]),)
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        told = (rsa_padding(scheme), HASHES[scheme])
    try:
        key.verify(signature, content, *told)
    except InvalidSignature:
        return False
    return True


def with_sha256(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Verify with SHA-256 whatever the scheme says."""
    kept = {0x08: 0x0804}.get(scheme >> 8, 0x0403 if scheme & 0xFF == 3 else 0x0401)
    changed = scheme if scheme == 0x0807 else kept
    return signature_fits(changed, certificate, signature, content)


def with_pkcs1(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Verify each RSA signature by PKCS #1 v1.5."""
    key = public_key(certificate)
    if kind_of(key) != "rsa":
        return signature_fits(scheme, certificate, signature, content)
    try:
        key.verify(signature, content, padding.PKCS1v15(), HASHES[scheme])
    except InvalidSignature:
        return False
    return True


def with_any_salt(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Verify PSS whatever the length of its salt."""
    if scheme >> 8 != 8 or scheme == 0x0807:
        return signature_fits(scheme, certificate, signature, content)
    pads = padding.PSS(padding.MGF1(HASHES[scheme]), padding.PSS.AUTO)
    try:
        public_key(certificate).verify(signature, content, pads, HASHES[scheme])
    except InvalidSignature:
        return False
    return True


def hash_of_the_curve(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Verify ECDSA with the hash that goes with the curve in TLS 1.3."""
    key = public_key(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey):
        scheme = {256: 0x0403, 384: 0x0503}.get(key.key_size, 0x0603)
    return signature_fits(scheme, certificate, signature, content)


def none(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Believe no signature."""
    return False


def any_kind(scheme: int, kind: str) -> bool:
    """Ask nothing."""
    return True


def but_ed25519(scheme: int, kind: str) -> bool:
    """Let Ed25519 be no kind of its own."""
    return scheme != 0x0807 and fits_key(scheme, kind)


def but_pss(scheme: int, kind: str) -> bool:
    """Go by the second byte alone, which tells nothing with PSS."""
    return fits_key(scheme, kind) and scheme not in (0x0804, 0x0805, 0x0806)


def believed(scheme: int, certificate: bytes, signature: bytes, content: bytes) -> bool:
    """Look at no signature."""
    return True


def in_list(value: int, offered: Sequence[int]) -> bool:
    """Tell whether it was offered."""
    return value in offered


def first_of(value: int, offered: Sequence[int]) -> bool:
    """Tell whether it is the one offered first."""
    return value == offered[0]


def anything(value: int, offered: Sequence[int]) -> bool:
    """Ask nothing."""
    return True


def known_group(value: int, offered: Sequence[int]) -> bool:
    """Ask whether there is such a group at all."""
    return value in list(NamedGroup)


def known_scheme(value: int, offered: Sequence[int]) -> bool:
    """Ask whether there is such a scheme at all."""
    return value in HASHES or value == 0x0807


def over(client: bytes, server: bytes, params: bytes) -> bytes:
    """Return what the server signs (RFC 8422 §5.4)."""
    return client + server + params


@dataclass(frozen=True)
class Questions:
    """What a client asks of ServerKeyExchange."""

    apart: TakeApart = taken_apart
    named: bool = True
    group: Callable[[int, Sequence[int]], bool] = in_list
    scheme: Callable[[int, Sequence[int]], bool] = in_list
    kind: Callable[[int, str], bool] = fits_key
    content: Callable[[bytes, bytes, bytes], bytes] = over
    signature: Callable[[int, bytes, bytes, bytes], bool] = signature_fits


Verify = Callable[[bytes, bytes, bytes, bytes, Sequence[int], Sequence[int]], str]


def verifier(**changes: Any) -> Verify:
    """Return a verifier with these questions changed."""
    ask = Questions(**changes)

    def verify(
        body: bytes,
        certificate: bytes,
        client: bytes,
        server: bytes,
        groups: Sequence[int],
        schemes: Sequence[int],
    ) -> str:
        parts = ask.apart(body)
        if parts is None:
            return "decode_error"
        scheme = parts["scheme"]
        kind = ask.kind(scheme, kind_of(public_key(certificate)))
        if (ask.named and body[0] != 3) or not ask.group(parts["group"], groups):
            return "illegal_parameter"
        if not ask.scheme(scheme, schemes) or not kind:
            return "illegal_parameter"
        content = ask.content(client, server, parts["params"])
        fits = ask.signature(scheme, certificate, parts["signature"], content)
        return GOOD if fits else "decrypt_error"

    return verify


RIGHT_VERIFY = verifier()
VERIFYING: Mapping[str, Verify] = {
    "Whatever comes, you believe it: nothing is asked at all.": lambda *_: GOOD,
    "You verify without the randoms. What the server signed has them, and what has none is "
    "yesterday's as well (RFC 5246 App. F.1.1.3).": verifier(content=lambda c, s, params: params),
    "You have the server's random before the client's: who spoke first?": verifier(
        content=lambda c, s, params: s + c + params
    ),
    "The server's random is missing in what you verify.": verifier(
        content=lambda c, s, params: c + params
    ),
    "The client's random is missing in what you verify.": verifier(
        content=lambda c, s, params: s + params
    ),
    "The parameters stand before the randoms in what you verify.": verifier(
        content=lambda c, s, params: params + c + s
    ),
    "You verify over the public key; all of the parameters are signed, from the curve type "
    "on.": verifier(content=lambda c, s, params: c + s + params[4:]),
    "You hash first; the scheme hashes by itself, so it is hashed twice.": verifier(
        content=lambda c, s, params: hashlib.sha256(c + s + params).digest()
    ),
    "A verifier that always says yes: whatever is signed, and by whom, passes.": verifier(
        signature=believed
    ),
    "You do not ask whether the group was offered.": verifier(group=anything),
    "A group that exists is enough for you; was it offered?": verifier(group=known_group),
    "The group has to be your first one; any that was offered will do.": verifier(group=first_of),
    "You do not ask whether the scheme was offered (RFC 5246 §7.4.3).": verifier(scheme=anything),
    "A scheme that exists is enough for you; was it offered? (RFC 5246 §7.4.3)": verifier(
        scheme=known_scheme
    ),
    "The scheme has to be your first one; any that was offered will do.": verifier(scheme=first_of),
    "Neither the group nor the scheme is looked for among those that were offered.": verifier(
        group=anything, scheme=anything
    ),
    "You do not look at the curve type: a named curve is only one of the kinds (RFC 8422 "
    "§5.4).": verifier(named=False),
    "You go by the key alone: the scheme says another kind of key, and you do not notice.": (
        verifier(kind=any_kind)
    ),
    "You refuse Ed25519 with its own key: which of your kinds is it?": verifier(kind=but_ed25519),
    "You refuse PSS with an RSA key: from 0x0800 on the second byte tells no kind.": verifier(
        kind=but_pss
    ),
    "The hash goes by the curve of the key with you; the scheme names it.": verifier(
        signature=hash_of_the_curve
    ),
    "A PSS signature is good for you with any salt (RFC 9846 §4.3.3).": verifier(
        signature=with_any_salt
    ),
    "No signature is good enough for you: what does `verify` take first, over which bytes was it "
    "made, and what does `verify` return?": verifier(signature=none),
    "The hash is SHA-256 with you whatever the scheme says; the scheme names it.": verifier(
        signature=with_sha256
    ),
    "You verify all RSA signatures by PKCS #1 v1.5; some schemes say PSS.": verifier(
        signature=with_pkcs1
    ),
    "You take a public key of 32 bytes for granted; the point of another curve is longer.": (
        verifier(apart=always_x25519)
    ),
    "You do not compare the signature's length with what is left.": verifier(apart=unchecked),
    "You cut where the length says, and bytes left over go unnoticed.": verifier(
        apart=cut_to_length
    ),
}
RAISED = {
    "InvalidSignature": "For a signature that does not fit the library raises InvalidSignature, "
    "and your function with it. Catch it: that is an answer too.",
}
