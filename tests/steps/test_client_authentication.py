"""The steps with which a client proves who it is, called alone: what is sent, what is refused."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from by_hand import ECDHE_SUITE, RSA_SUITE, course_settings, course_state, framed, known, refused
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tlskit import pki
from tlskit.messages import Certificate, CertificateRequest, CertificateVerify
from tlskit.order import Role
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, HandshakeType, SignatureScheme
from tlskit.signatures import SCHEMES, sign
from tlskit.tls12 import CLIENT_STEPS, FORMULAE, SERVER_STEPS
from tlskit.tls12.state import begin

CLIENT, SERVER = Role.CLIENT, Role.SERVER
A = AlertDescription
KINDS = ("rsa", "ecdsa", "ed25519")
SCHEME = {
    "rsa": SignatureScheme.rsa_pkcs1_sha256,
    "ecdsa": SignatureScheme.ecdsa_secp256r1_sha256,
    "ed25519": SignatureScheme.ed25519,
}
RSA_SIGN, ECDSA_SIGN = 1, 64
REQUEST = CertificateRequest((RSA_SIGN, ECDSA_SIGN), tuple(map(int, SCHEMES)), ())
SAID = (b"\x01\x00\x00\x01a", b"\x02\x00\x00\x02bc", b"\x10\x00\x00\x00")
"""Handshake messages up to ClientKeyExchange; what they hold does not matter here."""


def asking(**changes: Any) -> Any:
    """Return a server's state that is about to ask, or has asked."""
    told = course_settings(**({"client_certificate": "wanted"} | changes))
    return course_state(SERVER, ECDHE_SUITE, settings=told)


def asked(request: CertificateRequest = REQUEST, *kinds: Any, **changes: Any) -> Any:
    """Return the state of a client with certificates of these kinds that has been asked."""
    credentials = tuple(pki.client_credential(kind) for kind in kinds)
    told = course_settings(**({"credentials": credentials} | changes))
    return course_state(CLIENT, ECDHE_SUITE, settings=told, certificate_request=request)


# ---- CertificateRequest


def test_send_certificate_request():
    before = asking(signature_schemes=SCHEMES[:2])
    after, sent = SERVER_STEPS.send_certificate_request(before)
    name = pki.root().certificate.subject.public_bytes()
    expected = bytes.fromhex("02 01 40" + "0004 0403 0503")  # rsa_sign, ecdsa_sign; two schemes
    expected += (len(name) + 2).to_bytes(2, "big") + len(name).to_bytes(2, "big") + name
    assert sent == b"\x0d" + len(expected).to_bytes(3, "big") + expected
    request = after.certificate_request
    assert known(after) == known(before) | {
        "handshake_messages": (sent,),
        "certificate_request": request,
    }
    assert decode(CertificateRequest, sent[4:]) == request


def test_receive_certificate_request():
    sent = framed(HandshakeType.certificate_request, REQUEST)
    before = course_state(CLIENT, ECDHE_SUITE)
    after = CLIENT_STEPS.receive_certificate_request(before, sent)
    assert known(after) == known(before) | {
        "handshake_messages": (sent,),
        "certificate_request": REQUEST,
    }


@pytest.mark.parametrize(
    "body",
    [
        *("", "00", "00 0002 0403 0000", "01 01 0000 0000", "01 01 0003 040305 0000"),
        *("01 01 0002 0403", "01 01 0002 0403 0002 0000", "01 01 0002 0403 0000 00"),
    ],
)
def test_a_certificate_request_that_does_not_decode(body):
    """No type, no scheme, half a scheme, no authorities, an empty name, a byte too many."""
    sent = framed(HandshakeType.certificate_request, bytes.fromhex(body))
    with refused(A.decode_error):
        CLIENT_STEPS.receive_certificate_request(course_state(CLIENT, ECDHE_SUITE), sent)


# ---- the client's Certificate


@pytest.mark.parametrize("kind", KINDS)
def test_send_certificate(kind):
    before = asked(REQUEST, kind)
    after, sent = CLIENT_STEPS.send_certificate(before)
    credential = pki.client_credential(kind)
    assert sent == framed(HandshakeType.certificate, Certificate(credential.chain))
    assert known(after) == known(before) | {
        "handshake_messages": (sent,),
        "credential": credential,
        "client_signature_scheme": next(s for s in SCHEMES if s.name.startswith(kind)),
    }


