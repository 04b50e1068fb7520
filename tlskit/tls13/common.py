"""The steps of TLS 1.3 that both roles do alike: keys, proofs, KeyUpdate."""

from dataclasses import replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.constant_time import bytes_eq

from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.messages import CertificateVerify, Finished
from tlskit.order import Role
from tlskit.registry import (
    AlertDescription,
    HandshakeType,
    KeyUpdateRequest,
    SignatureScheme,
    name_of,
)
from tlskit.tls13.authentication import serves
from tlskit.tls13.state import State, received, sent
from tlskit.tls13_messages import Certificate, CertificateEntry, EndOfEarlyData, KeyUpdate

CHANGE_CIPHER_SPEC = b"\x01"
LAST_EPOCH = 2**48 - 1
"""After so many updates a sender must stop (RFC 9846 §4.7.3)."""


def generate_handshake_keys(state: State) -> State:
    """Make the keys of the rest of the handshake; each side does it alone.

    early_secret, handshake_secret and from it one traffic secret for each direction, over
    ClientHello...ServerHello. Reference: RFC 9846 §7.1, §7.3 (RFC 8446 §7.1, §7.3).
    """
    hkdf, table = state.hkdf, state.formulae
    early = state.early_secret if state.resumed else table.early_secret(hkdf, b"")
    secret = table.handshake_secret(hkdf, early, state.shared_secret)
    so_far = state.hash_so_far()
    client = table.client_handshake_traffic_secret(hkdf, secret, so_far)
    server = table.server_handshake_traffic_secret(hkdf, secret, so_far)
    return state.but(
        early_secret=early,
        handshake_secret=secret,
        client_handshake_traffic_secret=client,
        server_handshake_traffic_secret=server,
        client_keys=table.record_keys(state.agreed, client),
        server_keys=table.record_keys(state.agreed, server),
    )


def generate_application_keys(state: State) -> State:
    """Make the keys of application data; each side does it alone, after the server's Finished.

    The client's handshake keys stay in use until its own Finished. Reference: RFC 9846 §7.1.
    """
    hkdf, table = state.hkdf, state.formulae
    secret = table.main_secret(hkdf, state.handshake_secret)
    so_far = state.hash_so_far()
    server = table.server_application_traffic_secret(hkdf, secret, so_far)
    return state.but(
        main_secret=secret,
        client_application_traffic_secret=table.client_application_traffic_secret(
            hkdf, secret, so_far
        ),
        server_application_traffic_secret=server,
        exporter_secret=table.exporter_secret(hkdf, secret, so_far),
        server_keys=table.record_keys(state.agreed, server),
    )


def generate_resumption_secret(state: State) -> State:
    """Change to the client's keys for application data, and make what tickets come from.

    Each side does it alone, after the client's Finished. Reference: RFC 9846 §7.1.
    """
    table, client = state.formulae, state.client_application_traffic_secret
    return state.but(
        client_keys=table.record_keys(state.agreed, client),
        tickets_due=tickets_due(state),
        resumption_secret=table.resumption_secret(
            state.hkdf, state.main_secret, state.hash_so_far()
        ),
    )


def tickets_due(state: State) -> int:
    """Return how many tickets a server gives: none to who would not use one (RFC 9846 §4.3.9)."""
    settings = state.settings
    if state.role is not Role.SERVER or settings.ticket_keys is None or not state.psk_mode:
        return 0
    return settings.tickets


def send_change_cipher_spec(state: State) -> tuple[State, bytes]:
    """Send the record that means nothing, for the sake of boxes on the way (RFC 9846 App. E.4)."""
    return state.but(change_cipher_spec_sent=True), CHANGE_CIPHER_SPEC


def certificate_message(state: State, credential: Credential | None) -> tuple[State, bytes]:
    """Send a chain, own certificate first; or none (RFC 9846 §4.5.1, RFC 8446 §4.4.2)."""
    chain = credential.chain if credential else ()
    entries = tuple(CertificateEntry(one) for one in chain)
    return sent(state, HandshakeType.certificate, Certificate(b"", entries))


def send_certificate_verify(state: State) -> tuple[State, bytes]:
    """Prove to have the certificate's key: sign all that was said (RFC 9846 §4.5.2)."""
    table = state.formulae
    if state.credential is None:
        raise ValueError("state.credential is missing: it is chosen before Certificate is sent")
    scheme = state.signature_scheme if state.role is Role.SERVER else state.client_signature_scheme
    content = table.certificate_verify_content(state.role, state.hash_so_far())
    signature = table.sign(scheme, state.credential.private_key, content)
    return sent(state, HandshakeType.certificate_verify, CertificateVerify(scheme, signature))


def verified(state: State, message: bytes, offered: tuple[int, ...]) -> tuple[State, int]:
    """Check the peer's CertificateVerify; return the state and its scheme.

    Raises: Alert illegal_parameter for a scheme that was not offered, that TLS 1.3 has not, or
        that the key can't do; decrypt_error for a signature over other bytes (RFC 9846 §4.5.2).
    """
    so_far = state.hash_so_far()
    state, proof = received(state, CertificateVerify, message)
    scheme = proof.signature_algorithm
    key = public_key_of(state.peer_certificate)
    if scheme not in offered or not serves(scheme, key):
        name = name_of(SignatureScheme, scheme)
        reason = f"signed with {name}, which was not offered, or which this key can't do"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.5.2")
    content = state.formulae.certificate_verify_content(state.role.other, so_far)
    state.formulae.verify_signature(scheme, key, proof.signature, content)
    return state, scheme


