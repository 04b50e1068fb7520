"""Ways to fail in the record layer, with alerts, and with the end of the connection."""

from typing import Any

from harm import before, damaging, instead, last_bit_flipped, plain, raw, says
from ways import CLIENT, GOES_ON, SERVER, Way

from tlskit.cipher_suites import suite_named
from tlskit.connection import MAX_IDLE_RECORDS
from tlskit.records import MAX_CIPHERTEXT, MAX_PLAINTEXT
from tlskit.registry import AlertDescription, AlertLevel, ContentType, HandshakeType

DATA, ALERT, HANDSHAKE = (
    ContentType.application_data,
    ContentType.alert,
    ContentType.handshake,
)
CHANGE = ContentType.change_cipher_spec
CBC = suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
CBC_ONLY: dict[str, Any] = {"settings": {"suites": (CBC,), "encrypt_then_mac": False}}
CBC_THEN_MAC: dict[str, Any] = {"settings": {"suites": (CBC,), "encrypt_then_mac": True}}
WORDS = says(DATA, b"may I come in?")
NO_SUCH_LIMIT = "nothing is brought on by them, and a peer must not keep us busy for ever"
EMPTY = "the rule is on sending; what must not come is inappropriate"


def padding_spoiled(fragment: bytes) -> bytes:
    """Flip the last byte of the last block but one: so the last byte of the padding is another."""
    return fragment[:-17] + bytes([fragment[-17] ^ 0x80]) + fragment[-16:]


def change_of(content: bytes) -> dict[str, Any]:
    """Return steps that send another ChangeCipherSpec."""
    return {"send_change_cipher_spec": lambda state: (state, content)}


def alert(level: int, description: int) -> bytes:
    """Return an alert's two bytes."""
    return bytes([level, description])


RECORDS = (
    Way(
        "tag changed (AEAD)",
        "one bit of a protected record, in the handshake: Finished",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        formulae=damaging(HANDSHAKE, last_bit_flipped),
    ),
    Way(
        "tag changed in data (AEAD)",
        "one bit of a protected record, after the handshake",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        formulae=damaging(DATA, last_bit_flipped),
        after=WORDS,
    ),
    Way(
        "shorter than a tag (AEAD)",
        "a protected record of eight bytes",
        CLIENT,
        "",
        "RFC 5246 §6.2.3.3",
        chosen="bad_record_mac",
        why="it does not open, and every record that does not gets one answer",
        formulae=damaging(DATA, lambda fragment: fragment[:8]),
        after=WORDS,
    ),
    Way(
        "MAC changed (CBC)",
        "one bit of the IV, and with it one of the content",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §7.2.2",
        formulae=damaging(DATA, lambda fragment: bytes([fragment[0] ^ 1]) + fragment[1:]),
        after=WORDS,
        **CBC_ONLY,
    ),
    Way(
        "padding changed (CBC)",
        "told apart from a wrong MAC it would decrypt the rest, byte by byte (POODLE, Lucky 13)",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.2",
        formulae=damaging(DATA, padding_spoiled),
        after=WORDS,
        **CBC_ONLY,
    ),
    Way(
        "no whole blocks (CBC)",
        "a byte is missing at the end",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §7.2.2",
        formulae=damaging(DATA, lambda fragment: fragment[:-1]),
        after=WORDS,
        **CBC_ONLY,
    ),
    Way(
        "MAC changed (encrypt-then-MAC)",
        "the MAC is checked before anything is decrypted",
        SERVER,
        "bad_record_mac",
        "RFC 7366 §3",
        formulae=damaging(DATA, last_bit_flipped),
        after=WORDS,
        **CBC_THEN_MAC,
    ),
    Way(
        "record sent again",
        "the same protected record twice: its sequence number is over",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        formulae=damaging(DATA, lambda fragment: fragment),
        after=lambda end: (WORDS(end), raw(end._records._outgoing[-1])(end)),
    ),
    Way(
        "protected record too long",
        "a header that announces 2^14+2049 bytes",
        SERVER,
        "record_overflow",
        "RFC 5246 §7.2.2",
        after=raw(plain(DATA, bytes(MAX_CIPHERTEXT + 1))),
    ),
    Way(
        "content too long",
        "a protected record that opens to 2^14+1 bytes",
        SERVER,
        "",
        "RFC 5246 §6.2.1",
        chosen="record_overflow",
        why="§7.2.2 means it for more than 2^14+1024; without compression 2^14 are the most",
        after=says(DATA, bytes(MAX_PLAINTEXT + 1)),
    ),
    Way(
        "plain record too long",
        "2^14+1 bytes before there are keys",
        SERVER,
        "",
        "RFC 5246 §6.2.1",
        chosen="record_overflow",
        why="§7.2.2 means it for protected records; without keys 2^14 are the most",
        wire=instead(plain(HANDSHAKE, b"\1\0\x50\0" + bytes(MAX_PLAINTEXT - 3))),
    ),
    Way(
        "unknown type of record",
        "content type 99, and nobody has agreed on it",
        SERVER,
        "unexpected_message",
        "RFC 5246 §6",
        after=says(99, b"?"),
    ),
    Way(
        "another version on a protected record",
        "the header says TLS 1.1",
        SERVER,
        "",
        "RFC 5246 §6.2.3.3",
        chosen="bad_record_mac",
        why="the version is among what the tag protects, so the record does not open",
        formulae=damaging(DATA, lambda fragment: fragment),
        after=lambda end: (WORDS(end), relabel(end)),
    ),
    Way(
        "a few empty records",
        "data records without data hide how much is said (they helped against BEAST)",
        SERVER,
        GOES_ON,
        "RFC 5246 §6.2.1",
        after=says(DATA, *[b""] * 3),
    ),
    Way(
        "empty records without end",
        f"more than {MAX_IDLE_RECORDS} data records in a row without data",
        SERVER,
        "",
        "RFC 5246 §6.2.1",
        chosen="unexpected_message",
        why=NO_SUCH_LIMIT,
        after=says(DATA, *[b""] * (MAX_IDLE_RECORDS + 1)),
    ),
    Way(
        "empty handshake record",
        "a record of type handshake without content",
        SERVER,
        "",
        "RFC 5246 §6.2.1",
        chosen="unexpected_message",
        why=EMPTY,
        wire=before(plain(HANDSHAKE, b"")),
    ),
    Way(
        "ChangeCipherSpec of another value",
        "the byte is 02, not 01",
        SERVER,
        "",
        "RFC 5246 §7.1",
        chosen="decode_error",
        why="its one field is out of the range that is declared: enum { change_cipher_spec(1) }",
        steps=change_of(b"\2"),
    ),
    Way(
        "ChangeCipherSpec of two bytes",
        "01 01",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        steps=change_of(b"\1\1"),
    ),
    Way(
        "huge message",
        "a ServerHello of 16 MiB announced: who keeps all that for a stranger?",
        CLIENT,
        "",
        "RFC 5246 §7.4",
        chosen="decode_error",
        why="the length is more than this side is willing to take",
        wire=instead(plain(HANDSHAKE, bytes([HandshakeType.server_hello]) + b"\xff" * 3)),
    ),
)

