"""The steps of a TLS 1.3 server, one function each: state and bytes in, state and bytes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tlskit.alerts import Alert
from tlskit.certificates import require_key_usage
from tlskit.extensions import (
    CertificateAuthorities,
    Cookie,
    Empty,
    Extension,
    KeyShareEntry,
    KeyShareHelloRetryRequest,
    KeyShareServerHello,
    ProtocolNameList,
    SelectedIdentity,
    SelectedVersion,
    SignatureSchemeList,
)
from tlskit.hello import (
    asked_host_name,
    chosen_protocol,
    extension,
    read_client_hello,
    version_for,
)
from tlskit.key_exchange import HYBRID
from tlskit.messages import ClientHello, ServerHello
from tlskit.registry import (
    AlertDescription,
    CompressionMethod,
    ExtensionType,
    HandshakeType,
    ProtocolVersion,
    PskKeyExchangeMode,
)
from tlskit.tls13 import common, offer, resumption
from tlskit.tls13.state import State, received, sent
from tlskit.tls13_messages import (
    CT,
    HELLO_RETRY_REQUEST_RANDOM,
    Certificate,
    CertificateRequest,
    EncryptedExtensions,
    require_asked_for,
    require_places,
)

X = ExtensionType
LEGACY_VERSION = ProtocolVersion.TLS_1_2
TLS_1_3 = ProtocolVersion.TLS_1_3


def receive_client_hello(state: State, message: bytes) -> State:
    """Read the offer and choose from it (RFC 9846 §4.2.1, §4.2.2).

    Raises: Alert protocol_version without TLS 1.3; handshake_failure if nothing fits;
        no_application_protocol (RFC 7301 §3.2); those of `read_client_hello`,
        `offer.require_sound`, `resumption.taken_by` and, for a second hello, `require_as_asked`.
    """
    state, hello = received(state, ClientHello, message)
    settings, first = state.settings, state.client_hello
    asked = read_client_hello(hello)
    version_for(hello, asked, (TLS_1_3,))
    offer.require_sound(hello, asked)
    if state.retried and first is not None:
        require_as_asked(state, first, hello, asked)
    state = state.but(psk_mode=resumption.mode_of(settings, asked))
    suite = state.agreed if state.retried else offer.choose_suite(settings, hello)
    taken = resumption.taken_by(state, hello, asked, message)
    if taken is not None:
        suite = resumption.suite_for(state, taken.psk, hello) or suite
        state = resumption.psk_taken(state, taken)
    else:
        credential, scheme = offer.choose_credential(settings, asked)
        state = state.but(credential=credential, signature_scheme=scheme)
    state = state.but(
        client_hello=hello,
        client_random=hello.random,
        session_id=hello.session_id,
        server_name=asked_host_name(asked),
        suite=suite,
        alpn=chosen_protocol(settings, asked),
        early_data_offered=X.early_data in asked,
    )
    state = exchange_chosen(state, taken, asked)
    if taken is None or X.early_data not in asked or state.retried or state.retry_group:
        return state
    accepted = not settings.cookie and resumption.takes_early_data(state, taken, asked)
    return state.but(early_data_accepted=accepted)


def exchange_chosen(
    state: State, taken: resumption.Taken | None, asked: Mapping[int, Any]
) -> State:
    """Return the state with group and client's key, unless a PSK does without (RFC 9846 §4.2.1).

    If the client has sent no key for the group, `retry_group` says which one is needed.
    """
    if taken is not None and taken.mode == PskKeyExchangeMode.psk_ke:
        return state.but(group=0, peer_public=b"", retry_group=0)
    group = offer.choose_group(state.settings, asked)
    share = next((one for one in offer.shares_in(asked) if one.group == group), None)
    return state.but(
        group=int(group),
        retry_group=0 if share else int(group),
        peer_public=share.key_exchange if share else b"",
    )


def require_as_asked(
    state: State, first: ClientHello, second: ClientHello, asked: Mapping[int, Any]
) -> None:
    """Check that a second hello is the first but for what may have changed (RFC 9846 §4.2.2).

    Raises: Alert illegal_parameter for anything else, another key share than the one that was
        asked for, another cookie, or early data, which would be the second (RFC 9846 §4.3.10).
    """
    if X.early_data in asked:
        reason = "early data is offered again, after HelloRetryRequest"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.10")
    groups = [share.group for share in offer.shares_in(asked)]
    if state.retry_group and groups != [state.retry_group]:
        reason = "the second hello must hold the one key share that was asked for"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.2")
    cookie = asked[X.cookie].cookie if X.cookie in asked else b""
    if cookie != state.cookie:
        reason = "the cookie did not come back as it was given"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.2")
    if kept(first) != kept(second):
        reason = "the second hello differs from the first in more than was asked for"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.2.2")


def kept(hello: ClientHello) -> tuple[Any, ...]:
    """Return what a second hello must repeat (RFC 9846 §4.2.2)."""
    may_change = (X.key_share, X.early_data, X.cookie, X.pre_shared_key, X.padding)
    same = [one for one in hello.extensions or () if one.extension_type not in may_change]
    return (hello.client_version, hello.random, hello.session_id, hello.cipher_suites, same)


def hello_of(state: State, random: bytes, answers: list[Extension]) -> ServerHello:
    """Return a ServerHello with these answers; an extension tells the version (RFC 9846 §4.2.3)."""
    version = extension(X.supported_versions, SelectedVersion(TLS_1_3))
    return ServerHello(
        server_version=LEGACY_VERSION,
        random=random,
        session_id=state.session_id,
        cipher_suite=state.agreed.code,
        compression_method=CompressionMethod.null,
        extensions=(version, *answers),
    )


def send_hello_retry_request(state: State) -> tuple[State, bytes]:
    """Ask for another ClientHello: with a key for a group that both have (RFC 9846 §4.2.4).

    In the transcript the first hello is replaced by its hash (§4.1).
    """
    answers = []
    if state.retry_group:
        group = KeyShareHelloRetryRequest(state.retry_group)
        answers.append(extension(X.key_share, group))
    cookie = state.settings.cookie
    if cookie:
        answers.append(extension(X.cookie, Cookie(cookie)))
    stand_in = state.formulae.message_hash(state.agreed.hash_name, state.handshake_messages[0])
    state = state.but(handshake_messages=(stand_in,), retried=True, cookie=cookie)
    body = hello_of(state, HELLO_RETRY_REQUEST_RANDOM, answers)
    return sent(state, HandshakeType.server_hello, body)


def send_server_hello(state: State) -> tuple[State, bytes]:
    """Answer with the choice, 32 random bytes and this side's key (RFC 9846 §4.2.3).

    Raises: Alert illegal_parameter if the client's key is none of its group (RFC 9846 §4.3.8.2).
    """
    settings, table = state.settings, state.formulae
    random = settings.draw(32)
    answers = []
    if state.group:
        if state.group == HYBRID:
            pair, secret = table.encapsulate(state.peer_public, settings.draw)
        else:
            pair = table.generate_key_pair(state.group, settings.draw)
            secret = table.shared_secret(pair, state.peer_public)
        state = state.but(key_pair=pair, shared_secret=secret)
        share = KeyShareServerHello(KeyShareEntry(pair.group, pair.public))
        answers.append(extension(X.key_share, share))
    if state.resumed:
        answers.append(extension(X.pre_shared_key, SelectedIdentity(state.psk_index)))
    hello = hello_of(state, random, answers)
    return sent(state.but(server_random=random), HandshakeType.server_hello, hello)


def send_encrypted_extensions(state: State) -> tuple[State, bytes]:
    """Answer what nobody else needs to see: name and protocol (RFC 9846 §4.4.1)."""
    asked = {one.extension_type for one in state.hello.extensions or ()}
    answers = []
    if X.server_name in asked and state.server_name:
        answers.append(extension(X.server_name, Empty()))
    if state.alpn:
        protocol = ProtocolNameList((state.alpn,))
        answers.append(extension(X.application_layer_protocol_negotiation, protocol))
    if state.early_data_accepted:
        answers.append(extension(X.early_data, Empty()))
    return sent(state, HandshakeType.encrypted_extensions, EncryptedExtensions(tuple(answers)))


def send_certificate_request(state: State) -> tuple[State, bytes]:
    """Ask for the client's certificate (RFC 9846 §4.4.2); the names of our roots go along."""
    settings = state.settings
    schemes = SignatureSchemeList(settings.signature_schemes)
    wanted = [extension(X.signature_algorithms, schemes)]
    roots = settings.trust.roots if settings.trust else ()
    if roots:
        names = tuple(root.subject.public_bytes() for root in roots)
        wanted.append(extension(X.certificate_authorities, CertificateAuthorities(names)))
    request = CertificateRequest(b"", tuple(wanted))
    state = state.but(certificate_request=request)
    return sent(state, HandshakeType.certificate_request, request)


