"""What a submission sees in its sandbox, what its cells leave, and what comes back of its calls."""

import os
import socket
from pathlib import Path

import pytest
from handed_in import a_task

from tlskit.exercises.calling import OURS
from tlskit.exercises.task import Came
from tlskit.grade.rows import Status

pytestmark = pytest.mark.peer("bwrap")
ROOT = Path(__file__).parents[2]
SECRET = "tlskit.tls12.key_schedule.master_secret"


def looks(expression: str) -> str:
    """Return a cell whose function returns what an expression gives, or the error's kind."""
    return (
        "import ctypes, os, socket, sys\n"
        "def f():\n"
        f"    try: return {expression}\n"
        "    except Exception as error: return type(error).__name__\n"
    )


def test_plain_data_comes_back_as_it_is(value):
    data = [b"\0\xff", "ä\n", 0, -1, 1 << 5000, 1.5, True, None, [], {}, {b"k": [1, (2, "x")]}]
    assert value(f"def f(): return {data!r}") == [*data[:-1], {b"k": [1, [2, "x"]]}]


def test_data_of_derived_types_is_what_it_is_made_of(value):
    cell = (
        "class B(bytes):\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = bytes.__hash__\n"
        "class I(int):\n"
        "    def __eq__(self, other): return True\n"
        "    __hash__ = int.__hash__\n"
        "def f(): return [B(b'x'), I(3), memoryview(b'm'), bytearray(b'a')]"
    )
    got = value(cell)
    assert [(type(one), one) for one in got] == [
        (bytes, b"x"),
        (int, 3),
        (bytes, b"m"),
        (bytes, b"a"),
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("def f(): return object()", "f returned a object, which is no plain data."),
        ("def f():\n    a = []\n    a.append(a)\n    return a", "more data than can be taken"),
        ("def f(): return bytes(1 << 28)", "more data than can be taken"),
        ("def f(): return [1] * (1 << 22)", "more data than can be taken"),
        ("def f(): return '\\ud800'", "no data"),
        ("def f(): return float('nan')", "no data"),
        ("def f(): return {(): 1}", "no data"),
        ("def f(): return 1 << (1 << 28)", "more data than can be taken"),
        ("f = 3", "f is a int at the end of the notebook"),
        ("x = 3", "There is no f yet"),
        ("def f(:", "There is no f yet"),
        ("def f(): return g()", "f raised NameError: name 'g' is not defined, at line 1 of your"),
        ("def f(): raise SystemExit(3)", "f raised SystemExit: 3"),
        ("def f(): raise KeyboardInterrupt", "f raised KeyboardInterrupt"),
        ("def f(): return f()", "f raised RecursionError"),
        ("def f(): raise NotImplementedError", "Write it"),
        (
            "def f():\n  hoard = []\n  while True: hoard.append(bytearray(1 << 20))",
            "f raised MemoryError",
        ),
        ("class E(Exception):\n  def __str__(self): raise self\ndef f(): raise E", "f raised E"),
    ],
)
def test_what_is_no_value_is_said_in_words(value, cell, said):
    assert said in value(cell)


def test_a_function_whose_cell_failed_is_missed_with_the_reason(value):
    assert "the cell that defines it ended in ZeroDivisionError: division by zero, at line 1" in (
        value("1 / 0\ndef f(): return 1")
    )


def test_an_error_in_one_cell_stops_no_other(value):
    assert value("1 / 0", "x = 4", "import nothing_like_it", "def f(): return x") == 4


def test_a_cell_may_wait_at_its_top(value):
    cell = "import asyncio\nawait asyncio.sleep(0)\nx = 7"
    assert value(cell, "def f(): return x") == 7


def test_magics_and_displays_do_nothing(value):
    cell = (
        "%matplotlib inline\n!rm -rf /\nfiles = !ls\nhelp?\n"
        "display(files)\nget_ipython().run_line_magic('time', '')\ntext = '''\n% no magic'''\n"
        "def f(): return text"
    )
    assert value(cell) == "\n% no magic"
    assert value("%%time\ndef f(): return 2") == 2
    assert value("%%bash\nrm -rf /", "def f(): return 3") == 3


