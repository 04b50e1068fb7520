"""The tampering map: a letter for each byte of a handshake, saying what came of a flip in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from tlskit.show.ladder_drawing import picture
from tlskit.show.page import boxed, escape, folded, table

COLUMNS = 48
CELL, LINE, LEFT, TOP = 15, 18, 196, 16
WIDTH = LEFT + COLUMNS * CELL + 14
HEAD = ("message", "field", "bytes", "what came of it")
MARK_OF_NOTHING = "*"
LETTERS = {
    "decode_error": "d",
    "unexpected_message": "u",
    "protocol_version": "v",
    "illegal_parameter": "i",
    "unsupported_extension": "e",
    "handshake_failure": "h",
    "record_overflow": "o",
    "bad_certificate": "c",
    "unknown_ca": "c",
    "bad_record_mac": "m",
}
"""An alert's letter; decrypt_error has one for a signature and one for Finished."""
OTHER_ALERT = "x"
WHOSE = "A small letter: the client noticed, or waits. A capital: the server."


class Cell(Protocol):
    """A byte that was flipped, and what came of it; as `labs.tampering.Flip` has it."""

    @property
    def message(self) -> str:
        """The message's name, with its sender if both send one."""

    @property
    def field(self) -> str:
        """The byte's field."""

    @property
    def finder(self) -> str:
        """Who noticed or waits; "" if nobody noticed."""

    @property
    def alert(self) -> str:
        """The alert that the finder sent, "" if none."""

    @property
    def how(self) -> str:
        """By what it was noticed: one of LOOKS."""


class Look(NamedTuple):
    """How cells of a kind look, and what the kind means."""

    face: str
    pattern: str  # lines behind the letter, "" for none
    meaning: str


LOOKS = {
    "reading": Look("#dbe9f6", "", "refused where it is read and checked: an alert at once"),
    "signature": Look("#e6d9ee", "", "the signature in ServerKeyExchange does not fit"),
    "verify_data": Look("#ffcf87", "rising", "Finished opens, and its verify_data differs"),
    "does not open": Look("#f2a98c", "falling", "the record of Finished does not even open"),
    "waits": Look("#fdf3b0", "dots", "no alert: this side waits for more bytes, for ever"),
    "nothing": Look("#ffffff", "", "nobody notices"),
}
PATTERNS = (
    '<pattern id="rising" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M0,6 L6,0" stroke="#8a5200" stroke-opacity=".35"/></pattern>'
    '<pattern id="falling" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M0,0 L6,6" stroke="#7a1f00" stroke-opacity=".4"/></pattern>'
    '<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<circle cx="1" cy="1" r="1" fill="#6b5d00" fill-opacity=".5"/></pattern>'
)


def letter(cell: Cell) -> str:
    """Return a cell's letter: a capital for the server's alert or wait, `*` for nothing at all."""
    if cell.how == "nothing":
        return MARK_OF_NOTHING
    own = {"waits": "w", "signature": "s", "verify_data": "f"}
    found = own.get(cell.how) or LETTERS.get(cell.alert, OTHER_ALERT)
    return found.upper() if cell.finder == "server" else found


def words(cell: Cell) -> str:
    """Say what came of a flip: "client waits", "no effect", "server decrypt_error (Finished)"."""
    if not cell.finder:
        return "no effect"
    if letter(cell).lower() == "c":  # which of the two depends on where in the DER it falls
        return f"{cell.finder} bad_certificate or unknown_ca"
    where = {"signature": " (signature)", "verify_data": " (Finished)"}.get(cell.how, "")
    return f"{cell.finder} {cell.alert or 'waits'}{where}"


class MapLine(NamedTuple):
    """A line of the map: so many bytes of one message from `start` on.

    `alike` counts the lines after it that would look the same and are not drawn.
    """

    message: str
    start: int
    cells: tuple[Any, ...]
    alike: int = 0

    @property
    def letters(self) -> str:
        """The letters of its cells."""
        return "".join(map(letter, self.cells))


