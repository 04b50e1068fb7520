"""Exercise 07: protect a record, and open one (RFC 5246 §6.2.3; RFC 5288 §3)."""

from collections.abc import Sequence

from tlskit.exercises import record_protection_cases as cases
from tlskit.exercises import record_protection_cbc as cbc
from tlskit.exercises import record_protection_cbc_mistakes as cbc_mistakes
from tlskit.exercises import record_protection_cbc_opening as cbc_opening
from tlskit.exercises import record_protection_live as live
from tlskit.exercises import record_protection_mistakes as gcm
from tlskit.exercises.task import Assignment, Case, Explanation, Outcome, Task, reflection

OURS = (
    *(
        f"tlskit.tls12.record_protection.{one}"
        for one in (
            *("additional_data", "nonce", "protect", "unprotect", "mac", "encrypt_cbc"),
            *("padded_and_encrypted", "decrypted", "decrypt_then_check", "record_keys"),
        )
    ),
    "tlskit.exercises.record_protection_mistakes.protect_gcm",
    "tlskit.exercises.record_protection_mistakes.unprotect_gcm",
    "tlskit.exercises.record_protection_cbc.protect_cbc",
    "tlskit.exercises.record_protection_cbc.unprotect_cbc",
)


def parts_of_gcm(fragment: bytes) -> list[tuple[str, int, int]]:
    """Return the fields of an AES-GCM fragment (RFC 5288 §3)."""
    tag = len(fragment) - gcm.TAG
    return [
        ("the explicit nonce", 0, gcm.EXPLICIT),
        ("the ciphertext", gcm.EXPLICIT, tag),
        ("the tag", tag, len(fragment)),
    ]


def parts_of_cbc(fragment: bytes) -> list[tuple[str, int, int]]:
    """Return the fields of a CBC fragment that can be seen (RFC 5246 §6.2.3.2)."""
    return [("the IV", 0, cbc.BLOCK), ("the ciphertext", cbc.BLOCK, len(fragment))]


def let_out_gcm(given: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name errors that should have been None, and a nonce that the library refuses."""
    named = cases.errors_let_out(gcm.UNPROTECT)(given, outcomes)
    return named or cases.refused_nonce(given, outcomes)


def let_out_cbc(given: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name errors that should have been None, and blocks that the library refuses."""
    named = cases.errors_let_out(cbc_opening.UNPROTECT)(given, outcomes)
    return named or cases.refused_pieces(given, outcomes)


ASSIGNMENT = Assignment(
    "07_record_protection",
    (
        reflection(
            "which_field",
            "a",
            {
                "b": "The copy is of the same type as the original.",
                "c": "The copy has the same version as the original.",
                "d": "The copy is as long as the original.",
            },
            reference="RFC 5246 §6.1, §6.2.3.3",
        ),
        Task(
            "my_protect_gcm",
            3,
            cases.to_seal_gcm,
            gcm.protect_gcm,
            gcm.PROTECT,
            reference="RFC 5288 §3; RFC 5246 §6.2.3.3; lesson 07",
            absent=OURS,
            praise="Nonce, additional data and order: all records are as they should be.",
            fields=parts_of_gcm,
            more=cases.refused_nonce,
            live=live.protecting_gcm,
        ),
        reflection(
            "why_never_twice",
            "d",
            {
                "a": "A nonce is no secret: half of it stands in the record for everybody.",
                "b": "Nothing uses the salt up: it is the same for all records of a direction.",
                "c": "The tag has 16 bytes whatever the nonce is.",
            },
            reference="RFC 5288 §3, §6.1; RFC 5116 §3.1",
        ),
        Task(
            "my_unprotect_gcm",
            5,
            cases.to_open_gcm,
            gcm.unprotect_gcm,
            gcm.UNPROTECT,
            (bytes, type(None)),
            reference="RFC 5246 §6.2.3.3; RFC 5288 §3; lesson 07",
            absent=OURS,
            praise="What is in order opens, and nothing else does.",
            more=let_out_gcm,
            live=live.opening_gcm,
        ),
        reflection(
            "which_attack",
            "b",
            {
                "a": "Each direction has a key of its own; under another key no tag fits.",
                "c": "The tag notices it, whatever number is taken.",
                "d": "The type is in the additional data too, and they still hold it.",
            },
            reference="RFC 5246 §6.1, §6.2.3.3; lesson 07",
        ),
        Task(
            "my_protect_cbc",
            4,
            cases.to_seal_cbc,
            cbc.protect_cbc,
            cbc_mistakes.PROTECT,
            reference="RFC 5246 §6.2.3.1, §6.2.3.2; lesson 07",
            absent=OURS,
            praise="Content, MAC, padding, in this order, and the IV in front.",
            fields=parts_of_cbc,
            more=cases.refused_blocks,
            live=live.protecting_cbc,
        ),
        reflection(
            "why_a_new_iv",
            "c",
            {
                "a": "The IV travels in the clear, so it hides nothing by itself.",
                "b": "The sequence number goes into the MAC, and there it does its work.",
                "d": "Length and padding do not depend on the IV.",
            },
            reference="RFC 5246 §6.2.3.2, App. F.3",
        ),
        Task(
            "my_unprotect_cbc",
            6,
            cases.to_open_cbc,
            cbc.unprotect_cbc,
            cbc_opening.UNPROTECT,
            (bytes, type(None)),
            reference="RFC 5246 §6.2.3.1, §6.2.3.2; lesson 07",
            absent=OURS,
            praise="What is in order opens; whatever is wrong, the answer is the same.",
            more=let_out_cbc,
            live=live.opening_cbc,
        ),
        reflection(
            "why_one_answer",
            "b",
            {
                "a": "The alert's size does not matter, and its number tells as much in two bytes.",
                "c": "The keys can't be computed from an answer, whatever it says.",
                "d": "The connection is over with any fatal alert.",
            },
            reference="RFC 5246 §6.2.3.2, §7.2.2",
        ),
    ),
    (Explanation("explain-bit-flip", 2), Explanation("explain-what-shows", 2)),
)
