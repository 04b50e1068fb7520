"""A verifier of chains whose questions can be left out or asked wrongly (exercise 03).

The questions come in this order, and the first that is answered badly decides:

  decode, walk to a root (names and signatures), dates, the right to sign, usage, name
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tlskit.certificate_faults import extension_of, name_matches, names_of
from tlskit.certificate_faults import signed_by as signature_fits
from tlskit.exercises.certificate_mistakes import MaySign, may, may_sign
from tlskit.pki import der

Certificate = x509.Certificate
Path = Sequence[Certificate]
Verify = Callable[[Sequence[bytes], str, str, Sequence[bytes]], str]
Walk = Callable[[Path, Path], tuple[Path, str]]
GOOD = ""


decoded = lru_cache(4096)(x509.load_der_x509_certificate)
signed_by = lru_cache(4096)(signature_fits)
"""Both are asked again and again, by each mistake of the table."""


# ---- the walk


def walked(chain: Path, roots: Path) -> tuple[Path, str]:
    """Return leaf, issuer, its issuer, up to a root of ours, and the alert if it ends before.

    The issuer is the one with that name whose key made the signature (RFC 5280 §6.1.3 (a)).
    """
    path = [chain[0]]
    while path[-1] not in roots:
        named = [one for one in (*chain, *roots) if one.subject == path[-1].issuer]
        named = [one for one in named if one not in path]
        signers = [one for one in named if signed_by(path[-1], one)]
        if not signers:
            return path, "bad_certificate" if named else "unknown_ca"
        path.append(signers[0])
    return path, GOOD


def by_names(chain: Path, roots: Path) -> tuple[Path, str]:
    """Walk from name to name and check no signature."""
    path = [chain[0]]
    while path[-1] not in roots:
        named = [one for one in (*roots, *chain) if one.subject == path[-1].issuer]
        named = [one for one in named if one not in path]
        if not named:
            return path, "unknown_ca"
        path.append(named[0])
    return path, GOOD


def to_any_root(chain: Path, roots: Path) -> tuple[Path, str]:
    """Believe in whatever signed itself."""
    return walked(chain, (*roots, *(one for one in chain if one.subject == one.issuer)))


def to_any_root_but_a_leaf(chain: Path, roots: Path) -> tuple[Path, str]:
    """Believe in whatever signed itself and is no leaf."""
    return walked(chain, (*roots, *(one for one in chain[1:] if one.subject == one.issuer)))


def to_a_name(chain: Path, roots: Path) -> tuple[Path, str]:
    """Believe in whatever names one of our roots as its issuer, signed or not."""
    names = [root.subject for root in roots]
    path, alert = walked(chain, roots)
    return path, GOOD if path[-1].issuer in names and alert == "bad_certificate" else alert


def as_sent(chain: Path, roots: Path) -> tuple[Path, str]:
    """Hold each certificate against the one sent next, whatever it is."""
    path = [chain[0]]
    for one in chain[1:]:
        if not signed_by(path[-1], one):
            return path, "bad_certificate" if path[-1].issuer == one.subject else "unknown_ca"
        path.append(one)
    rest, alert = walked([path[-1]], roots)
    return [*path, *rest[1:]], alert


def only_sent(chain: Path, roots: Path) -> tuple[Path, str]:
    """Look for issuers only among what was sent."""
    path, alert = walked(chain, roots)
    missing = not alert and path[-1] not in chain
    return (path[:-1], "unknown_ca") if missing else (path, alert)


def root_not_sent(chain: Path, roots: Path) -> tuple[Path, str]:
    """Refuse a root that is sent: look for it behind the last one only."""
    if any(one in roots for one in chain):
        return chain, "unknown_ca"
    return walked(chain, roots)


def no_walk(chain: Path, roots: Path) -> tuple[Path, str]:
    """Believe in what was sent."""
    return chain, GOOD


# ---- dates

Dates = Callable[[Path, str], str]


def all_dates(path: Path, now: str) -> str:
    """Ask each certificate of the path whether it is valid now (RFC 5280 §6.1.3 (a)(2))."""
    moment = datetime.fromisoformat(now)
    fine = all(one.not_valid_before_utc <= moment <= one.not_valid_after_utc for one in path)
    return GOOD if fine else "certificate_expired"


def dates_where(fine: Callable[[Certificate, datetime], bool]) -> Dates:
    """Return the question after each certificate's dates by another rule."""

    def dates(path: Path, now: str) -> str:
        moment = datetime.fromisoformat(now)
        return GOOD if all(fine(one, moment) for one in path) else "certificate_expired"

    return dates


