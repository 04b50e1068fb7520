"""A check for any function with one right result: which known mistake gives what she returned?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tlskit.checks.report import Report, Unusable, Verdict, first_difference, value_of

DIFFERENT = (
    "No mistake that this check knows. Your result and the right one first differ at {where}."
)


def compare(
    task: str,
    mine: Callable[..., Any],
    right: Callable[..., Any],
    cases: Sequence[Sequence[Any]],
    mistakes: Mapping[str, Callable[..., Any]],
    expected: type = bytes,
    praise: str = "Right in every case.",
    reference: str = "",
) -> Report:
    """Judge a function of the learner's by its results, and name the mistake behind a wrong one.

    Args:
        task: what the function is called.
        right: ours; called with each case like hers.
        cases: arguments of each call; enough of them that no mistake agrees by chance.
        mistakes: sentences that name a mistake (and not the answer), each with the function that
            makes it. A mistake may raise for a case, and then explains nothing there.
        expected: the type of the result.
        reference: where to read on.

    >>> def my_sum(a, b):
    ...     return a + b + 1
    >>> one_more = {"You count one too many.": lambda a, b: a + b + 1}
    >>> compare("sum", my_sum, lambda a, b: a + b, [(1, 2), (3, 4)], one_more, int)
    ✗ sum: not yet right
      You count one too many.
    """
    try:
        results = [value_of(task, mine, expected, *case) for case in cases]
    except Unusable as unusable:
        return unusable.report
    wanted = [right(*case) for case in cases]
    if results == wanted:
        return Report(task, Verdict.RIGHT, (praise,))
    found = [
        sentence for sentence, wrong in mistakes.items() if explains(wrong, cases, results, wanted)
    ]
    if not found:
        found = unknown(results, wanted)
    return Report(task, Verdict.WRONG, tuple(found), reference)


def explains(
    wrong: Callable[..., Any],
    cases: Sequence[Sequence[Any]],
    results: Sequence[Any],
    wanted: Sequence[Any],
) -> bool:
    """Tell whether a mistake gives all these results, and is one in at least one case."""
    made = [outcome(wrong, case) for case in cases]
    return made == list(results) and made != list(wanted)


def outcome(wrong: Callable[..., Any], case: Sequence[Any]) -> Any:
    """Return what a mistake gives, or the error it ends in, which equals no result."""
    try:
        return wrong(*case)
    except Exception as error:
        return error


def unknown(results: Sequence[Any], wanted: Sequence[Any]) -> list[str]:
    """Say where a result that no known mistake explains begins to differ."""
    number, mine, right = next(
        (number, mine, right)
        for number, (mine, right) in enumerate(zip(results, wanted, strict=True), 1)
        if mine != right
    )
    if isinstance(right, bytes) and len(mine) != len(right):
        lengths = f"Your result has {len(mine)} bytes in case {number}, the right one {len(right)}."
        return [lengths]
    if isinstance(right, bytes):
        where = f"byte {first_difference(mine, right)} of {len(right)}, in case {number}"
        return [DIFFERENT.format(where=where)]
    return [f"No mistake that this check knows; case {number} of {len(wanted)} is the first wrong."]
