"""Lesson 05 in JupyterLab: all cells run, another key exchange makes another table."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

CHOSEN = ".jupyter-widgets .tlskit-table"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/05_client_key_exchange.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "05_client_key_exchange")
    assert all(page.prompts())
    assert page.troubles() == []


def test_another_key_exchange_makes_another_table(page):
    before = page.html(CHOSEN)
    assert "98 bytes" in before
    page.choose("Key exchange", "RSA-2048")
    page.changed(CHOSEN, before)
    assert "in Certificate" in page.html(CHOSEN)
    assert page.troubles() == []