ALERTS = (
    Way(
        "alert too short",
        "one byte, where level and description are two",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        after=says(ALERT, b"\1"),
    ),
    Way(
        "alert too long",
        "three bytes",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        after=says(ALERT, b"\1\0\0"),
    ),
    Way(
        "alert of an unknown level",
        "level 3: neither warning nor fatal",
        SERVER,
        "",
        "RFC 5246 §7.2",
        chosen="decode_error",
        why="the field is out of its range",
        after=says(ALERT, alert(3, AlertDescription.user_canceled)),
    ),
    Way(
        "a warning",
        "user_canceled, of level warning",
        SERVER,
        GOES_ON,
        "RFC 5246 §7.2.2",
        after=says(ALERT, alert(AlertLevel.warning, AlertDescription.user_canceled)),
    ),
    Way(
        "warnings without end",
        f"more than {MAX_IDLE_RECORDS} in a row",
        SERVER,
        "",
        "RFC 5246 §7.2.2",
        chosen="unexpected_message",
        why=NO_SUCH_LIMIT,
        after=says(ALERT, *[alert(AlertLevel.warning, AlertDescription.user_canceled)] * 40),
    ),
    Way(
        "cut off in the handshake",
        "the connection ends after ClientHello",
        SERVER,
        "",
        "RFC 5246 §7.2.1",
        chosen="decode_error",
        why="something was still to come: what is there has the wrong length",
        wire=lambda flight: flight if flight[5:6] == b"\1" else b"",
        cut=True,
    ),
    Way(
        "cut off in a record",
        "the connection ends in the middle of data",
        SERVER,
        "",
        "RFC 5246 §7.2.1",
        chosen="decode_error",
        why="something was still to come: what is there has the wrong length",
        after=raw(plain(DATA, bytes(100))[:50]),
        cut=True,
    ),
    Way(
        "cut off between records",
        "the connection ends without close_notify: was more meant to come?",
        SERVER,
        "",
        "RFC 5246 §7.2.1",
        chosen=GOES_ON,
        why="what came is whole; `truncated` tells the application, which must judge",
        after=WORDS,
        cut=True,
    ),
)


def relabel(end: Any) -> None:
    """Write another version into the header of the last record."""
    last = end._records._outgoing[-1]
    end._records._outgoing[-1] = last[:1] + b"\3\2" + last[3:]
