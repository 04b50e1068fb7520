"""OpenSSL as the other end of TLS 1.3, in memory: all that Python's `ssl` has a call for."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from tlskit import pki, tls13, versions
from tlskit.cipher_suites import TLS_1_3_SUITES
from tlskit.connection import Connection
from tlskit.key_exchange import GROUPS
from tlskit.keylog import key_log_lines, secrets_of
from tlskit.lesson import (
    client_settings,
    lesson_random,
    openssl_client,
    openssl_server,
    server_settings,
)
from tlskit.order import Role
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import NamedGroup, ProtocolVersion
from tlskit.sessions import TicketKeys

ROLES = (Role.CLIENT, Role.SERVER)
KINDS = ("rsa", "ecdsa", "ed25519")
TLS_1_2, TLS_1_3 = ProtocolVersion.TLS_1_2, ProtocolVersion.TLS_1_3


def pair(role, kind="ecdsa", *, ours=None, theirs=None):
    """Return our end and OpenSSL's; `role` is ours."""
    theirs = {"version": "1.3"} | (theirs or {})
    if role is Role.CLIENT:
        settings = client_settings(**(ours or {}))
        return Connection(settings, tls13.client()), openssl_server(kind, **theirs)
    usual = {"credentials": (pki.credential(kind),)}
    settings = server_settings(**(usual | (ours or {})))
    return Connection(settings, tls13.server()), openssl_client(**theirs)


def talked(ours: Connection, peer: OpenSSLPeer) -> None:
    """Shake hands, say something both ways, compare the secrets, say goodbye."""
    assert exchange(ours, peer) == [] and ours.done and peer.done, peer.error
    ours.write(b"from us" * 5000)
    peer.write(b"from OpenSSL" * 3000)
    assert exchange(ours, peer) == []
    assert (ours.read(), peer.read()) == (b"from OpenSSL" * 3000, b"from us" * 5000)
    assert peer.version == "TLSv1.3" and peer.cipher == ours.state.agreed.name
    theirs = secrets_of(peer.key_log)
    assert secrets_of("\n".join(key_log_lines(ours.state))) == theirs and len(theirs) == 5
    ours.close()
    assert exchange(ours, peer) == [] and peer.closed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
def test_every_suite_group_and_certificate(suite, group, kind, role):
    told = {"tls13_suites": (suite,), "groups": (group,)}
    ours, peer = pair(role, kind, ours=told, theirs={"group": group.name})
    talked(ours, peer)
    assert ours.state.group == group and not ours.state.retried


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("compatibility", [True, False])
@pytest.mark.parametrize("first, second", list(permutations(GROUPS, 2)))
def test_hello_retry_request(first, second, compatibility, role):
    if role is Role.CLIENT:
        told = {"groups": (first, second), "compatibility": compatibility}
        ours, peer = pair(role, ours=told, theirs={"group": second.name})
    else:  # OpenSSL sends a key for its first group, x25519
        told = {"groups": (second,), "cookie": b"give it back"}
        ours, peer = pair(role, ours=told)
    talked(ours, peer)
    assert ours.state.group == second and ours.state.retried


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("spoken", ["http/1.1", "h2"])
def test_alpn(spoken, role):
    ours, peer = pair(role, ours={"alpn": (spoken,)}, theirs={"alpn": ["h2", "http/1.1"]})
    talked(ours, peer)
    assert ours.state.alpn.decode() == peer.alpn == spoken


@pytest.mark.parametrize("kind", KINDS)
def test_our_client_shows_a_certificate(kind):
    told = {"credentials": (pki.client_credential(kind),)}
    wanted = {"client_roots_pem": pki.pem_roots(), "require_client_certificate": True}
    ours, peer = pair(Role.CLIENT, ours=told, theirs=wanted)
    talked(ours, peer)
    assert peer.peer_certificate == told["credentials"][0].chain[0]


def test_our_client_has_none_and_hears_that_it_is_required():
    wanted = {"client_roots_pem": pki.pem_roots(), "require_client_certificate": True}
    ours, peer = pair(Role.CLIENT, theirs=wanted)
    ((who, failure),) = exchange(ours, peer)
    assert who is ours and failure.description.name == "certificate_required"
    assert ours.done  # it was, when it had sent its Finished


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("manner", ["wanted", "required"])
def test_our_server_asks_for_a_certificate(manner, kind):
    shown = pki.client_credential(kind)
    mine = pki.pem_chain(shown), pki.pem_key(shown)
    told = {"client_certificate": manner, "trust": pki.trust()}
    ours, peer = pair(Role.SERVER, ours=told, theirs={"credential": mine})
    talked(ours, peer)
    assert ours.state.peer_chain[0] == shown.chain[0]


