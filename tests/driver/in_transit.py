"""A wire that does harm, as the tampering lab has it, with what a test holds each outcome to."""

from tlskit.alerts import Alert
from tlskit.labs.in_transit import (
    ANSWER,
    CLIENT,
    NO_EFFECT,
    REQUEST,
    SERVER,
    Conversation,
    Ends,
    flipped,
    outcome_of,
    places,
    recording,
)
from tlskit.records import Record, join
from tlskit.records import records_in as records
from tlskit.registry import AlertDescription

__all__ = ["ANSWER", "NO_EFFECT", "REQUEST", "joined", "outcome", "places", "recording", "records"]


def joined(parts: list[Record]) -> bytes:
    """Return the bytes of records in a row."""
    return b"".join(join(one) for one in parts)


def outcome(scenario: Ends, sender: str, at: int, mask: int) -> str:
    """Flip bits of one byte in transit; return what came of it.

    "server bad_record_mac": who finds a fault, and the alert that it raises and sends.
    "client waits": the receiver wants more bytes than there are, and says decode_error when the
    input ends. "no effect": all was said and heard.

    Raises: AssertionError if anything but an Alert was raised, or if the finder did not tell the
        other side exactly that. Who has said close_notify tells nothing any more, though.
    """
    talk = Conversation(scenario, flipped(sender, at, mask))
    if talk.whole:
        return NO_EFFECT
    receiver = SERVER if sender == CLIENT else CLIENT
    waits = not talk.failures
    said = str(outcome_of(talk)) if waits else ""
    if waits:
        try:
            talk.ends[receiver].end_of_input()
        except Alert as alert:
            talk.failures.append((receiver, alert))
        talk.carry()
    assert talk.failures, "no failure, but not all was said and heard"
    finder, error = talk.failures[0]
    assert isinstance(error, Alert), f"{finder} raised {error!r}, which is no alert"
    assert not error.received, f"{finder} got {error!r}, which nobody sent"
    told = talk.failures[1:]
    if not talk.ends[SERVER if finder == CLIENT else CLIENT].peer_closed:
        assert len(told) == 1 and told[0][1].received, told
        assert told[0][1].description is error.description, told
    else:
        assert told == []
    if waits:
        assert error.description is AlertDescription.decode_error, error
        assert said == f"{finder} waits"
        return said
    return str(outcome_of(talk))
