"""Records that nobody may send: wrong headers, sizes, contents (RFC 5246 §6.2, §7.2)."""

import pytest
from conversations import CLIENT, ECDHE, SERVER, Scenario
from one_end import (
    CHANGE,
    TLS_1_2,
    Peer,
    after_handshake,
    alert,
    bare,
    both_ways,
    data,
    fresh,
    opened,
    refused,
    script,
    speech,
)

from tlskit.alerts import Alert
from tlskit.connection import MAX_IDLE_RECORDS
from tlskit.records import MAX_CIPHERTEXT, MAX_PLAINTEXT
from tlskit.registry import AlertDescription, AlertLevel, ContentType, HandshakeType

OVERFLOW = AlertDescription.record_overflow
UNEXPECTED = AlertDescription.unexpected_message
DECODE_ERROR = AlertDescription.decode_error


def header(kind: int, length: int, version: int = TLS_1_2) -> bytes:
    return bytes([kind]) + version.to_bytes(2, "big") + length.to_bytes(2, "big")


# ---- headers


@both_ways
def test_content_types_that_do_not_exist(scenario: Scenario, receiver: str) -> None:
    """The first byte is enough: nobody waits for the rest of a record that can't be."""
    for kind in set(range(256)) - set(ContentType):
        assert refused(fresh(scenario, receiver), bytes([kind])).description is UNEXPECTED
        whole = header(kind, 4) + bytes(4)
        assert refused(fresh(scenario, receiver), whole).description is UNEXPECTED
    end, _ = after_handshake(scenario, receiver)
    assert refused(end, header(24, 20) + bytes(20)).description is UNEXPECTED  # heartbeat


@pytest.mark.parametrize(
    "came, expected",
    [
        (b"GET / HTTP/1.1\r\nHost: signal.course.example\r\n\r\n", UNEXPECTED),
        (b"SSH-2.0-OpenSSH_9.2\r\n", UNEXPECTED),
        (bytes.fromhex("802e0103010015000000100100800300800700c0"), UNEXPECTED),  # SSL 2.0
        (bytes.fromhex("1602000004 00000000"), AlertDescription.protocol_version),
    ],
    ids=["http", "ssh", "ssl2", "version 2"],
)
def test_what_is_no_tls_at_all(came: bytes, expected: AlertDescription) -> None:
    assert refused(fresh(ECDHE, SERVER), came).description is expected
    assert refused(fresh(ECDHE, CLIENT), came).description is expected


@both_ways
def test_major_versions_other_than_3(scenario: Scenario, receiver: str) -> None:
    for major in set(range(256)) - {3}:
        came = header(22, 4, major << 8 | 3)
        found = refused(fresh(scenario, receiver), came)
        assert found.description is AlertDescription.protocol_version


# ---- sizes


@both_ways
def test_a_plaintext_record_of_more_than_2_to_the_14(scenario: Scenario, receiver: str) -> None:
    """Refused by its header alone (§6.2.1)."""
    for length in (MAX_PLAINTEXT + 1, MAX_CIPHERTEXT, 2**16 - 1):
        found = refused(fresh(scenario, receiver), header(22, length))
        assert found.description is OVERFLOW


@both_ways
def test_a_plaintext_record_of_2_to_the_14(scenario: Scenario, receiver: str) -> None:
    first = script(scenario, receiver)[0].content
    msg_type = first[:1]
    end = fresh(scenario, receiver)
    came = header(22, MAX_PLAINTEXT) + msg_type + (2**15).to_bytes(3, "big")
    end.receive(came + bytes(MAX_PLAINTEXT - 4))
    assert end.failure is None  # the message goes on in the next record


@both_ways
def test_a_protected_record_of_more_than_2_to_the_14_plus_2048(
    scenario: Scenario, receiver: str
) -> None:
    end, _ = after_handshake(scenario, receiver)
    end.receive(header(23, MAX_CIPHERTEXT))
    assert end.failure is None
    for length in (MAX_CIPHERTEXT + 1, 2**16 - 1):
        end, _ = after_handshake(scenario, receiver)
        assert refused(end, header(23, length)).description is OVERFLOW


