"""What a client refuses, step by step, and with which alert."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from by_hand import (
    CBC_SUITE,
    ECDHE_SUITE,
    MASTER_SECRET,
    OFFER,
    RSA_SUITE,
    SERVER_KEY,
    body_of,
    course_state,
    framed,
    illustrated_state,
    refused,
)
from read_vectors import illustrated, message, record

from tlskit import pki
from tlskit.extensions import Extension
from tlskit.hello import downgrade_sentinel
from tlskit.messages import Certificate, ServerHello, ServerKeyExchange
from tlskit.order import Role
from tlskit.registry import AlertDescription, HandshakeType, NamedGroup, SignatureScheme
from tlskit.signatures import sign
from tlskit.tls12 import CLIENT_STEPS, common

CLIENT = Role.CLIENT
A = AlertDescription
HELLO = body_of("serverhello", ServerHello)
EXCHANGE = body_of("serverkeyexchange", ServerKeyExchange)
RENEGOTIATION = Extension(0xFF01, b"\x00")


def receive_hello(state=None, **changes):
    state = state or illustrated_state(CLIENT, "clienthello")
    return CLIENT_STEPS.receive_server_hello(
        state, framed(HandshakeType.server_hello, replace(HELLO, **changes))
    )


@pytest.mark.parametrize("version", [0x0002, 0x0300, 0x0301, 0x0302, 0x0304, 0xFEFD])
def test_another_version(version):
    with refused(A.protocol_version, "RFC 5246"):
        receive_hello(server_version=version)


# DHE, TLS 1.3's, the signalling value, GREASE, none, and 3DES, which the capture's client offered.
@pytest.mark.parametrize("suite", [0x009E, 0x1301, 0x00FF, 0x0A0A, 0x0000, 0xC012])
def test_a_suite_that_was_not_offered(suite):
    with refused(A.illegal_parameter, "§7.4.1.3"):
        receive_hello(cipher_suite=suite)


@pytest.mark.parametrize("method", [1, 64, 255])
def test_compression(method):
    with refused(A.illegal_parameter, "§7.4.1.3"):
        receive_hello(compression_method=method)


# extended_master_secret, encrypt_then_mac, ALPN, session_ticket, key_share, GREASE, unknown
@pytest.mark.parametrize("extension_type", [23, 22, 16, 35, 51, 0x0A0A, 0x4469])
def test_an_extension_that_was_not_offered(extension_type):
    with refused(A.unsupported_extension, "§7.4.1.4"):
        receive_hello(extensions=(RENEGOTIATION, Extension(extension_type, b"")))


def test_an_extension_that_stands_there_twice():
    with refused(A.illegal_parameter, "§7.4.1.4"):
        receive_hello(extensions=(RENEGOTIATION, RENEGOTIATION))


@pytest.mark.parametrize("answer", [b"\x0b" + bytes(11), b"\x01a"])
def test_a_renegotiation_info_that_is_not_empty(answer):
    whole = bytes([len(answer) - 1]) + answer[1:]
    with refused(A.handshake_failure, "RFC 5746 §3.4"):
        receive_hello(extensions=(Extension(0xFF01, whole),))


@pytest.mark.parametrize("formats", [b"\x01\x01", b"\x02\x01\x02"])
def test_point_formats_without_the_uncompressed_one(formats):
    with refused(A.illegal_parameter, "RFC 8422 §5.1.2"):
        receive_hello(extensions=(Extension(11, formats),))
    taken = receive_hello(extensions=(Extension(11, b"\x03\x01\x00\x02"),))
    assert taken.suite is CBC_SUITE


@pytest.mark.parametrize(
    ("extension_type", "body"),
    [(0, b"\x00"), (11, b""), (11, b"\x00"), (11, b"\x02\x00"), (0xFF01, b""), (0xFF01, b"\x00a")],
)
def test_an_extension_body_that_does_not_decode(extension_type, body):
    with refused(A.decode_error):
        receive_hello(extensions=(Extension(extension_type, body),))


def asking_for(*protocols):
    names = b"".join(bytes([len(name)]) + name.encode() for name in protocols)
    alpn = Extension(16, len(names).to_bytes(2, "big") + names)
    state = illustrated_state(CLIENT, "clienthello")
    offer = replace(OFFER, extensions=(*(OFFER.extensions or ()), alpn))
    return state.but(client_hello=offer, settings=replace(state.settings, alpn=protocols))


def test_alpn_must_be_one_protocol_that_was_offered():
    state = asking_for("h2", "http/1.1")
    taken = receive_hello(state, extensions=(Extension(16, b"\x00\x03\x02h2"),))
    assert taken.alpn == b"h2"
    assert receive_hello(state).alpn == b""
    for answer in (b"\x00\x03\x02h3", b"\x00\x0c\x02h2\x08http/1.1", b"\x00\x06\x02h2\x02h2"):
        with refused(A.illegal_parameter, "RFC 7301 §3.1"):
            receive_hello(state, extensions=(Extension(16, answer),))
    for answer in (b"", b"\x00\x00", b"\x00\x01\x00"):
        with refused(A.decode_error):
            receive_hello(state, extensions=(Extension(16, answer),))


def test_a_server_without_extended_master_secret_where_it_is_required():
    state = illustrated_state(CLIENT, "clienthello")
    changes = {"extended_master_secret": True, "require_extended_master_secret": True}
    strict = state.but(settings=replace(state.settings, **changes))
    with refused(A.handshake_failure, "RFC 7627 §5.2"):
        receive_hello(strict)
    offer = replace(OFFER, extensions=(*(OFFER.extensions or ()), Extension(23, b"")))
    taken = receive_hello(strict.but(client_hello=offer), extensions=(Extension(23, b""),))
    assert taken.extended_master_secret
    assert not taken.secure_renegotiation


@pytest.mark.parametrize("last", [0, 1])
def test_the_downgrade_sentinel_is_chance_to_a_client_of_one_version(last):
    random = bytes(24) + b"DOWNGRD" + bytes([last])
    assert receive_hello(random=random).server_random == random
    assert "TLS 1." in downgrade_sentinel(random)
    assert downgrade_sentinel(bytes(24) + b"DOWNGRD\x02") == ""


def test_a_hello_without_extensions_and_with_a_session_is_taken():
    state = receive_hello(extensions=None, session_id=b"s" * 32)
    assert state.session_id == b"s" * 32
    assert not state.secure_renegotiation


BREAKABLE = {
    "serverhello": ("clienthello", CLIENT_STEPS.receive_server_hello),
    "servercert": ("serverhello", CLIENT_STEPS.receive_certificate),
    "serverkeyexchange": ("servercert", CLIENT_STEPS.receive_server_key_exchange),
    "serverhellodone": ("serverkeyexchange", CLIENT_STEPS.receive_server_hello_done),
}
BARE_HELLO = 38
"""Bytes of a ServerHello that ends before the extensions, as it may."""


@pytest.mark.parametrize("name", BREAKABLE)
def test_a_message_that_is_cut_off_or_too_long(name):
    after, step = BREAKABLE[name]
    state, whole = illustrated_state(CLIENT, after), message(name)
    body = whole[4:]
    broken = [body[:size] for size in range(0, len(body), 7)] + [body + b"\x00"]
    for one in broken:
        if name != "serverhello" or len(one) != BARE_HELLO:
            with refused(A.decode_error):
                step(state, framed(HandshakeType(whole[0]), one))
    for wrong_length in (whole + b"\x00", whole[:-1]):
        with refused(A.decode_error, "§7.4"):
            step(state, wrong_length)


def test_a_session_id_of_33_bytes():
    body = message("serverhello")[4:]
    with refused(A.decode_error):
        longer = body[:34] + b"\x21" + bytes(33) + body[35:]
        CLIENT_STEPS.receive_server_hello(
            illustrated_state(CLIENT, "clienthello"), framed(HandshakeType.server_hello, longer)
        )


# ---- Certificate


def receive_chain(*chain, suite=ECDHE_SUITE, **changes):
    state = course_state(CLIENT, suite, peer_certificate=None)
    state = state.but(settings=replace(state.settings, **changes))
    sent = framed(HandshakeType.certificate, Certificate(chain))
    return CLIENT_STEPS.receive_certificate(state, sent)


ECDSA, RSA = pki.credential("ecdsa").chain, pki.credential("rsa").chain


def test_certificates_that_do_not_do():
    assert receive_chain(*ECDSA).peer_chain == ECDSA
    with refused(A.decode_error, "§7.4.2"):
        receive_chain()
    with refused(A.bad_certificate):
        receive_chain(b"no certificate", *ECDSA[1:])
    with refused(A.unknown_ca):
        receive_chain(ECDSA[0])
    with refused(A.certificate_expired):
        receive_chain(*ECDSA, now=datetime(2101, 1, 1, tzinfo=UTC))
    with refused(A.bad_certificate, "RFC 9525"):
        receive_chain(*ECDSA, server_name="other.course.example")


def test_a_certificate_whose_key_is_not_of_the_suites_kind():
    with refused(A.illegal_parameter, "§7.4.2"):
        receive_chain(*RSA, suite=ECDHE_SUITE)
    with refused(A.illegal_parameter, "§7.4.2"):
        receive_chain(*ECDSA, suite=RSA_SUITE)


def test_a_certificate_whose_key_may_not_do_what_the_suite_asks():
    signs_only = replace(pki.leaf_contents("rsa"), key_usage=("digital_signature",))
    chain = pki.issued(signs_only, pki.intermediate("rsa")).chain
    assert receive_chain(*chain, suite=CBC_SUITE).peer_chain == chain
    with refused(A.illegal_parameter, "§7.4.2"):
        receive_chain(*chain, suite=RSA_SUITE)


# ---- ServerKeyExchange


def receive_exchange(state=None, **changes):
    state = state or illustrated_state(CLIENT, "servercert")
    sent = framed(HandshakeType.server_key_exchange, replace(EXCHANGE, **changes))
    return CLIENT_STEPS.receive_server_key_exchange(state, sent)


@pytest.mark.parametrize("curve_type", [0, 1, 2, 4, 255])
def test_a_curve_that_is_not_named(curve_type):
    with refused(A.illegal_parameter, "RFC 8422 §5.4"):
        receive_exchange(curve_type=curve_type)


@pytest.mark.parametrize("group", [24, 25, 0, 0x0A0A, NamedGroup.secp256r1])
def test_a_group_that_was_not_offered(group):
    state = illustrated_state(CLIENT, "servercert")
    only = replace(state.settings, groups=(NamedGroup.x25519,))
    with refused(A.illegal_parameter, "RFC 8422 §5.4"):
        receive_exchange(state.but(settings=only), named_curve=group)


# SHA-1, Ed25519, GREASE, and one that is known but not in the client's list.
@pytest.mark.parametrize("scheme", [0x0201, 0x0807, 0x0A0A, SignatureScheme.rsa_pkcs1_sha384])
def test_a_signature_scheme_that_was_not_offered(scheme):
    state = illustrated_state(CLIENT, "servercert")
    only = replace(state.settings, signature_schemes=(SignatureScheme.rsa_pkcs1_sha256,))
    with refused(A.illegal_parameter, "§7.4.3"):
        receive_exchange(state.but(settings=only), signature_algorithm=scheme)


def test_a_signature_scheme_of_another_kind_of_key():
    with refused(A.illegal_parameter, "§7.4.3"):
        receive_exchange(signature_algorithm=SignatureScheme.ecdsa_secp256r1_sha256)


@pytest.mark.parametrize("at", [0, 100, 255])
def test_a_signature_with_a_changed_bit(at):
    signature = bytearray(EXCHANGE.signature)
    signature[at] ^= 1
    with refused(A.decrypt_error, "§7.4.3"):
        receive_exchange(signature=bytes(signature))


@pytest.mark.parametrize("signature", [b"", b"short", EXCHANGE.signature + b"\x00"])
def test_a_signature_of_another_length(signature):
    with refused(A.decrypt_error):
        receive_exchange(signature=signature)


def test_a_signature_over_other_bytes():
    with refused(A.decrypt_error):
        receive_exchange(public=bytes(32))
    state = illustrated_state(CLIENT, "servercert")
    with refused(A.decrypt_error):
        receive_exchange(state.but(server_random=bytes(32)))
    random, other = illustrated("client_random"), illustrated("server_random")
    params = bytes.fromhex("03001d20") + EXCHANGE.public
    swapped = sign(EXCHANGE.signature_algorithm, SERVER_KEY, other + random + params)
    with refused(A.decrypt_error):
        receive_exchange(signature=swapped)
    right = sign(EXCHANGE.signature_algorithm, SERVER_KEY, random + other + params)
    assert receive_exchange(signature=right).peer_public == EXCHANGE.public


# ---- ClientKeyExchange, ChangeCipherSpec, Finished


@pytest.mark.parametrize("point", [bytes(32), b"\x01" + bytes(31), b"short", bytes(33)])
def test_a_server_key_that_is_no_point_is_found_when_it_is_used(point):
    state = illustrated_state(CLIENT, "serverhellodone", b"\x09" * 32, peer_public=point)
    with refused(A.illegal_parameter, "RFC 8422 §5.11"):
        CLIENT_STEPS.send_client_key_exchange(state)


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x02", b"\x01\x01"])
def test_a_change_cipher_spec_that_is_not_the_byte_01(content):
    with refused(A.decode_error, "§7.1"):
        common.receive_change_cipher_spec(illustrated_state(CLIENT, "clientkeyexchange"), content)


def finished_state():
    first = record("clientfinishedplain")
    state = illustrated_state(CLIENT, "clientkeyexchange", master_secret=MASTER_SECRET)
    return state.but(handshake_messages=(*state.handshake_messages, first))


RIGHT = record("serverfinishedplain")[:16]


@pytest.mark.parametrize("size", [0, 11, 13, 36])
def test_a_finished_that_has_not_12_bytes(size):
    sent = framed(HandshakeType.finished, (RIGHT[4:] + bytes(24))[:size])
    with refused(A.decode_error, "§7.4.9"):
        common.receive_finished(finished_state(), sent)


@pytest.mark.parametrize("at", range(12))
def test_a_finished_with_a_changed_bit(at):
    data = bytearray(RIGHT)
    data[4 + at] ^= 0x80
    with refused(A.decrypt_error, "§7.4.9"):
        common.receive_finished(finished_state(), bytes(data))


def test_a_finished_of_other_secrets_messages_or_sender():
    good = finished_state()
    assert common.receive_finished(good, RIGHT).handshake_messages[-1] == RIGHT
    for other in (
        good.but(master_secret=bytes(48)),
        good.but(handshake_messages=good.handshake_messages[:-1]),
        good.but(handshake_messages=good.handshake_messages[::-1]),
        good.but(role=Role.SERVER),
        good.but(suite=replace(CBC_SUITE, hash_name="sha384")),
    ):
        with refused(A.decrypt_error):
            common.receive_finished(other, RIGHT)
    with refused(A.decrypt_error):  # the client's own Finished, thrown back at it
        common.receive_finished(good, record("clientfinishedplain"))
