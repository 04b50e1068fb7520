"""`show.recall("04")`: questions on earlier lessons, which open a lesson; `show.quiz`: its own."""

import textwrap
from collections.abc import Sequence
from string import ascii_uppercase

from tlskit.questions import DO_NOT_KNOW, Question, about, opening
from tlskit.show.answering import Asked, Judged, Questions, choices, marked
from tlskit.show.page import boxed

WIDTH = 92
HOW = "(Run this cell to answer in the page.)"


class Recall(Questions):
    """Questions about lessons, with their choices.

    Args:
        mixed: whether they are about several lessons; each then says about which.
    """

    def __init__(self, questions: Sequence[Question], mixed: bool = True) -> None:
        """Show these questions, unanswered."""
        asked = [one_asked(number, one, mixed) for number, one in enumerate(questions, 1)]
        super().__init__(asked, as_text(questions, mixed))


def one_asked(number: int, question: Question, mixed: bool) -> Asked:
    """Return one question as a widget."""

    def judge(picked: int) -> Judged:
        choice, right = question.choices[picked], question.right
        if choice.text == DO_NOT_KNOW:
            return Judged(False, (choice.why,), f"{right.text}. {right.why}", verdict="… Not yet.")
        read = f"Read: {question.reference}."
        why = (choice.why, read) if choice.right else (choice.why,)
        answer = f"{right.text}. {right.why} {read}"
        return Judged(choice.right, why, answer, f"{question.longer} {read}")

    ask = f"<p><b>{number}. {marked(question.ask)}</b>{place(question, mixed)}</p>"
    lists = {"a choice": choices([choice.text for choice in question.choices])}
    return Asked(boxed("tlskit-recall", ask), lists, judge)


def place(question: Question, mixed: bool) -> str:
    """Return which lesson a question is about, if that has to be said."""
    return f" (lesson {question.lesson})" if mixed else ""


def as_text(questions: Sequence[Question], mixed: bool) -> str:
    """Return the questions and their choices as text, without the answers."""
    if not questions:
        return "No questions open this lesson."
    parts = []
    for number, one in enumerate(questions, 1):
        lettered = zip(ascii_uppercase, one.choices, strict=False)
        lines = [hanging(f"{number}. ", f"{one.ask}{place(one, mixed)}")]
        lines += [hanging(f"   {letter}  ", choice.text) for letter, choice in lettered]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, HOW])


def hanging(start: str, text: str) -> str:
    """Return a text in lines of readable length, all behind its start."""
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def quiz(lesson: str) -> Recall:
    """Return all questions about a lesson, `quiz("0x")` the check of the page before lesson 00.

    Raises: ValueError if there are none.
    """
    found = about(lesson)
    if not found:
        raise ValueError(f"there are no questions about lesson {lesson!r}")
    return Recall(found, mixed=False)


def recall(lesson: str) -> Recall:
    """Return the questions that open a lesson, `recall("04")`: of lessons 03 and 01.

    Raises: ValueError for what is no lesson's number.
    """
    return Recall(opening(lesson))
