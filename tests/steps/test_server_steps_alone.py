"""Each step of a server, called alone from a state built by hand; no driver is near."""

from dataclasses import replace
from typing import Any

import pytest
from by_hand import (
    CBC_SUITE,
    ECDHE_SUITE,
    OFFER,
    PRE_MASTER_SECRET,
    RSA_SUITE,
    SERVER_KEY,
    course_settings,
    course_state,
    framed,
    heard,
    illustrated_state,
    known,
    pair_of,
    settings,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from read_vectors import illustrated, message

from tlskit import pki
from tlskit.extensions import Extension
from tlskit.messages import Certificate, EncryptedPreMasterSecret
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import HandshakeType, NamedGroup, SignatureScheme
from tlskit.tls12 import SERVER_STEPS
from tlskit.tls12.state import begin

SERVER = Role.SERVER
HOST = "example.ulfheim.net"


def test_receive_client_hello():
    before = begin(SERVER, settings())
    after = SERVER_STEPS.receive_client_hello(before, message("clienthello"))
    expected = illustrated_state(SERVER, "clienthello", server_name=HOST)
    assert known(after) == known(expected)
    assert before.client_random == b""


def test_receive_client_hello_takes_the_servers_best_suite_that_all_else_allows():
    """The capture offers ECDHE_ECDSA with GCM too, but signs with no certificate for it here."""
    after = SERVER_STEPS.receive_client_hello(
        begin(SERVER, course_settings(alpn=("h2",), groups=(NamedGroup.secp256r1,))),
        message("clienthello"),
    )
    assert after.suite is ECDHE_SUITE
    assert after.credential is pki.credential("ecdsa")
    assert (after.group, after.signature_scheme) == (23, 0x0403)
    assert after.alpn == b""


def test_receive_client_hello_for_rsa_settles_no_group_and_no_scheme():
    told = course_settings(suites=(RSA_SUITE,))
    after = SERVER_STEPS.receive_client_hello(begin(SERVER, told), message("clienthello"))
    assert after.suite is RSA_SUITE
    assert after.credential is pki.credential("rsa")
    assert (after.group, after.signature_scheme) == (0, 0)


def test_send_server_hello_as_in_the_capture():
    """The captured server answers renegotiation_info alone, so here nothing else is asked for."""
    asked = tuple(one for one in OFFER.extensions or () if one.extension_type != 11)
    before = illustrated_state(SERVER, "clienthello", illustrated("server_random"))
    after, sent = SERVER_STEPS.send_server_hello(
        before.but(client_hello=replace(OFFER, extensions=asked))
    )
    assert sent == message("serverhello")
    assert after.server_random == illustrated("server_random")
    assert after.handshake_messages == heard("serverhello")


def server_hello(state: Any) -> bytes:
    """Return the body of the ServerHello after version, random and session ID."""
    _, sent = SERVER_STEPS.send_server_hello(state)
    assert sent[:1] == b"\x02"
    assert int.from_bytes(sent[1:4], "big") == len(sent) - 4
    assert sent[4:39] == b"\x03\x03" + bytes(32) + b"\x00"
    return sent[39:]


def test_send_server_hello_answers_what_was_asked_and_settled():
    asked = (*(OFFER.extensions or ()), Extension(16, b"\x00\x03\x02h2"), Extension(23, b""))
    state = illustrated_state(SERVER, "clienthello", bytes(32)).but(
        client_hello=replace(OFFER, extensions=asked),
        server_name=HOST,
        alpn=b"h2",
        extended_master_secret=True,
    )
    assert server_hello(state) == bytes.fromhex(
        "c013 00 001c"  # 28 bytes of extensions
        "ff01000100"  # renegotiation_info
        "00000000"  # server_name
        "000b00020100"  # ec_point_formats
        "00100005 0003026832"  # ALPN
        "00170000"  # extended_master_secret
    )


def test_send_server_hello_answers_nothing_to_a_client_that_asks_for_nothing():
    bare = replace(OFFER, extensions=None)
    state = course_state(SERVER, RSA_SUITE, bytes(32), client_hello=bare)
    assert server_hello(state) == bytes.fromhex("009c 00")
    state = course_state(SERVER, ECDHE_SUITE, bytes(32), client_hello=bare)
    assert server_hello(state) == bytes.fromhex("c02b 00")


def test_send_server_hello_answers_point_formats_only_for_ecdhe():
    state = course_state(SERVER, RSA_SUITE, bytes(32), client_hello=OFFER)
    assert server_hello(state) == bytes.fromhex("009c 00")


def test_the_random_is_what_was_drawn_and_never_marked():
    """A server that knows only TLS 1.2 sets no downgrade sentinel (RFC 9846 §4.2.3)."""
    drawn = bytes(range(32))
    after, sent = SERVER_STEPS.send_server_hello(illustrated_state(SERVER, "clienthello", drawn))
    assert sent[6:38] == drawn == after.server_random


def test_send_certificate():
    after, sent = SERVER_STEPS.send_certificate(illustrated_state(SERVER, "serverhello"))
    assert sent == message("servercert")
    assert after.handshake_messages == heard("servercert")
    _, sent = SERVER_STEPS.send_certificate(course_state(SERVER, ECDHE_SUITE))
    assert decode(Certificate, sent[4:]).certificate_list == pki.credential("ecdsa").chain


def test_send_server_key_exchange():
    before = illustrated_state(SERVER, "servercert", illustrated("server_x25519_private"))
    after, sent = SERVER_STEPS.send_server_key_exchange(before)
    assert sent == message("serverkeyexchange")
    assert known(after) == known(illustrated_state(SERVER, "serverkeyexchange"))


def test_send_server_key_exchange_for_ecdsa_and_secp256r1():
    before = course_state(SERVER, ECDHE_SUITE, b"\x03" * 40, group=NamedGroup.secp256r1)
    after, sent = SERVER_STEPS.send_server_key_exchange(before)
    body = sent[4:]
    assert body[:5] == bytes.fromhex("030017 41 04")
    assert after.key_pair is not None
    assert body[4:69] == after.key_pair.public
    assert body[69:71] == bytes.fromhex("0403")
    assert int.from_bytes(body[71:73], "big") == len(body) - 73
    pki.credential("ecdsa").leaf.public_key().verify(  # type: ignore[union-attr,call-arg]
        body[73:], b"\x11" * 32 + b"\x22" * 32 + body[:69], ec.ECDSA(hashes.SHA256())
    )


@pytest.mark.parametrize(
    "scheme", [SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pkcs1_sha384]
)
def test_send_server_key_exchange_signs_with_the_scheme_that_was_settled(scheme):
    before = illustrated_state(
        SERVER, "servercert", illustrated("server_x25519_private"), signature_scheme=scheme
    )
    _, sent = SERVER_STEPS.send_server_key_exchange(before)
    body = sent[4:]
    assert body[36:38] == int(scheme).to_bytes(2, "big")
    content = illustrated("client_random") + illustrated("server_random") + body[:36]
    if scheme is SignatureScheme.rsa_pkcs1_sha384:
        how: Any = (padding.PKCS1v15(), hashes.SHA384())
    else:
        how = (padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    SERVER_KEY.public_key().verify(body[40:], content, *how)


def test_send_server_hello_done():
    after, sent = SERVER_STEPS.send_server_hello_done(
        illustrated_state(SERVER, "serverkeyexchange")
    )
    assert sent == message("serverhellodone")
    assert after.handshake_messages == heard("serverhellodone")


def test_receive_client_key_exchange_for_ecdhe():
    before = illustrated_state(SERVER, "serverhellodone", key_pair=pair_of("server_x25519_private"))
    after = SERVER_STEPS.receive_client_key_exchange(before, message("clientkeyexchange"))
    assert after.pre_master_secret == PRE_MASTER_SECRET
    assert after.peer_public == illustrated("client_x25519_public")
    assert after.handshake_messages == heard("clientkeyexchange")


INSTEAD = bytes(range(46))


def receive_encrypted(encrypted: bytes, version: int = 0x0303) -> Any:
    before = course_state(
        SERVER, RSA_SUITE, INSTEAD, client_hello=replace(OFFER, client_version=version)
    )
    body = EncryptedPreMasterSecret(encrypted)
    sent = framed(HandshakeType.client_key_exchange, body)
    after = SERVER_STEPS.receive_client_key_exchange(before, sent)
    assert after.handshake_messages == (sent,)
    return after.pre_master_secret


def encrypted_for_us(secret: bytes) -> bytes:
    key: Any = pki.credential("rsa").leaf.public_key()
    return key.encrypt(secret, padding.PKCS1v15())


def test_receive_client_key_exchange_for_rsa():
    secret = b"\x03\x03" + b"\x55" * 46
    assert receive_encrypted(encrypted_for_us(secret)) == secret


@pytest.mark.parametrize("version", [0x0301, 0x0303, 0x0304])
def test_the_secret_begins_with_the_version_that_was_offered_not_the_one_taken(version):
    secret = version.to_bytes(2, "big") + b"\x55" * 46
    assert receive_encrypted(encrypted_for_us(secret), version) == secret


BAD = {
    "version 1.1": lambda: encrypted_for_us(b"\x03\x02" + bytes(46)),
    "47 bytes": lambda: encrypted_for_us(b"\x03\x03" + bytes(45)),
    "49 bytes": lambda: encrypted_for_us(b"\x03\x03" + bytes(47)),
    "nothing inside": lambda: encrypted_for_us(b""),
    "no padding": lambda: b"\x01" * 256,
    "zero": lambda: bytes(256),
    "more than the modulus": lambda: b"\xff" * 256,
    "too short": lambda: b"\x01" * 255,
    "too long": lambda: b"\x01" * 257,
    "empty": lambda: b"",
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_receive_client_key_exchange_for_rsa_never_tells_that_decryption_failed(make):
    """No alert: the handshake goes on with version and random bytes (RFC 5246 §7.4.7.1)."""
    assert receive_encrypted(make()) == b"\x03\x03" + INSTEAD


def test_the_bytes_to_go_on_with_are_drawn_also_when_they_are_not_needed():
    """Else the time would tell; and a source that gives them once is empty afterwards."""
    state = course_state(SERVER, RSA_SUITE, INSTEAD, client_hello=OFFER)
    body = EncryptedPreMasterSecret(encrypted_for_us(b"\x03\x03" + bytes(46)))
    SERVER_STEPS.receive_client_key_exchange(state, framed(HandshakeType.client_key_exchange, body))
    with pytest.raises(AssertionError, match="more than expected"):
        state.settings.random(46)


def test_a_step_called_too_early_says_which_step_is_missing():
    early = begin(SERVER, course_settings())
    with pytest.raises(ValueError, match="ServerHello does it"):
        SERVER_STEPS.receive_client_key_exchange(early, message("clientkeyexchange"))
    for step in (SERVER_STEPS.send_certificate, SERVER_STEPS.send_server_key_exchange):
        with pytest.raises(ValueError, match="receive_client_hello chooses it"):
            step(early)
    no_keys = course_state(SERVER, CBC_SUITE)
    with pytest.raises(ValueError, match="send_server_key_exchange makes it"):
        SERVER_STEPS.receive_client_key_exchange(no_keys, message("clientkeyexchange"))
