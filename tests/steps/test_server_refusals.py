"""What a server refuses in a ClientHello and a ClientKeyExchange, and what it passes over."""

from dataclasses import replace

import pytest
from by_hand import (
    CBC_SUITE,
    ECDHE_SUITE,
    OFFER,
    RSA_SUITE,
    client_hello,
    course_settings,
    course_state,
    framed,
    illustrated_state,
    refused,
    settings,
)
from read_vectors import message

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.cipher_suites import suite_named
from tlskit.extensions import Extension
from tlskit.order import Role
from tlskit.registry import AlertDescription, HandshakeType, NamedGroup, SignatureScheme
from tlskit.tls12 import SERVER_STEPS
from tlskit.tls12.state import begin

SERVER = Role.SERVER
A = AlertDescription
GREASE = 0xDADA


def receive(hello, told=None):
    return SERVER_STEPS.receive_client_hello(begin(SERVER, told or settings()), hello)


def receive_hello(told=None, extensions=None, **changes):
    """Receive the capture's ClientHello with these changes; extensions are put in by type."""
    mine = {one.extension_type: one for one in OFFER.extensions or ()}
    mine |= {number: Extension(number, body) for number, body in (extensions or {}).items()}
    return receive(client_hello(extensions=tuple(mine.values()), **changes), told)


@pytest.mark.parametrize("version", [0x0000, 0x0002, 0x0300, 0x0301, 0x0302])
def test_a_client_that_is_too_old(version):
    with refused(A.protocol_version, "RFC 5246 App. E.1"):
        receive_hello(client_version=version)


@pytest.mark.parametrize("version", [0x0303, 0x0304, 0x0305, 0x0400, 0xFFFF])
def test_a_client_that_can_do_more_is_answered_with_what_we_do(version):
    assert receive_hello(client_version=version).suite is CBC_SUITE


def test_supported_versions_decide_where_they_are_sent():
    assert receive_hello(extensions={43: bytes.fromhex("06 dada 0304 0303")}).suite is CBC_SUITE
    with refused(A.protocol_version):
        receive_hello(extensions={43: bytes.fromhex("04 0304 dada")})
    with refused(A.decode_error):
        receive_hello(extensions={43: b"\x00"})


@pytest.mark.parametrize("methods", [(1,), (1, 64), (255,)])
def test_a_client_that_wants_compression(methods):
    with refused(A.illegal_parameter, "§7.4.1.2"):
        receive_hello(compression_methods=methods)
    assert receive_hello(compression_methods=(*methods, 0)).suite is CBC_SUITE


@pytest.mark.parametrize("extension_type", [0xFF01, 10, 13, 0x4469, GREASE])
def test_an_extension_that_stands_there_twice(extension_type):
    body = {10: b"\x00\x02\x00\x1d", 13: b"\x00\x02\x04\x01"}.get(extension_type, b"\x00")
    twice = (Extension(extension_type, body),) * 2
    with refused(A.illegal_parameter, "§7.4.1.4"):
        receive(client_hello(extensions=twice))


@pytest.mark.parametrize("formats", [b"\x01\x01", b"\x02\x02\x01"])
def test_point_formats_without_the_uncompressed_one(formats):
    with refused(A.illegal_parameter, "RFC 8422 §5.1.2"):
        receive_hello(extensions={11: formats})


def names(*entries):
    body = b"".join(bytes([kind]) + len(name).to_bytes(2, "big") + name for kind, name in entries)
    return len(body).to_bytes(2, "big") + body


def test_server_name():
    assert receive_hello(extensions={0: names((0, b"A.Example"))}).server_name == "a.example"
    assert receive_hello(extensions={0: names((7, b"x"), (0, b"b"))}).server_name == "b"
    assert receive_hello(extensions={0: names((7, b"x"))}).server_name == ""
    with refused(A.illegal_parameter, "RFC 6066 §3"):
        receive_hello(extensions={0: names((0, b"a"), (0, b"b"))})
    for broken in (b"", b"\x00\x00", names((0, b"")), names((0, b"a")) + b"\x00"):
        with refused(A.decode_error):
            receive_hello(extensions={0: broken})


