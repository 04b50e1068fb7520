"""Messages out of their order: unexpected_message, whatever comes (RFC 5246 §7.3, §7.2.2)."""

from collections.abc import Iterator
from typing import Any

import pytest
from conversations import CLIENT, ECDHE, SCENARIOS, SERVER, Scenario
from in_transit import ANSWER, REQUEST
from one_end import (
    CHANGE,
    Item,
    Peer,
    after,
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
    told,
)

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription, AlertLevel, ContentType, HandshakeType

UNEXPECTED = AlertDescription.unexpected_message
NO_RENEGOTIATION = (AlertLevel.warning, AlertDescription.no_renegotiation)
HELLO_REQUEST = bare(HandshakeType.hello_request)


def refused_at(scenario: Scenario, receiver: str, items: list[Item]) -> tuple[Alert, int]:
    """Tell items one by one; return the alert and the number of the item it answers."""
    end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
    number = -1
    with pytest.raises(Alert):
        for item in items:
            number += 1
            end.receive(peer.says(item))
    again, peer = fresh(scenario, receiver), Peer(scenario, receiver)
    again.receive(peer.says(*items[:number]))
    return refused(again, peer.says(items[number])), number


SCRIPTS = {
    CLIENT: {
        "rsa": "server_hello, certificate, server_hello_done",
        "ecdhe": "server_hello, certificate, server_key_exchange, server_hello_done",
        "id": "server_hello",
        "ticket": "server_hello, new_session_ticket",
        "client": "server_hello, certificate, server_key_exchange, certificate_request, "
        "server_hello_done, new_session_ticket",
    },
    SERVER: {
        "rsa": "client_hello, client_key_exchange",
        "ecdhe": "client_hello, client_key_exchange",
        "id": "client_hello",
        "ticket": "client_hello",
        "client": "client_hello, certificate, client_key_exchange, certificate_verify",
    },
}


@both_ways
def test_the_scripts_are_whole_handshakes(scenario: Scenario, receiver: str) -> None:
    """What is left out, doubled and swapped below."""
    expected = SCRIPTS[receiver][scenario.name].split(", ")
    names = [item.name for item in script(scenario, receiver)]
    assert names == [*expected, "change_cipher_spec", "finished"]
    end, peer = after_handshake(scenario, receiver)
    end.receive(peer.says(speech(receiver)))
    assert end.read() == (ANSWER if receiver == CLIENT else REQUEST)


def places() -> Iterator[Any]:
    """Every message of every handshake, in both directions."""
    for scenario in SCENARIOS:
        for receiver in (CLIENT, SERVER):
            for at, item in enumerate(script(scenario, receiver)):
                name = f"{scenario.name}-to-{receiver}-{item.name}"
                yield pytest.param(scenario, receiver, at, id=name)


everywhere = pytest.mark.parametrize("scenario, receiver, at", list(places()))


def is_optional(item: Item) -> bool:
    """Tell whether the receiver can't know if this message comes (RFC 5246 §7.4.4)."""
    return item.name == "certificate_request"


@everywhere
def test_each_message_left_out(scenario: Scenario, receiver: str, at: int) -> None:
    """Found at the very next one; a missing CertificateRequest by the keys, at Finished.

    A client then shows no certificate. Both hash all messages into their keys, which differ.
    """
    whole = script(scenario, receiver)
    items = [*whole[:at], *whole[at + 1 :], speech(receiver)]
    found, number = refused_at(scenario, receiver, items)
    if is_optional(whole[at]):
        assert found.description is AlertDescription.bad_record_mac
        assert items[number].name == "finished"
        return
    assert found.description is UNEXPECTED
    assert number == at
    assert whole[at].name in found.reason or whole[at].name == "finished"


@everywhere
def test_each_message_doubled(scenario: Scenario, receiver: str, at: int) -> None:
    whole = script(scenario, receiver)
    items = [*whole[: at + 1], whole[at], *whole[at + 1 :]]
    found, number = refused_at(scenario, receiver, items)
    assert found.description is UNEXPECTED
    assert number == at + 1
    assert found.reason.startswith(f"{whole[at].name} came where")


