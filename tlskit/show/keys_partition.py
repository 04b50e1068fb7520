"""The key block of one suite or more, to one scale, cut into its six parts; and a widget."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import ipywidgets as widgets

from tlskit.show.ladder_drawing import COLOURS, picture
from tlskit.show.page import boxed, escape, folded, shown_errors, table, text_table

WIDTH, LEFT, PER_BYTE = 900, 20, 5.3
BAR_HEIGHT, STRIPE, ROW, TOP = 72, 10, 126, 30
NARROW = 40  # a part that holds no line of text is written upwards
FACES = {"MAC key": "#fbe3c0", "key": "#d3e8f7", "IV": "#d6efe4"}
PLURALS = {"MAC key": "MAC keys", "key": "Encryption keys", "IV": "IVs"}
HASHES = {"sha256": "SHA-256", "sha384": "SHA-384"}
HEAD = ("suite", "hash in the PRF", "part", "bytes", "at byte", "begins with")


class CutBlock(Protocol):
    """A key block cut for a suite."""

    @property
    def suite(self) -> str:
        """The suite's name."""

    @property
    def hash_name(self) -> str:
        """The hash in the PRF that made it."""

    @property
    def parts(self) -> Mapping[str, bytes]:
        """The parts by the RFC's names, in their order; those not needed are empty."""


class Part(NamedTuple):
    """One part: whose, of which kind, where it begins."""

    side: str
    kind: str
    value: bytes
    offset: int

    @property
    def name(self) -> str:
        """What it is called here."""
        return f"{self.side} {self.kind}"


def parts_of(cut: CutBlock) -> list[Part]:
    """Return the parts that are not empty."""
    found, offset = [], 0
    for name, value in cut.parts.items():
        side, _, kind = name.partition("_write_")
        if value:
            found.append(Part(side, kind.replace("_", " "), value, offset))
        offset += len(value)
    return found


def size_of(cut: CutBlock) -> int:
    """Return the bytes of the whole key block."""
    return sum(map(len, cut.parts.values()))


def hash_of(cut: CutBlock) -> str:
    """Return the hash's name as it is usually written."""
    return HASHES.get(cut.hash_name, cut.hash_name)


def sizes(cut: CutBlock) -> dict[str, int]:
    """Return how many bytes each side's MAC key, key and IV have."""
    found = dict.fromkeys(FACES, 0)
    return found | {part.kind: len(part.value) for part in parts_of(cut)}


def in_words(cut: CutBlock) -> str:
    """Say in a sentence how a key block was cut."""
    cuts = ", ".join(f"{part.name} {len(part.value)}" for part in parts_of(cut))
    return f"{cut.suite}: {size_of(cut)} bytes by the PRF with {hash_of(cut)}: {cuts}."


def what_changed(before: CutBlock, after: CutBlock) -> str:
    """Say in words how two key blocks differ."""
    old, new = sizes(before), sizes(after)
    said = [change(PLURALS[kind], old[kind], new[kind]) for kind in FACES if old[kind] != new[kind]]
    if size_of(before) != size_of(after):
        said.append(f"Key block: {size_of(before)} → {size_of(after)} bytes.")
    if before.hash_name != after.hash_name:
        said.append(f"Hash in the PRF: {hash_of(before)} → {hash_of(after)}.")
    return " ".join(said) or "Cut alike, with other bytes in it."


def change(what: str, old: int, new: int) -> str:
    """Say how the size of a part changed, came or went.

    >>> change("IVs", 4, 0), change("MAC keys", 0, 20)
    ('IVs: none now.', 'MAC keys: new, 20 bytes each.')
    """
    if not new:
        return f"{what}: none now."
    return f"{what}: {old} → {new} bytes each." if old else f"{what}: new, {new} bytes each."


@dataclass(frozen=True)
class KeyParts:
    """Key blocks to look at, below each other and to one scale."""

    cuts: tuple[CutBlock, ...]

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the table: a row for each part of each suite."""
        return [
            (cut.suite, hash_of(cut), part.name, len(part.value), part.offset, start(part))
            for cut in self.cuts
            for part in parts_of(cut)
        ]

    def alt(self) -> str:
        """Say what is drawn."""
        return "Key blocks to scale. " + " ".join(map(in_words, self.cuts))

    def html(self) -> str:
        """Return drawing and table as HTML."""
        drawing = picture(parts_svg(self.cuts, self.alt()), self.alt())
        return boxed("tlskit-parts", drawing, folded("As a table", table(HEAD, self.rows())))

    def text(self) -> str:
        """Return the parts as text."""
        return "\n".join(map(in_words, self.cuts)) + "\n\n" + text_table(HEAD, self.rows())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the parts for the page, and as text."""
        return {"text/html": self.html(), "text/plain": self.text()}


def start(part: Part) -> str:
    """Return a part's first bytes in hex."""
    return part.value[:4].hex(" ") + (" …" if len(part.value) > 4 else "")


