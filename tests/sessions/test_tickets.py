"""Tickets: who opens them, what they carry, and that a changed one is only worth nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from recorded import application_data_by_ticket_key
from two_ends import keeping, meet

from tlskit import pki, tls12
from tlskit.certificates import Credential
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.lesson import lesson_random
from tlskit.presentation import encode
from tlskit.sessions import NAME_LENGTH, NONCE_LENGTH, StatePlaintext, TicketKeys
from tlskit.settings import Session
from tlskit.tls12.client import send_client_hello

SECOND = timedelta(seconds=1)
SESSION = Session(SUITES[0], bytes(range(48)), True, "host.example", pki.NOW)


def keys(kept: int = 2, lifetime: int = 3600) -> TicketKeys:
    return TicketKeys(lesson_random("tickets"), lifetime, kept)


def sealed(by: TicketKeys, session: Session = SESSION) -> bytes:
    return by.seal(session, lesson_random("nonce"))


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.openssl_name)
@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("chain", [(), (b"leaf",), (b"leaf", b"intermediate" * 200)])
def test_a_ticket_carries_the_session(suite, extended, chain):
    session = replace(SESSION, suite=suite, extended_master_secret=extended, peer_chain=chain)
    by = keys()
    ticket = sealed(by, session)
    opened = by.open(ticket, pki.NOW)
    assert opened == (replace(session, ticket=ticket), False)


def test_nothing_of_the_session_can_be_read_in_it():
    ticket = sealed(keys())
    assert SESSION.master_secret not in ticket and b"host.example" not in ticket
    assert len(ticket) == 16 + 12 + (2 + 48 + 1 + 4 + 3 + 12 + 3) + 16


@pytest.mark.parametrize(
    ("later", "there"),
    [
        (timedelta(0), True),
        (timedelta(seconds=3599), True),
        (timedelta(seconds=3600), False),
        (-SECOND, False),  # the clock says that it is still to be made
    ],
)
def test_how_long_a_ticket_counts(later, there):
    by = keys()
    assert (by.open(sealed(by), pki.NOW + later) is not None) is there


def test_a_key_opens_what_it_sealed_until_it_is_forgotten():
    by = keys(kept=3)
    ticket = sealed(by)
    due = []
    for number in range(4):
        opened = by.open(ticket, pki.NOW)
        due.append(opened and opened[1])
        by.rotate(lesson_random(f"rotation {number}"))
        assert len(by.keys) <= 3
    assert due == [False, True, True, None]


def test_another_servers_ticket_does_not_open():
    other = TicketKeys(lesson_random("another server"))
    assert keys().open(sealed(other), pki.NOW) is None
    same_name = replace(other.keys[0], name=keys().keys[0].name)
    other.keys[0] = same_name
    assert keys().open(sealed(other), pki.NOW) is None


def test_no_changed_or_broken_ticket_opens():
    """Each byte of key name, nonce, ciphertext and tag with each bit changed; each cut."""
    by = keys()
    ticket = sealed(by)
    for at in range(len(ticket)):
        for bit in range(8):
            changed = bytearray(ticket)
            changed[at] ^= 1 << bit
            assert by.open(bytes(changed), pki.NOW) is None
        assert by.open(ticket[:at], pki.NOW) is None
    assert by.open(ticket + b"\0", pki.NOW) is None
    assert by.open(b"", pki.NOW) is None


def test_what_the_key_seals_but_is_no_session_does_not_open():
    """By an own key, of an older program, perhaps: it is no error either."""
    by = keys()
    newest, nonce = by.keys[0], bytes(NONCE_LENGTH)
    now = int(pki.NOW.timestamp())
    unknown_suite = encode(StatePlaintext(0x1301, bytes(48), 1, now, b"host.example", ()))
    for inside in (b"", b"something else", unknown_suite):
        ticket = newest.name + nonce + AESGCM(newest.key).encrypt(nonce, inside, newest.name)
        assert len(newest.name) == NAME_LENGTH
        assert by.open(ticket, pki.NOW) is None


# ---- in handshakes


def test_every_flipped_byte_of_a_ticket_means_a_full_handshake_and_never_an_alert():
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    assert meet({"session": kept}, server).resumed
    for at in range(len(kept.ticket)):
        changed = bytearray(kept.ticket)
        changed[at] ^= 0xFF
        second = meet({"session": replace(kept, ticket=bytes(changed))}, server)
        assert not second.resumed
        assert len(second.client.session.ticket) == len(kept.ticket)  # a new one


@pytest.mark.parametrize("ticket", [b"\0", bytes(27), bytes(44), bytes(2**15)])
def test_a_ticket_that_is_none_means_a_full_handshake(ticket):
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    assert not meet({"session": replace(kept, ticket=ticket)}, server).resumed


def test_a_ticket_that_does_not_open_is_not_helped_by_an_id_that_is_known():
    """RFC 5077 §3.4: beside a ticket the ID is only a word to recognise the answer by."""
    _, by_id = keeping("id")
    kept = meet({}, by_id).client.session
    _, by_ticket = keeping("ticket")
    offered = replace(kept, ticket=b"none that opens")

    def with_known_id(state):
        state, message = send_client_hello(state)
        drawn = state.client_hello.session_id
        assert len(drawn) == len(kept.session_id) == 32
        message = message.replace(drawn, kept.session_id)
        hello = replace(state.client_hello, session_id=kept.session_id)
        return state.but(client_hello=hello, handshake_messages=(message,)), message

    side = tls12.client(steps=replace(tls12.CLIENT_STEPS, send_client_hello=with_known_id))
    second = meet({"session": offered}, by_id | by_ticket, client_side=side)
    assert not second.resumed


def test_an_expired_ticket_means_a_full_handshake():
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    for later, resumed in ((24 * 3600 - 1, True), (24 * 3600, False), (-1, False)):
        now = {"now": pki.NOW + later * SECOND}
        assert meet({"session": kept} | now, server | now).resumed is resumed


def test_an_old_key_that_is_kept_resumes_and_renews():
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    server["ticket_keys"].rotate(lesson_random("one"))
    second = meet({"session": kept}, server)
    assert second.resumed
    renewed = second.client.session
    assert renewed.ticket not in (kept.ticket, b"")
    assert replace(renewed, ticket=kept.ticket) == kept
    server["ticket_keys"].rotate(lesson_random("two"))
    assert meet({"session": renewed}, server).resumed
    third = meet({"session": kept}, server)  # its key is forgotten
    assert not third.resumed and third.client.session.ticket not in (kept.ticket, b"")


def test_with_the_newest_key_no_new_ticket_is_sent():
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    second = meet({"session": kept}, server)
    assert second.resumed and not second.server.state.ticket_promised
    assert second.client.session == kept


def test_renewing_does_not_make_a_session_younger():
    client, server = keeping("ticket")
    kept = meet(client, server).client.session
    server["ticket_keys"].rotate(lesson_random("one"))
    late = {"now": pki.NOW + timedelta(hours=23)}
    renewed = meet({"session": kept} | late, server | late).client.session
    later = {"now": pki.NOW + timedelta(hours=25)}
    assert not meet({"session": renewed} | later, server | later).resumed


def test_a_client_that_does_not_ask_gets_no_ticket():
    _, server = keeping("ticket")
    first = meet({}, server)
    assert not first.resumed and first.client.session.ticket == b""


def test_a_ticket_counts_before_an_id():
    """RFC 5077 §3.4. The client names a session that the cache has, and shows another's ticket."""
    of_tickets, tickets = keeping("ticket")
    plain, ids = keeping("id")
    both = tickets | ids
    by_id = meet(plain, both).client.session
    by_ticket = meet(of_tickets, both).client.session
    mixed = replace(by_ticket, session_id=by_id.session_id)
    assert by_id.master_secret != by_ticket.master_secret
    second = meet({"session": mixed}, both)
    assert second.resumed
    assert second.client.state.master_secret == by_ticket.master_secret


