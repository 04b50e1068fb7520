"""The client's second flight, put together of given parts; and how it is put together wrongly."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tlskit.exercises.task import Case, Draw, Handed
from tlskit.messages import frame_handshake
from tlskit.records import Record, join

TLS_1_2 = 0x0303
CCS, HANDSHAKE, DATA = 20, 22, 23
VerifyData = Callable[[Sequence[bytes]], bytes]
Protect = Callable[[int, bytes], bytes]
Flight = Callable[[bytes, Sequence[bytes], VerifyData, Protect], bytes]


def record(content_type: int, fragment: bytes) -> bytes:
    """Return a record: type, version, length, fragment (RFC 5246 §6.2.1)."""
    return join(Record(content_type, TLS_1_2, fragment))


def finished(verify_data: bytes) -> bytes:
    """Return the message Finished."""
    return frame_handshake(20, verify_data)


def second_flight(
    key_exchange: bytes, messages: Sequence[bytes], verify_data: VerifyData, protect: Protect
) -> bytes:
    """Return ClientKeyExchange, ChangeCipherSpec and the protected Finished (RFC 5246 §7.3)."""
    last = protect(HANDSHAKE, finished(verify_data([*messages, key_exchange])))
    return record(HANDSHAKE, key_exchange) + record(CCS, b"\x01") + record(HANDSHAKE, last)


def parts(
    key_exchange: bytes, messages: Sequence[bytes], verify_data: VerifyData, protect: Protect
) -> tuple[bytes, bytes, bytes]:
    """Return the three records of a right flight."""
    whole = second_flight(key_exchange, messages, verify_data, protect)
    first = record(HANDSHAKE, key_exchange)
    return first, record(CCS, b"\x01"), whole[len(first) + 6 :]


def ending(last: Callable[[bytes, Sequence[bytes], VerifyData, Protect], bytes]) -> Flight:
    """Return a flight whose last record is another one."""

    def flight(
        key_exchange: bytes, messages: Sequence[bytes], verify_data: VerifyData, protect: Protect
    ) -> bytes:
        first, second, _ = parts(key_exchange, messages, verify_data, protect)
        return first + second + last(key_exchange, messages, verify_data, protect)

    return flight


def arranged(how: Callable[[bytes, bytes, bytes], bytes]) -> Flight:
    """Return a flight of the right three records, otherwise put together."""
    return lambda *given: how(*parts(*given))


MISTAKES: Mapping[str, Flight] = {
    "ChangeCipherSpec is missing; it stands before what is protected (RFC 5246 §7.1).": arranged(
        lambda first, second, third: first + third
    ),
    "ChangeCipherSpec comes too early: the server makes its keys of what is in ClientKeyExchange "
    "(RFC 5246 §7.3).": arranged(lambda first, second, third: second + first + third),
    "Finished comes before ChangeCipherSpec, and is protected already (RFC 5246 §7.1).": arranged(
        lambda first, second, third: first + third + second
    ),
    "ChangeCipherSpec is no handshake message: its record has a type of its own (RFC 5246 §7.1).": (
        arranged(lambda first, second, third: first + record(HANDSHAKE, b"\x01") + third)
    ),
    "Finished goes out in the clear; it is the first that is protected (RFC 5246 §7.4.9).": (
        ending(
            lambda key_exchange, messages, verify_data, protect: record(
                HANDSHAKE, finished(verify_data([*messages, key_exchange]))
            )
        )
    ),
    "Your Finished does not cover ClientKeyExchange, which is sent before it (RFC 5246 §7.4.9).": (
        ending(
            lambda key_exchange, messages, verify_data, protect: record(
                HANDSHAKE, protect(HANDSHAKE, finished(verify_data(messages)))
            )
        )
    ),
    "ChangeCipherSpec is no handshake message, so Finished does not cover it (RFC 5246 §7.4.9).": (
        ending(
            lambda key_exchange, messages, verify_data, protect: record(
                HANDSHAKE,
                protect(HANDSHAKE, finished(verify_data([*messages, key_exchange, b"\x01"]))),
            )
        )
    ),
    "verify_data alone is no message: type and length stand before it (RFC 5246 §7.4).": ending(
        lambda key_exchange, messages, verify_data, protect: record(
            HANDSHAKE, protect(HANDSHAKE, verify_data([*messages, key_exchange]))
        )
    ),
    "20 is the type of the message Finished; its record is of type handshake (RFC 5246 §6.2.1).": (
        ending(
            lambda key_exchange, messages, verify_data, protect: record(
                CCS, protect(CCS, finished(verify_data([*messages, key_exchange])))
            )
        )
    ),
    "Whatever is encrypted keeps its type: Finished is no application data (RFC 5246 §6.2.1).": (
        ending(
            lambda key_exchange, messages, verify_data, protect: record(
                DATA, protect(DATA, finished(verify_data([*messages, key_exchange])))
            )
        )
    ),
    "The Finished that is protected stands in no record: a header belongs before it, too "
    "(RFC 5246 §6.2.3).": arranged(lambda first, second, third: first + second + third[5:]),
}


def given(draw: Draw) -> list[Case]:
    """Return two handshakes up to here; verify_data and keys follow from the seed."""
    return [flight_of(draw, "a point of 32 bytes", 32), flight_of(draw, "a point of 65 bytes", 65)]


def flight_of(draw: Draw, part: str, size: int) -> Case:
    """Return messages so far, and the two functions that the keys are in."""
    secret, key, iv = draw(48), draw(16), draw(4)
    messages = [frame_handshake(kind, draw(40 + draw(1)[0])) for kind in (1, 2, 11, 12)] + [
        frame_handshake(14, b"")
    ]
    key_exchange = frame_handshake(16, bytes([size]) + draw(size))

    def verify_data(seen: Sequence[bytes]) -> bytes:
        return sha256(secret + b"".join(map(bytes, seen))).digest()[:12]

    def protect(content_type: int, content: bytes) -> bytes:
        data = bytes(8) + bytes([content_type]) + b"\x03\x03" + len(content).to_bytes(2, "big")
        return bytes(8) + AESGCM(key).encrypt(iv + bytes(8), bytes(content), data)

    functions = Handed("verify_data", verify_data), Handed("protect", protect)
    return Case((key_exchange, messages, *functions), part)


def fields(right: bytes) -> list[tuple[str, int, int]]:
    """Return the three records by their names."""
    first = 5 + int.from_bytes(right[3:5], "big")
    return [
        ("the record of ClientKeyExchange", 0, first),
        ("the record of ChangeCipherSpec", first, first + 6),
        ("the record of Finished", first + 6, len(right)),
    ]
