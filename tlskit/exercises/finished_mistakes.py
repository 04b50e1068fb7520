"""Exercise 08: transcript and Finished; the right ways, and the usual wrong ones."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tlskit.checks.lesson_08 import MESSAGE_MISTAKES
from tlskit.messages import HEADER_SIZE, frame_handshake
from tlskit.records import HEADER_SIZE as RECORD_HEADER
from tlskit.records import Record, join
from tlskit.registry import ContentType, HandshakeType
from tlskit.tls12.key_schedule import VERIFY_DATA_LENGTH, handshake_hash
from tlskit.tls12.record_protection import VERSION

Prf = Callable[[bytes, bytes, bytes, int], bytes]
Messages = Sequence[bytes]
Records = Sequence[bytes]
HELLO_REQUEST = bytes(HEADER_SIZE)
HANDSHAKE, FINISHED = ContentType.handshake, HandshakeType.finished


# ---- the transcript


def messages_in(records: Records) -> Iterator[tuple[int, bytes]]:
    """Yield content type and message of what records carry, whole messages (RFC 5246 §6.2.1)."""
    stream = b""
    for record in records:
        if record[0] != HANDSHAKE:
            yield record[0], record[RECORD_HEADER:]
            continue
        stream += record[RECORD_HEADER:]
        while len(stream) >= HEADER_SIZE:
            size = HEADER_SIZE + int.from_bytes(stream[1:HEADER_SIZE], "big")
            if len(stream) < size:
                break
            yield record[0], stream[:size]
            stream = stream[size:]


def kept(records: Records) -> list[bytes]:
    """Return the handshake messages but HelloRequest (RFC 5246 §7.4.9, §7.4.1.1)."""
    found = messages_in(records)
    return [one for kind, one in found if kind == HANDSHAKE and one != HELLO_REQUEST]


def transcript(records: Records) -> bytes:
    """Return what the first Finished covers (RFC 5246 §7.4.9)."""
    return b"".join(kept(records))


def one_to_a_record(records: Records) -> list[bytes]:
    """Return records with one message each."""
    return [join(Record(kind, VERSION, message)) for kind, message in messages_in(records)]


def without_empty(records: Records) -> bytes:
    """Leave out whatever has no body."""
    return b"".join(one for one in kept(records) if len(one) > HEADER_SIZE)


USUAL = (
    *(HandshakeType.client_hello, HandshakeType.server_hello, HandshakeType.certificate),
    *(HandshakeType.server_key_exchange, HandshakeType.server_hello_done),
    HandshakeType.client_key_exchange,
)


def up_to_request(records: Records) -> bytes:
    """Stop where a HelloRequest comes."""
    every = [one for kind, one in messages_in(records) if kind == HANDSHAKE]
    return b"".join(every[: every.index(HELLO_REQUEST)] if HELLO_REQUEST in every else every)


TRANSCRIPTS: dict[str, Callable[[Records], bytes]] = {
    sentence: (lambda records, wrong=wrong: wrong(one_to_a_record(records)))
    for sentence, wrong in MESSAGE_MISTAKES.items()
} | {
    "The records are in it as they came, headers and all. The hash knows nothing of records.": (
        lambda records: b"".join(one for one in records if one[0] == HANDSHAKE)
    ),
    "The content type stands before each message; it is the record's.": (
        lambda records: b"".join(bytes([HANDSHAKE]) + one for one in kept(records))
    ),
    "ClientHello is missing: the transcript begins with the very first message.": (
        lambda records: b"".join(kept(records)[1:])
    ),
    "The last message is missing: everything before Finished belongs to it.": (
        lambda records: b"".join(kept(records)[:-1])
    ),
    "Only the last message is in it: does each one take the place of that before?": (
        lambda records: kept(records)[-1]
    ),
    "The messages stand in reverse order; the order is that of the wire.": (
        lambda records: b"".join(reversed(kept(records)))
    ),
    "ServerHelloDone is missing. Its body is empty, as HelloRequest's is; the type tells them "
    "apart.": without_empty,
    "What came behind HelloRequest is missing: it is left out, and all else goes on.": up_to_request,
    "A message that holds four zero bytes somewhere is missing; HelloRequest is these four and "
    "nothing else.": lambda records: b"".join(
        one for one in kept(records) if HELLO_REQUEST not in one
    ),
    "Messages of some types are missing, as CertificateVerify: every handshake message counts but "
    "the one that is left out by name.": lambda records: b"".join(
        one for one in kept(records) if one[0] in USUAL
    ),
    "You took each record's content for one message. Some records hold several, some a part.": (
        lambda records: b"".join(
            one[RECORD_HEADER:]
            for one in records
            if one[0] == HANDSHAKE and one[RECORD_HEADER:] != HELLO_REQUEST
        )
    ),
    "What you kept is ChangeCipherSpec: its content type is 20, and that of a handshake message is "
    "another.": lambda records: b"".join(
        one for kind, one in messages_in(records) if kind == ContentType.change_cipher_spec
    ),
    "Nothing is in it. A content type is a number: 22 in decimal is 16 in hex.": (
        lambda records: b""
    ),
}


# ---- Finished

Asks = Callable[[str, bytes, str, Messages], tuple[bytes, bytes, bytes, int]]
"""Hash, master secret, sender, messages -> what the PRF is asked: secret, label, seed, length."""


def label_of(sender: str) -> bytes:
    """Return the label of a side's Finished (RFC 5246 §7.4.9)."""
    return f"{sender} finished".encode()


