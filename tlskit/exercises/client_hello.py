"""Exercise 01: write and read a ClientHello (RFC 5246 §7.4.1.2)."""

from collections.abc import Sequence

from tlskit.exercises import client_hello_live as live
from tlskit.exercises.alert_names import both, raised
from tlskit.exercises.client_hello_mistakes import (
    ALPN_MISTAKES,
    DOES_NOT_FIT,
    WRITTEN,
    alpn,
    written,
)
from tlskit.exercises.client_hello_several import several
from tlskit.exercises.drawing import label, number, shuffled
from tlskit.exercises.hello_drawing import (
    broken_hellos,
    extensions,
    hello,
    long_hello,
    recorded_anew,
)
from tlskit.exercises.hello_misread import CLIENT, CLIENT_SLIPS
from tlskit.exercises.hello_reader import RULES, decoded, misread, reading
from tlskit.exercises.task import Assignment, Case, Draw, Explanation, Task, reflection
from tlskit.messages import ClientHello, explain_handshake

CODEC = (
    "tlskit.presentation.encode",
    "tlskit.presentation.decode",
    "tlskit.presentation.explain",
    "tlskit.layouts.layout_of",
    "tlskit.layouts.whole",
    "tlskit.hello.extension",
    "tlskit.exercises.hello_reader.reading",
    "tlskit.exercises.hello_reader.decoded",
)
"""What reads and writes declared messages in tlskit."""
HERE = "tlskit.exercises.client_hello_mistakes"
WHOLE, REAL, BROKEN = "hellos of all shapes", "hellos of real clients", "broken hellos"
read = decoded(ClientHello)


def lists_of_protocols(draw: Draw) -> list[Case]:
    """Return names that a client would speak: three, some, and so many that lengths grow."""
    found = []
    for count in shuffled(draw, [3, number(draw, 4, 6), number(draw, 40, 60)]):
        names = [label(draw) for _ in range(count)]
        while names in (sorted(names), sorted(names)[::-1]):
            names = [label(draw) for _ in range(count)]
        found.append(Case((names,), "lists of names"))
    return found


def to_be_written(draw: Draw) -> list[Case]:
    """Return the fields of hellos: lists short and long, empty and missing."""
    usual, no_lists = "usual hellos", "hellos that lack something"
    one, other = shuffled(draw, [0x0302, 0x0303])
    return [
        Case((hello(draw, client_version=one),), usual),
        Case((hello(draw, client_version=other, session_id=b"", compression_methods=[0]),), usual),
        Case((long_hello(draw),), "long lists"),
        Case((hello(draw, session_id=draw(32), extensions=None),), no_lists),
        Case((hello(draw, session_id=b"", extensions=[]),), no_lists),
    ]


def to_be_read(draw: Draw) -> list[Case]:
    """Return hellos, whole, of real clients, and broken; a whole one among the broken ones, too."""
    whole = [
        hello(draw),
        hello(draw, session_id=b"", compression_methods=[0]),
        long_hello(draw),
        hello(draw, session_id=draw(32), extensions=None),
        hello(draw, extensions=[]),
        hello(draw, client_version=0x0301, extensions=extensions(draw, 12)),
    ]
    broken = [written(hello(draw)), *broken_hellos(draw)]
    return [
        *(Case((written(one),), WHOLE) for one in whole),
        *(Case((recorded_anew(draw, name),), REAL) for name in ("chromium", "openssl")),
        *(Case((one,), BROKEN) for one in shuffled(draw, broken)),
    ]


def fields_of(message: bytes) -> Sequence[tuple[str, int, int]]:
    """Return the outer fields of a ClientHello, header and all."""
    return [(one.name, one.start, one.end) for one in explain_handshake(message)]


def parts_of_alpn(right: bytes) -> Sequence[tuple[str, int, int]]:
    """Return the parts of the extension."""
    return [
        ("the extension's number", 0, 2),
        ("the length of its body", 2, 4),
        ("the length of the list", 4, 6),
        ("the names", 6, len(right)),
    ]


READ_MISTAKES = CLIENT_SLIPS | {RULES[one]: reading(CLIENT, without=(one,)) for one in RULES}
ASSIGNMENT = Assignment(
    "01_client_hello",
    (
        reflection(
            "which_length",
            "c",
            {
                "a": "That counts suites; a length in TLS counts something else.",
                "b": "The right number, but is one byte enough for the longest list that may come?",
                "d": "A length does not count itself.",
            },
            reference="RFC 5246 §4.3, §7.4.1.2",
        ),
        Task(
            "my_alpn",
            3,
            lists_of_protocols,
            alpn,
            ALPN_MISTAKES,
            reference="RFC 7301 §3.1; RFC 5246 §7.4.1.4; lesson 01",
            absent=(*CODEC, f"{HERE}.alpn"),
            more=raised({"OverflowError": DOES_NOT_FIT}),
            praise="A vector in a vector in a vector, and every length is right.",
            fields=parts_of_alpn,
            live=live.asked_by_her,
        ),
        reflection(
            "why_the_outer_length",
            "b",
            {
                "a": "TLS encrypts no part of a hello, whatever lengths there are.",
                "c": "The list has a length of its own, which says that.",
                "d": "Nothing is lined up in TLS: fields begin where the one before ends.",
            },
            reference="RFC 5246 §7.4.1.4; RFC 7301 §3.1",
        ),
        Task(
            "my_encode_client_hello",
            5,
            to_be_written,
            written,
            WRITTEN,
            reference="RFC 5246 §7.4.1.2, §7.4, §4.3; lesson 01",
            absent=(
                *CODEC,
                "tlskit.messages.frame_handshake",
                "tlskit.tls12.client.send_client_hello",
                "tlskit.checks.lesson_01.right_hello",
                f"{HERE}.written",
                f"{HERE}.parts_of",
            ),
            more=both(raised({"OverflowError": DOES_NOT_FIT}), several),
            praise="Short, long, empty, missing: every hello is right to the byte.",
            fields=fields_of,
            live=live.sent_by_her,
        ),
        reflection(
            "which_version",
            "a",
            {
                "b": "That is the record's. It is 03 01 in many a first flight, and nobody goes by "
                "it.",
                "c": "The length of the list says how many bytes of suites there are, no more.",
                "d": "A random is 32 bytes of chance; TLS 1.2 keeps no version in it.",
            },
            reference="RFC 5246 App. E.1",
        ),
        Task(
            "my_decode_client_hello",
            6,
            to_be_read,
            read,
            READ_MISTAKES,
            (dict, type(None)),
            reference="RFC 5246 §7.4.1.2, §7.4.1.4, §4.3; lesson 01",
            absent=(
                *CODEC,
                "tlskit.messages.unframe_handshake",
                "tlskit.messages.explain_handshake",
                "tlskit.hello.read_client_hello",
            ),
            praise="Whole ones are read, Chromium's and OpenSSL's too, and broken ones refused.",
            more=misread(CLIENT, read, CLIENT_SLIPS, tuple(RULES)),
            live=live.read_by_her,
        ),
        reflection(
            "why_refuse",
            "d",
            {
                "a": "Nothing is encrypted yet, so nothing fails to decrypt.",
                "b": "It would save a byte or two, and no reader is asked to.",
                "c": "The random has its 32 bytes, whatever comes behind the last field.",
            },
            reference="RFC 5246 §7.4.1.2",
        ),
    ),
    (Explanation("explain-bytes-not-entries", 2), Explanation("explain-unknown-numbers", 2)),
)
