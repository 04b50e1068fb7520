"""What a TLS 1.3 side knows at a moment, and the table of formulae its steps call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from cryptography import x509

from tlskit.alerts import decode_alert, encode_alert
from tlskit.certificates import Credential, verify_chain, verify_client_chain
from tlskit.cipher_suites import Suite
from tlskit.key_exchange import KeyPair, encapsulate, generate_key_pair, shared_secret
from tlskit.messages import ClientHello, frame_handshake, unframe_handshake
from tlskit.order import Role
from tlskit.presentation import decode, encode
from tlskit.registry import HandshakeType, ProtocolVersion, PskKeyExchangeMode
from tlskit.settings import Psk, Settings
from tlskit.signatures import sign, verify_signature
from tlskit.tls13 import authentication, key_schedule, record_protection
from tlskit.tls13.key_schedule import Hkdf
from tlskit.tls13.record_protection import RecordKeys
from tlskit.tls13_messages import CertificateRequest

T = TypeVar("T")
Leaf = Callable[[Hkdf, bytes, bytes], bytes]
"""hkdf, secret, transcript hash -> another secret for one use."""


@dataclass(frozen=True)
class Formulae:
    """Every formula that the steps call, replaceable: `replace(FORMULAE, main_secret=mine)`.

    The field's name is its default function's name; the comment says where that one is.
    """

    # tls13/key_schedule.py
    transcript_hash: Callable[[str, tuple[bytes, ...]], bytes] = key_schedule.transcript_hash
    message_hash: Callable[[str, bytes], bytes] = key_schedule.message_hash
    hkdf_extract: Callable[[str, bytes, bytes], bytes] = key_schedule.hkdf_extract
    hkdf_expand_label: Callable[[str, bytes, bytes, bytes, int], bytes] = (
        key_schedule.hkdf_expand_label
    )
    early_secret: Callable[[Hkdf, bytes], bytes] = key_schedule.early_secret
    handshake_secret: Leaf = key_schedule.handshake_secret
    main_secret: Callable[[Hkdf, bytes], bytes] = key_schedule.main_secret
    binder_key: Callable[..., bytes] = key_schedule.binder_key
    client_early_traffic_secret: Leaf = key_schedule.client_early_traffic_secret
    client_handshake_traffic_secret: Leaf = key_schedule.client_handshake_traffic_secret
    server_handshake_traffic_secret: Leaf = key_schedule.server_handshake_traffic_secret
    client_application_traffic_secret: Leaf = key_schedule.client_application_traffic_secret
    server_application_traffic_secret: Leaf = key_schedule.server_application_traffic_secret
    next_traffic_secret: Callable[[Hkdf, bytes], bytes] = key_schedule.next_traffic_secret
    exporter_secret: Leaf = key_schedule.exporter_secret
    resumption_secret: Leaf = key_schedule.resumption_secret
    resumption_psk: Leaf = key_schedule.resumption_psk
    finished_key: Callable[[Hkdf, bytes], bytes] = key_schedule.finished_key
    verify_data: Leaf = key_schedule.verify_data
    # key_exchange.py
    generate_key_pair: Callable[[int, Callable[[int], bytes]], KeyPair] = generate_key_pair
    shared_secret: Callable[[KeyPair, bytes], bytes] = shared_secret
    encapsulate: Callable[..., tuple[KeyPair, bytes]] = encapsulate
    # signatures.py, certificates.py, tls13/authentication.py
    certificate_verify_content: Callable[[Role, bytes], bytes] = (
        authentication.certificate_verify_content
    )
    sign: Callable[[int, Any, bytes], bytes] = sign
    verify_signature: Callable[[int, Any, bytes, bytes], None] = verify_signature
    verify_chain: Callable[..., x509.Certificate] = verify_chain
    verify_client_chain: Callable[..., x509.Certificate] = verify_client_chain
    # alerts.py, messages.py, tls13/record_protection.py
    encode_alert: Callable[[int, int], bytes] = encode_alert
    decode_alert: Callable[[bytes], tuple[int, int]] = decode_alert
    frame_handshake: Callable[[int, bytes], bytes] = frame_handshake
    unframe_handshake: Callable[[bytes], tuple[int, bytes]] = unframe_handshake
    record_keys: Callable[[Suite, bytes], RecordKeys] = record_protection.record_keys
    protect: Callable[..., bytes] = record_protection.protect
    unprotect: Callable[..., tuple[int, bytes]] = record_protection.unprotect


FORMULAE = Formulae()


@dataclass(frozen=True)
class State:
    """A moment of a handshake, as one side sees it. What is not known yet is b"", None or 0.

    Steps never change a state; they return the next one (`but`).

    Args:
        handshake_messages: the transcript: every handshake message sent and received, with its
            header. After HelloRetryRequest the first ClientHello stands there as its hash.
        client_hello: the last one, as sent or received.
        suite, group, credential, signature_scheme: what was agreed on.
        server_name, alpn: what the client asked for, and the protocol that was taken.
        key_pairs: client: its ephemeral keys, one for each share; key_pair: the one that serves.
        peer_public: the other side's key, as received.
        retried: whether the server asked for another ClientHello; retry_group: for which group;
            cookie: what it wants back in it.
        resumed: whether a PSK took the place of certificates; session: which one.
        offered_psk: the PSK that the client offers, or that the server has taken from its list.
        psk_index: server: which of the client's PSKs that is.
        psk_mode: server: how it would use a PSK, if the client can do so.
        early_data_offered, early_data_accepted, early_data_over: what became of early data.
        change_cipher_spec_sent: whether this side has sent its ChangeCipherSpec.
        tickets: client: those that came; tickets_due, tickets_sent: server: how many.
        versions: client: which it offers, best first.
        certificate_request: what the server asked of the client's certificate.
        client_keys, server_keys: those that protect each side's records at this moment, or next;
            early_keys: those of early data.
        other secrets: as RFC 9846 §7.1 names them.
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
    key_pairs: tuple[KeyPair, ...] = ()
    key_pair: KeyPair | None = None
    peer_public: bytes = b""
    retried: bool = False
    retry_group: int = 0
    cookie: bytes = b""
    resumed: bool = False
    session: Psk | None = None
    offered_psk: Psk | None = None
    psk_index: int = 0
    psk_mode: PskKeyExchangeMode | None = None
    early_data_offered: bool = False
    early_data_accepted: bool = False
    early_data_over: bool = False
    change_cipher_spec_sent: bool = False
    tickets: tuple[Psk, ...] = ()
    tickets_due: int = 0
    tickets_sent: int = 0
    versions: tuple[int, ...] = (ProtocolVersion.TLS_1_3,)
    certificate_request: CertificateRequest | None = None
    credential: Credential | None = None
    peer_chain: tuple[bytes, ...] = field(default=(), repr=False)
    peer_certificate: x509.Certificate | None = None
    psk: bytes = field(default=b"", repr=False)
    shared_secret: bytes = field(default=b"", repr=False)
    early_secret: bytes = field(default=b"", repr=False)
    handshake_secret: bytes = field(default=b"", repr=False)
    main_secret: bytes = field(default=b"", repr=False)
    client_early_traffic_secret: bytes = field(default=b"", repr=False)
    client_handshake_traffic_secret: bytes = field(default=b"", repr=False)
    server_handshake_traffic_secret: bytes = field(default=b"", repr=False)
    client_application_traffic_secret: bytes = field(default=b"", repr=False)
    server_application_traffic_secret: bytes = field(default=b"", repr=False)
    exporter_secret: bytes = field(default=b"", repr=False)
    resumption_secret: bytes = field(default=b"", repr=False)
    client_keys: RecordKeys | None = None
    server_keys: RecordKeys | None = None
    early_keys: RecordKeys | None = None
    key_update_due: bool = False
    key_update_awaited: bool = False

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
    def hello(self) -> ClientHello:
        """The ClientHello. Raises ValueError before there is one."""
        if self.client_hello is None:
            raise ValueError("state.client_hello is missing: the first message sets it")
        return self.client_hello

    @property
    def hkdf(self) -> Hkdf:
        """The suite's HKDF, by the functions of the table."""
        return self.hkdf_of(self.agreed.hash_name)

    def hkdf_of(self, hash_name: str) -> Hkdf:
        """Return the HKDF with a hash, by the functions of the table."""
        table = self.formulae
        return Hkdf(hash_name, table.hkdf_extract, table.hkdf_expand_label, table.transcript_hash)

    def hash_so_far(self) -> bytes:
        """Return Transcript-Hash of the handshake so far (RFC 9846 §4.1)."""
        return self.formulae.transcript_hash(self.agreed.hash_name, self.handshake_messages)


def begin(role: Role, settings: Settings, formulae: Formulae = FORMULAE) -> State:
    """Return the state before the first message (RFC 9846 §2)."""
    return State(role, settings, formulae)


def sent(state: State, msg_type: HandshakeType, body: Any) -> tuple[State, bytes]:
    """Frame a message and note it in the transcript; return state and message (RFC 9846 §4.1)."""
    message = state.formulae.frame_handshake(msg_type, encode(body))
    return state.but(handshake_messages=(*state.handshake_messages, message)), message


def received(state: State, cls: type[T], message: bytes) -> tuple[State, T]:
    """Decode a message and note its bytes, as they came, in the transcript (RFC 9846 §4.1)."""
    _, body = state.formulae.unframe_handshake(message)
    decoded = decode(cls, body)
    return state.but(handshake_messages=(*state.handshake_messages, message)), decoded
