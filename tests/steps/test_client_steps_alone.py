"""Each step of a client, called alone from a state built by hand; no driver is near."""

import hashlib
import hmac
from dataclasses import replace

import pytest
from by_hand import (
    CBC_SUITE,
    ECDHE_SUITE,
    LEAF,
    LEAF_DER,
    MASTER_SECRET,
    OFFER,
    PRE_MASTER_SECRET,
    RSA_SUITE,
    course_settings,
    course_state,
    draws,
    framed,
    heard,
    illustrated_state,
    known,
    settings,
)
from cryptography.hazmat.primitives.asymmetric import ec, padding
from read_vectors import illustrated, message, record

from tlskit import pki
from tlskit.messages import Certificate
from tlskit.order import Role
from tlskit.registry import HandshakeType, NamedGroup
from tlskit.signatures import SCHEMES
from tlskit.tls12 import CLIENT_STEPS, common
from tlskit.tls12.record_protection import record_keys
from tlskit.tls12.state import FORMULAE, begin

CLIENT = Role.CLIENT
TWO = NamedGroup.x25519, NamedGroup.secp256r1


def test_send_client_hello_for_ecdhe():
    random = bytes(range(32))
    told = settings(random, groups=TWO, signature_schemes=SCHEMES[:2], alpn=("h2", "http/1.1"))
    before = begin(CLIENT, told)
    after, sent = CLIENT_STEPS.send_client_hello(before)
    expected = bytes.fromhex(
        "0303" + random.hex() + "00"  # no session
        "0002c013" + "0100"  # one suite, no compression
        "0051"  # 81 bytes of extensions
        "00000018001600001365 78616d706c652e756c666865696d2e6e6574"  # server_name
        "000a0006 0004001d0017"  # supported_groups
        "000b0002 0100"  # ec_point_formats
        "000d0006 000404030503"  # signature_algorithms
        "0010000e 000c02683208687474702f312e31"  # ALPN
        "00160000"  # encrypt_then_mac: the suite has a MAC of its own
        "ff010001 00"  # renegotiation_info
    )
    assert sent == b"\x01" + len(expected).to_bytes(3, "big") + expected
    assert before.handshake_messages == ()
    assert after.handshake_messages == (sent,)
    assert after.client_random == random
    assert after.client_hello is not None
    assert after.client_hello.cipher_suites == (0xC013,)


def test_send_client_hello_for_rsa_has_no_groups_and_for_an_address_no_name():
    told = course_settings(
        bytes(32), suites=(RSA_SUITE,), server_name="127.0.0.1", signature_schemes=SCHEMES[:1]
    )
    _, sent = CLIENT_STEPS.send_client_hello(begin(CLIENT, told))
    extensions = bytes.fromhex("000d0004 00020403" + "0017 0000" + "ff010001 00")
    body = b"\x03\x03" + bytes(33) + bytes.fromhex("0002009c" + "0100")
    body += len(extensions).to_bytes(2, "big") + extensions
    assert sent == b"\x01" + len(body).to_bytes(3, "big") + body


def test_receive_server_hello():
    before = illustrated_state(CLIENT, "clienthello")
    after = CLIENT_STEPS.receive_server_hello(before, message("serverhello"))
    assert known(after) == known(illustrated_state(CLIENT, "serverhello"))
    assert before.server_random == b""


def test_receive_certificate_of_the_course():
    for suite in (RSA_SUITE, ECDHE_SUITE):
        credential = pki.credential(suite.authentication)
        before = course_state(CLIENT, suite, peer_certificate=None)
        sent = framed(HandshakeType.certificate, Certificate(credential.chain))
        after = CLIENT_STEPS.receive_certificate(before, sent)
        assert known(after) == known(before) | {
            "handshake_messages": (sent,),
            "peer_chain": credential.chain,
            "peer_certificate": credential.leaf,
        }


def test_receive_certificate_hands_chain_name_trust_and_time_to_the_formula():
    """The capture's certificate has only a common name, which counts no more (RFC 9525 §2)."""
    before = illustrated_state(CLIENT, "serverhello")
    handed = []

    def verify_chain(*arguments):
        handed.append(arguments)
        return LEAF

    before = before.but(formulae=replace(FORMULAE, verify_chain=verify_chain))
    after = CLIENT_STEPS.receive_certificate(before, message("servercert"))
    assert known(after) == known(illustrated_state(CLIENT, "servercert"))
    told = before.settings
    assert handed == [((LEAF_DER,), "example.ulfheim.net", told.trust, told.now)]


def test_receive_server_key_exchange():
    before = illustrated_state(CLIENT, "servercert")
    after = CLIENT_STEPS.receive_server_key_exchange(before, message("serverkeyexchange"))
    assert known(after) == known(illustrated_state(CLIENT, "serverkeyexchange"))


def test_receive_server_hello_done():
    before = illustrated_state(CLIENT, "serverkeyexchange")
    after = CLIENT_STEPS.receive_server_hello_done(before, message("serverhellodone"))
    assert known(after) == known(illustrated_state(CLIENT, "serverhellodone"))


def test_send_client_key_exchange_for_ecdhe():
    before = illustrated_state(CLIENT, "serverhellodone", illustrated("client_x25519_private"))
    after, sent = CLIENT_STEPS.send_client_key_exchange(before)
    assert sent == message("clientkeyexchange")
    assert after.pre_master_secret == PRE_MASTER_SECRET
    assert after.key_pair is not None
    assert after.key_pair.public == illustrated("client_x25519_public")
    assert after.handshake_messages == heard("clientkeyexchange")