@pytest.mark.parametrize("length", [255, 256, 1000, 60000])
def test_a_host_name_of_any_length_goes_into_a_ticket(length):
    """A name too long for DNS is the client's folly, and no fault of the server."""
    name = ("a" * 63 + ".") * (length // 64 + 1)
    by = keys()
    session = replace(SESSION, server_name=name[:length])
    opened = by.open(sealed(by, session), pki.NOW)
    assert opened is not None and opened[0].server_name == name[:length]


def test_a_chain_too_long_for_a_ticket_gets_an_empty_one():
    """RFC 5077 §3.3: a server that has promised a ticket may send one without content."""
    shown = pki.client_credential("ecdsa")
    large = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.9999.1"), bytes(6000))
    contents = replace(pki.intermediate_contents("rsa"), critical=(large,))
    padding = [pki.der(pki.certify(contents, pki.root()))] * 12  # which no path needs
    long = Credential((*shown.chain, *padding), shown.private_key)
    client, server = keeping("ticket")
    asks = {"client_certificate": "wanted", "trust": pki.trust()}
    first = meet(client | {"credentials": (long,)}, server | asks)
    assert not first.resumed
    assert sum(map(len, first.server.state.peer_chain)) > 2**16
    assert first.server.state.ticket_promised
    assert first.client.session.ticket == first.server.state.ticket == b""


# ---- what a stolen key opens


@pytest.mark.parametrize("name", ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-SHA384"])
def test_a_stolen_ticket_key_opens_the_recorded_connection(name):
    """ECDHE does not help: the master secret stood on the wire, under the ticket key alone.

    All that is used: the recorded bytes, and the keys that sealed tickets.
    """
    client, server = keeping("ticket")
    suite = suite_named(name)
    first = meet(client | {"suites": (suite,)}, server)
    assert not first.resumed
    wire = list(first.wire)
    for sender, receiver in ((first.client, first.server), (first.server, first.client)):
        sender.write(f"a secret of the {sender.role}".encode() * 1000)
        sent = sender.data_to_send()
        receiver.receive(sent)
        wire.append((str(sender.role), sent))
    stolen = server["ticket_keys"]
    opened = application_data_by_ticket_key(wire, stolen)
    assert opened == {
        "client": b"a secret of the client" * 1000,
        "server": b"a secret of the server" * 1000,
    }
    stolen.rotate(lesson_random("one"))
    stolen.rotate(lesson_random("two"))  # now the key is no more, and the record is safe
    assert application_data_by_ticket_key(wire, stolen) is None