def key_parts(*cuts: CutBlock) -> KeyParts:
    """Return key blocks drawn to one scale; each has a suite, a hash_name and its parts.

    Raises: ValueError for none.
    """
    if not cuts:
        raise ValueError("hand over at least one key block that was cut")
    return KeyParts(cuts)


# ---- drawing


def parts_svg(cuts: Sequence[CutBlock], alt: str) -> str:
    """Return the bars as SVG, on a white ground."""
    bars = "".join(bar(cut, TOP + at * ROW) for at, cut in enumerate(cuts))
    height = TOP + len(cuts) * ROW - 10
    ground = f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(alt)}"'
        f' font-family="system-ui, sans-serif">{COLOURS}{PATTERNS}{ground}{bars}</svg>'
    )


PATTERNS = (
    '<defs><pattern id="client" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M0,6 L6,0" stroke="#005a8f" stroke-width="1.6"/></pattern>'
    '<pattern id="server" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<circle cx="3" cy="3" r="1.5" fill="#a34700"/></pattern></defs>'
)


def bar(cut: CutBlock, y: float) -> str:
    """Return one key block: its title, its parts, at which byte each begins."""
    total = size_of(cut)
    title = f"{cut.suite}: {total} bytes (PRF with {hash_of(cut)})"
    end = LEFT + total * PER_BYTE
    return (
        line(LEFT, y - 8, title, "start", 14, "bold")
        + "".join(one_part(part, y) for part in parts_of(cut))
        + line(end, y + BAR_HEIGHT + 14, str(total), "start")
    )


def one_part(part: Part, y: float) -> str:
    """Return one part of a bar; its stripe is hatched for the client and dotted for the server."""
    x, wide = LEFT + part.offset * PER_BYTE, len(part.value) * PER_BYTE
    place = f'x="{x:g}" y="{y:g}" width="{wide:g}"'
    boxes = (
        f'<rect {place} height="{BAR_HEIGHT}" fill="{FACES[part.kind]}" stroke="#1a1a1a"/>'
        f'<rect {place} height="{STRIPE}" fill="url(#{part.side})" stroke="#1a1a1a"/>'
    )
    at = line(x, y + BAR_HEIGHT + 14, str(part.offset), "start")
    return boxes + words_in(part, x + wide / 2, y + STRIPE, wide) + at


def words_in(part: Part, middle: float, top: float, wide: float) -> str:
    """Return what stands in a part: whose, what, how many bytes."""
    size = len(part.value)
    if wide < NARROW:
        y = top + (BAR_HEIGHT - STRIPE) / 2
        turned = f'transform="rotate(-90 {middle:g} {y:g})"'
        return line(middle, y + 4, f"{part.name} {size}", "middle", 10, "normal", turned)
    lines = (part.side, part.kind, f"{size} bytes")
    return "".join(
        line(middle, top + 17 + 15 * at, text, "middle", 12) for at, text in enumerate(lines)
    )


def line(
    x: float,
    y: float,
    text: str,
    anchor: str,
    size: int = 11,
    weight: str = "normal",
    more: str = "",
) -> str:
    """Return a line of text."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}"'
        f' font-weight="{weight}" {more}>{escape(text)}</text>'
    )


# ---- widget


class Partition(widgets.VBox):  # type: ignore[misc]
    """A list of suites; below it what changed, the key block before and the one now."""

    def __init__(self, cut: Callable[[str], CutBlock], suites: Sequence[str], first: str) -> None:
        """Cut for the first suite."""
        self.cut = cut
        self.now = cut(first)
        self.parts = KeyParts((self.now,))
        self.suite = widgets.Dropdown(
            description="Cipher suite",
            options=list(suites),
            value=first,
            style={"description_width": "7em"},
            layout={"width": "min(100%, 38em)"},
        )
        self.note, self.view = widgets.HTML(), widgets.HTML()
        self.suite.observe(shown_errors(self.note)(self._picked), names="value")
        super().__init__([self.suite, self.note, self.view])
        self._draw("Pick another suite: the bar before stays above the new one, to one scale.")

    def _picked(self, _: Any) -> None:
        before, self.now = self.now, self.cut(self.suite.value)
        self.parts = KeyParts((before, self.now))
        self._draw(what_changed(before, self.now))

    def _draw(self, words: str) -> None:
        said = f'<p role="status" aria-live="polite">{escape(words)}</p>'
        self.note.value = boxed("tlskit-note", said)
        self.view.value = self.parts.html()

    def _repr_mimebundle_(self, **named: Any) -> dict[str, Any]:
        """Return the widget, and the parts as text."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**named)
        return bundle | {"text/plain": self.parts.text()}


def partition(cut: Callable[[str], CutBlock], suites: Sequence[str], first: str = "") -> Partition:
    """Return a widget over suites, each cut by `cut(name)`; it begins with `first` or the first.

    Raises: ValueError if `first` is not among them.
    """
    chosen = first or suites[0]
    if chosen not in suites:
        raise ValueError(f"{chosen} is not among the suites: {', '.join(suites)}")
    return Partition(cut, suites, chosen)
