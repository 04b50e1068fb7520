"""Keys from a connection before: tickets, binders, early data (RFC 9846 §2.2, §2.3, §4.3.11)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.constant_time import bytes_eq

from tlskit.alerts import Alert
from tlskit.cipher_suites import Suite
from tlskit.extensions import MaxEarlyData, OfferedPsks, PskIdentity
from tlskit.hello import asked_host_name, extension, read_extensions
from tlskit.messages import ClientHello
from tlskit.order import Role
from tlskit.presentation import encode
from tlskit.registry import AlertDescription, ExtensionType, HandshakeType, PskKeyExchangeMode
from tlskit.settings import Psk, Settings
from tlskit.tls13.state import State, received, sent
from tlskit.tls13_messages import (
    NEW_SESSION_TICKET_BODIES,
    NST,
    NewSessionTicket,
    require_places,
)

X = ExtensionType
AGE_RANGE = 2**32
SKIPPED = 2**15
"""How many bytes of early data a server that refuses it passes over, at least."""


class Taken(NamedTuple):
    """A PSK that a server takes: which of the client's it is, from 0 on, and how it is used."""

    number: int
    psk: Psk
    mode: PskKeyExchangeMode


# ---- binders: a proof over the hello itself, before anybody has said anything


def with_binder(state: State, hello: ClientHello, psk: Psk) -> tuple[State, ClientHello]:
    """Return a client's hello with pre_shared_key at its end (RFC 9846 §4.3.11, §4.3.11.2).

    The binder covers the hello up to the list of binders; its lengths count them already.
    """
    identity = PskIdentity(psk.identity, obfuscated_age(state.settings, psk))
    size = state.hkdf_of(psk.suite.hash_name).length

    def bound(binder: bytes) -> ClientHello:
        last = extension(X.pre_shared_key, OfferedPsks((identity,), (binder,)))
        return ClientHello(
            hello.client_version,
            hello.random,
            hello.session_id,
            hello.cipher_suites,
            hello.compression_methods,
            (*(hello.extensions or ()), last),
        )

    whole = state.formulae.frame_handshake(HandshakeType.client_hello, encode(bound(bytes(size))))
    state = early_secret_made(state, psk)
    binder = binder_over(state, psk, whole[: -len_of_binders((bytes(size),))])
    return state, bound(binder)


def early_secret_made(state: State, psk: Psk) -> State:
    """Return the state with the PSK's early secret (RFC 9846 §7.1)."""
    hkdf = state.hkdf_of(psk.suite.hash_name)
    return state.but(early_secret=state.formulae.early_secret(hkdf, psk.key))


def binder_over(state: State, psk: Psk, truncated: bytes) -> bytes:
    """Return the binder over the messages before and a hello that ends before its binders.

      binder = HMAC(finished_key(binder_key), Transcript-Hash(Truncate(ClientHello)))

    After HelloRetryRequest message_hash and HelloRetryRequest stand before it.
    Reference: RFC 9846 §4.3.11.2 (RFC 8446 §4.2.11.2).
    """
    table, hkdf = state.formulae, state.hkdf_of(psk.suite.hash_name)
    key = table.finished_key(hkdf, table.binder_key(hkdf, state.early_secret))
    so_far = table.transcript_hash(hkdf.hash_name, (*state.handshake_messages, truncated))
    return table.verify_data(hkdf, key, so_far)


def len_of_binders(binders: tuple[bytes, ...]) -> int:
    """Return how many bytes the binders take, with the list's length (RFC 9846 §4.3.11)."""
    return 2 + sum(1 + len(one) for one in binders)


def obfuscated_age(settings: Settings, psk: Psk) -> int:
    """Return the ticket's age in milliseconds, disguised (RFC 9846 §4.3.11.1)."""
    age = (settings.now - psk.created) // timedelta(milliseconds=1)
    return (age + psk.ticket_age_add) % AGE_RANGE


# ---- the server's decision


def taken_by(
    state: State, hello: ClientHello, asked: Mapping[int, Any], message: bytes
) -> Taken | None:
    """Return the first PSK of the client's that this server can go on with.

    Unknown, expired or unfit ones are no error: another one, or certificates follow. Only the
    binder of the one that is taken is looked at (RFC 9846 §4.3.11).

    Raises: Alert illegal_parameter if there is not one binder for each identity; decrypt_error for
        a wrong binder (RFC 9846 §6.2).
    """
    offered = asked.get(X.pre_shared_key)
    if offered is None:
        return None
    if len(offered.binders) != len(offered.identities):
        reason = f"{len(offered.identities)} identities, and {len(offered.binders)} binders"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.11")
    mode = mode_of(state.settings, asked)
    keeper = state.settings.ticket_keys
    if mode is None or keeper is None:
        return None
    for index, one in enumerate(offered.identities):
        psk = keeper.open_psk(one.identity, state.settings.now)
        if psk is not None and serves(state, psk, hello, asked):
            require_binder(state, psk, offered.binders, index, message)
            return Taken(index, psk, mode)
    return None


