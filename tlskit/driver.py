"""The driver's inside: it walks the order table, calls the steps, changes the keys.

It knows no message and no version: what may come and what is due stands in the order table, what
to do with it in the step functions. Where a hello settles the version, the side says so (`settle`).
"""

from typing import Any

from tlskit.alerts import Alert
from tlskit.order import Role, Row, Side, coming, expected, find
from tlskit.record_layer import Direction, RecordLayer
from tlskit.registry import AlertDescription, ContentType, ProtocolVersion
from tlskit.settings import Settings
from tlskit.trace import Call, checked, recorded

CARRIED_BY = {
    "change_cipher_spec": ContentType.change_cipher_spec,
    "early_data": ContentType.application_data,
}
"""In what records something goes that is no handshake message."""


class Driver:
    """One side's walk through its handshake: which row is next, under which keys.

    Args, attributes: those of `Connection`.
    """

    def __init__(self, settings: Settings, side: Side, calls: list[Call] | None = None) -> None:
        """Take the tables; nothing is sent yet."""
        self.settings, self._calls = settings, calls
        self.role, self._peer_role = side.role, side.role.other
        self._records = RecordLayer(settings.draw, settings.pad_to)
        self._take_side(side)
        self.state: Any = side.begin(side.role, settings, self.formulae)
        self.done = self.closed = False
        self._row = 0
        self._handshake = b""
        self._idle = 0

    def _take_side(self, side: Side) -> None:
        """Take the tables of a version; the records that have gone by are not touched."""
        steps: Any = checked(side.steps)
        formulae: Any = checked(side.formulae)
        if self._calls is not None:
            steps, formulae = recorded(self._calls, str(side.role), steps, formulae)
        self.side, self.steps, self.formulae = side, steps, formulae
        self._records.serve(formulae.protect, formulae.unprotect, side.hides_type)

    def _settle(self, name: str, message: bytes) -> None:
        """Take the version that a hello settles, once; the walk goes on in its table."""
        settled = self.side.settle(self.state, name, message) if self.side.settle else None
        if settled is None:
            return
        side, state = settled
        if side.version != self.side.version:
            self._row = int(self.role is Role.CLIENT)  # all tables begin with the ClientHello
        self._take_side(side)
        self.state = state.but(formulae=self.formulae)

    def _step(self, name: str, message: bytes) -> None:
        """Take one message of the peer: is it its turn, what does it change, what is due now?"""
        if self.done and self.side.later:
            self._later(name, message)
            return
        self._settle(name, message)
        rows = self.side.order(self.state)
        at = find(rows, self._row, self.state, self._peer_role, name)
        if at is None:
            awaited = expected(rows, self._row, self.state)
            reason = f"{name} came where {awaited} is expected"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 5246 §7.3")
        row = rows[at]
        if (row.then or row.alone) and self._handshake:
            raise self._left_over()
        self.state = getattr(self.steps, f"receive_{name}")(self.state, message)
        if at == 0 and self.side.unreadable:
            self._records.unreadable = self.side.unreadable(self.state)
        self._row = at + 1
        self._idle = 0
        self._change_keys(row)
        self._advance()

    def _later(self, name: str, message: bytes) -> None:
        """Take a message that comes after the handshake (RFC 9846 §4.7)."""
        mine = (one for one in self.side.later if one.sender is self._peer_role)
        row = next((one for one in mine if one.message == name), None)
        if row is None:
            reason = f"{name} came, and the handshake is over"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §4.7")
        if row.alone and self._handshake:
            raise self._left_over()
        self.state = getattr(self.steps, f"receive_{name}")(self.state, message)
        self._change_keys(row)
        self._send_later()

    def _send_later(self) -> None:
        """Send what is due after the handshake: tickets, an answer to KeyUpdate."""
        for row in self.side.later:
            while row.sender is self.role and row.wanted and row.wanted(self.state):
                self._send_row(row)

    def _send_row(self, row: Row, *arguments: Any) -> None:
        send = getattr(self.steps, f"send_{row.message}")
        self.state, message = send(self.state, *arguments)
        self._send(CARRIED_BY.get(row.message, ContentType.handshake), message)
        self._change_keys(row)

    def _change_keys(self, row: Row) -> None:
        """Take the keys that a row brings into use."""
        changed = dict(row.keys(self.state)) if row.keys else {}
        if row.then:
            changed[row.sender] = row.then(self.state)
        for role, keys in changed.items():
            if role is self.role:
                self._records.writing = Direction(keys)
            else:
                self._records.reading = Direction(keys)

    def _left_over(self) -> Alert:
        """Return the alert for a message that begins under old keys and would end under new ones.

        RFC 9846 §5.1 forbids it; for TLS 1.2 it is our rule, on the base of RFC 5246 §7.4.9.
        """
        reason = f"{len(self._handshake)} bytes of a handshake message lie across a change of keys"
        return Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5.1")

    def _advance(self) -> None:
        """Do what is this side's to do, up to the next message of the peer."""
        while True:
            rows = self.side.order(self.state)
            self._row = coming(rows, self._row, self.state)
            if self._row == len(rows):
                self._finish()
                return
            row = rows[self._row]
            if row.sender is self._peer_role:
                return
            self._row += 1
            if row.sender is Role.BOTH:
                self.state = getattr(self.steps, row.message)(self.state)
                self._change_keys(row)
                continue
            if row.wanted and not row.wanted(self.state):
                continue
            self._send_row(row)

    def _finish(self) -> None:
        """Note that the handshake is over; a server keeps a new session that has an ID."""
        newly, self.done = not self.done, True
        store = self.settings.session_store
        new = newly and not self.state.resumed
        if new and store is not None and self.role is Role.SERVER:
            session = self.side.session_of(self.state)
            if session is not None:
                store.keep(session)
        if newly:
            self._send_later()

    def update_keys(self, request: bool = False) -> None:
        """Go on under new keys of this side; ask the peer for the same, or not (RFC 9846 §4.7.3).

        Raises: ValueError before the handshake is done, after this side closed, or where the
            version has no KeyUpdate; those of `send_key_update`.
        """
        mine = (row for row in self.side.later if row.sender is self.role)
        row = next((one for one in mine if one.message == "key_update"), None)
        if row is None or not self.done or self.closed:
            raise ValueError("keys are renewed by TLS 1.3, between the handshake's end and close()")
        self._send_row(row, request)

    def _send(self, content_type: ContentType, content: bytes) -> None:
        self._records.send(content_type, self._version(content_type), content)

    def _version(self, content_type: ContentType) -> int:
        """Return the version for a record's header: for a first ClientHello an old one.

        It is what every server takes there (RFC 5246 App. E.1). An alert that answers ServerHello
        has the version that was settled: a server that has settled it takes no other.
        """
        hello = content_type == ContentType.handshake and self._row <= 1
        first = hello and self.role is Role.CLIENT
        latest = min(self.side.version, ProtocolVersion.TLS_1_2)
        return int(ProtocolVersion.TLS_1_0 if first else latest)
