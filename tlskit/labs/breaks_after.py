"""What can break at Finished and after it (lessons 08 to 10), one break a function."""

from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.labs.breaks import (
    CBC,
    CHACHA,
    CHANGE_CIPHER_SPEC,
    CLIENT,
    CLIENT_HELLO,
    DATA,
    FINISHED,
    GCM,
    KEY_GENERATION,
    RECORDS,
    RESUMPTION,
    SERVER,
    SERVER_HELLO,
    Setup,
    broken,
    lost,
    on_the_way,
    resuming,
    twice,
)
from tlskit.registry import ContentType, HandshakeType

SAME_KEYS = "Both sides have the same keys, as the table says."


# ---- 08


@broken("08", FINISHED, "RFC 5246 §7.4.9", {KEY_GENERATION: SAME_KEYS})
def others_label(setup: Setup) -> Setup:
    """The client makes its verify_data with the label of the server, "server finished".

    The record opens, messages and secrets are the same on both sides, and verify_data is not:
    `decrypt_error` under Finished.
    """

    def verify_data(prf: Any, master_secret: bytes, label: bytes, seen: bytes) -> bytes:
        label = label.replace(b"client", b"server")
        return tls12.FORMULAE.verify_data(prf, master_secret, label, seen)

    return setup.step(
        CLIENT,
        send_finished=lambda state: tls12.CLIENT_STEPS.send_finished(
            state.but(formulae=replace(state.formulae, verify_data=verify_data))
        ),
    )


@broken("08", FINISHED, "RFC 5246 §7.4.9", {KEY_GENERATION: SAME_KEYS})
def first_finished_left_out(setup: Setup) -> Setup:
    """The server leaves the client's Finished out of what its own Finished covers.

    The client's Finished was taken, the server's opens and is refused with `decrypt_error`,
    although messages and secrets are the same: the second Finished covers the first.
    """

    def send_finished(state: tls12.State) -> tuple[tls12.State, bytes]:
        shorter = state.but(handshake_messages=state.handshake_messages[:-1])
        return tls12.SERVER_STEPS.send_finished(shorter)

    return setup.step(SERVER, send_finished=send_finished)


def other_suite_listed(fragment: bytes) -> tuple[bytes, ...]:
    """Change the last suite of ClientHello's list, which nobody would have chosen."""
    old, new = (CBC.code.to_bytes(2, "big"), bytes([0xC0, 0x2C]))
    return (fragment.replace(old, new, 1),)


CAUGHT_BY_FINISHED = (
    "Finished is where it came out, for it covers every message before it. What happened, happened "
    "to one of those: look for the row in which the two sides differ."
)


@broken(
    "08",
    CLIENT_HELLO,
    "RFC 5246 App. F.1.3",
    {FINISHED: CAUGHT_BY_FINISHED, KEY_GENERATION: SAME_KEYS},
)
def offer_changed(setup: Setup) -> Setup:
    """Somebody on the way changes a suite in ClientHello that nobody would have chosen.

    The suites offered are not the same on both sides. Without extended master secret the keys are,
    so Finished opens and is refused with `decrypt_error`.
    """
    setup = setup.without_extended_master_secret().told(SERVER, suites=(GCM, CHACHA))
    return setup.between(on_the_way(HandshakeType.client_hello, other_suite_listed))


@broken(
    "08",
    CLIENT_HELLO,
    "RFC 5246 App. F.1.3",
    {
        FINISHED: CAUGHT_BY_FINISHED,
        KEY_GENERATION: "Each side made its master secret as it should, of the messages that it "
        "saw. They saw other ones: look for the row in which they differ.",
    },
)
def offer_changed_with_extended_master_secret(setup: Setup) -> Setup:
    """Somebody on the way changes a suite in ClientHello that nobody would have chosen.

    The suites offered are not the same on both sides. With extended master secret that is in the
    master secret already, so Finished does not even open: `bad_record_mac`.
    """
    setup = setup.told(SERVER, suites=(GCM, CHACHA))
    return setup.between(on_the_way(HandshakeType.client_hello, other_suite_listed))