def test_the_certificate_for_the_asked_name_is_taken_else_the_first():
    others = [pki.credential("ecdsa", host) for host in ("www.course.example", pki.HOST)]
    told = course_settings(credentials=tuple(others), suites=(ECDHE_SUITE,))
    for name, expected in (
        (b"SIGNAL.course.example", others[1]),
        (b"course.example", others[0]),
        (b"nobody.example", others[0]),
    ):
        taken = receive_hello(told, extensions={0: names((0, name))})
        assert taken.credential is expected, name


@pytest.mark.parametrize("answer", [b"\x01a", b"\x0c" + bytes(12)])
def test_a_renegotiation_info_that_is_not_empty(answer):
    with refused(A.handshake_failure, "RFC 5746 §3.6"):
        receive_hello(extensions={0xFF01: answer})


def test_secure_renegotiation_by_extension_or_signalling_suite():
    without = tuple(one for one in OFFER.extensions or () if one.extension_type != 0xFF01)
    signalled = (*OFFER.cipher_suites, 0x00FF)
    for extensions, suites, expected in (
        (OFFER.extensions, OFFER.cipher_suites, True),
        (without, signalled, True),
        (without, OFFER.cipher_suites, False),
        (OFFER.extensions, signalled, True),
    ):
        hello = client_hello(extensions=extensions, cipher_suites=suites)
        state = receive(hello, settings(bytes(32)))
        assert state.secure_renegotiation is expected
        _, answer = SERVER_STEPS.send_server_hello(state)
        assert (bytes.fromhex("ff01000100") in answer) is expected


@pytest.mark.parametrize("suites", [(0x1301,), (GREASE, 0x009E), (0x00FF,), (0xC02B,)])
def test_no_suite_in_common(suites):
    with refused(A.handshake_failure, "§7.4.1.3"):
        receive_hello(cipher_suites=suites)


@pytest.mark.parametrize("listed", ["0016", "dada", "001e 0100"])
def test_no_group_in_common(listed):
    body = bytes.fromhex(listed)
    with refused(A.handshake_failure, "RFC 8422 §5.1"):
        receive_hello(extensions={10: len(body).to_bytes(2, "big") + body})


def test_without_a_group_in_common_a_suite_that_needs_none_is_taken():
    told = course_settings(suites=(CBC_SUITE, RSA_SUITE))
    taken = receive_hello(told, extensions={10: b"\x00\x02\x00\x1e"})
    assert taken.suite is RSA_SUITE


@pytest.mark.parametrize("listed", ["0201 0203", "0403", "dada", "0807"])
def test_no_signature_scheme_in_common(listed):
    body = bytes.fromhex(listed)
    with refused(A.handshake_failure):
        receive_hello(extensions={13: len(body).to_bytes(2, "big") + body})


def test_lists_that_are_missing():
    """No groups: the server chooses (RFC 8422 §4). No schemes: SHA-1, which we don't sign."""
    with refused(A.handshake_failure, "RFC 8422 §5.1"):
        receive(client_hello(extensions=None))
    state = receive(client_hello(extensions=(Extension(13, b"\x00\x02\x04\x01"),)))
    assert state.group == NamedGroup.x25519
    assert state.signature_scheme == SignatureScheme.rsa_pkcs1_sha256
    state = receive(client_hello(extensions=None), course_settings(suites=(RSA_SUITE,)))
    assert state.suite is RSA_SUITE


def test_no_certificate_of_the_suites_kind():
    told = course_settings(credentials=(pki.credential("rsa"),), suites=(ECDHE_SUITE,))
    with refused(A.handshake_failure):
        receive_hello(told)


def test_no_ecdsa_certificate_on_a_curve_that_the_client_lists():
    told = course_settings(suites=(ECDHE_SUITE,))
    with refused(A.handshake_failure):
        receive_hello(told, extensions={10: b"\x00\x02\x00\x1d"})
    assert receive_hello(told).suite is ECDHE_SUITE


def protocols(*listed):
    body = b"".join(bytes([len(name)]) + name for name in listed)
    return len(body).to_bytes(2, "big") + body


