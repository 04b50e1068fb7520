"""The check of `master_secret` names each known mistake, and never the solution."""

import pytest

from tlskit import checks
from tlskit.checks import Verdict
from tlskit.checks import key_generation as task
from tlskit.tls12.key_schedule import master_secret as right
from tlskit.tls12.key_schedule import prf_sha256


def sentences(mine) -> str:
    report = checks.master_secret(mine)
    assert report.verdict is Verdict.WRONG
    return "\n".join(report.findings)


def test_the_right_answer_is_right():
    report = checks.master_secret(right)
    assert report.verdict is Verdict.RIGHT
    assert report.right


@pytest.mark.parametrize(
    ("sentence", "wrong"), task.MISTAKES.items(), ids=lambda x: getattr(x, "__name__", x)
)
def test_each_wrong_function_is_named_by_its_sentence_alone(sentence, wrong):
    assert checks.master_secret(wrong).findings == (sentence,)


@pytest.mark.parametrize(
    "label",
    [b"master_secret", b"Master Secret", b"master secret ", b"extended master secret", b""],
)
def test_a_wrong_label_is_named(label):
    def mine(prf, secret, client, server):
        return prf(secret, label, client + server, 48)

    said = sentences(mine)
    assert "label is wrong" in said
    assert repr(label) in said


@pytest.mark.parametrize("length", [32, 47, 49, 64])
def test_a_wrong_length_is_named_and_nothing_else(length):
    def mine(prf, secret, client, server):
        return prf(secret, b"master secret", client + server, length)

    report = checks.master_secret(mine)
    assert len(report.findings) == 1
    assert f"{length} bytes" in report.findings[0]


def test_two_mistakes_at_once_are_both_named():
    def mine(prf, secret, client, server):
        return prf(secret, b"master secret", server + client, 32)

    said = sentences(mine)
    assert "32 bytes" in said
    assert "order of the key expansion" in said


def test_a_hash_that_is_not_the_suites_is_named():
    def mine(prf, secret, client, server):
        return prf_sha256(secret, b"master secret", client + server, 48)

    assert "hash is not the suite's" in sentences(mine)


def test_an_unknown_mistake_gives_the_first_difference_and_not_the_byte():
    def mine(prf, secret, client, server):
        value = bytearray(right(prf, secret, client, server))
        value[7] ^= 1
        return bytes(value)

    said = sentences(mine)
    assert "first differ at byte 7 of 48" in said
    for case in task.cases():
        assert right(*case).hex()[14:16] not in said.replace("byte 7", "")


def test_unwritten_is_no_error():
    def mine(prf, pre_master_secret, client_random, server_random):
        raise NotImplementedError

    assert checks.master_secret(mine).verdict is Verdict.NOT_WRITTEN
    assert checks.against_openssl("master_secret", mine).verdict is Verdict.NOT_WRITTEN


def test_an_exception_is_shown_with_her_own_line():
    def mine(prf, pre_master_secret, client_random, server_random):
        return client_random + 1

    said = sentences(mine)
    assert "mine raised TypeError" in said
    assert "return client_random + 1" in said
    assert "value_of" not in said


def test_a_wrong_type_is_named_with_the_expected_one():
    said = sentences(lambda prf, secret, client, server: "text")
    assert "should return bytes, and returned a str" in said
    said = sentences(lambda prf, secret, client, server: None)
    assert "is a `return` missing?" in said


def test_too_few_parameters_are_an_answer_too():
    assert "raised TypeError" in sentences(lambda prf: b"")


def test_something_that_is_no_function_is_said():
    assert "is not a function" in sentences(b"bytes")


def test_the_solution_stands_in_no_sentence():
    texts = [*task.MISTAKES, task.WRONG_LABEL, task.WRONG_LENGTH, task.DIFFERENT]
    for text in texts:
        assert "client_random + server_random" not in text
        assert "master secret" not in text.replace("a master secret has 48", "")


# ---- the live judge


def test_openssl_accepts_the_right_answer():
    report = checks.against_openssl("master_secret", right)
    assert report.verdict is Verdict.RIGHT
    assert any(call.name == "generate_keys" for call in report.calls)


def test_openssl_refuses_swapped_randoms_with_bad_record_mac():
    report = checks.against_openssl("master_secret", task.swapped)
    assert report.verdict is Verdict.WRONG
    assert report.findings[0] == "OpenSSL sent the alert bad_record_mac."


def test_a_formula_that_was_never_called_is_said():
    report = checks.against_openssl(
        "master_secret", lambda *arguments: bytes(48), extended_master_secret=True
    )
    assert report.verdict is Verdict.WRONG
    assert "never called" in report.findings[0]


def test_a_formula_that_raises_is_named_with_its_signature():
    def mine(prf, pre_master_secret, client_random, server_random):
        return "text"

    report = checks.against_openssl("master_secret", mine)
    assert "mine returned str 'text'" in report.findings[0]
    assert "pre_master_secret: bytes" in report.findings[0]


def test_an_unknown_formula_lists_the_known():
    with pytest.raises(ValueError, match="master_secret"):
        checks.against_openssl("masters_ecret", right)


def test_a_report_is_safe_to_show():
    def mine(prf, pre_master_secret, client_random, server_random):
        raise ValueError("<script>alert(1)</script>")

    assert "<script>" not in checks.master_secret(mine)._repr_html_()
