"""Exercise 10: each task's right answer, its mistakes, and its place on a second visit."""

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment
from tlskit.exercises.resumption_mistakes import RAISED, cbc, mac, opened, uncovered
from tlskit.labs.resumption import BROUGHT, brought

THIS = assignment("10_resumption")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    assert len(task.mistakes) >= 3
    nothing(task)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4
    assert len(REFLECTIONS) == 4


# ---- mistakes that no result shows


def open_raising(keys, sealed, wrong):
    name, iv, tag = sealed[:16], sealed[16:32], sealed[-32:]
    if wrong == "KeyError":
        keys[name]
    if wrong == "IndexError":
        sealed[65]
    if wrong == "ValueError" and len(sealed) > 66 and name in keys:
        state = uncovered(keys[name][0], iv, sealed[34:-32])
        return state if mac(keys[name][1], sealed[:-32]) == tag else None
    return opened(keys, sealed)


@pytest.mark.parametrize("error", ["KeyError", "ValueError", "IndexError"])
@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_what_a_strangers_ticket_brings_down_is_named(judged, error, seed):
    report = judged(
        THIS.task("my_open"), lambda keys, sealed: open_raising(keys, sealed, error), seed
    )
    assert report.findings == (RAISED[error],), report


def test_a_word_that_is_none_of_the_words_is_named(judged):
    for name in ("my_kind", "my_decision"):
        report = judged(THIS.task(name), lambda *_: "resumed")
        assert "'resumed' is none of the words" in report.findings[0]


def test_a_ticket_of_unknown_shape_has_its_field_named(judged):
    def otherwise(name, aes_key, mac_key, iv, state):
        body = name + iv + len(state).to_bytes(2, "big") + cbc(aes_key, iv, state)
        return body + mac(mac_key, body)

    said = judged(THIS.task("my_ticket"), otherwise).findings[0]
    assert "the length of encrypted_state" in said


# ---- live


@pytest.mark.parametrize("task", TASKS, **ids)
def test_the_right_one_stands_on_a_second_visit(task):
    report = task.live(task.right)
    assert report.right, report


WRONG_LIVE = {
    "my_resumed_keys": ("The randoms are swapped", "bad_record_mac"),
    "my_kind": ("What ClientHello carries", "OpenSSL's handshake was full"),
    "my_ticket": ("The MAC leaves the IV out", "did not take it"),
    "my_open": ("The padding is still there", "decode_error"),
    "my_decision": ("You never ask about extended", "OpenSSL's client refused it"),
}


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_wrong_one_does_not(task):
    begins, says = WRONG_LIVE[task.name]
    wrong = next(one for sentence, one in task.mistakes.items() if sentence.startswith(begins))
    report = task.live(wrong)
    assert report.verdict is Verdict.WRONG and says in str(report), report


def test_the_rules_are_those_of_our_own_server():
    """What `my_decision` has to say is what our server does with what a client may bring."""
    decide = THIS.task("my_decision").right
    session = {
        "suite": 1,
        "created": 0,
        "server_name": "host",
        "extended_master_secret": True,
    }
    hello = {"cipher_suites": [1], "server_name": "host", "extended_master_secret": True}
    names = list(BROUGHT)
    said = {
        names[1]: decide(session, hello, 1, False),
        names[2]: decide(None, hello, 1, False),
        names[3]: decide(session, hello, 24 * 3600 + 1, False),
        names[7]: decide(session, hello | {"extended_master_secret": False}, 1, False),
    }
    for name, word in said.items():
        assert brought(name).outcome.removesuffix(" handshake") == word, name
