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
from tlskit.registry import AlertDescription, ContentType, name_of

MAX_HIDDEN = 2**14 + 256
"""Longest protected record of TLS 1.3 (RFC 9846 §5.2)."""
INSIDE = (ContentType.alert, ContentType.handshake, ContentType.application_data)
"""What may be inside one (RFC 9846 §5)."""
REFUSED = Record(-1, 0, b"")
"""Stands for a record that was passed over."""


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
        random: the source of randomness, for CBC's IVs.
        pad_to: TLS 1.3: content is padded to a multiple of so many bytes, which hides its length.

    Attributes:
        protect, unprotect: the version's two formulae, as in its table.
        hides_type: whether a protected record's type is inside it, as in TLS 1.3; then `unprotect`
            returns it with the content.
        unreadable: how many bytes of records that do not open are passed over: early data that
            this side has refused (RFC 9846 §4.3.10).
    """

    def __init__(self, random: Callable[[int], bytes], pad_to: int = 0) -> None:
        """Begin without keys: what goes by is plain."""
        self.random, self._pad_to = random, pad_to
        self.reading, self.writing = Direction(), Direction()
        self.incoming = b""
        self.unreadable = 0
        self._outgoing: list[bytes] = []

    def serve(
        self, protect: Callable[..., bytes], unprotect: Callable[..., Any], hides_type: bool
    ) -> None:
        """Take the formulae of a version."""
        self.protect, self.unprotect, self.hides_type = protect, unprotect, hides_type

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
        while (record := self._next_record()) is REFUSED:
            pass
        return record

    def _next_record(self) -> Record | None:
        keys = self.reading.keys
        longest = MAX_HIDDEN if self.hides_type else MAX_CIPHERTEXT
        record, self.incoming = split(self.incoming, longest if keys else MAX_PLAINTEXT)
        if record is None:
            return record
        if keys is None:
            return self._plain(record)
        if self.hides_type:
            return self._found(record)
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

    def _plain(self, record: Record) -> Record:
        """Return a record as it is; refused early data before a second hello is passed over."""
        if record.content_type == ContentType.handshake:
            self.unreadable = 0
        hidden = record.content_type == ContentType.application_data
        return REFUSED if hidden and self.unreadable and self._passed_over(record) else record

    def _found(self, record: Record) -> Record:
        """Return a record of TLS 1.3 with the type and the content that were inside it.

        Two kinds may come in the clear all the same: ChangeCipherSpec, which means nothing, and an
        alert of a peer that has failed before it had keys.

        Raises: Alert unexpected_message for any other plain record, or a type that may not be
            inside (RFC 9846 §5, §5.4).
        """
        early = self.reading.sequence_number == 0 and record.content_type == ContentType.alert
        if early or record.content_type == ContentType.change_cipher_spec:
            return record
        if record.content_type != ContentType.application_data:
            name = name_of(ContentType, record.content_type)
            reason = f"a record of type {name} in the clear, where records are protected"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5")
        try:
            content_type, content = self.unprotect(
                self.reading.keys, self.reading.sequence_number, *record
            )
        except Alert:
            if not self._passed_over(record):
                raise
            return REFUSED
        self.reading.next_number()
        self.unreadable = 0
        if content_type not in INSIDE:
            name = name_of(ContentType, content_type)
            reason = f"a protected record of type {name} ({content_type})"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5")
        return Record(content_type, record.version, content)

    def _passed_over(self, record: Record) -> bool:
        """Tell whether a record may be early data that this side has refused, and take it away."""
        self.unreadable -= len(record.fragment)
        return self.unreadable >= 0

    def send(self, content_type: ContentType, version: int, content: bytes) -> None:
        """Put content into as many records as it needs, protected if there are keys."""
        writing, number = self.writing, int(content_type)
        for fragment in fragments(content):
            outer = number
            if writing.keys is not None and number != ContentType.change_cipher_spec:
                counted = (writing.keys, writing.next_number(), number, fragment, self.random)
                if self.hides_type:
                    outer = ContentType.application_data
                    fragment = self.protect(*counted, *self._padding(len(fragment)))
                else:
                    fragment = self.protect(*counted)
            self._outgoing.append(join(Record(outer, version, fragment)))

    def _padding(self, length: int) -> tuple[int, ...]:
        """Return how many zeros go behind so much content, if any (RFC 9846 §5.4)."""
        if not self._pad_to:
            return ()
        return (min(-length % self._pad_to, MAX_PLAINTEXT - length),)
