"""The steps of a TLS 1.2 client, one function each: state and bytes in, state and bytes out."""

from collections.abc import Callable
from dataclasses import dataclass

from tlskit.alerts import Alert
from tlskit.certificates import require_key_usage
from tlskit.cipher_suites import BY_CODE
from tlskit.extensions import SERVER_BODIES
from tlskit.hello import client_extensions, protocol_taken, read_extensions
from tlskit.key_exchange import GROUPS
from tlskit.messages import (
    Certificate,
    ClientECDiffieHellmanPublic,
    ClientHello,
    EncryptedPreMasterSecret,
    ServerECDHParams,
    ServerHello,
    ServerHelloDone,
    ServerKeyExchange,
)
from tlskit.presentation import encode
from tlskit.registry import (
    AlertDescription,
    CipherSuite,
    CompressionMethod,
    ECCurveType,
    ECPointFormat,
    ExtensionType,
    HandshakeType,
    NamedGroup,
    ProtocolVersion,
    SignatureScheme,
    name_of,
)
from tlskit.tls12 import client_authentication, common, resumption
from tlskit.tls12.state import State, received, sent

X = ExtensionType
TLS_1_2 = ProtocolVersion.TLS_1_2


def send_client_hello(state: State) -> tuple[State, bytes]:
    """Offer version, suites and extensions, with 32 fresh random bytes (RFC 5246 §7.4.1.2)."""
    settings = state.settings
    hello = ClientHello(
        client_version=TLS_1_2,
        random=settings.draw(32),
        session_id=resumption.session_id_to_offer(settings),
        cipher_suites=tuple(int(suite.code) for suite in settings.suites),
        compression_methods=(CompressionMethod.null,),
        extensions=client_extensions(settings),
    )
    state = state.but(client_hello=hello, client_random=hello.random)
    return sent(state, HandshakeType.client_hello, hello)


def receive_server_hello(state: State, message: bytes) -> State:
    """Take what the server chose, if it was offered (RFC 5246 §7.4.1.3).

    Raises: Alert protocol_version for another version (App. E.1); illegal_parameter for a suite or
        a compression that was not offered, or a protocol that was not (RFC 7301 §3.2);
        unsupported_extension for an extension that was not (RFC 5246 §7.4.1.4);
        handshake_failure for a renegotiation_info that is not empty (RFC 5746 §3.4), or a missing
        extended master secret where it is required (RFC 7627 §5.2); those of `resumption.accepted`.
    """
    state, hello = received(state, ServerHello, message)
    offer = state.client_hello
    if offer is None:
        raise ValueError("state.client_hello is missing: send_client_hello sets it")
    if hello.server_version != TLS_1_2:
        name = name_of(ProtocolVersion, hello.server_version)
        reason = f"the server chose version {name} ({hello.server_version:04x}), we offered TLS_1_2"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 5246 App. E.1")
    if hello.cipher_suite not in offer.cipher_suites or hello.cipher_suite not in BY_CODE:
        name = name_of(CipherSuite, hello.cipher_suite)
        reason = f"the server chose {name} ({hello.cipher_suite:04x}), which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.1.3")
    if hello.compression_method != CompressionMethod.null:
        reason = f"the server chose compression {hello.compression_method}, only null was offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.1.3")
    offered = {one.extension_type for one in offer.extensions or ()}
    for answer in hello.extensions or ():
        if answer.extension_type not in offered:
            reason = f"the server answers {name_of(X, answer.extension_type)}, never asked for"
            raise Alert(AlertDescription.unsupported_extension, reason, "RFC 5246 §7.4.1.4")
    answers = read_extensions(hello.extensions, SERVER_BODIES)
    formats = answers.get(X.ec_point_formats)
    if formats and ECPointFormat.uncompressed not in formats.ec_point_format_list:
        reason = "the server does not read points in uncompressed form"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 8422 §5.1.2")
    renegotiation = answers.get(X.renegotiation_info)
    if renegotiation and renegotiation.renegotiated_connection:
        reason = "renegotiation_info is not empty, but there was no handshake before this one"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 5746 §3.4")
    extended = X.extended_master_secret in answers
    if state.settings.require_extended_master_secret and not extended:
        reason = "the server does without extended_master_secret, which is required here"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 7627 §5.2")
    encrypt_then_mac = X.encrypt_then_mac in answers
    if encrypt_then_mac and not BY_CODE[hello.cipher_suite].mac_key_length:
        reason = "the server answers encrypt_then_mac with a suite that has no MAC of its own"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 7366 §3")
    state = resumption.accepted(state, hello, extended)
    return state.but(
        server_random=hello.random,
        session_id=hello.session_id,
        encrypt_then_mac=encrypt_then_mac,
        ticket_promised=X.session_ticket in answers,
        suite=BY_CODE[hello.cipher_suite],
        extended_master_secret=extended,
        secure_renegotiation=renegotiation is not None,
        alpn=protocol_taken(state.settings, answers),
    )


