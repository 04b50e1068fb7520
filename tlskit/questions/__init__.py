'''Recall questions: one file of them for each lesson, `lesson_NN.toml` beside this one.

A file is a list of questions about its lesson, three at least; each is written like this:

    [[question]]
    id = "04-what-is-signed"       # the lesson's number, and words; unique
    ask = "What does the signature in ServerKeyExchange cover?"
    opens = ["05", "07"]           # lessons that begin with it; [] if it is for votes only
    vote = true                    # left out: false; one a lesson, to vote on in a workshop
    then = "What would change if ...?"   # only with vote: what to ask next in the room
    reference = "RFC 8422 §5.4"
    longer = """
    Two to four sentences for a reader who was sure, and wrong. They may name the right choice.
    """

    [[question.choice]]            # two to six; exactly one is right
    text = "Both randoms and the parameters"
    right = true                   # left out: false
    why = "Right, and why; or, of a wrong one, what it mixes up and what one would see instead."

The test before and after the course, `before_course.toml` and `after_course.toml`, asks about
twelve ideas twice. There a question has `idea`, the same words in both files; its id begins with
the number of the lesson that teaches it; it has none of `opens`, `longer`, `vote`, `then`.

Lesson N opens with one question of lesson N-1 and one of N-3 (`opening`). The page before lesson 00
has the number 0x; its questions are its check. The text is plain, and `code` stands in backticks.
Line breaks within a string mean nothing.
'''

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

FILE = re.compile(r"lesson_(\d\d|0x)\.toml")
LESSON = re.compile(r"\d\d|0x")
KEYS = {"id", "ask", "opens", "vote", "then", "reference", "longer", "choice"}
TEST_KEYS = {"id", "idea", "ask", "reference", "choice"}
CHOICE_KEYS = {"text", "right", "why"}
DO_NOT_KNOW = "I don't know"


@dataclass(frozen=True)
class Choice:
    """One answer to pick, and the sentence that meets whoever picks it."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question about one lesson.

    Args:
        id: the lesson's number and a few words, "04-what-is-signed".
        lesson: the lesson that it is about, "04".
        choices: in the order in which they are shown, which the id settles once for all.
        opens: the lessons that begin with it.
        longer: for a reader who was sure, and wrong.
        reference: RFC and section.
        vote: whether it is the lesson's question to vote on in a workshop.
        then: what to ask next in the room; "" without vote.
        idea: in the test before and after the course, what both ask about; "" elsewhere.
    """

    id: str
    lesson: str
    ask: str
    choices: tuple[Choice, ...]
    opens: tuple[str, ...]
    longer: str
    reference: str
    vote: bool = False
    then: str = ""
    idea: str = ""

    @property
    def right(self) -> Choice:
        """The right choice."""
        return next(choice for choice in self.choices if choice.right)


@cache
def all_questions() -> tuple[Question, ...]:
    """Return the questions of every lesson that has some, in the lessons' order.

    Raises: ValueError that names file and key for what is not as described above.
    """
    texts = {
        found[1]: entry.read_text("utf-8")
        for entry in files(__name__).iterdir()
        if (found := FILE.fullmatch(entry.name))
    }
    return tuple(one for lesson in sorted(texts) for one in questions_in(lesson, texts[lesson]))


def about(lesson: str) -> tuple[Question, ...]:
    """Return the questions about a lesson, () while it has none: `about("04")`."""
    return tuple(one for one in all_questions() if one.lesson == lesson)


def opening(lesson: str) -> tuple[Question, ...]:
    """Return the questions that open a lesson, those of the nearest lesson first.

    Raises: ValueError for what is no lesson's number, such as "4".
    """
    if not LESSON.fullmatch(lesson):
        raise ValueError(f"a lesson's number is two digits, as '04', not {lesson!r}")
    found = [one for one in all_questions() if lesson in one.opens]
    return tuple(sorted(found, key=lambda one: one.lesson, reverse=True))


@cache
def course_test(when: str) -> tuple[Question, ...]:
    """Return the questions that are asked "before" or "after" the course; all take "I don't know".

    Raises: ValueError for another word, and for a file that is not as described above.
    """
    if when not in ("before", "after"):
        raise ValueError(f"the course has a test 'before' and one 'after', not {when!r}")
    name = f"{when}_course.toml"
    return asked_in(name, (files(__name__) / name).read_text("utf-8"))


def asked_in(name: str, text: str) -> tuple[Question, ...]:
    """Return the questions in the text of a test's file; ValueError that names file and key."""
    found = []
    for number, table in enumerate(tables(name, text), 1):
        at = f"{name}: question {number}"
        lesson = words(at, table, "id")[:2]
        require(bool(LESSON.fullmatch(lesson)), at, "id begins with a lesson's number, as 04-")
        one = question(at, lesson, table, in_test=True)
        unknown = Choice(DO_NOT_KNOW, f"Lesson {lesson} is about it.")
        found.append(replace(one, choices=(*one.choices, unknown)))
    unique(name, found)
    return tuple(found)


