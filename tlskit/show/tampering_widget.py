"""The tampering lab as a widget: pick any bit of a handshake, flip it, see what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ipywidgets as widgets

from tlskit.ladder_rows import ladder_rows, text_ladder
from tlskit.show.ladder_drawing import Ladder
from tlskit.show.page import boxed, escape, shown_errors
from tlskit.show.tampering_drawing import TamperingMap

WIDE = {"width": "min(100%, 40em)"}
NARROW = {"description_width": "11em"}
FIRST = ("ServerKeyExchange", "named_curve")
MEANINGS = {
    "nothing": "Both sides finish the handshake, and the application data goes through.",
    "waits": "It wants more bytes than were sent, and says nothing: no alert, until somebody's"
    " patience ends.",
    "reading": "The bytes are refused where they are read and checked, before any Finished.",
    "signature": "The signature in ServerKeyExchange covers both randoms and the parameters.",
    "verify_data": "The keys are the same, Finished opens, and its verify_data is another.",
    "does not open": "The receiver can't even open the record of Finished: its bytes or the"
    " keys are others.",
}
MAP_IS_BELOW = " The map stands below the ladder; this byte is framed in it."


class Result(Protocol):
    """A handshake on a wire that did harm; as `labs.tampering.Tampered` has it."""

    @property
    def change(self) -> str:
        """What was done, in words."""

    @property
    def how(self) -> str:
        """By what it was noticed, a key of MEANINGS."""

    @property
    def calls(self) -> Sequence[Any]:
        """What both sides did."""

    @property
    def order(self) -> Sequence[Any]:
        """The order table."""


class Lab(Protocol):
    """Runs handshakes; the module `labs.tampering` is one."""

    def bytes_of(self, extended_master_secret: bool = True) -> Sequence[Any]:
        """Return the bytes of the handshake: message, field, at."""

    def flip(
        self,
        message: str,
        field: str,
        byte: int = 0,
        bit: int = 0,
        extended_master_secret: bool = True,
    ) -> Any:
        """Flip a bit and run the handshake."""

    def every_byte(self, extended_master_secret: bool = True, bit: int = 0) -> Sequence[Any]:
        """Flip a bit of each byte; return all outcomes."""


@dataclass(frozen=True)
class TamperedView:
    """What came of a change on the way: a sentence and the ladder."""

    result: Any

    def said(self) -> tuple[str, str, str]:
        """Say what was done, what came of it, and why."""
        done = self.result.change
        change = f"{done[:1].upper()}{done[1:]}. " if done else ""
        return change, str(self.result), f". {MEANINGS[self.result.how]}"

    def note(self, attributes: str = "", more: str = "") -> str:
        """Return the sentence for the page, in a paragraph with these attributes."""
        change, outcome, why = map(escape, self.said())
        return boxed("tlskit-note", f"<p{attributes}>{change}<b>{outcome}</b>{why}{more}</p>")

    def text(self) -> str:
        """Return sentence and ladder as text."""
        rows = ladder_rows(self.result.calls, self.result.order)
        return f"{''.join(self.said())}\n\n{text_ladder(rows)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return both for the page, and as text."""
        return {"text/html": self.note() + self.ladder(), "text/plain": self.text()}

    def ladder(self) -> str:
        """Return the ladder for the page."""
        return Ladder(tuple(ladder_rows(self.result.calls, self.result.order))).html()


def tampered(result: Result) -> TamperedView:
    """Return the view of what came of a change on the way."""
    return TamperedView(result)


