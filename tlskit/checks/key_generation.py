"""The check of `master_secret` (RFC 5246 §8.1), with the mistakes that are really made."""

from collections.abc import Callable
from typing import NamedTuple

from tlskit.checks.report import Report, Unusable, Verdict, first_difference, value_of
from tlskit.lesson import lesson_random
from tlskit.tls12.key_schedule import (
    MASTER_SECRET_LENGTH,
    PRF,
    key_block,
    prf_sha256,
    prf_sha384,
)
from tlskit.tls12.key_schedule import master_secret as right_master_secret

Answer = Callable[[PRF, bytes, bytes, bytes], bytes]
REFERENCE = "RFC 5246 §8.1 (the formula), §5 (the PRF)"


class Case(NamedTuple):
    """Inputs of one call: a suite's PRF, the secret, both randoms."""

    prf: PRF
    pre_master_secret: bytes
    client_random: bytes
    server_random: bytes


def cases() -> list[Case]:
    """Return the inputs: RSA with SHA-256, ECDHE with SHA-384. One alone could agree by chance."""
    draw = lesson_random("check of master_secret")
    return [
        Case(prf_sha256, b"\x03\x03" + draw(46), draw(32), draw(32)),
        Case(prf_sha384, draw(32), draw(32), draw(32)),
    ]


def swapped(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Put the server's random first, as the key expansion does."""
    return prf(secret, b"master secret", server + client, MASTER_SECRET_LENGTH)


def one_random(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Leave the server's random out."""
    return prf(secret, b"master secret", client, MASTER_SECRET_LENGTH)


def other_random(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Leave the client's random out."""
    return prf(secret, b"master secret", server, MASTER_SECRET_LENGTH)


def exchanged(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Take the randoms as the secret and the secret as the seed."""
    return prf(client + server, b"master secret", secret, MASTER_SECRET_LENGTH)


def fixed_hash(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Use SHA-256 whatever the suite says."""
    return right_master_secret(prf_sha256, secret, client, server)


def fixed_longer_hash(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Use SHA-384 whatever the suite says."""
    return right_master_secret(prf_sha384, secret, client, server)


def expanded(prf: PRF, secret: bytes, client: bytes, server: bytes) -> bytes:
    """Write the key expansion, which comes after this step."""
    stretched = secret.ljust(MASTER_SECRET_LENGTH, b"\0")[:MASTER_SECRET_LENGTH]
    return key_block(prf, stretched, server, client, MASTER_SECRET_LENGTH)


MISTAKES: dict[str, Answer] = {
    "The randoms stand in the order of the key expansion; in this formula it is the other one. "
    "Nothing would fail before Finished.": swapped,
    "Only one of the randoms is in the seed: the server's is missing.": one_random,
    "Only one of the randoms is in the seed: the client's is missing.": other_random,
    "Secret and seed have changed places: the PRF takes the secret first.": exchanged,
    "The hash is not the suite's: this is SHA-256 in every case. The `prf` that you are given "
    "knows the hash.": fixed_hash,
    "The hash is not the suite's: this is SHA-384 in every case. The `prf` that you are given "
    "knows the hash.": fixed_longer_hash,
    "This is the key expansion, the step after this one: another label, another order.": expanded,
}
WRONG_LABEL = (
    "The label is wrong: you gave the PRF {label!r}. A label is the exact bytes of the RFC, "
    "spaces included; it keeps apart what is made of one secret."
)
WRONG_LENGTH = (
    "The result has {length} bytes; a master secret has 48, whatever the suite and its hash."
)
DIFFERENT = (
    "No mistake that this check knows. Your result and the right one first differ at byte "
    "{offset} of 48 ({which})."
)


def master_secret(mine: Answer) -> Report:
    """Judge a learner's `master_secret(prf, pre_master_secret, client_random, server_random)`."""
    try:
        results = [value_of("master_secret", mine, bytes, *case) for case in cases()]
        labels = [label_used(mine, case) for case in cases()]
    except Unusable as unusable:
        return unusable.report
    if all(
        result == right_master_secret(*case) for result, case in zip(results, cases(), strict=True)
    ):
        praise = "Two suites, two hashes, and both results are right."
        return Report("master_secret", Verdict.RIGHT, (praise,))
    return Report("master_secret", Verdict.WRONG, tuple(findings(results, labels)), REFERENCE)


def findings(results: list[bytes], labels: list[bytes | None]) -> list[str]:
    """Return a sentence for each mistake that all the results show, at least one sentence."""
    found = []
    lengths = {len(result) for result in results}
    if lengths != {MASTER_SECRET_LENGTH}:
        found.append(WRONG_LENGTH.format(length=" or ".join(str(n) for n in sorted(lengths))))
    for sentence, wrong in MISTAKES.items():
        if all(begins_like(r, wrong(*case)) for r, case in zip(results, cases(), strict=True)):
            found.append(sentence)
    wrong_labels = {label for label in labels if label not in (None, b"master secret")}
    if wrong_labels and not found_expansion(found):
        found.append(WRONG_LABEL.format(label=sorted(wrong_labels, key=repr)[0]))
    if not found:
        offsets = [
            (first_difference(r, right_master_secret(*case)), which)
            for r, case, which in zip(results, cases(), ("SHA-256", "SHA-384"), strict=True)
        ]
        offset, which = next((o, w) for o, w in offsets if o < MASTER_SECRET_LENGTH)
        found.append(DIFFERENT.format(offset=offset, which=f"in the case with {which}"))
    return found


def found_expansion(found: list[str]) -> bool:
    """Tell whether the result was already named as the key expansion, label and all."""
    return any(MISTAKES.get(sentence) is expanded for sentence in found)


def begins_like(result: bytes, wrong: bytes) -> bool:
    """Tell whether the result is this wrong one, perhaps cut or continued; never for nothing."""
    common = min(len(result), len(wrong))
    return common >= 16 and result[:common] == wrong[:common]


def label_used(mine: Answer, case: Case) -> bytes | None:
    """Return the label that the learner's function gives to the PRF it is handed, if it asks it."""
    labels: list[bytes] = []

    def listening(secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
        labels.append(label)
        return case.prf(secret, label, seed, length)

    value_of("master_secret", mine, bytes, listening, *case[1:])
    return labels[0] if labels else None
