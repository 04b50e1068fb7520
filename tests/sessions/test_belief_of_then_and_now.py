"""A resumed client is believed today, by the server that resumes, or not at all."""

from datetime import timedelta

import pytest
from two_ends import keeping, meet

from tlskit import pki
from tlskit.certificates import Trust
from tlskit.faulty_pki import faulty
from tlskit.messages import NewSessionTicket, unframe_handshake
from tlskit.presentation import decode
from tlskit.registry import HandshakeType

EACH_WAY = pytest.mark.parametrize("mechanism", ["id", "ticket"])
STRANGER = Trust((faulty("self_signed", "ecdsa").leaf,))


def asking(trust=None) -> dict:
    return {"client_certificate": "required", "trust": trust or pki.trust()}


@EACH_WAY
def test_the_same_roots_resume_and_know_who_it_is(mechanism):
    client, server = keeping(mechanism)
    shown = {"credentials": (pki.client_credential("rsa"),)}
    first = meet(client | shown, server | asking())
    second = meet({"session": first.client.session} | shown, server | asking())
    assert second.resumed
    assert second.server.state.peer_certificate == first.server.state.peer_certificate


@EACH_WAY
def test_a_server_with_other_roots_asks_again(mechanism):
    client, server = keeping(mechanism)
    shown = {"credentials": (pki.client_credential("rsa"),)}
    first = meet(client | shown, server | asking())
    second = meet({"session": first.client.session} | shown, server | asking(STRANGER))
    assert not second.server.state.resumed  # and does not believe what it is shown instead
    assert second.server.failure.description.name == "unknown_ca"


@EACH_WAY
def test_a_certificate_that_has_expired_since_is_no_proof_any_more(mechanism):
    client, server = keeping(mechanism)
    dying = replace_not_after(pki.NOW + timedelta(hours=1))
    first = meet(client | {"credentials": (dying,)}, server | asking())
    later = {"now": pki.NOW + timedelta(hours=2)}
    second = meet({"session": first.client.session} | later, server | asking() | later)
    assert not second.server.state.resumed
    assert second.first_alert[0] == "server"  # which asked anew, and was shown none


def replace_not_after(last):
    """Return a client's certificate that ends then."""
    sound = pki.client_credential("rsa")
    key = pki.course_key("intermediate_ecdsa")
    above = pki.Contents(
        "tlskit course client intermediate (ECDSA)",
        key,
        ca=True,
        path_length=0,
        extended_key_usage=(pki.CLIENT_AUTH,),
    )
    leaf = pki.Contents(
        "tlskit course client",
        sound.private_key,
        ("client.course.example",),
        not_after=last,
        key_usage=("digital_signature",),
        extended_key_usage=(pki.CLIENT_AUTH,),
    )
    return pki.issued(leaf, pki.Issuer(pki.certify(above, pki.root()), key))


def test_a_renewed_ticket_says_how_long_the_session_still_counts():
    client, server = keeping("ticket")
    first = meet(client, server)
    server["ticket_keys"].rotate(lambda size: bytes(size))
    later = {"now": pki.NOW + timedelta(hours=23)}
    second = meet({"session": first.client.session} | later, server | later)
    assert second.resumed
    messages = map(unframe_handshake, second.client.state.handshake_messages)
    body = next(body for kind, body in messages if kind == HandshakeType.new_session_ticket)
    assert decode(NewSessionTicket, body).ticket_lifetime_hint == 3600


def test_with_a_ticket_the_session_has_no_id_and_is_not_kept_twice():
    client, server = keeping("ticket")
    both = server | {"session_store": keeping("id")[1]["session_store"]}
    first = meet(client, both)
    assert first.client.session.ticket
    assert first.server.state.session_id == b""
    assert len(both["session_store"]) == 0


def test_a_session_with_extended_master_secret_is_not_offered_without_it():
    client, server = keeping("id")
    session = meet(client, server).client.session
    second = meet({"session": session, "extended_master_secret": False}, server)
    assert second.client.done and not second.resumed
