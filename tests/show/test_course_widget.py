"""The tests before and after the course in the page, driven without a browser."""

import html
import re

import pytest

from tlskit import show
from tlskit.questions import course_test


def bare(widget) -> str:
    text = re.sub(r"<style>.*?</style>", "", widget.value, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def pick(asked, choice: int) -> str:
    asked.lists["a choice"].value = choice
    asked.answer.click()
    return bare(asked.note)


def tight(text: str) -> str:
    """Text without spaces and backticks: around code the page has its own."""
    return re.sub(r"[\s`]", "", text)


def right(one) -> int:
    return one.choices.index(one.right)


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_sum_is_of_what_was_picked_with_the_lesson_of_each_idea(when):
    drawn, questions = show.course_test(when), course_test(when)
    assert "once you have answered" in bare(drawn.total)
    for number, (asked, one) in enumerate(zip(drawn.asked, questions, strict=True)):
        wrong = next(at for at, choice in enumerate(one.choices) if not choice.right)
        pick(asked, right(one) if number < 7 else wrong if number < 10 else 4)
        left = 11 - number
        assert f"{min(number + 1, 7)} of 12 right" in bare(drawn.total)
        assert ("still to answer" in bare(drawn.total)) == bool(left)
    assert bare(drawn.total).count("✓ right") == 7
    assert bare(drawn.total).count("✗ not right") == 3
    assert bare(drawn.total).count("I don't know") == 2
    for one in questions:
        assert one.idea in bare(drawn.total) and f"lesson {one.lesson}" in bare(drawn.total)


@pytest.mark.parametrize("when", ["before", "after"])
def test_each_wrong_choice_has_its_sentence_and_a_question_takes_one_answer(when):
    for number, one in enumerate(course_test(when)):
        for at, choice in enumerate(one.choices):
            asked = show.course_test(when).asked[number]
            words = pick(asked, at)
            assert asked.answer.disabled and asked.lists["a choice"].disabled
            assert "how sure" not in words and "Pick again" not in words
            if not choice.right:
                assert tight(choice.why) in tight(words)
                assert f"Lesson {one.lesson} is about it." in words


def test_before_the_course_nothing_tells_what_is_right():
    for number, one in enumerate(course_test("before")):
        for at in range(5):
            asked = show.course_test("before").asked[number]
            words = pick(asked, at)
            assert one.right.why not in words and asked.tell.layout.display == "none"
            if at != right(one):
                assert one.right.text not in words


def test_after_the_course_the_right_answer_is_told_when_it_is_asked_for():
    one, asked = course_test("after")[0], show.course_test("after").asked[0]
    pick(asked, (right(one) + 1) % 4)
    assert asked.tell.layout.display is None
    asked.tell.click()
    assert one.right.text in bare(asked.note) and one.reference in bare(asked.note)


def test_no_answer_without_a_pick():
    drawn = show.course_test("after")
    drawn.asked[0].answer.click()
    assert bare(drawn.asked[0].note) == "First pick a choice."
    assert "once you have answered" in bare(drawn.total)


def test_what_is_stored_is_the_questions_without_the_answers():
    for when in ("before", "after"):
        stored = str(show.course_test(when)._repr_mimebundle_())
        for one in course_test(when):
            assert not any(choice.why in stored for choice in one.choices)
    with pytest.raises(ValueError, match="'before' and one 'after'"):
        show.course_test("now")
