"""Two people, one handshake: each runs one role, and the flights pass between them as pasted text.

A **flight** is what a side sends before it must wait. As text it has a first line that says whose
it is and how long, base64, and a last line: it survives chats that fold lines, quote with ">" or
add spaces, and damage is told from tampering.
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

from tlskit import tls12
from tlskit.alerts import Alert
from tlskit.checks.report import Report, Verdict
from tlskit.connection import Connection
from tlskit.ladder_rows import ladder_rows
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.order import Role, Row
from tlskit.trace import Call

LINE = 64
LABEL = b"EXPERIMENTAL tlskit pair"  # RFC 5705 §4: labels that nobody registered begin so
FLIGHT = re.compile(
    r"TLS flight (?P<number>\d+) from (?P<sender>client|server): (?P<size>\d+) bytes?,"
    r" check (?P<check>[0-9a-f]{8})(?P<body>.*?)end of flight (?P=number)\b",
    re.DOTALL,
)
PASTE = "Paste your partner's text in place of `...`, between triple quotes, then run both cells."


class PasteError(ValueError):
    """A text that is no whole flight; the message says what is wrong with it."""


@dataclass(frozen=True)
class Flight:
    """The bytes of a flight, the sender's how manieth it is; `str` of it is the text to pass on."""

    number: int
    sender: Role
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        """Return the flight as text."""
        size = f"{len(self.data)} byte{'' if len(self.data) == 1 else 's'}"
        first = f"TLS flight {self.number} from {self.sender}: {size}, check {check(self.data)}"
        coded = b64encode(self.data).decode()
        lines = [coded[at : at + LINE] for at in range(0, len(coded), LINE)]
        return "\n".join([first, *lines, f"end of flight {self.number}"])

    __repr__ = __str__

    def but(self, at: int, value: int) -> "Flight":
        """Return the flight with another byte at an offset, as one in the middle would pass it on.

        Raises: ValueError if there is no such byte, or it is no byte.
        """
        if not (0 <= at < len(self.data) and 0 <= value <= 255):
            last = len(self.data) - 1
            raise ValueError(f"the flight has bytes 0 to {last}, each of 0 to 255")
        return Flight(
            self.number, self.sender, self.data[:at] + bytes([value]) + self.data[at + 1 :]
        )


def check(data: bytes) -> str:
    """Return eight hex digits by which a damaged text is noticed; no protection against anyone."""
    return f"{binascii.crc32(data):08x}"


def read_flight(text: str) -> Flight:
    """Return the flight in a pasted text.

    Raises: PasteError if there is none, or not all of it.
    """
    found = FLIGHT.search(str(text))
    if not found:
        reason = "there is no whole flight in this text: copy from `TLS flight` to `end of flight`"
        raise PasteError(reason)
    coded = re.sub(r"[\s>|]", "", found["body"])
    try:
        data = b64decode(coded, validate=True)
    except binascii.Error:
        raise PasteError("the text was damaged on the way: some of it is not base64") from None
    if len(data) != int(found["size"]):
        raise PasteError(f"{len(data)} bytes arrived of {found['size']}: some lines are missing")
    if check(data) != found["check"]:
        raise PasteError("the text was damaged on the way: its check does not fit; copy it again")
    return Flight(int(found["number"]), Role(found["sender"]), data)


