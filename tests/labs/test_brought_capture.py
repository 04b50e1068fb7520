"""A capture taken apart: what anybody reads, what a key log opens, and what a stolen key opens."""

from pathlib import Path

import pytest

from tlskit.captures import pcapng, read_capture
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.labs import brought_capture as brought
from tlskit.labs.own_capture import capture_file

VECTORS = Path(__file__).parents[1] / "vectors"
ECDHE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
RSA = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_its_key_log_opens_it(suite):
    taken = brought.taken_apart(capture_file(suite))
    said = brought.opened(taken, taken.key_log)
    assert said.startswith("client says:\nGET / HTTP/1.1") and "You can read this" in said
    assert brought.opened(taken, "") == ""


def test_the_key_of_the_server_opens_rsa_alone():
    opens = [brought.stolen_key_opens(brought.taken_apart(capture_file(s))) for s in (ECDHE, RSA)]
    assert opens == [False, True]


def test_another_secret_opens_nothing():
    taken = brought.taken_apart(capture_file(ECDHE))
    wrong = f"CLIENT_RANDOM {taken.client_random.hex()} {'00' * 48}\n"
    assert brought.opened(taken, wrong) == ""
    with pytest.raises(ValueError, match="a key log line"):
        brought.opened(taken, "nonsense")


def test_a_capture_that_we_did_not_make():
    taken = brought.taken_apart((VECTORS / "illustrated_tls12.pcap").read_bytes())
    key_log = (VECTORS / "illustrated_tls12.keylog").read_text()
    names = [name for name, _ in taken.readable()]
    assert names[:2] == ["ClientHello", "ServerHello"] and "ClientKeyExchange" in names
    assert brought.opened(taken, key_log) == "client says:\nping\nserver says:\npong"


def test_files_without_tls_are_told():
    with pytest.raises(ValueError, match="none of the 0 TCP connections"):
        brought.taken_apart(pcapng([]))
    closed = pcapng(read_capture(capture_file(ECDHE)).conversations)
    assert brought.taken_apart(closed).key_log == ""


def test_rows_count_what_is_protected():
    taken = brought.taken_apart(capture_file(ECDHE))
    rows = brought.rows(taken.flights())
    assert [row[1] for row in rows] == ["client", "server"] * 3 + ["client"]
    assert brought.protected_count(taken) == sum(row[3].count("protected") for row in rows) == 6
