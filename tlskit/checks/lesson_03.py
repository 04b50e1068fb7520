"""Checks of lesson 03: the walk, the name, the client that believes, the deck of five chains."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509

from tlskit import pki
from tlskit.certificates import Trust
from tlskit.certificates import name_matches as right_name_matches
from tlskit.checks.loops import ending
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Unusable, Verdict, value_of
from tlskit.faulty_pki import faulty
from tlskit.labs.certificate_chains import CASES, SERVERS, certificates_of, dated_chain, subjects
from tlskit.lesson import HOST

Certificates = Sequence[x509.Certificate]
Walk = Callable[[Certificates, Certificates], list[x509.Certificate]]

# ---- the walk


def right_walk(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Return leaf, issuer, issuer's issuer, up to the first root or as far as the names lead."""
    path = [certificates[0]]
    for one in (*certificates[1:], *roots):
        if path[-1] not in roots and one.subject == path[-1].issuer:
            path.append(one)
    return path


def walk_cases() -> list[tuple[list[x509.Certificate], list[x509.Certificate]]]:
    """Return chains to walk: whole, root sent too, a stray one, other way round, cut, strangers."""
    roots = list(pki.trust().roots)
    sound = certificates_of(dated_chain())
    stray = pki.intermediate("ecdsa").certificate
    return [
        (sound, roots),
        ([*sound, *roots], roots),
        ([sound[0], stray, sound[1]], roots),
        (sound[::-1], roots),
        (sound[:1], roots),
        (certificates_of(faulty("unknown_ca", "rsa").chain), roots),
        (certificates_of(faulty("self_signed", "rsa").chain), roots),
    ]


