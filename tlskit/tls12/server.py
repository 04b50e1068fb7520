"""The steps of a TLS 1.2 server, one function each: state and bytes in, state and bytes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tlskit.alerts import Alert
from tlskit.extensions import ECPointFormatList, Empty, ProtocolNameList, RenegotiationInfo
from tlskit.hello import (
    DOWNGRADED,
    asked_host_name,
    chosen_protocol,
    extension,
    read_client_hello,
    secure_renegotiation,
    version_for,
)
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
    CompressionMethod,
    ECCurveType,
    ECPointFormat,
    ExtensionType,
    HandshakeType,
    ProtocolVersion,
)
from tlskit.tls12 import client_authentication, common, resumption
from tlskit.tls12.state import State, received, sent

X = ExtensionType
TLS_1_2 = ProtocolVersion.TLS_1_2


def receive_client_hello(state: State, message: bytes) -> State:
    """Read the offer and choose from it (RFC 5246 §7.4.1.2, §7.4.1.3).

    Raises: Alert protocol_version below TLS 1.2; handshake_failure if nothing fits, or extended
        master secret is required and missing (RFC 7627 §5.2); no_application_protocol
        (RFC 7301 §3.2); those of `read_client_hello`.
    """
    state, hello = received(state, ClientHello, message)
    settings = state.settings
    asked = read_client_hello(hello)
    version_for(hello, asked, (TLS_1_2,))
    extended = X.extended_master_secret in asked and settings.extended_master_secret
    if settings.require_extended_master_secret and not extended:
        reason = "the client does not offer extended_master_secret, which is required here"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 7627 §5.2")
    session, ticket_due = resumption.session_to_resume(state, hello, asked, extended)
    if session is None:
        choice = state.formulae.choose(settings, hello, asked)
        state = state.but(
            suite=choice.suite,
            credential=choice.credential,
            group=choice.group,
            signature_scheme=choice.signature_scheme,
        )
        ticket_due = settings.ticket_keys is not None and X.session_ticket in asked
    else:
        state = resumption.resumed(state, session)
    return state.but(
        client_hello=hello,
        client_random=hello.random,
        server_name=asked_host_name(asked),
        alpn=chosen_protocol(settings, asked),
        extended_master_secret=extended,
        secure_renegotiation=secure_renegotiation(hello, asked),
        encrypt_then_mac=encrypt_then_mac(state, asked),
        ticket_promised=ticket_due,
    )


def encrypt_then_mac(state: State, asked: Mapping[int, Any]) -> bool:
    """Tell whether the MAC covers the ciphertext: only for CBC, and if asked (RFC 7366 §2, §3)."""
    wanted = state.settings.encrypt_then_mac and X.encrypt_then_mac in asked
    return wanted and state.agreed.mac_key_length > 0


def session_id_to_give(state: State) -> bytes:
    """Return the session ID of ServerHello (RFC 5246 §7.4.1.3).

    A session that is taken up again keeps the client's; a new one that will be kept gets 32 random
    bytes; else it is empty, as with a ticket (RFC 5077 §3.4).
    """
    if state.resumed and state.client_hello is not None:
        return state.client_hello.session_id
    if state.ticket_promised or state.settings.session_store is None:
        return b""
    return state.settings.draw(32)


def send_server_hello(state: State) -> tuple[State, bytes]:
    """Answer with the choice and 32 fresh random bytes (RFC 5246 §7.4.1.3).

    An extension is answered only if the client sent it (§7.4.1.4).
    """
    offer = state.client_hello
    asked = {one.extension_type for one in (offer.extensions or ())} if offer else set()
    answers = []
    if state.secure_renegotiation:
        answers.append(extension(X.renegotiation_info, RenegotiationInfo(b"")))
    if X.server_name in asked and state.server_name and not state.resumed:
        answers.append(extension(X.server_name, Empty()))
    if X.ec_point_formats in asked and state.agreed.ephemeral:
        formats = ECPointFormatList((ECPointFormat.uncompressed,))
        answers.append(extension(X.ec_point_formats, formats))
    if state.alpn:
        protocol = ProtocolNameList((state.alpn,))
        answers.append(extension(X.application_layer_protocol_negotiation, protocol))
    if state.encrypt_then_mac:
        answers.append(extension(X.encrypt_then_mac, Empty()))
    if state.extended_master_secret:
        answers.append(extension(X.extended_master_secret, Empty()))
    if state.ticket_promised:
        answers.append(extension(X.session_ticket, Empty()))
    session_id = session_id_to_give(state)
    hello = ServerHello(
        server_version=TLS_1_2,
        random=random_of(state),
        session_id=session_id,
        cipher_suite=state.agreed.code,
        compression_method=CompressionMethod.null,
        extensions=tuple(answers) or None,
    )
    state = state.but(server_random=hello.random, session_id=session_id)
    return sent(state, HandshakeType.server_hello, hello)


def random_of(state: State) -> bytes:
    """Return the server's 32 random bytes; a server that knows TLS 1.3 marks the last eight.

    So a client that offered TLS 1.3 sees that somebody talked them down, for the signature, or in
    RSA key transport the Finished, covers the random (RFC 9846 §4.2.3, RFC 8446 §4.1.3).
    """
    drawn = state.settings.draw(32)
    return drawn[: -len(DOWNGRADED)] + DOWNGRADED if state.knows_tls_1_3 else drawn


def send_certificate(state: State) -> tuple[State, bytes]:
    """Send the chain, own certificate first, without the root (RFC 5246 §7.4.2)."""
    if state.credential is None:
        raise ValueError("state.credential is missing: receive_client_hello chooses it")
    return sent(state, HandshakeType.certificate, Certificate(state.credential.chain))


def send_server_key_exchange(state: State) -> tuple[State, bytes]:
    """Send an ephemeral public key, signed with the certificate's key (RFC 8422 §5.4)."""
    settings, formulae = state.settings, state.formulae
    if state.credential is None:
        raise ValueError("state.credential is missing: receive_client_hello chooses it")
    pair = formulae.generate_key_pair(state.group, settings.draw)
    params = ServerECDHParams(ECCurveType.named_curve, state.group, pair.public)
    content = formulae.server_ecdh_params_to_sign(
        state.client_random, state.server_random, encode(params)
    )
    signature = formulae.sign(state.signature_scheme, state.credential.private_key, content)
    exchange = ServerKeyExchange(
        params.curve_type, params.named_curve, params.public, state.signature_scheme, signature
    )
    return sent(state.but(key_pair=pair), HandshakeType.server_key_exchange, exchange)