def test_alpn():
    """The server's order decides (RFC 7301 §3.2)."""
    told = settings(alpn=("h2", "http/1.1"))
    offered = protocols(bytes.fromhex("dada"), b"http/1.1", b"h2")
    assert receive_hello(told, extensions={16: offered}).alpn == b"h2"
    assert receive_hello(told).alpn == b""
    assert receive_hello(extensions={16: offered}).alpn == b""
    with refused(A.no_application_protocol, "RFC 7301 §3.2"):
        receive_hello(told, extensions={16: protocols(b"h3", b"spdy/1")})
    for broken in (b"", b"\x00\x00", b"\x00\x01\x00", b"\x00\x02\x02h"):
        with refused(A.decode_error):
            receive_hello(told, extensions={16: broken})


def test_extended_master_secret():
    wanted = settings(extended_master_secret=True)
    strict = replace(wanted, require_extended_master_secret=True)
    assert receive_hello(wanted, extensions={23: b""}).extended_master_secret
    assert not receive_hello(wanted).extended_master_secret
    assert not receive_hello(extensions={23: b""}).extended_master_secret
    assert receive_hello(strict, extensions={23: b""}).extended_master_secret
    with refused(A.handshake_failure, "RFC 7627 §5.2"):
        receive_hello(strict)
    with refused(A.decode_error):
        receive_hello(wanted, extensions={23: b"\x00"})


def test_values_that_nobody_knows_are_passed_over():
    """GREASE (RFC 8701 §3.1), the fallback signal at our highest version (RFC 7507 §3)."""
    plain = receive_hello()
    greased = receive_hello(
        cipher_suites=(GREASE, 0x5600, *OFFER.cipher_suites, 0x1A1A),
        compression_methods=(0, 0xDA),
        extensions={
            0x3A3A: b"",
            10: bytes.fromhex("0006 4a4a 001d 0017"),
            11: bytes.fromhex("02 da 00"),
            13: bytes.fromhex("0004 5a5a 0401"),
            0xFAFA: b"\x00",
            65037: b"ech",
        },
    )
    for name in ("suite", "group", "signature_scheme", "server_name", "secure_renegotiation"):
        assert getattr(greased, name) == getattr(plain, name)


def test_a_hello_that_is_cut_off_or_too_long():
    body = message("clienthello")[4:]
    without_extensions = body.index(bytes.fromhex("0058"))
    for size in range(len(body)):
        if size != without_extensions:
            with refused(A.decode_error):
                receive(framed(HandshakeType.client_hello, body[:size]))
    with refused(A.decode_error):
        receive(framed(HandshakeType.client_hello, body + b"\x00"))


@pytest.mark.parametrize("suites", [b"\x00\x00", b"\x00\x03abc"])
def test_a_list_of_suites_that_is_empty_or_odd(suites):
    body = b"\x03\x03" + bytes(33) + suites + b"\x01\x00"
    with refused(A.decode_error):
        receive(framed(HandshakeType.client_hello, body))


# ---- ClientKeyExchange


@pytest.mark.parametrize(
    "body", [b"\x20" + bytes(32), b"\x20\x01" + bytes(31), b"\x01a", b"\x41\x04" + bytes(64)]
)
def test_a_client_key_that_is_no_point(body):
    state = illustrated_state(SERVER, "serverhellodone")
    with refused(A.illegal_parameter, "RFC 8422 §5.11"):
        SERVER_STEPS.receive_client_key_exchange(
            state, framed(HandshakeType.client_key_exchange, body)
        )


@pytest.mark.parametrize("suite", [CBC_SUITE, RSA_SUITE], ids=lambda suite: suite.name)
@pytest.mark.parametrize("body", ["", "00", "ffff", "020000ff"])
def test_a_client_key_exchange_that_does_not_decode(suite, body):
    """An empty point is out of range; an empty ciphertext is not, and goes the way of bad ones."""
    state = course_state(SERVER, suite, bytes(46), client_hello=OFFER)
    sent = framed(HandshakeType.client_key_exchange, bytes.fromhex(body))
    with refused(A.decode_error):
        SERVER_STEPS.receive_client_key_exchange(state, sent)


def test_the_reason_names_what_each_suite_lacked():
    told = course_settings(
        suites=(suite_named("ECDHE-RSA-AES128-GCM-SHA256"), ECDHE_SUITE),
        credentials=(pki.credential("rsa"),),
    )
    with pytest.raises(Alert, match=r"needs a group that both know; .* certificate of kind ecdsa"):
        receive_hello(told, extensions={10: b"\x00\x02\x00\x1e"})
