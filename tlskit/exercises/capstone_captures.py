"""Broken captures to be diagnosed: one thing wrong in each, which follows from a seed.

Each is made by two ends of ours, with a step or a formula of one of them replaced.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.exercises.capstone_peers import chosen, flipped_coin
from tlskit.exercises.task import Case, Draw
from tlskit.labs.breaks import CBC, CLIENT, SERVER, Setup, sound
from tlskit.labs.breaks_after import first_finished_left_out, offer_changed
from tlskit.labs.breaks_exchange import randoms_not_signed, signed_with_another_key
from tlskit.labs.breaks_keys import (
    extended_master_secret_forgotten,
    randoms_not_swapped,
    randoms_swapped,
)
from tlskit.labs.evidence import messages
from tlskit.labs.in_transit import Conversation
from tlskit.lesson import lesson_random
from tlskit.order import Role
from tlskit.records import join, records_in
from tlskit.registry import ContentType
from tlskit.trace import Call

Capture = dict[str, Any]
Broken = Callable[[Setup], Setup]
SUITES = tuple(
    map(
        suite_named,
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    )
)
SIGNATURE, MASTER_SECRET, KEY_BLOCK = "signature", "master_secret", "key_block"
SEQUENCE_NUMBER, LABEL, TRANSCRIPT = "sequence_number", "label", "transcript"
WORDS = (SIGNATURE, MASTER_SECRET, KEY_BLOCK, SEQUENCE_NUMBER, LABEL, TRANSCRIPT)
PARTS = {
    SIGNATURE: "before the keys",
    MASTER_SECRET: "before the keys",
    KEY_BLOCK: "records",
    SEQUENCE_NUMBER: "records",
    LABEL: "Finished",
    TRANSCRIPT: "Finished",
}
IN_THE_CLEAR = (
    "client_hello",
    "server_hello",
    "certificate",
    "server_key_exchange",
    "server_hello_done",
    "client_key_exchange",
)


# ---- what can be wrong, beside what labs.breaks has


def counted_from_one(role: Role) -> Broken:
    """Return what makes one side count its protected records from 1."""

    def protect(keys: Any, number: int, *rest: Any) -> bytes:
        return tls12.FORMULAE.protect(keys, number + 1, *rest)

    return lambda setup: setup.formula(role, protect=protect)


def clients_label(setup: Setup) -> Setup:
    """Make the server take the client's label for its Finished."""

    def verify_data(prf: Any, master_secret: bytes, label: bytes, seen: bytes) -> bytes:
        return tls12.FORMULAE.verify_data(prf, master_secret, b"client finished", seen)

    def send_finished(state: tls12.State) -> tuple[tls12.State, bytes]:
        changed = replace(state.formulae, verify_data=verify_data)
        after, message = tls12.SERVER_STEPS.send_finished(state.but(formulae=changed))
        return after.but(formulae=state.formulae), message

    return setup.step(SERVER, send_finished=send_finished)


def breaks(draw: Draw) -> dict[str, Broken]:
    """Return what is broken for each word; at least one fault is the server's."""
    return {
        SIGNATURE: chosen(draw, (randoms_not_signed, signed_with_another_key)),
        MASTER_SECRET: chosen(draw, (randoms_swapped, extended_master_secret_forgotten)),
        KEY_BLOCK: randoms_not_swapped,
        SEQUENCE_NUMBER: counted_from_one(chosen(draw, (CLIENT, SERVER))),
        LABEL: clients_label,
        TRANSCRIPT: chosen(draw, (first_finished_left_out, offer_changed)),
    }


# ---- captures


def captures(draw: Draw) -> list[Case]:
    """Return a capture for each word, in an order that follows from the seed."""
    turn = flipped_coin(draw)
    found = []
    for number, (word, broken) in enumerate(breaks(draw).items()):
        suite = SUITES[(number + turn) % 2]
        extended = bool(number // 2 % 2) is turn or broken is extended_master_secret_forgotten
        found.append((draw(8), Case((capture(draw, broken, suite, extended),), PARTS[word])))
    return [case for _, case in sorted(found, key=lambda one: one[0])]


def capture(draw: Draw, broken: Broken, suite: Any, extended: bool) -> Capture:
    """Return what was recorded of one handshake, and what both sides' key logs say."""
    setup = sound(f"capture {draw(16).hex()}")
    setup = setup.told(CLIENT, suites=(suite, CBC), extended_master_secret=extended)
    setup = broken(setup).told(SERVER, suites=(suite,))
    calls: list[Call] = []
    talk = setup.talk(calls)
    return {
        "suite": int(suite.code),
        "client": seen_by(talk, calls, CLIENT),
        "server": seen_by(talk, calls, SERVER),
        "pre_master_secret": talk.ends[CLIENT].state.pre_master_secret or b"",
        "protected": protected(talk),
        "alert": alert(talk),
    }


def seen_by(talk: Conversation, calls: Sequence[Call], role: Role) -> dict[str, Any]:
    """Return a side's messages in the clear, as it sent or got them, and its master secret."""
    found = messages(calls, role)
    return {
        "messages": [one for (_, name), one in found.items() if name in IN_THE_CLEAR],
        "master_secret": talk.ends[role].state.master_secret or b"",
    }


def protected(talk: Conversation) -> list[list[Any]]:
    """Return the records that each side sent after its ChangeCipherSpec, with their headers."""
    found: list[list[Any]] = []
    for role in (CLIENT, SERVER):
        behind = False
        for record in records_in(talk.sent[role]):
            if behind:
                found.append([str(role), join(record)])
            behind = behind or record.content_type == ContentType.change_cipher_spec
    return found


def alert(talk: Conversation) -> list[str]:
    """Return who sent which alert."""
    finder, error = talk.failures[0]
    assert isinstance(error, Alert)
    return [str(finder), error.description.name]


def three(seed: str = "three to look at") -> list[Capture]:
    """Return three captures to look at, with three different faults."""
    return [case.arguments[0] for case in captures(lesson_random(seed))[:3]]
