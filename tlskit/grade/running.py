"""A submission in its sandbox: cells run, functions called, begun anew where it ends itself."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlskit.exercises.calling import ENDLESS, NOT_THERE, OURS, StillRunning, ending, handed_in
from tlskit.exercises.task import Assignment, Came, Case, Handed, Outcome, Task
from tlskit.grade.data import NotData, tagged, untagged
from tlskit.grade.isolation import Isolation, Setup
from tlskit.grade.rows import Status
from tlskit.grade.sandbox import Ended, Sandbox, TookTooLong

CELL_SECONDS = 10.0
ALL_CELLS = 3
"""All cells together may take this many times as long as one."""
RESTARTS = 3
"""How often it is begun anew because of its cells."""
ALL_SECONDS = 120.0
"""All of a submission may take so long, beginning anew included, before it is given up."""
MOST_QUESTIONS = 2000
MOST_ASKED = 8 << 20
"""How often one call may ask the functions that it was given, and with how many bytes."""
CALLABLE = re.compile(r"[\w.]{1,120}")

ENDED = "{name} did not come to its end: {why}."
HELD_UP = (
    "There is no {name}: a cell of the notebook had to be left out, since {why}. Restart the "
    "kernel and run all cells to see it."
)
CELL_FAILED = "There is no {name}: the cell that defines it ended in {error}."
NOT_HERE = (
    "{name} uses `{ours}`, which is not there when it is graded: the standard library, "
    "`cryptography` and what the task hands over are."
)
NO_FUNCTION = "{name} is a {kind} at the end of the notebook, and no function."
CELL = {"ran": int, "defined": list}
ANSWER = {"call": int, "came": str}
QUESTION = {"call": int, "asks": int, "arguments": list}


@dataclass(frozen=True)
class Tried:
    """What came of all calls of a task, how long they took, and whether they came to an end."""

    outcomes: Sequence[Outcome]
    seconds: float
    status: Status = Status.GRADED


@dataclass
class Failed:
    """A cell that was left out, and why."""

    status: Status
    why: str


class Session:
    """A submission, ready to be called; a context manager."""

    def __init__(
        self,
        course: Path,
        isolation: Isolation,
        asked: Assignment,
        cells: Sequence[str],
        timeout: float | None,
    ) -> None:
        """Take the code; a sandbox starts when the first task is called."""
        self.course, self.isolation, self.cells, self.timeout = course, isolation, cells, timeout
        self.names = [task.name for task in asked.tasks]
        self.sandbox: Sandbox | None = None
        self.left_out: dict[int, Failed] = {}
        self.hopeless: Failed | None = None
        self.errors: dict[int, str] = {}
        self.defined: dict[int, list[tuple[str, bool]]] = {}
        self.calls = 0
        self.end = time.monotonic() + (12 * timeout if timeout else ALL_SECONDS)

    def __enter__(self) -> "Session":
        """Return it."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the sandbox."""
        self.close()

    def close(self) -> None:
        """End the sandbox, if there is one."""
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None

    def outcomes(self, task: Task, cases: Sequence[Case]) -> Tried:
        """Call a task's function with each case; a sandbox that ends is started anew later."""
        sandbox = self.ready()
        if sandbox is None:
            failed = self.hopeless or Failed(Status.CRASHED, "it did not start")
            return Tried([self.held_up(task, failed)] * len(cases), 0.0, failed.status)
        seconds = self.timeout or task.seconds
        began = time.monotonic()
        found: list[Outcome] = []
        try:
            for case in cases:
                left = seconds - (time.monotonic() - began)
                found.append(self.outcome(sandbox, task, case, left))
        except Ended as ended:
            self.close()
            came = Outcome(Came.ENDLESS, said=ENDLESS.format(name=task.name, seconds=seconds))
            if not ended.timeout:
                came = Outcome(Came.RAISED, said=ENDED.format(name=task.name, why=ended))
            status = Status.TIMEOUT if ended.timeout else Status.CRASHED
            found += [came] * (len(cases) - len(found))
            return Tried(found, time.monotonic() - began, status)
        status = Status.GRADED
        if found and all(one.came is Came.NOT_THERE for one in found):
            found, status = self.not_there(task, found)
        return Tried(found, time.monotonic() - began, status)

    def ready(self) -> Sandbox | None:
        """Return a sandbox in which the cells have run; None if they end every one."""
        while self.sandbox is None and self.hopeless is None:
            if time.monotonic() > self.end:
                self.hopeless = Failed(Status.TIMEOUT, "all of it together took too long")
                break
            setup = Setup(self.course, self.names, self.cells, tuple(self.left_out))
            self.sandbox = Sandbox(setup, self.isolation)
            try:
                self.run_cells(self.sandbox)
            except Ended:
                self.close()
        return self.sandbox

    def run_cells(self, sandbox: Sandbox) -> None:
        """Follow the cells; the one that ends the sandbox is left out from now on.

        Raises: Ended.
        """
        each = self.timeout or CELL_SECONDS
        left, running = each * ALL_CELLS, -1
        try:
            while True:
                began = time.monotonic()
                said = sandbox.receive(min(each, left), {"ready": bool}, {"runs": int}, CELL)
                left -= time.monotonic() - began
                if "ready" in said:
                    return
                if "runs" in said:
                    running = self.in_order(said["runs"], running)
                else:
                    self.note(running, said)
        except Ended as ended:
            status = Status.TIMEOUT if isinstance(ended, TookTooLong) else Status.CRASHED
            long = f"all cells together took more than {each * ALL_CELLS:g} seconds"
            why = long if status is Status.TIMEOUT and left < each else str(ended)
            failed = Failed(status, f"cell {running + 1} of its code did not end ({why})")
            if running in self.left_out or running < 0 or len(self.left_out) >= RESTARTS:
                self.hopeless = failed
            self.left_out[running] = failed
            raise

    def in_order(self, number: int, before: int) -> int:
        """Return the number of the cell that runs now; Ended if it can't be that one."""
        if not before < number < len(self.cells):
            raise Ended("what came back is no answer to what was asked")
        return number

    def note(self, number: int, said: dict[str, Any]) -> None:
        """Keep what a cell defined, and the error that it ended in."""
        pairs = [one for one in said["defined"][:100] if isinstance(one, list) and len(one) == 2]
        known = [(name, stub is True) for name, stub in pairs if name in self.names]
        self.defined[number] = known
        self.errors.pop(number, None)
        if "error" in said:
            self.errors[number] = raised(said)[0]

    def outcome(self, sandbox: Sandbox, task: Task, case: Case, seconds: float) -> Outcome:
        """Call a function once.

        Raises: Ended.
        """
        end = time.monotonic() + seconds
        self.calls += 1
        handed = handed_in(case)
        for one in handed:
            one.calls.clear()
        arguments = [argument(one, handed) for one in case.arguments]
        call = {"call": self.calls, "name": task.name, "arguments": arguments}
        sandbox.send(json.dumps(call).encode())
        limit = sandbox.received + MOST_ASKED
        for _ in range(MOST_QUESTIONS):
            if sandbox.received > limit:
                break
            said = sandbox.receive(end - time.monotonic(), QUESTION, ANSWER)
            if said["call"] != self.calls:
                raise Ended("what came back is no answer to what was asked")
            if "asks" not in said:
                found = came(task, said)
                asked = tuple(tuple(one.calls) for one in handed)
                return Outcome(found.came, found.value, found.said, found.error, asked)
            sandbox.send(reply(handed, said, end - time.monotonic()))
        raise Ended("it asked too much of the functions that it was given")

    def not_there(self, task: Task, found: list[Outcome]) -> tuple[list[Outcome], Status]:
        """Say why a function is not there: its cell was left out, or ended in an error."""
        if self.left_out:
            defines = re.compile(rf"^\s*(async\s+)?def\s+{task.name}\b", re.MULTILINE)
            guilty = [one for one in self.left_out if defines.search(self.cells[one])]
            failed = self.left_out[(guilty or list(self.left_out))[0]]
            return [self.held_up(task, failed)] * len(found), failed.status
        for number, defined in self.defined.items():
            if number in self.errors and any(name == task.name for name, _ in defined):
                said = CELL_FAILED.format(name=task.name, error=self.errors[number])
                return [Outcome(Came.RAISED, said=said)] * len(found), Status.GRADED
        return found, Status.GRADED

    def held_up(self, task: Task, failed: Failed) -> Outcome:
        """Return what came of a function whose cell could not be run."""
        came = Came.ENDLESS if failed.status is Status.TIMEOUT else Came.RAISED
        return Outcome(came, said=HELD_UP.format(name=task.name, why=failed.why))

    def remarks(self) -> list[str]:
        """Say what the instructor should know of the code."""
        found = [f"left out: {one.why}" for one in self.left_out.values()]
        for name in self.names:
            stubs = [
                stub
                for number in sorted(self.defined)
                for one, stub in self.defined[number]
                if one == name
            ]
            if len(stubs) > 1:
                stub_last = stubs[-1] and not all(stubs)
                which = "the last that is written" if stub_last else "the last"
                found.append(f"{name} is defined {len(stubs)} times; {which} counts")
        return found


