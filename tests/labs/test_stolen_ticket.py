"""A stolen ticket key opens the ECDHE connection in which the ticket was given (RFC 5077 §3.3)."""

import pytest

from tlskit.checks.lesson_10 import right_master_secret, right_ticket, right_ticket_in
from tlskit.labs import stolen_ticket
from tlskit.labs.resumption import ABBREVIATED, FULL, kind_of
from tlskit.lesson import ANSWER, REQUEST
from tlskit.registry import HandshakeType


def secret() -> bytes:
    tape = stolen_ticket.tape()
    return right_master_secret(right_ticket_in(tape.messages), tape.stolen_key())


def test_the_tape_is_a_full_ecdhe_handshake_with_a_ticket_in_the_clear():
    tape = stolen_ticket.tape()
    kinds = [HandshakeType(message[0]).name for message in tape.messages]
    assert kinds == [
        *("server_hello", "certificate", "server_key_exchange", "server_hello_done"),
        "new_session_ticket",
    ]
    assert tape.ticket in tape.recording.server and not tape.recording.server_end.state.resumed
    assert ANSWER not in tape.recording.server and REQUEST not in tape.recording.client


def test_the_stolen_key_opens_the_original_session():
    tape = stolen_ticket.tape()
    assert stolen_ticket.read(tape, secret()) == [("client", REQUEST), ("server", ANSWER)]
    assert stolen_ticket.what_opens(tape, secret()) == "all of it"
    assert "GET /room/42" in stolen_ticket.told(tape, secret())
    assert secret() == tape.recording.server_end.state.master_secret


def test_another_secret_opens_nothing():
    tape = stolen_ticket.tape()
    assert stolen_ticket.read(tape, bytes(48)) == []
    with pytest.raises(ValueError, match="not the master secret"):
        stolen_ticket.what_opens(tape, bytes(48))


def test_it_is_safe_once_the_key_is_forgotten():
    tape = stolen_ticket.tape()
    assert stolen_ticket.rotations_until_safe(tape, right_master_secret) == 2
    keys = [tape.stolen_key(number) for number in range(4)]
    assert keys[0] == keys[1] and keys[2] != keys[0] and len(set(keys)) == 3
    assert len(tape.server_keys.keys) == 1, "the tape's own keys are left alone"


def test_the_parts_inside_are_those_of_the_ticket():
    parts = stolen_ticket.session_parts()
    ends = [at + size for at, size, _ in parts]
    assert [at for at, _, _ in parts] == [0, *ends[:-1]]
    assert ends[-1] == len(stolen_ticket.tape().ticket) - 16 - 12 - 16
    assert ends[-1] == len(stolen_ticket.sealed_session(bytes(48)))


def test_a_session_that_never_was_is_taken_up_again():
    tape = stolen_ticket.tape()
    stolen = stolen_ticket.stolen(tape)
    inside = stolen_ticket.sealed_session(bytes(48))
    forged = right_ticket(stolen.name, stolen.key, bytes(12), inside)
    assert kind_of(stolen_ticket.visit_with(forged, bytes(48), tape.server_keys)) == ABBREVIATED
    other = right_ticket(stolen.name, bytes(32), bytes(12), inside)
    assert kind_of(stolen_ticket.visit_with(other, bytes(48), tape.server_keys)) == FULL
