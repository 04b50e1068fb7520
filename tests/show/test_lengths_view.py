"""Lengths of records as bars: rows, words, and what a pick changes."""

import base64
import re

import pytest

from tlskit import show
from tlskit.labs import lengths


def chooser():
    return show.lengths_chooser(lengths.seen, list(lengths.PAGES), list(lengths.PADDINGS))


def test_rows_and_text_say_which_page_a_length_can_be():
    shown = show.lengths(lengths.seen("none"), "/help/threats")
    assert shown.rows[2] == ("/help/threats (fetched)", "333 bytes", "/help/threats")
    assert shown.sentence == "A record of 333 bytes goes by: that is /help/threats, and no other."
    assert shown.sentence in str(shown) and "/help/camera" in str(shown)
    page = shown._repr_mimebundle_()["text/html"]
    assert 'alt="A record of 333 bytes' in page and "The same as a table" in page


@pytest.mark.parametrize(
    ("padding", "words"),
    [("to 64 bytes", "it is /help/camera or /help/password."), ("to 256 bytes", "any of these")],
)
def test_the_sentence_says_what_is_left_open(padding, words):
    assert words in show.lengths(lengths.seen(padding), "/help/camera").sentence


def test_the_drawing_marks_the_fetched_page_by_word_and_weight_not_by_colour_alone():
    html = show.lengths(lengths.seen("none"), "/help/camera").html()
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).decode()
    assert svg.count("(fetched)") == 1 and svg.count('stroke-width="2.5"') == 1


def test_an_unknown_page_is_refused_in_words():
    with pytest.raises(ValueError, match="there is no page '/x'; there are /help/camera"):
        show.lengths(lengths.seen("none"), "/x")


def test_a_pick_changes_the_picture_and_is_said():
    widget = chooser()
    assert widget.note.value == ""
    before = widget.view.value
    widget.padding.value = "to 256 bytes"
    assert widget.view.value != before
    assert 'role="status"' in widget.note.value and "any of these pages" in widget.note.value
    before = widget.view.value
    widget.page.value = "/help/threats"
    assert widget.view.value != before and "/help/threats" in widget.note.value
    assert widget._repr_mimebundle_()["text/plain"] == str(widget.shown)


def test_an_error_is_shown_in_the_page():
    def run(padding: str):
        if padding != "none":
            raise RuntimeError("no run today")
        return lengths.seen(padding)

    widget = show.lengths_chooser(run, list(lengths.PAGES), list(lengths.PADDINGS))
    widget.padding.value = "to 64 bytes"
    assert "no run today" in widget.note.value and "alert" in widget.note.value