def test_the_first_certificate_that_the_server_would_take_is_shown_and_its_schemes_are_in_order():
    only_rsa = replace(REQUEST, certificate_types=(RSA_SIGN,))
    after, _ = CLIENT_STEPS.send_certificate(asked(only_rsa, "ed25519", "ecdsa", "rsa"))
    assert after.credential is pki.client_credential("rsa")
    by_scheme = replace(REQUEST, supported_signature_algorithms=(0x0807, 0x0603, 0x0403))
    after, _ = CLIENT_STEPS.send_certificate(asked(by_scheme, "rsa", "ecdsa", "ed25519"))
    assert after.credential is pki.client_credential("ecdsa")
    assert after.client_signature_scheme == SignatureScheme.ecdsa_secp521r1_sha512
    after, _ = CLIENT_STEPS.send_certificate(asked(by_scheme, "rsa", "ed25519"))
    assert after.credential is pki.client_credential("ed25519")


@pytest.mark.parametrize(
    ("request_", "kinds", "changes"),
    [
        (REQUEST, (), {}),
        (replace(REQUEST, certificate_types=(RSA_SIGN,)), ("ecdsa", "ed25519"), {}),
        (replace(REQUEST, certificate_types=(ECDSA_SIGN, 3)), ("rsa",), {}),
        (replace(REQUEST, certificate_types=(2, 255)), KINDS, {}),
        (replace(REQUEST, supported_signature_algorithms=(0x0201, 0x0203, 0x0A0A)), KINDS, {}),
        (REQUEST, ("ecdsa",), {"signature_schemes": (SignatureScheme.rsa_pkcs1_sha256,)}),
    ],
    ids=["none at all", "only RSA", "only ECDSA", "only DSA", "only SHA-1", "what we sign"],
)
def test_a_client_without_a_fitting_certificate_sends_an_empty_list(request_, kinds, changes):
    after, sent = CLIENT_STEPS.send_certificate(asked(request_, *kinds, **changes))
    assert sent == bytes.fromhex("0b 000003 000000")
    assert after.handshake_messages == (sent,)
    assert after.credential is None and after.client_signature_scheme == 0


