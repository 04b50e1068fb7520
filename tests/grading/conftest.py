"""What the tests of grading share: cells run in a sandbox, their functions called."""

import pytest
from handed_in import a_task

from tlskit.exercises.task import Assignment
from tlskit.grade.course_copy import course_copy
from tlskit.grade.isolation import Isolation
from tlskit.grade.running import Session


@pytest.fixture(scope="session")
def tried(tmp_path_factory):
    """Run cells in a sandbox, call each task's function, and return what came of it."""
    courses = {}

    def run(*cells, tasks=None, isolation=Isolation.BUBBLEWRAP, timeout=None):
        asked = Assignment("99_any", tuple(tasks or [a_task()]))
        absent = tuple(name for task in asked.tasks for name in task.absent)
        course = courses.setdefault(absent, course_copy(asked))
        with Session(course, isolation, asked, cells, timeout) as session:
            found = [session.outcomes(task, list(task.cases(None))) for task in asked.tasks]
            return found, session.remarks()

    return run


@pytest.fixture(scope="session")
def value(tried):
    """Return what `f` of these cells returned, or the sentence that says why it did not."""

    def run(*cells, **changes):
        (found,), _ = tried(*cells, **changes)
        outcome = found.outcomes[0]
        return outcome.said or outcome.value

    return run
