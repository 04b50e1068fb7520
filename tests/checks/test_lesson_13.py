"""Each usual mistake of lesson 13 is met with its own sentence; what is right is praised."""

import pytest

from tlskit.checks import lesson_13
from tlskit.checks.report import Verdict

TASKS = [
    (lesson_13.request, lesson_13.right_request, lesson_13.REQUEST_MISTAKES),
    (lesson_13.client_random, lesson_13.right_random, lesson_13.RANDOM_MISTAKES),
    (lesson_13.line, lesson_13.right_line, lesson_13.LINE_MISTAKES),
    (lesson_13.secret, lesson_13.right_secret, lesson_13.SECRET_MISTAKES),
]


def unwritten(*_):
    raise NotImplementedError


@pytest.mark.parametrize(("check", "right", "mistakes"), TASKS)
def test_right_wrong_and_unwritten(check, right, mistakes):
    assert check(right).right
    assert check(unwritten).verdict is Verdict.NOT_WRITTEN
    for sentence, wrong in mistakes.items():
        report = check(wrong)
        assert report.findings == (sentence,) and not report.right, sentence
