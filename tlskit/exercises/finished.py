"""Exercise 08: the transcript, Finished, and the verdict on the peer's (RFC 5246 §7.4.9)."""

from tlskit.exercises import finished_cases as cases
from tlskit.exercises import finished_live as live
from tlskit.exercises import finished_mistakes as known
from tlskit.exercises import finished_verdicts as verdicts
from tlskit.exercises.task import Assignment, Explanation, Task, reflection

OURS = (
    *("tlskit.tls12.key_schedule.handshake_hash", "tlskit.tls12.key_schedule.verify_data"),
    *("tlskit.tls12.common.send_finished", "tlskit.tls12.common.receive_finished"),
    *(f"tlskit.checks.lesson_08.{one}" for one in ("right_messages", "right_server_messages")),
    *(f"tlskit.exercises.finished_mistakes.{one}" for one in ("transcript", "finished")),
    "tlskit.exercises.finished_verdicts.verdict",
)

ASSIGNMENT = Assignment(
    "08_finished",
    (
        reflection(
            "which_hash",
            "b",
            {
                "a": "The SHA in its name is the hash of the records' MAC; Finished has another.",
                "c": "That is for suites whose name ends in SHA384.",
                "d": "So it was before TLS 1.2.",
            },
            reference="RFC 5246 §7.4.9, §5; RFC 5289 §3",
        ),
        Task(
            "my_transcript",
            3,
            cases.went_by,
            known.transcript,
            known.TRANSCRIPTS,
            reference="RFC 5246 §7.4.9, §7.4.1.1; lesson 08",
            absent=OURS,
            praise="Packed, cut, and with strangers among them: the messages, and nothing else.",
            more=cases.kept_from_before,
            live=live.transcript_heard,
        ),
        reflection(
            "what_is_covered",
            "c",
            {
                "a": "An alert is no handshake message; no hash has it.",
                "b": "The hash knows messages, and not how they were put into records.",
                "d": "It is a record's header, and these are not hashed.",
            },
            reference="RFC 5246 §7.4.9, §6.2.1",
        ),
        Task(
            "my_finished",
            4,
            cases.to_finish,
            known.finished,
            known.FINISHES,
            reference="RFC 5246 §7.4.9; lesson 08",
            absent=OURS,
            praise="Both labels, both hashes, full and abbreviated: all right.",
            more=cases.asked_for_another_label,
            fields=cases.fields,
            live=live.finished_sent,
        ),
        reflection(
            "why_not_sent_back",
            "a",
            {
                "b": "It has read the record; that is how it checks it.",
                "c": "Both sides have the same master secret, and the same PRF.",
                "d": "The hash is the suite's, and the suite is one for both sides.",
            },
            reference="RFC 5246 §7.4.9",
        ),
        Task(
            "my_verdict",
            5,
            cases.to_judge,
            verdicts.verdict,
            verdicts.VERDICTS,
            str,
            reference="RFC 5246 §7.4.9, §7.2.2; lesson 08",
            absent=OURS,
            praise="The right ones are taken, and each of the others has its alert.",
            more=cases.asked_by_a_judge,
            live=live.finished_received,
        ),
        reflection(
            "what_differs",
            "d",
            {
                "a": "The record opened, so both sides have the same keys.",
                "b": "Then its tag would not fit, and the record would not have opened.",
                "c": "A sequence number that is off shows when the record is opened.",
            },
            reference="RFC 5246 §7.4.9, §7.2.2; lesson 08",
        ),
    ),
    (Explanation("explain-what-for", 2), Explanation("explain-downgrade", 2)),
)
