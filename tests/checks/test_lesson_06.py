"""The checks of lesson 06 name each known mistake by its sentence, and never the solution."""

import sys

import pytest

from tlskit.checks import Verdict
from tlskit.checks import lesson_06 as check
from tlskit.tls12 import key_schedule

TABLES = {
    "p_hash": (check.p_hash, check.P_HASH_MISTAKES),
    "prf": (check.prf, check.PRF_MISTAKES),
    "key_block": (check.key_block, check.KEY_BLOCK_MISTAKES),
    "partition": (check.partition, check.PARTITION_MISTAKES),
}
MISTAKES = [
    (judge, sentence, wrong)
    for judge, mistakes in TABLES.values()
    for sentence, wrong in mistakes.items()
]


@pytest.mark.parametrize("name", TABLES)
def test_the_right_function_is_right(name):
    report = TABLES[name][0](getattr(key_schedule, name))
    assert report.verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("judge", "sentence", "wrong"),
    MISTAKES,
    ids=lambda one: one[:40] if isinstance(one, str) else one.__name__,
)
def test_each_wrong_function_is_named_by_its_sentence_alone(judge, sentence, wrong):
    report = judge(wrong)
    assert report.verdict is Verdict.WRONG
    assert report.findings == (sentence,)


@pytest.mark.parametrize("name", TABLES)
def test_unwritten_is_no_error(name):
    def mine(*arguments):
        raise NotImplementedError

    assert TABLES[name][0](mine).verdict is Verdict.NOT_WRITTEN


def test_a_missing_return_and_an_unknown_mistake_are_said():
    def forgotten(hash_name, secret, seed, length):
        key_schedule.p_hash(hash_name, secret, seed, length)

    assert "is a `return` missing?" in check.p_hash(forgotten).findings[0]

    def reversed_bytes(hash_name, secret, seed, length):
        return key_schedule.p_hash(hash_name, secret, seed, length)[::-1]

    assert "first differ at byte 0" in check.p_hash(reversed_bytes).findings[0]


def test_a_loop_without_end_is_stopped_and_named_with_her_line():
    def endless(hash_name, secret, seed, length):
        output = b""
        while len(output) < length:
            seed = key_schedule.hmac(hash_name, secret, seed)
        return output

    said = check.p_hash(endless).findings[0]
    assert "endless raised EndlessLoop: nothing in it makes the output longer" in said
    assert "of your cell" in said
    assert check.p_hash("no function").verdict is Verdict.WRONG
    assert sys.gettrace() is None or "count" not in repr(sys.gettrace())


def test_the_solution_stands_in_no_sentence():
    for _, sentence, _ in MISTAKES:
        for given_away in (
            "server_random + client_random",
            "label + seed",
            "output +=",
            "a + seed",
        ):
            assert given_away not in sentence
