"""The two directions of records of one connection: buffers, keys, sequence numbers."""

from collections.abc import Callable
from typing import Any

from tlskit.alerts import Alert
from tlskit.records import (
    HEADER_SIZE,
    MAX_CIPHERTEXT,
    MAX_PLAINTEXT,
    Record,
    fragments,
    join,
    split,
)
from tlskit.registry import AlertDescription, ContentType


class Direction:
    """The records of one direction: under which keys, and how many there were under them."""

    def __init__(self, keys: Any = None) -> None:
        """Begin to count at zero, as new keys ask for (RFC 5246 §6.1)."""
        self.keys = keys
        self.sequence_number = 0

    def next_number(self) -> int:
        """Return the number of this record and count on."""
        number = self.sequence_number
        self.sequence_number += 1
        return number


class RecordLayer:
    """Bytes in, opened records out; content in, protected records out.

    Args:
        protect, unprotect: the version's two formulae, as in its table.
        random: the source of randomness, for CBC's IVs.
    """

    def __init__(
        self,
        protect: Callable[..., bytes],
        unprotect: Callable[..., bytes],
        random: Callable[[int], bytes],
    ) -> None:
        """Begin without keys: what goes by is plain."""
        self.protect, self.unprotect, self.random = protect, unprotect, random
        self.reading, self.writing = Direction(), Direction()
        self.incoming = b""
        self._outgoing: list[bytes] = []

    def data_to_send(self) -> bytes:
        """Return the bytes that are due to the peer, and forget them."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    @property
    def wanted(self) -> int:
        """How many bytes bring the record that has begun to its end, or its header, if it is short.

        Never 0: a record of no content has a header.
        """
        have = len(self.incoming)
        if have < HEADER_SIZE:
            return HEADER_SIZE - have
        return max(1, HEADER_SIZE + int.from_bytes(self.incoming[3:5], "big") - have)

    def next_record(self) -> Record | None:
        """Return the next record with its content opened, or None until more bytes come.

        Raises: the Alerts of `split` and `unprotect`; record_overflow for more than 2^14 bytes of
            content (RFC 5246 §6.2.3).
        """
        keys = self.reading.keys
        record, self.incoming = split(self.incoming, MAX_CIPHERTEXT if keys else MAX_PLAINTEXT)
        if record is None or keys is None:
            return record
        content = self.unprotect(
            keys,
            self.reading.next_number(),
            record.content_type,
            record.version,
            record.fragment,
        )
        if len(content) > MAX_PLAINTEXT:
            reason = f"a record with {len(content)} bytes of content, at most 2^14 are allowed"
            raise Alert(AlertDescription.record_overflow, reason, "RFC 5246 §6.2.3")
        return Record(record.content_type, record.version, content)

    def send(self, content_type: ContentType, version: int, content: bytes) -> None:
        """Put content into as many records as it needs, protected if there are keys."""
        writing, number = self.writing, int(content_type)
        for fragment in fragments(content):
            if writing.keys is not None:
                fragment = self.protect(
                    writing.keys, writing.next_number(), number, fragment, self.random
                )
            self._outgoing.append(join(Record(number, version, fragment)))