def questions_in(lesson: str, text: str) -> tuple[Question, ...]:
    """Return the questions in the text of a lesson's file.

    Raises: ValueError that names file and key.
    """
    name = f"lesson_{lesson}.toml"
    found = tuple(
        question(f"{name}: question {number}", lesson, table)
        for number, table in enumerate(tables(name, text), 1)
    )
    unique(name, found)
    return found


def tables(name: str, text: str) -> list[dict[str, Any]]:
    """Return a file's tables, one for each question; ValueError if it is no such file."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: {error}") from None
    only(name, read, {"question"})
    return listed(name, read, "question")


def unique(name: str, found: Sequence[Question]) -> None:
    """Refuse two questions with the same id."""
    ids = [one.id for one in found]
    for one in ids:
        if ids.count(one) > 1:
            raise ValueError(f"{name}: id {one!r} stands there twice")


def question(at: str, lesson: str, table: dict[str, Any], in_test: bool = False) -> Question:
    """Return one question from its table; `at` says where that stands."""
    identity = words(at, table, "id")
    at = f"{at} ({identity})"
    only(at, table, TEST_KEYS if in_test else KEYS)
    require(identity.startswith(f"{lesson}-"), at, f"id begins with {lesson}-")
    choices = [
        choice(f"{at}: choice {number}", entry)
        for number, entry in enumerate(listed(at, table, "choice"), 1)
    ]
    require(2 <= len(choices) <= 6, at, f"choice: two to six of them, not {len(choices)}")
    right = sum(one.right for one in choices)
    require(right == 1, at, f"choice: exactly one is right, not {right}")
    texts = {one.text for one in choices}
    require(len(texts) == len(choices), at, "choice: two have the same text")
    vote = truth(at, table, "vote")
    require(vote == ("then" in table), at, "then goes with vote = true, and only with it")
    return Question(
        id=identity,
        lesson=lesson,
        ask=words(at, table, "ask"),
        choices=shuffled(identity, choices),
        opens=() if in_test else lessons(at, lesson, table),
        longer="" if in_test else words(at, table, "longer"),
        reference=words(at, table, "reference"),
        vote=vote,
        then=words(at, table, "then") if vote else "",
        idea=words(at, table, "idea") if in_test else "",
    )


def choice(at: str, table: dict[str, Any]) -> Choice:
    """Return one choice from its table."""
    only(at, table, CHOICE_KEYS)
    return Choice(words(at, table, "text"), words(at, table, "why"), truth(at, table, "right"))


def shuffled(identity: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return choices in an order that looks like chance and is the same in every run.

    Only "I don't know" comes last, wherever it stands in the file.
    """

    def place(one: Choice) -> tuple[bool, bytes]:
        return one.text == DO_NOT_KNOW, sha256(f"{identity} {one.text}".encode()).digest()

    return tuple(sorted(choices, key=place))


def lessons(at: str, lesson: str, table: dict[str, Any]) -> tuple[str, ...]:
    """Return the lessons that a question opens: later ones than its own."""
    value = table.get("opens")
    fits = isinstance(value, list) and all(
        isinstance(one, str) and LESSON.fullmatch(one) and one > lesson for one in value
    )
    require(fits, at, f"opens: a list of later lessons' numbers, as ['05'], not {value!r}")
    return tuple(value or ())


def listed(at: str, table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the tables under [[key]]; ValueError if there are none."""
    value = table.get(key)
    fits = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    require(bool(fits), at, f"{key} is missing: tables under [[{key}]] or [[question.{key}]]")
    return value or []


def words(at: str, table: dict[str, Any], key: str) -> str:
    """Return a string in one line; ValueError if it is missing or empty."""
    value = table.get(key)
    line = " ".join(value.split()) if isinstance(value, str) else ""
    require(bool(line), at, f"{key}: words in quotation marks, not {value!r}")
    return line


def truth(at: str, table: dict[str, Any], key: str) -> bool:
    """Return true or false; false if it is left out."""
    value = table.get(key, False)
    require(isinstance(value, bool), at, f"{key}: true or false, not {value!r}")
    return bool(value)


def only(at: str, table: dict[str, Any], known: set[str]) -> None:
    """Refuse keys that mean nothing here: a misspelt one would be lost."""
    unknown = sorted(table.keys() - known)
    require(not unknown, at, f"unknown key {', '.join(unknown)}; known are {sorted(known)}")


def require(fits: bool, at: str, otherwise: str) -> None:
    """Raise ValueError unless it fits."""
    if not fits:
        raise ValueError(f"{at}: {otherwise}")
