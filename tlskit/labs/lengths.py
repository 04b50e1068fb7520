"""What the lengths of records tell somebody who can't open one: which page was fetched."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tlskit import network, tls12
from tlskit.labs.loopback import (
    SUITE,
    protected_records,
    python_server,
    request,
    response,
    wiretap,
)
from tlskit.lesson import client_settings, lesson_random, server_settings, shaken_hands
from tlskit.registry import ContentType

PAGES: Mapping[str, bytes] = {
    "/help/camera": (
        b"Your camera stays dark? Close every other program that uses it, plug it in again, and "
        b"allow this page to see it. Then reload.\n"
    ),
    "/help/password": (
        b"We send a link to the address that you signed up with. It counts for one hour, and for "
        b"one use.\n"
    ),
    "/help/threats": (
        b"If somebody threatens you in a call, you may leave at once; nobody is told why. Write "
        b"down the room and the time. We block whoever it was, and we can help you to report it. "
        b"Nobody but the two of us will know that you asked.\n"
    ),
}
"""Three pages of a help desk. Which of them somebody reads is nobody else's business."""
PADDINGS = {"none": 1, "to 64 bytes": 64, "to 256 bytes": 256, "to 1024 bytes": 1024}
"""What a server can fill its pages up to: the next multiple of so many bytes."""


def padded(page: bytes, block: int) -> bytes:
    """Return a page filled up with spaces to a multiple of `block` bytes."""
    return page + b" " * (-len(page) % block)


def answer_sizes(pages: Mapping[str, bytes] = PAGES) -> dict[str, int]:
    """Return how long each page's answer is, head and all; anybody can ask for them and count."""
    return {path: len(response(page, len(page))) for path, page in pages.items()}


def data_lengths(data: bytes) -> list[int]:
    """Return the lengths in the headers of a side's records of application data."""
    return [
        len(record.fragment)
        for record in protected_records(data)
        if record.content_type == ContentType.application_data
    ]


def page_of(lengths: list[int], sizes: Mapping[str, int]) -> str:
    """Return the page whose answer makes records of these lengths, or "" if it is none of them.

    AES-GCM adds 24 bytes to each record: 8 of nonce and 16 of tag (RFC 5288 §3).
    """
    content = sum(length - 24 for length in lengths)
    return next((path for path, size in sizes.items() if size == content), "")


def overheard(number: int) -> bytes:
    """Return what the server sent while somebody fetched a page, recorded on the way.

    Which page it was, the recording does not say. Really fetched, over loopback, from Python's ssl.
    """
    path = fetched(number)
    with python_server(PAGES) as port, wiretap(port) as tap:
        settings = client_settings(suites=(SUITE,))
        network.fetch(network.LOOPBACK, tap.port, request(path), settings, tls12.client())
    return tap.server


def fetched(number: int) -> str:
    """Return which page that was: drawn by the recording's number."""
    order = sorted(PAGES, key=lambda path: lesson_random(f"09 recording of {path}")(8))
    return order[number % len(order)]


@dataclass(frozen=True)
class Seen:
    """What somebody outside sees of one page.

    Args:
        page: its path, which is not seen.
        length: of the record that carried it, from its header.
        like: the pages that would have looked the same, itself among them.
    """

    page: str
    length: int
    like: tuple[str, ...]


@cache
def seen(padding: str) -> tuple[Seen, ...]:
    """Fetch each page once, filled up as PADDINGS says, from our own server in memory."""
    block = PADDINGS[padding]
    lengths = {}
    for path, page in PAGES.items():
        run = shaken_hands(
            client_settings(suites=(SUITE,)), server_settings(), (tls12.client(), tls12.server())
        )
        filled = padded(page, block)
        run.server.write(response(filled, len(filled)))
        lengths[path] = int.from_bytes(run.server.data_to_send()[3:5], "big")
    return tuple(
        Seen(path, length, tuple(other for other in lengths if lengths[other] == length))
        for path, length in lengths.items()
    )
