"""Taking a session up again: by the server's cache or by a ticket (RFC 5246 §7.3, RFC 5077).

The master secret is the old one, the randoms are new, and so are all keys.
"""

from collections.abc import Mapping
from typing import Any

from cryptography import x509

from tlskit.alerts import Alert
from tlskit.hello import asked_host_name
from tlskit.messages import ClientHello, NewSessionTicket, ServerHello
from tlskit.registry import AlertDescription, ExtensionType, HandshakeType
from tlskit.settings import Session, Settings
from tlskit.tls12.state import State, received, sent

X = ExtensionType


def session_of(state: State) -> Session:
    """Return what is worth remembering of a handshake that is done (RFC 5246 §7.3)."""
    return Session(
        suite=state.agreed,
        master_secret=state.master_secret,
        extended_master_secret=state.extended_master_secret,
        server_name=state.server_name or state.settings.server_name,
        created=state.session.created if state.session else state.settings.now,
        session_id=state.session.session_id if state.session else state.session_id,
        ticket=state.ticket,
        peer_chain=state.peer_chain,
    )


def session_to_resume(
    state: State, hello: ClientHello, asked: Mapping[int, Any], extended: bool
) -> tuple[Session | None, bool]:
    """Return the session that a client may take up again, and whether a new ticket is due.

    A ticket counts before the session ID (RFC 5077 §3.4). An unknown or expired one is no error:
    a full handshake follows. So it does for another suite list or host (RFC 6066 §3), for a client
    that showed no certificate where one is required, or one that would not be believed today, and
    if only the new hello has extended_master_secret (RFC 7627 §5.3). A session without it is
    resumed by a hello without it, as older peers want; RFC 7627 advises against that, and
    `require_extended_master_secret` ends it.

    Raises: Alert handshake_failure if the session had extended master secret and this hello has
        not (RFC 7627 §5.3: the server must abort).
    """
    settings = state.settings
    session, due = find(settings, hello, asked)
    if session is None or session.server_name != asked_host_name(asked):
        return None, False
    if session.suite.code not in hello.cipher_suites or session.suite not in settings.suites:
        return None, False
    if settings.client_certificate == "required" and not session.peer_chain:
        return None, False  # made where no certificate was asked for: it must be shown now
    if settings.client_certificate != "no" and not still_believed(state, session):
        return None, False
    if session.extended_master_secret and X.extended_master_secret not in asked:
        reason = "the session to resume had extended_master_secret, this hello has not"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 7627 §5.3")
    if extended != session.extended_master_secret:
        return None, False
    return session, due


def still_believed(state: State, session: Session) -> bool:
    """Tell whether the client's chain of then would be taken today, by this server's roots.

    Another server may have sealed the ticket, a root may be gone, a certificate may have expired
    since (RFC 5246 App. F.1.4 warns of sessions that outlive what they were built on).
    """
    if not session.peer_chain or state.settings.trust is None:
        return True
    try:
        state.formulae.verify_client_chain(
            session.peer_chain, state.settings.trust, state.settings.now
        )
    except Alert:
        return False
    return True


def find(
    settings: Settings, hello: ClientHello, asked: Mapping[int, Any]
) -> tuple[Session | None, bool]:
    """Return the session by ticket or by ID, if this server keeps such (RFC 5077 §3.4)."""
    offered = asked.get(X.session_ticket)
    if settings.ticket_keys is not None and offered and offered.ticket:
        opened = settings.ticket_keys.open(offered.ticket, settings.now)
        return opened if opened else (None, False)
    if settings.session_store is not None and hello.session_id:
        return settings.session_store.find(hello.session_id, settings.now), False
    return None, False


def session_id_to_offer(settings: Settings) -> bytes:
    """Return the session ID of a ClientHello.

    With a ticket it is 32 random bytes: the server returns them if it takes the ticket, and so the
    client knows what comes next (RFC 5077 §3.4).
    """
    session = settings.session_to_offer
    if session is None:
        return b""
    return settings.draw(32) if session.ticket else session.session_id


def accepted(state: State, hello: ServerHello, extended: bool) -> State:
    """Return the client's state if the server takes the offered session up, as it is if not.

    Raises: Alert illegal_parameter for another suite than the session's (RFC 5246 §7.4.1.3);
        handshake_failure if only one of session and ServerHello has extended master secret
        (RFC 7627 §5.3).
    """
    session, offer = state.settings.session_to_offer, state.client_hello
    if session is None or offer is None:
        return state
    if not hello.session_id or hello.session_id != offer.session_id:
        return state
    if hello.cipher_suite != session.suite.code:
        reason = f"the session to resume has {session.suite.name}, the server chose another suite"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 5246 §7.4.1.3")
    if extended != session.extended_master_secret:
        reason = "session and ServerHello differ in extended_master_secret"
        raise Alert(AlertDescription.handshake_failure, reason, "RFC 7627 §5.3")
    return resumed(state, session)


def resumed(state: State, session: Session) -> State:
    """Return the state of a side that takes this session up again (RFC 5246 §7.3)."""
    chain = session.peer_chain
    return state.but(
        peer_certificate=x509.load_der_x509_certificate(chain[0]) if chain else None,
        resumed=True,
        session=session,
        suite=session.suite,
        master_secret=session.master_secret,
        peer_chain=session.peer_chain,
        ticket=session.ticket,
    )


def send_new_session_ticket(state: State) -> tuple[State, bytes]:
    """Send the session sealed into a ticket, before ChangeCipherSpec (RFC 5077 §3.3).

    The hint is how many seconds the session still counts, from its full handshake on. What is
    inside, the master secret, travels here under the ticket key alone: whoever steals that key
    reads the connection.
    """
    keeper = state.settings.ticket_keys
    if keeper is None:
        raise ValueError("settings.ticket_keys is missing: without it no ticket is promised")
    ticket = keeper.seal(session_of(state), state.settings.draw)
    if len(ticket) >= 2**16:
        ticket = b""  # the client's chain makes it longer than a ticket can be: none after all
    age = state.settings.now - session_of(state).created
    left = max(keeper.lifetime - int(age.total_seconds()), 1)  # 0 would leave it unsaid
    body = NewSessionTicket(left, ticket)
    return sent(state.but(ticket=ticket), HandshakeType.new_session_ticket, body)


def receive_new_session_ticket(state: State, message: bytes) -> State:
    """Keep the ticket; an empty one means that there is none after all (RFC 5077 §3.3)."""
    state, ticket = received(state, NewSessionTicket, message)
    return state.but(ticket=ticket.ticket)