def test_send_client_key_exchange_for_secp256r1():
    """Both sides' x-coordinate of the same point, 65 bytes of point on the wire."""
    peer = ec.derive_private_key(5, ec.SECP256R1())
    numbers = peer.public_key().public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    before = course_state(
        CLIENT, ECDHE_SUITE, b"\x07" * 40, group=NamedGroup.secp256r1, peer_public=point
    )
    after, sent = CLIENT_STEPS.send_client_key_exchange(before)
    assert sent[:6] == bytes.fromhex("1000004241 04")
    ours = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sent[5:])
    assert after.pre_master_secret == peer.exchange(ec.ECDH(), ours)


def test_send_client_key_exchange_for_rsa():
    drawn = bytes(range(46))
    before = course_state(CLIENT, RSA_SUITE, drawn)
    after, sent = CLIENT_STEPS.send_client_key_exchange(before)
    assert after.pre_master_secret == b"\x03\x03" + drawn
    assert sent[:6] == bytes.fromhex("10000102 0100")
    assert len(sent) == 4 + 2 + 256
    key = pki.credential("rsa").private_key
    assert key.decrypt(sent[6:], padding.PKCS1v15()) == b"\x03\x03" + drawn  # type: ignore[union-attr]


def test_generate_keys_without_extended_master_secret():
    after = common.generate_keys(illustrated_state(CLIENT, "clientkeyexchange"))
    assert after.master_secret == MASTER_SECRET
    assert len(after.key_block) == 72
    cut = [after.key_block[a:b] for a, b in ((0, 20), (20, 40), (40, 56), (56, 72))]
    assert after.client_keys == record_keys(CBC_SUITE, cut[0], cut[2], b"")
    assert after.server_keys == record_keys(CBC_SUITE, cut[1], cut[3], b"")
    assert after.handshake_messages == heard("clientkeyexchange")


@pytest.mark.parametrize("role", [CLIENT, Role.SERVER])
def test_generate_keys_with_extended_master_secret_takes_the_session_hash(role):
    secret, said = b"\x05" * 32, (b"\x01\x00\x00\x01a", b"\x02\x00\x00\x02bc")
    before = course_state(
        role,
        ECDHE_SUITE,
        handshake_messages=said,
        pre_master_secret=secret,
        extended_master_secret=True,
    )
    after = common.generate_keys(before)
    seed = b"extended master secret" + hashlib.sha256(b"".join(said)).digest()
    a = [seed]
    for _ in range(2):
        a.append(hmac.digest(secret, a[-1], "sha256"))
    stretched = b"".join(hmac.digest(secret, one + seed, "sha256") for one in a[1:])
    assert after.master_secret == stretched[:48]
    assert len(after.key_block) == 40


def test_change_cipher_spec_is_one_byte_and_no_handshake_message():
    before = illustrated_state(CLIENT, "clientkeyexchange")
    after, sent = common.send_change_cipher_spec(before)
    assert sent == record("clientccs")[5:] == b"\x01"
    assert known(after) == known(before)
    after = common.receive_change_cipher_spec(before, record("serverccs")[5:])
    assert known(after) == known(before)


def with_keys(role):
    return common.generate_keys(illustrated_state(role, "clientkeyexchange"))


@pytest.mark.parametrize("role", [CLIENT, Role.SERVER])
def test_finished_in_both_directions(role):
    """The server's covers the client's; whoever sends one has checked nothing by that."""
    first, second = (record(f"{side}finishedplain")[:16] for side in ("client", "server"))
    state = with_keys(role)
    if role is CLIENT:
        state, sent = common.send_finished(state)
        assert sent == first
        state = common.receive_finished(state, second)
    else:
        state = common.receive_finished(state, first)
        state, sent = common.send_finished(state)
        assert sent == second
    assert state.handshake_messages == (*heard("clientkeyexchange"), first, second)


def test_steps_leave_the_state_they_are_given_as_it_was():
    before = illustrated_state(CLIENT, "serverhellodone", illustrated("client_x25519_private"))
    facts = known(before)
    CLIENT_STEPS.send_client_key_exchange(before)
    assert known(before) == facts
    assert before.client_hello is OFFER


def test_a_step_called_too_early_says_which_step_is_missing():
    empty = begin(CLIENT, course_settings())
    with pytest.raises(ValueError, match="send_client_hello sets it"):
        CLIENT_STEPS.receive_server_hello(empty, message("serverhello"))
    with pytest.raises(ValueError, match="ServerHello does it"):
        CLIENT_STEPS.send_client_key_exchange(empty)
    early = illustrated_state(CLIENT, "serverhello")
    with pytest.raises(ValueError, match="receive_certificate sets it"):
        CLIENT_STEPS.receive_server_key_exchange(early, message("serverkeyexchange"))
    blind = early.but(settings=replace(early.settings, trust=None))
    with pytest.raises(ValueError, match="a client needs roots"):
        CLIENT_STEPS.receive_certificate(blind, message("servercert"))
    with pytest.raises(ValueError, match=r"settings.random\(32\) returned 3 bytes"):
        told = course_settings()
        object.__setattr__(told, "random", lambda size: b"abc")
        CLIENT_STEPS.send_client_hello(begin(CLIENT, told))
    with pytest.raises(TypeError, match="State has no field master"):
        empty.but(master=b"")


def test_draws_is_strict():
    """The source of these tests gives what was put in, and no more."""
    draw = draws(b"ab")
    assert draw(2) == b"ab"
    with pytest.raises(AssertionError, match="more than expected"):
        draw(1)