def receive_certificate(state: State, message: bytes) -> State:
    """Take the server's chain and check it: issuer, dates, name, usage (RFC 5246 §7.4.2).

    It proves nothing yet about who is there: anybody can send a chain. The key is proved by
    ServerKeyExchange's signature, or in RSA key transport by the server's Finished (App. F.1.1.2).

    Raises: the Alerts of `verify_chain` and `require_key_usage`; decode_error if the list is empty.
    """
    state, certificate = received(state, Certificate, message)
    chain, settings = certificate.certificate_list, state.settings
    if not chain:
        reason = "the server's list of certificates is empty"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4.2")
    if settings.trust is None:
        raise ValueError("settings.trust is missing: a client needs roots to believe")
    leaf = state.formulae.verify_chain(chain, settings.server_name, settings.trust, settings.now)
    common.require_key_of_suite(state.agreed, leaf)
    require_key_usage(leaf, "digital_signature" if state.agreed.ephemeral else "key_encipherment")
    return state.but(peer_chain=chain, peer_certificate=leaf)


def receive_server_key_exchange(state: State, message: bytes) -> State:
    """Take the server's ephemeral public key, if the certificate's key signed it (RFC 8422 §5.4).

    Raises: Alert illegal_parameter for a curve or a signature scheme that was not offered;
        decrypt_error for a signature over other bytes (RFC 5246 §7.4.3).
    """
    state, exchange = received(state, ServerKeyExchange, message)
    settings, formulae = state.settings, state.formulae
    if exchange.curve_type != ECCurveType.named_curve:
        reason = f"curve_type {exchange.curve_type}: only named curves are in use"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 8422 §5.4")
    if exchange.named_curve not in settings.groups or exchange.named_curve not in GROUPS:
        name = name_of(NamedGroup, exchange.named_curve)
        reason = f"the server chose group {name} ({exchange.named_curve}), which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 8422 §5.4")
    if exchange.signature_algorithm not in settings.signature_schemes:
        name = name_of(SignatureScheme, exchange.signature_algorithm)
        reason = f"the server signed with {name}, which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.3")
    params = ServerECDHParams(exchange.curve_type, exchange.named_curve, exchange.public)
    content = formulae.server_ecdh_params_to_sign(
        state.client_random, state.server_random, encode(params)
    )
    public_key = common.public_key_of(state.peer_certificate)
    formulae.verify_signature(exchange.signature_algorithm, public_key, exchange.signature, content)
    return state.but(
        group=exchange.named_curve,
        signature_scheme=exchange.signature_algorithm,
        peer_public=exchange.public,
    )


def receive_server_hello_done(state: State, message: bytes) -> State:
    """Note that the server's flight is over (RFC 5246 §7.4.5)."""
    state, _ = received(state, ServerHelloDone, message)
    return state


def send_client_key_exchange(state: State) -> tuple[State, bytes]:
    """Send the client's half of the key exchange (RFC 5246 §7.4.7).

    ECDHE: an ephemeral public key in the server's group; the shared secret is the pre-master
    secret (RFC 8422 §5.7, §5.10). RSA: 48 bytes, the offered version and 46 random ones,
    encrypted for the certificate's key (RFC 5246 §7.4.7.1).

    Raises: Alert illegal_parameter if the server's public key is no point of its group.
    """
    settings, formulae = state.settings, state.formulae
    if state.agreed.ephemeral:
        pair = formulae.generate_key_pair(state.group, settings.draw)
        secret = formulae.shared_secret(pair, state.peer_public)
        state = state.but(key_pair=pair, pre_master_secret=secret)
        body = ClientECDiffieHellmanPublic(pair.public)
        return sent(state, HandshakeType.client_key_exchange, body)
    secret = TLS_1_2.to_bytes(2, "big") + settings.draw(46)
    public_key = common.public_key_of(state.peer_certificate)
    encrypted = formulae.encrypt_pre_master_secret(public_key, secret)
    state = state.but(pre_master_secret=secret)
    return sent(state, HandshakeType.client_key_exchange, EncryptedPreMasterSecret(encrypted))


@dataclass(frozen=True)
class ClientSteps:
    """The client's steps, replaceable: `replace(CLIENT_STEPS, send_finished=mine)`."""

    send_client_hello: Callable[[State], tuple[State, bytes]] = send_client_hello
    receive_server_hello: Callable[[State, bytes], State] = receive_server_hello
    receive_certificate: Callable[[State, bytes], State] = receive_certificate
    receive_server_key_exchange: Callable[[State, bytes], State] = receive_server_key_exchange
    # tls12/client_authentication.py
    receive_certificate_request: Callable[[State, bytes], State] = (
        client_authentication.receive_certificate_request
    )
    send_certificate: Callable[[State], tuple[State, bytes]] = (
        client_authentication.send_certificate
    )
    send_certificate_verify: Callable[[State], tuple[State, bytes]] = (
        client_authentication.send_certificate_verify
    )
    # tls12/resumption.py
    receive_new_session_ticket: Callable[[State, bytes], State] = (
        resumption.receive_new_session_ticket
    )
    receive_server_hello_done: Callable[[State, bytes], State] = receive_server_hello_done
    send_client_key_exchange: Callable[[State], tuple[State, bytes]] = send_client_key_exchange
    # tls12/common.py
    generate_keys: Callable[[State], State] = common.generate_keys
    send_change_cipher_spec: Callable[[State], tuple[State, bytes]] = common.send_change_cipher_spec
    send_finished: Callable[[State], tuple[State, bytes]] = common.send_finished
    receive_change_cipher_spec: Callable[[State, bytes], State] = common.receive_change_cipher_spec
    receive_finished: Callable[[State, bytes], State] = common.receive_finished


CLIENT_STEPS = ClientSteps()
