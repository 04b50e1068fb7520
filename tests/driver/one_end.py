"""One end alone, fed with what the other end said in the recorded conversation, or with changes.

The other end is not needed: with the same randomness it says the same bytes, in any records.
"""

from collections.abc import Iterable
from copy import copy
from functools import cache
from typing import Any, NamedTuple

import pytest
from conversations import CLIENT, SCENARIOS, SERVER, Scenario
from in_transit import ANSWER, REQUEST, joined, recording, records

from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.records import HEADER_SIZE, Record, join
from tlskit.registry import (
    AlertDescription,
    AlertLevel,
    ContentType,
    HandshakeType,
    ProtocolVersion,
    name_of,
)
from tlskit.tls12.record_protection import protect, unprotect

TLS_1_2 = ProtocolVersion.TLS_1_2
CASES = [
    pytest.param(scenario, receiver, id=f"{scenario.name}-to-{receiver}")
    for scenario in SCENARIOS
    for receiver in (CLIENT, SERVER)
]
both_ways = pytest.mark.parametrize("scenario, receiver", CASES)


class Item(NamedTuple):
    """Content of one record before it is protected, and the message's name."""

    name: str
    kind: ContentType
    content: bytes


CHANGE = Item("change_cipher_spec", ContentType.change_cipher_spec, b"\x01")
CLOSE = Item("close_notify", ContentType.alert, bytes([1, AlertDescription.close_notify]))


def fresh(scenario: Scenario, receiver: str, **changes: Any) -> Connection:
    """Return an end that has received nothing yet."""
    make = scenario.client if receiver == CLIENT else scenario.server
    return make(**changes)


class Moment:
    """An end as it is now, from which one can go on more than once, each time in the same way."""

    def __init__(self, end: Connection) -> None:
        """Take the end as it is, and the place in its source of chance."""
        self._end, self._drawn = twin(end), end.settings.random.at  # type: ignore[attr-defined]

    def again(self) -> Connection:
        """Return an end at this moment; only the latest one may go on."""
        self._end.settings.random.at = self._drawn  # type: ignore[attr-defined]
        return twin(self._end)


def twin(end: Connection) -> Connection:
    """Return an end that knows the same; what changes in it is its own."""
    other = copy(end)
    other.warnings, other._application_data = end.warnings[:], end._application_data[:]
    other._records = layer = copy(end._records)
    layer.reading, layer.writing = copy(layer.reading), copy(layer.writing)
    layer._outgoing = layer._outgoing[:]
    return other


def knows(end: Connection) -> dict[str, Any]:
    """Return all that an end knows: two that know the same go on alike."""
    known = vars(end) | vars(end._records)
    del known["_records"]
    known["reading"], known["writing"] = vars(known["reading"]), vars(known["writing"])
    known["_outgoing"] = b"".join(known["_outgoing"])
    pair = known["state"].key_pair
    known["state"] = vars(known["state"]) | {"key_pair": pair and pair.public}
    known["drawn"] = end.settings.random.at  # type: ignore[attr-defined]
    for name in ("settings", "steps", "formulae", "side", "protect", "unprotect", "random"):
        del known[name]  # nothing changes them
    return known


@cache
def moments(scenario: Scenario, receiver: str) -> dict[int, Moment]:
    """Return the moments before each record of the stream, and after the last, by offset."""
    end, at = fresh(scenario, receiver), 0
    found = {0: Moment(end)}
    for record in records(stream(scenario, receiver)):
        end.receive(join(record))
        at += HEADER_SIZE + len(record.fragment)
        found[at] = Moment(end)
    return found


@cache
def at_item(scenario: Scenario, receiver: str, count: int) -> Moment:
    """Return the moment after so many items of the script, with nothing left to send."""
    end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
    end.receive(peer.says(*script(scenario, receiver)[:count]))
    end.data_to_send()
    return Moment(end)


def after(scenario: Scenario, receiver: str, count: int) -> tuple[Connection, "Peer"]:
    """Return an end that was told so many items of the script, and its peer."""
    peer = Peer(scenario, receiver)
    peer.says(*script(scenario, receiver)[:count])
    return at_item(scenario, receiver, count).again(), peer


def stream(scenario: Scenario, receiver: str) -> bytes:
    """Return all that the other end of this one has sent in the recorded conversation."""
    return recording(scenario).by(SERVER if receiver == CLIENT else CLIENT)


