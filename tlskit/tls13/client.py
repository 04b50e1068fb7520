"""The steps of a TLS 1.3 client, one function each: state and bytes in, state and bytes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tlskit.alerts import Alert
from tlskit.certificates import Credential, require_key_usage
from tlskit.cipher_suites import TLS_1_3_BY_CODE
from tlskit.hello import protocol_taken, read_extensions
from tlskit.messages import ClientHello, ServerHello
from tlskit.registry import (
    AlertDescription,
    CipherSuite,
    CompressionMethod,
    ExtensionType,
    HandshakeType,
    NamedGroup,
    ProtocolVersion,
    name_of,
)
from tlskit.tls13 import common, offer, resumption
from tlskit.tls13.authentication import serves
from tlskit.tls13.state import State, received, sent
from tlskit.tls13_messages import (
    CERTIFICATE_REQUEST_BODIES,
    CR,
    CT,
    EE,
    ENCRYPTED_EXTENSIONS_BODIES,
    HELLO_RETRY_REQUEST_BODIES,
    HRR,
    SERVER_HELLO_BODIES,
    SH,
    Certificate,
    CertificateRequest,
    EncryptedExtensions,
    require_asked_for,
    require_places,
)

X = ExtensionType
LEGACY_VERSION = TLS_1_2 = ProtocolVersion.TLS_1_2


def send_client_hello(state: State) -> tuple[State, bytes]:
    """Offer suites and groups, with key shares for some of the groups (RFC 9846 §4.2.2).

    After HelloRetryRequest the same hello again, but for the key share and the cookie.
    """
    settings, table = state.settings, state.formulae
    if state.retried:
        return send_second_hello(state)
    groups = settings.groups[: settings.key_shares]
    pairs = tuple(table.generate_key_pair(group, settings.draw) for group in groups)
    state = state.but(
        key_pairs=pairs,
        client_random=settings.draw(32),
        session_id=session_id_of(state),
        offered_psk=resumption.psk_for(state),
    )
    return hello_sent(state.but(early_data_offered=resumption.sends_early_data(state)))


def session_id_of(state: State) -> bytes:
    """Return the hello's session ID: that of a session of TLS 1.2, else 32 bytes that mean nothing.

    The latter make it look like one of TLS 1.2 that resumes (RFC 9846 §4.2.2, App. E.4).
    """
    settings = state.settings
    session = settings.session_to_offer if TLS_1_2 in state.versions else None
    if session and session.session_id and not session.ticket:
        return session.session_id
    return settings.draw(32) if settings.compatibility or session else b""


def send_second_hello(state: State) -> tuple[State, bytes]:
    """Send the hello that the server asked for (RFC 9846 §4.2.2, §4.2.4)."""
    if state.retry_group:
        pair = state.formulae.generate_key_pair(state.retry_group, state.settings.draw)
        state = state.but(key_pairs=(pair,))
    return hello_sent(state.but(offered_psk=resumption.psk_for(state), early_data_offered=False))


def hello_sent(state: State) -> tuple[State, bytes]:
    """Put the ClientHello together and note it; a PSK's binder covers it (RFC 9846 §4.2.2)."""
    hello = ClientHello(
        client_version=LEGACY_VERSION,
        random=state.client_random,
        session_id=state.session_id,
        cipher_suites=offer.suites_of(state),
        compression_methods=(CompressionMethod.null,),
        extensions=offer.extensions_of(state),
    )
    if state.offered_psk is not None:
        state, hello = resumption.with_binder(state, hello, state.offered_psk)
    return sent(state.but(client_hello=hello), HandshakeType.client_hello, hello)


def asked_by(state: State) -> set[int]:
    """Return the types of the extensions that our hello had (RFC 9846 §4.3)."""
    return {one.extension_type for one in state.hello.extensions or ()}


def answers_in(
    state: State, hello: ServerHello, bodies: Mapping[int, type], message: str
) -> dict[int, Any]:
    """Check what ServerHello and HelloRetryRequest have in common; return the extensions.

    Raises: Alert protocol_version if TLS 1.3 was not chosen, or the old field says anything but
        TLS 1.2, which RFC 8446 did not yet ask for (RFC 9846 §4.2.3); illegal_parameter for another
        version in the list's answer, another session ID than ours, a suite that was not offered,
        a compression, or an extension in the wrong place (RFC 9846 §4.2.3); unsupported_extension
        for one that was not asked for.
    """
    require_places(hello.extensions, message)
    require_asked_for(hello.extensions, asked_by(state) | {int(X.cookie)}, message)
    answers = read_extensions(hello.extensions, bodies)
    if X.supported_versions not in answers:
        name = name_of(ProtocolVersion, hello.server_version)
        reason = f"the server chose {name}, we offered TLS_1_3 alone"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 9846 §4.3.1")
    if hello.server_version != LEGACY_VERSION:
        reason = f"legacy_version is {hello.server_version:04x}; in TLS 1.3 it is always 0303"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 9846 §4.2.3")
    version = answers[X.supported_versions].selected_version
    if version != ProtocolVersion.TLS_1_3:
        reason = f"the server selected version {version:04x}, which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.1")
    if hello.session_id != state.session_id:
        reason = "the server does not give our session ID back"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.3")
    offered = {int(suite.code) for suite in state.settings.tls13_suites}
    if hello.cipher_suite not in offered:
        name = name_of(CipherSuite, hello.cipher_suite)
        reason = f"the server chose {name} ({hello.cipher_suite:04x}), which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.3")
    if hello.compression_method != CompressionMethod.null:
        reason = f"the server chose compression {hello.compression_method}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.3")
    return answers


