"""A learner's functions of exercise 05 in handshakes, with OpenSSL on the other side."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tlskit import tls12
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Report, Verdict
from tlskit.cipher_suites import Suite
from tlskit.connection import Connection
from tlskit.exercises.client_key_exchange_mistakes import private_der, version
from tlskit.exercises.hers import Mine, counted, named_after
from tlskit.key_exchange import KeyPair, generate_key_pair, shared_secret
from tlskit.labs.key_transport import ECDHE_SUITE, SUITE, all_answers
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.messages import ClientECDiffieHellmanPublic
from tlskit.peers import exchange
from tlskit.registry import HandshakeType, NamedGroup, ProtocolVersion
from tlskit.tls12.state import State, sent
from tlskit.trace import Call, ReplacementError

Step = Callable[[State], tuple[State, bytes]]
TLS_1_2 = int(ProtocolVersion.TLS_1_2)
NEVER_CALLED = "The handshake went well, but your function was never called: it says nothing."
ALIKE = "Four ciphertexts that are wrong in four ways got the same answer: nobody learns which."
TOLD_APART = (
    "OpenSSL's client gets through, but who sends four wrong ciphertexts can tell them apart: "
    "{answers} (RFC 5246 §7.4.7.1)."
)
ENDED = (
    "OpenSSL's client gets through, but at a wrong ciphertext the handshake stops: {error}. "
    "Whoever sent it sees that (RFC 5246 §7.4.7.1)."
)


def sent_body(state: State, body: bytes) -> tuple[State, bytes]:
    """Send a body of ClientKeyExchange as it is."""
    message = state.formulae.frame_handshake(HandshakeType.client_key_exchange, body)
    return state.but(handshake_messages=(*state.handshake_messages, message)), message


def shaken(title: str, suite: Suite, group: NamedGroup, step: Step, used: list[str]) -> LiveReport:
    """Let our client, with this step for ClientKeyExchange, shake hands with OpenSSL's server."""
    calls: list[Call] = []
    steps = replace(tls12.CLIENT_STEPS, send_client_key_exchange=step)
    settings = client_settings(suites=(suite,))
    client = Connection(settings, tls12.client(steps=steps), calls)
    server = openssl_server("rsa", suites=suite.openssl_name, group=group.name)
    failures = [error for _, error in exchange(client, server)]
    verdict, findings = judged(client, server, failures, bool(used))
    if not used and client.done and server.done:
        findings = (NEVER_CALLED,)
    return LiveReport(title, verdict, findings, "", tuple(calls), tls12.FULL)


def in_both_groups(title: str, suite: Suite, step: Step, used: list[str]) -> LiveReport:
    """Shake hands with secp256r1, then with x25519; the first that fails is reported."""
    for group in (NamedGroup.secp256r1, NamedGroup.x25519):
        report = shaken(title, suite, group, step, used)
        if report.verdict is not Verdict.RIGHT:
            return replace(report, findings=(f"With {group.name}:", *report.findings))
    said = "With secp256r1 and with x25519 OpenSSL read your Finished, and its own agreed."
    return replace(report, findings=(said,))


def encrypts_by_her(mine: Mine) -> LiveReport:
    """Send OpenSSL's server a secret that the learner encrypted."""
    used: list[str] = []
    her = counted(mine, used)

    def step(state: State) -> tuple[State, bytes]:
        random = state.settings.draw(46)
        body = her(TLS_1_2, TLS_1_2, random, state.peer_chain[0])
        return sent_body(state.but(pre_master_secret=version(TLS_1_2) + random), body)

    group = NamedGroup.secp256r1
    return shaken("my_rsa_body, live", SUITE, group, named_after(mine, step), used)


def secret_by_her(mine: Mine) -> LiveReport:
    """Compute the secret with OpenSSL by the learner's function, and have it begin with a zero."""
    used: list[str] = []
    her = counted(mine, used)

    def step(state: State) -> tuple[State, bytes]:
        pair = zero_ahead(state)
        secret = her(pair.group.name, private_der(pair.private_key), state.peer_public)
        state = state.but(key_pair=pair, pre_master_secret=secret)
        return sent(
            state, HandshakeType.client_key_exchange, ClientECDiffieHellmanPublic(pair.public)
        )

    title = "my_shared_secret, live"
    report = in_both_groups(title, ECDHE_SUITE, named_after(mine, step), used)
    if report.verdict is Verdict.RIGHT:
        more = "In both the secret began with a zero byte: our client drew keys until it did."
        return replace(report, findings=(*report.findings, more))
    return report


def zero_ahead(state: State) -> KeyPair:
    """Draw key pairs until the secret with the server begins with a zero byte."""
    while True:
        pair = generate_key_pair(state.group, state.settings.draw)
        if shared_secret(pair, state.peer_public)[0] == 0:
            return pair


def exchanges_by_her(mine: Mine) -> LiveReport:
    """Do the whole key exchange with OpenSSL by the learner's function."""
    used: list[str] = []
    her = counted(mine, used)

    def step(state: State) -> tuple[State, bytes]:
        pairs: list[KeyPair] = []

        def new_private_key() -> bytes:
            pairs.append(generate_key_pair(state.group, state.settings.draw))
            return private_der(pairs[-1].private_key)

        made = her(new_private_key, NamedGroup(state.group).name, state.peer_public)
        state = state.but(
            key_pair=pairs[0] if pairs else None, pre_master_secret=made["pre_master_secret"]
        )
        return sent_body(state, made["body"])

    return in_both_groups("my_exchange, live", ECDHE_SUITE, named_after(mine, step), used)


def decrypts_by_her(mine: Mine) -> Report:
    """Decrypt in our server by the learner's function: for OpenSSL's client, and for a liar."""
    title, used, calls = "my_decrypt, live", list[str](), list[Call]()
    her = counted(mine, used)

    def decrypt(private_key: Any, encrypted: bytes, client_version: int, instead: bytes) -> Any:
        return her(private_der(private_key), encrypted, client_version, instead)

    formulae = replace(tls12.FORMULAE, decrypt_pre_master_secret=named_after(mine, decrypt))
    server = Connection(server_settings(suites=(SUITE,)), tls12.server(formulae), calls)
    client = openssl_client(suites=SUITE.openssl_name)
    failures = [error for _, error in exchange(client, server)]
    verdict, findings = judged(server, client, failures, bool(used))
    findings = tuple(one.replace("Our client", "Our server") for one in findings)
    if not used and server.done:
        findings = (NEVER_CALLED,)
    if verdict is Verdict.RIGHT:
        verdict, findings = asked_by_a_liar(formulae)
    return LiveReport(title, verdict, findings, "", tuple(calls), tls12.FULL)


def asked_by_a_liar(formulae: tls12.Formulae) -> tuple[Verdict, tuple[str, ...]]:
    """Send our server ciphertexts that are wrong in four ways; say whether it tells which."""
    try:
        answers = {f"{alert} at {record}" for _, record, alert in all_answers(formulae)}
    except ReplacementError as error:
        return Verdict.WRONG, (ENDED.format(error=error),)
    if len(answers) > 1:
        return Verdict.WRONG, (TOLD_APART.format(answers=", ".join(sorted(answers))),)
    return Verdict.RIGHT, ("OpenSSL's client got through to our server.", ALIKE)
