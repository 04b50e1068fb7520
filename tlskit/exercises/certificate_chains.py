"""Chains of exercise 03, from a seed: good ones, and some with a fault at one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tlskit.certificates import PrivateKey
from tlskit.exercises.certificate_cases import capitals, key
from tlskit.exercises.drawing import among, label, number, shuffled
from tlskit.exercises.task import Case, Draw
from tlskit.pki import (
    CLIENT_AUTH,
    SERVER_AUTH,
    Contents,
    Issuer,
    certify,
    course_key,
    der,
)

YEAR = timedelta(days=365)
SIGNS = ("key_cert_sign", "crl_sign")
TWO = "the first of two faults"


@dataclass(frozen=True)
class Chain:
    """A chain from leaf to root, its issuers' keys, and the host and time at which it is good."""

    whole: tuple[bytes, ...]
    host: str
    now: datetime

    def case(
        self,
        part: str,
        sent: Sequence[bytes] | None = None,
        roots: Sequence[bytes] | None = None,
        host: str = "",
        now: datetime | None = None,
    ) -> Case:
        """Return the arguments of a call, with what is not as it should be."""
        chain = self.whole[:-1] if sent is None else sent
        trusted = self.whole[-1:] if roots is None else roots
        moment = (now or self.now).isoformat()
        return Case((list(chain), host or self.host, moment, list(trusted)), part)


Changes = dict[int, dict[str, Any]]
"""For a place in the chain, 0 for the leaf, what its certificate says otherwise."""


def moment(draw: Draw) -> datetime:
    """Return a time of 2024 to 2027, at a place that is hours away from UTC."""
    hours = number(draw, 3, 12) * among(draw, (1, -1))
    utc = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=number(draw, 0, 10**8))
    return utc.astimezone(timezone(timedelta(hours=hours)))


def host_name(draw: Draw) -> str:
    """Return a host's name of three labels."""
    return f"{label(draw)}.{label(draw)}.{label(draw)}"


def made(
    draw: Draw,
    changes: Changes | None = None,
    intermediates: int = 0,
    root_name: str = "",
    host: str = "",
    now: datetime | None = None,
) -> Chain:
    """Return a chain; its dates are a year or more around a time of its own.

    Args:
        intermediates: how many; 0 for one or two, as the seed has it.
    """
    depth = intermediates or number(draw, 1, 2)
    now, host = now or moment(draw), host or host_name(draw)
    issuer: Issuer | None = None
    whole: list[bytes] = []
    for place in range(depth + 1, -1, -1):
        private: PrivateKey = key(draw)
        usual = Contents(
            (root_name or f"root {label(draw)}") if place > depth else f"{label(draw)} {place}",
            private,
            not_before=now - number(draw, 1, 9) * YEAR,
            not_after=now + number(draw, 1, 9) * YEAR,
            ca=True,
            path_length=place - 1 if place <= depth else None,
            key_usage=SIGNS,
        )
        if place == 0:
            usual = leaf(usual, host)
        certificate = certify(replace(usual, **dated(now, (changes or {}).get(place, {}))), issuer)
        whole.insert(0, der(certificate))
        issuer = Issuer(certificate, private)
    return Chain(tuple(whole), host, now)


def leaf(usual: Contents, host: str) -> Contents:
    """Return what a server's certificate says, where a CA's says other things."""
    return replace(
        usual,
        names=(f"www.{usual.common_name.split()[0]}.example", host),
        ca=False,
        path_length=None,
        key_usage=("digital_signature",),
        extended_key_usage=(SERVER_AUTH,),
    )


