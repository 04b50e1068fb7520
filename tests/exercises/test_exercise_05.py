"""Exercise 05: each task's right answer, its mistakes, and its place in a handshake."""

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment
from tlskit.exercises import client_key_exchange as exercise
from tlskit.exercises.client_key_exchange_live import NEVER_CALLED, encrypts_by_her, shaken
from tlskit.exercises.client_key_exchange_mistakes import (
    any_form,
    encrypted_for,
    shared_secret,
    version,
)
from tlskit.exercises.client_key_exchange_more import exchanged
from tlskit.labs.key_transport import ECDHE_SUITE
from tlskit.lesson import lesson_random
from tlskit.registry import NamedGroup
from tlskit.tls12 import CLIENT_STEPS

THIS = assignment("05_client_key_exchange")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_no_mistake_is_named_by_wrong_sentences_only_or_too_many(task, judged):
    for sentence, wrong in task.mistakes.items():
        assert len(judged(task, wrong, "a term").findings) <= 2, sentence


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    assert len(task.mistakes) >= 6
    nothing(task)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4
    assert len(REFLECTIONS) == 4


# ---- the inputs


@pytest.mark.parametrize("seed", ["one", "two"])
def test_some_secrets_begin_with_a_zero_byte_and_others_do_not(seed):
    cases = exercise.secret_cases(lesson_random(seed))
    zero = [exercise.shared_secret(*one.arguments)[0] == 0 for one in cases[:7]]
    assert zero == [False] * 4 + [True] * 3
    assert all(exercise.shared_secret(*one.arguments) is None for one in cases[7:])


def test_all_of_low_order_give_nothing_but_zeros():
    key = exercise.secret_cases(lesson_random("x"))[2].arguments[1]
    for public in exercise.LOW_ORDER:
        assert exercise.shared_secret("x25519", key, public) is None
        with pytest.raises(ValueError):
            load_der_private_key(key, None).exchange(X25519PublicKey.from_public_bytes(public))


# ---- mistakes that no result shows


def test_an_old_key_is_named(judged):
    kept = {}

    def mine(new_private_key, group, server_public):
        if group not in kept:
            kept[group] = new_private_key()
        return exchanged(lambda: kept[group], group, server_public)

    report = judged(THIS.task("my_exchange"), mine)
    assert exercise.NOT_A_NEW_KEY in report.findings, report


def test_a_second_new_key_is_not_the_first():
    for case in exercise.exchange_cases(lesson_random("x")):
        (new, *_) = case.anew()
        first, second = new(), new()
        assert first != second == new()
        (again, *_) = case.anew()
        assert again() == first


@pytest.mark.parametrize("bad", [b"", bytes(32)], ids=len)
def test_bytes_for_a_key_that_the_library_refuses_are_named(judged, bad):
    def mine(group, key, public):
        if group != "x25519" and public[0] != 4:
            return None
        return exercise.shared_secret(group, key, public) or bad

    report = judged(THIS.task("my_shared_secret"), mine)
    assert report.findings[0] == exercise.BYTES_FOR_A_BAD_KEY, report


@pytest.mark.parametrize("form", [2, 3])
def test_both_compressed_forms_are_asked(judged, form):
    def refuses_one(group, key, public):
        return (shared_secret if public[0] == form else any_form)(group, key, public)

    for seed in ("one", "two", "three"):
        assert not judged(THIS.task("my_shared_secret"), refuses_one, seed).right


def test_an_error_let_through_for_a_bad_key_is_named(judged):
    def mine(group, key, public):
        secret = exercise.shared_secret(group, key, public)
        if secret is None:
            raise ValueError("no")
        return secret

    report = judged(THIS.task("my_shared_secret"), mine)
    assert report.findings == (exercise.RAISED_FOR_A_BAD_KEY.format(error="ValueError"),)
    assert 0 < report.points < 5


@pytest.mark.parametrize("told", [None, "bad", ValueError("bad")], ids=repr)
def test_a_decryption_that_tells_is_named(judged, told):
    def mine(key, encrypted, offered, instead):
        secret = exercise.decrypted(key, encrypted, offered, instead)
        if secret[2:] != instead:
            return secret
        if isinstance(told, Exception):
            raise told
        return told

    report = judged(THIS.task("my_decrypt"), mine)
    assert "your server " in report.findings[0] and "question by question" in report.findings[0]
    assert report.points == 1