def by_message(cells: Sequence[Any]) -> dict[str, list[Any]]:
    """Return the cells of each message, in their order."""
    found: dict[str, list[Any]] = {}
    for cell in cells:
        found.setdefault(cell.message, []).append(cell)
    return found


def lines(cells: Sequence[Any], picked: int = -1) -> list[MapLine]:
    """Return the lines of the map; equal ones are drawn once, but for the picked cell's."""
    drawn: list[MapLine] = []
    seen = 0
    for message, ours in by_message(cells).items():
        for start in range(0, len(ours), COLUMNS):
            line = MapLine(message, start, tuple(ours[start : start + COLUMNS]))
            holds_picked = seen <= picked < seen + len(line.cells)
            seen += len(line.cells)
            last = drawn[-1] if drawn else line
            same = drawn and (last.message, last.letters) == (message, line.letters)
            if same and not holds_picked:
                drawn[-1] = last._replace(alike=last.alike + 1)
            else:
                drawn.append(line)
    return drawn


@dataclass(frozen=True)
class TamperingMap:
    """The map of a handshake, to look at or to read.

    Args:
        cells: what came of a flip in each byte, in the order of the wire.
        picked: which of them is framed, -1 for none.
    """

    cells: tuple[Any, ...]
    picked: int = -1

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the map for the page, and as text."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def html(self) -> str:
        """Return drawing and table as HTML."""
        return boxed(
            "tlskit-tampering-map",
            picture(svg(self), self.alternative()),
            folded("The map as a table, field by field", table(HEAD, rows(self.cells))),
        )

    def text(self) -> str:
        """Return the map as lines of letters, and what the letters say."""
        found = [f"{place(line):<30} {line.letters}{also(line)}" for line in lines(self.cells)]
        return "\n".join([self.alternative(), "", *found, "", *legend(self.cells), WHOSE])

    def alternative(self) -> str:
        """Say in words what the map shows: how many bytes of which kind, and where the rare are."""
        kinds = Counter(cell.how for cell in self.cells)
        said = [
            f"{kinds[kind]} times {look.meaning}{in_which(self.cells, kind)}"
            for kind, look in LOOKS.items()
            if kinds[kind]
        ]
        return f"Map of {len(self.cells)} bytes, one bit flipped in each: {'; '.join(said)}."


def in_which(cells: Sequence[Any], kind: str) -> str:
    """Say in which messages a kind occurs, or in which it does not, whichever is shorter."""
    found = {cell.message for cell in cells if cell.how == kind}
    others = [message for message in by_message(cells) if message not in found]
    if len(others) < 3:
        return f" (in every message{' but ' if others else ''}{' and '.join(others)})"
    return f" (in {', '.join(message for message in by_message(cells) if message in found)})"


def rows(cells: Sequence[Any]) -> list[tuple[str, str, str, str]]:
    """Return the table: each field, how many bytes it has, and what came of flips in them."""
    fields: dict[tuple[str, str], list[Any]] = {}
    for cell in cells:
        fields.setdefault((cell.message, cell.field), []).append(cell)
    return [
        (message, field, str(len(found)), ", ".join(dict.fromkeys(map(words, found))))
        for (message, field), found in fields.items()
    ]


def legend(cells: Sequence[Any]) -> list[str]:
    """Return what the letters that occur stand for, a line for each kind."""
    said = []
    for kind in kinds_of(cells):
        ours = {letter(cell).lower(): words(cell) for cell in cells if cell.how == kind}
        each = (
            f"{one} = {ours[one].removeprefix('client ').removeprefix('server ')}"
            for one in sorted(ours)
        )
        said.append(f"{LOOKS[kind].meaning}: {', '.join(each)}")
    return said


def kinds_of(cells: Sequence[Any]) -> list[str]:
    """Return the kinds that occur, in the order of the legend."""
    there = {cell.how for cell in cells}
    return [kind for kind in LOOKS if kind in there]


def place(line: MapLine) -> str:
    """Return what stands before a line."""
    return f"{line.message} {line.start}" if line.start else line.message


