"""Checks of the lesson on Finished, and what is said to usual wrong predictions there."""

from collections.abc import Callable, Sequence
from functools import cache

from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Unusable, Verdict, value_of
from tlskit.labs import tampering
from tlskit.labs.in_transit import NO_EFFECT, Wire
from tlskit.lesson import lesson_random
from tlskit.registry import ContentType, HandshakeType
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import PRF, VERIFY_DATA_LENGTH, prf_sha256, prf_sha384

Records = Sequence[bytes]
HEADER, MESSAGE_HEADER = 5, 4
HELLO_REQUEST = bytes(4)
HANDSHAKE, CHANGE = ContentType.handshake, ContentType.change_cipher_spec


# ---- which messages


@cache
def overheard() -> tuple[bytes, ...]:
    """Return the records of a handshake up to the client's Finished, as they went by."""
    heard = []

    def listen(sender: str, record: bytes) -> bytes:
        heard.append(record)
        return record

    tampering.through(listen)
    changed = next(at for at, record in enumerate(heard) if record[0] == CHANGE)
    return tuple(heard[: changed + 1])


def record_cases() -> list[tuple[list[bytes]]]:
    """Return the same records with an alert and a HelloRequest among them, and without."""
    hello_request = bytes([HANDSHAKE]) + bytes.fromhex("03 03 00 04") + HELLO_REQUEST
    warning = bytes.fromhex("15 03 03 00 02 01 5a")
    first, *others = overheard()
    return [([first, hello_request, warning, *others],), ([first, *others],)]


def kept(records: Records, *kinds: int) -> list[bytes]:
    """Return what is in the records of some types."""
    return [record[HEADER:] for record in records if record[0] in kinds]


def right_messages(records: Records) -> bytes:
    """Join all handshake messages but HelloRequest, with their headers (RFC 5246 §7.4.9)."""
    return b"".join(one for one in kept(records, HANDSHAKE) if one != HELLO_REQUEST)


def without_request(records: Records) -> list[bytes]:
    """Return the records without HelloRequest."""
    return [record for record in records if record[HEADER:] != HELLO_REQUEST]


def with_everything(records: Records) -> bytes:
    """Take whatever went by, without the records' headers."""
    return b"".join(record[HEADER:] for record in records)


def with_request(records: Records) -> bytes:
    """Take HelloRequest too."""
    return b"".join(kept(records, HANDSHAKE))


def with_change(records: Records) -> bytes:
    """Take ChangeCipherSpec too."""
    return b"".join(kept(without_request(records), HANDSHAKE, CHANGE))


def with_alerts(records: Records) -> bytes:
    """Take alerts too."""
    return b"".join(kept(without_request(records), HANDSHAKE, ContentType.alert))


def with_headers(records: Records) -> bytes:
    """Take the records with their headers."""
    return b"".join(record for record in without_request(records) if record[0] == HANDSHAKE)


def bodies_only(records: Records) -> bytes:
    """Leave the messages' own headers out."""
    messages = kept(without_request(records), HANDSHAKE)
    return b"".join(message[MESSAGE_HEADER:] for message in messages)


MESSAGE_MISTAKES: dict[str, Callable[[Records], bytes]] = {
    "Everything that went by is in it, also what is no handshake message. The first byte of a "
    "record says what it carries.": with_everything,
    "HelloRequest is left out, but what else is no handshake message is still there.": (
        lambda records: with_everything(without_request(records))
    ),
    "These are the records as they went by, whole. Which bytes of them are messages?": b"".join,
    "Only the first message is in it; does `return` stand inside the loop?": (
        lambda records: kept(records, HANDSHAKE)[0]
    ),
    "HelloRequest is in it: a handshake message, and the one that is left out of the hash by "
    "name.": with_request,
    "ChangeCipherSpec is in it. It has a content type of its own, so it is no handshake "
    "message.": with_change,
    "An alert is in it; alerts are no handshake messages.": with_alerts,
    "The records' headers are in it, five bytes each: the hash knows nothing of records.": (
        with_headers
    ),
    "The messages' own headers are missing: type and length, four bytes, belong to a handshake "
    "message.": bodies_only,
}


def handshake_messages(mine: Callable[[Records], bytes]) -> Report:
    """Judge `my_handshake_messages(records)`: what the client's Finished covers."""
    return compare(
        "my_handshake_messages",
        mine,
        right_messages,
        record_cases(),
        MESSAGE_MISTAKES,
        praise="Right, with an alert and a HelloRequest among the records and without.",
        reference="RFC 5246 §7.4.9, §7.4.1.1",
    )


def right_server_messages(records: Records, client_finished: bytes) -> bytes:
    """Put the client's Finished after all before it (RFC 5246 §7.4.9)."""
    return right_messages(records) + client_finished


