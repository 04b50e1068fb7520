"""Two ends of ours with one thing broken in them or between them, told as data.

A break takes a sound `Setup` and returns one that is not: with a formula or a step replaced on one
side, a setting that is wrong, or a wire that changes something. The breaks themselves stand in
`breaks_hello`, `breaks_exchange`, `breaks_keys` and `breaks_after`, by lesson.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tlskit import pki, tls12
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.labs.in_transit import Conversation, Wire, by_record
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.order import Role
from tlskit.records import Record, join, split
from tlskit.registry import ContentType, HandshakeType, NamedGroup
from tlskit.sessions import SessionCache, TicketKeys

CLIENT, SERVER = Role.CLIENT, Role.SERVER
GCM, CHACHA, CBC = map(
    suite_named,
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    ),
)
RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
SIDES = {CLIENT: tls12.client, SERVER: tls12.server}

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = "1 ClientHello", "2 ServerHello", "3 Certificate"
SERVER_KEY_EXCHANGE = "ServerKeyExchange (not in the nine)"
SERVER_HELLO_DONE, CLIENT_KEY_EXCHANGE = "4 ServerHelloDone", "5 ClientKeyExchange"
KEY_GENERATION, CHANGE_CIPHER_SPEC = "6 key generation", "7 ChangeCipherSpec"
RECORDS, FINISHED = "7 record protection", "8 Finished"
DATA, RESUMPTION = "9 application data", "resumption: the session, or its ticket"


@dataclass(frozen=True)
class Setup:
    """Two ends, not yet begun; every change returns a new setup.

    Args:
        seed: names the randomness of both ends.
        settings, formulae, steps: by role, what is changed in them.
        wire: makes what lies between the ends, anew for each run; None does no harm.
        resumption: "no", "by session ID" or "by ticket": a full handshake comes first.
    """

    seed: str
    settings: Mapping[Role, dict[str, Any]]
    formulae: Mapping[Role, dict[str, Any]] = field(default_factory=dict)
    steps: Mapping[Role, dict[str, Any]] = field(default_factory=dict)
    wire: Callable[[], Wire] | None = None
    resumption: str = "no"

    def told(self, role: Role, **changes: Any) -> "Setup":
        """Return it with other settings on one side."""
        return replace(self, settings=merged(self.settings, role, changes))

    def formula(self, role: Role, **functions: Any) -> "Setup":
        """Return it with formulae replaced on one side."""
        return replace(self, formulae=merged(self.formulae, role, functions))

    def step(self, role: Role, **functions: Any) -> "Setup":
        """Return it with steps replaced on one side."""
        return replace(self, steps=merged(self.steps, role, functions))

    def between(self, wire: Callable[[], Wire]) -> "Setup":
        """Return it with another wire."""
        return replace(self, wire=wire)

    def without_extended_master_secret(self) -> "Setup":
        """Return it with a client that does not offer extended master secret."""
        return self.told(CLIENT, extended_master_secret=False)

    def with_rsa_key_transport(self) -> "Setup":
        """Return it with RSA key transport agreed on."""
        return self.told(CLIENT, suites=(RSA,)).told(SERVER, suites=(RSA,))

    @property
    def suite(self) -> Suite:
        """The suite that both ends agree on if nothing is broken: the server's first."""
        suites: tuple[Suite, ...] = self.settings[SERVER]["suites"]
        return suites[0]

    def client(self, calls: Any = None) -> Connection:
        """Return a client that has its ClientHello ready."""
        return self.end(
            CLIENT, client_settings(f"{self.seed} client", **self.settings[CLIENT]), calls
        )

    def server(self, calls: Any = None) -> Connection:
        """Return a server that waits."""
        return self.end(
            SERVER, server_settings(f"{self.seed} server", **self.settings[SERVER]), calls
        )

    def end(self, role: Role, told: Any, calls: Any) -> Connection:
        """Return one end with what was replaced in it."""
        formulae = replace(tls12.FORMULAE, **self.formulae.get(role, {}))
        steps: Any = tls12.CLIENT_STEPS if role is CLIENT else tls12.SERVER_STEPS
        steps = replace(steps, **self.steps.get(role, {}))
        side: Any = SIDES[role]
        return Connection(told, side(formulae, steps), calls)

    def talk(self, calls: Any = None) -> Conversation:
        """Run it: handshake, request, answer, goodbye, as far as they get."""
        return (
            Conversation(self, by_record(self.wire()), calls)
            if self.wire
            else Conversation(self, calls=calls)
        )


def merged(
    whole: Mapping[Role, dict[str, Any]], role: Role, changes: dict[str, Any]
) -> dict[Role, dict[str, Any]]:
    """Return the mapping with some entries of one role changed."""
    return {**whole, role: {**whole.get(role, {}), **changes}}


