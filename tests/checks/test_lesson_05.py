"""Lesson 05's checks: right answers pass, each known mistake is named."""

import pytest

from tlskit.checks import lesson_05 as check
from tlskit.checks.report import Verdict
from tlskit.key_exchange import decrypt_pre_master_secret


@pytest.mark.parametrize(
    "judge, right",
    [
        (check.unpad, check.right_unpad),
        (check.block, check.right_block),
        (check.decryption, decrypt_pre_master_secret),
        (check.decryption, check.with_version_put_in),
        (check.multiplied, check.right_multiplied),
    ],
)
def test_right_answers_pass(judge, right):
    assert judge(right).right


CASES = [
    (judge, sentence, wrong)
    for judge, mistakes in (
        (check.unpad, check.UNPAD_MISTAKES),
        (check.block, check.BLOCK_MISTAKES),
        (check.decryption, check.DECRYPT_MISTAKES),
        (check.multiplied, check.MULTIPLIED_MISTAKES),
    )
    for sentence, wrong in mistakes.items()
]


@pytest.mark.parametrize("judge, sentence, wrong", CASES)
def test_each_mistake_gets_its_sentence(judge, sentence, wrong):
    report = judge(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_a_decryption_that_raises_is_told_so():
    def mine(private_key, encrypted, client_version, instead):
        opened = check.raised(encrypted, check.exponents()[1])
        return opened[opened.index(0, 2) + 1 :]

    assert "my" in str(check.decryption(mine)) and "raised ValueError" in str(
        check.decryption(mine)
    )
