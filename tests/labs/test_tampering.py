"""The tampering lab: what a change on the way leads to, each time by a real handshake."""

import pytest

from tlskit.checks.lesson_08 import right_wire
from tlskit.labs import tampering
from tlskit.labs.in_transit import ANSWER, CLIENT, REQUEST, SERVER, by_record, unharmed
from tlskit.records import records_in as records
from tlskit.tls12.key_schedule import handshake_hash, prf_sha256, verify_data

BOTH = pytest.mark.parametrize("extended", [True, False])


def listened():
    heard = []

    def listen(sender, record):
        heard.append((sender, record))
        return record

    return tampering.through(listen), heard


def cells(extended, message, field):
    every = tampering.every_byte(extended)
    return [one for one in every if (one.message, one.field) == (message, field)]


# ---------------------------------------------------------------- the wire


def test_a_wire_that_only_listens_changes_nothing():
    quiet, heard = listened()
    assert str(quiet) == "no effect" and quiet.how == tampering.NOTHING and quiet.who == "nobody"
    assert quiet.talk.read == {CLIENT: ANSWER, SERVER: REQUEST}
    sent = {side: b"".join(one for who, one in heard if who == side) for side in (CLIENT, SERVER)}
    assert sent == quiet.talk.sent


def test_a_wire_by_records_is_given_whole_records():
    _, heard = listened()
    assert all(len(records(one)) == 1 for _, one in heard)
    assert by_record(lambda _, record: record)(CLIENT, 0, heard[0][1]) == unharmed(
        CLIENT, 0, heard[0][1]
    )


def test_both_finished_cover_what_came_before_them_and_not_themselves():
    quiet, _ = listened()
    state = quiet.client.state
    *before, of_client, of_server = state.handshake_messages
    for label, covered, message in (
        (b"client finished", before, of_client),
        (b"server finished", [*before, of_client], of_server),
    ):
        digest = handshake_hash("sha256", tuple(covered))
        assert message[4:] == verify_data(prf_sha256, state.master_secret, label, digest)


# ---------------------------------------------------------------- surprises of the lesson


def test_a_suite_that_nobody_chose_is_found_by_finished_or_by_its_keys():
    old = tampering.through(right_wire, extended_master_secret=False)
    assert (str(old), old.how) == ("server decrypt_error", tampering.VERIFY_DATA)
    new = tampering.through(right_wire)
    assert (str(new), new.how) == ("server bad_record_mac", tampering.NO_OPENING)
    assert old.server.state.suite == new.server.state.suite == tampering.CHOSEN
    assert old.client.state.master_secret == old.server.state.master_secret
    assert new.client.state.master_secret != new.server.state.master_secret


@BOTH
@pytest.mark.parametrize(
    ("message", "field", "byte", "said"),
    [
        ("ClientHello", "header version minor", 0, "no effect"),
        ("ServerHello", "random", 0, "client decrypt_error"),
        ("ServerHelloDone", "length", 2, "client waits"),
        ("ServerKeyExchange", "named_curve", 1, "client illegal_parameter"),
    ],
)
def test_cells_that_the_lesson_asks_for(extended, message, field, byte, said):
    assert str(tampering.flip(message, field, byte, 0, extended)) == said


def test_striking_the_extension_itself_makes_old_keys_that_agree():
    found = tampering.flip("ClientHello", "extended_master_secret.extension_type")
    assert (str(found), found.how) == ("server decrypt_error", tampering.VERIFY_DATA)
    assert not found.client.state.extended_master_secret
    assert found.client.state.master_secret == found.server.state.master_secret


@pytest.mark.parametrize(
    ("arrives", "warnings"),
    [("16 03 03 00 04 00 00 00 00", []), ("15 03 03 00 02 01 5a", [90])],
    ids=["HelloRequest", "warning"],
)
def test_what_is_slipped_in_before_the_server_hello_is_in_no_hash(arrives, warnings):
    def wire(sender, record):
        return bytes.fromhex(arrives) + record if record[5:6] == b"\x02" else record

    found = tampering.through(wire)
    assert found.talk.harmed == SERVER and found.who == "nobody"
    assert found.client.warnings == warnings


@pytest.mark.parametrize(
    ("sides", "extended", "said"),
    [
        ((), False, "server decrypt_error"),
        ((SERVER,), False, "client decrypt_error"),
        ((CLIENT,), False, "server decrypt_error"),
        ((CLIENT, SERVER), False, "no effect"),
        ((CLIENT, SERVER), True, "server bad_record_mac"),
    ],
)
def test_one_careful_side_stops_a_downgrade(sides, extended, said):
    found = tampering.careless(tampering.downgrade, *sides, extended_master_secret=extended)
    assert str(found) == said
    assert found.server.state.suite == tampering.NOT_CHOSEN


# ---------------------------------------------------------------- the map


@BOTH
def test_the_map_has_each_byte_once_in_the_order_of_the_wire(extended):
    found = tampering.bytes_of(extended)
    talk = listened()[0].talk if extended else None
    names = list(dict.fromkeys(one.message for one in found))
    assert names[:3] == ["ClientHello", "ServerHello", "Certificate"]
    assert names[5:7] == ["ClientKeyExchange", "ChangeCipherSpec (client)"]
    assert names[-1] == "Finished (server)" and len(names) == 10
    for side in (CLIENT, SERVER):
        ours = [one for one in found if one.sender == side]
        assert [one.start for one in ours] == list(range(len(ours)))
        if talk:
            assert bytes(one.value for one in ours) == talk.sent[side][: len(ours)]


@BOTH
def test_only_minor_versions_of_plain_record_headers_change_unnoticed(extended):
    found = [one for one in tampering.every_byte(extended) if one.how == tampering.NOTHING]
    assert len(found) == 8 and {one.field for one in found} == {"header version minor"}
    assert not {one.message for one in found} & {"Finished (client)", "Finished (server)"}


@BOTH
def test_the_map_says_what_each_single_flip_says(extended):
    every = tampering.every_byte(extended)
    for at in range(0, len(every), 97):
        one = every[at]
        same = cells(extended, one.message, one.field)
        alone = tampering.flip(one.message, one.field, same.index(one), 0, extended)
        assert (alone.outcome.finder, alone.outcome.alert) == (one.finder, one.alert)


def test_with_extended_master_secret_hello_fields_move_from_verify_data_to_the_keys():
    for field in ("cipher_suites[0]", "cipher_suites[1]"):
        old, new = (cells(extended, "ClientHello", field) for extended in (False, True))
        assert {one.how for one in old} == {tampering.VERIFY_DATA}
        assert {one.how for one in new} == {tampering.NO_OPENING}
    left = [one for one in tampering.every_byte(True) if one.how == tampering.VERIFY_DATA]
    assert {one.field for one in left} == {"extended_master_secret.extension_type"}


def test_a_serial_number_made_negative_warns_nobody(recwarn):
    first = next(
        at
        for at, one in enumerate(cells(True, "Certificate", "certificate_list[0].content"))
        if one.at > 30
    )
    for byte in range(first - 15, first + 5):
        tampering.flip("Certificate", "certificate_list[0].content", byte, bit=7)
    assert not recwarn.list


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ValueError, match="no message 'Finished'; there are ClientHello"):
        tampering.flip("Finished", "fragment")
    with pytest.raises(ValueError, match="no field 'radnom'; there are header type"):
        tampering.flip("ServerHello", "radnom")
    with pytest.raises(ValueError, match="random of ServerHello has bytes 0 to 31, not 32"):
        tampering.flip("ServerHello", "random", 32)
