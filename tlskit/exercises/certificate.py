"""Exercise 03: a certificate's dates, name and rights, and a whole chain (RFC 5280, RFC 9525)."""

from tlskit.certificate_faults import name_matches
from tlskit.exercises import certificate_live as live
from tlskit.exercises.alert_names import both, but_in, other_alerts, raised
from tlskit.exercises.certificate_cases import names, rights
from tlskit.exercises.certificate_chain_mistakes import CHAINS
from tlskit.exercises.certificate_chains import TWO, chains
from tlskit.exercises.certificate_mistakes import NAMES, RAISED, RIGHTS, may_sign
from tlskit.exercises.certificate_verifiers import RIGHT_CHAIN
from tlskit.exercises.task import Assignment, Explanation, Task, reflection

OURS = (
    "tlskit.certificates.verify_chain",
    "tlskit.certificate_faults.diagnose",
    "tlskit.certificate_faults.name_matches",
)

ASSIGNMENT = Assignment(
    "03_certificate",
    (
        reflection(
            "why_too_early",
            "d",
            {
                "a": "The certificates of that year play no part: the server shows today's.",
                "b": "The server's clock is not asked, and no message carries it to be compared.",
                "c": "A signature holds whatever the clock says; no time goes into its check.",
            },
            reference="RFC 5280 §4.1.2.5, RFC 5246 §7.2.2",
        ),
        Task(
            "my_name_matches",
            3,
            names,
            name_matches,
            NAMES,
            expected=bool,
            reference="RFC 9525 §6.3; lesson 03, task 2",
            absent=OURS,
            praise="Right for each pair: capitals, wildcards, and names that only look alike.",
            live=live.names,
        ),
        reflection(
            "why_one_label",
            "b",
            {
                "a": "The dot costs nothing to compare; it is a question of trust.",
                "c": "A host may have as many labels as its owner likes.",
                "d": "A certificate may list as many names as it likes, with and without `*`.",
            },
            reference="RFC 9525 §6.3, §7.1",
        ),
        Task(
            "my_may_sign",
            3,
            rights,
            may_sign,
            RIGHTS,
            expected=bool,
            reference="RFC 5280 §4.2.1.3, §4.2.1.9, §6.1.4",
            absent=OURS,
            praise="Right for each: flag, usage and path length, there or not.",
            more=raised(RAISED, line=True),
            live=live.rights,
        ),
        reflection(
            "why_ca_flag",
            "a",
            {
                "b": "A leaf's key can make signatures: with ECDHE it makes one in each handshake.",
                "c": "Its name is right: it is the honest certificate of an honest server.",
                "d": "The signature is right; the leaf's key did make it.",
            },
            reference="RFC 5280 §4.2.1.9",
        ),
        Task(
            "my_verify_chain",
            6,
            chains,
            RIGHT_CHAIN,
            CHAINS,
            expected=str,
            reference="RFC 5280 §6.1, RFC 5246 §7.2.2, §7.4.2",
            absent=OURS,
            praise="Each good chain believed, each bad one refused, and with its alert.",
            more=both(
                raised(RAISED, line=True),
                other_alerts(RIGHT_CHAIN),
                but_in(TWO, CHAINS, RIGHT_CHAIN),
            ),
            live=live.whole_chain,
        ),
        reflection(
            "which_check_finds_it",
            "c",
            {
                "a": "Every day in it may be right: whoever makes a root writes the days, too.",
                "b": "The name in it is yours, letter for letter: anybody can write it there.",
                "d": "Every signature in it fits: he made all the keys himself.",
            },
            reference="RFC 5280 §6.1.1 (d), RFC 5246 §7.2.2",
        ),
    ),
    (Explanation("explain-padlock", 2), Explanation("explain-order", 2)),
)
