"""Packets, records and messages, drawn below each other; and the list that packs them anew."""

from tlskit.labs.server_flight import layers, pick_packing, server_talks
from tlskit.show.packing_view import packing, repacking


def test_rows_and_words_are_those_of_the_bytes():
    drawn = packing(layers(server_talks().flight))
    assert drawn.told("packets") == "2: 1460 and 681 bytes"
    assert drawn.told("records") == "4: 68, 1759, 305 and 9 bytes"
    assert ("messages", "ServerHelloDone", "2137–2140", "4") in drawn.rows()
    for layer in ("packets", "records", "messages"):
        assert layer in drawn.text() and layer in drawn.svg()
    assert 'alt="packets 2: 1460' in drawn.html() and "As a table" in drawn.html()


def test_many_pieces_are_told_by_number_and_size():
    cuts, _ = pick_packing(100)
    assert packing(cuts).told("records") == "22, of 26 to 105 bytes"


def test_another_pick_packs_anew_and_says_what_changed():
    widget = repacking(pick_packing)
    before = widget.drawing.value
    assert "Our client: accepted" in widget.note.value
    widget.size.value = 16384
    assert widget.drawing.value != before
    assert "Records: 1: 2126 bytes (before: 4)" in widget.note.value
    assert 'role="status"' in widget.note.value
    assert widget._repr_mimebundle_()["text/plain"].startswith("Content of a record: 16384\nlayer")


def test_an_error_is_shown_in_the_page():
    def spoilt(size):
        if size == 700:
            return pick_packing(size)
        raise ValueError("no such size")

    widget = repacking(spoilt)
    widget.size.value = 100
    assert 'role="alert"' in widget.note.value and "no such size" in widget.note.value
