"""RFC 8448 whole: both roles go through each trace and say the same octets.

What chance decided is taken from the trace: randoms, keys, the RSA-PSS and ECDSA signatures, which
the other side verifies. So are the hellos' extensions, which that client and server put in an order
of their own. All else is our own doing: choices, secrets, Finished, every protected record.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from rfc8448 import Trace, trace

from tlskit import pki, tls13
from tlskit.cipher_suites import TLS_1_3_BY_CODE
from tlskit.connection import Connection
from tlskit.extensions import CLIENT_BODIES
from tlskit.hello import read_extensions
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import ClientHello, ServerHello
from tlskit.presentation import decode, encode
from tlskit.record_layer import Direction
from tlskit.registry import ExtensionType, NamedGroup
from tlskit.settings import Psk
from tlskit.tls13 import record_protection, resumption
from tlskit.tls13.order import FULL
from tlskit.tls13_messages import NewSessionTicket

SECTIONS = (3, 4, 5, 6, 7)
NOW = datetime(2018, 3, 1, tzinfo=UTC)
SUITE = TLS_1_3_BY_CODE[0x1301]
GROUPS = (NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1)
SECRETS = {
    "client_early_traffic_secret": "c e traffic",
    "client_handshake_traffic_secret": "c hs traffic",
    "server_handshake_traffic_secret": "s hs traffic",
    "client_application_traffic_secret": "c ap traffic",
    "server_application_traffic_secret": "s ap traffic",
    "exporter_secret": "exp master",
    "resumption_secret": "res master",
    "handshake_secret": "handshake",
    "main_secret": "master",
}


def believed(chain, *_):
    """Stand in for the check of a chain: the trace's are signed by themselves, and have no name."""
    return x509.load_der_x509_certificate(chain[0])


def psk_of_section_3() -> Psk:
    made = trace(3)
    (message,) = made.of("server", "NewSessionTicket")
    ticket = decode(NewSessionTicket, message[4:])
    key = made.secrets["server tls13 resumption"]
    return Psk(
        suite=SUITE,
        key=key,
        server_name="server",
        created=NOW,
        authenticated=NOW,
        ticket_age_add=ticket.ticket_age_add,
        lifetime=ticket.ticket_lifetime,
        max_early_data=1024,
        identity=ticket.ticket,
    )


class Keeper:
    """Opens the one ticket that there is."""

    lifetime = 30

    def open_psk(self, ticket, now):
        psk = psk_of_section_3()
        return psk if ticket == psk.identity else None


class Fresh:
    """Takes every hello for a new one."""

    def fresh(self, binder, sent, now):
        return True


def recorded(made: Trace, side: str, name: str, at: int = 0):
    """Return a step that says what the trace says, and notes it in the transcript."""

    def step(state):
        message = made.of(side, name)[at]
        return state.but(handshake_messages=(*state.handshake_messages, message)), message

    return step


def told(**changes):
    usual = {"now": NOW, "server_name": "server", "groups": GROUPS, "compatibility": False}
    return client_settings(**(usual | changes))


def client_of(made: Trace, early_data: bytes = b"") -> Connection:
    """Return our client, which says the trace's ClientHello."""

    def send_client_hello(state):
        message = made.of("client", "ClientHello")[int(state.retried)]
        hello = decode(ClientHello, message[4:])
        assert encode(hello) == message[4:]
        asked = read_extensions(hello.extensions, CLIENT_BODIES)
        offered = psk_of_section_3() if ExtensionType.pre_shared_key in asked else None
        if offered:
            assert (
                resumption.binder_over(
                    resumption.early_secret_made(state, offered), offered, message[:-35]
                )
                == (asked[ExtensionType.pre_shared_key].binders[0])
            )
            state = resumption.early_secret_made(state, offered)
        state = state.but(
            client_hello=hello,
            client_random=hello.random,
            session_id=hello.session_id,
            key_pairs=(made.pairs["client"][int(state.retried)],),
            offered_psk=offered,
            early_data_offered=ExtensionType.early_data in asked,
            handshake_messages=(*state.handshake_messages, message),
        )
        return state, message

    def send_certificate(state):
        state, message = recorded(made, "client", "Certificate")(state)
        return state.but(credential=state.settings.credentials[0]), message

    steps = replace(
        tls13.CLIENT_STEPS,
        send_client_hello=send_client_hello,
        send_certificate=send_certificate,
        send_certificate_verify=recorded(made, "client", "CertificateVerify"),
    )
    credentials = (pki.credential("rsa"),)
    settings = told(early_data=early_data, credentials=credentials)
    return Connection(settings, tls13.client(replace(tls13.FORMULAE, verify_chain=believed), steps))


