"""The exercises as a notebook uses them: `this = exercise("08_finished")`, `this.check("my_…")`.

Each assignment `NN_words` is described by the module `words` here, as `ASSIGNMENT`; a new module
and its notebook are all that it takes. Checks and live cells return a report and never raise.
"""

import importlib
import pkgutil
import sys
from dataclasses import dataclass
from typing import Any

from tlskit.checks.live import LiveReport
from tlskit.checks.report import Report, Verdict, own_line, said_by
from tlskit.exercises.calling import NOT_THERE, StillRunning, ending, outcomes
from tlskit.exercises.judging import judge
from tlskit.exercises.task import Assignment, Task, points
from tlskit.lesson import lesson_random
from tlskit.tasks import written

__all__ = ["Exercise", "assignment", "assignments", "check", "exercise", "points"]
VISIBLE = "the notebook's own"
"""The seed of the inputs that a notebook checks with; a grader has another."""
LIVE_SECONDS = 20.0


def assignment(name: str) -> Assignment:
    """Return the assignment `NN_words`; KeyError that lists what there is."""
    words = name.partition("_")[2]
    if words in (module.name for module in pkgutil.iter_modules(__path__)):
        one = described_in(words)
        if one is not None and one.name == name:
            return one
    raise KeyError(f"there is no exercise {name!r}; there are {', '.join(assignments())}")


def assignments() -> dict[str, Assignment]:
    """Return all assignments by their names, in the order of their numbers."""
    every = [described_in(module.name) for module in pkgutil.iter_modules(__path__)]
    return dict(sorted((one.name, one) for one in every if one is not None))


def described_in(module: str) -> Assignment | None:
    """Return the assignment that a module here describes, if it does."""
    return getattr(importlib.import_module(f"{__name__}.{module}"), "ASSIGNMENT", None)


def check(task: Task, mine: Any, seed: str = VISIBLE) -> Report:
    """Judge a learner's function with the inputs of a seed."""
    cases = list(task.cases(lesson_random(f"{seed} {task.name}")))
    return judge(task, cases, outcomes(task, mine, cases))


@dataclass(frozen=True)
class Exercise:
    """An assignment in a notebook; it looks a learner's functions up by their names."""

    assignment: Assignment

    def check(self, name: str) -> Report:
        """Judge the function of this name in the notebook: which mistake, if any."""
        return check(self.assignment.task(name), named(name))

    def live(self, name: str) -> Report:
        """Put the function of this name into a handshake with a real peer.

        A report without a handshake has an empty ladder.
        """
        task, mine = self.assignment.task(name), named(name)
        title = f"{name}, live"
        if task.live is None:
            return LiveReport(title, Verdict.NOTHING, ("No handshake has a place for it.",))
        if mine is None:
            return LiveReport(title, Verdict.NOT_WRITTEN, (NOT_THERE.format(name=name),))
        if not written(mine):
            return LiveReport(title, Verdict.NOT_WRITTEN, ("Write it, then run this again.",))
        try:
            with ending(LIVE_SECONDS):
                return task.live(mine)
        except StillRunning:
            said = f"It was still running after {LIVE_SECONDS:g} seconds: a loop without end?"
        except Exception as error:
            said = f"The handshake ended in {said_by(error)}{own_line(error)}"
        return LiveReport(title, Verdict.WRONG, (said,))


def exercise(name: str) -> Exercise:
    """Return the exercise of this name, "08_finished", for its notebook."""
    return Exercise(assignment(name))


def named(name: str) -> Any:
    """Return what the notebook calls so, or None."""
    frame = sys._getframe(2)
    return frame.f_globals.get(name)
