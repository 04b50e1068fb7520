"""Captures: what is written is read again, in any order; other programs' files are read too."""

import subprocess
from itertools import pairwise
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlskit.captures import (
    Conversation,
    Segment,
    packet_block,
    packets,
    pcapng,
    read_capture,
)
from tlskit.order import Role
from tlskit.records import records_in

VECTORS = Path(__file__).parents[1] / "vectors"
CLIENT, SERVER = Role.CLIENT, Role.SERVER
ENDS = ("192.0.2.7", 50000), ("198.51.100.23", 443)
SIX = ("2001:db8::7", 50000), ("2001:db8::23", 443)
said = st.lists(
    st.tuples(st.sampled_from([CLIENT, SERVER]), st.binary(min_size=1, max_size=4000)), max_size=6
)


def conversation(parts, ends=ENDS) -> Conversation:
    segments = (Segment(who, data, 1.0 + at / 100) for at, (who, data) in enumerate(parts))
    return Conversation(*ends, tuple(segments))


def spoken(found: Conversation) -> tuple[bytes, bytes]:
    return found.sent_by(CLIENT), found.sent_by(SERVER)


def file_of(frames) -> bytes:
    """Return a capture with these frames, in their order."""
    head = pcapng([])
    return head + b"".join(packet_block(*frame) for frame in frames)


@settings(deadline=None, max_examples=40)
@given(said, st.sampled_from([ENDS, SIX]))
def test_what_is_written_is_read_again(parts, ends):
    one = conversation(parts, ends)
    (found,) = read_capture(pcapng([one], "# nothing\n")).conversations
    assert (found.client, found.server) == ends and not found.gaps
    assert spoken(found) == spoken(one)


@settings(deadline=None, max_examples=40)
@given(said, st.randoms(use_true_random=False))
def test_frames_may_come_late_and_twice(parts, chance):
    one = conversation(parts)
    frames = packets(one, 0)
    syn, rest = frames[0], frames[1:]
    rest += chance.sample(rest, len(rest) // 2)
    chance.shuffle(rest)
    (found,) = read_capture(file_of([syn, *rest])).conversations
    assert spoken(found) == spoken(one) and not found.gaps


def test_a_missing_segment_is_told_by_its_offset():
    one = conversation([(CLIENT, b"a" * 1460 + b"b" * 1460 + b"c" * 10), (SERVER, b"d" * 5)])
    frames = [frame for frame in packets(one, 0) if b"b" * 1460 not in frame[1]]
    (found,) = read_capture(file_of(frames)).conversations
    assert spoken(found) == (b"a" * 1460, b"d" * 5)
    assert found.gaps == {CLIENT: 1460}


def test_several_connections_are_kept_apart():
    ends = [(("192.0.2.7", port), ("198.51.100.23", 443)) for port in (50000, 50001)]
    talks = [conversation([(CLIENT, str(one).encode())], one) for one in ends]
    frames = [packets(talk, at) for at, talk in enumerate(talks)]
    mixed = [frame for pair in zip(*frames, strict=True) for frame in pair]
    found = read_capture(file_of(mixed)).conversations
    assert [(one.client, one.server) for one in found] == ends
    assert [one.sent_by(CLIENT) for one in found] == [str(one).encode() for one in ends]


def test_without_syn_a_client_hello_tells_who_the_client_is():
    hello = b"\x16\x03\x01\x00\x01\x01"
    swapped = (("192.0.2.7", 443), ("198.51.100.23", 50000))
    frames = packets(
        conversation([(CLIENT, hello), (SERVER, b"\x16\x03\x03\x00\x01\x02")], swapped), 0
    )
    (found,) = read_capture(file_of(frames[3:])).conversations
    assert found.client == ("192.0.2.7", 443) and found.sent_by(CLIENT) == hello


def test_without_any_sign_the_higher_port_is_the_client():
    frames = packets(conversation([(SERVER, b"x"), (CLIENT, b"y")]), 0)
    (found,) = read_capture(file_of(frames[3:])).conversations
    assert found.client == ENDS[0]


def test_sequence_numbers_wrap(monkeypatch):
    import tlskit.captures as captures

    class Late(captures.Line):
        def __init__(self, conversation, number):
            super().__init__(conversation, number)
            self.next = {CLIENT: 2**32 - 100, SERVER: 2**32 - 3}

    monkeypatch.setattr(captures, "Line", Late)
    one = conversation([(CLIENT, b"q" * 5000), (SERVER, b"r" * 3000)])
    (found,) = read_capture(pcapng([one])).conversations
    assert spoken(found) == spoken(one)


def test_the_key_log_of_the_secrets_block():
    lines = "CLIENT_RANDOM 00 11\n"
    assert read_capture(pcapng([], lines)).key_log == lines
    assert read_capture(pcapng([])).key_log == ""


def test_a_capture_that_we_did_not_make():
    found = read_capture((VECTORS / "illustrated_tls12.pcap").read_bytes()).conversations
    assert len(found) == 1
    kinds = [[one.content_type for one in records_in(found[0].sent_by(who))] for who in Role][:2]
    assert kinds == [[22, 22, 20, 22, 23, 21], [22, 22, 22, 22, 20, 22, 23]]


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", "neither"),
        (b"GET / HTTP/1.1\r\n" * 9, "neither"),
        (pcapng([])[:3], "neither"),
        (
            pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 147)
            + pack("<IIII", 0, 0, 4, 4)
            + b"abcd",
            "link type 147",
        ),
    ],
)
def test_files_that_are_none(data, words):
    with pytest.raises(ValueError, match=words):
        read_capture(data)


def test_too_large_a_file_is_not_read(monkeypatch):
    monkeypatch.setattr("tlskit.captures.MOST_BYTES", 10)
    with pytest.raises(ValueError, match="at most 10"):
        read_capture(bytes(11))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_damaged_files_are_read_or_refused_in_words(data):
    whole = bytearray(pcapng([conversation([(CLIENT, b"abc" * 700), (SERVER, b"d")])], "# x\n"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    try:
        read_capture(bytes(whole[:cut]))
    except ValueError as error:
        assert str(error)


def test_frames_have_times_that_do_not_run_back():
    frames = packets(conversation([(CLIENT, b"a"), (SERVER, b"b")]), 0)
    assert all(one[0] <= next_[0] for one, next_ in pairwise(frames))


@pytest.mark.peer("tshark")
@pytest.mark.parametrize("form", ["pcap", "nsecpcap", "pcapng"])
def test_files_that_wireshark_has_written(form, tmp_path):
    """editcap comes with tshark; it writes the same packets in other forms."""
    one = conversation([(CLIENT, b"a" * 3000), (SERVER, b"b" * 20)], SIX)
    (tmp_path / "ours").write_bytes(pcapng([one]))
    command = ["editcap", "-F", form, "ours", "theirs"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=20)
    (found,) = read_capture((tmp_path / "theirs").read_bytes()).conversations
    assert spoken(found) == spoken(one) and found.segments[0].time == 1.0
