"""What a ladder diagram tells, as plain rows made from the calls of a run; and the ladder as text.

Each row is one message, seen by its sender, its receiver or both, or a step that each side does
alone. The picture (`show.ladder`) is drawn from the same rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from tlskit.messages import HEADER_SIZE
from tlskit.order import Role, Row
from tlskit.records import HEADER_SIZE as RECORD_HEADER_SIZE
from tlskit.registry import AlertDescription, AlertLevel, ContentType, name_of
from tlskit.trace import Call

APPLICATION_DATA_NUMBER = 9
ENDS = (Role.CLIENT, Role.SERVER)
UNREADABLE = "record that does not open"
NO_HANDSHAKE_MESSAGE = ("alert", "application_data", "early_data", UNREADABLE)
OTHER_TITLES = {
    "generate_keys": "key generation",
    "generate_early_keys": "early keys",
    "generate_handshake_keys": "handshake keys",
    "generate_application_keys": "application keys",
    "generate_resumption_secret": "resumption secret",
    "early_data": "early data",
    "application_data": "application data",
}


@dataclass
class LadderRow:
    """One line of the ladder.

    Args:
        message: the RFC's name, as in the order table; "alert" and "application_data" besides.
        title: how the line is labelled.
        sender: who sends it; BOTH for what each side does alone.
        number: which of the nine steps it is, 0 for none of them.
        data: the message's bytes, with its handshake header, before protection.
        record_size: bytes on the wire, with the record's header.
        protected: whether it went out under keys.
        calls: by role, the call that sent, received or did it.
        records: by role, the call that protected or opened its (last) record.
        problem: who refused it and why, or which side could not make it.
        today: whether a lesson marks it as the step it is about.
    """

    message: str
    title: str
    sender: Role
    number: int = 0
    data: bytes = b""
    record_size: int = 0
    protected: bool = False
    calls: dict[str, Call] = field(default_factory=dict)
    records: dict[str, Call] = field(default_factory=dict)
    problem: str = ""
    today: bool = False

    @property
    def own(self) -> bool:
        """Whether its sender was one of us: of a foreign peer sizes are not ours to promise."""
        return self.sender in self.calls or self.sender is Role.BOTH

    @property
    def beyond_nine(self) -> bool:
        """Whether it is a message of the handshake that write-ups leave out of the nine steps."""
        return not self.number and self.message not in NO_HANDSHAKE_MESSAGE


def camel_case(message: str) -> str:
    """Return a message's name as the RFCs write it.

    >>> camel_case("server_hello_done")
    'ServerHelloDone'
    """
    return OTHER_TITLES.get(message) or message.title().replace("_", "")


def ladder_rows(
    calls: Sequence[Call], order: Sequence[Row], today: Collection[str] = ()
) -> list[LadderRow]:
    """Return the rows of a run, in the order of the wire.

    Args:
        calls: what the client, the server or both recorded, in one list.
        order: the version's table, which knows the nine steps.
        today: messages that a lesson is about, by the RFC's names.

    Raises: ValueError for one of today's that the table does not have.
    """
    known = {row.message for row in order} | set(NO_HANDSHAKE_MESSAGE)
    if unknown := set(today) - known:
        raise ValueError(f"there is no {', '.join(sorted(unknown))} in the table of messages")
    rows = _Reader(order).read(calls)
    for row in rows:
        row.today = row.message in today
    return rows


class _Reader:
    def __init__(self, order: Sequence[Row]) -> None:
        self.numbers = {(row.message, row.sender): row.number for row in reversed(order)}
        self.alone = {row.message for row in order if row.sender is Role.BOTH}
        self.rows: list[LadderRow] = []
        self.opened: dict[str, Call] = {}

    def read(self, calls: Sequence[Call]) -> list[LadderRow]:
        for call in calls:
            by = Role(call.by)
            if call.name in self.alone:
                self.did_alone(call, by)
            elif call.name.startswith("send_"):
                message = call.result[1] if call.result else b""
                self.sent(call, by, call.name.removeprefix("send_"), message)
            elif call.name.startswith("receive_"):
                message = call.arguments["message"]
                self.received(call, by, call.name.removeprefix("receive_"), message)
            elif call.name == "protect":
                self.protected(call, by)
            elif call.name == "unprotect":
                self.unprotected(call, by)
            elif call.name == "encode_alert":
                self.sent(call, by, "alert", call.result or b"")
            elif call.name == "decode_alert":
                self.received(call, by, "alert", call.arguments["content"])
        return self.rows

    def add(self, message: str, sender: Role, data: bytes = b"") -> LadderRow:
        title = alert_title(data) if message == "alert" else camel_case(message)
        row = LadderRow(message, title, sender, self.number(message, sender), data)
        row.record_size = len(data) + RECORD_HEADER_SIZE
        self.rows.append(row)
        return row

    def number(self, message: str, sender: Role) -> int:
        if message == "application_data":
            return APPLICATION_DATA_NUMBER
        return self.numbers.get((message, sender), 0)

    def waiting(self, message: str, sender: Role) -> LadderRow | None:
        for row in self.rows:
            if row.sender is sender and row.message == message and sender.other not in row.calls:
                return row
        return None

    def did_alone(self, call: Call, by: Role) -> None:
        found = next((r for r in self.rows if r.message == call.name and by not in r.calls), None)
        row = found or self.add(call.name, Role.BOTH)
        row.record_size = 0
        self.note(row, call, by)

    def sent(self, call: Call, by: Role, message: str, data: bytes) -> None:
        self.note(self.add(message, by, data), call, by)

    def received(self, call: Call, by: Role, message: str, data: bytes) -> None:
        row = self.waiting(message, by.other) or self.add(message, by.other, data)
        opened = self.opened.pop(by, None)
        if opened and by.other not in row.calls:
            row.protected = True
            row.record_size = len(opened.arguments["fragment"]) + RECORD_HEADER_SIZE
        if opened:
            row.records[by] = opened
        self.note(row, call, by)

    def protected(self, call: Call, by: Role) -> None:
        row = next((r for r in reversed(self.rows) if r.sender is by), None)
        early = row is not None and row.message == "early_data" and not row.protected
        if call.arguments["content_type"] == ContentType.application_data and not early:
            row = self.add("application_data", by, call.arguments["content"])
            self.note(row, call, by)
        assert row is not None, "something is sent before it is protected"
        row.protected = True
        row.records[by] = call
        row.record_size = len(call.result or b"") + RECORD_HEADER_SIZE

    def unprotected(self, call: Call, by: Role) -> None:
        self.opened[by] = call
        inside = call.arguments["content_type"], call.result
        if isinstance(call.result, tuple):  # TLS 1.3: the type is inside, with the content
            inside = call.result
        if inside[0] == ContentType.application_data and not call.error:
            early = self.waiting("early_data", by.other)
            self.received(call, by, "early_data" if early else "application_data", inside[1])
        elif call.error:
            row = self.unread(by, call.arguments["fragment"])
            if row is None:
                row = self.add(UNREADABLE, by.other)
                row.protected, row.title = True, f"a {UNREADABLE}"
                row.record_size = len(call.arguments["fragment"]) + RECORD_HEADER_SIZE
            row.records[by] = call
            self.note(row, call, by)

    def unread(self, by: Role, fragment: bytes) -> LadderRow | None:
        """Find what this record was sent as; if it came changed, the first that was not read."""
        rows = [
            row
            for row in self.rows
            if row.sender is by.other and row.protected and by not in row.calls
        ]
        as_sent = (
            row
            for row in rows
            if by.other in row.records and row.records[by.other].result == fragment
        )
        return next(as_sent, None) or next(iter(rows), None)

    def note(self, row: LadderRow, call: Call, by: Role) -> None:
        row.calls[by] = call
        if call.error:
            verb = "went wrong at" if row.sender in (by, Role.BOTH) else "refused by"
            row.problem = f"{verb} {by}: {call.error}"


def alert_title(data: bytes) -> str:
    """Return "alert: fatal bad_record_mac" for an alert's two bytes.

    >>> alert_title(bytes([1, 0]))
    'alert: warning close_notify'
    """
    if len(data) != 2:
        return "alert"
    return f"alert: {name_of(AlertLevel, data[0])} {name_of(AlertDescription, data[1])}"


def size_of(row: LadderRow) -> str:
    """Say in words how large a message is; nothing of a foreign peer's, whose sizes vary."""
    if row.sender is Role.BOTH or not row.own:
        return ""
    bare = row.message in ("alert", "application_data", "change_cipher_spec")
    if bare or len(row.data) < HEADER_SIZE:
        return f"{len(row.data)} byte{'' if len(row.data) == 1 else 's'}"
    return f"{HEADER_SIZE} + {len(row.data) - HEADER_SIZE} bytes"


