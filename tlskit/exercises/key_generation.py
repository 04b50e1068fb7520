"""Exercise 06: from the pre-master secret to the keys (RFC 5246 §5, §6.3; RFC 7627 §4)."""

from collections.abc import Sequence
from typing import Any

from tlskit.checks.key_generation import WRONG_LABEL, WRONG_LENGTH
from tlskit.cipher_suites import SUITES, Suite, suite_named
from tlskit.exercises.drawing import among, number, shuffled
from tlskit.exercises.key_generation_cutting import (
    KEY_BLOCK_MISTAKES,
    PARTITION_MISTAKES,
    key_block,
    mistakes_at_once,
    partition,
)
from tlskit.exercises.key_generation_extended import EXTENDED_MISTAKES, extended_master_secret
from tlskit.exercises.key_generation_live import (
    cut_by_her,
    expanded_by_her,
    extended_by_her,
    labelled_by_her,
    stretched_by_her,
)
from tlskit.exercises.key_generation_mistakes import (
    P_HASH_MISTAKES,
    PRF_MISTAKES,
    mistakes_in_blocks,
    prf,
    stretched,
)
from tlskit.exercises.task import (
    Assignment,
    Came,
    Case,
    Draw,
    Explanation,
    Handed,
    Outcome,
    Task,
    reflection,
)
from tlskit.labs.key_generation import protections
from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH, p_hash, prf_sha256, prf_sha384

PRFS = {"sha256": prf_sha256, "sha384": prf_sha384}
LABELS = (
    *(b"master secret", b"extended master secret", b"key expansion"),
    *(b"client finished", b"server finished"),
)
ENDINGS = (
    *(("AES_128", "_SHA256"), ("CHACHA20", "_SHA256"), ("GCM", "_SHA384"), ("CBC", "_SHA384")),
    *(("AES_128", "_SHA"), ("AES_256", "_SHA")),
)
"""Parts of suites' names: with each of the three endings, suites of two kinds."""


# ---- inputs


def p_hash_cases(draw: Draw) -> list[Case]:
    """Return both hashes with lengths below a block, over some blocks, and of whole blocks."""
    cases = []
    for hash_name in shuffled(draw, tuple(PRFS)):
        for length, part in (
            (number(draw, 1, 31), "less than a block"),
            (number(draw, 97, 143), "several blocks"),
            (number(draw, 145, 190), "several blocks"),
            (96, "whole blocks"),
        ):
            secret, seed = draw(number(draw, 20, 60)), draw(number(draw, 20, 90))
            cases.append(Case((hash_name, secret, seed, length), part))
    return cases


def prf_cases(draw: Draw) -> list[Case]:
    """Return suites whose names end in SHA256, SHA384 and a bare SHA, and labels of all kinds."""
    cases = []
    for cipher, word in ENDINGS:
        suites = [one.name for one in SUITES if cipher in one.name and one.name.endswith(word)]
        label, seed = among(draw, LABELS), draw(number(draw, 32, 64))
        asked = (among(draw, suites), draw(48), label, seed, number(draw, 40, 140))
        part = f"suites that end in {word[1:]}"
        cases.append(Case((Handed("p_hash", stretched), *asked), part))
    return cases


def framed(kind: int, body: bytes) -> bytes:
    """Return a handshake message: type, length, body (RFC 5246 §7.4)."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def messages(draw: Draw, ephemeral: bool, client_certificate: bool) -> list[bytes]:
    """Return all messages of a handshake, both Finished too; their contents are drawn."""
    kinds = [1, 2, 11, *([12] if ephemeral else []), *([13] if client_certificate else []), 14]
    kinds += [11, 16, 15] if client_certificate else [16]
    kinds += [20, *([4] if number(draw, 0, 1) else []), 20]
    sizes = {1: 120, 2: 60, 14: 0, 20: 12}
    made = []
    for kind in kinds:
        size = sizes.get(kind, 0) if kind in (14, 20) else sizes.get(kind, 90) + draw(1)[0]
        body = draw(size)
        made.append(framed(kind, b"\x03\x03" + body if kind in (1, 2) else body))
    return made


def extended_cases(draw: Draw) -> list[Case]:
    """Return handshakes with RSA and ECDHE, with a client certificate and without, both hashes."""
    cases = []
    for hash_name in shuffled(draw, tuple(PRFS)):
        for with_certificate in (False, True):
            ephemeral = bool(number(draw, 0, 1))
            secret = draw(32) if ephemeral else b"\x03\x03" + draw(46)
            sent = messages(draw, ephemeral, with_certificate)
            part = "with a client certificate" if with_certificate else "the usual handshake"
            cases.append(Case((Handed("prf", PRFS[hash_name]), hash_name, secret, sent), part))
    return cases


def key_block_cases(draw: Draw) -> list[Case]:
    """Return both hashes, with the lengths of some suites' key blocks."""
    cases = []
    for hash_name in shuffled(draw, tuple(PRFS)):
        lengths = {one.key_block_length for one in SUITES if one.hash_name == hash_name} - {48}
        for length in shuffled(draw, sorted(lengths))[:2]:
            asked = (draw(48), draw(32), draw(32), length)
            cases.append(Case((Handed("prf", PRFS[hash_name]), *asked), f"with {hash_name}"))
    return cases


def partition_cases(draw: Draw) -> list[Case]:
    """Return a suite for each way to protect records, and a key block that is long enough."""
    cases = []
    for name in shuffled(draw, protections()):
        same = [one for one in SUITES if protection(one) == protection(suite_named(name))]
        suite = among(draw, same)
        cases.append(
            Case(
                (suite.name, draw(suite.key_block_length + number(draw, 32, 64))), str(suite.cipher)
            )
        )
    return cases


