"""Inputs of exercise 04, from a seed: keys, parameters, bodies with a fault at one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519

from tlskit.certificates import PrivateKey
from tlskit.exercises.drawing import among, label, number, shuffled
from tlskit.exercises.server_key_exchange_signing import (
    CONTENTS,
    digitally_signed,
    to_sign,
)
from tlskit.exercises.task import Case, Draw
from tlskit.pki import Contents, certify, course_key, der
from tlskit.registry import NamedGroup
from tlskit.signatures import HASHES, SCHEMES, sign

P256, P384, X25519 = NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.x25519
CURVES: dict[int, Callable[[], ec.EllipticCurve]] = {P256: ec.SECP256R1, P384: ec.SECP384R1}
RSA_KEYS = ("leaf_rsa", "client_rsa", "intermediate_rsa")
PKCS1 = (0x0401, 0x0501, 0x0601)
PSS = (0x0804, 0x0805, 0x0806)
ECDSA_256, ECDSA_384, ED25519 = 0x0403, 0x0503, 0x0807
SIGNING_CURVES: dict[int, Callable[[], ec.EllipticCurve]] = {
    ECDSA_256: ec.SECP256R1,
    ECDSA_384: ec.SECP384R1,
    0x0603: ec.SECP521R1,
}
OTHER_CONTENTS = (
    *("without the server's random", "without the client's random", "the parameters first"),
    *("the public key for the parameters", "hashed with SHA-256 first"),
)
"""What else might be signed; a client that wants one of these has it in a case of its own."""
ALL_SCHEMES = tuple(int(one) for one in SCHEMES)
ALL_GROUPS = (int(X25519), int(P256), int(P384), int(NamedGroup.secp521r1))

# ---- keys and parameters


def key_for(draw: Draw, scheme: int) -> PrivateKey:
    """Return a private key that can make signatures of a scheme."""
    if scheme == ED25519:
        return ed25519.Ed25519PrivateKey.from_private_bytes(draw(32))
    if scheme in SIGNING_CURVES:
        return ec.derive_private_key(int.from_bytes(draw(31)) + 1, SIGNING_CURVES[scheme]())
    return course_key(among(draw, RSA_KEYS))


def pem(key: PrivateKey) -> bytes:
    """Return a private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def certificate(draw: Draw, key: PrivateKey) -> bytes:
    """Return a certificate in DER for a key; nobody looks at more than that in it."""
    return der(certify(Contents(label(draw), key, (f"{label(draw)}.example",)), None))


def ecdh_params(draw: Draw, group: int) -> bytes:
    """Return curve type, group, and a public key with its length (RFC 8422 §5.4)."""
    if group == X25519:
        private = x25519.X25519PrivateKey.from_private_bytes(draw(32))
        public = private.public_key().public_bytes_raw()
    else:
        secret = ec.derive_private_key(int.from_bytes(draw(31)) + 1, CURVES[group]())
        public = secret.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    return b"\x03" + int(group).to_bytes(2) + bytes([len(public)]) + public


def a_group(draw: Draw) -> int:
    """Return one of the three groups."""
    return among(draw, (X25519, P256, P384))


def some_of(draw: Draw, things: Sequence[int], one: int, among_them: bool = True) -> list[int]:
    """Return some of these in any order, with one of them, never the first, or without it."""
    others = [thing for thing in shuffled(draw, things) if thing != one]
    others = others[: number(draw, 1, len(others))]
    if among_them:
        others.insert(number(draw, 1, len(others)), one)
    return others


# ---- the body taken apart


def bodies(draw: Draw) -> list[Case]:
    """Return bodies of two curves, and some whose length does not fit."""

    def body(group: int, cut: int = 0, more: int = 0) -> bytes:
        scheme = among(draw, ALL_SCHEMES)
        signed = digitally_signed(scheme, draw(number(draw, 64, 400)))
        whole = ecdh_params(draw, group) + signed
        return whole[: len(whole) - cut] + draw(more)

    lengths = "a length that fits, or not"
    found = [
        Case((body(X25519),), "X25519"),
        Case((body(X25519),), "X25519"),
        Case((body(P256),), "other curves"),
        Case((body(P384),), "other curves"),
        Case((body(a_group(draw)),), lengths),
        Case((body(a_group(draw), cut=number(draw, 1, 40)),), lengths),
        Case((body(a_group(draw), more=number(draw, 1, 40)),), lengths),
    ]
    return shuffled(draw, found)


