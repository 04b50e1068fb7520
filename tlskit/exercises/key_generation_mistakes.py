"""Exercise 06: P_hash and PRF; what is right, and the mistakes that are really made."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tlskit.checks import lesson_06
from tlskit.cipher_suites import Suite, suite_named
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH

Wrong = Callable[..., Any]


# ---- P_hash


def without_hmac(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Hash the secret and the rest, one after the other."""

    def digest(content: bytes) -> bytes:
        return hashlib.new(hash_name, secret + content).digest()

    return lesson_06.chained(length, digest(seed), digest, lambda a: digest(a + seed))


def whole_rounds(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Leave out the round that is cut."""
    size = hashlib.new(hash_name).digest_size
    return key_schedule.p_hash(hash_name, secret, seed, length // size * size)


def cut_in_front(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Keep the last bytes in place of the first."""
    return lesson_06.whole_blocks(hash_name, secret, seed, length)[-length:]


def from_each_seed(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Count rounds in place of chaining: A(i) from the seed and a number."""
    mac = partial(key_schedule.hmac, hash_name, secret)
    output, number = b"", 1
    while len(output) < length:
        output += mac(mac(seed + bytes([number])) + seed)
        number += 1
    return output[:length]


def standing_on_seed(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Leave A at the seed."""
    mac = partial(key_schedule.hmac, hash_name, secret)
    return lesson_06.chained(length, seed, lambda a: a, lambda a: mac(a + seed))


def hashed_blocks(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Make the chain with HMAC, and the blocks with the hash alone."""
    mac = partial(key_schedule.hmac, hash_name, secret)

    def block(a: bytes) -> bytes:
        return hashlib.new(hash_name, secret + a + seed).digest()

    return lesson_06.chained(length, mac(seed), mac, block)


def in_hex(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Put the blocks together as hexadecimal text."""
    return key_schedule.p_hash(hash_name, secret, seed, length).hex().encode()[:length]


def chained_by_key(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Take each A as the key of the next."""

    def following(a: bytes) -> bytes:
        return key_schedule.hmac(hash_name, a, secret)

    mac = partial(key_schedule.hmac, hash_name, secret)
    return lesson_06.chained(length, following(seed), following, lambda a: mac(a + seed))


TOO_MANY = "Too many bytes: the last block is not cut (RFC 5246 §5)."
P_HASH_MISTAKES: dict[str, Wrong] = {
    "Your first block is made from A(0). Which A stands in the first term? RFC 5246 §5.": (
        lesson_06.from_seed
    ),
    "Every round gives the same block: A(i) does not move on from round to round (RFC 5246 §5).": (
        lesson_06.standing
    ),
    "Your A never moves on from A(0), the seed: a line of the loop is missing (RFC 5246 §5).": (
        standing_on_seed
    ),
    "The blocks are a bare hash of secret and the rest. HMAC is more than that: RFC 2104 §2.": (
        hashed_blocks
    ),
    "The blocks are hexadecimal text, as `hexdigest` gives it; their bytes belong there.": in_hex,
    "Your A(i) is made from the seed and a counter; the RFC makes each A from the A before (RFC "
    "5246 §5).": from_each_seed,
    "You go on from the block. Two values move side by side here, and only one of them is the "
    "chain (RFC 5246 §5).": lesson_06.block_is_next,
    "The seed is joined to each A of the chain, too. Compare the line of A(i) with that of the "
    "output (RFC 5246 §5).": lesson_06.seeded_chain,
    "There is one HMAC a round in yours: what goes out and what stays inside are one value (RFC "
    "5246 §5).": lesson_06.one_hmac,
    "What you give out are the A's themselves; they stay inside (RFC 5246 §5).": (
        lesson_06.only_chain
    ),
    "The blocks are made from A(i) alone: something is missing there (RFC 5246 §5).": (
        lesson_06.no_seed
    ),
    "In the blocks A(i) and the seed stand in the other order (RFC 5246 §5).": lesson_06.seed_first,
    "Secret and seed have changed places: what is HMAC's key, and what its content? RFC 5246 §5.": (
        lesson_06.as_key
    ),
    "In the chain secret and A have changed places: what is HMAC's key there, and what its "
    "content? RFC 5246 §5.": chained_by_key,
    "That is a bare hash of secret and content. HMAC is more than that: RFC 2104 §2.": (
        without_hmac
    ),
    TOO_MANY: lesson_06.whole_blocks,
    "Too few bytes: there is one round in yours, however many bytes are wanted (RFC 5246 §5).": (
        lesson_06.one_round
    ),
    "Too few bytes: the round of which only a part is needed is missing (RFC 5246 §5).": (
        whole_rounds
    ),
    "The result was cut in front; what is over stands at the end (RFC 5246 §5).": cut_in_front,
    "The hash is SHA-256 in every case, whatever name your function is given.": (
        lesson_06.only_sha256
    ),
}


def mistakes_in_blocks(
    results: Sequence[bytes], arguments: Sequence[tuple[str, bytes, bytes, int]]
) -> list[str]:
    """Name what is wrong in results that are too long, beside their length."""
    wanted = [given[-1] for given in arguments]
    pairs = list(zip(results, wanted, strict=True))
    if any(len(one) < length for one, length in pairs) or sum(wanted) == sum(map(len, results)):
        return []
    cut = [one[:length] for one, length in pairs]
    found = [
        sentence
        for sentence, wrong in P_HASH_MISTAKES.items()
        if cut == [wrong(*given)[: given[-1]] for given in arguments]
    ]
    return [TOO_MANY, *found] if found and TOO_MANY not in found else []


# ---- PRF


def stretched(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Return P_hash with any hash of the library, so that a wrong one can be asked for, too."""

    def mac(content: bytes) -> bytes:
        return hmac.digest(secret, content, {"sha": "sha1"}.get(hash_name, hash_name))

    return lesson_06.chained(length, mac(seed), mac, lambda a: mac(a + seed))


def prf(p_hash: Wrong, suite: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Return the suite's PRF (RFC 5246 §5, RFC 5289 §3)."""
    return bytes(p_hash(suite_named(suite).hash_name, secret, label + seed, length))


def relabelled(change: Callable[[bytes, bytes, bytes], tuple[bytes, bytes]]) -> Wrong:
    """Return a PRF with another secret and seed for P_hash: made of secret, label, seed."""

    def wrong(
        p_hash: Wrong, suite: str, secret: bytes, label: bytes, seed: bytes, length: int
    ) -> Any:
        return p_hash(suite_named(suite).hash_name, *change(secret, label, seed), length)

    return wrong


def rehashed(choose: Callable[[Suite], str]) -> Wrong:
    """Return a PRF with another hash."""

    def wrong(
        p_hash: Wrong, suite: str, secret: bytes, label: bytes, seed: bytes, length: int
    ) -> Any:
        return p_hash(choose(suite_named(suite)), secret, label + seed, length)

    return wrong


def named_hash(suite: Suite) -> str:
    """Return the hash at the end of a suite's name, SHA-1 for a bare SHA."""
    word = suite.name.rpartition("_")[2].lower()
    return "sha1" if word == "sha" else word


PRF_MISTAKES: dict[str, Wrong] = {
    "The hash is SHA-256 in every case. Some suites name a newer one (RFC 5246 §5; RFC 5289 "
    "§3).": rehashed(lambda suite: "sha256"),
    "The hash is SHA-384 in every case; the suite decides (RFC 5246 §5).": rehashed(
        lambda suite: "sha384"
    ),
    "You took the last word of the suite's name for the PRF's hash, also where it says SHA, which "
    "is SHA-1. The records' MAC may have that; RFC 5246 §5 says what the PRF takes.": rehashed(
        named_hash
    ),
    "You took SHA-384 for all suites that don't say SHA256. Some say neither (RFC 5246 §5).": (
        rehashed(lambda suite: "sha256" if suite.name.endswith("SHA256") else "sha384")
    ),
    "You took SHA-384 wherever the name says 256 somewhere; those numbers are others' (RFC 5289 "
    "§3).": rehashed(lambda suite: "sha384" if "256" in suite.name else "sha256"),
    "The hash is SHA-1 in every case; it may be the hash of the records' MAC (RFC 5246 §5).": (
        rehashed(lambda suite: "sha1")
    ),
    "You took SHA-384 for suites with AES_256; that number is about the cipher (RFC 5289 §3).": (
        rehashed(lambda suite: "sha384" if "AES_256" in suite.name else "sha256")
    ),
    "The label is missing (RFC 5246 §5).": relabelled(lambda secret, label, seed: (secret, seed)),
    "The seed is missing (RFC 5246 §5).": relabelled(lambda secret, label, seed: (secret, label)),
    "There are 48 bytes in every case; `length` says how many are wanted (RFC 5246 §5).": (
        lambda p_hash, suite, secret, label, seed, length: prf(
            p_hash, suite, secret, label, seed, MASTER_SECRET_LENGTH
        )
    ),
    "Label and seed stand in the other order (RFC 5246 §5).": relabelled(
        lambda secret, label, seed: (secret, seed + label)
    ),
    "A byte with its length stands before the label. RFC 5246 §5 says what is included.": (
        relabelled(lambda secret, label, seed: (secret, bytes([len(label)]) + label + seed))
    ),
    "The label ends in a zero byte. RFC 5246 §5 says what is included.": relabelled(
        lambda secret, label, seed: (secret, label + b"\0" + seed)
    ),
    "The label went into the secret (RFC 5246 §5).": relabelled(
        lambda secret, label, seed: (secret + label, seed)
    ),
    "Secret and seed have changed places (RFC 5246 §5).": relabelled(
        lambda secret, label, seed: (label + seed, secret)
    ),
    "The words tls13 stand before the label: that is TLS 1.3 (RFC 9846 §7.1).": relabelled(
        lambda secret, label, seed: (secret, b"tls13 " + label + seed)
    ),
}
