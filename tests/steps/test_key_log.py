"""Key log lines come out of a trace (RFC 9850), and out of a key log come secrets."""

from dataclasses import replace

import pytest

from tlskit import tls12
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.keylog import key_log_lines, key_log_of, secrets_of
from tlskit.lesson import Choice, client_settings, openssl_server, run
from tlskit.peers import exchange

CHOICE = Choice(suite_named("ECDHE-RSA-AES128-GCM-SHA256"), extended_master_secret=False)


def test_a_trace_of_both_ends_gives_one_line():
    result = run(CHOICE)
    assert key_log_of(result.calls) == key_log_lines(result.client.state)


def test_two_ends_that_derived_different_secrets_give_two():
    wrong = replace(tls12.FORMULAE, master_secret=lambda *arguments: bytes(48))
    result = run(CHOICE, client_formulae=wrong)
    assert len(key_log_of(result.calls)) == 2


def test_the_line_is_the_one_that_openssl_writes():
    calls = []
    client = Connection(client_settings(), tls12.client(), calls)
    server = openssl_server()
    assert exchange(client, server) == []
    assert secrets_of("\n".join(key_log_of(calls))) == secrets_of(server.key_log)


def test_a_handshake_that_never_came_to_its_keys_gives_none():
    calls = []
    Connection(client_settings(), tls12.client(), calls)
    assert key_log_of(calls) == []


def test_comments_and_empty_lines_are_passed_over():
    lines = f"# a comment\n\nCLIENT_RANDOM {bytes(32).hex()} {bytes(48).hex()}\n"
    assert secrets_of(lines) == {("CLIENT_RANDOM", bytes(32)): bytes(48)}


def test_a_line_that_is_none_is_said():
    with pytest.raises(ValueError, match="a key log line is"):
        secrets_of("CLIENT_RANDOM only")
