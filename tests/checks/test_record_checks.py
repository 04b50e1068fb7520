"""The checks of lesson 07: each likely mistake gets its own sentence, and none the answer."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.checks import lesson_07 as check
from tlskit.checks.lesson_07 import (
    ADDITIONAL_DATA_MISTAKES,
    COUNTED,
    NONCE_MISTAKES,
    NUMBER_MISTAKES,
    OPEN_MISTAKES,
    REPEATED,
    SEALED_WRONG,
    SIZE,
)
from tlskit.checks.report import Verdict
from tlskit.labs.record_protection import CBC, CHACHA, GCM, recorded_finished
from tlskit.tls12.record_protection import additional_data


def right_nonce(salt, explicit):
    return salt + explicit


def my_open(key, salt, number, record, *, counted=None, more=-16, explicit=None):
    """The right way, unless told otherwise."""
    nonce, rest = salt + (explicit or record[5:13]), record[13:]
    number = number if counted is None else counted
    return AESGCM(key).decrypt(
        nonce, rest, additional_data(number, record[0], 0x0303, len(rest) + more)
    )


@pytest.mark.parametrize("sentence", NONCE_MISTAKES)
def test_each_wrong_nonce_is_named(sentence):
    report = check.nonce(NONCE_MISTAKES[sentence])
    assert report.verdict is Verdict.WRONG and sentence in report.findings


@pytest.mark.parametrize("sentence", ADDITIONAL_DATA_MISTAKES)
def test_each_wrong_additional_data_is_named(sentence):
    report = check.additional_data(ADDITIONAL_DATA_MISTAKES[sentence])
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


WRONG_WAYS = (
    lambda key, salt, number, record: my_open(key, salt, number, record, more=8),
    lambda key, salt, number, record: my_open(key, salt, number, record, more=0),
    lambda key, salt, number, record: my_open(key, salt, number, record, more=-8),
    lambda key, salt, number, record: AESGCM(key).decrypt(salt + record[5:13], record[13:], b""),
    lambda key, salt, number, record: my_open(key, salt, number, record, counted=0),
    lambda key, salt, number, record: my_open(
        key, salt, number, record, counted=int.from_bytes(record[5:13], "big")
    ),
    lambda key, salt, number, record: my_open(
        key, salt, number, record, explicit=number.to_bytes(8, "big")
    ),
)


@pytest.mark.parametrize(
    ("sentence", "wrong"), list(zip(OPEN_MISTAKES, WRONG_WAYS, strict=True)), ids=range(7)
)
def test_each_wrong_way_to_open_is_named_though_the_library_says_nothing(sentence, wrong):
    report = check.opening(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_a_mistake_nobody_knows_is_met_with_where_to_look():
    report = check.opening(lambda key, salt, number, record: my_open(key, salt, number, record[1:]))
    assert report.findings == (check.INVALID,)


def test_what_is_right_is_right():
    assert check.nonce(right_nonce).right
    assert check.additional_data(additional_data).right
    assert check.opening(my_open).right


def unwritten(*_):
    raise NotImplementedError


def test_what_is_not_written_raises_or_returns_something_else_is_said():
    for judge in (check.nonce, check.additional_data, check.opening):
        assert judge(unwritten).verdict is Verdict.NOT_WRITTEN
        assert "None: is a `return` missing?" in str(judge(lambda *_: None))
    assert "KeyError" in str(check.opening(lambda *_: {}["key"]))
    shorter = check.opening(lambda *case: my_open(*case)[4:])
    assert shorter.findings == ("It opens, but what it returns is not the content.",)


@pytest.mark.parametrize("suite", [GCM, CHACHA, CBC], ids=["gcm", "chacha", "cbc"])
def test_the_wrong_sizes_are_wrong_and_name_neither_the_right_one(suite):
    right = recorded_finished(suite).fragment_size
    wrong = check.wrong_sizes(suite)
    assert right not in wrong and right + 5 in wrong and 16 in wrong
    assert all(str(right) not in sentence.split() for sentence in wrong.values())
    assert recorded_finished(CBC, encrypt_then_mac=True).fragment_size in check.wrong_sizes(CBC)


@pytest.mark.parametrize("sentence", NUMBER_MISTAKES)
def test_each_wrong_number_is_named(sentence):
    report = check.number(NUMBER_MISTAKES[sentence])
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_the_number_that_the_record_claims_is_right_and_its_bytes_are_not():
    assert check.number(lambda _, explicit: int.from_bytes(explicit, "big")).right
    assert not check.number(lambda _, explicit: explicit).right


def sealed(keys, number, kind, content, explicit, more=0, at=0):
    """The right way, unless told otherwise."""
    associated = additional_data(number + at, kind, 0x0303, len(content) + more)
    return explicit + AESGCM(keys.key).encrypt(keys.iv + explicit, content, associated)


@pytest.mark.parametrize(
    ("finding", "wrong"),
    [
        (SIZE, lambda k, n, t, c, random: sealed(k, n, t, c, random(8))[8:]),
        (SEALED_WRONG, lambda k, n, t, c, random: sealed(k, n, t, c, random(8), more=16)),
        (SEALED_WRONG, lambda k, n, t, c, random: sealed(k, n, t, c, random(8), at=1)),
        (REPEATED, lambda k, n, t, c, random: sealed(k, n, t, c, b"constant")),
        (COUNTED, lambda k, n, t, c, random: sealed(k, n, t, c, n.to_bytes(8, "big"))),
    ],
)
def test_each_wrong_way_to_seal_is_named(finding, wrong):
    report = check.sealing(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (finding,)


def test_an_explicit_nonce_of_ones_own_seals():
    counting_down = (2**64 - 1).__sub__
    assert check.sealing(
        lambda k, n, t, c, random: sealed(k, n, t, c, counting_down(n).to_bytes(8, "big"))
    ).right
