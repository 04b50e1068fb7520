"""Exercise 06: the key block and how it is cut; the mistakes that are really made."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

from tlskit.checks import lesson_06
from tlskit.cipher_suites import Cipher, Suite, suite_named
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH, PRF

Wrong = Callable[..., Any]
LABEL = b"key expansion"


# ---- the key block


def key_block(
    prf: PRF, master_secret: bytes, client_random: bytes, server_random: bytes, length: int
) -> bytes:
    """Return the key block (RFC 5246 §6.3)."""
    return key_schedule.key_block(prf, master_secret, server_random, client_random, length)


def expanded(seed: Callable[[bytes, bytes], bytes], label: bytes = LABEL, size: int = 0) -> Wrong:
    """Return a key expansion with another seed (of client's and server's random), label, size."""

    def wrong(prf: PRF, master_secret: bytes, client: bytes, server: bytes, length: int) -> bytes:
        return prf(master_secret, label, seed(client, server), size or length)

    return wrong


def server_first(client: bytes, server: bytes) -> bytes:
    """Return the randoms in the order of the key expansion."""
    return server + client


KEY_BLOCK_MISTAKES: dict[str, Wrong] = {
    "The randoms stand in the order of the master secret. Read the key expansion's seed once more: "
    "RFC 5246 §6.3.": expanded(lambda client, server: client + server),
    "The client's random is missing (RFC 5246 §6.3).": expanded(lambda client, server: server),
    "The server's random is missing (RFC 5246 §6.3).": expanded(lambda client, server: client),
    "There is no seed at all: every connection of a session would have the same keys (RFC 5246 "
    "§6.3).": expanded(lambda client, server: b""),
    "The label is the one of the master secret; each step has its own (RFC 5246 §6.3).": expanded(
        server_first, b"master secret"
    ),
    "Label and order are those of the master secret: that is the step before (RFC 5246 §6.3).": (
        expanded(lambda client, server: client + server, b"master secret")
    ),
    "The label has an underscore; the RFC's has not (RFC 5246 §6.3).": expanded(
        server_first, b"key_expansion"
    ),
    "The result has 48 bytes in every case: that is a master secret's size (RFC 5246 §6.3).": (
        expanded(server_first, LABEL, MASTER_SECRET_LENGTH)
    ),
    "The server's random is there twice, and the client's not (RFC 5246 §6.3).": expanded(
        lambda client, server: server + server
    ),
    "The client's random is there twice, and the server's not (RFC 5246 §6.3).": expanded(
        lambda client, server: client + client
    ),
    "Label and seed have changed places: the PRF takes the label first (RFC 5246 §5).": (
        lambda prf, master, client, server, length: prf(master, server + client, LABEL, length)
    ),
    "Secret and seed have changed places (RFC 5246 §6.3).": (
        lambda prf, master, client, server, length: prf(server + client, LABEL, master, length)
    ),
}


# ---- the key block, cut


def partition(suite: str, key_block: bytes) -> dict[str, bytes]:
    """Cut a suite's key block into its six parts; what is over is not used (RFC 5246 §6.3)."""
    needed = suite_named(suite).key_block_length
    return key_schedule.partition(suite_named(suite), key_block[:needed])


def named(wrong: Callable[[Suite, bytes], Any]) -> Wrong:
    """Return a partition that is given the suite's name."""
    return lambda suite, key_block: wrong(suite_named(suite), key_block)


def sized(change: Callable[[Suite], dict[str, int]]) -> Wrong:
    """Return a partition with other sizes of some parts."""

    def wrong(suite: Suite, key_block: bytes) -> dict[str, bytes]:
        sizes = lesson_06.sizes_of(suite) | change(suite)
        return lesson_06.cut_in(lesson_06.ORDER, key_block, sizes)

    return named(wrong)


def whole_nonce(suite: Suite) -> dict[str, int]:
    """Give GCM an IV as long as its nonce."""
    return {"IV": 12} if suite.cipher is Cipher.AES_GCM else {}


def record_half(suite: Suite) -> dict[str, int]:
    """Give GCM the half of its nonce that travels."""
    return {"IV": 8} if suite.cipher is Cipher.AES_GCM else {}


def cbc_ivs(suite: Suite) -> dict[str, int]:
    """Give CBC an IV, as TLS 1.0 did."""
    return {"IV": 16} if suite.cipher is Cipher.AES_CBC else {}


def nonces(suite: Suite) -> dict[str, int]:
    """Give every suite an IV as long as a nonce."""
    return {"IV": 12}


def gcm_for_all(suite: Suite) -> dict[str, int]:
    """Give ChaCha20-Poly1305 GCM's IV."""
    return {"IV": 4} if suite.cipher is Cipher.CHACHA20_POLY1305 else {}


