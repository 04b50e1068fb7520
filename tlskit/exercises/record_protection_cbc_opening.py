"""Exercise 07, CBC with HMAC: the usual wrong ways to open a record."""

from functools import partial
from hashlib import new

from tlskit.exercises.record_protection_cbc import (
    BLOCK,
    Way,
    covered,
    cut,
    decrypted,
    encrypted,
    keyed,
    pad,
    unprotect_cbc,
)
from tlskit.exercises.record_protection_cbc_mistakes import (
    ALWAYS_SHA256,
    MAC_FIRST,
    WRONG,
    Open,
    Wrong,
    moved,
)
from tlskit.exercises.record_protection_mistakes import EMPTY_IS_NOTHING, NOTHING_IS_EMPTY
from tlskit.tls12.record_protection import VERSION


def last_byte_only(plaintext: bytes, mac_length: int) -> int:
    """Believe the last byte, whatever stands before it."""
    return plaintext[-1] + 1


def all_but_first(plaintext: bytes, mac_length: int) -> int | None:
    """Look at as many bytes of the padding as the last one says, and at none before them."""
    size = plaintext[-1] + 1
    good = plaintext[len(plaintext) - size + 1 :] == plaintext[-1:] * (size - 1)
    return size if good and size + mac_length <= len(plaintext) else None


def never_zero(plaintext: bytes, mac_length: int) -> int | None:
    """Take no padding_length of 0."""
    return cut(plaintext, mac_length) if plaintext[-1] else None


def or_else(size: int, plaintext: bytes, mac_length: int) -> int:
    """Take this size where the padding is wrong."""
    good = cut(plaintext, mac_length)
    return size if good is None else good


def first_and_last(plaintext: bytes, mac_length: int) -> int | None:
    """Look at the first and the last byte of the padding only."""
    size = plaintext[-1] + 1
    good = size + mac_length <= len(plaintext) and plaintext[-size] == plaintext[-1]
    return size if good else None


def all_alike(plaintext: bytes, mac_length: int) -> int | None:
    """Take off every byte that is like the last one, also of the MAC."""
    good = cut(plaintext, mac_length)
    return None if good is None else len(plaintext) - len(plaintext.rstrip(plaintext[-1:]))


def within_a_block(plaintext: bytes, mac_length: int) -> int | None:
    """Take no padding that is longer than a block."""
    return cut(plaintext, mac_length) if plaintext[-1] < BLOCK else None


def sealed_with_first_block(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Make the MAC over what the IV, decrypted, and the content are."""
    first = decrypted(key, iv, iv)
    mac = keyed(hash_name, mac_key, key, covered(number, kind, VERSION, first + content, 0, b""))
    return iv + encrypted(key, iv, content + mac + pad(len(content) + len(mac)))


def opened_behind_mac(
    hash_name: str,
    mac_key: bytes,
    key: bytes,
    number: int,
    kind: int,
    version: int,
    fragment: bytes,
) -> bytes | None:
    """Look for the MAC before the content."""
    length = new(hash_name).digest_size
    if len(fragment) <= BLOCK + length or len(fragment) % BLOCK:
        return None
    plaintext = decrypted(key, fragment[:BLOCK], fragment[BLOCK:])
    size = cut(plaintext, length)
    if size is None:
        return None
    mac, content = plaintext[:length], plaintext[length : len(plaintext) - size]
    good = keyed(hash_name, mac_key, key, covered(number, kind, version, content, 0, b"")) == mac
    return content if good else None


WRONG_TO_OPEN: dict[str, Wrong] = WRONG | {
    MAC_FIRST: Wrong(opened_behind_mac, moved),
    "You decrypt the IV too, as if it were the first block of ciphertext.": Wrong(
        lambda *given: unprotect_cbc(*(*given[:6], given[6][:BLOCK] + given[6])),
        sealed_with_first_block,
    ),
    "You don't take the padding off.": Wrong(
        Way(cut=lambda plaintext, mac_length: 0).open,
        lambda *given: Way(pad=lambda length: b"").seal(
            *(*given[:-1], given[-1] + bytes(-(len(given[-1]) + new(given[0]).digest_size) % BLOCK))
        ),
    ),
    "The padding is cut as in PKCS#7, and not looked at. padding_length does not count itself, and "
    "all its bytes have to be compared (RFC 5246 §6.2.3.2).": Wrong(
        Way(cut=lambda plaintext, mac_length: plaintext[-1]).open,
        Way(pad=lambda length: bytes(len(pad(length)) - 1) + bytes([len(pad(length))])).seal,
    ),
}
FORGOTTEN = "you go on as if {there}, and forget that it was wrong if the MAC fits then"
UNPROTECT: dict[str, Open] = {
    sentence: wrong.open for sentence, wrong in WRONG_TO_OPEN.items() if sentence != ALWAYS_SHA256
} | {
    "Only records with HMAC-SHA256 open: the MAC's hash, or its length, is that one's in every "
    "case. Take the hash that you are given.": Way(hash_name="sha256").open,
    "Only records with HMAC-SHA1 open: the MAC has 20 bytes in every case. Its length is the "
    "hash's.": lambda *given: unprotect_cbc(*given) if given[0] == "sha1" else None,
    "The content type that your MAC covers is always application data; take the record's.": (
        lambda *given: unprotect_cbc(*(*given[:4], 23, *given[5:]))
    ),
    **{
        f"Where the padding is wrong, {FORGOTTEN.format(there=there)}. Padding and MAC both have "
        "to be right (RFC 5246 §6.2.3.2).": Way(cut=partial(or_else, size)).open
        for there, size in (("there were none", 0), ("it were one byte", 1))
    },
    "You compare the first byte of the padding and no other; each one counts (RFC 5246 "
    "§6.2.3.2).": Way(cut=first_and_last).open,
    "You compare padding_length bytes of the padding; there is one more (RFC 5246 §6.2.3.2).": (
        Way(cut=all_but_first).open
    ),
    "You take off every byte that is like the last one. The MAC may end in that value, too; "
    "padding_length says how many are padding.": Way(cut=all_alike).open,
    "You believe the padding's last byte, and don't look at the others. The MAC does not cover "
    "them; that gap was POODLE's (RFC 5246 §6.2.3.2).": Way(cut=last_byte_only).open,
    "You refuse padding that is longer than a block. It may have up to 255 bytes and one more.": (
        Way(cut=within_a_block).open
    ),
    "You refuse padding that is the length byte alone; a padding_length of 0 is allowed. (Beware "
    "of `plaintext[:-0]`, which is empty.)": Way(cut=never_zero).open,
    "The MAC is never compared: whatever has a good padding is taken.": Way(compared=False).open,
    "Neither padding nor MAC is compared: whatever has whole blocks is taken.": (
        Way(cut=last_byte_only, compared=False).open
    ),
    "You return the MAC with the content.": lambda *given: (
        None
        if (content := unprotect_cbc(*given)) is None
        else content + keyed(given[0], given[1], b"", covered(*(*given[3:6], content, 0, b"")))
    ),
    "The version that your MAC covers is always that of TLS 1.2. Take the record's: a changed "
    "header has to be noticed.": lambda *given: unprotect_cbc(*(*given[:5], VERSION, given[6])),
    EMPTY_IS_NOTHING: lambda *given: unprotect_cbc(*given) or None,
    NOTHING_IS_EMPTY: lambda *given: unprotect_cbc(*given) or b"",
}
