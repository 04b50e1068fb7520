"""Lesson 09 in JupyterLab: all cells run, and a pick in its widget redraws the lengths."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

PAGE, FILLED = "Page", "Filled up"
LENGTHS = ".jupyter-widgets .tlskit-lengths"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/09_application_data.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "09_application_data")
    assert all(page.prompts())
    assert page.troubles() == []


def test_pages_filled_up_look_the_same_from_outside(page):
    before = page.html(LENGTHS)
    page.choose(FILLED, "to 256 bytes")
    page.changed(LENGTHS, before)
    assert "it can be any of these pages" in " ".join(page.texts(".tlskit-note"))
    before = page.html(LENGTHS)
    page.choose(PAGE, "/help/threats")
    page.changed(LENGTHS, before)
    assert page.troubles() == []
