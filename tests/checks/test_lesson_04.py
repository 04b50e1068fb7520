"""Lesson 04's checks: right answers pass, each known mistake is named."""

import pytest

from tlskit.checks import lesson_04 as check
from tlskit.checks.report import Verdict
from tlskit.signatures import verify_signature


def test_right_answers_pass():
    assert check.message_size(check.right_size).right
    assert check.params_to_sign(lambda client, server, params: client + server + params).right
    assert check.hash_in_signature(lambda s, e, n: check.opened(s, e, n)[-32:]).right


CASES = [
    (judge, sentence, wrong)
    for judge, mistakes in (
        (check.message_size, check.SIZE_MISTAKES),
        (check.params_to_sign, check.CONTENT_MISTAKES),
    )
    for sentence, wrong in mistakes.items()
]
HASHES = [
    (sentence, wrong)
    for sentence, wrong in check.HASH_MISTAKES.items()
    if not sentence.startswith("You raised to the modulus")  # minutes of work
]


@pytest.mark.parametrize("judge, sentence, wrong", CASES)
def test_each_mistake_gets_its_sentence(judge, sentence, wrong):
    report = judge(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


@pytest.mark.parametrize("sentence, wrong", HASHES)
def test_each_mistake_with_the_signature_gets_its_sentence(sentence, wrong):
    assert check.hash_in_signature(wrong).findings == (sentence,)


def test_an_unknown_mistake_is_told_by_its_place():
    report = check.params_to_sign(lambda client, server, params: client + server + params[::-1])
    assert "byte 64 of" in report.findings[0]


def test_a_verifier_that_believes_everything_says_nothing():
    assert check.believes_everything(lambda scheme, key, signature, content: None).right


def test_a_verifier_that_answers_or_refuses_is_told_so():
    answering = check.believes_everything(lambda scheme, key, signature, content: True)
    refusing = check.believes_everything(verify_signature)
    assert answering.verdict is refusing.verdict is Verdict.WRONG
    assert answering.findings[0].startswith("It returned True;")
    assert refusing.findings[0].startswith("verify_signature raised Alert")
