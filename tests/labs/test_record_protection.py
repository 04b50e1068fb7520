"""What lesson 07 says about records, against real ends: sizes, harm, who notices and when."""

from functools import cache

import pytest

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.labs import record_protection as lab
from tlskit.labs.record_protection import CBC, CHACHA, GCM, recorded_finished, send
from tlskit.lesson import client_settings, openssl_server
from tlskit.peers import exchange
from tlskit.record_journey import ACTS, flipped, parts, reordered
from tlskit.records import split
from tlskit.registry import AlertDescription

KINDS = [(GCM, False), (CHACHA, False), (CBC, False), (CBC, True)]
NAMES = ["gcm", "chacha", "cbc", "cbc-etm"]
every_kind = pytest.mark.parametrize(("suite", "etm"), KINDS, ids=NAMES)


# ---------------------------------------------------------------- what goes by


@pytest.mark.parametrize(
    ("suite", "etm", "size"),
    [(*kind, size) for kind, size in zip(KINDS, (40, 32, 64, 68), strict=True)],
    ids=NAMES,
)
def test_the_size_of_a_protected_finished_without_the_records_header(suite, etm, size):
    finished = recorded_finished(suite, etm)
    assert len(finished.message) == 16 and finished.message[:4] == bytes.fromhex("1400000c")
    assert finished.fragment_size == size == int.from_bytes(finished.record[3:5], "big")
    assert sum(part.size for part in finished.parts) == 5 + size


def test_change_cipher_spec_is_one_byte_in_a_record_of_its_own_type_and_in_no_transcript():
    change = [one for one in lab.on_the_wire() if one.content_type == "change_cipher_spec"]
    assert [one.data.hex(" ") for one in change] == ["14 03 03 00 01 01"] * 2
    assert not any(one.protected for one in change)
    run = lab.handshake(GCM)
    types = [message[0] for message in run.client.state.handshake_messages]
    assert types == [1, 2, 11, 12, 14, 16, 20, 20]  # no message for either ChangeCipherSpec


def test_each_side_switches_its_own_direction_and_headers_stay_readable():
    rest = [(one.sender, one.content_type, one.protected) for one in lab.on_the_wire()][6:]
    assert rest == [
        ("client", "change_cipher_spec", False),
        ("client", "handshake", True),
        ("server", "change_cipher_spec", False),
        ("server", "handshake", True),
        ("client", "application_data", True),
        ("server", "application_data", True),
    ]
    for one in lab.on_the_wire():
        record, left = split(one.data)
        assert record is not None and record.version in (0x0301, 0x0303) and not left


@every_kind
def test_the_sequence_number_is_not_in_the_record_unless_a_gcm_sender_copies_it(suite, etm):
    finished = recorded_finished(suite, etm)
    names = [part.name for part in finished.parts]
    assert names[:3] == ["content type", "version", "length"]
    assert set(names[3:]) <= {"explicit nonce", "IV", "ciphertext", "tag", "MAC"}


def test_openssls_explicit_nonce_is_not_its_sequence_number():
    number, explicit = lab.openssl_explicit_nonce()
    assert number == 0 and explicit != bytes(8)


# ---------------------------------------------------------------- harm on the way


@every_kind
@pytest.mark.parametrize(
    ("act", "record", "notices", "arrival"),
    [
        ("nothing", 2, "nobody", None),
        ("flip", 2, "record 2", 2),
        ("replay", 2, "the copy", 3),
        ("replay", 3, "the copy", 4),
        ("reorder", 2, "record 3", 2),
        ("drop", 2, "record 3", 2),
        ("drop", 3, "nobody", None),
    ],
)
def test_who_notices_and_when(suite, etm, act, record, notices, arrival):
    went = send(act, record, suite=suite, encrypt_then_mac=etm)
    assert went.noticed_at == notices
    assert went.noticed_by == ("server" if arrival else "nobody")
    assert went.alert == ("bad_record_mac" if arrival else "")
    if arrival:
        assert went.arrivals.index(went.noticed) + 1 == arrival
        assert went.read == lab.CONTENTS[: arrival - 1]
        assert f"arrival {arrival}" in went.end
    assert [one.number for one in went.sent] == [1, 2, 3]  # Finished was 0


@every_kind
def test_a_bit_flipped_anywhere_in_the_fragment_is_bad_record_mac(suite, etm):
    made_of = send(suite=suite, encrypt_then_mac=etm).parts
    for part in made_of[3:]:
        for bit in (0, 8 * part.size - 1):
            went = send("flip", 2, part.name, bit, suite=suite, encrypt_then_mac=etm)
            assert (went.alert, went.noticed_at) == ("bad_record_mac", "record 2"), (part, bit)


