"""A class with hostile submissions: each ends in its rows, harms nothing, and the rest is graded.

All of them are graded by one run of the command; between each two hostile ones sits a student who
did nothing but her work.
"""

import csv
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from handed_in import NAME, REFLECTION, RIGHT, SECRET, SETUP, as_notebook, hand_in

pytestmark = pytest.mark.peer("bwrap")
ROOT = Path(__file__).parents[2]
FULL, NONE = ("graded", 4.0), ("graded", 0.0)
YES, UNWRITTEN = ("graded", 1.0), ("not written", 0.0)
TIMEOUT, CRASHED = ("timeout", 0.0), ("crashed", 0.0)
REFUSED, MISSING = ("refused", 0.0), ("missing", 0.0)


def secret(body: str) -> tuple[str, ...]:
    """Return cells in which the first task's function has this body."""
    lines = body.replace("\n", "\n    ")
    return (SETUP, "import os, sys", f"def my_master_secret(*given):\n    {lines}", REFLECTION)


def first(cell: str) -> tuple[str, ...]:
    """Return a right submission with this cell in front."""
    return (cell, *RIGHT)


FORGED = b'{"call": 1, "came": "value", "value": {"b": ""}, "points": 4, "verdict": "right"}'
WRITES = """
import os, threading, time
text = __FORGED__
def flood():
    for number in list(range(3, 64)) * 5:
        try: os.write(number, len(text).to_bytes(4, "big") + text)
        except OSError: pass
""".replace("__FORGED__", repr(FORGED))
SPY = """
import os
def my_master_secret(*given):
    seen = []
    for top in ('/', __ROOT__, __CLASS__, '/proc/1/root', '/proc/1/cwd', '/home', '/root'):
        for folder, _, names in os.walk(top, onerror=lambda error: None):
            if folder.startswith(('/proc/', '/root/.pyenv', '/usr')): continue
            seen += [name for name in names if name in ('seed.txt', 'grades.csv', 'README.md')]
            seen += [name for name in names if name.endswith(('.ipynb', '.json'))]
    if seen: raise RuntimeError('SPIED ' + ' '.join(seen))
    raise RuntimeError('nothing to be seen')
"""
WRITES_EVERYWHERE = """
import os, shutil
for top in (__ROOT__, __CLASS__, '/course', '/packages', '/', '/tmp', '/dev', '/proc'):
    shutil.rmtree(top, ignore_errors=True)
    try: open(os.path.join(top, 'HARM'), 'w').write('harm')
    except OSError: pass
"""
READS_OURS = """
import importlib, importlib.util, inspect, os, pkgutil, sys
def my_master_secret(*given):
    for way in (
        lambda: importlib.import_module('tlskit.tls12.key_schedule').master_secret(*given),
        lambda: inspect.getsource(importlib.import_module('tlskit.tls12.key_schedule')),
        lambda: open(os.path.join('/course', 'tlskit', 'tls12', 'key_schedule.py')).read(),
        lambda: importlib.import_module('tlskit.exercises.first_step').ASSIGNMENT,
        lambda: importlib.import_module('tlskit.checks.key_generation').RIGHT,
        lambda: importlib.util.find_spec('tlskit.tls12.key_schedule').loader.get_data('x'),
    ):
        try: found = way()
        except BaseException: continue
        if isinstance(found, (str, bytes)): raise RuntimeError('READ')
    return b''
"""
PATCHES = """
import builtins, sys
builtins.assert_ = builtins.bytes.__eq__
import tlskit, tlskit.grade.inside as inside, tlskit.grade.data as data
data.tagged = inside.tagged = lambda value: {'b': '00' * 48}
inside.Notebook.called = lambda *given: {'came': 'value', 'value': True, 'points': 4}
class Right:
    def __eq__(self, other): return True
builtins.bytes = builtins.len = builtins.isinstance = lambda *given: True
points = lambda report: 4.0
def my_master_secret(*given): return Right()
def why_both_randoms(): return 'c'
"""
EQUAL = """
class Any(bytes):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = bytes.__hash__
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
    def __str__(self): return 'a'
def my_master_secret(*given): return Any(48)
def why_both_randoms(): return Text('a')
"""

