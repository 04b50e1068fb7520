"""What a client that comes back saves, what may be brought along, and a store of the reader's."""

import pytest

from tlskit.checks.lesson_10 import right_find
from tlskit.labs import resumption
from tlskit.labs.resumption import ABBREVIATED, FULL, MECHANISMS


@pytest.mark.parametrize("how", MECHANISMS)
def test_an_abbreviated_handshake_has_four_messages_of_eight(how):
    assert resumption.handshake_messages(resumption.first_visit("by session ID")) == 8
    assert resumption.handshake_messages(resumption.visits(how)) == 4


@pytest.mark.parametrize("how", MECHANISMS)
def test_it_saves_a_round_trip_and_most_of_the_bytes(how):
    full, short = resumption.cost("full"), resumption.cost(how)
    assert (full.round_trips, short.round_trips) == (2, 1)
    assert 4 * short.size < full.size
    assert [row[0] for row in resumption.costs()] == ["full", *MECHANISMS]


def test_it_takes_less_than_half_of_the_time():
    assert resumption.share_of_time() == "less than half"


@pytest.mark.parametrize("how", MECHANISMS)
def test_the_secret_is_the_old_one_and_the_keys_are_new(how):
    assert resumption.record_keys_compared(how) == "new"
    again = resumption.visits(how)
    first = next(call for call in again.before if call.name == "generate_keys")
    assert first.result.master_secret == again.client.state.master_secret


def test_the_server_that_takes_a_ticket_never_saw_its_session_id():
    assert resumption.knew_the_id() is False


def test_a_store_of_the_readers_resumes_what_it_finds_and_nothing_else():
    assert resumption.kind_of(resumption.come_back(right_find)) == ABBREVIATED
    assert resumption.kind_of(resumption.come_back(right_find, resumption.never_given)) == FULL
    nothing = resumption.come_back(lambda sessions, session_id, now: None)
    assert resumption.kind_of(nothing) == FULL


def test_what_the_readers_function_raises_is_passed_on():
    def broken(sessions, session_id, now):
        return sessions["x"]

    with pytest.raises(KeyError):
        resumption.kind_of(resumption.come_back(broken))


OUTCOMES = dict(
    zip(
        resumption.BROUGHT,
        (FULL, ABBREVIATED, FULL, FULL, ABBREVIATED, FULL, FULL, "handshake_failure"),
        strict=True,
    )
)


@pytest.mark.parametrize("name", resumption.BROUGHT)
def test_what_becomes_of_each_thing_that_is_brought(name):
    offer = resumption.brought(name)
    assert offer.outcome == OUTCOMES[name] and "RFC" in offer.why
    assert {call.by for call in offer.calls} == {"client", "server"}


def test_what_nobody_brings_is_answered_with_the_list():
    with pytest.raises(ValueError, match="not in the list"):
        resumption.brought("a tickett")
