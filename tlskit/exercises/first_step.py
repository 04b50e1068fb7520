"""Exercise 00: the master secret (RFC 5246 §8.1)."""

from collections.abc import Sequence

from tlskit.checks.key_generation import (
    MISTAKES,
    REFERENCE,
    WRONG_LABEL,
    WRONG_LENGTH,
    begins_like,
    expanded,
)
from tlskit.checks.live import against_openssl
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
from tlskit.tls12.key_schedule import MASTER_SECRET_LENGTH, master_secret, prf_sha256, prf_sha384

LABEL_IS_TEXT = "You gave the PRF its label as a str; a label is bytes, as the task's text shows."
SEED_IS_A_LIST = "You gave the PRF its seed as a list; a seed is bytes, one after the other."
LABEL_IS_SECRET = "Secret and label have changed places: the PRF takes the secret first."
LABEL_IN_SEED = (
    "You put the label into the seed; the PRF takes it as an argument of its own, and does that "
    "by itself (RFC 5246 §5)."
)


def cases(draw: Draw) -> list[Case]:
    """Return RSA with SHA-256 and ECDHE with SHA-384: one alone could agree by chance."""
    return [
        Case((Handed("prf", prf_sha256), b"\x03\x03" + draw(46), draw(32), draw(32)), "SHA-256"),
        Case((Handed("prf", prf_sha384), draw(32), draw(32), draw(32)), "SHA-384"),
    ]


def labels_and_lengths(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name a wrong label, a wrong length, and what a cut or continued result comes from."""
    asked = [calls[0] for one in outcomes for calls in one.asked if calls]
    if found := label_and_seed(cases, outcomes):
        return found
    if any(one.came is not Came.VALUE or not isinstance(one.value, bytes) for one in outcomes):
        return []
    results, found = [one.value for one in outcomes], []
    lengths = sorted({len(result) for result in results})
    if lengths != [MASTER_SECRET_LENGTH]:
        found.append(WRONG_LENGTH.format(length=" or ".join(map(str, lengths))))
    pairs = list(zip(results, cases, strict=True))
    for sentence, wrong in MISTAKES.items():
        if all(begins_like(result, wrong(*case.arguments)) for result, case in pairs):
            found.append(sentence)
    wrong_labels = sorted({call[1] for call in asked if call[1:2] != (b"master secret",)}, key=repr)
    if wrong_labels and not any(MISTAKES.get(sentence) is expanded for sentence in found):
        found.append(WRONG_LABEL.format(label=wrong_labels[0]))
    return found


def label_and_seed(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name what the PRF can't work with, or takes for something else: from its arguments."""
    found = []
    pairs = zip(cases, outcomes, strict=True)
    for case, call in [(case, calls[0]) for case, one in pairs for calls in one.asked if calls]:
        secret, label, seed = (*call, None, None, None)[:3]
        if isinstance(label, str):
            found.append(LABEL_IS_TEXT)
        elif isinstance(seed, list | tuple):
            found.append(SEED_IS_A_LIST)
        elif (secret, label) == (b"master secret", case.arguments[1]):
            found.append(LABEL_IS_SECRET)
        elif isinstance(seed, bytes) and b"master secret" in seed:
            found.append(LABEL_IN_SEED)
    return list(dict.fromkeys(found))


ASSIGNMENT = Assignment(
    "00_first_step",
    (
        Task(
            "my_master_secret",
            4,
            cases,
            master_secret,
            MISTAKES,
            reference=f"{REFERENCE}; lesson 00",
            absent=("tlskit.tls12.key_schedule.master_secret",),
            praise="Two suites, two hashes, and both results are right.",
            more=labels_and_lengths,
            live=lambda mine: against_openssl("master_secret", mine),
        ),
        reflection(
            "why_both_randoms",
            "c",
            {
                "a": "The length comes from the PRF, which gives as many bytes as are wanted.",
                "b": "Neither random is secret: both stand in the hellos, for everybody to read.",
                "d": "The hash is the suite's; a random does not change it.",
            },
            reference="RFC 5246 §8.1, App. F.1",
        ),
    ),
    (Explanation("explain-master-secret", 2), Explanation("explain-replay", 2)),
)
