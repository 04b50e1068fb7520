"""How a process is started that runs a submission's code and can do no harm.

With bubblewrap (Linux) it sees the interpreter, the standard library, `cryptography` and as much
of tlskit as it may, all read-only; a small scratch folder; no network, no other process, no
variable of the environment. As root, user namespaces would leave the limit on processes without
effect, so there it takes a user id of its own instead. `unshare` alone is not used: what it lacks
(a root of its own, the drop of rights) would have to be written anew. Where there is no bubblewrap
the process has limits only: it reads and writes what its user may.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import ClassVar

from tlskit.grade.machine import libraries, this_machine
from tlskit.grade.system_calls import refusing

MIB = 1 << 20
SCRATCH = 32 * MIB
LIMITS = {
    "AS": 640 * MIB,
    "CPU": 300,
    "NPROC": 4,
    "FSIZE": 8 * MIB,
    "NOFILE": 64,
    "CORE": 0,
    "MEMLOCK": 0,
    "MSGQUEUE": 0,
}
"""Of one process, as RLIMIT_... has them; four processes (or threads) at once."""
USER_IDS = 1_900_000_000
"""Where the user ids begin of which each sandbox takes one."""
START = "import sys; sys.path.append({course!r}); import tlskit.grade.inside as it; it.main()"
DEVICES = ("null", "zero", "full", "random", "urandom")
ENVIRONMENT = {"HOME": "/tmp", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
FLAGS = ("-I", "-S", "-B", "-c")


class Isolation(StrEnum):
    """How a submission's code is kept in."""

    BUBBLEWRAP = "bubblewrap"
    NONE = "none: limits of time and memory only"


@dataclass(frozen=True)
class Setup:
    """What a sandbox begins with.

    Args:
        course: the folder with as much of tlskit as there is.
        tasks: names of the functions that will be asked for.
        cells: the code, in order.
        left_out: numbers of cells that are not run.
    """

    course: Path
    tasks: Sequence[str] = ()
    cells: Sequence[str] = ()
    left_out: Sequence[int] = ()


class Slot:
    """A user id that no other sandbox of this machine has; None where none is to be taken."""

    taken: ClassVar[set[int]] = set()
    lock = threading.Lock()

    def __init__(self) -> None:
        """Take one."""
        self.number = 0
        self.uid: int | None = None
        if not is_root():
            return
        with self.lock:
            free = (number for number in range(64) if number not in self.taken)
            self.number = next(free)
            self.taken.add(self.number)
        self.uid = USER_IDS + (os.getpid() % 1_000_000) * 64 + self.number

    def close(self) -> None:
        """Give it back."""
        with self.lock:
            self.taken.discard(self.number)


def is_root() -> bool:
    """Tell whether this is root, with user ids to choose from."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return False
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/uid_map").read_text().splitlines():
            first, _, count = map(int, line.split())
            if first == 0 and count > USER_IDS + 64_000_000:
                return True
    return False


@cache
def view() -> tuple[str, ...]:
    """Return what of this machine a sandbox sees, as bubblewrap's arguments."""
    machine, found = this_machine(), []
    shown = (machine.python, *machine.folders, *libraries())
    above = {folder for path in shown for folder in path.parents if folder != folder.parent}
    for folder in sorted(above | {Path("/dev"), Path("/packages")}):
        found += ["--perms", "0755", "--dir", str(folder)]
    for path in shown:
        found += ["--ro-bind", str(path), str(path)]
    for path in machine.hidden:
        if path.is_dir():
            found += ["--perms", "0555", "--size", "4096", "--tmpfs", str(path)]
        else:
            found += ["--ro-bind", "/dev/null", str(path)]
    for name, path in machine.packages.items():
        found += ["--ro-bind", str(path), f"/packages/{name}"]
    for name in DEVICES:
        found += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, value in ENVIRONMENT.items():
        found += ["--setenv", name, value]
    return tuple(found)


def bubblewrap(course: Path, uid: int | None, filter_at: int | None) -> list[str]:
    """Return the command that starts the runner in a sandbox.

    Args:
        uid: the user id that it will take; None if it starts as an ordinary user.
        filter_at: the file descriptor with the filter of system calls, if there is one.
    """
    apart = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    apart += ["--unshare-cgroup-try"]
    if uid is None:
        apart += ["--unshare-user"]
    else:
        apart += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    refused = ["--seccomp", str(filter_at)] if filter_at is not None else []
    return [
        *("bwrap", *apart, "--die-with-parent", "--new-session", "--clearenv", *refused),
        *(*view(), "--ro-bind", str(course), "/course", "--proc", "/proc"),
        *("--perms", "1777", "--size", str(SCRATCH), "--tmpfs", "/tmp", "--chdir", "/tmp"),
        *("--remount-ro", "/", "--", str(this_machine().python)),
        *(*FLAGS, START.format(course="/course")),
    ]


def bare(course: Path) -> list[str]:
    """Return the command that starts the runner as a process like any other."""
    return [sys.executable, *FLAGS, START.format(course=str(course))]


def started(
    course: Path, isolation: Isolation, uid: int | None, scratch: str
) -> subprocess.Popen[bytes]:
    """Start the runner; OSError if that fails.

    Args:
        scratch: the folder where a process like any other starts.
    """
    boxed = isolation is Isolation.BUBBLEWRAP
    calls = refusing() if boxed else None
    passed: tuple[int, ...] = ()
    if calls is not None:
        reads, writes = os.pipe()
        os.write(writes, calls)
        os.close(writes)
        passed = (reads,)
    try:
        return subprocess.Popen(
            bubblewrap(course, uid, *(passed or (None,))) if boxed else bare(course),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=scratch or None,
            env={} if sys.platform != "win32" else None,
            pass_fds=passed,
            start_new_session=True,
        )
    finally:
        for number in passed:
            os.close(number)


def first_message(setup: Setup, isolation: Isolation, uid: int | None) -> bytes:
    """Return what the runner is told first."""
    machine, boxed = this_machine(), isolation is Isolation.BUBBLEWRAP
    course = "/course" if boxed else str(setup.course)
    packages = "/packages" if boxed else str(next(iter(machine.packages.values())).parent)
    # without an own user id RLIMIT_NPROC would count the user's other processes, too
    limits = {name: most for name, most in LIMITS.items() if boxed or name != "NPROC"}
    told = {
        "path": [*machine.standard_library, course, packages],
        "course": course,
        "limits": limits,
        "must": boxed,
        "uid": uid if boxed else None,
        "tasks": list(setup.tasks),
        "cells": list(setup.cells),
        "left_out": list(setup.left_out),
    }
    return json.dumps(told).encode()
