"""What a TLS 1.2 side knows at a moment, and the table of formulae its steps call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

from cryptography import x509

from tlskit.alerts import decode_alert, encode_alert
from tlskit.certificates import Credential, verify_chain, verify_client_chain
from tlskit.cipher_suites import Suite
from tlskit.key_exchange import (
    KeyPair,
    decrypt_pre_master_secret,
    encrypt_pre_master_secret,
    generate_key_pair,
    shared_secret,
)
from tlskit.messages import CertificateRequest, ClientHello, frame_handshake, unframe_handshake
from tlskit.order import Role
from tlskit.presentation import decode, encode
from tlskit.registry import HandshakeType
from tlskit.settings import Session, Settings
from tlskit.signatures import sign, verify_signature
from tlskit.tls12 import key_schedule, negotiation, record_protection
from tlskit.tls12.key_schedule import PRF
from tlskit.tls12.record_protection import RecordKeys

T = TypeVar("T")


@dataclass(frozen=True)
class Formulae:
    """Every formula that the steps call, replaceable: `replace(FORMULAE, master_secret=mine)`.

    The field's name is its default function's name; the comment says where that one is.
    """

    # tls12/negotiation.py
    choose: Callable[..., negotiation.Choice] = negotiation.choose
    # tls12/key_schedule.py
    prf: Callable[[str, bytes, bytes, bytes, int], bytes] = key_schedule.prf
    handshake_hash: Callable[[str, tuple[bytes, ...]], bytes] = key_schedule.handshake_hash
    master_secret: Callable[[PRF, bytes, bytes, bytes], bytes] = key_schedule.master_secret
    extended_master_secret: Callable[[PRF, bytes, bytes], bytes] = (
        key_schedule.extended_master_secret
    )
    key_block: Callable[[PRF, bytes, bytes, bytes, int], bytes] = key_schedule.key_block
    partition: Callable[[Suite, bytes], dict[str, bytes]] = key_schedule.partition
    verify_data: Callable[[PRF, bytes, bytes, bytes], bytes] = key_schedule.verify_data
    # key_exchange.py
    generate_key_pair: Callable[[int, Callable[[int], bytes]], KeyPair] = generate_key_pair
    shared_secret: Callable[[KeyPair, bytes], bytes] = shared_secret
    encrypt_pre_master_secret: Callable[[Any, bytes], bytes] = encrypt_pre_master_secret
    decrypt_pre_master_secret: Callable[[Any, bytes, int, bytes], bytes] = decrypt_pre_master_secret
    # negotiation.py, signatures.py, certificates.py
    server_ecdh_params_to_sign: Callable[[bytes, bytes, bytes], bytes] = (
        negotiation.server_ecdh_params_to_sign
    )
    sign: Callable[[int, Any, bytes], bytes] = sign
    verify_signature: Callable[[int, Any, bytes, bytes], None] = verify_signature
    verify_chain: Callable[..., x509.Certificate] = verify_chain
    verify_client_chain: Callable[..., x509.Certificate] = verify_client_chain
    certificate_verify_content: Callable[[tuple[bytes, ...]], bytes] = (
        negotiation.certificate_verify_content
    )
    # alerts.py, messages.py, tls12/record_protection.py
    encode_alert: Callable[[int, int], bytes] = encode_alert
    decode_alert: Callable[[bytes], tuple[int, int]] = decode_alert
    frame_handshake: Callable[[int, bytes], bytes] = frame_handshake
    unframe_handshake: Callable[[bytes], tuple[int, bytes]] = unframe_handshake
    protect: Callable[..., bytes] = record_protection.protect
    unprotect: Callable[..., bytes] = record_protection.unprotect


FORMULAE = Formulae()


@dataclass(frozen=True)
class State:
    """A moment of a handshake, as one side sees it. What is not known yet is b"", None or 0.

    Steps never change a state; they return the next one (`but`).

    Args:
        handshake_messages: every handshake message sent and received, with its header, as it went
            over the wire: the transcript that Finished covers.
        client_hello: as sent or received.
        suite, group, credential, signature_scheme: what was agreed on; the last two on the server.
        server_name, alpn: what the client asked for, and the protocol that was taken.
        extended_master_secret, secure_renegotiation, encrypt_then_mac: whether both hellos
            carried them.
        knows_tls_1_3: server: whether it could have done TLS 1.3, which its random then tells.
        resumed, session: whether this handshake takes up a session again, and which.
        ticket, ticket_promised: the session ticket, and whether ServerHello announced a new one.
        certificate_request: what the server asked of the client's certificate.
        key_pair: this side's ephemeral keys; peer_public: the other side's, as received.
        key_block: cut into the two `RecordKeys`.
    """

    role: Role
    settings: Settings
    formulae: Formulae = field(default=FORMULAE, repr=False)
    handshake_messages: tuple[bytes, ...] = field(default=(), repr=False)
    client_hello: ClientHello | None = None
    client_random: bytes = b""
    server_random: bytes = b""
    session_id: bytes = b""
    suite: Suite | None = None
    group: int = 0
    signature_scheme: int = 0
    client_signature_scheme: int = 0
    server_name: str = ""
    alpn: bytes = b""
    extended_master_secret: bool = False
    secure_renegotiation: bool = False
    encrypt_then_mac: bool = False
    knows_tls_1_3: bool = False
    resumed: bool = False
    session: Session | None = None
    ticket: bytes = field(default=b"", repr=False)
    ticket_promised: bool = False
    certificate_request: CertificateRequest | None = None
    credential: Credential | None = None
    peer_chain: tuple[bytes, ...] = field(default=(), repr=False)
    peer_certificate: x509.Certificate | None = None
    key_pair: KeyPair | None = None
    peer_public: bytes = b""
    pre_master_secret: bytes = field(default=b"", repr=False)
    master_secret: bytes = field(default=b"", repr=False)
    key_block: bytes = field(default=b"", repr=False)
    client_keys: RecordKeys | None = None
    server_keys: RecordKeys | None = None

    def but(self, **changes: Any) -> Self:
        """Return a copy with some fields changed (dataclasses.replace, ten times as fast)."""
        copy = object.__new__(type(self))
        known = copy.__dict__
        known.update(self.__dict__)
        known.update(changes)
        if len(known) != len(self.__dict__):
            unknown = ", ".join(changes.keys() - self.__dict__.keys())
            raise TypeError(f"State has no field {unknown}")
        return copy

    @property
    def agreed(self) -> Suite:
        """The suite. Raises ValueError before ServerHello has settled it."""
        if self.suite is None:
            raise ValueError("state.suite is not settled yet: ServerHello does it")
        return self.suite

    @property
    def prf(self) -> PRF:
        """The suite's PRF: (secret, label, seed, length) -> bytes."""
        return partial(self.formulae.prf, self.agreed.hash_name)

    def hash_so_far(self) -> bytes:
        """Return the hash of the handshake messages so far, with the suite's hash."""
        return self.formulae.handshake_hash(self.agreed.hash_name, self.handshake_messages)


def begin(role: Role, settings: Settings, formulae: Formulae = FORMULAE) -> State:
    """Return the state before the first message (RFC 5246 §7.3)."""
    return State(role, settings, formulae)


def sent(state: State, msg_type: HandshakeType, body: Any) -> tuple[State, bytes]:
    """Frame a message and note it in the transcript; return state and message (RFC 5246 §7.4)."""
    message = state.formulae.frame_handshake(msg_type, encode(body))
    return state.but(handshake_messages=(*state.handshake_messages, message)), message


def received(state: State, cls: type[T], message: bytes) -> tuple[State, T]:
    """Decode a message and note its bytes, as they came, in the transcript (RFC 5246 §7.4.9)."""
    _, body = state.formulae.unframe_handshake(message)
    decoded = decode(cls, body)
    return state.but(handshake_messages=(*state.handshake_messages, message)), decoded
