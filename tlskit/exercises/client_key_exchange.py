"""Exercise 05: ClientKeyExchange, RSA and ECDHE (RFC 5246 §7.4.7; RFC 8422 §5.7, §5.10)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from tlskit import pki
from tlskit.exercises.client_key_exchange_live import (
    decrypts_by_her,
    encrypts_by_her,
    exchanges_by_her,
    secret_by_her,
)
from tlskit.exercises.client_key_exchange_mistakes import (
    BYTES_FOR_A_BAD_KEY,
    RSA_MISTAKES,
    SECRET_MISTAKES,
    SERVER_KEYS,
    compressed,
    private_der,
    read_rsa_body,
    rsa_body,
    shared_secret,
    version,
)
from tlskit.exercises.client_key_exchange_more import (
    DECRYPT_MISTAKES,
    EXCHANGE_MISTAKES,
    decrypted,
    exchanged,
    read_decrypted,
)
from tlskit.exercises.drawing import among, number
from tlskit.exercises.task import (
    Assignment,
    Came,
    Case,
    Draw,
    Explanation,
    Handed,
    Outcome,
    Task,
    reflection,
)
from tlskit.key_exchange import KeyPair, generate_key_pair
from tlskit.key_exchange import shared_secret as computed
from tlskit.labs.key_transport import KEY, exponents, padded, raised
from tlskit.registry import NamedGroup

P256, P384, X25519 = NamedGroup.secp256r1, NamedGroup.secp384r1, NamedGroup.x25519
VERSIONS = (b"\x03\x01", b"\x03\x02", b"\x03\x03")
LOW_ORDER = (
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
)
"""x25519 keys with which every secret is all zero (RFC 7748 §6.1)."""


# ---- RSA


@cache
def certificate(name: str) -> bytes:
    """Return a server certificate for a course key."""
    contents = replace(pki.leaf_contents("rsa"), private_key=pki.course_key(name))
    return pki.issued(contents, pki.intermediate("rsa")).chain[0]


def rsa_cases(draw: Draw) -> list[Case]:
    """Return what was offered and negotiated, 46 bytes, a certificate: with large and small key."""
    large, small = among(draw, SERVER_KEYS[:2]), SERVER_KEYS[-1]
    cases = []
    for mine, agreed, name in (
        (0x0303, 0x0303, large),
        (0x0302, 0x0302, small),
        (0x0303, among(draw, (0x0301, 0x0302)), small),
        (0x0302, 0x0301, large),
    ):
        part = "both agree on a version" if mine == agreed else "the server took an older version"
        cases.append(Case((mine, agreed, draw(46), certificate(name)), part))
    return cases


# ---- ECDHE


def meeting(draw: Draw, group: NamedGroup, zero: bool = False) -> tuple[KeyPair, KeyPair]:
    """Return two key pairs; if wanted, so that their secret begins with a zero byte."""
    mine, peer = generate_key_pair(group, draw), generate_key_pair(group, draw)
    while zero != (computed(mine, peer.public)[0] == 0):
        peer = generate_key_pair(group, draw)
    return mine, peer


def secret_cases(draw: Draw) -> list[Case]:
    """Return keys of three groups, secrets with a leading zero, and keys that do not do."""
    cases = []
    for group, zero, part in (
        (P256, False, "the NIST curves"),
        (P384, False, "the NIST curves"),
        (X25519, False, "x25519"),
        (X25519, False, "x25519"),
        (P256, True, "a secret that begins with a zero byte"),
        (P256, True, "a secret that begins with a zero byte"),
        (X25519, True, "a secret that begins with a zero byte"),
    ):
        mine, peer = meeting(draw, group, zero)
        arguments = (group.name, private_der(mine.private_key), peer.public)
        cases.append(Case(arguments, part))
    return cases + refused_cases(draw)


def both_compressed(peer: KeyPair) -> list[bytes]:
    """Return a point in compressed form, and the one below or above it (RFC 8422 §5.1.2)."""
    one = compressed(peer.private_key, peer.group.name)
    return [one, bytes([one[0] ^ 1]) + one[1:]]


def refused_cases(draw: Draw) -> list[Case]:
    """Return public keys with which the handshake has to end."""
    mine, peer = meeting(draw, P256)
    curve, x25519 = private_der(mine.private_key), private_der(meeting(draw, X25519)[0].private_key)
    off_the_curve = peer.public[:-1] + bytes([peer.public[-1] ^ number(draw, 1, 255)])
    refused = [
        *((P256.name, curve, one) for one in both_compressed(peer)),
        (P256.name, curve, off_the_curve),
        (P256.name, curve, peer.public[:-1]),
        (X25519.name, x25519, among(draw, LOW_ORDER)),
    ]
    return [Case(arguments, "a public key that does not do") for arguments in refused]


def one_after_another(keys: Sequence[bytes]) -> Handed:
    """Return the function that hands out another key at each call, the last again and again."""
    new = Handed("new_private_key", lambda: keys[min(len(new.calls), len(keys)) - 1])
    return new


def exchange_cases(draw: Draw) -> list[Case]:
    """Return a new key for each handshake, the group, the server's public key."""
    cases = []
    for group, zero, part in (
        (P256, False, "the NIST curves"),
        (P384, False, "the NIST curves"),
        (P256, True, "the NIST curves"),
        (X25519, False, "x25519"),
        (X25519, False, "x25519"),
    ):
        mine, server = meeting(draw, group, zero)
        keys = [mine, generate_key_pair(group, draw)]
        new = one_after_another([private_der(one.private_key) for one in keys])
        cases.append(Case((new, group.name, server.public), part))
    return cases


