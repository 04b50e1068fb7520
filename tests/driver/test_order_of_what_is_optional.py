"""Messages that only some handshakes have, where they do not belong, and what is left of them.

Certificates of the client, tickets, abbreviated handshakes (RFC 5246 §7.3, §7.4.4 to §7.4.8;
RFC 5077 §3.1, §3.3).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from conversations import (
    CLIENT,
    CLIENT_AUTHENTICATED,
    ECDHE,
    FULL_ONLY,
    RESUMED_BY_ID,
    RESUMED_BY_TICKET,
    SCENARIOS,
    SERVER,
    Scenario,
    ticket_keys,
)
from one_end import (
    CHANGE,
    Item,
    Peer,
    after,
    after_handshake,
    bare,
    both_ways,
    fresh,
    message,
    refused,
    script,
    told,
)

from tlskit import pki
from tlskit.messages import Certificate, Finished, NewSessionTicket
from tlskit.presentation import decode, encode
from tlskit.records import split
from tlskit.registry import AlertDescription, HandshakeType
from tlskit.settings import Session
from tlskit.tls12.common import finished_label
from tlskit.tls12.state import FORMULAE, State

UNEXPECTED = AlertDescription.unexpected_message
ABBREVIATED = (RESUMED_BY_ID, RESUMED_BY_TICKET)
WANTED = {"client_certificate": "wanted", "trust": pki.trust()}
EMPTY = bare(HandshakeType.certificate, encode(Certificate(())))
OPTIONAL = (
    "server_key_exchange",
    "certificate_request",
    "certificate",
    "client_key_exchange",
    "certificate_verify",
    "new_session_ticket",
    "server_hello_done",
)


def item(name: str, receiver: str, scenario: Scenario = CLIENT_AUTHENTICATED) -> Item:
    """Return a real message: what the other end says in a handshake that has it."""
    return next(one for one in script(scenario, receiver) if one.name == name)


def names(scenario: Scenario, receiver: str) -> list[str]:
    return [one.name for one in script(scenario, receiver)]


# ---- real messages of one handshake in another one


def strangers() -> Iterator[Any]:
    """Each message of the longest handshake at each place of all others where it is not due."""
    for scenario in SCENARIOS:
        for receiver in (CLIENT, SERVER):
            of_longest = names(CLIENT_AUTHENTICATED, receiver)
            for at, due in enumerate([*names(scenario, receiver), "nothing"]):
                for name in OPTIONAL:
                    asked = name == "certificate_request" and due == "server_hello_done"
                    asked = asked and not scenario.client_certificate
                    done = name == "server_hello_done" and due == "certificate_request"
                    if name in of_longest and name != due and not asked and not done:
                        case = f"{scenario.name}-to-{receiver}-{name}-where-{due}"
                        yield pytest.param(scenario, receiver, at, name, id=case)


@pytest.mark.parametrize("scenario, receiver, at, name", list(strangers()))
def test_a_real_message_where_it_is_not_due(
    scenario: Scenario, receiver: str, at: int, name: str
) -> None:
    """Nothing of an abbreviated handshake asks for a certificate, and no ticket is a surprise."""
    end, peer = after(scenario, receiver, at)
    found = refused(end, peer.says(item(name, receiver)))
    assert found.description is UNEXPECTED
    assert found.reason.startswith(f"{name} came where ")


# ---- the client's certificate


@pytest.mark.parametrize("scenario", FULL_ONLY, ids=lambda scenario: scenario.name)
def test_a_certificate_that_nobody_asked_for(scenario: Scenario) -> None:
    for wrong in (item("certificate", SERVER), EMPTY, item("certificate_verify", SERVER)):
        end, peer = after(scenario, SERVER, 1)
        found = refused(end, peer.says(wrong))
        assert found.description is UNEXPECTED
        assert found.reason == f"{wrong.name} came where client_key_exchange is expected"


def asking(**changes: Any) -> tuple[Any, Peer]:
    """Return a server that has asked for a certificate, and its client."""
    end, peer = fresh(CLIENT_AUTHENTICATED, SERVER, **changes), Peer(CLIENT_AUTHENTICATED, SERVER)
    end.receive(peer.says(item("client_hello", SERVER)))
    end.data_to_send()
    return end, peer


def test_certificate_verify_without_certificate() -> None:
    """Neither at once nor behind ClientKeyExchange: an answer to CertificateRequest is owed."""
    for before in ([], [item("client_key_exchange", SERVER)]):
        end, peer = asking(**WANTED)
        found = refused(end, peer.says(*before, item("certificate_verify", SERVER)))
        assert found.description is UNEXPECTED and "certificate is expected" in found.reason


def test_certificate_verify_after_an_empty_certificate() -> None:
    """Who shows nothing has nothing to prove (§7.4.8)."""
    end, peer = asking(**WANTED)
    end.receive(peer.says(EMPTY, item("client_key_exchange", SERVER)))
    found = refused(end, peer.says(item("certificate_verify", SERVER)))
    assert found.description is UNEXPECTED
    assert found.reason == "certificate_verify came where change_cipher_spec is expected"


def test_an_empty_certificate_where_one_is_required() -> None:
    end, peer = asking()
    assert refused(end, peer.says(EMPTY)).description is AlertDescription.handshake_failure


def test_an_empty_certificate_and_then_another_one() -> None:
    end, peer = asking(**WANTED)
    end.receive(peer.says(EMPTY))
    found = refused(end, peer.says(item("certificate", SERVER)))
    assert found.description is UNEXPECTED


def test_certificate_verify_of_another_handshake() -> None:
    """Its signature is over other messages (§7.4.8): here ServerHello has another random."""
    end, peer = asking(random=lambda size: b"r" * size)
    found = refused(
        end,
        peer.says(
            item("certificate", SERVER),
            item("client_key_exchange", SERVER),
            item("certificate_verify", SERVER),
        ),
    )
    assert found.description is AlertDescription.decrypt_error


def test_certificate_request_twice() -> None:
    request = item("certificate_request", CLIENT)
    at = names(CLIENT_AUTHENTICATED, CLIENT).index("certificate_request")
    for together in (True, False):
        end, peer = after(CLIENT_AUTHENTICATED, CLIENT, at)
        twice = request._replace(content=request.content * 2)
        found = refused(end, peer.says(twice) if together else peer.says(request, request))
        assert found.description is UNEXPECTED
        assert found.reason == "certificate_request came where server_hello_done is expected"


# ---- tickets


def test_a_ticket_that_was_promised_and_does_not_come() -> None:
    for scenario in (RESUMED_BY_TICKET, CLIENT_AUTHENTICATED):
        at = names(scenario, CLIENT).index("new_session_ticket")
        end, peer = after(scenario, CLIENT, at)
        found = refused(end, peer.says(CHANGE))
        assert found.description is UNEXPECTED
        assert found.reason == "change_cipher_spec came where new_session_ticket is expected"


@pytest.mark.parametrize("scenario", [*FULL_ONLY, RESUMED_BY_ID], ids=lambda one: one.name)
def test_a_ticket_that_was_not_promised(scenario: Scenario) -> None:
    """Also if the client asked for one: ServerHello has not answered session_ticket."""
    at = names(scenario, CLIENT).index("change_cipher_spec")
    end, peer = after(scenario, CLIENT, at)
    found = refused(end, peer.says(item("new_session_ticket", CLIENT)))
    assert found.description is UNEXPECTED
    assert found.reason == "new_session_ticket came where change_cipher_spec is expected"


def test_a_ticket_under_the_keys() -> None:
    """After ChangeCipherSpec it comes too late, as TLS 1.3 would send it (RFC 5077 §3.1)."""
    for scenario in (RESUMED_BY_TICKET, CLIENT_AUTHENTICATED):
        end, peer = after(scenario, CLIENT, len(script(scenario, CLIENT)) - 1)
        found = refused(end, peer.says(item("new_session_ticket", CLIENT)))
        assert found.description is UNEXPECTED
        end, peer = after_handshake(scenario, CLIENT)
        found = refused(end, peer.says(item("new_session_ticket", CLIENT)))
        assert found.description is UNEXPECTED


class NoTicketAfterAll:
    """A server that promised a ticket and thought better of it."""

    lifetime = 0

    def seal(self, session: Session, random: Any) -> bytes:
        return b""

    def open(self, ticket: bytes, now: Any) -> None:
        return None


def test_an_empty_ticket_is_none() -> None:
    """Allowed, so that a promise need not be kept (RFC 5077 §3.3)."""
    server = CLIENT_AUTHENTICATED.server(ticket_keys=NoTicketAfterAll())
    client = CLIENT_AUTHENTICATED.client()
    for _ in range(2):
        server.receive(client.data_to_send())
        client.receive(server.data_to_send())
    assert client.done and server.done
    sent = decode(NewSessionTicket, client.state.handshake_messages[-2][4:])
    assert sent.ticket == b""
    assert client.session is not None and client.session.ticket == b""


# ---- abbreviated handshakes


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_the_server_goes_first_and_says_all_of_it(scenario: Scenario) -> None:
    """It awaits nothing after ClientHello; the client keeps silent until it has Finished."""
    server = told(scenario, SERVER, script(scenario, SERVER)[:1])
    data, kinds = server.data_to_send(), []
    while data:
        record, data = split(data)
        assert record is not None
        kinds.append(record.content_type)
    assert kinds == [22] * (len(kinds) - 2) + [20, 22] and not server.done
    end, peer = fresh(scenario, CLIENT), Peer(scenario, CLIENT)
    end.data_to_send()
    for one in script(scenario, CLIENT):
        assert end.data_to_send() == b"" and not end.done
        end.receive(peer.says(one))
    assert end.done and end.data_to_send() != b""


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_the_client_s_finished_without_the_server_s(scenario: Scenario) -> None:
    """A client in a hurry: its Finished covers the hellos alone, not the server's Finished."""
    end, peer = after(scenario, SERVER, 2)
    state: State = end.state
    early = state.but(handshake_messages=state.handshake_messages[:-1])
    for seen, alert in ((early, AlertDescription.decrypt_error), (state, None)):
        end, peer = after(scenario, SERVER, 2)
        data = FORMULAE.verify_data(
            state.prf, state.master_secret, finished_label(end.role.other), seen.hash_so_far()
        )
        came = peer.says(bare(HandshakeType.finished, encode(Finished(data))))
        if alert:
            assert refused(end, came).description is alert
        else:
            end.receive(came)
            assert end.done


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_key_exchange_in_an_abbreviated_handshake(scenario: Scenario) -> None:
    """A client that did not see that its session was taken up goes on as in a full one."""
    end, peer = after(scenario, SERVER, 1)
    found = refused(end, peer.says(item("client_key_exchange", SERVER, ECDHE)))
    assert found.description is UNEXPECTED
    assert found.reason == "client_key_exchange came where change_cipher_spec is expected"


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_a_full_handshake_after_the_session_was_taken_up(scenario: Scenario) -> None:
    """ServerHello has our session ID, so the server must not send a certificate (§7.3)."""
    end, peer = after(scenario, CLIENT, 1)
    found = refused(end, peer.says(item("certificate", CLIENT, ECDHE)))
    assert found.description is UNEXPECTED


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_an_abbreviated_handshake_that_nobody_asked_for(scenario: Scenario) -> None:
    """A client with no session takes any session ID for a new one, and awaits a certificate."""
    end = replace(scenario, resumes="").client(session_tickets=True)
    end.receive(Peer(scenario, CLIENT).says(script(scenario, CLIENT)[0]))
    assert not end.state.resumed
    found = refused(end, Peer(scenario, CLIENT).says(CHANGE))
    assert found.reason == "change_cipher_spec came where certificate is expected"
    assert found.description is UNEXPECTED


