"""What is got wrong about a whole chain: each mistake as a verifier that makes it (exercise 03)."""

from collections.abc import Mapping
from datetime import UTC

from tlskit.certificate_faults import names_of
from tlskit.exercises.certificate_mistakes import may, may_sign
from tlskit.exercises.certificate_verifiers import (
    GOOD,
    Verify,
    all_dates,
    all_signers,
    as_sent,
    by_names,
    changed_places,
    common_names,
    dates_of_strays,
    dates_where,
    every_name,
    first_of_a_name,
    for_others,
    leaf_too,
    local_time,
    named,
    nameless_too,
    next_or_root,
    no_walk,
    nothing,
    only_sent,
    patient,
    plainly_named,
    root_not_sent,
    root_unasked,
    said_for_servers,
    to_a_name,
    to_a_namesake,
    to_any_root,
    to_any_root_but_a_leaf,
    verifier,
)

CHAINS: Mapping[str, Verify] = {
    "Whatever comes, you believe it: nothing is asked at all.": lambda *_: GOOD,
    "You check no signature: a name is easily written, and what makes a link is the issuer's key "
    "(RFC 5280 §6.1.3 (a)(1)).": verifier(walk=by_names),
    "You believe in a root that came with the message. Anybody can make one; which ones do you "
    "have already?": verifier(walk=to_any_root_but_a_leaf),
    "Whatever has the name of a root of ours ends your walk: a name is easily written.": verifier(
        walk=to_a_namesake
    ),
    "Two have the issuer's name, and you try the first alone: which of them has the key?": verifier(
        walk=first_of_a_name
    ),
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
    "You look for an issuer in the next one sent and among the roots alone: a server may send "
    "strays, or mix them up.": verifier(walk=next_or_root),
    "Bytes that are no certificate you pass over: the table has an alert for them.": patient,
    "You never ask whether the chain ends at a root of ours.": verifier(walk=no_walk),
    "You look at no date.": verifier(dates=nothing),
    "You look at the leaf's dates alone; each certificate of the path has its own.": verifier(
        dates=lambda path, now: all_dates(path[:1], now)
    ),
    "You leave the root's dates out: what is the path?": verifier(
        dates=lambda path, now: all_dates(path[:-1], now)
    ),
    "You leave out the dates of those between leaf and root: what is the path?": verifier(
        dates=lambda path, now: all_dates([path[0], path[-1]], now)
    ),
    "You look at the dates of strays, too: what is the path?": dates_of_strays,
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
    "The root need not have the right to sign, with you: what is the path?": verifier(
        signers=root_unasked
    ),
    "You never ask what the leaf was made for: any client's certificate does (RFC 5280 "
    "§4.2.1.12).": verifier(usage=nothing),
    "You refuse a leaf that has no extended key usage; it need not have one.": verifier(
        usage=said_for_servers
    ),
    "You want a client's certificate as the leaf: which side is shown here?": verifier(
        usage=for_others
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
    "You want all names of the leaf to stand for the host; a certificate may list several.": (
        verifier(name=every_name)
    ),
    "Pattern and host have changed places in your comparison.": verifier(name=changed_places),
    "A leaf without the names' extension is anybody's with you: whom does it speak of?": verifier(
        name=nameless_too
    ),
}
