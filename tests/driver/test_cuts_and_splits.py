"""Bytes come in any pieces, and may end anywhere (RFC 5246 §6.2.1, §7.2.1).

One end at a time is fed from a recorded conversation. The other end is not needed: its bytes are
the same in every run.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from conversations import CLIENT, SCENARIOS, SERVER, Scenario
from in_transit import ANSWER, REQUEST, joined, places, recording, records
from one_end import (
    TLS_1_2,
    Moment,
    both_ways,
    fresh,
    keys_and_finished,
    knows,
    moments,
    protected,
    stream,
    up_to_keys,
)

from tlskit.alerts import Alert
from tlskit.records import HEADER_SIZE, Record, join
from tlskit.registry import AlertDescription, ContentType, HandshakeType


class Result(NamedTuple):
    """All that an end shows to the outside after it was fed."""

    done: bool
    peer_closed: bool
    sent: bytes
    heard: bytes
    state: Any


def fed(scenario: Scenario, receiver: str, pieces: Iterable[bytes]) -> Result:
    """Feed a fresh end piece by piece; return what came of it."""
    end = fresh(scenario, receiver)
    for piece in pieces:
        end.receive(piece)
    end.end_of_input()
    state = end.state
    seen = (state.handshake_messages, state.master_secret, state.agreed, state.alpn)
    return Result(end.done, end.peer_closed, end.data_to_send(), end.read(), seen)


def unsplit(scenario: Scenario, receiver: str) -> Result:
    """Return what comes of the stream in one piece, after a look whether it is right."""
    result = fed(scenario, receiver, [stream(scenario, receiver)])
    assert result.done and result.peer_closed
    assert result.heard == (ANSWER if receiver == CLIENT else REQUEST)
    # It says by itself what it said in the conversation, but for what nobody told it to write.
    own = recording(scenario).by(receiver)
    handshake = joined(records(own)[:-2])
    assert result.sent.startswith(handshake)
    assert len(records(result.sent)) == len(records(own)) - 1
    return result


# ---- cuts


@both_ways
def test_input_that_ends_anywhere(scenario: Scenario, receiver: str) -> None:
    """No alert comes before the end, decode_error at the end; none after a whole handshake."""
    whole = stream(scenario, receiver)
    ends = [0]
    for record in records(whole):
        ends.append(ends[-1] + HEADER_SIZE + len(record.fragment))
    in_order = set(ends[-3:])  # after Finished, application data, close_notify
    now, so_far = Moment(fresh(scenario, receiver)), b""
    for length in range(len(whole) + 1):
        end = now.again()
        end.receive(whole[max(length - 1, 0) : length])
        so_far += end.data_to_send()
        assert end.failure is None
        now = Moment(end)
        if length in in_order:
            assert end.done
            end.end_of_input()
            assert end.failure is None and end.data_to_send() == b""
            assert end.truncated is (length != len(whole))
            continue
        with pytest.raises(Alert) as raised:
            end.end_of_input()
        alert = raised.value
        assert alert.description is AlertDescription.decode_error and not alert.received
        assert "the input ended" in alert.reason
        assert end.failure is alert and end.closed and end.truncated
        tell = records(end.data_to_send())
        assert [one.content_type for one in tell] == [ContentType.alert]
        if end._records.writing.keys is None:
            assert tell[0].fragment == bytes([2, AlertDescription.decode_error])
    assert records(so_far) == records(unsplit(scenario, receiver).sent)


@both_ways
def test_the_end_of_input_names_what_should_have_come(scenario: Scenario, receiver: str) -> None:
    whole, length, awaited = stream(scenario, receiver), 0, []
    for record in records(whole)[:-3]:
        end = fresh(scenario, receiver)
        end.receive(whole[:length])
        with pytest.raises(Alert) as raised:
            end.end_of_input()
        words = raised.value.reason.removeprefix("the input ended where ")
        awaited.append(words.removesuffix(" should have come"))
        length += HEADER_SIZE + len(record.fragment)
    assert awaited == AWAITED[receiver][scenario.name].split(", ")


DONE = "certificate_request or server_hello_done"  # a client can't know whether it is asked
LAST = "change_cipher_spec"
AWAITED = {
    CLIENT: {
        "rsa": f"server_hello, certificate, {DONE}, {LAST}",
        "ecdhe": f"server_hello, certificate, server_key_exchange, {DONE}, {LAST}",
        "id": f"server_hello, {LAST}",
        "ticket": f"server_hello, new_session_ticket, {LAST}",
        "client": f"server_hello, certificate, server_key_exchange, {DONE}, server_hello_done, "
        f"new_session_ticket, {LAST}",
    },
    SERVER: {
        "rsa": f"client_hello, client_key_exchange, {LAST}",
        "ecdhe": f"client_hello, client_key_exchange, {LAST}",
        "id": f"client_hello, {LAST}",
        "ticket": f"client_hello, {LAST}",
        "client": "client_hello, certificate, client_key_exchange, certificate_verify, "
        "change_cipher_spec",
    },
}


def test_nothing_is_taken_after_the_end_was_told() -> None:
    """Who has failed stays so: more bytes raise nothing, send nothing and change nothing."""
    end = SCENARIOS[1].server()
    with pytest.raises(Alert):
        end.end_of_input()
    end.data_to_send()
    failure = end.failure
    end.receive(stream(SCENARIOS[1], SERVER))
    end.end_of_input()
    assert end.failure is failure and end.data_to_send() == b"" and not end.done


# ---- splits of the stream


@both_ways
def test_two_pieces_split_anywhere(scenario: Scenario, receiver: str) -> None:
    """After the record that is split the end knows what it knew without: it goes on alike."""
    whole, known = stream(scenario, receiver), moments(scenario, receiver)
    offsets = sorted(known)
    assert knows(known[offsets[-1]].again())["peer_closed"]
    for start, stop in pairwise(offsets):
        expected = knows(known[stop].again())
        for at in range(start, stop):
            end = known[start].again()
            end.receive(whole[start:at])
            end.receive(whole[at:stop])
            assert knows(end) == expected, at


@both_ways
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
def test_pieces_of_one_size(scenario: Scenario, receiver: str, size: int) -> None:
    whole = stream(scenario, receiver)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert fed(scenario, receiver, pieces) == unsplit(scenario, receiver)


@both_ways
def test_empty_pieces_change_nothing(scenario: Scenario, receiver: str) -> None:
    whole = stream(scenario, receiver)
    pieces = [b"", whole[:50], b"", b"", whole[50:], b""]
    assert fed(scenario, receiver, pieces) == unsplit(scenario, receiver)


# ---- splits and joins of handshake messages: other records, the same messages


def plain_flight(scenario: Scenario, receiver: str) -> tuple[bytes, bytes]:
    """Return a flight to this end as bare messages, and the rest of the stream.

    ClientHello is a flight of its own: taken is what follows it, if anything plain does.
    """
    all_of_it = records(stream(scenario, receiver))[len(records(before(scenario, receiver))) :]
    count = [record.content_type for record in all_of_it].index(ContentType.change_cipher_spec)
    if receiver == CLIENT and not scenario.resumes:  # a ticket comes with the next flight
        count = [record.fragment[0] for record in all_of_it].index(
            HandshakeType.server_hello_done
        ) + 1
    return b"".join(one.fragment for one in all_of_it[:count]), joined(all_of_it[count:])


def before(scenario: Scenario, receiver: str) -> bytes:
    """Return what comes before that flight."""
    if receiver == CLIENT or scenario.resumes:
        return b""
    return joined(records(stream(scenario, receiver))[:1])


def in_records(*fragments: bytes) -> bytes:
    """Return handshake fragments, a record each."""
    return joined([Record(ContentType.handshake, TLS_1_2, one) for one in fragments])


@both_ways
def test_a_flight_in_one_record(scenario: Scenario, receiver: str) -> None:
    messages, rest = plain_flight(scenario, receiver)
    pieces = [before(scenario, receiver), in_records(messages), rest]
    assert fed(scenario, receiver, pieces) == unsplit(scenario, receiver)


@both_ways
def test_a_flight_in_two_records_split_anywhere(scenario: Scenario, receiver: str) -> None:
    messages, rest = plain_flight(scenario, receiver)
    known, start = moments(scenario, receiver), len(before(scenario, receiver))
    expected = knows(known[len(stream(scenario, receiver)) - len(rest)].again())
    for at in range(1, len(messages)):
        end = known[start].again()
        end.receive(in_records(messages[:at], messages[at:]))
        assert knows(end) == expected, at


@both_ways
def test_a_flight_with_one_byte_a_record(scenario: Scenario, receiver: str) -> None:
    messages, rest = plain_flight(scenario, receiver)
    alone = [bytes([byte]) for byte in messages]
    pieces = [before(scenario, receiver), in_records(*alone), rest]
    assert fed(scenario, receiver, pieces) == unsplit(scenario, receiver)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_client_hello_with_one_byte_a_record(scenario: Scenario) -> None:
    hello, *rest = records(stream(scenario, SERVER))
    alone = in_records(*[bytes([byte]) for byte in hello.fragment])
    assert fed(scenario, SERVER, [alone, joined(rest)]) == unsplit(scenario, SERVER)


# ---- protected: Finished in two records


def splits(message: bytes) -> Iterator[list[bytes]]:
    for at in range(1, len(message)):
        yield [message[:at], message[at:]]
    yield [bytes([byte]) for byte in message]


@both_ways
def test_finished_in_two_protected_records(scenario: Scenario, receiver: str) -> None:
    """Sequence numbers count records, not messages (RFC 5246 §6.1)."""
    keys, finished = keys_and_finished(scenario, receiver)
    before_it = up_to_keys(scenario, receiver)
    for parts in splits(finished):
        end = fresh(scenario, receiver)
        end.receive(before_it + protected(keys, ContentType.handshake, parts[:-1]))
        assert not end.done
        end.receive(protected(keys, ContentType.handshake, parts[-1:], len(parts) - 1))
        assert end.done
        end.receive(protected(keys, ContentType.application_data, [b"behind it"], len(parts)))
        assert end.read() == b"behind it"


@both_ways
def test_a_protected_record_cut_short(scenario: Scenario, receiver: str) -> None:
    """A fragment of any wrong length gets the one answer (RFC 5246 §6.2.3.2)."""
    finished = records(stream(scenario, receiver))[-3]
    for length in range(len(finished.fragment)):
        end = fresh(scenario, receiver)
        short = join(finished._replace(fragment=finished.fragment[:length]))
        with pytest.raises(Alert) as raised:
            end.receive(up_to_keys(scenario, receiver) + short)
        assert raised.value.description is AlertDescription.bad_record_mac


def test_every_byte_of_a_stream_belongs_to_a_message() -> None:
    """The cuts above go through all of these."""
    for scenario in SCENARIOS:
        for receiver in (CLIENT, SERVER):
            sender = SERVER if receiver == CLIENT else CLIENT
            assert len(places(scenario, sender)) == len(stream(scenario, receiver))
