"""Lesson 01's checks: right answers are praised, each known mistake gets its own sentence."""

import pytest

from tlskit.checks import lesson_01 as lesson
from tlskit.checks.report import Verdict
from tlskit.lesson import HOST

TASKS = {
    "vector": (lesson.vector, lesson.counted, lesson.VECTOR_MISTAKES),
    "server_name": (lesson.server_name, lesson.right_name, lesson.NAME_MISTAKES),
    "client_hello": (lesson.client_hello, lesson.right_hello, lesson.HELLO_MISTAKES),
    "eavesdropper": (lesson.eavesdropper, lesson.right_host, lesson.SPOKEN),
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


@pytest.mark.parametrize("task", TASKS)
def test_an_unwritten_answer_is_no_mistake(task):
    def unwritten(*_):
        raise NotImplementedError

    assert TASKS[task][0](unwritten).verdict is Verdict.NOT_WRITTEN


@pytest.mark.parametrize(("check", "wrong", "sentence"), MISTAKES)
def test_each_mistake_gets_its_own_sentence_and_no_other(check, wrong, sentence):
    report = check(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_bytes_are_the_rfcs_and_not_only_what_we_encode():
    assert lesson.counted(b"\xc0\x2f", 2) == bytes.fromhex("0002c02f")
    name = bytes.fromhex("0000000e000c0000096578616d706c652e63")
    assert lesson.right_name("example.c") == name
    assert lesson.right_hello(bytes(32), b"\xc0\x2f", b"") == bytes.fromhex(
        "0303" + "00" * 32 + "00" + "0002c02f" + "0100" + "0000"
    )


def test_a_vector_of_hard_coded_zeros_is_found_by_the_long_one():
    def zeros(content, size):
        return bytes(size - 1) + bytes([len(content)]) + content

    assert lesson.vector(zeros).verdict is Verdict.WRONG


def test_the_eavesdropper_meets_two_names_at_many_places_and_one_silence():
    said = [lesson.right_host(*one) for one in lesson.flights()]
    assert said == [HOST, HOST, HOST, "www.course.example", ""]
