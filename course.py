#!/usr/bin/env python3
"""The course's one command: `python3 course.py lab`, `python3 course.py test`, `--help` for more.

It needs nothing but Python and makes the environment that a command runs in. What the commands do
stands in tools/.
"""

import sys

if sys.version_info < (3, 11):
    have = sys.version.split()[0]
    sys.stderr.write(f"course.py: this is Python {have}; the course needs 3.11 or newer\n")
    sys.exit(2)

import hashlib
import importlib.util
import os
import shutil
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LEARNER, DEV = ".venv", ".venv-dev"
LOCKS = {LEARNER: "requirements.lock", DEV: "requirements-dev.lock"}
BUNDLE = "bundle"  # wheels to install from with no network

# what pip and uv say, in lower case, when they reach no registry
NETWORK_AWAY = (
    "connection broken",
    "connection error",
    "dns error",
    "error sending request",
    "name resolution",
    "network is unreachable",
    "operation timed out",
    "read timed out",
)

# command: the environment it runs in ("" for the Python that is there), what runs, what it is for
COMMANDS = {
    "lab": (
        LEARNER,
        ["tools/lab.py"],
        "open JupyterLab on your copies (work/); --offline: from bundle/",
    ),
    "test": (DEV, ["tools/run_tests.py"], "run every test; --thorough for the long form"),
    "fresh": (LEARNER, ["tools/work_copies.py"], "NAME: set your copy aside, lay a clean one"),
    "run": (LEARNER, ["-m", "tlskit"], "ARGS: python -m tlskit ARGS, in the environment"),
    "setup": ("", [], "only make the environment; --dev: for tests too; --offline"),
    "lint": (DEV, ["tools/lint.py"], "ruff, and mypy --strict on tlskit"),
    "build": (DEV, ["tools/build_lessons.py"], "make the notebooks from lessons/"),
    "bundle": (LEARNER, ["tools/bundle.py"], "fetch all that `lab --offline` needs, into bundle/"),
    "bench": (DEV, ["tools/bench.py"], "measure tlskit beside OpenSSL and others"),
    "soak": (DEV, ["tools/soak.py"], "hold our server under load, a fifth of it hostile"),
    "release": ("", ["tools/release.py"], "--for students DIR: the course without solutions"),
    "lock": (DEV, ["tools/lock.py"], "make both locks anew from pyproject.toml"),
    "peers": ("", ["tools/peers.py"], "install what tests need from outside Python"),
    "doctor": ("", ["tools/doctor.py"], "say what this machine has and lacks for the course"),
}


class Failure(Exception):
    """Something that the reader can mend, in one line."""


def say(text):
    """Tell the reader what is going on."""
    print("course.py: " + text, file=sys.stderr, flush=True)


def python_of(env):
    """Return the path of an environment's Python."""
    return ROOT / env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(env):
    """Return what the environment's stamp says if it was made whole, from these very files."""
    content = b"".join((ROOT / name).read_bytes() for name in (LOCKS[env], "pyproject.toml"))
    return hashlib.sha256(content + sys.version.encode() + str(ROOT).encode()).hexdigest()


def is_made(env):
    """Tell whether an environment is there, whole, and what its lock lists."""
    stamp = ROOT / env / "made"
    return stamp.exists() and stamp.read_text() == wanted(env) and python_of(env).exists()


def make(env, offline=False):
    """Make an environment unless it is there and whole; the stamp is written last."""
    if is_made(env):
        return
    source = from_bundle() if offline else []
    say("making " + env + "/ (once; some seconds to a minute) ...")
    installer = [*create(env, source), *source]
    say("installing what " + LOCKS[env] + " lists ...")
    call([*installer, "--require-hashes", "-r", str(ROOT / LOCKS[env])])
    call([*installer, "--no-deps", "-e", str(ROOT)])
    settings = ROOT / env / "share/jupyter/lab/settings"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "tools/lab_overrides.json", settings / "overrides.json")
    (ROOT / env / "made").write_text(wanted(env))
    say(env + "/ is ready")


def from_bundle():
    """Return the options with which an installer takes all from bundle/ and asks no registry."""
    folder = ROOT / BUNDLE
    if not any(folder.glob("*.whl")):
        raise Failure(
            f"there are no wheels in {folder}; `python3 course.py bundle` fetches them where there "
            "is a network, and the folder can be copied"
        )
    return ["--no-index", "--find-links", str(folder)]


