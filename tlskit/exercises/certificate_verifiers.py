"""A verifier of chains whose questions can be left out or asked wrongly (exercise 03).

The questions come in this order, and the first that is answered badly decides:

  decode, walk to a root (names and signatures), dates, the right to sign, usage, name
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tlskit.certificate_faults import extension_of, name_matches, names_of
from tlskit.certificate_faults import signed_by as signature_fits
from tlskit.exercises.certificate_mistakes import MaySign, may_sign
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
    return among(lambda path: (*chain, *roots), chain, roots)


def among(
    known: Callable[[Path], Path], chain: Path, roots: Path, most: int | None = None
) -> tuple[Path, str]:
    """Walk through those that a path so far lets know; with the issuer's name so many, or all."""
    path = [chain[0]]
    while path[-1] not in roots:
        named = [one for one in known(path) if one.subject == path[-1].issuer]
        named = [one for one in named if one not in path][:most]
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


def next_or_root(chain: Path, roots: Path) -> tuple[Path, str]:
    """Look for the issuer in the certificate sent next, and among the roots."""
    return among(lambda path: (*chain[len(path) :][:1], *roots), chain, roots)


def only_sent(chain: Path, roots: Path) -> tuple[Path, str]:
    """Look for issuers only among what was sent."""
    return among(lambda path: chain, chain, roots)


def first_of_a_name(chain: Path, roots: Path) -> tuple[Path, str]:
    """Try one with the issuer's name, and no other."""
    return among(lambda path: (*chain, *roots), chain, roots, most=1)


def to_a_namesake(chain: Path, roots: Path) -> tuple[Path, str]:
    """Stop at whatever has the name of one of our roots."""
    names = [root.subject for root in roots]
    return walked(chain, (*roots, *(one for one in chain if one.subject in names)))


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


def dates_of_strays(chain: Sequence[bytes], host: str, now: str, roots: Sequence[bytes]) -> str:
    """Ask each certificate that was sent whether it is valid now, and the path's."""

    def dates(path: Path, now: str) -> str:
        return all_dates([*path, *map(decoded, chain)], now)

    return verifier(dates=dates)(chain, host, now, roots)


def patient(chain: Sequence[bytes], host: str, now: str, roots: Sequence[bytes]) -> str:
    """Pass over strays that are no certificates."""

    def whole(one: bytes) -> bool:
        try:
            return bool(decoded(one))
        except ValueError:
            return False

    return RIGHT_CHAIN([chain[0], *filter(whole, chain[1:])], host, now, roots)


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


def root_unasked(path: Path) -> str:
    """Ask each signer but the root."""
    return SIGNERS(path[:-1])


def for_others(path: Path) -> str:
    """Want a leaf that was made for clients."""
    usage = extension_of(path[0], x509.ExtendedKeyUsage)
    fine = usage is None or ExtendedKeyUsageOID.CLIENT_AUTH in usage
    return GOOD if fine else "unsupported_certificate"


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


def every_name(path: Path, host: str) -> str:
    """Want each of the names to stand for the host."""
    names = names_of(path[0])
    fine = bool(names) and all(name_matches(one, host) for one in names)
    return GOOD if fine else "bad_certificate"


def changed_places(path: Path, host: str) -> str:
    """Take the host for the pattern."""
    fine = any(name_matches(host, one) for one in names_of(path[0]))
    return GOOD if fine else "bad_certificate"


def nameless_too(path: Path, host: str) -> str:
    """Believe a leaf that has no names."""
    return NAME(path, host) if names_of(path[0]) else GOOD


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


RIGHT_CHAIN = verifier()