# ---- signing


def signings(draw: Draw) -> list[Case]:
    """Return schemes of each kind, a key for each, randoms and parameters."""
    schemes = [
        *((one, "RSA, PKCS #1 v1.5") for one in (PKCS1[0], among(draw, PKCS1[1:]))),
        *((one, "RSA, PSS") for one in (PSS[0], among(draw, PSS[1:]))),
        *((one, "ECDSA") for one in (ECDSA_256, ECDSA_384)),
        (ED25519, "Ed25519"),
    ]
    found = []
    for scheme, part in schemes:
        key = pem(key_for(draw, scheme))
        params = ecdh_params(draw, a_group(draw))
        found.append(Case((scheme, key, draw(32), draw(32), params), part))
    return shuffled(draw, found)


# ---- verifying


@dataclass(frozen=True)
class Signed:
    """A body and all that a client knows when it comes.

    Args:
        key: what the certificate's public half belongs to.
    """

    scheme: int
    key: PrivateKey
    certificate: bytes
    client: bytes
    server: bytes
    params: bytes
    groups: list[int]
    schemes: list[int]

    def case(self, part: str, body: bytes | None = None, **changes: Any) -> Case:
        """Return the arguments of a call, some of them changed."""
        known = {
            "body": self.body() if body is None else body,
            "certificate": self.certificate,
            "client": self.client,
            "server": self.server,
            "groups": self.groups,
            "schemes": self.schemes,
        }
        return Case(tuple((known | changes).values()), part)

    def body(
        self,
        content: bytes | None = None,
        by: PrivateKey | None = None,
        scheme: int = 0,
        params: bytes = b"",
    ) -> bytes:
        """Return the message's body, signed over another content, or by another key or scheme."""
        sent = params or self.params
        signed = to_sign(self.client, self.server, sent) if content is None else content
        signature = sign(scheme or self.scheme, by or self.key, signed)
        return sent + digitally_signed(self.scheme, signature)


def sound(draw: Draw, scheme: int, group: int = 0) -> Signed:
    """Return a body that is right, and was offered, but never as the first."""
    key, group = key_for(draw, scheme), group or a_group(draw)
    return Signed(
        scheme,
        key,
        certificate(draw, key),
        draw(32),
        draw(32),
        ecdh_params(draw, group),
        some_of(draw, ALL_GROUPS, group),
        some_of(draw, ALL_SCHEMES, scheme),
    )


def flipped(draw: Draw, body: bytes, first: int, last: int) -> bytes:
    """Return a body with one bit of one byte in a range changed."""
    at = number(draw, first, last)
    return body[:at] + bytes([body[at] ^ 1 << number(draw, 0, 7)]) + body[at + 1 :]


def of_a_kind(draw: Draw, part: str, schemes: Sequence[int]) -> list[Case]:
    """Return for each scheme a good body; one changed on the way; one signed by another's key."""
    found = []
    for scheme in schemes:
        good, changed, forged = (sound(draw, scheme) for _ in range(3))
        own = key_for(draw, scheme)
        while own is forged.key:
            own = key_for(draw, scheme)
        found += [
            good.case(part),
            changed.case(part, flipped(draw, changed.body(), 5, len(changed.params) - 1)),
            forged.case(part, forged.body(by=own)),
        ]
    return found


def with_another_curve(draw: Draw, scheme: int) -> Case:
    """Return a good body whose ECDSA key is on the curve that TLS 1.3 has for another scheme."""
    other = {ECDSA_256: ECDSA_384, ECDSA_384: ECDSA_256}[scheme]
    key = key_for(draw, other)
    return replace(sound(draw, scheme), key=key, certificate=certificate(draw, key)).case("ECDSA")


