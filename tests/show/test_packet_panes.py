"""The three panes of a capture: what is marked, said in words, and escaped."""

from xml.etree import ElementTree

import pytest

from tlskit import show
from tlskit.cipher_suites import suite_named
from tlskit.labs import brought_capture, own_capture
from tlskit.show.packet_panes import A_ROW, alternative, panes_svg

SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")


@pytest.fixture(scope="module")
def taken():
    return brought_capture.taken_apart(own_capture.capture_file(SUITE))


def panes(taken, picked=1, number=0, field="random"):
    name, message = taken.readable()[number]
    return show.packets(brought_capture.rows(taken.flights()), picked, message, field, name)


def test_each_message_is_drawn_and_its_field_is_marked(taken):
    for number, (name, _) in enumerate(taken.readable()):
        drawn = panes(taken, 1, number, "")
        root = ElementTree.fromstring(panes_svg(drawn))
        texts = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]
        assert f"2 · fields of {name}" in texts and "0000" in texts
    drawn = panes(taken)
    underlined = list(
        ElementTree.fromstring(panes_svg(drawn)).iter("{http://www.w3.org/2000/svg}line")
    )
    assert len(underlined) == 32 > A_ROW  # the random's bytes


def test_it_is_told_in_words_and_as_text(taken):
    drawn = panes(taken)
    assert "with random marked, and its bytes, in which bytes 6 to 37 are marked" in alternative(
        drawn
    )
    bundle = drawn._repr_mimebundle_()
    assert 'alt="Three panes. List of 7 packets' in bundle["text/html"]
    assert "ServerHelloDone" in bundle["text/plain"] and "> random" in bundle["text/plain"]


def test_names_of_strangers_are_escaped():
    drawn = show.packets([("1", "<b>", "2", "a&b")], 1, bytes([14, 0, 0, 0]))
    ElementTree.fromstring(panes_svg(drawn))
    assert "<b>" not in drawn._repr_mimebundle_()["text/html"].replace("<b>&", "")


def test_a_packet_that_is_not_there():
    with pytest.raises(ValueError, match="packets 1 to 1, not 2"):
        show.packets([("1", "client", "2", "x")], 2, bytes([14, 0, 0, 0]))
