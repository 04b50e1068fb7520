"""Choosers: pick what a handshake is made of; each change runs a new one and draws it."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from tlskit.cipher_suites import SUITES, KeyExchange
from tlskit.derivation import derivation
from tlskit.key_exchange import GROUPS
from tlskit.ladder_rows import LadderRow, ladder_rows
from tlskit.order import Row
from tlskit.show.explorer_widget import ByteExplorer
from tlskit.show.key_plot import key_derivation
from tlskit.show.ladder_drawing import Ladder
from tlskit.show.page import alarm, boxed, escape
from tlskit.show.picks import (
    CLIENT_CERTIFICATES,
    LABELS,
    RESUMPTIONS,
    Pick,
    adapted,
    followed,
    impossible,
    taught,
    unused,
)
from tlskit.trace import Call

Outcome = tuple[Sequence[Call], Sequence[Row]]
AS_BEFORE = "The drawings below are of the run before."


def what_changed(before: Sequence[LadderRow], after: Sequence[LadderRow]) -> str:
    """Say in words how two runs differ: messages that came or went, sizes."""
    if not before:
        return ""
    old, new = ({(row.title, row.sender): row for row in rows} for rows in (before, after))
    either = old | new
    twice = {title for title, sender in either if (title, sender.other) in either}
    gone, come = (
        [f"{title} ({sender})" if title in twice else title for title, sender in keys]
        for keys in ([key for key in old if key not in new], [key for key in new if key not in old])
    )
    news = [listed(gone, "gone"), listed(come, "new"), finished_first(before, after)]
    sizes = [
        f"{row.title} ({row.sender}): {len(old[key].data)} → {len(row.data)} bytes."
        for key, row in new.items()
        if key in old and len(old[key].data) != len(row.data)
    ]
    records = [
        f"{row.title} ({row.sender}) on the wire: {old[key].record_size} → {row.record_size}."
        for key, row in new.items()
        if key in old and row.protected and old[key].record_size != row.record_size
    ]
    said = [one for one in (*news, *sizes, *records) if one]
    return " ".join(said) or "The same messages of the same sizes."


def listed(titles: Sequence[str], what: str) -> str:
    """Say that messages are gone, or new: "A, B and C are gone."; "" for none.

    >>> listed(["Certificate", "ServerHelloDone"], "gone")
    'Certificate and ServerHelloDone are gone.'
    """
    *some, last = titles or ("",)
    if not some:
        return f"{last} is {what}." if last else ""
    return f"{', '.join(some)} and {last} are {what}."


def finished_first(before: Sequence[LadderRow], after: Sequence[LadderRow]) -> str:
    """Say whose Finished comes first, if that is another side's now."""
    old, new = (
        next((row.sender for row in rows if row.message == "finished"), None)
        for rows in (before, after)
    )
    return f"The {new}'s Finished comes first." if old and new and old is not new else ""


def formulae_of(calls: Sequence[Call]) -> dict[str, str]:
    """Return by name how the values of a run were derived."""
    return {edge.target: edge.formula for edge in derivation(calls).edges}


def other_formulae(before: dict[str, str], after: dict[str, str]) -> str:
    """Say which values are now derived in another way."""
    said = (
        f"{name} is now {formula}."
        for name, formula in after.items()
        if before.get(name, formula) != formula
    )
    return " ".join(said)