def local_time(path: Path, now: str) -> str:
    """Take the hour on the wall for the hour in UTC."""
    return all_dates(path, datetime.fromisoformat(now).replace(tzinfo=UTC).isoformat())


# ---- rights, usage, name


def all_signers(may_this: MaySign = may_sign) -> Callable[[Path], str]:
    """Return the question whether each signer may sign; the leaf signs nothing."""

    def signers(path: Path) -> str:
        fine = all(may_this(der(one), below) for below, one in enumerate(path[1:]))
        return GOOD if fine else "unknown_ca"

    return signers


def leaf_too(path: Path) -> str:
    """Ask the leaf for the right to sign as well."""
    return GOOD if all(may_sign(der(one), 0) for one in path) else "unknown_ca"


def for_servers(path: Path) -> str:
    """Ask what the leaf is for, if it says so (RFC 5280 §4.2.1.12)."""
    usage = extension_of(path[0], x509.ExtendedKeyUsage)
    fine = usage is None or ExtendedKeyUsageOID.SERVER_AUTH in usage
    return GOOD if fine else "unsupported_certificate"


def said_for_servers(path: Path) -> str:
    """Refuse a leaf that does not say what it is for."""
    usage = extension_of(path[0], x509.ExtendedKeyUsage)
    fine = usage is not None and ExtendedKeyUsageOID.SERVER_AUTH in usage
    return GOOD if fine else "unsupported_certificate"


def common_names(certificate: Certificate) -> list[str]:
    """Return the common names of the subject."""
    return [
        str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]


def named(names: Callable[[Path], Sequence[str]]) -> Callable[[Path, str], str]:
    """Return the question whether one of these names stands for the host."""

    def name(path: Path, host: str) -> str:
        fine = any(name_matches(one, host) for one in names(path))
        return GOOD if fine else "bad_certificate"

    return name


def plainly_named(path: Path, host: str) -> str:
    """Know no wildcards and no capitals."""
    return GOOD if host in names_of(path[0]) else "bad_certificate"


def nothing(*_: Any) -> str:
    """Ask nothing."""
    return GOOD


# ---- the whole

SIGNERS = all_signers()
NAME = named(lambda path: names_of(path[0]))


@dataclass(frozen=True)
class Questions:
    """What a verifier asks; each answers with an alert's name, "" if all is well."""

    walk: Walk = walked
    dates: Dates = all_dates
    signers: Callable[[Path], str] = SIGNERS
    usage: Callable[[Path], str] = for_servers
    name: Callable[[Path, str], str] = NAME


def verifier(**changes: Any) -> Verify:
    """Return a verifier with these questions changed."""
    ask = Questions(**changes)

    def verify(chain: Sequence[bytes], host: str, now: str, roots: Sequence[bytes]) -> str:
        try:
            sent, ours = [decoded(one) for one in chain], [decoded(one) for one in roots]
        except ValueError:
            return "bad_certificate"
        path, alert = ask.walk(sent, ours)
        return (
            alert
            or ask.dates(path, now)
            or ask.signers(path)
            or ask.usage(path)
            or ask.name(path, host)
        )

    return verify