def also(line: MapLine) -> str:
    """Say that the lines after this one look the same."""
    return f"  … and {line.alike} more lines like this" if line.alike else ""


# ---- drawing


def svg(shown: TamperingMap) -> str:
    """Return the map as SVG on a white ground: runs of one kind as bars, a letter in each cell."""
    parts, y, at = [], TOP, 0
    for line in lines(shown.cells, shown.picked):
        y += LINE + (5 if not line.start else 0)
        parts.append(drawn_line(line, y))
        if at <= shown.picked < at + len(line.cells):
            parts.append(frame(shown.picked - at, y))
        at += len(line.cells) + line.alike * COLUMNS
        if line.alike:
            y += LINE
            words_here = f"… and {line.alike} more lines like the one above"
            parts.append(text(LEFT, y, words_here, style=' font-style="italic"'))
    y += 14
    for kind, said in zip(kinds_of(shown.cells), legend(shown.cells), strict=True):
        y += LINE + 4
        parts.append(bar(LEFT - 120, y, 2, kind))
        for number, piece in enumerate(broken(said)):
            y += 14 if number else 0
            parts.append(text(LEFT - 80, y, piece))
    parts.append(text(LEFT - 80, y + LINE + 4, WHOSE))
    height = y + LINE + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(shown.alternative())}"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="#1a1a1a"><defs>{PATTERNS}'
        f'</defs><rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>{"".join(parts)}</svg>'
    )


def drawn_line(line: MapLine, y: int) -> str:
    """Return a line: its label, a bar for each run of one kind, the letters."""
    label = text(LEFT - 8, y, place(line) if not line.start else str(line.start), "end")
    framed_last = sorted(runs(line), key=lambda run: run[2] == "nothing")
    bars = "".join(bar(LEFT + at * CELL, y, size, kind) for at, size, kind in framed_last)
    xs = " ".join(str(LEFT + at * CELL + CELL // 2) for at in range(len(line.cells)))
    letters = (
        f'<text x="{xs}" y="{y}" text-anchor="middle" font-size="11"'
        f' font-family="monospace" font-weight="bold">{escape(line.letters)}</text>'
    )
    return label + bars + letters


def runs(line: MapLine) -> Iterator[tuple[int, int, str]]:
    """Return where each run of one kind begins, how long it is, and the kind."""
    begin = 0
    for at, cell in enumerate(line.cells):
        if at + 1 == len(line.cells) or line.cells[at + 1].how != cell.how:
            yield begin, at + 1 - begin, cell.how
            begin = at + 1


def bar(x: int, y: int, size: int, kind: str) -> str:
    """Return a bar of so many cells."""
    look = LOOKS[kind]
    box = f'x="{x}" y="{y - 13}" width="{size * CELL}" height="{LINE - 2}"'
    edge = ' stroke="#1a1a1a" stroke-width="1.6"' if kind == "nothing" else ""
    over = f'<rect {box} fill="url(#{look.pattern})"/>' if look.pattern else ""
    return f'<rect {box} fill="{look.face}"{edge}/>{over}'


def frame(at: int, y: int) -> str:
    """Return the frame around the picked cell."""
    box = f'x="{LEFT + at * CELL - 1}" y="{y - 15}" width="{CELL + 2}" height="{LINE + 2}"'
    return f'<rect {box} fill="none" stroke="#b00020" stroke-width="2.5"/>'


def text(x: int, y: int, said: str, anchor: str = "start", style: str = "") -> str:
    """Return words."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{style}>{escape(said)}</text>'


def broken(said: str, room: int = 118) -> list[str]:
    """Return a line of the legend in pieces that fit."""
    pieces = [""]
    for word in said.split(" "):
        if len(pieces[-1]) + len(word) > room:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {word}".strip()
    return pieces


def tampering_map(cells: Sequence[Any]) -> TamperingMap:
    """Return the map of what came of a flip in each byte, `labs.tampering.every_byte()`."""
    return TamperingMap(tuple(cells))