def send_server_hello_done(state: State) -> tuple[State, bytes]:
    """Say that the flight is over: four bytes of header, no body (RFC 5246 §7.4.5)."""
    return sent(state, HandshakeType.server_hello_done, ServerHelloDone())


def receive_client_key_exchange(state: State, message: bytes) -> State:
    """Take the client's half of the key exchange (RFC 5246 §7.4.7).

    RSA never tells whether decryption failed: the handshake goes on with a random secret
    (§7.4.7.1).

    Raises: Alert decode_error for a malformed message; with ECDHE illegal_parameter if the
        client's public key is no point of the group (RFC 8422 §5.11).
    """
    settings, formulae = state.settings, state.formulae
    if state.agreed.ephemeral:
        state, ecdhe = received(state, ClientECDiffieHellmanPublic, message)
        if state.key_pair is None:
            raise ValueError("state.key_pair is missing: send_server_key_exchange makes it")
        secret = formulae.shared_secret(state.key_pair, ecdhe.ecdh_Yc)
        return state.but(peer_public=ecdhe.ecdh_Yc, pre_master_secret=secret)
    state, transport = received(state, EncryptedPreMasterSecret, message)
    if state.credential is None or state.client_hello is None:
        raise ValueError("state.credential is missing: receive_client_hello chooses it")
    instead = settings.draw(46)  # before decryption, so that both ways take the same steps
    secret = formulae.decrypt_pre_master_secret(
        state.credential.private_key,
        transport.encrypted_pre_master_secret,
        state.client_hello.client_version,
        instead,
    )
    return state.but(pre_master_secret=secret)


@dataclass(frozen=True)
class ServerSteps:
    """The server's steps, replaceable: `replace(SERVER_STEPS, send_finished=mine)`."""

    receive_client_hello: Callable[[State, bytes], State] = receive_client_hello
    send_server_hello: Callable[[State], tuple[State, bytes]] = send_server_hello
    send_certificate: Callable[[State], tuple[State, bytes]] = send_certificate
    send_server_key_exchange: Callable[[State], tuple[State, bytes]] = send_server_key_exchange
    send_server_hello_done: Callable[[State], tuple[State, bytes]] = send_server_hello_done
    receive_client_key_exchange: Callable[[State, bytes], State] = receive_client_key_exchange
    # tls12/client_authentication.py
    send_certificate_request: Callable[[State], tuple[State, bytes]] = (
        client_authentication.send_certificate_request
    )
    receive_certificate: Callable[[State, bytes], State] = client_authentication.receive_certificate
    receive_certificate_verify: Callable[[State, bytes], State] = (
        client_authentication.receive_certificate_verify
    )
    # tls12/resumption.py
    send_new_session_ticket: Callable[[State], tuple[State, bytes]] = (
        resumption.send_new_session_ticket
    )
    # tls12/common.py
    generate_keys: Callable[[State], State] = common.generate_keys
    receive_change_cipher_spec: Callable[[State, bytes], State] = common.receive_change_cipher_spec
    receive_finished: Callable[[State, bytes], State] = common.receive_finished
    send_change_cipher_spec: Callable[[State], tuple[State, bytes]] = common.send_change_cipher_spec
    send_finished: Callable[[State], tuple[State, bytes]] = common.send_finished


SERVER_STEPS = ServerSteps()
