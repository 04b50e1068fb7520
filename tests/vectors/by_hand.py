"""States built by hand, from the illustrated capture and from the course's certificates.

Nothing here drives a handshake: a state is what the tests say it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from read_vectors import HANDSHAKE, illustrated, illustrated_text, message, read_json

from tlskit import pki
from tlskit.alerts import Alert
from tlskit.certificates import Credential, Trust
from tlskit.cipher_suites import SUITES, Suite, suite_named
from tlskit.key_exchange import generate_key_pair
from tlskit.messages import ClientHello, frame_handshake
from tlskit.order import Role
from tlskit.presentation import decode, encode
from tlskit.registry import AlertDescription, HandshakeType, NamedGroup, SignatureScheme
from tlskit.settings import Session, Settings
from tlskit.tls12.state import FORMULAE, State

CBC_SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
RSA_SUITE = suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256")
ECDHE_SUITE = suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
ILLUSTRATED_NOW = datetime(2019, 1, 1, tzinfo=UTC)
CA = x509.load_pem_x509_certificate(illustrated_text("ca_cert_pem").encode())
LEAF = x509.load_pem_x509_certificate(illustrated_text("server_cert_pem").encode())
SERVER_KEY: Any = load_pem_private_key(illustrated_text("server_key_pem").encode(), None)
LEAF_DER = LEAF.public_bytes(Encoding.DER)
CREDENTIAL = Credential((LEAF_DER,), SERVER_KEY)
OFFER = decode(ClientHello, message("clienthello")[4:])


def draws(*values: bytes) -> Callable[[int], bytes]:
    """Return a source of randomness that gives exactly these, one a call."""
    left = list(values)

    def draw(size: int) -> bytes:
        assert left, f"{size} bytes more than expected are drawn"
        value = left.pop(0)
        assert len(value) == size, f"{size} bytes are drawn where {len(value)} are expected"
        return value

    return draw


def settings(*drawn: bytes, **changes: Any) -> Settings:
    """Return the settings of an end of the illustrated capture that draws these values."""
    usual: dict[str, Any] = {
        "random": draws(*drawn),
        "now": ILLUSTRATED_NOW,
        "server_name": illustrated_text("server_hostname"),
        "trust": Trust((CA,)),
        "credentials": (CREDENTIAL,),
        "suites": (CBC_SUITE,),
        "extended_master_secret": False,
    }
    return Settings(**(usual | changes))


def heard(last: str) -> tuple[bytes, ...]:
    """Return the capture's handshake messages up to and with this one."""
    return tuple(message(name) for name in HANDSHAKE[: HANDSHAKE.index(last) + 1])


def illustrated_state(role: Role, after: str, *drawn: bytes, **changes: Any) -> State:
    """Return what an end of the illustrated capture knows after a message of the handshake.

    `after` is "" or the name of a record; what comes later is not filled in.
    """
    at = HANDSHAKE.index(after) + 1 if after else 0
    state = State(role, settings(*drawn), FORMULAE)
    if at >= 1:
        state = state.but(
            handshake_messages=heard(after),
            client_hello=OFFER,
            client_random=illustrated("client_random"),
        )
        if role is Role.SERVER:
            state = state.but(
                suite=CBC_SUITE,
                credential=CREDENTIAL,
                group=NamedGroup.x25519,
                signature_scheme=SignatureScheme.rsa_pkcs1_sha256,
                secure_renegotiation=True,
            )
    if at >= 2:
        state = state.but(
            server_random=illustrated("server_random"), suite=CBC_SUITE, secure_renegotiation=True
        )
    if at >= 3 and role is Role.CLIENT:
        state = state.but(peer_chain=(LEAF_DER,), peer_certificate=LEAF)
    if at >= 4 and role is Role.CLIENT:
        state = state.but(
            group=NamedGroup.x25519,
            signature_scheme=SignatureScheme.rsa_pkcs1_sha256,
            peer_public=illustrated("server_x25519_public"),
        )
    if at >= 4 and role is Role.SERVER:
        state = state.but(key_pair=pair_of("server_x25519_private"))
    if at >= 6:
        state = state.but(pre_master_secret=PRE_MASTER_SECRET)
    return state.but(**changes)


