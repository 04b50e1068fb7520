"""`show.diagnose(deck)`: broken handshakes, of which step and section are asked for."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ipywidgets as widgets

from tlskit.ladder_rows import LadderRow, text_ladder
from tlskit.show.answering import Asked, Judged, Questions
from tlskit.show.ladder_drawing import Ladder
from tlskit.show.page import boxed, escape, table

HEAD = ("what", "as the client has it", "as the server has it")
SAME = "the same"
ASK = "Which step broke, and which section says how it should have been?"
HOW = "(Run this cell to answer in the page.)"
WIDTH = 92
WIDE = {"layout": {"width": "min(100%, 46em)"}, "style": {"description_width": "7em"}}


class Case(Protocol):
    """A broken handshake: what one sees of it, and what is said to a diagnosis."""

    @property
    def rows(self) -> tuple[LadderRow, ...]:
        """The ladder, without reasons."""

    @property
    def alert(self) -> str:
        """Who sent which alert, in a sentence."""

    @property
    def facts(self) -> tuple[tuple[str, str, str], ...]:
        """What it is, as the client has it, as the server has it."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps to pick from."""

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The sections to pick from, and what each is about."""

    @property
    def answer(self) -> str:
        """The right diagnosis in words."""

    @property
    def longer(self) -> str:
        """The same, and how one sees it."""

    def right(self, step: str, section: str) -> bool:
        """Tell whether a diagnosis is right."""

    def said(self, step: str, section: str) -> tuple[str, ...]:
        """Return what is said to a diagnosis."""


@dataclass(frozen=True)
class Trace:
    """What one sees of a broken handshake: its alert, its ladder, what both sides hold."""

    case: Case

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return it for the page, and as text."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def html(self) -> str:
        """Return alert, drawing and table as HTML."""
        alert = boxed("tlskit-alert", f"<p><b>{escape(self.case.alert)}</b></p>")
        facts = table(HEAD, self.case.facts, "What both sides hold")
        return alert + Ladder(self.case.rows).html() + boxed("tlskit-facts", facts)

    def text(self) -> str:
        """Return the same as text."""
        lines = [self.case.alert, "", text_ladder(self.case.rows), ""]
        lines += [fact_in_words(*fact) for fact in self.case.facts]
        return "\n".join(lines)


def fact_in_words(what: str, client: str, server: str) -> str:
    """Return a row of the table as text.

    >>> fact_in_words("key block", "has one", "another one")
    'key block: client: has one; server: another one'
    """
    if server == SAME:
        words = f"{client} (both sides)"
    else:
        sides = {"client": client, "server": server}
        words = "; ".join(f"{side}: {one}" for side, one in sides.items() if one)
    return textwrap.fill(f"{what}: {words}", WIDTH, subsequent_indent="    ")


class Diagnose(Questions):
    """Cases, each with its trace and two lists."""

    def __init__(self, deck: Sequence[Case], traced: bool) -> None:
        """Show these cases, not yet diagnosed."""
        asked = [one_asked(number, case, traced) for number, case in enumerate(deck, 1)]
        super().__init__(asked, as_text(deck, traced))


def one_asked(number: int, case: Case, traced: bool) -> Asked:
    """Return one case as a widget."""

    def judge(step: str, section: str) -> Judged:
        right = case.right(step, section)
        return Judged(right, case.said(step, section), case.answer, case.longer)

    heading = f"<p><b>Case {number}.</b> {ASK}</p>" if traced else f"<p><b>{ASK}</b></p>"
    sections = [(f"{name}: {about}", name) for name, about in case.sections]
    lists = {
        "a step": dropdown("Step", [(step, step) for step in case.steps]),
        "a section": dropdown("RFC section", sections),
    }
    trace = Trace(case).html() if traced else ""
    return Asked(boxed("tlskit-diagnose", heading) + trace, lists, judge)


def dropdown(label: str, options: Sequence[tuple[str, str]]) -> Any:
    """Return a list in which nothing is picked yet."""
    return widgets.Dropdown(description=label, options=[("choose …", None), *options], **WIDE)


def as_text(deck: Sequence[Case], traced: bool) -> str:
    """Return the cases as text, without the answers."""
    parts = []
    for number, case in enumerate(deck, 1):
        parts += [f"Case {number}", Trace(case).text()] if traced else []
    lists = {"Steps": deck[0].steps, "Sections": [name for name, _ in deck[0].sections]}
    parts += [ASK, *(in_lines(what, names) for what, names in lists.items()), HOW]
    return "\n\n".join(parts)


def in_lines(what: str, names: Sequence[str]) -> str:
    """Return a list of names in lines of readable length."""
    return textwrap.fill(f"{what}: {'; '.join(names)}", WIDTH, subsequent_indent="    ")


def case(one: Case) -> Trace:
    """Return what one sees of a broken handshake, to look at."""
    return Trace(one)


def diagnose(deck: Sequence[Case], traced: bool = True) -> Diagnose:
    """Return the cases of a deck with lists to diagnose them.

    Args:
        deck: at least one case, as a deck of the labs has them.
        traced: whether each case's trace is shown too; if not, it stands above (`show.case`).

    Raises: ValueError for an empty deck.
    """
    if not deck:
        raise ValueError("an empty deck: there is nothing to diagnose")
    return Diagnose(deck, traced)
