"""Lesson 06 in JupyterLab: all cells run; a step, a slider and a pick redraw what is shown."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

ROUNDS, PARTS = ".jupyter-widgets .tlskit-rounds", ".jupyter-widgets .tlskit-parts"
NOTES = ".jupyter-widgets .tlskit-note"
SUITE = "Cipher suite"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/06_key_generation.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "06_key_generation")
    assert all(page.prompts())
    assert page.troubles() == []


def test_one_round_more_by_keyboard_redraws_p_hash_and_says_so(page):
    before = page.html(ROUNDS)
    page.tab_to(page.page.get_by_role("button", name="One round more"))
    page.page.keyboard.press("Space")
    page.changed(ROUNDS, before)
    assert "Round 2: A(2) = HMAC(secret, A(1))" in " ".join(page.texts(NOTES))


def test_the_slider_moves_by_keyboard(page):
    before = page.html(ROUNDS)
    page.tab_to(page.page.locator(".jupyter-widgets .noUi-handle").first)
    page.page.keyboard.press("ArrowRight")
    page.changed(ROUNDS, before)
    assert "Round 3: A(3) = HMAC(secret, A(2))" in " ".join(page.texts(NOTES))
    assert page.troubles() == []


def test_another_suite_redraws_the_key_block_and_says_what_changed(page, pictures):
    before = page.html(PARTS)
    page.choose(SUITE, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
    page.changed(PARTS, before)
    assert "MAC keys: none now." in " ".join(page.texts(NOTES))
    page.page.get_by_label(SUITE).first.scroll_into_view_if_needed()
    page.page.screenshot(path=pictures / "06_key_generation-other-suite.png")
    assert page.troubles() == []
