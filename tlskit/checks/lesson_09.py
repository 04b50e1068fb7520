"""Checks of the lesson on application data: lengths of records, the page, the fingerprint."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tlskit.checks.loops import ending
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Unusable, Verdict, value_of
from tlskit.labs import lengths
from tlskit.labs.loopback import response
from tlskit.labs.signalling import KEYS, certificate
from tlskit.records import Record, join
from tlskit.registry import ContentType

TLS_1_2 = 0x0303
HANDSHAKE, ALERT = int(ContentType.handshake), int(ContentType.alert)
APPLICATION_DATA = int(ContentType.application_data)


# ---- lengths of records


def stream(*records: tuple[int, int]) -> bytes:
    """Return records of these types and lengths, one behind the other."""
    return b"".join(join(Record(kind, TLS_1_2, bytes(size))) for kind, size in records)


STREAMS = (
    stream((HANDSHAKE, 40), (APPLICATION_DATA, 300), (ALERT, 26)),
    stream((APPLICATION_DATA, 25), (HANDSHAKE, 90), (APPLICATION_DATA, 1408)),
    stream((ALERT, 26)),
)


def walked(data: bytes, wanted: Callable[[int], bool], length: Callable[[bytes], int]) -> list[int]:
    """Return what `length` reads in each header whose type is wanted."""
    found, at = [], 0
    while at < len(data):
        head = data[at : at + 5]
        if wanted(head[0]):
            found.append(length(head))
        at += 5 + int.from_bytes(head[3:5], "big")
    return found


def in_header(head: bytes) -> int:
    """Return the length in a record's header (RFC 5246 §6.2.1)."""
    return int.from_bytes(head[3:5], "big")


def right_lengths(data: bytes) -> list[int]:
    """Return the lengths of the records of application data."""
    return walked(data, lambda kind: kind == APPLICATION_DATA, in_header)


def first_only(data: bytes) -> list[int]:
    """Stop at the first record."""
    return [in_header(data)] if data[0] == APPLICATION_DATA else []


def lost_on_the_way(data: bytes) -> list[int]:
    """Walk by the length with its bytes in the wrong order."""
    found, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 3 : at + 5], "little")
        if data[at] == APPLICATION_DATA:
            found.append(length)
        at += 5 + length
    return found


LENGTH_MISTAKES: Mapping[str, Callable[[bytes], list[int]]] = {
    "You list every record; those of handshake (22) and alerts (21) carry no page.": (
        lambda data: walked(data, lambda kind: True, in_header)
    ),
    "You add the header's 5 bytes; the length in it counts what follows it (RFC 5246 §6.2.1).": (
        lambda data: [5 + size for size in right_lengths(data)]
    ),
    "The length is in bytes 3 and 4 of the header; in 1 and 2 stands the version.": (
        lambda data: walked(
            data,
            lambda kind: kind == APPLICATION_DATA,
            lambda head: int.from_bytes(head[1:3], "big"),
        )
    ),
    "The length's first byte is the more significant one (RFC 5246 §4.1).": (
        lambda data: [
            int.from_bytes(size.to_bytes(2, "big"), "little") for size in right_lengths(data)
        ]
    ),
    "You take the length's bytes in the other order, and so miss the next header.": lost_on_the_way,
    "You look at the first record only; go on behind it until the data ends.": first_only,
    "You find no record at all: the type is a number, the first byte of the header.": (
        lambda data: []
    ),
}
ENDLESS = "how many bytes is it from one header to the next? Your loop does not get to the end"


def record_lengths(mine: Callable[[bytes], list[int]]) -> Report:
    """Judge a function that reads the lengths of application data records off a stream."""
    return compare(
        "my_record_lengths",
        ending(mine, ENDLESS) if callable(mine) else mine,
        right_lengths,
        [(one,) for one in STREAMS],
        LENGTH_MISTAKES,
        list,
        reference="RFC 5246 §6.2.1",
    )


def lengths_in(mine: Callable[[bytes], list[int]], data: bytes) -> list[int]:
    """Return what her function reads off a recording; EndlessLoop if it does not end."""
    return list(ending(mine, ENDLESS)(data))


# ---- which page


def sizes_of(*sizes: int) -> dict[str, int]:
    """Return pages with answers of these sizes."""
    return {f"/{size}": size for size in sizes}


PAGES = (
    ([124], sizes_of(124, 116, 108, 100, 95)),
    ([16408, 40], sizes_of(16448, 16432, 16424, 16416, 16400, 16390)),
    ([125], sizes_of(100, 102)),
)


def guess(overhead: int, each: bool = True) -> Callable[[list[int], Mapping[str, int]], str]:
    """Return a guess that takes so many bytes off each record, or off the whole only once."""

    def page(lengths: list[int], sizes: Mapping[str, int]) -> str:
        content = sum(lengths) - overhead * (len(lengths) if each else 1)
        return next((path for path, size in sizes.items() if size == content), "")

    return page


