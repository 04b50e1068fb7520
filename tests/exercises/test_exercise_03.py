"""Exercise 03: each task's right answer, its mistakes, and its place before OpenSSL's servers."""

from datetime import datetime

import pytest
from cryptography import x509

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.certificate_faults import names_of
from tlskit.certificates import Trust, verify_chain
from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, certificate_live
from tlskit.exercises.certificate_chain_mistakes import CHAINS
from tlskit.exercises.certificate_chains import chains
from tlskit.exercises.certificate_mistakes import RAISED, may
from tlskit.exercises.certificate_verifiers import RIGHT_CHAIN, all_signers, verifier
from tlskit.exercises.task import Handed
from tlskit.faulty_pki import FAULTS
from tlskit.lesson import lesson_random

THIS = assignment("03_certificate")
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
    assert (THIS.max_points, len(TASKS)) == (20, 3)


@pytest.mark.parametrize("task", TASKS, **ids)
@pytest.mark.parametrize("always", [True, False, "", "bad_certificate", "unknown_ca"])
def test_the_same_answer_to_all_earns_nothing(task, judged, always):
    report = judged(task, lambda *_: always)
    assert not report.right and report.points == 0, report


@pytest.mark.parametrize("task", TASKS, **ids)
def test_every_part_has_answers_of_both_kinds(task):
    for seed in "abc":
        answers = {}
        for case in task.cases(lesson_random(seed)):
            answers.setdefault(case.part, set()).add(bool(task.right(*case.arguments)))
        assert all(len(both) == 2 for both in answers.values()), answers


# ---- against the verifier of the library


def test_the_whole_chain_is_judged_as_our_client_judges_it():
    for seed in "abcdef":
        for case in chains(lesson_random(seed)):
            chain, host, now, roots = case.arguments
            trust = Trust(tuple(map(x509.load_der_x509_certificate, roots)))
            try:
                verify_chain(chain, host, trust, datetime.fromisoformat(now))
                alert = ""
            except Alert as refusal:
                alert = refusal.description.name
            mine = RIGHT_CHAIN(*case.arguments)
            if case.part == "signatures and bytes" and alert == "unknown_ca":
                alert = "bad_certificate"  # a root's namesake: our client looks at key ids as well
            assert mine == alert, (seed, case.part)


# ---- mistakes that no result shows


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_errors_of_the_library_are_named(judged, seed):
    def unguarded(certificate, below):
        extensions = x509.load_der_x509_certificate(certificate).extensions
        basic = extensions.get_extension_for_class(x509.BasicConstraints).value
        return basic.ca and below <= basic.path_length

    report = judged(THIS.task("my_may_sign"), unguarded, seed)
    assert set(report.findings[:-1]) == {RAISED["ExtensionNotFound"], RAISED["TypeError"]}
    assert "my_may_sign raised " in report.findings[-1] and "at line" in report.findings[-1]

    def hoping(chain, host, now, roots):
        for child in map(x509.load_der_x509_certificate, chain):
            for one in map(x509.load_der_x509_certificate, [*chain, *roots]):
                if one.subject == child.issuer:
                    child.verify_directly_issued_by(one)
        return ""

    report = judged(THIS.task("my_verify_chain"), hoping, seed)
    assert set(report.findings[:-1]) == {RAISED["ValueError"], RAISED["InvalidSignature"]}


def other_words(word):
    return lambda *arguments: RIGHT_CHAIN(*arguments) and word


@pytest.mark.parametrize("seed", ["a term", "another term"])
def test_other_alerts_than_those_of_the_table_are_named(judged, seed):
    task = THIS.task("my_verify_chain")
    report = judged(task, other_words("bad_certificate"), seed)
    parts = report.findings[0].partition("look at ")[2].rstrip(".").split(", ")
    wanted = {"the way to a root", "dates", "who may sign", "what the leaf is for", "good chains"}
    assert set(parts) == wanted | {"the first of two faults"}, parts
    report = judged(task, other_words("wrong_name"), seed)
    assert "'wrong_name' is the name of no alert" in report.findings[0]


# ---- live


@pytest.mark.parametrize("task", TASKS, **ids)
def test_the_right_one_tells_the_servers_apart(task):
    report = task.live(task.right)
    assert report.right and report.calls, report


