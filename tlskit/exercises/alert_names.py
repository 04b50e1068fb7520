"""Answers that are the names of alerts: what is said about a wrong name, and about errors."""

from collections.abc import Callable, Mapping, Sequence

from tlskit.exercises.task import Came, Case, Named, Outcome
from tlskit.exercises.together import together
from tlskit.registry import AlertDescription

Answer = Callable[..., str]

ANOTHER_ALERT = (
    "What you refuse is refused rightly, but not everywhere with the alert of the table: look at "
    "{parts}."
)
NO_ALERT = "{word!r} is the name of no alert (RFC 5246 §7.2); for no fault return an empty text."


def other_alerts(right: Callable[..., str]) -> Named:
    """Return a hook that names words that are no alerts, and alerts that are not `right`'s."""

    def names(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        said = [one.value for one in outcomes]
        if any(one.came is not Came.VALUE or not isinstance(one.value, str) for one in outcomes):
            return []
        known = [alert.name for alert in AlertDescription]
        if unknown := [one for one in said if one and one not in known]:
            return [NO_ALERT.format(word=unknown[0])]
        wanted = [right(*case.arguments) for case in cases]
        if said == wanted or [bool(one) for one in said] != [bool(one) for one in wanted]:
            return []
        rows = zip(cases, said, wanted, strict=True)
        parts = dict.fromkeys(case.part for case, one, want in rows if one != want)
        return [ANOTHER_ALERT.format(parts=", ".join(parts))]

    return names


def but_in(part: str, mistakes: Mapping[str, Answer], right: Answer) -> Named:
    """Return a hook that names several mistakes by all cases but those of one part.

    Where a case has two faults, two mistakes give what neither of them gives alone.
    """

    def names(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        pairs = [pair for pair in zip(cases, outcomes, strict=True) if pair[0].part != part]
        if any(one.came is not Came.VALUE for _, one in pairs):
            return []
        made = {
            sentence: [wrong(*case.arguments) for case, _ in pairs]
            for sentence, wrong in mistakes.items()
        }
        wanted = [right(*case.arguments) for case, _ in pairs]
        return together(made, [one.value for _, one in pairs], wanted)

    return names


def raised(sentences: Mapping[str, str], line: bool = False) -> Named:
    """Return a hook that has a sentence for each of these kinds of errors.

    Args:
        line: whether the first error follows, with her own line, where what raises it may also
            be something else.
    """

    def names(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
        known = [one for one in outcomes if one.came is Came.RAISED and one.error in sentences]
        found = [sentences[kind] for kind in dict.fromkeys(one.error for one in known)]
        return [*found, known[0].said] if known and line else found

    return names


def both(*hooks: Named) -> Named:
    """Return a hook that finds what any of these finds."""
    return lambda cases, outcomes: [one for hook in hooks for one in hook(cases, outcomes)]
