"""Our client with OpenSSL's server and the other way round: every suite that OpenSSL still has.

OpenSSL shares no line with us, and its key log tells what it derived.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest

from tlskit import tls12
from tlskit.cipher_suites import SUITES, Cipher, Suite, suite_named
from tlskit.connection import Connection
from tlskit.key_exchange import GROUPS
from tlskit.keylog import key_log_lines, secrets_of
from tlskit.lesson import (
    ANSWER,
    REQUEST,
    client_settings,
    openssl_client,
    openssl_server,
    server_settings,
)
from tlskit.peers import OpenSSLPeer, available_suites, exchange
from tlskit.pki import client_credential, credential, pem_chain, pem_key, pem_roots, trust
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.signatures import SCHEMES

OFFERED = frozenset(available_suites())
LONG = bytes(range(256)) * 160  # 40960 bytes: three records
CREDENTIALS: dict[str, tuple[Any, ...]] = {
    "rsa": ("rsa",),
    "ecdsa": ("ecdsa",),
    "ed25519": ("ed25519",),
    "both": ("ecdsa", "rsa"),
}
SERVING = {"rsa": ("rsa", "both"), "ecdsa": ("ecdsa", "ed25519", "both")}
"""Which certificates a server may have to serve a suite's authentication (RFC 8422 §5.3)."""


class Case(NamedTuple):
    suite: Suite
    role: str  # ours
    certificates: str
    group: NamedGroup
    extended_master_secret: bool


def cases() -> Iterator[Any]:
    """Return each combination that can be, the suites that OpenSSL has no more marked as such.

    With two certificates one group is enough: the choice of the one knows nothing of the other.
    """
    for suite, role, extended in product(SUITES, ("client", "server"), (True, False)):
        for certificates, group in product(
            SERVING[suite.authentication], GROUPS if suite.ephemeral else (None,)
        ):
            if certificates == "both" and group not in (None, GROUPS[0]):
                continue
            words = [suite.openssl_name, f"our-{role}", certificates]
            words += [group.name] if group else []
            words += ["ems" if extended else "no-ems"]
            gone = suite.openssl_name not in OFFERED
            reason = f"this OpenSSL offers {suite.openssl_name} no more"
            yield pytest.param(
                Case(suite, role, certificates, group or NamedGroup.x25519, extended),
                id="-".join(words),
                marks=pytest.mark.skipif(gone, reason=reason),
            )


def pair(case: Case) -> tuple[Connection, OpenSSLPeer]:
    """Return our end and OpenSSL's, which have nothing in common but what the case says.

    The group and extended master secret are decided by OpenSSL: our end is willing to do all.
    """
    kinds = CREDENTIALS[case.certificates]
    options: dict[str, Any] = {
        "suites": case.suite.openssl_name,
        "alpn": ("http/1.1",),
        "extended_master_secret": case.extended_master_secret,
    }
    group = case.group.name
    if case.role == "client":
        settings = client_settings(alpn=("h2", "http/1.1"))
        return Connection(settings, tls12.client()), openssl_server(*kinds, group=group, **options)
    # OpenSSL takes a certificate on P-256 only if it lists that group as well.
    if case.suite.authentication == "ecdsa" and case.certificates != "ed25519":
        group = ""
    credentials = tuple(credential(kind) for kind in kinds)
    settings = server_settings(
        alpn=("h2", "http/1.1"), credentials=credentials, groups=(case.group,)
    )
    return Connection(settings, tls12.server()), openssl_client(group=group, **options)


@pytest.mark.parametrize("case", list(cases()))
def test_both_sides_agree_and_understand_each_other(case: Case) -> None:
    ours, peer = pair(case)
    assert exchange(ours, peer) == []
    assert peer.error == ""
    assert ours.done and peer.done
    assert peer.version == "TLSv1.2"

    state = ours.state
    assert state.agreed is case.suite
    assert peer.cipher == case.suite.openssl_name
    assert state.extended_master_secret is case.extended_master_secret
    assert state.secure_renegotiation
    assert state.encrypt_then_mac is (case.suite.cipher is Cipher.AES_CBC)
    assert state.alpn.decode() == peer.alpn == "http/1.1"
    assert state.group == (case.group if case.suite.ephemeral else 0)
    assert len(state.master_secret) == 48
    assert state.master_secret == peer.master_secret
    theirs = secrets_of(peer.key_log)
    logged = {label: secret for (label, _), secret in theirs.items()}
    if "RSA" in logged:  # an older kind of line, which OpenSSL's client adds with RSA
        assert state.pre_master_secret == logged["RSA"]
        theirs = {key: secret for key, secret in theirs.items() if key[0] != "RSA"}
    assert ("RSA" in logged) == (case.role == "server" and not case.suite.ephemeral)
    assert secrets_of("\n".join(key_log_lines(state))) == theirs

    talk(ours, peer, REQUEST, ANSWER)
    talk(ours, peer, LONG, LONG[::-1])
    say_goodbye(ours, peer, first=case.role)


