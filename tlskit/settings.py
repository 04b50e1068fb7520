"""What a side of a connection is told before it begins. Frozen: a run changes nothing here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tlskit.certificates import Credential, Trust
from tlskit.cipher_suites import RECOMMENDED, TLS_1_3_SUITES, Suite
from tlskit.key_exchange import GROUPS
from tlskit.registry import NamedGroup, PskKeyExchangeMode, SignatureScheme
from tlskit.signatures import SCHEMES


@dataclass(frozen=True)
class Session:
    """What two ends must remember to take a session up again (RFC 5246 §7.3, RFC 5077 §4).

    Args:
        suite: of the session; a resumed connection has the same.
        master_secret: 48 bytes, from which new keys are made with new randoms.
        extended_master_secret: whether it was bound to its handshake (RFC 7627 §5.3).
        server_name: the host it is for; it counts for no other (RFC 6066 §3).
        created: when the full handshake was.
        session_id: the server's name for it, at most 32 bytes; b"" if it gave none.
        ticket: the session as the server sealed it for itself; b"" if it sent none.
        peer_chain: the other side's certificates, as they were verified then. A server judges a
            client's again; a client that changes its roots must drop its sessions itself.
    """

    suite: Suite
    master_secret: bytes = field(repr=False)
    extended_master_secret: bool
    server_name: str
    created: datetime
    session_id: bytes = b""
    ticket: bytes = field(default=b"", repr=False)
    peer_chain: tuple[bytes, ...] = field(default=(), repr=False)


WEEK = timedelta(days=7)
"""How long a ticket may count at most (RFC 9846 §4.7.1)."""


@dataclass(frozen=True)
class Psk:
    """A key that two ends of TLS 1.3 share from a connection before (RFC 9846 §2.2, §4.7.1).

    Args:
        suite: of that connection; its hash is the key's for ever, and 0-RTT needs the suite itself.
        key: as long as the suite's hash.
        identity: what the client calls it: the ticket, as the server sealed it for itself.
        server_name: the host it is for.
        created: when the ticket came, or on the server's side, when it was sent.
        authenticated: when a certificate was last verified; tickets of tickets do not renew it.
        ticket_age_add: what disguises the ticket's age, 4 bytes as a number.
        lifetime: seconds for which it counts, a week at most.
        max_early_data: how many bytes of early data the server takes with it.
        alpn: the protocol spoken then; early data is for no other.
        peer_chain: the other side's certificates, as they were verified then.
    """

    suite: Suite
    key: bytes = field(repr=False)
    server_name: str
    created: datetime
    authenticated: datetime
    ticket_age_add: int = 0
    lifetime: int = 0
    max_early_data: int = 0
    alpn: bytes = b""
    identity: bytes = field(default=b"", repr=False)
    peer_chain: tuple[bytes, ...] = field(default=(), repr=False)

    def counts(self, now: datetime) -> bool:
        """Tell whether it may still be used (RFC 9846 §4.7.1)."""
        young = timedelta(0) <= now - self.created < timedelta(seconds=self.lifetime)
        return young and now - self.authenticated < WEEK


class EarlyDataGuard(Protocol):
    """Who sees to it that no early data is taken twice (`sessions.SingleUse`)."""

    def fresh(self, binder: bytes, sent: datetime, now: datetime) -> bool:
        """Tell whether a hello with this binder, sent at that time, comes for the first time."""


class SessionStore(Protocol):
    """Where a server keeps its sessions (`sessions.SessionCache`)."""

    def find(self, session_id: bytes, now: datetime) -> Session | None:
        """Return the session with this ID, if it is there and not too old."""

    def keep(self, session: Session) -> None:
        """Remember a session."""

    def forget(self, session_id: bytes) -> None:
        """Drop a session, as after a fatal alert (RFC 5246 §7.2.2)."""


class TicketKeeper(Protocol):
    """How a server seals sessions into tickets (`sessions.TicketKeys`)."""

    lifetime: int

    def seal(self, session: Session, random: Callable[[int], bytes]) -> bytes:
        """Return the session as a ticket that only this server can open."""

    def open(self, ticket: bytes, now: datetime) -> tuple[Session, bool] | None:
        """Return the session, and whether a new ticket is due; None for what does not open."""

    def seal_psk(self, psk: Psk, random: Callable[[int], bytes]) -> bytes:
        """Return a key of TLS 1.3 as a ticket."""

    def open_psk(self, ticket: bytes, now: datetime) -> Psk | None:
        """Return the key; None for what does not open, or does not count any more."""


@dataclass(frozen=True)
class Settings:
    """All that a handshake depends on besides the peer's bytes.

    With the same settings, and a `random` that begins anew, a side sends the same bytes again.

    Args:
        random: returns so many fresh random bytes; the only source of chance.
        now: the time at which certificates are judged, with a time zone.
        server_name: client: the host it wants, put into server_name and checked in the
            certificate.
        trust: client: the root certificates it believes.
        credentials: server: certificate chains with their keys; the first is the default.
            Client: what it shows if the server asks for a certificate.
        suites: which suites may be used, best first. Those that are taught only are not among
            the default ones.
        groups: for ECDHE, best first.
        signature_schemes: client: what it asks for, best first; server: what it is willing to do.
        alpn: protocols spoken inside, best first (RFC 7301); none: the extension is not used.
        extended_master_secret: whether it is offered, and accepted (RFC 7627).
        require_extended_master_secret: whether a peer without it is refused.
        encrypt_then_mac: whether it is offered, and accepted, for CBC suites (RFC 7366).
        session: client: a session, or a key of TLS 1.3, to take up again.
        session_tickets: client: whether it asks for a ticket (RFC 5077).
        session_store: server: where sessions are kept, to be found by their ID.
        ticket_keys: server: how sessions are sealed into tickets.
        client_certificate: server: whether it asks the client for one, "no", "wanted" or
            "required"; `trust` then holds the roots for it.
        tls13_suites: which suites of TLS 1.3 may be used, best first.
        key_shares: client: for how many of its groups, the first ones, TLS 1.3's hello has a key.
        compatibility: client: whether TLS 1.3 looks like a resumed TLS 1.2 to boxes on the way
            (RFC 9846 App. E.4).
        cookie: server: bytes that a client must give back after HelloRetryRequest.
        psk_modes: how a PSK may be used, best first: with a fresh key exchange, or alone, which
            gives up forward secrecy (RFC 9846 §2.2).
        tickets: server: how many TLS 1.3 gives when the handshake is over.
        early_data: client: application data to send before the server has said anything, if
            `session` allows it. Who records it can send it again (RFC 9846 §8).
        max_early_data: server: how many bytes of it are taken; 0 refuses it.
        early_data_guard: server: who remembers what was taken; without one it is refused.
        pad_to: TLS 1.3: records are padded to a multiple of so many bytes; 0 for no padding.
        max_handshake_size: longest handshake message taken from a peer, in bytes.

    Raises: ValueError if a value can't be meant.
    """

    random: Callable[[int], bytes] = field(repr=False)
    now: datetime
    server_name: str = ""
    trust: Trust | None = None
    credentials: tuple[Credential, ...] = ()
    suites: tuple[Suite, ...] = RECOMMENDED
    groups: tuple[NamedGroup, ...] = GROUPS
    signature_schemes: tuple[SignatureScheme, ...] = SCHEMES
    alpn: tuple[str, ...] = ()
    extended_master_secret: bool = True
    require_extended_master_secret: bool = False
    encrypt_then_mac: bool = True
    session: Session | Psk | None = None
    session_tickets: bool = False
    session_store: SessionStore | None = None
    ticket_keys: TicketKeeper | None = None
    client_certificate: str = "no"
    tls13_suites: tuple[Suite, ...] = TLS_1_3_SUITES
    key_shares: int = 1
    compatibility: bool = True
    cookie: bytes = b""
    psk_modes: tuple[PskKeyExchangeMode, ...] = (PskKeyExchangeMode.psk_dhe_ke,)
    tickets: int = 1
    early_data: bytes = field(default=b"", repr=False)
    max_early_data: int = 0
    early_data_guard: EarlyDataGuard | None = None
    pad_to: int = 0
    max_handshake_size: int = 2**17

    def __post_init__(self) -> None:
        """Refuse what can't be meant, in words."""
        if self.now.tzinfo is None:
            raise ValueError("settings.now needs a time zone: datetime(..., tzinfo=UTC)")
        for name in ("suites", "tls13_suites", "groups", "signature_schemes", "psk_modes"):
            if not getattr(self, name):
                raise ValueError(f"settings.{name} is empty: nothing could be agreed on")
        for suite in self.suites:
            if not isinstance(suite, Suite):
                raise ValueError(
                    f"settings.suites holds {suite!r}, not a Suite: suite_named(name) returns one"
                )
        if self.require_extended_master_secret and not self.extended_master_secret:
            raise ValueError("extended master secret can't be required and not offered")
        if self.client_certificate not in ("no", "wanted", "required"):
            raise ValueError(
                "settings.client_certificate is no, wanted or required, "
                f"not {self.client_certificate!r}"
            )
        if self.client_certificate != "no" and self.trust is None:
            raise ValueError("to ask for client certificates settings.trust must hold roots")
        for protocol in self.alpn:
            if not 1 <= len(protocol.encode()) <= 255:
                raise ValueError(f"a protocol name has 1..255 bytes (RFC 7301 §3.1): {protocol!r}")

    @property
    def session_to_offer(self) -> Session | None:
        """The session that a client may offer to take up again, or None.

        It must be for this host: a resumed handshake shows no certificate, whose name could be
        checked (RFC 6066 §3). Its suite must be among those offered (RFC 5246 §7.4.1.2), and if it
        has extended master secret, so must the hello (RFC 7627 §5.3).
        """
        session = self.session
        if not isinstance(session, Session) or session.server_name != self.server_name:
            return None
        if session.extended_master_secret and not self.extended_master_secret:
            return None
        return session if session.suite in self.suites else None

    @property
    def psk_to_offer(self) -> Psk | None:
        """The key of TLS 1.3 that a client may offer, or None: for this host, not too old."""
        psk = self.session
        if not isinstance(psk, Psk) or psk.server_name != self.server_name:
            return None
        hashes = [suite.hash_name for suite in self.tls13_suites]
        return psk if psk.counts(self.now) and psk.suite.hash_name in hashes else None

    def draw(self, size: int) -> bytes:
        """Return `size` bytes from `random`.

        Raises: ValueError if the source returned another number of them.
        """
        drawn = self.random(size)
        if len(drawn) != size:
            raise ValueError(f"settings.random({size}) returned {len(drawn)} bytes")
        return drawn