@both_ways
def test_protected_content_of_more_than_2_to_the_14(scenario: Scenario, receiver: str) -> None:
    """It opens, but it is too long (§6.2.3)."""
    end, peer = after_handshake(scenario, receiver)
    longest = bytes(MAX_PLAINTEXT)
    end.receive(peer.says(data(longest)))
    assert end.read() == longest
    assert refused(end, peer.says(data(longest + b"!"))).description is OVERFLOW
    assert end.read() == b""


@both_ways
def test_a_handshake_message_that_is_too_long(scenario: Scenario, receiver: str) -> None:
    """Its header alone is enough; as long as is allowed, it is awaited."""
    msg_type = script(scenario, receiver)[0].content[:1]
    for limit in (1000, 2**17):
        for more, wrong in ((0, False), (1, True)):
            end = fresh(scenario, receiver, max_handshake_size=limit)
            came = header(22, 4) + msg_type + (limit + more).to_bytes(3, "big")
            if wrong:
                found = refused(end, came)
                assert found.description is DECODE_ERROR and str(limit) in found.reason
            else:
                end.receive(came)
                assert end.failure is None


# ---- empty records, and those that bring nothing on


@both_ways
@pytest.mark.parametrize("kind", [20, 21, 22], ids=lambda kind: ContentType(kind).name)
def test_empty_records(scenario: Scenario, receiver: str, kind: int) -> None:
    """Only application data may be empty (§6.2.1)."""
    whole = script(scenario, receiver)
    for at in range(len(whole) + 1):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        found = refused(end, peer.record(kind, b""))
        assert found.description is UNEXPECTED and "empty record" in found.reason


@both_ways
def test_empty_application_data(scenario: Scenario, receiver: str) -> None:
    """Some send it before each record; a few in a row are fine, endlessly many are not."""
    end, peer = after_handshake(scenario, receiver)
    for _ in range(3):
        end.receive(peer.says(*[data(b"")] * MAX_IDLE_RECORDS, speech(receiver)))
        assert end.read() == speech(receiver).content
    end.receive(peer.says(*[data(b"")] * MAX_IDLE_RECORDS))
    assert refused(end, peer.says(data(b""))).description is UNEXPECTED


@both_ways
def test_too_many_warnings(scenario: Scenario, receiver: str) -> None:
    warning = alert(AlertLevel.warning, AlertDescription.user_canceled)
    whole = script(scenario, receiver)
    for at in range(len(whole) + 1):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        end.receive(peer.says(*[warning] * MAX_IDLE_RECORDS))
        assert end.warnings == [AlertDescription.user_canceled] * MAX_IDLE_RECORDS
        assert refused(end, peer.says(warning)).description is UNEXPECTED


def test_too_many_hello_requests_in_the_middle() -> None:
    for together in (True, False):
        end, peer = fresh(ECDHE, CLIENT), Peer(ECDHE, CLIENT)
        end.receive(peer.says(script(ECDHE, CLIENT)[0]))
        wish = bare(HandshakeType.hello_request)
        came = peer.says(*[wish] * (MAX_IDLE_RECORDS + 1))
        if together:
            came = peer.says(wish._replace(content=wish.content * (MAX_IDLE_RECORDS + 1)))
        found = refused(end, came)
        assert found.description is UNEXPECTED and "bring nothing on" in found.reason


# ---- alerts


@both_ways
@pytest.mark.parametrize(
    "content",
    [b"\x02", b"\x01", b"\x02\x28\x00", b"\x02\x28\x02\x28", b"\x00\x28", b"\x03\x28", b"\xff\x00"],
    ids=lambda content: content.hex(),
)
def test_malformed_alerts(scenario: Scenario, receiver: str, content: bytes) -> None:
    """Another length than 2, another level than 1 or 2 (§7.2); also a part of one: our rule."""
    whole = script(scenario, receiver)
    for at in range(len(whole) + 1):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        found = refused(end, peer.record(ContentType.alert, content))
        assert found.description is DECODE_ERROR


