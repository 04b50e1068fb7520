"""The first deck of broken handshakes in JupyterLab: a case is diagnosed by keyboard."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")
NOTE = ".tlskit-note"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/05_diagnose_this.ipynb") as page:
        page.run_all()
        yield page


def press(page, name: str) -> None:
    page.tab_to(page.page.get_by_role("button", name=name, exact=True).first)
    page.page.keyboard.press("Space")
    page.page.wait_for_timeout(300)


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "05_diagnose_this")
    assert all(page.prompts()) and page.troubles() == []
    assert page.cut_off() == []


def test_the_traces_are_drawn_and_name_no_cause(page):
    assert page.html(".tlskit-ladder") and page.html(".tlskit-facts table")
    words = " ".join(page.texts(".tlskit-facts") + page.texts(".tlskit-alert"))
    assert "The client sent the fatal alert decrypt_error." in words
    assert "impostor" not in page.html(".tlskit-ladder")


def test_a_case_is_diagnosed_wrongly_then_half_then_rightly(page, pictures):
    page.choose("Step", "3 Certificate")
    page.choose(
        "RFC section", "RFC 5246 §7.4.2: Server Certificate: the list that is sent, link by link"
    )
    press(page, "○ sure")
    press(page, "Answer")
    (said,) = page.texts(NOTE)
    assert said.startswith("✗ Not right.") and "The client took Certificate" in said
    assert "here is the longer answer" in said and "impostor" not in said

    page.choose("Step", "ServerKeyExchange (not in the nine)")
    press(page, "Answer")
    assert "The step is right" in page.texts(NOTE)[0]

    section = "RFC 8422 §5.4: ServerKeyExchange of ECDHE: its parameters, and what is signed"
    page.choose("RFC section", section)
    press(page, "Answer")
    (said,) = page.texts(NOTE)
    assert said.startswith("✓ Right.") and "An impostor" in said
    page.page.screenshot(path=pictures / "05_diagnose_this-right.png")
    assert page.troubles() == []


def test_another_seed_draws_other_cases(page):
    cell = page.code_cell("seed = 2")
    before = cell.inner_text()
    page.write(cell, 'seed = 3  # any number\nshow.diagnose(deck(seed, upto="05"))')
    page.run_cell(cell)
    assert cell.inner_text() != before and "Case 3." in cell.inner_text()
    assert page.troubles() == []
