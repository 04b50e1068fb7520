"""What is got wrong when a server decides about a resumption (RFC 5246 §7.3, RFC 7627 §5.3)."""

from collections.abc import Callable, Mapping

from tlskit.exercises.resumption_mistakes import ABBREVIATED, ABORT, DAY, FULL, Hello, Session


def good(
    session: Session | None,
    hello: Hello,
    now: int,
    age: bool = True,
    host: bool = True,
    suite: bool = True,
) -> bool:
    """Tell whether a session may be taken up, extended master secret apart."""
    if session is None:
        return False
    if age and now - session["created"] >= DAY:
        return False
    if host and session["server_name"] != hello["server_name"]:
        return False
    return not suite or session["suite"] in hello["cipher_suites"]


def decision(
    session: Session | None, hello: Hello, now: int, legacy: bool, asked: str = "age host suite"
) -> str:
    """Return "full", "abbreviated", or the alert that ends it.

    Args:
        legacy: whether a session without extended master secret is resumed by a hello without it,
            which RFC 7627 §5.3 allows for old peers and advises against.
        asked: which of the three questions are asked first.
    """
    told = {word: word in asked for word in ("age", "host", "suite")}
    if session is None or not good(session, hello, now, **told):
        return FULL
    return by_extension(session["extended_master_secret"], hello["extended_master_secret"], legacy)


def by_extension(session_has: bool, hello_has: bool, legacy: bool) -> str:
    """Decide about a session that is good otherwise (RFC 7627 §5.3)."""
    if session_has and hello_has:
        return ABBREVIATED
    if session_has:
        return ABORT
    if hello_has:
        return FULL
    return ABBREVIATED if legacy else ABORT


def otherwise(decide: Callable[[bool, bool, bool], str]) -> Callable[..., str]:
    """Return a decision that goes wrong only in extended master secret."""

    def decided(session: Session | None, hello: Hello, now: int, legacy: bool) -> str:
        if session is None or not good(session, hello, now):
            return FULL
        pair = session["extended_master_secret"], hello["extended_master_secret"]
        return decide(*pair, legacy)

    return decided


def asked_without(word: str) -> Callable[..., str]:
    """Return a decision that leaves one question out."""
    left = " ".join(one for one in ("age", "host", "suite") if one != word)
    return lambda session, hello, now, legacy: decision(session, hello, now, legacy, left)


def alert_for_the_unknown(session: Session | None, hello: Hello, now: int, legacy: bool) -> str:
    """End the handshake where the session is not there."""
    return ABORT if session is None else decision(session, hello, now, legacy)


def alert_for_all(session: Session | None, hello: Hello, now: int, legacy: bool) -> str:
    """End the handshake wherever a session can't be taken up."""
    if session is None or not good(session, hello, now):
        return ABORT
    return by_extension(session["extended_master_secret"], hello["extended_master_secret"], legacy)


def alert_before_all(session: Session | None, hello: Hello, now: int, legacy: bool) -> str:
    """Ask about extended master secret first, and only then how old the session is."""
    if session and session["extended_master_secret"] and not hello["extended_master_secret"]:
        return ABORT
    return decision(session, hello, now, legacy)


DECISIONS: Mapping[str, Callable[..., str]] = {
    "You never ask about extended master secret; RFC 7627 §5.3 has four cases.": otherwise(
        lambda session_has, hello_has, legacy: ABBREVIATED
    ),
    "The session had extended master secret and the hello has not: going on with a full handshake "
    "is not enough, RFC 7627 §5.3 has a MUST for it.": otherwise(
        lambda session_has, hello_has, legacy: (
            FULL if session_has and not hello_has else by_extension(session_has, hello_has, legacy)
        )
    ),
    "The session had no extended master secret and the hello has: that is a client that has "
    "learned something, and no reason for an alert (RFC 7627 §5.3).": otherwise(
        lambda session_has, hello_has, legacy: (
            ABORT if session_has != hello_has else by_extension(session_has, hello_has, legacy)
        )
    ),
    "A session without extended master secret is taken up by a hello with it; RFC 7627 §5.3 "
    "forbids that.": otherwise(
        lambda session_has, hello_has, legacy: (
            ABBREVIATED if hello_has else by_extension(session_has, hello_has, legacy)
        )
    ),
    "Neither has extended master secret, and you resume though this server does not do so for old "
    "peers: look at `legacy`.": otherwise(
        lambda session_has, hello_has, legacy: by_extension(session_has, hello_has, True)
    ),
    "Neither has extended master secret, and you never resume, though this server does so for old "
    "peers: look at `legacy`.": otherwise(
        lambda session_has, hello_has, legacy: by_extension(session_has, hello_has, False)
    ),
    "`legacy` is about the case that neither has extended master secret; you let it excuse more.": (
        otherwise(
            lambda session_has, hello_has, legacy: (
                ABBREVIATED if legacy else by_extension(session_has, hello_has, legacy)
            )
        )
    ),
    "You take sessions of any age; RFC 5246 App. F.1.4 suggests 24 hours at most.": (
        asked_without("age")
    ),
    "The session belongs to another host than the one asked for (RFC 6066 §3).": (
        asked_without("host")
    ),
    "You take up a session whose suite this hello does not offer (RFC 5246 §7.4.1.2).": (
        asked_without("suite")
    ),
    "A server that does not know a session has met no fault of the client's: no alert.": (
        alert_for_the_unknown
    ),
    "A session that can't be taken up is no fault of the client's; only RFC 7627 §5.3 wants an "
    "alert, and only where the session is good otherwise.": alert_for_all,
    "A session that is too old is not known any more, whatever the hello lacks: ask that first.": (
        alert_before_all
    ),
    "Nothing is ever taken up again: every session that is good gets a full handshake.": otherwise(
        lambda session_has, hello_has, legacy: FULL
    ),
}
