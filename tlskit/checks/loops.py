"""A guard around a learner's function: a loop without end becomes an error that can be named."""

import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any

MOST_LINES = 5_000


class EndlessLoop(Exception):
    """A learner's loop that would go on for ever."""


def ending(mine: Callable[..., Any], why: str) -> Callable[..., Any]:
    """Return the function so that it raises EndlessLoop after far more lines than it needs.

    Args:
        why: what is likely wrong with a loop here that does not end.
    """
    own = getattr(mine, "__code__", None)

    @wraps(mine)
    def counted(*arguments: Any) -> Any:
        lines = count(1)

        def traced(frame: Any, event: str, argument: Any) -> Any:
            if frame.f_code is not own:
                return None
            if next(lines) > MOST_LINES:
                raise EndlessLoop(why)
            return traced

        before = sys.gettrace()
        sys.settrace(traced)
        try:
            return mine(*arguments)
        finally:
            sys.settrace(before)

    return counted
