"""What an exercise asks for, as data: tasks, their inputs from a seed, the mistakes that are known.

A notebook calls a learner's function here and now, a grader has it called somewhere else; both hand
what came of it (`Outcome`) to the same judge.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tlskit.checks.report import Report

Draw = Callable[[int], bytes]
"""Number of bytes wanted -> bytes that follow from a seed (`lesson_random`)."""


class Handed:
    """A function that is handed to the learner's, and remembers what it was asked.

    The answer is given on the judge's side, also where the learner's function runs elsewhere; so
    arguments and answers are data (see `plain`).
    """

    def __init__(self, name: str, answer: Callable[..., Any]) -> None:
        """Take the function that answers."""
        self.__name__ = name
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, *arguments: Any) -> Any:
        """Answer, and remember the arguments; TypeError, by its own name, for too many or few."""
        self.calls.append(arguments)
        try:
            inspect.signature(self.answer).bind(*arguments)
        except TypeError as error:
            raise TypeError(f"{self.__name__}(): {error}") from None
        except ValueError:  # some functions of Python's own tell no signature; the call will say
            pass
        return self.answer(*arguments)

    def __repr__(self) -> str:
        """Return the name by which the learner knows it."""
        return self.__name__


@dataclass(frozen=True)
class Case:
    """The arguments of one call of the learner's function.

    Args:
        arguments: data (bytes, str, int, bool, None, lists, dicts of these), or `Handed`.
        part: what it tests, in a few words; cases of one part earn their share of the points
            together.
    """

    arguments: tuple[Any, ...] = field(repr=False)
    part: str = ""

    def anew(self) -> tuple[Any, ...]:
        """Return the arguments; what is handed in has not been asked anything yet."""
        for one in self.arguments:
            if isinstance(one, Handed):
                one.calls.clear()
        return self.arguments


class Came(StrEnum):
    """What came of a call."""

    VALUE = "a value"
    NOT_THERE = "not there"
    NOT_WRITTEN = "not written yet"
    RAISED = "raised"
    ENDLESS = "did not end"
    OURS = "called tlskit's own function"
    UNUSABLE = "not data"


@dataclass(frozen=True)
class Outcome:
    """What came of one call of a learner's function.

    Args:
        value: what it returned, as `plain` makes it.
        said: for all but a value, a sentence; it may quote her own line.
        error: the kind of the error, as "InvalidTag", if it raised.
        asked: for each argument that is `Handed`, what it was asked in this call, in order.
    """

    came: Came
    value: Any = None
    said: str = ""
    error: str = ""
    asked: tuple[tuple[tuple[Any, ...], ...], ...] = ()


Named = Callable[[Sequence[Case], Sequence[Outcome]], list[str]]


@dataclass(frozen=True)
class Task:
    """One function that a learner writes.

    Args:
        name: what it is called in the notebook, "my_verify_data".
        points: what it is worth at most.
        cases: inputs from a seed; at least two, and enough that no mistake agrees by chance.
        right: ours, called with a case's arguments.
        mistakes: sentences, each with the function that makes the mistake. A sentence names what
            was done wrong, never the answer. A mistake that raises explains nothing.
        expected: the type of the result, or several.
        read: turns a result into what is compared with ours, given the case's arguments too: for
            results that differ from run to run, as a signature. Ours, and what the mistakes give,
            are read too.
        more: finds mistakes that no result shows, as the label that a PRF was asked for.
        fields: names of a right result's fields with their offsets, so that the first difference
            has a name.
        absent: functions of tlskit that it asks for, as "tlskit.tls12.key_schedule.verify_data":
            calling one is a mistake, and where it is graded they are not there.
        live: puts her function into a handshake; a report.
        reference: RFC and section, and the lesson.
        seconds: how long all its calls may take together.
    """

    name: str
    points: float
    cases: Callable[[Draw], Sequence[Case]] = field(repr=False)
    right: Callable[..., Any] = field(repr=False)
    mistakes: Mapping[str, Callable[..., Any]] = field(repr=False)
    expected: type | tuple[type, ...] = bytes
    reference: str = ""
    absent: tuple[str, ...] = ()
    praise: str = "Right in every case."
    read: Callable[..., Any] | None = field(default=None, repr=False)
    more: Named | None = field(default=None, repr=False)
    fields: Callable[[Any], Sequence[tuple[str, int, int]]] | None = field(default=None, repr=False)
    live: Callable[[Callable[..., Any]], Report] | None = field(default=None, repr=False)
    seconds: float = 10


@dataclass(frozen=True)
class Explanation:
    """A question to be answered in one's own words; a person reads the answer.

    Args:
        name: the id of its cell, "explain-randoms".
    """

    name: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """An exercise notebook: what it asks for, in its order.

    Args:
        name: its folder and file, "08_finished".
    """

    name: str
    tasks: tuple[Task, ...]
    explanations: tuple[Explanation, ...] = ()

    def task(self, name: str) -> Task:
        """Return the task with this name; KeyError that lists them."""
        for one in self.tasks:
            if one.name == name:
                return one
        raise KeyError(f"{self.name} has no task {name!r}, but {[one.name for one in self.tasks]}")

    @property
    def max_points(self) -> float:
        """All points, those given by a person too."""
        given_by_a_person = sum(one.points for one in self.explanations)
        return sum(one.points for one in self.tasks) + given_by_a_person


@dataclass(frozen=True)
class Marked(Report):
    """A report with the points that an answer earns.

    Args:
        points: 0 to max_points.
        max_points: those of the task.
    """

    points: float = 0.0
    max_points: float = 0.0

    __repr__ = Report.__str__


def points(report: Any) -> float:
    """Return what a report is worth, a number and nothing else: 0 if nothing was written."""
    return float(report.points) if isinstance(report, Marked) else 0.0


def reflection(
    name: str, right: str, why: Mapping[str, str], points: float = 1, reference: str = ""
) -> Task:
    """Return the task of picking from a menu: `name()` returns the letter of a choice.

    Args:
        why: for each wrong letter, why it is wrong; without naming the right one.
    """
    mistakes = {sentence: (lambda letter=letter: letter) for letter, sentence in why.items()}
    return Task(
        name,
        points,
        lambda draw: [Case(())],
        lambda: right,
        mistakes,
        str,
        reference,
        praise="Yes.",
        more=lambda cases, outcomes: not_on_the_menu(outcomes[0].value, {right, *why}),
    )


def not_on_the_menu(picked: str, letters: set[str]) -> list[str]:
    """Name a letter that is none of the menu's."""
    if picked in letters:
        return []
    return [f"The menu has {', '.join(sorted(letters))}; return one of these, as a string."]