def receive_hello_retry_request(state: State, message: bytes) -> State:
    """Take the server's wish for another ClientHello (RFC 9846 §4.2.4, RFC 8446 §4.1.4).

    In the transcript the first hello is replaced by its hash (§4.1).

    Raises: Alert illegal_parameter for a group that was not offered, or that there was a key for
        already (RFC 9846 §4.3.8), or if nothing would change; those of `answers_in`.
    """
    first = state.handshake_messages[0]
    state, retry = received(state, ServerHello, message)
    answers = answers_in(state, retry, HELLO_RETRY_REQUEST_BODIES, HRR)
    suite = TLS_1_3_BY_CODE[retry.cipher_suite]
    group = answers[X.key_share].selected_group if X.key_share in answers else 0
    had = {pair.group for pair in state.key_pairs}
    if group and (group not in state.settings.groups or group in had):
        name = name_of(NamedGroup, group)
        reason = f"the server wants a key for {name}, not offered, or sent already"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.8")
    cookie = answers[X.cookie].cookie if X.cookie in answers else b""
    if not group and not cookie:
        reason = "HelloRetryRequest asks for nothing: the second hello would be the first"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.4")
    stand_in = state.formulae.message_hash(suite.hash_name, first)
    return state.but(
        handshake_messages=(stand_in, message),
        suite=suite,
        retried=True,
        retry_group=group,
        cookie=cookie,
    )


def receive_server_hello(state: State, message: bytes) -> State:
    """Take what the server chose, and its key (RFC 9846 §4.2.3, RFC 8446 §4.1.3).

    Raises: Alert illegal_parameter for a group that we sent no key for, another suite or group
        than after HelloRetryRequest, or a key that is none; those of `answers_in`, and of
        `resumption.psk_chosen` and `resumption.without_exchange`.
    """
    state, hello = received(state, ServerHello, message)
    answers = answers_in(state, hello, SERVER_HELLO_BODIES, SH)
    suite = TLS_1_3_BY_CODE[hello.cipher_suite]
    if state.retried and suite != state.suite:
        reason = f"the server chose {suite.name} now, and another suite in HelloRetryRequest"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.4")
    state = state.but(suite=suite, server_random=hello.random)
    state = resumption.psk_chosen(state, answers)
    if X.key_share not in answers:
        return resumption.without_exchange(state)
    share = answers[X.key_share].server_share
    pair = next((one for one in state.key_pairs if one.group == share.group), None)
    if pair is None:
        name = name_of(NamedGroup, share.group)
        reason = f"the server's key is of {name}, for which we sent none"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.8")
    return state.but(
        group=int(share.group),
        key_pair=pair,
        peer_public=share.key_exchange,
        shared_secret=state.formulae.shared_secret(pair, share.key_exchange),
    )


def receive_encrypted_extensions(state: State, message: bytes) -> State:
    """Take the answers that nobody else sees (RFC 9846 §4.4.1, RFC 8446 §4.3.1).

    Raises: Alert illegal_parameter for an extension that has no place here, a protocol that was
        not offered (RFC 7301 §3.1), or early data taken without the PSK, or with another suite or
        protocol than it was meant for (RFC 9846 §4.3.10); unsupported_extension for an answer that
        was not asked for.
    """
    state, body = received(state, EncryptedExtensions, message)
    require_places(body.extensions, EE)
    require_asked_for(body.extensions, asked_by(state), EE)
    answers = read_extensions(body.extensions, ENCRYPTED_EXTENSIONS_BODIES)
    alpn, psk = protocol_taken(state.settings, answers), state.session
    accepted = X.early_data in answers
    if accepted and (psk is None or psk.suite != state.agreed or psk.alpn != alpn):
        reason = "early data was taken, and not with the PSK's own suite and protocol"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.10")
    return state.but(alpn=alpn, early_data_accepted=accepted)


def receive_certificate_request(state: State, message: bytes) -> State:
    """Note what the server asks for (RFC 9846 §4.4.2, RFC 8446 §4.3.2).

    Raises: Alert missing_extension without signature_algorithms; illegal_parameter for a context,
        which is for later requests only, or an extension that has no place here.
    """
    state, request = received(state, CertificateRequest, message)
    require_places(request.extensions, CR)
    wanted = read_extensions(request.extensions, CERTIFICATE_REQUEST_BODIES)
    if X.signature_algorithms not in wanted:
        reason = "CertificateRequest does not say which signatures would do"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §4.4.2")
    if request.certificate_request_context:
        reason = "a request in the handshake has an empty context"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.4.2")
    return state.but(certificate_request=request)


