"""TLS 1.3's contestants: tlskit, the bare library's calls, OpenSSL; handshakes and records."""

import os
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench_floor import ECDSA, PSS, SHA256, verified
from bench_peers import Contexts, SSLPair, ssl_contexts
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.x509 import verification

from tlskit import pki, tls13
from tlskit.certificates import Credential
from tlskit.cipher_suites import TLS_1_3_SUITES
from tlskit.connection import Connection
from tlskit.key_exchange import HYBRID
from tlskit.registry import NamedGroup, SignatureScheme
from tlskit.sessions import TicketKeys
from tlskit.settings import Settings
from tlskit.tls13.record_protection import protect, record_keys, unprotect
from tlskit.trace import Call

SUITE = TLS_1_3_SUITES[0]
SCHEMES = (SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256)
ZEROS = bytes(32)
Pair = tuple[Connection, Connection]


def both_settings(kind: str, group: NamedGroup) -> tuple[Settings, Settings]:
    """Return what client and server are told: one suite, one group, fresh randomness."""
    told: dict[str, Any] = {
        "random": os.urandom,
        "now": pki.NOW,
        "tls13_suites": (SUITE,),
        "groups": (group,),
        "signature_schemes": SCHEMES,
    }
    client = Settings(**told, server_name=pki.HOST, trust=pki.trust())
    return client, Settings(**told, credentials=(pki.credential(kind),))


def between(client: Settings, server: Settings, traced: bool = False) -> Callable[[], Pair]:
    """Return a callable that does one handshake between ends with these settings."""

    def run() -> Pair:
        calls: list[Call] | None = [] if traced else None
        one = Connection(client, tls13.client(), calls)
        other = Connection(server, tls13.server(), calls)
        other.receive(one.data_to_send())
        one.receive(other.data_to_send())
        other.receive(one.data_to_send())
        one.receive(other.data_to_send())
        if not (one.done and other.done):
            raise AssertionError("the handshake did not come about")
        return one, other

    return run


def handshake(kind: str, group: NamedGroup, traced: bool = False) -> Callable[[], Pair]:
    """Return a callable that does one whole handshake of two Connections."""
    return between(*both_settings(kind, group), traced)


def resumed(traced: bool = False) -> Callable[[], Pair]:
    """Do a full handshake; return a callable that goes on with its ticket each time."""
    client, server = both_settings("ecdsa", NamedGroup.x25519)
    server = replace(server, ticket_keys=TicketKeys(os.urandom), tickets=1)
    one, _ = between(client, server)()
    run = between(replace(client, session=one.session), replace(server, tickets=0), traced)
    if not run()[0].state.resumed:
        raise AssertionError("the ticket was not taken")
    return run


# ---- the floor


def label(name: bytes, context: bytes, length: int) -> bytes:
    """Return an HkdfLabel (RFC 9846 §7.1)."""
    whole = b"tls13 " + name
    head = length.to_bytes(2, "big") + bytes([len(whole)]) + whole
    return head + bytes([len(context)]) + context


def expand(secret: bytes, name: bytes, context: bytes = b"", length: int = 32) -> bytes:
    """Return HKDF-Expand-Label."""
    return HKDFExpand(SHA256, length, label(name, context, length)).derive(secret)


class Side:
    """One side's transcript and secrets: the calls that a handshake can't do without."""

    def __init__(self, psk: bytes = ZEROS) -> None:
        self.hash = hashes.Hash(SHA256)
        self.empty = hashes.Hash(SHA256).finalize()
        self.secret = HKDF.extract(SHA256, None, psk)

    def so_far(self) -> bytes:
        """Return the hash of what went by."""
        return self.hash.copy().finalize()

    def next_secret(self, material: bytes, *names: bytes) -> list[bytes]:
        """Go on to the next secret; return traffic secrets of it."""
        salt = expand(self.secret, b"derived", self.empty)
        self.secret = HKDF.extract(SHA256, salt, material)
        so_far = self.so_far()
        return [expand(self.secret, name, so_far) for name in names]

    def finished(self, base: bytes) -> bytes:
        """Return verify_data."""
        keyed = HMAC(expand(base, b"finished"), SHA256)
        keyed.update(self.so_far())
        return keyed.finalize()


def aead(secret: bytes) -> tuple[AESGCM, bytes]:
    """Return a direction's cipher and IV."""
    return AESGCM(expand(secret, b"key", b"", 16)), expand(secret, b"iv", b"", 12)


def exchange_x25519() -> tuple[bytes, bytes]:
    """Return what both sides make of fresh keys."""
    keys = [x25519.X25519PrivateKey.generate() for _ in range(2)]
    points = [key.public_key().public_bytes_raw() for key in keys]
    load = x25519.X25519PublicKey.from_public_bytes
    return keys[0].exchange(load(points[1])), keys[1].exchange(load(points[0]))


