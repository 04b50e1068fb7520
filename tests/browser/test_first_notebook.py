"""The first notebook in JupyterLab: all cells run, another suite redraws what is shown."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

LADDER, FIGURE, SUITE = ".tlskit-ladder", "img.tlskit-figure", "Cipher suite"
RESUMPTION = "Resumption"
CHOSEN_LADDER, CHOSEN_FIGURE = f".jupyter-widgets {LADDER}", f".jupyter-widgets {FIGURE}"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/00_first_handshake.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "00_first_handshake")
    assert all(page.prompts())
    assert page.troubles() == []


def test_ladder_figure_and_explorer_are_there_and_have_words(page):
    for part in (LADDER, FIGURE, ".tlskit-explorer"):
        assert page.html(part), f"nothing in the outputs is {part}"
    words = page.page.locator(f"{LADDER}, {LADDER} [role=img]").evaluate_all(
        "all => all.map(it => it.getAttribute('aria-label') || it.getAttribute('alt')"
        " || it.querySelector('title, caption, [aria-label], img[alt]')?.outerHTML || '')"
    )
    assert any(word.strip() for word in words), "the ladder has no text alternative"


def test_another_suite_chosen_by_keyboard_redraws_ladder_and_figure(page, pictures):
    chosen = page.page.get_by_label(SUITE).first.locator("option:checked").text_content()
    other = next(choice for choice in page.choices(SUITE) if choice != chosen)
    ladder, figure = page.html(CHOSEN_LADDER), page.html(CHOSEN_FIGURE)
    page.choose(SUITE, other)
    page.changed(CHOSEN_LADDER, ladder)
    page.changed(CHOSEN_FIGURE, figure)
    page.page.get_by_label(SUITE).first.scroll_into_view_if_needed()
    page.page.screenshot(path=pictures / "00_first_handshake-other-suite.png")
    assert page.troubles() == []

    ladder, figure = page.html(CHOSEN_LADDER), page.html(CHOSEN_FIGURE)
    page.choose(SUITE, chosen)
    page.changed(CHOSEN_LADDER, ladder)
    page.changed(CHOSEN_FIGURE, figure)
    assert page.troubles() == []


def test_resumption_chosen_by_keyboard_draws_an_abbreviated_handshake(page, pictures):
    assert page.choices(RESUMPTION) == ["no", "by session ID", "by ticket"]
    full = page.html(CHOSEN_LADDER)
    assert "server sends Certificate" in full
    page.choose(RESUMPTION, "by ticket")
    page.changed(CHOSEN_LADDER, full)
    short = page.html(CHOSEN_LADDER)
    for gone in ("Certificate", "ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange"):
        assert f"sends {gone}" in full and f"sends {gone}" not in short
    for one, first, then in ((full, "client", "server"), (short, "server", "client")):
        assert 0 < one.index(f"8: {first} sends Finished") < one.index(f"8: {then} sends Finished")
    said = " ".join(page.texts(".tlskit-note"))
    assert "ClientKeyExchange are gone" in said and "The server's Finished comes first" in said
    page.page.get_by_label(RESUMPTION).first.scroll_into_view_if_needed()
    page.page.screenshot(path=pictures / "00_first_handshake-resumed.png")
    assert page.troubles() == []
    page.choose(RESUMPTION, "no")
    page.changed(CHOSEN_LADDER, short)


def test_it_runs_in_the_dark_theme_and_at_twice_the_size(root, pictures):
    with opened(root / "notebooks/00_first_handshake.ipynb", dark=True, zoom=2) as page:
        page.run_all()
        page.screenshots(pictures, "00_first_handshake-dark-zoom2")
        assert page.troubles() == []
        assert page.html(LADDER) and page.html(FIGURE)
        assert page.cut_off() == []
