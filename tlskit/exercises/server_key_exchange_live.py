"""A learner's functions of exercise 04 in a handshake: OpenSSL at the other end, or an attacker."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Kind
from tlskit.checks.live import LiveReport, judged
from tlskit.checks.report import Verdict, own_line, said_by
from tlskit.connection import Connection
from tlskit.exercises.server_key_exchange_apart import TakeApart
from tlskit.exercises.server_key_exchange_cases import pem
from tlskit.exercises.server_key_exchange_mistakes import RIGHT_VERIFY, Verify
from tlskit.exercises.server_key_exchange_signing import Sign
from tlskit.exercises.task import Handed
from tlskit.labs.in_the_middle import Side, man_in_the_middle, replay, yesterday
from tlskit.lesson import client_settings, openssl_client, openssl_server, server_settings
from tlskit.messages import HEADER_SIZE, ServerECDHParams
from tlskit.peers import exchange
from tlskit.presentation import encode
from tlskit.registry import AlertDescription, ECCurveType, HandshakeType, NamedGroup
from tlskit.registry import SignatureScheme as Scheme
from tlskit.tls12.state import State
from tlskit.trace import Call, ReplacementError

KINDS: tuple[Kind, ...] = ("rsa", "ecdsa", "ed25519")
KINDS_OF_KEYS = "an RSA, an ECDSA and an Ed25519 key"


# ---- our server, OpenSSL's client


def signing(mine: Sign) -> LiveReport:
    """Let her function sign for our server, towards OpenSSL's client, with each kind of key."""
    hers = Handed("my_sign", mine)

    def send(state: State) -> tuple[State, bytes]:
        formulae, credential = state.formulae, state.credential
        pair = formulae.generate_key_pair(state.group, state.settings.draw)
        params = encode(ServerECDHParams(ECCurveType.named_curve, state.group, pair.public))
        key = pem(credential.private_key) if credential else b""
        signed = hers(state.signature_scheme, key, state.client_random, state.server_random, params)
        kind = HandshakeType.server_key_exchange
        message = formulae.frame_handshake(kind, params + bytes(signed))
        heard = (*state.handshake_messages, message)
        return state.but(key_pair=pair, handshake_messages=heard), message

    steps = replace(tls12.SERVER_STEPS, send_server_key_exchange=send)
    for kind in KINDS:
        calls: list[Call] = []
        told = server_settings(credentials=(pki.credential(kind),))
        server, client = Connection(told, tls12.server(steps=steps), calls), openssl_client()
        failures = [error for _, error in exchange(client, server)]
        if broken := told_of(hers, failures):
            return LiveReport("my_sign, live", Verdict.WRONG, broken, "", tuple(calls), tls12.FULL)
        verdict, said = judged(server, client, failures, bool(hers.calls))
        if verdict is not Verdict.RIGHT:
            said = (f"With the {kind.upper()} key: {said[0]}", *said[1:])
            return LiveReport("my_sign, live", verdict, said, "", tuple(calls), tls12.FULL)
    said = (f"OpenSSL's client verified what you signed with {KINDS_OF_KEYS}.",)
    return LiveReport("my_sign, live", Verdict.RIGHT, said, "", tuple(calls), tls12.FULL)


def told_of(hers: Handed, failures: Sequence[Any]) -> tuple[str, ...]:
    """Return what her function raised, and where; () if it did not."""
    for error in failures:
        cause = error.__cause__ if isinstance(error, ReplacementError) else None
        if cause is not None:
            return (f"{hers!r} raised {said_by(cause)}{own_line(cause)}",)
    return ()


# ---- our client


Receive = Callable[[State, bytes], State]


def taking_apart(mine: TakeApart) -> LiveReport:
    """Let her function take apart what OpenSSL's servers send; our own verifies what comes out."""
    hers = Handed("my_take_apart", mine)

    def receive(state: State, message: bytes) -> State:
        body = message[HEADER_SIZE:]
        parts = hers(body)
        if parts is None:
            reason = "your function found a length that does not fit"
            raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.2.2")
        again = b"".join(
            (
                parts["params"],
                parts["scheme"].to_bytes(2),
                len(parts["signature"]).to_bytes(2),
                parts["signature"],
            )
        )
        if said := RIGHT_VERIFY(again, *known(state)):
            raise Alert(AlertDescription[said], "by what your function took out", "RFC 8422 §5.4")
        return taken(state, message, parts["group"], parts["public"], parts["scheme"])

    return at_openssl(hers, receive)