def test_a_stub_hides_nothing_that_is_written_and_of_two_the_last_counts(tried):
    stub = "def f():\n    '''Words.'''\n    raise NotImplementedError"
    written = ["def f(): return 1", "def f(): return 2"]
    for cells, wanted, remark in (
        ((stub, written[0]), 1, "f is defined 2 times; the last counts"),
        ((written[0], stub), 1, "f is defined 2 times; the last that is written counts"),
        ((*written, stub), 2, "f is defined 3 times; the last that is written counts"),
        (written, 2, "f is defined 2 times; the last counts"),
    ):
        (found,), remarks = tried(*cells)
        assert found.outcomes[0].value == wanted
        assert remarks == [remark]


def test_a_function_that_is_handed_over_answers_from_outside(tried):
    asked_for = []

    def answer(*arguments):
        asked_for.append(arguments)
        if arguments[0] == "bad":
            raise ValueError("no such label")
        return {"got": list(arguments)}

    cell = (
        "def f(ask):\n"
        "    try: ask('bad')\n"
        "    except ValueError as error: words = str(error)\n"
        "    return [words, ask(b'x', [1, None]), ask.__name__]"
    )
    (found,), _ = tried(cell, tasks=[a_task(handed=answer)])
    outcome = found.outcomes[0]
    assert outcome.value == ["no such label", {"got": [b"x", [1, None]]}, "ask"]
    assert outcome.asked == ((("bad",), (b"x", [1, None])),)


@pytest.mark.parametrize(
    ("body", "status", "seconds"),
    [
        ("while True: ask(b'x' * 1000)", Status.CRASHED, 20),
        ("ask.__closure__ and [ask(1) for _ in range(5000)]", Status.CRASHED, 20),
        ("ask(10 ** 10)", Status.TIMEOUT, 1),
    ],
)
def test_a_function_that_is_handed_over_can_not_be_worn_out(tried, body, status, seconds):
    def answer(one):
        while one == 10**10:
            pass
        return one

    cell = f"def f(ask):\n    {body}"
    (found, other), _ = tried(
        cell, "def g(): return 1", tasks=[a_task(handed=answer, seconds=seconds), a_task("g")]
    )
    assert found.status is status
    assert other.outcomes[0].value == 1


def test_a_task_that_uses_what_it_asks_for_is_told_so(tried):
    task = a_task(absent=(SECRET,))
    for cell in (
        "from tlskit.tls12.key_schedule import master_secret\ndef f(): return master_secret(1)",
        "import tlskit.tls12.key_schedule as k\ndef f(): return k.master_secret(b'')",
        "import importlib\ndef f():\n"
        "    try: importlib.import_module('tlskit.tls12.key_schedule').master_secret()\n"
        "    except BaseException: return b'x'",
    ):
        (found,), _ = tried(cell, tasks=[task])
        outcome = found.outcomes[0]
        assert outcome.came is Came.OURS
        assert outcome.said == OURS.format(name="f", ours="master_secret")
    (found,), _ = tried("from tlskit import lesson\ndef f(): return lesson.run()", tasks=[task])
    assert "f uses `tlskit.lesson.run`, which is not there" in found.outcomes[0].said


def test_what_stands_in_for_the_course_does_no_harm_in_cells(value):
    cell = (
        "from tlskit import checks, show\nfrom tlskit.exercises import exercise\n"
        "import ssl, matplotlib.pyplot as plt\n"
        "this = exercise('x')\nreport = this.check('f')\nreport\n"
        "live = this.live('f')\nshow.ladder(live.calls, live.order)\n"
        "float(report.points) + len(live.calls) + 1\nfor call in live.calls: print(call)\n"
        "with plt.figure() as figure: figure.x = 1\n"
        "class Mine(checks.Report): pass\n"
        "def f(a: checks.Report | None = None) -> 'int': show.bytes(b''); return 5"
    )
    assert value(cell) == 5


def test_the_rest_of_tlskit_is_there_and_works(value):
    cell = (
        "from tlskit.cipher_suites import suite_named\nfrom tlskit.registry import NamedGroup\n"
        "from tlskit.alerts import Alert\n"
        "def f(): return int(NamedGroup.x25519)"
    )
    assert value(cell, tasks=[a_task(absent=(SECRET,))]) == 29


@pytest.mark.parametrize("name", ["cryptography.x509", "numpy", "hashlib", "asyncio", "sqlite3"])
def test_what_answers_may_import(value, name):
    assert value(f"import {name}\ndef f(): return {name}.__name__") == name


