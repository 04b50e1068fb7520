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
from tlskit.cipher_suites import BY_CODE
from tlskit.layouts import Opaque, UInt, Vector
from tlskit.presentation import decode, encode, enum16, opaque, struct, uint32
from tlskit.registry import CipherSuite
from tlskit.settings import Session

LIFETIME = timedelta(hours=24)
"""RFC 5246 App. F.1.4 suggests at most 24 hours for a session."""
NAME_LENGTH, NONCE_LENGTH = 16, 12


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
        newest, nonce = self.keys[0], random(NONCE_LENGTH)
        sealed = AESGCM(newest.key).encrypt(nonce, state_of(session), newest.name)
        return newest.name + nonce + sealed

    def open(self, ticket: bytes, now: datetime) -> tuple[Session, bool] | None:
        """Return the session, and whether a new ticket is due; None for what does not open.

        Unknown keys, changed bytes and expired tickets are no error: a full handshake follows
        (RFC 5077 §3.1).
        """
        name, nonce = ticket[:NAME_LENGTH], ticket[NAME_LENGTH : NAME_LENGTH + NONCE_LENGTH]
        key = next((one for one in self.keys if one.name == name), None)
        if key is None or len(nonce) < NONCE_LENGTH:
            return None
        try:
            opened = AESGCM(key.key).decrypt(nonce, ticket[NAME_LENGTH + NONCE_LENGTH :], name)
            session = session_in(opened, ticket)
        except (InvalidTag, Alert):
            return None
        if session is None or not session.created <= now < session.created + timedelta(
            seconds=self.lifetime
        ):
            return None
        return session, key is not self.keys[0]
