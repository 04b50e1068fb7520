"""P_hash, round by round: the chain of A's, the block that each gives, the output growing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import ipywidgets as widgets

from tlskit.show.ladder_drawing import COLOURS, picture
from tlskit.show.page import boxed, escape, folded, shown_errors, table, text_table

WIDTH, ROW, TOP, BOX = 900, 56, 110, 40
CHAIN, BLOCKS, BOX_WIDTH = 20, 470, 390
BAR_LEFT, BAR_TOP, BAR_WIDTH, BAR_HEIGHT = 20, 36, 840, 34
BYTES_SHOWN = 8
HEAD = ("round", "A(i)", "block = HMAC(secret, A(i) + seed)", "output so far")
Round = tuple[bytes, bytes]
"""A(i), and the block of output that it gives."""


@dataclass(frozen=True)
class Rounds:
    """P_hash after some rounds.

    Args:
        seed: A(0).
        rounds: all rounds that there are, in order.
        wanted: how many bytes of output are asked for.
        done: how many rounds have been made.
    """

    seed: bytes
    rounds: tuple[Round, ...]
    wanted: int
    done: int

    @property
    def so_far(self) -> int:
        """The bytes of output after these rounds."""
        return sum(len(block) for _, block in self.rounds[: self.done])

    @property
    def spare(self) -> int:
        """The bytes that are thrown away at the end."""
        return max(0, self.so_far - self.wanted)

    def said(self) -> str:
        """Say what the last round did, and whether it was enough."""
        if not self.done:
            return f"Nothing yet: A(0) is the seed. {self.wanted} bytes are wanted."
        size, at = len(self.rounds[self.done - 1][1]), self.done
        did = f"Round {at}: A({at}) = HMAC(secret, A({at - 1})); it gives {size} bytes more."
        if self.spare >= size:
            return f"{did} It was not needed: {self.wanted} bytes were there before."
        if self.so_far < self.wanted:
            return f"{did} {self.so_far} of {self.wanted} bytes are there: go on."
        if not self.spare:
            return f"{did} {self.wanted} bytes are there, exactly as many as are wanted."
        gone = f"the last {self.spare} are thrown away"
        return f"{did} {self.so_far} bytes are there: enough for {self.wanted}, {gone}."

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table."""
        total = 0
        made: list[tuple[str, ...]] = [("0", f"{start_of(self.seed)} (the seed)", "-", "0 bytes")]
        for number, (a, block) in enumerate(self.rounds[: self.done], 1):
            total += len(block)
            made.append((str(number), start_of(a), start_of(block), f"{total} bytes"))
        return made

    def html(self) -> str:
        """Return drawing and table as HTML."""
        drawing = picture(rounds_svg(self), self.said())
        return boxed("tlskit-rounds", drawing, folded("As a table", table(HEAD, self.rows())))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the rounds for the page, and as text."""
        text = f"{self.said()}\n\n{text_table(HEAD, self.rows())}"
        return {"text/html": self.html(), "text/plain": text}


def prf_rounds(
    seed: bytes, rounds: Sequence[Round], wanted: int, done: int | None = None
) -> Rounds:
    """Return P_hash after `done` rounds; after as many as `wanted` bytes take, unless given.

    Raises: ValueError for more rounds than there are, or more bytes than they give.
    """
    sums = list(accumulate(len(block) for _, block in rounds))
    if not 1 <= wanted <= sums[-1]:
        raise ValueError(f"wanted is 1 to {sums[-1]} bytes, not {wanted}")
    if done is None:
        done = 1 + sum(made < wanted for made in sums)
    if not 0 <= done <= len(rounds):
        raise ValueError(f"done is 0 to {len(rounds)}, not {done}")
    return Rounds(seed, tuple(rounds), wanted, done)


def start_of(value: bytes) -> str:
    """Return a value's first bytes in hex."""
    more = " …" if len(value) > BYTES_SHOWN else ""
    return value[:BYTES_SHOWN].hex(" ") + more


# ---- drawing


def rounds_svg(view: Rounds) -> str:
    """Return the drawing as SVG: the output above, the chain at the left, blocks at the right."""
    parts = [output_bar(view, BAR_TOP), node(CHAIN, 0, "A(0) = seed", view.seed)]
    for number, (a, block) in enumerate(view.rounds[: view.done], 1):
        parts.append(down(number))
        parts.append(node(CHAIN, number, f"A({number}) = HMAC(secret, A({number - 1}))", a))
        parts.append(across(number))
        words = f"block {number} = HMAC(secret, A({number}) + seed)"
        parts.append(node(BLOCKS, number, words, block, "#d3e8f7", number == view.done))
    height = top_of(view.done + 1)
    ground = f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(view.said())}"'
        f' font-family="system-ui, sans-serif">{COLOURS}{HATCH}{ground}{"".join(parts)}</svg>'
    )


HATCH = (
    '<defs><pattern id="spare" width="7" height="7" patternUnits="userSpaceOnUse">'
    '<path d="M0,7 L7,0" stroke="#767676" stroke-width="1.5"/></pattern></defs>'
)


def top_of(number: int) -> int:
    """Return the upper edge of a round's boxes."""
    return TOP + number * ROW


def write(x: float, y: float, text: str, anchor: str = "middle", **style: Any) -> str:
    """Return a line of text."""
    look = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{look}>{escape(text)}</text>'


