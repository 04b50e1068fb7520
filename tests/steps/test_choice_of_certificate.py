"""Which certificate a server with several takes (RFC 5246 §7.4.2, RFC 6066 §3)."""

import pytest

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import LONGEST_CHAIN, verify_chain
from tlskit.connection import Connection
from tlskit.lesson import client_settings, server_settings
from tlskit.peers import exchange
from tlskit.registry import AlertDescription
from tlskit.signatures import SCHEMES

WWW = "www.course.example"


def meet(credentials, **told):
    client = Connection(client_settings(**told), tls12.client())
    server = Connection(server_settings(credentials=credentials), tls12.server())
    return client, server, exchange(client, server)


def test_the_asked_name_decides_before_the_best_suite_does():
    credentials = (pki.credential("ecdsa"), pki.credential("rsa", WWW))
    client, server, problems = meet(credentials, server_name=WWW)
    assert problems == []
    assert client.done and server.state.credential is credentials[1]


def test_a_name_that_nobody_has_gets_the_first():
    credentials = (pki.credential("rsa"), pki.credential("rsa", WWW))
    _, server, problems = meet(credentials, server_name="turn.course.example")
    assert server.state.credential is credentials[0]
    assert problems[0][1].description is AlertDescription.bad_certificate  # says the client


@pytest.mark.parametrize("kinds", [("ed25519", "ecdsa"), ("ecdsa", "ed25519")])
def test_a_key_that_the_client_cannot_verify_stands_back(kinds):
    schemes = tuple(one for one in SCHEMES if one.name != "ed25519")
    client, server, problems = meet(tuple(map(pki.credential, kinds)), signature_schemes=schemes)
    assert problems == []
    assert client.done and server.state.credential.kind == "ecdsa"


def test_a_chain_of_very_many_certificates_is_refused_before_it_costs_anything():
    chain = pki.credential("rsa").chain
    long = (*chain, *([chain[1]] * LONGEST_CHAIN))
    with pytest.raises(Alert, match="at most 16 are looked at") as refused:
        verify_chain(long, pki.HOST, pki.trust(), pki.NOW)
    assert refused.value.description is AlertDescription.bad_certificate
