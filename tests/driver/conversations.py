"""Five handshakes that are the same in every run, each in its own way.

Their suites, groups and schemes are fixed, so that what the module learns later changes none of
their bytes.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tlskit import pki, tls12
from tlskit.cipher_suites import Suite, suite_named
from tlskit.connection import Connection
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.sessions import SessionCache, TicketKeys
from tlskit.settings import Session
from tlskit.tls12.state import FORMULAE, Formulae

CLIENT, SERVER = "client", "server"
BY_ID, BY_TICKET = "session ID", "ticket"


class Chance:
    """Bytes that look random, are the same in every run, and can be drawn once more.

    Attributes:
        at: how many were drawn; set it back and the same bytes come again.
    """

    def __init__(self, name: str) -> None:
        """Begin at the first byte."""
        self.name, self.at = name, 0

    def __call__(self, size: int) -> bytes:
        """Return the next bytes."""
        drawn = pool(self.name)[self.at : self.at + size]
        self.at += size
        return drawn


@cache
def pool(name: str) -> bytes:
    """Return what a source of this name gives, one time after the other."""
    return lesson_random(name)(2**14)


@dataclass(frozen=True)
class Scenario:
    """A handshake that is the same in every run."""

    name: str
    suite: Suite
    other_suite: Suite  # offered as well, and not taken
    schemes: tuple[SignatureScheme, ...]
    group: NamedGroup
    extended_master_secret: bool
    encrypt_then_mac: bool = False
    resumes: str = ""  # BY_ID, BY_TICKET
    ticket: bool = False  # whether the server gives one, a first or a new one
    client_certificate: bool = False

    @property
    def kind(self) -> Any:
        """The kind of certificate."""
        return self.suite.authentication

    def client(self, calls: Any = None, **changes: Any) -> Connection:
        """Return a client that has its ClientHello ready."""
        usual: dict[str, Any] = {
            "random": Chance(CLIENT),
            "suites": (self.suite, self.other_suite),
            "groups": (self.group,),
            "signature_schemes": self.schemes,
            "alpn": ("h2", "http/1.1"),
            "extended_master_secret": self.extended_master_secret,
            "encrypt_then_mac": self.encrypt_then_mac,
            "session_tickets": self.ticket,
        }
        if self.client_certificate:
            usual["credentials"] = (pki.client_credential("ecdsa"),)
        if self.resumes:
            usual["session"] = earlier(self)[0]
        settings = client_settings(**(usual | changes))
        return Connection(settings, tls12.client(self.formulae()), calls)

    def server(self, calls: Any = None, **changes: Any) -> Connection:
        """Return a server that waits."""
        usual: dict[str, Any] = {
            "random": Chance(SERVER),
            "suites": (self.suite,),
            "groups": (self.group,),
            "alpn": ("http/1.1",),
            "credentials": (pki.credential(self.kind),),
            "encrypt_then_mac": self.encrypt_then_mac,
        }
        if self.client_certificate:
            usual |= {
                "client_certificate": "required",
                "trust": pki.trust(),
                "signature_schemes": self.schemes,
            }
        if self.ticket:
            usual["ticket_keys"] = earlier(self)[2] if self.resumes else ticket_keys()
        if self.resumes == BY_ID:
            cache = usual["session_store"] = SessionCache()
            cache.keep(earlier(self)[1])
        return Connection(server_settings(**(usual | changes)), tls12.server(), calls)

    def formulae(self) -> Formulae:
        """Return our formulae, with RSA's random padding replaced by one that is always the same.

        Only the client's half is replaced: the server decrypts as ever.
        """

        def encrypt_the_same(public_key: Any, pre_master_secret: bytes) -> bytes:
            return raw_rsa(public_key, padded(pre_master_secret))

        return replace(FORMULAE, encrypt_pre_master_secret=encrypt_the_same)

    @property
    def finishes_first(self) -> str:
        """Whose Finished comes first: the server's in an abbreviated handshake (§7.3)."""
        return SERVER if self.resumes else CLIENT


def ticket_keys() -> TicketKeys:
    """Return a server's ticket keys, the same at each call."""
    return TicketKeys(Chance("ticket keys"))


@cache
def earlier(scenario: Scenario) -> tuple[Session, Session, TicketKeys]:
    """Return the session that is resumed, as each end knows it, and the ticket keys now.

    They have been rotated since: the old key still opens the ticket, and a new one is due.
    """
    keys, ends = ticket_keys(), replace(scenario, resumes="")
    client = ends.client(random=Chance("earlier client"))
    of_server: dict[str, Any] = {"random": Chance("earlier server")}
    if scenario.resumes == BY_ID:
        of_server["session_store"] = SessionCache()
    if scenario.ticket:
        of_server["ticket_keys"] = keys
    server = ends.server(**of_server)
    for _ in range(2):
        server.receive(client.data_to_send())
        client.receive(server.data_to_send())
    keys.rotate(Chance("new ticket key"))
    found, kept = client.session, server.session
    assert found is not None and kept is not None
    return found, kept, keys


def padded(content: bytes, size: int = 256) -> bytes:
    """Return what RSAES-PKCS1-v1_5 encrypts: 00 02, padding, 00, content (RFC 8017 §7.2.1)."""
    return b"\x00\x02" + b"\xaa" * (size - 3 - len(content)) + b"\x00" + content


def raw_rsa(public_key: Any, block: bytes) -> bytes:
    """Return a block encrypted as it is; no library would do that, and only tests want it."""
    numbers = public_key.public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return pow(int.from_bytes(block, "big"), numbers.e, numbers.n).to_bytes(size, "big")


ECDSA_FIRST = (SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256)
RSA = Scenario(
    "rsa",
    suite_named("TLS_RSA_WITH_AES_128_CBC_SHA"),
    suite_named("TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (SignatureScheme.rsa_pkcs1_sha256,),
    NamedGroup.x25519,
    extended_master_secret=False,
)
ECDHE = Scenario(
    "ecdhe",
    suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ECDSA_FIRST,
    NamedGroup.secp256r1,
    extended_master_secret=True,
)
RESUMED_BY_ID = Scenario(
    "id",
    suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    ECDSA_FIRST,
    NamedGroup.secp256r1,
    extended_master_secret=False,
    encrypt_then_mac=True,
    resumes=BY_ID,
)
RESUMED_BY_TICKET = replace(ECDHE, name="ticket", resumes=BY_TICKET, ticket=True)
CLIENT_AUTHENTICATED = replace(ECDHE, name="client", ticket=True, client_certificate=True)
SCENARIOS = (RSA, ECDHE, RESUMED_BY_ID, RESUMED_BY_TICKET, CLIENT_AUTHENTICATED)
FULL_ONLY = (RSA, ECDHE)