def other(side: str) -> str:
    """Return the other side."""
    return "server" if side == "client" else "client"


def hashing(change: Callable[[Messages], Any], again: Callable[[str, bytes], bytes]) -> Asks:
    """Return what is asked with other messages in the hash, or something else made of it."""

    def asks(
        hash_name: str, secret: bytes, sender: str, messages: Messages
    ) -> tuple[bytes, bytes, bytes, int]:
        digest = again(hash_name, handshake_hash(hash_name, tuple(change(messages))))
        return secret, label_of(sender), digest, VERIFY_DATA_LENGTH

    return asks


def covering(change: Callable[[Messages], Any]) -> Asks:
    """Return what is asked with other messages in the hash."""
    return hashing(change, lambda hash_name, digest: digest)


right_asks = covering(lambda messages: messages)


def labelled(label: Callable[[str], bytes]) -> Asks:
    """Return what is asked with another label."""

    def asks(
        hash_name: str, secret: bytes, sender: str, messages: Messages
    ) -> tuple[bytes, bytes, bytes, int]:
        return secret, label(sender), handshake_hash(hash_name, tuple(messages)), VERIFY_DATA_LENGTH

    return asks


def hashed_by(name: str) -> Asks:
    """Return what is asked with the same hash for every suite."""
    return lambda hash_name, secret, sender, messages: right_asks(name, secret, sender, messages)


def arranged(order: Callable[[bytes, bytes, bytes], tuple[bytes, bytes, bytes]]) -> Asks:
    """Return what is asked with arguments of the PRF exchanged."""

    def asks(
        hash_name: str, secret: bytes, sender: str, messages: Messages
    ) -> tuple[bytes, bytes, bytes, int]:
        *three, length = right_asks(hash_name, secret, sender, messages)
        return *order(*three), length

    return asks


WITHOUT_FINISHED = "The Finished that went by before is missing: the second one covers the first."
ASKS: dict[str, Asks] = {
    "The label is the client's in every case; it says who sends this Finished.": labelled(
        lambda sender: b"client finished"
    ),
    "The label is the server's in every case; it says who sends this Finished.": labelled(
        lambda sender: b"server finished"
    ),
    "The labels are swapped: the label says who sends this Finished.": labelled(
        lambda sender: label_of(other(sender))
    ),
    "The label is missing, so both sides would send what the other one can send back.": labelled(
        lambda sender: b""
    ),
    "The label is the sender's name alone; it has a second word.": labelled(
        lambda sender: sender.encode()
    ),
    "The label is that of the master secret; Finished has labels of its own.": labelled(
        lambda sender: b"master secret"
    ),
    "The hash is SHA-256 in every case; a suite whose name ends in SHA384 has another.": (
        hashed_by("sha256")
    ),
    "The hash is SHA-384 in every case; take the suite's.": hashed_by("sha384"),
    "The hash is hashed once more; the PRF's seed is Hash(handshake_messages) itself.": hashing(
        lambda messages: messages, lambda name, digest: handshake_hash(name, (digest,))
    ),
    "The seed is the hash in hex digits, as text; the PRF takes its bytes.": hashing(
        lambda messages: messages, lambda name, digest: digest.hex().encode()
    ),
    "The seed is the messages themselves; they are hashed first.": (
        lambda hash_name, secret, sender, messages: (
            *(secret, label_of(sender), b"".join(messages), VERIFY_DATA_LENGTH),
        )
    ),
    "The messages' own headers are missing in the hash: type and length belong to it.": covering(
        lambda messages: [one[HEADER_SIZE:] for one in messages]
    ),
    WITHOUT_FINISHED: covering(lambda messages: [one for one in messages if one[0] != FINISHED]),
    "The transcript is one message short: the last one before this Finished is missing.": covering(
        lambda messages: messages[:-1]
    ),
    "ClientHello is missing in the hash: it begins with the very first message.": covering(
        lambda messages: messages[1:]
    ),
    "Only the last message is in the hash; all of them belong to it.": covering(
        lambda messages: messages[-1:]
    ),
    "Each message is hashed by itself; one hash covers them all, one after the other.": (
        lambda hash_name, secret, sender, messages: (
            secret,
            label_of(sender),
            b"".join(handshake_hash(hash_name, (one,)) for one in messages),
            VERIFY_DATA_LENGTH,
        )
    ),
    "Secret and seed have changed places: the PRF takes the master secret first.": arranged(
        lambda secret, label, seed: (seed, label, secret)
    ),
    "Secret and label have changed places: the PRF takes the master secret first.": arranged(
        lambda secret, label, seed: (label, secret, seed)
    ),
    "Label and seed have changed places: the PRF takes the label first.": arranged(
        lambda secret, label, seed: (secret, seed, label)
    ),
}