@everywhere
def test_each_message_swapped_with_the_next(scenario: Scenario, receiver: str, at: int) -> None:
    """After the last one comes application data. A late CertificateRequest is found itself."""
    whole = [*script(scenario, receiver), speech(receiver)]
    items = [*whole[:at], whole[at + 1], whole[at], *whole[at + 2 :]]
    found, number = refused_at(scenario, receiver, items)
    assert found.description is UNEXPECTED
    assert number == at + is_optional(whole[at])


@everywhere
def test_the_other_role_s_messages(scenario: Scenario, receiver: str, at: int) -> None:
    """A peer that plays our own role: each of its messages at each place."""
    due = script(scenario, receiver)[at]
    for item in script(scenario, SERVER if receiver == CLIENT else CLIENT):
        if item.name == due.name:  # both send ChangeCipherSpec and Finished, perhaps Certificate
            continue
        end, peer = after(scenario, receiver, at)
        assert refused(end, peer.says(item)).description is UNEXPECTED, item.name


@everywhere
def test_every_message_type(scenario: Scenario, receiver: str, at: int) -> None:
    """Also those of other versions and those that nobody knows; only HelloRequest is overheard."""
    due = script(scenario, receiver)[at]
    allowed = set() if due is CHANGE else {due.content[0]}
    if receiver == CLIENT:
        allowed.add(HandshakeType.hello_request)
        if HandshakeType.server_hello_done in allowed and not scenario.client_certificate:
            allowed.add(HandshakeType.certificate_request)
        if HandshakeType.certificate_request in allowed:
            allowed.add(HandshakeType.server_hello_done)
    for msg_type in set(range(256)) - allowed:
        end, peer = after(scenario, receiver, at)
        assert refused(end, peer.says(bare(msg_type))).description is UNEXPECTED


@both_ways
def test_every_message_type_after_the_handshake(scenario: Scenario, receiver: str) -> None:
    renews = HandshakeType.hello_request if receiver == CLIENT else HandshakeType.client_hello
    for msg_type in set(range(256)) - {renews}:
        end, peer = after_handshake(scenario, receiver)
        assert refused(end, peer.says(bare(msg_type))).description is UNEXPECTED


@both_ways
def test_application_data_before_the_handshake_is_over(scenario: Scenario, receiver: str) -> None:
    whole = script(scenario, receiver)
    for at in range(len(whole)):
        for content in (b"too early", b""):
            end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
            end.receive(peer.says(*whole[:at]))
            found = refused(end, peer.says(data(content)))
            assert found.description is UNEXPECTED
            assert end.read() == b""


# ---- ChangeCipherSpec


@both_ways
def test_change_cipher_spec_at_the_wrong_place(scenario: Scenario, receiver: str) -> None:
    """Early, twice, and after the handshake; early it made old OpenSSLs use no keys at all."""
    whole = script(scenario, receiver)
    due = whole.index(CHANGE)
    for at in range(len(whole) + 1):
        if at == due:
            continue
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        found = refused(end, peer.says(CHANGE))
        assert found.description is UNEXPECTED
        assert found.reason.startswith("change_cipher_spec came where")


@both_ways
@pytest.mark.parametrize("content", [b"\x00", b"\x02", b"\x81", b"\x01\x01", b"\x01" * 100])
def test_change_cipher_spec_that_is_not_the_byte_01(
    scenario: Scenario, receiver: str, content: bytes
) -> None:
    whole = script(scenario, receiver)
    end = told(scenario, receiver, whole[: whole.index(CHANGE)])
    found = refused(end, Peer(scenario, receiver).record(ContentType.change_cipher_spec, content))
    assert found.description is AlertDescription.decode_error


@both_ways
def test_finished_in_the_clear_after_change_cipher_spec(scenario: Scenario, receiver: str) -> None:
    *before, finished = script(scenario, receiver)
    end = told(scenario, receiver, before)
    found = refused(end, Peer(scenario, receiver).says(finished))
    assert found.description is AlertDescription.bad_record_mac


