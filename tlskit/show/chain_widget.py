"""The chain view with a clock that can be moved."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ipywidgets as widgets

from tlskit.certificates import Trust
from tlskit.chain_rows import ChainRow, chain_rows
from tlskit.show.chain_drawing import Axis, ChainView, axis_for, chain, day
from tlskit.show.page import alarm, boxed, escape

WIDE = {"width": "min(100%, 44em)"}
STYLE = {"description_width": "5em"}
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def moments(rows: Sequence[ChainRow], clock: datetime, axis: Axis) -> list[datetime]:
    """Return the days that the clock can be set to: one a week, and those at which a row changes.

    These are the first and the last day of each certificate, and the days around them.
    """
    first, last = axis
    weeks = [clock + WEEK * at for at in range(-200, 200)]
    edges = [
        at
        for row in rows
        if row.first and row.last
        for at in (row.first - DAY, row.first, row.last, row.last + DAY)
    ]
    days = {day(at): at for at in (*weeks, *edges, clock) if first <= at <= last}
    return sorted(days.values())


class ChainClock(widgets.VBox):  # type: ignore[misc]
    """A list of chains, a clock; the view below follows, and a line says what changed.

    Two buttons move the clock by one place: the arrow keys belong to the notebook itself.
    """

    def __init__(
        self,
        chains: Mapping[str, Sequence[bytes]],
        server_name: str,
        trust: Trust,
        clock: datetime,
        judge: bool,
    ) -> None:
        """Draw the first chain at this clock."""
        self.chains, self.server_name, self.trust = dict(chains), server_name, trust
        self.judge = judge
        rows = [row for one in self.chains.values() for row in chain_rows(one, trust)]
        self.axis = axis_for(rows, clock)
        self.shown: ChainView | None = None
        self.which = widgets.Dropdown(
            description="Chain", options=list(self.chains), style=STYLE, layout=WIDE
        )
        days = moments(rows, clock, self.axis)
        self.clock = widgets.SelectionSlider(
            description="Clock",
            options=[(day(at), at) for at in days],
            value=clock,
            style=STYLE,
            layout=WIDE,
            continuous_update=False,
        )
        self.earlier = widgets.Button(description="Clock back")
        self.later = widgets.Button(description="Clock forward")
        self.note, self.view = widgets.HTML(), widgets.HTML()
        self.which.observe(self._changed, names="value")
        self.clock.observe(self._changed, names="value")
        self.earlier.on_click(lambda _: self._step(-1))
        self.later.on_click(lambda _: self._step(1))
        lists = [self.which] if len(self.chains) > 1 else []
        moved = [self.clock, widgets.HBox([self.earlier, self.later])] if judge else []
        super().__init__([*lists, *moved, self.note, self.view])
        self._draw()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the widget, and as text the view that it shows."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return bundle | {"text/plain": str(self.shown)}

    def _step(self, places: int) -> None:
        last = len(self.clock.options) - 1
        self.clock.index = min(last, max(0, self.clock.index + places))

    def _changed(self, _: Any) -> None:
        try:
            self._draw()
        except Exception as error:
            self.note.value = alarm(f"{type(error).__name__}: {error} (drawn below: as before)")

    def _draw(self) -> None:
        before = self.shown
        self.shown = chain(
            self.chains[self.which.value],
            self.server_name,
            self.trust,
            self.clock.value,
            judge=self.judge,
            axis=self.axis,
        )
        self.view.value = self.shown.html()
        if before is not None:
            said = escape(what_changed(before, self.shown, self.which.value))
            status = f'<p role="status" aria-live="polite">{said}</p>'
            self.note.value = boxed("tlskit-note", status)


def what_changed(before: ChainView, after: ChainView, name: str) -> str:
    """Say in words what another clock or chain brought."""
    places = ", ".join(row.place for row in after.rows)
    chain_now = f"Chain {name}: {places}." if before.rows != after.rows else ""
    clock = f"The clock is {day(after.clock)}." if before.clock != after.clock else ""
    verdicts = [
        one.judgement.alert or "believed" for one in (before, after) if one.judgement is not None
    ]
    said = ""
    if verdicts:
        old, new = verdicts
        said = f"Still {new}." if old == new else f"It was {old}, now it is {new}."
    return " ".join(filter(None, [chain_now, clock, said]))


def chain_clock(
    chains: Mapping[str, Sequence[bytes]],
    server_name: str,
    trust: Trust,
    clock: datetime,
    *,
    judge: bool = True,
) -> ChainClock:
    """Return chains under a clock that can be moved, judged by our verifier at each place.

    Args:
        chains: by name, the certificates as a Certificate message carries them.
        clock: where the clock stands at first.
        judge: False leaves the verdict out, and with it the clock's controls.

    Raises: ValueError for bytes that are no certificate.
    """
    return ChainClock(chains, server_name, trust, clock, judge)
