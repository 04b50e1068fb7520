"""Where a server keeps sessions: a bounded cache for IDs, and keys that seal tickets.

Both live outside the steps, which only ask them.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.alerts import Alert
from tlskit.cipher_suites import BY_CODE, TLS_1_3_BY_CODE
from tlskit.layouts import Opaque, UInt, Vector
from tlskit.presentation import decode, encode, enum16, opaque, struct, uint32, uint64
from tlskit.registry import CipherSuite
from tlskit.settings import Psk, Session

LIFETIME = timedelta(hours=24)
"""RFC 5246 App. F.1.4 suggests at most 24 hours for a session."""
NAME_LENGTH, NONCE_LENGTH = 16, 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOR_TLS_1_3 = b"TLS 1.3"
"""Authenticated with a ticket of TLS 1.3, so that none is taken for one of TLS 1.2."""
WINDOW = timedelta(seconds=10)
"""By how much a hello's age may differ from what its ticket says (RFC 9846 §8.3)."""


class SessionCache:
    """Sessions by their ID, the oldest forgotten first; a server's memory does not grow for ever.

    Args:
        size: how many sessions at most.
        lifetime: how long one may be taken up again.
    """

    def __init__(self, size: int = 1000, lifetime: timedelta = LIFETIME) -> None:
        """Begin empty."""
        self.size, self.lifetime = size, lifetime
        self._sessions: OrderedDict[bytes, Session] = OrderedDict()

    def __len__(self) -> int:
        """Return how many sessions are kept."""
        return len(self._sessions)

    def find(self, session_id: bytes, now: datetime) -> Session | None:
        """Return the session with this ID, if it is there and not too old."""
        session = self._sessions.get(session_id)
        if session is not None and not session.created <= now < session.created + self.lifetime:
            del self._sessions[session_id]
            return None
        return session

    def keep(self, session: Session) -> None:
        """Remember a session that has an ID; the oldest goes if there are too many."""
        if not session.session_id:
            return
        self._sessions[session.session_id] = session
        self._sessions.move_to_end(session.session_id)
        while len(self._sessions) > self.size:
            self._sessions.popitem(last=False)

    def forget(self, session_id: bytes) -> None:
        """Drop a session, as after a fatal alert (RFC 5246 §7.2.2)."""
        self._sessions.pop(session_id, None)


@struct("RFC 5077 §4")
class StatePlaintext:
    """What is inside a ticket; only the server that made it ever reads it."""

    cipher_suite: Annotated[int, enum16(CipherSuite)]
    master_secret: Annotated[bytes, opaque(48)]
    extended_master_secret: Annotated[int, UInt(1)]
    created: Annotated[int, uint32]
    server_name: Annotated[bytes, opaque(0, 2**24 - 1)]  # as asked for, however long
    peer_chain: Annotated[tuple[bytes, ...], Vector(Opaque(1, 2**24 - 1), 0, 2**24 - 1)]


def state_of(session: Session) -> bytes:
    """Return a session as the bytes that are sealed into a ticket."""
    return encode(
        StatePlaintext(
            cipher_suite=int(session.suite.code),
            master_secret=session.master_secret,
            extended_master_secret=int(session.extended_master_secret),
            created=int(session.created.timestamp()),
            server_name=session.server_name.encode(),
            peer_chain=session.peer_chain,
        )
    )


def session_in(state: bytes, ticket: bytes) -> Session | None:
    """Return the session that was sealed, None if its suite is not known any more.

    Raises: Alert decode_error for bytes that are no session.
    """
    inside = decode(StatePlaintext, state)
    suite = BY_CODE.get(inside.cipher_suite)
    if suite is None:
        return None
    return Session(
        suite=suite,
        master_secret=inside.master_secret,
        extended_master_secret=bool(inside.extended_master_secret),
        server_name=inside.server_name.decode(),
        created=datetime.fromtimestamp(inside.created, UTC),
        ticket=ticket,
        peer_chain=inside.peer_chain,
    )


@struct("RFC 9846 §4.7.1 (RFC 8446 §4.6.1)")
class PskPlaintext:
    """What is inside a ticket of TLS 1.3; times in milliseconds since 1970."""

    cipher_suite: Annotated[int, enum16(CipherSuite)]
    key: Annotated[bytes, opaque(0, 255)]
    created: Annotated[int, uint64]
    authenticated: Annotated[int, uint64]
    ticket_age_add: Annotated[int, uint32]
    lifetime: Annotated[int, uint32]
    max_early_data: Annotated[int, uint32]
    alpn: Annotated[bytes, opaque(0, 255)]
    server_name: Annotated[bytes, opaque(0, 2**16 - 1)]
    peer_chain: Annotated[tuple[bytes, ...], Vector(Opaque(1, 2**24 - 1), 0, 2**24 - 1)]


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment(milliseconds: int) -> datetime:
    """Return the moment so many milliseconds after 1970 began.

    Raises: OverflowError for one that no calendar has.
    """
    return EPOCH + timedelta(milliseconds=milliseconds)


def state_of_psk(psk: Psk) -> bytes:
    """Return a key of TLS 1.3 as the bytes that are sealed into a ticket."""
    return encode(
        PskPlaintext(
            cipher_suite=int(psk.suite.code),
            key=psk.key,
            created=milliseconds(psk.created),
            authenticated=milliseconds(psk.authenticated),
            ticket_age_add=psk.ticket_age_add,
            lifetime=psk.lifetime,
            max_early_data=psk.max_early_data,
            alpn=psk.alpn,
            server_name=psk.server_name.encode(),
            peer_chain=psk.peer_chain,
        )
    )


