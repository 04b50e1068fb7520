"""One bit of a random flipped: which bits of the key block change, and how many for each bit."""

from collections.abc import Sequence
from typing import Any, Protocol

from tlskit.show.figures import DPI, Shown, figure

INK, QUIET, CHANGED, SAME = "#1a1a1a", "#767676", "#005a8f", "#ffffff"
HEAD = ("bit of the random", "bits of key_block changed", "of", "share")
SHOWN = 8
"""How many single flips the table lists, besides smallest, largest and mean."""


class OneFlip(Protocol):
    """One bit flipped: which, the bits that it changed, and out of how many."""

    @property
    def bit(self) -> int:
        """The number of the flipped bit."""

    @property
    def changed(self) -> tuple[int, ...]:
        """The numbers of the bits that came out otherwise."""

    @property
    def size(self) -> int:
        """How many bits there are."""

    @property
    def share(self) -> float:
        """How much changed, 0 to 1."""


def avalanche(flips: Sequence[OneFlip], bit: int = 0) -> Shown:
    """Return the plot: above the key block with the bits that one flip changed, below all flips.

    Raises: ValueError if that bit is not among the flips.
    """
    chosen = next((flip for flip in flips if flip.bit == bit), None)
    if chosen is None:
        raise ValueError(f"bit is one of 0 to {len(flips) - 1}, not {bit}")
    return figure(draw(flips, chosen), alt=in_words(flips, chosen), table=rows(flips), head=HEAD)


def rows(flips: Sequence[OneFlip]) -> list[tuple[str, str, str, str]]:
    """Return the table: the first flips, the smallest and the largest effect, the mean."""
    least = min(flips, key=lambda flip: flip.share)
    most = max(flips, key=lambda flip: flip.share)
    listed = [(str(flip.bit), flip) for flip in flips[:SHOWN]]
    listed += [(f"{least.bit} (fewest)", least), (f"{most.bit} (most)", most)]
    made = [
        (name, str(len(flip.changed)), str(flip.size), f"{flip.share:.0%}") for name, flip in listed
    ]
    size, bits = flips[0].size, mean(flips)
    return [*made, (f"all {len(flips)}: mean", f"{bits:.1f}", str(size), f"{bits / size:.0%}")]


def mean(flips: Sequence[OneFlip]) -> float:
    """Return how many bits change on average."""
    return sum(len(flip.changed) for flip in flips) / len(flips)


def in_words(flips: Sequence[OneFlip], chosen: OneFlip) -> str:
    """Say what the plot shows."""
    shares = [flip.share for flip in flips]
    return (
        f"Bit {chosen.bit} of the random flipped: {len(chosen.changed)} of the key block's"
        f" {chosen.size} bits change. Each of the {len(flips)} flips changes between"
        f" {min(shares):.0%} and {max(shares):.0%}, {mean(flips) / chosen.size:.0%} on average."
    )


def draw(flips: Sequence[OneFlip], chosen: OneFlip) -> Any:
    """Return the figure."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(10, 5.4), dpi=DPI, facecolor="white", layout="constrained")
    above, below = fig.subplots(2, 1, height_ratios=(1, 1.5))
    draw_bits(above, chosen)
    draw_shares(below, flips, chosen)
    return fig


def draw_bits(ax: Any, chosen: OneFlip) -> None:
    """Draw the key block's bits: a column for each byte; a filled square with a cross changed."""
    from matplotlib.colors import ListedColormap

    columns = chosen.size // 8
    grid = [[0] * columns for _ in range(8)]
    for bit in chosen.changed:
        grid[bit % 8][bit // 8] = 1
    ax.pcolormesh(
        grid, cmap=ListedColormap([SAME, CHANGED]), vmin=0, vmax=1, edgecolors=QUIET, lw=0.4
    )
    ax.scatter(
        [bit // 8 + 0.5 for bit in chosen.changed],
        [bit % 8 + 0.5 for bit in chosen.changed],
        marker="x",
        s=12,
        color="white",
        linewidths=0.8,
    )
    ax.invert_yaxis()
    ax.set_title(
        f"bit {chosen.bit} of the random flipped: {len(chosen.changed)} of {chosen.size} bits of"
        " key_block change (dark, ×)",
        fontsize=11,
        color=INK,
    )
    ax.set_xlabel("byte of key_block")
    ax.set_ylabel("bit in the byte")
    ax.set_xticks(range(0, columns + 1, 4))
    ax.set_yticks([0.5, 7.5], ["0", "7"])


def draw_shares(ax: Any, flips: Sequence[OneFlip], chosen: OneFlip) -> None:
    """Draw for each bit of the random how much of the key block its flip changes."""
    ax.axhline(50, color=INK, lw=1.2, ls="dashed")
    ax.text(1.006, 0.5, "half", transform=ax.transAxes, va="center")  # the axis is 0 to 100
    xs, ys = [flip.bit for flip in flips], [100 * flip.share for flip in flips]
    ax.vlines(xs, 50, ys, color=QUIET, lw=0.7)
    ax.plot(xs, ys, "o", ms=3.5, color=CHANGED)
    ring: dict[str, Any] = {"ms": 11, "mfc": "none", "mec": "#b00020", "mew": 1.8}
    ax.plot([chosen.bit], [100 * chosen.share], "o", **ring, label="the flip drawn above")
    ax.set_xlim(-4, len(flips) + 3)
    ax.set_ylim(0, 100)
    ax.set_xlabel("which bit of the random was flipped")
    ax.set_ylabel("changed bits of\nkey_block, in %")
    ax.legend(loc="lower right", frameon=False)
