"""Make a folder for students: the course without solutions, hidden tests and authors' tools.

usage: python3 course.py release --for students DIR [--assignment NAME ...]

DIR is made, or empty. In it `python3 course.py lab` works as it does here. With --assignment, only
these exercises are in it.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    *("course.py", "pyproject.toml", "environment.yml", "LICENSE"),
    *("requirements.lock", "requirements-build.lock", "docs/alerts.md"),
)
TOOLS = ("lab.py", "lab_overrides.json", "work_copies.py", "doctor.py", "peers.py", "bundle.py")
FOLDERS = ("notebooks", "exercises", "tlskit")
KEPT_BACK = ("tlskit/grade",)
"""What is inside these folders and stays with the instructor; solutions/, lessons/ and tests/ are
not among what is copied."""
WASTE = ("__pycache__", ".ipynb_checkpoints", "*.pyc", ".*")
README = """# Exercises for the TLS handshake

You need Python 3.11 or newer (on Windows, `py` in place of `python3`).

```
python3 course.py lab            # makes an environment, opens JupyterLab
python3 course.py fresh NAME     # sets your copy of a notebook aside, lays a clean one
python3 course.py doctor         # says what this machine has and lacks
```

You work on copies: `work/notebooks/` and `work/exercises/`. Nothing overwrites them.

{exercises}

Before you hand in `work/exercises/NAME/NAME.ipynb`: Restart Kernel and Run All Cells, and save.
Write in the cells that are there; leave their order and the cells with points as they are.
"""


class Refusal(Exception):
    """Why nothing was made, in one line."""


class Parser(argparse.ArgumentParser):
    """Tells a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise it."""
        raise Refusal(message)


def exercises(root: Path) -> list[str]:
    """Return the names of the exercises that there are."""
    return sorted(path.parent.name for path in (root / "exercises").glob("*/*.ipynb"))


def chosen(root: Path, wanted: Sequence[str]) -> list[str]:
    """Return the exercises that are released. Raises: Refusal for one that is not there."""
    there = exercises(root)
    for name in wanted:
        if name not in there:
            raise Refusal(f"there is no exercise {name!r}; there are {', '.join(there)}")
    return [name for name in there if name in wanted] if wanted else there


def target(folder: Path, root: Path) -> Path:
    """Return where the release goes. Raises: Refusal for a folder that is taken, or in here."""
    place = folder.resolve()
    if place.is_relative_to(root):
        raise Refusal(f"{folder} lies in the course's own folder; choose one outside")
    if place.exists() and not place.is_dir():
        raise Refusal(f"{folder} is a file; give a folder that is empty or not there yet")
    if place.is_dir() and any(place.iterdir()):
        raise Refusal(f"{folder} is not empty; nothing in it was touched")
    return place


def left_out(root: Path, names: Sequence[str]) -> Callable[[str, list[str]], set[str]]:
    """Return what tells shutil.copytree which entries of a folder to leave out."""
    waste = shutil.ignore_patterns(*WASTE)

    def these(folder: str, entries: list[str]) -> set[str]:
        place = Path(folder).relative_to(root).as_posix()
        kept_back = {one for one in entries if f"{place}/{one}" in KEPT_BACK}
        unreleased = set(entries) - set(names) if place == "exercises" else set()
        return waste(folder, entries) | kept_back | unreleased

    return these


def release(root: Path, place: Path, names: Sequence[str]) -> None:
    """Write the folder: all of it, or nothing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as made:
        whole = Path(made) / place.name
        for one in (*FILES, *(f"tools/{name}" for name in TOOLS)):
            (whole / one).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / one, whole / one)
        for folder in FOLDERS:
            shutil.copytree(root / folder, whole / folder, ignore=left_out(root, names))
        listed = "Your exercises:\n\n" + "\n".join(f"- `exercises/{name}`" for name in names)
        (whole / "README.md").write_text(README.format(exercises=listed), encoding="utf-8")
        if place.exists():
            place.rmdir()
        whole.rename(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a release; return the exit code."""
    parser = Parser(prog="course.py release", description=__doc__.split("\n")[0])
    parser.add_argument("--for", dest="reader", choices=("students",), required=True)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--assignment", action="extend", nargs="+", default=[], metavar="NAME")
    try:
        options = parser.parse_args(arguments)
        names = chosen(ROOT, options.assignment)
        place = target(options.folder, ROOT)
        release(ROOT, place, names)
    except Refusal as refusal:
        print(f"course.py: release: {refusal}", file=sys.stderr)
        return 2
    print(f"{place}: {len(names)} exercises ({', '.join(names)}), no solutions, no hidden tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
