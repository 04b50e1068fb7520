"""A learner's functions of exercise 02 in handshakes, with OpenSSL on the other side."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.checks.live import LiveReport
from tlskit.checks.report import Verdict
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.exercises.client_hello_live import NEVER, NOT_FIELDS, told_again
from tlskit.exercises.hello_reader import Hello, decoded, plainly
from tlskit.exercises.hers import Mine, counted
from tlskit.exercises.server_hello_answers import answered
from tlskit.exercises.server_hello_choice import ECDSA, RSA, TRANSPORT
from tlskit.hello import read_client_hello
from tlskit.key_exchange import group_named
from tlskit.lesson import HOST, client_settings, openssl_server, server_settings
from tlskit.messages import HEADER_SIZE, ClientHello, ServerHello
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.presentation import decode
from tlskit.registry import AlertDescription, ExtensionType, NamedGroup
from tlskit.settings import Settings
from tlskit.tls12.negotiation import Choice, common_scheme
from tlskit.tls12.state import State
from tlskit.trace import Call, ReplacementError

VERSIONS = int(ExtensionType.supported_versions)
TLS_1_2 = 0x0303
STOPPED = "The handshake stopped before its end."
DONE = "done"


class Visits:
    """One handshake after the other, until one goes otherwise than it should."""

    def __init__(self, mine: Mine) -> None:
        """Take her function; it is counted."""
        self.title = f"{getattr(mine, '__name__', 'your function')}, live"
        self.used: list[str] = []
        self.mine = counted(mine, self.used)
        self.calls: list[Call] = []
        self.wrong: tuple[str, ...] = ()
        self.seen = 0

    def step(self, run: Callable[..., State]) -> Callable[[State, bytes], State]:
        """Return a step of ours that asks hers, under her name."""

        def taken(state: State, message: bytes) -> State:
            return run(self.mine, state, message)

        taken.__name__ = self.mine.__name__
        return taken

    def expect(self, what: str, wanted: str, one: Connection, other: OpenSSLPeer) -> None:
        """Let both talk; note if it does not end as wanted: DONE, or an alert of our side."""
        if self.wrong:
            return
        failures = [error for _, error in exchange(one, other)]
        ended = outcome(failures, one.done and other.done)
        self.seen += 1
        if ended != wanted:
            self.wrong = (f"{what}:", ended if ended != DONE else "it should have been refused.")

    def report(self, said: str) -> LiveReport:
        """Say what came of all of them."""
        verdict, found = Verdict.RIGHT, tuple([said])
        if self.wrong:
            verdict, found = Verdict.WRONG, self.wrong
        elif not self.used:
            name = self.mine.__name__
            verdict, found = Verdict.WRONG, (NEVER.format(name=name),)
        return LiveReport(self.title, verdict, found, "", tuple(self.calls), tls12.FULL)


def outcome(failures: list[Exception], done: bool) -> str:
    """Return how a handshake ended, in words."""
    for error in failures:
        if isinstance(error, ReplacementError):
            return str(error)
    for error in failures:
        if isinstance(error, Alert):
            who = "OpenSSL sent" if error.received else "our side sent"
            return f"{who} the alert {error.description.name}."
    return DONE if done and not failures else STOPPED


def refused(alert: str) -> str:
    """Return the words for an alert of our side."""
    return f"our side sent the alert {alert}."


def raised(name: Any, by: str) -> Alert:
    """Return the alert that she named; TypeError if it is none."""
    if name not in AlertDescription.__members__:
        raise TypeError(f"{by} returned {name!r}, which is the name of no alert")
    return Alert(AlertDescription[name], "as was decided", "RFC 5246 §7.2")


# ---- the server's side


def openssl_between(lowest: ssl.TLSVersion, highest: ssl.TLSVersion) -> OpenSSLPeer:
    """Return OpenSSL as a client that can do these versions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pki.pem_roots().decode())
    context.minimum_version, context.maximum_version = lowest, highest
    return OpenSSLPeer(context, False, HOST)


def versions_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL's clients visit our server, which can do TLS 1.2; hers chooses the version."""
    visits = Visits(mine)
    steps = replace(tls12.SERVER_STEPS, receive_client_hello=visits.step(versed))
    two, three = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    for what, lowest, highest, wanted in (
        (
            "OpenSSL with TLS 1.3 alone, which our server can't do",
            three,
            three,
            refused("protocol_version"),
        ),
        ("OpenSSL with TLS 1.2 alone", two, two, DONE),
        ("OpenSSL with TLS 1.2 and 1.3", two, three, DONE),
    ):
        visits.calls.clear()
        settings = server_settings(credentials=(pki.credential("rsa"),))
        server = Connection(settings, tls12.server(steps=steps), visits.calls)
        visits.expect(what, wanted, server, openssl_between(lowest, highest))
    return visits.report("TLS 1.2 with whom can do it, and no word to whom can't: three clients.")


