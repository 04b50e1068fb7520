"""Exercise 09: all steps put together, and three captures to be diagnosed (RFC 5246 §7.3)."""

from typing import Any

from tlskit.exercises import capstone_broken, capstone_flight, capstone_live, capstone_served
from tlskit.exercises.capstone_captures import captures
from tlskit.exercises.capstone_diagnosis import MISTAKES, diagnosis, what_was_overlooked
from tlskit.exercises.capstone_peers import answering, fetches, servings
from tlskit.exercises.task import Assignment, Explanation, Task, reflection

Due = dict[str, Any]
"""What has to come of a call: what is returned, and what the other side has read."""


def due(*arguments: Any) -> Due:
    """Return what is said to the learner and what she has to say; nothing to an impostor."""
    peer, hers = answering(arguments), arguments[-1]
    return found(hers, b"", b"") if peer.impostor else found(hers, peer.says, hers)


def came(value: Any, *arguments: Any) -> Due:
    """Return what she returned, and what the other side has read; what is due stays as it is."""
    peer = answering(arguments)
    return value if isinstance(value, dict) else found(arguments[-1], value, peer.heard, peer.fresh)


def found(given: bytes, returned: Any, heard: bytes, fresh: bool = True) -> Due:
    """Return it by names, which a report shows; what she was given keeps cases apart."""
    told = {"your result": returned, "what the other side read": heard, "a fresh random": fresh}
    return {"given": given, **told}


OURS = (
    "tlskit.network.fetch",
    "tlskit.network.serve_once",
    "tlskit.peers.exchange",
    "tlskit.presentation.encode",
    "tlskit.presentation.decode",
    "tlskit.records.split",
    "tlskit.tls12.record_protection.protect",
    "tlskit.tls12.record_protection.unprotect",
    "tlskit.tls12.key_schedule.prf",
    "tlskit.key_exchange.shared_secret",
)
"""Driver, codec and formulae: whoever calls one of them does not put it together herself."""

ASSIGNMENT = Assignment(
    "09_capstone",
    (
        reflection(
            "why_cut",
            "b",
            {
                "a": "OpenSSL packs them so that they fit; there is nothing wrong with the bytes.",
                "c": "Nothing is encrypted yet at this place.",
                "d": "TCP keeps all bytes in their order, and loses none.",
            },
            reference="RFC 5246 §6.2.1; lesson 02",
        ),
        Task(
            "my_second_flight",
            3,
            capstone_flight.given,
            capstone_flight.second_flight,
            capstone_flight.MISTAKES,
            reference="RFC 5246 §7.3, §7.1, §7.4.9; lessons 07 and 08",
            absent=("tlskit.exercises.capstone_flight.second_flight",),
            praise="Three records, in their order, and the last one protected.",
            fields=capstone_flight.fields,
            live=capstone_live.second_flight_sent,
        ),
        Task(
            "my_fetch",
            12,
            fetches,
            due,
            {},
            reference="RFC 5246 §7.3; lessons 01 to 09",
            absent=OURS,
            praise="Every page came, and no impostor got your request.",
            read=came,
            more=capstone_broken.what_broke,
            live=capstone_live.fetch_from_python,
            seconds=30,
        ),
        reflection(
            "why_last",
            "d",
            {
                "a": "It signs its key exchange, not the hellos: a suite could have been changed.",
                "b": "Anybody can send a certificate; it is public.",
                "c": "Both sides make their keys alone; that they agree is not known yet.",
            },
            reference="RFC 5246 §7.4.9, App. F.1.1",
        ),
        Task(
            "my_serve",
            6,
            servings,
            due,
            {},
            reference="RFC 5246 §7.3, §7.4.3; lessons 02 to 09",
            absent=OURS,
            praise="OpenSSL's client believed you, and got its page.",
            read=came,
            more=capstone_served.what_broke,
            live=capstone_live.serve_python,
            seconds=30,
        ),
        Task(
            "my_diagnosis",
            6,
            captures,
            diagnosis,
            MISTAKES,
            str,
            reference="RFC 5246 §6.1, §6.3, §7.4.9, §8.1; RFC 7627 §4; RFC 8422 §5.4",
            absent=(*OURS, "tlskit.exercises.capstone_diagnosis.diagnosis"),
            praise="Each capture, and each for the right reason.",
            more=what_was_overlooked,
        ),
    ),
    (Explanation("explain-who-is-there", 2), Explanation("explain-diagnosis", 2)),
)
