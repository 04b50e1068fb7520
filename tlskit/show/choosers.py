"""Choosers: pick what a handshake is made of; each change runs a new one and draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ipywidgets as widgets

from tlskit.cipher_suites import SUITES, KeyExchange, Suite, suite_named
from tlskit.derivation import derivation
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
CANNOT_ENCRYPT = (
    "This can't be: RSA key transport encrypts the pre-master secret with the key in the "
    "certificate, and an ECDSA key can only sign. Pick the RSA certificate, or ECDHE."
)
NO_GROUP = (
    "RSA key transport has no group: no Diffie-Hellman keys are exchanged, the pre-master secret "
    "travels encrypted. Pick ECDHE to use {group}."
)
NO_GROUP_USED = "The group is not used: RSA key transport exchanges no Diffie-Hellman keys."
AS_BEFORE = "The drawings below are of the run before."


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


def adapted(pick: Pick, changed: str) -> Pick:
    """Return the pick with suite, key exchange and certificate following the changed field.

    A pick that cannot be comes back as it is.
    """
    suite = suite_named(pick.suite)
    if changed == "suite":
        exchange, kind = str(suite.key_exchange), suite.authentication
        return replace(pick, key_exchange=exchange, certificate=kind)
    found = sibling(suite, pick.key_exchange, pick.certificate)
    return replace(pick, suite=found.name) if found else pick


def impossible(pick: Pick, changed: str) -> str:
    """Return why a pick cannot be, in words; "" if it can."""
    suite = suite_named(pick.suite)
    if (suite.key_exchange, suite.authentication) != (pick.key_exchange, pick.certificate):
        return CANNOT_ENCRYPT
    if changed == "group" and not suite.ephemeral:
        return NO_GROUP.format(group=pick.group)
    return ""


def followed(wanted: Pick, pick: Pick) -> str:
    """Say which lists followed the one that was changed."""
    suite, found = suite_named(wanted.suite), suite_named(pick.suite)
    said = [
        f"{LABELS[name]} is now {getattr(pick, name)}."
        for name in LABELS
        if getattr(wanted, name) != getattr(pick, name)
    ]
    if protection_of(suite) != protection_of(found):
        said.insert(0, f"{protection_of(suite)} is not to be had with this choice here.")
    return " ".join(said)


def protection_of(suite: Suite) -> str:
    """Return the second half of a suite's name."""
    return suite.name.partition("_WITH_")[2]


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
    """Five lists; below them what changed, the ladder, the keys, the bytes.

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
        self._say(word, *refused(rows), *changed, taught(pick))
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


def taught(pick: Pick) -> str:
    """Say of RSA that the group is not used, of suites taught only that they are, and why."""
    suite = suite_named(pick.suite)
    if not suite.taught_only:
        return ""
    why = "CBC with HMAC" if suite.ephemeral else "no forward secrecy"
    unused = "" if suite.ephemeral else NO_GROUP_USED
    return f"{suite.name} is taught, not recommended: {why}. {unused}".rstrip()


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
