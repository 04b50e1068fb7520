"""Hellos that follow from a seed, whole ones and broken ones, for exercises 01 and 02."""

from typing import Any

from tlskit.checks.lesson_01 import counted
from tlskit.exercises.client_hello_mistakes import body_of, entries, numbers, parts_of, written
from tlskit.exercises.drawing import among, label, number, shuffled
from tlskit.exercises.hello_reader import Hello, decoded
from tlskit.exercises.task import Draw
from tlskit.labs import hellos
from tlskit.messages import ClientHello, frame_handshake
from tlskit.registry import CipherSuite, ExtensionType

KNOWN = [int(one) for one in ExtensionType if one != ExtensionType.server_name]
SUITES = [int(one) for one in CipherSuite]


def grease(draw: Draw) -> int:
    """Return one of the sixteen numbers without a meaning (RFC 8701 §2)."""
    return 0x0A0A + 0x1010 * number(draw, 0, 15)


def extensions(draw: Draw, count: int) -> list[Any]:
    """Return so many extensions in no order: two empty ones at least, and one without a meaning."""
    kinds = shuffled(draw, KNOWN)[: count - 1]
    sizes = shuffled(draw, [0, 0, *(number(draw, 1, 60) for _ in range(count - 2))])
    found = [[kind, draw(size)] for kind, size in zip([grease(draw), *kinds], sizes, strict=True)]
    while found == sorted(found):
        found = shuffled(draw, found)
    return found


def hello(draw: Draw, **fields: Any) -> Hello:
    """Return a ClientHello's fields; those given are taken as they are."""
    suites = shuffled(draw, SUITES)[: number(draw, 4, 9)]
    while suites == sorted(suites):
        suites = shuffled(draw, suites)
    return {
        "client_version": among(draw, (0x0302, 0x0303)),
        "random": draw(32),
        "session_id": draw(number(draw, 5, 31)),
        "cipher_suites": [grease(draw), *suites],
        "compression_methods": [1, 0],
        "extensions": extensions(draw, number(draw, 5, 8)),
    } | fields


def long_hello(draw: Draw) -> Hello:
    """Return a hello whose lists need two bytes for their lengths."""
    suites = [int.from_bytes(draw(2), "big") for _ in range(number(draw, 140, 200))]
    bodies = [*extensions(draw, 7), [int(ExtensionType.padding), bytes(number(draw, 260, 400))]]
    return hello(draw, cipher_suites=suites, extensions=shuffled(draw, bodies))


def recorded_anew(draw: Draw, name: str) -> bytes:
    """Return a real client's hello as it may look on another day.

    Random and session ID are others, and the extensions stand in another order, as Chromium puts
    them in another one each time.
    """
    fields = decoded(ClientHello)(hellos.recorded(name).message) or {}
    fields["random"], fields["session_id"] = draw(32), draw(len(fields["session_id"]))
    fields["extensions"] = shuffled(draw, fields["extensions"])
    return written(fields)


def broken_hellos(draw: Draw) -> list[bytes]:
    """Return ClientHellos that break one rule each."""
    found = []
    whole = hello(draw)
    message = written(whole)
    found.append(message[:3] + bytes([message[3] ^ 1]) + message[4:])
    found.append(frame_handshake(1, message[4:] + draw(number(draw, 1, 3))))
    cut = number(draw, 1, 3)
    found.append(frame_handshake(1, message[4:-cut]))
    for name, content in (
        ("session_id", counted(draw(number(draw, 33, 60)), 1)),
        ("cipher_suites", counted(numbers(whole["cipher_suites"]) + draw(1), 2)),
        ("cipher_suites", counted(b"", 2)),
        ("compression_methods", counted(b"", 1)),
        ("extensions", counted(entries(whole) + draw(number(draw, 1, 3)), 2)),
        ("extensions", draw(1)),
    ):
        found.append(frame_handshake(1, body_of(parts_of(whole) | {name: content})))
    last, name_at = label(draw).encode(), int(ExtensionType.server_name).to_bytes(2, "big")
    too_far = name_at + (len(last) + number(draw, 1, 9)).to_bytes(2, "big")
    content = counted(entries(whole) + too_far + last, 2)
    found.append(frame_handshake(1, body_of(parts_of(whole) | {"extensions": content})))
    return shuffled(draw, found)
