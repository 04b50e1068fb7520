"""Exercise 00: the right answer, the mistakes, and what the PRF is asked."""

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, first_step

THIS = assignment("00_first_step")
TASK = THIS.task("my_master_secret")


@pytest.mark.parametrize("task", THIS.tasks, ids=lambda task: task.name)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


def test_stubs_and_pasted_results_earn_nothing(nothing):
    nothing(TASK)


ASKED = [
    (first_step.LABEL_IS_TEXT, lambda secret, seed: (secret, "master secret", seed, 48)),
    (first_step.SEED_IS_A_LIST, lambda secret, seed: (secret, b"master secret", [seed], 48)),
    (first_step.LABEL_IS_SECRET, lambda secret, seed: (b"master secret", secret, seed, 48)),
    (
        first_step.LABEL_IN_SEED,
        lambda secret, seed: (secret, b"master secret", b"master secret" + seed, 48),
    ),
]


@pytest.mark.parametrize("sentence, asks", ASKED, ids=range(len(ASKED)))
def test_what_the_prf_was_asked_wrongly_is_named(judged, sentence, asks):
    def mine(prf, secret, client, server):
        return prf(*asks(secret, client + server))

    for seed in ("a term", "another term"):
        report = judged(TASK, mine, seed)
        assert report.findings == (sentence,) and report.points == 0


@pytest.mark.parametrize("label", [b"master_secret", b"key expansion"])
def test_another_label_is_shown(judged, label):
    report = judged(TASK, lambda prf, secret, c, s: prf(secret, label, c + s, 48))
    assert repr(label) in report.findings[0]


def test_the_prf_with_too_few_arguments_is_an_error_of_hers(judged):
    report = judged(TASK, lambda prf, secret, c, s: prf(secret))
    assert "my_master_secret raised TypeError" in report.findings[0]


def test_live_it_is_accepted_and_a_wrong_one_is_not():
    assert TASK.live(TASK.right).right
    wrong = next(iter(TASK.mistakes.values()))
    assert TASK.live(wrong).verdict is Verdict.WRONG