def pair_of(name: str) -> Any:
    """Return a key pair of the illustrated capture."""
    return generate_key_pair(NamedGroup.x25519, draws(illustrated(name)))


PRE_MASTER_SECRET = bytes.fromhex(
    "df4a291baa1eb7cfa6934b29b474baad2697e29f1f920dcc77c8a0a088447624"
)
"""X25519 of the capture's keys, by another library; the connection's explanation has it too."""
MASTER_SECRET = bytes.fromhex(read_json("illustrated_tls12.json")["keylog"][0].split()[2])
"""From the key log that came with the capture."""


def course_settings(*drawn: bytes, **changes: Any) -> Settings:
    """Return the settings of an end that uses the course's certificates."""
    usual: dict[str, Any] = {
        "random": draws(*drawn),
        "now": pki.NOW,
        "server_name": pki.HOST,
        "trust": pki.trust(),
        "credentials": (pki.credential("ecdsa"), pki.credential("rsa")),
        "suites": SUITES,
    }
    return Settings(**(usual | changes))


def course_state(role: Role, suite: Suite, *drawn: bytes, **changes: Any) -> State:
    """Return the state of an end that has agreed on this suite, with randoms of 0x11 and 0x22."""
    credential = pki.credential(suite.authentication)  # type: ignore[arg-type]
    state = State(role, course_settings(*drawn)).but(
        client_random=b"\x11" * 32, server_random=b"\x22" * 32, suite=suite
    )
    if role is Role.SERVER:
        state = state.but(credential=credential)
        if suite.ephemeral:
            state = state.but(
                group=NamedGroup.x25519, signature_scheme=SCHEMES[suite.authentication]
            )
    else:
        state = state.but(peer_certificate=credential.leaf)
    return state.but(**changes)


SCHEMES = {
    "rsa": SignatureScheme.rsa_pkcs1_sha256,
    "ecdsa": SignatureScheme.ecdsa_secp256r1_sha256,
}


def framed(msg_type: HandshakeType, body: Any) -> bytes:
    """Return a handshake message around a declared struct, or around bytes as they are."""
    return frame_handshake(msg_type, body if isinstance(body, bytes) else encode(body))


def client_hello(**changes: Any) -> bytes:
    """Return the capture's ClientHello with some fields changed."""
    return framed(HandshakeType.client_hello, replace(OFFER, **changes))


def body_of(name: str, cls: type) -> Any:
    """Return a message of the capture, decoded."""
    return decode(cls, message(name)[4:])


def known(state: State) -> dict[str, Any]:
    """Return what a state knows of the handshake, to compare it; key pairs by their public half."""
    facts = {f.name: getattr(state, f.name) for f in fields(state)}
    for name in ("role", "settings", "formulae"):
        del facts[name]
    facts["key_pair"] = state.key_pair and state.key_pair.public
    return facts


@contextmanager
def refused(description: AlertDescription, reference: str = "") -> Iterator[None]:
    """Expect this alert, with a reason in words and the section that asks for it."""
    with pytest.raises(Alert) as raised:
        yield
    assert raised.value.description is description, raised.value
    assert reference in raised.value.reference
    assert len(raised.value.reason) > 10
    assert not raised.value.received


# ---- sessions

SESSION_ID = b"\x5a" * 32
SESSION = Session(
    suite=ECDHE_SUITE,
    master_secret=b"\x0c" * 48,
    extended_master_secret=True,
    server_name=pki.HOST,
    created=pki.NOW - timedelta(hours=1),
    session_id=SESSION_ID,
)


def when_done(role: Role, **changes: Any) -> State:
    """Return the state of an end whose handshake of SESSION is over."""
    state = course_state(role, ECDHE_SUITE, master_secret=SESSION.master_secret)
    return state.but(**({"server_name": pki.HOST, "extended_master_secret": True} | changes))


def extensions_of(hello: Any) -> dict[int, bytes]:
    """Return the bodies of a hello's extensions by type."""
    return {one.extension_type: one.extension_data for one in hello.extensions or ()}
