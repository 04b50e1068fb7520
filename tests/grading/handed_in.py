"""What the tests of grading share: notebooks made of cells, put where a student's belong."""

import json
from pathlib import Path

from tlskit.exercises.task import Case, Handed, Task

NAME = "00_first_step"
SETUP = "from tlskit import checks, show\nfrom tlskit.tls12.key_schedule import PRF"
SECRET = (
    "def my_master_secret(prf: PRF, pre_master_secret, client_random, server_random):\n"
    "    seed = client_random + server_random\n"
    "    return prf(pre_master_secret, b'master secret', seed, 48)"
)
REFLECTION = "def why_both_randoms() -> str:\n    return 'c'"
RIGHT = (SETUP, SECRET, REFLECTION)


def as_notebook(*cells: str, language: str = "python", **changes) -> bytes:
    """Return a notebook with these cells of code."""
    found = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": source, "outputs": []}
        for number, source in enumerate(cells)
    ]
    metadata = {"kernelspec": {"name": "python3", "language": language, "display_name": "x"}}
    whole = {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole | changes).encode()


def hand_in(folder: Path, student: str, notebook: bytes | tuple[str, ...]) -> Path:
    """Put a notebook where a student's belongs."""
    path = folder / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook if isinstance(notebook, bytes) else as_notebook(*notebook))
    return path


def a_task(name: str = "f", cases: int = 1, handed=None, **changes) -> Task:
    """Return a task whose function returns what it likes."""
    arguments = (Handed("ask", handed),) if handed else ()
    usual = {"mistakes": {}, "expected": object, "seconds": 3} | changes
    return Task(name, 1, lambda draw: [Case(arguments)] * cases, lambda *_: None, **usual)