class Chooser(widgets.VBox):  # type: ignore[misc]
    """Seven lists; below them what changed, the ladder, the keys, the bytes.

    Args:
        run: runs a whole handshake for a pick; returns its calls and the order table.
        first: what is picked at the beginning.
    """

    def __init__(self, run: Callable[[Pick], Outcome], first: Pick) -> None:
        """Run and draw the first pick."""
        self.run, self.picked = run, first
        self.rows: list[LadderRow] = []
        self.formulae: dict[str, str] = {}
        wide = {"style": {"description_width": "11em"}, "layout": {"width": "min(100%, 40em)"}}
        options: dict[str, list[str]] = {
            "key_exchange": [str(one) for one in (KeyExchange.RSA, KeyExchange.ECDHE)],
            "suite": [suite.name for suite in SUITES],
            "certificate": ["rsa", "ecdsa"],
            "group": [group.name for group in GROUPS],
            "resumption": list(RESUMPTIONS),
            "client_certificate": list(CLIENT_CERTIFICATES),
        }
        self.lists: dict[str, Any] = {
            name: widgets.Dropdown(description=LABELS[name], options=values, **wide)
            for name, values in options.items()
        }
        self.lists["extended_master_secret"] = widgets.Checkbox(
            description=LABELS["extended_master_secret"], **wide
        )
        self.lists = {name: self.lists[name] for name in LABELS}
        self.note, self.ladder, self.figure = (widgets.HTML() for _ in range(3))
        self.explorer = ByteExplorer((), ())
        self._busy = False
        self._set_lists(first)
        for name, one in self.lists.items():
            one.observe(self._listener(name), names="value")
        super().__init__([*self.lists.values(), self.note, self.ladder, self.figure, self.explorer])
        self._go(first)

    def pick(self, **changes: Any) -> None:
        """Pick by program, as a hand would, one after the other: `pick(suite=...)`.

        Raises: ValueError for a list or an entry that is not there.
        """
        for name, value in changes.items():
            if name not in self.lists:
                raise ValueError(f"there is no list {name!r}; there are {', '.join(self.lists)}")
            entries = getattr(self.lists[name], "options", (True, False))
            if value not in entries:
                known = ", ".join(map(str, entries))
                raise ValueError(f"{LABELS[name]} has no entry {value!r}; it has {known}")
            self.lists[name].value = value

    def _listener(self, name: str) -> Callable[[Any], None]:
        def changed(_: Any) -> None:
            if self._busy:
                return
            try:
                self._changed(name)
            except Exception as error:
                what = f"{type(error).__name__}: {error}".rstrip(".")
                self.note.value = alarm(f"{what}. What is drawn below is of an earlier run.")

        return changed

    def _changed(self, name: str) -> None:
        wanted = Pick(**{one: self.lists[one].value for one in LABELS})
        pick = adapted(wanted, name)
        reason = impossible(pick, name)
        if reason:
            self._say(reason, AS_BEFORE)
            return
        self._set_lists(pick)
        self._go(pick, followed(wanted, pick))

    def _set_lists(self, pick: Pick) -> None:
        self._busy = True
        try:
            for name in LABELS:
                self.lists[name].value = getattr(pick, name)
        finally:
            self._busy = False

    def _go(self, pick: Pick, word: str = "") -> None:
        """Run the handshake, then draw; the ladder first, since the figure takes longest."""
        calls, order = self.run(pick)
        rows = ladder_rows(calls, order)
        self.picked = pick
        self.ladder.value = Ladder(tuple(rows)).html()
        formulae = formulae_of(calls)
        changed = what_changed(self.rows, rows), other_formulae(self.formulae, formulae)
        self._say(word, *refused(rows), *changed, taught(pick), unused(pick))
        self.rows, self.formulae = rows, formulae
        self.explorer.follow(calls, order)
        self.figure.value = keys_drawn(calls)

    def _say(self, *sentences: str) -> None:
        text = "<br>".join(escape(one) for one in sentences if one)
        said = f'<p role="status" aria-live="polite">{text}</p>'
        self.note.value = boxed("tlskit-note", said) if text else ""


def refused(rows: Sequence[LadderRow]) -> list[str]:
    """Say where a handshake failed."""
    return [f"{row.title} {row.problem}." for row in rows if row.problem]


def keys_drawn(calls: Sequence[Call]) -> str:
    """Return the plot as HTML, or words in its place if the run came to no keys."""
    try:
        return key_derivation(calls).html()
    except ValueError as error:
        return boxed("tlskit-note", f"<p>No plot: {escape(error)}.</p>")


def chooser(run: Callable[[Pick], Outcome], first: Pick | None = None) -> Chooser:
    """Return a chooser whose picks are run by `run(pick) -> (calls, order)`.

    Raises: ValueError if the first pick's parts don't go together.
    """
    pick = first or Pick()
    if impossible(pick, ""):
        right = adapted(pick, "suite")
        wanted = f"key_exchange={right.key_exchange!r}, certificate={right.certificate!r}"
        raise ValueError(f"{pick.suite} goes with {wanted}")
    return Chooser(run, pick)
