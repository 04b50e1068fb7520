"""The course's recall questions as a whole: which lesson opens with which, and what each has."""

import re

import pytest

from tlskit.questions import about, all_questions, opening

LESSONS = [*(f"{number:02d}" for number in range(11)), "13"]
OPENED_BY = {
    "02": ["01", "00"],
    "03": ["02", "00"],
    **{f"{n:02d}": [f"{n - 1:02d}", f"{n - 3:02d}"] for n in range(4, 11)},
    "13": ["10", "05"],
}
"""From 02 on two lessons each: the one before and the third before; 02 has none such, but 00."""
WRONG_WORDS = ("session key",)


@pytest.mark.parametrize("lesson", OPENED_BY)
def test_a_lesson_is_opened_by_one_question_of_each_of_two_lessons(lesson):
    assert [one.lesson for one in opening(lesson)] == OPENED_BY[lesson]


def test_the_first_lesson_is_opened_by_the_tour_and_the_tour_by_nothing():
    assert [one.lesson for one in opening("01")] == ["00"] and opening("00") == ()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_three_questions_and_one_of_them_to_vote_on(lesson):
    found = about(lesson)
    assert len(found) >= 3, f"tlskit/questions/lesson_{lesson}.toml"
    assert [bool(one.then) for one in found if one.vote] == [True]


def test_the_page_before_lesson_00_checks_each_of_its_five_parts():
    found = about("0x")
    assert [one.id[:4] for one in found] == [f"0x-{number}" for number in range(1, 6)]
    assert all(one.choices[-1].text == "I don't know" for one in found)


@pytest.mark.parametrize("one", all_questions(), ids=lambda one: one.id)
def test_a_question_is_whole(one):
    assert sum(choice.right for choice in one.choices) == 1
    assert len({choice.why for choice in one.choices}) == len(one.choices)
    assert re.match(r"RFC \d{4} (§|App\. )", one.reference)
    text = " ".join((one.ask, one.longer, one.then, *(c.why for c in one.choices)))
    assert not any(word in text for word in WRONG_WORDS)
    for choice in one.choices:
        if not choice.right:
            assert one.right.text not in choice.why, "a wrong choice's sentence tells the right one"


def test_the_right_choice_is_not_always_in_the_same_place():
    places = [one.choices.index(one.right) for one in all_questions()]
    assert len(set(places)) >= 3
    assert max(places.count(place) for place in set(places)) < len(places) * 0.6