def test_bytes_of_her_own_in_place_of_those_handed_over_are_named(judged):
    def mine(key, encrypted, offered, instead):
        secret = exercise.decrypted(key, encrypted, offered, instead)
        return secret[:2] + os.urandom(46) if secret[2:] == instead else secret

    assert judged(THIS.task("my_decrypt"), mine).findings[0] == exercise.OWN_RANDOM


def test_what_is_wrong_in_a_body_is_named_by_its_place(judged):
    def mine(offered, negotiated, random, certificate):
        body = exercise.rsa_body(offered, negotiated, random, certificate)
        return b"\x07" + body

    (found,) = judged(THIS.task("my_rsa_body"), mine).findings
    assert "'before the ciphertext' is wrong" in found


def test_both_ways_of_the_rfc_with_a_wrong_version_are_right(judged):
    def recommended(key, encrypted, offered, instead):
        held = load_der_private_key(key, None).decrypt(encrypted, padding.PKCS1v15())
        return offered.to_bytes(2, "big") + (held[2:] if len(held) == 48 else instead)

    assert judged(THIS.task("my_decrypt"), recommended).right


# ---- with OpenSSL


@pytest.mark.parametrize("task", TASKS, **ids)
def test_ours_shakes_hands_with_openssl(task):
    report = task.live(task.right)
    assert report.right, report
    assert any(call.name.endswith("_client_key_exchange") for call in report.calls)


WRONG = {
    "my_rsa_body": "The padding is OAEP. It",
    "my_shared_secret": "A leading zero of the x-coordinate is gone",
    "my_exchange": "The secret is hashed",
    "my_decrypt": "You always go on",
}


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_wrong_one_is_refused_and_that_is_said(task):
    wrong = next(v for k, v in task.mistakes.items() if k.startswith(WRONG[task.name]))
    report = task.live(wrong)
    assert report.verdict is Verdict.WRONG
    assert any("sent the alert bad_record_mac" in one for one in report.findings), report


def test_a_decryption_that_tells_is_told_apart():
    def mine(key, encrypted, offered, instead):
        secret = exercise.decrypted(key, encrypted, offered, instead)
        return None if secret[2:] == instead else secret

    report = THIS.task("my_decrypt").live(mine)
    assert report.verdict is Verdict.WRONG and "Whoever sent it sees" in str(report), report


def test_two_new_keys_do_not_meet_openssls():
    wrong = next(
        v for k, v in THIS.task("my_exchange").mistakes.items() if k.startswith("You took")
    )
    report = THIS.task("my_exchange").live(wrong)
    assert report.verdict is Verdict.WRONG and "bad_record_mac" in str(report), report


def test_an_error_of_hers_is_said_of_her_function():
    def my_rsa_body(*_):
        raise KeyError("x")

    assert "my_rsa_body raised KeyError" in str(encrypts_by_her(my_rsa_body))


def test_a_function_that_was_never_called_is_said():
    report = shaken(
        "x", ECDHE_SUITE, NamedGroup.x25519, CLIENT_STEPS.send_client_key_exchange, used=[]
    )
    assert report.findings == (NEVER_CALLED,) and report.verdict is Verdict.WRONG


# ---- two mistakes at once


def test_a_length_and_a_version_that_are_wrong_are_both_named(judged):
    def mine(offered, negotiated, random, certificate):
        encrypted = encrypted_for(certificate, version(negotiated) + random)
        return len(encrypted).to_bytes(3, "big") + encrypted

    found = judged(THIS.task("my_rsa_body"), mine).findings
    assert found[0].startswith("The length before the ciphertext has 3 bytes")
    assert found[1].startswith("The secret begins with the version that was negotiated")
    assert len(found) == 2


def test_a_body_and_a_secret_that_are_wrong_are_both_named(judged):
    def mine(new_private_key, group, server_public):
        made = exchanged(new_private_key, group, server_public)
        return {"body": made["body"][1:], "pre_master_secret": made["pre_master_secret"][::-1]}

    found = judged(THIS.task("my_exchange"), mine).findings
    assert found[0].startswith("The body lacks the length")
