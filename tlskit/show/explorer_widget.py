"""The byte explorer as a widget."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from tlskit.ladder_rows import LadderRow
from tlskit.order import Row
from tlskit.show.explorer import explored, messages_of
from tlskit.show.page import shown_errors
from tlskit.trace import Call

WIDE = {"width": "min(100%, 34em)"}
DEEPER = "\u2003"  # an em space, which lists keep
NARROW = {"description_width": "6em"}


class ByteExplorer(widgets.VBox):  # type: ignore[misc]
    """Pick a message, then a field; the view below follows."""

    def __init__(self, calls: Sequence[Call], order: Sequence[Row]) -> None:
        """Show a run's first message."""
        self.rows: list[LadderRow] = []
        self.message = widgets.Dropdown(description="Message", layout=WIDE, style=NARROW)
        self.field = widgets.Dropdown(description="Field", layout=WIDE, style=NARROW)
        self.view = widgets.HTML()
        self._busy = False
        around = shown_errors(self.view)
        self.message.observe(around(self._message_changed), names="value")
        self.field.observe(around(self._field_changed), names="value")
        super().__init__([self.message, self.field, self.view])
        self.follow(calls, order)

    def follow(self, calls: Sequence[Call], order: Sequence[Row]) -> None:
        """Show another run, at the same message and field if it has them."""
        message, field = self.message.label, self.field.label
        self.rows = messages_of(calls, order)
        names = [f"{at + 1}. {row.title} ({row.sender})" for at, row in enumerate(self.rows)]
        bare = [name.partition(". ")[2] for name in names]
        wanted = (message or "").partition(". ")[2]
        self._busy = True
        self.message.options = [(name, at) for at, name in enumerate(names)]
        if names:
            self.message.value = bare.index(wanted) if wanted in bare else 0
        self._busy = False
        self._list_fields(field)

    def _list_fields(self, wanted: str | None = None) -> None:
        if not self.rows:
            self.view.value = ""
            return
        items = explored(self.rows[self.message.value]).items
        names = [DEEPER * item.depth + item.path for item in items]
        self._busy = True
        self.field.options = [(name, at) for at, name in enumerate(names)]
        self.field.value = names.index(wanted) if wanted in names else 0
        self._busy = False
        self._draw()

    def _draw(self) -> None:
        row = self.rows[self.message.value]
        self.view.value = replace(explored(row), picked=self.field.value).html()

    def _message_changed(self, _: Any) -> None:
        if not self._busy:
            self._list_fields()

    def _field_changed(self, _: Any) -> None:
        if not self._busy:
            self._draw()
