"""The record layer without its keys: bytes to records, records to messages, and back.

A record is at most 2^14 bytes of one content type behind a header of five. The boundaries of
handshake messages are others: a record may hold several, and one may run over several records.
"""

from struct import Struct
from typing import NamedTuple

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription, ContentType

HEADER = Struct(">BHH")  # content type, version, length of the fragment
HEADER_SIZE = HEADER.size
MAJOR_VERSION = 3
MAX_PLAINTEXT = 2**14
MAX_CIPHERTEXT = 2**14 + 2048
CONTENT_TYPES = frozenset(map(int, ContentType))


class Record(NamedTuple):
    """TLSPlaintext or TLSCiphertext (RFC 5246 §6.2): the two have one shape.

    content_type 1 byte, version 2 bytes, length of the fragment 2 bytes, fragment.
    """

    content_type: int
    version: int
    fragment: bytes


def join(record: Record) -> bytes:
    """Return the bytes of a record on the wire: header of 5 bytes, then the fragment."""
    content_type, version, fragment = record
    return HEADER.pack(content_type, version, len(fragment)) + fragment


def split(data: bytes, limit: int = MAX_CIPHERTEXT) -> tuple[Record | None, bytes]:
    """Return the first record of `data` and what is behind it; None if it is not all there yet.

    Reference: RFC 5246 §6.2. The header alone is enough to refuse:

    Raises: Alert unexpected_message for a content type that does not exist (§6), protocol_version
        if the version's major byte is not 3 (App. E.1), record_overflow for a fragment of more
        than `limit` bytes: 2^14 of plaintext (§6.2.1), 2^14+2048 when protected (§6.2.3).
    """
    if len(data) < HEADER_SIZE:
        if data and data[0] not in CONTENT_TYPES:
            raise no_such_type(data[0])
        return None, data
    content_type, version, length = HEADER.unpack_from(data)
    if content_type not in CONTENT_TYPES:
        raise no_such_type(content_type)
    if version >> 8 != MAJOR_VERSION:
        reason = f"the record's version begins with {version >> 8}, not with 3: is this TLS at all?"
        raise Alert(AlertDescription.protocol_version, reason, "RFC 5246 App. E.1")
    if length > limit:
        reason = f"a record of {length} bytes, at most {limit} are allowed"
        raise Alert(AlertDescription.record_overflow, reason, "RFC 5246 §6.2.1, §6.2.3")
    end = HEADER_SIZE + length
    if len(data) < end:
        return None, data
    return Record(content_type, version, data[HEADER_SIZE:end]), data[end:]


def split_all(data: bytes) -> tuple[list[Record], bytes]:
    """Return the records that are all there, and what is behind them; raises as `split`."""
    found: list[Record] = []
    while True:
        record, data = split(data)
        if record is None:
            return found, data
        found.append(record)


def records_in(data: bytes) -> list[Record]:
    """Return all records of what a side sent (RFC 5246 §6.2).

    Raises: ValueError if the last one is not all there; else as `split`.
    """
    found, rest = split_all(data)
    if rest:
        raise ValueError(f"the stream ends {len(rest)} bytes into a record")
    return found


def no_such_type(content_type: int) -> Alert:
    """Return the alert for a record of a type that does not exist (RFC 5246 §6)."""
    reason = f"no record has the content type {content_type}"
    return Alert(AlertDescription.unexpected_message, reason, "RFC 5246 §6")


def fragments(content: bytes, limit: int = MAX_PLAINTEXT) -> list[bytes]:
    """Cut content into fragments of at most `limit` bytes; empty content is one empty fragment.

    Reference: RFC 5246 §6.2.1.
    """
    if len(content) <= limit:
        return [content]
    return [content[at : at + limit] for at in range(0, len(content), limit)]


def reassemble(data: bytes, limit: int = 2**17) -> tuple[bytes | None, bytes]:
    """Return the first whole handshake message of `data` and what is behind it.

    Reference: RFC 5246 §6.2.1 (messages may be coalesced or fragmented).
    Raises: Alert decode_error if the header announces more than `limit` bytes: nobody should have
        to keep 16 MiB for a stranger.
    """
    if len(data) < 4:
        return None, data
    length = int.from_bytes(data[1:4], "big")
    if length > limit:
        reason = f"a handshake message of {length} bytes, at most {limit} are allowed"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4")
    end = 4 + length
    return (data[:end], data[end:]) if len(data) >= end else (None, data)
