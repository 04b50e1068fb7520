"""Somebody on the way who only listens: what he records, and what he can open with a secret."""

from dataclasses import dataclass, field, replace

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.cipher_suites import BY_CODE
from tlskit.connection import Connection
from tlskit.extensions import SERVER_BODIES
from tlskit.hello import read_extensions
from tlskit.key_exchange import PRE_MASTER_SECRET_LENGTH
from tlskit.labs.key_transport import choice_of, exponents, raised, repeatable_encryption
from tlskit.labs.server_flight import ChangedOnTheWay, messages_in
from tlskit.lesson import ANSWER, REQUEST, client_settings, server_settings, told_both
from tlskit.messages import HEADER_SIZE, ClientHello, ServerHello
from tlskit.order import Role
from tlskit.peers import exchange
from tlskit.presentation import decode
from tlskit.records import Record, records_in
from tlskit.registry import ContentType, ExtensionType
from tlskit.tls12.state import State


@dataclass(frozen=True)
class Recording:
    """The bytes that each side sent, from ClientHello to an answer.

    Args:
        server_end: what the server itself knows, if it was ours; it is not on the tape.
    """

    client: bytes = field(repr=False)
    server: bytes = field(repr=False)
    server_end: Connection | None = field(default=None, repr=False)


def record(name: str) -> Recording:
    """Record a whole conversation with one of `key_transport.EXCHANGES`; each run the same."""
    told = told_both(choice_of(name))
    formula = repeatable_encryption("recorded padding")
    repeatable = replace(tls12.FORMULAE, encrypt_pre_master_secret=formula)
    client = Connection(client_settings(**told[0]), tls12.client(repeatable))
    return overheard(client, Connection(server_settings(**told[1]), tls12.server()))


def overheard(client: Connection, server: Connection) -> Recording:
    """Record what two ends say, from ClientHello to an answer."""
    heard: dict[Role, list[bytes]] = {Role.CLIENT: [], Role.SERVER: []}

    def listening(end: Connection) -> ChangedOnTheWay:
        def kept(data: bytes) -> bytes:
            heard[end.role].append(data)
            return data

        return ChangedOnTheWay(end, kept)

    ends = listening(client), listening(server)
    exchange(*ends)
    for speaker, words in ((client, REQUEST), (server, ANSWER)):
        speaker.write(words)
        exchange(*ends)
    return Recording(b"".join(heard[Role.CLIENT]), b"".join(heard[Role.SERVER]), server)


def split_at_keys(stream: bytes) -> tuple[list[bytes], list[Record]]:
    """Return the plain handshake messages of one direction, and the records behind
    ChangeCipherSpec, which are protected.
    """
    records = records_in(stream)
    kinds = [one.content_type for one in records]
    at = kinds.index(ContentType.change_cipher_spec)
    return messages_in(b"".join(one.fragment for one in records[:at])), records[at + 1 :]


def client_key_exchange(recording: Recording) -> bytes:
    """Return the body of the recorded ClientKeyExchange."""
    messages, _ = split_at_keys(recording.client)
    return messages[1][HEADER_SIZE:]


def seen(recording: Recording) -> State:
    """Return what anybody on the way knows: randoms, suite, messages, and no secret."""
    ours, _ = split_at_keys(recording.client)
    theirs, _ = split_at_keys(recording.server)
    hello = decode(ClientHello, ours[0][HEADER_SIZE:])
    answer = decode(ServerHello, theirs[0][HEADER_SIZE:])
    answers = read_extensions(answer.extensions, SERVER_BODIES)
    return State(Role.CLIENT, client_settings(trust=pki.trust())).but(
        handshake_messages=(ours[0], *theirs, ours[1]),
        client_random=hello.random,
        server_random=answer.random,
        suite=BY_CODE[answer.cipher_suite],
        extended_master_secret=ExtensionType.extended_master_secret in answers,
        encrypt_then_mac=ExtensionType.encrypt_then_mac in answers,
    )


def keys(recording: Recording, pre_master_secret: bytes) -> State:
    """Return the state with the keys that this secret leads to (lesson 06; RFC 5246 §8.1, §6.3)."""
    return tls12.CLIENT_STEPS.generate_keys(
        seen(recording).but(pre_master_secret=pre_master_secret)
    )


def application_data(recording: Recording, state: State) -> list[tuple[str, bytes]]:
    """Open the recorded records with these keys; return sender and text of application data.

    Raises: Alert bad_record_mac if the keys are others (§6.2.3.3).
    """
    found = []
    for sender, stream, own in (
        ("client", recording.client, state.client_keys),
        ("server", recording.server, state.server_keys),
    ):
        _, records = split_at_keys(stream)
        for number, one in enumerate(records):
            content = tls12.FORMULAE.unprotect(
                own, number, one.content_type, one.version, one.fragment
            )
            if one.content_type == ContentType.application_data:
                found.append((sender, content))
    return found


def script(found: list[tuple[str, bytes]]) -> str:
    """Return what was said as text, each speaker before her words."""
    return "\n".join(f"{sender} says:\n{words.decode()}" for sender, words in found).rstrip()


def opens(recording: Recording, pre_master_secret: bytes) -> bool:
    """Tell whether this secret opens the recording."""
    try:
        application_data(recording, keys(recording, pre_master_secret))
    except Alert:
        return False
    return True


def stolen_key_opens(recording: Recording) -> bool:
    """Tell whether the certificate's private key opens the recording.

    All that there is to decrypt is what ClientKeyExchange holds; with ECDHE it is no ciphertext.
    """
    body = client_key_exchange(recording)
    length = 2 if not seen(recording).agreed.ephemeral else 1
    block = raised(body[length:], exponents()[1])
    return opens(recording, block[-PRE_MASTER_SECRET_LENGTH:])
