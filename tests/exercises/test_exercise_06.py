"""Exercise 06: each task's right answer, its mistakes, what is brought, and OpenSSL's word."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, check
from tlskit.exercises import key_generation as exercise
from tlskit.exercises.brought import brought
from tlskit.exercises.key_generation_live import NEVER_CALLED, extended_by_her, together
from tlskit.labs.key_generation import PUBLISHED
from tlskit.lesson import lesson_random
from tlskit.tls12.key_schedule import master_secret, p_hash

THIS = assignment("06_key_generation")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_mistake_is_named_by_its_own_sentence_alone(task, judged):
    for sentence, wrong in task.mistakes.items():
        found = judged(task, wrong, "a third").findings
        assert set(found) == {sentence}, (sentence, found)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    assert len(task.mistakes) >= 6
    nothing(task)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4
    assert len(REFLECTIONS) == 4


def test_what_is_right_agrees_with_a_published_value():
    made = exercise.prf(
        exercise.stretched,
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        PUBLISHED.secret,
        PUBLISHED.label,
        PUBLISHED.seed,
        100,
    )
    assert made == PUBLISHED.output


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_every_handshake_has_messages_behind_the_session_hash(seed):
    cases = exercise.extended_cases(lesson_random(seed))
    after = [[one[0] for one in case.arguments[3]] for case in cases]
    assert all(kinds[:2] == [1, 2] and kinds[-1] == 20 for kinds in after)
    assert sum(15 in kinds for kinds in after) == 2
    assert all(kinds.index(16) < kinds.index(20) for kinds in after)


# ---- mistakes that no result shows


def test_another_label_and_another_length_are_named(judged):
    def typed(prf, hash_name, secret, messages):
        return prf(secret, b"extended_master_secret", hashlib.sha256(messages[0]).digest(), 32)

    found = judged(THIS.task("my_extended_master_secret"), typed).findings
    assert any("b'extended_master_secret'" in one for one in found)
    assert any("has 32 bytes" in one for one in found)

    def expanding(prf, master, client, server, length):
        return prf(master, b"Key Expansion", server + client, length)

    (found,) = judged(THIS.task("my_key_block"), expanding).findings
    assert "b'Key Expansion'" in found

    def exchanged(prf, master, client, server, length):
        return prf(master, server + client, b"key expansion", length)

    (found,) = judged(THIS.task("my_key_block"), exchanged).findings
    assert found.startswith("Label and seed have changed places")


def test_our_own_functions_are_named_and_those_handed_over_are_not():
    report = check(THIS.task("my_p_hash"), p_hash)
    assert "`p_hash`" in report.findings[0] and report.points == 0
    for task in TASKS[1:]:
        assert task.absent
        assert check(task, OWN[task.name]).right, task.name


def own_p_hash(hash_name, secret, seed, length):
    a, output = seed, b""
    while len(output) < length:
        a = hmac.digest(secret, a, hash_name)
        output += hmac.digest(secret, a + seed, hash_name)
    return output[:length]


def own_extended(prf, hash_name, secret, messages):
    end = [one[0] for one in messages].index(16) + 1
    session_hash = hashlib.new(hash_name, b"".join(messages[:end])).digest()
    return prf(secret, b"extended master secret", session_hash, 48)


def own_key_block(prf, master, client, server, length):
    return prf(master, b"key expansion", server + client, length)


def own_partition(suite, key_block):
    mac = {"SHA": 20, "SHA256": 32, "SHA384": 48}[suite.rpartition("_")[2]]
    mac = mac if "CBC" in suite else 0
    iv = 12 if "CHACHA" in suite else 4 if "GCM" in suite else 0
    parts, at = {}, 0
    for kind, size in (("MAC_key", mac), ("key", 16 if "128" in suite else 32), ("IV", iv)):
        for side in ("client", "server"):
            parts[f"{side}_write_{kind}"] = key_block[at : at + size]
            at += size
    return parts


OWN = {
    "my_p_hash": own_p_hash,
    "my_prf": exercise.prf,
    "my_extended_master_secret": own_extended,
    "my_key_block": own_key_block,
    "my_partition": own_partition,
}


# ---- what is brought


def notebook(folder: Path, *sources: str) -> Path:
    """Write exercise 00 with these cells; return the folder of exercise 06 beside it."""
    beside = folder / "00_first_step"
    beside.mkdir()
    cells = [{"cell_type": "code", "source": source} for source in sources]
    text = json.dumps({"cells": cells})
    (beside / "00_first_step.ipynb").write_text(text, encoding="utf-8")
    return folder / "06_key_generation"


HERS = (
    "def my_master_secret(prf: PRF, p, c, s):\n    return prf(p, b'master secret', c + s, {size})"
)


def test_a_right_function_is_brought_from_the_notebook_beside(tmp_path, capsys):
    folder = notebook(tmp_path, "1 / 0", HERS.format(size=48))
    mine = brought("my_master_secret", folder)
    assert mine is not master_secret and mine.__name__ == "my_master_secret"
    assert capsys.readouterr().out == "my_master_secret: yours, from exercise 00.\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (HERS.format(size=47), "not yet right"),
        ("def my_master_secret(*_):\n    raise NotImplementedError", "not written yet"),
        ("def my_master_secret(*_):\n    while True: pass", "not yet right"),
        ("def my_master_secret(", "not found"),
        ("1 / 0\ndef my_master_secret(): pass", "not found"),
        ("x = 1", "not found"),
    ],
)
def test_otherwise_ours_stands_in_and_that_is_said(tmp_path, capsys, monkeypatch, source, why):
    monkeypatch.setattr("tlskit.exercises.brought.SECONDS", 0.2)
    assert brought("my_master_secret", notebook(tmp_path, source)) is master_secret
    assert why in capsys.readouterr().out


def test_without_the_other_exercise_ours_stands_in(tmp_path, capsys):
    assert brought("my_master_secret", tmp_path / "06_key_generation") is master_secret
    assert "not found" in capsys.readouterr().out
    assert brought("my_master_secret", tmp_path / "06_key_generation") is master_secret


# ---- with OpenSSL


@pytest.mark.parametrize("task", TASKS, **ids)
def test_ours_shakes_hands_with_openssl(task):
    report = task.live(task.right)
    assert report.right and report.calls, report


WRONG = {
    "my_p_hash": "Your first block",
    "my_prf": "The label is missing",
    "my_extended_master_secret": "The seed is the two randoms",
    "my_key_block": "The randoms stand",
    "my_partition": "In each pair",
}


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_wrong_one_is_refused_and_that_is_said(task):
    wrong = next(v for k, v in task.mistakes.items() if k.startswith(WRONG[task.name]))
    report = task.live(wrong)
    assert report.verdict is Verdict.WRONG
    assert any("alert bad_record_mac" in one for one in report.findings), report


def test_a_function_that_was_never_called_is_said():
    report = extended_by_her(own_extended, extended=False)
    assert NEVER_CALLED in report.findings and report.verdict is Verdict.WRONG


def test_an_error_of_hers_is_said_of_her_function():
    def my_partition(*_):
        raise KeyError("x")

    assert "my_partition raised KeyError" in str(THIS.task("my_partition").live(my_partition))

    def my_extended_master_secret(*_):
        return None

    report = extended_by_her(my_extended_master_secret)
    assert "my_extended_master_secret returned None" in str(report)


def unwritten(*_):
    raise NotImplementedError


def test_all_of_hers_together_and_ours_for_what_is_missing():
    mine = (master_secret, own_p_hash, exercise.prf, own_key_block, own_partition)
    assert together(*mine).right and "Ours stood in" not in str(together(*mine))
    report = together(master_secret, *[unwritten] * 4)
    assert report.verdict is Verdict.NOT_WRITTEN and not report.calls
    report = together(master_secret, unwritten, exercise.prf, unwritten, unwritten)
    assert report.right and "my_p_hash, my_key_block, my_partition" in str(report)
    report = together(master_secret, own_p_hash, *[unwritten] * 3)
    assert report.right and "my_p_hash" not in str(report)
    wrong = next(iter(exercise.P_HASH_MISTAKES.values()))
    assert not together(master_secret, wrong, *[unwritten] * 3).right


# ---- two mistakes at once


def test_an_order_and_sizes_that_are_wrong_are_all_named(judged):
    def mine(suite, key_block):
        parts, at = {}, 0
        mac = 20 if "CBC" in suite else 0
        for side in ("client", "server"):
            for kind, size in (("MAC_key", mac), ("key", 16 if "128" in suite else 32)):
                parts[f"{side}_write_{kind}"] = key_block[at : at + size]
                at += size
            iv = 0 if "CBC" in suite else 12
            parts[f"{side}_write_IV"] = key_block[at : at + iv]
            at += iv
        return parts

    found = judged(THIS.task("my_partition"), mine).findings
    begun = (
        "All of the client's parts",
        "GCM's IVs have 12 bytes",
        "CBC suites have MAC keys of 20",
    )
    assert [one.startswith(begun) for one in found] == [True] * 3, found


def test_blocks_that_are_wrong_and_not_cut_are_both_named(judged):
    def mine(hash_name, secret, seed, length):
        a, output = seed, b""
        while len(output) < length:
            output += hmac.digest(secret, a + seed, hash_name)
            a = hmac.digest(secret, a, hash_name)
        return output

    found = judged(THIS.task("my_p_hash"), mine).findings
    assert found[0].startswith("Too many bytes") and found[1].startswith("Your first block")
