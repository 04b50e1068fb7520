"""Several mistakes at once: which of the known ones explain all that is wrong, together."""

from collections.abc import Mapping, Sequence
from typing import Any

MOST = 4
"""More than so many mistakes at once explain nothing: any answer is made of enough of them."""


def together(
    made: Mapping[str, Sequence[Any]], results: Sequence[Any], wanted: Sequence[Any]
) -> list[str]:
    """Return mistakes that explain each wrong result, one or another of them; [] if they don't.

    Each shows in every case in which it makes a difference; one that shows only where another
    does, too, is left out. Results that are all wrong are not taken apart.

    Args:
        made: for each sentence the results of its mistake.
    """
    wrong = {at for at, one in enumerate(results) if one != wanted[at]}
    if not 0 < len(wrong) < len(results):
        return []
    shown: dict[str, frozenset[int]] = {}
    for sentence, values in made.items():
        where = frozenset(at for at, one in enumerate(values) if one != wanted[at])
        if where and all(values[at] == results[at] for at in where):
            shown[sentence] = where
    widest = {one for one in shown.values() if not any(one < other for other in shown.values())}
    if set().union(*widest) != wrong or len(widest) > MOST:
        return []
    return [sentence for sentence, where in shown.items() if where in widest]