@pytest.mark.parametrize("task", TASKS, **ids)
def test_who_believes_all_or_none_is_not_right(task):
    yes, no = ("", "unknown_ca") if task.name == "my_verify_chain" else (True, False)
    assert task.live(lambda *_: yes).verdict is Verdict.WRONG
    refused = task.live(lambda *_: no)
    assert refused.verdict is Verdict.WRONG and "A good server" in refused.findings[0]


LIVE_MISTAKES = [
    (sentence, wrong)
    for sentence, wrong in CHAINS.items()
    if any(word in sentence for word in ("no signature", "no date", "who may sign", "made for"))
]


@pytest.mark.parametrize("sentence, wrong", LIVE_MISTAKES, ids=lambda one: str(one)[:30])
def test_a_verifier_that_asks_too_little_believes_a_bad_server(sentence, wrong):
    report = THIS.task("my_verify_chain").live(wrong)
    assert report.verdict is Verdict.WRONG
    assert all("You believed a server" in one for one in report.findings), report


def test_a_star_for_several_labels_believes_a_bad_server():
    task = THIS.task("my_name_matches")
    deep = next(v for k, v in task.mistakes.items() if "stands for several labels" in k)
    assert "*.example" in str(task.live(deep))


def test_who_asks_only_after_the_name_believes_all_but_the_one_of_another_host():
    def nothing(*_):
        return ""

    alone = verifier(
        walk=lambda chain, roots: (chain, ""), dates=nothing, signers=nothing, usage=nothing
    )
    findings = THIS.task("my_verify_chain").live(alone).findings
    assert len(findings) == len(certificate_live.BAD) - 1
    assert not any(FAULTS["wrong_name"].story in one for one in findings)


def test_a_word_that_is_no_alert_and_an_error_are_told():
    live = THIS.task("my_verify_chain").live
    assert "'no' is the name of no alert" in live(lambda *_: "no").findings[0]
    said = live(lambda *_: 1 // 0).findings[0]
    assert "my_verify_chain raised ZeroDivisionError" in said and "stands for" not in said


def test_a_function_that_nobody_called_is_said():
    hers = Handed("my_may_sign", lambda *_: True)
    good = [pki.credential("rsa")]
    report = certificate_live.met(hers, lambda chain, *_: good[0].leaf, good, {})
    assert report.verdict is Verdict.WRONG and "never called" in report.findings[0]


def test_two_questions_left_out_are_both_named(judged):
    def nothing(*_):
        return ""

    asks_little = verifier(dates=nothing, signers=nothing)
    report = judged(THIS.task("my_verify_chain"), asks_little, "a term")
    assert set(report.findings) == {
        next(one for one in CHAINS if one.startswith(("You look at no date",))),
        next(one for one in CHAINS if one.startswith("You never ask who may sign")),
    }


# ---- what would be believed if the inputs were fewer


def dates_last(*arguments):
    return verifier(dates=lambda *_: "")(*arguments) or RIGHT_CHAIN(*arguments)


def name_before_usage(*arguments):
    return verifier(usage=lambda *_: "")(*arguments) or RIGHT_CHAIN(*arguments)


@pytest.mark.parametrize("other_order", [dates_last, name_before_usage])
def test_another_order_of_the_questions_is_named(judged, other_order):
    for seed in ("a term", "another term"):
        report = judged(THIS.task("my_verify_chain"), other_order, seed)
        assert report.points == 5.25 and "the first of two faults" in report.findings[0], report


def test_a_stray_that_is_no_certificate_is_not_passed_over(judged):
    def patient(chain, host, now, roots):
        return RIGHT_CHAIN(
            [one for one in chain if one is chain[0] or whole(one)], host, now, roots
        )

    report = judged(THIS.task("my_verify_chain"), patient, "a term")
    assert not report.right and "you pass over" in report.findings[0], report


def whole(certificate):
    try:
        return bool(x509.load_der_x509_certificate(certificate))
    except ValueError:
        return False


def test_the_simplest_answers_to_the_first_tasks_earn_all_parts_but_one(judged):
    def same_text(path, host):
        return "" if host in names_of(path[0]) else "bad_certificate"

    cas = all_signers(may(lambda said, below: bool(said.ca)))
    for changes in ({"name": same_text}, {"signers": cas}):
        report = judged(THIS.task("my_verify_chain"), verifier(**changes), "a term")
        assert report.points == 5.25, report
