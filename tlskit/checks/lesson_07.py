"""Checks of lesson 07: the nonce and the additional data of an AES-GCM record, and opening one.

Then a receiver that takes the number from the record, and (as a stretch) sealing a record.
"""

from collections.abc import Callable
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Unusable, Verdict, value_of
from tlskit.cipher_suites import Cipher, Suite, suite_named
from tlskit.lesson import lesson_random
from tlskit.records import Record, join
from tlskit.tls12.record_protection import Random, RecordKeys, record_keys
from tlskit.tls12.record_protection import additional_data as right_additional_data

Number = int
Nonce = Callable[[bytes, bytes], bytes]
AdditionalData = Callable[[Number, int, int, int], bytes]
Open = Callable[[bytes, bytes, Number, bytes], bytes]
Choose = Callable[[Number, bytes], Number]
Protect = Callable[[RecordKeys, Number, int, bytes, Random], bytes]
TAG, EXPLICIT = 16, 8


# ---- the sizes of an encrypted Finished


def wrong_sizes(suite: Suite) -> dict[int, str]:
    """Return the usual wrong guesses at the size of a protected Finished, and why they are wrong.

    Reference: RFC 5246 §6.2.3.2, §6.2.3.3; RFC 5288 §3; RFC 7905 §2.
    """
    always = {
        12: "That is verify_data alone; before it stands the message's own header of 4 bytes.",
        16: "That is the message itself, 4 + 12. Protection is not free: something is added "
        "that shows whether a byte was changed.",
    }
    if suite.cipher is Cipher.AES_GCM:
        return always | {
            24: "The explicit nonce is counted, but not the tag of 16 bytes.",
            28: "The tag is there, but on verify_data alone: the header of 4 bytes is encrypted "
            "too, and the explicit nonce of 8 is missing.",
            32: "Message and tag are right. But the nonce needs 8 bytes that travel along.",
            44: "Of the nonce's 12 bytes only 8 travel; the other 4 both sides have from the "
            "key block.",
            45: "That is the whole record; the question leaves its header of 5 bytes out.",
            48: "GCM fills up no blocks: it encrypts like a stream, byte for byte.",
        }
    if suite.cipher is Cipher.CHACHA20_POLY1305:
        return always | {
            37: "That is the whole record; the question leaves its header of 5 bytes out.",
            40: "No nonce travels here: both sides make it of their IV and the sequence number.",
            44: "No nonce travels here: both sides make it of their IV and the sequence number.",
        }
    return always | {
        36: "Message and MAC are right. But CBC encrypts whole blocks, and its IV travels along.",
        48: "Message, MAC and padding are right. But the IV, 16 bytes, stands in front.",
        52: "Message, MAC and IV are right, but AES-CBC encrypts whole blocks of 16 bytes: "
        "padding is missing.",
        68: "That is what it is with encrypt-then-MAC: there the MAC stands behind the blocks. "
        "The question is about MAC-then-encrypt.",
        69: "That is the whole record; the question leaves its header of 5 bytes out.",
        80: "One block of padding too many: 16 + 20 bytes fill up to the next multiple of 16.",
    }


# ---- nonce and additional data


NONCE_MISTAKES: dict[str, Nonce] = {
    "The two parts have changed places: what both sides know already stands first.": (
        lambda salt, explicit: explicit + salt
    ),
    "Only the explicit part is there: 8 bytes. A GCM nonce has 12.": lambda salt, explicit: (
        explicit
    ),
    "Only the salt is there: every record would have the same nonce, the worst that can "
    "happen to GCM.": lambda salt, explicit: salt,
    "The salt is filled up with zeros: every record would have the same nonce, the worst that "
    "can happen to GCM.": lambda salt, explicit: salt + bytes(8),
    "XOR belongs to ChaCha20-Poly1305. In AES-GCM the two parts stand side by side.": (
        lambda salt, explicit: bytes(
            a ^ b for a, b in zip(salt.ljust(EXPLICIT, b"\0"), explicit, strict=True)
        )
    ),
}


def nonce(mine: Nonce) -> Report:
    """Judge a learner's `my_nonce(salt, explicit_nonce)`."""
    draw = lesson_random("check of nonce")
    cases = [(draw(4), draw(EXPLICIT)), (draw(4), (7).to_bytes(EXPLICIT, "big"))]
    reference = "RFC 5288 §3"
    return compare(
        "my_nonce",
        mine,
        lambda a, b: a + b,
        cases,
        NONCE_MISTAKES,
        bytes,
        "12 bytes, 4 that never travel and 8 that do.",
        reference,
    )


