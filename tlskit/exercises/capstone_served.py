"""Where a learner's server broke, with OpenSSL's client on the other side."""

from collections.abc import Sequence

from tlskit.alerts import Alert
from tlskit.exercises.capstone_broken import (
    CCS,
    HANDSHAKE,
    NEVER,
    NO_CCS,
    RAISED,
    alert_in,
    shape_behind_keys,
)
from tlskit.exercises.capstone_peers import Answering, answering
from tlskit.exercises.task import Came, Case, Outcome
from tlskit.labs.server_flight import messages_in
from tlskit.records import split_all

RENEGOTIATION_INFO = b"\xff\x01\x00\x01\x00"
ASK_FIRST = 'The client speaks first: ask for its flight by `exchange(b"")`.'
NOT_RECORDS = "Your first flight can't be read as records of type handshake, 22 (RFC 5246 §6.2.1)."
MESSAGES = (
    "A message is missing from your first flight, or in the wrong place: with an ECDHE suite there "
    "are four (RFC 5246 §7.3)."
)
LENGTHS = (
    "The messages in your first flight can't be told apart: look at their lengths (RFC 5246 §7.4)."
)
FIRST = "OpenSSL's client sent the alert {name} to your first flight. {why}"
WHY = {
    "decrypt_error": "The signature in ServerKeyExchange is not over both randoms and the "
    "parameters (RFC 8422 §5.4), or not by the certificate's key.",
    "illegal_parameter": "You chose what it did not offer: suite, group or signature scheme.",
    "handshake_failure": "Suite, certificate and key exchange must go together.",
    "decode_error": "One of your messages has a length that is not right.",
    "unsupported_extension": "ServerHello answers an extension that was not asked for "
    "(RFC 5246 §7.4.1.4).",
    "unknown_ca": "Your Certificate lacks the intermediate, or they are in the wrong order "
    "(RFC 5246 §7.4.2).",
    "unexpected_message": "It comes in the wrong place (RFC 5246 §7.3).",
}
NO_RENEGOTIATION_INFO = (
    "OpenSSL's client sent handshake_failure to your first flight: ServerHello lacks "
    "renegotiation_info (RFC 5746 §3.6)."
)
STOPPED = "Your server stops after its first flight, and OpenSSL's second had come."
NOT_OPENED = (
    "The client's Finished is right, and does not open with your keys: a client writes with the "
    "client's (RFC 5246 §6.3)."
)
NO_OPEN = (
    "OpenSSL's client can't open your Finished: keys, nonce, or what is authenticated; a server "
    "writes with the server's keys (RFC 5246 §6.3)."
)
NOT_EQUAL = (
    "OpenSSL's client opened your Finished, and verify_data is not what it should be: label, or "
    "which messages it covers; the second covers the first (RFC 5246 §7.4.9)."
)
NO_PAGE = "The handshake is done, and OpenSSL's client never got the page."
PAGE_LOST = (
    "The handshake is done, and OpenSSL's client can't open your page. It is the second record "
    "under the server's keys, of type 23 (RFC 5246 §6.1)."
)
OTHER_REQUEST = "The page arrived, and what you return is not the request."
FOOLED = "You go on with a client whose Finished is wrong (RFC 5246 §7.4.9)."


def what_broke(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Return sentences on where the flights broke; at most three."""
    if any(one.came not in (Came.VALUE, Came.RAISED) for one in outcomes):
        return []
    found: list[str] = []
    raised: list[str] = []
    for case, outcome in zip(cases, outcomes, strict=True):
        peer = answering(case.arguments)
        if not peer.impostor:
            found += why(peer, outcome, case.arguments[-1])
        elif peer.heard or went_on(peer):
            found.append(FOOLED)
        elif outcome.came is Came.RAISED and peer.rounds:
            raised.append(RAISED.format(error=outcome.error))
    return list(dict.fromkeys(found or raised))[:3]  # one that breaks anyway has noticed nothing


def went_on(peer: Answering) -> bool:
    """Tell whether ChangeCipherSpec went out to a client whose Finished was wrong."""
    return any(one.flight[:1] == bytes([CCS]) for one in peer.rounds[2:])


def why(peer: Answering, outcome: Outcome, page: bytes) -> list[str]:
    """Return why a client that is in order did not get its page; nothing if it did."""
    raised = [outcome.said] if outcome.came is Came.RAISED else []
    if outcome.value == peer.says and peer.heard == page and not raised:
        return []
    if not peer.rounds:
        return [*raised, NEVER]
    if peer.rounds[0].flight:
        return [ASK_FIRST]
    if len(peer.rounds) == 1:
        return raised or [STOPPED]
    if said := first_flight(peer.rounds[1].flight):
        return [said]
    if alert := alert_in(peer.rounds[1].answer):
        if alert == "handshake_failure" and RENEGOTIATION_INFO not in peer.rounds[1].flight:
            return [NO_RENEGOTIATION_INFO]
        return [FIRST.format(name=alert, why=WHY.get(alert, ""))]
    if not peer.done:
        unopened = [NOT_OPENED] if outcome.error == "InvalidTag" and len(peer.rounds) == 2 else []
        return [*raised, *unopened] if raised else second_flight(peer)
    if peer.heard == page:
        return raised or [OTHER_REQUEST]
    return [*raised, PAGE_LOST if peer.error else NO_PAGE]


def first_flight(flight: bytes) -> str:
    """Return what is wrong with the shape of a server's first flight, "" if it is in order."""
    try:
        records, left = split_all(flight)
    except Alert:
        return NOT_RECORDS
    if left or not records or any(one.content_type != HANDSHAKE for one in records):
        return NOT_RECORDS
    try:
        types = [one[0] for one in messages_in(b"".join(one.fragment for one in records))]
    except (ValueError, Alert):
        return LENGTHS
    return "" if types == [2, 11, 12, 14] else MESSAGES


def second_flight(peer: Answering) -> list[str]:
    """Return why OpenSSL's client did not come to its end of the handshake."""
    if len(peer.rounds) == 2:
        return [STOPPED]
    try:
        records, _ = split_all(b"".join(one.flight for one in peer.rounds[2:]))
    except Alert:
        return [NO_CCS]
    if said := shape_behind_keys(records):
        return [said]
    return [NOT_EQUAL if "DIGEST" in peer.error else NO_OPEN]
