"""Lesson 10 in JupyterLab: all cells run, and a pick in its widget draws another handshake."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

BRINGS = "It brings"
SENTENCE, LADDER = ".jupyter-widgets .tlskit-brought", ".jupyter-widgets .tlskit-ladder"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/10_resumption.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "10_resumption")
    assert all(page.prompts())
    assert page.troubles() == []


def test_what_is_brought_decides_about_the_handshake(page):
    full = page.html(LADDER)
    assert "server sends Certificate" in full
    page.choose(BRINGS, "a ticket")
    page.changed(LADDER, full)
    short = page.html(LADDER)
    assert "server sends Certificate" not in short
    assert "abbreviated handshake" in page.html(SENTENCE)
    page.choose(BRINGS, "a ticket with one bit flipped")
    page.changed(LADDER, short)
    assert "Now: full handshake" in " ".join(page.texts(".tlskit-note"))
    assert page.troubles() == []
