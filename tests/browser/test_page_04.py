"""Lesson 04 in JupyterLab: all cells run, another size of records redraws the flight."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

CHOSEN = ".jupyter-widgets .tlskit-packing"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/04_server_key_exchange.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "04_server_key_exchange")
    assert all(page.prompts())
    assert page.troubles() == []


def test_another_size_of_records_redraws_the_flight(page, pictures):
    before = page.html(CHOSEN)
    page.choose("Content of a record", "16384 bytes")
    page.changed(CHOSEN, before)
    assert "Our client: accepted" in " ".join(page.texts(".tlskit-note"))
    assert page.troubles() == []
