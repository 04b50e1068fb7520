"""Names and rights to sign: what is right, and what is got wrong about them (exercise 03)."""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from typing import NamedTuple

from cryptography import x509

from tlskit.certificate_faults import extension_of

# ---- the name

NameMatches = Callable[[str, str], bool]


def label_by_label(pattern: str, host: str) -> bool:
    """Let `*` stand for a label at any place."""
    ours, theirs = pattern.lower().split("."), host.lower().split(".")
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(one in ("*", other) for one, other in pairs)


def first_label_globbed(pattern: str, host: str) -> bool:
    """Let `*` be a part of the first label too, as RFC 6125 §6.4.3 allowed."""
    first, _, parent = pattern.lower().partition(".")
    name, _, rest = host.lower().partition(".")
    return parent == rest and fnmatch(name, first)


def cased(one: Callable[[str], str], other: Callable[[str], str]) -> NameMatches:
    """Return a comparison that makes the letters of pattern and host small each in its way."""

    def matches(pattern: str, host: str) -> bool:
        pattern, host = one(pattern), other(host)
        first, _, parent = pattern.partition(".")
        return pattern == host or (first == "*" and host.partition(".")[2] == parent)

    return matches


def itself(text: str) -> str:
    """Leave a text as it is."""
    return text


def ends_alike(pattern: str, host: str) -> bool:
    """Compare the ends only, whether or not there is a `*`."""
    return host.lower().endswith(pattern.lower().removeprefix("*"))


def any_depth(pattern: str, host: str) -> bool:
    """Let a `*` in front stand for any number of labels, but at least one."""
    pattern, host = pattern.lower(), host.lower()
    return pattern == host or (pattern[:2] == "*." and host.endswith(pattern[1:]))


def none_too(pattern: str, host: str) -> bool:
    """Let a `*` in front stand for no label as well."""
    bare = host.lower() == pattern.lower().removeprefix("*.")
    return bare or cased(str.lower, str.lower)(pattern, host)


def any_parent(pattern: str, host: str) -> bool:
    """Compare the number of labels only, once there is a `*`."""
    if pattern.startswith("*."):
        return pattern.count(".") == host.count(".")
    return pattern.lower() == host.lower()


def starred_start(pattern: str, host: str) -> bool:
    """Let whatever begins with a `*` stand for the first label."""
    pattern, host = pattern.lower(), host.lower()
    first, _, parent = pattern.partition(".")
    return pattern == host or (first[:1] == "*" and host.partition(".")[2] == parent)


def below_too(pattern: str, host: str) -> bool:
    """Let a name without a `*` stand for all that end with it."""
    return host.lower().endswith(pattern.lower()) or cased(str.lower, str.lower)(pattern, host)


def behind_the_star(fine: Callable[[str, str], bool]) -> NameMatches:
    """Return a comparison that asks this of what stands behind a first `*.`, and of the host."""

    def matches(pattern: str, host: str) -> bool:
        pattern, host = pattern.lower(), host.lower()
        first, _, parent = pattern.partition(".")
        return pattern == host or (first == "*" and fine(parent, host))

    return matches


NAMES: Mapping[str, NameMatches] = {
    "You compare capitals too; for names they are the same letters (RFC 9525 §6.3).": cased(
        itself, itself
    ),
    "The certificate's name keeps its capitals in your comparison; the host's lose theirs.": cased(
        itself, str.lower
    ),
    "The host's name keeps its capitals in your comparison; the certificate's lose theirs.": cased(
        str.lower, itself
    ),
    "You compare the ends. A name that only ends alike is another's: anybody may register "
    "it.": ends_alike,
    "Your `*` stands for several labels, with their dots: how many does the rule give it?": (
        any_depth
    ),
    "Your `*` stands for nothing as well: where it stands, a label has to be.": none_too,
    "Your `*` stands for a label in any place; look again at which label may be one.": (
        label_by_label
    ),
    "Your `*` may be the first piece of a label: what has to stand in front of the first "
    "dot?": starred_start,
    "Without a `*` you compare the ends: a name stands for itself, not for others below it.": (
        below_too
    ),
    "Your `*` may be a piece of a label. So said RFC 6125 §6.4.3; our rule is that of RFC 9525 "
    "§6.3.": first_label_globbed,
    "You match it like a file name, and there `*` stands for dots and pieces of labels "
    "too.": lambda pattern, host: fnmatch(host.lower(), pattern.lower()),
    "A name is no regular expression: there a dot stands for any letter.": lambda pattern, host: (
        bool(re.fullmatch(pattern.lower().replace("*", "[^.]+"), host.lower()))
    ),
    "You compare what stands behind the first dot, and the first label may be anything: without a "
    "`*` it counts.": lambda pattern, host: (
        pattern.lower().partition(".")[2] == host.lower().partition(".")[2]
    ),
    "A `*` in front is enough for you, whatever stands behind it.": behind_the_star(
        lambda parent, host: True
    ),
    "Behind the `*` you compare ends, without the dot: how many labels does it stand for, and "
    "where do they end?": behind_the_star(lambda parent, host: host.endswith(parent)),
    "What stands behind the `*` may be anywhere in the host with you.": behind_the_star(
        lambda parent, host: parent in host
    ),
    "With a `*` you compare the whole host with what stands behind the dot: something has to stand "
    "in the place of the `*`.": behind_the_star(lambda parent, host: parent == host),
    "Without a `*` no name passes with you: most names have none.": lambda pattern, host: (
        pattern[:2] == "*." and cased(str.lower, str.lower)(pattern, host)
    ),
    "You know no wildcard: only the very same name does.": lambda pattern, host: (
        pattern.lower() == host.lower()
    ),
    "With a `*` you compare how many labels there are; what they say counts too.": any_parent,
}

