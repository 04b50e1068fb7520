"""Lesson 02's checks: right answers are praised, each known mistake gets its own sentence."""

import pytest

from tlskit.checks import lesson_02 as lesson
from tlskit.checks.report import Verdict

TASKS = {
    "choice": (lesson.choice, lesson.right_choice, lesson.CHOICE_MISTAKES),
    "usable": (lesson.usable, lesson.right_usable, lesson.USABLE_MISTAKES),
    "kind": (lesson.kind, lesson.right_kind, lesson.KIND_MISTAKES),
}
MISTAKES = [
    pytest.param(check, wrong, sentence, id=f"{task}-{number}")
    for task, (check, _, mistakes) in TASKS.items()
    for number, (sentence, wrong) in enumerate(mistakes.items())
]


@pytest.mark.parametrize("task", TASKS)
def test_the_right_answer_is_right_and_an_unwritten_one_no_mistake(task):
    check, right, _ = TASKS[task]

    def unwritten(*_):
        raise NotImplementedError

    assert check(right).right
    assert check(unwritten).verdict is Verdict.NOT_WRITTEN


@pytest.mark.parametrize(("check", "wrong", "sentence"), MISTAKES)
def test_each_mistake_gets_its_own_sentence_and_no_other(check, wrong, sentence):
    report = check(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_a_truthy_value_that_is_no_bool_is_said_to_be_none():
    report = lesson.usable(lambda suite, kinds, groups: suite.authentication in kinds and groups)
    assert report.verdict is Verdict.WRONG and "should return bool" in report.findings[0]
