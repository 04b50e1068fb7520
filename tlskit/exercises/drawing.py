"""Choices that follow from a seed: one of several, an order, a number, a name."""

from collections.abc import Sequence
from typing import TypeVar

from tlskit.exercises.task import Draw

Thing = TypeVar("Thing")


def number(draw: Draw, floor: int, ceiling: int) -> int:
    """Return a number from floor to ceiling, both included."""
    return floor + int.from_bytes(draw(8)) % (ceiling - floor + 1)


def among(draw: Draw, things: Sequence[Thing]) -> Thing:
    """Return one of some things."""
    return things[number(draw, 0, len(things) - 1)]


def shuffled(draw: Draw, things: Sequence[Thing]) -> list[Thing]:
    """Return things in an order that follows from the seed."""
    keyed = [(draw(8), place) for place in range(len(things))]
    return [things[place] for _, place in sorted(keyed)]


def label(draw: Draw) -> str:
    """Return a label of a host name, 5 to 9 letters."""
    return "".join(chr(ord("a") + number(draw, 0, 25)) for _ in range(number(draw, 5, 9)))
