"""Warnings, fallback, sizes: what goes on beside the order of messages."""

from typing import Any

import pytest
from conversations import CLIENT, ECDHE, SERVER, Scenario
from one_end import (
    CLOSE,
    Peer,
    after,
    after_handshake,
    alert,
    bare,
    both_ways,
    fresh,
    opened,
    refused,
    script,
    speech,
)

from tlskit.alerts import Alert
from tlskit.hello import version_for
from tlskit.messages import ClientHello, frame_handshake
from tlskit.presentation import decode, encode
from tlskit.registry import (
    AlertDescription,
    AlertLevel,
    CipherSuite,
    HandshakeType,
    ProtocolVersion,
)

V = ProtocolVersion
CANCELED = AlertDescription.user_canceled
GOODBYE = (AlertLevel.warning, AlertDescription.close_notify)
DEFAULT_LIMIT = 2**17


# ---- warnings and the end


@both_ways
def test_user_canceled_and_then_close_notify(scenario: Scenario, receiver: str) -> None:
    """The warning alone ends nothing; close_notify follows it and does (RFC 5246 §7.2.2)."""
    for at in range(len(script(scenario, receiver))):
        end, peer = after(scenario, receiver, at)
        end.receive(peer.says(alert(AlertLevel.warning, CANCELED)))
        assert end.warnings == [CANCELED] and not end.closed and end.data_to_send() == b""
        with pytest.raises(Alert) as raised:
            end.receive(peer.says(CLOSE))
        assert raised.value.received
        assert raised.value.description is AlertDescription.close_notify
        assert end.peer_closed and not end.truncated and not end.done
        assert opened(end) == [GOODBYE]


@both_ways
def test_user_canceled_after_the_handshake(scenario: Scenario, receiver: str) -> None:
    end, peer = after_handshake(scenario, receiver)
    end.receive(peer.says(speech(receiver), alert(AlertLevel.warning, CANCELED)))
    end.end_of_input()
    assert end.truncated and end.failure is None  # no close_notify: the speech may be cut
    end, peer = after_handshake(scenario, receiver)
    end.receive(peer.says(speech(receiver), alert(AlertLevel.warning, CANCELED), CLOSE))
    end.end_of_input()
    assert not end.truncated and end.failure is None and end.warnings == [CANCELED]
    assert end.read() == speech(receiver).content
    assert opened(end) == [GOODBYE]


@both_ways
def test_every_warning_is_counted_and_none_ends_anything(scenario: Scenario, receiver: str) -> None:
    """All descriptions but close_notify, known or not; who wants more may look (§7.2)."""
    end, peer = after_handshake(scenario, receiver)
    for number in range(1, 256):
        end.receive(peer.says(alert(AlertLevel.warning, number), speech(receiver)))
    assert end.warnings == list(range(1, 256))
    assert end.failure is None and end.data_to_send() == b""


# ---- TLS_FALLBACK_SCSV (RFC 7507)


def fallen_back(scenario: Scenario) -> ClientHello:
    """Return the client's hello with the signalling suite at its end."""
    hello = decode(ClientHello, script(scenario, SERVER)[0].content[4:])
    suites = (*hello.cipher_suites, int(CipherSuite.TLS_FALLBACK_SCSV))
    values: dict[str, Any] = {**vars(hello), "cipher_suites": suites}
    return ClientHello(**values)


def test_fallback_has_no_effect_while_1_2_is_the_highest_version() -> None:
    end = fresh(ECDHE, SERVER)
    hello = frame_handshake(HandshakeType.client_hello, encode(fallen_back(ECDHE)))
    end.receive(Peer(ECDHE, SERVER).says(bare(HandshakeType.client_hello, hello[4:])))
    assert end.failure is None and end.state.agreed is ECDHE.suite
    assert opened(end) == []


def test_fallback_is_refused_once_both_could_do_more() -> None:
    """The client says: I could do more than I offer here, and so can this server (§3)."""
    hello, plain = fallen_back(ECDHE), decode(ClientHello, script(ECDHE, SERVER)[0].content[4:])
    assert version_for(hello, {}, (V.TLS_1_2,)) == V.TLS_1_2
    assert version_for(plain, {}, (V.TLS_1_2, V.TLS_1_3)) == V.TLS_1_2
    with pytest.raises(Alert) as raised:
        version_for(hello, {}, (V.TLS_1_2, V.TLS_1_3))
    assert raised.value.description is AlertDescription.inappropriate_fallback


def test_fallback_to_a_version_that_is_not_here_is_protocol_version() -> None:
    values: dict[str, Any] = {**vars(fallen_back(ECDHE)), "client_version": int(V.TLS_1_1)}
    with pytest.raises(Alert) as raised:
        version_for(ClientHello(**values), {}, (V.TLS_1_2,))
    assert raised.value.description is AlertDescription.protocol_version


# ---- sizes


@both_ways
def test_a_message_longer_than_2_to_the_17_unless_told_otherwise(
    scenario: Scenario, receiver: str
) -> None:
    """At every place, by its header alone; one of 2^17 is awaited, if it is due at all."""
    whole = script(scenario, receiver)
    for at in range(len(whole) + 1):
        msg_type = whole[at].content[0] if at < len(whole) else HandshakeType.finished
        too_long = bytes([msg_type]) + (DEFAULT_LIMIT + 1).to_bytes(3, "big")
        end, peer = after(scenario, receiver, at)
        found = refused(end, peer.says(bare(0)._replace(content=too_long)))
        assert found.description is AlertDescription.decode_error
        assert str(DEFAULT_LIMIT) in found.reason
        longest = bytes([msg_type]) + DEFAULT_LIMIT.to_bytes(3, "big")
        end, peer = after(scenario, receiver, at)
        end.receive(peer.says(bare(0)._replace(content=longest)))
        assert end.failure is None


def test_a_certificate_longer_than_2_to_the_17_is_read_if_one_allows_it() -> None:
    """It comes in records of 2^14, and is refused for what is in it."""
    msg = bare(HandshakeType.certificate, bytes(DEFAULT_LIMIT + 1))
    for limit, words in ((2**18, "left over"), (DEFAULT_LIMIT, "at most 131072")):
        end, peer = fresh(ECDHE, CLIENT, max_handshake_size=limit), Peer(ECDHE, CLIENT)
        end.receive(peer.says(script(ECDHE, CLIENT)[0]))
        parts = [msg.content[at : at + 2**14] for at in range(0, len(msg.content), 2**14)]
        found = refused(end, peer.says(*[msg._replace(content=part) for part in parts]))
        assert found.description is AlertDescription.decode_error and words in found.reason