@cache
def keys_and_finished(scenario: Scenario, receiver: str) -> tuple[Any, bytes]:
    """Return the keys of the other end's records and its Finished message."""
    end = fresh(scenario, receiver)
    end.receive(stream(scenario, receiver))
    both = [one for one in end.state.handshake_messages if one[0] == HandshakeType.finished]
    first, second = both
    finished = second if scenario.finishes_first == receiver else first
    return end.state.server_keys if receiver == CLIENT else end.state.client_keys, finished


@cache
def script(scenario: Scenario, receiver: str) -> tuple[Item, ...]:
    """Return what the other end says, up to its Finished, a message an item."""
    found = []
    for record in records(stream(scenario, receiver)):
        if record.content_type == ContentType.change_cipher_spec:
            break
        found.append(message(record.fragment))
    return (*found, CHANGE, message(keys_and_finished(scenario, receiver)[1]))


def message(content: bytes) -> Item:
    """Return a handshake message as an item."""
    return Item(name_of(HandshakeType, content[0]), ContentType.handshake, content)


def bare(msg_type: int, body: bytes = b"") -> Item:
    """Return a handshake message of any type with any body."""
    return message(bytes([msg_type]) + len(body).to_bytes(3, "big") + body)


def data(content: bytes) -> Item:
    """Return application data."""
    return Item("application_data", ContentType.application_data, content)


def alert(level: int, description: int) -> Item:
    """Return an alert."""
    return Item("alert", ContentType.alert, bytes([level, description]))


def speech(receiver: str) -> Item:
    """Return what the other end says after the handshake."""
    return data(ANSWER if receiver == CLIENT else REQUEST)


class Peer:
    """Makes records as the other end would: plain, and protected after ChangeCipherSpec."""

    def __init__(self, scenario: Scenario, receiver: str) -> None:
        """Begin without keys."""
        self.keys, _ = keys_and_finished(scenario, receiver)
        self.sequence_number = -1  # no keys yet

    def says(self, *items: Item) -> bytes:
        """Return the records of some items, one each."""
        return b"".join(self.record(item.kind, item.content) for item in items)

    def record(self, kind: int, content: bytes) -> bytes:
        """Return one record; after a ChangeCipherSpec keys are in use."""
        fragment = content
        if self.sequence_number >= 0:
            fragment = protect(self.keys, self.sequence_number, kind, content, iv)
            self.sequence_number += 1
        elif kind == ContentType.change_cipher_spec:
            self.sequence_number = 0
        return join(Record(int(kind), TLS_1_2, fragment))


def iv(size: int) -> bytes:
    return b"\x5a" * size


def protected(keys: Any, kind: ContentType, contents: Iterable[bytes], first: int = 0) -> bytes:
    """Return records of one kind with these contents, counted from `first`."""
    return b"".join(
        join(Record(kind, TLS_1_2, protect(keys, number, kind, content, iv)))
        for number, content in enumerate(contents, first)
    )


def up_to_keys(scenario: Scenario, receiver: str) -> bytes:
    """Return the stream up to and with ChangeCipherSpec."""
    return joined(records(stream(scenario, receiver))[:-3])


def told(scenario: Scenario, receiver: str, items: Iterable[Item]) -> Connection:
    """Return a fresh end that was told some items and found no fault in them."""
    end = fresh(scenario, receiver)
    end.receive(Peer(scenario, receiver).says(*items))
    return end


def after_handshake(scenario: Scenario, receiver: str) -> tuple[Connection, Peer]:
    """Return an end that is done, with nothing left to send, and its peer."""
    end, peer = after(scenario, receiver, len(script(scenario, receiver)))
    assert end.done
    return end, peer


def refused(end: Connection, came: bytes) -> Alert:
    """Let the end take some bytes; return the alert that it raised and sent, which must be one."""
    end.data_to_send()
    with pytest.raises(Alert) as raised:
        end.receive(came)
    assert end.failure is raised.value and end.closed
    assert not raised.value.received
    assert opened(end)[-1:] == [(AlertLevel.fatal, raised.value.description)]
    assert end.data_to_send() == b""
    end.receive(came)  # who has failed takes nothing more
    assert end.data_to_send() == b""
    return raised.value


def opened(end: Connection) -> list[tuple[int, int]]:
    """Take what an end has to send; return the alerts in it, opened with its own keys."""
    sent, writing = records(end.data_to_send()), end._records.writing
    found = []
    for number, record in enumerate(sent, writing.sequence_number - len(sent)):
        if record.content_type != ContentType.alert:
            continue
        level, description = record.fragment[:2]
        if writing.keys is not None and number >= 0:  # else it went out before there were keys
            content = unprotect(writing.keys, number, record.content_type, TLS_1_2, record.fragment)
            level, description = content
        found.append((level, description))
    return found