@both_ways
def test_finished_of_the_other_role(scenario: Scenario, receiver: str) -> None:
    """A reflected Finished has another label, so its 12 bytes differ (§7.4.9)."""
    *before, _ = script(scenario, receiver)
    reflected = script(scenario, SERVER if receiver == CLIENT else CLIENT)[-1]
    end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
    end.receive(peer.says(*before))
    found = refused(end, peer.says(reflected))
    assert found.description is AlertDescription.decrypt_error


@both_ways
@pytest.mark.parametrize("size", [0, 11, 13, 36])
def test_finished_of_a_wrong_length(scenario: Scenario, receiver: str, size: int) -> None:
    *before, finished = script(scenario, receiver)
    end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
    end.receive(peer.says(*before))
    body = (finished.content[4:] * 3)[:size]
    found = refused(end, peer.says(bare(HandshakeType.finished, body)))
    assert found.description is AlertDescription.decode_error


# ---- a new handshake


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_hello_request_in_the_middle_is_overheard(scenario: Scenario) -> None:
    """It is no part of the transcript, and a client under way ignores it (§7.4.1.1)."""
    whole = script(scenario, CLIENT)
    asked = [one for item in whole for one in (HELLO_REQUEST, item)]
    plainly, disturbed = told(scenario, CLIENT, whole), told(scenario, CLIENT, asked)
    assert disturbed.done and disturbed.data_to_send() == plainly.data_to_send()
    assert disturbed.state.handshake_messages == plainly.state.handshake_messages


@both_ways
def test_a_new_handshake_afterwards_is_refused_by_a_warning(
    scenario: Scenario, receiver: str
) -> None:
    """No renegotiation: told by the warning, and the connection goes on (RFC 5246 §7.2.2)."""
    end, peer = after_handshake(scenario, receiver)
    wish = HELLO_REQUEST if receiver == CLIENT else script(scenario, SERVER)[0]
    for _ in range(3):
        end.receive(peer.says(wish))
        assert opened(end) == [NO_RENEGOTIATION]
    end.receive(peer.says(speech(receiver)))
    assert end.read() == speech(receiver).content
    end.write(b"still here")
    assert end.failure is None and not end.closed


@both_ways
def test_who_asks_for_a_new_handshake_again_and_again_is_refused(
    scenario: Scenario, receiver: str
) -> None:
    """In one record or in many: each wish costs us an answer, and brings nothing on."""
    wish = HELLO_REQUEST if receiver == CLIENT else script(scenario, SERVER)[0]
    for together in (True, False):
        end, peer = after_handshake(scenario, receiver)
        many = wish._replace(content=wish.content * 33)
        with pytest.raises(Alert) as raised:
            end.receive(peer.says(many) if together else peer.says(*[wish] * 33))
        assert raised.value.description is UNEXPECTED
        answers = opened(end)
        assert answers == [NO_RENEGOTIATION] * 32 + [(AlertLevel.fatal, UNEXPECTED)]


def test_hello_request_with_a_body() -> None:
    for count in range(2):
        end, peer = fresh(ECDHE, CLIENT), Peer(ECDHE, CLIENT)
        if count:
            end, peer = after_handshake(ECDHE, CLIENT)
        found = refused(end, peer.says(bare(HandshakeType.hello_request, b"!")))
        assert found.description is AlertDescription.decode_error


@both_ways
def test_a_warning_in_the_middle_changes_nothing(scenario: Scenario, receiver: str) -> None:
    whole = script(scenario, receiver)
    warning = alert(AlertLevel.warning, AlertDescription.user_canceled)
    warned = told(scenario, receiver, [one for item in whole for one in (warning, item)])
    assert warned.done and warned.warnings == [AlertDescription.user_canceled] * len(whole)
    assert warned.data_to_send() == told(scenario, receiver, whole).data_to_send()