SERVER_MISTAKES: dict[str, Callable[[Records, bytes], bytes]] = {
    "The client's Finished is missing: it has gone by, so the second Finished covers it.": (
        lambda records, client_finished: right_messages(records)
    ),
    "Only the verify_data of the client's Finished is in it; a message counts with its header.": (
        lambda records, client_finished: right_messages(records) + client_finished[MESSAGE_HEADER:]
    ),
    "The client's Finished lost five bytes; it came without a record's header.": (
        lambda records, client_finished: right_messages(records) + client_finished[HEADER:]
    ),
    "The client's Finished stands first; the order is that of the wire.": (
        lambda records, client_finished: client_finished + right_messages(records)
    ),
}


def server_messages(mine: Callable[[Records, bytes], bytes]) -> Report:
    """Judge `my_server_messages(records, client_finished)`: what the server's Finished covers."""
    draw = lesson_random("check of server_messages")
    finished = bytes([HandshakeType.finished, 0, 0, VERIFY_DATA_LENGTH]) + draw(VERIFY_DATA_LENGTH)
    cases = [(records, finished) for (records,) in record_cases()]
    task, reference = "my_server_messages", "RFC 5246 §7.4.9"
    right, praise = right_server_messages, "Right: the second Finished covers the first."
    return compare(task, mine, right, cases, SERVER_MISTAKES, praise=praise, reference=reference)


# ---- verify_data


VERIFY_DATA_MISTAKES: dict[str, Callable[[PRF, bytes, bytes, bytes], bytes]] = {
    "It is as long as the suite's hash; less is sent, as you predicted above.": (
        lambda prf, secret, label, digest: prf(secret, label, digest, len(digest))
    ),
    "It is 32 bytes long, as a SHA-256 hash; less is sent, as you predicted above.": (
        lambda prf, secret, label, digest: prf(secret, label, digest, 32)
    ),
    "It is 48 bytes long, as a master secret; less is sent, as you predicted above.": (
        lambda prf, secret, label, digest: prf(secret, label, digest, 48)
    ),
    "It is as long as the whole message; but the message's header is made elsewhere.": (
        lambda prf, secret, label, digest: prf(secret, label, digest, 16)
    ),
    "Label and seed have changed places: the PRF takes the label first.": (
        lambda prf, secret, label, digest: prf(secret, digest, label, 12)
    ),
    "The label is the client's in every case; take the one that you are given.": (
        lambda prf, secret, label, digest: prf(secret, b"client finished", digest, 12)
    ),
    "The label is missing, so both sides would send the same.": (
        lambda prf, secret, label, digest: prf(secret, b"", digest, 12)
    ),
    "Secret and seed have changed places: the PRF takes the secret first.": (
        lambda prf, secret, label, digest: prf(digest, label, secret, 12)
    ),
    "The PRF is that of SHA-256 in every case; the suite may say another.": (
        lambda prf, secret, label, digest: prf_sha256(secret, label, digest, 12)
    ),
    "This is the hash itself, cut: without the secret anybody could make it.": (
        lambda prf, secret, label, digest: digest[:12]
    ),
}


def verify_data(mine: Callable[[PRF, bytes, bytes, bytes], bytes]) -> Report:
    """Judge `my_verify_data(prf, master_secret, label, handshake_hash)` (RFC 5246 §7.4.9)."""
    draw = lesson_random("check of verify_data")
    cases = [
        (prf_sha256, draw(48), b"client finished", draw(32)),
        (prf_sha384, draw(48), b"server finished", draw(48)),
    ]
    return compare(
        "my_verify_data",
        mine,
        key_schedule.verify_data,
        cases,
        VERIFY_DATA_MISTAKES,
        praise="Right for both labels, with SHA-256 and with SHA-384.",
        reference="RFC 5246 §7.4.9, §5",
    )


# ---- the wire


NEW_SUITE = bytes.fromhex("00 35")
SECOND_SUITE = HEADER + MESSAGE_HEADER + 2 + 32 + 1 + 2 + 2  # behind version, random, no ID, ...


def changing(
    at: int, kinds: Sequence[int] = (HANDSHAKE,), size: int = 2, suite: bytes = NEW_SUITE
) -> Wire:
    """Return a wire that writes a suite at an offset of ClientHello, or of whatever looks so."""

    def wire(sender: str, record: bytes) -> bytes:
        if record[0] in kinds and record[5] == HandshakeType.client_hello:
            return record[:at] + suite + record[at + size :]
        return record

    return wire