class TamperingLab(widgets.VBox):  # type: ignore[misc]
    """Lists and sliders for the bit; below them what came of it, the ladder, and the map."""

    def __init__(self, lab: Lab, first: tuple[str, str] = FIRST) -> None:
        """Flip the lowest bit of the first byte of a field."""
        self.lab = lab
        self.result: Any = None
        usual: dict[str, Any] = {"layout": WIDE, "style": NARROW}
        self.message = widgets.Dropdown(description="Message", **usual)
        self.field = widgets.Dropdown(description="Field", **usual)
        slider: dict[str, Any] = {"min": 0, "continuous_update": False, **usual}
        self.byte = widgets.IntSlider(description="Byte of the field", max=0, **slider)
        self.bit = widgets.IntSlider(description="Bit (0 is the lowest)", max=7, **slider)
        self.extended = widgets.Checkbox(True, description="Extended master secret", **usual)
        self.with_map = widgets.Checkbox(
            False, description="Show the map of all bytes (takes some seconds)", **usual
        )
        self.note, self.ladder, self.map = (widgets.HTML() for _ in range(3))
        self._busy = False
        around = shown_errors(self.note)
        controls = [self.message, self.field, self.byte, self.bit, self.extended, self.with_map]
        for control in controls:
            control.observe(around(self._listener(control)), names="value")
        super().__init__([*controls, self.note, self.ladder, self.map])
        self._list(*first)
        self._run()
        self._draw()

    def __repr__(self) -> str:
        """Return the lab as text: the pick, what came of it, and the ladder."""
        return TamperedView(self.result).text()

    def pick(self, message: str, field: str, byte: int = 0, bit: int = 0) -> None:
        """Pick by program, as a hand would.

        Raises: ValueError for a message or a field that is not there.
        """
        for control, value in ((self.message, message), (self.field, field)):
            if value not in control.options:
                known = ", ".join(control.options)
                raise ValueError(f"{control.description} has no {value!r}; it has {known}")
            control.value = value
        self.byte.value, self.bit.value = byte, bit

    def _listener(self, control: Any) -> Any:
        def changed(_: Any) -> None:
            if self._busy:
                return
            if control in (self.message, self.field, self.extended):
                self._list(self.message.value, self.field.value)
            if control is not self.with_map:
                self._run()
            self._draw()

        return changed

    def _list(self, message: str, field: str) -> None:
        """Offer the messages, their fields and bytes; stay at what was picked if it is there."""
        found = self.lab.bytes_of(self.extended.value)
        self._busy = True
        try:
            offer(self.message, [one.message for one in found], message)
            fields = [one.field for one in found if one.message == message]
            offer(self.field, fields, field if field in fields else fields[0])
            self.byte.max = fields.count(self.field.value) - 1
        finally:
            self._busy = False

    def _run(self) -> None:
        picked = self.message.value, self.field.value, self.byte.value, self.bit.value
        self.result = self.lab.flip(*picked, self.extended.value)

    def _draw(self) -> None:
        """Draw the map first, if it is wanted: the sentence says that it is there."""
        self.map.value = self._map() if self.with_map.value else ""
        more = MAP_IS_BELOW if self.with_map.value else ""
        view = TamperedView(self.result)
        self.note.value = view.note(' role="status" aria-live="polite"', more)
        self.ladder.value = view.ladder()

    def _map(self) -> str:
        """Return the map with the picked byte framed."""
        cells = tuple(self.lab.every_byte(self.extended.value, self.bit.value))
        picked = self.message.value, self.field.value
        at = [number for number, one in enumerate(cells) if (one.message, one.field) == picked]
        return TamperingMap(cells, at[self.byte.value]).html()


def offer(control: widgets.Dropdown, options: Sequence[str], value: str) -> None:
    """Offer options and stand at one; a list that is the same stays: a new one jumps to its top.

    >>> offer(fields := widgets.Dropdown(), ["type", "length", "length"], "length")
    >>> fields.options, fields.value
    (('type', 'length'), 'length')
    """
    once = tuple(dict.fromkeys(options))
    if control.options != once:
        control.options = once
    control.value = value


def tampering(lab: Lab, first: tuple[str, str] = FIRST) -> TamperingLab:
    """Return the lab: `show.tampering(tampering)` with the module `tlskit.labs.tampering`.

    Raises: ValueError for a first message or field that is not there.
    """
    return TamperingLab(lab, first)
