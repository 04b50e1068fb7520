"""The ladder of TLS 1.3: the same reader, fed with other calls and another table."""

from datetime import timedelta

import pytest

from tlskit import pki, tls13
from tlskit.connection import Connection
from tlskit.ladder_rows import ladder_rows, text_ladder
from tlskit.lesson import client_settings, lesson_random, server_settings
from tlskit.order import Role
from tlskit.peers import exchange
from tlskit.registry import NamedGroup
from tlskit.row_details import details
from tlskit.sessions import SingleUse, TicketKeys
from tlskit.tls13.order import FULL

KEYS = TicketKeys(lesson_random("ticket keys"))
LATER = pki.NOW + timedelta(seconds=1)


def run(client_told=None, server_told=None, who=("client", "server")):
    calls: list = []
    ends = (
        Connection(client_settings(**(client_told or {})), tls13.client(), calls),
        Connection(server_settings(**(server_told or {})), tls13.server(), calls),
    )
    assert exchange(*ends) == []
    ends[0].write(b"hello")
    assert exchange(*ends) == []
    return ladder_rows([call for call in calls if call.by in who], FULL), ends


def told(rows):
    return [(row.message, str(row.sender), row.number, row.protected) for row in rows]


FULL_HANDSHAKE = [
    ("client_hello", "client", 1, False),
    ("server_hello", "server", 2, False),
    ("change_cipher_spec", "server", 0, False),
    ("generate_handshake_keys", "both", 6, False),
    ("encrypted_extensions", "server", 0, True),
    ("certificate", "server", 3, True),
    ("certificate_verify", "server", 0, True),
    ("finished", "server", 8, True),
    ("generate_application_keys", "both", 0, False),
    ("change_cipher_spec", "client", 0, False),
    ("finished", "client", 8, True),
    ("generate_resumption_secret", "both", 0, False),
    ("application_data", "client", 9, True),
]


def test_a_full_handshake():
    rows, _ = run()
    by_name = sorted(told(rows))
    assert by_name == sorted(FULL_HANDSHAKE)
    assert [row.message for row in rows][:4] == [one[0] for one in FULL_HANDSHAKE[:4]]
    assert all(len(row.calls) == 2 for row in rows if row.message != "change_cipher_spec")


@pytest.mark.parametrize("who", ["client", "server"])
def test_seen_by_one_end_alone(who):
    """What the other end sent is known by what came out of its records, not by their outer type."""
    rows, _ = run(who=(who,))
    seen = [one for one in told(rows) if one[0] != "change_cipher_spec"]
    expected = [one for one in FULL_HANDSHAKE if one[0] != "change_cipher_spec"]
    assert sorted(seen) == sorted(expected)


def test_another_hello_early_data_and_a_ticket():
    rows, _ = run(server_told={"groups": (NamedGroup.secp384r1,)})
    names = [row.message for row in rows]
    assert names[:1] == ["client_hello"] and "hello_retry_request" in names
    assert names.count("client_hello") == 2
    _, ends = run(server_told={"ticket_keys": KEYS, "max_early_data": 99})
    early = {"session": ends[0].session, "early_data": b"at once", "now": LATER}
    guard = SingleUse(pki.NOW - timedelta(minutes=1))
    there = {"ticket_keys": KEYS, "max_early_data": 99, "early_data_guard": guard, "now": LATER}
    rows, _ = run(early, there)
    (row,) = [row for row in rows if row.message == "early_data"]
    assert row.data == b"at once" and row.protected and set(row.calls) == {"client", "server"}
    assert [row.message for row in rows].count("application_data") == 1
    text = text_ladder(rows)
    assert "early data" in text and "EndOfEarlyData" in text and "NewSessionTicket" in text
    assert "Certificate" not in text and Role.CLIENT in row.calls


def test_a_few_words_on_each_row():
    asks = {"client_certificate": "required", "trust": pki.trust()}
    shown = {"credentials": (pki.client_credential("ecdsa"),)}
    rows, _ = run(shown, asks | {"groups": (NamedGroup.secp384r1,), "ticket_keys": KEYS})
    words = {}
    for row in rows:
        words.setdefault((str(row.sender), row.message), []).append(details(row))
    assert words["client", "client_hello"] == [
        "offers 3 suites, keys for x25519, asks for signal.course.example",
        "offers 3 suites, keys for secp384r1, asks for signal.course.example",
    ]
    assert words["server", "hello_retry_request"] == ["wants a key for secp384r1"]
    assert words["server", "server_hello"] == ["TLS_AES_128_GCM_SHA256 and a secp384r1 key"]
    assert words["server", "encrypted_extensions"] == ["answers server_name"]
    assert words["server", "certificate"] == ["2 certificates, CN=signal.course.example, ECDSA key"]
    assert words["server", "certificate_request"] == [
        "asks with signature_algorithms, certificate_authorities"
    ]
    assert "means nothing" in words["server", "change_cipher_spec"][0]
    assert words["client", "finished"] == ["32 bytes of verify_data"]
    assert words["server", "new_session_ticket"][0].startswith("a ticket of ")
    assert all(text not in ("", "does not decode") for texts in words.values() for text in texts)
