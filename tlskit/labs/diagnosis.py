"""Broken handshakes to diagnose: `deck(seed, upto="05")` draws some, made anew from our own steps.

A case shows what one sees (ladder, alert, what both sides hold) and never why; step and section
are what is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from tlskit.alerts import Alert
from tlskit.labs import breaks_after, breaks_exchange, breaks_hello, breaks_keys
from tlskit.labs.breaks import BREAKS, CBC, CHACHA, GCM, RESUMPTION, Break, sound
from tlskit.labs.diagnosis_words import INSTEAD, SECTIONS, STEPS
from tlskit.labs.evidence import Fact, facts
from tlskit.labs.in_transit import Conversation
from tlskit.ladder_rows import LadderRow, ladder_rows
from tlskit.order import Role
from tlskit.registry import AlertLevel
from tlskit.trace import Call

DECKS = {"05": "01", "08": "06", "10": "09"}
"""After which lesson there is a deck, and which lesson it is the first to ask about."""
FATAL = int(AlertLevel.fatal)
FILLED_BY = (breaks_hello, breaks_exchange, breaks_keys, breaks_after)
"""Importing these fills BREAKS."""


@dataclass(frozen=True)
class Case:
    """One broken handshake.

    Args:
        rows: the ladder; a refused row names the alert and not the reason.
        alert: who sent which alert, or that nobody did.
        facts: what both sides hold.
        steps, sections: what can be picked.
        broken: what is wrong, for whoever has picked; not in the repr.
    """

    rows: tuple[LadderRow, ...] = field(repr=False)
    alert: str
    facts: tuple[Fact, ...] = field(repr=False)
    steps: tuple[str, ...] = field(repr=False)
    sections: tuple[tuple[str, str], ...] = field(repr=False)
    broken: Break = field(repr=False)

    def right(self, step: str, section: str) -> bool:
        """Tell whether a diagnosis is right."""
        return (step, section) == (self.broken.step, self.broken.section)

    def said(self, step: str, section: str) -> tuple[str, ...]:
        """Return what is said to a diagnosis; to a wrong one not which would be right."""
        broken = self.broken
        if step != broken.step:
            return (f"It is not {step}. {broken.instead.get(step, INSTEAD[step])}",)
        if section != broken.section:
            about = dict(self.sections).get(section, "")
            return (
                f"The step is right: {step}.",
                f"The section is another: {section} is about {about}. What exactly was done wrong "
                "in this step?",
            )
        return (broken.cause, broken.seen)

    @property
    def answer(self) -> str:
        """The right diagnosis, and the cause."""
        return f"{self.broken.step}, {self.broken.section}. {self.broken.cause}"

    @property
    def longer(self) -> str:
        """The right diagnosis, the cause, and by what one sees it."""
        return f"{self.answer} {self.broken.seen}"


def deck(seed: Any, upto: str = "10", size: int = 3) -> tuple[Case, ...]:
    """Return cases from the lessons up to one of DECKS: the same for a seed, others for another.

    Most of them are about what is new since the deck before; no two have the same step.

    Raises: ValueError for another `upto`, or if there are not so many cases.
    """
    return tuple(case(one, seed, upto) for one in drawn(seed, upto, size))


def drawn(seed: Any, upto: str, size: int) -> tuple[Break, ...]:
    """Return the breaks of a deck, in an order that looks like chance."""
    if upto not in DECKS:
        raise ValueError(f"there is a deck after {', '.join(DECKS)}, none after {upto!r}")
    mixed = sorted(BREAKS.values(), key=lambda one: shuffled(f"{seed} {upto}", one.name))
    known = [one for one in mixed if one.lesson <= upto]
    new = [one for one in known if one.lesson >= DECKS[upto]]
    chosen: dict[str, Break] = {}
    for candidates, wanted in ((new, size // 2 + 1), (known, size)):
        for one in candidates:
            if len(chosen) < wanted:
                chosen.setdefault(one.step, one)
    if len(chosen) != size:
        raise ValueError(f"a deck up to {upto} has 1 to {len(chosen)} cases, not {size}")
    return tuple(sorted(chosen.values(), key=lambda one: shuffled(f"{seed} order", one.name)))


def shuffled(seed: Any, name: str) -> bytes:
    """Return what to sort by so that the order looks like chance, and depends on the seed alone."""
    return sha256(f"{seed} {name}".encode()).digest()


def case(broken: Break, seed: Any, upto: str = "10") -> Case:
    """Break a sound handshake, run it, and return what one sees of it."""
    suites = (GCM, CHACHA, CBC)
    first = shuffled(seed, f"{broken.name} suite")[0] % 3
    setup = sound(f"case {seed} {broken.name}", suites[first:] + suites[:first])
    calls: list[Call] = []
    talk = broken.apply(setup).talk(calls)
    client = talk.ends[Role.CLIENT]
    rows = ladder_rows(calls, client.side.order(client.state))
    sections = [(name, topic.about) for name, topic in SECTIONS.items() if topic.lesson <= upto]
    return Case(
        rows=tuple(replace(row, problem=without_reason(row.problem)) for row in rows),
        alert=alert_of(talk, calls),
        facts=facts(talk, calls),
        steps=tuple(step for step in STEPS if upto == "10" or step != RESUMPTION),
        sections=tuple(sections),
        broken=broken,
    )


def without_reason(problem: str) -> str:
    """Return what a row of the ladder says of a refusal, without why.

    >>> without_reason("refused by client: decrypt_error: verify_data differs (RFC 5246 §7.4.9)")
    'refused by client: decrypt_error'
    """
    return ": ".join(problem.split(": ")[:2])


def alert_of(talk: Conversation, calls: Sequence[Call]) -> str:
    """Say which alert ended a conversation, and who sent it.

    Who has said close_notify sends no other alert after it (RFC 5246 §7.2.1).

    Raises: what an end raised, if that is no Alert: then it is a fault of ours.
    """
    if not talk.failures:
        return "Nobody sent an alert: both sides wait for bytes."
    finder, error = talk.failures[0]
    if not isinstance(error, Alert):
        raise error
    name = error.description.name
    sent = any(
        call.by == finder and call.name == "encode_alert" and call.arguments["level"] == FATAL
        for call in calls
    )
    if not sent:
        return f"The {finder} found {name}; it had said goodbye before, and sent no alert."
    return f"The {finder} sent the fatal alert {name}."
