"""When a session may be taken up again, and what each side does if it may not.

RFC 7627 §5.3 for extended master secret, RFC 6066 §3 for names, RFC 5246 §7.4.1.2 for suites.
"""

from dataclasses import replace
from typing import Any

import pytest
from two_ends import Meeting, keeping, meet

from tlskit import pki, tls12
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import AlertDescription, ExtensionType

EACH_WAY = pytest.mark.parametrize("mechanism", ["id", "ticket"])
OTHER_HOST = "www.course.example"
HANDSHAKE_FAILURE = AlertDescription.handshake_failure
ILLEGAL_PARAMETER = AlertDescription.illegal_parameter
A, B = (suite_named(f"ECDHE-RSA-AES{size}") for size in ("128-GCM-SHA256", "256-GCM-SHA384"))


def extended(on: bool) -> dict[str, Any]:
    return {"extended_master_secret": on}


def offered(meeting: Meeting) -> tuple[bytes, bytes]:
    """Return session ID and ticket of the ClientHello."""
    hello = meeting.server.state.client_hello
    found = {one.extension_type: one.extension_data for one in hello.extensions}
    return hello.session_id, found.get(ExtensionType.session_ticket, b"")


class Lying:
    """A server's store and ticket keeper that returns sessions changed."""

    def __init__(self, true: Any, **changes: Any) -> None:
        self.true, self.changes = true, changes
        self.lifetime = getattr(true, "lifetime", None)

    def find(self, session_id: bytes, now: Any) -> Any:
        found = self.true.find(session_id, now)
        return found and replace(found, **self.changes)

    def keep(self, session: Any) -> None:
        self.true.keep(session)

    def forget(self, session_id: bytes) -> None:
        self.true.forget(session_id)

    def seal(self, session: Any, random: Any) -> bytes:
        return self.true.seal(session, random)

    def open(self, ticket: bytes, now: Any) -> Any:
        opened = self.true.open(ticket, now)
        return opened and (replace(opened[0], **self.changes), opened[1])


def lying(server: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: Lying(keeper, **changes) for name, keeper in server.items()}


# ---- RFC 7627 §5.3, the server's side


@EACH_WAY
@pytest.mark.parametrize("on", [True, False])
def test_the_same_in_session_and_hello_is_resumed(mechanism, on):
    """Without it on either side the RFC advises against; `require_…` ends that (next test)."""
    client, server = keeping(mechanism)
    kept = meet(client | extended(on), server).client.session
    assert kept.extended_master_secret is on
    second = meet({"session": kept} | extended(on), server)
    assert second.resumed
    assert second.client.state.extended_master_secret is on
    assert second.server.state.extended_master_secret is on


@EACH_WAY
def test_a_server_that_requires_it_resumes_no_session_without(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | extended(False), server).client.session
    strict = server | {"require_extended_master_secret": True}
    second = meet({"session": kept} | extended(False), strict)
    assert second.first_alert == ("server", HANDSHAKE_FAILURE)


@EACH_WAY
def test_only_the_new_hello_has_it_so_a_full_handshake_follows(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | extended(False), server).client.session
    second = meet({"session": kept}, server)
    assert not second.resumed
    assert second.client.state.extended_master_secret
    assert second.client.state.master_secret != kept.master_secret


