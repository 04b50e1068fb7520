"""The page before lesson 00: each wrong function gets its own sentence, a right one is praised."""

import hmac

import pytest

from tlskit.checks import before_you_start as check

TASKS = {
    "number": (check.number, check.NUMBER_MISTAKES, lambda data: int.from_bytes(data, "big")),
    "accepts": (
        check.accepts,
        check.ACCEPTS_MISTAKES,
        lambda key, message, tag: hmac.compare_digest(hmac.digest(key, message, "sha256"), tag),
    ),
    "shared_secret": (check.shared_secret, check.SHARED_MISTAKES, pow),
}
MISTAKES = [
    pytest.param(judge, wrong, sentence, id=f"{name}: {sentence[:40]}")
    for name, (judge, mistakes, _) in TASKS.items()
    for sentence, wrong in mistakes.items()
]


@pytest.mark.parametrize(("judge", "wrong", "sentence"), MISTAKES)
def test_a_wrong_function_is_met_with_its_sentence_alone(judge, wrong, sentence):
    report = judge(wrong)
    assert not report.right and report.findings == (sentence,)


@pytest.mark.parametrize("name", TASKS)
def test_the_right_function_is_right(name):
    judge, _, right = TASKS[name]
    report = judge(right)
    assert report.right, report


@pytest.mark.parametrize("name", TASKS)
def test_what_is_not_written_is_said_to_be_so(name):
    def mine(*arguments):
        raise NotImplementedError

    assert "not written yet" in str(TASKS[name][0](mine))


def test_a_loop_is_as_good_as_the_library():
    def my_number(data):
        number = 0
        for byte in data:
            number = number * 256 + byte
        return number

    assert check.number(my_number).right


def test_a_wrong_value_that_no_mistake_explains_is_placed():
    report = check.number(lambda data: int.from_bytes(data, "big") + (len(data) == 3))
    assert not report.right and "case 4 of 5" in report.findings[0]