def with_another_salt(draw: Draw) -> Case:
    """Return a body signed by PSS with a salt that is longer or shorter than the hash."""
    one = sound(draw, among(draw, PSS))
    hash_, size = HASHES[one.scheme], among(draw, (0, 20, 100))
    pads = padding.PSS(padding.MGF1(hash_), size)
    assert isinstance(one.key, rsa.RSAPrivateKey)
    signature = one.key.sign(to_sign(one.client, one.server, one.params), pads, hash_)
    return one.case("RSA", one.params + digitally_signed(one.scheme, signature))


def with_randoms(draw: Draw) -> list[Case]:
    """Return bodies signed over today's randoms, over yesterday's, over none, and swapped."""
    part = "the randoms"
    one = [sound(draw, among(draw, ALL_SCHEMES)) for _ in range(5)]
    swapped = to_sign(one[3].server, one[3].client, one[3].params)
    others: list[Case] = []
    for name in OTHER_CONTENTS:
        of = sound(draw, among(draw, (PKCS1[0], ECDSA_256)))
        content = CONTENTS[name](of.scheme, of.client, of.server, of.params)
        others.append(of.case(part, of.body(content)))
    return [
        *others,
        one[0].case(part),
        one[1].case(part, server=draw(32)),
        one[4].case(part, client=draw(32)),
        one[2].case(part, one[2].body(one[2].params)),
        one[3].case(part, one[3].body(swapped)),
    ]


def as_offered(draw: Draw) -> list[Case]:
    """Return bodies with what was offered, and with what was not; the signatures are right."""
    part = "what was offered"
    one = [sound(draw, among(draw, ALL_SCHEMES)) for _ in range(3)]
    kind = sound(draw, ECDSA_256)
    kind_scheme = among(draw, (0x0401, 0x0804))
    mixed = kind.params + digitally_signed(
        kind_scheme, sign(ECDSA_256, kind.key, to_sign(kind.client, kind.server, kind.params))
    )
    type_ = sound(draw, among(draw, ALL_SCHEMES))
    other = bytes([number(draw, 1, 2)]) + type_.params[1:]
    group = int.from_bytes(one[1].params[1:3])
    both = sound(draw, among(draw, ALL_SCHEMES))
    without = some_of(draw, ALL_SCHEMES, both.scheme, among_them=False)
    return [
        both.case(part, both.body(draw(32)), schemes=without),
        one[0].case(part),
        one[1].case(part, groups=some_of(draw, ALL_GROUPS, group, among_them=False)),
        one[2].case(part, schemes=some_of(draw, ALL_SCHEMES, one[2].scheme, among_them=False)),
        kind.case(part, mixed, schemes=some_of(draw, ALL_SCHEMES, kind_scheme)),
        type_.case(part, type_.body(params=other)),
    ]


def of_length(draw: Draw) -> list[Case]:
    """Return bodies with a signature as long as it says, shorter, and longer."""
    part = "lengths"
    one = [sound(draw, among(draw, ALL_SCHEMES)) for _ in range(4)]
    other = bytes([number(draw, 1, 2)]) + one[3].body()[1:]
    return [
        one[0].case(part),
        one[3].case(part, other[: -number(draw, 1, 20)]),
        one[1].case(part, one[1].body()[: -number(draw, 1, 20)]),
        one[2].case(part, one[2].body() + draw(number(draw, 1, 20))),
    ]


def verifications(draw: Draw) -> list[Case]:
    """Return bodies, each with one fault or none; every part has a good one."""
    mislabelled = sound(draw, PKCS1[0])
    other_hash = mislabelled.body(scheme=PKCS1[1])
    found = [
        *of_a_kind(draw, "RSA", (PKCS1[0], among(draw, PKCS1[1:]), PSS[0], among(draw, PSS[1:]))),
        mislabelled.case("RSA", other_hash),
        with_another_salt(draw),
        with_another_curve(draw, ECDSA_256),
        with_another_curve(draw, ECDSA_384),
        *of_a_kind(draw, "ECDSA", (ECDSA_256, ECDSA_384)),
        *of_a_kind(draw, "Ed25519", (ED25519,)),
        *with_randoms(draw),
        *as_offered(draw),
        *of_length(draw),
    ]
    return shuffled(draw, found)