ADDITIONAL_DATA_MISTAKES: dict[str, AdditionalData] = {
    "The sequence number is missing: then a record is as good the second time as the first.": (
        lambda number, kind, version, length: right_additional_data(0, kind, version, length)[8:]
    ),
    "The sequence number stands last; in the RFC's formula it is first.": (
        lambda number, kind, version, length: (
            right_additional_data(0, kind, version, length)[8:] + number.to_bytes(8, "big")
        )
    ),
    "The sequence number has 4 bytes here; it is a uint64, 8 bytes.": (
        lambda number, kind, version, length: right_additional_data(number, kind, version, length)[
            4:
        ]
    ),
    "The numbers are written little end first; TLS writes the highest byte first.": (
        lambda number, kind, version, length: (
            number.to_bytes(8, "little")
            + bytes([kind])
            + version.to_bytes(2, "little")
            + length.to_bytes(2, "little")
        )
    ),
    "The sequence number is written little end first; TLS writes the highest byte first.": (
        lambda number, kind, version, length: (
            number.to_bytes(8, "little") + right_additional_data(0, kind, version, length)[8:]
        )
    ),
    "Version and length have changed places.": (
        lambda number, kind, version, length: right_additional_data(number, kind, length, version)
    ),
    "The length grew by 24: you take the content's own, not that of what travels.": (
        lambda number, kind, version, length: right_additional_data(
            number, kind, version, length + EXPLICIT + TAG
        )
    ),
    "The length is missing.": (
        lambda number, kind, version, length: right_additional_data(number, kind, version, 0)[:-2]
    ),
    "The content type is missing.": (
        lambda number, kind, version, length: (
            number.to_bytes(8, "big") + right_additional_data(0, kind, version, length)[9:]
        )
    ),
}


def additional_data(mine: AdditionalData) -> Report:
    """Judge a learner's `my_additional_data(sequence_number, content_type, version, length)`."""
    cases = [(0, 22, 0x0303, 16), (1, 23, 0x0303, 95), (2**32 + 5, 21, 0x0303, 2)]
    praise = "13 bytes, of which none is encrypted and none can be changed."
    return compare(
        "my_additional_data",
        mine,
        right_additional_data,
        cases,
        ADDITIONAL_DATA_MISTAKES,
        bytes,
        praise,
        "RFC 5246 §6.2.3.3",
    )


# ---- opening a record


class Sealed(NamedTuple):
    """A record to be opened, with what the receiver knows. Its explicit nonce is not the number."""

    key: bytes
    salt: bytes
    number: int
    explicit: bytes
    content_type: int
    content: bytes

    def record(self, nonce: bytes, associated: bytes) -> bytes:
        """Return the record, sealed with this nonce and these additional data."""
        sealed = AESGCM(self.key).encrypt(nonce, self.content, associated)
        return join(Record(self.content_type, 0x0303, self.explicit + sealed))

    def associated(self, number: int, more: int = 0) -> bytes:
        """Return the additional data with this number, and a length that is longer by some."""
        return right_additional_data(number, self.content_type, 0x0303, len(self.content) + more)

    def right(self) -> bytes:
        """Return the record as it should be."""
        return self.record(self.salt + self.explicit, self.associated(self.number))


SealedWrong = Callable[[Sealed], bytes]
OPEN_MISTAKES: dict[str, SealedWrong] = {
    "The length in your additional data is that of the fragment, explicit nonce and tag "
    "included; it is the content's own.": (
        lambda one: one.record(one.salt + one.explicit, one.associated(one.number, EXPLICIT + TAG))
    ),
    "The length in your additional data counts the tag of 16 bytes; it is the content's own.": (
        lambda one: one.record(one.salt + one.explicit, one.associated(one.number, TAG))
    ),
    "The length in your additional data counts the explicit nonce; it is the content's own.": (
        lambda one: one.record(one.salt + one.explicit, one.associated(one.number, EXPLICIT))
    ),
    "You hand on no additional data.": (lambda one: one.record(one.salt + one.explicit, b"")),
    "Your additional data say number 0 for every record.": (
        lambda one: one.record(one.salt + one.explicit, one.associated(0))
    ),
    "You take the sequence number from the record's explicit nonce. Whoever holds the record "
    "chose it: use the number that you are given.": (
        lambda one: one.record(
            one.salt + one.explicit, one.associated(int.from_bytes(one.explicit, "big"))
        )
    ),
    "You make the nonce of the sequence number. Our own sender would not notice, but others "
    "choose another explicit nonce: take it from the record.": (
        lambda one: one.record(
            one.salt + one.number.to_bytes(EXPLICIT, "big"), one.associated(one.number)
        )
    ),
}
INVALID = (
    "AESGCM raised InvalidTag. It never says why: key, nonce, ciphertext and additional data are "
    "checked all together. Behind the record's header of 5 bytes stand 8 of explicit nonce; all "
    "the rest goes to decrypt, tag included."
)