CHAINS: Mapping[str, Verify] = {
    "Whatever comes, you believe it: nothing is asked at all.": lambda *_: GOOD,
    "You check no signature: a name is easily written, and what makes a link is the issuer's key "
    "(RFC 5280 §6.1.3 (a)(1)).": verifier(walk=by_names),
    "You believe in a root that came with the message. Anybody can make one; which ones do you "
    "have already?": verifier(walk=to_any_root_but_a_leaf),
    "Whatever signed itself you believe, a leaf too: it vouches for itself.": verifier(
        walk=to_any_root
    ),
    "You know a root by its name; what nobody can copy is its key.": verifier(walk=to_a_name),
    "You hold each certificate against the next one sent. They may come in another order, and "
    "strays among them.": verifier(walk=as_sent),
    "You look for issuers only among what was sent; the root may be left out (RFC 5246 §7.4.2).": (
        verifier(walk=only_sent)
    ),
    "You refuse a chain that holds its root: the server may send it (RFC 5246 §7.4.2).": verifier(
        walk=root_not_sent
    ),
    "You never ask whether the chain ends at a root of ours.": verifier(walk=no_walk),
    "You look at no date.": verifier(dates=nothing),
    "You look at the leaf's dates alone; each certificate of the path has its own.": verifier(
        dates=lambda path, now: all_dates(path[:1], now)
    ),
    "You ask whether it is over, and not whether it has begun.": verifier(
        dates=dates_where(lambda one, now: now <= one.not_valid_after_utc)
    ),
    "You ask whether it has begun, and not whether it is over.": verifier(
        dates=dates_where(lambda one, now: now >= one.not_valid_before_utc)
    ),
    "You compare days; a certificate ends at a second.": verifier(
        dates=dates_where(
            lambda one, now: (
                one.not_valid_before_utc.date()
                <= now.astimezone(UTC).date()
                <= one.not_valid_after_utc.date()
            )
        )
    ),
    "You take the hour at the place for the hour in UTC: `now` says how far apart they are.": (
        verifier(dates=local_time)
    ),
    "The first and the last second belong to the time in which it is valid (RFC 5280 §4.1.2.5).": (
        verifier(
            dates=dates_where(
                lambda one, now: one.not_valid_before_utc < now < one.not_valid_after_utc
            )
        )
    ),
    "You never ask who may sign: the owner of any server could sign for yours.": verifier(
        signers=nothing
    ),
    "You ask for cA alone: keyUsage and the path length count too.": verifier(
        signers=all_signers(may(lambda said, below: bool(said.ca)))
    ),
    "You say 0 CAs below each of them, so no path length is ever too short.": verifier(
        signers=all_signers(lambda one, below: may_sign(one, 0))
    ),
    "You count the leaf among the CAs below.": verifier(
        signers=all_signers(lambda one, below: may_sign(one, below + 1))
    ),
    "You ask the leaf for the right to sign: it signs nothing.": verifier(signers=leaf_too),
    "You never ask what the leaf was made for: any client's certificate does (RFC 5280 "
    "§4.2.1.12).": verifier(usage=nothing),
    "You refuse a leaf that has no extended key usage; it need not have one.": verifier(
        usage=said_for_servers
    ),
    "You never ask whom the leaf speaks of: its owner could be anybody with a certificate.": (
        verifier(name=nothing)
    ),
    "The common name does not count (RFC 9525 §2): the names stand in an extension.": verifier(
        name=named(lambda path: common_names(path[0]))
    ),
    "You take the common name when the extension is missing; it does not count any more "
    "(RFC 9525 §2).": verifier(name=named(lambda path: names_of(path[0]) or common_names(path[0]))),
    "You compare the first name only; a certificate may list several.": verifier(
        name=named(lambda path: names_of(path[0])[:1])
    ),
    "You compare the text of the names: think of capitals and wildcards.": verifier(
        name=plainly_named
    ),
}

RIGHT_CHAIN = verifier()
