"""Call a learner's function and say what came of it; no error of hers gets out."""

import _thread
import copy
import ctypes
import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

from tlskit.checks.report import own_line, said_by
from tlskit.exercises.task import Came, Case, Handed, Outcome, Task

SECONDS = 5.0
"""How long a call in a notebook may take."""
AGAIN = 0.5
"""Seconds until code that went on after an interrupt is met by the next."""
ENDLESS = "{name} was still running after {seconds:g} seconds: is there a loop that never ends?"
NOT_THERE = (
    "There is no {name} yet: run the cell that defines it. If that cell ended in an error, mend "
    "it first."
)
OURS = (
    "{name} calls tlskit's own `{ours}`, which is what this task asks you to write. What the "
    "course gives you for it stands in the task's text."
)


class StillRunning(BaseException):
    """Raised inside code that does not end; no `except Exception` of hers catches it."""


class Unsendable(TypeError):
    """A value that is no plain data."""


def plain(value: Any) -> Any:
    """Return a value as plain data: tuples as lists, bytes-like as bytes, numbers as numbers.

    Raises: Unsendable for what is none of bytes, str, int, float, bool, None, lists and dicts.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {plain_key(key): plain(one) for key, one in value.items()}
    raise Unsendable(f"a {type(value).__name__}")


def plain_key(key: Any) -> Any:
    """Return a dictionary's key as plain data; Unsendable for a tuple."""
    if isinstance(key, tuple):
        raise Unsendable("a dict with a tuple as a key")
    return plain(key)


def outcomes(
    task: Task, mine: Any, cases: Sequence[Case], seconds: float = SECONDS
) -> list[Outcome]:
    """Return what came of each call; after one that did not end, the rest is not called."""
    found: list[Outcome] = []
    for case in cases:
        if found and found[-1].came is Came.ENDLESS:
            found.append(found[-1])
        else:
            found.append(outcome(task, mine, case, seconds))
    return found


def outcome(task: Task, mine: Any, case: Case, seconds: float = SECONDS) -> Outcome:
    """Call a learner's function once."""
    if mine is None:
        return Outcome(Came.NOT_THERE, said=NOT_THERE.format(name=task.name))
    if not callable(mine):
        said = f"{task.name} is a {type(mine).__name__} now, and no function: define it anew."
        return Outcome(Came.UNUSABLE, said=said)
    for one in handed_in(case):
        one.calls.clear()
    found = called(task, mine, case, seconds)
    asked = tuple(tuple(one.calls) for one in handed_in(case))
    return Outcome(found.came, found.value, found.said, found.error, asked)


def handed_in(case: Case) -> list[Handed]:
    """Return the functions among a case's arguments."""
    return [one for one in case.arguments if isinstance(one, Handed)]


def called(task: Task, mine: Callable[..., Any], case: Case, seconds: float) -> Outcome:
    """Return what came of a call, without what was asked of the functions handed in."""
    name = task.name
    seen: list[str] = []
    # copies: a list that she changes would be another one for our own function, too
    hers = [one if isinstance(one, Handed) else copy.deepcopy(one) for one in case.arguments]
    try:
        with watched(task.absent, seen), ending(seconds):
            value = plain(mine(*hers))
    except StillRunning:
        return Outcome(Came.ENDLESS, said=ENDLESS.format(name=name, seconds=seconds))
    except NotImplementedError:
        return Outcome(Came.NOT_WRITTEN, said="Write it, then run this again.")
    except Unsendable as unsendable:
        return Outcome(Came.UNUSABLE, said=f"{name} returned {unsendable}, which is no plain data.")
    except (Exception, SystemExit) as error:
        said = f"{name} raised {said_by(error)}{own_line(error)}"
        found = Outcome(Came.RAISED, said=said, error=type(error).__name__)
    else:
        found = Outcome(Came.VALUE, value)
    if seen:
        return Outcome(Came.OURS, said=OURS.format(name=name, ours=seen[0]))
    return found


@contextmanager
def ending(seconds: float) -> Iterator[None]:
    """Raise StillRunning in the code inside once the time is over, on every system alike.

    An interrupt from another thread, again and again: code that catches it once is met once more.
    It may arrive at any step of ours too, so nothing here holds a lock of Python's own (an Event
    would stay locked for good).
    """
    me, running, ended = threading.get_ident(), _thread.allocate_lock(), list[bool]()
    running.acquire()

    def clock() -> None:
        wait = seconds
        while not running.acquire(timeout=wait):
            raise_in(me, StillRunning)
            wait = AGAIN
        ended.append(True)

    try:
        _thread.start_new_thread(clock, ())
        try:
            yield
        finally:
            stopped(running, ended)
    finally:  # an interrupt may have arrived on the way into the first
        stopped(running, ended)


def stopped(running: _thread.LockType, ended: Sequence[bool]) -> None:
    """End the clock; an interrupt that is on its way arrives here, and is forgotten."""
    while True:
        try:
            if running.locked():
                running.release()
            for _ in range(1000):  # and no more: if no thread could be started, none will end
                if ended:
                    break
                time.sleep(0.0002)
            for _ in range(100):  # the steps at which one would arrive
                pass
            return
        except StillRunning:
            continue


def raise_in(thread: int, error: type[BaseException]) -> None:
    """Have an error raised in another thread at its next step."""
    kind = ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), kind)


@contextmanager
def watched(names: Sequence[str], seen: list[str]) -> Iterator[None]:
    """Note the first call of one of these functions, but not by a function that is handed in."""
    codes = {code_of(name): name.rpartition(".")[2] for name in names}
    if not codes:
        yield
        return
    inside_handed: list[CodeType] = []

    def look(frame: Any, event: str, argument: Any) -> None:
        code = frame.f_code
        if code is Handed.__call__.__code__:
            if event == "call":
                inside_handed.append(code)
            elif event == "return":
                inside_handed.pop()
        elif event == "call" and code in codes and not inside_handed:
            seen.append(codes[code])

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(before)


def code_of(name: str) -> CodeType:
    """Return the code of a function by its dotted name; AttributeError if there is none."""
    module, _, function = name.rpartition(".")
    code: CodeType = getattr(importlib.import_module(module), function).__code__
    return code