right_wire = changing(SECOND_SUITE)
WIRE_MISTAKES: dict[str, Wire] = {
    "You change the first suite, the one that the server takes. The second is asked for.": (
        changing(SECOND_SUITE - 2)
    ),
    "You change the length of the list; the suites stand behind it.": changing(SECOND_SUITE - 4),
    "Five bytes too early: before the message stands the record's header.": (
        changing(SECOND_SUITE - HEADER)
    ),
    "The list begins behind the length: your change is two bytes too late.": (
        changing(SECOND_SUITE + 2)
    ),
    "Your suite is put in, but the old one is still there: the lengths no longer fit.": (
        changing(SECOND_SUITE, size=0)
    ),
    "Every record is changed. Look at the first byte, and at the one behind the header.": (
        lambda sender, record: record[:SECOND_SUITE] + NEW_SUITE + record[SECOND_SUITE + 2 :]
    ),
    "ChangeCipherSpec is changed too: it holds 01 where ClientHello has its type. The record's "
    "first byte tells them apart.": changing(SECOND_SUITE, (HANDSHAKE, CHANGE)),
    "You write 35 in decimal; 00 35 is meant in hex.": (
        changing(SECOND_SUITE, suite=bytes([0, 35]))
    ),
    "Nothing is changed yet.": lambda sender, record: record,
}


def wire(mine: Wire) -> Report:
    """Judge `my_wire(sender, record)`: the second suite of ClientHello becomes 00 35."""
    sides = {True: "client", False: "server"}
    records = overheard()
    cases = [(sides[record in (records[0], *records[-2:])], record) for record in records]
    return compare(
        "my_wire",
        mine,
        right_wire,
        cases,
        WIRE_MISTAKES,
        praise="Right: two bytes of ClientHello, and nothing else.",
        reference="RFC 5246 §7.4.1.2, §6.2.1",
    )


def unnoticed(mine: Wire) -> Report:
    """Judge `my_cut(sender, record)`: Certificate comes in two records, and nobody notices."""
    arrived: list[bytes] = []
    task = "my_cut"

    def passed(sender: str, record: bytes) -> bytes:
        arrives = bytes(value_of(task, mine, bytes, sender, record))
        arrived.append(arrives)
        return arrives

    try:
        outcome = str(tampering.through(passed).outcome)
    except Unusable as unusable:
        return unusable.report
    reference = "RFC 5246 §6.2.1"
    certificate = next((one for one in arrived if one[5:6] == b"\x0b"), b"")
    first = HEADER + int.from_bytes(certificate[3:HEADER], "big")
    if outcome != NO_EFFECT:
        return Report(task, Verdict.WRONG, (f"It was noticed: {outcome}.",), reference)
    if len(certificate) <= first:
        return Report(task, Verdict.WRONG, ("Certificate still comes in one record.",), reference)
    return Report(task, Verdict.RIGHT, ("Other bytes on the wire, and nobody noticed.",))


# ---- predictions


WRONG: dict[str, dict[str, str]] = {
    "version": {
        "server protocol_version": "The version that counts stands in the message. In a plain "
        "record's header our ends look at the major byte only.",
        "server decrypt_error": "That would be Finished; record headers are not in its hash.",
        "server bad_record_mac": "This record is not protected, and its header goes into no key.",
    },
    "random": {
        "server bad_record_mac": "The keys would differ indeed, but somebody looks earlier.",
        "client bad_record_mac": "The keys would differ indeed, but somebody looks earlier.",
        "server decrypt_error": "Finished would find it; but somebody looks earlier.",
        "no effect": "The randoms go into the keys, and into something that comes even earlier.",
        "client illegal_parameter": "Any 32 bytes are a random; by itself it can't be wrong.",
    },
    "length": {
        "client decode_error": "It would be one, if the byte that is missing could not come any "
        "more. But it could.",
        "client unexpected_message": "The type is still the one that is due.",
        "server waits": "It waits as well, but its bytes are not the ones that were changed.",
        "server decrypt_error": "The handshake does not get that far.",
        "server bad_record_mac": "The handshake does not get that far.",
        "no effect": "Four bytes were sent; now the header promises a fifth.",
    },
    "without": {
        "no effect": "The choice is the same, but not the messages that Finished covers.",
        "client decrypt_error": "The client would notice as well; but whose Finished comes first?",
        "server bad_record_mac": "For that the keys would have to differ. Which messages go into "
        "them without extended master secret?",
        "server handshake_failure": "The server still finds the suite that it takes.",
        "client illegal_parameter": "The server's choice is one that the client did offer.",
    },
    "with": {
        "server decrypt_error": "For that its record would have to open first. With what keys?",
        "client bad_record_mac": "The client would meet the same; but whose Finished comes first?",
        "no effect": "The choice is the same, but not the messages; and now they go into the keys.",
    },
}
"""By cell of the lesson: usual wrong predictions, and the sentence for each."""