class Person:
    """One of the two: runs a role, hands out flights as text and takes those that are pasted.

    Args:
        role: "client" or "server".
        words: what this side's randomness is made from, so that a run can be run again. Who knows
            the words knows the keys: each person thinks of her own.
        formulae: those of the role, or with one replaced.
        settings: changes of the course's settings (`lesson.client_settings`, `server_settings`).
    """

    def __init__(
        self,
        role: str,
        words: str,
        formulae: tls12.Formulae = tls12.FORMULAE,
        **settings: Any,
    ) -> None:
        """Begin; a client's first flight is due at once."""
        self.role = Role(role)
        told = {"random": lesson_random(f"{role}: {words}"), **settings}
        self.calls: list[Call] = []
        if self.role is Role.CLIENT:
            self._end = Connection(client_settings(**told), tls12.client(formulae), self.calls)
        else:
            self._end = Connection(server_settings(**told), tls12.server(formulae), self.calls)
        self._mine: list[Flight] = []
        self._theirs: list[Flight] = []
        self._unanswered: Flight | None = None

    @property
    def done(self) -> bool:
        """Whether the handshake is over."""
        return self._end.done

    @property
    def order(self) -> tuple[Row, ...]:
        """The order table that this handshake follows."""
        return self._end.side.order(self._end.state)

    def flight(self) -> Flight | Report:
        """Return what is due to the partner; the same again until an answer came."""
        due = self._end.data_to_send()
        if due:
            self._unanswered = Flight(len(self._mine) + 1, self.role, due)
            self._mine.append(self._unanswered)
        if self._unanswered is None:
            say = f"Nothing is due from the {self.role}: it is the {self.role.other}'s turn."
            return Report("flight", Verdict.NOTHING, (say,))
        return self._unanswered

    def take(self, pasted: Any) -> Report:
        """Take a flight of the partner's; say what was in it, and what is wrong with it if so."""
        if pasted is ... or isinstance(pasted, Report):
            return Report("flight", Verdict.NOTHING, (PASTE,))
        try:
            flight = pasted if isinstance(pasted, Flight) else read_flight(pasted)
            known = self._taken_before(flight)
        except PasteError as error:
            return Report("flight", Verdict.REFUSED, (f"Nothing was taken: {error}.",))
        if known:
            return known
        before, was_done = len(self._read_rows()), self.done
        self.flight()  # what was due before this one is a flight of its own
        self._theirs.append(flight)
        self._unanswered = None
        try:
            self._end.receive(flight.data)
        except Alert as alert:
            return Report(f"flight {flight.number}", Verdict.REFUSED, self._refused(alert))
        came = ", ".join(self._read_rows()[before:])
        findings = [f"You read: {came}." if came else "Nothing in it could be read."]
        if self.done and not was_done:
            findings.append("The handshake is over.")
        return Report(f"flight {flight.number}", Verdict.TAKEN, tuple(findings))

    def say(self, words: str) -> None:
        """Protect some words for the partner; `flight` then has them.

        Raises: ValueError before the end of the handshake.
        """
        if not self.done:
            raise ValueError("the handshake is not over: there are no keys for words yet")
        self._end.write(words.encode())

    def heard(self) -> str:
        """Return the partner's words that have come since the last time."""
        return self._end.read().decode(errors="replace")

    def code(self) -> str:
        """Return six digits to be compared aloud: equal only if both ends have the same keys.

        They come out of the master secret by the exporter (RFC 5705 §4).
        """
        if not self.done:
            return "no code before the handshake is over"
        exported = self._end.export(LABEL, 8)
        digits = f"{int.from_bytes(exported, 'big') % 10**6:06d}"
        return f"{digits[:3]} {digits[3:]}"

    def _taken_before(self, flight: Flight) -> Report | None:
        """Return a report for a flight taken before; PasteError for one that can't be meant."""
        if flight.sender is self.role:
            raise PasteError(f"this is a {self.role}'s flight, and you are the {self.role}")
        if flight in self._theirs:
            findings = ("You have taken this one already; nothing changed.",)
            return Report(f"flight {flight.number}", Verdict.TAKEN, findings)
        due = len(self._theirs) + 1
        if flight.number != due:
            raise PasteError(f"this is the {flight.sender}'s flight {flight.number}, {due} is due")
        return None

    def _read_rows(self) -> list[str]:
        rows = ladder_rows(self.calls, self.order)
        return [
            row.title for row in rows if row.sender is self.role.other and self.role in row.calls
        ]

    def _refused(self, alert: Alert) -> tuple[str, ...]:
        if alert.received:
            return (f"Your partner's side sent the alert {alert.description.name}: it is over.",)
        return (
            f"Your side refuses it with {alert.description.name}: {alert.reason}.",
            "Pass your next flight on all the same: it carries the alert.",
        )


class Practice:
    """A partner for one who is alone: takes the other role in the same notebook."""

    def __init__(self, me: Person, words: str = "nobody else is here", **settings: Any) -> None:
        """Take the role that is left."""
        self.me, self.other = me, Person(me.role.other, words, **settings)

    def answer(self, words: str = "") -> Flight | Report:
        """Take what is due from me, and return the partner's next flight."""
        mine = self.me.flight()
        if isinstance(mine, Flight):
            self.other.take(mine)
        if words and self.other.done:
            self.other.say(words)
        return self.other.flight()
