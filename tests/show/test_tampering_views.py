"""The tampering map and lab: letters, lines, words; a pick changes what is shown."""

from collections import namedtuple

import pytest

from tlskit import show
from tlskit.labs import tampering
from tlskit.show import tampering_drawing as drawing

Cell = namedtuple("Cell", "message field finder alert how")
PLAIN = Cell("Certificate", "content", "client", "bad_certificate", "reading")
SERVER = Cell("ClientHello", "random", "server", "decrypt_error", "verify_data")
WAITS = Cell("ClientHello", "length", "server", "", "waits")
NOTHING = Cell("ClientHello", "header version minor", "", "", "nothing")


@pytest.fixture(scope="module")
def shown():
    return show.tampering_map(tampering.every_byte())


@pytest.fixture
def lab():
    return show.tampering(tampering)


@pytest.mark.parametrize(
    ("cell", "letter", "words"),
    [
        (PLAIN, "c", "client bad_certificate or unknown_ca"),
        (PLAIN._replace(alert="unknown_ca"), "c", "client bad_certificate or unknown_ca"),
        (SERVER, "F", "server decrypt_error (Finished)"),
        (SERVER._replace(finder="client"), "f", "client decrypt_error (Finished)"),
        (SERVER._replace(how="signature"), "S", "server decrypt_error (signature)"),
        (WAITS, "W", "server waits"),
        (NOTHING, "*", "no effect"),
        (PLAIN._replace(alert="user_canceled"), "x", "client user_canceled"),
    ],
)
def test_a_cell_has_a_letter_and_words(cell, letter, words):
    assert (drawing.letter(cell), drawing.words(cell)) == (letter, words)


def test_equal_lines_are_drawn_once_but_never_the_picked_one():
    cells = [PLAIN] * (4 * drawing.COLUMNS + 3)
    assert [(one.start, one.alike) for one in drawing.lines(cells)] == [(0, 3), (192, 0)]
    picked = drawing.lines(cells, 2 * drawing.COLUMNS)
    assert [(one.start, one.alike) for one in picked] == [(0, 1), (96, 1), (192, 0)]


def test_every_byte_is_in_a_line_of_the_map(shown):
    for picked in (-1, 0, 700, len(shown.cells) - 1):
        drawn = drawing.lines(shown.cells, picked)
        assert sum(len(one.cells) * (1 + one.alike) for one in drawn) == len(shown.cells)


def test_the_map_reads_as_text_and_as_a_table(shown):
    text, html = shown.text(), shown.html()
    assert "8 times nobody notices (in every message but Finished (client) and" in text
    assert "ServerHelloDone                uv*wwuwww" in text
    assert drawing.WHOSE in text
    rows = drawing.rows(shown.cells)
    assert ("ClientHello", "cipher_suites[1]", "2", "server bad_record_mac") in rows
    assert sum(int(row[2]) for row in rows) == len(shown.cells)
    assert 'alt="Map of 1645 bytes' in html and "<details>" in html


def test_no_kind_is_told_by_its_colour_alone(shown):
    drawn = drawing.svg(shown)
    for pattern in ("rising", "falling", "dots"):
        assert f"url(#{pattern})" in drawn
    letters = {drawing.letter(cell).lower() for cell in shown.cells if cell.how != "reading"}
    assert letters == {"s", "f", "m", "w", "*"}
    assert len({look.face for look in drawing.LOOKS.values()}) == len(drawing.LOOKS)


def test_kinds_are_those_of_the_lab():
    kinds = {tampering.NOTHING, tampering.WAITS, tampering.READING, tampering.SIGNATURE}
    assert set(drawing.LOOKS) == kinds | {tampering.VERIFY_DATA, tampering.NO_OPENING}


def test_a_single_change_reads_as_text():
    found = show.tampered(tampering.flip("ServerHelloDone", "length", byte=2))
    text = found._repr_mimebundle_()["text/plain"]
    assert text.startswith("Bit 0 of byte 8 of the ServerHelloDone record, in length: 00 becomes")
    assert "client waits" in text and "ServerHelloDone" in text


def test_a_pick_runs_another_handshake_and_says_so(lab):
    before = lab.note.value, lab.ladder.value
    lab.pick("ServerHello", "random", byte=31, bit=3)
    assert "client decrypt_error" in lab.note.value and "Bit 3 of byte 42" in lab.note.value
    assert 'aria-live="polite"' in lab.note.value
    assert (lab.note.value, lab.ladder.value) != before
    assert repr(lab).startswith("Bit 3 of byte 42 of the ServerHello record")


def test_a_shorter_field_takes_the_byte_back_into_its_range(lab):
    lab.pick("ServerHello", "random", byte=31)
    lab.field.value = "cipher_suite"
    assert (lab.byte.max, lab.byte.value) == (1, 1) and "client" in lab.note.value


def test_extended_master_secret_off_leads_elsewhere(lab):
    lab.pick("ClientHello", "cipher_suites[1]")
    assert "server bad_record_mac" in lab.note.value
    lab.extended.value = False
    assert "server decrypt_error" in lab.note.value


def test_a_field_that_is_gone_is_no_error(lab):
    lab.pick("ClientHello", "extended_master_secret.length")
    lab.extended.value = False
    assert lab.field.value == "header type" and "tlskit-error" not in lab.note.value


def test_the_map_is_drawn_when_it_is_asked_for_with_the_picked_byte_framed(lab):
    assert lab.map.value == ""
    lab.with_map.value = True
    first = lab.map.value
    assert "tlskit-tampering-map" in first and "below the ladder" in lab.note.value
    lab.pick("Certificate", "certificate_list[0].content", byte=200)
    assert lab.map.value != first
    lab.with_map.value = False
    assert lab.map.value == ""


def test_a_name_that_is_not_there_is_refused(lab):
    with pytest.raises(ValueError, match="Message has no 'Finished'"):
        lab.pick("Finished", "fragment")
    with pytest.raises(ValueError, match="Field has no 'radnom'"):
        lab.pick("ServerHello", "radnom")


def test_what_the_lab_raises_is_seen_in_the_page(lab, monkeypatch):
    def broken(*_):
        raise RuntimeError("no more handshakes")

    monkeypatch.setattr(lab.lab, "flip", broken)
    lab.bit.value = 5
    assert "no more handshakes" in lab.note.value and 'role="alert"' in lab.note.value


def test_a_pick_leaves_the_lists_that_stay_the_same_where_they_stand(lab):
    stood = []
    lab.message.observe(lambda change: stood.append(change.new), names="index")
    lab.pick("ServerHelloDone", "length")
    assert stood == [lab.message.options.index("ServerHelloDone")]
