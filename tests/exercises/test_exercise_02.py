"""Exercise 02: each task's right answer, its mistakes, and OpenSSL's word on both."""

from functools import partial

import pytest

from tlskit.alerts import Alert
from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, check
from tlskit.exercises import server_hello_live as live
from tlskit.exercises.hello_misread import SERVER
from tlskit.exercises.hello_reader import BROUGHT_DOWN, RULES, SERVER_RULES, reading
from tlskit.exercises.server_hello import NO_EXTENSIONS, NOTHING_COMMON
from tlskit.exercises.server_hello_answers import answered, settled, to_be_decoded
from tlskit.exercises.server_hello_cases import hellos
from tlskit.exercises.server_hello_choice import WAYS, choice
from tlskit.exercises.server_hello_words import OTHER_ALERTS
from tlskit.lesson import client_settings, lesson_random
from tlskit.registry import AlertDescription

THIS = assignment("02_server_hello")
TASKS = [one for one in THIS.tasks if one.live]
REFLECTIONS = [one for one in THIS.tasks if not one.live]
READ, SETTLE = THIS.task("my_decode_server_hello"), THIS.task("my_settled")
ids = dict(ids=lambda task: task.name)


@pytest.mark.parametrize("task", THIS.tasks, **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", TASKS, **ids)
@pytest.mark.parametrize("seed", ["a third", "a fourth", "a fifth"])
def test_a_mistake_is_named_by_its_own_sentence_alone(task, judged, seed):
    for sentence, wrong in task.mistakes.items():
        found = judged(task, wrong, seed).findings
        assert set(found) == {sentence}, (sentence, found)


@pytest.mark.parametrize("task", TASKS, **ids)
def test_stubs_and_pasted_results_earn_nothing(task, nothing):
    assert len(task.mistakes) >= 10
    nothing(task)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4
    assert len(REFLECTIONS) == 5


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_two_readers_agree_on_every_hello(seed):
    cases = to_be_decoded(lesson_random(seed))
    ours = [READ.right(case.arguments[0]) for case in cases]
    walked = [reading(SERVER)(case.arguments[0]) for case in cases]
    assert [one is None for one in ours] == [one is None for one in walked]
    again = [answered(one) for one in ours if one]
    assert again == [case.arguments[0] for case, one in zip(cases, ours, strict=True) if one]
    assert sum(one is None for one in ours) == 7


@pytest.mark.parametrize("seed", ["one", "two"])
def test_each_kind_of_answer_is_there(seed):
    said = [settled(*case.arguments) for case in hellos(lesson_random(seed))]
    alerts = sorted(one for one in said if isinstance(one, str))
    assert alerts.count("illegal_parameter") == 4 and len(alerts) == 7
    assert set(alerts) < set(AlertDescription.__members__)
    for key in ("resumed", "extended_master_secret", "secure_renegotiation"):
        assert {one[key] for one in said if isinstance(one, dict)} == {True, False}


# ---- hers, written by hand


def own_version(hello, known):
    listed = hello["supported_versions"]
    if listed is None:
        newest = min(hello["client_version"], 0x0303)
        common = [one for one in known if one <= newest]
    else:
        common = [one for one in known if one in listed]
    return max(common, default=0)


def own_choice(client, server):
    first, second = client["suites"], server["suites"]
    if server["order"] == "server":
        first, second = second, first
    group = ""
    for one in server["groups"]:
        if client["groups"] is None or one in client["groups"]:
            group = one
            break
    for suite in first:
        kind = "ecdsa" if "ECDSA" in suite else "rsa"
        if suite not in second or kind not in server["certificates"]:
            continue
        if "ECDHE" not in suite:
            return {"suite": suite, "certificate": kind, "group": ""}
        if group:
            return {"suite": suite, "certificate": kind, "group": group}
    return None


def own_settled(offer, answer):
    suite, answers = answer["cipher_suite"], answer["extensions"] or []
    if answer["server_version"] != offer["client_version"]:
        return "protocol_version"
    signal = suite in (0x00FF, 0x5600) or suite & 0x0F0F == 0x0A0A
    if suite not in offer["cipher_suites"] or signal or answer["compression_method"]:
        return "illegal_parameter"
    for number, body in answers:
        asked = number == 0xFF01 and 0x00FF in offer["cipher_suites"]
        if number not in offer["extensions"] and not asked:
            return "unsupported_extension"
        if number == 0xFF01 and body != b"\0":
            return "handshake_failure"
    numbers = [number for number, _ in answers]
    return {
        "resumed": bool(offer["session_id"]) and offer["session_id"] == answer["session_id"],
        "extended_master_secret": 23 in numbers,
        "secure_renegotiation": 0xFF01 in numbers,
    }


OWN = {
    "my_version": own_version,
    "my_choice": own_choice,
    "my_decode_server_hello": READ.right,
    "my_settled": own_settled,
}


@pytest.mark.parametrize("task", [one for one in TASKS if one is not READ], **ids)
def test_an_answer_without_tlskit_is_right_and_ours_is_no_answer(task):
    for seed in ("a term", "another term"):
        assert check(task, OWN[task.name], seed).right
    report = check(task, task.right, "a term")
    assert "tlskit's own" in report.findings[0] and report.points == 0


# ---- mistakes that no result shows


def test_errors_have_their_sentences(judged):
    def without_default(hello, known):
        return max([one for one in known if own_version(hello, [one])])

    assert judged(THIS.task("my_version"), without_default).findings == (NOTHING_COMMON,)

    def always_a_list(offer, answer):
        return own_settled(offer, answer | {"extensions": [*answer["extensions"]]})

    assert judged(SETTLE, always_a_list).findings == (NO_EXTENSIONS,)

    def stumbling(message):
        return READ.right(message) or {}[0]

    assert judged(READ, stumbling).findings == (BROUGHT_DOWN.format(errors="KeyError"),)


def test_every_rule_that_is_not_minded_is_named(judged):
    report = judged(READ, reading(SERVER, without=SERVER_RULES), "a term")
    assert report.points == 2
    assert {RULES["header"], RULES["session_id"]} < set(report.findings)


def test_words_that_are_no_alerts_and_other_keys_are_named(judged):
    def worded(offer, answer):
        found = settled(offer, answer)
        return "wrong suite" if found == "illegal_parameter" else found

    assert "'wrong suite' is the name of no alert" in judged(SETTLE, worded).findings[0]

    def other_keys(offer, answer):
        found = settled(offer, answer)
        return found if isinstance(found, str) else {"ems": found["extended_master_secret"]}

    assert "'ems'" in judged(SETTLE, other_keys).findings[0]

    def one_alert(offer, answer):
        found = settled(offer, answer)
        return "handshake_failure" if isinstance(found, str) else found

    assert OTHER_ALERTS in judged(SETTLE, one_alert).findings


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_several_ways_to_choose_wrongly_are_named_together(judged, seed):
    for ways in (
        {"certificate": "any", "group": "first", "transport_group": "any"},
        {"order": "server", "unsaid": "none", "transport_group": "common"},
        {"only_first": True, "group_order": "client"},
    ):
        wrong = partial(choice, **ways)
        found = judged(THIS.task("my_choice"), wrong, seed).findings
        assert set(found) == {name for name, way in WAYS.items() if way.items() <= ways.items()}


# ---- with OpenSSL


@pytest.mark.parametrize("task", TASKS, **ids)
def test_ours_shakes_hands_with_openssl(task):
    for mine in (task.right, OWN[task.name]):
        report = task.live(mine)
        assert report.right and report.calls, report


REFUSED = {
    "my_version": ("You go by client_version", "TLS 1.3 alone"),
    "my_choice": ("The certificate is not looked at", "OpenSSL sent the alert"),
    "my_decode_server_hello": ("The numbers are read with the last byte first", "the alert"),
    "my_settled": ("extended_master_secret is settled by the client's offer", "bad_record_mac"),
}


@pytest.mark.parametrize("task", TASKS, **ids)
def test_a_wrong_one_is_refused_and_that_is_said(task):
    begin, word = REFUSED[task.name]
    wrong = next(v for k, v in task.mistakes.items() if k.startswith(begin))
    report = task.live(wrong)
    assert report.verdict is Verdict.WRONG and word in str(report), report


def test_a_choice_without_a_common_group_is_refused_by_openssl():
    task = THIS.task("my_choice")
    wrong = next(v for k, v in task.mistakes.items() if k.startswith("ECDHE is taken without"))
    report = task.live(wrong)
    assert "OpenSSL sent the alert" in str(report) and "another curve" in str(report), report


def test_who_refuses_nothing_is_told():
    def taking(offer, answer):
        found = settled(offer, answer)
        settled_anyway = {"resumed": False, "extended_master_secret": True}
        return settled_anyway if isinstance(found, str) else found

    assert "it should have been refused" in str(SETTLE.live(taking))


@pytest.mark.parametrize("task", TASKS, **ids)
def test_errors_and_wrong_types_are_said_of_her_function(task):
    def my_function(*_):
        raise KeyError("x")

    my_function.__name__ = task.name
    assert f"{task.name} raised KeyError" in str(task.live(my_function))
    assert task.live(lambda *_: 5).verdict is Verdict.WRONG
    assert task.live(lambda *_: "no alert").verdict is Verdict.WRONG


def test_a_function_that_was_never_called_is_said():
    visits = live.Visits(own_settled)
    client = live.Connection(client_settings(), live.tls12.client(), visits.calls)
    visits.expect("plain", live.DONE, client, live.openssl_server("rsa"))
    assert "never called" in str(visits.report("well"))


def test_an_alert_is_one_of_the_table():
    assert isinstance(live.raised("decode_error", "hers"), Alert)
    with pytest.raises(TypeError, match="no alert"):
        live.raised("x", "hers")
