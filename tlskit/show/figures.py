"""Showing a matplotlib figure so that nobody is left out: always with words and a table."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tlskit.show.page import boxed, escape, folded, table, text_table

DPI = 100


@dataclass(frozen=True)
class Shown:
    """A picture with its text alternative and its table."""

    png: bytes = field(repr=False)
    alt: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return picture, words and table for the page, and the table as text."""
        return {
            "text/html": self.html(),
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": f"{self.alt}\n\n{text_table(self.head, self.rows)}",
        }

    def html(self) -> str:
        """Return picture and table as HTML."""
        source = base64.b64encode(self.png).decode()
        picture = (
            f'<figure style="margin: 0"><img class="tlskit-figure" alt="{escape(self.alt)}"'
            f' style="max-width: 100%; height: auto" src="data:image/png;base64,{source}">'
            "</figure>"
        )
        return boxed(
            "tlskit-picture", picture, folded("The same as a table", table(self.head, self.rows))
        )


def figure(
    fig: Any, *, alt: str, table: Sequence[Sequence[Any]], head: Sequence[str] = ()
) -> Shown:
    """Return a figure for the page.

    Args:
        fig: a matplotlib Figure.
        alt: what the picture says, in words: the finding, not the axes.
        table: the rows that it was drawn from.
        head: the names of the table's columns; without it the first row is taken for them.

    Raises: ValueError if words or table are missing.
    """
    if not alt.strip():
        raise ValueError("a figure needs alt=: say in words what it shows")
    if not table:
        raise ValueError("a figure needs table=: the rows that it was drawn from")
    rows = [tuple(row) for row in table]
    names = tuple(str(one) for one in head) or tuple(str(one) for one in rows.pop(0))
    return Shown(png_of(fig), alt, names, tuple(rows))


def png_of(fig: Any) -> bytes:
    """Return a figure as PNG, drawn without any window or global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    content = io.BytesIO()
    canvas: Any = FigureCanvasAgg(fig)
    canvas.print_png(content, metadata={"Software": None})
    return content.getvalue()
