"""Make a class's submissions out of the solutions: right, untouched, wrong and hostile ones.

usage: .venv-dev/bin/python tools/simulated_class.py DIR --assignment NAME [--size 100] [--seed 0]

A wrong one is the solution with one slip: two sides of a `+` swapped, a number one too large, a
line left out, a text cut. What each student did stands in DIR/what_they_did.csv.
"""

import argparse
import ast
import copy
import csv
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from lesson_answers import BEGIN, END, SOLUTION, tags, unmarked

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = {
    "endless loop": "while True: pass",
    "ends the process": "import os; os._exit(0)",
    "takes all memory": "hoard = [bytearray(1 << 28) for _ in range(1 << 10)]",
    "fork bomb": "import os\nwhile True: os.fork()",
    "a gigabyte of output": "for _ in range(1 << 10): print('x' * (1 << 20))",
    "fills the disk": "file = open('full', 'wb')\nwhile True: file.write(bytes(1 << 20))",
    "deletes what it finds": "import shutil; shutil.rmtree('/', ignore_errors=True)",
    "asks the network": "import socket; socket.create_connection(('127.0.0.1', 80), 5)",
    "always equal": (
        "class Any(bytes):\n    def __eq__(self, other): return True\n    __hash__ = None"
    ),
    "kills all it may": "import os, signal; os.kill(-1, signal.SIGKILL)",
}
SHARES = {"right": 40, "wrong": 40, "untouched": 10, "hostile": 10}
"""Of a hundred."""


def slips(tree: ast.Module) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield each slip that could be made in some functions: what it is, and what makes it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield f"swaps {ast.unparse(node)}", lambda node=node: swap(node)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bytes):
            yield f"changes {node.value!r}", lambda node=node: spoil(node)
        elif isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.While):
            for line in node.body:
                if len(node.body) > 1 and not is_docstring(line):
                    what = f"leaves out {ast.unparse(line).splitlines()[0]}"
                    yield what, lambda node=node, line=line: node.body.remove(line)
        elif isinstance(node, ast.Slice) and node.upper is not None:
            yield f"does not end at {ast.unparse(node.upper)}", lambda node=node: open_end(node)


def is_docstring(line: ast.stmt) -> bool:
    """Tell whether a statement is nothing but a text."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def swap(node: ast.BinOp) -> None:
    """Put the right side first."""
    node.left, node.right = node.right, node.left


def spoil(node: ast.Constant) -> None:
    """Make a number one larger; cut bytes short by one, or add one to none."""
    value: Any = node.value
    node.value = value + 1 if isinstance(value, int) else value[:-1] or b"\0"


def open_end(node: ast.Slice) -> None:
    """Let a slice go to the end."""
    node.upper = None


def with_a_slip(notebook: Any, choose: random.Random) -> tuple[Any, str]:
    """Return the notebook with one slip in one of its answers, and what it is."""
    wrong = copy.deepcopy(notebook)
    answers = [cell for cell in wrong.cells if SOLUTION in tags(cell) and len(cell.source) > 200]
    cell = choose.choice(answers)
    tree = ast.parse(cell.source)
    what, make = choose.choice(list(slips(tree)))
    make()
    cell.source = ast.unparse(ast.fix_missing_locations(tree))
    return wrong, what


def with_malice(notebook: Any, what: str, choose: random.Random) -> Any:
    """Return the notebook with a hostile cell somewhere in it, before its answers or behind."""
    hostile = copy.deepcopy(notebook)
    cell = nbformat.v4.new_code_cell(HOSTILE[what], id="mine")
    hostile.cells.insert(choose.choice([0, len(hostile.cells)]), cell)
    return hostile


def submission(kind: str, number: int, name: str, choose: random.Random) -> tuple[Any, str]:
    """Return one student's notebook and what she did."""
    path = f"{name}/{name}.ipynb"
    if kind == "untouched":
        return nbformat.read(ROOT / "exercises" / path, as_version=4), "nothing"
    solved = nbformat.read(ROOT / "solutions" / path, as_version=4)
    for cell in solved.cells:
        if BEGIN in cell.source and END in cell.source:
            cell.source = unmarked(cell.source)
    if kind == "wrong":
        return with_a_slip(solved, choose)
    if kind == "hostile":
        what = list(HOSTILE)[number % len(HOSTILE)]
        return with_malice(solved, what, choose), what
    return solved, "all of it"


def make(folder: Path, name: str, size: int, seed: int) -> list[tuple[str, str, str]]:
    """Write a class's submissions as nbgrader lays them out; return student, kind, what."""
    choose = random.Random(f"{seed} {name}")
    made = []
    for number in range(size):
        kind = next(kind for kind, share in shares() if number * 100 // size < share)
        notebook, what = submission(kind, number, name, choose)
        student = f"student-{number + 1:03d}"
        place = folder / student / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place)
        made.append((student, kind, what))
    return made


def shares() -> Iterator[tuple[str, int]]:
    """Yield each kind with the percentage at which it ends."""
    end = 0
    for kind, share in SHARES.items():
        end += share
        yield kind, end


def main(arguments: list[str] | None = None) -> int:
    """Make a class; return the exit code."""
    parser = argparse.ArgumentParser(prog="simulated_class.py", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--assignment", required=True, metavar="NAME")
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    if not (ROOT / "solutions" / options.assignment).is_dir():
        print(f"simulated_class: there is no exercise {options.assignment}", file=sys.stderr)
        return 2
    made = make(options.folder, options.assignment, options.size, options.seed)
    with (options.folder / "what_they_did.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("student", "kind", "what"), *made])
    print(f"{len(made)} submissions in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