def talk(ours: Connection, peer: OpenSSLPeer, there: bytes, back: bytes) -> None:
    """Send something each way and see it arrive unchanged."""
    ours.write(there)
    assert exchange(ours, peer) == []
    assert peer.read() == there
    peer.write(back)
    assert exchange(peer, ours) == []
    assert ours.read() == back


def say_goodbye(ours: Connection, peer: OpenSSLPeer, first: str) -> None:
    """Close from the client's side, be it ours or not, and see both ends closed."""
    assert not ours.closed and not ours.peer_closed and not peer.closed
    if first == "client":
        ours.close()
    else:
        peer.close()
    assert exchange(ours, peer) == []
    if first == "client":
        assert peer.closed
        peer.close()  # OpenSSL answers close_notify only when it is told to
        assert exchange(peer, ours) == []
    assert ours.closed and ours.peer_closed and not ours.truncated
    assert ours.failure is None
    ours.end_of_input()
    assert peer.error == ""


def test_long_data_comes_in_three_records() -> None:
    """What the tests above send is indeed more than one record holds (RFC 5246 §6.2.1)."""
    case = Case(SUITES[0], "client", "ecdsa", NamedGroup.x25519, True)
    ours, peer = pair(case)
    exchange(ours, peer)
    ours.write(LONG)
    sent = ours.data_to_send()
    lengths = []
    while sent:
        length = int.from_bytes(sent[3:5], "big")
        assert sent[0] == 23
        lengths.append(length - 24)
        sent = sent[5 + length :]
    assert lengths == [16384, 16384, 8192]


RSA_SCHEMES = [
    SignatureScheme.rsa_pss_rsae_sha256,
    SignatureScheme.rsa_pss_rsae_sha384,
    SignatureScheme.rsa_pss_rsae_sha512,
    SignatureScheme.rsa_pkcs1_sha256,
    SignatureScheme.rsa_pkcs1_sha384,
    SignatureScheme.rsa_pkcs1_sha512,
]
# The curve in these names binds from TLS 1.3 on: in TLS 1.2 a P-256 key signs with any of the
# hashes. OpenSSL knows that as well.
ECDSA_SCHEMES = [
    SignatureScheme.ecdsa_secp256r1_sha256,
    SignatureScheme.ecdsa_secp384r1_sha384,
    SignatureScheme.ecdsa_secp521r1_sha512,
]


ED25519_SCHEMES = [SignatureScheme.ed25519]
KINDS: dict[SignatureScheme, Any] = {
    **dict.fromkeys(RSA_SCHEMES, "rsa"),
    **dict.fromkeys(ECDSA_SCHEMES, "ecdsa"),
    **dict.fromkeys(ED25519_SCHEMES, "ed25519"),
}


@pytest.mark.parametrize("scheme", KINDS, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("role", ["client", "server"])
def test_each_signature_scheme(scheme: SignatureScheme, role: str) -> None:
    """What our client alone offers, OpenSSL signs; what our server alone does, OpenSSL verifies."""
    kind = KINDS[scheme]
    suite = suite_named(f"ECDHE-{'RSA' if kind == 'rsa' else 'ECDSA'}-AES128-GCM-SHA256")
    told: dict[str, Any] = {"signature_schemes": (scheme,), "suites": (suite,)}
    if role == "client":
        ours = Connection(client_settings(**told), tls12.client())
        peer = openssl_server(kind)
    else:
        settings = server_settings(credentials=(credential(kind),), **told)
        ours, peer = Connection(settings, tls12.server()), openssl_client()
    assert exchange(ours, peer) == []
    assert ours.done and peer.done and peer.error == ""
    assert ours.state.signature_scheme == scheme
    assert ours.state.master_secret == peer.master_secret


def test_every_scheme_of_ours_is_tried() -> None:
    assert set(KINDS) == set(SCHEMES)


@pytest.mark.parametrize("role", ["client", "server"])
@pytest.mark.parametrize("scheme", KINDS, ids=lambda scheme: scheme.name)
def test_each_signature_scheme_in_certificate_verify(scheme: SignatureScheme, role: str) -> None:
    """The client proves its key with what the server alone lists (RFC 5246 §7.4.4, §7.4.8)."""
    shown = client_credential(KINDS[scheme])
    both = (scheme, SignatureScheme.ecdsa_secp256r1_sha256)
    suite = suite_named("ECDHE-ECDSA-AES128-GCM-SHA256")
    told: dict[str, Any] = {"signature_schemes": tuple(dict.fromkeys(both)), "suites": (suite,)}
    if role == "client":
        ours = Connection(client_settings(credentials=(shown,), **told), tls12.client())
        peer = openssl_server(
            "ecdsa", client_roots_pem=pem_roots(), require_client_certificate=True
        )
    else:
        asks: dict[str, Any] = {"client_certificate": "required", "trust": trust()}
        ours = Connection(server_settings(**asks, **told), tls12.server())
        peer = openssl_client(credential=(pem_chain(shown), pem_key(shown)))
    assert exchange(ours, peer) == []
    assert ours.done and peer.done and peer.error == ""
    if role == "client":
        assert ours.state.client_signature_scheme in both
        assert peer.peer_certificate == shown.chain[0]
    else:
        assert ours.state.peer_certificate == shown.leaf