def mode_of(settings: Settings, asked: Mapping[int, Any]) -> PskKeyExchangeMode | None:
    """Return how a PSK would be used: the first mode that the client takes (RFC 9846 §4.3.9)."""
    modes = asked[X.psk_key_exchange_modes].ke_modes if X.psk_key_exchange_modes in asked else ()
    return next((one for one in settings.psk_modes if one in modes), None)


def serves(state: State, psk: Psk, hello: ClientHello, asked: Mapping[int, Any]) -> bool:
    """Tell whether a PSK fits this hello: host, hash, and the client's certificate of then.

    RFC 9846 §4.3.11 leaves the host to the client; a server with several names is safer with it.
    """
    settings = state.settings
    if psk.server_name != asked_host_name(asked) or suite_for(state, psk, hello) is None:
        return False
    if settings.client_certificate == "required" and not psk.peer_chain:
        return False
    if settings.client_certificate == "no" or not psk.peer_chain or settings.trust is None:
        return True
    try:  # a root may be gone since, or a certificate expired
        state.formulae.verify_client_chain(psk.peer_chain, settings.trust, settings.now)
    except Alert:
        return False
    return True


def suite_for(state: State, psk: Psk, hello: ClientHello) -> Suite | None:
    """Return the suite to use with a PSK: its own, else one with its hash (RFC 9846 §4.3.11)."""
    common = [one for one in state.settings.tls13_suites if one.code in hello.cipher_suites]
    if state.retried:
        common = [state.agreed]
    fitting = [one for one in common if one.hash_name == psk.suite.hash_name]
    return psk.suite if psk.suite in fitting else next(iter(fitting), None)


def require_binder(
    state: State, psk: Psk, binders: tuple[bytes, ...], index: int, message: bytes
) -> None:
    """Check the client's proof that it has the key. Raises: Alert decrypt_error (RFC 9846 §6.2)."""
    before = state.but(handshake_messages=state.handshake_messages[:-1])
    truncated = message[: -len_of_binders(binders)]
    expected = binder_over(early_secret_made(before, psk), psk, truncated)
    if not bytes_eq(binders[index], expected):
        reason = "the binder does not fit: another key, or another hello than the client's"
        raise Alert(AlertDescription.decrypt_error, reason, "RFC 9846 §4.3.11.2")


def psk_taken(state: State, taken: Taken) -> State:
    """Return the state of a server that goes on with this PSK (RFC 9846 §4.3.11)."""
    state = resumed(early_secret_made(state, taken.psk), taken.psk)
    return state.but(offered_psk=taken.psk, psk_index=taken.number)


def takes_early_data(state: State, taken: Taken, asked: Mapping[int, Any]) -> bool:
    """Tell whether early data may be taken with this PSK (RFC 9846 §4.3.10, §8).

    It must be the client's first, for the same suite and protocol; the hello must be as old as it
    says, and come for the first time.
    """
    settings, psk, offered = state.settings, taken.psk, asked[X.pre_shared_key]
    guard = settings.early_data_guard
    if guard is None or not settings.max_early_data or not psk.max_early_data:
        return False
    if taken.number or state.agreed != psk.suite or state.alpn != psk.alpn:
        return False
    disguised = offered.identities[0].obfuscated_ticket_age
    age = timedelta(milliseconds=(disguised - psk.ticket_age_add) % AGE_RANGE)
    sent_at = psk.created + age
    return guard.fresh(offered.binders[0], sent_at, settings.now)


# ---- what the client makes of the answer


def psk_chosen(state: State, answers: Mapping[int, Any]) -> State:
    """Return the state with the PSK that the server took, if it took one (RFC 9846 §4.3.11).

    Raises: Alert illegal_parameter for an identity that was not offered, or a suite whose hash is
        not the key's.
    """
    if X.pre_shared_key not in answers:
        return state
    index, psk = answers[X.pre_shared_key].selected_identity, state.offered_psk
    if psk is None or index != 0:
        reason = f"the server took PSK number {index}, and one was offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.11")
    if psk.suite.hash_name != state.agreed.hash_name:
        reason = f"the PSK belongs to {psk.suite.hash_name}, the chosen suite does not"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.11")
    return resumed(state, psk)


def without_exchange(state: State) -> State:
    """Return the state of a handshake by PSK alone, which has no forward secrecy (RFC 9846 §2.2).

    Raises: Alert missing_extension without a PSK (RFC 9846 §9.2); illegal_parameter if this side
        did not offer to do without a key exchange (§4.3.11).
    """
    if not state.resumed:
        reason = "ServerHello brings neither a key share nor a PSK"
        raise Alert(AlertDescription.missing_extension, reason, "RFC 9846 §9.2")
    if PskKeyExchangeMode.psk_ke not in state.settings.psk_modes:
        reason = "the server does without a key exchange, which was not offered"
        raise Alert(AlertDescription.illegal_parameter, reason, "RFC 9846 §4.3.11")
    return state


