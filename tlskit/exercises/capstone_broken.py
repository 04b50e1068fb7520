"""Where a learner's client broke: found in the flights that went to and fro."""

from collections.abc import Sequence

from tlskit.alerts import Alert
from tlskit.exercises.capstone_peers import (
    BY_CHAIN,
    BY_FINISHED,
    BY_SIGNATURE,
    Answering,
    answering,
)
from tlskit.exercises.task import Came, Case, Outcome
from tlskit.hello import read_client_hello
from tlskit.messages import HEADER_SIZE, ClientHello
from tlskit.presentation import decode
from tlskit.records import Record, split_all
from tlskit.registry import AlertDescription, ContentType, ExtensionType, HandshakeType, name_of

HANDSHAKE, ALERT = int(ContentType.handshake), int(ContentType.alert)
CCS, DATA = int(ContentType.change_cipher_spec), int(ContentType.application_data)
CLIENT_HELLO, FINISHED = int(HandshakeType.client_hello), int(HandshakeType.finished)
CLIENT_KEY_EXCHANGE = int(HandshakeType.client_key_exchange)
PLAIN_FINISHED = 4 + 12

NEVER = "`exchange` was never called: nothing was sent."
NOTHING_SENT = "Your first flight is empty; the client speaks first (RFC 5246 §7.3)."
NO_RECORD = (
    "Your first flight begins with the message itself. Around it belongs a record: type, version, "
    "length (RFC 5246 §6.2.1)."
)
NOT_HANDSHAKE = "Your first record is not of type handshake, 22 (RFC 5246 §6.2.1)."
RECORD_VERSION = "Your first record's version does not begin with 3 (RFC 5246 §6.2.1)."
RECORD_LENGTH = (
    "The length in your first record's header is not that of what follows it: OpenSSL waits, or "
    "reads past its end (RFC 5246 §6.2.1)."
)
NOT_HELLO = "The first message is not of type client_hello, 1 (RFC 5246 §7.4)."
MESSAGE_LENGTH = (
    "The length in ClientHello's header (3 bytes) is not that of its body (RFC 5246 §7.4)."
)
UNREADABLE = "Your ClientHello can't be read: {reason}."
SAME_RANDOM = (
    "Your ClientHello has the same random each time; it must be drawn anew (RFC 5246 §7.4.1.2)."
)
NO_GROUPS = "Your ClientHello offers ECDHE and lacks supported_groups (RFC 8422 §5.1.1)."
NO_SCHEMES = "Your ClientHello lacks signature_algorithms (RFC 5246 §7.4.1.4.1)."
NO_NAME = "Your ClientHello does not say which host it wants: server_name (RFC 6066 §3)."
NO_SUITE = (
    "OpenSSL sent handshake_failure to your ClientHello: none of your suites, with your groups, is "
    "one that this server has ({part})."
)
STOPPED = "You stop after the server's first flight, and it had come whole."
REFUSED = "You refuse a server whose chain and signature are in order ({part})."
NO_KEY_EXCHANGE = (
    "Your second flight does not begin with ClientKeyExchange, message 16 in a record of type 22 "
    "(RFC 5246 §7.3)."
)
NO_CCS = "ChangeCipherSpec is missing from your second flight (RFC 5246 §7.1)."
CCS_AS_MESSAGE = (
    "ChangeCipherSpec is no handshake message: it has a record type of its own, 20, and one byte "
    "(RFC 5246 §7.1)."
)
PLAIN = (
    "Your Finished goes out in the clear. It is the first message that is protected "
    "(RFC 5246 §7.4.9)."
)
NO_FINISHED = "Nothing follows your ChangeCipherSpec; Finished does (RFC 5246 §7.4.9)."
FINISHED_TYPE = (
    "The record of your Finished is of another type than handshake, 22 (RFC 5246 §6.2.1)."
)
SAYS = "OpenSSL sent the alert {name} to your second flight. "
SECOND = {
    "bad_record_mac": "It could not open your Finished: keys, nonce, sequence number, or what is "
    "authenticated. ClientKeyExchange may be the cause, too; with RSA it says no other word (RFC "
    "5246 §7.4.7.1).",
    "decrypt_error": "It opened your Finished, so the keys are right, and verify_data is not what "
    "it should be: label, master secret, or which messages it covers (RFC 5246 §7.4.9).",
    "unexpected_message": "One of its messages is missing, or in the wrong place (RFC 5246 §7.3).",
    "decode_error": "One of its lengths is not right; ClientKeyExchange has 1 byte of length for a "
    "point, 2 for an encrypted secret (RFC 8422 §5.7, RFC 5246 §7.4.7.1).",
    "illegal_parameter": "The public key in ClientKeyExchange is no point of the server's group "
    "(RFC 8422 §5.11).",
}
ELSE = "Which of its messages does not suit what was agreed on?"
WAITS = (
    "OpenSSL waits for more of your second flight: ClientKeyExchange, ChangeCipherSpec and "
    "Finished (RFC 5246 §7.3)."
)
REFUSED_FINISHED = "You refuse a server's Finished that is right."
NO_REQUEST = "The handshake is done, and the request never went out."
REQUEST_LOST = (
    "The handshake is done, and OpenSSL can't open your request. It is the second record under "
    "your keys, and of type 23 (RFC 5246 §6.2.3.3, §6.1)."
)
OTHER_REQUEST = "OpenSSL read another request than the one that was given to you."
FIRST_ONLY = "The page came in several records; you return the first one only (RFC 5246 §6.2.1)."
WITH_ALERT = (
    "At the end of your page stands the close_notify, an alert: only type 23 is application data "
    "(RFC 5246 §6.2.1)."
)
OTHER_PAGE = "OpenSSL sent the page, and you return other bytes."
RAISED = 'You notice an impostor and raise {error}; return b"" instead.'
FOOLED = {
    "no root": "A server got your request whose certificate no root of yours vouches for "
    "(RFC 5280 §6.1).",
    "another host": "A server got your request whose certificate is for another host "
    "(RFC 6125 §6).",
    "expired": "A server got your request whose certificate has expired (RFC 5280 §6.1.3).",
    "randoms not signed": "A server got your request whose ServerKeyExchange is not signed over "
    "both randoms (RFC 8422 §5.4).",
    "another key": "A server got your request that has not the key of the certificate which it "
    "showed: its signature does not verify (RFC 8422 §5.4).",
    "Finished too short": "A server got your request whose Finished does not cover yours "
    "(RFC 5246 §7.4.9).",
    "Finished of the client": "A server got your request whose Finished is a copy of yours: label "
    "(RFC 5246 §7.4.9).",
}
NOTHING_CHECKED = {
    BY_CHAIN: "You never ask whether the certificate is to be believed: root, dates and host are "
    "one check (RFC 5280 §6.1).",
    BY_SIGNATURE: "You never verify the signature in ServerKeyExchange (RFC 8422 §5.4).",
    BY_FINISHED: "You never compare the server's Finished with what it should be "
    "(RFC 5246 §7.4.9).",
}


