"""The files of recall questions: what a good one gives, and how a bad one is refused."""

import re

import pytest

from tlskit import questions
from tlskit.questions import questions_in

GOOD = """
[[question]]
id = "04-what-is-signed"
ask = "What does the signature
cover?"
opens = ["05", "07"]
vote = true
then = "What if not?"
reference = "RFC 8422 §5.4"
longer = "Both randoms, too."

[[question.choice]]
text = "All of it"
right = true
why = "So it is."

[[question.choice]]
text = "The public key alone"
why = "Then it could be replayed."
""".replace('"What does the signature\ncover?"', '"""What does the signature\ncover?"""')


def test_a_question_has_all_that_its_file_says():
    (one,) = questions_in("04", GOOD)
    assert one.ask == "What does the signature cover?" and one.opens == ("05", "07")
    assert one.vote and one.then == "What if not?" and one.reference == "RFC 8422 §5.4"
    assert one.right.why == "So it is."
    assert {choice.text: choice.right for choice in one.choices} == {
        "All of it": True,
        "The public key alone": False,
    }


def test_the_order_of_choices_is_settled_by_the_id_and_differs_between_questions():
    assert questions_in("04", GOOD) == questions_in("04", GOOD)
    firsts = set()
    for number in range(20):
        (one,) = questions_in("04", GOOD.replace("what-is-signed", str(number)))
        firsts.add(one.choices[0].text)
    assert firsts == {"All of it", "The public key alone"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('id = "04-what', "id = 04-what", r"lesson_04.toml: "),
        ('id = "04-what', 'id = "05-what', r"id begins with 04-"),
        ("[[question]]", "[[questions]]", r"unknown key question"),
        ("opens =", "open =", r"unknown key open"),
        ('["05", "07"]', '["04"]', r"opens: a list of later"),
        ('["05", "07"]', '["5"]', r"opens: a list of later"),
        ('opens = ["05", "07"]', "", r"opens: a list of later"),
        ('then = "What if not?"', "", r"then goes with vote"),
        ("vote = true", "", r"then goes with vote"),
        ("vote = true", 'vote = "yes"', r"vote: true or false, not 'yes'"),
        ('reference = "RFC 8422 §5.4"', 'reference = ""', r"reference: words"),
        ('longer = "Both randoms, too."', "", r"longer: words in quotation marks, not None"),
        ('why = "So it is."', "", r"choice \d: why: words"),
        ('why = "So', 'wy = "So', r"choice 1: unknown key wy"),
        ("right = true", "", r"exactly one is right, not 0"),
        ('text = "The public key alone"', 'text = "All of it"', r"two have the same text"),
        ("right = true", "right = 1", r"right: true or false, not 1"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_key(old, new, reason):
    assert old in GOOD
    with pytest.raises(ValueError, match=reason) as refused:
        questions_in("04", GOOD.replace(old, new))
    assert str(refused.value).startswith("lesson_04.toml: ")


def test_two_right_choices_too_few_and_a_double_id_are_refused():
    with pytest.raises(ValueError, match=r"exactly one is right, not 2"):
        questions_in("04", GOOD.replace('why = "Then', 'right = true\nwhy = "Then'))
    with pytest.raises(ValueError, match=r"two to six of them, not 1"):
        questions_in("04", GOOD[: GOOD.rindex("[[question.choice]]")])
    with pytest.raises(ValueError, match=r"choice is missing"):
        questions_in("04", GOOD[: GOOD.index("[[question.choice]]")])
    with pytest.raises(ValueError, match=r"'04-what-is-signed' stands there twice"):
        questions_in("04", GOOD + GOOD)


def test_a_lesson_opens_with_the_nearest_lesson_first(monkeypatch):
    def one(lesson, opens):
        text = GOOD.replace('"04-', f'"{lesson}-').replace('["05", "07"]', opens)
        return questions_in(lesson, text)[0]

    three, one_, six = one("03", '["04"]'), one("01", '["04"]'), one("06", "[]")
    monkeypatch.setattr(questions, "all_questions", lambda: (one_, three, six))
    assert questions.opening("04") == (three, one_)
    assert questions.opening("02") == ()
    assert questions.about("06") == (six,)
    for wrong in ("4", "four", ""):
        with pytest.raises(ValueError, match="two digits"):
            questions.opening(wrong)


def test_the_course_has_questions_about_lesson_00_that_open_the_first_three():
    about = questions.about("00")
    assert sorted(lesson for one in about for lesson in one.opens) == ["01", "02", "03"]
    assert all(re.match(r"RFC \d{4} §", one.reference) for one in about)
