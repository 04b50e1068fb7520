"""Lesson 08 in JupyterLab: it runs to its end unanswered, and the tampering lab follows a pick."""

import pytest
from lab import opened
from notebook_page import RUN_SECONDS

pytestmark = pytest.mark.peer("chromium")

NOTE, LADDER = ".jupyter-widgets .tlskit-note", ".jupyter-widgets .tlskit-ladder"
MAP = ".jupyter-widgets .tlskit-tampering-map"


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/08_finished.ipynb") as page:
        page.run_all()
        yield page


def test_it_runs_to_its_end_with_nothing_answered(page, pictures):
    page.screenshots(pictures, "08_finished")
    assert all(page.prompts())
    assert page.troubles() == []
    assert page.cut_off() == []


def test_no_map_is_drawn_before_it_is_asked_for(page):
    assert page.html(".tlskit-tampering-map") == ""


def test_another_message_and_field_chosen_by_keyboard_redraw_the_ladder(page):
    note, ladder = page.html(NOTE), page.html(LADDER)
    page.choose("Message", "ServerHelloDone")
    page.changed(NOTE, note)
    page.changed(LADDER, ladder)
    note, ladder = page.html(NOTE), page.html(LADDER)
    page.choose("Field", "length")
    page.changed(NOTE, note)
    page.changed(LADDER, ladder)
    assert "client waits" in page.html(NOTE)
    assert page.troubles() == []


def test_another_bit_is_flipped_by_the_slider(page):
    note = page.html(NOTE)
    page.page.get_by_role("slider").last.focus()  # the lab has two: byte, and bit
    page.page.keyboard.press("ArrowRight")
    page.changed(NOTE, note)
    assert "Bit 1 of byte" in page.html(NOTE)


def test_the_map_is_drawn_on_demand_and_follows_extended_master_secret(page, pictures):
    page.page.get_by_label("Show the map of all bytes").check()
    page.changed(MAP, "", RUN_SECONDS)  # 1600 handshakes: on a busy machine no matter of seconds
    first = page.html(MAP)
    page.page.get_by_label("Extended master secret").uncheck()
    page.changed(MAP, first, RUN_SECONDS)
    page.page.get_by_label("Extended master secret").scroll_into_view_if_needed()
    page.page.screenshot(path=pictures / "08_finished-map.png")
    assert page.cut_off() == []
    assert page.troubles() == []
