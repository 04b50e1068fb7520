"""Exercise 06: what is right, and the mistakes that are really made in making keys."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tlskit.checks import lesson_06
from tlskit.cipher_suites import Suite, suite_named
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH, PRF

Wrong = Callable[..., Any]
CLIENT_HELLO, SERVER_HELLO, CLIENT_KEY_EXCHANGE, FINISHED = 1, 2, 16, 20
HEADER = 4
RANDOM = slice(HEADER + 2, HEADER + 34)
"""Where the random stands in either hello: behind the header and the version."""


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


# ---- extended master secret


def up_to_key_exchange(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages up to and with ClientKeyExchange (RFC 7627 §3)."""
    types = [one[0] for one in messages]
    return list(messages[: types.index(CLIENT_KEY_EXCHANGE) + 1])


def before(messages: Sequence[bytes], kind: int) -> list[bytes]:
    """Return the messages before the first of this type."""
    return list(messages[: [one[0] for one in messages].index(kind)])


def digest(hash_name: str, messages: Sequence[bytes]) -> bytes:
    """Return the hash of all messages."""
    return hashlib.new(hash_name, b"".join(messages)).digest()


def extended_master_secret(
    prf: PRF, hash_name: str, pre_master_secret: bytes, messages: Sequence[bytes]
) -> bytes:
    """Return the 48 bytes that the whole handshake up to here goes into (RFC 7627 §4)."""
    session_hash = digest(hash_name, up_to_key_exchange(messages))
    return prf(pre_master_secret, b"extended master secret", session_hash, MASTER_SECRET_LENGTH)


def seeded(
    make: Callable[[str, Sequence[bytes]], bytes], label: bytes = b"extended master secret"
) -> Wrong:
    """Return a master secret from another seed: made of hash and messages."""

    def wrong(prf: PRF, hash_name: str, secret: bytes, messages: Sequence[bytes]) -> bytes:
        return prf(secret, label, make(hash_name, messages), MASTER_SECRET_LENGTH)

    return wrong


def randoms(messages: Sequence[bytes]) -> bytes:
    """Return both randoms, the client's first."""
    return messages[0][RANDOM] + messages[1][RANDOM]


def right_hash(hash_name: str, messages: Sequence[bytes]) -> bytes:
    """Return the session hash (RFC 7627 §3)."""
    return digest(hash_name, up_to_key_exchange(messages))


Covering = Callable[[Sequence[bytes]], Sequence[bytes]]
COVERED: dict[str, Covering] = {
    "The session hash ends before ClientKeyExchange, so the client's part of the secret is not in "
    "it (RFC 7627 §3).": lambda messages: before(messages, CLIENT_KEY_EXCHANGE),
    "The session hash covers all messages, the Finished too. Both sides need the secret before "
    "these are sent (RFC 7627 §3).": lambda messages: messages,
    "The session hash covers all messages but the last, a Finished too. Both sides need the secret "
    "before these are sent (RFC 7627 §3).": lambda messages: messages[:-1],
    "You leave Finished out of the session hash and take all else, also what comes later than it "
    "reaches (RFC 7627 §3).": lambda messages: [one for one in messages if one[0] != FINISHED],
    "The session hash ends at Finished: with a client certificate a message more is in it than "
    "belongs there (RFC 7627 §3).": lambda messages: before(messages, FINISHED),
}
NO_HEADERS = "The messages went into the hash without their headers (RFC 7627 §3)."
ONLY_SHA256 = "The session hash is SHA-256 in every case; the suite names the hash (RFC 7627 §3)."


def bodies(messages: Sequence[bytes]) -> list[bytes]:
    """Return the messages without their headers."""
    return [one[HEADER:] for one in messages]


def covering(cover: Covering) -> dict[str, Wrong]:
    """Return the sentences to add, and the mistakes: that cover alone, or with one more in it."""
    return {
        "": seeded(lambda name, messages: digest(name, cover(messages))),
        f" {NO_HEADERS}": seeded(lambda name, messages: digest(name, bodies(cover(messages)))),
        f" {ONLY_SHA256}": seeded(lambda name, messages: digest("sha256", cover(messages))),
    }


EXTENDED_MISTAKES: dict[str, Wrong] = {
    "The seed is the two randoms. That was the older formula; what takes their place is in RFC "
    "7627 §4.": seeded(lambda name, messages: randoms(messages)),
    "That is the older formula, label and all: nothing of RFC 7627 §4 is in it.": seeded(
        lambda name, messages: randoms(messages), b"master secret"
    ),
    "The label is the older formula's (RFC 7627 §4).": seeded(right_hash, b"master secret"),
    "The randoms are in the seed beside the session hash (RFC 7627 §4).": seeded(
        lambda name, messages: right_hash(name, messages) + randoms(messages)
    ),
    NO_HEADERS: seeded(lambda name, messages: digest(name, bodies(up_to_key_exchange(messages)))),
    ONLY_SHA256: seeded(lambda name, messages: right_hash("sha256", messages)),
    "The messages themselves are the seed, and no hash of them (RFC 7627 §3).": seeded(
        lambda name, messages: b"".join(up_to_key_exchange(messages))
    ),
    "The session hash is SHA-384 in every case; the suite names the hash (RFC 7627 §3).": seeded(
        lambda name, messages: right_hash("sha384", messages)
    ),
    "The session hash is in the seed as hexadecimal text; its bytes belong there (RFC 7627 §3).": (
        seeded(lambda name, messages: right_hash(name, messages).hex().encode())
    ),
    "Only the two hellos are in the session hash (RFC 7627 §3).": seeded(
        lambda name, messages: digest(name, messages[:2])
    ),
    "Only ClientKeyExchange is in the session hash (RFC 7627 §3).": seeded(
        lambda name, messages: digest(name, up_to_key_exchange(messages)[-1:])
    ),
    "Secret and session hash have changed places (RFC 7627 §4).": (
        lambda prf, name, secret, messages: prf(
            right_hash(name, messages), b"extended master secret", secret, MASTER_SECRET_LENGTH
        )
    ),
    **{
        sentence + more: wrong
        for sentence, cover in COVERED.items()
        for more, wrong in covering(cover).items()
    },
}
