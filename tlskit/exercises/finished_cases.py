"""Exercise 08: records, transcripts and Finished messages from a seed; what the PRF was asked."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

from tlskit.exercises import finished_mistakes as known
from tlskit.exercises.drawing import among, number
from tlskit.exercises.finished_verdicts import (
    DECODE,
    DECRYPT,
    LENGTH_REFUSED,
    OWN_IN_TRANSCRIPT,
)
from tlskit.exercises.task import Came, Case, Draw, Handed, Outcome
from tlskit.messages import frame_handshake
from tlskit.records import Record, join
from tlskit.registry import ContentType, HandshakeType
from tlskit.tls12.key_schedule import (
    MASTER_SECRET_LENGTH,
    VERIFY_DATA_LENGTH,
    handshake_hash,
    prf_sha256,
    prf_sha384,
)
from tlskit.tls12.record_protection import VERSION

T = HandshakeType
PRFS = {"sha256": prf_sha256, "sha384": prf_sha384}
SIDES = ("client", "server")
PLAIN, PACKED = "a message to a record", "messages packed together and cut"
AMONG = "with an alert and a HelloRequest among them"
FULL, ABBREVIATED = "a full handshake", "an abbreviated handshake"
TRUE, FALSE = "Finished messages that are right", "verify_data that differs"
SHAPE = "messages of another type or length"


def message(draw: Draw, kind: int, least: int = 20, most: int = 90) -> bytes:
    """Return a handshake message of a type, with any body."""
    return frame_handshake(kind, draw(number(draw, least, most)))


def first_messages(draw: Draw) -> list[bytes]:
    """Return the messages of a full handshake before Finished, with ServerKeyExchange or not."""
    kinds = [T.client_hello, T.server_hello, T.certificate]
    kinds += [T.server_key_exchange] if draw(1)[0] % 2 else []
    before = [message(draw, kind) for kind in kinds]
    done = frame_handshake(T.server_hello_done, b"")
    return [*before, done, message(draw, T.client_key_exchange)]


def with_client_certificate(draw: Draw) -> list[bytes]:
    """Return the messages before Finished if the client is asked for a certificate.

    In each body there are four zero bytes somewhere.
    """
    kinds = (
        *(T.client_hello, T.server_hello, T.certificate, T.certificate_request),
        *(T.server_hello_done, T.certificate, T.client_key_exchange, T.certificate_verify),
    )
    zeros = known.HELLO_REQUEST
    return [
        frame_handshake(
            kind,
            b"" if kind == T.server_hello_done else draw(number(draw, 8, 40)) + zeros + draw(8),
        )
        for kind in kinds
    ]


def record(content_type: int, content: bytes) -> bytes:
    """Return a record in the clear."""
    return join(Record(content_type, VERSION, content))


def as_records(messages: Sequence[bytes]) -> list[bytes]:
    """Return a record for each message."""
    return [record(ContentType.handshake, one) for one in messages]


def packed(draw: Draw, messages: Sequence[bytes]) -> list[bytes]:
    """Return records that begin and end anywhere."""
    stream, records = b"".join(messages), []
    while stream:
        size = number(draw, len(known.HELLO_REQUEST) + 1, 120)
        records.append(record(ContentType.handshake, stream[:size]))
        stream = stream[size:]
    return records


def went_by(draw: Draw) -> list[Case]:
    """Return the records of four handshakes up to the client's ChangeCipherSpec."""
    change = record(ContentType.change_cipher_spec, b"\x01")
    alert = record(ContentType.alert, bytes([1, among(draw, (90, 100, 112))]))
    request = record(ContentType.handshake, known.HELLO_REQUEST)
    hello, *others = as_records(first_messages(draw))
    first, *rest = first_messages(draw)
    mixed = [hello, request, alert, *others, change]
    together = [*as_records([first]), *packed(draw, [known.HELLO_REQUEST, *rest]), change]
    return [
        Case(([*as_records(first_messages(draw)), change],), PLAIN),
        Case(([*as_records(with_client_certificate(draw)), change],), PLAIN),
        Case((mixed,), AMONG),
        Case((together,), PACKED),
    ]


# ---- Finished


def whole_transcripts(
    draw: Draw, hash_name: str, secret: bytes
) -> dict[tuple[str, str], list[bytes]]:
    """Return what went by before each side's Finished, in a full and an abbreviated handshake."""
    found = {}
    for kind, first in ((FULL, "client"), (ABBREVIATED, "server")):
        hellos = [message(draw, T.client_hello), message(draw, T.server_hello)]
        before = first_messages(draw) if kind == FULL else hellos
        own = known.finished(PRFS[hash_name], hash_name, secret, first, before)
        found[kind, first] = before
        found[kind, known.other(first)] = [*before, own]
    return found


def to_finish(draw: Draw) -> list[Case]:
    """Return a Finished of each side, for both hashes, in full and abbreviated handshakes."""
    made = []
    for hash_name in PRFS:
        secret = draw(MASTER_SECRET_LENGTH)
        for (kind, sender), before in whole_transcripts(draw, hash_name, secret).items():
            prf = Handed("prf", PRFS[hash_name])
            made.append(Case((prf, hash_name, secret, sender, before), kind))
    return made


def flipped_at(at: int, came: bytes) -> bytes:
    """Return a message with one bit of one byte changed."""
    return came[:at] + bytes([came[at] ^ 1]) + came[at + 1 :]


def cut_to(size: int, came: bytes) -> bytes:
    """Return a Finished with so many bytes in it."""
    return frame_handshake(T.finished, came[4 : 4 + size])