def create(env, source):
    """Make an empty environment; return the command that installs into it."""
    python = str(python_of(env))
    with_pip = importlib.util.find_spec("ensurepip") is not None
    uv = shutil.which("uv")
    pip = importlib.util.find_spec("pip") is not None
    if not (with_pip or uv or pip):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Failure(
            "this Python can't make environments: ensurepip is missing, and there is no uv or "
            "pip; on Debian and Ubuntu: apt install python" + version + "-venv"
        )
    venv.EnvBuilder(clear=True, with_pip=with_pip and not uv).create(ROOT / env)
    if uv:
        return [uv, "pip", "install", "-q", "--python", python]
    if not with_pip:
        return [sys.executable, "-m", "pip", "--python", python, "install", "-q"]
    own_pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    faster = [*own_pip, "--retries=1", *source, "uv"]
    if subprocess.run(faster, capture_output=True).returncode == 0:
        return [python, "-m", "uv", "pip", "install", "-q", "--python", python]
    say("uv is not to be had, going on with pip, which takes longer ...")
    return own_pip


def call(command):
    """Run an installer; a missing network is told in one line, else its last words come first."""
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    if result.returncode:
        words = result.stderr.strip()
        if any(sign in words.lower() for sign in NETWORK_AWAY):
            raise Failure(
                "the network is away, nothing could be fetched; try again when it is back"
            )
        print(words[-2000:], file=sys.stderr)
        serves = ROOT / BUNDLE / "serves.txt"
        if "--no-index" in command and serves.exists():
            known = "; ".join(serves.read_text(encoding="utf-8").splitlines())
            raise Failure(f"nothing was installed, see above; {BUNDLE}/ serves {known or 'none'}")
        raise Failure("the installation failed, see above; the next run begins it anew")


def environment_of(env):
    """Return the variables for a child: its `python` and `tlskit` are the environment's."""
    if not env:
        return dict(os.environ)
    folder = python_of(env).parent
    path = str(folder) + os.pathsep + os.environ.get("PATH", "")
    changed = {"PATH": path, "VIRTUAL_ENV": str(ROOT / env), "JUPYTER_PREFER_ENV_PATH": "1"}
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    return {**kept, **changed}


def run(command, arguments):
    """Make what a command needs, run it, return its exit code."""
    env, script, _ = COMMANDS[command]
    if absent(script):
        raise Failure(f"{command} is not in this folder: it has no {absent(script)}")
    offline = command in ("lab", "setup") and "--offline" in arguments
    if offline:
        arguments = [one for one in arguments if one != "--offline"]
    if command == "setup":
        if set(arguments) - {"--dev"}:
            raise Failure("setup takes no option but --dev and --offline")
        if arguments and not (ROOT / LOCKS[DEV]).exists():
            raise Failure(f"--dev is not for this folder: it has no {LOCKS[DEV]}")
        if offline and arguments:
            raise Failure("--offline makes the learner's environment only, so not with --dev")
        for one in (LEARNER, DEV) if arguments else (LEARNER,):
            if is_made(one):
                say(one + "/ is there already")
            make(one, offline)
        return 0
    if command == "test":
        make(LEARNER)  # browser tests start JupyterLab as a learner has it
    if env:
        make(env, offline)
    python = str(python_of(env)) if env else sys.executable
    where = Path.cwd() if command in ("run", "release") else ROOT
    script = [str(ROOT / one) if one.endswith(".py") else one for one in script]
    return hand_over([python, *script, *arguments], where, environment_of(env))


def absent(script):
    """Return the file that a command lacks here (what students get has not all), or ""."""
    files = [one for one in script if one.endswith(".py")]
    return next((one for one in files if not (ROOT / one).exists()), "")


def hand_over(command, where, variables):
    """Become a command (POSIX), or wait for it (Windows) and return its exit code.

    So Ctrl+C, and the signal of whoever started this, reach the command itself: JupyterLab asks
    before it ends, and ends its kernels.
    """
    sys.stdout.flush()
    if os.name == "posix":
        os.chdir(where)
        os.execve(command[0], command, variables)
    child = subprocess.Popen(command, cwd=where, env=variables)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child has it too, and decides


def usage():
    """Return the list of commands."""
    lines = ["usage: python3 course.py COMMAND [OPTIONS]", ""]
    here = {name: row[2] for name, row in COMMANDS.items() if not absent(row[1])}
    return "\n".join(lines + [f"  {name:<8} {what}" for name, what in here.items()])


def main(arguments):
    """Run one command; return the exit code: the command's own, or 2 for what can't be done."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if arguments[0] not in COMMANDS:
        say("there is no command " + repr(arguments[0]) + "; --help lists them")
        return 2
    try:
        return run(arguments[0], arguments[1:])
    except Failure as failure:
        say(str(failure))
        return 2
    except OSError as error:
        say(f"{error.filename or 'this machine'}: {error.strerror or error}")
        return 2
    except KeyboardInterrupt:
        say("interrupted; the next run goes on from here, and repairs what was half made")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
