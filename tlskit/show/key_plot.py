"""The plot of the key derivation: from the pre-master secret down to the last IV.

Each value is a card: on top the formula and what went into it, below the value itself. Arrows are
for values that were themselves derived; so no arrow has to cross a card.
"""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from tlskit.derivation import CHECK, KEY, SECRET, SOURCE, Derivation, Edge, Node, derivation
from tlskit.show.figures import DPI, Shown, figure
from tlskit.trace import Call

WIDTH, MARGIN, GAP = 10.0, 0.3, 0.22  # inches, as all lengths here
WIDEST, ROOMY = 5.6, 4.0  # the width of a card in a row of its own; one that holds more bytes
LINE, PAD = 0.165, 0.09
CHARACTER = 0.073  # the width of one in a text of 9 points
VALUE_HEIGHT = 0.5
BETWEEN = 0.42  # two rows of cards
BAR_FLOOR, BAR_HEIGHT, STRIPE = 0.95, 1.2, 0.1
NARROW = 0.85  # a part of the bar that holds no line of text
FACES = {SOURCE: "#ffffff", SECRET: "#fbe3c0", CHECK: "#d6efe4", KEY: "#d3e8f7"}
EDGES = {SOURCE: "#595959", SECRET: "#8a5200", CHECK: "#00664b", KEY: "#005a8f"}
LINES = {SOURCE: "dashed", SECRET: "solid", CHECK: "dotted", KEY: "solid"}
KINDS = {SOURCE: "went in", SECRET: "secret", CHECK: "proof in Finished", KEY: "part of key block"}
HATCHES = {"client": "////", "server": "...."}
DARK = "#1a1a1a"
LEGEND = {
    SOURCE: "the formula, and what went in",
    SECRET: "a secret",
    CHECK: "proof in Finished",
    KEY: "part of the key block",
}
HEAD = ("value", "bytes", "begins with", "what it is", "made by")


def key_derivation(calls: Sequence[Call], by: str = "client") -> Shown:
    """Return the plot of what one side derived in a run, with its table.

    Raises: ValueError if the run never came to its keys.
    """
    graph = derivation(calls, by)
    if not any(node.kind == KEY for node in graph.nodes):
        raise ValueError(f"the {by} of this run derived no keys: it ended before that")
    return figure(draw(graph), alt=alternative(graph, by), table=rows(graph), head=HEAD)


# ---- in words


def rows(graph: Derivation) -> list[tuple[str, int, str, str, str]]:
    """Return the table: each value with its size, first bytes, kind and formula."""
    return [
        (node.name, len(node.value), start_of(node, 8), KINDS[node.kind], made_by(graph, node))
        for node in graph.nodes
    ]


def made_by(graph: Derivation, node: Node) -> str:
    """Return how a value was made, as text."""
    into = graph.into(node.name)
    if not into:
        return "-"
    if into[0].formula == "cut":
        return f"{into[0].source}[{node.offset}..{node.offset + len(node.value) - 1}]"
    same = [f"{edge.argument} is {edge.source}" for edge in into if renamed(edge)]
    return "; ".join([into[0].formula, *same])


def renamed(edge: Edge) -> bool:
    """Tell whether a formula takes a value under another name than it has."""
    return edge.source.partition(" ")[0] != edge.argument


def start_of(node: Node, size: int) -> str:
    """Return a value's first bytes in hex."""
    more = " …" if len(node.value) > size else ""
    return node.value[:size].hex(" ") + more


def alternative(graph: Derivation, by: str) -> str:
    """Say in words what the plot shows."""
    parts = [node for node in graph.nodes if node.kind == KEY]
    made = [node for node in graph.nodes if node.kind == SECRET and graph.into(node.name)]
    steps = [f"{node.name} is {made_by(graph, node)}" for node in made]
    cut = ", ".join(f"{node.name} {len(node.value)}" for node in parts)
    total = sum(len(node.value) for node in parts)
    return f"What the {by} derives: {'; '.join(steps)}; its {total} bytes are cut into {cut}."


# ---- where things stand


