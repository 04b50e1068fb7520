"""Two connections with one master secret, and what extended master secret does about it.

A client connects to a server that is malicious, and does not know it; that server connects in the
background to an honest one, and makes both sessions the same (RFC 7627 §1). When the client comes
back, the two honest ends talk to each other, and neither knows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography import x509

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Credential
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.labs.server_flight import messages_in
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import HEADER_SIZE, ClientHello, ServerHello
from tlskit.peers import exchange
from tlskit.presentation import decode
from tlskit.records import records_in
from tlskit.sessions import SessionCache

SUITE = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
MALICIOUS = "shop.course.example"
"""The host that the client wants, which has a certificate for this name of its own."""


@dataclass
class Outcome:
    """The two honest ends after both visits, and what went wrong in the second, if anything.

    Args:
        first: the client's and the honest server's end of the two synchronised connections.
        second: the same two, talking to each other by way of the one in between.
        alert: the alert that ended the second visit, "" if it was not ended.
    """

    first: tuple[Connection, Connection] = field(repr=False)
    second: tuple[Connection, Connection] | None = field(default=None, repr=False)
    alert: str = ""

    @property
    def one_secret(self) -> bool:
        """Whether the first two connections, to two servers, had the same master secret."""
        client, server = self.first
        return bool(client.state.master_secret == server.state.master_secret)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What the ends have, in words."""
        said = {True: "the same", False: "different"}
        client, server = (end.state for end in self.first)
        ids = client.session_id == server.session_id
        found = [
            ("the server's certificate", said[client.peer_chain == server.credential.chain]),
            ("session ID, randoms", said[ids and client.server_random == server.server_random]),
            ("master secret", said[self.one_secret]),
        ]
        if self.second is None or self.alert:
            return [*found, ("the second visit ends in", self.alert)]
        logs = [end.state.handshake_messages for end in self.second]
        return [*found, ("all messages of the second visit", said[logs[0] == logs[1]])]


def drawing(first: bytes, *others: bytes) -> Callable[[int], bytes]:
    """Return a source of "random" bytes that returns just these, one after the other."""
    left = [first, *others]
    return lambda size: left.pop(0)[:size] if left else bytes(size)


def synchronised(extended_master_secret: bool) -> Outcome:
    """Connect the client to the malicious server, and that one to the honest server, in step.

    With RSA key transport the client itself chooses the pre-master secret, so it can be passed on.
    The honest server is asked under the malicious one's name, because it takes a session up again
    only under the name that it was made with (RFC 6066 §3).
    """
    told: dict[str, Any] = {
        "suites": (SUITE,),
        "extended_master_secret": extended_master_secret,
    }
    client = Connection(client_settings(server_name=MALICIOUS, **told), tls12.client())
    honest = Connection(server_settings(session_store=SessionCache(), **told), tls12.server())
    hello_bytes = client.data_to_send()
    random = decode(ClientHello, first_message(hello_bytes)).random

    # To the honest server: the client's own random, and no look at a certificate.
    secrets: list[bytes] = []

    def draw(size: int) -> bytes:
        return random if size == 32 else secrets[0][2:]

    careless = replace(tls12.FORMULAE, verify_chain=lambda chain, *_: leaf_of(chain))
    to_honest = Connection(
        client_settings(random=draw, server_name=MALICIOUS, **told), tls12.client(careless)
    )
    honest.receive(to_honest.data_to_send())
    flight = honest.data_to_send()
    answer = decode(ServerHello, first_message(flight))

    # To the client: the honest server's session ID and random, and a certificate of its own.
    def decrypt(*arguments: Any) -> bytes:
        secrets.append(tls12.FORMULAE.decrypt_pre_master_secret(*arguments))
        return secrets[0]

    mine: dict[str, Any] = {
        "random": drawing(answer.session_id, answer.random),
        "credentials": (own_credential(),),
        "session_store": SessionCache(),
    }
    listening = replace(tls12.FORMULAE, decrypt_pre_master_secret=decrypt)
    to_client = Connection(server_settings(**told, **mine), tls12.server(listening))
    to_client.receive(hello_bytes)
    client.receive(to_client.data_to_send())
    to_client.receive(client.data_to_send())
    client.receive(to_client.data_to_send())
    to_honest.receive(flight)
    exchange(to_honest, honest)
    return Outcome((client, honest))


def own_credential() -> Credential:
    """Return the malicious server's certificate: in order, for its own name and key."""
    contents = pki.leaf_contents("rsa", (MALICIOUS,))
    own_key = replace(contents, private_key=pki.course_key("client_rsa"))
    return pki.issued(own_key, pki.intermediate("rsa"))


def first_message(data: bytes) -> bytes:
    """Return the body of the first handshake message in some records."""
    return messages_in(records_in(data)[0].fragment)[0][HEADER_SIZE:]


def leaf_of(chain: Any) -> Any:
    """Return the first certificate, whoever signed it."""
    return x509.load_der_x509_certificate(chain[0])


def attacked(extended_master_secret: bool) -> Outcome:
    """Let the client visit twice; the second time its bytes are passed on as they are."""
    outcome = synchronised(extended_master_secret)
    client, honest = outcome.first
    told: dict[str, Any] = {"suites": (SUITE,), "extended_master_secret": extended_master_secret}
    back = client_settings("back", server_name=MALICIOUS, session=client.session, **told)
    again = server_settings("honest again", session_store=honest.settings.session_store, **told)
    outcome.second = Connection(back, tls12.client()), Connection(again, tls12.server())
    problems = exchange(*outcome.second)
    if problems and isinstance(problems[0][1], Alert):
        outcome.alert = problems[0][1].description.name
    return outcome
