"""A learner's function where ours would stand: counted, and under her name in errors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

Mine = Callable[..., Any]


def named_after(mine: Mine, what: Mine) -> Mine:
    """Return a function with her function's name, so that an error in it is said of hers."""
    what.__name__ = getattr(mine, "__name__", "your function")
    return what


def counted(mine: Mine, calls: list[str]) -> Mine:
    """Return her function so that its calls are noted."""

    @wraps(mine)
    def called(*arguments: Any) -> Any:
        calls.append("called")
        return mine(*arguments)

    return called