def finished(
    prf: Prf, hash_name: str, master_secret: bytes, sender: str, messages: Messages
) -> bytes:
    """Return a Finished message, 4 + 12 bytes (RFC 5246 §7.4.9)."""
    return frame_handshake(FINISHED, prf(*right_asks(hash_name, master_secret, sender, messages)))


Finish = Callable[[Prf, str, bytes, str, Messages], bytes]


def asking(asks: Asks) -> Finish:
    """Return how Finished is made if the PRF is asked something else."""
    return lambda prf, *known: frame_handshake(FINISHED, prf(*asks(*known)))


def as_long_as(length: Callable[[str], int]) -> Finish:
    """Return how a Finished is made whose verify_data has another length."""

    def wrong(
        prf: Prf, hash_name: str, master_secret: bytes, sender: str, messages: Messages
    ) -> bytes:
        secret, label, seed, _ = right_asks(hash_name, master_secret, sender, messages)
        return frame_handshake(FINISHED, prf(secret, label, seed, length(hash_name)))

    return wrong


def framed(header: Callable[[bytes], bytes]) -> Finish:
    """Return how a Finished is made whose header is another one."""
    return lambda prf, *known: header(prf(*right_asks(*known)))


FINISHES: dict[str, Finish] = {sentence: asking(asks) for sentence, asks in ASKS.items()} | {
    "verify_data is as long as the suite's hash; RFC 5246 §7.4.9 has another length.": as_long_as(
        lambda hash_name: 32 if hash_name == "sha256" else 48
    ),
    "verify_data has 32 bytes; RFC 5246 §7.4.9 has another length.": as_long_as(lambda _: 32),
    "verify_data has 48 bytes, as a master secret; RFC 5246 §7.4.9 has another length.": as_long_as(
        lambda _: 48
    ),
    "verify_data has 11 bytes. In the RFC's [0..11] the last number counts, too; in a slice of "
    "Python's it does not.": as_long_as(lambda _: 11),
    "verify_data has 16 bytes: that is the message with its header.": as_long_as(lambda _: 16),
    "This is verify_data alone; a handshake message begins with type and length.": framed(
        lambda data: data
    ),
    "The header stands behind verify_data; it belongs in front.": framed(
        lambda data: data + frame_handshake(FINISHED, data)[:HEADER_SIZE]
    ),
    "The message type is wrong: finished(20) is meant in decimal, and you have 14 in decimal.": (
        framed(lambda data: bytes([14, 0, 0, len(data)]) + data)
    ),
    "The message type is wrong: finished(20) is meant in decimal, and you have 20 in hex.": framed(
        lambda data: bytes([0x20, 0, 0, len(data)]) + data
    ),
    "The message type is wrong: 22 is the content type, which the record has.": framed(
        lambda data: bytes([HANDSHAKE, 0, 0, len(data)]) + data
    ),
    "The message begins with twenty zero bytes: `bytes(20)` makes these, and no byte 20.": framed(
        lambda data: bytes(FINISHED) + len(data).to_bytes(3, "big") + data
    ),
    "The length in the header counts the header too; it is the body's.": framed(
        lambda data: bytes([FINISHED, 0, 0, HEADER_SIZE + len(data)]) + data
    ),
    "The length in the header has two bytes; it is a uint24.": framed(
        lambda data: bytes([FINISHED, 0, len(data)]) + data
    ),
    "The length in the header has one byte; it is a uint24.": framed(
        lambda data: bytes([FINISHED, len(data)]) + data
    ),
    "The length in the header has four bytes; it is a uint24.": framed(
        lambda data: bytes([FINISHED, 0, 0, 0, len(data)]) + data
    ),
    "The length in the header is written little end first.": framed(
        lambda data: bytes([FINISHED, len(data), 0, 0]) + data
    ),
    "A record's header stands before it; records are the layer below.": framed(
        lambda data: join(Record(HANDSHAKE, VERSION, frame_handshake(FINISHED, data)))
    ),
    "This is the hash itself, cut: without the master secret anybody could make it.": (
        lambda prf, *known: frame_handshake(FINISHED, right_asks(*known)[2][:VERIFY_DATA_LENGTH])
    ),
}
