"""Packets, records and messages: three ways to cut the same bytes, drawn one below the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from tlskit.show.ladder_drawing import picture
from tlskit.show.page import alarm, boxed, escape, folded, table, text_table

Piece = tuple[str, int, int, int]
Layers = Mapping[str, Sequence[Piece]]
WIDTH, LEFT, HEIGHT, ROW = 900, 90, 26, 62
LABEL = "Content of a record"
MOST_WORDS = 5
"""A layer of more pieces than this is told by their number and size."""
HEAD = ("layer", "piece", "bytes", "size")


@dataclass(frozen=True)
class Packing:
    """The same bytes cut in several ways; `layers`: name, start, end, size of each piece."""

    layers: Layers

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the drawing for the page, and the layers in words."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def text(self) -> str:
        """Return one line a layer."""
        return text_table(("layer", "pieces"), [(name, self.told(name)) for name in self.layers])

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return layer, name, place and size of each piece."""
        return [
            (layer, name or str(number), f"{start}–{end - 1}", str(size))
            for layer, pieces in self.layers.items()
            for number, (name, start, end, size) in enumerate(pieces, 1)
        ]

    def told(self, layer: str) -> str:
        """Return a layer in words: "2: 1460 and 681 bytes"."""
        pieces = self.layers[layer]
        count = len(pieces)
        if count > MOST_WORDS:
            sizes = sorted({size for *_, size in pieces})
            return f"{count}, of {sizes[0]} to {sizes[-1]} bytes"
        words = [f"{name} {size}".strip() for name, _, _, size in pieces]
        *some, last = words
        return f"{count}: {', '.join(some)} and {last} bytes" if some else f"1: {last} bytes"

    def html(self) -> str:
        """Return drawing and table as HTML."""
        alt = "; ".join(f"{layer} {self.told(layer)}" for layer in self.layers)
        rows = table(HEAD, self.rows())
        return boxed("tlskit-packing", picture(self.svg(), alt), folded("As a table", rows))

    def svg(self) -> str:
        """Return the drawing as SVG: a bar for each layer, all on one scale of bytes."""
        total = max(piece[2] for pieces in self.layers.values() for piece in pieces)
        scale = (WIDTH - LEFT - 10) / total
        parts = []
        for number, (layer, pieces) in enumerate(self.layers.items()):
            y = 10 + number * ROW
            parts.append(f'<text x="4" y="{y + 14}" font-weight="bold">{escape(layer)}</text>')
            parts.append(f'<text x="{LEFT}" y="{y + 14}">{escape(self.told(layer))}</text>')
            parts += [bar(at, one, y + 20, scale) for at, one in enumerate(pieces)]
        height = 10 + len(self.layers) * ROW
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' font-family="sans-serif" font-size="13" fill="#1a1a1a">'
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>'
        )


def bar(at: int, piece: Piece, y: int, scale: float) -> str:
    """Return one piece; neighbours differ in shade, and a stroke stands between them."""
    name, start, end, _ = piece
    x, width = LEFT + start * scale, max(2.0, (end - start) * scale)
    shade = ("#cfe3f1", "#f6e3cf")[at % 2]
    fits = name and len(name) * 6.1 < width
    word = (
        f'<text x="{x + 4:.1f}" y="{y + 17}" font-size="11">{escape(name)}</text>' if fits else ""
    )
    return (
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{HEIGHT}" fill="{shade}"'
        f' stroke="#1a1a1a" stroke-width="0.8"/>{word if fits else ""}'
    )


def packing(layers: Layers) -> Packing:
    """Return a drawing of the same bytes cut in several ways."""
    return Packing(layers)


class Repacking(widgets.VBox):  # type: ignore[misc]
    """A list of sizes for records; each pick packs the flight anew and sends it.

    Args:
        pack: runs it: size -> layers, and in words who accepted it.
        sizes: bytes of content in a record, to pick from.
        first: the size at the beginning.
    """

    def __init__(
        self, pack: Callable[[int], tuple[Layers, str]], sizes: Sequence[int], first: int
    ) -> None:
        """Pack and draw the first size."""
        self.pack = pack
        self.size = widgets.Dropdown(
            value=first,
            options=[(f"{size} bytes", size) for size in sizes],
            description=LABEL,
            style={"description_width": "13em"},
            layout={"width": "min(100%, 24em)"},
        )
        self.note, self.drawing = widgets.HTML(), widgets.HTML()
        self.drawn: Packing = Packing({})
        self.size.observe(lambda change: self._go(), names="value")
        super().__init__([self.size, self.note, self.drawing])
        self._go()

    def _go(self) -> None:
        try:
            layers, verdict = self.pack(self.size.value)
        except Exception as error:
            self.note.value = alarm(f"{type(error).__name__}: {error}")
            return
        before, self.drawn = self.drawn, Packing(layers)
        said = f"Records: {self.drawn.told('records')}"
        if before.layers:
            said += f" (before: {len(before.layers['records'])})"
        status = f'<p role="status" aria-live="polite">{escape(f"{said}. {verdict}.")}</p>'
        self.note.value = boxed("tlskit-note", status)
        self.drawing.value = self.drawn.html()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return the widget, and in its place the drawing in words."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        words = f"{LABEL}: {self.size.value}\n{self.drawn.text()}"
        return {**bundle, "text/plain": words}


def repacking(
    pack: Callable[[int], tuple[Layers, str]],
    sizes: Sequence[int] = (16384, 2000, 1000, 700, 300, 100, 20, 3),
    first: int = 700,
) -> Repacking:
    """Return a list of records' sizes; `pack(size)` runs it (see labs/server_flight.py)."""
    return Repacking(pack, sizes, first)