def receive_certificate(state: State, message: bytes) -> State:
    """Take the server's chain and check it: issuer, dates, name, usage (RFC 9846 §4.5.1).

    Raises: Alert decode_error if the list is empty (RFC 9846 §4.5.1.3); illegal_parameter for a
        context; those of `verify_chain` and `require_key_usage`.
    """
    state, certificate = received(state, Certificate, message)
    settings, entries = state.settings, certificate.certificate_list
    if certificate.certificate_request_context:
        reason = "a server's Certificate answers no request, so its context is empty"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.5.1")
    if not entries:
        reason = "the server's list of certificates is empty"
        raise Alert(AlertDescription.decode_error, reason, "RFC 9846 §4.5.1.3")
    for entry in entries:
        require_places(entry.extensions, CT)
        require_asked_for(entry.extensions, asked_by(state), CT)
    if settings.trust is None:
        raise ValueError("settings.trust is missing: a client needs roots to believe")
    chain = tuple(entry.cert_data for entry in entries)
    leaf = state.formulae.verify_chain(chain, settings.server_name, settings.trust, settings.now)
    require_key_usage(leaf, "digital_signature")
    return state.but(peer_chain=chain, peer_certificate=leaf)


def receive_certificate_verify(state: State, message: bytes) -> State:
    """Check that the server has its certificate's key (RFC 9846 §4.5.2, RFC 8446 §4.4.3).

    Raises: those of `common.verified`.
    """
    schemes = tuple(map(int, state.settings.signature_schemes))
    state, scheme = common.verified(state, message, schemes)
    return state.but(signature_scheme=scheme)


def fitting(state: State) -> tuple[Credential | None, int]:
    """Return a certificate that the server would take, and a scheme (RFC 9846 §4.4.2)."""
    request = state.certificate_request
    if request is None:
        raise ValueError("state.certificate_request is missing: nobody asked for a certificate")
    wanted = read_extensions(request.extensions, CERTIFICATE_REQUEST_BODIES)
    for credential in state.settings.credentials:
        for scheme in wanted[X.signature_algorithms].supported_signature_algorithms:
            known = scheme in state.settings.signature_schemes
            if known and serves(scheme, credential.private_key):
                return credential, scheme
    return None, 0


def send_certificate(state: State) -> tuple[State, bytes]:
    """Send the client's chain, or an empty list if it has none that fits (RFC 9846 §4.5.1)."""
    credential, scheme = fitting(state)
    state = state.but(credential=credential, client_signature_scheme=scheme)
    return common.certificate_message(state, credential)


@dataclass(frozen=True)
class ClientSteps:
    """The client's steps, replaceable: `replace(CLIENT_STEPS, send_finished=mine)`."""

    send_client_hello: Callable[[State], tuple[State, bytes]] = send_client_hello
    receive_hello_retry_request: Callable[[State, bytes], State] = receive_hello_retry_request
    receive_server_hello: Callable[[State, bytes], State] = receive_server_hello
    receive_encrypted_extensions: Callable[[State, bytes], State] = receive_encrypted_extensions
    receive_certificate_request: Callable[[State, bytes], State] = receive_certificate_request
    receive_certificate: Callable[[State, bytes], State] = receive_certificate
    receive_certificate_verify: Callable[[State, bytes], State] = receive_certificate_verify
    send_certificate: Callable[[State], tuple[State, bytes]] = send_certificate
    # tls13/resumption.py
    generate_early_keys: Callable[[State], State] = resumption.generate_early_keys
    send_early_data: Callable[[State], tuple[State, bytes]] = resumption.send_early_data
    receive_new_session_ticket: Callable[[State, bytes], State] = (
        resumption.receive_new_session_ticket
    )
    # tls13/common.py
    generate_handshake_keys: Callable[[State], State] = common.generate_handshake_keys
    generate_application_keys: Callable[[State], State] = common.generate_application_keys
    generate_resumption_secret: Callable[[State], State] = common.generate_resumption_secret
    send_change_cipher_spec: Callable[[State], tuple[State, bytes]] = common.send_change_cipher_spec
    send_end_of_early_data: Callable[[State], tuple[State, bytes]] = common.send_end_of_early_data
    send_certificate_verify: Callable[[State], tuple[State, bytes]] = common.send_certificate_verify
    send_finished: Callable[[State], tuple[State, bytes]] = common.send_finished
    receive_finished: Callable[[State, bytes], State] = common.receive_finished
    send_key_update: Callable[..., tuple[State, bytes]] = common.send_key_update
    receive_key_update: Callable[[State, bytes], State] = common.receive_key_update


CLIENT_STEPS = ClientSteps()