@pytest.mark.parametrize(
    "name", ["tlslite", "OpenSSL", "pip", "_ssl", "nbgrader", "pytest", "IPython", "yaml"]
)
def test_what_answers_may_not_import(value, name):
    cell = (
        f"import sys\nsys.meta_path = sys.meta_path[1:]\ndef f():\n    import {name}\n    return 1"
    )
    assert f"f raised ModuleNotFoundError: No module named '{name}'" in value(cell).replace(
        "ImportError", "ModuleNotFoundError"
    ) or "f raised ImportError" in value(cell)


@pytest.mark.parametrize(
    ("expression", "seen"),
    [
        ("sorted(os.environ)", ["HOME", "LANG", "OPENBLAS_NUM_THREADS", "PWD"]),
        ("[one for one in os.listdir('/proc') if one.isdigit()]", ["1", "2"]),
        ("sorted(os.listdir('/dev'))", ["full", "null", "random", "urandom", "zero"]),
        ("os.listdir('/tmp')", []),
        (f"os.listdir({str(ROOT)!r})", "FileNotFoundError"),
        (f"open({str(ROOT / 'README.md')!r}).read()", "FileNotFoundError"),
        ("os.path.exists('/usr/bin/openssl') or os.path.exists('/bin/sh')", False),
        ("open('/etc/passwd').read()", "FileNotFoundError"),
        ("open('/proc/1/environ').read()", "PermissionError"),
        ("open('/course/tlskit/alerts.py', 'w')", "OSError"),
        ("open('/packages/cryptography/x.py', 'w')", "OSError"),
        ("open('/new', 'w')", "OSError"),
        ("os.write(os.open('/tmp/a', 66), b'x')", 1),
        ("os.kill(1, 9)", "PermissionError"),
        ("os.kill(os.getppid(), 9)", "PermissionError"),
        ("os.setuid(0)", "PermissionError"),
        ("os.nice(-1)", "PermissionError"),
        ("os.execv('/bin/sh', ['sh'])", "FileNotFoundError"),
        ("socket.socket(socket.AF_NETLINK)", "OSError"),
        ("ctypes.CDLL(None).unshare(0x10000000)", -1),
        ("ctypes.CDLL(None).ptrace(0, 0, 0, 0)", -1),
        ("ctypes.CDLL(None).shmget(0, 4096, 0o1777)", -1),
        ("ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, 0)", -1),
        ("ctypes.CDLL('libssl.so.3')", "OSError"),
        ("[one for one in os.listdir('/course/tlskit') if 'exercise' in one or 'pki' in one]", []),
        ("sorted(os.listdir('/course/tlskit/grade'))[-1]", "stand_ins.py"),
    ],
)
def test_what_is_seen_from_inside(value, expression, seen):
    if os.geteuid() and expression.startswith(("open('/proc/1", "os.kill")):
        pytest.skip("an ordinary user's sandbox has its own user's first process")
    assert value(looks(expression)) == seen


def test_no_connection_leads_out(value):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        where = server.getsockname()
        assert value(looks(f"socket.create_connection({where!r}, 2)")) == "ConnectionRefusedError"
        assert value(looks("socket.create_connection(('192.0.2.1', 80), 2)")) == "OSError"
        with pytest.raises(TimeoutError):
            server.accept()


def test_limits_of_processes_files_and_scratch(value):
    forks = (
        "import os, time\ndef f():\n"
        "    n = 0\n"
        "    try:\n"
        "        while True:\n"
        "            if os.fork() == 0: time.sleep(9); os._exit(0)\n"
        "            n += 1\n"
        "    except OSError: return n"
    )
    assert 0 < value(forks) < 8
    fills = (
        "def f():\n"
        "    n = 0\n"
        "    try:\n"
        "        for name in range(99):\n"
        "            with open(f'/tmp/{name}', 'wb') as file:\n"
        "                while file.write(bytes(1 << 20)) and file.tell() < 7 << 20: n += 1\n"
        "    except OSError: return n"
    )
    assert value(fills) < 33
    large = "def f():\n    open('/tmp/large', 'wb').write(bytes(20 << 20))"
    assert "f raised OSError" in value(large)


def test_what_a_cell_forked_off_says_nothing(value):
    assert value("import os\nos.fork()", "x = 1", "def f(): return x") == 1
