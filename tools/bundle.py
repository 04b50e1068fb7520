"""Fetch the wheels of a learner's environment for several systems and Pythons into one folder.

From that folder `course.py lab --offline` installs with no network: a workshop's laptops can be
prepared from a stick. A wheel that fits several machines is there once.
"""

import argparse
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, NoReturn

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from course import BUNDLE, NETWORK_AWAY, say  # noqa: E402 (the folder above)

LOCKS = ("requirements.lock", "requirements-build.lock")  # the second installs the course itself
PYTHONS = ("3.11", "3.12", "3.13")
GLIBC = 28  # Linux: glibc 2.28 or newer, so Debian 10, Ubuntu 20.04, RHEL 8 and later
MACOS = (12, 0)
NO_WHEEL = re.compile(r"No matching distribution found for ([\w.-]+)==")


class Problem(Exception):
    """Something that the reader can mend, in one line."""


class Pin(NamedTuple):
    """One entry of a lock: name==version ; marker, with its SHA-256 digests in hex."""

    requirement: Requirement
    digests: frozenset[str]

    @property
    def name(self) -> str:
        """The package's name as files and locks compare it."""
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        """The pinned version."""
        return next(iter(self.requirement.specifier)).version

    def line(self) -> str:
        """Return the entry as pip reads it, without its marker, asked of this machine there."""
        hashes = "".join(f" --hash=sha256:{one}" for one in sorted(self.digests))
        return f"{self.name}=={self.version}{hashes}"


class Target(NamedTuple):
    """A kind of machine: a system as `--for` names it, its processor, a Python."""

    system: str
    machine: str
    python: str

    def __str__(self) -> str:
        """Return what a reader calls it."""
        return f"{self.system} {self.machine}, Python {self.python}"

    def platforms(self) -> list[str]:
        """Return the platform tags whose wheels run there, the newest first."""
        if self.system == "windows":
            return ["win_amd64"]
        if self.system == "macos":
            return list(mac_platforms(MACOS, self.machine))
        found = []
        old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
        for minor in range(GLIBC, 4, -1):
            found.append(f"manylinux_2_{minor}_{self.machine}")
            found += [f"{old[minor]}_{self.machine}"] if minor in old else []
        return [*found, f"linux_{self.machine}"]

    def tags(self) -> frozenset[Tag]:
        """Return the tags of all wheels that run there."""
        version = tuple(map(int, self.python.split(".")))
        abi = "cp" + self.python.replace(".", "")
        own = cpython_tags(version, [abi], self.platforms())
        return frozenset([*own, *compatible_tags(version, abi, self.platforms())])

    def environments(self) -> list[dict[str, str]]:
        """Return its marker variables, for the first and for a late patch release of its Python."""
        names = {
            "linux": ("linux", "Linux", "posix"),
            "macos": ("darwin", "Darwin", "posix"),
            "windows": ("win32", "Windows", "nt"),
        }
        sys_platform, platform_system, os_name = names[self.system]
        common = {
            "sys_platform": sys_platform,
            "platform_system": platform_system,
            "os_name": os_name,
            "platform_machine": self.machine,
            "python_version": self.python,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
        }
        return [
            {**common, "python_full_version": f"{self.python}.{patch}"} for patch in ("0", "99")
        ]


# A Mac with an Intel processor is left out: cryptography has no wheel for it any more.
MACHINES = {"linux": ("x86_64",), "macos": ("arm64",), "windows": ("AMD64",)}


def targets(systems: list[str], pythons: list[str]) -> list[Target]:
    """Return every kind of machine that is asked for."""
    return [
        Target(system, machine, python)
        for system in systems
        for machine in MACHINES[system]
        for python in pythons
    ]


def pins(root: Path = ROOT) -> list[Pin]:
    """Return the entries of the learner's lock and of what installs the course itself."""
    found = []
    for lock in LOCKS:
        text = (root / lock).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            head, *digests = re.split(r"\s+--hash=sha256:", line.strip())
            if head and not head.startswith("#"):
                found.append(Pin(Requirement(head), frozenset(digests)))
    return found


def sets_for(target: Target, every: list[Pin]) -> dict[str, list[Pin]]:
    """Return what a machine installs, by its Python's full version, where that makes a change."""
    found: dict[str, list[Pin]] = {}
    for where in target.environments():
        here = [
            pin
            for pin in every
            if pin.requirement.marker is None or pin.requirement.marker.evaluate(where)
        ]
        one = list({(pin.name, pin.version): pin for pin in here}.values())  # in both locks, once
        if one not in found.values():
            found[where["python_full_version"]] = one
    return found