def send_certificate(state: State) -> tuple[State, bytes]:
    """Send the chain, own certificate first, without the root (RFC 9846 §4.5.1)."""
    if state.credential is None:
        raise ValueError("state.credential is missing: receive_client_hello chooses it")
    return common.certificate_message(state, state.credential)


def receive_certificate(state: State, message: bytes) -> State:
    """Take the client's chain; an empty one is allowed unless it is required.

    Raises: Alert certificate_required for an empty list where a certificate is required
        (RFC 9846 §4.5.1.3); illegal_parameter for another context than was asked with; those of
        `verify_client_chain` and `require_key_usage`.
    """
    state, certificate = received(state, Certificate, message)
    settings, entries = state.settings, certificate.certificate_list
    if certificate.certificate_request_context:
        reason = "the context is not that of the request, which was empty"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.5.1")
    if not entries:
        if settings.client_certificate == "required":
            reason = "the client has no certificate to show, and one is required here"
            raise Alert(AlertDescription.certificate_required, reason, "RFC 9846 §4.5.1.3")
        return state
    request = state.certificate_request
    asked = {one.extension_type for one in request.extensions} if request else set()
    for entry in entries:
        require_places(entry.extensions, CT)
        require_asked_for(entry.extensions, asked, CT)
    if settings.trust is None:
        raise ValueError("settings.trust is missing: it holds the roots for client certificates")
    chain = tuple(entry.cert_data for entry in entries)
    leaf = state.formulae.verify_client_chain(chain, settings.trust, settings.now)
    require_key_usage(leaf, "digital_signature", "client")
    return state.but(peer_chain=chain, peer_certificate=leaf)


