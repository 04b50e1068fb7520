"""Certificates that must be refused, one fault each, and the alert that each fault deserves.

A client that skips one of its checks looks as good as any other, until somebody sends it one of
these: that is how a check is tested, and what a lesson shows. The faults in time are faulty at the
`now` that the caller passes, so that a real peer with a real clock can judge them, too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from cryptography import x509

from tlskit.certificates import Credential, Kind
from tlskit.pki import (
    CLIENT_AUTH,
    HOST,
    NOW,
    ROOT_NAME,
    Contents,
    Issuer,
    certify,
    course_key,
    credential,
    der,
    intermediate,
    intermediate_contents,
    issued,
    leaf_contents,
    root,
)
from tlskit.registry import AlertDescription

Maker: TypeAlias = Callable[[Kind, datetime], Credential]

BANK = "www.bank.example"
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00"
)


@dataclass(frozen=True)
class Fault:
    """One way to be refused.

    Args:
        story: what is wrong, and what somebody would gain if nobody looked.
        description: the alert that a client sends.
        make: builds a credential of the kind with this fault, faulty at the time given.
        server_name: the host that the client wants to reach.
        usage: True if the chain is sound, and only the leaf's keyUsage does not suit the cipher
            suite: `require_key_usage` finds it, not `verify_chain`.
    """

    story: str
    description: AlertDescription
    make: Maker
    server_name: str = HOST
    usage: bool = False


def faulty(name: str, kind: Kind = "ecdsa", now: datetime = NOW) -> Credential:
    """Return a credential with this fault of FAULTS; its chain is in DER, its key fits its leaf.

    Raises: ValueError for a name that FAULTS lacks.
    """
    if name not in FAULTS:
        raise ValueError(f"no fault {name!r}; there are {', '.join(FAULTS)}")
    return FAULTS[name].make(kind, now.replace(microsecond=0))  # dates in DER are whole seconds


def leaf_with(kind: Kind, now: datetime, **changes: object) -> Credential:
    """Return a credential whose leaf is the sound one but for these contents."""
    contents = replace(leaf_contents(kind), **changes)  # type: ignore[arg-type]
    return issued(contents, intermediate(kind))


def expired(kind: Kind, now: datetime) -> Credential:
    """The last day was yesterday."""
    return leaf_with(kind, now, not_after=now - timedelta(days=1))


def not_yet_valid(kind: Kind, now: datetime) -> Credential:
    """The first day is tomorrow."""
    return leaf_with(kind, now, not_before=now + timedelta(days=1))


def expired_intermediate(kind: Kind, now: datetime) -> Credential:
    """A sound leaf, under an intermediate whose last day was yesterday."""
    contents = replace(intermediate_contents(kind), not_after=now - timedelta(days=1))
    return issued(leaf_contents(kind), Issuer(certify(contents, root()), contents.private_key))


def missing_intermediate(kind: Kind, now: datetime) -> Credential:
    """The leaf alone."""
    sound = credential(kind)
    return Credential(sound.chain[:1], sound.private_key)


def unknown_ca(kind: Kind, now: datetime) -> Credential:
    """A chain that is in order up to a root that nobody trusts."""
    return issued(leaf_contents(kind), stranger("somebody else's root"))


def impostor(kind: Kind, now: datetime) -> Credential:
    """A chain up to a root with the true root's name, and with another key."""
    claimed = replace(intermediate_contents(kind), private_key=course_key("stranger_ecdsa"))
    issuer = Issuer(certify(claimed, stranger(ROOT_NAME)), claimed.private_key)
    return issued(leaf_contents(kind), issuer)


def stranger(name: str) -> Issuer:
    """Return a root that no client of the course trusts, whatever its name says."""
    key = course_key("stranger_ecdsa")
    return Issuer(certify(Contents(name, key, ca=True), None), key)


def self_signed(kind: Kind, now: datetime) -> Credential:
    """A leaf that vouches for itself."""
    contents = leaf_contents(kind)
    return Credential((der(certify(contents, None)),), contents.private_key)


def bad_signature(kind: Kind, now: datetime) -> Credential:
    """One bit of the signature, the last part of a certificate, is changed."""
    leaf, issuer = credential(kind).chain
    return Credential((leaf[:-1] + bytes([leaf[-1] ^ 1]), issuer), course_key(f"leaf_{kind}"))


def changed_contents(kind: Kind, now: datetime) -> Credential:
    """A certificate for another host, into which somebody wrote the name that we want."""
    leaf, issuer = credential(kind, "turn.course.example").chain
    changed = leaf.replace(b"turn.course.example", b"evil.course.example")
    return Credential((changed, issuer), course_key(f"leaf_{kind}"))


def undecodable(kind: Kind, now: datetime) -> Credential:
    """The leaf's last byte is missing."""
    leaf, issuer = credential(kind).chain
    return Credential((leaf[:-1], issuer), course_key(f"leaf_{kind}"))


def not_a_ca(kind: Kind, now: datetime) -> Credential:
    """A leaf for our host that the owner of another host signed with his server's key."""
    server = credential(kind, "www.course.example")
    leaf = certify(leaf_contents(kind), Issuer(server.leaf, server.private_key))
    return Credential((der(leaf), *server.chain), server.private_key)