class Card(NamedTuple):
    """A value's place: left edge, lower edge, width; its formula in lines; what went into it."""

    node: Node
    left: float
    floor: float
    width: float
    formula: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def middle(self) -> float:
        """Where arrows begin and end."""
        return self.left + self.width / 2

    @property
    def inputs_height(self) -> float:
        """The height of the upper half; 0 for a value that was not derived."""
        lines = len(self.formula) + len(self.sources)
        return lines * LINE + 2 * PAD if lines else 0.0

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.floor + VALUE_HEIGHT + self.inputs_height


def card(graph: Derivation, node: Node, left: float, width: float) -> Card:
    """Return a card that stands on 0, with the sources' first bytes; secrets have their own."""
    into = graph.into(node.name)
    room = int((width - 2 * PAD) / CHARACTER)
    formula = textwrap.wrap(into[0].formula, room) if into else []
    sources = []
    for edge in into:
        source = graph.named(edge.source)
        if source.kind == SOURCE and renamed(edge):
            sources.append(f"{edge.argument} = {edge.source}")
        elif source.kind == SOURCE:
            begin = start_of(source, 6 if width > ROOMY else 3)
            sources.append(f"{edge.argument}: {len(source.value)} bytes, {begin}")
    return Card(node, left, 0, width, tuple(formula), tuple(sources))


def cards(graph: Derivation) -> dict[str, Card]:
    """Return the cards by name, in rows: below each other what is made from each other."""
    levels: dict[int, list[Node]] = {}
    for node in graph.nodes:
        if node.kind in (SECRET, CHECK):
            levels.setdefault(graph.depth(node.name), []).append(node)
    found: dict[str, Card] = {}
    floor = BAR_FLOOR + BAR_HEIGHT + 0.45
    for level in sorted(levels, reverse=True):
        nodes = sorted(levels[level], key=lambda node: node.kind == CHECK)
        room = (WIDTH - 2 * MARGIN + GAP) / len(nodes) - GAP
        width = min(room, WIDEST)
        left = (WIDTH - len(nodes) * (width + GAP) + GAP) / 2
        steps = (left + at * (width + GAP) for at in range(len(nodes)))
        row = [card(graph, node, x, width) for node, x in zip(nodes, steps, strict=True)]
        highest = max(one.top for one in row)
        for one in row:  # they hang from one line
            found[one.node.name] = one._replace(floor=floor + highest - one.top)
        floor += highest + BETWEEN
    return found


# ---- drawing


def draw(graph: Derivation) -> Any:
    """Return the figure: cards, arrows between them, the key block to scale below."""
    from matplotlib.figure import Figure

    place = cards(graph)
    height = max(one.top for one in place.values()) + MARGIN
    fig = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    pairs = ((edge.source, edge.target) for edge in graph.edges)
    for source, target in dict.fromkeys(pairs):
        if source in place and target in place:
            arrow(fig, place[source], place[target])
    for one in place.values():
        draw_card(fig, one)
    bar(fig, graph, place)
    legend(fig)
    return fig


def box(fig: Any, at: tuple[float, float], size: tuple[float, float], **style: Any) -> None:
    """Draw a rectangle."""
    from matplotlib.patches import Rectangle

    fig.add_artist(Rectangle(at, *size, transform=fig.dpi_scale_trans, **style))


def look(kind: str) -> dict[str, Any]:
    """Return how boxes of a kind look: its line tells it as well as its colour."""
    return {"facecolor": FACES[kind], "edgecolor": EDGES[kind], "ls": LINES[kind], "lw": 1.4}


def line(fig: Any, xs: Sequence[float], ys: Sequence[float], **style: Any) -> None:
    """Draw a line behind all boxes."""
    from matplotlib.lines import Line2D

    fig.add_artist(Line2D(xs, ys, transform=fig.dpi_scale_trans, zorder=0.5, **style))


def write(fig: Any, at: tuple[float, float], text: str, **style: Any) -> None:
    """Write in the size and colour that all plain text has here, around a point."""
    usual = {"fontsize": 9, "color": DARK, "ha": "center", "va": "center"}
    fig.text(*at, text, transform=fig.dpi_scale_trans, **(usual | style))