def receive_certificate_verify(state: State, message: bytes) -> State:
    """Check that the client has its certificate's key (RFC 9846 §4.5.2).

    Raises: those of `common.verified`.
    """
    schemes = tuple(map(int, state.settings.signature_schemes))
    state, scheme = common.verified(state, message, schemes)
    return state.but(client_signature_scheme=scheme)


@dataclass(frozen=True)
class ServerSteps:
    """The server's steps, replaceable: `replace(SERVER_STEPS, send_finished=mine)`."""

    receive_client_hello: Callable[[State, bytes], State] = receive_client_hello
    send_hello_retry_request: Callable[[State], tuple[State, bytes]] = send_hello_retry_request
    send_server_hello: Callable[[State], tuple[State, bytes]] = send_server_hello
    send_encrypted_extensions: Callable[[State], tuple[State, bytes]] = send_encrypted_extensions
    send_certificate_request: Callable[[State], tuple[State, bytes]] = send_certificate_request
    send_certificate: Callable[[State], tuple[State, bytes]] = send_certificate
    receive_certificate: Callable[[State, bytes], State] = receive_certificate
    receive_certificate_verify: Callable[[State, bytes], State] = receive_certificate_verify
    # tls13/resumption.py
    generate_early_keys: Callable[[State], State] = resumption.generate_early_keys
    send_new_session_ticket: Callable[[State], tuple[State, bytes]] = (
        resumption.send_new_session_ticket
    )
    # tls13/common.py
    receive_end_of_early_data: Callable[[State, bytes], State] = common.receive_end_of_early_data
    generate_handshake_keys: Callable[[State], State] = common.generate_handshake_keys
    generate_application_keys: Callable[[State], State] = common.generate_application_keys
    generate_resumption_secret: Callable[[State], State] = common.generate_resumption_secret
    send_change_cipher_spec: Callable[[State], tuple[State, bytes]] = common.send_change_cipher_spec
    send_certificate_verify: Callable[[State], tuple[State, bytes]] = common.send_certificate_verify
    send_finished: Callable[[State], tuple[State, bytes]] = common.send_finished
    receive_finished: Callable[[State, bytes], State] = common.receive_finished
    send_key_update: Callable[..., tuple[State, bytes]] = common.send_key_update
    receive_key_update: Callable[[State, bytes], State] = common.receive_key_update


SERVER_STEPS = ServerSteps()