def sealed_cases() -> list[Sealed]:
    """Return two records; in neither is the explicit nonce the sequence number."""
    draw = lesson_random("check of opening")
    return [
        Sealed(draw(16), draw(4), 3, draw(EXPLICIT), 23, b"unmute"),
        Sealed(draw(16), draw(4), 258, draw(EXPLICIT), 22, draw(40)),
    ]


def opening(mine: Open) -> Report:
    """Judge a learner's `my_open(key, salt, sequence_number, record)`.

    A wrong one opens no right record; which wrong ones it opens tells the mistake.
    """
    cases = sealed_cases()
    try:
        results = [opened(mine, one, one.right()) for one in cases]
    except Unusable as unusable:
        if "InvalidTag" in str(unusable.report):
            found = [text for text, wrong in OPEN_MISTAKES.items() if opens(mine, cases, wrong)]
            return Report("my_open", Verdict.WRONG, tuple(found or [INVALID]), "RFC 5246 §6.2.3.3")
        return unusable.report
    if results == [one.content for one in cases]:
        return Report("my_open", Verdict.RIGHT, ("Two records opened, numbers 3 and 258.",))
    return Report("my_open", Verdict.WRONG, ("It opens, but what it returns is not the content.",))


def opened(mine: Open, one: Sealed, record: bytes) -> bytes:
    """Return what the learner's function makes of a record. Raises: Unusable."""
    value: bytes = value_of("my_open", mine, bytes, one.key, one.salt, one.number, record)
    return value


def opens(mine: Open, cases: list[Sealed], wrong: SealedWrong) -> bool:
    """Tell whether the learner's function opens records that were sealed with a mistake."""
    try:
        return all(opened(mine, one, wrong(one)) == one.content for one in cases)
    except Unusable:
        return False


# ---- a receiver that believes


NUMBER_MISTAKES: dict[str, Choose] = {
    "That is the receiver's own count. This receiver takes what the record says.": (
        lambda counted, explicit: counted
    ),
    "The bytes are read little end first; TLS writes the highest byte first.": (
        lambda counted, explicit: int.from_bytes(explicit, "little")
    ),
}


def number(mine: Choose) -> Report:
    """Judge a learner's `my_number(counted, explicit_nonce)`."""
    cases = [(3, (2).to_bytes(EXPLICIT, "big")), (7, (2**40 + 1).to_bytes(EXPLICIT, "big"))]
    praise = "Whatever these 8 bytes say. Let us see where that leads."
    return compare(
        "my_number",
        mine,
        lambda counted, explicit: int.from_bytes(explicit, "big"),
        cases,
        NUMBER_MISTAKES,
        int,
        praise,
        "RFC 5288 §3",
    )


# ---- sealing a record

SIZE = "It has the wrong size: what goes beside the ciphertext are 8 bytes in front and 16 behind."
SEALED_WRONG = (
    "It does not open. Salt and the explicit nonce that you send make the nonce; the additional "
    "data have the number that you are given, and the content's own length."
)
REPEATED = "Two records have the same explicit nonce, the worst that can happen to GCM."
COUNTED = "It opens, but the explicit nonce is the sequence number. Choose another one."


def sealing(mine: Protect) -> Report:
    """Judge a learner's `my_protect(keys, sequence_number, content_type, content, random)`."""
    draw = lesson_random("check of sealing")
    keys = record_keys(suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), b"", draw(16), draw(4))
    cases = [(0, 22, b"finished"), (1, 23, b"unmute"), (258, 23, b"mute")]
    fragments = []
    for case in cases:
        try:
            fragments.append(value_of("my_protect", mine, bytes, keys, *case, draw))
        except Unusable as unusable:
            return unusable.report
    finding = sealed_wrong(keys, cases, fragments)
    if finding:
        return Report("my_protect", Verdict.WRONG, (finding,), "RFC 5288 §3")
    praise = "Three records open, and each has an explicit nonce of its own."
    return Report("my_protect", Verdict.RIGHT, (praise,))


def sealed_wrong(
    keys: RecordKeys, cases: list[tuple[int, int, bytes]], fragments: list[bytes]
) -> str:
    """Return what is wrong with fragments that a learner sealed, or nothing."""
    for (number, content_type, content), fragment in zip(cases, fragments, strict=True):
        if len(fragment) != EXPLICIT + len(content) + TAG:
            return SIZE
        associated = right_additional_data(number, content_type, 0x0303, len(content))
        try:
            keys.aead.decrypt(keys.iv + fragment[:EXPLICIT], fragment[EXPLICIT:], associated)
        except InvalidTag:
            return SEALED_WRONG
    used = [fragment[:EXPLICIT] for fragment in fragments]
    if len(set(used)) < len(used):
        return REPEATED
    numbers = {number.to_bytes(EXPLICIT, "big") for number, *_ in cases}
    return COUNTED if numbers & set(used) else ""
