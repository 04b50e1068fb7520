"""What a client may bring when it comes back, and the handshake that it leads to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ipywidgets as widgets

from tlskit.order import Row
from tlskit.show.ladder_drawing import Ladder, ladder
from tlskit.show.page import boxed, escape, shown_errors
from tlskit.trace import Call

WIDE = {"width": "min(100%, 44em)"}
STYLE = {"description_width": "6em"}


class Offer(Protocol):
    """What a client brought, and what came of it."""

    @property
    def name(self) -> str:
        """What it brought."""

    @property
    def outcome(self) -> str:
        """The kind of handshake, or the alert."""

    @property
    def why(self) -> str:
        """A sentence, with RFC and section."""

    @property
    def calls(self) -> Sequence[Call]:
        """The calls of both ends."""

    @property
    def order(self) -> Sequence[Row]:
        """The table that the handshake followed."""


Run = Callable[[str], Offer]
"""what is brought -> what came of it."""


@dataclass(frozen=True)
class Brought:
    """A sentence and the ladder of what came of an offer."""

    offer: Offer

    @property
    def sentence(self) -> str:
        """Say what was brought, what came of it, and why."""
        return f"The client brings {self.offer.name}: {self.offer.outcome}. {self.offer.why}"

    @property
    def ladder(self) -> Ladder:
        """The handshake."""
        return ladder(self.offer.calls, self.offer.order)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return sentence and ladder for the page, and as text."""
        return {"text/html": self.html(), "text/plain": str(self)}

    def __str__(self) -> str:
        """Return sentence and ladder as text."""
        return f"{self.sentence}\n\n{self.ladder._repr_mimebundle_()['text/plain']}"

    def html(self) -> str:
        """Return sentence and ladder as HTML."""
        return boxed("tlskit-brought", f"<p>{escape(self.sentence)}</p>") + self.ladder.html()


class OfferChooser(widgets.VBox):  # type: ignore[misc]
    """A list of what a client may bring; below, the handshake that it leads to."""

    def __init__(self, run: Run, names: Sequence[str]) -> None:
        """Draw the first."""
        self.run = run
        self.names = widgets.Dropdown(
            description="It brings", options=list(names), style=STYLE, layout=WIDE
        )
        self.note, self.view = widgets.HTML(), widgets.HTML()
        self.shown: Brought | None = None
        draw = shown_errors(self.note)(self._draw)
        self.names.observe(lambda _: draw(), names="value")
        super().__init__([self.names, self.note, self.view])
        self._draw()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and as text the list and what is shown."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        listed = "\n".join(f"- {name}" for name in self.names.options)
        return bundle | {"text/plain": f"It brings one of these:\n{listed}\n\n{self.shown}"}

    def _draw(self) -> None:
        before = self.shown
        self.shown = Brought(self.run(self.names.value))
        self.view.value = self.shown.html()
        if before is not None:
            old, new = before.offer.outcome, self.shown.offer.outcome
            said = f"Still: {new}." if old == new else f"It was: {old}. Now: {new}."
            status = f'<p role="status" aria-live="polite">{escape(said)}</p>'
            self.note.value = boxed("tlskit-note", status)


def offer(brought: Offer) -> Brought:
    """Return what came of something that a client brought: a sentence and a ladder."""
    return Brought(brought)


def offer_chooser(run: Run, names: Sequence[str]) -> OfferChooser:
    """Return a list of what a client may bring; each pick runs `run(name)` and draws it."""
    return OfferChooser(run, names)
