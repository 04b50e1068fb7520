"""The plot of the key derivation: from the pre-master secret down to the last IV."""

import textwrap
from collections.abc import Sequence
from typing import Any

from tlskit.derivation import CHECK, KEY, SECRET, SOURCE, Derivation, Node, derivation
from tlskit.show.figures import DPI, Shown, figure
from tlskit.trace import Call

WIDTH = 10.0  # inches, also the x axis
LEVEL = 1.42  # height of a level
BOX_WIDTH, BOX_HEIGHT = 2.15, 0.62
BAR_HEIGHT = 0.95
FACES = {SOURCE: "#ffffff", SECRET: "#fbe3c0", CHECK: "#d6efe4", KEY: "#d3e8f7"}
EDGES = {SOURCE: "#595959", SECRET: "#8a5200", CHECK: "#00664b", KEY: "#005a8f"}
LINES = {SOURCE: "dashed", SECRET: "solid", CHECK: "dotted", KEY: "solid"}
KINDS = {SOURCE: "went in", SECRET: "secret", CHECK: "proof in Finished", KEY: "part of key block"}
HATCHES = ("", "////", "", "\\\\\\\\", "", "....")
HEAD = ("value", "bytes", "begins with", "what it is", "made by")


def key_derivation(calls: Sequence[Call], by: str = "client") -> Shown:
    """Return the plot of what one side derived in a run, with its table.

    Raises: ValueError if the run never came to its keys.
    """
    graph = derivation(calls, by)
    if not any(node.kind == KEY for node in graph.nodes):
        raise ValueError(f"the {by} of this run derived no keys: it ended before that")
    return figure(draw(graph), alt=alternative(graph, by), table=rows(graph), head=HEAD)


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
    return into[0].formula


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


def levels(graph: Derivation) -> dict[str, int]:
    """Return the level of each node; a source stands one above the first that it goes into."""
    found = {node.name: graph.depth(node.name) for node in graph.nodes if node.kind != KEY}
    for node in graph.nodes:
        out = (edge.target for edge in graph.edges if edge.source == node.name)
        targets = [found[name] for name in out if name in found]
        if node.kind == SOURCE and targets:
            found[node.name] = min(targets) - 1
    return found


def positions(graph: Derivation) -> dict[str, tuple[float, float]]:
    """Return the middle of each box; what later values hang on stands left."""
    level_of = levels(graph)
    deepest = max(level_of.values())
    found = {}
    for level in range(deepest + 1):
        names = [node.name for node in graph.nodes if level_of.get(node.name) == level]
        kind = {node.name: node.kind for node in graph.nodes}
        names.sort(key=lambda name: (kind[name] == SOURCE, kind[name] == CHECK))
        step = WIDTH / max(len(names), 3)
        for at, name in enumerate(names):
            found[name] = (step * (at + 0.5), LEVEL * (deepest - level) + BAR_HEIGHT + 1.3)
    return found


def draw(graph: Derivation) -> Any:
    """Return the figure: boxes on levels, arrows between them, the key block to scale below."""
    from matplotlib.figure import Figure

    place = positions(graph)
    height = max(y for _, y in place.values()) + 0.75
    fig = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, height)
    axes.axis("off")
    for edge in graph.edges:
        if edge.formula != "cut":
            arrow(axes, place[edge.source], place[edge.target])
    for node in graph.nodes:
        if node.name in place:
            box(axes, node, place[node.name])
            formula(axes, graph, node, place[node.name])
    bar(axes, graph, place)
    return fig


def arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw what goes into what."""
    lean = (end[0] - start[0]) / WIDTH * 0.9
    axes.annotate(
        "",
        xy=(end[0] + (start[0] > end[0]) * 0.25 - (start[0] < end[0]) * 0.25, end[1] + 0.31),
        xytext=(start[0] + lean, start[1] - BOX_HEIGHT / 2),
        arrowprops={"arrowstyle": "-|>", "color": "#767676", "lw": 1.2},
        zorder=1,
    )


def box(axes: Any, node: Node, at: tuple[float, float]) -> None:
    """Draw a value: its name, its size, its first bytes."""
    from matplotlib.patches import Rectangle

    corner = (at[0] - BOX_WIDTH / 2, at[1] - BOX_HEIGHT / 2)
    style: dict[str, Any] = {
        "facecolor": FACES[node.kind],
        "edgecolor": EDGES[node.kind],
        "lw": 1.4,
        "zorder": 2,
    }
    axes.add_patch(Rectangle(corner, BOX_WIDTH, BOX_HEIGHT, ls=LINES[node.kind], **style))
    name = node.name.replace(" (", "\n(")
    text = f"{name}\n{len(node.value)} bytes: {node.value[:4].hex(' ')} …"
    size = 9 if "\n(" in name or len(node.name) > 20 else 10
    axes.text(*at, text, ha="center", va="center", fontsize=size, color="#1a1a1a", zorder=3)


def formula(axes: Any, graph: Derivation, node: Node, at: tuple[float, float]) -> None:
    """Write the formula above the box that it makes."""
    into = graph.into(node.name)
    if not into:
        return
    text = "\n".join(textwrap.wrap(into[0].formula, 38))
    back = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    y = at[1] + BOX_HEIGHT / 2 + 0.13
    style = {"fontsize": 9, "style": "italic", "color": "#333333", "bbox": back, "zorder": 3}
    axes.text(at[0], y, text, ha="center", va="bottom", **style)


def bar(axes: Any, graph: Derivation, place: dict[str, tuple[float, float]]) -> None:
    """Draw the block that was cut, to scale, with the parts' names, sizes and first bytes."""
    from matplotlib.patches import Rectangle

    parts = [node for node in graph.nodes if node.kind == KEY]
    total = sum(len(node.value) for node in parts)
    source = graph.into(parts[0].name)[0].source
    scale, left, floor = (WIDTH - 0.6) / total, 0.3, 0.55
    top = floor + BAR_HEIGHT
    x, y = place[source]
    for end in (left, WIDTH - left):
        corner = x - BOX_WIDTH / 2 if end == left else x + BOX_WIDTH / 2
        axes.plot([corner, end], [y - BOX_HEIGHT / 2, top], color="#005a8f", lw=0.8, ls="dotted")
    for at, node in enumerate(parts):
        width = len(node.value) * scale
        style: dict[str, Any] = {"facecolor": FACES[KEY], "edgecolor": EDGES[KEY], "lw": 1.4}
        axes.add_patch(Rectangle((left + node.offset * scale, floor), width, BAR_HEIGHT, **style))
        name = node.name.replace("_write", "\nwrite", 1)
        words = f"{name}\n{len(node.value)} bytes"
        if width >= 1.0:
            words += f"\n{node.value[:4].hex(' ')}"
        turned = 0 if width >= 0.75 else 90
        middle = (left + node.offset * scale + width / 2, floor + BAR_HEIGHT / 2)
        axes.text(*middle, words, ha="center", va="center", fontsize=9, rotation=turned)
        axes.text(left + node.offset * scale, floor - 0.06, str(node.offset), va="top", fontsize=9)
        if HATCHES[at % len(HATCHES)]:
            stripe = (left + node.offset * scale, top - 0.09)
            pattern: dict[str, Any] = {"hatch": HATCHES[at % len(HATCHES)], "facecolor": "none"}
            axes.add_patch(Rectangle(stripe, width, 0.09, edgecolor=EDGES[KEY], lw=0, **pattern))
    axes.text(WIDTH - left, floor - 0.06, str(total), va="top", ha="right", fontsize=9)
    caption = f"{source}, {total} bytes, cut to scale (the offsets stand below)"
    axes.text(WIDTH / 2, floor - 0.24, caption, ha="center", va="top", fontsize=9)
