"""The record lab: choose a suite and what is done on the way, and see what the receiver notices."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from tlskit.cipher_suites import Suite, suite_named
from tlskit.record_journey import ACTS, Journey
from tlskit.show.page import boxed, escape, shown_errors, table, text_table
from tlskit.show.record_pictures import HARM_HEAD, bar, harm_rows, journey

SUITES = (
    ("AES-128-GCM", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", False),
    ("ChaCha20-Poly1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", False),
    ("AES-128-CBC, HMAC-SHA1", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", False),
    ("AES-128-CBC, encrypt-then-MAC", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", True),
)
LABELS = {
    "nothing": "nothing",
    "flip": "flip a bit",
    "replay": "replay: it arrives twice",
    "reorder": "reorder: it and the next change places",
    "drop": "drop it",
}
Send = Callable[..., Journey]
"""Called with act, record, part, bit, contents, suite, encrypt_then_mac."""
LONGEST = 200
WIDE = {"style": {"description_width": "9em"}, "layout": {"width": "min(100%, 36em)"}}


class RecordLab(widgets.VBox):  # type: ignore[misc]
    """Seven controls; below them what is sent, what arrives, and what the server notices.

    Args:
        send: makes, harms and opens the records.
        contents: what the client says, a record each; the second can be changed.
    """

    def __init__(self, send: Send, contents: tuple[str, ...]) -> None:
        """Send the records unharmed."""
        self.send, self.contents = send, contents
        options: list[tuple[str, tuple[str, bool]]] = [
            (name, (iana, etm)) for name, iana, etm in SUITES
        ]
        self.suite = widgets.Dropdown(description="Suite", options=options, **WIDE)
        self.content = widgets.Text(
            description="Record 2 says", value=contents[1], continuous_update=False, **WIDE
        )
        self.act = widgets.Dropdown(
            description="On the way", options=[(LABELS[one], one) for one in ACTS], **WIDE
        )
        which = [(f"record {number}", number) for number in range(1, len(contents) + 1)]
        self.record = widgets.Dropdown(description="Which record", options=which, value=2, **WIDE)
        self.part = widgets.Dropdown(description="Which part", **WIDE)
        self.bit = widgets.IntSlider(
            description="Which bit", min=0, max=7, continuous_update=False, **WIDE
        )
        self.view, self.note = widgets.HTML(), widgets.HTML()
        self.journey: Journey | None = None
        self._busy = False
        redraw = shown_errors(self.note)(self._changed)
        self.controls: dict[str, Any] = {
            "suite": self.suite,
            "content": self.content,
            "act": self.act,
            "record": self.record,
            "part": self.part,
            "bit": self.bit,
        }
        for one in self.controls.values():
            one.observe(redraw, names="value")
        super().__init__([*self.controls.values(), self.note, self.view])
        self._changed(None)

    def pick(self, **changes: Any) -> None:
        """Choose by program, as a hand would: `pick(act="replay", record=3)`.

        Raises: ValueError for a control that there is not.
        """
        for name, value in changes.items():
            if name not in self.controls:
                known = ", ".join(self.controls)
                raise ValueError(f"there is no control {name!r}; there are {known}")
            self.controls[name].value = value

    def _changed(self, _: Any) -> None:
        if self._busy:
            return
        iana, encrypt_then_mac = self.suite.value
        suite: Suite = suite_named(iana)
        before = self.journey
        unharmed = self._sent("nothing", suite, encrypt_then_mac)
        self._follow(unharmed)
        self.journey = self._sent(self.act.value, suite, encrypt_then_mac)
        self._draw(before, self.journey)

    def _sent(self, act: str, suite: Suite, encrypt_then_mac: bool) -> Journey:
        first, _, *rest = self.contents
        return self.send(
            act=act,
            record=self.record.value,
            part=self.part.value or "ciphertext",
            bit=self.bit.value,
            contents=(first, self.content.value[:LONGEST], *rest),
            suite=suite,
            encrypt_then_mac=encrypt_then_mac,
        )

    def _follow(self, unharmed: Journey) -> None:
        """Let the lists offer the parts and bits that the record has."""
        sizes = {part.name: part.size for part in unharmed.parts}
        wanted = self.part.value if self.part.value in sizes else "ciphertext"
        flip = self.act.value == "flip"
        self._busy = True
        try:
            self.part.options = [
                (f"{name} ({size} byte{'s' * (size > 1)})", name) for name, size in sizes.items()
            ]
            self.part.value = wanted
            self.bit.max = 8 * sizes[wanted] - 1
            self.part.disabled = self.bit.disabled = not flip
            self.record.disabled = self.act.value == "nothing"
        finally:
            self._busy = False

    def _draw(self, before: Journey | None, now: Journey) -> None:
        size = len(now.sent[now.record - 1].data)
        caption = f"Record {now.record} as it was sent, {size} bytes"
        record = f"<p>{escape(caption)}</p>{bar(now.parts, caption)}"
        harm = table(HARM_HEAD, harm_rows(now))
        self.view.value = boxed("tlskit-record-lab", record, harm, journey(now).html())
        sentences = [f"{now.done[0].upper()}{now.done[1:]}.", now.end, sizes_changed(before, now)]
        text = "<br>".join(escape(one) for one in sentences if one)
        self.note.value = boxed("tlskit-note", f'<p role="status" aria-live="polite">{text}</p>')

    def _repr_mimebundle_(self, **named: Any) -> dict[str, Any]:
        """Return the widget, and what it shows as text."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**named)
        return bundle | {"text/plain": str(self)}

    def __str__(self) -> str:
        """Return what is shown, as text."""
        if self.journey is None:
            return ""
        harm = text_table(HARM_HEAD, harm_rows(self.journey))
        return f"{journey(self.journey)}\n\nRecord {self.journey.record}:\n{harm}"


def sizes_changed(before: Journey | None, now: Journey) -> str:
    """Say how a record's size has changed since the pick before."""
    if before is None:
        return ""
    old, new = (len(one.sent[now.record - 1].data) for one in (before, now))
    return "" if old == new else f"Record {now.record}: {old} → {new} bytes on the wire."


def record_lab(send: Send, contents: tuple[str, ...]) -> RecordLab:
    """Return a lab in which records are sent by `send` (`labs.record_protection.send`)."""
    return RecordLab(send, contents)