def test_our_server_goes_on_without_one_unless_it_is_required():
    told = {"client_certificate": "wanted", "trust": pki.trust()}
    ours, peer = pair(Role.SERVER, ours=told)
    talked(ours, peer)
    ours, peer = pair(Role.SERVER, ours=told | {"client_certificate": "required"})
    ((_, failure),) = exchange(ours, peer)
    assert failure.description.name == "certificate_required"
    assert "CERTIFICATE_REQUIRED" in peer.error.upper()


# ---- resumption


@pytest.mark.parametrize("group", [NamedGroup.x25519, NamedGroup.secp384r1])
@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
def test_our_client_comes_back_with_a_ticket(suite, group):
    told = {"tls13_suites": (suite,), "alpn": ("h2",)}
    ours, peer = pair(Role.CLIENT, ours=told, theirs={"tickets": True, "alpn": ["h2"]})
    talked(ours, peer)
    assert len(ours.state.tickets) == 2
    later = pki.NOW + timedelta(hours=1)
    groups = (NamedGroup.x25519, group)
    again = client_settings("again", session=ours.session, now=later, groups=groups, **told)
    ours, peer = Connection(again, tls13.client()), peer.again()
    talked(ours, peer)
    assert ours.state.resumed and peer.resumed and ours.state.group == NamedGroup.x25519
    again = replace(again, session=ours.session, random=lesson_random("third"))
    ours, peer = Connection(again, tls13.client()), peer.again()
    talked(ours, peer)
    assert ours.state.resumed and peer.resumed


@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize("cookie", [b"", b"once more"], ids=["at once", "after a retry"])
def test_openssl_comes_back_with_our_ticket(cookie, suite):
    keys = TicketKeys(lesson_random("ticket keys"))
    told = {"tls13_suites": (suite,), "ticket_keys": keys, "tickets": 2}
    ours, peer = pair(Role.SERVER, ours=told, theirs={"tickets": True})
    talked(ours, peer)
    told |= {"cookie": cookie, "credentials": (pki.credential("ecdsa"),)}
    settings = server_settings("again", **told)
    ours, peer = Connection(settings, tls13.server()), peer.again()
    talked(ours, peer)
    assert ours.state.resumed and peer.resumed and ours.state.retried == bool(cookie)


def test_a_ticket_of_another_key_or_too_old_leads_to_a_full_handshake():
    keys = TicketKeys(lesson_random("ticket keys"), lifetime=3600)
    ours, peer = pair(Role.SERVER, ours={"ticket_keys": keys}, theirs={"tickets": True})
    talked(ours, peer)
    for told in (
        {"ticket_keys": TicketKeys(lesson_random("others"))},
        {"ticket_keys": keys, "now": pki.NOW + timedelta(hours=2)},
        {},
    ):
        settings = server_settings("again", credentials=(pki.credential("ecdsa"),), **told)
        ours, again = Connection(settings, tls13.server()), peer.again()
        talked(ours, again)
        assert not ours.state.resumed and not again.resumed


# ---- both versions


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("theirs", ["1.2", "1.3", "both"])
@pytest.mark.parametrize("ours", [(TLS_1_2,), (TLS_1_3,), versions.BOTH], ids=str)
def test_the_best_version_of_both(ours, theirs, role):
    known = {"1.2": {TLS_1_2}, "1.3": {TLS_1_3}, "both": {TLS_1_2, TLS_1_3}}[theirs]
    common = set(ours) & known
    if role is Role.CLIENT:
        one = Connection(client_settings(), versions.client(ours))
        peer = openssl_server("ecdsa", version=theirs)
    else:
        one = Connection(server_settings(), versions.server(ours))
        peer = openssl_client(version=theirs)
    problems = exchange(one, peer)
    assert (one.done and peer.done) == bool(common)
    if common:
        assert problems == [] and one.side.version == max(common)
        assert peer.version == {TLS_1_2: "TLSv1.2", TLS_1_3: "TLSv1.3"}[max(common)]
    else:
        assert problems[0][1].description.name == "protocol_version"


def test_a_session_of_tls_1_2_is_taken_up_by_a_hello_for_both():
    store = server_settings()
    one = Connection(client_settings(session_tickets=True), versions.client())
    peer = openssl_server("ecdsa", version="1.2", tickets=True)
    assert exchange(one, peer) == [] and one.session.ticket and store
    again = Connection(client_settings("again", session=one.session), versions.client())
    peer = peer.again()
    assert exchange(again, peer) == [] and again.state.resumed and peer.resumed