def versed(mine: Mine, state: State, message: bytes) -> State:
    """Take a hello with the version that she chooses of it."""
    hello = decode(ClientHello, message[HEADER_SIZE:])
    listed = read_client_hello(hello).get(VERSIONS)
    said = {
        "record_version": 0x0301,
        "client_version": hello.client_version,
        "supported_versions": list(listed.versions) if listed else None,
    }
    chosen = mine(said, [TLS_1_2])
    if chosen == 0:
        raise Alert(AlertDescription.protocol_version, "as was decided", "RFC 5246 App. E.1")
    if chosen != TLS_1_2:
        raise ValueError(f"{chosen!r} is not among the versions that this server knows")
    fields = plainly(decoded(ClientHello)(message))
    fields["extensions"] = [one for one in fields["extensions"] if one[0] != VERSIONS]
    after = tls12.SERVER_STEPS.receive_client_hello(state, told_again(fields))
    return after.but(handshake_messages=(message,))


BOTH = ("ecdsa", "rsa")
SHOPS: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
    (
        "A server with an RSA certificate alone, ECDSA first on its list",
        {"suites": (ECDSA[0], RSA[0])},
        {"suites": (ECDSA[0], RSA[0]), "certificates": ("rsa",)},
        DONE,
    ),
    (
        "A client that knows another curve than the server, and RSA key transport",
        {"suites": (RSA[0], TRANSPORT[0]), "group": "secp384r1"},
        {"suites": (RSA[0], TRANSPORT[0]), "groups": ("x25519",)},
        DONE,
    ),
    (
        "A client that knows another curve than the server, and ECDHE alone",
        {"suites": (RSA[0],), "group": "secp384r1"},
        {"suites": (RSA[0],), "groups": ("x25519",)},
        refused("handshake_failure"),
    ),
    (
        "Two lists without a common suite",
        {"suites": (RSA[0],)},
        {"suites": (RSA[1],)},
        refused("handshake_failure"),
    ),
    (
        "A client and a server with three common suites",
        {"suites": (RSA[1], RSA[0], TRANSPORT[0])},
        {"suites": (RSA[0], TRANSPORT[0], RSA[1]), "certificates": ("rsa",)},
        DONE,
    ),
)
"""What, the client's side, the server's, and how it should end."""


def chosen_by_her(mine: Mine) -> LiveReport:
    """Let OpenSSL's clients visit servers of ours that choose by the learner's function."""
    visits = Visits(mine)
    for what, client, server, wanted in SHOPS:
        visits.calls.clear()
        names = ":".join(suite_named(one).openssl_name for one in client["suites"])
        peer = OpenSSLPeer.client(
            pki.pem_roots(), HOST, suites=names, group=client.get("group", "")
        )
        visits.expect(what, wanted, shop(visits, **server), peer)
    said = "An RSA certificate, a strange curve, lists that don't meet: each ended as it should."
    return visits.report(said)


def shop(
    visits: Visits, suites: Any, certificates: Any = BOTH, groups: Any = ("x25519", "secp256r1")
) -> Connection:
    """Return a server of ours with these lists."""

    def choose(settings: Settings, hello: ClientHello, extensions: Mapping[int, Any]) -> Choice:
        listed = extensions.get(ExtensionType.supported_groups)
        offered = {
            "suites": [named_suite(code) for code in hello.cipher_suites],
            "groups": [named_group(one) for one in listed.named_group_list] if listed else None,
        }
        own = {"suites": list(suites), "groups": list(groups)}
        found = visits.mine(offered, {**own, "certificates": list(certificates), "order": "server"})
        return choice_of(settings, found, extensions)

    choose.__name__ = visits.mine.__name__
    settings = server_settings(
        suites=tuple(map(suite_named, suites)),
        groups=tuple(map(group_named, groups)),
        credentials=tuple(pki.credential(kind) for kind in certificates),
    )
    formulae = replace(tls12.FORMULAE, choose=choose)
    return Connection(settings, tls12.server(formulae), visits.calls)


def choice_of(settings: Settings, found: Any, extensions: Mapping[int, Any]) -> Choice:
    """Return what she chose as our server has it, whether or not it will do."""
    if found is None:
        raise Alert(AlertDescription.handshake_failure, "as was decided", "RFC 5246 §7.4.1.3")
    suite = suite_named(found["suite"])
    fitting = [one for one in settings.credentials if one.kind == found["certificate"]]
    credential = (fitting or list(settings.credentials))[0]
    if not suite.ephemeral:
        return Choice(suite, credential, 0, 0)
    scheme = common_scheme(settings, credential, extensions) or 0
    return Choice(suite, credential, group_named(found["group"]), scheme)


