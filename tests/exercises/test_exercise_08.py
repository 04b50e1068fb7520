"""Exercise 08: each task's right answer, its mistakes, and both Finished with OpenSSL."""

import hashlib

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment
from tlskit.exercises import finished_cases as cases
from tlskit.exercises import finished_live as live
from tlskit.exercises import finished_mistakes as known
from tlskit.exercises import finished_verdicts as verdicts

THIS = assignment("08_finished")
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
        findings = judged(task, wrong, "a term").findings
        others = [one for one in findings if one != sentence]
        assert sentence in findings and len(others) <= 2, findings
        assert all("same whatever" in one or "never called" in one for one in others)


def test_points_add_up():
    assert THIS.max_points == sum(one.points for one in THIS.tasks) + 4 == 20
    assert len(REFLECTIONS) == 4


# ---- what no result shows


@pytest.mark.parametrize("seed", SEEDS)
def test_a_transcript_that_grows_from_call_to_call_is_named(judged, seed):
    kept = []

    def growing(records):
        kept.extend(known.kept(records))
        return b"".join(kept)

    report = judged(THIS.task("my_transcript"), growing, seed)
    assert report.findings == (cases.STILL_THERE,)


def own_included(prf, hash_name, master_secret, role, messages):
    digest = hashlib.new(hash_name, b"".join(messages)).digest()
    if messages[-1][0] != 20:
        return "unexpected_message"
    if len(messages[-1]) != 16:
        return "decode_error"
    due = prf(master_secret, known.label_of(known.other(role)), digest, 12)
    return "" if messages[-1][4:] == due else "decrypt_error"


def missing_a_name(prf, *_):
    return nowhere  # noqa: F821


def labelled(label):
    return known.asking(known.labelled(lambda sender: label))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_transcript_with_the_finished_itself_is_named(judged, seed):
    report = judged(THIS.task("my_verdict"), own_included, seed)
    assert report.findings == (verdicts.OWN_IN_TRANSCRIPT,)
    assert report.points < THIS.task("my_verdict").points


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_named_by_what_the_prf_was_asked(judged, seed):
    task = THIS.task("my_finished")
    report = judged(task, labelled(b"client_finished"), seed)
    assert report.findings == (cases.WRONG_LABEL.format(label=b"client_finished"),)
    text = judged(task, labelled("client finished"), seed)
    assert text.findings == (cases.NO_BYTES,)
    verdict = verdicts.judging(labelled(b"Server finished"))
    report = judged(THIS.task("my_verdict"), verdict, seed)
    assert report.findings == (cases.WRONG_LABEL.format(label=b"Server finished"),)
    report = judged(THIS.task("my_verdict"), lambda *_: "decrypt_error", seed)
    assert cases.NEVER_ASKED in report.findings and report.points == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_judge_asked_and_did_with_it_is_named(judged, seed):
    task = THIS.task("my_verdict")
    longer = verdicts.judging(known.as_long_as(lambda _: 32))
    assert judged(task, longer, seed).findings == (cases.WRONG_LENGTH.format(length=32),)
    other_bytes = verdicts.judging(same=lambda mine, came: mine == came[1:])
    assert judged(task, other_bytes, seed).findings == (cases.COMPARED,)
    unknown = judged(task, missing_a_name, seed)
    assert "NameError" in unknown.findings[0]


# ---- live


@pytest.mark.parametrize("task", TASKS, **ids)
def test_openssl_takes_what_is_right(task):
    report = task.live(task.right)
    assert report.right and report.calls and report.order, report


def test_functions_that_are_never_called_are_said():
    run = THIS.task("my_finished").live(known.finished)
    said = live.never_called("my_finished, live", run)
    assert said.verdict is Verdict.WRONG and "never called" in str(said)


def raising(*_):
    raise KeyError("nothing")


@pytest.mark.parametrize(
    "task, wrong, said",
    [
        ("my_transcript", lambda records: b"".join(records), "server sent the alert decrypt_error"),
        ("my_transcript", lambda records: None, "NoneType"),
        ("my_finished", labelled(b"client finished"), "OpenSSL sent the alert decrypt_error"),
        ("my_finished", lambda *_: None, "NoneType"),
        ("my_finished", raising, "raised KeyError"),
        ("my_verdict", own_included, "alert decrypt_error"),
        ("my_verdict", lambda *_: "", live.TAKEN_ALL_THE_SAME),
        ("my_verdict", lambda *_: "sorry", "no alert's name"),
        ("my_verdict", verdicts.judging(differs="decode_error"), "the verdict was decode_error"),
    ],
)
def test_what_is_wrong_is_refused(task, wrong, said):
    report = THIS.task(task).live(wrong)
    assert report.verdict is Verdict.WRONG and said in str(report), report