def to_judge(draw: Draw) -> list[Case]:
    """Return Finished messages that are right; and false, short, long ones, and other messages."""
    cases = []

    def case(
        part: str,
        change: Callable[[bytes], bytes] = bytes,
        made: known.Finish = known.finished,
        given: tuple[str, str] | None = None,
        later: Callable[[list[bytes]], list[bytes]] = list,
        kind: str = FULL,
    ) -> None:
        hash_name, role = given or (among(draw, tuple(PRFS)), among(draw, SIDES))
        secret = draw(MASTER_SECRET_LENGTH)
        sender = known.other(role)
        before = whole_transcripts(draw, hash_name, secret)[kind, sender]
        came = change(made(PRFS[hash_name], hash_name, secret, sender, before))
        prf = Handed("prf", PRFS[hash_name])
        cases.append(Case((prf, hash_name, secret, role, [*later(before), came]), part))

    for hash_name in PRFS:
        for role in SIDES:
            case(TRUE, given=(hash_name, role))
    case(TRUE, kind=ABBREVIATED)
    for at in (4, number(draw, 5, 14), 15):
        case(FALSE, partial(flipped_at, at))
    case(FALSE, later=lambda before: [one[:-1] + bytes([one[-1] ^ 1]) for one in before])
    case(FALSE, given=(among(draw, tuple(PRFS)), "client"), later=replaced_hello)
    for asks in known.ASKS.values():
        for hash_name, role in (("sha256", "client"), ("sha384", "server")):
            case(FALSE, made=known.asking(asks), given=(hash_name, role))
    for size in (0, 11):
        case(SHAPE, partial(cut_to, size))
    case(SHAPE, lambda came: frame_handshake(T.finished, came[4:] + draw(1)))
    case(SHAPE, lambda came: frame_handshake(T.finished, draw(32)))
    other_type = among(draw, (T.certificate, T.server_key_exchange, T.certificate_verify))
    case(SHAPE, lambda came: frame_handshake(other_type, came[4:]))
    case(SHAPE, lambda came: message(draw, T.client_key_exchange))
    return cases


def replaced_hello(before: list[bytes]) -> list[bytes]:
    """Change a bit of ClientHello alone."""
    hello, *rest = before
    return [hello[:6] + bytes([hello[6] ^ 1]) + hello[7:], *rest]


# ---- what was kept

STILL_THERE = (
    "What the call before kept is still there: the transcript has to begin anew in each call."
)


def kept_from_before(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name results that grow from call to call."""
    right = accumulate(known.transcript(*case.arguments) for case in cases)
    return [STILL_THERE] if [one.value for one in outcomes] == list(right) else []


# ---- what the PRF was asked

NEVER_ASKED = "The PRF that you are given was never called; verify_data is made by it."
WRONG_LABEL = "The PRF was asked for the label {label}. The RFC has two labels for Finished."
WRONG_LENGTH = "The PRF was asked for {length} bytes; RFC 5246 §7.4.9 says how long verify_data is."
COMPARED = (
    "What you ask the PRF is right. But every Finished is refused, so what it returns is compared "
    "with something else than the bytes behind the message's header."
)
NO_BYTES = "The label is a str; the PRF takes bytes, as in b'some label'."
LABELS = {known.label_of(side) for side in SIDES}


def asked_for_another_label(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name a label that is neither side's, and a PRF that nobody called."""
    asked = [one.asked[0] if one.asked else () for one in outcomes]
    if not any(asked) and all(one.came is Came.VALUE for one in outcomes):
        return [NEVER_ASKED]
    calls = [tuple(calls[0]) for calls in asked if calls]
    labels = {call[1] for call in calls if len(call) > 1}
    for label in sorted(labels - LABELS, key=repr):
        if isinstance(label, str):
            return [NO_BYTES]
        if label and len(label) < 32 and b"finished" in label.lower():
            return [WRONG_LABEL.format(label=label)]
    return []


def asked_by_a_judge(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name a hash that covers the Finished itself, a wrong length, and a wrong comparison."""
    pairs = list(zip(cases, outcomes, strict=True))
    true = [(case, one) for case, one in pairs if case.part == TRUE and one.asked and one.asked[0]]
    if all(one.value == DECODE for case, one in pairs if case.part == TRUE):
        return [LENGTH_REFUSED]
    asked = [tuple(one.asked[0][0]) for _, one in true]
    if not asked:
        return asked_for_another_label(cases, outcomes)
    if all(call[2:3] == (own_too(case),) for (case, _), call in zip(true, asked, strict=True)):
        return [OWN_IN_TRANSCRIPT]
    lengths = {call[3] for call in asked if len(call) > 3} - {VERIFY_DATA_LENGTH}
    if lengths:
        return [WRONG_LENGTH.format(length=min(lengths, key=repr))]
    refused = all(one.value == DECRYPT for case, one in pairs if case.part in (TRUE, FALSE))
    if refused and all(call == due(case) for (case, _), call in zip(true, asked, strict=True)):
        return [COMPARED]
    return asked_for_another_label(cases, outcomes)


def own_too(case: Case) -> bytes:
    """Return the hash of all messages, the one to be judged too."""
    _, hash_name, _, _, messages = case.arguments
    return handshake_hash(hash_name, tuple(messages))


def due(case: Case) -> tuple[bytes, bytes, bytes, int]:
    """Return what the PRF has to be asked, to judge the last message."""
    _, hash_name, secret, role, messages = case.arguments
    return known.right_asks(hash_name, secret, known.other(role), messages[:-1])


def fields(finished: bytes) -> list[tuple[str, int, int]]:
    """Return the fields of a Finished message (RFC 5246 §7.4.9)."""
    end = 4 + VERIFY_DATA_LENGTH
    return [("msg_type", 0, 1), ("length", 1, 4), ("verify_data", 4, end)]
