"""Lesson 03 in JupyterLab: all cells run, the clock and the list of chains redraw the view."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

VIEW = ".jupyter-widgets .tlskit-chain"
NOTE = ".tlskit-note"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/03_certificate.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "03_certificate")
    assert all(page.prompts())
    assert page.troubles() == []


def test_the_clock_moves_by_keyboard(page):
    before = page.html(VIEW)
    button = page.page.get_by_role("button", name="Clock forward").first
    page.tab_to(button)
    page.page.keyboard.press("Space")
    page.changed(VIEW, before)
    assert "The clock is 2026-03-21. Still believed." in " ".join(page.texts(NOTE))
    assert page.troubles() == []


def test_another_chain_by_keyboard(page):
    before = page.html(VIEW)
    page.choose("Chain", "without its intermediate")
    page.changed(VIEW, before)
    assert "It was believed, now it is unknown_ca." in " ".join(page.texts(NOTE))
    assert page.troubles() == []


def test_another_case_of_the_deck_comes_without_a_verdict(page):
    cell = page.code_cell("judge=False")
    select = cell.get_by_label("Chain")
    before = cell.locator(".tlskit-chain").inner_html()
    select.select_option(label="B")
    page.page.wait_for_function(
        "([cell, before]) => cell.querySelector('.tlskit-chain').innerHTML !== before",
        arg=[cell.element_handle(), before],
    )
    assert "Chain B: leaf." in cell.inner_text() and "verifier" not in cell.inner_text()
    assert page.troubles() == []
