"""What the cache keeps, for how long and for whom; and what it forgets (RFC 5246 §7.2.2, §7.3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from two_ends import keeping, meet

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.cipher_suites import SUITES
from tlskit.peers import exchange
from tlskit.registry import AlertDescription
from tlskit.sessions import LIFETIME, SessionCache
from tlskit.settings import Session

SECOND = timedelta(seconds=1)


def session(session_id: bytes) -> Session:
    return Session(SUITES[0], bytes(48), True, "", pki.NOW, session_id)


def test_the_oldest_is_forgotten_first():
    cache = SessionCache(size=3)
    for number in range(5):
        cache.keep(session(bytes([number])))
        assert len(cache) == min(number + 1, 3)
    found = [number for number in range(5) if cache.find(bytes([number]), pki.NOW)]
    assert found == [2, 3, 4]


def test_one_that_is_kept_anew_is_not_the_oldest_any_more():
    cache = SessionCache(size=2)
    for session_id in (b"a", b"b", b"a", b"c"):
        cache.keep(session(session_id))
    assert cache.find(b"a", pki.NOW) and cache.find(b"c", pki.NOW)
    assert cache.find(b"b", pki.NOW) is None


def test_a_session_without_an_id_is_not_kept():
    cache = SessionCache()
    cache.keep(session(b""))
    assert len(cache) == 0


@pytest.mark.parametrize(
    ("later", "there"),
    [
        (timedelta(0), True),
        (LIFETIME - SECOND, True),
        (LIFETIME, False),
        (-SECOND, False),  # the clock says that it is still to be made
    ],
)
def test_how_long_a_session_counts(later, there):
    cache = SessionCache()
    cache.keep(session(b"a"))
    found = cache.find(b"a", pki.NOW + later)
    assert (found is not None) is there
    assert len(cache) == int(there)


def test_what_is_forgotten_is_gone_and_may_be_forgotten_twice():
    cache = SessionCache()
    cache.keep(session(b"a"))
    cache.forget(b"a")
    cache.forget(b"a")
    assert cache.find(b"a", pki.NOW) is None


def test_a_small_cache_lets_the_oldest_client_shake_hands_fully():
    server = {"session_store": SessionCache(size=2)}
    sessions = [meet({}, server).client.session for _ in range(3)]
    assert len({one.session_id for one in sessions}) == 3
    assert [meet({"session": one}, server).resumed for one in sessions[1:]] == [True, True]
    assert not meet({"session": sessions[0]}, server).resumed


def test_an_unknown_id_is_no_error():
    client, server = keeping("id")
    kept = meet(client, server).client.session
    unknown = replace(kept, session_id=bytes(32))
    second = meet({"session": unknown}, server)
    assert not second.resumed
    assert second.client.session.session_id not in (b"", bytes(32), kept.session_id)


def test_a_server_without_a_store_is_no_error():
    client, server = keeping("id")
    kept = meet(client, server).client.session
    second = meet({"session": kept})
    assert not second.resumed and second.client.session.session_id == b""


def test_a_resumed_session_keeps_its_id_and_its_age():
    client, server = keeping("id")
    kept = meet(client, server).client.session
    hours = pki.NOW + timedelta(hours=20)
    second = meet({"session": kept, "now": hours}, server | {"now": hours})
    assert second.resumed
    assert second.client.session == kept
    assert len(server["session_store"]) == 1
    hours += timedelta(hours=5)  # 25 after the full handshake, 5 after the last use
    again = second.client.session
    assert not meet({"session": again, "now": hours}, server | {"now": hours}).resumed


# ---- after a failure (RFC 5246 §7.2.2)


def test_a_handshake_that_fails_leaves_no_session():
    """The client's Finished is changed on its way: the server had promised an ID before."""
    client, server = keeping("id")

    def change(sender: str, data: bytes) -> bytes:
        changes_keys = b"\x14\x03\x03\x00\x01\x01" in data
        if sender == "client" and changes_keys:
            return data[:-1] + bytes([data[-1] ^ 1])
        return data

    failed = meet(client, server, change=change)
    assert failed.first_alert == ("server", AlertDescription.bad_record_mac)
    assert failed.client.session is None and failed.server.session is None
    assert failed.server.state.session_id != b""
    assert len(server["session_store"]) == 0


def broken_record(end) -> bytes:
    end.write(b"changed on its way")
    data = bytearray(end.data_to_send())
    data[-1] ^= 1
    return bytes(data)


@pytest.mark.parametrize("who", ["server", "client"])
def test_a_fatal_alert_ends_the_session_for_both(who):
    """Whether this side sends it or receives it."""
    client, server = keeping("id")
    first = meet(client, server)
    kept = first.client.session
    assert kept is not None and len(server["session_store"]) == 1
    ends = {"client": first.client, "server": first.server}
    finder, other = ends.pop(who), next(iter(ends.values()))
    with pytest.raises(Alert) as raised:
        finder.receive(broken_record(other))
    assert raised.value.description is AlertDescription.bad_record_mac
    with pytest.raises(Alert) as raised:
        other.receive(finder.data_to_send())
    assert raised.value.received
    assert first.client.session is None and first.server.session is None
    assert len(server["session_store"]) == 0
    assert not meet({"session": kept}, server).resumed


def test_a_resumed_connection_that_fails_ends_the_session_too():
    client, server = keeping("id")
    kept = meet(client, server).client.session
    second = meet({"session": kept}, server)
    assert second.resumed
    with pytest.raises(Alert):
        second.server.receive(broken_record(second.client))
    assert len(server["session_store"]) == 0
    assert not meet({"session": kept}, server).resumed


def test_an_orderly_end_keeps_the_session():
    client, server = keeping("id")
    first = meet(client, server)
    first.client.close()
    assert exchange(first.client, first.server) == []
    assert meet({"session": first.client.session}, server).resumed


def test_a_client_that_resumes_by_ticket_touches_no_session_of_the_cache():
    """The ID beside a ticket is the client's own choice: it may be that of somebody else."""
    client, server = keeping("id")
    client_of_tickets, keys = keeping("ticket")
    victim = meet(client, server).client.session
    both = server | keys
    own = meet(client_of_tickets, both).client.session
    theirs = victim.session_id

    def draw(size: int) -> bytes:
        return theirs if size == len(theirs) else bytes(size)

    resumed = meet({"session": own, "random": draw}, both)
    assert resumed.resumed and resumed.server.state.session_id == theirs
    with pytest.raises(Alert):
        resumed.server.receive(broken_record(resumed.client))
    again = meet({"session": victim}, both)
    assert again.resumed and again.client.state.master_secret == victim.master_secret