def protection(suite: Suite) -> str:
    """Return what a suite's name says about records."""
    return suite.name.partition("_WITH_")[2]


# ---- mistakes that no result shows


def wrong_labels(right: bytes, named: set[bytes], outcomes: Sequence[Outcome]) -> list[str]:
    """Name a label that a PRF was asked for, unless a table of mistakes names it.

    What is as long as a hash or a random is no label: other arguments stand in its place.
    """
    asked = {calls[0][1] for one in outcomes for calls in one.asked if calls}
    asked = {one for one in asked if len(one) < 32}
    return [WRONG_LABEL.format(label=one) for one in sorted(asked - {right} - named, key=repr)]


def about_p_hash(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name what is wrong in results that were not cut, too."""
    results = [one.value for one in outcomes if isinstance(one.value, bytes)]
    if len(results) != len(cases):
        return []
    arguments: list[Any] = [case.arguments for case in cases]
    return mistakes_in_blocks(results, arguments)


def about_partition(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name several mistakes at once: in the order, and in the sizes."""
    results = [one.value for one in outcomes if isinstance(one.value, dict)]
    if len(results) != len(cases):
        return []
    return mistakes_at_once(results, [case.arguments for case in cases])


def about_extended(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name another label, and another length, of the extended master secret."""
    values = [one.value for one in outcomes if one.came is Came.VALUE]
    sizes = {len(one) for one in values if isinstance(one, bytes)} - {MASTER_SECRET_LENGTH}
    found = [WRONG_LENGTH.format(length=size) for size in sorted(sizes)]
    return found + wrong_labels(b"extended master secret", {b"master secret"}, outcomes)


def about_key_block(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name another label of the key block."""
    return wrong_labels(b"key expansion", {b"master secret", b"key_expansion"}, outcomes)


OURS = "tlskit.tls12.key_schedule."
OUR_PRFS = tuple(OURS + name for name in ("p_hash", "prf", "prf_sha256", "prf_sha384"))
ASSIGNMENT = Assignment(
    "06_key_generation",
    (
        reflection(
            "how_many_hmacs",
            "c",
            {
                "a": "Four blocks are enough; but a block is not all that a round computes.",
                "b": "The chain begins with the seed itself, which costs nothing.",
                "d": "HMAC gives a whole block at once.",
            },
            reference="RFC 5246 §5",
        ),
        Task(
            "my_p_hash",
            4,
            p_hash_cases,
            p_hash,
            P_HASH_MISTAKES,
            reference="RFC 5246 §5; lesson 06",
            absent=(*OUR_PRFS, OURS + "hmac", "tlskit.labs.key_generation.rounds"),
            more=about_p_hash,
            praise="Right with both hashes, for lengths below a block, above, and of whole blocks.",
            live=stretched_by_her,
        ),
        Task(
            "my_prf",
            4,
            prf_cases,
            prf,
            PRF_MISTAKES,
            reference="RFC 5246 §5, §1.2; RFC 5289 §3; lesson 06",
            absent=OUR_PRFS,
            praise="Right for six suites, and so for the trap in their names.",
            live=labelled_by_her,
        ),
        reflection(
            "why_a_label",
            "b",
            {
                "a": "The label is no secret: it stands in the RFC.",
                "c": "The length is an argument of its own, and is not in the label.",
                "d": "The suite names the hash; the label is the same in all suites.",
            },
            reference="RFC 5246 §5, §6.3, §8.1",
        ),
        Task(
            "my_extended_master_secret",
            4,
            extended_cases,
            extended_master_secret,
            EXTENDED_MISTAKES,
            reference="RFC 7627 §3 (the session hash), §4 (the formula); lesson 06",
            absent=(OURS + "extended_master_secret", OURS + "handshake_hash"),
            praise="Right with both hashes, and with a client certificate too.",
            more=about_extended,
            live=extended_by_her,
        ),
        reflection(
            "why_the_session_hash",
            "a",
            {
                "b": "Both formulae give 48 bytes; the PRF makes whatever length is wanted.",
                "c": "Whoever recorded the handshake can compute that hash; it is no secret.",
                "d": "Both formulae ask the same PRF with the same hash.",
            },
            reference="RFC 7627 §1, §4",
        ),
        Task(
            "my_key_block",
            3,
            key_block_cases,
            key_block,
            KEY_BLOCK_MISTAKES,
            reference="RFC 5246 §6.3; lesson 06",
            absent=(OURS + "key_block",),
            praise="Right with both hashes and several lengths.",
            more=about_key_block,
            live=expanded_by_her,
        ),
        reflection(
            "who_notices",
            "d",
            {
                "a": "Nothing of it is sent in ClientKeyExchange: keys are made behind it.",
                "b": "ChangeCipherSpec is one byte, the same with every key.",
                "c": "Certificate was read and verified before any key was made.",
            },
            reference="RFC 5246 §7.4.9, §7.2.2",
        ),
        Task(
            "my_partition",
            5,
            partition_cases,
            partition,
            PARTITION_MISTAKES,
            dict,
            "RFC 5246 §6.3 (the order), App. C (sizes); RFC 5288 §3; RFC 7905 §2; lesson 06",
            absent=(OURS + "partition",),
            praise="Right for each way to protect records.",
            more=about_partition,
            live=cut_by_her,
        ),
    ),
    (Explanation("explain-two-steps", 2), Explanation("explain-run-that-passes", 2)),
)