def sound(seed: str, suites: tuple[Suite, ...] = (GCM, CHACHA, CBC)) -> Setup:
    """Return two ends that understand each other: ECDHE, an RSA certificate, RSA signatures.

    Only what comes out alike in every run is in use: no ECDSA, whose signatures vary in length.
    """
    return Setup(
        seed,
        {
            CLIENT: {"suites": (GCM, CHACHA, CBC)},
            SERVER: {
                "suites": suites,
                "credentials": (pki.credential("rsa"),),
                "groups": (NamedGroup.x25519, NamedGroup.secp256r1),
            },
        },
    )


def resuming(setup: Setup, how: str) -> Setup:
    """Return it so that the client comes back with the session of a sound handshake before.

    Args:
        how: "by session ID" or "by ticket".
    """
    if how == "by ticket":
        keys = TicketKeys(lesson_random(f"{setup.seed} ticket key"))
        setup = setup.told(CLIENT, session_tickets=True).told(SERVER, ticket_keys=keys)
    else:
        setup = setup.told(SERVER, session_store=SessionCache())
    before = replace(setup, seed=f"{setup.seed} before").talk()
    session = before.ends[CLIENT].session
    return replace(setup.told(CLIENT, session=session), resumption=how)


# ---- the wire


class OnTheWay:
    """A wire that changes some records: message or content type -> what to do with the fragment.

    Handshake messages are known by their type as long as their sender's records are not protected.

    Args:
        changes: by HandshakeType or ContentType; a change returns the new fragments, () for none.
    """

    def __init__(self, changes: Mapping[Any, Callable[[bytes], tuple[bytes, ...]]]) -> None:
        """Wait for the first record."""
        self.changes = changes
        self.protected: set[str] = set()

    def __call__(self, sender: str, whole: bytes) -> bytes:
        """Return what arrives in place of a record."""
        record, _ = split(whole)
        assert record is not None
        change = self.changes.get(self.kind(sender, record))
        if record.content_type == ContentType.change_cipher_spec:
            self.protected.add(sender)
        if change is None:
            return whole
        fragments = change(record.fragment)
        return b"".join(join(record._replace(fragment=one)) for one in fragments)

    def kind(self, sender: str, record: Record) -> Any:
        """Return the message type of what is not protected, the sender and type of all else."""
        if record.content_type == ContentType.handshake and sender not in self.protected:
            return HandshakeType(record.fragment[0])
        return sender, ContentType(record.content_type)


def on_the_way(kind: Any, change: Callable[[bytes], tuple[bytes, ...]]) -> Callable[[], Wire]:
    """Return what makes a wire that changes records of one kind."""
    return lambda: OnTheWay({kind: change})


def lost(fragment: bytes) -> tuple[bytes, ...]:
    """Let a record get lost."""
    return ()


def twice(fragment: bytes) -> tuple[bytes, ...]:
    """Deliver a record twice."""
    return fragment, fragment


def flipped_at(at: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """Return a change that flips the lowest bit of one byte."""

    def change(fragment: bytes) -> tuple[bytes, ...]:
        changed = bytearray(fragment)
        changed[at] ^= 1
        return (bytes(changed),)

    return change


# ---- the table


@dataclass(frozen=True)
class Break:
    """One way for a handshake to break.

    Args:
        name: of the function that breaks it.
        lesson: after which lesson a reader can find it.
        step, section: the right diagnosis: one of STEPS, one of SECTIONS.
        cause: what was broken.
        seen: by what one sees it.
        instead: step -> why it is not that one, where `INSTEAD` does not say it well.
        apply: breaks a sound setup.
    """

    name: str
    lesson: str
    step: str
    section: str
    cause: str
    seen: str
    instead: Mapping[str, str]
    apply: Callable[[Setup], Setup] = field(repr=False)


BREAKS: dict[str, Break] = {}


def broken(
    lesson: str, step: str, section: str, instead: Mapping[str, str] | None = None
) -> Callable[[Callable[[Setup], Setup]], Callable[[Setup], Setup]]:
    """Put a function into BREAKS; its docstring says the cause, then by what one sees it."""

    def noted(function: Callable[[Setup], Setup]) -> Callable[[Setup], Setup]:
        cause, seen = (" ".join(part.split()) for part in (function.__doc__ or "").split("\n\n"))
        name = function.__name__
        BREAKS[name] = Break(name, lesson, step, section, cause, seen, instead or {}, function)
        return function

    return noted


class Topic(NamedTuple):
    """A section to choose: after which lesson it is in the list, and what it lays down."""

    lesson: str
    about: str
