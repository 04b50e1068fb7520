"""Exercise 10: resumption (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3)."""

from tlskit.exercises import resumption_live as live
from tlskit.exercises.resumption_cases import (
    conversations,
    offers,
    parts_of_ticket,
    sessions_and_randoms,
    to_be_opened,
    to_be_sealed,
)
from tlskit.exercises.resumption_decisions import DECISIONS, decision
from tlskit.exercises.resumption_mistakes import (
    ABBREVIATED,
    ABORT,
    FULL,
    KEYS,
    KINDS,
    OPENED,
    TICKETS,
    kind,
    one_of,
    opened,
    resumed_keys,
    ticket,
    what_strangers_do,
)
from tlskit.exercises.task import Assignment, Explanation, Task, reflection

OURS = "tlskit.exercises.resumption_mistakes"
ASSIGNMENT = Assignment(
    "10_resumption",
    (
        reflection(
            "which_rule",
            "c",
            {
                "a": "Count the hours between `created` and `now`: fewer than 24.",
                "b": "Compare the two names letter by letter: they are equal.",
                "d": "`still_good` does not look at it; that decision comes at the end.",
            },
            reference="RFC 5246 §7.4.1.2, App. F.1.4; RFC 6066 §3",
        ),
        Task(
            "my_resumed_keys",
            3,
            sessions_and_randoms,
            resumed_keys,
            KEYS,
            reference="RFC 5246 §7.3, §6.3; lesson 10",
            absent=("tlskit.tls12.key_schedule.key_block", f"{OURS}.resumed_keys"),
            praise="The session's secret, and today's randoms: both results are right.",
            live=live.keys_of_a_second_visit,
        ),
        reflection(
            "why_new_keys",
            "b",
            {
                "a": "No new pre-master secret is agreed on: ClientKeyExchange is gone.",
                "c": "The master secret is the session's, and it is the same on every visit.",
                "d": "ChangeCipherSpec holds one byte, always the same.",
            },
            reference="RFC 5246 §6.3, App. F.1.4",
        ),
        Task(
            "my_kind",
            3,
            conversations,
            kind,
            KINDS,
            str,
            reference="RFC 5246 §7.3, §7.4.1.3; RFC 5077 §3.3, §3.4",
            absent=("tlskit.tls12.resumption.accepted", f"{OURS}.kind"),
            more=one_of(FULL, ABBREVIATED),
            praise="IDs and tickets, repeated, new or empty: you told them all.",
            live=live.kinds_of_visits,
        ),
        Task(
            "my_ticket",
            4,
            to_be_sealed,
            ticket,
            TICKETS,
            reference="RFC 5077 §4",
            absent=(f"{OURS}.ticket",),
            praise="Name, IV, length, session and MAC: each byte is where §4 has it.",
            fields=parts_of_ticket,
            live=live.sealed_by_her,
        ),
        Task(
            "my_open",
            4,
            to_be_opened,
            opened,
            OPENED,
            (bytes, type(None)),
            reference="RFC 5077 §4, §3.2",
            absent=(f"{OURS}.opened",),
            praise="Your own tickets open, and nothing else does.",
            more=what_strangers_do,
            live=live.opened_by_her,
        ),
        reflection(
            "why_mac_first",
            "d",
            {
                "a": "Both take the same time, more or less, and it is not about time saved.",
                "b": "CBC decrypts whatever it is given, if the blocks are whole.",
                "c": "The name has told which keys; the MAC does not choose among them.",
            },
            reference="RFC 5077 §4; lesson 07",
        ),
        Task(
            "my_decision",
            4,
            offers,
            decision,
            DECISIONS,
            str,
            reference="RFC 7627 §5.3; RFC 5246 §7.3, App. F.1.4; RFC 6066 §3",
            absent=(
                "tlskit.tls12.resumption.session_to_resume",
                "tlskit.exercises.resumption_decisions.decision",
            ),
            more=one_of(FULL, ABBREVIATED, ABORT),
            praise="All of RFC 7627 §5.3, and what comes before it.",
            live=live.decided_by_her,
        ),
        reflection(
            "why_abort",
            "a",
            {
                "b": "The secret has 48 bytes either way, and both sides have it.",
                "c": "A full handshake costs no less here than anywhere, and is often right.",
                "d": "The keys come from the session's secret and the randoms, with or without it.",
            },
            reference="RFC 7627 §5.3",
        ),
    ),
    (Explanation("explain-no-certificate", 2), Explanation("explain-ticket-key", 2)),
)
