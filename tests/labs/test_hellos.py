"""Lesson 01's facts: recorded hellos, versions changed on the way, one address with two names."""

import pytest

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import read_extensions
from tlskit.labs import hellos
from tlskit.lesson import HOST, client_settings, openssl_server, server_settings
from tlskit.messages import ClientHello, unframe_handshake
from tlskit.presentation import decode, encode
from tlskit.records import split
from tlskit.registry import ExtensionType, ProtocolVersion, is_grease

X = ExtensionType
REAL = ("chromium", "openssl")


def hello_of(recording):
    return decode(ClientHello, unframe_handshake(recording.message)[1])


# ---- what real clients sent


@pytest.mark.parametrize("name", REAL)
def test_a_recording_is_one_record_with_one_hello_that_encodes_to_the_same_bytes(name):
    recording = hellos.recorded(name)
    record, rest = split(recording.flight)
    assert rest == b"" and record.fragment == recording.message
    assert encode(hello_of(recording)) == recording.message[4:]
    assert recording.how and str(hellos.__file__) not in recording.how


@pytest.mark.parametrize("name", REAL)
def test_a_first_hello_has_a_session_id_of_32_bytes_and_offers_tls_1_3(name):
    recording = hellos.recorded(name)
    hello = hello_of(recording)
    said = read_extensions(hello.extensions, CLIENT_BODIES)
    assert len(hello.session_id) == 32
    assert ProtocolVersion.TLS_1_3 in said[X.supported_versions].versions
    assert said[X.session_ticket].ticket == b"" and X.pre_shared_key not in said
    assert recording.record_version == 0x0301 and hello.client_version == 0x0303


def test_ours_offers_no_session_and_tls_1_2_alone():
    hello = hello_of(hellos.ours())
    assert hello.session_id == b"" and hello.client_version == 0x0303
    assert hellos.ours().record_version == 0x0301
    assert hellos.named(hellos.ours("").flight) == ""


def test_chromium_throws_in_numbers_that_mean_nothing_and_openssl_does_not():
    hello = hello_of(hellos.recorded("chromium"))
    said = read_extensions(hello.extensions, CLIENT_BODIES)
    assert is_grease(hello.cipher_suites[0]) and is_grease(hello.extensions[0].extension_type)
    assert is_grease(said[X.supported_groups].named_group_list[0])
    assert is_grease(said[X.supported_versions].versions[0])
    hello = hello_of(hellos.recorded("openssl"))
    assert not any(map(is_grease, hello.cipher_suites))


def test_what_is_seen_is_a_line_for_each_thing():
    lines = hellos.compared(ours=hellos.ours(), chromium=hellos.recorded("chromium"))
    told = {line[0]: line[1:] for line in lines}
    assert told["host it wants"] == (HOST, HOST)
    assert told["versions it can do"] == ("TLS_1_2 at most", "TLS_1_3, TLS_1_2")
    assert told["cipher suites"] == ("20", "16, 1 of them GREASE")
    assert told["protocols inside"] == ("not said", "http/1.1")
    assert hellos.seen(hellos.ours("").message).host == "it does not say"


@pytest.mark.parametrize("name", REAL)
def test_our_server_answers_a_recorded_hello(name):
    server = hellos.answered(hellos.recorded(name).flight)
    assert [call.name for call in server.calls][-1] == "send_server_hello_done"
    assert server.state.server_name == HOST and server.state.suite
    assert server.state.session_id == b""  # it keeps none, so it gives none


# ---- versions


def versions(record: str = "0301", hello: str = "0303"):
    def change(flight):
        return flight[:1] + bytes.fromhex(record) + flight[3:9] + bytes.fromhex(hello) + flight[11:]

    return change


@pytest.mark.parametrize("record", ["0300", "0301", "0302", "0303", "0309"])
@pytest.mark.parametrize("other", [lambda: None, openssl_server], ids=["ours", "openssl"])
def test_any_version_of_the_record_around_a_hello_will_do(record, other):
    assert hellos.passing(versions(record), other()) == "done"


def test_but_not_a_record_that_does_not_begin_with_3():
    assert hellos.passing(versions("0200")) == "server: protocol_version"


@pytest.mark.parametrize("other", [lambda: None, openssl_server], ids=["ours", "openssl"])
def test_the_version_in_the_hello_decides_and_is_in_the_transcript(other):
    assert hellos.passing(versions(hello="0302"), other()) == "server: protocol_version"
    assert hellos.passing(versions(hello="0304"), other()) == "server: bad_record_mac"


# ---- a hello put together by hand


def by_hand(random, suites, extensions):
    counted = len(suites).to_bytes(2, "big") + suites
    ends = len(extensions).to_bytes(2, "big") + extensions
    return b"\x03\x03" + random + b"\0" + counted + b"\x01\0" + ends


def test_openssl_shakes_hands_with_a_hello_put_together_by_hand():
    run = hellos.said_by(by_hand, openssl_server())
    assert run.client.done and run.server.done and not run.failures


def test_a_hello_with_a_field_left_out_is_refused():
    def no_compression(random, suites, extensions):
        return by_hand(random, suites, extensions).replace(b"\x01\0", b"", 1)

    server = Connection(server_settings(), tls12.server())
    run = hellos.said_by(no_compression, server)
    assert hellos.outcome(run.client, server, run.failures) == "server: decode_error"


def test_unknown_suites_are_passed_over():
    def greased(random, suites, extensions):
        return by_hand(random, b"\x1a\x1a" + suites, extensions)

    assert hellos.said_by(greased, openssl_server()).client.done


# ---- one address, two names


@pytest.mark.parametrize(
    ("asks", "wants", "shown", "ended"),
    [
        (HOST, HOST, HOST, "done"),
        ("www.course.example", "www.course.example", "www.course.example", "done"),
        ("", HOST, "www.course.example", "client: bad_certificate"),
        ("", "www.course.example", "www.course.example", "done"),
        ("www.course.example", HOST, "www.course.example", "client: bad_certificate"),
        ("turn.course.example", HOST, "www.course.example", "client: bad_certificate"),
    ],
)
def test_the_server_chooses_by_the_name_in_the_hello(asks, wants, shown, ended):
    visit = hellos.visit(asks, wants)
    assert (visit.shown, visit.ended) == (shown, ended)
    assert visit.calls


@pytest.mark.parametrize("name", hellos.TWO_NAMES)
def test_openssl_gets_the_certificate_of_the_name_it_says(name):
    visit = hellos.openssl_visits(name)
    assert (visit.shown, visit.ended) == (name, "done")


def test_openssl_refuses_the_default_certificate_for_a_third_name():
    visit = hellos.openssl_visits("turn.course.example")
    assert visit.shown == "www.course.example" and visit.ended.startswith("client: ")


def test_an_error_that_is_no_alert_is_not_an_outcome():
    ends = Connection(client_settings(), tls12.client()), openssl_server()
    with pytest.raises(ZeroDivisionError):
        hellos.outcome(*ends, [(ends[0], ZeroDivisionError())])
    assert hellos.outcome(*ends, []) == "waiting"
    with pytest.raises(Alert):
        hellos.answered(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")


@pytest.mark.parametrize("count", [1, 2, 20])
def test_a_list_of_suites_takes_two_bytes_and_two_for_each(count):
    assert hellos.size_with_suites(count) == 2 + 2 * count