def text_ladder(rows: Sequence[LadderRow]) -> str:
    """Return the ladder as text: number, client, arrow with the message, server, sizes."""
    width = max((len(row.title) for row in rows), default=0) + 2
    lines = [f"    client{' ' * (width + 3)}server"]
    for row in rows:
        lines += lines_of(row, width)
    return "\n".join(lines)


def lines_of(row: LadderRow, width: int) -> list[str]:
    """Return one row as text, and what went wrong at it, if anything, in a second line.

    Args:
        width: in characters, of the longest title and a space on both sides.
    """
    number = f"({row.number})" if row.number else "   "
    if row.sender is Role.BOTH:
        middle = row.title.center(width + 3)
        left, right = ("*" if role in row.calls else "|" for role in ENDS)
        line = f"{number}   {left}  {middle}  {right}   each side alone"
    else:
        line = f"{number}   |  {arrow(row, width)}  |   {remark(row)}".rstrip()
    return [line, f"          {row.problem}"] if row.problem else [line]


def arrow(row: LadderRow, width: int) -> str:
    """Return the arrow of a row; a protected message has a double line."""
    line = "=" if row.protected else "-"
    label = f" {row.title} ".center(width, line)
    return f"{line}{label}{line}>" if row.sender is Role.CLIENT else f"<{line}{label}{line}"


def remark(row: LadderRow) -> str:
    """Return size, protection and place among the nine steps, in words."""
    parts = ["<< today >>" if row.today else "", size_of(row)]
    if row.protected:
        protected = f"protected, {row.record_size} on the wire" if row.own else "protected"
        parts.append(protected)
    if row.beyond_nine:
        parts.append("not in the nine")
    return ", ".join(part for part in parts if part)
