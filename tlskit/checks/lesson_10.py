"""Checks of the lesson on resumption: a server's memory, a ticket opened, a ticket made."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit import pki
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Verdict
from tlskit.labs import stolen_ticket
from tlskit.labs.resumption import ABBREVIATED, SUITE, Find, kind_of
from tlskit.lesson import HOST, lesson_random
from tlskit.registry import HandshakeType
from tlskit.sessions import LIFETIME, NAME_LENGTH, NONCE_LENGTH, TicketKeys
from tlskit.settings import Session

Sessions = Mapping[bytes, Session]
NEW_SESSION_TICKET = int(HandshakeType.new_session_ticket)


# ---- a server's memory


@cache
def remembered() -> dict[bytes, Session]:
    """Return the sessions of a server: two of today, one of yesterday."""
    draw, found = lesson_random("10 sessions"), {}
    for age in (timedelta(0), timedelta(hours=23), timedelta(hours=25)):
        session_id = draw(32)
        found[session_id] = Session(
            SUITE, draw(48), True, HOST, pki.NOW - age, session_id=session_id
        )
    return found


def right_find(sessions: Sessions, session_id: bytes, now: datetime) -> Session | None:
    """Return the session with this ID, if there is one and it is not too old."""
    session = sessions.get(session_id)
    return session if session and now < session.created + LIFETIME else None


def any_age(sessions: Sessions, session_id: bytes, now: datetime) -> Session | None:
    """Never ask how old it is."""
    return sessions.get(session_id)


def only_old(sessions: Sessions, session_id: bytes, now: datetime) -> Session | None:
    """Compare the wrong way round."""
    session = sessions.get(session_id)
    return session if session and now >= session.created + LIFETIME else None


def always(sessions: Sessions, session_id: bytes, now: datetime) -> Session | None:
    """Take the first session for any ID."""
    return next(iter(sessions.values()))


def nothing(sessions: Sessions, session_id: bytes, now: datetime) -> Session | None:
    """Find nothing, ever."""
    return None


def is_there(sessions: Sessions, session_id: bytes, now: datetime) -> Any:
    """Answer yes or no."""
    return session_id in sessions


FIND_MISTAKES: Mapping[str, Find] = {
    "You take sessions of any age; App. F.1.4 of RFC 5246 suggests 24 hours at most.": any_age,
    "The comparison is the wrong way round: the old ones are taken, the new ones are not.": (
        only_old
    ),
    "An ID that is not there gets somebody else's session.": always,
    "Nothing is ever found, so each handshake is a full one.": nothing,
    "That says whether it is there; return the session itself.": is_there,
}


def find(mine: Find) -> Report:
    """Judge a function that looks a session up by its ID."""
    sessions = remembered()
    cases = [(sessions, one, pki.NOW) for one in (*sessions, bytes(32), b"")]
    try:
        mine(*cases[-1])
    except KeyError:
        said = "An ID that is not there raises KeyError: any stranger could do that to your server."
        return Report("my_find", Verdict.WRONG, (said,), "RFC 5246 §7.3")
    except Exception:  # told by compare, or not written yet
        pass
    return compare("my_find", mine, right_find, cases, FIND_MISTAKES, object)


# ---- a ticket on its way

Messages = list[bytes]


def right_ticket_in(messages: Messages) -> bytes:
    """Return the ticket in NewSessionTicket: behind header (4), hint (4) and length (2)."""
    return behind(messages, 10)


def behind(messages: Messages, size: int, kind: int = NEW_SESSION_TICKET) -> bytes:
    """Return what stands so many bytes into the first message of a type, b"" if there is none."""
    return next((one[size:] for one in messages if one[0] == kind), b"")


TICKET_IN_MISTAKES: Mapping[str, Callable[[Messages], bytes]] = {
    "That is the whole message; four bytes of header stand first.": partial(behind, size=0),
    "The body begins with the lifetime hint, 4 bytes.": partial(behind, size=4),
    "The ticket's length is still in front, 2 bytes.": partial(behind, size=8),
    "Type 11 is Certificate; NewSessionTicket has another one.": partial(behind, size=10, kind=11),
    "That is the first message, whatever it is; look for the type.": lambda all: all[0][10:],
    "Another one is the last where no ticket is given: look for the type.": lambda all: all[-1][
        10:
    ],
}


def ticket_in(mine: Callable[[Messages], bytes]) -> Report:
    """Judge a function that finds the ticket among a server's messages."""
    on_tape = stolen_ticket.tape().messages
    cases = [(on_tape,), (on_tape[::-1],), ([*on_tape[-1:], *on_tape[:-1]],)]
    return compare(
        "my_ticket", mine, right_ticket_in, cases, TICKET_IN_MISTAKES, reference="RFC 5077 §3.3"
    )


