"""A list to pick from, and a table below it that is made anew with each pick."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from tlskit.show.page import alarm, boxed, escape
from tlskit.show.tables import Table, table

Rows = Sequence[Sequence[Any]]


class TablePicks(widgets.VBox):  # type: ignore[misc]
    """One list and its table.

    Args:
        label: what is picked.
        options: the entries.
        run: entry -> rows, and a sentence that says what came of it.
        head: the table's heads.
        first: the entry at the beginning.
    """

    def __init__(
        self,
        label: str,
        options: Sequence[str],
        run: Callable[[str], tuple[Rows, str]],
        head: Sequence[str],
        first: str,
    ) -> None:
        """Run and draw the first entry."""
        self.run, self.head = run, tuple(head)
        self.list = widgets.Dropdown(
            value=first,
            options=list(options),
            description=label,
            style={"description_width": "10em"},
            layout={"width": "min(100%, 30em)"},
        )
        self.note, self.drawing = widgets.HTML(), widgets.HTML()
        self.drawn: Table = table(head, ())
        self.list.observe(lambda change: self._go(), names="value")
        super().__init__([self.list, self.note, self.drawing])
        self._go()

    def _go(self) -> None:
        try:
            rows, said = self.run(self.list.value)
        except Exception as error:
            self.note.value = alarm(f"{type(error).__name__}: {error}")
            return
        self.drawn = table(self.head, rows)
        status = f'<p role="status" aria-live="polite">{escape(said)}</p>'
        self.note.value = boxed("tlskit-note", status)
        self.drawing.value = self.drawn._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return the widget, and in its place the table as text."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        text = self.drawn._repr_mimebundle_()["text/plain"]
        return {**bundle, "text/plain": f"{self.list.description}: {self.list.value}\n{text}"}


def table_picks(
    label: str,
    options: Sequence[str],
    run: Callable[[str], tuple[Rows, str]],
    head: Sequence[str] = ("what", "value"),
    first: str = "",
) -> TablePicks:
    """Return a list with a table; `run(entry)` gives rows and a sentence."""
    return TablePicks(label, options, run, head, first or options[0])