def macs_for_all(suite: Suite) -> dict[str, int]:
    """Give AEAD suites MAC keys, as long as the hash in their names."""
    word = suite.name.rpartition("_")[2]
    return {"MAC_key": {"SHA": 20, "SHA256": 32, "SHA384": 48}[word]}


def macs_for(cipher: Cipher) -> Callable[[Suite], dict[str, int]]:
    """Return sizes with MAC keys for one of the AEAD ciphers."""
    return lambda suite: macs_for_all(suite) if suite.cipher is cipher else {}


def hash_for_key(suite: Suite) -> dict[str, int]:
    """Take any 256 in the name for the bits of a key."""
    return {"key": 32} if "256" in suite.name else {}


def block_of_sha1(suite: Suite) -> dict[str, int]:
    """Take SHA-1's output for 16 bytes."""
    return {"MAC_key": 16} if suite.mac_hash == "sha1" else {}


def macs_in_bits(suite: Suite) -> dict[str, int]:
    """Take the number in a hash's name for bytes."""
    return {"MAC_key": int(suite.mac_hash[3:])} if suite.mac_hash in ("sha256", "sha384") else {}


def no_macs(suite: Suite) -> dict[str, int]:
    """Forget the MAC keys."""
    return {"MAC_key": 0}


def sha1_for_all(suite: Suite) -> dict[str, int]:
    """Give every CBC suite the MAC keys of SHA-1."""
    return {"MAC_key": 20} if suite.mac_hash else {}


def longer_macs(suite: Suite) -> dict[str, int]:
    """Take SHA-256's size for SHA-1."""
    return {"MAC_key": 32} if suite.mac_hash == "sha1" else {}


def small_keys(suite: Suite) -> dict[str, int]:
    """Take 16 bytes for every key."""
    return {"key": 16}


def in_bits(suite: Suite) -> dict[str, int]:
    """Take the name's number for bytes."""
    return {"key": 8 * suite.enc_key_length} if "AES" in suite.name else {}


def one_key(suite: Suite, key_block: bytes) -> dict[str, bytes]:
    """Give both sides the client's parts."""
    parts = lesson_06.cut_in(lesson_06.ORDER, key_block, lesson_06.sizes_of(suite))
    return {name: parts[name.replace("server", "client")] for name in parts}


def moving(start: Callable[[int], int]) -> Callable[[Suite, bytes], dict[str, bytes]]:
    """Return a partition of which only some cuts move on: from the number of the part, the first.

    Args:
        start: number of a part -> number of the part where its bytes begin.
    """

    def wrong(suite: Suite, key_block: bytes) -> dict[str, bytes]:
        sizes = lesson_06.sizes_of(suite)
        long = [sizes[name.partition("_write_")[2]] for name in lesson_06.ORDER]
        parts = {}
        for number, name in enumerate(lesson_06.ORDER):
            at = sum(long[kind] for kind in range(0, start(number), 2))
            parts[name] = key_block[at : at + long[number]]
        return parts

    return wrong


def length_as_end(suite: Suite, key_block: bytes) -> dict[str, bytes]:
    """Give a slice the length in place of the end."""
    sizes, at, parts = lesson_06.sizes_of(suite), 0, {}
    for name in lesson_06.ORDER:
        size = sizes[name.partition("_write_")[2]]
        parts[name] = key_block[at:size]
        at += size
    return parts


def all_the_rest(suite: Suite, key_block: bytes) -> dict[str, bytes]:
    """Give the last part all that is left."""
    parts = lesson_06.cut_in(lesson_06.ORDER, key_block, lesson_06.sizes_of(suite))
    needed = suite.key_block_length
    return parts | {"server_write_IV": parts["server_write_IV"] + key_block[needed:]}


def none_for_empty(suite: Suite, key_block: bytes) -> dict[str, bytes | None]:
    """Give None for a part that a suite does not need."""
    parts = lesson_06.cut_in(lesson_06.ORDER, key_block, lesson_06.sizes_of(suite))
    return {name: part or None for name, part in parts.items()}


