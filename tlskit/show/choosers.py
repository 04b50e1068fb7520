"""Choosers: pick what a handshake is made of; each change runs a new one and draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ipywidgets as widgets

from tlskit.cipher_suites import SUITES, KeyExchange, Suite, suite_named
from tlskit.key_exchange import GROUPS
from tlskit.ladder_rows import LadderRow, ladder_rows
from tlskit.order import Row
from tlskit.show.explorer_widget import ByteExplorer
from tlskit.show.key_plot import key_derivation
from tlskit.show.ladder_drawing import Ladder
from tlskit.show.page import alarm, boxed, escape
from tlskit.trace import Call


@dataclass(frozen=True)
class Pick:
    """What a reader has picked, by names as the RFCs and IANA have them."""

    key_exchange: str = "ECDHE"
    suite: str = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    certificate: str = "rsa"
    group: str = "x25519"
    extended_master_secret: bool = True


Outcome = tuple[Sequence[Call], Sequence[Row]]
LABELS = {
    "key_exchange": "Key exchange",
    "suite": "Cipher suite",
    "certificate": "Certificate",
    "group": "Group",
    "extended_master_secret": "Extended master secret",
}
NO_SUCH_SUITE = (
    "This can't be: RSA key transport encrypts the pre-master secret with the key in the "
    "certificate, and an ECDSA key can only sign. Pick the RSA certificate, or ECDHE."
)
NO_GROUP = (
    "RSA key transport has no group: no Diffie-Hellman keys are exchanged, the pre-master secret "
    "travels encrypted. Pick ECDHE to use {group}."
)


def sibling(suite: Suite, key_exchange: str, certificate: str) -> Suite | None:
    """Return the suite most like this one with another key exchange or certificate."""
    fitting = [
        one
        for one in SUITES
        if one.key_exchange == key_exchange and one.authentication == certificate
    ]
    protection = suite.name.partition("_WITH_")[2]
    same = [one for one in fitting if one.name.endswith(f"_WITH_{protection}")]
    return next(iter(same or fitting), None)


def adapted(pick: Pick, changed: str) -> tuple[Pick, str]:
    """Return the pick with the other fields following the changed one, and a word on it.

    A pick that cannot be is returned as it is, with the sentence that says why.
    """
    suite = suite_named(pick.suite)
    if changed == "suite":
        exchange, kind = str(suite.key_exchange), suite.authentication
        return replace(pick, key_exchange=exchange, certificate=kind), ""
    if changed in ("key_exchange", "certificate"):
        found = sibling(suite, pick.key_exchange, pick.certificate)
        if found is None:
            return pick, NO_SUCH_SUITE
        word = "" if protection_of(found) == protection_of(suite) else no_sibling(suite, found)
        return replace(pick, suite=found.name), word
    if changed == "group" and pick.key_exchange == KeyExchange.RSA:
        return pick, NO_GROUP.format(group=pick.group)
    return pick, ""


def protection_of(suite: Suite) -> str:
    """Return the second half of a suite's name."""
    return suite.name.partition("_WITH_")[2]


def no_sibling(suite: Suite, found: Suite) -> str:
    """Say that a protection is not to be had with another key exchange here."""
    return f"{protection_of(suite)} is not among these suites; {found.name} is used instead."


def what_changed(before: Sequence[LadderRow], after: Sequence[LadderRow]) -> str:
    """Say in words how two runs differ: messages that came or went, sizes."""
    if not before:
        return ""
    old, new = ({(row.title, row.sender): row for row in rows} for rows in (before, after))
    gone = [f"{title} is gone." for title, sender in old if (title, sender) not in new]
    come = [f"{title} is new." for title, sender in new if (title, sender) not in old]
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
    return " ".join([*gone, *come, *sizes, *records]) or "The same messages of the same sizes."


class Chooser(widgets.VBox):  # type: ignore[misc]
    """Five lists; below them what changed, the ladder, the keys, the bytes.

    Args:
        run: runs a whole handshake for a pick; returns its calls and the order table.
        first: what is picked at the beginning.
    """

    def __init__(self, run: Callable[[Pick], Outcome], first: Pick) -> None:
        """Run and draw the first pick."""
        self.run, self.picked = run, first
        self.rows: list[LadderRow] = []
        wide = {"style": {"description_width": "11em"}, "layout": {"width": "min(100%, 40em)"}}
        options: dict[str, list[str]] = {
            "key_exchange": [str(one) for one in KeyExchange],
            "suite": [suite.name for suite in SUITES],
            "certificate": ["rsa", "ecdsa"],
            "group": [group.name for group in GROUPS],
        }
        self.lists: dict[str, Any] = {
            name: widgets.Dropdown(description=LABELS[name], options=values, **wide)
            for name, values in options.items()
        }
        self.lists["extended_master_secret"] = widgets.Checkbox(
            description=LABELS["extended_master_secret"], **wide
        )
        self.note, self.ladder, self.figure = (widgets.HTML() for _ in range(3))
        self.explorer = ByteExplorer((), ())
        self._busy = False
        self._set_lists(first)
        for name, one in self.lists.items():
            one.observe(self._listener(name), names="value")
        super().__init__([*self.lists.values(), self.note, self.ladder, self.figure, self.explorer])
        self._go("")

    def pick(self, **changes: Any) -> None:
        """Pick by program, as a hand would: `pick(suite=...)`."""
        for name, value in changes.items():
            self.lists[name].value = value

    def _listener(self, name: str) -> Callable[[Any], None]:
        def changed(_: Any) -> None:
            if self._busy:
                return
            try:
                self._changed(name)
            except Exception as error:
                self.note.value = alarm(f"{type(error).__name__}: {error}")

        return changed

    def _changed(self, name: str) -> None:
        wanted = Pick(**{one: self.lists[one].value for one in LABELS})
        pick, word = adapted(wanted, name)
        if word in (NO_SUCH_SUITE, NO_GROUP.format(group=pick.group)):
            self._say(word, "The drawings below are of the run before.")
            return
        self.picked = pick
        self._set_lists(pick)
        self._go(word)

    def _set_lists(self, pick: Pick) -> None:
        self._busy = True
        try:
            for name in LABELS:
                self.lists[name].value = getattr(pick, name)
        finally:
            self._busy = False

    def _go(self, word: str) -> None:
        """Run the handshake, then draw; the ladder first, since the figure takes longest."""
        calls, order = self.run(self.picked)
        rows = ladder_rows(calls, order)
        self.ladder.value = Ladder(tuple(rows)).html()
        self._say(word, what_changed(self.rows, rows), taught(self.picked))
        self.rows = rows
        self.explorer.follow(calls, order)
        self.figure.value = key_derivation(calls).html()

    def _say(self, *sentences: str) -> None:
        text = "<br>".join(escape(one) for one in sentences if one)
        said = f'<p role="status" aria-live="polite">{text}</p>'
        self.note.value = boxed("tlskit-note", said) if text else ""


def taught(pick: Pick) -> str:
    """Say of a suite that is taught only that it is not recommended, and why."""
    suite = suite_named(pick.suite)
    if not suite.taught_only:
        return ""
    why = "no forward secrecy" if suite.key_exchange is KeyExchange.RSA else "CBC with HMAC"
    return f"{suite.name} is taught, not recommended: {why}."


def chooser(run: Callable[[Pick], Outcome], first: Pick | None = None) -> Chooser:
    """Return a chooser whose picks are run by `run(pick) -> (calls, order)`."""
    return Chooser(run, first or Pick())
