"""Reading the two locks, and what an installed package asks for on another machine."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


class Pin(NamedTuple):
    """One entry of a lock: name==version ; marker, with its hashes."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def version(self) -> str:
        """The pinned version."""
        return next(iter(self.requirement.specifier)).version


def pins(lock: str) -> list[Pin]:
    """Return the entries of a lock."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        head, *hashes = re.split(r"\s+--hash=", line.strip())
        if head and not head.startswith("#"):
            found.append(Pin(Requirement(head), tuple(hashes)))
    return found


def environment(platform: str, python: str) -> dict[str, str]:
    """Return the marker variables of a machine."""
    return {
        **PLATFORMS[platform],
        "python_version": python,
        "python_full_version": f"{python}.1",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
        "extra": "",
    }


def applies(requirement: Requirement, where: dict[str, str], extras: frozenset[str]) -> bool:
    """Tell whether a requirement counts on a machine, with these extras asked for."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({**where, "extra": one}) for one in ("", *extras))


def walk(roots: list[str], where: dict[str, str]) -> Iterator[Requirement]:
    """Yield all that these requirements ask for on a machine, directly or through others.

    What a package asks for is read from its installed copy; a package for another system that is
    not installed here counts as one that asks for nothing more.
    """
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(one) for one in roots]
    while waiting:
        requirement = waiting.pop()
        extras = frozenset(requirement.extras)
        name = canonicalize_name(requirement.name)
        yield requirement
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            asked = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        waiting += [one for one in map(Requirement, asked) if applies(one, where, extras)]


def project() -> dict[str, list[str]]:
    """Return pyproject's requirements: of the course, and of its tests."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {"learner": data["project"]["dependencies"], "dev": data["dependency-groups"]["dev"]}
