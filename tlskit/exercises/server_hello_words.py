"""What a client's verdict on a ServerHello may say: a dict, or the name of an alert."""

from collections.abc import Sequence

from tlskit.exercises.alert_names import NO_ALERT
from tlskit.exercises.server_hello_answers import SETTLED, settled
from tlskit.exercises.task import Came, Case, Outcome
from tlskit.registry import AlertDescription

KEYS = {"resumed", "extended_master_secret", "secure_renegotiation"}
OTHER_ALERTS = (
    "What you refuse is refused rightly, but more than once with another alert than the one that "
    "belongs there: follow the sections in the task's list."
)
OTHER_KEYS = "Your dict has the keys {keys}; three were asked for, look at the list in the task."


def known_alerts(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name words that are no alerts, dicts with other keys, and refusals with other alerts."""
    said = [one.value for one in outcomes if one.came is Came.VALUE]
    if len(said) < len(cases):
        return []
    names = AlertDescription.__members__
    if unknown := [one for one in said if isinstance(one, str) and one not in names]:
        return [NO_ALERT.format(word=unknown[0])]
    if other := [one for one in said if isinstance(one, dict) and set(one) != KEYS]:
        return [OTHER_KEYS.format(keys=", ".join(map(repr, other[0])))]
    wanted = [settled(*case.arguments) for case in cases]
    rows = list(zip(said, wanted, strict=True))
    others = [hers != right for hers, right in rows if isinstance(right, str)]
    same_kind = all(isinstance(hers, str) == isinstance(right, str) for hers, right in rows)
    if any(said == [wrong(*case.arguments) for case in cases] for wrong in SETTLED.values()):
        return []
    if same_kind and sum(others) > 1:
        return [OTHER_ALERTS]
    return []
