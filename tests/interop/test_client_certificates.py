"""A client proves who it is, to our server and to OpenSSL's: schemes, choices and refusals."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from client_faults import FAULTS, SOUND, client_with

from tlskit import pki, tls12
from tlskit.connection import Connection
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.messages import Certificate, CertificateRequest, CertificateVerify
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.presentation import decode, encode
from tlskit.registry import AlertDescription, ClientCertificateType, SignatureScheme
from tlskit.signatures import SCHEMES, sign
from tlskit.tls12.client import CLIENT_STEPS
from tlskit.tls12.client_authentication import send_certificate_verify
from tlskit.tls12.server import SERVER_STEPS
from tlskit.tls12.state import FORMULAE, State, sent

A = AlertDescription
S = SignatureScheme
ASKS = {"client_certificate": "required", "trust": pki.trust()}
EXCHANGES = ("AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA")


def our_client(side: Any = None, **changes: Any) -> Connection:
    return Connection(client_settings(**changes), side or tls12.client())


def our_server(side: Any = None, **changes: Any) -> Connection:
    return Connection(server_settings(**(ASKS | changes)), side or tls12.server())


def asking_openssl(**options: Any) -> OpenSSLPeer:
    usual = {"client_roots_pem": pki.pem_roots(), "require_client_certificate": True}
    return openssl_server(**(usual | options))


def refusal(client: Connection, server: Any) -> AlertDescription:
    """Return the alert that the server answered, as the client got it."""
    errors = [error for who, error in exchange(client, server) if who is client]
    assert len(errors) == 1 and errors[0].received
    assert not client.done and client.session is None
    return errors[0].description


# ---- what is refused


@pytest.mark.parametrize("fault", FAULTS)
def test_our_server_refuses(fault: str) -> None:
    shown, description, _ = FAULTS[fault]
    client, server = our_client(credentials=(shown,)), our_server()
    assert refusal(client, server) is description
    assert not server.done and server.failure.description is description
    assert server.session is None


@pytest.mark.parametrize("fault", FAULTS)
def test_openssl_refuses(fault: str) -> None:
    shown, _, description = FAULTS[fault]
    client, server = our_client(credentials=(shown,)), asking_openssl()
    if description is None:
        assert exchange(client, server) == [] and client.done and server.done
    else:
        assert refusal(client, server) is description
        assert not server.done


@pytest.mark.parametrize("fault", ["expired", "made for servers", "unknown CA", "key may not sign"])
def test_our_server_refuses_openssl(fault: str) -> None:
    shown, description, _ = FAULTS[fault]
    peer = openssl_client(credential=(pki.pem_chain(shown), pki.pem_key(shown)))
    server = our_server()
    problems: Any = exchange(peer, server)
    assert [who for who, _ in problems] == [server]
    assert problems[0][1].description is description and not problems[0][1].received
    assert description.name.upper() in peer.error.upper().replace(" ", "_")


@pytest.mark.parametrize("demand", ["wanted", "required"])
def test_a_wrong_certificate_is_refused_also_where_none_would_do(demand: str) -> None:
    shown, description, _ = FAULTS["unknown CA"]
    client = our_client(credentials=(shown,))
    assert refusal(client, our_server(client_certificate=demand)) is description


@pytest.mark.parametrize("suite", EXCHANGES)
def test_an_empty_list(suite: str) -> None:
    """Where one is wanted it will do; where it is required both servers say handshake_failure."""
    for server in (our_server(), asking_openssl()):
        assert refusal(our_client(), server) is A.handshake_failure
    for server in (
        our_server(client_certificate="wanted"),
        asking_openssl(require_client_certificate=False),
    ):
        client = our_client()
        assert exchange(client, server) == [] and client.done and server.done
        names = [message[0] for message in client.state.handshake_messages]
        assert 15 not in names  # no CertificateVerify
        assert names.count(11) == 2  # but a Certificate of each side


# ---- the proof


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("other", ["ours", "openssl"])
def test_each_scheme(scheme: SignatureScheme, other: str) -> None:
    kind = scheme.name.partition("_")[0]
    key = "leaf_ed25519" if kind == "ed25519" else f"client_{kind}"
    shown = client_with(key)
    # RSA key transport: the server signs nothing but its certificate
    suites = client_settings().suites[6:8]
    assert not any(suite.ephemeral for suite in suites)
    for_the_server = () if kind == "rsa" else (S.rsa_pkcs1_sha256,)
    schemes = (scheme, *for_the_server)
    client = our_client(credentials=(shown,), signature_schemes=schemes, suites=suites)
    server: Any = our_server() if other == "ours" else asking_openssl()
    assert exchange(client, server) == [] and client.done and server.done
    assert client.state.client_signature_scheme == scheme
    if other == "ours":
        assert server.state.peer_chain == shown.chain
    else:
        assert server.peer_certificate == shown.chain[0]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_each_scheme_of_openssl(scheme: SignatureScheme) -> None:
    """Our server asks for one scheme, and OpenSSL's client signs with it."""
    kind = scheme.name.partition("_")[0]
    shown = client_with("leaf_ed25519" if kind == "ed25519" else f"client_{kind}")
    peer = openssl_client(
        suites="AES128-GCM-SHA256", credential=(pki.pem_chain(shown), pki.pem_key(shown))
    )
    server = our_server(signature_schemes=(scheme,))
    assert exchange(peer, server) == [] and server.done and peer.done
    assert server.state.peer_chain == shown.chain
    verify = next(one for one in server.state.handshake_messages if one[0] == 15)
    assert decode(CertificateVerify, verify[4:]).signature_algorithm == scheme