def first_record_only(lengths: list[int], sizes: Mapping[str, int]) -> str:
    """Look at one record of the answer."""
    return guess(24)(lengths[:1], sizes)


def nearest(lengths: list[int], sizes: Mapping[str, int]) -> str:
    """Take the page whose size comes closest to the lengths."""
    return min(sizes, key=lambda path: abs(sizes[path] - sum(lengths)))


PAGE_MISTAKES = {
    "You look at the first record only; the answer may be spread over several.": first_record_only,
    "You take the page that comes closest; what is added is known, so one fits or none.": nearest,
    "You compare the length with the page as it is; protection adds bytes to each record.": (
        guess(0)
    ),
    "That is the tag alone; with AES-GCM part of the nonce travels in the record, too.": guess(16),
    "That is the part of the nonce alone; AES-GCM adds a tag, too.": guess(8),
    "That counts the header, which the length does not.": guess(29),
    "Each record has a nonce and a tag of its own, however many there are.": guess(24, False),
}


def page(mine: Callable[[list[int], Mapping[str, int]], str]) -> Report:
    """Judge a function that tells from lengths which page went by."""
    return compare(
        "my_page",
        mine,
        lengths.page_of,
        PAGES,
        PAGE_MISTAKES,
        str,
        reference="RFC 5288 §3, RFC 5116 §5.1",
    )


def pages(guesses: Sequence[str]) -> Report:
    """Compare what was guessed from the recordings with what was really fetched."""
    fetched = [lengths.fetched(number) for number in range(len(guesses))]
    hits = sum(one == other for one, other in zip(guesses, fetched, strict=True))
    right = bool(guesses) and hits == len(guesses)
    said = f"{hits} of {len(guesses)} pages are those that were fetched."
    return Report("the pages", Verdict.RIGHT if right else Verdict.WRONG, (said,))


# ---- the fingerprint


def fingerprint_with(
    name: str, digest: Callable[[bytes], bytes], write: Callable[[bytes], str]
) -> Callable[[bytes], str]:
    """Return a function that writes a certificate's hash in some way."""
    return lambda certificate: name + write(digest(certificate))


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 hash, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha1(data: bytes) -> bytes:
    """Return the SHA-1 hash, 20 bytes."""
    return hashlib.sha1(data, usedforsecurity=False).digest()


def colons(digest: bytes) -> str:
    """Return bytes in hex, upper case, with colons between them (RFC 8122 §5)."""
    return digest.hex(":").upper()


right_fingerprint = fingerprint_with("sha-256 ", sha256, colons)
FINGERPRINT_MISTAKES: Mapping[str, Callable[[bytes], str]] = {
    "The hash's name and a space stand before it: `sha-256 `.": fingerprint_with(
        "", sha256, colons
    ),
    "The hash is written `sha-256` here, with a hyphen.": fingerprint_with(
        "sha256 ", sha256, colons
    ),
    "The hash's name is written `sha-256` here, in lower case.": fingerprint_with(
        "SHA-256 ", sha256, colons
    ),
    "You hash the certificate's hex; hash its bytes.": fingerprint_with(
        "sha-256 ", lambda certificate: sha256(certificate.hex().encode()), colons
    ),
    "Write it in upper case: RFC 8122 §5 does.": fingerprint_with(
        "sha-256 ", sha256, lambda digest: digest.hex(":")
    ),
    "A colon stands between every two bytes.": fingerprint_with(
        "sha-256 ", sha256, lambda digest: digest.hex().upper()
    ),
    "That is SHA-1, which is 20 bytes long; the line promises SHA-256.": fingerprint_with(
        "sha-256 ", sha1, colons
    ),
    "That is the certificate itself, not its hash.": fingerprint_with("sha-256 ", bytes, colons),
}


def fingerprint(mine: Callable[[bytes], str]) -> Report:
    """Judge a function that writes a certificate's fingerprint."""
    cases: list[tuple[Any, ...]] = [(certificate(who),) for who in KEYS]
    return compare(
        "my_fingerprint",
        mine,
        right_fingerprint,
        cases,
        FINGERPRINT_MISTAKES,
        str,
        reference="RFC 8122 §5",
    )


# ---- padding

PADDING = "my_padding"


def padding(mine: Callable[[bytes], bytes]) -> Report:
    """Judge a function that fills pages up: same length for all, and nothing of a page lost."""
    try:
        filled = {path: value_of(PADDING, mine, bytes, one) for path, one in lengths.PAGES.items()}
    except Unusable as unusable:
        return unusable.report
    for path, page in lengths.PAGES.items():
        if not filled[path].startswith(page):
            said = f"{path} does not begin with all of its text any more; only add behind it."
            return Report(PADDING, Verdict.WRONG, (said,))
    left = len({len(response(page, len(page))) for page in filled.values()})
    if left > 1:
        said = f"The {len(filled)} answers still have {left} different lengths."
        return Report(PADDING, Verdict.WRONG, (said,))
    return Report(PADDING, Verdict.RIGHT, ("From outside all pages look the same now.",))
