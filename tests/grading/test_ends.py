"""A submission that ends its sandbox, in a cell or in a function, takes no other task with it."""

import time

import pytest
from handed_in import a_task

from tlskit.exercises.task import Came
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Status

pytestmark = pytest.mark.peer("bwrap")

EVERYWHERE = """
import os, time
def said(text): return len(text).to_bytes(4, "big") + text
def everywhere(what):
    for number in range(64):
        try: os.write(number, what)
        except OSError: pass
def writes(): everywhere(b"x")
"""


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("import os; os._exit(0)", Status.CRASHED),
        ("import os; os.kill(os.getpid(), 9)", Status.CRASHED),
        ("import os; os.abort()", Status.CRASHED),
        ("import ctypes; ctypes.string_at(0)", Status.CRASHED),
        ("while True: pass", Status.TIMEOUT),
        ("sum(range(10 ** 12))", Status.TIMEOUT),
        (
            "while True:\n        try: sum(range(10 ** 7))\n        except BaseException: pass",
            "timeout",
        ),
        ("import os; [os.close(n) for n in range(3, 64)]", Status.CRASHED),
        ("everywhere(b'\\0\\0\\0\\2{}')", Status.CRASHED),
        ("everywhere(b'\\xff' * 99)", Status.CRASHED),
        ("for n in range(10 ** 9): os.mkdir(f'/tmp/{n}')", Status.CRASHED),
        ('everywhere(said(b\'{"call": 1, "came": "right", "points": 9}\'))', Status.CRASHED),
        ("everywhere(said(b'[' * 99999))", Status.CRASHED),
        ('everywhere(said(b\'{"call": 1, "came": "value", "value": NaN}\'))', Status.CRASHED),
        ("everywhere(said(b'{\"call\": ' + b'1' * 9999 + b'}'))", Status.CRASHED),
        ("from threading import Thread as T; T(None, writes).start(); time.sleep(.2)", "crashed"),
    ],
)
def test_one_that_ends_itself_takes_no_other_task_with_it(tried, end, status):
    tasks = [a_task("f", 2, seconds=1), a_task("g")]
    cells = (EVERYWHERE, f"def f():\n    {end}\n    return 1", "def g(): return 2")
    began = time.monotonic()
    (first, second), _ = tried(*cells, tasks=tasks)
    assert first.status == status
    assert [one.came is Came.VALUE for one in first.outcomes] == [False, False]
    assert second.outcomes[0].value == 2
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("end", "status"),
    [("import os; os._exit(0)", Status.CRASHED), ("while True: pass", Status.TIMEOUT)],
)
def test_a_cell_that_ends_it_is_left_out_and_said(tried, end, status):
    tasks = [a_task("f"), a_task("g")]
    cells = ("x = 2", f"def f(): return 1\n{end}", "def g(): return x")
    (first, second), remarks = tried(*cells, tasks=tasks, timeout=0.5)
    assert first.status is status
    assert first.outcomes[0].said.startswith("There is no f: a cell of the notebook had to be left")
    assert second.status is Status.GRADED
    assert second.outcomes[0].value == 2
    assert len(remarks) == 1 and remarks[0].startswith("left out: cell 2 of its code")


def test_many_such_cells_are_given_up_in_time(tried):
    began = time.monotonic()
    cells = ["while True: pass"] * 20
    (found,), _ = tried(*cells, "def f(): return 1", timeout=0.3)
    assert found.status is Status.TIMEOUT
    assert time.monotonic() - began < 4


def test_without_a_sandbox_time_and_memory_have_limits_still(tried):
    (found,), _ = tried("def f(): return 1", isolation=Isolation.NONE)
    assert found.outcomes[0].value == 1
    loop, hoard = "def f():\n    while True: pass", "def f(): return len(bytes(1 << 40))"
    (found,), _ = tried(loop, isolation=Isolation.NONE, timeout=0.5)
    assert found.status is Status.TIMEOUT
    (found,), _ = tried(hoard, isolation=Isolation.NONE)
    assert "MemoryError" in found.outcomes[0].said
