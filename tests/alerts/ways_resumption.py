"""Ways to fail in taking a session up again, by ID or by ticket."""

from dataclasses import replace
from typing import Any

from harm import (
    SOUND,
    changed,
    handshake,
    last_bit_flipped,
    with_extensions,
    without_extension,
)
from ways import CLIENT, FULL_HANDSHAKE, GOES_ON, SERVER, Way

from tlskit.cipher_suites import suite_named
from tlskit.lesson import HOST
from tlskit.messages import ServerHello
from tlskit.registry import ExtensionType, HandshakeType
from tlskit.settings import Session

H, X = HandshakeType, ExtensionType
LATE = ("unexpected_message", "RFC 5246 §7.2.2")
ECDHE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
OTHER = suite_named("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")


def without_ems(session: Session) -> Session:
    """Return the session as if it had no extended master secret."""
    return replace(session, extended_master_secret=False)


def for_any_name(chain: Any, server_name: str, trust: Any, now: Any) -> Any:
    """Take the course's certificate, whoever was wanted."""
    return SOUND.verify_chain(chain, HOST, trust, now)


def of_no_secret(prf: Any, master_secret: bytes, *rest: Any) -> bytes:
    """Return the key block of a master secret that is all zero."""
    return SOUND.key_block(prf, bytes(48), *rest)


NO_EMS: dict[str, Any] = {"first": {"extended_master_secret": False}, "resumes": "id"}

RESUMPTION = (
    Way(
        "session with extended master secret, hello without",
        "somebody took it out, to get at what triple handshakes could do",
        SERVER,
        "handshake_failure",
        "RFC 7627 §5.3",
        settings={"extended_master_secret": False},
        bends=without_ems,
        resumes="id",
    ),
    Way(
        "the same with a ticket",
        "the ticket remembers extended master secret",
        SERVER,
        "handshake_failure",
        "RFC 7627 §5.3",
        settings={"extended_master_secret": False},
        bends=without_ems,
        resumes="ticket",
    ),
    Way(
        "server drops extended master secret",
        "the session has it, the server's answer has not",
        CLIENT,
        "handshake_failure",
        "RFC 7627 §5.3",
        formulae=changed(ServerHello, extensions=without_extension(X.extended_master_secret)),
        resumes="id",
    ),
    Way(
        "server adds extended master secret",
        "the session lacks it, the server's answer has it",
        CLIENT,
        "handshake_failure",
        "RFC 7627 §5.3",
        settings={"extended_master_secret": False},
        formulae=changed(ServerHello, extensions=with_extensions((X.extended_master_secret, b""))),
        **NO_EMS,
    ),
    Way(
        "session without extended master secret, hello with",
        "the old secret is not bound to its handshake",
        SERVER,
        FULL_HANDSHAKE,
        "RFC 7627 §5.3",
        **NO_EMS,
    ),
    Way(
        "neither session nor hello has extended master secret",
        "as of a client older than RFC 7627",
        SERVER,
        "",
        "RFC 7627 §5.3",
        chosen=GOES_ON,
        why="to abort is a SHOULD, and older peers want to resume;"
        " `require_extended_master_secret` ends it",
        settings={"extended_master_secret": False},
        **NO_EMS,
    ),
    Way(
        "server resumes with another suite",
        "the session's keys would serve a weaker suite",
        CLIENT,
        "",
        "RFC 5246 §7.4.1.3",
        chosen="illegal_parameter",
        why="the suite is inconsistent with the session",
        formulae=changed(ServerHello, cipher_suite=int(OTHER.code)),
        first={"suites": (ECDHE,)},
        resumes="id",
    ),
    Way(
        "client no longer offers the session's suite",
        "it must be in the list when the session is offered",
        SERVER,
        "",
        "RFC 5246 §7.4.1.2",
        chosen=FULL_HANDSHAKE,
        why="the client has another suite that does, and nothing is lost",
        settings={"suites": (OTHER,)},
        first={"suites": (ECDHE,)},
        bends=lambda session: replace(session, suite=OTHER),
        resumes="id",
    ),
    Way(
        "ticket changed",
        "one bit of the ticket; it does not open any more",
        SERVER,
        FULL_HANDSHAKE,
        "RFC 5077 §3.1",
        bends=lambda session: replace(session, ticket=last_bit_flipped(session.ticket)),
        resumes="ticket",
    ),
    Way(
        "unknown session ID",
        "of another server, or forgotten since",
        SERVER,
        FULL_HANDSHAKE,
        "RFC 5246 §7.3",
        bends=lambda session: replace(session, session_id=bytes(32)),
        resumes="id",
    ),
    Way(
        "session under another name",
        "the session was for one host, the hello asks for another",
        SERVER,
        FULL_HANDSHAKE,
        "RFC 6066 §3",
        settings={"server_name": "www.course.example"},
        formulae={"verify_chain": for_any_name},
        bends=lambda session: replace(session, server_name="www.course.example"),
        note="resumes it",
        resumes="ticket",
    ),
    Way(
        "other master secret than the session's",
        "the server echoes the session ID, but does not have the secret",
        CLIENT,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        formulae={"key_block": of_no_secret},
        resumes="id",
    ),
    Way(
        "ticket not announced",
        "NewSessionTicket, and ServerHello had no session_ticket",
        CLIENT,
        *LATE,
        wire=lambda flight: (
            handshake(H.new_session_ticket, bytes(6)) + flight if flight[:1] == b"\x14" else flight
        ),
    ),
    Way(
        "ticket announced, and none comes",
        "not even an empty one",
        CLIENT,
        *LATE,
        formulae=changed(ServerHello, extensions=with_extensions((X.session_ticket, b""))),
        judge={"session_tickets": True},
        openssl={"tickets": True},
    ),
)
