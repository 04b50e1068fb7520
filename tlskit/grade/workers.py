"""Many submissions at once, through a standard executor: processes here, or Dask's workers.

The unit of work is `grade_one(job)`. A worker that dies takes no other submission with it: those
that were under way are graded once more, each alone, and the one that kills its worker again gets
rows that say so.
"""

import atexit
import contextlib
import importlib
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from tlskit.exercises import assignment
from tlskit.grade.grading import Job, grade_one, seed_digest, without_points
from tlskit.grade.isolation import Isolation
from tlskit.grade.machine import KNOWN
from tlskit.grade.rows import Result, Status
from tlskit.grade.sandbox import isolation_here

AHEAD = 2
"""Jobs that are handed over for each worker, so that none has to wait for its next."""
MEMORY = 6 << 30
"""Bytes of address space of a worker: what it is sent is small, but it is sent by strangers."""
FAILED_TWICE = "grading it failed twice ({why}): have it graded by hand"
NO_DASK = "--scheduler needs the package distributed: pip install 'tlskit[cluster]'"


@dataclass
class Workers:
    """Processes or machines that grade.

    Args:
        make: gives a new executor; the one before it may be broken.
        number: how many work at once.
    """

    make: Callable[[int], Executor]
    number: int
    executor: Executor | None = field(default=None, init=False)

    def results(self, jobs: Iterable[Job]) -> Iterator[Result]:
        """Yield a result for each job, as soon as it is there."""
        left, again = iter(jobs), list[Job]()
        under_way: dict[Future[Result], Job] = {}
        while True:
            for job in islice(left, self.number * AHEAD - len(under_way)):
                under_way[self.submit(job)] = job
            if not under_way:
                break
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            broken = any(isinstance(future.exception(), BrokenExecutor) for future in done)
            for future in list(under_way) if broken else done:
                job = under_way.pop(future)
                if future.done() and future.exception() is None:
                    yield future.result()
                else:
                    again.append(job)
            if broken:
                self.close()
        for job in again:
            yield self.alone(job)

    def submit(self, job: Job) -> Future[Result]:
        """Hand a job over; an executor that broke meanwhile gives a future that says so."""
        if self.executor is None:
            self.executor = self.make(self.number)
        try:
            return self.executor.submit(grade_one, job)
        except BrokenExecutor as broken:
            failed: Future[Result] = Future()
            failed.set_exception(broken)
            return failed

    def alone(self, job: Job) -> Result:
        """Grade a submission that was under way when a worker died, with nothing beside it."""
        executor = self.make(1)
        try:
            return executor.submit(grade_one, job).result()
        except Exception as error:
            return given_up(job, error)
        finally:
            end(executor)

    def close(self) -> None:
        """End them; what is under way is lost, and nothing else."""
        executor, self.executor = self.executor, None
        if executor is not None:
            end(executor)


def end(executor: Executor) -> None:
    """End an executor; its processes, where they are ours, at once."""
    if not isinstance(executor, ProcessPoolExecutor):
        return executor.shutdown(wait=False)  # Dask cancels what is under way by itself
    processes = list((executor._processes or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


def given_up(job: Job, error: Exception) -> Result:
    """Return what is left to say of a submission whose grader ended."""
    why = FAILED_TWICE.format(why=f"{type(error).__name__}: {error}".removesuffix(": "))
    return Result(
        student=job.found.student,
        assignment=job.assignment,
        digest="",  # no result of the submission itself: to be tried again
        rows=tuple(without_points(job, assignment(job.assignment), Status.CRASHED, why)),
        isolation=str(job.isolation),
        seed_digest=seed_digest(job.seed),
        notes=(why,),
    )


def processes(number: int) -> Executor:
    """Return processes of this machine; each is begun anew, and ends when this one does."""
    context, given = multiprocessing.get_context("spawn"), (KNOWN, scratch())
    return ProcessPoolExecutor(number, mp_context=context, initializer=begin, initargs=given)


@cache
def scratch() -> str:
    """Return a folder for what workers leave, who may end any time; it ends with this process."""
    place = tempfile.mkdtemp(prefix="tlskit-grade-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def begin(libraries: list[Path], place: str) -> None:
    """Prepare a worker: interrupts are its parent's, which it does not outlive."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    KNOWN[:] = libraries
    tempfile.tempdir = place
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=end_with, args=(sentinel,), daemon=True).start()
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def end_with(sentinel: int) -> None:
    """Wait for the parent's end, then end."""
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def cluster(address: str) -> tuple[Callable[[int], Executor], Any]:
    """Return what gives an executor on a Dask cluster, and the cluster's client.

    Raises: OSError if there is none at this address.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(NO_DASK) from None
    client = distributed.Client(address, timeout=10, set_as_default=False)
    return lambda number: client.get_executor(pure=False), client


def isolation_there(client: Any) -> tuple[int, tuple[Isolation, str]]:
    """Return how many can work at once on a cluster, and its worst isolation."""
    found = client.run(isolation_here)
    if not found:
        raise ValueError("the cluster has no workers")
    worst = min(found.values(), key=lambda one: one[0] is Isolation.BUBBLEWRAP)
    return sum(client.nthreads().values()), worst