# ---- RSA, the server's side


def decrypt_cases(draw: Draw) -> list[Case]:
    """Return good secrets, and ciphertexts that are wrong in their padding, length or version."""
    key, e = private_der(KEY), exponents()[0]
    cases = []

    def add(part: str, block: bytes, offered: bytes) -> None:
        arguments = (key, raised(block, e), int.from_bytes(offered), draw(46))
        cases.append(Case(arguments, part))

    older = among(draw, VERSIONS[:2])
    for offered, other in ((VERSIONS[2], older), (older, VERSIONS[2])):
        add("a good secret", padded(offered + draw(46), draw), offered)
        sound = padded(offered + draw(46), draw)
        add("wrong padding", b"\x00\x01" + sound[2:], offered)
        add("wrong length", padded(offered + draw(number(draw, 30, 45)), draw), offered)
        add("wrong length", padded(offered + draw(number(draw, 47, 60)), draw), offered)
        add("wrong version", padded(other + draw(46), draw), offered)
    return cases


# ---- mistakes that no result shows

RAISED_FOR_A_BAD_KEY = (
    "For a public key that does not do, your function ends in the library's {error}. Whoever "
    "sends such a key must not bring your client down; what to return stands in the task."
)
NOT_A_NEW_KEY = (
    "In one handshake at least you took no new private key. The E in ECDHE stands for a key that "
    "serves once (RFC 5246 App. F.1.1.3); what it protects is as old as the oldest use of it."
)
TELLS = (
    "Where decryption fails, your server {does}. It may be about any of padding, length, version: "
    "who learns that can decrypt a recorded secret, question by question (RFC 5246 §7.4.7.1)."
)
OWN_RANDOM = (
    "Where decryption fails, your secret has the right form, but its random bytes are not those "
    "that were handed over: these were drawn before anything was decrypted (RFC 5246 §7.4.7.1)."
)


