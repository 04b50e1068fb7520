"""Two sides' lists to pick from: predict what comes of them, then let them shake hands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import ipywidgets as widgets

from tlskit.show.negotiation_view import NegotiationView, why_not
from tlskit.show.page import alarm, boxed, escape

NONE = "–"
PLACES = ("1st", "2nd", "3rd")
FAILURE = "server: handshake_failure"
LABELS = {
    "client_groups": "Client: groups",
    "server_groups": "Server: groups",
    "certificates": "Server: certificates",
    "preference": "Whose order counts",
    "session": "Client: session offered",
    "prediction": "I predict",
}
WIDE = {"style": {"description_width": "13em"}, "layout": {"width": "min(100%, 46em)"}}
HOW = "(Run this cell to pick other lists, predict, and let the two shake hands.)"


class Negotiation(widgets.VBox):  # type: ignore[misc]
    """Lists of both sides, a prediction, a button; below them what came of it.

    Args:
        run: takes the fields of `first` as keywords; runs a handshake.
        first: a dataclass of what is picked at the beginning.
        suites: the names to pick from.
        sessions: the words of `session` that `run` takes, each with its meaning.
    """

    def __init__(
        self,
        run: Callable[..., Any],
        first: Any,
        suites: Sequence[str],
        sessions: Mapping[str, str],
    ) -> None:
        """Draw the lists; nothing is run before there is a prediction."""
        self.run = run
        picked = asdict(first)
        self.lists: dict[str, Any] = {}
        for side in ("client", "server"):
            chosen = picked[f"{side}_suites"]
            for at, place in enumerate(PLACES):
                value = chosen[at] if at < len(chosen) else NONE
                label = f"{side.title()}: {place} suite"
                self.lists[f"{side}_{place}"] = listed(label, (NONE, *suites), value)
            self._add(f"{side}_groups", orders(picked[f"{side}_groups"]))
        self._add("certificates", orders(picked["certificates"]))
        self._add("preference", {one: one for one in ("server", "client")})
        self._add("session", {words: one for one, words in sessions.items()})
        self.prediction = listed(LABELS["prediction"], (NONE, *suites, FAILURE), NONE)
        self.button = widgets.Button(description="Shake hands", button_style="primary")
        self.note, self.view = widgets.HTML(), widgets.HTML()
        for name, one in self.lists.items():
            one.observe(self._listener(name), names="value")
        self.button.on_click(self._pressed)
        super().__init__([*self.lists.values(), self.prediction, self.button, self.note, self.view])
        self._say("Predict which suite comes of these lists, then press Shake hands.")

    def _add(self, name: str, options: Mapping[str, Any]) -> None:
        entries = list(options.items())
        self.lists[name] = listed(LABELS[name], entries, entries[0][1])

    def __repr__(self) -> str:
        """Return the lists as they stand, and how to use them."""
        lines = [f"{one.description}: {one.label}" for one in self.lists.values()]
        return "\n".join([*lines, HOW])

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return the widget, and as text the lists as they stand."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return bundle | {"text/plain": repr(self)}

    def picked(self) -> dict[str, Any]:
        """Return what the lists say, as `run` takes it."""
        names = ("client_groups", "server_groups", "certificates", "preference", "session")
        found = {name: self.lists[name].value for name in names}
        for side in ("client", "server"):
            suites = (self.lists[f"{side}_{place}"].value for place in PLACES)
            found[f"{side}_suites"] = tuple(dict.fromkeys(one for one in suites if one != NONE))
        return found

    def _listener(self, name: str) -> Callable[[Any], None]:
        def changed(_: Any) -> None:
            one = self.lists[name]
            self.prediction.value = NONE
            old = " What is drawn below is of the lists before." if self.view.value else ""
            self._say(f"{one.description} is now {one.label}. Predict anew.{old}")

        return changed

    def _pressed(self, _: Any) -> None:
        try:
            self._shake_hands()
        except Exception as error:
            self.note.value = alarm(f"{type(error).__name__}: {error}")

    def _shake_hands(self) -> None:
        picked = self.picked()
        for side in ("client", "server"):
            if not picked[f"{side}_suites"]:
                self._say(f"The {side} has no suite at all: give it one, and predict.")
                return
        if self.prediction.value == NONE:
            self._say("Predict first: which suite, or an alert? Then press again.")
            return
        outcome = self.run(**picked)
        self.view.value = NegotiationView(outcome).html()
        predicted, result = self.prediction.value, outcome.result
        if predicted == result:
            self._say(
                f"✓ As you predicted: it is {result}. Below is what spoke against the others."
            )
            return
        why = why_not(predicted, outcome, picked["preference"])
        self._say(f"✗ You predicted {predicted}: it is {result}. {why}")

    def _say(self, text: str) -> None:
        said = f'<p role="status" aria-live="polite">{escape(text)}</p>'
        self.note.value = boxed("tlskit-note", said)


def listed(label: str, options: Sequence[Any], value: Any) -> Any:
    """Return a list to pick from, with its label."""
    return widgets.Dropdown(description=label, options=options, value=value, **WIDE)


def orders(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the ways to pick from two names: both, in each order, or one.

    >>> list(orders(("x25519", "secp256r1")))
    ['x25519, secp256r1', 'secp256r1, x25519', 'x25519', 'secp256r1']
    """
    one, other = names
    ways = ((one, other), (other, one), (one,), (other,))
    return {", ".join(way): way for way in ways}


def negotiation(
    run: Callable[..., Any], first: Any, suites: Sequence[str], sessions: Mapping[str, str]
) -> Negotiation:
    """Return the widget; `run(**lists)` is called with the fields of `first` as they are picked."""
    return Negotiation(run, first, suites, sessions)
