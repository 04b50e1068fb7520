"""Cells that use what the reader wrote: run once it is there, and say so as long as it is not."""

from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any, NoReturn

from tlskit.checks.report import Report, Verdict, own_line, said_by
from tlskit.trace import ReplacementError


@dataclass(frozen=True)
class NotYet(Report):
    """Stands for a result that can't be had yet; False, and of no use to a later cell either."""

    __repr__ = Report.__str__

    def __bool__(self) -> bool:
        """Return False, as for nothing."""
        return False

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse what a result would have; dunder names are asked for by Jupyter's display."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotImplementedError(how(self))


def attempt(make: Callable[[], Any], *mine: Any) -> Any:
    """Return `make()` once all that it needs of the reader is written; a report before that.

    Args:
        make: runs what the cell is about.
        mine: what it uses of hers: functions, values (`...` as long as they are not filled in),
            results of other attempts.

    Never raises for what the reader wrote: an error of hers is named with the line it is in.

    >>> def my_verify_data(prf, master_secret, label, handshake_hash):
    ...     raise NotImplementedError
    >>> attempt(lambda: my_verify_data(None, b"", b"", b""), my_verify_data)
    … my_verify_data: not written yet
      Write my_verify_data above, then run this cell again.
    >>> attempt(lambda: 2 + 2)
    4
    """
    missing = [one for one in mine if not written(one)]
    if missing:
        names = ", ".join(dict.fromkeys(name_of(one) for one in missing))
        blank = all(one is ... for one in missing)  # a prediction or a text, and no function
        verdict = Verdict.NOTHING if blank else Verdict.NOT_WRITTEN
        return NotYet(names, verdict, (how(missing[0]),))
    try:
        return make()
    except NotImplementedError:
        finding = "A function that this cell calls is not written yet."
        return NotYet("this cell", Verdict.NOT_WRITTEN, (finding,))
    except ReplacementError as error:
        return NotYet("this cell", Verdict.WRONG, (f"{error}{own_line(error)}",))
    except Exception as error:
        finding = f"It raised {said_by(error)}{own_line(error)}"
        return NotYet("this cell", Verdict.WRONG, (finding,))


def written(mine: Any) -> bool:
    """Return whether there is something: no `...`, no report of an attempt, no stub."""
    if mine is ... or mine is None or isinstance(mine, NotYet):
        return False
    code = getattr(mine, "__code__", None)
    return not (isinstance(code, CodeType) and "NotImplementedError" in code.co_names)


def name_of(mine: Any) -> str:
    """Return what the reader calls it."""
    if isinstance(mine, NotYet):
        return mine.task
    return str(getattr(mine, "__name__", "this cell"))


def how(mine: Any) -> str:
    """Say what to do so that it is there."""
    if mine is ... or mine is None:
        return "Fill it in above, in place of `...`, then run this cell again."
    if isinstance(mine, NotYet):
        mend = "A cell above did not come to a result; mend that one first."
        return mend if mine.verdict is Verdict.WRONG else mine.findings[0]
    return f"Write {name_of(mine)} above, then run this cell again."