# ---- a ticket opened


def opened(ticket: bytes, key: bytes) -> bytes:
    """Return what is sealed in a ticket."""
    name, nonce = ticket[:NAME_LENGTH], ticket[NAME_LENGTH : NAME_LENGTH + NONCE_LENGTH]
    return AESGCM(key).decrypt(nonce, ticket[NAME_LENGTH + NONCE_LENGTH :], name)


def right_master_secret(ticket: bytes, key: bytes) -> bytes:
    """Return the master secret in a ticket: 48 bytes behind the suite's 2."""
    return opened(ticket, key)[2:50]


MASTER_SECRET_MISTAKES: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "The suite stands before it, 2 bytes: you begin too early.": lambda *both: opened(*both)[:48],
    "That is all that was sealed; the master secret is 48 bytes of it.": opened,
    "It begins at the right place, and ends too late: 48 bytes.": lambda *both: opened(*both)[2:],
    "You end at byte 48; it began at byte 2.": lambda *both: opened(*both)[2:48],
    "Those are the last 48 bytes; the host's name is among them.": lambda *both: opened(*both)[
        -48:
    ],
    "Those bytes are still sealed: open them first.": lambda ticket, key: ticket[30:78],
}


def tickets() -> list[tuple[bytes, bytes]]:
    """Return tickets of two servers, each with its key."""
    found = []
    for name in ("one", "other"):
        keys = TicketKeys(lesson_random(f"10 ticket key of the {name}"))
        draw = lesson_random(f"10 session of the {name}")
        session = Session(SUITE, draw(48), True, HOST, pki.NOW)
        found.append((keys.seal(session, draw), keys.keys[0].key))
    return found


def master_secret(mine: Callable[[bytes, bytes], bytes]) -> Report:
    """Judge a function that takes the master secret out of a ticket."""
    cases = tickets()
    try:
        mine(*cases[0])
    except InvalidTag:
        said = (
            "The ticket does not open. AES-GCM wants the right nonce (12 bytes, behind the 16 of "
            "the name), all that is behind it, and the name as additional data."
        )
        return Report("my_master_secret", Verdict.WRONG, (said,), "RFC 5116 §2.2")
    except Exception:  # told by compare, or not written yet
        pass
    return compare(
        "my_master_secret", mine, right_master_secret, cases, MASTER_SECRET_MISTAKES, bytes
    )


# ---- a ticket made

Ticket = Callable[[bytes, bytes, bytes, bytes], bytes]
"""name, key, nonce, session -> ticket."""


def right_ticket(name: bytes, key: bytes, nonce: bytes, session: bytes) -> bytes:
    """Return a session sealed as our server does it."""
    return name + nonce + AESGCM(key).encrypt(nonce, session, name)


FORGERY_MISTAKES: Mapping[str, Ticket] = {
    "The name belongs to what is authenticated: it is the additional data.": (
        lambda name, key, nonce, session: name + nonce + AESGCM(key).encrypt(nonce, session, None)
    ),
    "The server needs the nonce, too: it stands behind the name.": (
        lambda name, key, nonce, session: name + AESGCM(key).encrypt(nonce, session, name)
    ),
    "The server looks for the key's name first; put it in front of the nonce.": (
        lambda name, key, nonce, session: nonce + name + AESGCM(key).encrypt(nonce, session, name)
    ),
    "Without the key's name the server does not know which key opens it.": (
        lambda name, key, nonce, session: nonce + AESGCM(key).encrypt(nonce, session, name)
    ),
    "Name and nonce are missing: they stand before what is sealed.": (
        lambda name, key, nonce, session: AESGCM(key).encrypt(nonce, session, name)
    ),
    "The session must be sealed; this way everybody can read it.": (
        lambda name, key, nonce, session: name + nonce + session
    ),
}


def forgery(mine: Ticket) -> Report:
    """Judge a function that seals a ticket, by its bytes and by whether our server takes it."""
    stolen = stolen_ticket.stolen(stolen_ticket.tape())
    secrets = bytes(48), bytes(range(48))
    cases = [
        (stolen.name, stolen.key, bytes([number]) * 12, stolen_ticket.sealed_session(secret))
        for number, secret in enumerate(secrets)
    ]
    report = compare("my_forgery", mine, right_ticket, cases, FORGERY_MISTAKES, bytes)
    if not report.right:
        return report
    keys = stolen_ticket.tape().server_keys
    visit = stolen_ticket.visit_with(mine(*cases[1]), secrets[1], keys)
    said = f"The server took up a session that never was: {kind_of(visit)}."
    verdict = Verdict.RIGHT if kind_of(visit) == ABBREVIATED else Verdict.WRONG
    return Report("my_forgery", verdict, (said,))