@cache
def digest(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wheels_for(pin: Pin, target: Target, folder: Path) -> Iterator[Path]:
    """Yield the wheels in a folder that are this entry's, fit the machine, and have its digest."""
    fitting = target.tags()
    for path in folder.glob("*.whl"):
        name, version, _, tags = parse_wheel_filename(path.name)
        same = name == pin.name and str(version) == pin.version
        if same and tags & fitting and digest(path) in pin.digests:
            yield path


def missing(target: Target, every: list[Pin], folder: Path) -> list[str]:
    """Resolve the locks for a machine against a folder; return the entries without a wheel."""
    wanted = {pin.line(): pin for one in sets_for(target, every).values() for pin in one}.values()
    return [
        f"{pin.name} {pin.version}" for pin in wanted if not any(wheels_for(pin, target, folder))
    ]


def size(paths: set[Path]) -> str:
    """Return how large files are together."""
    return f"{len(paths)} wheels, {sum(path.stat().st_size for path in paths) / 10**6:.0f} MB"


def pip() -> list[str]:
    """Return a command that runs pip. Raises Problem if there is none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([base, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [base, "-m", "pip"]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    raise Problem("needs pip or uv, and neither is here")


def fetch(target: Target, full_version: str, wanted: list[Pin], folder: Path) -> None:
    """Fetch a machine's wheels; an entry that has none there is left out.

    Raises: Problem if pip fails for another reason.
    """
    base = [*pip(), "download", "-q", "--disable-pip-version-check", "--no-deps"]
    base += ["--only-binary=:all:", "--require-hashes", "--implementation=cp"]
    base += [f"--python-version={full_version}", f"--dest={folder}"]
    base += [f"--platform={platform}" for platform in target.platforms()]
    left = {pin.name: pin for pin in wanted}
    with tempfile.TemporaryDirectory() as temporary:
        asked = Path(temporary, "asked.txt")
        while left:
            asked.write_text("".join(pin.line() + "\n" for pin in left.values()))
            done = subprocess.run([*base, "-r", str(asked)], stderr=subprocess.PIPE, text=True)
            if done.returncode == 0:
                return
            if any(sign in done.stderr.lower() for sign in NETWORK_AWAY):
                raise Problem("the network is away; what was fetched stays, try again")
            without = NO_WHEEL.search(done.stderr)
            if without is None or left.pop(canonicalize_name(without[1]), None) is None:
                last = (done.stderr.strip().splitlines() or ["pip says nothing"])[-1]
                raise Problem(f"{target}: pip failed: {last}")


def make(asked: list[Target], folder: Path, root: Path = ROOT) -> int:
    """Fetch all that is asked for, check it, say how large it is; return 1 if it has gaps."""
    every, incomplete = pins(root), 0
    folder.mkdir(parents=True, exist_ok=True)
    for target in asked:
        for full_version, one in sets_for(target, every).items():
            lacking = [pin for pin in one if not any(wheels_for(pin, target, folder))]
            fetch(target, full_version, lacking, folder)
        without = missing(target, every, folder)
        if without:
            incomplete += 1
            say(f"{target}: no wheel of {', '.join(without)} (only a source, or not for it)")
        else:
            print(f"{target}: {size(fitting(target, every, folder))}", flush=True)
    known = dict.fromkeys([*targets(list(MACHINES), list(PYTHONS)), *asked])
    served = [str(target) for target in known if not missing(target, every, folder)]
    (folder / "serves.txt").write_text("".join(one + "\n" for one in served), encoding="utf-8")
    print(f"{folder}: {size(set(folder.glob('*.whl')))} in all")
    print("beside course.py, under the name bundle/, it serves `python3 course.py lab --offline`")
    return 1 if incomplete else 0


def fitting(target: Target, every: list[Pin], folder: Path) -> set[Path]:
    """Return all wheels in a folder that a machine may take."""
    wanted = [pin for one in sets_for(target, every).values() for pin in one]
    return {path for pin in wanted for path in wheels_for(pin, target, folder)}


class Parser(argparse.ArgumentParser):
    """Tells a wrong call in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise the message as a Problem."""
        raise Problem(message)


def some_of(known: tuple[str, ...], given: str) -> list[str]:
    """Return a list that was given with commas. Raises Problem naming what is known."""
    found = list(dict.fromkeys(one.strip() for one in given.split(",") if one.strip()))
    for one in found:
        if one not in known:
            raise Problem(f"--for takes {', '.join(known)}, not {one!r}")
    if not found:
        raise Problem(f"--for takes some of {', '.join(known)}")
    return found


def pythons_of(given: str) -> list[str]:
    """Return the Pythons that were given with commas. Raises Problem for one before 3.11."""
    found = list(dict.fromkeys(one.strip() for one in given.split(",") if one.strip()))
    for one in found or [given]:
        if not re.fullmatch(r"3\.\d{1,2}", one) or int(one[2:]) < 11:
            raise Problem(f"--python takes versions from 3.11 on, as 3.11,3.12, not {one!r}")
    return found


def options(arguments: list[str]) -> tuple[list[Target], Path]:
    """Return what is asked for, and the folder. Raises Problem for a wrong call."""
    parser = Parser(prog="course.py bundle", description=__doc__, allow_abbrev=False)
    parser.add_argument("--for", dest="systems", default=",".join(MACHINES), metavar="SYSTEMS")
    parser.add_argument("--python", default=",".join(PYTHONS), metavar="VERSIONS")
    parser.add_argument("--out", default=str(ROOT / BUNDLE), metavar="DIR")
    given = parser.parse_args(arguments)
    folder = Path(given.out).resolve()
    if folder.exists() and not folder.is_dir():
        raise Problem(f"--out takes a folder, and {given.out} is none")
    return targets(some_of(tuple(MACHINES), given.systems), pythons_of(given.python)), folder


def main(arguments: list[str]) -> int:
    """Make the bundle; return 0, 1 if a machine lacks a wheel, 2 for what can't be done."""
    try:
        return make(*options(arguments))
    except Problem as problem:
        say("bundle: " + str(problem))
    except OSError as error:
        say(f"bundle: {error.filename}: {error.strerror}")
    except KeyboardInterrupt:
        say("bundle: interrupted; the next run goes on from here")
        return 130
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