def server_of(made: Trace, calls: list) -> Connection:
    """Return our server, which says the trace's ServerHello and certificate."""
    hellos = made.of("server", "ServerHello")
    retry = len(hellos) > 1

    def send_server_hello(state):
        pair = made.pairs["server"][0]
        message = hellos[-1]
        hello = decode(ServerHello, message[4:])
        assert encode(hello) == message[4:]
        secret = state.formulae.shared_secret(pair, state.peer_public)
        return state.but(
            server_random=hello.random,
            key_pair=pair,
            shared_secret=secret,
            handshake_messages=(*state.handshake_messages, message),
        ), message

    def send_hello_retry_request(state):
        state, ours = tls13.SERVER_STEPS.send_hello_retry_request(state)
        answers = decode(ServerHello, hellos[0][4:]).extensions
        assert sorted(decode(ServerHello, ours[4:]).extensions, key=str) == sorted(answers, key=str)
        messages = (*state.handshake_messages[:-1], hellos[0])
        return state.but(handshake_messages=messages), hellos[0]

    steps = replace(
        tls13.SERVER_STEPS,
        send_server_hello=send_server_hello,
        send_hello_retry_request=send_hello_retry_request,
        send_encrypted_extensions=recorded(made, "server", "EncryptedExtensions"),
        send_certificate_request=certificate_request(made),
        send_certificate=recorded(made, "server", "Certificate"),
        send_certificate_verify=recorded(made, "server", "CertificateVerify"),
    )
    wants = "required" if made.of("client", "Certificate") else "no"
    cookie = b""
    if retry:
        cookie = next(
            one.extension_data[2:]
            for one in decode(ServerHello, hellos[0][4:]).extensions
            if one.extension_type == ExtensionType.cookie
        )
    settings = server_settings(
        now=NOW,
        groups=(NamedGroup.secp256r1,) if retry else GROUPS,
        cookie=cookie,
        credentials=(pki.credential("rsa"), pki.credential("ecdsa")),
        client_certificate=wants,
        trust=pki.trust() if wants != "no" else None,
        ticket_keys=Keeper() if made.of("client", "EndOfEarlyData") else None,
        tickets=0,
        max_early_data=1024,
        early_data_guard=Fresh(),
    )
    formulae = replace(tls13.FORMULAE, verify_client_chain=believed)
    return Connection(settings, tls13.server(formulae, steps), calls=calls)


def certificate_request(made: Trace):
    say = recorded(made, "server", "CertificateRequest")

    def step(state):
        theirs = tls13.SERVER_STEPS.send_certificate_request(state)[0].certificate_request
        state, message = say(state)
        return state.but(certificate_request=theirs), message

    return step


def same_secrets(state, made: Trace) -> int:
    """Compare every secret that the trace has; return how many there were."""
    known = {
        name.partition(" ")[2].removeprefix("tls13 "): one for name, one in made.secrets.items()
    }
    compared = 0
    for name, label in SECRETS.items():
        if label in known:
            assert getattr(state, name) == known[label], name
            compared += 1
    return compared


@pytest.mark.parametrize("section", SECTIONS)
def test_our_client_says_every_octet(section):
    made = trace(section)
    early = [one.payload for one in made.records if one.content_type == 23][:1]
    client = client_of(made, early[0] if made.of("client", "EndOfEarlyData") else b"")
    said, expected = [], made.bytes_of("client")
    for one in made.records:
        if one.side == "server":
            client.receive(one.record)
        else:
            if client.done and one.content_type == 23 and b"".join(said) != b"".join(expected):
                client.write(one.payload)
            if client.done and one.content_type == 21:
                client.close()
        said.append(client.data_to_send())
    assert client.done and client.peer_closed
    assert same_secrets(client.state, made) >= 8
    wire = b"".join(said)
    if section == 6:  # three messages in one record there, in three records here
        begin, end = expected[0], expected[-1]
        assert wire.startswith(begin) and len(wire) == len(b"".join(expected)) + 2 * 22
        assert client.state.handshake_messages[-1] == made.of("client", "Finished")[0]
        assert len(end) == 24
    else:
        assert wire == b"".join(expected)
    if section == 3:
        (psk,) = client.state.tickets
        assert psk.key == made.secrets["server tls13 resumption"]
        assert (psk.lifetime, psk.max_early_data) == (30, 1024)


@pytest.mark.parametrize("section", SECTIONS)
def test_our_server_says_every_message(section):
    made, calls = trace(section), []
    server = server_of(made, calls)
    for one in made.bytes_of("client"):
        server.receive(one)
    assert server.done and server.peer_closed
    assert same_secrets(server.state, made) >= 8
    sent = [one.result[1] for one in calls if one.name.startswith("send_")]
    order = [row.message for row in FULL]
    names = {
        "encrypted_extensions": "EncryptedExtensions",
        "certificate_verify": "CertificateVerify",
        "finished": "Finished",
    }
    for name, title in names.items():
        assert name in order
        for message in made.of("server", title):
            assert message in sent
    if section == 4:
        assert server.read_early() == made.records[1].payload
    assert server.state.resumed == (section == 4) and server.state.retried == (section == 5)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("side", ["client", "server"])
def test_every_record_is_protected_to_the_same_octets(section, side):
    """With the keys of our own run, in the trace's own packing."""
    made = trace(section)
    client = client_of(made, b"" if section != 4 else made.records[1].payload)
    for one in made.bytes_of("server"):
        client.receive(one)
    state = client.state
    early = [state.client_early_traffic_secret] if side == "client" else []
    secrets = [
        *(one for one in early if one),
        getattr(state, f"{side}_handshake_traffic_secret"),
        getattr(state, f"{side}_application_traffic_secret"),
    ]
    keys = [record_protection.record_keys(SUITE, one) for one in secrets]
    direction, protected = Direction(keys.pop(0)), 0
    for one in made.records:
        if one.side != side or one.record[0] != 23:
            continue
        inner = (one.content_type, one.payload, None)
        number = direction.next_number()
        ours = record_protection.protect(direction.keys, number, *inner)
        assert one.record[5:] == ours
        opened = record_protection.unprotect(direction.keys, number, 23, 0x0303, ours)
        assert opened == (one.content_type, one.payload)
        protected += 1
        over = one.content_type == 22 and one.payload[0] != 4  # all but NewSessionTicket
        if over and keys:
            direction = Direction(keys.pop(0))
    assert protected >= 2 and keys == []
