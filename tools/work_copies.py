"""A learner's work is hers: `work/` holds her copies of notebooks and exercises.

A copy is made when it is missing and refreshed only as long as she has not changed a cell; running
and saving a notebook changes its outputs, not its cells. `fresh NAME` sets a changed copy aside
and lays a clean one.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("notebooks", "exercises")
NOTE = ".laid.json"


def cells_of(path: Path) -> str:
    """Return a digest of a notebook's cells without their outputs, "" if it can't be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def originals(root: Path) -> dict[str, Path]:
    """Return the notebooks that are copied, by their place below the root."""
    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*.ipynb"))]
    kept = [path for path in paths if ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(root).as_posix(): path for path in kept}


def laid(root: Path) -> dict[str, str]:
    """Return which cells each copy had when it was laid."""
    try:
        note = json.loads((root / "work" / NOTE).read_text(encoding="utf-8"))
        return note if isinstance(note, dict) else {}
    except (OSError, ValueError):
        return {}


def lay(root: Path = ROOT) -> list[str]:
    """Make missing copies, refresh untouched ones; return a line for each that was left alone."""
    remembered, lines = laid(root), []
    for name, original in originals(root).items():
        copy = root / "work" / name
        now = cells_of(original)
        if copy.exists() and now and cells_of(copy) == now:
            remembered[name] = now  # also where the note was lost
            continue
        if copy.exists() and cells_of(copy) != remembered.get(name, "-"):
            if now != remembered.get(name):
                lines.append(
                    f"work/{name} is yours and stays; `fresh {called(name, root)}` lays the new one"
                )
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, copy)
        remembered[name] = now
    remember(root, remembered)
    return lines


def remember(root: Path, note: dict[str, str]) -> None:
    """Write down which cells each copy had when it was laid."""
    (root / "work").mkdir(exist_ok=True)
    (root / "work" / NOTE).write_text(json.dumps(note, indent=1, sort_keys=True), encoding="utf-8")


def named(wanted: str, root: Path) -> str:
    """Return the notebook that is meant: `08_finished`, `exercises/08_finished`, or its path.

    Raises: LookupError if none, or more than one, is called so.
    """
    given = Path(wanted.removeprefix("work/"))
    stem, folders = given.name.removesuffix(".ipynb"), given.parts[:-1]
    alike = [name for name in originals(root) if Path(name).stem == stem]
    found = [name for name in alike if Path(name).parts[: len(folders)] == folders]
    if len(found) == 1:
        return found[0]
    known = ", ".join(called(name, root) for name in (found or originals(root)))
    what = "two notebooks are called so:" if found else "no notebook is called so; there are"
    raise LookupError(f"{wanted!r}: {what} {known}")


def called(name: str, root: Path) -> str:
    """Return the shortest name by which `fresh` knows a notebook."""
    stem = Path(name).stem
    alone = [Path(other).stem for other in originals(root)].count(stem) == 1
    return stem if alone else f"{Path(name).parts[0]}/{stem}"


def fresh(wanted: str, root: Path = ROOT) -> str:
    """Set the copy of a notebook aside, lay a clean one; return a line that says where.

    Raises: LookupError if no notebook, or more than one, is called so.
    """
    name = named(wanted, root)
    copy = root / "work" / name
    aside = None
    if copy.exists():
        number = 1
        while (aside := copy.with_name(f"{copy.stem}.mine-{number}.ipynb")).exists():
            number += 1
        copy.rename(aside)
    note = laid(root)
    note.pop(name, None)
    remember(root, note)
    lay(root)
    kept = f"; yours is now {aside.relative_to(root).as_posix()}" if aside else ""
    return f"work/{name} is fresh{kept}"


def main(arguments: list[str]) -> int:
    """Run `fresh NAME`."""
    if len(arguments) != 1:
        print("course.py: fresh takes the NAME of one notebook", file=sys.stderr)
        return 2
    try:
        print(fresh(arguments[0]))
    except LookupError as error:
        print(f"course.py: {error.args[0]}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
