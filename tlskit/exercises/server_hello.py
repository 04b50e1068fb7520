"""Exercise 02: choose version and suite; read, take or refuse a ServerHello (RFC 5246 §7.4.1.3)."""

from tlskit.exercises import server_hello_live as live
from tlskit.exercises.alert_names import both, raised
from tlskit.exercises.client_hello import CODEC
from tlskit.exercises.hello_misread import SERVER, SERVER_SLIPS
from tlskit.exercises.hello_reader import RULES, SERVER_RULES, decoded, misread, reading
from tlskit.exercises.server_hello_answers import SETTLED, settled, to_be_decoded
from tlskit.exercises.server_hello_cases import hellos
from tlskit.exercises.server_hello_choice import CHOICES, VERSIONS, choice, offers, several, version
from tlskit.exercises.server_hello_lists import two_sides
from tlskit.exercises.server_hello_words import known_alerts
from tlskit.exercises.task import Assignment, Explanation, Task, reflection
from tlskit.messages import ServerHello

HERE = "tlskit.exercises.server_hello"
read = decoded(ServerHello)
READ_MISTAKES = SERVER_SLIPS | {RULES[x]: reading(SERVER, without=(x,)) for x in SERVER_RULES}
NO_EXTENSIONS = (
    "It ends in an error where there are no extensions (None): a server need not answer any (RFC "
    "5246 §7.4.1.3)."
)
NOTHING_COMMON = (
    "It ends in an error where nothing is common; that happens every day, and the answer for it is "
    "0 (RFC 5246 App. E.1)."
)
ASSIGNMENT = Assignment(
    "02_server_hello",
    (
        reflection(
            "whose_choice",
            "d",
            {
                "a": "It is on both lists. Is it the best of those, by the order that counts?",
                "b": "Both orders are known to the server, which picks; nobody draws lots.",
                "c": "It is on both lists, and the client's favourite. Whose order counts here?",
            },
            reference="RFC 5246 §7.4.1.3; lesson 02",
        ),
        Task(
            "my_version",
            3,
            offers,
            version,
            VERSIONS,
            int,
            "RFC 9846 §4.3.1; RFC 5246 App. E.1; lessons 01, 02",
            absent=("tlskit.hello.version_for", f"{HERE}_choice.version"),
            praise="With a list and without, and 0 where nobody can serve.",
            more=raised({"ValueError": NOTHING_COMMON, "IndexError": NOTHING_COMMON}),
            live=live.versions_by_her,
        ),
        reflection(
            "why_a_list",
            "b",
            {
                "a": "Two bytes are sent in the old field, too, so nothing is saved.",
                "c": "Both stand in the same hello, in the clear.",
                "d": "A client likes its highest version best, so the highest number said that "
                "already.",
            },
            reference="RFC 9846 §4.3.1; RFC 8701 §1",
        ),
        Task(
            "my_choice",
            5,
            two_sides,
            choice,
            CHOICES,
            (dict, type(None)),
            "RFC 5246 §7.4.1.3, §7.4.2; RFC 8422 §4, §5.1; lesson 02",
            absent=("tlskit.tls12.negotiation.choose", f"{HERE}_choice.choice"),
            praise="Offers, orders, certificates, groups: each pair of lists is served right.",
            more=several,
            live=live.chosen_by_her,
        ),
        reflection(
            "which_rule_fails",
            "a",
            {
                "b": "Both lists hold the suite; that is how it came to be chosen.",
                "c": "No curve is needed: there is no ECDHE in its name.",
                "d": "Whose order counts decides among suites that will do; this one won't.",
            },
            reference="RFC 5246 §7.4.2, §7.4.7.1",
        ),
        Task(
            "my_decode_server_hello",
            4,
            to_be_decoded,
            read,
            READ_MISTAKES,
            (dict, type(None)),
            "RFC 5246 §7.4.1.3, §7.4.1.4; lesson 02",
            absent=(
                *CODEC,
                "tlskit.messages.unframe_handshake",
                "tlskit.messages.explain_handshake",
            ),
            praise="Whole ones are read, and broken ones refused.",
            more=misread(SERVER, read, SERVER_SLIPS, SERVER_RULES),
            live=live.decoded_by_her,
        ),
        reflection(
            "why_not_one_list",
            "c",
            {
                "a": "A suite has two bytes in either message.",
                "b": "A list of one suite would decode just as well.",
                "d": "The server's certificate comes later, and the suite's number is the same "
                "with any of them.",
            },
            reference="RFC 5246 §7.4.1.3",
        ),
        Task(
            "my_settled",
            6,
            hellos,
            settled,
            SETTLED,
            (dict, str),
            "RFC 5246 §7.4.1.3, §7.4.1.4, App. E.1; RFC 5746 §3.3, §3.4; RFC 7627 §5.1; lesson 02",
            absent=(
                "tlskit.tls12.client.receive_server_hello",
                f"{HERE}_answers.settled",
            ),
            praise="What was offered is taken, and nothing else.",
            more=both(known_alerts, raised({"TypeError": NO_EXTENSIONS})),
            live=live.settled_by_her,
        ),
        reflection(
            "who_notices_later",
            "b",
            {
                "a": "The certificate's signature covers the certificate, and no hello.",
                "c": "TCP counts bytes; whoever changes some puts its checksum right.",
                "d": "It signs the randoms and the server's key; no suite is in it.",
            },
            reference="RFC 5246 §7.4.9, §7.4.3",
        ),
    ),
    (Explanation("explain-rsa-transport", 2), Explanation("explain-refuse-early", 2)),
)