Order = tuple[str, ...]
ORDERS: dict[str, Order] = {
    "All of the client's parts come first in yours. RFC 5246 §6.3 lists the six in their order.": (
        lesson_06.BY_SIDE
    ),
    "In each pair client and server have changed places (RFC 5246 §6.3).": lesson_06.SERVER_FIRST,
    "The keys stand before the MAC keys (RFC 5246 §6.3).": lesson_06.KEYS_FIRST,
    "The IVs stand before the rest (RFC 5246 §6.3).": lesson_06.IVS_FIRST,
}
SIZES: dict[str, Callable[[Suite], dict[str, int]]] = {
    "GCM's IVs have 12 bytes in yours, as long as its whole nonce. Only the salt is in the key "
    "block (RFC 5288 §3).": whole_nonce,
    "GCM's IVs have 8 bytes in yours: that is the part which travels in each record (RFC 5288 "
    "§3).": record_half,
    "ChaCha20-Poly1305 has GCM's IV in yours; it has its own size (RFC 7905 §2).": gcm_for_all,
    "CBC suites have IVs in yours. So it was in TLS 1.0; now they travel in each record (RFC 5246 "
    "§6.2.3.2).": cbc_ivs,
    "Every IV has 12 bytes in yours, whatever the cipher (RFC 5288 §3, RFC 7905 §2).": nonces,
    "AEAD suites have MAC keys in yours. What does the last word of their names stand for? RFC "
    "5246 §6.2.3.3, RFC 5289 §3.2.": macs_for_all,
    "ChaCha20-Poly1305 has MAC keys in yours. What does the last word of such a name stand for? "
    "RFC 5246 §6.2.3.3.": macs_for(Cipher.CHACHA20_POLY1305),
    "GCM suites have MAC keys in yours. What does the last word of their names stand for? RFC 5246 "
    "§6.2.3.3, RFC 5289 §3.2.": macs_for(Cipher.AES_GCM),
    "A key has 32 bytes wherever the name says 256 somewhere; that may be the hash's number.": (
        hash_for_key
    ),
    "A bare SHA at the end of a name is SHA-1, and your MAC keys are shorter than its output (RFC "
    "5246 App. C).": block_of_sha1,
    "You took the number in the hash's name for bytes; it counts bits (RFC 5246 App. C).": (
        macs_in_bits
    ),
    "CBC suites have no MAC keys in yours (RFC 5246 §6.2.3.1).": no_macs,
    "A bare SHA at the end of a name is SHA-1, and your MAC keys are longer than that (RFC 5246 "
    "App. C).": longer_macs,
    "CBC suites have MAC keys of 20 bytes in yours, whatever their hash (RFC 5246 App. C).": (
        sha1_for_all
    ),
    "Every key has 16 bytes in yours; some suites have longer ones (RFC 5246 App. C).": small_keys,
    "You took the number in the name for bytes; it counts bits (RFC 5246 App. C).": in_bits,
}
PARTITION_MISTAKES: dict[str, Wrong] = {
    **{sentence: named(lesson_06.ordered(order)) for sentence, order in ORDERS.items()},
    **{sentence: sized(change) for sentence, change in SIZES.items()},
    "Both sides have the same parts; each direction has its own (RFC 5246 §6.3).": named(one_key),
    "Every part begins at the first byte: where does the next cut begin? RFC 5246 §6.3.": (
        named(moving(lambda number: 0))
    ),
    "Both sides have the same bytes: the place of the next cut moves on once for two parts (RFC "
    "5246 §6.3).": named(moving(lambda number: number - number % 2)),
    "A slice of yours ends at a part's length; its second number is the place where it ends.": (
        named(length_as_end)
    ),
    "The last part takes all that is left. A key block may be longer than what is needed (RFC 5246 "
    "§6.3).": named(all_the_rest),
    "A part that is empty is None in yours; it has no bytes, but it is bytes.": named(
        none_for_empty
    ),
    "Names are missing where a part is empty: there are six in every suite.": named(
        lesson_06.no_empty_parts
    ),
    "The parts are right, their names are not: look for what stands between side and kind.": named(
        lesson_06.other_names
    ),
}


# ---- several at once

Given = tuple[str, bytes]


def mistakes_at_once(results: Sequence[Any], arguments: Sequence[Given]) -> list[str]:
    """Return the fewest mistakes of order and size that together give these results.

    Nothing if one of the table gives them alone.
    """
    if any(all_given(wrong, results, arguments) for wrong in PARTITION_MISTAKES.values()):
        return []
    orders = {"": lesson_06.ORDER} | ORDERS
    for many in (1, 2, 3):
        for sentences in combinations(SIZES, many):
            for sentence, order in orders.items():
                if all_given(cut_with(order, sentences), results, arguments):
                    return [one for one in (sentence, *sentences) if one]
    return []


def cut_with(order: Order, sentences: Sequence[str]) -> Wrong:
    """Return a partition with another order and several sizes that are wrong."""

    def wrong(suite: Suite, key_block: bytes) -> dict[str, bytes]:
        sizes = lesson_06.sizes_of(suite)
        for sentence in sentences:
            sizes = sizes | SIZES[sentence](suite)
        return lesson_06.cut_in(order, key_block, sizes)

    return named(wrong)


def all_given(wrong: Wrong, results: Sequence[Any], arguments: Sequence[Given]) -> bool:
    """Tell whether a function gives all these results."""
    return all(wrong(*given) == one for one, given in zip(results, arguments, strict=True))