def what_broke(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Return sentences on where the flights broke, and who was believed; at most three."""
    if any(one.came not in (Came.VALUE, Came.RAISED) for one in outcomes):
        return []
    found: list[str] = []
    fooled: list[str] = []
    raised: list[str] = []
    for case, outcome in zip(cases, outcomes, strict=True):
        peer = answering(case.arguments)
        if not peer.impostor:
            found += why(peer, outcome, case)
        elif peer.heard:
            fooled.append(peer.impostor)
        elif outcome.came is Came.RAISED and noticed(peer):
            raised.append(RAISED.format(error=outcome.error))
        if not peer.fresh:
            found.append(SAME_RANDOM)
    found += believed(fooled)
    found = found or raised  # one that breaks anyway has noticed nothing
    return list(dict.fromkeys(found))[:3]


def noticed(peer: Answering) -> bool:
    """Tell whether an impostor came to speak of who it is, and no alert came instead."""
    return bool(peer.rounds and peer.rounds[0].answer and not alert_in(peer.rounds[0].answer))


def believed(fooled: Sequence[str]) -> list[str]:
    """Return a sentence for each check that is missing, one for all where all of it is."""
    found = []
    for group, sentence in NOTHING_CHECKED.items():
        of_these = [one for one in group if one in fooled]
        found += [sentence] if len(of_these) == len(group) else [FOOLED[one] for one in of_these]
    return found


def why(peer: Answering, outcome: Outcome, case: Case) -> list[str]:
    """Return why no page came from a server that is in order; nothing if it came."""
    raised = [outcome.said] if outcome.came is Came.RAISED else []
    if outcome.value == peer.says and not raised:
        heard = peer.heard == case.arguments[-1]
        return [] if heard else [OTHER_REQUEST if peer.heard else NEVER]
    if not peer.rounds:
        return [*raised, NEVER]
    first = peer.rounds[0]
    if said := first_flight(first.flight):
        return [said]
    if alert := alert_in(first.answer):
        return [after_hello(first.flight, alert, case.part)]
    if not first.answer:
        return [RECORD_LENGTH]
    if len(peer.rounds) == 1:
        if said := lacking(first.flight):
            return [*raised, said]
        return raised or [REFUSED.format(part=case.part) if outcome.value == b"" else STOPPED]
    if not peer.done:
        return second_flight(peer)
    return [*raised, *after_handshake(peer, outcome)]


def first_flight(flight: bytes) -> str:
    """Return what is wrong with a first flight, "" if it is one ClientHello in a record."""
    if not flight:
        return NOTHING_SENT
    if flight[0] == CLIENT_HELLO and flight[4:6] == b"\x03\x03":
        return NO_RECORD
    if flight[0] != HANDSHAKE:
        return NOT_HANDSHAKE
    if flight[1:2] != b"\x03":
        return RECORD_VERSION
    if int.from_bytes(flight[3:5], "big") != len(flight) - 5:
        return RECORD_LENGTH
    message = flight[5:]
    if message[:1] != bytes([CLIENT_HELLO]):
        return NOT_HELLO
    if int.from_bytes(message[1:4], "big") != len(message) - HEADER_SIZE:
        return MESSAGE_LENGTH
    try:
        decode(ClientHello, message[HEADER_SIZE:])
    except Alert as alert:
        return UNREADABLE.format(reason=alert.reason)
    return ""


def alert_in(answer: bytes) -> str:
    """Return the name of the alert that stands in the clear in an answer, "" if there is none."""
    for record in split_all(answer)[0]:
        if record.content_type == ALERT and len(record.fragment) == 2:
            return name_of(AlertDescription, record.fragment[1])
    return ""


def after_hello(flight: bytes, alert: str, part: str) -> str:
    """Return what may have called for an alert to a ClientHello."""
    if said := lacking(flight):
        return said
    if alert == "handshake_failure":
        return NO_SUITE.format(part=part)
    return f"OpenSSL sent the alert {alert} to your ClientHello."


def lacking(flight: bytes) -> str:
    """Return which extension a ClientHello should have and has not, "" if it has them all."""
    try:
        asked = read_client_hello(decode(ClientHello, flight[5 + HEADER_SIZE :]))
    except Alert as found:
        return UNREADABLE.format(reason=found.reason)
    wanted = {
        ExtensionType.supported_groups: NO_GROUPS,
        ExtensionType.signature_algorithms: NO_SCHEMES,
        ExtensionType.server_name: NO_NAME,
    }
    return next((said for one, said in wanted.items() if one not in asked), "")


def second_flight(peer: Answering) -> list[str]:
    """Return why a server did not come to its end of the handshake."""
    later = peer.rounds[1:]
    try:
        records, left = split_all(b"".join(one.flight for one in later))
    except Alert as alert:
        return [f"Your second flight can't be read as records: {alert.reason}."]
    if said := shape(records):
        return [said]
    alerts = [name for one in later if (name := alert_in(one.answer))]
    if alerts:
        return [SAYS.format(name=alerts[0]) + SECOND.get(alerts[0], ELSE)]
    return [WAITS if not left else "Your second flight ends inside a record: look at its lengths."]


def shape(records: Sequence[Record]) -> str:
    """Return what is missing among ClientKeyExchange, ChangeCipherSpec and Finished."""
    if not records:
        return WAITS
    first = records[0]
    if first.content_type != HANDSHAKE or first.fragment[:1] != bytes([CLIENT_KEY_EXCHANGE]):
        return NO_KEY_EXCHANGE
    return shape_behind_keys(records)


def shape_behind_keys(records: Sequence[Record]) -> str:
    """Return what is wrong with ChangeCipherSpec and what follows it, "" if nothing is."""
    kinds = [one.content_type for one in records]
    if CCS not in kinds:
        ones = [one for one in records if one.content_type == HANDSHAKE and one.fragment == b"\x01"]
        return CCS_AS_MESSAGE if ones else NO_CCS
    behind = records[kinds.index(CCS) + 1 :]
    if not behind:
        return NO_FINISHED
    if behind[0].content_type != HANDSHAKE:
        return FINISHED_TYPE
    if behind[0].fragment[:1] == bytes([FINISHED]) and len(behind[0].fragment) == PLAIN_FINISHED:
        return PLAIN
    return ""


def after_handshake(peer: Answering, outcome: Outcome) -> list[str]:
    """Return what went wrong between a handshake that is done and the page."""
    if peer.error:
        return [REQUEST_LOST]
    if not peer.heard:
        sent = split_all(b"".join(one.flight for one in peer.rounds[1:]))[0]
        went_on = any(one.content_type == DATA for one in sent)
        refused = outcome.value == b"" and not went_on
        return [REQUEST_LOST if went_on else REFUSED_FINISHED if refused else NO_REQUEST]
    if outcome.came is not Came.VALUE or not isinstance(outcome.value, bytes):
        return []
    if outcome.value and outcome.value == peer.says[: len(outcome.value)]:
        return [FIRST_ONLY]
    if outcome.value == peer.says + b"\x01\x00":
        return [WITH_ALERT]
    return [OTHER_PAGE]
