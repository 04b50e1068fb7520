"""A body taken apart, a signature verified: what is right, what is got wrong (exercise 04)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from tlskit.registry import NamedGroup
from tlskit.signatures import HASHES, fits_key, kind_of, rsa_padding

Parts = dict[str, Any]
TakeApart = Callable[[bytes], Parts | None]
GOOD = ""

# ---- taken apart


def cut_at(body: bytes, end: int, before: int = 4, order: Any = "big") -> Parts:
    """Return the fields of a body whose parameters end at `end`, signature `before` bytes later."""
    return {
        "params": body[:end],
        "group": int.from_bytes(body[1:3]),
        "public": body[4:end],
        "scheme": int.from_bytes(body[end : end + 2], order),
        "signature": body[end + before :],
    }


def taken_apart(body: bytes) -> Parts | None:
    """Return the fields of a body, None if a length does not fit (RFC 8422 §5.4)."""
    end = 4 + body[3]
    parts = cut_at(body, end)
    fits = int.from_bytes(body[end + 2 : end + 4]) == len(parts["signature"])
    return parts if fits else None


def read_apart(value: Parts | None, body: bytes) -> Parts:
    """Return what is compared of a result: its fields only where the body is sound."""
    fields = value if value is not None and taken_apart(body) is not None else {}
    return fields | {"whether it is refused": value is None}


def with_field(name: str, value: Callable[[bytes, int, Parts], Any]) -> TakeApart:
    """Return the function that gets one field wrong, by (body, end of the parameters, fields)."""

    def mistaken(body: bytes) -> Parts | None:
        parts, end = taken_apart(body), 4 + body[3]
        return None if parts is None else parts | {name: value(body, end, parts)}

    return mistaken


def unchecked(body: bytes) -> Parts:
    """Take all that is left, whatever the length says."""
    return cut_at(body, 4 + body[3])


def cut_to_length(body: bytes) -> Parts:
    """Take as many bytes as the length says, and let the rest be."""
    parts, end = unchecked(body), 4 + body[3]
    length = int.from_bytes(body[end + 2 : end + 4])
    return parts | {"signature": parts["signature"][:length]}


def at_least(body: bytes) -> Parts | None:
    """Refuse what is too short, and cut what is too long."""
    parts, whole = cut_to_length(body), unchecked(body)
    end = 4 + body[3]
    short = len(whole["signature"]) < int.from_bytes(body[end + 2 : end + 4])
    return None if short else parts


def at_most(body: bytes) -> Parts | None:
    """Refuse what is too long, and take what is too short."""
    parts, end = unchecked(body), 4 + body[3]
    long = len(parts["signature"]) > int.from_bytes(body[end + 2 : end + 4])
    return None if long else parts


def always_x25519(body: bytes) -> Parts | None:
    """Take a public key of 32 bytes for granted."""
    return taken_apart(body) and cut_at(body, 36)


APART: Mapping[str, TakeApart] = {
    "The signature begins with its own length: these two bytes stand before it.": with_field(
        "signature", lambda body, end, parts: body[end + 2 :]
    ),
    "Your signature begins one byte too early: its length has two bytes (RFC 5246 §4.7).": (
        with_field("signature", lambda body, end, parts: body[end + 3 :])
    ),
    "Your signature begins with the scheme: that, and a length, stand before it.": with_field(
        "signature", lambda body, end, parts: body[end:]
    ),
    "The scheme is one byte with you; it is a number of two.": with_field(
        "scheme", lambda body, end, parts: body[end]
    ),
    "That is the second byte of the scheme alone; it is a number of two.": with_field(
        "scheme", lambda body, end, parts: body[end + 1]
    ),
    "The scheme's bytes are swapped: the most significant comes first (RFC 5246 §4.4).": with_field(
        "scheme", lambda body, end, parts: int.from_bytes(body[end : end + 2], "little")
    ),
    "Your scheme is bytes; a number was asked for.": with_field(
        "scheme", lambda body, end, parts: body[end : end + 2]
    ),
    "That is the signature's length; the scheme stands before it.": with_field(
        "scheme", lambda body, end, parts: len(parts["signature"])
    ),
    "You take a public key of 32 bytes for granted; the point of another curve is longer.": (
        always_x25519
    ),
    "You do not compare the length with what is left: bytes may be missing, or too many.": (
        unchecked
    ),
    "You cut where the length says, and what is missing or left over goes unnoticed.": (
        cut_to_length
    ),
    "What is left over behind the signature you let pass.": at_least,
    "A signature that is shorter than its length says you let pass.": at_most,
    "You refuse every body: which bytes are the length, and which are the signature?": (
        lambda body: None
    ),
    "You take the last 256 bytes for the signature: only RSA-2048 makes so many.": (
        lambda body: (parts := taken_apart(body)) and parts | {"signature": body[-256:]}
    ),
}

# ---- verified


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
    kind: bool = True
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
        kind = fits_key(scheme, kind_of(public_key(certificate))) or not ask.kind
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
        verifier(kind=False)
    ),
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