def arrow(fig: Any, start: Card, end: Card) -> None:
    """Draw that one value goes into another's formula."""
    from matplotlib.patches import Polygon

    half, tip = end.top + BETWEEN / 2, (end.middle, end.top + 0.01)
    xs = (start.middle, start.middle, end.middle, end.middle)
    line(fig, xs, (start.floor, half, half, end.top + 0.08), color=DARK, lw=1.2)
    corners = [tip, *((end.middle + dx, end.top + 0.12) for dx in (-0.055, 0.055))]
    fig.add_artist(Polygon(corners, transform=fig.dpi_scale_trans, color=DARK))


def draw_card(fig: Any, one: Card) -> None:
    """Draw a value: above what went in, below its name, size and first bytes."""
    node, ceiling = one.node, one.floor + VALUE_HEIGHT
    box(fig, (one.left, one.floor), (one.width, VALUE_HEIGHT), **look(node.kind))
    y = one.floor + VALUE_HEIGHT / 2
    write(fig, (one.middle, y + 0.1), node.name, fontsize=10, fontweight="bold")
    size = f"{len(node.value)} bytes: {start_of(node, 8 if one.width > ROOMY else 5)}"
    write(fig, (one.middle, y - 0.11), size)
    if not one.formula:
        return
    box(fig, (one.left, ceiling), (one.width, one.inputs_height), **look(SOURCE))
    style: dict[str, Any] = {"linespacing": LINE * 72 / 9 / 1.17}
    for lines, end, side, slant in (
        (one.formula, one.top - PAD, "top", "italic"),
        (one.sources, ceiling + PAD, "bottom", "normal"),
    ):
        write(fig, (one.middle, end), "\n".join(lines), va=side, style=slant, **style)


def bar(fig: Any, graph: Derivation, place: dict[str, Card]) -> None:
    """Draw the block that was cut, to scale, with the parts' names, sizes and first bytes."""
    parts = [node for node in graph.nodes if node.kind == KEY]
    total = sum(len(node.value) for node in parts)
    scale = (WIDTH - 2 * MARGIN) / total
    whole = graph.into(parts[0].name)[0].source
    if whole in place:
        unfold(fig, place[whole])
    for node in parts:
        part(fig, node, MARGIN + node.offset * scale, len(node.value) * scale)
    below: dict[str, Any] = {"va": "top", "ha": "right"}
    write(fig, (WIDTH - MARGIN, BAR_FLOOR - 0.06), str(total), **below)
    caption = f"{whole}, {total} bytes, cut to scale (below it: at which byte each part begins)"
    write(fig, (WIDTH / 2, BAR_FLOOR - 0.26), caption, va="top")


def unfold(fig: Any, one: Card) -> None:
    """Draw that the bar is the card's value, enlarged."""
    for corner, end in ((one.left, MARGIN), (one.left + one.width, WIDTH - MARGIN)):
        ys = (one.floor, BAR_FLOOR + BAR_HEIGHT)
        line(fig, (corner, end), ys, color=EDGES[KEY], lw=1, ls="dotted")


def part(fig: Any, node: Node, left: float, width: float) -> None:
    """Draw one part; a narrow one is written upwards, so that its bytes are there too."""
    box(fig, (left, BAR_FLOOR), (width, BAR_HEIGHT), **look(KEY))
    side, _, rest = node.name.partition("_")
    stripe: dict[str, Any] = {"hatch": HATCHES.get(side, "xx"), "edgecolor": EDGES[KEY], "lw": 0}
    top = (left, BAR_FLOOR + BAR_HEIGHT - STRIPE)
    box(fig, top, (width, STRIPE), facecolor="none", **stripe)
    narrow = width < NARROW
    name = f"{side} {rest}" if narrow else f"{side}\n{rest}"
    words = f"{name}\n{len(node.value)} bytes\n{node.value[:4].hex(' ')}"
    middle = (left + width / 2, BAR_FLOOR + (BAR_HEIGHT - STRIPE) / 2)
    style: dict[str, Any] = {"rotation": 90, "linespacing": 1.1} if narrow else {}
    write(fig, middle, words, **style)
    write(fig, (left, BAR_FLOOR - 0.06), str(node.offset), va="top", ha="left")


def legend(fig: Any) -> None:
    """Say at the foot what line and colour mean."""
    x = MARGIN
    for kind, words in LEGEND.items():
        box(fig, (x, 0.2), (0.3, 0.18), **look(kind))
        write(fig, (x + 0.4, 0.29), words, ha="left")
        x += 0.7 + len(words) * CHARACTER
