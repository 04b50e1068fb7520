"""Exercise 01: each task's right answer, its mistakes, and OpenSSL's word on both."""

from dataclasses import replace

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, check
from tlskit.exercises.client_hello import to_be_read
from tlskit.exercises.client_hello_mistakes import alpn, written
from tlskit.exercises.hello_misread import CLIENT, CLIENT_SLIPS
from tlskit.exercises.hello_reader import BROUGHT_DOWN, RULES, reading
from tlskit.lesson import lesson_random
from tlskit.registry import is_grease

THIS = assignment("01_client_hello")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
READ = THIS.task("my_decode_client_hello")
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
@pytest.mark.parametrize("seed", ["a third", "a fourth"])
def test_a_mistake_is_named_by_its_own_sentence_alone(task, judged, seed):
    for sentence, wrong in task.mistakes.items():
        found = judged(task, wrong, seed).findings
        assert set(found) == {sentence}, (sentence, found)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    assert len(task.mistakes) >= 12
    nothing(task)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4
    assert len(REFLECTIONS) == 4


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_two_readers_agree_on_every_hello(seed):
    cases = to_be_read(lesson_random(seed))
    ours = [READ.right(case.arguments[0]) for case in cases]
    walked = [reading(CLIENT)(case.arguments[0]) for case in cases]
    assert [one is None for one in ours] == [one is None for one in walked]
    again = [written(one) for one in ours if one]
    assert again == [case.arguments[0] for case, one in zip(cases, ours, strict=True) if one]
    assert sum(one is None for one in ours) == 10


# ---- hers, written by hand


def vector(content, size):
    return len(content).to_bytes(size, "big") + content


def own_alpn(protocols):
    names = b"".join(vector(one.encode("ascii"), 1) for one in protocols)
    return b"\x00\x10" + vector(vector(names, 2), 2)


def own_encode(hello):
    suites = b"".join(one.to_bytes(2, "big") for one in hello["cipher_suites"])
    body = hello["client_version"].to_bytes(2, "big") + hello["random"]
    body += vector(hello["session_id"], 1) + vector(suites, 2)
    body += vector(bytes(hello["compression_methods"]), 1)
    if hello["extensions"] is not None:
        found = [number.to_bytes(2, "big") + vector(x, 2) for number, x in hello["extensions"]]
        body += vector(b"".join(found), 2)
    return b"\x01" + vector(body, 3)


def careless(message):
    """Read without any check, as a first version would."""
    at = 4 + 2 + 32
    hello = {
        "client_version": int.from_bytes(message[4:6], "big"),
        "random": message[6:38],
        "session_id": message[at + 1 : at + 1 + message[at]],
    }
    at += 1 + message[at]
    end = at + 2 + int.from_bytes(message[at : at + 2], "big")
    pairs = range(at + 2, end, 2)
    hello["cipher_suites"] = [int.from_bytes(message[x : x + 2], "big") for x in pairs]
    at = end + 1 + message[end]
    hello["compression_methods"] = list(message[end + 1 : at])
    hello["extensions"] = None if at == len(message) else []
    at += 2
    while at < len(message):
        number, size = (int.from_bytes(message[x : x + 2], "big") for x in (at, at + 2))
        hello["extensions"].append([number, message[at + 4 : at + 4 + size]])
        at += 4 + size
    return hello


OWN = {
    "my_alpn": own_alpn,
    "my_encode_client_hello": own_encode,
    "my_decode_client_hello": lambda message: reading(CLIENT)(message),
}


@pytest.mark.parametrize("task", TASKS[:2], **ids)
def test_an_answer_without_tlskit_is_right_and_ours_is_no_answer(task):
    assert check(task, OWN[task.name], "a term").right
    report = check(task, task.right, "a term")
    assert "tlskit's own" in report.findings[0] and report.points == 0


def test_who_checks_nothing_gets_the_points_for_reading_and_every_rule_named(judged):
    for seed in ("a term", "another term"):
        report = judged(READ, careless, seed)
        assert report.points == 4, report
        assert {RULES["header"], RULES["session_id"], RULES["cipher_suites"]} < set(report.findings)
        assert RULES["compression_methods"] in report.findings
        assert RULES["bounds"] in report.findings