def known(state: State) -> tuple[bytes, bytes, bytes, list[int], list[int]]:
    """Return what a client knows when ServerKeyExchange comes."""
    settings = state.settings
    groups, schemes = map(int, settings.groups), map(int, settings.signature_schemes)
    return (
        state.peer_chain[0],
        state.client_random,
        state.server_random,
        list(groups),
        list(schemes),
    )


def taken(state: State, message: bytes, group: int, public: bytes, scheme: int) -> State:
    """Return the state after the message was taken."""
    heard = (*state.handshake_messages, message)
    return state.but(
        handshake_messages=heard, group=group, peer_public=public, signature_scheme=scheme
    )


def at_openssl(hers: Handed, receive: Receive) -> LiveReport:
    """Let our client, with this step, meet OpenSSL's servers with three kinds of keys."""
    title, steps = (
        f"{hers!r}, live",
        replace(tls12.CLIENT_STEPS, receive_server_key_exchange=receive),
    )
    for kind in KINDS:
        for group in (NamedGroup.x25519, NamedGroup.secp256r1):
            calls: list[Call] = []
            client = Connection(client_settings(), tls12.client(steps=steps), calls)
            server = openssl_server(kind, group=group.name)
            failures = [error for _, error in exchange(client, server)]
            if broken := told_of(hers, failures):
                return LiveReport(title, Verdict.WRONG, broken, "", tuple(calls), tls12.FULL)
            verdict, said = judged(client, server, failures, bool(hers.calls))
            if verdict is not Verdict.RIGHT:
                said = (f"OpenSSL with its {kind.upper()} key: {said[0]}", *said[1:])
                return LiveReport(title, verdict, said, "", tuple(calls), tls12.FULL)
    said = (
        f"OpenSSL's servers with {KINDS_OF_KEYS}, on two curves: each handshake came to its end.",
    )
    return LiveReport(title, Verdict.RIGHT, said, "", tuple(calls), tls12.FULL)


def verifying(mine: Verify) -> LiveReport:
    """Let her function verify: for OpenSSL's servers it says yes, for four attackers no."""
    hers = Handed("my_verify", mine)

    def receive(state: State, message: bytes) -> State:
        body = message[HEADER_SIZE:]
        if said := hers(body, *known(state)):
            if said not in AlertDescription.__members__:
                raise ValueError(f"{said!r} is the name of no alert")
            raise Alert(AlertDescription[said], "your function says so", "RFC 5246 §7.4.3")
        group, end = int.from_bytes(body[1:3]), 4 + body[3]
        return taken(state, message, group, body[4:end], int.from_bytes(body[end : end + 2]))

    report = at_openssl(hers, receive)
    if not report.right:
        return report
    steps = replace(tls12.CLIENT_STEPS, receive_server_key_exchange=receive)
    found: list[str] = []
    for who, side in attackers(steps).items():
        if broken := told_of(hers, [error for _, error in side.failures]):
            found.append(f"{who} was not refused by an alert: {broken[0]}")
        elif not side.alerts:
            found.append(f"{who} was believed.")
    verdict = Verdict.WRONG if found else Verdict.RIGHT
    praise = "And four attackers were refused, each by the alert that your function named."
    findings = tuple(found) or (*report.findings, praise)
    return LiveReport(report.task, verdict, findings, "", report.calls, report.order)


def attackers(steps: tls12.ClientSteps) -> dict[str, Side]:
    """Let four attackers meet our client with these steps."""
    middle = man_in_the_middle(client_steps=steps).at_client
    return {
        "A man in the middle who signed with a key of his own": middle,
        "Somebody with yesterday's message, whose key has leaked,": replay(
            yesterday(), client_steps=steps
        ),
        "A server that signed with a scheme that was not offered": willful(
            steps, signature_scheme=Scheme.rsa_pkcs1_sha512
        ),
        "A server that took a curve that was not offered": willful(
            steps, group=NamedGroup.secp384r1
        ),
    }


def willful(steps: tls12.ClientSteps, **chooses: Any) -> Side:
    """Let our client meet a server that chooses what the client did not offer."""

    def send(state: State) -> tuple[State, bytes]:
        return tls12.SERVER_STEPS.send_server_key_exchange(state.but(**chooses))

    calls: list[Call] = []
    told = client_settings(
        groups=(NamedGroup.x25519,), signature_schemes=(Scheme.rsa_pkcs1_sha256,)
    )
    client = Connection(told, tls12.client(steps=steps), calls)
    sends = replace(tls12.SERVER_STEPS, send_server_key_exchange=send)
    server = Connection(
        server_settings(credentials=(pki.credential("rsa"),)), tls12.server(steps=sends), calls
    )
    side = Side(client, server, calls, tls12.FULL)
    side.carry()
    return side
