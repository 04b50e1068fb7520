"""What came of two sides' lists: which suite, what spoke against the others, and the ladder."""

from dataclasses import dataclass
from typing import Any

from tlskit.ladder_rows import ladder_rows, text_ladder
from tlskit.show.ladder_drawing import Ladder
from tlskit.show.page import boxed, escape, table, text_table

HEAD = ("the client offers", "its place", "the server's place", "what speaks against it")
TODAY = ("server_hello",)


@dataclass(frozen=True)
class NegotiationView:
    """The outcome of a negotiation, for the page and as text.

    Args:
        outcome: has ended ("done", or who sent which alert), suite, group, certificate, resumed,
            offered_id, answered_id, rows (of HEAD), calls and order.
    """

    outcome: Any

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the view for the page, and as text."""
        return {"text/html": self.html(), "text/plain": self.text()}

    def html(self) -> str:
        """Return sentences, table and ladder as HTML."""
        said = "<br>".join(map(escape, sentences(self.outcome)))
        rows = tuple(ladder_rows(self.outcome.calls, self.outcome.order, TODAY))
        lists = table(HEAD, marked(self.outcome))
        return boxed("tlskit-negotiation", f"<p>{said}</p>", lists, Ladder(rows).html())

    def text(self) -> str:
        """Return sentences, table and ladder as text."""
        rows = ladder_rows(self.outcome.calls, self.outcome.order, TODAY)
        lists = text_table(HEAD, marked(self.outcome))
        return "\n".join([*sentences(self.outcome), "", lists, "", text_ladder(rows)])


def marked(outcome: Any) -> list[tuple[str, ...]]:
    """Return the rows, with a mark in that of the suite that was taken."""
    taken = outcome.suite if outcome.ended == "done" else ""
    return [
        (*row[:-1], f"▶ {row[-1]}: taken" if row[0] == taken else row[-1]) for row in outcome.rows
    ]


def sentences(outcome: Any) -> list[str]:
    """Say what was agreed on, and what the two session IDs mean."""
    if outcome.ended != "done":
        who, _, alert = outcome.ended.partition(": ")
        return [f"No handshake: the {who} sends the alert {alert}."]
    ids = id_sentence(outcome)
    if outcome.resumed:
        return [f"Resumed: a session of before goes on, with its suite {outcome.suite}.", ids]
    group = f"group {outcome.group}" if outcome.group else "no group (no Diffie-Hellman)"
    return [f"Agreed: {outcome.suite}, {group}, certificate {outcome.certificate}.", ids]


def id_sentence(outcome: Any) -> str:
    """Say what the session IDs of the two hellos tell."""
    offered, answered = outcome.offered_id, outcome.answered_id
    if offered and offered == answered:
        return "Session ID: the server says the client's own again, so the session is resumed."
    asked = "the client names an older session" if offered else "the client names none"
    if not answered:
        return f"Session ID: {asked}, the server gives none: this session will not be kept."
    return (
        f"Session ID: {asked}, the server gives a new one, {len(answered)} bytes: a full handshake."
    )


def why_not(predicted: str, outcome: Any, preference: str) -> str:
    """Say why a prediction is not what came of it."""
    against = {row[0]: row[-1] for row in outcome.rows}
    if predicted not in against:
        if outcome.ended == "done" and not predicted.startswith("TLS_"):
            return "Something could be agreed on: there is a suite with nothing against it."
        return "The client did not even offer it."
    if against[predicted] != "nothing":
        return f"Against it: {against[predicted]}."
    if outcome.resumed:
        return "A resumed session keeps the suite that it had."
    return f"Both could do it, but in the {preference}'s list another one stands before it."


def negotiated(outcome: Any) -> NegotiationView:
    """Return the view of what `negotiate(...)` came to."""
    return NegotiationView(outcome)
