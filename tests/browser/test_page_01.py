"""Lesson 01 in JupyterLab: it runs to its end, its widgets answer, an answer opens its cells."""

import re

import nbformat
import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

NAME = "01_client_hello"
EXPLORER = ".jupyter-widgets .tlskit-explorer"


@pytest.fixture(scope="module")
def page(root):
    path = root / f"notebooks/{NAME}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    predicted = next(cell for cell in cells if cell.source.startswith("first_session_id = ..."))
    answer = re.sub(r"\.\.\.", "0", predicted.source, count=1)
    with opened(path, edit={predicted.id: answer}) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, NAME)
    assert all(page.prompts())
    assert page.troubles() == []


def test_what_is_not_predicted_stays_closed_and_a_wrong_prediction_is_met_with_why(page):
    said = " ".join(page.texts(".tlskit-report"))
    assert "predict first" in said and "not written yet" in said
    assert "You predicted 0; it is 32." in said


def test_another_field_picked_by_keyboard_redraws_the_explorer(page):
    before = page.html(EXPLORER)
    assert "session_id" in before
    page.choose("Message", next(one for one in page.choices("Message") if "ServerHello" in one))
    page.changed(EXPLORER, before)
    assert "cipher_suite" in page.html(EXPLORER)
    assert page.troubles() == []
