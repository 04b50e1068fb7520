"""Exercise 02: a server's choice of version and suite, and what people get wrong in it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from tlskit.exercises.drawing import among, number, shuffled
from tlskit.exercises.hello_drawing import grease
from tlskit.exercises.task import Came, Case, Draw, Outcome
from tlskit.registry import ProtocolVersion, is_grease

Wrong = Callable[..., Any]
Side = Mapping[str, Any]
TLS_1_2, TLS_1_3 = int(ProtocolVersion.TLS_1_2), int(ProtocolVersion.TLS_1_3)
OLD = (0x0301, 0x0302, 0x0303)

# ---- the version


def version(hello: Side, known: Sequence[int]) -> int:
    """Return the highest version that both know, 0 for none.

    Reference: RFC 9846 §4.3.1 (with supported_versions), RFC 5246 App. E.1 (without).
    """
    listed = hello["supported_versions"]
    if listed is None:
        return up_to(min(hello["client_version"], TLS_1_2), known)
    return max((one for one in known if one in listed), default=0)


def up_to(newest: int, known: Sequence[int]) -> int:
    """Return the highest known version that is not above `newest`."""
    return max((one for one in known if one <= newest), default=0)


def common(hello: Side, known: Sequence[int]) -> list[int]:
    """Return the versions that both know, in the server's order."""
    newest = min(hello["client_version"], TLS_1_2)
    listed = hello["supported_versions"]
    return [one for one in known if (one <= newest if listed is None else one in listed)]


def lower_of_two(hello: Side, known: Sequence[int]) -> int:
    """Return the lower of the two highest ones, the list's or the field's."""
    listed = hello["supported_versions"]
    highest: int = min(hello["client_version"], TLS_1_2) if listed is None else max(listed)
    return min(highest, max(known))


def lower_without_grease(hello: Side, known: Sequence[int]) -> int:
    """Return the same, but for numbers without a meaning."""
    listed = hello["supported_versions"]
    if listed is None:
        return version(hello, known)
    highest: int = max(one for one in listed if not is_grease(one))
    return min(highest, max(known))


VERSIONS: dict[str, Wrong] = {
    "That is the version in the record's header. It says nothing about what the client can do (RFC "
    "5246 App. E.1).": lambda hello, known: up_to(hello["record_version"], known),
    "You go by client_version although there is a list of versions: then that field is not for "
    "choosing (RFC 9846 §4.3.1).": (
        lambda hello, known: up_to(min(hello["client_version"], TLS_1_2), known)
    ),
    "You take the lower of two highest numbers. A list of versions may have gaps, and numbers that "
    "mean nothing: only what stands in it counts (RFC 9846 §4.3.1).": lower_of_two,
    "You take the lower of two highest versions. A list may have gaps: a version that is not in it "
    "can't be taken (RFC 9846 §4.3.1).": lower_without_grease,
    "That is the server's highest version, whatever the client offers (RFC 5246 §7.4.1.3).": (
        lambda hello, known: max(known)
    ),
    "That is the lowest version that both know (RFC 5246 §7.4.1.3).": (
        lambda hello, known: min(common(hello, known), default=0)
    ),
    "You take the first of the server's versions that will do; `known` is in no order.": (
        lambda hello, known: next(iter(common(hello, known)), 0)
    ),
    "A client without a list is served by TLS 1.3 in yours: who can do TLS 1.3 sends the list (RFC "
    "9846 §4.3.1).": (
        lambda hello, known: (
            up_to(hello["client_version"], known)
            if hello["supported_versions"] is None
            else version(hello, known)
        )
    ),
    "Without a list you take client_version or nothing. It is the client's highest version; older "
    "ones may be taken, too (RFC 5246 App. E.1).": (
        lambda hello, known: (
            min(hello["client_version"], TLS_1_2) * (hello["client_version"] in known)
            if hello["supported_versions"] is None
            else version(hello, known)
        )
    ),
    "Where nothing is common you return a version all the same; 0 is asked for there (RFC 5246 App."
    " E.1).": lambda hello, known: version(hello, known) or min(known),
    "A client without a list gets 0 in yours; before TLS 1.3 no client had one (RFC 5246 App. "
    "E.1).": (
        lambda hello, known: 0 if hello["supported_versions"] is None else version(hello, known)
    ),
}