def dated(now: datetime, changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes in which each timedelta has become a time, counted from now."""
    return {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }


def flipped(draw: Draw, certificate: bytes) -> bytes:
    """Return a certificate with one bit of its signature's last bytes changed."""
    at = len(certificate) - number(draw, 1, 20)
    bit = 1 << number(draw, 0, 7)
    return certificate[:at] + bytes([certificate[at] ^ bit]) + certificate[at + 1 :]


def sound(draw: Draw) -> list[Case]:
    """Return good chains, sent in the ways in which servers send them."""
    part = "good chains"
    two, other = made(draw, intermediates=2), made(draw)
    one = made(draw)
    stray = [one.whole[0], other.whole[1], *one.whole[1:-1]]
    old = made(draw, {1: {"not_after": -number(draw, 2, 9) * YEAR / 2}}, now=one.now)
    return [
        made(draw, intermediates=1).case(part),
        one.case(part, one.whole),
        two.case(part, [two.whole[0], two.whole[2], two.whole[1]]),
        one.case(part, stray, [other.whole[-1], one.whole[-1]]),
        one.case(part, [*one.whole[:-1], old.whole[1]]),
        one.case(part, one.whole[:-1], other.whole[-1:]),
    ]


def roots(draw: Draw) -> list[Case]:
    """Return chains that lead to no root of ours, and one that does."""
    part = "the way to a root"
    good, stranger, two = made(draw), made(draw), made(draw, intermediates=2)
    alone = made(draw)
    own = Contents(label(draw), key(draw), (alone.host,), extended_key_usage=(SERVER_AUTH,))
    days: dict[str, Any] = {"not_before": alone.now - YEAR, "not_after": alone.now + YEAR}
    itself = der(certify(replace(own, key_usage=("digital_signature",), **days), None))
    gap = [two.whole[0], two.whole[among(draw, (1, 2))]]
    return [
        good.case(part),
        two.case(part, gap),
        good.case(part, good.whole[:1]),
        stranger.case(part, stranger.whole, good.whole[-1:]),
        stranger.case(part, roots=good.whole[-1:]),
        alone.case(part, [itself]),
    ]


def signatures(draw: Draw) -> list[Case]:
    """Return chains with a signature that does not fit, or with broken bytes; and a good one."""
    part = "signatures and bytes"
    good, one, two, cut = made(draw), made(draw), made(draw, intermediates=2), made(draw)
    name = f"root {label(draw)}"
    true, false = made(draw, root_name=name), made(draw, root_name=name)
    at = number(draw, 1, 2)
    broken = list(two.whole[:-1])
    broken[at - 1] = flipped(draw, broken[at - 1])
    return [
        good.case(part),
        one.case(part, [flipped(draw, one.whole[0]), *one.whole[1:-1]]),
        two.case(part, broken),
        false.case(part, roots=true.whole[-1:]),
        false.case(part, false.whole, true.whole[-1:]),
        true.case(part, roots=[false.whole[-1], true.whole[-1]]),
        true.case(part, roots=[true.whole[-1], false.whole[-1]]),
        false.case(part, roots=[namesake(draw, false, name)]),
        cut.case(part, [cut.whole[0][: -number(draw, 1, 40)], *cut.whole[1:-1]]),
        good.case(part, [*good.whole[:-1], cut.whole[1][: -number(draw, 1, 40)]]),
    ]


def namesake(draw: Draw, chain: Chain, name: str) -> bytes:
    """Return a root of this name whose key is of another kind than the chain's."""
    days: dict[str, Any] = {
        "not_before": chain.now - YEAR,
        "not_after": chain.now + number(draw, 1, 9) * YEAR,
    }
    return der(certify(Contents(name, course_key("root_rsa"), ca=True, **days), None))


def dates(draw: Draw) -> list[Case]:
    """Return chains that are over, or still to come, by hours and by years; and good ones."""
    part = "dates"

    def with_dates(place: int, **days: timedelta) -> Case:
        return made(draw, {place: days}).case(part)

    some_days, an_hour = timedelta(days=number(draw, 2, 400)), timedelta(minutes=70)
    zero = timedelta()
    return [
        with_dates(0, not_after=-some_days),
        with_dates(1, not_after=-some_days),
        with_dates(0, not_before=some_days),
        with_dates(1, not_before=some_days),
        made(draw, {2: {"not_after": -some_days}}, intermediates=1).case(part),
        with_dates(number(draw, 0, 1), not_before=zero),
        with_dates(number(draw, 0, 1), not_after=zero),
        with_dates(number(draw, 0, 1), not_before=-an_hour, not_after=an_hour),
        on_this_day(draw, part, "not_before", 1),
        on_this_day(draw, part, "not_after", -1),
    ]


def on_this_day(draw: Draw, part: str, which: str, sign: int) -> Case:
    """Return a chain whose leaf ended, or begins, on this very day in UTC."""
    noon = moment(draw).astimezone(UTC).replace(hour=12)
    hours = timedelta(hours=sign * number(draw, 2, 9))
    return made(draw, {0: {which: hours}}, now=noon).case(part)


def signers(draw: Draw) -> list[Case]:
    """Return chains in which somebody signed who may not, and one in which all may."""
    part = "who may sign"
    return [
        made(draw, intermediates=2).case(part),
        made(draw, {1: {"ca": False, "path_length": None}}).case(part),
        made(draw, {1: {"key_usage": ("digital_signature", "crl_sign")}}).case(part),
        made(draw, {2: {"path_length": 0}}, intermediates=2).case(part),
        made(draw, {2: {"path_length": 0}}, intermediates=1).case(part),
        made(draw, {2: {"key_usage": ("crl_sign",)}}, intermediates=1).case(part),
    ]


def usages(draw: Draw) -> list[Case]:
    """Return leaves made for servers, for clients, for both, and for nobody says what."""
    part = "what the leaf is for"
    said = ((SERVER_AUTH,), (CLIENT_AUTH,), (CLIENT_AUTH, SERVER_AUTH), ())
    return [made(draw, {0: {"extended_key_usage": one}}).case(part) for one in said]


def speaks_of(draw: Draw) -> list[Case]:
    """Return leaves of the host that was asked for, and of others."""
    part = "the name"
    host, other = host_name(draw), host_name(draw)
    parent = host.partition(".")[2]

    def named(*names: str, **changes: Any) -> Case:
        return made(draw, {0: {"names": names, **changes}}, host=host).case(part)

    return [
        named(other, host),
        named(host, other),
        named(other, f"*.{parent}"),
        named(f"{capitals(draw, host)}"),
        named(other),
        named(f"*.{host}"),
        named(common_name=host),
        named(other, common_name=host),
        named(common_name=other),
    ]


def two_faults(draw: Draw) -> list[Case]:
    """Return chains with a fault and, further down the table, another; and a good one."""
    part = TWO
    over: dict[str, Any] = {"not_after": -timedelta(days=number(draw, 2, 99))}
    no_ca: dict[str, Any] = {"ca": False, "path_length": None}
    for_clients: dict[str, Any] = {"extended_key_usage": (CLIENT_AUTH,)}
    return [
        made(draw).case(part),
        made(draw, {0: over}).case(part, host=host_name(draw)),
        made(draw, {0: over, 1: no_ca}).case(part),
        made(draw, {0: for_clients, 1: no_ca}).case(part),
        made(draw, {0: for_clients}).case(part, host=host_name(draw)),
    ]


PARTS: tuple[Callable[[Draw], list[Case]], ...] = (
    *(sound, roots, signatures, dates, signers, usages, speaks_of, two_faults),
)


def chains(draw: Draw) -> list[Case]:
    """Return chains, each with one fault or none; every part has a good one."""
    return shuffled(draw, [case for part in PARTS for case in part(draw)])
