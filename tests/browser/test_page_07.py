"""Lesson 07 in JupyterLab: it runs to its end, the record lab answers, an answer is written."""

import nbformat
import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

LAB = ".tlskit-record-lab"


@pytest.fixture(scope="module")
def page(root):
    """The lesson with one prediction filled in, and wrong."""
    path = root / "notebooks/07_record_protection.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    asked = next(cell for cell in cells if "gcm_size = ..." in cell.source)
    wrong = asked.source.replace("gcm_size = ...", "gcm_size = 32")
    with opened(path, edit={asked.id: wrong}) as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "07_record_protection")
    assert all(page.prompts())
    assert page.troubles() == []
    assert page.cut_off() == []


def test_the_record_lab_answers_each_pick(page, pictures):
    for label, choice, words in (
        ("On the way", "flip a bit", "record 2: bad_record_mac"),
        ("Which part", "content type (1 byte)", "unexpected_message"),
        ("Suite", "ChaCha20-Poly1305", "33 → 25 bytes on the wire"),
        ("Which record", "record 3", "arrival 3, record 3"),
    ):
        before = page.html(LAB)
        page.choose(label, choice)
        page.changed(LAB, before)
        assert any(words in text for text in page.texts(".tlskit-note")), (label, choice)
    before = page.html(LAB)
    slider = page.page.get_by_role("slider").first
    slider.focus()
    page.page.keyboard.press("ArrowRight")
    page.changed(LAB, before)
    page.page.get_by_label("On the way").first.scroll_into_view_if_needed()
    page.page.screenshot(path=pictures / "07_record_protection-lab.png")
    assert page.troubles() == []


def test_a_wrong_prediction_is_met_with_why_and_the_record(page):
    said = " ".join(page.texts(".tlskit-report"))
    assert "the nonce needs 8 bytes that travel along" in said
    assert page.html(".tk-bar[role=img]")
    assert "predict first" in said and "not written yet" in said
