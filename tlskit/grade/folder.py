"""The folder with a class's results: what is graded stays graded, whenever it was interrupted."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tlskit.grade.grading import seed_digest
from tlskit.grade.rows import Result, file_name, from_json, write_csv

TAKEN = "{path} holds results of {theirs}, and not of {ours}: give another folder"
OTHER_SEED = (
    "{path} holds results of another seed than the one given: leave --seed out, or give another "
    "folder"
)


class WrongFolder(ValueError):
    """A folder for results that can't be used; the reason in one line."""


@dataclass
class Folder:
    """Results of one assignment with one seed.

    Args:
        path: the folder; `results/` in it has a file for each submission.
    """

    path: Path
    assignment: str

    def open(self, seed: str | None) -> str:
        """Make the folder if it is not there, and return the seed: the one given, kept, or drawn.

        Raises: WrongFolder, OSError.
        """
        (self.path / "results").mkdir(parents=True, exist_ok=True)
        kept = self.path / "seed.txt"
        if not kept.exists():
            write(kept, f"{seed or secrets.token_urlsafe(24)}\n", 0o600)
        found = kept.read_text(encoding="utf-8").strip()
        if seed is not None and seed != found:
            raise WrongFolder(OTHER_SEED.format(path=self.path))
        for result in self.results():
            if result.assignment != self.assignment:
                theirs, ours = result.assignment, self.assignment
                raise WrongFolder(TAKEN.format(path=self.path, theirs=theirs, ours=ours))
            if result.seed_digest != seed_digest(found):
                raise WrongFolder(OTHER_SEED.format(path=self.path))
        return found

    def results(self) -> Iterator[Result]:
        """Yield all results that there are, by student; a file that is none is as good as none."""
        for path in sorted((self.path / "results").glob("*.json")):
            try:
                yield from_json(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue

    def keep(self, result: Result) -> None:
        """Write a result: all of it or nothing."""
        write(self.path / "results" / f"{file_name(result.student)}.json", result.to_json())

    def write_grades(self) -> list[Result]:
        """Write grades.csv from all results, and return them."""
        found = list(self.results())
        write_csv(self.path / "grades.csv", found)
        return found


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees half of it."""
    temporary = path.with_name(f".{path.name[:80]}.{os.getpid()}.tmp")
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
