"""`show.course_test("before")`: twelve questions, each answered once, and how many were right."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from tlskit.questions import DO_NOT_KNOW, Question
from tlskit.questions import course_test as questions_of
from tlskit.show.answering import Asked, Judged, Questions, choices, marked
from tlskit.show.page import boxed, table
from tlskit.show.recall_questions import as_text

BEFORE = "before"
SUMMARY = ("idea", "your answer", "taught in")


class CourseTest(Questions):
    """The test before or after the course; nothing is kept about anyone.

    Args:
        telling: whether an answer is met with what is right: before the course it is not, since
            the lessons ask for predictions.
    """

    def __init__(self, questions: Sequence[Question], telling: bool) -> None:
        """Show all questions, unanswered, and below them how it stands."""
        self.questions = list(questions)
        asked = [
            one_asked(number, one, telling, self._counted)
            for number, one in enumerate(self.questions, 1)
        ]
        self.total = widgets.HTML()
        super().__init__(asked, as_text(questions, mixed=False))
        self.children: tuple[widgets.Widget, ...] = (*self.children, self.total)
        self.picked: dict[str, bool | None] = {}
        self._show_total()

    def _counted(self, idea: str, right: bool | None) -> None:
        self.picked[idea] = right
        self._show_total()

    def _show_total(self) -> None:
        said = f'<div role="status" aria-live="polite">{total(self.questions, self.picked)}</div>'
        self.total.value = boxed("tlskit-total", said)


def one_asked(
    number: int,
    question: Question,
    telling: bool,
    counted: Callable[[str, bool | None], None],
) -> Asked:
    """Return one question as a widget that takes one answer."""
    lesson = f"Lesson {question.lesson} is about it."

    def judge(picked: int) -> Judged:
        choice = question.choices[picked]
        unknown = choice.text == DO_NOT_KNOW
        counted(question.idea, None if unknown else choice.right)
        right = f"{question.right.text}. {question.right.why} Read: {question.reference}."
        answer = right if telling else ""
        if unknown:
            return Judged(False, (lesson,), answer, verdict="… Not yet.")
        if choice.right:
            return Judged(True, (choice.why,) if telling else (lesson,), "")
        return Judged(False, (choice.why, lesson), answer)

    ask = f"<p><b>{number}. {marked(question.ask)}</b></p>"
    lists = {"a choice": choices([choice.text for choice in question.choices])}
    return Asked(boxed("tlskit-recall", ask), lists, judge, once=True)


def total(questions: Sequence[Question], picked: dict[str, bool | None]) -> str:
    """Return how it stands, as HTML: how many are right, and which idea each lesson teaches."""
    right = sum(one is True for one in picked.values())
    if not picked:
        return "<p><b>Your result stands here once you have answered.</b></p>"
    left = len(questions) - len(picked)
    more = f" ({left} still to answer)" if left else ""
    words = {True: "✓ right", False: "✗ not right", None: "… I don't know"}
    rows = [
        (one.idea, words[picked[one.idea]], f"lesson {one.lesson}")
        for one in questions
        if one.idea in picked
    ]
    return f"<p><b>{right} of {len(questions)} right{more}.</b></p>{table(SUMMARY, rows)}"


def course_test(when: str) -> CourseTest:
    """Return the test `course_test("before")` or `course_test("after")` the course.

    Raises: ValueError for another word.
    """
    return CourseTest(questions_of(when), telling=when != BEFORE)
