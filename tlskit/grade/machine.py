"""What of this machine a sandbox needs: interpreter, libraries, packages for answers."""

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cryptography

PACKAGES = ("cryptography", "_cffi_backend*", "cffi", "pycparser", "numpy", "numpy.libs")
"""What an answer may import beside the standard library."""
WITHOUT = ("_ssl", "_tkinter", "_curses", "_curses_panel", "readline", "nis", "_dbm", "_gdbm")
"""Modules of the standard library that lead to another TLS, or to libraries that nothing needs."""
LIBRARY = re.compile(r"(?:=>\s*)?(/\S+)\s+\(0x")


@dataclass(frozen=True)
class Machine:
    """Paths of this machine.

    Args:
        python: the interpreter itself, no environment's.
        folders: the standard library.
        hidden: folders in them with packages, and files, that are not to be seen.
        packages: what an answer may import, by its name.
    """

    python: Path
    folders: tuple[Path, ...]
    hidden: tuple[Path, ...]
    packages: dict[str, Path]

    @property
    def standard_library(self) -> list[str]:
        """Return what stands in sys.path for the standard library."""
        return [str(path) for path in (*self.folders, *map(dynamic, self.folders)) if path.is_dir()]


@cache
def this_machine() -> Machine:
    """Return what is needed of this machine."""
    python = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
    folders = tuple(dict.fromkeys(standard_folders()))
    unwanted = [path for folder in folders for path in without(dynamic(folder))]
    packed = [folder / name for folder in folders for name in ("site-packages", "dist-packages")]
    site = Path(cryptography.__file__).parent.parent
    packages = {path.name: path for name in PACKAGES for path in sorted(site.glob(name))}
    hidden = (*unwanted, *filter(Path.is_dir, packed))
    return Machine(python, folders, hidden, packages)


def standard_folders() -> Iterator[Path]:
    """Yield the folders of the standard library."""
    base = {"base": sys.base_prefix, "installed_base": sys.base_prefix}
    base |= {"platbase": sys.base_exec_prefix, "installed_platbase": sys.base_exec_prefix}
    for name in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(name, vars=base))
        if folder.is_dir():
            yield folder


def dynamic(folder: Path) -> Path:
    """Return where a standard library has its compiled modules."""
    return folder / "lib-dynload"


def without(folder: Path) -> list[Path]:
    """Return the compiled modules that are not to be seen."""
    return [path for name in WITHOUT for path in folder.glob(f"{name}.*so")]


def libraries() -> tuple[Path, ...]:
    """Return the shared libraries that all of it loads, and the loader's own table.

    Raises: OSError if there is no `ldd`.
    """
    if not KNOWN:
        KNOWN.extend(by_ldd(this_machine()))
    return tuple(KNOWN)


KNOWN: list[Path] = []
"""What `libraries` found; a worker gets it from its parent."""


def by_ldd(machine: Machine) -> tuple[Path, ...]:
    """Ask `ldd` for the shared libraries that an interpreter and its modules load."""
    modules = [path for folder in machine.folders for path in dynamic(folder).glob("*.so")]
    loaded = [machine.python, *(path for path in modules if path not in machine.hidden)]
    for path in machine.packages.values():
        loaded += path.rglob("*.so*") if path.is_dir() else [path]
    said = subprocess.run(
        ["ldd", *map(str, loaded)], capture_output=True, text=True, check=False, timeout=60
    ).stdout
    site = next(iter(machine.packages.values())).parent
    found = {Path(one) for one in LIBRARY.findall(said)}
    table = Path("/etc/ld.so.cache")
    outside = {path for path in found if not path.is_relative_to(site)}
    return tuple(sorted(outside | {table} if table.exists() else outside))