@both_ways
def test_a_fatal_alert_ends_all_at_once(scenario: Scenario, receiver: str) -> None:
    """It is passed on as received, and gets no answer (§7.2.2)."""
    whole = script(scenario, receiver)
    for at in range(len(whole) + 1):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        end.data_to_send()
        fatal = peer.says(alert(AlertLevel.fatal, AlertDescription.handshake_failure))
        with pytest.raises(Alert) as raised:
            end.receive(fatal + peer.says(*whole[at:], speech(receiver)))
        assert raised.value.received and end.closed
        assert raised.value.description is AlertDescription.handshake_failure
        assert end.data_to_send() == b"" and end.read() == b""
        end.end_of_input()


def test_every_fatal_alert_is_taken_by_its_name() -> None:
    for number in range(256):
        if number == AlertDescription.close_notify:
            continue
        end, peer = after_handshake(ECDHE, CLIENT)
        with pytest.raises(Alert, match=rf"the peer sent .* \(alert {number}\)") as raised:
            end.receive(peer.says(alert(AlertLevel.fatal, number)))
        assert raised.value.received and end.data_to_send() == b""
        known = number in set(AlertDescription)
        name = AlertDescription(number) if known else AlertDescription.general_error
        assert raised.value.description is name


@both_ways
def test_an_alert_in_the_clear_after_keys_changed(scenario: Scenario, receiver: str) -> None:
    """Else anybody in between could end a connection, and nobody would know who did."""
    for goodbye in (bytes([1, 0]), bytes([2, 40])):
        whole = script(scenario, receiver)
        for items in (whole[: whole.index(CHANGE) + 1], whole):
            end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
            end.receive(peer.says(*items))
            found = refused(end, header(21, 2) + goodbye)
            assert found.description is AlertDescription.bad_record_mac
            assert not end.peer_closed


# ---- protected records that were not meant for this place


@both_ways
def test_records_replayed_swapped_or_left_out(scenario: Scenario, receiver: str) -> None:
    """Each has its sequence number inside, where nobody sees it (§6.2.3.3)."""
    end, peer = after_handshake(scenario, receiver)
    one, two, three = (peer.says(data(word)) for word in (b"one", b"two", b"three"))
    end.receive(one + two + three)
    assert end.read() == b"onetwothree"
    for before, wrong in ((one, one), (b"", two), (one, three), (one + two, one)):
        again, _ = after_handshake(scenario, receiver)
        again.receive(before)
        assert refused(again, wrong).description is AlertDescription.bad_record_mac


@both_ways
def test_our_own_records_reflected(scenario: Scenario, receiver: str) -> None:
    end, _ = after_handshake(scenario, receiver)
    end.write(b"what did you say?")
    found = refused(end, end.data_to_send())
    assert found.description is AlertDescription.bad_record_mac


# How many messages an end must have heard before it says ChangeCipherSpec itself.
KEYS_AFTER = {
    CLIENT: {"rsa": 3, "ecdhe": 4, "id": 3, "ticket": 4, "client": 5},
    SERVER: {"rsa": 4, "ecdhe": 4, "id": 1, "ticket": 1, "client": 6},
}


@both_ways
def test_an_alert_is_told_under_the_keys_of_the_moment(scenario: Scenario, receiver: str) -> None:
    """Plain before ChangeCipherSpec of this side, protected after it: the peer can read it."""
    whole = script(scenario, receiver)
    changed = [False] * len(whole)
    for at in range(len(whole)):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        end.data_to_send()
        changed[at] = end._records.writing.keys is not None
        with pytest.raises(Alert):
            end.receive(peer.record(ContentType.alert, b"\x00\x00"))
        sent = end.data_to_send()
        plain = header(21, 2) + bytes([2, DECODE_ERROR])
        assert (sent != plain) is changed[at]
        assert len(sent) > len(plain) or not changed[at]
    assert changed == [at >= KEYS_AFTER[receiver][scenario.name] for at in range(len(whole))]
    end, peer = after_handshake(scenario, receiver)
    with pytest.raises(Alert):
        end.receive(peer.says(CHANGE))
    assert opened(end) == [(AlertLevel.fatal, UNEXPECTED)]
