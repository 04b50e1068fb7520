"""Pairs of hellos for exercise 02, from a seed: answers to be taken, and to be refused."""

from typing import Any

from tlskit.exercises.drawing import among, number, shuffled
from tlskit.exercises.hello_drawing import grease
from tlskit.exercises.hello_reader import Hello
from tlskit.exercises.server_hello_answers import (
    EXTENDED,
    NOTHING_BEFORE,
    REAL_SUITES,
    RENEGOTIATION,
    SCSV,
    TLS_1_2,
)
from tlskit.exercises.task import Case, Draw
from tlskit.registry import ExtensionType

MORE = [int(one) for one in ExtensionType if one not in (EXTENDED, RENEGOTIATION)]
TAKEN, REFUSED = "answers to be taken", "answers to be refused"


def offer(draw: Draw, **fields: Any) -> Hello:
    """Return what a client offered; both extensions are there, and no signal."""
    return {
        "client_version": TLS_1_2,
        "session_id": draw(32),
        "cipher_suites": shuffled(draw, [grease(draw), *shuffled(draw, REAL_SUITES)[:6]]),
        "extensions": shuffled(draw, [grease(draw), EXTENDED, RENEGOTIATION, *some(draw)]),
    } | fields


def some(draw: Draw) -> list[int]:
    """Return some other extensions."""
    return shuffled(draw, MORE)[: number(draw, 2, 5)]


def reply(draw: Draw, asked: Hello, **fields: Any) -> Hello:
    """Return a right answer: a suite and an extension of the offer, a new session."""
    suites = [one for one in asked["cipher_suites"] if one in REAL_SUITES]
    kinds = [one for one in asked["extensions"] if one in MORE]
    found = [[among(draw, kinds), draw(number(draw, 0, 9))], [RENEGOTIATION, NOTHING_BEFORE]]
    return {
        "server_version": TLS_1_2,
        "random": draw(32),
        "session_id": draw(32),
        "cipher_suite": among(draw, suites),
        "compression_method": 0,
        "extensions": shuffled(draw, [*found, [EXTENDED, b""]]),
    } | fields


def hellos(draw: Draw) -> list[Case]:
    """Return pairs of hellos; a good pair among those to be refused, too."""
    taken = [*good_ones(draw)]
    refused = [good_ones(draw)[number(draw, 0, 2)], *bad_ones(draw)]
    return [
        *(Case(one, TAKEN) for one in shuffled(draw, taken)),
        *(Case(one, REFUSED) for one in shuffled(draw, refused)),
    ]


def good_ones(draw: Draw) -> list[tuple[Hello, Hello]]:
    """Return pairs in which the answer fits the offer."""
    usual = [offer(draw) for _ in range(5)]
    new, without = offer(draw, session_id=b""), offer(draw, session_id=b"")
    signalling = offer(draw)
    signalling["cipher_suites"] = [*signalling["cipher_suites"], SCSV]
    signalling["extensions"] = [x for x in signalling["extensions"] if x != RENEGOTIATION]
    only_secure = [[RENEGOTIATION, NOTHING_BEFORE]]
    return [
        (usual[0], reply(draw, usual[0])),
        (usual[1], reply(draw, usual[1], session_id=usual[1]["session_id"])),
        (usual[2], reply(draw, usual[2], session_id=b"", extensions=only_secure)),
        (usual[3], reply(draw, usual[3], extensions=None)),
        (usual[4], reply(draw, usual[4], extensions=[[EXTENDED, b""]])),
        (new, reply(draw, new)),
        (without, reply(draw, without, session_id=b"")),
        (signalling, reply(draw, signalling)),
    ]


def bad_ones(draw: Draw) -> list[tuple[Hello, Hello]]:
    """Return pairs in which one thing does not fit."""
    found = []
    for fault in ("version", "suite", "signal", "grease", "compression", "extension", "renewed"):
        asked = offer(draw)
        asked["cipher_suites"] = [*asked["cipher_suites"], SCSV]
        said = reply(draw, asked)
        if fault == "version":
            said["server_version"] = among(draw, (0x0300, 0x0301, 0x0302))
        elif fault == "suite":
            others = [one for one in REAL_SUITES if one not in asked["cipher_suites"]]
            said["cipher_suite"] = among(draw, others)
        elif fault == "signal":
            said["cipher_suite"] = SCSV
        elif fault == "grease":
            meaningless = [one for one in asked["cipher_suites"] if one & 0x0F0F == 0x0A0A]
            said["cipher_suite"] = meaningless[0]
        elif fault == "compression":
            said["compression_method"] = number(draw, 1, 64)
        elif fault == "extension":
            others = [one for one in MORE if one not in asked["extensions"]]
            unasked = [among(draw, others), draw(number(draw, 0, 9))]
            said["extensions"] = shuffled(draw, [*said["extensions"], unasked])
        else:
            before = [RENEGOTIATION, b"\x18" + draw(24)]
            said["extensions"] = [x for x in said["extensions"] if x[0] != RENEGOTIATION]
            said["extensions"] = shuffled(draw, [*said["extensions"], before])
        found.append((asked, said))
    return found