def argument(one: Any, handed: list[Handed]) -> Any:
    """Return an argument as it is sent; a function by its number."""
    if isinstance(one, Handed):
        number = next(at for at, other in enumerate(handed) if other is one)
        return {"handed": number, "name": one.__name__}
    return tagged(one)


def reply(handed: list[Handed], said: dict[str, Any], seconds: float) -> bytes:
    """Return the answer of a function that was handed over, or the error it ended in.

    Raises: Ended if there is no such function, TookTooLong.
    """
    if not 0 <= said["asks"] < len(handed):
        raise Ended("it asked a function that it was not given")
    try:
        arguments = [untagged(one) for one in said["arguments"]]
        with ending(max(seconds, 0.01)):
            answer: dict[str, Any] = {"answer": tagged(handed[said["asks"]](*arguments))}
    except StillRunning:
        raise TookTooLong(f"no answer in {seconds:g} seconds") from None
    except Exception as error:
        answer = {"error": type(error).__name__, "words": str(error)[:300]}
    return json.dumps(answer).encode()


def came(task: Task, said: dict[str, Any]) -> Outcome:
    """Return what came of a call, from what the sandbox says."""
    name, words = task.name, text(said, "words")
    if said["came"] == "value":
        try:
            return Outcome(Came.VALUE, untagged(said.get("value")))
        except NotData as error:
            return Outcome(Came.UNUSABLE, said=f"{name} returned what is no data ({error}).")
    if said["came"] == "not there":
        return Outcome(Came.NOT_THERE, said=NOT_THERE.format(name=name))
    if said["came"] == "not written":
        return Outcome(Came.NOT_WRITTEN, said="Write it, then run this again.")
    if said["came"] == "unusable":
        return Outcome(Came.UNUSABLE, said=f"{name} returned {words}, which is no plain data.")
    if said["came"] == "no function":
        return Outcome(Came.UNUSABLE, said=NO_FUNCTION.format(name=name, kind=words))
    if said["came"] == "ours" and CALLABLE.fullmatch(words):
        ours = words.rpartition(".")[2]
        sentence = OURS if words in task.absent else NOT_HERE
        where = ours if words in task.absent else words
        return Outcome(Came.OURS, said=sentence.format(name=name, ours=where))
    if said["came"] == "raised":
        sentence, kind = raised(said)
        return Outcome(Came.RAISED, said=f"{name} raised {sentence}", error=kind)
    raise Ended("what came back is no answer to what was asked")


def raised(said: dict[str, Any]) -> tuple[str, str]:
    """Return an error with the student's own line, and its kind."""
    kind, words, line = text(said, "error"), text(said, "words"), text(said, "text")
    where = f", at line {said['line']} of your cell: {line}" if line and whole(said) else ""
    return f"{kind}: {words}".removesuffix(": ") + where, kind


def whole(said: dict[str, Any]) -> bool:
    """Tell whether a line has a number as lines have them."""
    return isinstance(said.get("line"), int) and 0 < said["line"] < 1_000_000


def text(said: dict[str, Any], name: str) -> str:
    """Return a text of a message, empty if it has none."""
    found = said.get(name)
    return found[:300] if isinstance(found, str) else ""