def receive_chain(*chain: bytes, **changes: Any) -> Any:
    sent = framed(HandshakeType.certificate, Certificate(chain))
    return SERVER_STEPS.receive_certificate(asking(**changes), sent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", ["wanted", "required"])
def test_receive_certificate(kind, policy):
    credential = pki.client_credential(kind)
    after = receive_chain(*credential.chain, client_certificate=policy)
    assert after.peer_chain == credential.chain
    assert after.peer_certificate == credential.leaf
    assert len(after.handshake_messages) == 1


def test_an_empty_list_is_taken_where_a_certificate_is_wanted_and_refused_where_it_is_required():
    after = receive_chain()
    assert after.peer_certificate is None and after.peer_chain == ()
    assert after.handshake_messages == (bytes.fromhex("0b 000003 000000"),)
    with refused(A.handshake_failure, "RFC 5246 §7.4.6"):
        receive_chain(client_certificate="required")


def test_the_formula_gets_chain_roots_and_time_and_no_name():
    handed = []

    def verify_client_chain(*arguments):
        handed.append(arguments)
        return pki.client_credential().leaf

    state = asking()
    state = state.but(formulae=replace(FORMULAE, verify_client_chain=verify_client_chain))
    sent = framed(HandshakeType.certificate, Certificate((b"anything",)))
    after = SERVER_STEPS.receive_certificate(state, sent)
    assert handed == [((b"anything",), pki.trust(), pki.NOW)]
    assert after.peer_certificate == pki.client_credential().leaf


def test_a_clients_certificate_that_does_not_do():
    """One fault of a kind: tests/certificates tries all of them."""
    sound = pki.client_credential("ecdsa").chain
    with refused(A.bad_certificate):
        receive_chain(b"no certificate")
    with refused(A.unknown_ca):
        receive_chain(sound[0])
    with refused(A.unsupported_certificate):
        receive_chain(*pki.credential("ecdsa").chain)
    with refused(A.certificate_expired):
        receive_chain(*sound, now=pki.LAST_DAY.replace(year=2101))
    contents = replace(pki.client_contents("rsa"), key_usage=("key_encipherment",))
    with refused(A.illegal_parameter, "§7.4.6"):
        receive_chain(*pki.issued(contents, pki.client_intermediate()).chain)
    for body in (b"", b"\x00\x00\x01", b"\x00\x00\x03\x00\x00\x00", b"\x00\x00\x00\x00"):
        with refused(A.decode_error):
            SERVER_STEPS.receive_certificate(asking(), framed(HandshakeType.certificate, body))


# ---- CertificateVerify


def verified_by_the_library(kind: str, signature: bytes, content: bytes) -> None:
    key: Any = pki.client_credential(kind).leaf.public_key()  # type: ignore[arg-type]
    how: Any = {
        "rsa": (padding.PKCS1v15(), hashes.SHA256()),
        "ecdsa": (ec.ECDSA(hashes.SHA256()),),
        "ed25519": (),
    }
    key.verify(signature, content, *how[kind])


def about_to_prove(kind: Any) -> Any:
    state = asked(REQUEST, kind).but(handshake_messages=SAID)
    return state.but(credential=pki.client_credential(kind), client_signature_scheme=SCHEME[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_send_certificate_verify_signs_all_messages_so_far(kind):
    before = about_to_prove(kind)
    after, sent = CLIENT_STEPS.send_certificate_verify(before)
    assert sent[0] == 15 and int.from_bytes(sent[1:4], "big") == len(sent) - 4
    assert sent[4:6] == int(SCHEME[kind]).to_bytes(2, "big")
    assert int.from_bytes(sent[6:8], "big") == len(sent) - 8
    verified_by_the_library(kind, sent[8:], b"".join(SAID))
    assert known(after) == known(before) | {"handshake_messages": (*SAID, sent)}


def to_be_convinced(kind: Any, **changes: Any) -> Any:
    state = asking().but(handshake_messages=SAID, certificate_request=REQUEST)
    leaf = pki.client_credential(kind).leaf
    return state.but(**({"peer_certificate": leaf} | changes))


def proof(kind: Any, scheme: int = 0, content: bytes = b"".join(SAID)) -> CertificateVerify:
    scheme = scheme or SCHEME[kind]
    return CertificateVerify(scheme, sign(scheme, pki.client_credential(kind).private_key, content))


def receive_verify(state: Any, verify: Any) -> Any:
    sent = framed(HandshakeType.certificate_verify, verify)
    return SERVER_STEPS.receive_certificate_verify(state, sent)


@pytest.mark.parametrize("kind", KINDS)
def test_receive_certificate_verify(kind):
    before, verify = to_be_convinced(kind), proof(kind)
    after = receive_verify(before, verify)
    said = (*SAID, framed(HandshakeType.certificate_verify, verify))
    assert known(after) == known(before) | {"handshake_messages": said}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", [0x0201, 0x0203, 0x0A0A, SignatureScheme.rsa_pkcs1_sha384])
def test_a_scheme_that_the_server_did_not_list(scheme, kind):
    few = replace(REQUEST, supported_signature_algorithms=tuple(map(int, SCHEME.values())))
    state = to_be_convinced(kind, certificate_request=few)
    with refused(A.illegal_parameter, "RFC 5246 §7.4.8"):
        receive_verify(state, replace(proof(kind), signature_algorithm=int(scheme)))


@pytest.mark.parametrize(("kind", "other"), list(permutations(KINDS, 2)))
def test_a_scheme_that_the_key_in_the_certificate_cannot_do(kind, other):
    with refused(A.illegal_parameter):
        receive_verify(to_be_convinced(kind), proof(other))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_is_not_right(kind):
    state, right = to_be_convinced(kind), proof(kind)
    for at in (0, len(right.signature) // 2, len(right.signature) - 1):
        wrong = bytearray(right.signature)
        wrong[at] ^= 1
        with refused(A.decrypt_error):
            receive_verify(state, replace(right, signature=bytes(wrong)))
    for signature in (b"", b"short", right.signature + b"\x00"):
        with refused(A.decrypt_error):
            receive_verify(state, replace(right, signature=signature))


@pytest.mark.parametrize("kind", KINDS)
def test_a_proof_over_other_messages(kind):
    """One less, one more, in another order, another handshake's: a proof can't be carried over."""
    for messages in (SAID[:-1], (*SAID, b"\x14\x00\x00\x00"), SAID[::-1], (b"", *SAID[1:])):
        with refused(A.decrypt_error):
            receive_verify(to_be_convinced(kind), proof(kind, content=b"".join(messages)))


def test_a_proof_by_another_key():
    state = to_be_convinced("rsa", peer_certificate=pki.credential("rsa").leaf)
    with refused(A.decrypt_error):
        receive_verify(state, proof("rsa"))


@pytest.mark.parametrize("body", ["", "0401", "0401 0001", "0401 0001 00 00"])
def test_a_certificate_verify_that_does_not_decode(body):
    with refused(A.decode_error):
        receive_verify(to_be_convinced("rsa"), bytes.fromhex(body))


def test_a_step_called_too_early_says_what_is_missing():
    client = begin(CLIENT, course_settings())
    with pytest.raises(ValueError, match="nobody asked for a certificate"):
        CLIENT_STEPS.send_certificate(client)
    with pytest.raises(ValueError, match="send_certificate chooses it"):
        CLIENT_STEPS.send_certificate_verify(client)
    with pytest.raises(ValueError, match="receive_certificate sets it"):
        receive_verify(to_be_convinced("rsa", peer_certificate=None), proof("rsa"))
    blind = course_state(SERVER, RSA_SUITE, settings=course_settings(trust=None))
    sent = framed(HandshakeType.certificate, Certificate(pki.client_credential().chain))
    with pytest.raises(ValueError, match="it holds the roots for client certificates"):
        SERVER_STEPS.receive_certificate(blind, sent)