def path_too_long(kind: Kind, now: datetime) -> Credential:
    """A CA below an intermediate that may have none below it."""
    key = course_key("stranger_ecdsa")
    contents = Contents("one certification authority too many", key, ca=True)
    low = issued(leaf_contents(kind), Issuer(certify(contents, intermediate(kind)), key))
    return replace(low, chain=(*low.chain, der(intermediate(kind).certificate)))


def weak_key(kind: Kind, now: datetime) -> Credential:
    """An RSA key of 1024 bits, whatever kind is asked for: P-256 has no short form."""
    return leaf_with("rsa", now, private_key=course_key("weak_rsa"))


def leaf_is_a_ca(kind: Kind, now: datetime) -> Credential:
    """A leaf that could sign others."""
    return leaf_with(kind, now, ca=True)


def no_digital_signature(kind: Kind, now: datetime) -> Credential:
    """A key that may take part in key exchanges only."""
    usage = "key_encipherment" if kind == "rsa" else "key_agreement"
    return leaf_with(kind, now, key_usage=(usage,))


FAULTS: dict[str, Fault] = {
    "undecodable": Fault(
        "a byte is missing, so it is no certificate at all",
        AlertDescription.bad_certificate,
        undecodable,
    ),
    "missing_intermediate": Fault(
        "the server forgot its intermediate; some browsers know it already, so its owner never saw",
        AlertDescription.unknown_ca,
        missing_intermediate,
    ),
    "unknown_ca": Fault(
        "anybody can make a root of his own; only we decide which ones we believe",
        AlertDescription.unknown_ca,
        unknown_ca,
    ),
    "impostor": Fault(
        "anybody can give his root our root's name; what counts is the key",
        AlertDescription.unknown_ca,
        impostor,
    ),
    "self_signed": Fault(
        "it vouches for itself, which anybody can do for any name",
        AlertDescription.unknown_ca,
        self_signed,
    ),
    "bad_signature": Fault(
        "its issuer's key did not make this signature",
        AlertDescription.bad_certificate,
        bad_signature,
    ),
    "changed_contents": Fault(
        "somebody wrote another name into a sound certificate; the signature covers the name",
        AlertDescription.bad_certificate,
        changed_contents,
        "evil.course.example",
    ),
    "expired": Fault(
        "its last day is over; whoever finds the old key could go on for ever",
        AlertDescription.certificate_expired,
        expired,
    ),
    "not_yet_valid": Fault(
        "its first day is still to come, or our clock is wrong",
        AlertDescription.certificate_expired,
        not_yet_valid,
    ),
    "expired_intermediate": Fault(
        "the leaf is fresh, but what it hangs on is not",
        AlertDescription.certificate_expired,
        expired_intermediate,
    ),
    "not_a_ca": Fault(
        "the owner of any server could sign certificates for all others",
        AlertDescription.unknown_ca,
        not_a_ca,
    ),
    "path_too_long": Fault(
        "an intermediate made a certification authority that it was not allowed to make",
        AlertDescription.unknown_ca,
        path_too_long,
    ),
    "wrong_usage": Fault(
        "it was issued for a client; any customer could play the server",
        AlertDescription.unsupported_certificate,
        partial(leaf_with, extended_key_usage=(CLIENT_AUTH,)),
    ),
    "leaf_is_a_ca": Fault(
        "a certification authority's key does not belong into a server",
        AlertDescription.unsupported_certificate,
        leaf_is_a_ca,
    ),
    "weak_key": Fault(
        "a key of 1024 bits is within reach of who has many computers",
        AlertDescription.bad_certificate,
        weak_key,
    ),
    "wrong_name": Fault(
        "a sound certificate, of another host: its owner could stand in the middle",
        AlertDescription.bad_certificate,
        lambda kind, now: credential(kind, "www.course.example"),
    ),
    "no_name": Fault(
        "the name stands in the common name only, which nobody reads any more",
        AlertDescription.bad_certificate,
        partial(leaf_with, names=()),
    ),
    "outside_constraints": Fault(
        "the course's root may vouch for the course's hosts, and not for a bank",
        AlertDescription.certificate_unknown,
        partial(leaf_with, common_name=BANK, names=(BANK,)),
        BANK,
    ),
    "unknown_critical_extension": Fault(
        "who does not understand a critical extension must refuse: it may say 'not on Sundays'",
        AlertDescription.certificate_unknown,
        partial(leaf_with, common_name="a critical extension", critical=(UNKNOWN_EXTENSION,)),
    ),
    "no_digital_signature": Fault(
        "its key may not sign, so an ECDHE suite cannot use it",
        AlertDescription.illegal_parameter,
        no_digital_signature,
        usage=True,
    ),
    "no_key_encipherment": Fault(
        "its key may not be encrypted to, so RSA key transport cannot use it",
        AlertDescription.illegal_parameter,
        partial(leaf_with, key_usage=("digital_signature",)),
        usage=True,
    ),
}
