"""Exercise 07: records to seal and to open, drawn from a seed, and what an error let out means."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import new
from typing import Any

from tlskit.exercises import record_protection_cbc as cbc
from tlskit.exercises import record_protection_cbc_mistakes as cbc_mistakes
from tlskit.exercises import record_protection_cbc_opening as cbc_opening
from tlskit.exercises import record_protection_mistakes as gcm
from tlskit.exercises.drawing import among, number
from tlskit.exercises.task import Came, Case, Draw, Named, Outcome
from tlskit.tls12.record_protection import VERSION

FIRST, LATER = "the first record", "records with higher numbers"
GENUINE, EMPTY = "records that are in order", "a record without content"
CHANGED, SHORT = "records that are not in order", "records that are too short"
PADDING = "records whose padding is wrong"
SHA1, SHA2 = "HMAC-SHA1", "HMAC-SHA256 and HMAC-SHA384"
TYPES = (21, 22, 23)
APPLICATION_DATA = 23  # only it may be empty (RFC 5246 §6.2.1)
LATEST = 2**40
VERSIONS_BEFORE = (0x0300, 0x0301, 0x0302)


def key_of(draw: Draw) -> bytes:
    """Return a key of AES-128 or AES-256."""
    return draw(among(draw, (16, 32)))


def flipped(draw: Draw, data: bytes, start: int, end: int) -> bytes:
    """Return the data with one bit changed between two offsets."""
    at = number(draw, start, end - 1)
    return data[:at] + bytes([data[at] ^ 1 << number(draw, 0, 7)]) + data[at + 1 :]


# ---- AES-GCM


def to_seal_gcm(draw: Draw) -> list[Case]:
    """Return the first record of a direction, and two that come later."""
    key, salt = draw(16), draw(4)
    later = [(key_of(draw), draw(4), number(draw, 256, LATEST)) for _ in range(2)]
    return [
        Case((key, salt, 0, 22, draw(16)), FIRST),
        Case((key, salt, 1, 23, draw(number(draw, 1, 60))), LATER),
        *(Case((*one, among(draw, TYPES), draw(number(draw, 17, 90))), LATER) for one in later),
    ]


def to_open_gcm(draw: Draw) -> list[Case]:
    """Return records in order; and changed, repeated and too short ones, and wrongly sealed ones.

    No explicit nonce is the sequence number.
    """
    key, salt = key_of(draw), draw(4)

    def case(part: str, of: int, kind: int, fragment: bytes, version: int = VERSION) -> Case:
        return Case((key, salt, of, kind, version, fragment), part)

    def sealed(seal: gcm.Seal, of: int, kind: int, size: int) -> bytes:
        return seal(key, salt, of, kind, draw(size), draw(gcm.EXPLICIT))

    right = gcm.RIGHT.seal
    at, kind = number(draw, 256, LATEST), among(draw, TYPES[1:])
    whole = sealed(right, at, kind, number(draw, 20, 60))
    tag = len(whole) - gcm.TAG
    changed = [
        case(CHANGED, at, kind, flipped(draw, whole, 0, gcm.EXPLICIT)),
        case(CHANGED, at, kind, flipped(draw, whole, gcm.EXPLICIT, tag)),
        case(CHANGED, at, kind, flipped(draw, whole, tag, len(whole))),
        case(CHANGED, at + 1, kind, whole),
        case(CHANGED, at, 21, whole),
        case(CHANGED, at, kind, whole, among(draw, VERSIONS_BEFORE)),
        case(CHANGED, at, kind, whole[:-1]),
    ]
    wrongly = [
        case(CHANGED, at, kind, sealed(wrong.seal, at, kind, number(draw, 20, 60)))
        for wrong in gcm.WRONG_TO_OPEN.values()
    ]
    return [
        case(GENUINE, at, kind, whole),
        case(GENUINE, 0, 22, sealed(right, 0, 22, 16)),
        case(GENUINE, at + 1, 23, sealed(right, at + 1, 23, number(draw, 1, 15))),
        case(EMPTY, at, 23, sealed(right, at, 23, 0)),
        *changed,
        *wrongly,
        case(SHORT, at, kind, b""),
        case(SHORT, at, kind, draw(number(draw, 1, gcm.EXPLICIT - 1))),
        case(SHORT, at, kind, draw(number(draw, gcm.EXPLICIT, gcm.EXPLICIT + gcm.TAG - 1))),
    ]


# ---- CBC


def mac_key(draw: Draw, hash_name: str) -> bytes:
    """Return a MAC key, as long as its hash."""
    return draw(new(hash_name).digest_size)


def to_seal_cbc(draw: Draw) -> list[Case]:
    """Return records for three hashes, one that fills its last block, and an empty one."""

    def case(part: str, hash_name: str, of: int, size: int) -> Case:
        keys = (hash_name, mac_key(draw, hash_name), key_of(draw), draw(cbc.BLOCK))
        kind = among(draw, TYPES) if size else APPLICATION_DATA
        return Case((*keys, of, kind, draw(size)), part)

    blocks = cbc.BLOCK * number(draw, 1, 4)
    return [
        case(SHA1, "sha1", number(draw, 1, LATEST), number(draw, 1, 60)),
        case(SHA1, "sha1", number(draw, 1, LATEST), blocks + 12),
        case(SHA2, "sha256", number(draw, 1, LATEST), blocks + number(draw, 1, 14)),
        case(SHA2, "sha384", number(draw, 1, LATEST), number(draw, 1, 60)),
        case(EMPTY, "sha256", number(draw, 1, LATEST), 0),
    ]


def padded(padding: bytes) -> cbc_mistakes.Protect:
    """Return how a record is sealed with this padding, right or wrong."""
    return cbc.Way(pad=lambda length: padding).seal


def to_open_cbc(draw: Draw) -> list[Case]:
    """Return records in order; and changed, wrongly padded, too short and wrongly sealed ones."""

    def case(
        part: str,
        seal: cbc_mistakes.Protect,
        hash_name: str,
        size: int,
        change: Any = None,
        **other: int,
    ) -> Case:
        macs, key, iv = mac_key(draw, hash_name), key_of(draw), draw(cbc.BLOCK)
        of = number(draw, 256, LATEST)
        kind = other.get("own") or (among(draw, TYPES[1:]) if size else APPLICATION_DATA)
        fragment = seal(hash_name, macs, key, iv, of, kind, draw(size))
        fragment = change(fragment) if change else fragment
        at = other.get("number", of + other.get("later", 0))
        told = (at, other.get("kind", kind), other.get("version", VERSION))
        return Case((hash_name, macs, key, *told, fragment), part)

    def flip(start: int, end: int) -> Callable[[bytes], bytes]:
        return lambda fragment: flipped(draw, fragment, start, end)

    right, whole = cbc.RIGHT.seal, cbc.BLOCK * number(draw, 1, 4)
    short = number(draw, 4, 11)  # bytes of padding behind `whole + 16 - short` bytes and the MAC
    some = whole + cbc.BLOCK - short
    last = bytes([short - 1])
    return [
        case(GENUINE, right, "sha1", number(draw, 1, 60), own=22),
        case(GENUINE, right, "sha256", whole + 15),
        case(GENUINE, mac_like_padding, "sha256", some),
        case(GENUINE, right, "sha384", number(draw, 1, 60)),
        case(GENUINE, padded(bytes([short + 31]) * (short + 32)), "sha256", some),
        case(EMPTY, right, "sha1", 0),
        case(CHANGED, right, "sha256", some, flip(0, cbc.BLOCK)),
        case(CHANGED, right, "sha256", some, flip(cbc.BLOCK, 2 * cbc.BLOCK)),
        case(CHANGED, cbc.Way(mac=wrong_mac).seal, "sha256", some),
        case(CHANGED, right, "sha1", some, later=1),
        case(CHANGED, right, "sha256", some, kind=21),
        case(CHANGED, right, "sha256", some, version=among(draw, VERSIONS_BEFORE)),
        *(
            case(CHANGED, wrong.seal, "sha256", number(draw, 17, 60))
            for sentence, wrong in cbc_opening.WRONG_TO_OPEN.items()
            if sentence != cbc_mistakes.ALWAYS_SHA256
        ),
        case(PADDING, padded(flipped(draw, last * short, 0, 1)), "sha256", some),
        case(PADDING, padded(flipped(draw, last * short, 1, short - 1)), "sha256", some),
        case(PADDING, padded(bytes([number(draw, cbc.BLOCK, 255)])), "sha256", whole + 15),
        case(PADDING, padded(b""), "sha256", whole),
        case(PADDING, padded(bytes(short - 1) + last), "sha256", some),
        case(PADDING, padded(b"\xff" * short), "sha256", some),
        case(SHORT, right, "sha256", some, lambda fragment: b""),
        case(SHORT, right, "sha256", some, lambda fragment: fragment[: cbc.BLOCK]),
        case(SHORT, right, "sha256", some, lambda fragment: fragment[: 2 * cbc.BLOCK]),
        case(SHORT, right, "sha256", some, lambda fragment: fragment[:-5]),
    ]


def mac_like_padding(
    hash_name: str, mac_key: bytes, key: bytes, iv: bytes, number: int, kind: int, content: bytes
) -> bytes:
    """Seal a content, with two bytes more, whose MAC ends in the value of the padding."""
    for more in range(2**16):
        longer = content + more.to_bytes(2, "big")
        mac = cbc.keyed(hash_name, mac_key, key, cbc.covered(number, kind, VERSION, longer, 0, b""))
        if mac[-1:] == cbc.pad(len(longer) + len(mac))[:1]:
            break
    return cbc.protect_cbc(hash_name, mac_key, key, iv, number, kind, longer)


def wrong_mac(hash_name: str, mac_key: bytes, key: bytes, data: bytes) -> bytes:
    """Return a MAC of which one bit is wrong."""
    mac = cbc.keyed(hash_name, mac_key, key, data)
    return mac[:-1] + bytes([mac[-1] ^ 1])


# ---- errors let out

NOT_CAUGHT = (
    "{error} gets out of your function. A record that does not open is nothing unusual on a "
    "network; the answer to it is None (the caller makes a bad_record_mac of it, RFC 5246 §7.2.2)."
)
TOO_SHORT = (
    "Your function ends in {error} for a fragment that is too short, or of no whole blocks. "
    "Anybody can send one; the answer is None, as for everything that does not open."
)
REFUSES_GENUINE = (
    "It also happens with records that are in order: key, nonce, ciphertext and what is "
    "authenticated are checked all together, and one of them is not right."
)
NOTHING_OPENS = (
    "Not one record opens, and some are in order. What does each piece of the fragment serve for, "
    "and from which byte to which does it go? Or is a `return` missing?"
)
CHECKS = ("InvalidTag", "InvalidSignature")
UNCHECKED = ("error", "OverflowError", "ValueError", "IndexError")
"""What `struct`, `to_bytes`, the library and a look at the last byte raise."""


def errors_let_out(mistakes: Mapping[str, Callable[..., Any]]) -> Named:
    """Return what names an exception that should have been None, and the mistake behind it."""

    def named(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        if all(one.came is Came.VALUE and one.value is None for one in outcomes):
            return [NOTHING_OPENS]
        pairs = list(zip(cases, outcomes, strict=True))
        if any(refused_as_empty(pairs, part) for part in (CHANGED, SHORT, PADDING)):
            return [gcm.NOTHING_IS_EMPTY]
        raised = [(case, one.error) for case, one in pairs if one.came is not Came.VALUE]
        checks = [(case, error) for case, error in raised if error in CHECKS]
        short = [(case, error) for case, error in raised if (case, error) not in checks]
        if any(error not in UNCHECKED or case.part != SHORT for case, error in short):
            return []
        found = [NOT_CAUGHT.format(error=checks[0][1])] if checks else []
        found += [TOO_SHORT.format(error=short[0][1])] if short else []
        if not found:
            return []
        results = [one.value for one in outcomes]
        behind = [
            sentence
            for sentence, wrong in mistakes.items()
            if results == [quiet(wrong, case) for case in cases]
        ]
        if not behind and any(case.part in (GENUINE, EMPTY) for case, _ in checks):
            behind = [REFUSES_GENUINE]
        return found + behind

    return named


def refused_as_empty(pairs: Sequence[tuple[Case, Outcome]], part: str) -> bool:
    """Tell whether b'' is the answer to all that does not open in a part."""
    values = [one.value for case, one in pairs if case.part == part]
    return bool(values) and all(one == b"" for one in values)


def quiet(wrong: Callable[..., Any], case: Case) -> Any:
    """Return what a mistake gives, the error's kind if it ends in one."""
    try:
        return wrong(*case.arguments)
    except Exception as error:
        return type(error)


def library_says(*words: tuple[str, str]) -> Named:
    """Return what names a mistake by the words of the library that refused it."""

    def named(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        said = " ".join(one.said for one in outcomes if one.came is Came.RAISED)
        return [sentence for part, sentence in words if part in said]

    return named


NONCE_SIZE = (
    "The library refuses your nonce: it has not 12 bytes. Which two parts is it made of, and how "
    "long is each?"
)
NOT_WHOLE = (
    "The library refuses your plaintext: it is not made of whole blocks. Is the padding counted "
    "from content and MAC together, and is its own length byte there?"
)
PIECES = (
    "The library refuses the ciphertext of records that are in order: it is not made of whole "
    "blocks. Where does the IV end?"
)
refused_pieces = library_says(("block length", PIECES), ("IV size", PIECES))
refused_nonce = library_says(("Nonce must be", NONCE_SIZE))
refused_blocks = library_says(("block length", NOT_WHOLE))
