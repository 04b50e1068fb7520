"""Runs that the drawings are tested with: good ones, spoilt ones, one with a foreign peer."""

from dataclasses import replace
from functools import cache

from tlskit import tls12
from tlskit.cipher_suites import suite_named
from tlskit.connection import Connection
from tlskit.lesson import (
    ANSWER,
    REQUEST,
    Choice,
    Run,
    client_settings,
    openssl_server,
    run,
    server_settings,
)
from tlskit.peers import exchange
from tlskit.trace import Call

ECDHE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
RSA = "TLS_RSA_WITH_AES_128_GCM_SHA256"
CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
SCRIPT = "<script>alert(1)</script>"


def anew(suite: str = ECDHE) -> Run:
    return run(Choice(suite_named(suite)), REQUEST, ANSWER)


good = cache(anew)


def calls_of(client, server, client_told=None, server_told=None) -> list[Call]:
    calls: list[Call] = []
    exchange(
        Connection(client_told or client_settings(suites=(suite_named(ECDHE),)), client, calls),
        Connection(server_told or server_settings(), server, calls),
    )
    return calls


def with_wrong_verify_data() -> list[Call]:
    """A client whose Finished proves nothing."""
    wrong = replace(tls12.FORMULAE, verify_data=lambda *_: bytes(12))
    return calls_of(tls12.client(wrong), tls12.server())


def with_step(name: str, step) -> list[Call]:
    """A server of which one step is another."""
    steps = replace(tls12.SERVER_STEPS, **{name: step})
    return calls_of(tls12.client(), tls12.server(steps=steps))


def with_long_server_hello_done() -> list[Call]:
    def mine(state):
        state, _ = tls12.SERVER_STEPS.send_server_hello_done(state)
        return state, bytes.fromhex("0e000003 aabbcc")

    return with_step("send_server_hello_done", mine)


def with_another_server_random(random: bytes) -> list[Call]:
    def mine(state):
        state, message = tls12.SERVER_STEPS.send_server_hello(state)
        return state, message[:6] + random + message[38:]

    return with_step("send_server_hello", mine)


def with_script() -> list[Call]:
    """A client that puts markup wherever a client can put a name."""
    told = client_settings(server_name=SCRIPT, alpn=(SCRIPT, "h2"))
    return calls_of(tls12.client(), tls12.server(), told, server_settings(alpn=(SCRIPT,)))


def with_openssl() -> list[Call]:
    calls: list[Call] = []
    exchange(Connection(client_settings(), tls12.client(), calls), openssl_server())
    return calls