def node(
    x: int, number: int, words: str, value: bytes, fill: str = "#fff", last: bool = False
) -> str:
    """Return a box with what a value is, and its first bytes; the newest has a thicker frame."""
    y, middle = top_of(number), x + BOX_WIDTH / 2
    frame = 3 if last else 1.3
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX}" rx="4" fill="{fill}"'
        f' stroke="#005a8f" stroke-width="{frame}"/>'
        + write(middle, y + 16, words, font_size=13, font_weight="bold")
        + write(middle, y + 33, start_of(value), font_size=12, font_family="monospace")
    )


def down(number: int) -> str:
    """Return the arrow from one A to the next."""
    x, y = CHAIN + BOX_WIDTH / 2, top_of(number)
    return (
        f'<path d="M{x:g},{y - ROW + BOX} V{y - 5}" stroke="#1a1a1a" stroke-width="1.4"/>'
        f'<polygon points="{x:g},{y} {x - 5:g},{y - 8} {x + 5:g},{y - 8}"/>'
    )


def across(number: int) -> str:
    """Return the arrow from an A to its block."""
    y, start, end = top_of(number) + BOX / 2, CHAIN + BOX_WIDTH, BLOCKS
    return (
        f'<path d="M{start},{y:g} H{end - 8}" stroke="#1a1a1a" stroke-width="1.4"/>'
        f'<polygon points="{end},{y:g} {end - 9},{y - 5:g} {end - 9},{y + 5:g}"/>'
    )


def output_bar(view: Rounds, y: int) -> str:
    """Return the output to scale: the blocks in a row, what is wanted, what is thrown away."""
    scale = BAR_WIDTH / sum(len(block) for _, block in view.rounds)
    words = f"output: {view.so_far} bytes so far, {view.wanted} wanted"
    parts = [write(BAR_LEFT, y - 16, words, "start", font_size=13, font_weight="bold")]
    parts.append(bar_box(0, BAR_WIDTH, y, "none", 'stroke="#767676" stroke-dasharray="3 3"'))
    at = 0
    for number, (_, block) in enumerate(view.rounds[: view.done], 1):
        left, wide = at * scale, len(block) * scale
        parts.append(bar_box(left, wide, y, "#d3e8f7", 'stroke="#005a8f"'))
        at += len(block)
        if at <= view.wanted:
            middle = BAR_LEFT + left + wide / 2
            parts.append(write(middle, y + 22, f"block {number}", font_size=12))
    if view.spare:
        left = view.wanted * scale
        parts.append(bar_box(left, view.spare * scale, y, "#fff", ""))
        parts.append(bar_box(left, view.spare * scale, y, "url(#spare)", 'stroke="#005a8f"'))
    x = BAR_LEFT + view.wanted * scale
    line = f'<path d="M{x:g},{y - 8} V{y + BAR_HEIGHT + 8}" stroke="#b00020" stroke-width="2.5"/>'
    end = f"up to here: {view.wanted}" + (f"; thrown away: {view.spare}" if view.spare else "")
    anchor = "end" if x > WIDTH / 2 else "start"
    return "".join([*parts, line, write(x, y + BAR_HEIGHT + 22, end, anchor, font_size=12)])


def bar_box(left: float, wide: float, y: int, fill: str, rest: str) -> str:
    """Return one box of the bar."""
    return (
        f'<rect x="{BAR_LEFT + left:g}" y="{y}" width="{wide:g}" height="{BAR_HEIGHT}"'
        f' fill="{fill}" {rest}/>'
    )


# ---- widget


class Stepper(widgets.VBox):  # type: ignore[misc]
    """Buttons and sliders: one round more, how many bytes are wanted; what happened is said."""

    def __init__(self, view: Rounds) -> None:
        """Show P_hash as it stands."""
        self.shown = view
        style = {"style": {"description_width": "7em"}, "layout": {"width": "min(100%, 34em)"}}
        most = sum(len(block) for _, block in view.rounds)
        self.done = widgets.IntSlider(
            description="Rounds", min=0, max=len(view.rounds), value=view.done, **style
        )
        self.wanted = widgets.IntSlider(
            description="Bytes wanted", min=1, max=most, value=view.wanted, **style
        )
        self.more = widgets.Button(description="One round more")
        self.again = widgets.Button(description="Start again")
        self.note, self.view = widgets.HTML(), widgets.HTML()
        around = shown_errors(self.note)
        self.done.observe(around(self._moved), names="value")
        self.wanted.observe(around(self._moved), names="value")
        self.more.on_click(around(self._more))
        self.again.on_click(around(self._again))
        buttons = widgets.HBox([self.more, self.again])
        super().__init__([buttons, self.done, self.wanted, self.note, self.view])
        self._draw()

    def _more(self, _: Any) -> None:
        self.done.value = min(self.done.value + 1, self.done.max)

    def _again(self, _: Any) -> None:
        self.done.value = 0

    def _moved(self, _: Any) -> None:
        self.shown = replace(self.shown, done=self.done.value, wanted=self.wanted.value)
        self._draw()

    def _draw(self) -> None:
        said = f'<p role="status" aria-live="polite">{escape(self.shown.said())}</p>'
        self.note.value = boxed("tlskit-note", said)
        self.view.value = self.shown.html()
        self.more.disabled = self.done.value == self.done.max

    def _repr_mimebundle_(self, **named: Any) -> dict[str, Any]:
        """Return the widget, and P_hash as it stands as text."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**named)
        return bundle | {"text/plain": self.shown._repr_mimebundle_()["text/plain"]}


def prf_stepper(seed: bytes, rounds: Sequence[Round], wanted: int) -> Stepper:
    """Return a widget that steps through P_hash, at its first round.

    Raises: ValueError for more bytes than the rounds give.
    """
    return Stepper(prf_rounds(seed, rounds, wanted, 1))
