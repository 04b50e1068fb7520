"""course.py and what stands behind it: clear words, nothing lost."""

import ast
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import types

import locks
import pytest

ROOT = locks.ROOT
COURSE = ROOT / "course.py"


def load(path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


course = load(COURSE)
load(ROOT / "tools/work_copies.py")  # lab imports it
lab = load(ROOT / "tools/lab.py")
peers = load(ROOT / "tools/peers.py")
run_tests = load(ROOT / "tools/run_tests.py")


def call(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(COURSE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_help_lists_every_command():
    said = call("--help")
    assert said.returncode == 0
    for name in course.COMMANDS:
        assert f"\n  {name} " in said.stdout


@pytest.mark.parametrize("arguments", [("nonsense",), ("setup", "--nonsense")])
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments):
    said = call(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("course.py: ")
    assert said.stderr.count("\n") == 1


def test_an_old_python_is_told_before_anything_else_runs(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit) as stopped:
        exec(compile(COURSE.read_text(), "course.py", "exec"), {"__name__": "course"})
    assert stopped.value.code == 2
    assert "needs 3.11 or newer" in capsys.readouterr().err


def test_an_old_python_can_read_the_file_to_say_so():
    ast.parse(COURSE.read_text(), feature_version=(3, 6))


def test_course_py_needs_the_standard_library_only():
    for line in COURSE.read_text().splitlines():
        if line.startswith(("import ", "from ")):
            assert line.split()[1].split(".")[0] in sys.stdlib_module_names, line


@pytest.fixture
def env(tmp_path, monkeypatch):
    """A course folder whose installer only notes what it was asked."""
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/lab_overrides.json").write_text("{}")
    asked = []

    def create(name, source):
        python = course.python_of(name)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        asked.append(f"create {name}")
        return ["install"]

    monkeypatch.setattr(course, "ROOT", tmp_path)
    monkeypatch.setattr(course, "create", create)
    monkeypatch.setattr(course, "call", lambda command: asked.append(" ".join(command)))
    return asked


def test_an_environment_is_made_once_from_the_lock_with_hashes(env):
    course.make(".venv")
    course.make(".venv")
    assert env[0] == "create .venv"
    assert "--require-hashes" in env[1]
    assert "--no-deps -e" in env[2]
    assert len(env) == 3


def test_an_interrupted_installation_is_repaired_by_the_next_run(env, monkeypatch):
    def interrupted(command):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(course, "call", interrupted)
        with pytest.raises(KeyboardInterrupt):
            course.make(".venv")
    course.make(".venv")
    assert env.count("create .venv") == 2


def test_a_changed_lock_makes_the_environment_anew(env):
    course.make(".venv")
    (course.ROOT / "requirements.lock").write_text("other")
    course.make(".venv")
    assert env.count("create .venv") == 2


@pytest.mark.parametrize(
    "words",
    [
        "WARNING: Retrying after connection broken by NewConnectionError\nERROR: No matching ...",
        "error: Failed to fetch: anyio\n  Caused by: dns error",
        "error: error sending request for url",
    ],
)
def test_a_missing_network_is_told_in_one_line(words, capfd):
    with pytest.raises(course.Failure, match="the network is away"):
        course.call([sys.executable, "-c", f"import sys; sys.exit({words!r})"])
    assert capfd.readouterr().err == ""


def test_a_failed_installation_shows_the_installers_last_words(capfd):
    words = "error: No solution found when resolving dependencies"
    with pytest.raises(course.Failure, match="see above"):
        course.call([sys.executable, "-c", f"import sys; sys.exit({words!r})"])
    assert words in capfd.readouterr().err


def test_a_python_that_can_make_no_environment_names_the_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    with pytest.raises(course.Failure, match=r"apt install python3\.\d+-venv"):
        course.create(".venv", [])


def test_a_child_finds_the_environments_python_first():
    variables = course.environment_of(".venv")
    first = variables["PATH"].split(os.pathsep)[0]
    assert first == str(ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin"))
    assert variables["VIRTUAL_ENV"] == str(ROOT / ".venv")


PATIENT = """
import signal, sys, time
def stop(number, frame):
    print("asked to stop", flush=True)
    sys.exit(7)
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(30)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_command_which_ends_in_its_own_way(number):
    code = (
        f"import course, os, pathlib, sys; sys.exit(course.hand_over([sys.executable, '-c', "
        f"{PATIENT!r}], pathlib.Path.cwd(), dict(os.environ)))"
    )
    command = [sys.executable, "-c", code]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout.readline() == "ready\n"
    started.send_signal(number)
    said, _ = started.communicate(timeout=20)
    assert (said, started.returncode) == ("asked to stop\n", 7)


# ---- lab


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_said(taken_port):
    for arguments in ([f"--port={taken_port}"], ["--port", str(taken_port)]):
        with pytest.raises(ValueError, match=f"port {taken_port} is taken"):
            lab.command(arguments)


def test_a_port_that_is_no_number_is_said():
    with pytest.raises(ValueError, match="from 0 to 65535"):
        lab.command(["--port", "many"])


def test_further_options_are_handed_on():
    assert "--debug" in lab.command(["--debug", "--port=0"])


def test_terminals_keep_the_path_that_lab_has(monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/zsh")
    option = "--ServerApp.terminado_settings=shell_command=/bin/zsh"
    assert option in lab.command(["--port=0"])  # given a command, Lab adds no -l


def test_root_stays_on_this_machine(monkeypatch):
    monkeypatch.setattr(lab, "is_root", lambda: True)
    command = lab.command(["--ip=0.0.0.0", "--port=0"])
    assert "--allow-root" in command
    assert command[-1] == "--ServerApp.ip=127.0.0.1"


def test_a_machine_without_a_screen_gets_no_browser(monkeypatch):
    monkeypatch.setattr(lab, "is_headless", lambda: True)
    assert "--no-browser" in lab.command(["--port=0"])


# ---- peers, test


def test_peers_without_apt_names_the_programs(monkeypatch, capsys):
    monkeypatch.setattr(peers.shutil, "which", lambda name: None)
    assert peers.main() == 2
    assert "openssl, chromium, tshark, bwrap, curl" in capsys.readouterr().err


def test_peers_asks_for_what_makes_environments_too(monkeypatch):
    monkeypatch.setattr(peers.importlib.util, "find_spec", lambda name: None)
    assert peers.venv_package() == [f"python3.{sys.version_info.minor}-venv"]


def test_the_closing_line_counts_all_stages(capsys, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    outcomes = [run_tests.Outcome(3, 0, 1, ("a: needs chromium",)), run_tests.Outcome(4, 0, 0)]
    assert run_tests.summary(outcomes) == 0
    said = capsys.readouterr().out
    assert "a: needs chromium" in said
    assert said.endswith("7 passed, 0 failed, 1 skipped\n")


def test_in_ci_a_test_left_out_is_a_failure(capsys, monkeypatch):
    monkeypatch.setenv("CI", "true")
    assert run_tests.summary([run_tests.Outcome(3, 0, 1, ("a: needs chromium",))]) == 1
    assert capsys.readouterr().out.endswith("3 passed, 1 failed, 0 skipped\n")


def test_a_stage_without_a_test_has_failed(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(run_tests, "ROOT", tmp_path)
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path)
    assert run_tests.pytest("none", ["empty"], dict(os.environ)).failed == 1
