"""The tests before and after the course: the same twelve ideas, asked in other words."""

import re

import pytest

from tlskit.questions import DO_NOT_KNOW, about, asked_in, course_test

BEFORE, AFTER = course_test("before"), course_test("after")
PAIRS = [pytest.param(*pair, id=pair[0].idea) for pair in zip(BEFORE, AFTER, strict=True)]
TERMS = re.compile(r"\b(ECDHE|PRF|AEAD|GCM|RSA|hello|Finished|record|0x\w+|[a-z]+_[a-z]+)\b", re.I)


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def test_there_are_twelve_of_each_about_the_same_twelve_ideas():
    assert len(BEFORE) == len(AFTER) == len({one.idea for one in BEFORE}) == 12
    assert [one.idea for one in BEFORE] == [one.idea for one in AFTER]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_pair_is_taught_by_one_lesson_and_asked_in_different_words(before, after):
    assert before.lesson == after.lesson and about(before.lesson)
    assert "-before-" in before.id and after.id == before.id.replace("-before-", "-after-")
    shared = words(before.ask) & words(after.ask)
    assert len(shared) < 0.3 * len(words(before.ask) | words(after.ask)), shared
    texts = {one.text for one in before.choices} & {one.text for one in after.choices}
    assert texts == {DO_NOT_KNOW}


@pytest.mark.parametrize("one", BEFORE, ids=lambda one: one.id)
def test_before_the_course_the_words_are_everyday_words(one):
    text = " ".join((one.ask, *(choice.text for choice in one.choices)))
    assert not TERMS.findall(text) and "`" not in text


@pytest.mark.parametrize("one", AFTER, ids=lambda one: one.id)
def test_after_the_course_a_question_is_in_bytes_or_in_names_of_the_rfc(one):
    assert re.search(r"`[0-9a-f]{2} |[a-z]_[a-z]|[A-Z]_[A-Z]|ServerHello", one.ask)


@pytest.mark.parametrize("one", [*BEFORE, *AFTER], ids=lambda one: one.id)
def test_a_question_is_whole_and_no_wrong_choice_tells_the_right_one(one):
    assert len(one.choices) == 5 and one.choices[-1].text == DO_NOT_KNOW
    assert len({choice.why for choice in one.choices}) == 5
    assert re.match(r"RFC \d{4} (§|App\. )", one.reference)
    assert not one.opens and not one.vote
    for choice in one.choices:
        assert choice.right or one.right.text.lower() not in choice.why.lower()


def test_the_right_choice_is_neither_always_in_one_place_nor_always_the_longest():
    for asked in (BEFORE, AFTER):
        places = [one.choices.index(one.right) for one in asked]
        assert len(set(places)) >= 3 and max(map(places.count, places)) <= 6
        longest = [max(one.choices, key=lambda choice: len(choice.text)).right for one in asked]
        assert sum(longest) <= 7


GOOD = """
[[question]]
id = "04-before-x"
idea = "an idea"
ask = "What?"
reference = "RFC 5246 §1"
[[question.choice]]
text = "This"
right = true
why = "So it is."
[[question.choice]]
text = "That"
why = "It is not."
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('idea = "an idea"', "", r"idea: words in quotation marks"),
        ('id = "04-', 'id = "four-', r"id begins with a lesson's number"),
        ('ask = "', 'opens = []\nask = "', r"unknown key opens"),
        ("right = true", "", r"exactly one is right, not 0"),
        ("[[question]]", "[[query]]", r"unknown key query"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_key(old, new, reason):
    assert asked_in("before_course.toml", GOOD)[0].lesson == "04" and old in GOOD
    with pytest.raises(ValueError, match=reason) as refused:
        asked_in("before_course.toml", GOOD.replace(old, new))
    assert str(refused.value).startswith("before_course.toml")


def test_a_double_id_and_another_word_are_refused():
    with pytest.raises(ValueError, match="'04-before-x' stands there twice"):
        asked_in("before_course.toml", GOOD + GOOD)
    with pytest.raises(ValueError, match="'before' and one 'after', not 'between'"):
        course_test("between")
