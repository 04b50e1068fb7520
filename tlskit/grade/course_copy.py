"""As much of tlskit as a submission may see: without what a task asks for, and what calls that."""

import ast
import atexit
import compileall
import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from py_compile import PycInvalidationMode

from tlskit.exercises.task import Assignment

HERE = Path(__file__).resolve().parent.parent
# fmt: off
CORE = (
    "registry", "order", "field_notes", "keylog", "alerts", "layouts", "cipher_suites",
    "presentation", "records", "trace", "certificate_faults", "key_exchange", "signatures",
    "extensions", "certificates", "record_layer", "derivation", "messages", "settings", "hello",
    "sessions", "tls12", "connection",
)
# fmt: on
"""What implements the protocol, up to its driver; no lesson, check, exercise or drawing."""
RUNNER = ("inside", "data", "cells", "stand_ins")
"""The files of this package that work in the sandbox."""


def course_copy(assignment: Assignment) -> Path:
    """Make a folder with what a submission of this assignment may see, and return it.

    It is there as long as this process.
    """
    place = Path(tempfile.mkdtemp(prefix="tlskit-grade-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    package = place / "tlskit"
    gone = absent(name for task in assignment.tasks for name in task.absent)
    for name, path in sources().items():
        if name not in gone:
            put(path, package / path.relative_to(HERE))
    return with_runner(place)


def with_runner(place: Path) -> Path:
    """Add what works in the sandbox, let any user read all of it, and return the folder."""
    package = place / "tlskit"
    put(HERE / "__init__.py", package / "__init__.py")
    for name in RUNNER:
        put(HERE / "grade" / f"{name}.py", package / "grade" / f"{name}.py")
    (package / "grade" / "__init__.py").touch()
    unchecked = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(package, quiet=2, invalidation_mode=unchecked, stripdir=place)
    for path in (place, *place.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return place


def put(source: Path, target: Path) -> None:
    """Copy a file to where it belongs."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@cache
def every_source() -> dict[str, Path]:
    """Return the files of tlskit by the dotted names of their modules; a package is one."""
    found = {}
    for path in sorted(HERE.rglob("*.py")):
        parts = ("tlskit", *path.relative_to(HERE).with_suffix("").parts)
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def sources() -> dict[str, Path]:
    """Return those of the core."""
    every = every_source().items()
    return {
        name: path for name, path in every if name.split(".")[1:2] and name.split(".")[1] in CORE
    }


def absent(functions: Iterable[str]) -> set[str]:
    """Return the modules that define these functions, and all whose import leads to one of them."""
    gone = {name.rpartition(".")[0] for name in functions}
    while True:
        more = {name for name in sources() if name not in gone and imports(name) & gone}
        if not more:
            return gone
        gone |= more


@cache
def imports(name: str) -> frozenset[str]:
    """Return what importing a module imports, in its functions too: modules, packages, names."""
    found = set()
    for node in ast.walk(ast.parse(every_source()[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    packages = {one.rpartition(".")[0] for one in (name, *found)}
    return frozenset(found | packages - {"tlskit", ""})


@cache
def version(assignment: str) -> str:
    """Return a digest of what judges an assignment: its module, the grader, all they import."""
    module = f"tlskit.exercises.{assignment.partition('_')[2]}"
    reached: set[str] = set()
    left = {module, "tlskit.grade.grading", *(f"tlskit.grade.{name}" for name in RUNNER)}
    while left:
        name = left.pop()
        if name in every_source() and name not in reached:
            reached.add(name)
            left |= imports(name)
    digest = hashlib.sha256()
    for name in sorted(reached):
        digest.update(name.encode() + b"\0" + every_source()[name].read_bytes())
    return digest.hexdigest()