# ---- early keys


def generate_early_keys(state: State) -> State:
    """Make the keys of early data: of the PSK and the ClientHello alone (RFC 9846 §7.1, §7.3)."""
    psk, table = state.offered_psk, state.formulae
    if psk is None:
        raise ValueError("state.offered_psk is missing: early data needs a PSK")
    hkdf = state.hkdf_of(psk.suite.hash_name)
    so_far = table.transcript_hash(hkdf.hash_name, state.handshake_messages)
    secret = table.client_early_traffic_secret(hkdf, state.early_secret, so_far)
    return state.but(
        client_early_traffic_secret=secret, early_keys=table.record_keys(psk.suite, secret)
    )


def send_early_data(state: State) -> tuple[State, bytes]:
    """Send application data before the server has said anything (RFC 9846 §2.3).

    There is no forward secrecy, and whoever records it can send it to the server again.
    """
    return state, state.settings.early_data


# ---- tickets


def send_new_session_ticket(state: State) -> tuple[State, bytes]:
    """Send a ticket: a key made of the resumption secret, sealed (RFC 9846 §4.7.1).

    It is no part of the transcript.
    """
    settings, table, keeper = state.settings, state.formulae, state.settings.ticket_keys
    if keeper is None:
        raise ValueError("settings.ticket_keys is missing: without it there are no tickets")
    nonce = state.tickets_sent.to_bytes(1, "big")
    psk = Psk(
        suite=state.agreed,
        key=table.resumption_psk(state.hkdf, state.resumption_secret, nonce),
        server_name=state.server_name,
        created=settings.now,
        authenticated=state.session.authenticated if state.session else settings.now,
        ticket_age_add=int.from_bytes(settings.draw(4), "big"),
        lifetime=keeper.lifetime,
        max_early_data=settings.max_early_data,
        alpn=state.alpn,
        peer_chain=state.peer_chain or (state.session.peer_chain if state.session else ()),
    )
    ticket = keeper.seal_psk(psk, settings.draw)
    extra = (extension(X.early_data, MaxEarlyData(psk.max_early_data)),) * bool(psk.max_early_data)
    body = NewSessionTicket(psk.lifetime, psk.ticket_age_add, nonce, ticket, extra)
    state = state.but(tickets_sent=state.tickets_sent + 1)
    return state, sent(state, HandshakeType.new_session_ticket, body)[1]


def receive_new_session_ticket(state: State, message: bytes) -> State:
    """Take a ticket, and make the key that it stands for (RFC 9846 §4.7.1).

    It is no part of the transcript. Raises: Alert illegal_parameter for an extension that has no
    place here.
    """
    _, body = received(state, NewSessionTicket, message)
    require_places(body.extensions, NST)
    extensions = read_extensions(body.extensions, NEW_SESSION_TICKET_BODIES)
    early = extensions.get(X.early_data)
    settings = state.settings
    psk = Psk(
        suite=state.agreed,
        key=state.formulae.resumption_psk(state.hkdf, state.resumption_secret, body.ticket_nonce),
        server_name=settings.server_name,
        created=settings.now,
        authenticated=state.session.authenticated if state.session else settings.now,
        ticket_age_add=body.ticket_age_add,
        lifetime=body.ticket_lifetime,
        max_early_data=early.max_early_data_size if early else 0,
        alpn=state.alpn,
        identity=body.ticket,
        peer_chain=state.peer_chain or (state.session.peer_chain if state.session else ()),
    )
    return state.but(tickets=(*state.tickets, psk))


def resumed(state: State, psk: Psk) -> State:
    """Return the state of a side that goes on with a PSK, without certificates (RFC 9846 §2.2)."""
    chain = psk.peer_chain
    return state.but(
        resumed=True,
        session=psk,
        psk=psk.key,
        peer_certificate=x509.load_der_x509_certificate(chain[0]) if chain else None,
    )


def psk_for(state: State) -> Psk | None:
    """Return the PSK that a client offers, if any (RFC 9846 §4.2.2).

    After HelloRetryRequest its hash must be that of the suite that was chosen.
    """
    psk = state.settings.psk_to_offer
    if psk is None or (state.retried and psk.suite.hash_name != state.agreed.hash_name):
        return None
    return psk


def sends_early_data(state: State) -> bool:
    """Tell whether a client's settings and its PSK allow early data (RFC 9846 §4.3.10)."""
    psk, settings = state.offered_psk, state.settings
    if psk is None or state.retried or state.role is not Role.CLIENT or not settings.early_data:
        return False
    protocols = [name.encode() for name in settings.alpn]
    fits = psk.suite in settings.tls13_suites and (not psk.alpn or psk.alpn in protocols)
    return fits and len(settings.early_data) <= psk.max_early_data
