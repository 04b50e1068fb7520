"""The tests before_course and after_course in JupyterLab, answered as a reader would."""

import pytest
from lab import ROOT, opened

from tlskit.questions import course_test

pytestmark = pytest.mark.peer("chromium")


def answer(page, number: int, choice: int) -> str:
    """Pick a choice of a question, press its Answer, and return what is said to it."""
    lists = page.page.locator(".jp-OutputArea-output .tlskit-choices:not(.tlskit-short)")
    lists.nth(number).locator("button").nth(choice).click()
    page.page.get_by_role("button", name="Answer", exact=True).nth(number).click()
    said = page.page.locator(".tlskit-note").nth(number)
    said.get_by_text("Lesson").or_(said.get_by_text("Right.")).first.wait_for()
    return " ".join(said.inner_text().split())


@pytest.mark.parametrize("when", ["before", "after"])
def test_twelve_answers_and_how_many_were_right(when, pictures):
    questions = course_test(when)
    with opened(ROOT / f"notebooks/{when}_course.ipynb", dark=when == "after") as page:
        page.run_all()
        for number, one in enumerate(questions):
            right = one.choices.index(one.right)
            picked = right if number < 7 else 4 if number == 7 else (right + 1) % 4
            said = answer(page, number, picked)
            assert said.startswith("✓ Right." if number < 7 else ("… Not yet.", "✗ Not right."))
            assert (
                page.page.get_by_role("button", name="Answer", exact=True).nth(number).is_disabled()
            )
        result = page.page.locator(".tlskit-total")
        result.get_by_text("7 of 12 right.").wait_for()
        assert result.inner_text().count("✗ not right") == 4
        told = page.page.get_by_role("button", name="Show the right answer")
        assert [one.is_visible() for one in told.all()].count(True) == (5 if when == "after" else 0)
        page.screenshots(pictures, f"{when}_course")
        assert page.troubles() == [] and page.cut_off() == []