def offers(draw: Draw) -> list[Case]:
    """Return what clients offer, with a list of versions and without, and what a server knows."""
    found = []
    for listed, known in (
        ([0x0304, 0x0303], [0x0303, 0x0304]),
        ([0x0304, 0x0303], [0x0301, 0x0302, 0x0303]),
        ([0x0304], [0x0301, 0x0302, 0x0303]),
        ([0x0304, 0x0302], [0x0301, 0x0302, 0x0303]),
        ([0x0304, 0x0302, 0x0301], [0x0303, 0x0302, 0x0301]),
        ([0x0303, 0x0302], [0x0302, 0x0303, 0x0304]),
    ):
        places = [grease(draw), *listed]
        mixed = [*listed, grease(draw)] if number(draw, 0, 1) else places
        found.append(Case((asked(draw, 0x0303, mixed), out_of_order(draw, known)), "with a list"))
    for newest, known in (
        (0x0303, [0x0301, 0x0302, 0x0303]),
        (0x0302, [0x0301, 0x0303]),
        (0x0303, [0x0301, 0x0302, 0x0304]),
        (0x0304, [0x0302, 0x0303, 0x0304]),
        (0x0301, [0x0302, 0x0303]),
        (0x0300, [0x0301, 0x0303]),
    ):
        found.append(Case((asked(draw, newest, None), out_of_order(draw, known)), "without a list"))
    return shuffled(draw, found)


def asked(draw: Draw, newest: int, listed: list[int] | None) -> dict[str, Any]:
    """Return what a hello says about versions, with its record's."""
    said = {"random": draw(32), "client_version": newest, "supported_versions": listed}
    return {"record_version": among(draw, (0x0300, 0x0301)), **said}


def out_of_order(draw: Draw, known: Sequence[int]) -> list[int]:
    """Return the versions with the highest not in front, nor the lowest if there are three."""
    first = sorted(known)[:-1][-1]
    return [first, *shuffled(draw, [one for one in known if one != first])]


# ---- suite, certificate, group

ECDSA = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
)
RSA = (
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
)
TRANSPORT = (
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
)
GROUPS = ("x25519", "secp256r1", "secp384r1", "secp521r1")


def key_of(suite: str) -> str:
    """Return the kind of key that a suite's certificate has."""
    return "ecdsa" if "_ECDSA_" in suite else "rsa"


def choice(
    client: Side,
    server: Side,
    *,
    alone: str = "",
    order: str = "",
    backwards: bool = False,
    only_first: bool = False,
    certificate: str = "minded",
    group: str = "minded",
    transport_group: str = "",
    unsaid: str = "any",
    group_order: str = "server",
    anyway: bool = False,
) -> dict[str, str] | None:
    """Return what a server takes: suite, kind of certificate, group; None if nothing will do.

    Reference: RFC 5246 §7.4.1.3, §7.4.2; RFC 8422 §4, §5.1. All that comes behind the two sides is
    a way to be wrong (`WAYS`).
    """
    names = both_have(client, server, alone, order)
    names = names[::-1] if backwards else names
    common = shared_groups(client, server, unsaid, group_order)
    best = (server["groups"] if group == "first" or not common else common)[0]
    for suite in names[:1] if only_first else names:
        kind, ephemeral = key_of(suite), "_ECDHE_" in suite
        there = kind in server["certificates"]
        if not there and certificate != "any" and (certificate != "transport" or ephemeral):
            continue
        if not common and (group == "always" or (ephemeral and group == "minded")):
            continue
        shown = kind if certificate != "first" else server["certificates"][0]
        named = best if ephemeral or transport_group == "any" else ""
        if not ephemeral and transport_group == "common":
            named = common[0] if common else ""
        return {"suite": suite, "certificate": shown, "group": named}
    if anyway:
        suite = server["suites"][0]
        return {"suite": suite, "certificate": key_of(suite), "group": server["groups"][0]}
    return None


