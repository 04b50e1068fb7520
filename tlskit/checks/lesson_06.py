"""Checks of the lesson on key generation: P_hash, the PRF, the key block and how it is cut."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tlskit.checks.loops import ending
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report
from tlskit.cipher_suites import Suite, suite_named
from tlskit.labs.key_generation import protections
from tlskit.lesson import lesson_random
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import PRF, hmac, prf_sha256, prf_sha384

Mac = Callable[[bytes], bytes]
Parts = dict[str, bytes]
HASHES = ("sha256", "sha384")
ENDLESS = "nothing in it makes the output longer"

# ---- P_hash


def chained(length: int, a: bytes, following: Mac, block: Mac) -> bytes:
    """Return so many bytes of blocks, each made from an A, each A from the one before."""
    output = b""
    while len(output) < length:
        output += block(a)
        a = following(a)
    return output[:length]


def only_chain(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Give the A's themselves out."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed), mac, bytes)


def no_seed(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Leave the seed out of the blocks."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed), mac, mac)


def from_seed(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Make the first block from A(0)."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, seed, mac, lambda a: mac(a + seed))


def seed_first(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Put the seed before A(i)."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed), mac, lambda a: mac(seed + a))


def seeded_chain(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Join the seed to each A before the next is made."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed + seed), lambda a: mac(a + seed), lambda a: mac(a + seed))


def one_hmac(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Make one value a round, block and next A in one."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed + seed), lambda a: mac(a + seed), bytes)


def block_is_next(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Go on from the block in place of A(i)."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(mac(seed) + seed), lambda a: mac(mac(a) + seed), bytes)


def standing(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Use A(1) in every round."""
    mac = partial(hmac, hash_name, secret)
    return chained(length, mac(seed), bytes, lambda a: mac(a + seed))


