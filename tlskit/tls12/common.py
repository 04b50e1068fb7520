"""The steps of TLS 1.2 that both roles do alike: key generation, ChangeCipherSpec, Finished."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.constant_time import bytes_eq

from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite
from tlskit.messages import Finished
from tlskit.order import Role
from tlskit.registry import AlertDescription, HandshakeType
from tlskit.signatures import SERVED_BY, kind_of
from tlskit.tls12.key_schedule import VERIFY_DATA_LENGTH
from tlskit.tls12.record_protection import record_keys
from tlskit.tls12.state import State, received, sent

CHANGE_CIPHER_SPEC = b"\x01"


def public_key_of(certificate: x509.Certificate | None) -> Any:
    """Return the key in the server's certificate (RFC 5246 §7.4.2).

    Raises: ValueError before the certificate came.
    """
    if certificate is None:
        raise ValueError("state.peer_certificate is missing: receive_certificate sets it")
    return certificate.public_key()


def require_key_of_suite(suite: Suite, leaf: x509.Certificate) -> None:
    """Check that the certificate's key is of the kind that the suite names (RFC 5246 §7.4.2).

    Raises: Alert illegal_parameter: the server chose a suite that its certificate can't serve.
    """
    kind = kind_of(leaf.public_key())
    if kind not in SERVED_BY[suite.authentication]:
        reason = f"{suite.name} needs an {suite.authentication} key in the certificate, not {kind}"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.2")


def generate_keys(state: State) -> State:
    """Make master secret, key block and both directions' keys; each side does it alone.

    Reference: RFC 5246 §8.1, §6.3. With extended master secret the hash of all messages up to
    ClientKeyExchange takes the place of the randoms (RFC 7627 §4). A resumed session keeps its
    master secret (RFC 5246 §7.3).
    """
    suite, formulae, prf = state.agreed, state.formulae, state.prf
    if state.resumed:
        master = state.master_secret  # the session's; only the randoms are new
    elif state.extended_master_secret:
        session_hash = state.hash_so_far()
        master = formulae.extended_master_secret(prf, state.pre_master_secret, session_hash)
    else:
        master = formulae.master_secret(
            prf, state.pre_master_secret, state.client_random, state.server_random
        )
    block = formulae.key_block(
        prf, master, state.server_random, state.client_random, suite.key_block_length
    )
    parts = formulae.partition(suite, block)
    client, server = (
        record_keys(
            suite,
            parts[f"{side}_write_MAC_key"],
            parts[f"{side}_write_key"],
            parts[f"{side}_write_IV"],
            state.encrypt_then_mac,
        )
        for side in ("client", "server")
    )
    return state.but(master_secret=master, key_block=block, client_keys=client, server_keys=server)


def send_change_cipher_spec(state: State) -> tuple[State, bytes]:
    """Say that the next record is protected. Not a handshake message (RFC 5246 §7.1)."""
    return state, CHANGE_CIPHER_SPEC


def receive_change_cipher_spec(state: State, message: bytes) -> State:
    """Take the peer's word that its next record is protected (RFC 5246 §7.1).

    Raises: Alert decode_error if it is not the single byte 01.
    """
    if message != CHANGE_CIPHER_SPEC:
        reason = f"ChangeCipherSpec is the one byte 01, not {message[:8].hex(' ')}"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.1")
    return state


def finished_label(sender: Role) -> bytes:
    """Return b"client finished" or b"server finished" (RFC 5246 §7.4.9)."""
    return f"{sender} finished".encode()


def send_finished(state: State) -> tuple[State, bytes]:
    """Prove that this side has the master secret and saw the same handshake (RFC 5246 §7.4.9)."""
    data = state.formulae.verify_data(
        state.prf, state.master_secret, finished_label(state.role), state.hash_so_far()
    )
    return sent(state, HandshakeType.finished, Finished(data))


def receive_finished(state: State, message: bytes) -> State:
    """Check the peer's proof against the own view, which ends before this message.

    Raises: Alert decode_error if verify_data is not 12 bytes, decrypt_error if it differs
        (RFC 5246 §7.4.9).
    """
    expected = state.formulae.verify_data(
        state.prf, state.master_secret, finished_label(state.role.other), state.hash_so_far()
    )
    state, finished = received(state, Finished, message)
    if len(finished.verify_data) != VERIFY_DATA_LENGTH:
        reason = f"verify_data is 12 bytes, not {len(finished.verify_data)}"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4.9")
    if not bytes_eq(finished.verify_data, expected):
        reason = "verify_data differs: the two sides saw other messages or have other secrets"
        raise Alert(AlertDescription.decrypt_error, reason, "RFC 5246 §7.4.9")
    return state
