"""The steps with which a client proves who it is, both roles (RFC 5246 §7.4.4, §7.4.6, §7.4.8)."""

from cryptography import x509

from tlskit.alerts import Alert
from tlskit.certificates import Credential, require_key_usage
from tlskit.messages import Certificate, CertificateRequest, CertificateVerify
from tlskit.registry import (
    AlertDescription,
    ClientCertificateType,
    HandshakeType,
    SignatureScheme,
    name_of,
)
from tlskit.signatures import fits_key, kind_of
from tlskit.tls12.state import State, received, sent

CERTIFICATE_TYPES = {
    "rsa": ClientCertificateType.rsa_sign,
    "ecdsa": ClientCertificateType.ecdsa_sign,
    "ed25519": ClientCertificateType.ecdsa_sign,
}


def send_certificate_request(state: State) -> tuple[State, bytes]:
    """Ask for the client's certificate (RFC 5246 §7.4.4).

    The names of our roots go along, so that the client can choose.
    """
    settings = state.settings
    roots = settings.trust.roots if settings.trust else ()
    request = CertificateRequest(
        certificate_types=(ClientCertificateType.rsa_sign, ClientCertificateType.ecdsa_sign),
        supported_signature_algorithms=tuple(map(int, settings.signature_schemes)),
        certificate_authorities=tuple(root.subject.public_bytes() for root in roots),
    )
    state = state.but(certificate_request=request)
    return sent(state, HandshakeType.certificate_request, request)


def receive_certificate_request(state: State, message: bytes) -> State:
    """Note what the server asks for (RFC 5246 §7.4.4)."""
    state, request = received(state, CertificateRequest, message)
    return state.but(certificate_request=request)


def fitting(state: State) -> tuple[Credential | None, int]:
    """Return a certificate of ours that the server would take, and the scheme to sign with.

    The kind of key must be among certificate_types, the scheme among those that the server
    verifies; the server's is the order (RFC 5246 §7.4.6, §7.4.8; RFC 8422 §5.5). The
    authorities that the server names are not looked at (RFC 5246 §7.4.6: SHOULD): a client of
    this course shows what it has, and the server says what it thinks of it.
    """
    request = state.certificate_request
    if request is None:
        raise ValueError("state.certificate_request is missing: nobody asked for a certificate")
    for credential in state.settings.credentials:
        if CERTIFICATE_TYPES[credential.kind] not in request.certificate_types:
            continue
        for scheme in request.supported_signature_algorithms:
            if scheme in state.settings.signature_schemes and fits_key(scheme, credential.kind):
                return credential, scheme
    return None, 0


def send_certificate(state: State) -> tuple[State, bytes]:
    """Send the client's chain, or an empty list if it has none that fits (RFC 5246 §7.4.6)."""
    credential, scheme = fitting(state)
    state = state.but(credential=credential, client_signature_scheme=scheme)
    chain = credential.chain if credential else ()
    return sent(state, HandshakeType.certificate, Certificate(chain))


def receive_certificate(state: State, message: bytes) -> State:
    """Take the client's chain; an empty one is allowed unless it is required.

    Raises: Alert handshake_failure for an empty list where a certificate is required
        (RFC 5246 §7.4.6); those of `verify_client_chain` and `require_key_usage`.
    """
    state, certificate = received(state, Certificate, message)
    chain, settings = certificate.certificate_list, state.settings
    if not chain:
        if settings.client_certificate == "required":
            reason = "the client has no certificate to show, and one is required here"
            raise Alert(AlertDescription.handshake_failure, reason, "RFC 5246 §7.4.6")
        return state
    if settings.trust is None:
        raise ValueError("settings.trust is missing: it holds the roots for client certificates")
    leaf = state.formulae.verify_client_chain(chain, settings.trust, settings.now)
    require_key_usage(leaf, "digital_signature", "client")
    return state.but(peer_chain=chain, peer_certificate=leaf)


def send_certificate_verify(state: State) -> tuple[State, bytes]:
    """Prove that the client has the key of its certificate (RFC 5246 §7.4.8)."""
    formulae, scheme = state.formulae, state.client_signature_scheme
    if state.credential is None:
        raise ValueError("state.credential is missing: send_certificate chooses it")
    content = formulae.certificate_verify_content(state.handshake_messages)
    signature = formulae.sign(scheme, state.credential.private_key, content)
    body = CertificateVerify(scheme, signature)
    return sent(state, HandshakeType.certificate_verify, body)


def receive_certificate_verify(state: State, message: bytes) -> State:
    """Check the proof over all messages before this one (RFC 5246 §7.4.8).

    Raises: Alert illegal_parameter for a scheme that was not offered, or that the key can't do;
        decrypt_error for a signature over other bytes.
    """
    content = state.formulae.certificate_verify_content(state.handshake_messages)
    state, verify = received(state, CertificateVerify, message)
    request, leaf = state.certificate_request, state.peer_certificate
    if request is None or leaf is None:
        raise ValueError("state.peer_certificate is missing: receive_certificate sets it")
    if verify.signature_algorithm not in request.supported_signature_algorithms:
        name = name_of(SignatureScheme, verify.signature_algorithm)
        reason = f"the client signed with {name}, which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.8")
    key = public_key(leaf)
    state.formulae.verify_signature(verify.signature_algorithm, key, verify.signature, content)
    return state


def public_key(leaf: x509.Certificate) -> object:
    """Return the key of the client's certificate, of a kind that signs (RFC 5246 §7.4.6).

    Raises: Alert unsupported_certificate for another kind.
    """
    key = leaf.public_key()
    if not kind_of(key):
        reason = "the client's certificate holds a key of a kind that is not known here"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5246 §7.4.6")
    return key
