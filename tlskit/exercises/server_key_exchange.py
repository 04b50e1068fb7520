"""Exercise 04: ServerKeyExchange taken apart, signed and verified (RFC 5246 §7.4.3, RFC 8422)."""

from tlskit.exercises import server_key_exchange_live as live
from tlskit.exercises.alert_names import both, other_alerts, raised
from tlskit.exercises.server_key_exchange_apart import (
    APART,
    RAISED_FOR_A_LENGTH,
    read_apart,
    taken_apart,
)
from tlskit.exercises.server_key_exchange_cases import bodies, signings, verifications
from tlskit.exercises.server_key_exchange_mistakes import (
    RAISED,
    RIGHT_VERIFY,
    VERIFYING,
)
from tlskit.exercises.server_key_exchange_signing import read, right_sign
from tlskit.exercises.server_key_exchange_signing_mistakes import RAISED as RAISED_BY_KEYS
from tlskit.exercises.server_key_exchange_signing_mistakes import SIGNING
from tlskit.exercises.task import Assignment, Explanation, Task, reflection

OURS = (
    "tlskit.tls12.negotiation.server_ecdh_params_to_sign",
    "tlskit.signatures.sign",
    "tlskit.signatures.verify_signature",
    "tlskit.presentation.decode",
    "tlskit.presentation.encode",
)

ASSIGNMENT = Assignment(
    "04_server_key_exchange",
    (
        reflection(
            "which_group",
            "b",
            {
                "a": "Look the group's number up: it is the two bytes after the first.",
                "c": "What you took for a length is the group's number; the length comes after it.",
                "d": "The first byte says only that a curve is named; the name follows.",
            },
            reference="RFC 8422 §5.1.1, §5.4",
        ),
        Task(
            "my_take_apart",
            3,
            bodies,
            taken_apart,
            APART,
            expected=(dict, type(None)),
            reference="RFC 8422 §5.4, RFC 5246 §4.7; lesson 04",
            absent=OURS,
            read=read_apart,
            more=raised(RAISED_FOR_A_LENGTH, line=True),
            praise="Three curves, signatures of any length, and no length that lies.",
            live=live.taking_apart,
        ),
        reflection(
            "why_two_lengths",
            "a",
            {
                "b": "ECDSA's signatures are of several lengths, and they are sent all the same.",
                "c": "The record's header has a length of its own, and is not asked here.",
                "d": "What is signed has a length too, but the signature's tells nothing about it.",
            },
            reference="RFC 5246 §4.3, §7.4.3",
        ),
        Task(
            "my_sign",
            5,
            signings,
            right_sign,
            SIGNING,
            reference="RFC 5246 §4.7, §7.4.3; RFC 8422 §5.4, §5.10; lesson 04",
            absent=OURS,
            praise="The key signed the right bytes by the right rule, seven times.",
            read=read,
            more=raised(RAISED_BY_KEYS, line=True),
            live=live.signing,
        ),
        reflection(
            "why_not_equal",
            "d",
            {
                "a": "Both randoms of one handshake are given, and still two signatures differ.",
                "b": "The key is the same in both runs.",
                "c": "Both are right: the same public key says yes to each.",
            },
            reference="RFC 8017 §8.1, RFC 6979 §3.2",
        ),
        Task(
            "my_verify",
            6,
            verifications,
            RIGHT_VERIFY,
            VERIFYING,
            expected=str,
            reference="RFC 5246 §7.2.2, §7.4.3; RFC 8422 §5.4; lesson 04",
            absent=OURS,
            praise="Each good signature believed, and everything else refused, with its alert.",
            more=both(raised(RAISED_BY_KEYS | RAISED, line=True), other_alerts(RIGHT_VERIFY)),
            live=live.verifying,
        ),
        reflection(
            "why_randoms",
            "c",
            {
                "a": "They stand in the hellos for everybody to read; signing hides nothing.",
                "b": "Long or short, a scheme hashes what it signs.",
                "d": "The certificate's signature is made once, by its issuer, long before.",
            },
            reference="RFC 5246 App. F.1.1.3",
        ),
    ),
    (Explanation("explain-signed", 2), Explanation("explain-two-keys", 2)),
)