def exchange_hybrid() -> tuple[bytes, bytes]:
    """Return the same of X25519MLKEM768."""
    key = mlkem.MLKEM768PrivateKey.generate()
    raw = key.public_key().public_bytes_raw()
    secret, ciphertext = mlkem.MLKEM768PublicKey.from_public_bytes(raw).encapsulate()
    one, other = exchange_x25519()
    return key.decapsulate(ciphertext) + one, secret + other


def floor(pair: Pair, credential: Credential | None, hybrid: bool = False) -> Callable[[], None]:
    """Return a callable that makes all calls of one handshake, both roles.

    Args:
        pair: a real handshake, for its messages.
        credential: the server's, None for a PSK.
    """
    messages = pair[0].state.handshake_messages
    store = verification.Store([pki.root().certificate])
    kind = (PSS, SHA256) if credential and credential.kind == "rsa" else (ECDSA,)
    exchange = exchange_hybrid if hybrid else exchange_x25519

    def run() -> None:
        sides = Side(), Side()
        if credential is None:
            for side in sides:
                binder = expand(side.secret, b"res binder", side.empty)
                side.hash.update(messages[0][:-35])
                side.finished(binder)
                side.hash = hashes.Hash(SHA256)
        for side, material in zip(sides, exchange(), strict=True):
            for message in messages[:2]:
                side.hash.update(message)
            side.traffic = side.next_secret(material, b"c hs traffic", b"s hs traffic")
            side.ciphers = [aead(one) for one in side.traffic]
            for message in messages[2:-1]:
                side.hash.update(message)
        if credential is not None:
            content = bytes(64) + b"TLS 1.3, server CertificateVerify\0" + sides[0].so_far()
            signature = credential.private_key.sign(content, *kind)
            verified(store, credential.chain).verify(signature, content, *kind)
        for side in sides:
            for one in side.traffic:
                side.finished(one)
        (seal, iv), (opens, _) = sides[1].ciphers[1], sides[0].ciphers[1]
        for message in messages[2:]:
            opens.decrypt(iv, seal.encrypt(iv, message, b"header"), b"header")
        for side in sides:
            names = (b"c ap traffic", b"s ap traffic", b"exp master", b"res master")
            for one in side.next_secret(ZEROS, *names)[:2]:
                aead(one)
            side.hash.update(messages[-1])

    return run


# ---- OpenSSL, and records


def contexts(credential: Credential, tickets: int = 0) -> Contexts:
    """Return OpenSSL's contexts for TLS 1.3."""
    made = ssl_contexts("DEFAULT", credential, tickets=bool(tickets))
    for context in made:
        context.maximum_version = ssl.TLSVersion.TLSv1_3
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_ecdh_curve("X25519")
    made[1].num_tickets = tickets
    return made


def ssl_handshake(credential: Credential) -> Callable[[], SSLPair]:
    """Return a callable that does one handshake with contexts made beforehand."""
    both = contexts(credential)
    return lambda: SSLPair(both)


def record(size: int) -> Callable[[], bytes]:
    """Return a callable that protects one record and opens it."""
    keys, content = record_keys(SUITE, os.urandom(32)), os.urandom(size)

    def run() -> bytes:
        fragment = protect(keys, 7, 23, content, os.urandom)
        return unprotect(keys, 7, 23, 0x0303, fragment)[1]

    return run


def carry(size: int) -> Callable[[], bytes]:
    """Return a callable that sends content through two Connections: write, receive, read."""
    one, other = handshake("ecdsa", NamedGroup.x25519)()
    content = os.urandom(size)

    def run() -> bytes:
        one.write(content)
        other.receive(one.data_to_send())
        return other.read()

    if run() != content:
        raise AssertionError("other bytes came out than went in")
    return run


CASES: dict[str, tuple[str, NamedGroup]] = {
    "X25519, ECDSA": ("ecdsa", NamedGroup.x25519),
    "X25519, RSA": ("rsa", NamedGroup.x25519),
    "X25519MLKEM768, ECDSA": ("ecdsa", HYBRID),
}


def contestants(name: str) -> dict[str, Callable[[], object]]:
    """Return who does a handshake of CASES, or "PSK", side by side."""
    if name == "PSK":
        run = resumed()
        return {
            "floor: bare pyca calls": floor(run(), None),
            "tlskit": run,
            "tlskit with the trace": resumed(traced=True),
        }
    kind, group = CASES[name]
    credential = pki.credential(kind)
    run = handshake(kind, group)
    found: dict[str, Callable[[], object]] = {
        "floor: bare pyca calls": floor(run(), credential, group == HYBRID),
        "tlskit": run,
        "tlskit with the trace": handshake(kind, group, traced=True),
    }
    if group != HYBRID:  # Python's OpenSSL may not have it
        found["ssl (OpenSSL), contexts reused"] = ssl_handshake(credential)
    return found