def walked_by(fits: Callable[[Any, Any], bool], ends: bool = True) -> Walk:
    """Return a walk that takes the next certificate by another rule."""

    def walk(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
        path = [certificates[0]]
        for one in (*certificates[1:], *roots):
            if not (ends and path[-1] in roots) and fits(path[-1], one):
                path.append(one)
        return path

    return walk


def without_roots(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Look for issuers only among what was sent."""
    return right_walk(certificates, ())


def without_leaf(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Leave the first certificate out of the path."""
    return right_walk(certificates, roots)[1:]


def round_and_round(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Take a root that is its own issuer again in each round."""
    path = [certificates[0]]
    candidates = [*certificates[1:], *roots]
    for _ in candidates:
        fitting = [one for one in candidates if one.subject == path[-1].issuer]
        if path[-1] not in roots and fitting:
            path.append(fitting[0])
    return path


def leaf_again(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Look for the leaf's issuer at the leaf too."""
    return right_walk([certificates[0], *certificates], roots)


def rooted_anyway(certificates: Certificates, roots: Certificates) -> list[x509.Certificate]:
    """Walk through what was sent, then put the root behind it whatever its name."""
    path = right_walk(certificates, ())
    return path if path[-1] in roots else [*path, *roots]


WALK_MISTAKES: dict[str, Walk] = {
    "You take every certificate in the order in which it came. Whether one belongs to the one "
    "before it, nobody has asked: compare names.": walked_by(lambda child, one: True, False),
    "You compare issuer with issuer. Two certificates of the same issuer are brothers; the next "
    "one up is the issuer itself.": walked_by(lambda child, one: one.issuer == child.issuer),
    "You walk downwards: the next one's issuer is the last one's subject. It is the other way "
    "round.": walked_by(lambda child, one: one.issuer == child.subject),
    "You compare subject with subject, so you look for the same holder again.": walked_by(
        lambda child, one: one.subject == child.subject
    ),
    "The root stands in your path twice when the server sends it too: stop at the first "
    "root.": walked_by(lambda child, one: one.subject == child.issuer, False),
    "You look only among what was sent. The server need not send the root (RFC 5246 §7.4.2): go "
    "on among your own roots.": without_roots,
    "The leaf is not in your path: it is where the walk begins.": without_leaf,
    "You take a stranger's root twice: whoever signs himself is his own issuer.": round_and_round,
    "You take a leaf twice that signed itself: look for its issuer among the others.": leaf_again,
    "You put the root at the end whatever the last certificate's issuer is: then every chain "
    "seems to end well.": rooted_anyway,
}


ENDLESS = "no round of it takes a new certificate, and still it goes on"


def walk(mine: Walk) -> Report:
    """Judge `my_walk(certificates, roots)`."""
    return compare(
        "my_walk",
        stopped(mine) if callable(mine) else mine,
        right_walk,
        walk_cases(),
        WALK_MISTAKES,
        list,
        "Seven chains, and each walk ends where its names end.",
        "RFC 5246 §7.4.2; RFC 5280 §6.1",
    )


def stopped(mine: Walk) -> Walk:
    """Return her walk so that it raises EndlessLoop where it would not end."""
    return ending(mine, ENDLESS)


def walked(mine: Walk, certificates: Certificates, roots: Certificates) -> list[str]:
    """Return of whom each certificate on her walk speaks; EndlessLoop if it does not end."""
    return subjects(stopped(mine)(certificates, roots))


# ---- the name

NAME_CASES = (
    ("signal.course.example", "signal.course.example", "The very same name must do."),
    (
        "Signal.Course.Example",
        "signal.course.example",
        "Names are compared without regard to capitals.",
    ),
    (
        "course.example",
        "www.course.example",
        "A name without `*` stands for itself alone, not for the names below it.",
    ),
    (
        "signal.course.example",
        "evil-signal.course.example",
        "A name that only ends alike is another name: anybody may register it.",
    ),
    ("*.course.example", "www.course.example", "`*.course.example` stands for this one."),
    (
        "*.course.example",
        "a.b.course.example",
        "`*` stands for one label, and `a.b` are two.",
    ),
    (
        "*.course.example",
        "course.example",
        "`*` stands for one label, and here is none in its place.",
    ),
    (
        "w*.course.example",
        "www.course.example",
        "Here `*` is only a part of its label; our rule wants it alone.",
    ),
    (
        "www.*.example",
        "www.course.example",
        "`*` counts only as the first label, on the left.",
    ),
)
"""Pattern, host, and the sentence for whoever gets this one wrong."""


def name_matches(mine: Callable[[str, str], bool]) -> Report:
    """Judge `my_name_matches(pattern, host)`, with a sentence for each name that it gets wrong."""
    task = "my_name_matches"
    try:
        results = [value_of(task, mine, bool, pattern, host) for pattern, host, _ in NAME_CASES]
    except Unusable as unusable:
        return unusable.report
    found = tuple(
        f"{pattern} and {host}: you say {result}. {sentence}"
        for result, (pattern, host, sentence) in zip(results, NAME_CASES, strict=True)
        if result != right_name_matches(pattern, host)
    )
    if not found:
        return Report(task, Verdict.RIGHT, (f"Right for all {len(NAME_CASES)} pairs of names.",))
    return Report(task, Verdict.WRONG, found, "RFC 9525 §6.3; RFC 6125 §6.4.3")


# ---- the client that believes everything

Verify = Callable[[Sequence[bytes], str, Trust, datetime], x509.Certificate]


def right_belief(
    chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
) -> x509.Certificate:
    """Return the leaf, whatever it says."""
    return certificates_of(chain)[0]


def believed_last(
    chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
) -> x509.Certificate:
    """Take the chain's other end."""
    return certificates_of(chain)[-1]


def believes(mine: Verify) -> Report:
    """Judge `my_verify_chain(chain, server_name, trust, now)`, which shall refuse nothing."""
    cases = [(faulty(fault, "rsa").chain, HOST, pki.trust(), pki.NOW) for fault in SERVERS]
    return compare(
        "my_verify_chain",
        mine,
        right_belief,
        cases,
        {"You take the certificate at the other end: the leaf comes first.": believed_last},
        x509.Certificate,
        f"It believes all {len(cases)} faulty servers.",
        "RFC 5246 §7.4.2",
    )


# ---- the deck

SYMPTOMS = {
    "unknown CA": "you would see a chain that is whole, up to a root that is not ours",
    "self-signed": "you would see a leaf whose subject and issuer are one",
    "wrong usage": "you would see a leaf issued for somebody else than servers",
    "not yet valid": "you would see a certificate whose first day is yet to come",
    "bad signature": "you would see nothing: names, days and usage are all in order, and only "
    "the signature is not",
}
"""The five diagnoses; and what one would see with each."""


def deck(*diagnoses: Any) -> Report:
    """Judge five diagnoses, for the cases in their order; `...` is none yet."""
    found, right = [], 0
    for letter, diagnosis in zip(CASES, diagnoses, strict=True):
        sentence = said_of(letter, diagnosis)
        right += not sentence
        found.append(f"{letter}: {sentence or f'yes, {diagnosis}.'}")
    if all(one is ... for one in diagnoses):
        how = "Write a diagnosis in place of each `...` and run both cells."
        return Report("deck", Verdict.NOT_PREDICTED, (how,))
    verdict = Verdict.RIGHT if right == len(CASES) else Verdict.WRONG
    return Report("deck", verdict, tuple(found))


def said_of(letter: str, diagnosis: Any) -> str:
    """Return what is wrong with a diagnosis, "" if nothing is; never the right one."""
    if diagnosis is ...:
        return "not diagnosed yet."
    words = {plain(one): one for one in SYMPTOMS}
    wanted = plain(diagnosis)
    if wanted not in words:
        return f"{diagnosis!r} is none of the five: {', '.join(SYMPTOMS)}."
    if wanted == plain(CASES[letter]):
        return ""
    return f"`{words[wanted]}` it is not: {SYMPTOMS[words[wanted]]}."


def plain(words: Any) -> str:
    """Return words without regard to capitals, hyphens and underscores."""
    return str(words).strip().casefold().replace("-", " ").replace("_", " ")
