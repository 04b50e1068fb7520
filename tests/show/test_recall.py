"""Recall questions in the page, driven without a browser."""

import html
import re

import pytest

from tlskit import show
from tlskit.questions import all_questions, opening
from tlskit.show.answering import SURE, UNSURE

LESSON = "03"


@pytest.fixture
def asked():
    return show.recall(LESSON).asked[-1]


@pytest.fixture
def question():
    return opening(LESSON)[-1]


def said(asked) -> str:
    bare = re.sub(r"<style>.*?</style>", "", asked.note.value, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


def pick(asked, choice: int, sure: str) -> str:
    asked.lists["a choice"].value = choice
    asked.sure.value = sure
    asked.answer.click()
    return said(asked)


def numbers(question) -> tuple[int, int]:
    """The right choice's number, and a wrong one's."""
    right = question.choices.index(question.right)
    return right, (right + 1) % len(question.choices)


def test_nothing_is_picked_and_nothing_is_said_at_the_beginning(asked):
    assert asked.lists["a choice"].value is None and asked.sure.value is None
    assert said(asked) == "" and asked.tell.layout.display == "none"


def test_an_answer_wants_a_choice_and_a_confidence(asked):
    asked.answer.click()
    assert said(asked) == "First pick a choice and how sure you are."
    asked.lists["a choice"].value = 0
    assert said(asked).endswith("Still to pick: how sure you are.")
    assert said(asked).startswith("Picked: ")
    asked.answer.click()
    assert said(asked) == "First pick how sure you are."
    asked.sure.value = UNSURE
    assert said(asked) == "Picked: unsure. Now press Answer."


def test_a_right_answer_is_met_with_why_and_where_to_read(asked, question):
    right, _ = numbers(question)
    words = pick(asked, right, SURE)
    assert words.startswith("✓ Right.") and question.right.why in words
    assert f"Read: {question.reference}" in words and question.longer not in words
    assert asked.tell.layout.display == "none"
    assert "surer" in pick(asked, right, UNSURE)


def test_a_wrong_answer_is_met_with_its_own_why_and_not_with_the_right_one(asked, question):
    _, wrong = numbers(question)
    words = pick(asked, wrong, UNSURE)
    assert words.startswith("✗ Not right.") and question.choices[wrong].why in words
    assert question.right.text not in words and question.right.why not in words
    assert question.longer not in words
    assert 'role="status"' in asked.note.value and 'aria-live="polite"' in asked.note.value


def test_a_confident_error_gets_the_longer_answer_folded(asked, question):
    _, wrong = numbers(question)
    assert question.longer in pick(asked, wrong, SURE)
    folded = re.search(r"<details>.*</details>", asked.note.value, re.S)
    assert folded and question.longer in html.unescape(folded[0])
    assert question.right.text not in said(asked).replace(question.longer, "")


def test_the_right_answer_is_told_when_it_is_asked_for(asked, question):
    right, wrong = numbers(question)
    pick(asked, wrong, UNSURE)
    assert asked.tell.layout.display is None
    asked.tell.click()
    assert said(asked).startswith("The right answer:")
    assert question.right.text in said(asked) and question.right.why in said(asked)
    asked.lists["a choice"].value = right
    assert asked.tell.layout.display == "none", "it is of the answer before"
    asked.answer.click()
    assert said(asked).startswith("✓ Right.")


def test_an_error_is_shown_in_the_page(asked):
    asked.judge = lambda _: 1 / 0
    assert pick(asked, 0, SURE).startswith("Error:  ZeroDivisionError")


def test_what_is_stored_is_the_questions_without_the_answers():
    for lesson in [f"{number:02d}" for number in range(1, 11)]:
        drawn = show.recall(lesson)
        bundle = drawn._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
        stored = " ".join(str(bundle).replace("\\n", " ").split())
        assert bundle["text/plain"] == str(drawn) == repr(drawn)
        for one in opening(lesson):
            words = " ".join(bundle["text/plain"].split())
            assert one.ask in words
            assert all(choice.text in words for choice in one.choices)
            assert one.longer not in stored
            assert not any(choice.why in stored for choice in one.choices)
    assert all_questions()


def test_a_lesson_that_no_question_opens_is_said_to_be_one():
    assert str(show.recall("99")) == "No questions open this lesson."
    with pytest.raises(ValueError, match="two digits"):
        show.recall("4")


def test_a_quiz_asks_all_about_one_lesson_and_does_not_say_about_which():
    drawn = show.quiz("0x")
    assert len(drawn.asked) == 5 and "(lesson" not in str(drawn)
    assert "(lesson 00)" in str(show.recall("01"))
    with pytest.raises(ValueError, match="no questions about lesson '99'"):
        show.quiz("99")


def test_who_does_not_know_is_not_told_to_be_wrong():
    one = show.quiz("0x").asked[0]
    words = pick(one, 3, SURE)
    assert words.startswith("… Not yet.") and "part 1 is for you" in words
    assert "longer answer" not in words
    one.tell.click()
    assert said(one).startswith("The right answer:") and "300 bytes" in said(one)


def test_what_a_question_says_is_shown_as_it_is(monkeypatch):
    from tlskit.questions import Choice, Question
    from tlskit.show.recall_questions import Recall

    script = "<script>alert(1)</script>"
    choices = (Choice(script, script, True), Choice("`b`", script))
    one = Question("04-x", "04", f"{script} `code`", choices, (), script, script)
    drawn = Recall([one])
    assert script not in drawn.asked[0].children[0].value
    assert "<code>code</code>" in drawn.asked[0].children[0].value
    pick(drawn.asked[0], 1, SURE)
    assert script not in drawn.asked[0].note.value
    drawn.asked[0].tell.click()
    assert script not in drawn.asked[0].note.value
