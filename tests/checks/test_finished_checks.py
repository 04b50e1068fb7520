"""Lesson 08's checks: right answers are praised, each known mistake gets its own sentence."""

import pytest

from tlskit.checks import lesson_08 as lesson
from tlskit.checks.report import Verdict
from tlskit.labs import tampering
from tlskit.tls12.key_schedule import verify_data

TASKS = {
    "handshake_messages": (
        lesson.handshake_messages,
        lesson.right_messages,
        lesson.MESSAGE_MISTAKES,
    ),
    "server_messages": (
        lesson.server_messages,
        lesson.right_server_messages,
        lesson.SERVER_MISTAKES,
    ),
    "verify_data": (lesson.verify_data, verify_data, lesson.VERIFY_DATA_MISTAKES),
    "wire": (lesson.wire, lesson.right_wire, lesson.WIRE_MISTAKES),
}
MISTAKES = [
    pytest.param(check, wrong, sentence, id=f"{task}-{number}")
    for task, (check, _, mistakes) in TASKS.items()
    for number, (sentence, wrong) in enumerate(mistakes.items())
]


@pytest.mark.parametrize("task", TASKS)
def test_the_right_answer_is_right(task):
    check, right, _ = TASKS[task]
    assert check(right).right


@pytest.mark.parametrize("task", [*TASKS, "unnoticed"])
def test_an_unwritten_answer_is_no_mistake(task):
    def unwritten(*_):
        raise NotImplementedError

    assert getattr(lesson, task)(unwritten).verdict is Verdict.NOT_WRITTEN


@pytest.mark.parametrize(("check", "wrong", "sentence"), MISTAKES)
def test_each_mistake_gets_its_own_sentence_and_no_other(check, wrong, sentence):
    report = check(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_the_right_messages_are_what_the_client_itself_noted():
    (records,) = lesson.record_cases()[0]
    quiet = tampering.through(lambda sender, record: record)
    noted = b"".join(quiet.client.state.handshake_messages[:-2])
    assert lesson.right_messages(records) == noted
    assert len(records) == len(lesson.overheard()) + 2


def cut(sender, record):
    if record[:1] + record[5:6] != b"\x16\x0b":
        return record
    content = record[5:]
    return b"".join(
        record[:3] + len(one).to_bytes(2, "big") + one for one in (content[:7], content[7:])
    )


def test_a_certificate_in_two_records_is_what_is_asked_for():
    assert lesson.unnoticed(cut).right


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        (lambda sender, record: record, "Certificate still comes in one record."),
        (lambda sender, record: record[:-1], "It was noticed: server waits."),
        (lambda sender, record: None, "is a `return` missing?"),
    ],
)
def test_what_the_stretch_says_to_a_wire_that_does_otherwise(wire, said):
    report = lesson.unnoticed(wire)
    assert report.verdict is Verdict.WRONG and said in report.findings[0]


RUNS = {
    "version": lambda: tampering.flip("ClientHello", "header version minor"),
    "random": lambda: tampering.flip("ServerHello", "random"),
    "length": lambda: tampering.flip("ServerHelloDone", "length", byte=2),
    "without": lambda: tampering.through(lesson.right_wire, extended_master_secret=False),
    "with": lambda: tampering.through(lesson.right_wire),
}


@pytest.mark.parametrize("cell", lesson.WRONG)
def test_no_sentence_for_wrong_predictions_is_kept_for_the_right_one(cell):
    assert str(RUNS[cell]()) not in lesson.WRONG[cell]
