"""A plain table, for the page and as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tlskit.show import page


@dataclass(frozen=True)
class Table:
    """Rows under heads; cells are text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    fold: str = ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the table for the page, and as text."""
        drawn = page.table(self.head, self.rows, self.caption)
        drawn = page.folded(self.fold, drawn) if self.fold else drawn
        said = "\n".join(
            filter(None, [self.fold, self.caption, page.text_table(self.head, self.rows)])
        )
        return {"text/html": page.boxed("tlskit-table", drawn), "text/plain": said}


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "", fold: str = ""
) -> Table:
    """Return a table to look at.

    Args:
        fold: a line that opens it; without one it is open.
    """
    return Table(tuple(head), tuple(tuple(map(str, row)) for row in rows), caption, fold)
