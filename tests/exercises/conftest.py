"""What each exercise's test asks: right answers, each known mistake, pasted results, stubs.

A test takes the fixtures `judged`, `right`, `mistakes` and `nothing`.
"""

from dataclasses import replace

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import check
from tlskit.lesson import lesson_random

SEEDS = ("the notebook's own", "a term", "another term", "a third")


def judge(task, mine, seed=SEEDS[0]):
    """Return the report on a function that may call ours."""
    return check(replace(task, absent=()), mine, seed)


def is_right(task):
    """Assert that ours is right with four seeds."""
    for seed in SEEDS:
        report = judge(task, task.right, seed)
        assert report.right and report.points == task.points, (task.name, seed, report)


def names_each_mistake(task):
    """Assert that each mistake of the table is met with its own sentence, with two seeds."""
    for seed in SEEDS[:2]:
        for sentence, wrong in task.mistakes.items():
            report = judge(task, wrong, seed)
            assert sentence in report.findings, (task.name, seed, sentence, report)
            assert not report.right and report.points < task.points, (task.name, sentence)


def earns_nothing(task):
    """Assert that neither a stub nor the notebook's own results, pasted, earn a point."""
    report = judge(task, unwritten)
    assert report.verdict is Verdict.NOT_WRITTEN and report.points == 0
    assert judge(task, pasted(task), "a term").points == 0, task.name


def pasted(task):
    """Return a function that knows what is right in the notebook, and nothing else."""
    cases = list(task.cases(lesson_random(f"{SEEDS[0]} {task.name}")))
    known = [(data(case.arguments), task.right(*case.arguments)) for case in cases]
    return lambda *arguments: dict(known).get(data(arguments), known[0][1])


def data(arguments):
    """Return arguments as text, without the functions among them."""
    return repr([one for one in arguments if not callable(one)])


def unwritten(*_):
    """Be a stub."""
    raise NotImplementedError


@pytest.fixture
def judged():
    return judge


@pytest.fixture
def right():
    return is_right


@pytest.fixture
def mistakes():
    return names_each_mistake


@pytest.fixture
def nothing():
    return earns_nothing
