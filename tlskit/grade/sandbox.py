"""A process with a submission in it, and the messages to it and back, none of which is trusted."""

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

from tlskit.grade.course_copy import with_runner
from tlskit.grade.data import LARGEST, NotData, message
from tlskit.grade.isolation import Isolation, Setup, Slot, first_message, started

MOST_FILES = 5000
GLANCE = 0.25
"""Seconds between two looks at how many files there are."""
STARTING = 30.0
"""Seconds that a sandbox may take to start."""
MISSING = (
    "no bubblewrap that works here ({why}): a submission's code could read and change the files of "
    "its user (other submissions and results too), see other processes and use the network"
)


class Ended(Exception):
    """The sandbox gave no answer; carries the reason in words."""

    timeout = False


class TookTooLong(Ended):
    """It gave none in time."""

    timeout = True


class NoSandbox(RuntimeError):
    """It could not be started at all, which is no fault of a submission."""


class Sandbox:
    """A process with a submission in it; a context manager."""

    def __init__(self, setup: Setup, isolation: Isolation) -> None:
        """Start it; NoSandbox if that fails."""
        boxed = isolation is Isolation.BUBBLEWRAP
        self.scratch = "" if boxed else tempfile.mkdtemp(prefix="tlskit-scratch-")
        self.slot = Slot()
        try:
            self.process = started(setup.course, isolation, self.slot.uid, self.scratch)
        except OSError as error:
            self.give_back()
            raise NoSandbox(str(error)) from None
        self.incoming: queue.Queue[bytes | None] = queue.Queue(4)
        self.outgoing: queue.Queue[bytes | None] = queue.Queue()
        self.over = threading.Event()
        self.received = 0
        works = (self.read_on, self.write_on)
        self.threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in self.threads:
            thread.start()
        try:
            self.send(first_message(setup, isolation, self.slot.uid))
            self.receive(STARTING, {"ready": bool})
        except Ended as ended:
            self.close()
            raise NoSandbox(str(ended)) from None

    def __enter__(self) -> "Sandbox":
        """Return it."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def read_on(self) -> None:
        """Take in messages until there is none, or one that is none."""
        pipe: Any = self.process.stdout
        with contextlib.suppress(OSError, ValueError):
            while not self.over.is_set():
                length = int.from_bytes(pipe.read(4), "big")
                text = pipe.read(length) if 0 < length <= LARGEST else b""
                if not text or len(text) < length:
                    break
                self.put(text)
        self.put(None)

    def put(self, text: bytes | None) -> None:
        """Hand a message over as soon as there is room."""
        while not self.over.is_set():
            try:
                return self.incoming.put(text, timeout=0.5)
            except queue.Full:
                continue

    def write_on(self) -> None:
        """Write what there is to send; a process that does not read keeps nobody else waiting."""
        pipe: Any = self.process.stdin
        with contextlib.suppress(OSError, ValueError):
            while (text := self.outgoing.get()) is not None:
                pipe.write(len(text).to_bytes(4, "big") + text)
                pipe.flush()

    def send(self, text: bytes) -> None:
        """Send a message."""
        self.outgoing.put(text)

    def receive(self, seconds: float, *forms: dict[str, Any]) -> dict[str, Any]:
        """Return the next message, which has one of these forms: names with their types.

        Raises: TookTooLong, Ended if there is none or it has no such form.
        """
        text = self.next_message(seconds)
        if text is None:
            raise Ended(self.how_it_ended())
        self.received += len(text)
        try:
            found = message(text)
        except NotData as error:
            raise Ended(f"what came back is no answer ({error})") from None
        for form in forms:
            if all(name in found and isinstance(found[name], form[name]) for name in form):
                return found
        raise Ended("what came back is no answer to what was asked")

    def next_message(self, seconds: float) -> bytes | None:
        """Return the next message as it came; None if there will be none.

        Raises: TookTooLong, Ended if the scratch folder is crowded meanwhile.
        """
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            try:
                return self.incoming.get(timeout=min(max(left, 0.001), GLANCE))
            except queue.Empty:
                if left <= GLANCE:
                    raise TookTooLong(f"no answer in {seconds:g} seconds") from None
                if self.files() > MOST_FILES:
                    raise Ended(f"it made more than {MOST_FILES} files") from None

    def files(self) -> int:
        """Return how many files and folders its scratch folder has, 0 where that can't be seen.

        They take memory of the kernel's that no limit of a process counts.
        """
        me = self.process.pid
        with contextlib.suppress(OSError, IndexError, AttributeError):
            first = Path(f"/proc/{me}/task/{me}/children").read_text().split()[0]
            there = os.statvfs(f"/proc/{first}/root/tmp")
            return there.f_files - there.f_ffree if not self.scratch else 0
        return 0

    def how_it_ended(self) -> str:
        """Say how the process ended, as far as it is known."""
        try:
            code = self.process.wait(1)
        except subprocess.TimeoutExpired:
            return "it closed its way back"
        if code < 0 or code > 128:
            return f"the process was killed (signal {-code if code < 0 else code - 128})"
        return f"the process ended (exit code {code})"

    def close(self) -> None:
        """End the process and all that it started."""
        self.over.set()
        self.outgoing.put(None)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self.process.kill()
            else:
                os.killpg(self.process.pid, 9)
        self.process.wait()
        for thread, pipe in zip(
            self.threads, (self.process.stdout, self.process.stdin), strict=True
        ):
            thread.join(1)
            if pipe and not thread.is_alive():
                with contextlib.suppress(OSError):
                    pipe.close()
        self.give_back()

    def give_back(self) -> None:
        """Give back the user id and the scratch folder."""
        self.slot.close()
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


@cache
def isolation_here() -> tuple[Isolation, str]:
    """Return the best isolation that works on this machine, and what is missing, if anything."""
    course = Path(tempfile.mkdtemp(prefix="tlskit-grade-"))
    try:
        with_runner(course)
        with Sandbox(Setup(course), Isolation.BUBBLEWRAP) as sandbox:
            sandbox.receive(STARTING, {"ready": bool})
        return Isolation.BUBBLEWRAP, ""
    except (NoSandbox, Ended) as error:
        return Isolation.NONE, MISSING.format(why=error)
    finally:
        shutil.rmtree(course, ignore_errors=True)
