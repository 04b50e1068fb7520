"""Run a submission's cells, then its functions, one call at a time, where that can do no harm.

It is run by a fresh Python in a sandbox, which has of tlskit.grade no more than this file and what
it imports. It shares its process with the student's code, so there is nothing in here worth
finding (no expected value, no points, no other submission), and nobody trusts what it says.
"""

import ast
import builtins
import contextlib
import json
import linecache
import os
import sys
import types
from typing import Any, NoReturn

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

from tlskit.grade.cells import is_stub, parsed
from tlskit.grade.data import NotData, tagged, untagged
from tlskit.grade.stand_ins import Course, Finder, StandIn

WORDS = 300
"""Characters of an error's words, or of a line, that are passed on."""
MIB = 1 << 20
ROOM = {"cells": 64, "call": 32, "ours": 0}
"""MiB of the address space that are kept back, so that there is room to report a full one."""


class Channel:
    """Messages to the grader and back: four bytes of length, then JSON."""

    def __init__(self) -> None:
        """Take the two pipes away from stdin and stdout, which lead to nowhere then."""
        self.process = os.getpid()
        self.reads, self.writes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a process that was forked off ends here instead."""
        if os.getpid() != self.process:
            os._exit(0)
        text = json.dumps(message).encode()
        self.writes.write(len(text).to_bytes(4, "big") + text)
        self.writes.flush()

    def receive(self) -> Any:
        """Return the next message; end if there will be none."""
        length = int.from_bytes(self.reads.read(4), "big")
        text = self.reads.read(length)
        if not length or len(text) < length or os.getpid() != self.process:
            os._exit(0)
        return json.loads(text)


def confine(limits: dict[str, int], uid: int | None, must: bool) -> None:
    """Set what this process and all it starts may take, and give up being root for good.

    Args:
        must: whether a limit that this system does not have ends it.
    """
    if sys.platform == "win32" or resource is None:
        return
    for name, most in limits.items():
        try:
            kind = getattr(resource, f"RLIMIT_{name}")
            ceiling = resource.getrlimit(kind)[1]
            if ceiling != resource.RLIM_INFINITY:
                most = min(most, ceiling)
            resource.setrlimit(kind, (most, most))
        except (AttributeError, ValueError, OSError):
            if must:
                raise
    if uid is None:
        return
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    try:
        os.setresuid(0, 0, 0)
    except PermissionError:
        return
    os._exit(3)


def room(what: str) -> None:
    """Set how much memory there is, as far as it can be set, for cells, a call, or ourselves."""
    if sys.platform == "win32" or resource is None:
        return
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    if most != resource.RLIM_INFINITY:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most - ROOM[what] * MIB, most))


class Notebook:
    """The names of a submission, as its cells leave them."""

    def __init__(self, channel: Channel, tasks: list[str]) -> None:
        """Take the names that will be asked for."""
        self.channel, self.tasks = channel, tasks
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.names |= {
            "__builtins__": builtins,
            "get_ipython": lambda: StandIn("get_ipython"),
            "display": StandIn("display"),
            "exit": sys.exit,
            "quit": sys.exit,
        }
        sys.modules["__main__"] = self.module

    def run(self, number: int, source: str) -> None:
        """Run a cell and say what it defined and how it ended."""
        self.channel.send({"runs": number})
        before = dict(self.names)
        defined: list[tuple[str, bool]] = []
        said: dict[str, Any] = {}
        room("cells")
        try:
            name = f"<cell {number}>"
            linecache.cache[name] = (len(source), None, source.splitlines(True), name)
            tree = parsed(source, name)
            functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
            defined = [(one.name, is_stub(one)) for one in functions if one.name in self.tasks]
            code = compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
            awaited = eval(code, self.names)
            if awaited is not None:
                __import__("asyncio").run(awaited)
        except BaseException as error:
            room("ours")
            said = told(error)
        room("ours")
        for name, stub in defined:
            if stub and name in before:  # written before: a stub further down hides nothing
                self.names[name] = before[name]
        self.channel.send({"ran": number, "defined": defined} | said)

    def call(self, number: int, name: str, arguments: list[Any]) -> None:
        """Call a function and say what came of it."""
        given = [self.argument(number, one) for one in arguments]
        Course.used, Course.in_task = "", True
        room("call")
        try:
            came = self.called(name, given)
        except NotImplementedError:
            came = {"came": "not written"}
        except NotData as error:
            came = {"came": "unusable", "words": str(error)[:WORDS]}
        except BaseException as error:
            room("ours")
            came = {"came": "raised"} | told(error)
        Course.in_task = False
        room("ours")
        if Course.used:
            came = {"came": "ours", "words": Course.used[:WORDS]}
        self.channel.send({"call": number} | came)

    def called(self, name: str, given: list[Any]) -> dict[str, Any]:
        """Return the function's value as a message."""
        if self.names.get(name) is None:
            return {"came": "not there"}
        mine = self.names[name]
        if not callable(mine):
            return {"came": "no function", "words": type(mine).__name__[:WORDS]}
        value = mine(*given)
        if isinstance(value, StandIn):
            value.use()
        return {"came": "value", "value": tagged(value)}

    def argument(self, call: int, given: Any) -> Any:
        """Return an argument; one that is a function is asked through the channel."""
        if not (isinstance(given, dict) and "handed" in given):
            return untagged(given)
        number = given["handed"]

        def ask(*arguments: Any) -> Any:
            asked = [tagged(one) for one in arguments]
            self.channel.send({"call": call, "asks": number, "arguments": asked})
            answer = self.channel.receive()
            if "error" in answer:
                raise kind_of(answer["error"])(answer["words"])
            return untagged(answer["answer"])

        ask.__name__ = ask.__qualname__ = given["name"]
        return ask


def kind_of(name: str) -> Any:
    """Return Python's error of this name, or one made for it."""
    found = getattr(builtins, name, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return found
    return type(name, (Exception,), {})


def told(error: BaseException) -> dict[str, Any]:
    """Return an error's kind and words, and the student's own line at which it happened."""
    said = {"error": type(error).__name__[:WORDS], "words": "", "line": 0, "text": ""}
    try:
        said["words"] = str(error)[:WORDS]
        trace = error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if name.startswith("<cell "):
                said["line"] = trace.tb_lineno
                said["text"] = linecache.getline(name, trace.tb_lineno).strip()[:WORDS]
            trace = trace.tb_next
    except BaseException:  # an error whose words can't be had
        pass
    return said


def main() -> NoReturn:
    """Do what the grader asks for, until it asks no more."""
    channel = Channel()
    setup = channel.receive()
    sys.path[:] = setup["path"]
    sys.meta_path.insert(0, Finder(setup["course"]))
    sys.argv = [""]
    confine(setup["limits"], setup["uid"], setup["must"])
    channel.send({"ready": True})
    notebook = Notebook(channel, setup["tasks"])
    for number, source in enumerate(setup["cells"]):
        if number not in setup["left_out"]:
            notebook.run(number, source)
    channel.send({"ready": True})
    while True:
        asked = channel.receive()
        notebook.call(asked["call"], asked["name"], asked["arguments"])


if __name__ == "__main__":
    main()
