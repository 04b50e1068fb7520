"""Exercise 07: each task's right answer, its mistakes, and every record of talks with OpenSSL."""

import hmac
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment
from tlskit.exercises import record_protection_cases as cases
from tlskit.exercises import record_protection_cbc as cbc
from tlskit.exercises import record_protection_cbc_mistakes as cbc_mistakes
from tlskit.exercises import record_protection_mistakes as gcm
from tlskit.tls12.record_protection import additional_data

THIS = assignment("07_record_protection")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
SEEDS = ("a term", "another term")
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    nothing(task)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_mistake_is_named_by_its_sentence_alone(task, judged):
    for sentence, wrong in task.mistakes.items():
        assert judged(task, wrong, "a term").findings == (sentence,)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4 == 27
    assert len(REFLECTIONS) == 5


@pytest.mark.parametrize("name", ["my_unprotect_gcm", "my_unprotect_cbc"])
def test_who_opens_nothing_or_says_one_thing_to_all_earns_nothing(judged, name):
    for answer in (None, b""):
        report = judged(THIS.task(name), lambda *_, answer=answer: answer, "a term")
        assert report.points == 0 and "returns the same whatever it is given" in str(report)
        assert (cases.NOTHING_OPENS in report.findings) == (answer is None)


# ---- as a learner writes it


def open_gcm(key, salt, number, kind, version, fragment):
    header = struct.pack(">QBHH", number, kind, version, len(fragment) - 24)
    return AESGCM(key).decrypt(salt + fragment[:8], fragment[8:], header)


def open_gcm_without_number(key, salt, number, kind, version, fragment):
    header = struct.pack(">QBHH", 0, kind, version, max(len(fragment) - 24, 0))
    return AESGCM(key).decrypt(salt + fragment[:8], fragment[8:], header)


def open_gcm_somehow(key, salt, number, kind, version, fragment):
    return AESGCM(key).decrypt(salt + bytes(8), fragment[8:].ljust(16), b"something")


def open_gcm_with_salt(key, salt, number, kind, version, fragment):
    return AESGCM(key).decrypt(salt, fragment, b"")


def open_cbc(hash_name, mac_key, key, number, kind, version, fragment):
    decryptor = Cipher(algorithms.AES(key), modes.CBC(fragment[:16])).decryptor()
    plaintext = decryptor.update(fragment[16:]) + decryptor.finalize()
    padding = plaintext[-1]
    if plaintext[-padding - 1 :] != bytes([padding]) * (padding + 1):
        return None
    size = hmac.new(mac_key, b"", hash_name).digest_size
    content, mac = plaintext[: -padding - 1 - size], plaintext[-padding - 1 - size : -padding - 1]
    covered = additional_data(number, kind, version, len(content)) + content
    return content if hmac.digest(mac_key, covered, hash_name) == mac else None


def open_cbc_with_iv_at(start):
    def opened(hash_name, mac_key, key, number, kind, version, fragment):
        if len(fragment) < 64 or len(fragment) % 16:
            return None
        decryptor = Cipher(algorithms.AES(key), modes.CBC(fragment[:16])).decryptor()
        return decryptor.update(fragment[start:]) + decryptor.finalize()

    return opened


@pytest.mark.parametrize("seed", SEEDS)
def test_errors_let_out_are_named(judged, seed):
    task = THIS.task("my_unprotect_gcm")
    not_caught = cases.NOT_CAUGHT.format(error="InvalidTag")
    report = judged(task, open_gcm, seed)
    assert report.findings == (not_caught, cases.TOO_SHORT.format(error="error"))
    zero = next(sentence for sentence in gcm.WAYS if "number 0" in sentence)
    assert judged(task, open_gcm_without_number, seed).findings[::2] == (not_caught, zero)
    report = judged(task, open_gcm_somehow, seed)
    assert report.findings == (not_caught, cases.REFUSES_GENUINE) and report.points == 0
    assert judged(task, open_gcm_with_salt, seed).findings == (cases.NONCE_SIZE,)
    report = judged(THIS.task("my_unprotect_cbc"), open_cbc, seed)
    assert report.findings == (cases.TOO_SHORT.format(error="ValueError"),)
    assert report.points == 4.8


@pytest.mark.parametrize("seed", SEEDS)
def test_an_empty_answer_to_what_does_not_open_is_named(judged, seed):
    def empty_if_changed(*given):
        opened = gcm.unprotect_gcm(*given)
        return b"" if opened is None and len(given[-1]) >= 24 else opened

    def empty_if_padding_is_wrong(hash_name, mac_key, key, number, kind, version, fragment):
        given = (hash_name, mac_key, key, number, kind, version, fragment)
        size = hmac.new(mac_key, b"", hash_name).digest_size
        if len(fragment) <= 16 + size or len(fragment) % 16:
            return None
        plaintext = cbc.decrypted(key, fragment[:16], fragment[16:])
        return b"" if cbc.cut(plaintext, size) is None else cbc.unprotect_cbc(*given)

    report = judged(THIS.task("my_unprotect_gcm"), empty_if_changed, seed)
    assert report.findings == (gcm.NOTHING_IS_EMPTY,)
    report = judged(THIS.task("my_unprotect_cbc"), empty_if_padding_is_wrong, seed)
    assert report.findings == (gcm.NOTHING_IS_EMPTY,)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_library_refuses_is_named(judged, seed):
    no_salt = judged(
        THIS.task("my_protect_gcm"), lambda key, salt, *_: AESGCM(key).encrypt(salt, b"", b""), seed
    )
    assert no_salt.findings == (cases.NONCE_SIZE,)
    cut_wrongly = open_cbc_with_iv_at(17)
    assert judged(THIS.task("my_unprotect_cbc"), cut_wrongly, seed).findings == (cases.PIECES,)
    one_less = cbc.Way(pad=lambda length: cbc.pad(length)[1:]).seal
    assert judged(THIS.task("my_protect_cbc"), one_less, seed).findings == (cases.NOT_WHOLE,)


# ---- live


@pytest.mark.parametrize("task", TASKS, **ids)
def test_openssl_takes_what_is_right(task):
    report = task.live(task.right)
    assert report.right and report.calls and report.order, report
    assert ("a copy of OpenSSL's last record" in str(report)) == ("unprotect" in task.name)


@pytest.mark.parametrize(
    "task, wrong, said",
    [
        ("my_protect_gcm", gcm.fixed_explicit, "the same explicit nonce"),
        ("my_protect_gcm", gcm.WAYS[gcm.COUNTED_TAG].protect, "OpenSSL sent the alert bad_record"),
        ("my_unprotect_gcm", gcm.WAYS[gcm.COUNTED_TAG].open, "Our server sent the alert bad_rec"),
        (
            "my_protect_cbc",
            cbc_mistakes.WAYS[cbc_mistakes.PKCS7].seal,
            "OpenSSL sent the alert bad_record_mac",
        ),
        ("my_unprotect_cbc", cbc_mistakes.WAYS[cbc_mistakes.PKCS7].open, "alert bad_record_mac"),
        ("my_unprotect_gcm", gcm.unchecked, "opened the copy too"),
        ("my_unprotect_cbc", cbc.Way(compared=False).open, "opened the copy too"),
        ("my_unprotect_gcm", open_gcm, "raised InvalidTag"),
    ],
)
def test_what_is_wrong_is_refused(task, wrong, said):
    report = THIS.task(task).live(wrong)
    assert report.verdict is Verdict.WRONG and said in str(report), report
