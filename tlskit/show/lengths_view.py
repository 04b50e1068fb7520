"""What somebody outside sees of a page: the length of a record; and what that tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ipywidgets as widgets

from tlskit.show.ladder_drawing import COLOURS, picture
from tlskit.show.page import boxed, escape, folded, shown_errors, table, text_table

WIDTH, LEFT, RIGHT, ROW, TOP = 900, 170, 330, 46, 16
HEAD = ("page", "length of its record", "which page that can be")
WIDE = {"width": "min(100%, 30em)"}
STYLE = {"description_width": "6em"}


class Seen(Protocol):
    """What somebody outside sees of one page."""

    @property
    def page(self) -> str:
        """Its path, which is not seen."""

    @property
    def length(self) -> int:
        """The length of the record that carried it."""

    @property
    def like(self) -> Sequence[str]:
        """The pages that would have looked the same."""


Run = Callable[[str], Sequence[Seen]]
"""padding -> what is seen of each page."""


@dataclass(frozen=True)
class Lengths:
    """The pages' records as bars of their length, that of the page which was fetched marked."""

    all: tuple[Seen, ...]
    fetched: str

    @property
    def sentence(self) -> str:
        """Say what can be told from outside about the page that was fetched."""
        seen = next(one for one in self.all if one.page == self.fetched)
        if len(seen.like) == 1:
            return f"A record of {seen.length} bytes goes by: that is {seen.page}, and no other."
        if len(seen.like) == len(self.all):
            return f"A record of {seen.length} bytes goes by: it can be any of these pages."
        return f"A record of {seen.length} bytes goes by: it is {' or '.join(seen.like)}."

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The table's rows."""
        return [
            (
                f"{one.page} (fetched)" if one.page == self.fetched else one.page,
                f"{one.length} bytes",
                " or ".join(one.like),
            )
            for one in self.all
        ]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return bars and table for the page, and the table as text."""
        return {"text/html": self.html(), "text/plain": str(self)}

    def __str__(self) -> str:
        """Return sentence and table as text."""
        return f"{self.sentence}\n\n{text_table(HEAD, self.rows)}"

    def html(self) -> str:
        """Return bars and table as HTML."""
        told = f"<p>{escape(self.sentence)}</p>"
        drawn = picture(self.svg(), f"{self.sentence} One bar a page, as long as its record.")
        return boxed(
            "tlskit-lengths", told, drawn, folded("The same as a table", table(HEAD, self.rows))
        )

    def svg(self) -> str:
        """Return the bars as SVG, on a white ground."""
        longest = max(one.length for one in self.all)
        height = TOP * 2 + ROW * len(self.all)
        bars = "".join(
            self.bar(one, TOP + ROW * number, (WIDTH - LEFT - RIGHT) * one.length / longest)
            for number, one in enumerate(self.all)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" font-family="system-ui, sans-serif">'
            f'{COLOURS}<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff"/>{bars}</svg>'
        )

    def bar(self, one: Seen, y: float, width: float) -> str:
        """Return one page's bar, with its name before it and its length behind it."""
        fetched = one.page == self.fetched
        fill = "#d3e8f7" if fetched else "#fff"
        weight = "bold" if fetched else "normal"
        alone = len(one.like) == 1
        words = "no other is as long" if alone else f"{len(one.like)} pages are as long"
        said = f"{one.length} bytes: {words}{' (fetched)' if fetched else ''}"
        return (
            f'<text x="{LEFT - 10}" y="{y + 25}" text-anchor="end" font-size="13"'
            f' font-weight="{weight}">{escape(one.page)}</text>'
            f'<rect x="{LEFT}" y="{y + 6}" width="{width:.1f}" height="28" fill="{fill}"'
            f' stroke="var(--tk-client)" stroke-width="{2.5 if fetched else 1}"/>'
            f'<text x="{LEFT + width + 10:.1f}" y="{y + 25}" font-size="13"'
            f' font-weight="{weight}">{escape(said)}</text>'
        )


def lengths(seen: Sequence[Seen], fetched: str) -> Lengths:
    """Return what an eavesdropper sees while one of some pages is fetched.

    Raises: ValueError if the page is not among them.
    """
    if fetched not in [one.page for one in seen]:
        known = ", ".join(one.page for one in seen)
        raise ValueError(f"there is no page {fetched!r}; there are {known}")
    return Lengths(tuple(seen), fetched)


class LengthsChooser(widgets.VBox):  # type: ignore[misc]
    """Two lists, which page is fetched and how pages are filled up; below, what is seen."""

    def __init__(self, run: Run, pages: Sequence[str], paddings: Sequence[str]) -> None:
        """Draw the first page, not filled up."""
        self.run = run
        self.page = widgets.Dropdown(
            description="Page", options=list(pages), style=STYLE, layout=WIDE
        )
        self.padding = widgets.Dropdown(
            description="Filled up", options=list(paddings), style=STYLE, layout=WIDE
        )
        self.note, self.view = widgets.HTML(), widgets.HTML()
        self.shown: Lengths | None = None
        draw = shown_errors(self.note)(self._draw)
        for control in (self.page, self.padding):
            control.observe(lambda _: draw(), names="value")
        super().__init__([self.page, self.padding, self.note, self.view])
        self._draw()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and as text what it shows."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return bundle | {"text/plain": str(self.shown)}

    def _draw(self) -> None:
        first = self.shown is None
        self.shown = lengths(self.run(self.padding.value), self.page.value)
        self.view.value = self.shown.html()
        if not first:
            said = f"{self.page.value}, filled up: {self.padding.value}. {self.shown.sentence}"
            status = f'<p role="status" aria-live="polite">{escape(said)}</p>'
            self.note.value = boxed("tlskit-note", status)


def lengths_chooser(run: Run, pages: Sequence[str], paddings: Sequence[str]) -> LengthsChooser:
    """Return lists of pages and of paddings; each pick runs `run(padding)` and draws it."""
    return LengthsChooser(run, pages, paddings)