def test_a_slip_is_named_although_nothing_is_checked(judged):
    def slipping(message):
        hello = careless(message)
        hello["cipher_suites"] = [one for one in hello["cipher_suites"] if not is_grease(one)]
        return hello

    found = judged(READ, slipping, "a term").findings
    assert next(one for one in CLIENT_SLIPS if "GREASE" in one) in found


def test_an_error_inside_a_broken_hello_is_named(judged):
    def stumbling(message):
        hello = reading(CLIENT)(message)
        if hello is None:
            return [][0]
        return hello

    assert judged(READ, stumbling).findings == (BROUGHT_DOWN.format(errors="IndexError"),)


def test_an_unknown_difference_has_its_field_named(judged):
    def other_random(hello):
        return own_encode(hello | {"random": bytes(32)})

    assert "in random" in str(judged(THIS.task("my_encode_client_hello"), other_random))


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_several_mistakes_in_the_bytes_are_named_together(judged, seed):
    def body_alone(hello):
        return own_encode(hello | {"extensions": hello["extensions"] or []})[4:]

    def two_fields(hello):
        changed = {"compression_methods": [0], "cipher_suites": sorted(hello["cipher_suites"])}
        return own_encode(hello | changed)

    for mine, begins in (
        (body_alone, ("This is the body", "Without extensions (None)")),
        (two_fields, ("compression_methods is 01 00", "The suites came out sorted")),
    ):
        found = judged(THIS.task("my_encode_client_hello"), mine, seed).findings
        assert len(found) == 2
        assert all(any(one.startswith(begin) for one in found) for begin in begins), found


# ---- with OpenSSL


@pytest.mark.parametrize("task", TASKS, **ids)
def test_ours_opens_a_handshake(task):
    for mine in (task.right, OWN[task.name]):
        report = task.live(mine)
        assert report.right and report.calls, report


REFUSED = {
    "my_alpn": ("One length is missing", "decode_error"),
    "my_encode_client_hello": ("The suites lack", "decode_error"),
    "my_decode_client_hello": ("The session ID is passed over", "alert"),
}


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_wrong_one_is_refused_and_that_is_said(task):
    begin, word = REFUSED[task.name]
    wrong = next(v for k, v in task.mistakes.items() if k.startswith(begin))
    report = task.live(wrong)
    assert report.verdict is Verdict.WRONG and word in str(report), report


@pytest.mark.parametrize("task", TASKS, **ids)
def test_every_mistake_live_gets_a_report(task):
    verdicts = [task.live(wrong).verdict for wrong in task.mistakes.values()]
    assert Verdict.WRONG in verdicts


def test_a_list_without_the_protocol_is_told(monkeypatch):
    report = THIS.task("my_alpn").live(lambda names: alpn(["h2", "h3"]))
    assert report.verdict is Verdict.WRONG and "chose no protocol" in str(report)


def test_errors_and_wrong_types_are_said_of_her_function():
    def my_alpn(names):
        raise KeyError("x")

    assert "my_alpn raised KeyError" in str(THIS.task("my_alpn").live(my_alpn))
    for name in ("my_alpn", "my_encode_client_hello", "my_decode_client_hello"):
        report = THIS.task(name).live(lambda given: 5)
        assert report.verdict is Verdict.WRONG and "returned a int" in str(report), report
    report = READ.live(lambda message: None)
    assert "returned None" in str(report)


def test_a_function_that_was_never_called_is_said(monkeypatch):
    from tlskit import tls12
    from tlskit.exercises import client_hello_live as live

    step = live.Step(own_encode, live.written_by)
    monkeypatch.setattr(step, "sends", tls12.CLIENT_STEPS.send_client_hello)
    report = live.opened(step, live.openssl_server(), "well")
    assert report.verdict is Verdict.WRONG and "never called" in str(report)
    assert replace(report, findings=()).calls