def raised_for_a_bad_key(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name an error let through for a bad key and nothing else, or bytes that are no secret."""
    pairs = list(zip(cases, outcomes, strict=True))
    errors = [one.error for case, one in pairs if one.came is Came.RAISED]
    elsewhere = [one for case, one in pairs if one.error and "does not do" not in case.part]
    if errors and not elsewhere:
        return [RAISED_FOR_A_BAD_KEY.format(error=errors[0])]
    curves = [one for case, one in pairs if case.arguments[0] != "x25519"]
    return [BYTES_FOR_A_BAD_KEY] if any(is_zero(one.value) for one in curves) else []


def is_zero(value: Any) -> bool:
    """Tell whether a result is bytes, none or all of them zero."""
    return isinstance(value, bytes) and not any(value)


def no_new_key(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name an old key in a new handshake."""
    went = [one.asked[0] for one in outcomes if one.came is Came.VALUE and one.asked]
    return [NOT_A_NEW_KEY] if any(not calls for calls in went) else []


def tells(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name a decryption that tells: by an error, by None, by a word."""
    pairs = list(zip(cases, outcomes, strict=True))
    if any(case.part == "a good secret" and one.error for case, one in pairs):
        return []
    if errors := [one.error for one in outcomes if one.came is Came.RAISED]:
        return [TELLS.format(does=f"ends in {errors[0]}")]
    bad = [one for case, one in pairs if case.part != "a good secret" and one.came is Came.VALUE]
    if odd := [one.value for one in bad if not isinstance(one.value, bytes)]:
        return [TELLS.format(does=f"answers {odd[0]!r}, which is no secret")]
    return [OWN_RANDOM] if all(drawn_by_herself(*pair) for pair in pairs) else []


def drawn_by_herself(case: Case, outcome: Outcome) -> bool:
    """Tell whether a secret looks made up, and not from what was handed over for it."""
    if case.part not in ("wrong padding", "wrong length"):
        return True
    offered, instead = case.arguments[2:]
    value = outcome.value
    formed = isinstance(value, bytes) and len(value) == 2 + len(instead)
    return formed and value[:2] == version(offered) and value[2:] not in (instead, bytes(46))


OURS = "tlskit.key_exchange."
ASSIGNMENT = Assignment(
    "05_client_key_exchange",
    (
        reflection(
            "why_the_version",
            "b",
            {
                "a": "The server reads the version of the keys from ServerHello, which both know.",
                "c": "The random bytes are enough for that; two more fixed ones add nothing.",
                "d": "The length stands outside, in the clear, before the ciphertext.",
            },
            reference="RFC 5246 §7.4.7.1",
        ),
        Task(
            "my_rsa_body",
            4,
            rsa_cases,
            rsa_body,
            RSA_MISTAKES,
            reference="RFC 5246 §7.4.7.1 (the structure, and its notes), §4.7; lesson 05",
            absent=(OURS + "encrypt_pre_master_secret",),
            praise="Right for both sizes of key: the server decrypts what it expects.",
            read=read_rsa_body,
            live=encrypts_by_her,
        ),
        reflection(
            "which_key_opens_it",
            "a",
            {
                "b": "There is no ServerKeyExchange with RSA key transport (RFC 5246 §7.4.3).",
                "c": "The randoms are public; they open nothing.",
                "d": "The client has no key pair in this exchange, only 48 bytes.",
            },
            reference="RFC 5246 §7.4.7.1, App. F.1.1.2",
        ),
        Task(
            "my_shared_secret",
            5,
            secret_cases,
            shared_secret,
            SECRET_MISTAKES,
            (bytes, type(None)),
            "RFC 8422 §5.10 (the secret), §5.11 (what is refused), §5.1.2 (forms); lesson 05",
            absent=(OURS + "shared_secret",),
            praise="Right, also where the secret begins with zero, and for keys that do not do.",
            more=raised_for_a_bad_key,
            live=secret_by_her,
        ),
        reflection(
            "why_once_in_256",
            "d",
            {
                "a": "The public key has its length before it, and that length never changes.",
                "b": "Padding belongs to RSA's ciphertext; nothing is encrypted here.",
                "c": "An all-zero secret is far rarer than once in 256, and refused at once.",
            },
            reference="RFC 8422 §5.10",
        ),
        Task(
            "my_exchange",
            5,
            exchange_cases,
            exchanged,
            EXCHANGE_MISTAKES,
            dict,
            "RFC 8422 §5.7 (the message), §5.4 (ECPoint), §5.10 (the secret); lesson 05",
            absent=(OURS + "shared_secret", OURS + "generate_key_pair"),
            praise="Right for two curves and x25519: the server comes to the same secret.",
            more=no_new_key,
            live=exchanges_by_her,
        ),
        reflection(
            "what_is_encrypted",
            "d",
            {
                "a": "That is RSA key transport. Here both compute it, and nobody sends it.",
                "b": "It stands there in the clear: the server has to read it, and so may others.",
                "c": "The master secret is made after this message, and never sent.",
            },
            reference="RFC 8422 §5.7, §2",
        ),
        Task(
            "my_decrypt",
            4,
            decrypt_cases,
            decrypted,
            DECRYPT_MISTAKES,
            reference="RFC 5246 §7.4.7.1 (both notes); lesson 05",
            absent=(OURS + "decrypt_pre_master_secret",),
            praise="Right: good secrets come out, and nothing is said about bad ones.",
            read=read_decrypted,
            more=tells,
            live=decrypts_by_her,
        ),
    ),
    (Explanation("explain-two-ways", 2), Explanation("explain-not-telling", 2)),
)