def proving(verify: Callable[[State], CertificateVerify]) -> Any:
    """Return a client's side that sends this CertificateVerify."""

    def send_certificate_verify(state: State) -> tuple[State, bytes]:
        return sent(state, tls12.HandshakeType.certificate_verify, verify(state))

    return tls12.client(
        steps=replace(CLIENT_STEPS, send_certificate_verify=send_certificate_verify)
    )


def signed(scheme: SignatureScheme, messages: Callable[[tuple[bytes, ...]], bytes]) -> Any:
    def verify(state: State) -> CertificateVerify:
        key = state.credential.private_key  # type: ignore[union-attr]
        return CertificateVerify(scheme, sign(scheme, key, messages(state.handshake_messages)))

    return verify


def claimed(scheme: int) -> Any:
    """A true ECDSA signature under the name of another scheme."""
    true = signed(S.ecdsa_secp256r1_sha256, b"".join)
    return lambda state: CertificateVerify(scheme, true(state).signature)


WRONG_PROOFS = {
    "the last message left out": (signed(S.ecdsa_secp256r1_sha256, lambda m: b"".join(m[:-1])), 51),
    "the bodies only": (
        signed(S.ecdsa_secp256r1_sha256, lambda m: b"".join(one[4:] for one in m)),
        51,
    ),
    "an empty signature": (lambda _: CertificateVerify(S.ecdsa_secp256r1_sha256, b""), 51),
    "another hash": (claimed(S.ecdsa_secp384r1_sha384), 51),
    "another kind of key": (claimed(S.rsa_pkcs1_sha256), 47),
    "a scheme that was not offered": (claimed(0x0203), 47),
    "a scheme that does not exist": (claimed(0xFEFE), 47),
}


@pytest.mark.parametrize("proof", WRONG_PROOFS)
def test_a_wrong_proof(proof: str) -> None:
    verify, number = WRONG_PROOFS[proof]
    client = our_client(proving(verify), credentials=(SOUND,))
    assert refusal(client, our_server()) is AlertDescription(number)


def test_the_same_client_with_the_true_proof_passes() -> None:
    true = signed(S.ecdsa_secp256r1_sha256, b"".join)
    client, server = our_client(proving(true), credentials=(SOUND,)), our_server()
    assert exchange(client, server) == [] and client.done and server.done


def test_each_byte_of_the_signature_counts() -> None:
    for at in range(0, 256, 15):

        def flipped(scheme: int, key: Any, content: bytes, at: int = at) -> bytes:
            signature = bytearray(sign(scheme, key, content))
            signature[at] ^= 1
            return bytes(signature)

        side = tls12.client(replace(FORMULAE, sign=flipped))
        client = our_client(side, credentials=(pki.client_credential("rsa"),))
        assert refusal(client, our_server()) is A.decrypt_error


# ---- the choice


@pytest.mark.parametrize(
    ("schemes", "chosen"),
    [
        ((S.rsa_pss_rsae_sha256, S.ecdsa_secp256r1_sha256), "ecdsa"),  # the client's first
        ((S.rsa_pss_rsae_sha256,), "rsa"),
        ((S.ed25519,), None),
    ],
)
def test_the_client_shows_the_first_certificate_that_the_server_can_read(schemes, chosen) -> None:
    both = (pki.client_credential("ecdsa"), pki.client_credential("rsa"))
    suites = client_settings().suites[6:8]
    client = our_client(credentials=both, suites=suites)
    server = our_server(signature_schemes=schemes, client_certificate="wanted")
    assert exchange(client, server) == [] and server.done
    expected = pki.client_credential(chosen).chain if chosen else ()
    assert server.state.peer_chain == expected


def asking(request: CertificateRequest) -> Any:
    """Return a server's side that sends this CertificateRequest."""

    def send_certificate_request(state: State) -> tuple[State, bytes]:
        state = state.but(certificate_request=request)
        return sent(state, tls12.HandshakeType.certificate_request, request)

    steps = replace(SERVER_STEPS, send_certificate_request=send_certificate_request)
    return tls12.server(steps=steps)


@pytest.mark.parametrize(
    ("types", "chosen"),
    [
        ((ClientCertificateType.rsa_sign,), "rsa"),
        ((ClientCertificateType.ecdsa_sign,), "ecdsa"),
        ((3, 200), None),  # dss and one that does not exist
    ],
)
def test_the_types_that_the_server_names_count(types, chosen) -> None:
    request = CertificateRequest(types, tuple(map(int, SCHEMES)), ())
    both = (pki.client_credential("ecdsa"), pki.client_credential("rsa"))
    client = our_client(credentials=both)
    server = our_server(asking(request), client_certificate="wanted")
    assert exchange(client, server) == [] and server.done
    assert server.state.peer_chain == (pki.client_credential(chosen).chain if chosen else ())


def test_the_request_names_the_roots() -> None:
    """OpenSSL reads our request, and we read OpenSSL's."""
    root = pki.root().certificate.subject.public_bytes()
    client, server = our_client(credentials=(SOUND,)), asking_openssl()
    assert exchange(client, server) == []
    request = client.state.certificate_request
    assert set(request.certificate_types) >= {1, 64}
    assert decode(CertificateRequest, encode(request)) == request
    client, server = our_client(credentials=(SOUND,)), our_server()
    assert exchange(client, server) == []
    assert client.state.certificate_request.certificate_authorities == (root,)
    assert client.state.certificate_request == server.state.certificate_request


def test_a_client_that_nobody_asks_shows_nothing() -> None:
    client = our_client(credentials=(SOUND,))
    server = Connection(server_settings(), tls12.server())
    assert exchange(client, server) == [] and server.done
    assert server.state.peer_chain == () and client.state.credential is None
    assert encode(Certificate(())) == bytes(3)
    with pytest.raises(ValueError, match="credential is missing"):
        send_certificate_verify(client.state)
