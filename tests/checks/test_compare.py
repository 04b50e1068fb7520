"""The check for any function: each known mistake by name, an unknown one by its place."""

import pytest

from tlskit.checks import Verdict, compare

CASES = [(b"ab", b"cd"), (b"x", b"yz")]
MISTAKES = {
    "The parts are swapped.": lambda one, two: two + one,
    "The second part is missing.": lambda one, two: one,
    "It stumbles.": lambda one, two: 1 // 0,
}


def judged(mine):
    return compare("join", mine, lambda one, two: one + two, CASES, MISTAKES)


def test_the_right_one_is_right():
    assert judged(lambda one, two: one + two).right


@pytest.mark.parametrize("sentence", list(MISTAKES)[:2])
def test_each_mistake_is_named(sentence):
    report = judged(MISTAKES[sentence])
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


@pytest.mark.parametrize(
    ("mine", "said"),
    [
        (lambda one, two: one + b"?" * len(two), "first differ at byte 2 of 4, in case 1"),
        (lambda one, two: b"", "Your result has 0 bytes in case 1, the right one 4."),
        (lambda one, two: None, "is a `return` missing?"),
        (lambda one, two: [][0], "raised IndexError"),
        (b"abcd", "is not a function"),
    ],
)
def test_an_unknown_mistake_is_placed(mine, said):
    report = judged(mine)
    assert not report.right and said in report.findings[0]


def test_a_stub_is_not_written_yet():
    def stub(one, two):
        raise NotImplementedError

    assert judged(stub).verdict is Verdict.NOT_WRITTEN


def test_code_in_a_sentence_is_set_as_code_and_nothing_else_is_let_through():
    report = compare("<b>", lambda: b"x", lambda: b"`a` <i>", [()], {}, praise="`a < b` is right")
    assert "<b>" not in report._repr_html_()
    praised = compare("t", lambda: b"", lambda: b"", [()], {}, praise="`a < b` is right")
    assert "<li><code>a &lt; b</code> is right</li>" in praised._repr_html_()


def test_an_error_without_words_is_named_without_a_dangling_colon():
    def silent(one, two):
        raise LookupError

    assert "silent raised LookupError, at line" in judged(silent).findings[0]
