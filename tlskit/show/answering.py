"""A question with choices and a confidence, answered in the page; nothing is kept about anyone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from tlskit.show.page import boxed, escape, folded, shown_errors

CHOICES_STYLE = """<style>
.tlskit-choices .widget-toggle-button { display: block; width: 100%; height: auto;
  margin: 2px 0; padding: 5px 10px; white-space: normal; text-align: left; line-height: 1.4; }
.tlskit-choices .widget-toggle-button::before { content: "○ "; }
.tlskit-choices .widget-toggle-button.mod-active::before { content: "● "; }
.tlskit-choices .widget-toggle-button.mod-active {
  outline: 2px solid currentColor; outline-offset: -2px; }
.tlskit-short .widget-toggle-button { display: inline-block; width: auto; }
.tlskit-short .widget-label { width: auto; padding-right: 1em; }
</style>"""
SURE, UNSURE = "sure", "unsure"


@dataclass(frozen=True)
class Judged:
    """What is said to an answer.

    Args:
        right: whether it is right.
        why: sentences about what was picked; of a wrong pick they do not name the right one.
        answer: the right answer in words, shown when it is asked for; "" if it is not told.
        longer: shown folded to whoever was sure, and wrong.
        verdict: said in place of "Not right.", to one who says that she does not know.
    """

    right: bool
    why: tuple[str, ...]
    answer: str
    longer: str = ""
    verdict: str = "✗ Not right."


class Asked(widgets.VBox):  # type: ignore[misc]
    """One question: what to pick, how sure one is, Answer, and a line that says what is so.

    Args:
        question: HTML above the lists.
        lists: by name ("a choice"), what is picked from; each begins without a value.
        judge: takes the lists' values, returns what to say.
        once: a test: it takes one answer, and does not ask how sure one is.
    """

    def __init__(
        self,
        question: str,
        lists: dict[str, Any],
        judge: Callable[..., Judged],
        once: bool = False,
    ) -> None:
        """Show the question, unanswered."""
        self.lists, self.judge, self.once = lists, judge, once
        self.sure = widgets.ToggleButtons(
            description="How sure are you?", options=[SURE, UNSURE], value=None
        )
        self.sure.add_class("tlskit-choices")
        self.sure.add_class("tlskit-short")
        self.answer = widgets.Button(description="Answer")
        self.tell = widgets.Button(description="Show the right answer", layout={"width": "auto"})
        self.note = widgets.HTML()
        self.judged: Judged | None = None
        around = shown_errors(self.note)
        for one in (*lists.values(), self.sure):
            one.observe(around(self._picked), names="value")
        self.answer.on_click(around(self._answered))
        self.tell.on_click(around(self._told))
        self._offer(False)
        buttons = widgets.HBox([self.answer, self.tell])
        sure = [] if once else [self.sure]
        super().__init__([widgets.HTML(question), *lists.values(), *sure, buttons, self.note])

    def missing(self) -> list[str]:
        """Return what is still to be picked, in words."""
        found = [name for name, one in self.lists.items() if one.value is None]
        unsaid = self.sure.value is None and not self.once
        return found + (["how sure you are"] if unsaid else [])

    def _picked(self, change: Any) -> None:
        """Say what was picked and what is left to do; what was said before no longer holds."""
        self._offer(False)
        left = self.missing()
        then = f"Still to pick: {' and '.join(left)}." if left else "Now press Answer."
        label = getattr(change["owner"], "label", None)
        self._say(f"<p>{'Picked: ' + marked(label) + '. ' if label else ''}{then}</p>")

    def _answered(self, _: Any) -> None:
        left = self.missing()
        if left:
            self._say(f"<p>First pick {' and '.join(left)}.</p>")
            return
        judged = self.judged = self.judge(*(one.value for one in self.lists.values()))
        if self.once:
            for one in (*self.lists.values(), self.answer):
                one.disabled = True
        self._offer(not judged.right and bool(judged.answer))
        self._say(answered(judged, self.sure.value))

    def _told(self, _: Any) -> None:
        if self.judged:
            self._say(f"<p><b>The right answer:</b> {marked(self.judged.answer)}</p>")

    def _offer(self, offered: bool) -> None:
        self.tell.layout.display = None if offered else "none"

    def _say(self, words: str) -> None:
        said = f'<div role="status" aria-live="polite">{words}</div>'
        self.note.value = boxed("tlskit-note", said)


def answered(judged: Judged, sure: str | None) -> str:
    """Return what meets an answer, as HTML: right or wrong in words, why, what to do next.

    Args:
        sure: SURE, UNSURE, or None in a test, where that is not asked.
    """
    verdict = "✓ Right." if judged.right else judged.verdict
    if judged.right and sure == UNSURE:
        verdict += " You can be surer than that."
    parts = [f"<p><b>{verdict}</b></p>", *(f"<p>{marked(one)}</p>" for one in judged.why)]
    if not judged.right and sure:
        parts.append("<p>Pick again, or press “Show the right answer”.</p>")
        if sure == SURE and judged.longer:
            title = "You were sure of it, so here is the longer answer"
            parts.append(folded(title, f"<p>{marked(judged.longer)}</p>"))
    return "".join(parts)


def marked(text: str) -> str:
    """Return a text as HTML, with `code` for what stands in backticks.

    >>> marked("`a<b` holds")
    '<code>a&lt;b</code> holds'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def choices(texts: Sequence[str]) -> Any:
    """Return a list of choices, one below the other, none of them picked; values are numbers.

    Buttons, since in command mode Lab takes the arrow keys that radio buttons need: Tab goes from
    one to the next, Space picks.
    """
    options = [(text.replace("`", ""), at) for at, text in enumerate(texts)]
    found = widgets.ToggleButtons(options=options, value=None, layout={"width": "min(100%, 46em)"})
    found.add_class("tlskit-choices")
    return found


class Questions(widgets.VBox):  # type: ignore[misc]
    """Some questions in the page; as text (and where no kernel runs) the same without answers.

    Args:
        asked: the questions, in order.
        text: what is stored with the notebook: it must not hold the answers.
    """

    def __init__(self, asked: Sequence[Asked], text: str) -> None:
        """Show all of them, one below the other."""
        self.asked, self.text = list(asked), text
        super().__init__([widgets.HTML(CHOICES_STYLE), *self.asked])

    def __str__(self) -> str:
        """Return the questions as text."""
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """Return the widget for the page; as text the whole of it, which ipywidgets would cut."""
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return bundle | {"text/plain": self.text}
