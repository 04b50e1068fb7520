"""More than one process and more than one machine; whoever ends takes no one with it."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from handed_in import NAME, RIGHT, as_notebook, hand_in

from tlskit.grade import workers
from tlskit.grade.folder import Folder
from tlskit.grade.grading import Job
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Result, Status
from tlskit.grade.submissions import Found

ROOT = Path(__file__).parents[2]


def job(student: str) -> Job:
    """Return a right submission as a job."""
    return Job(Found(student, as_notebook(*RIGHT)), NAME, "seed", Isolation.BUBBLEWRAP, digest="d")


class Fragile(Executor):
    """Breaks at some students, and with it whatever was handed over before and not done."""

    def __init__(self, bad: dict[str, Exception], asked: list[str]) -> None:
        self.bad, self.asked, self.held = bad, asked, []

    def submit(self, function, job):
        student = job.found.student
        self.asked.append(student)
        future: Future = Future()
        self.held.append((future, job))
        if len(self.held) == 3 or student in self.bad or student[0] == "z":
            error = next(
                (
                    self.bad[one.found.student]
                    for _, one in self.held
                    if one.found.student in self.bad
                ),
                None,
            )
            for waiting, one in self.held:
                if error is None:
                    waiting.set_result(Result(one.found.student, NAME, one.digest, ()))
                else:
                    waiting.set_exception(error)
            self.held = []
        return future


@pytest.mark.parametrize("error", [BrokenProcessPool("ended"), RuntimeError("no memory")])
def test_a_worker_that_dies_loses_nobody(monkeypatch, error):
    asked: list[str] = []
    bad = {"culprit": error}
    made = workers.Workers(lambda number: Fragile(bad, asked), 2)

    def alone(job):
        asked.append(f"alone {job.found.student}")
        if job.found.student in bad:
            return workers.given_up(job, bad[job.found.student])
        return Result(job.found.student, NAME, job.digest, ())

    monkeypatch.setattr(made, "alone", alone)
    names = ["a", "b", "c", "d", "culprit", "e", "f", "z"]
    results = {result.student: result for result in made.results(map(job, names))}
    assert sorted(results) == sorted(names)
    assert asked.count("alone culprit") == 1
    assert not any(f"alone {name}" in asked for name in "abc")
    rows = results["culprit"].rows
    assert {row.status for row in rows} == {Status.CRASHED} and len(rows) == 4
    assert "grading it failed twice" in rows[0].mistake
    assert results["culprit"].digest == "", "so the next run tries again"


@pytest.mark.peer("bwrap")
def test_a_worker_that_is_killed_is_replaced(tmp_path):
    folder, out = tmp_path / "submitted", tmp_path / "out"
    for number in range(6):
        hand_in(folder, f"student-{number}", (*RIGHT, "import time\ntime.sleep(0.6)"))
    command = [sys.executable, "-m", "tlskit.grade", folder, "--assignment", NAME, "--out", out]
    process = subprocess.Popen([*command, "--jobs", "2"], cwd=ROOT, stdout=subprocess.DEVNULL)
    while not list((out / "results").glob("*.json")):
        assert process.poll() is None
        time.sleep(0.02)
    spawned = [one for one in children(process.pid) if b"spawn_main" in words(one)]
    os.kill(spawned[0], signal.SIGKILL)
    assert process.wait(60) == 0
    found = list(Folder(out, NAME).results())
    assert [result.rows[0].points for result in found] == [4.0] * 6
    assert not any(map(alive, spawned))


def children(process: int) -> list[int]:
    """Return the processes that a process started."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(one) for one in text.split()]


def words(process: int) -> bytes:
    """Return the command of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes()


def alive(process: int) -> bool:
    """Tell whether a process runs."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


@pytest.mark.peer("bwrap")
def test_a_class_is_graded_on_a_cluster(tmp_path):
    """Two workers of Dask's, each a process of its own, as they would be on two machines."""
    folder, out = tmp_path / "submitted", tmp_path / "out"
    for number in range(5):
        cells = RIGHT if number else (*RIGHT, "import os\nos._exit(1)")
        hand_in(folder, f"student-{number}", cells)
    (folder / "missing").mkdir()
    script = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "from tlskit.grade.__main__ import main\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as it:\n"
        "        sys.exit(main([*sys.argv[1:], '--scheduler', it.scheduler_address]))\n"
    )
    (tmp_path / "cluster.py").write_text(script)
    command = [sys.executable, tmp_path / "cluster.py", folder, "--assignment", NAME, "--out", out]
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert said.returncode == 0, said.stderr
    assert "6 submissions graded" in said.stdout
    found = {result.student: result for result in Folder(out, NAME).results()}
    assert found.pop("missing").rows[0].status is Status.MISSING
    assert [result.rows[0].points for result in found.values()] == [4.0] * 5
    assert {result.isolation for result in found.values()} == {"bubblewrap"}
    assert found["student-0"].notes[-1].startswith("left out: cell 4")
