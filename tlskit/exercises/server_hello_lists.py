"""Two sides' lists for exercise 02, from a seed: each case tells some mistakes from the rule."""

from collections.abc import Sequence
from typing import Any

from tlskit.exercises.drawing import shuffled
from tlskit.exercises.hello_drawing import grease
from tlskit.exercises.server_hello_choice import ECDSA, GROUPS, RSA, TRANSPORT, choice
from tlskit.exercises.task import Case, Draw

BOTH = ("ecdsa", "rsa")
OFFER, CERTIFICATE, GROUP = "offer and order", "certificates", "groups"


def two_sides(draw: Draw) -> list[Case]:
    """Return what pairs of clients and servers bring along."""
    some = {one: shuffled(draw, list(one)) for one in (ECDSA, RSA, TRANSPORT)}
    ecdsa, rsa, transport = some[ECDSA][:2], some[RSA][:3], some[TRANSPORT][:2]
    all_of_them = [*ecdsa, *rsa]
    found = [
        (OFFER, sides(draw, all_of_them, order="server")),
        (OFFER, sides(draw, all_of_them, order="client")),
        (OFFER, sides(draw, all_of_them, order="client", groups=None)),
        (OFFER, strangers(draw)),
        (CERTIFICATE, sides(draw, all_of_them, certificates=["rsa"], front=ecdsa)),
        (CERTIFICATE, sides(draw, [*ecdsa, *transport], certificates=["ecdsa"], front=transport)),
        (CERTIFICATE, sides(draw, [*rsa, *transport], certificates=["ecdsa"])),
        (CERTIFICATE, sides(draw, transport, certificates=list(BOTH), order="client")),
        (GROUP, sides(draw, all_of_them, groups=None)),
        (GROUP, apart(draw, [*all_of_them, *transport], front=rsa)),
        (GROUP, apart(draw, all_of_them)),
        (GROUP, sides(draw, all_of_them, order="client")),
    ]
    return [Case((client, server), part) for part, (client, server) in shuffled(draw, found)]


def sides(
    draw: Draw,
    suites: Sequence[str],
    *,
    order: str = "server",
    certificates: Sequence[str] = (),
    groups: Any = (),
    front: Sequence[str] = (),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two sides that like these suites in different orders.

    Args:
        certificates: the server's; both kinds in some order unless given.
        groups: the client's; some unless given.
        front: those that stand first on both lists.
    """
    kinds = list(certificates) or shuffled(draw, list(BOTH))
    while True:
        client: dict[str, Any] = {
            "suites": in_front(draw, suites, front),
            "groups": shuffled(draw, GROUPS)[:3],
        }
        own = {"suites": in_front(draw, suites, front), "groups": shuffled(draw, GROUPS)[:3]}
        if groups is None:
            client["groups"] = None
        server = {**own, "certificates": kinds, "order": order}
        if differs(client, server):
            client["suites"].append(f"{grease(draw):04x}")  # as a number without a name is shown
            return client, server


def in_front(draw: Draw, suites: Sequence[str], front: Sequence[str]) -> list[str]:
    """Return suites in some order, those of `front` first."""
    return shuffled(draw, list(front)) + shuffled(draw, [x for x in suites if x not in front])


def differs(client: dict[str, Any], server: dict[str, Any]) -> bool:
    """Tell whether it matters whose order counts, and which groups the other side knows."""
    listed, known = client["groups"], server["groups"]
    if listed is not None:
        common = [one for one in listed if one in known]
        if known[0] in listed or common == [one for one in known if one in listed]:
            return False
    by = [choice(client, server, order=one) for one in ("client", "server")]
    return by[0] is None or by[0]["suite"] != (by[1] or {})["suite"]


def apart(
    draw: Draw, suites: Sequence[str], front: Sequence[str] = ()
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two sides without a common group."""
    groups = shuffled(draw, GROUPS)
    client = {"suites": in_front(draw, suites, front), "groups": groups[:2]}
    kinds = shuffled(draw, list(BOTH))
    server = {"suites": in_front(draw, suites, front), "groups": groups[2:]}
    return client, {**server, "certificates": kinds, "order": "server"}


def strangers(draw: Draw) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two sides without a common suite."""
    suites = shuffled(draw, [*ECDSA, *RSA])
    groups = shuffled(draw, GROUPS)[:3]
    server = {"suites": suites[4:], "groups": groups, "certificates": list(BOTH)}
    return {"suites": suites[:4], "groups": groups[::-1]}, {**server, "order": "server"}
