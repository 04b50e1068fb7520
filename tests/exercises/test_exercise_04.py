"""Exercise 04: each task's right answer, its mistakes, and its place in a live handshake."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, check, server_key_exchange_live
from tlskit.exercises.server_key_exchange_apart import APART, cut_at, taken_apart
from tlskit.exercises.server_key_exchange_mistakes import (
    RAISED,
    RIGHT_VERIFY,
    VERIFYING,
    verified_by,
    verifier,
)
from tlskit.exercises.server_key_exchange_signing import (
    digitally_signed,
    loaded,
    read,
    right_sign,
    to_sign,
)
from tlskit.exercises.server_key_exchange_signing_mistakes import RAISED as RAISED_BY_KEYS
from tlskit.exercises.server_key_exchange_signing_mistakes import SIGNING, sha256_always
from tlskit.lesson import lesson_random
from tlskit.messages import ServerKeyExchange
from tlskit.presentation import decode
from tlskit.signatures import HASHES

THIS = assignment("04_server_key_exchange")
TASKS = [one for one in THIS.tasks if one.live]
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
    assert (THIS.max_points, len(TASKS)) == (22, 3)


@pytest.mark.parametrize("always", ["", "decrypt_error", "illegal_parameter", "decode_error"])
def test_the_same_answer_to_all_earns_nothing(judged, always):
    report = judged(THIS.task("my_verify"), lambda *_: always)
    assert not report.right and report.points == 0, report


def test_every_part_has_something_to_believe_and_something_to_refuse():
    for seed in "abc":
        answers = {}
        for case in THIS.task("my_verify").cases(lesson_random(seed)):
            answers.setdefault(case.part, set()).add(bool(RIGHT_VERIFY(*case.arguments)))
        assert all(len(both) == 2 for both in answers.values()), answers


# ---- signatures are judged by what they were made over


def test_another_signature_over_the_right_bytes_is_right(judged):
    def hashed_by_hand(scheme, pem, client, server, params):
        key, content = loaded(pem), to_sign(client, server, params)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            return right_sign(scheme, pem, client, server, params)
        digest = hashes.Hash(HASHES[scheme])
        digest.update(content)
        signature = key.sign(digest.finalize(), ec.ECDSA(utils.Prehashed(HASHES[scheme])))
        return digitally_signed(scheme, signature)

    assert judged(THIS.task("my_sign"), hashed_by_hand).right


def test_a_result_that_cannot_be_read_is_wrong(judged):
    for junk in (b"", b"\x04", bytes(300)):
        report = judged(THIS.task("my_sign"), lambda *_, junk=junk: junk)
        assert not report.right and report.points == 0


def test_a_part_earns_its_share(judged):
    def only_rsa(scheme, pem, client, server, params):
        made = right_sign(scheme, pem, client, server, params)
        return made if isinstance(loaded(pem), rsa.RSAPrivateKey) else made[:-1]

    report = judged(THIS.task("my_sign"), only_rsa)
    assert report.points == 2.5
    assert "The entry 'what stands before the signature' is wrong" in report.findings[0], report


def test_an_error_in_reading_our_own_result_gets_out():
    broken = replace(THIS.task("my_sign"), read=lambda value, *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        check(broken, lambda *_: b"")


def test_what_is_read_says_over_what_and_by_which_rule():
    for case in THIS.task("my_sign").cases(lesson_random("a")):
        for wrong, name in (
            ("You hash first and", "hashed first"),
            ("The server's random stands", "the server's random first"),
        ):
            mistake = next(SIGNING[one] for one in SIGNING if one.startswith(wrong))
            found = read(mistake(*case.arguments), *case.arguments)
            assert found["what is signed"] == name


def test_two_mistakes_at_once_are_both_named(judged):
    def swapped_with_sha256(scheme, pem, client, server, params):
        key, content = loaded(pem), to_sign(server, client, params)
        return digitally_signed(scheme, sha256_always(scheme, key, content) or key.sign(content))

    report = judged(THIS.task("my_sign"), swapped_with_sha256)
    starts = ("The server's random stands", "The hash is SHA-256 whatever")
    assert set(report.findings) == {one for one in SIGNING if one.startswith(starts)}

    def unchecked_with_its_length(body):
        end = 4 + body[3]
        return cut_at(body, end, 2)

    report = judged(THIS.task("my_take_apart"), unchecked_with_its_length)
    starts = ("The signature begins with its own length", "You do not compare the length")
    assert {one for one in APART if one.startswith(starts)} <= set(report.findings)


# ---- mistakes that no result shows


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_errors_of_the_library_are_named(judged, seed):
    def as_rsa(scheme, pem, client, server, params):
        hash_ = HASHES.get(scheme, hashes.SHA256())
        return loaded(pem).sign(client + server + params, ec.ECDSA(hash_))

    found, line = judged(THIS.task("my_sign"), as_rsa, seed).findings
    assert found == RAISED_BY_KEYS["TypeError"] and "my_sign raised TypeError" in line

    def unguarded(body, certificate, client, server, groups, schemes):
        said = RIGHT_VERIFY(body, certificate, client, server, groups, schemes)
        if said == "decrypt_error":
            key = loaded_key(certificate)
            key.verify(bytes(64), b"", *told(key))
        return said

    found, line = judged(THIS.task("my_verify"), unguarded, seed).findings
    assert found == RAISED["InvalidSignature"] and "my_verify raised InvalidSignature" in line


def loaded_key(certificate):
    return x509.load_der_x509_certificate(certificate).public_key()


def told(key):
    if isinstance(key, rsa.RSAPublicKey):
        return padding.PKCS1v15(), hashes.SHA256()
    return (ec.ECDSA(hashes.SHA256()),) if isinstance(key, ec.EllipticCurvePublicKey) else ()


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_other_alerts_than_those_of_the_table_are_named(judged, seed):
    def always(word):
        return lambda *arguments: RIGHT_VERIFY(*arguments) and word

    report = judged(THIS.task("my_verify"), always("decrypt_error"), seed)
    parts = report.findings[0].partition("look at ")[2].rstrip(".").split(", ")
    assert set(parts) == {"what was offered", "lengths"}
    report = judged(THIS.task("my_verify"), always("wrong_signature"), seed)
    assert "'wrong_signature' is the name of no alert" in report.findings[0]


def type_first(body, *known):
    return "illegal_parameter" if body[0] != 3 else RIGHT_VERIFY(body, *known)


def offers_last(*arguments):
    return verifier(scheme=lambda *_: True)(*arguments) or RIGHT_VERIFY(*arguments)


@pytest.mark.parametrize(
    "other_order, part", [(type_first, "lengths"), (offers_last, "what was offered")]
)
def test_another_order_of_the_questions_is_named(judged, other_order, part):
    for seed in ("a term", "another term"):
        report = judged(THIS.task("my_verify"), other_order, seed)
        assert report.points < 6 and report.findings[0].endswith(f"look at {part}."), report


def test_a_length_before_the_scheme_is_named_whatever_the_length_is(judged):
    def swapped(scheme, pem, client, server, params):
        key, content = loaded(pem), to_sign(client, server, params)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            signature = key.sign(content, ec.ECDSA(HASHES[scheme]))
        else:
            signature = right_sign(scheme, pem, client, server, params)[4:]
        return len(signature).to_bytes(2) + scheme.to_bytes(2) + signature

    for _ in range(3):
        (found,) = judged(THIS.task("my_sign"), swapped).findings
        assert found.startswith("The length stands before the scheme")


# ---- live


@pytest.mark.parametrize("task", TASKS, **ids)
def test_the_right_one_stands_in_a_handshake_with_openssl(task):
    report = task.live(task.right)
    assert report.right and report.calls, report


@pytest.mark.parametrize("start", ["The server's random stands", "You sign the parameters without"])
def test_openssl_refuses_a_signature_over_other_bytes(start):
    wrong = next(SIGNING[one] for one in SIGNING if one.startswith(start))
    report = THIS.task("my_sign").live(wrong)
    assert report.verdict is Verdict.WRONG and "OpenSSL sent the alert" in report.findings[0]


def test_only_ed25519_wrong_is_said_with_its_key():
    wrong = next(SIGNING[one] for one in SIGNING if one.startswith("With Ed25519"))
    assert "With the ED25519 key" in THIS.task("my_sign").live(wrong).findings[0]


@pytest.mark.parametrize(
    "start, whom",
    [
        ("A verifier that always says yes", "a key of his own"),
        ("A verifier that always says yes", "yesterday's message"),
        ("You do not ask whether the group", "a curve that was not offered"),
        ("You do not ask whether the scheme", "a scheme that was not offered"),
    ],
)
def test_a_verifier_that_asks_too_little_believes_an_attacker(start, whom):
    wrong = next(VERIFYING[one] for one in VERIFYING if one.startswith(start))
    report = THIS.task("my_verify").live(wrong)
    assert report.verdict is Verdict.WRONG
    assert any(whom in one and one.endswith("was believed.") for one in report.findings), report


def test_a_verifier_that_raises_for_an_attacker_does_not_refuse_him():
    def raises(*arguments):
        if RIGHT_VERIFY(*arguments):
            raise InvalidSignature
        return ""

    report = THIS.task("my_verify").live(raises)
    assert report.verdict is Verdict.WRONG and len(report.findings) == 4
    assert all("my_verify raised InvalidSignature" in one for one in report.findings)


def test_a_verifier_without_the_randoms_refuses_an_honest_server():
    report = THIS.task("my_verify").live(verifier(content=lambda c, s, params: params))
    assert "OpenSSL with its RSA key: Our client sent the alert" in report.findings[0]


def test_errors_and_words_that_are_no_alerts_are_told():
    for task in TASKS:
        said = task.live(lambda *_: 1 // 0).findings[0]
        assert said.startswith(f"{task.name} raised ZeroDivisionError"), said
    assert (
        "'no' is the name of no alert" in THIS.task("my_verify").live(lambda *_: "no").findings[0]
    )


def test_a_length_that_is_said_not_to_fit_ends_the_handshake():
    said = THIS.task("my_take_apart").live(lambda body: None).findings[0]
    assert "Our client sent the alert decode_error" in said


def test_a_function_that_nobody_called_is_said(monkeypatch):
    monkeypatch.setattr(server_key_exchange_live, "Handed", Uncalled)
    for task in TASKS:
        report = task.live(lambda *_: pytest.fail("called"))
        assert report.verdict is Verdict.WRONG and "never called" in report.findings[0], task.name


class Uncalled(server_key_exchange_live.Handed):
    """Answers by itself, so that the learner's function is not called."""

    def __call__(self, *arguments):
        ours = {one.name: one.right for one in TASKS}
        return ours[repr(self)](*arguments)


def test_a_body_taken_apart_gives_what_our_decoder_gives():
    for case in THIS.task("my_take_apart").cases(lesson_random("a")):
        (body,) = case.arguments
        if (parts := taken_apart(body)) is None:
            with pytest.raises(Exception, match="decode_error"):
                decode(ServerKeyExchange, body)
            continue
        known = decode(ServerKeyExchange, body)
        assert (parts["group"], parts["public"]) == (known.named_curve, known.public)
        assert (parts["scheme"], parts["signature"]) == (known.signature_algorithm, known.signature)


def test_verified_by_the_key_alone_is_a_mistake_and_not_an_error():
    key = ec.generate_private_key(ec.SECP256R1())
    signature = key.sign(b"x", ec.ECDSA(hashes.SHA256()))
    assert verified_by(0x0804, key.public_key(), signature, b"x")