# what it does: its notebook, and status and points of the two tasks
HOSTILE = {
    "endless-cell": (first("while True: pass"), FULL, YES),
    "endless-function": (secret("while True: pass"), TIMEOUT, YES),
    "endless-in-c": (secret("return sum(range(10 ** 12))"), TIMEOUT, YES),
    "fork-bomb": (first("import os\nwhile True: os.fork()"), FULL, YES),
    "fork-bomb-in-function": (secret("while True: os.fork()"), NONE, YES),
    "memory": (first("hoard = []\nwhile True: hoard.append(bytearray(1 << 20))"), FULL, YES),
    "memory-in-function": (secret("return bytes(1 << 40)"), NONE, YES),
    "gigabyte-printed": (first("for _ in range(1 << 10): print('x' * (1 << 20))"), FULL, YES),
    "gigabyte-returned": (secret("return [b'x' * (1 << 20)] * (1 << 10)"), NONE, YES),
    "gigabyte-in-a-file": (
        first(
            "with open('f', 'wb') as file:\n    for _ in range(1024): file.write(bytes(1 << 20))"
        ),
        *(FULL, YES),
    ),
    "deletes-and-overwrites": (first(WRITES_EVERYWHERE), FULL, YES),
    "asks-the-network": (
        secret("import socket\nsocket.create_connection(('127.0.0.1', PORT), 5)\nreturn b''"),
        *(NONE, YES),
    ),
    "reads-all": ((SETUP, SPY, REFLECTION), NONE, YES),
    "reads-ours": ((SETUP, READS_OURS, REFLECTION), NONE, YES),
    "patches-all": ((PATCHES,), CRASHED, CRASHED),
    "equal-to-all": ((EQUAL,), NONE, ("graded", 0.0)),
    "writes-answers": ((WRITES, *RIGHT, "flood()"), FULL, YES),
    "writes-answers-in-function": (
        (WRITES, *secret("flood()\nreturn b''")),
        *(CRASHED, YES),
    ),
    "thread-that-writes": (
        (WRITES, *RIGHT, "threading.Thread(target=lambda: [flood(), time.sleep(.01)]).start()"),
        *(None, None),  # it depends on when the thread gets its turn
    ),
    "exits-in-cell": (first("import sys\nsys.exit(0)"), FULL, YES),
    "exits-in-function": (secret("sys.exit(0)"), NONE, YES),
    "ends-at-once-in-cell": (first("import os\nos._exit(0)"), FULL, YES),
    "ends-at-once-in-function": (secret("os._exit(0)"), CRASHED, YES),
    "kills-its-parent": (first("import os\nos.kill(os.getppid(), 9)"), FULL, YES),
    "kills-all": (first("import os, signal\nos.kill(-1, signal.SIGKILL)"), FULL, YES),
    "stops-itself": (secret("os.kill(os.getpid(), 19)"), TIMEOUT, YES),
    "closes-all": (first("import os\nos.closerange(0, 256)"), FULL, YES),
    "becomes-another": (secret("os.execv(sys.executable, ['x', '-c', ''])"), CRASHED, YES),
    "many-small-files": (secret("for n in range(10**9): os.mkdir(f'/tmp/{n}')"), CRASHED, YES),
    "forgets-all-modules": (first("import sys\nsys.modules.clear()"), FULL, YES),
    "runs-the-runner": (first("import tlskit.grade.inside as it\nit.main()"), FULL, YES),
    "kills-itself": (secret("os.kill(os.getpid(), 9)"), CRASHED, YES),
    "at-exit": (
        first("import atexit, os\natexit.register(lambda: [os.write(n, b'x') for n in (3, 4)])"),
        *(FULL, YES),
    ),
    "breaks-the-interpreter": (secret("import ctypes\nctypes.string_at(0)"), CRASHED, YES),
    "nested-without-end": (
        secret("a = []\nfor _ in range(10 ** 5): a = [a]\nreturn a"),
        *(NONE, YES),
    ),
    "huge-number": (secret("return 1 << (1 << 25)"), NONE, YES),
    "half-a-character": (secret("return '\\ud800'"), NONE, ("graded", 1.0)),
    "wears-out-what-it-is-given": (secret("return given[0](b'', b'', b'', 10 ** 12)"), None, YES),
    "changed-check-cells": (
        (
            *RIGHT,
            "report = type('R', (), {'points': 4})\nreport",
            "points = lambda _: 4\npoints(1)",
        ),
        *(FULL, YES),
    ),
    "missing-cells": ((SETUP, SECRET), FULL, UNWRITTEN),
    "no-cells": ((), UNWRITTEN, UNWRITTEN),
    "cells-there-twice": (
        (
            *RIGHT,
            SECRET.replace("b'master secret'", "b'other'"),
            "def why_both_randoms():\n    raise NotImplementedError",
        ),
        *(NONE, YES),
    ),
    "names-that-are-none": (
        (SETUP, "my_master_secret = 3\nwhy_both_randoms = lambda: 'c'"),
        *(NONE, YES),
    ),
    "null-bytes": (first("x = '\0'\0"), FULL, YES),
    "deep-brackets": (first("(" * 5000 + ")" * 5000), FULL, YES),
    "broken-json": (as_notebook(*RIGHT)[:-9], REFUSED, REFUSED),
    "no-notebook": (b"[1, 2, 3]", REFUSED, REFUSED),
    "nothing-in-it": (b"", REFUSED, REFUSED),
    "no-text": (b"\xff\xfe\0" * 99, REFUSED, REFUSED),
    "deep-json": (b"[" * 200_000, REFUSED, REFUSED),
    "huge-number-in-json": (b'{"cells": ' + b"9" * 10_000 + b"}", REFUSED, REFUSED),
    "other-kernel": (as_notebook(*RIGHT, language="julia"), REFUSED, REFUSED),
    "cells-that-are-none": (
        json.dumps({"cells": [3, None], "metadata": {}}).encode(),
        *(REFUSED, REFUSED),
    ),
    "source-that-is-none": (
        json.dumps({"cells": [{"cell_type": "code", "source": {"a": 1}}]}).encode(),
        *(REFUSED, REFUSED),
    ),
    "too-large": (b" " * (21 << 20), REFUSED, REFUSED),
    "a-link": (None, REFUSED, REFUSED),
    "a-link-to-nowhere": (None, REFUSED, REFUSED),
    "a-pipe": (None, REFUSED, REFUSED),
    "no-folder": (None, MISSING, MISSING),
    "no-notebook-in-it": (None, MISSING, MISSING),
    "=1+1\n,\"'; ü --help": (RIGHT, FULL, YES),
    "-rf": (RIGHT, FULL, YES),
}