@pytest.mark.parametrize(
    ("part", "bit", "alert"),
    [
        ("content type", 0, "unexpected_message"),
        ("content type", 7, "bad_record_mac"),
        ("version", 0, "protocol_version"),
        ("version", 15, "bad_record_mac"),
        ("length", 0, "record_overflow"),
        ("length", 11, "bad_record_mac"),
        ("length", 8, ""),
    ],
)
def test_a_bit_flipped_in_the_header(part, bit, alert):
    went = send("flip", 2, part, bit)
    assert went.alert == alert
    if not alert:
        assert went.read == ("unmute",) and "waits" in went.end


def test_openssl_judges_the_same_harm_in_the_same_way():
    for act, fine in (("flip", 1), ("replay", 2), ("reorder", 1), ("drop", 1)):
        client = Connection(client_settings(suites=(GCM,)), tls12.client())
        server = openssl_server("rsa")
        assert not exchange(client, server)
        sent = []
        for which, text in enumerate(lab.CONTENTS, 1):
            client.write(text.encode())
            sent.append((which, client.data_to_send()))
        if act == "flip":
            sent[1] = (2, flipped(sent[1][1], "tag", 15, parts(GCM, sent[1][1])))
        server.receive(b"".join(data for _, data in ACTS[act](sent, 2)))
        assert server.read() == "".join(lab.CONTENTS[:fine]).encode(), act
        with pytest.raises(Alert) as told:
            client.receive(server.data_to_send())
        assert told.value.description is AlertDescription.bad_record_mac, act


def test_openssl_looks_at_both_bytes_of_the_version_before_it_opens_a_record():
    client = Connection(client_settings(suites=(GCM,)), tls12.client())
    server = openssl_server("rsa")
    assert not exchange(client, server)
    client.write(b"mute")
    record = client.data_to_send()
    server.receive(flipped(record, "version", 15, parts(GCM, record)))
    with pytest.raises(Alert) as told:
        client.receive(server.data_to_send())
    assert told.value.description is AlertDescription.protocol_version


def test_a_receiver_that_believes_the_explicit_nonce_takes_everything():
    def believed(counted, explicit_nonce):
        return int.from_bytes(explicit_nonce, "big")

    for act, read in (
        ("replay", ("unmute", "mute", "mute", "leave room 42")),
        ("reorder", ("unmute", "leave room 42", "mute")),
        ("drop", ("unmute", "leave room 42")),
    ):
        went = send(act, server_opens=lab.numbered_by(believed))
        assert went.read == read and went.noticed_at == "nobody"


def test_a_receiver_that_counts_for_itself_does_not():
    went = send("replay", server_opens=lab.numbered_by(lambda counted, explicit_nonce: counted))
    assert went.noticed_at == "the copy"


def test_the_readers_way_to_open_is_the_servers_only_one():
    asked = []

    def my_open(key, salt, sequence_number, record):
        asked.append((len(key), len(salt), sequence_number, record[0]))
        raise lab.InvalidTag

    with pytest.raises(Alert) as error:
        send("nothing", server_opens=lab.opened_by(my_open))
    assert error.value.description is AlertDescription.bad_record_mac
    assert asked == [(16, 4, 0, 22)]
    assert lab.opened_by(my_open).__name__ == "my_open"


# ---------------------------------------------------------------- words, and what can't be


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"act": "eat"}, "it is one of nothing, flip"),
        ({"record": 4}, "records 1 to 3, not 4"),
        ({"act": "flip", "part": "MAC"}, "no part 'MAC'; it has content type"),
        ({"act": "flip", "part": "tag", "bit": 128}, "bits 0 to 127, not 128"),
        ({"contents": ("a", "", "b")}, "without content"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        send(**arguments)


def test_the_last_record_changes_places_with_the_one_before():
    assert [one for one, _ in reordered([(1, b""), (2, b""), (3, b"")], 3)] == [1, 3, 2]


@cache
def inside():
    return lab.inside_cbc(recorded_finished(CBC))


def test_inside_a_cbc_record_are_content_mac_and_padding():
    assert inside()["content"] == recorded_finished(CBC).message
    assert {name: len(part) for name, part in inside().items()} == {
        "content": 16,
        "MAC": 20,
        "padding": 11,
        "padding_length": 1,
    }
    assert set(inside()["padding"]) == {11} == set(inside()["padding_length"])


def test_a_nonce_that_serves_twice_gives_away_the_xor_of_the_texts():
    cipher = lab.recorded_finished().keys.aead
    texts = b"unmute me in room 42", b"my password is qu42y"
    one, two = (cipher.encrypt(bytes(12), text, None)[:20] for text in texts)
    both = bytes(a ^ b for a, b in zip(one, two, strict=True))
    assert both == bytes(a ^ b for a, b in zip(*texts, strict=True))


def test_padding_has_one_byte_at_least_so_that_full_blocks_get_one_more():
    full = recorded_finished(suite_named("TLS_RSA_WITH_AES_256_CBC_SHA256"))
    assert full.fragment_size == 16 + (16 + 32) + 16