# ---- the right to sign


class Said(NamedTuple):
    """What a certificate says about itself.

    Args:
        ca: cA of basicConstraints; None without the extension.
        most: pathLenConstraint, None if there is none.
        usage: keyUsage, None without the extension.
    """

    ca: bool | None
    most: int | None
    usage: x509.KeyUsage | None


MaySign = Callable[[bytes, int], bool]
Rule = Callable[[Said, int], bool]


def said_by_it(certificate: x509.Certificate) -> Said:
    """Return what a certificate says about its rights (RFC 5280 §4.2.1.3, §4.2.1.9)."""
    constraints = extension_of(certificate, x509.BasicConstraints)
    usage = extension_of(certificate, x509.KeyUsage)
    if constraints is None:
        return Said(None, None, usage)
    return Said(constraints.ca, constraints.path_length, usage)


def may(rule: Rule) -> MaySign:
    """Return the function of a certificate in DER that follows this rule."""
    return lambda certificate, below: bool(
        rule(said_by_it(x509.load_der_x509_certificate(certificate)), below)
    )


def flag(said: Said, below: int) -> bool:
    """Tell whether it is a CA's at all (RFC 5280 §6.1.4 (k))."""
    return bool(said.ca)


def signs(said: Said, below: int) -> bool:
    """Tell whether its key may sign certificates (RFC 5280 §6.1.4 (n))."""
    return said.usage is None or said.usage.key_cert_sign


def room(said: Said, below: int) -> bool:
    """Tell whether there may be so many CAs below it (RFC 5280 §4.2.1.9)."""
    return said.most is None or below <= said.most


def right_rule(said: Said, below: int) -> bool:
    """Ask all three."""
    return flag(said, below) and signs(said, below) and room(said, below)


may_sign = may(right_rule)


def asked_of(bit: str) -> Rule:
    """Return the rule that asks another bit of keyUsage."""
    return lambda said, below: (
        flag(said, below) and room(said, below) and (said.usage is None or getattr(said.usage, bit))
    )


RIGHTS: Mapping[str, MaySign] = {
    "You never ask whether it is a CA's certificate: any server could sign for all others "
    "(RFC 5280 §6.1.4 (k)).": may(lambda said, below: signs(said, below) and room(said, below)),
    "It is enough for you that basicConstraints is there; what does it say? (RFC 5280 §6.1.4 "
    "(k))": may(
        lambda said, below: said.ca is not None and signs(said, below) and room(said, below)
    ),
    "What has no basicConstraints at all passes as a CA; without the extension nobody said that "
    "it is one.": may(
        lambda said, below: said.ca is not False and signs(said, below) and room(said, below)
    ),
    "You never ask what the key may be used for (RFC 5280 §6.1.4 (n)).": may(
        lambda said, below: flag(said, below) and room(said, below)
    ),
    "You ask keyUsage for another bit: signing certificates has one of its own.": may(
        asked_of("digital_signature")
    ),
    "The bit that you ask for is the one for revocation lists.": may(asked_of("crl_sign")),
    "Without keyUsage you refuse; the rule asks for the bit only if the extension is present.": (
        may(lambda said, below: right_rule(said, below) and said.usage is not None)
    ),
    "You do not look at the path length: how many CAs may stand below this one?": may(
        lambda said, below: flag(said, below) and signs(said, below)
    ),
    "One CA too few: the leaf is not counted (RFC 5280 §4.2.1.9).": may(
        lambda said, below: (
            flag(said, below) and signs(said, below) and (said.most is None or below < said.most)
        )
    ),
    "One CA too many is allowed below it.": may(
        lambda said, below: (
            flag(said, below)
            and signs(said, below)
            and (said.most is None or below <= said.most + 1)
        )
    ),
    "No path length is not a path length of 0: it may be missing, and what then?": may(
        lambda said, below: flag(said, below) and signs(said, below) and (said.most or 0) >= below
    ),
    "A path length of 0 is a limit, and you take it for none: `if 0` is no.": may(
        lambda said, below: (
            flag(said, below) and signs(said, below) and (not said.most or below <= said.most)
        )
    ),
    "One of cA and keyCertSign is enough for you; both are asked for.": may(
        lambda said, below: (flag(said, below) or signs(said, below)) and room(said, below)
    ),
    "You ask for a path length that is just as long as what stands below; it is a limit.": may(
        lambda said, below: (
            flag(said, below) and signs(said, below) and (said.most is None or below == said.most)
        )
    ),
    "The path length is compared the wrong way round: it is a limit from above.": may(
        lambda said, below: (
            flag(said, below) and signs(said, below) and (said.most is None or below >= said.most)
        )
    ),
    "Your function says yes where it should say no, and no where it should say yes.": may(
        lambda said, below: not right_rule(said, below)
    ),
}
RAISED = {
    "ExtensionNotFound": "A certificate need not have an extension: asked for one that is not "
    "there, the library raises ExtensionNotFound. Catch it, and say what its absence means.",
    "TypeError": "A comparison with None raises TypeError: a path length may be missing.",
    "ValueError": "Bytes that are no certificate make the library raise ValueError, and so does a "
    "key of a kind that can't have made the signature; and your function with it. A peer may send "
    "anything: catch it, and say what that is worth.",
    "InvalidSignature": "A signature that does not fit makes the library raise "
    "InvalidSignature, and your function with it. Catch it: that is an answer too.",
}
