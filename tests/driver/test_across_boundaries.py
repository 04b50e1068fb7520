"""What lies across a change of keys, and other records within a message (RFC 5246 §6.2.1)."""

import pytest
from conversations import Scenario
from in_transit import joined, records
from one_end import TLS_1_2, both_ways, fresh, keys_and_finished, protected, stream, up_to_keys

from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.records import Record, join
from tlskit.registry import AlertDescription, ContentType


@both_ways
def test_finished_in_the_clear_behind_the_last_plain_message(
    scenario: Scenario, receiver: str
) -> None:
    """Coalesced with what comes before ChangeCipherSpec, whole or begun: refused.

    Begun under no keys and ended under keys is what others have accepted (RFC 9846 §5.1).
    """
    keys, finished = keys_and_finished(scenario, receiver)
    plain = records(up_to_keys(scenario, receiver))
    change = plain.pop()
    last = plain.pop()
    for at in range(1, len(finished) + 1):
        coalesced = last._replace(fragment=last.fragment + finished[:at])
        rest = protected(keys, ContentType.handshake, [finished[at:]]) if finished[at:] else b""
        end = fresh(scenario, receiver)
        with pytest.raises(Alert) as raised:
            end.receive(joined([*plain, coalesced, change]) + rest)
        assert raised.value.description is AlertDescription.unexpected_message, at
        assert not end.done


def begun(scenario: Scenario, receiver: str) -> Connection:
    """Return an end that has heard half of a message."""
    first = records(stream(scenario, receiver))[0]
    end = fresh(scenario, receiver)
    end.receive(join(first._replace(fragment=first.fragment[:20])))
    end.data_to_send()
    return end


@both_ways
def test_other_records_between_two_halves_of_a_message(scenario: Scenario, receiver: str) -> None:
    """Messages may not be interleaved with application data or ChangeCipherSpec (our rule)."""
    for kind, content in (
        (ContentType.application_data, b"hello"),
        (ContentType.change_cipher_spec, b"\x01"),
    ):
        end = begun(scenario, receiver)
        with pytest.raises(Alert, match="in the middle of") as raised:
            end.receive(join(Record(kind, TLS_1_2, content)))
        assert raised.value.description is AlertDescription.unexpected_message


@both_ways
def test_an_alert_between_two_halves_of_a_message(scenario: Scenario, receiver: str) -> None:
    """It is no part of the message: a warning changes nothing, a fatal one ends all (§6.2.1)."""
    whole = stream(scenario, receiver)
    end = begun(scenario, receiver)
    end.receive(join(Record(ContentType.alert, TLS_1_2, bytes([1, 90]))))
    assert end.failure is None and end.warnings == [AlertDescription.user_canceled]
    first, *rest = records(whole)
    end.receive(join(first._replace(fragment=first.fragment[20:])) + joined(rest))
    assert end.done and end.peer_closed
    end = begun(scenario, receiver)
    with pytest.raises(Alert) as raised:
        end.receive(join(Record(ContentType.alert, TLS_1_2, bytes([2, 40]))))
    assert raised.value.received and end.data_to_send() == b""
