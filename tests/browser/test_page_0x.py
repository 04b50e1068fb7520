"""The page before lesson 00 in JupyterLab: its questions are answered by keyboard."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")
NOTE = ".tlskit-note"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/0x_before_you_start.ipynb") as page:
        page.run_all()
        yield page


def press(page, name: str, number: int = 0) -> None:
    """Reach a button with Tab and press it with Space; ○ and ● are part of its name."""
    page.tab_to(page.page.get_by_role("button", name=name, exact=True).nth(number))
    page.page.keyboard.press("Space")
    page.page.wait_for_timeout(300)


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "0x_before_you_start")
    assert all(page.prompts()) and page.troubles() == []
    assert page.cut_off() == []


def test_a_wrong_answer_is_met_with_why_and_the_right_one_when_asked(page):
    press(page, "○ 45 bytes")
    assert page.texts(NOTE) == ["Picked: 45 bytes. Still to pick: how sure you are."]
    press(page, "○ unsure")
    press(page, "Answer")
    (said,) = page.texts(NOTE)
    assert said.startswith("✗ Not right.") and "adds the two bytes up" in said
    assert "300" not in said
    press(page, "Show the right answer")
    (said,) = page.texts(NOTE)
    assert said.startswith("The right answer: 300 bytes")


def test_a_confident_error_gets_the_longer_answer_and_a_right_one_is_praised(page, pictures):
    press(page, "○ 11265 bytes")
    press(page, "○ sure")
    press(page, "Answer")
    (said,) = page.texts(NOTE)
    assert "here is the longer answer" in said
    page.page.locator(f"{NOTE} summary").first.click()
    assert "together 300" in page.texts(NOTE)[0]
    press(page, "○ 300 bytes")
    press(page, "Answer")
    assert page.texts(NOTE)[0].startswith("✓ Right.")
    page.page.screenshot(path=pictures / "0x_before_you_start-answered.png")
    assert page.troubles() == []


def test_what_the_reader_writes_opens_the_letter(page):
    number = "def my_number(data):\n    return int.from_bytes(data, 'big')"
    shared = "def my_shared_secret(theirs, mine, prime):\n    return pow(theirs, mine, prime)"
    for name, text in (("my_number", number), ("my_shared_secret", shared)):
        cell = page.code_cell(f"def {name}")
        page.write(cell, text)
        page.run_cell(cell)
    cell = page.code_cell("shared = attempt")
    page.run_cell(cell)
    assert "Meet me in room 42." in cell.inner_text()
    assert page.troubles() == []