def psk_in(state: bytes, ticket: bytes) -> Psk | None:
    """Return the key that was sealed, None if its suite is not known any more.

    Raises: Alert decode_error for bytes that are none.
    """
    inside = decode(PskPlaintext, state)
    suite = TLS_1_3_BY_CODE.get(inside.cipher_suite)
    if suite is None:
        return None
    return Psk(
        suite=suite,
        key=inside.key,
        server_name=inside.server_name.decode(),
        created=moment(inside.created),
        authenticated=moment(inside.authenticated),
        ticket_age_add=inside.ticket_age_add,
        lifetime=inside.lifetime,
        max_early_data=inside.max_early_data,
        alpn=inside.alpn,
        identity=ticket,
        peer_chain=inside.peer_chain,
    )


@dataclass(frozen=True)
class TicketKey:
    """One key: its name, by which a ticket says which key opens it (16 bytes), and AES key (32)."""

    name: bytes
    key: bytes


class TicketKeys:
    """Seals sessions into tickets under the newest key, opens those of a few keys before it.

    A ticket is key_name (16), nonce (12), then AES-256-GCM of the session. RFC 5077 §4 recommends
    CBC with HMAC, of 2008; any construction does, for nobody else reads it.

    Args:
        random: draws keys.
        lifetime: seconds for which a ticket counts.
        kept: how many keys still open tickets; `rotate` forgets the oldest.
    """

    def __init__(
        self, random: Callable[[int], bytes], lifetime: int = 24 * 3600, kept: int = 2
    ) -> None:
        """Begin with one key."""
        self.lifetime, self.kept = lifetime, kept
        self.keys: list[TicketKey] = []
        self.rotate(random)

    def rotate(self, random: Callable[[int], bytes]) -> None:
        """Seal with a new key from now on. What an old key sealed is safe once it is forgotten."""
        self.keys.insert(0, TicketKey(random(NAME_LENGTH), random(32)))
        del self.keys[self.kept :]

    def seal(self, session: Session, random: Callable[[int], bytes]) -> bytes:
        """Return the session as a ticket (RFC 5077 §4)."""
        return self._seal(state_of(session), b"", random)

    def open(self, ticket: bytes, now: datetime) -> tuple[Session, bool] | None:
        """Return the session, and whether a new ticket is due; None for what does not open.

        Unknown keys, changed bytes and expired tickets are no error: a full handshake follows
        (RFC 5077 §3.1).
        """
        opened = self._open(ticket, b"")
        try:
            session = session_in(opened[0], ticket) if opened else None
        except Alert:
            return None
        if opened is None or session is None:
            return None
        if not session.created <= now < session.created + timedelta(seconds=self.lifetime):
            return None
        return session, opened[1]

    def seal_psk(self, psk: Psk, random: Callable[[int], bytes]) -> bytes:
        """Return a key of TLS 1.3 as a ticket (RFC 9846 §4.7.1)."""
        return self._seal(state_of_psk(psk), FOR_TLS_1_3, random)

    def open_psk(self, ticket: bytes, now: datetime) -> Psk | None:
        """Return the key; None for what does not open, or does not count any more."""
        opened = self._open(ticket, FOR_TLS_1_3)
        try:
            psk = psk_in(opened[0], ticket) if opened else None
        except (Alert, OverflowError):
            return None
        return psk if psk is not None and psk.counts(now) else None

    def _seal(self, state: bytes, kind: bytes, random: Callable[[int], bytes]) -> bytes:
        newest, nonce = self.keys[0], random(NONCE_LENGTH)
        sealed = AESGCM(newest.key).encrypt(nonce, state, newest.name + kind)
        return newest.name + nonce + sealed

    def _open(self, ticket: bytes, kind: bytes) -> tuple[bytes, bool] | None:
        """Return what is inside, and whether the key that opens it is an old one."""
        name, nonce = ticket[:NAME_LENGTH], ticket[NAME_LENGTH : NAME_LENGTH + NONCE_LENGTH]
        key = next((one for one in self.keys if one.name == name), None)
        if key is None or len(nonce) < NONCE_LENGTH:
            return None
        sealed = ticket[NAME_LENGTH + NONCE_LENGTH :]
        try:
            opened = AESGCM(key.key).decrypt(nonce, sealed, name + kind)
        except InvalidTag:
            return None
        return opened, key is not self.keys[0]


class SingleUse:
    """Remembers which hellos with early data were taken, so that none is taken twice.

    It holds for one server with one store: who gives the ticket key to a second server, and not
    this store, has early data run there again. A full store refuses, and so does one that began
    after the hello was sent: it can't know what was taken before. Refused early data is no
    failure; the handshake goes on. Reference: RFC 9846 §8.2 (RFC 8446 §8.2).

    Args:
        begun: when this store began.
        size: how many hellos it remembers at most; each for twice the window.
    """

    def __init__(self, begun: datetime, size: int = 10_000) -> None:
        """Begin empty."""
        self.begun, self.size = begun, size
        self._taken: OrderedDict[bytes, datetime] = OrderedDict()

    def __len__(self) -> int:
        """Return how many hellos are remembered."""
        return len(self._taken)

    def fresh(self, binder: bytes, sent: datetime, now: datetime) -> bool:
        """Tell whether a hello with this binder, sent at that time, comes for the first time."""
        while self._taken and now - next(iter(self._taken.values())) > 2 * WINDOW:
            self._taken.popitem(last=False)
        if abs(now - sent) > WINDOW or sent < self.begun:
            return False
        if binder in self._taken or len(self._taken) >= self.size:
            return False
        self._taken[binder] = now
        return True