@EACH_WAY
def test_only_the_session_has_it_so_the_server_aborts(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    forgetful = replace(kept, extended_master_secret=False)  # else the client would not offer it
    second = meet({"session": forgetful} | extended(False), server)
    assert second.first_alert == ("server", HANDSHAKE_FAILURE)
    assert second.server.failure.reference == "RFC 7627 §5.3"


# ---- and the client's side: the server is lying


@EACH_WAY
def test_the_server_resumes_with_it_a_session_without(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | extended(False), server).client.session
    second = meet({"session": kept}, lying(server, extended_master_secret=True))
    assert second.first_alert == ("client", HANDSHAKE_FAILURE)
    assert second.client.failure.reference == "RFC 7627 §5.3"


@EACH_WAY
def test_the_server_resumes_without_it_a_session_with(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    liar = lying(server, extended_master_secret=False) | extended(False)
    second = meet({"session": kept}, liar)
    assert second.first_alert == ("client", HANDSHAKE_FAILURE)
    assert second.client.failure.reference == "RFC 7627 §5.3"


@EACH_WAY
def test_the_server_resumes_with_another_suite(mechanism):
    """RFC 5246 §7.4.1.3: a resumed session has its own suite, though the other was offered too."""
    client, server = keeping(mechanism)
    kept = meet(client | {"suites": (A, B)}, server).client.session
    assert kept.suite in (A, B)
    other = B if kept.suite is A else A
    second = meet({"session": kept, "suites": (A, B)}, lying(server, suite=other))
    assert second.first_alert == ("client", ILLEGAL_PARAMETER)


@EACH_WAY
def test_a_server_that_says_it_resumes_but_has_another_secret(mechanism):
    """Its Finished shows that it has not the session's master secret."""
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    second = meet({"session": kept}, lying(server, master_secret=bytes(48)))
    assert second.first_alert == ("client", AlertDescription.bad_record_mac)


# ---- other hosts


@EACH_WAY
def test_a_client_offers_a_session_to_its_own_host_only(mechanism):
    """A resumed handshake shows no certificate: a wrong host would not be found out."""
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    names = {"credentials": (pki.credential("ecdsa", OTHER_HOST),)}
    second = meet({"session": kept, "server_name": OTHER_HOST}, server | names)
    assert not second.resumed
    assert offered(second) == (b"", b"")
    assert second.client.state.peer_certificate.subject.rfc4514_string() == f"CN={OTHER_HOST}"


@EACH_WAY
def test_a_server_resumes_no_session_of_another_host(mechanism):
    """A client that offers it nevertheless gets a full handshake (RFC 6066 §3)."""
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    names = {"credentials": (pki.credential("ecdsa", OTHER_HOST),)}
    forced = replace(kept, server_name=OTHER_HOST)
    second = meet({"session": forced, "server_name": OTHER_HOST}, server | names)
    assert offered(second) != (b"", b"")
    assert not second.resumed
    assert second.client.session.server_name == OTHER_HOST
    assert meet({"session": kept}, server).resumed  # the session itself is still good


@EACH_WAY
def test_openssl_offers_a_session_of_another_host(mechanism):
    _, server = keeping(mechanism)
    both = (pki.credential("ecdsa"), pki.credential("ecdsa", OTHER_HOST))
    settings = {"credentials": both, **server}
    peer = openssl_client(tickets=mechanism == "ticket")
    first = Connection(server_settings("one", **settings), tls12.server())
    assert exchange(peer, first) == [] and peer.done
    session = peer._object.session
    other = OpenSSLPeer(peer._context, False, OTHER_HOST, session)
    second = Connection(server_settings("two", **settings), tls12.server())
    assert exchange(other, second) == []
    assert other.done and second.done and not second.state.resumed and not other.resumed
    assert second.state.server_name == OTHER_HOST


# ---- other suites


@EACH_WAY
def test_a_client_offers_no_session_whose_suite_it_does_not_offer(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | {"suites": (A,)}, server).client.session
    second = meet({"session": kept, "suites": (B,)}, server)
    assert not second.resumed and offered(second) == (b"", b"")


@EACH_WAY
def test_a_server_resumes_no_session_whose_suite_is_not_offered(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | {"suites": (A,)}, server).client.session
    second = meet({"session": replace(kept, suite=B), "suites": (B,)}, server)
    assert offered(second) != (b"", b"")
    assert not second.resumed and second.client.state.agreed is B


@EACH_WAY
def test_a_server_resumes_no_session_of_a_suite_that_it_has_given_up(mechanism):
    client, server = keeping(mechanism)
    kept = meet(client | {"suites": (A, B)}, server | {"suites": (A,)}).client.session
    second = meet({"session": kept, "suites": (A, B)}, server | {"suites": (B,)})
    assert offered(second) != (b"", b"")
    assert not second.resumed and second.client.state.agreed is B


# ---- the client's certificate


@EACH_WAY
@pytest.mark.parametrize("demand", ["no", "wanted", "required"])
def test_a_resumed_session_keeps_what_was_found_of_the_client(mechanism, demand):
    client, server = keeping(mechanism)
    shown = pki.client_credential("ecdsa")
    asks = {"client_certificate": "required", "trust": pki.trust()}
    kept = meet(client | {"credentials": (shown,)}, server | asks).client.session
    second = meet({"session": kept}, server | asks | {"client_certificate": demand})
    assert second.resumed
    assert second.client.state.certificate_request is None
    assert second.server.state.peer_chain == shown.chain
    assert second.server.session.peer_chain == shown.chain


@EACH_WAY
@pytest.mark.parametrize("shows", [True, False])
def test_where_a_certificate_is_required_no_session_without_one_is_resumed(mechanism, shows):
    """It was made at a door where nobody asked: it must not open this one."""
    client, server = keeping(mechanism)
    kept = meet(client, server).client.session
    shown = (pki.client_credential("ecdsa"),) if shows else ()
    asks = {"client_certificate": "required", "trust": pki.trust()}
    second = meet({"session": kept, "credentials": shown}, server | asks)
    if shows:
        assert not second.resumed
        assert second.server.state.peer_chain == shown[0].chain
    else:
        assert second.first_alert == ("server", HANDSHAKE_FAILURE)


@EACH_WAY
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.openssl_name)
def test_ours_with_ours_in_every_suite(mechanism, suite):
    client, server = keeping(mechanism)
    first = meet(client | {"suites": (suite,)}, server)
    second = meet({"session": first.client.session, "suites": (suite,)}, server)
    assert second.resumed and not first.resumed
    assert second.client.state.key_block != first.client.state.key_block


# ---- the same questions to OpenSSL: what does it answer?


@EACH_WAY
@pytest.mark.parametrize("session_has_it", [True, False])
def test_openssl_as_server(mechanism, session_has_it):
    """It does as we do, with the same alert; RFC 7627 names none."""
    tickets = mechanism == "ticket"
    server = openssl_server(tickets=tickets)
    settings = {"session_tickets": tickets, **extended(session_has_it)}
    first = Connection(client_settings("one", **settings), tls12.client())
    assert exchange(first, server) == []
    kept = replace(first.session, extended_master_secret=not session_has_it)
    settings = {"session": kept, **extended(not session_has_it)}
    second = Connection(client_settings("two", **settings), tls12.client())
    again = server.again()
    problems = exchange(second, again)
    if session_has_it:
        alert: Any = problems[0][1]
        assert alert.received and alert.description is HANDSHAKE_FAILURE
        assert again.error == "INCONSISTENT_EXTMS"
    else:
        assert problems == [] and second.done and not second.state.resumed and not again.resumed


@EACH_WAY
@pytest.mark.parametrize(
    ("told", "lie", "description", "words"),
    [
        (True, extended(False), HANDSHAKE_FAILURE, "INCONSISTENT_EXTMS"),
        (False, extended(True), HANDSHAKE_FAILURE, "INCONSISTENT_EXTMS"),
        (True, {"suite": B}, ILLEGAL_PARAMETER, "OLD_SESSION_CIPHER_NOT_RETURNED"),
    ],
)
def test_openssl_as_client(mechanism, told, lie, description, words):
    """Our server lies; OpenSSL aborts by the alerts that we use as well."""
    keepers: dict[str, Any] = keeping(mechanism)[1]
    peer = openssl_client(
        tickets=mechanism == "ticket", suites=f"{A.openssl_name}:{B.openssl_name}"
    )
    true = {"suites": (A, B)}
    first = Connection(server_settings("one", **true, **keepers, **extended(told)), tls12.server())
    assert exchange(peer, first) == [] and first.state.agreed is A
    liar = lying(keepers, **lie)
    if lie == extended(False):
        liar |= extended(False)
    second = Connection(server_settings("two", **true, **liar), tls12.server())
    again = peer.again()
    problems = exchange(again, second)
    alert: Any = problems[0][1]
    assert alert.received and alert.description is description
    assert again.error == words and not again.done


def test_the_lying_keepers_are_told_apart_from_the_true_ones_by_the_lie_alone():
    """Without changes they resume as the true ones do: what fails above fails for the lie."""
    for mechanism in ("id", "ticket"):
        client, server = keeping(mechanism)
        kept = meet(client, server).client.session
        assert meet({"session": kept}, lying(server)).resumed