def named_suite(code: int) -> str:
    """Return a suite's name, or its number in hex where the course has no such suite."""
    known = {int(suite_named(one).code): one for one in (*ECDSA, *RSA, *TRANSPORT)}
    return known.get(code, f"{code:04x}")


def named_group(number: int) -> str:
    """Return a group's name, or its number in hex."""
    return NamedGroup(number).name if number in set(NamedGroup) else f"{number:04x}"


# ---- the client's side


def decoded_by_her(mine: Mine) -> LiveReport:
    """Let our client go by what the learner's function reads in OpenSSL's ServerHello."""
    visits = Visits(mine)
    for name in (RSA[0], TRANSPORT[0]):
        for extended in (True, False):
            what = f"{name}, {'with' if extended else 'without'} extended master secret"
            visits.calls.clear()
            steps = replace(tls12.CLIENT_STEPS, receive_server_hello=visits.step(read_again))
            client = Connection(client_settings(), tls12.client(steps=steps), visits.calls)
            names = suite_named(name).openssl_name
            peer = openssl_server("rsa", suites=names, extended_master_secret=extended)
            visits.expect(what, DONE, client, peer)
    return visits.report("Our client went by what you read: four handshakes came to their end.")


def read_again(mine: Mine, state: State, message: bytes) -> State:
    """Take the ServerHello that her dict describes; the transcript has the real one."""
    fields = mine(message)
    if not isinstance(fields, dict):
        what = "None" if fields is None else f"a {type(fields).__name__}"
        raise TypeError(NOT_FIELDS.format(name=mine.__name__, what=what))
    after = tls12.CLIENT_STEPS.receive_server_hello(state, answered(fields))
    return after.but(handshake_messages=(*state.handshake_messages, message))


def other_suite(hello: Hello) -> Hello:
    """Put a suite into an answer that our client does not offer."""
    return hello | {"cipher_suite": 0x0033}


def other_version(hello: Hello) -> Hello:
    """Put TLS 1.1 into an answer."""
    return hello | {"server_version": 0x0302}


def one_more(hello: Hello) -> Hello:
    """Put an extension into an answer that our client never sends."""
    return hello | {"extensions": [*(hello["extensions"] or ()), [15, b"\x01"]]}


ON_THE_WAY: tuple[tuple[str, Callable[[Hello], Hello], dict[str, Any], str], ...] = (
    ("Another suite put in on the way", other_suite, {}, refused("illegal_parameter")),
    ("TLS 1.1 put in on the way", other_version, {}, refused("protocol_version")),
    ("An extension put in on the way", one_more, {}, refused("unsupported_extension")),
    (
        "OpenSSL without extended master secret",
        dict,
        {"extended_master_secret": False},
        DONE,
    ),
    ("OpenSSL with extended master secret", dict, {}, DONE),
)
"""What, what somebody does with the answer, what OpenSSL is told, and how it should end."""


def settled_by_her(mine: Mine) -> LiveReport:
    """Let our client accept or refuse ServerHellos as the learner's function says."""
    visits = Visits(mine)
    for what, change, told, wanted in ON_THE_WAY:
        visits.calls.clear()
        steps = replace(tls12.CLIENT_STEPS, receive_server_hello=visits.step(settling(change)))
        client = Connection(client_settings(), tls12.client(steps=steps), visits.calls)
        visits.expect(what, wanted, client, openssl_server("rsa", **told))
    return visits.report("Two answers taken, and three refused, each with the right alert.")


def settling(change: Callable[[Hello], Hello]) -> Callable[..., State]:
    """Return a step that lets her decide on a changed answer, and goes on with the real one."""

    def step(mine: Mine, state: State, message: bytes) -> State:
        offered = plainly(decoded(ClientHello)(state.handshake_messages[0]))
        offered["extensions"] = [number for number, _ in offered["extensions"]]
        fields = plainly(decoded(ServerHello)(message))
        found = mine(offered, change(fields))
        if isinstance(found, str):
            raise raised(found, mine.__name__)
        after = tls12.CLIENT_STEPS.receive_server_hello(state, message)
        extended, resumed = found["extended_master_secret"], found["resumed"]
        if extended not in (True, False) or resumed not in (True, False):
            raise TypeError(f"{mine.__name__} returned {found!r}, where True or False should stand")
        return after.but(extended_master_secret=extended, resumed=resumed)

    return step
