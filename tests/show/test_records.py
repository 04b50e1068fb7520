"""Records in pictures: a record's parts, its way, and the lab in which a reader does harm to it."""

import pytest

from tlskit import show
from tlskit.labs.record_protection import CBC, CONTENTS, GCM, recorded_finished, send
from tlskit.show.record_pictures import ARRIVED_HEAD, harm_rows

ETM = ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", True)


@pytest.fixture
def lab():
    return show.record_lab(send, CONTENTS)


def said(lab) -> str:
    return lab.note.value.partition("</style>")[2]


def test_a_record_is_cut_into_its_parts_with_words_for_who_can_read_them():
    finished = recorded_finished(GCM)
    drawn = show.record(finished.record, finished.parts, "Finished")
    rows = {name: (size, seen) for name, size, seen, _ in drawn.rows}
    assert rows["length"] == (2, "in the clear") and rows["explicit nonce"] == (8, "in the clear")
    assert rows["ciphertext"] == rows["tag"] == (16, "needs the key")
    assert bytes.fromhex("".join(piece for *_, piece in drawn.rows)) == finished.record
    bundle = drawn._repr_mimebundle_()
    assert "Finished: 5 bytes of record header, then 40" in bundle["text/plain"]
    assert 'role="img" aria-label="Finished: 5 bytes' in bundle["text/html"]
    assert "explicit nonce 8 bytes, in the clear" in bundle["text/html"]


def test_parts_that_do_not_make_up_the_record_are_refused():
    finished = recorded_finished(CBC)
    with pytest.raises(ValueError, match="the parts have 69 bytes, the record has 70"):
        show.record(finished.record + b"x", finished.parts)


def test_a_journey_says_what_was_sent_what_came_and_who_noticed():
    bundle = show.journey(send("replay"))._repr_mimebundle_()
    text = bundle["text/plain"]
    assert "record 2 arrives twice" in text and "notices at arrival 3, record 2" in text
    drawn = show.journey(send("replay"))
    assert [row[:5] for row in drawn.arrived_rows] == [
        (1, "record 1", 1, 1, "unmute"),
        (2, "record 2", 2, 2, "mute"),
        (3, "record 2", 2, 3, ""),
        (4, "record 3", 3, "", ""),
    ]
    assert drawn.arrived_rows[2][5] == "does not open: bad_record_mac"
    for head in ARRIVED_HEAD:
        assert f'<th scope="col">{head}</th>' in bundle["text/html"]


def test_the_lab_begins_unharmed_and_reads_as_text(lab):
    assert "nothing is done on the way" in str(lab) and "The server reads what was sent." in str(
        lab
    )
    assert lab._repr_mimebundle_()["text/plain"] == str(lab)
    assert lab.part.disabled and lab.bit.disabled and lab.record.disabled


def test_each_pick_changes_the_picture_and_says_what_happened(lab):
    for picks, words in (
        ({"act": "replay"}, "Record 2 arrives twice."),
        ({"record": 3}, "The server notices at arrival 4, record 3: bad_record_mac."),
        ({"act": "drop"}, "it cannot know that there was one more"),
        ({"act": "flip", "record": 2}, "Bit 0 of the ciphertext of record 2 is flipped."),
        ({"part": "content type"}, "unexpected_message"),
        ({"bit": 7}, "bad_record_mac"),
        ({"suite": ETM}, "Record 2: 33 → 57 bytes on the wire."),
        ({"content": "mute, please"}, "bad_record_mac"),
    ):
        before = lab.view.value
        lab.pick(**picks)
        assert lab.view.value != before, picks
        assert words in said(lab), picks
        assert 'role="status" aria-live="polite"' in said(lab)
    assert "mute, please" in lab.view.value


def test_what_was_changed_on_the_way_is_shown_byte_by_byte(lab):
    lab.pick(act="flip", part="version", bit=15)
    assert ("version", 2, "03 03", "byte 1: 03 → 02") in harm_rows(lab.journey)
    assert "byte 1: 03 → 02" in str(lab)
    assert "<td>byte 1: 03 → 02</td>" in lab.view.value
    assert lab.view.value.count("<td>the same</td>") == 5
    lab.pick(act="drop")
    assert lab.view.value.count("<td>never</td>") == 6


def test_parts_and_bits_follow_the_suite(lab):
    lab.pick(act="flip", part="tag", bit=127)
    lab.pick(suite=ETM)
    assert [name for _, name in lab.part.options][3:] == ["IV", "ciphertext", "MAC"]
    assert lab.part.value == "ciphertext" and not lab.part.disabled
    lab.pick(part="length")
    assert lab.bit.max == 15 and lab.bit.value <= 15
    assert lab.journey.part == "length"


def test_an_error_is_shown_in_the_page_and_gone_with_the_next_pick(lab):
    lab.pick(content="")
    assert "tlskit-error" in lab.note.value and "write something" in lab.note.value
    lab.pick(content="<script>")
    assert "tlskit-error" not in lab.note.value
    assert "<script>" not in lab.view.value and "&lt;script&gt;" in lab.view.value


def test_there_is_no_such_control(lab):
    with pytest.raises(ValueError, match="no control 'colour'; there are suite, content"):
        lab.pick(colour="red")
