"""What an exercise builds on: a function of exercise 00, from the learner's notebook of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tlskit.exercises.calling import SECONDS, StillRunning, ending, outcomes
from tlskit.exercises.first_step import ASSIGNMENT as FIRST_STEP
from tlskit.exercises.judging import judge
from tlskit.lesson import lesson_random
from tlskit.tls12.key_schedule import PRF

YOURS = "{name}: yours, from exercise 00."
COURSE = "{name}: the course's own, for {why}. Nothing here depends on whose it is."


def brought(name: str, folder: Path | None = None) -> Callable[..., Any]:
    """Return the learner's function of exercise 00, ours if hers is not there or not right.

    It is looked for in `../00_first_step/00_first_step.ipynb`, as seen from the notebook's folder,
    and only its own cell is run. Whose it is, is printed.
    """
    task, notebook = FIRST_STEP.task(name), f"{FIRST_STEP.name}.ipynb"
    mine = defined_in((folder or Path.cwd()).parent / FIRST_STEP.name / notebook, name)
    if mine is None:
        print(COURSE.format(name=name, why="exercise 00 was not found beside this one"))
        return task.right
    cases = list(task.cases(lesson_random(f"brought {name}")))
    report = judge(task, cases, outcomes(task, mine, cases, SECONDS))
    if report.right:
        print(YOURS.format(name=name))
        return mine
    print(COURSE.format(name=name, why=f"the one in exercise 00 is {report.verdict}"))
    return task.right


def defined_in(path: Path, name: str) -> Callable[..., Any] | None:
    """Return the function that a notebook's last cell with this definition defines, or None."""
    begin = f"def {name}("
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]
        source = [one for one in sources if begin in one][-1]
        names: dict[str, Any] = {"PRF": PRF}
        with ending(SECONDS):
            exec(compile(source, path.name, "exec"), names)
    except (Exception, StillRunning, SystemExit):
        return None
    found = names.get(name)
    return found if callable(found) else None
