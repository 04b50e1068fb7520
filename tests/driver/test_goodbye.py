"""The end of a connection: close_notify, truncation, failure (RFC 5246 §7.2.1, §7.2.2)."""

import pytest
from conversations import CLIENT, Scenario
from one_end import (
    CHANGE,
    CLOSE,
    Peer,
    after_handshake,
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
from tlskit.registry import AlertDescription, AlertLevel, HandshakeType

GOODBYE = (AlertLevel.warning, AlertDescription.close_notify)
HELLO_REQUEST = bare(HandshakeType.hello_request)


@both_ways
def test_close_notify_during_the_handshake(scenario: Scenario, receiver: str) -> None:
    whole = script(scenario, receiver)
    for at in range(len(whole)):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        end.data_to_send()
        with pytest.raises(Alert) as raised:
            end.receive(peer.says(CLOSE))
        assert raised.value.received
        assert raised.value.description is AlertDescription.close_notify
        assert end.peer_closed and end.closed and not end.done
        assert opened(end) == [GOODBYE]
        end.end_of_input()
        assert end.data_to_send() == b""


@both_ways
def test_close_notify_after_the_handshake(scenario: Scenario, receiver: str) -> None:
    """Answered once; what comes behind it is not looked at any more (§7.2.1)."""
    end, peer = after_handshake(scenario, receiver)
    end.receive(peer.says(speech(receiver), CLOSE))
    assert end.peer_closed and end.closed and not end.truncated and end.failure is None
    assert opened(end) == [GOODBYE]
    end.receive(peer.says(data(b"after the end")) + b"and no record at all")
    end.end_of_input()
    end.close()
    assert end.read() == speech(receiver).content
    assert end.data_to_send() == b"" and end.failure is None
    with pytest.raises(ValueError, match="application data goes out between"):
        end.write(b"too late")


@both_ways
def test_our_goodbye_first(scenario: Scenario, receiver: str) -> None:
    """Who has said it sends nothing more, but still reads what was under way."""
    end, peer = after_handshake(scenario, receiver)
    end.close()
    end.close()
    assert opened(end) == [GOODBYE]
    with pytest.raises(ValueError, match="application data goes out between"):
        end.write(b"one more thing")
    end.receive(peer.says(speech(receiver)))
    assert end.read() == speech(receiver).content and end.truncated
    end.receive(peer.says(CLOSE))
    assert end.peer_closed and not end.truncated
    assert end.data_to_send() == b""


@both_ways
def test_our_goodbye_during_the_handshake(scenario: Scenario, receiver: str) -> None:
    """Nothing is sent after it, so the handshake goes no further."""
    whole = script(scenario, receiver)
    for at in range(len(whole)):
        end, peer = fresh(scenario, receiver), Peer(scenario, receiver)
        end.receive(peer.says(*whole[:at]))
        end.data_to_send()
        end.close()
        assert opened(end) == [GOODBYE]
        end.receive(peer.says(*whole[at:], speech(receiver), CLOSE))
        end.end_of_input()
        assert end.data_to_send() == b"" and not end.done and end.failure is None


@both_ways
def test_truncation(scenario: Scenario, receiver: str) -> None:
    """The input ends without close_notify: no alert, but who asks is told."""
    end, peer = after_handshake(scenario, receiver)
    end.receive(peer.says(speech(receiver)))
    end.end_of_input()
    assert end.truncated and end.failure is None and end.data_to_send() == b""
    broken, peer = after_handshake(scenario, receiver)
    broken.receive(peer.says(speech(receiver))[:-1])
    with pytest.raises(Alert, match="bytes into a record"):
        broken.end_of_input()
    assert broken.read() == b""
    assert opened(broken) == [(AlertLevel.fatal, AlertDescription.decode_error)]


@both_ways
def test_nothing_is_written_before_the_handshake_is_done(scenario: Scenario, receiver: str) -> None:
    whole = script(scenario, receiver)
    for at in range(len(whole)):
        end = told(scenario, receiver, whole[:at])
        end.data_to_send()
        with pytest.raises(ValueError, match="application data goes out between"):
            end.write(b"too early")
        assert end.data_to_send() == b"" and end.failure is None


@both_ways
def test_nothing_is_written_after_a_failure(scenario: Scenario, receiver: str) -> None:
    end, peer = after_handshake(scenario, receiver)
    refused(end, peer.says(CHANGE))
    with pytest.raises(ValueError, match="application data goes out between"):
        end.write(b"too late")
    end.close()
    assert end.data_to_send() == b""


@both_ways
def test_no_answer_to_a_new_handshake_after_goodbye(scenario: Scenario, receiver: str) -> None:
    end, peer = after_handshake(scenario, receiver)
    end.close()
    assert opened(end) == [GOODBYE]
    end.receive(
        peer.says(HELLO_REQUEST if receiver == CLIENT else bare(HandshakeType.client_hello))
    )
    assert end.data_to_send() == b""