def as_key(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Give HMAC the secret as content and the rest as key."""
    return chained(
        length,
        hmac(hash_name, seed, secret),
        lambda a: hmac(hash_name, a, secret),
        lambda a: hmac(hash_name, a + seed, secret),
    )


def whole_blocks(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Leave the last block whole."""
    size = key_schedule.HASHES[hash_name].digest_size
    return key_schedule.p_hash(hash_name, secret, seed, -(-length // size) * size)


def one_round(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Stop after the first round."""
    size = key_schedule.HASHES[hash_name].digest_size
    return key_schedule.p_hash(hash_name, secret, seed, min(length, size))


def only_sha256(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Use SHA-256 whatever hash is asked for."""
    return key_schedule.p_hash("sha256", secret, seed, length)


P_HASH_MISTAKES: dict[str, Callable[..., bytes]] = {
    "These are the A's themselves. They stay inside: each goes through HMAC once more.": (
        only_chain
    ),
    "The seed is missing in the blocks: in each round something is joined to A(i).": no_seed,
    "You are one round early: the first block is made from A(1), not from the seed.": from_seed,
    "In the block A(i) and the seed stand in the other order.": seed_first,
    "The chain of A's holds no seed after A(0): each is HMAC of the one before and nothing else.": (
        seeded_chain
    ),
    "There is one HMAC a round in yours, so each block is the next A too; there are two.": one_hmac,
    "You go on from the block. The chain goes on from A(i), so keep both apart.": block_is_next,
    "Every round gives the same block: A(i) does not move on inside the loop.": standing,
    "HMAC takes the key first: the secret is the key in every call.": as_key,
    "Too many bytes: the last block is cut, what is over is thrown away.": whole_blocks,
    "Too few bytes: one round is not always enough.": one_round,
    "The hash is SHA-256 in every case: use the name that your function is given.": only_sha256,
}


def p_hash(mine: Callable[..., Any]) -> Report:
    """Judge `my_p_hash(hash_name, secret, seed, length)` (RFC 5246 §5)."""
    draw = lesson_random("check of p_hash")
    cases = [(name, draw(48), draw(45), size) for name in HASHES for size in (20, 100, 160)]
    tried = ending(mine, ENDLESS) if callable(mine) else mine
    right, reference = key_schedule.p_hash, "RFC 5246 §5"
    return compare("my_p_hash", tried, right, cases, P_HASH_MISTAKES, reference=reference)


# ---- PRF


def relabelled(change: Callable[[bytes, bytes], bytes]) -> Callable[..., bytes]:
    """Return a PRF that puts label and seed together in another way."""

    def wrong(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
        return key_schedule.p_hash(hash_name, secret, change(label, seed), length)

    return wrong


def label_as_key(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Join the label to the secret."""
    return key_schedule.p_hash(hash_name, secret + label, seed, length)


def fixed_hash(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Use SHA-256 whatever hash is asked for."""
    return prf_sha256(secret, label, seed, length)


PRF_MISTAKES: dict[str, Callable[..., bytes]] = {
    "Label and seed stand in the other order.": relabelled(lambda label, seed: seed + label),
    "The label is missing.": relabelled(lambda label, seed: seed),
    "The seed is missing.": relabelled(lambda label, seed: label),
    "The label ends in a zero byte here; in TLS it is its letters and nothing else.": relabelled(
        lambda label, seed: label + b"\0" + seed
    ),
    "The label went into the secret; it belongs on the other side.": label_as_key,
    "The hash is SHA-256 in every case: use the name that your function is given.": fixed_hash,
}


def prf(mine: Callable[..., Any]) -> Report:
    """Judge `my_prf(hash_name, secret, label, seed, length)` (RFC 5246 §5)."""
    draw = lesson_random("check of prf")
    cases = [(name, draw(48), b"slithy toves", draw(32), 100) for name in HASHES]
    return compare("my_prf", mine, key_schedule.prf, cases, PRF_MISTAKES, reference="RFC 5246 §5")


# ---- key block


def expanded(
    label: bytes, seed: Callable[[bytes, bytes], bytes], size: int = 0
) -> Callable[..., bytes]:
    """Return a key expansion with another label, seed or size."""

    def wrong(prf: PRF, master_secret: bytes, server: bytes, client: bytes, length: int) -> bytes:
        return prf(master_secret, label, seed(server, client), size or length)

    return wrong


RIGHT_LABEL = b"key expansion"
KEY_BLOCK_MISTAKES: dict[str, Callable[..., bytes]] = {
    "The randoms stand in the order of the master secret; here it is the other one.": expanded(
        RIGHT_LABEL, lambda server, client: client + server
    ),
    "The client's random is missing.": expanded(RIGHT_LABEL, lambda server, client: server),
    "The server's random is missing.": expanded(RIGHT_LABEL, lambda server, client: client),
    "The label is the one of the master secret; this is the next step and has its own.": expanded(
        b"master secret", lambda server, client: server + client
    ),
    "The label has an underscore; the RFC's has a space.": expanded(
        b"key_expansion", lambda server, client: server + client
    ),
    "The result has 48 bytes in every case. That is a master secret; of the key block the suite "
    "says how many it needs.": expanded(RIGHT_LABEL, lambda server, client: server + client, 48),
}


def key_block(mine: Callable[..., Any]) -> Report:
    """Judge `my_key_block(prf, master_secret, server_random, client_random, length)` (§6.3)."""
    draw = lesson_random("check of key_block")
    cases = [
        (prf, draw(48), draw(32), draw(32), length)
        for prf, length in ((prf_sha256, 40), (prf_sha384, 160))
    ]
    return compare(
        "my_key_block",
        mine,
        key_schedule.key_block,
        cases,
        KEY_BLOCK_MISTAKES,
        reference="RFC 5246 §6.3",
    )


# ---- partition

ORDER = tuple(
    f"{side}_write_{kind}" for kind in ("MAC_key", "key", "IV") for side in ("client", "server")
)
BY_SIDE = tuple(name for side in ("client", "server") for name in ORDER if name.startswith(side))
SERVER_FIRST = tuple(ORDER[at ^ 1] for at in range(6))
KEYS_FIRST = ORDER[2:4] + ORDER[:2] + ORDER[4:]
IVS_FIRST = ORDER[4:] + ORDER[:4]


def cut_in(order: tuple[str, ...], key_block: bytes, sizes: dict[str, int]) -> Parts:
    """Cut a key block in an order of the names; the parts' names keep the right one."""
    found, at = {}, 0
    for name in order:
        size = sizes[name.partition("_write_")[2]]
        found[name] = key_block[at : at + size]
        at += size
    return {name: found[name] for name in ORDER}


def sizes_of(suite: Suite) -> dict[str, int]:
    """Return the sizes of a suite's parts."""
    return {
        "MAC_key": suite.mac_key_length,
        "key": suite.enc_key_length,
        "IV": suite.fixed_iv_length,
    }


def ordered(order: tuple[str, ...]) -> Callable[..., Parts]:
    """Return a partition in another order."""
    return lambda suite, key_block: cut_in(order, key_block, sizes_of(suite))


def record_ivs(suite: Suite, key_block: bytes) -> Parts:
    """Take the length of the IV that travels with each record."""
    return cut_in(ORDER, key_block, sizes_of(suite) | {"IV": suite.record_iv_length})


def no_macs(suite: Suite, key_block: bytes) -> Parts:
    """Forget the MAC keys."""
    return cut_in(ORDER, key_block, sizes_of(suite) | {"MAC_key": 0})


def no_mac_names(suite: Suite, key_block: bytes) -> Parts:
    """Cut four parts and have no names for MAC keys."""
    return {name: part for name, part in no_macs(suite, key_block).items() if "MAC" not in name}


def no_empty_parts(suite: Suite, key_block: bytes) -> Parts:
    """Leave out what a suite does not need."""
    parts = cut_in(ORDER, key_block, sizes_of(suite))
    return {name: part for name, part in parts.items() if part}


def other_names(suite: Suite, key_block: bytes) -> Parts:
    """Leave `write` out of the names."""
    parts = cut_in(ORDER, key_block, sizes_of(suite))
    return {name.replace("_write", ""): part for name, part in parts.items()}


PARTITION_MISTAKES: dict[str, Callable[..., Parts]] = {
    "All of the client's parts come first in yours. The RFC goes by kind: both sides' MAC keys, "
    "then both keys, then both IVs.": ordered(BY_SIDE),
    "In each pair the sides have changed places.": ordered(SERVER_FIRST),
    "The keys stand before the MAC keys.": ordered(KEYS_FIRST),
    "The IVs stand before the rest.": ordered(IVS_FIRST),
    "Your IVs have the length of what travels in each record; the key block holds the fixed "
    "part.": record_ivs,
    "The MAC keys are missing: a CBC suite has them.": no_macs,
    "Two names are missing, the MAC keys': where a suite needs none, they are empty.": no_mac_names,
    "Names are missing where a part is empty: there are six in every suite.": no_empty_parts,
    "The parts are right, their names are not: `write` belongs in each.": other_names,
}


def partition(mine: Callable[..., Any]) -> Report:
    """Judge `my_partition(suite, key_block)`, which returns a dict (RFC 5246 §6.3)."""
    draw = lesson_random("check of partition")
    suites = [suite_named(name) for name in protections()]
    cases = [(suite, draw(suite.key_block_length)) for suite in suites]
    return compare(
        "my_partition",
        mine,
        key_schedule.partition,
        cases,
        PARTITION_MISTAKES,
        expected=dict,
        praise=f"Right for {len(cases)} suites.",
        reference="RFC 5246 §6.3",
    )
