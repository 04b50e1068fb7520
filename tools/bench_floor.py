"""The floor: the bare calls of pyca/cryptography that a handshake or a record can't do without.

No messages are built or read, nothing is checked that the library doesn't check: both roles' keys,
signatures, hashes and tags, and the chain of certificates. What tlskit takes beyond is its own.
"""

import os
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import verification

from tlskit import pki
from tlskit.certificates import Credential

SHA256 = hashes.SHA256()
P256 = ec.SECP256R1()
PKCS1 = padding.PKCS1v15()
PSS = padding.PSS(padding.MGF1(SHA256), SHA256.digest_size)
ECDSA = ec.ECDSA(SHA256)
ZEROS = bytes(8)


def mac(keyed: HMAC, content: bytes) -> bytes:
    """Return the HMAC of the content, from one that took its key in before."""
    begun = keyed.copy()
    begun.update(content)
    return begun.finalize()


def prf(secret: bytes, seed: bytes, length: int) -> bytes:
    """Return P_SHA256 of a seed that begins with its label (RFC 5246 §5)."""
    keyed = HMAC(secret, SHA256)
    a = mac(keyed, seed)
    output = mac(keyed, a + seed)
    while len(output) < length:
        a = mac(keyed, a)
        output += mac(keyed, a + seed)
    return output[:length]


def verified(store: verification.Store, chain: tuple[bytes, ...]) -> object:
    """Load a chain, verify it up to the root, return the leaf's key."""
    leaf, *rest = [x509.load_der_x509_certificate(one) for one in chain]
    builder = verification.PolicyBuilder().store(store).time(pki.NOW)
    builder.build_server_verifier(x509.DNSName(pki.HOST)).verify(leaf, rest)
    return leaf.public_key()


def key_pair() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """Return a fresh P-256 key and its point."""
    key = ec.generate_private_key(P256)
    return key, key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def agree(key: ec.EllipticCurvePrivateKey, point: bytes) -> bytes:
    """Return what one side makes of its key and the other's point."""
    return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, point))


class Side:
    """One side's transcript, keys and Finished."""

    def __init__(self) -> None:
        self.hash = hashes.Hash(SHA256)

    def derive(self, pre_master_secret: bytes, randoms: bytes) -> None:
        """Make the master secret (RFC 7627) and both directions' AES-128-GCM."""
        session_hash = self.so_far()
        self.master = prf(pre_master_secret, b"extended master secret" + session_hash, 48)
        block = prf(self.master, b"key expansion" + randoms, 40)
        self.keys = AESGCM(block[:16]), AESGCM(block[16:32])
        self.ivs = block[32:36], block[36:40]

    def so_far(self) -> bytes:
        """Return the hash of what went by."""
        return self.hash.copy().finalize()

    def finished(self, label: bytes) -> bytes:
        """Return verify_data."""
        return prf(self.master, label + self.so_far(), 12)


def handshake(
    exchange: str, credential: Credential, messages: tuple[bytes, ...]
) -> Callable[[], None]:
    """Return a callable that makes all calls of one handshake, both roles.

    Args:
        exchange: "RSA", "ECDHE_RSA" or "ECDHE_ECDSA", with AES-128-GCM and extended master secret.
        messages: those of a real handshake up to ClientKeyExchange, for the hashes.
    """
    store = verification.Store([pki.root().certificate])
    private_key, chain = credential.private_key, credential.chain
    kind = (PSS, SHA256) if exchange == "ECDHE_RSA" else (ECDSA,)

    def run() -> None:
        client, server = Side(), Side()
        client_random, server_random = os.urandom(32), os.urandom(32)
        public_key = verified(store, chain)
        if exchange == "RSA":
            secret = b"\x03\x03" + os.urandom(46)
            secrets = secret, private_key.decrypt(public_key.encrypt(secret, PKCS1), PKCS1)
        else:
            server_key, server_point = key_pair()
            signed = client_random + server_random + b"\x03\x00\x17\x41" + server_point
            public_key.verify(private_key.sign(signed, *kind), signed, *kind)
            client_key, client_point = key_pair()
            secrets = agree(client_key, server_point), agree(server_key, client_point)
        for side, secret in zip((client, server), secrets, strict=True):
            for message in messages:
                side.hash.update(message)
            side.derive(secret, server_random + client_random)
        finish(client, server, 0, b"client finished")
        finish(server, client, 1, b"server finished")

    return run


def finish(sender: Side, receiver: Side, direction: int, label: bytes) -> None:
    """Send a Finished in its record, and check it."""
    message = b"\x14\x00\x00\x0c" + sender.finished(label)
    associated = ZEROS + b"\x16\x03\x03\x00\x10"
    nonce = sender.ivs[direction] + ZEROS
    record = sender.keys[direction].encrypt(nonce, message, associated)
    opened = receiver.keys[direction].decrypt(nonce, record, associated)
    if opened[4:] != receiver.finished(label):
        raise AssertionError("the floor's two sides disagree")
    sender.hash.update(message)
    receiver.hash.update(opened)


def aead(
    cipher: type[AESGCM] | type[ChaCha20Poly1305], key_size: int, size: int
) -> Callable[[], bytes]:
    """Return a callable that seals and opens one fragment."""
    made = cipher(os.urandom(key_size))
    nonce, content, associated = os.urandom(12), os.urandom(size), os.urandom(13)
    return lambda: made.decrypt(nonce, made.encrypt(nonce, content, associated), associated)


def cbc(size: int) -> Callable[[], bytes]:
    """Return a callable that seals and opens one fragment with AES-128-CBC and HMAC-SHA1."""
    key, mac_key, iv = algorithms.AES(os.urandom(16)), os.urandom(20), os.urandom(16)
    content, associated, sha1 = os.urandom(size), os.urandom(13), hashes.SHA1()
    padding_length = 16 - (size + 20) % 16

    def mac() -> HMAC:
        started = HMAC(mac_key, sha1)
        started.update(associated)
        started.update(content)
        return started

    def run() -> bytes:
        plaintext = content + mac().finalize() + bytes(padding_length)
        sealed = Cipher(key, modes.CBC(iv)).encryptor().update(plaintext)
        opened = Cipher(key, modes.CBC(iv)).decryptor().update(sealed)
        mac().verify(opened[size : size + 20])
        return opened[:size]

    return run