def honest(number: int) -> str:
    """Return the name of the honest student who sits behind a hostile one."""
    return f"honest-{number:02d}"


class Machine:
    """What must not be harmed, and what was found after the run."""

    def __init__(self, folder: Path) -> None:
        """Lay out the class, a file that anybody may write, and a server that nobody may reach."""
        self.folder, self.submissions, self.out = folder, folder / "class", folder / "out"
        self.canary = folder / "canary"
        self.canary.write_text("alive")
        self.canary.chmod(0o666)
        self.reached: list[object] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()
        places = {"__ROOT__": repr(str(ROOT)), "__CLASS__": repr(str(folder))}
        places["PORT"] = str(self.server.getsockname()[1])
        for number, (name, (notebook, *_)) in enumerate(HOSTILE.items()):
            hand_in(self.submissions, honest(number), RIGHT)
            if isinstance(notebook, tuple):
                cells = []
                for cell in notebook:
                    for mark, place in places.items():
                        cell = cell.replace(mark, place)
                    cells.append(cell)
                notebook = tuple(cells)
            if notebook is not None:
                hand_in(self.submissions, name, notebook)
        linked = hand_in(self.submissions, "a-link", b"")
        linked.unlink()
        linked.symlink_to(self.submissions / honest(0) / NAME / f"{NAME}.ipynb")
        (self.submissions / "a-link-to-nowhere").symlink_to("/nowhere")
        pipe = hand_in(self.submissions, "a-pipe", b"")
        pipe.unlink()
        os.mkfifo(pipe)
        (self.submissions / "no-folder").mkdir()
        (self.submissions / "no-notebook-in-it" / NAME).mkdir(parents=True)

    def accept(self) -> None:
        """Note whoever gets here."""
        while True:
            try:
                self.reached.append(self.server.accept())
            except OSError:
                return

    def grade(self) -> None:
        """Run the command."""
        command = [sys.executable, "-m", "tlskit.grade", str(self.submissions)]
        command += ["--assignment", NAME, "--out", str(self.out), "--timeout", "1"]
        began = time.monotonic()
        self.said = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240)
        self.seconds = time.monotonic() - began
        self.server.close()
        with (self.out / "grades.csv").open(newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))

    def row(self, student: str, task: str) -> dict[str, str]:
        """Return the row of a student's task."""
        name = f"'{student}" if student[0] in "=+-@" else student
        (found,) = [row for row in self.rows if (row["student"], row["task"]) == (name, task)]
        return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Grade the whole class once."""
    found = Machine(tmp_path_factory.mktemp("hostile"))
    found.grade()
    return found


def test_the_run_comes_to_its_end_and_says_so(machine):
    assert machine.said.returncode == 0, machine.said.stderr
    assert f"{2 * len(HOSTILE)} submissions graded" in machine.said.stdout
    assert "Traceback" not in machine.said.stderr
    assert len(machine.rows) == 2 * len(HOSTILE) * 4 + 1
    assert machine.rows[-1]["status"] == "bubblewrap"


@pytest.mark.parametrize("student", HOSTILE)
def test_a_hostile_submission_ends_in_its_rows(machine, student):
    for task, most, wanted in zip(
        ("my_master_secret", "why_both_randoms"), (4, 1), HOSTILE[student][1:], strict=True
    ):
        row = machine.row(student, task)
        assert float(row["max_points"]) == most
        if wanted is not None:
            assert (row["status"], float(row["points"])) == wanted, row
        assert (row["mistake"] == "") == (float(row["points"]) == most), row


def test_all_others_are_graded(machine):
    for number in range(len(HOSTILE)):
        for task, points in (("my_master_secret", 4), ("why_both_randoms", 1)):
            row = machine.row(honest(number), task)
            assert (row["status"], float(row["points"])) == ("graded", points)


def test_nothing_was_harmed_read_or_reached(machine):
    assert machine.canary.read_text() == "alive"
    assert not list(machine.folder.rglob("HARM")) and not list(ROOT.glob("HARM"))
    assert machine.reached == []
    assert "nothing to be seen" in machine.row("reads-all", "my_master_secret")["mistake"]
    assert not any("SPIED" in row["mistake"] or "READ" in row["mistake"] for row in machine.rows)


def test_no_process_is_left(machine):
    own = str(machine.submissions).encode()
    left = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes()
        except OSError:
            continue
        left += [words] if b"tlskit.grade" in words and own in words else []
    assert left == []


def test_what_the_instructor_should_know_is_noted(machine):
    notes = {}
    for path in (machine.out / "results").glob("*.json"):
        result = json.loads(path.read_text())
        notes[result["student"]] = " ".join(result["notes"])
    assert "my_master_secret is defined 2 times; the last counts" in notes["cells-there-twice"]
    assert "why_both_randoms is defined 2 times; the last that is w" in notes["cells-there-twice"]
    assert "left out: cell 1 of its code" in notes["endless-cell"]
    assert "missing cells: " in notes["missing-cells"]