def both_have(client: Side, server: Side, alone: str, order: str) -> list[str]:
    """Return the common suites in the order that counts, or one side's favourite alone."""
    sides = {"client": client, "server": server}
    if alone:
        return list(sides[alone]["suites"][:1])
    whose = order or server["order"]
    if order == "other":
        whose = "client" if server["order"] == "server" else "server"
    other = sides["client" if whose == "server" else "server"]
    return [one for one in sides[whose]["suites"] if one in other["suites"]]


def shared_groups(client: Side, server: Side, unsaid: str, order: str) -> list[str]:
    """Return the groups that both know, in the order of one side."""
    listed = client["groups"]
    if listed is None:
        listed = server["groups"] if unsaid == "any" else []
    first, second = (listed, server["groups"]) if order == "client" else (server["groups"], listed)
    return [one for one in first if one in second]


WAYS: dict[str, dict[str, Any]] = {
    "You go by the client's order in every case; `order` says whose counts.": {"order": "client"},
    "You go by the server's order in every case; `order` says whose counts.": {"order": "server"},
    "You go by the other side's order than the one that `order` names.": {"order": "other"},
    "That is the last suite that will do; lists are best first (RFC 5246 §7.4.1.2).": {
        "backwards": True
    },
    "You look at the server's favourite alone, whether or not the client offers it (RFC 5246 "
    "§7.4.1.3).": {"alone": "server"},
    "You look at the client's favourite alone, whether or not the server has it (RFC 5246 "
    "§7.4.1.3).": {"alone": "client"},
    "You give up when the first common suite won't do; the next ones may (RFC 5246 §7.4.1.2).": {
        "only_first": True
    },
    "The certificate is not looked at: without a key of the kind that the suite names nobody can "
    "sign or decrypt (RFC 5246 §7.4.2).": {"certificate": "any"},
    "RSA key transport goes with any certificate in yours; what does its name say (RFC 5246 "
    "§7.4.2)?": {"certificate": "transport"},
    "The certificate is the server's first one, whatever the suite asks for (RFC 5246 §7.4.2).": {
        "certificate": "first"
    },
    "ECDHE is taken without a common group; both have to know the curve (RFC 8422 §5.1).": {
        "group": "any"
    },
    "You want a common group for RSA key transport, too; no Diffie-Hellman keys are exchanged "
    "there (RFC 5246 §7.4.7.1).": {"group": "always"},
    "The group is the server's first, whether or not the client knows it; both have to (RFC 8422 "
    "§5.1).": {"group": "first"},
    "A group is named with RSA key transport; the answer there is an empty text (RFC 5246 "
    "§7.4.7.1).": {"transport_group": "any"},
    "A common group is named with RSA key transport, too; the answer there is an empty text (RFC "
    "5246 §7.4.7.1).": {"transport_group": "common"},
    "The group is the client's best one; for groups the server's order counts here.": {
        "group_order": "client"
    },
    "A client that lists no groups (None) gets no ECDHE in yours; it leaves the choice to the "
    "server (RFC 8422 §4).": {"unsaid": "none"},
    "Where nothing will do something is taken all the same; None is asked for there (RFC 5246 "
    "§7.4.1.3).": {"anyway": True},
}
CHOICES: dict[str, Wrong] = {sentence: partial(choice, **way) for sentence, way in WAYS.items()}
MOST = 4


def several(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name the fewest ways to be wrong that explain all results together, at most four."""
    results = [one.value for one in outcomes if one.came is Came.VALUE]
    if len(results) < len(cases):
        return []
    for count in range(1, MOST + 1):
        for some in combinations(WAYS.items(), count):
            merged: dict[str, Any] = {}
            for _, way in some:
                merged |= way
            pairs = zip(cases, results, strict=True)
            if len(merged) == count and all(
                choice(*case.arguments, **merged) == result for case, result in pairs
            ):
                return [sentence for sentence, _ in some]
    return []