# ---- 09


@broken(
    "09",
    DATA,
    "RFC 5246 App. F.2",
    {RECORDS: "Every record was made as it should be, and each opened once."},
)
def request_replayed(setup: Setup) -> Setup:
    """Somebody on the way delivers the client's request a second time.

    The handshake is over and the server has read the request. The copy does not open: the server
    counts, and expects the next sequence number.
    """
    return setup.between(on_the_way((CLIENT, ContentType.application_data), twice))


@broken(
    "09",
    DATA,
    "RFC 5246 App. F.2",
    {RECORDS: "Every record was made as it should be. One of them never came."},
)
def answer_lost(setup: Setup) -> Setup:
    """The record with the server's answer gets lost on the way.

    Nothing is noticed until the next record comes, and that one does not open: the client still
    counts one less than the server. The client has read nothing.
    """
    return setup.between(on_the_way((SERVER, ContentType.application_data), lost))


# ---- 10


@broken(
    "10",
    RESUMPTION,
    "RFC 5077 §3.3",
    {CHANGE_CIPHER_SPEC: "ChangeCipherSpec itself is in order: it came one message too early."},
)
def ticket_lost(setup: Setup) -> Setup:
    """The server announces a ticket in ServerHello, and NewSessionTicket never arrives.

    `unexpected_message` from the client, after its own Finished was taken. ServerHello has the
    session_ticket extension, and the client took no NewSessionTicket.
    """
    setup = setup.told(CLIENT, session_tickets=True)
    setup = resuming(setup, "by ticket").told(CLIENT, session=None)
    return setup.between(on_the_way(HandshakeType.new_session_ticket, lost))


@broken(
    "10",
    RESUMPTION,
    "RFC 5246 App. F.1.4",
    {KEY_GENERATION: "A resumed handshake makes no master secret: both took what they had."},
)
def other_sessions_secret(setup: Setup) -> Setup:
    """The client comes back with the right session ID, and the master secret of another session.

    The ladder is the short one, so both sides take the session up again; the master secrets differ
    before anything is derived, and the server's Finished, which comes first, does not open.
    """
    setup = resuming(setup, "by session ID")
    session = setup.settings[CLIENT]["session"]
    wrong = replace(session, master_secret=session.master_secret[::-1])
    return setup.told(CLIENT, session=wrong)


@broken(
    "10",
    RESUMPTION,
    "RFC 7627 §5.3",
    {
        CLIENT_HELLO: "Alone it would be a good offer. It does not go with what it asks for.",
        SERVER_HELLO: "Suites and groups fit: a full handshake could be agreed on. What else does "
        "this ClientHello ask for?",
    },
)
def resumed_without_extended_master_secret(setup: Setup) -> Setup:
    """The client wants a session with extended master secret again, and does not offer it now.

    `handshake_failure` under ClientHello, though suites and groups fit; the hello has no
    extended_master_secret, and the session that it names has, as the server knows. So the server
    must abort.
    """
    setup = resuming(setup, "by session ID")
    session = replace(setup.settings[CLIENT]["session"], extended_master_secret=False)
    return setup.without_extended_master_secret().told(CLIENT, session=session)


@broken(
    "10",
    SERVER_HELLO,
    "RFC 5246 §7.4.1.3",
    {RESUMPTION: "The session is the same on both sides. What does not go with it?"},
)
def other_suite_than_the_sessions(setup: Setup) -> Setup:
    """The server takes the session up again, and names another suite than the session's.

    The client refuses ServerHello with `illegal_parameter`. The suite was offered, but the session
    has another, and a session keeps its suite.
    """

    def send_server_hello(state: tls12.State) -> tuple[tls12.State, bytes]:
        other = CHACHA if state.suite is not CHACHA else GCM
        after, message = tls12.SERVER_STEPS.send_server_hello(state.but(suite=other))
        return after.but(suite=state.suite), message

    setup = resuming(setup, "by session ID")
    return setup.step(SERVER, send_server_hello=send_server_hello)