def public_key_of(certificate: x509.Certificate | None) -> Any:
    """Return the key in the peer's certificate (RFC 9846 §4.5.1).

    Raises: ValueError before it came.
    """
    if certificate is None:
        raise ValueError("state.peer_certificate is missing: receive_certificate sets it")
    return certificate.public_key()


def own_verify_data(state: State, sender: Role) -> bytes:
    """Return what a side's Finished must hold, as the handshake stands (RFC 9846 §4.5.3)."""
    base = state.client_handshake_traffic_secret
    if sender is Role.SERVER:
        base = state.server_handshake_traffic_secret
    key = state.formulae.finished_key(state.hkdf, base)
    return state.formulae.verify_data(state.hkdf, key, state.hash_so_far())


def send_finished(state: State) -> tuple[State, bytes]:
    """Prove that this side saw the same handshake and has its secret (RFC 9846 §4.5.3)."""
    data = own_verify_data(state, state.role)
    return sent(state, HandshakeType.finished, Finished(data))


def receive_finished(state: State, message: bytes) -> State:
    """Check the peer's proof against the own view, which ends before this message.

    Raises: Alert decode_error for another length than the hash's; decrypt_error if it differs
        (RFC 9846 §4.5.3, RFC 8446 §4.4.4).
    """
    expected = own_verify_data(state, state.role.other)
    state, finished = received(state, Finished, message)
    if len(finished.verify_data) != len(expected):
        reason = f"verify_data is {len(expected)} bytes, not {len(finished.verify_data)}"
        raise Alert(AlertDescription.decode_error, reason, "RFC 9846 §4.5.3")
    if not bytes_eq(finished.verify_data, expected):
        reason = "verify_data differs: the two sides saw other messages or have other secrets"
        raise Alert(AlertDescription.decrypt_error, reason, "RFC 9846 §4.5.3")
    return state


def send_end_of_early_data(state: State) -> tuple[State, bytes]:
    """Say that the early data is over: the next record is under handshake keys (RFC 9846 §4.6)."""
    return sent(state.but(early_data_over=True), HandshakeType.end_of_early_data, EndOfEarlyData())


def receive_end_of_early_data(state: State, message: bytes) -> State:
    """Note that the client's early data is over (RFC 9846 §4.6, RFC 8446 §4.5)."""
    state, _ = received(state, EndOfEarlyData, message)
    return state.but(early_data_over=True)


def send_key_update(state: State, request: bool = False) -> tuple[State, bytes]:
    """Say that the next record is under the next keys; ask for the same, or not (RFC 9846 §4.7.3).

    It is no part of the transcript: that ended with the handshake.

    Raises: ValueError if the peer still owes an answer to an earlier request, or after 2^48 - 1
        updates, which RFC 9846 has brought.
    """
    keys = state.client_keys if state.role is Role.CLIENT else state.server_keys
    if keys is not None and keys.epoch >= LAST_EPOCH:
        raise ValueError("the keys were renewed 2^48 - 1 times, and may not be any more")
    if request and state.key_update_awaited:
        raise ValueError("the peer has not answered the last request for a KeyUpdate yet")
    number = KeyUpdateRequest(int(request))
    message = sent(state, HandshakeType.key_update, KeyUpdate(number))[1]
    waits = state.key_update_awaited or request
    return renewed(state, state.role).but(key_update_due=False, key_update_awaited=waits), message


def receive_key_update(state: State, message: bytes) -> State:
    """Renew the peer's keys; note whether this side must answer (RFC 9846 §4.7.3).

    A side that may not renew its own keys any more passes over the request.

    Raises: Alert illegal_parameter for another request than 0 or 1.
    """
    _, update = received(state, KeyUpdate, message)
    if update.request_update not in tuple(KeyUpdateRequest):
        reason = f"request_update is 0 or 1, not {update.request_update}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.7.3")
    own = state.client_keys if state.role is Role.CLIENT else state.server_keys
    asked = update.request_update == KeyUpdateRequest.update_requested
    due = asked and own is not None and own.epoch < LAST_EPOCH
    return renewed(state, state.role.other).but(
        key_update_due=state.key_update_due or due, key_update_awaited=False
    )


def renewed(state: State, side: Role) -> State:
    """Return the state with one side's next traffic secret in its keys (RFC 9846 §7.2).

    The state's own secret stays the first one: that is what a key log shows.
    """
    keys = state.client_keys if side is Role.CLIENT else state.server_keys
    if keys is None:
        raise ValueError("there are no keys yet that could be renewed")
    secret = state.formulae.next_traffic_secret(state.hkdf, keys.secret)
    new = replace(state.formulae.record_keys(state.agreed, secret), epoch=keys.epoch + 1)
    return state.but(**{f"{side}_keys": new})
