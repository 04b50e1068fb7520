"""The driver's outside: bytes from the peer in, records apart, alerts and application data.

It does no I/O and knows no message: what may come and what is due stands in the order table, what
to do with it in the step functions; `Driver` walks the one and calls the others.
"""

from typing import Any

from tlskit.alerts import Alert, InputEnded
from tlskit.driver import Driver
from tlskit.order import Role, Side, expected
from tlskit.records import Record, fragments, reassemble
from tlskit.registry import (
    AlertDescription,
    AlertLevel,
    ContentType,
    HandshakeType,
    name_of,
)
from tlskit.settings import Settings
from tlskit.trace import Call

CLOSE_NOTIFY = AlertDescription.close_notify
MAX_IDLE_RECORDS = 32
"""How many records without content, or warnings, a peer may send in a row."""
PIECE = 2**15
"""How much input is taken at a time: each record is cut off what is there, which copies it."""


class Connection(Driver):
    """One end of a TLS connection, without a socket.

    Put in what the peer sent (`receive`), take out what it shall get (`data_to_send`), until
    `done`; then `write` and `read` carry application data, and `close` says goodbye.

        client = Connection(settings, tls12.client(), calls=calls)

    Args:
        settings: what this side is told.
        side: role, order, steps and formulae, as `tls12.client()` returns them.
        calls: if given, every step and formula that runs is appended to it.

    Attributes:
        state: what the side knows now.
        done: whether the handshake is over.
        closed: whether this side has said close_notify or failed.
        peer_closed: whether the peer has said close_notify.
        failure: the Alert or other error that ended the connection, or None.
        warnings: descriptions of the warning alerts that the peer sent.
    """

    def __init__(self, settings: Settings, side: Side, calls: list[Call] | None = None) -> None:
        """Take the tables, and send what is this side's to send first."""
        super().__init__(settings, side, calls)
        self.peer_closed = False
        self.failure: BaseException | None = None
        self.warnings: list[int] = []
        self._application_data: list[bytes] = []
        self._early_data: list[bytes] = []
        self._early_size = 0
        self._guarded(self._advance)

    # ---- the outside

    def data_to_send(self) -> bytes:
        """Return the bytes that are due to the peer, and forget them."""
        return self._records.data_to_send()

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer, in pieces of any size.

        Raises: Alert for a fault of the peer, after its two bytes were put in `data_to_send`; or,
            with `received` set, for the fatal alert that the peer sent. Nothing is taken after
            that, nor after the peer's close_notify, nor when this side gave up a handshake by
            `close`.
        """
        for piece in fragments(data, PIECE):
            if self._deaf:
                return
            self._records.incoming += piece
            self._guarded(self._take_records)

    @property
    def wanted(self) -> int:
        """How many bytes bring the next record on: who hands in no more sees one after another."""
        return self._records.wanted

    def end_of_input(self) -> None:
        """Take note that the peer's bytes have ended, with or without close_notify.

        Raises: InputEnded (decode_error) if something was still to come: the handshake was not
            over, or a record broke off. After a whole handshake `truncated` tells whether
            close_notify was missing (RFC 5246 §7.2.1).
        """
        if not self._deaf:
            self._guarded(self._ended)

    @property
    def _deaf(self) -> bool:
        gave_up = self.closed and not self.done
        return gave_up or self.peer_closed or self.failure is not None

    @property
    def truncated(self) -> bool:
        """Whether the peer's data has no orderly end so far: no close_notify was seen."""
        return not self.peer_closed

    def write(self, data: bytes) -> None:
        """Send application data, in records of at most 2^14 bytes (RFC 5246 §10).

        Raises: ValueError before the handshake is done, or after this side closed.
        """
        if not self.done or self.closed:
            raise ValueError("application data goes out between the handshake's end and close()")
        for piece in fragments(data, PIECE) if data else ():
            if self.side.worn_out and self.side.worn_out(self._records.writing):
                self.update_keys()  # MUST, before a key has protected too much (RFC 9846 §5.5)
            self._send(ContentType.application_data, piece)

    @property
    def session(self) -> Any:
        """What a client needs to go on later: a Session, in TLS 1.3 a Psk; None unless `done`."""
        return self.side.session_of(self.state) if self.done and not self.failure else None

    def export(self, label: bytes, length: int, context: bytes | None = None) -> bytes:
        """Return key material for what runs inside; the peer gets the same (RFC 5705 §4).

        Raises: ValueError before the handshake is done, or after a failure; those of `side.export`.
        """
        if not self.done or self.failure:
            raise ValueError("key material is exported when the handshake is done")
        return self.side.export(self.state, label, length, context)

    def read(self) -> bytes:
        """Return the application data that has come, and forget it."""
        data = b"".join(self._application_data)
        self._application_data.clear()
        return data

    def read_early(self) -> bytes:
        """Return the early data that has come, and forget it: who recorded it can send it again.

        Reference: RFC 9846 §8 (RFC 8446 §8). What a client sends before its handshake is over
        never comes by `read`.
        """
        data = b"".join(self._early_data)
        self._early_data.clear()
        return data

    def close(self) -> None:
        """Say close_notify, once: nothing more comes from this side (RFC 5246 §7.2.1)."""
        if not self.closed:
            self.closed = True
            self._send_alert(AlertLevel.warning, CLOSE_NOTIFY)

    # ---- what goes wrong

    def _guarded(self, action: Any) -> None:
        """Run an action; tell the peer of any failure in one alert, then pass it on."""
        if self.failure:
            return
        try:
            action()
        except Alert as alert:
            self._fail(alert, None if alert.received else alert.description)
            raise
        except Exception as error:  # a learner's function, or a fault of ours
            self._fail(error, AlertDescription.internal_error)
            raise

    def _fail(self, failure: BaseException, description: AlertDescription | None) -> None:
        self.failure = failure
        if description is not None and not self.closed:
            self._send_alert(AlertLevel.fatal, description)
        self.closed = True
        store = self.settings.session_store
        if store is not None and self.role is Role.SERVER and self.state.suite:
            session = self.side.session_of(self.state)
            if session is not None:
                store.forget(session.session_id)  # RFC 5246 §7.2.2

    def _send_alert(self, level: AlertLevel, description: AlertDescription) -> None:
        content = self.formulae.encode_alert(int(level), int(description))
        self._send(ContentType.alert, content)

    def _ended(self) -> None:
        left = len(self._records.incoming + self._handshake)
        if left:
            reason = f"the input ended {left} bytes into a record or message"
        elif not self.done:
            awaited = expected(self.side.order(self.state), self._row, self.state)
            reason = f"the input ended where {awaited} should have come"
        else:
            return
        raise InputEnded(AlertDescription.decode_error, reason, "RFC 5246 §7.2.1")

    # ---- records in

    def _take_records(self) -> None:
        while not self.peer_closed and (record := self._records.next_record()):
            self._take_record(record)

    def _take_record(self, record: Record) -> None:
        content_type, content = record.content_type, record.fragment
        self._count_idle(content_type, content)
        if content_type == ContentType.handshake:
            self._handshake += content
            self._take_messages()
            return
        if content_type == ContentType.alert:
            self._take_alert(content)  # also between the parts of a message (RFC 5246 §6.2.1)
            return
        if self._handshake:
            kind = name_of(ContentType, content_type)
            reason = f"a record of type {kind} in the middle of a handshake message"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5.1")
        if content_type == ContentType.change_cipher_spec:
            if self.side.hides_type:
                self._drop(content)
            else:
                self._step("change_cipher_spec", content)
        elif self.done:
            self._application_data.append(content)
        elif self.side.early and self.side.early(self.state):
            self._take_early(content)
        else:
            reason = "application data before the handshake is over"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 5246 §7.4.9")

    def _take_early(self, content: bytes) -> None:
        """Take early data of a client, no more than its ticket allowed (RFC 9846 §4.3.10)."""
        self._early_data.append(content)
        self._early_size += len(content)
        if self._early_size > self.settings.max_early_data:
            allowed = self.settings.max_early_data
            reason = f"{self._early_size} bytes of early data, {allowed} are allowed"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §4.3.10")

    def _drop(self, content: bytes) -> None:
        """Pass over a ChangeCipherSpec of TLS 1.3, which means nothing (RFC 9846 §5).

        Raises: Alert unexpected_message if it is not the one byte 01, comes before the ClientHello
            or after the peer's Finished.
        """
        if content != b"\x01" or self.done or self._row == 0:
            reason = "a ChangeCipherSpec that is not 01, or not between ClientHello and Finished"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 9846 §5")
        self._count_idle(ContentType.alert, content)

    def _count_idle(self, content_type: int, content: bytes) -> None:
        if content and content_type == ContentType.application_data:
            self._idle = 0
        if content and content_type != ContentType.alert:
            return  # whether a handshake record brings anything on is seen when it is taken
        if not content and content_type != ContentType.application_data:
            reason = f"an empty record of type {name_of(ContentType, content_type)}"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 5246 §6.2.1")
        self._idle += 1
        if self._idle > MAX_IDLE_RECORDS:
            reason = f"more than {MAX_IDLE_RECORDS} records in a row that bring nothing on"
            raise Alert(AlertDescription.unexpected_message, reason, "RFC 5246 §6.2.1")

    def _take_alert(self, content: bytes) -> None:
        level, number = self.formulae.decode_alert(content)
        if number == CLOSE_NOTIFY:
            self._take_close_notify()
        elif self._ignores(level, number):
            self.warnings.append(number)
        else:
            known = name_of(AlertDescription, number) != "unknown"
            description = AlertDescription(number) if known else AlertDescription.general_error
            words = "the peer sent it" if known else "the peer sent an alert without a name here"
            raise Alert(description, f"{words} (alert {number})", "RFC 5246 §7.2", received=True)

    def _ignores(self, level: int, number: int) -> bool:
        """Tell whether an alert is a warning: in TLS 1.3 only user_canceled is (RFC 9846 §6.1)."""
        if self.side.hides_type and not self.side.settle:
            return number == AlertDescription.user_canceled
        return level == AlertLevel.warning

    def _take_close_notify(self) -> None:
        self.peer_closed = True
        self.close()
        if not self.done:
            reason = "the peer closed the connection before the handshake was over"
            raise Alert(CLOSE_NOTIFY, reason, "RFC 5246 §7.2.1", received=True)

    # ---- the handshake

    def _take_messages(self) -> None:
        while self._handshake:
            limit = self.settings.max_handshake_size
            message, self._handshake = reassemble(self._handshake, limit)
            if message is None:
                return
            msg_type = message[0]
            if msg_type == self.side.renegotiation and self._refused(message):
                continue
            if self.done:
                self._count_idle(ContentType.alert, message)
            named = self.side.named
            self._step(named(message) if named else name_of(HandshakeType, msg_type), message)

    def _refused(self, message: bytes) -> bool:
        """Pass over a wish to handshake anew; once the handshake is done, say no (RFC 5246 §7.2.2).

        While a handshake is under way a client overhears HelloRequest (RFC 5246 §7.4.1.1), but a
        second ClientHello is out of order like any other message.
        """
        if not self.done and self.role is Role.SERVER:
            return False
        if self.role is Role.CLIENT and len(message) != 4:
            reason = "HelloRequest has no body"
            raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4.1.1")
        self._count_idle(ContentType.alert, message)
        if self.done and not self.closed:
            self._send_alert(AlertLevel.warning, AlertDescription.no_renegotiation)
        return True