@pytest.mark.parametrize("scenario", ABBREVIATED, ids=lambda scenario: scenario.name)
def test_a_server_without_the_session_does_a_full_handshake(scenario: Scenario) -> None:
    """No fault (RFC 5077 §3.1): the same ClientHello, answered by a server that forgot."""
    changes: dict[str, Any] = {"session_store": None}
    if scenario is RESUMED_BY_TICKET:
        changes = {"ticket_keys": ticket_keys()}
        changes["ticket_keys"].rotate(lambda size: b"n" * size)
        changes["ticket_keys"].rotate(lambda size: b"m" * size)
    server, client = scenario.server(**changes), scenario.client()
    for _ in range(2):
        server.receive(client.data_to_send())
        client.receive(server.data_to_send())
    assert client.done and server.done
    assert not client.state.resumed and not server.state.resumed


# ---- whole messages in one record


@both_ways
def test_the_messages_of_a_flight_together_do_not_cross_change_cipher_spec(
    scenario: Scenario, receiver: str
) -> None:
    """All that is plain, and a whole Finished, in one record before ChangeCipherSpec."""
    whole = script(scenario, receiver)
    due = whole.index(CHANGE)
    end, peer = after(scenario, receiver, due - 1)
    finished = whole[-1].content
    together = message(whole[due - 1].content + finished)
    found = refused(end, peer.says(together, CHANGE))
    assert found.description is UNEXPECTED
