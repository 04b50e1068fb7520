"""The formulae that make TLS 1.2's keys, each its own function (RFC 5246 §5, §6.3, §8.1; RFC 7627).

pre_master_secret -> master_secret -> key_block -> write keys
                                   -> verify_data of both Finished
"""

from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from tlskit.cipher_suites import Suite

PRF = Callable[[bytes, bytes, bytes, int], bytes]
"""secret, label, seed, number of bytes wanted -> so many bytes; the hash is the suite's."""

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}
MASTER_SECRET_LENGTH = 48
VERIFY_DATA_LENGTH = 12
RANDOM_LENGTH = 32


def handshake_hash(hash_name: str, handshake_messages: tuple[bytes, ...]) -> bytes:
    """Return the hash of all handshake messages so far, headers included, as they went by.

    32 bytes for "sha256", 48 for "sha384". Reference: RFC 5246 §7.4.9, RFC 7627 §3.
    """
    digest = hashes.Hash(HASHES[hash_name])
    for message in handshake_messages:
        digest.update(message)
    return digest.finalize()


def hmac(hash_name: str, key: bytes, content: bytes) -> bytes:
    """Return HMAC_hash(key, content), as long as the hash (RFC 2104 §2)."""
    return mac(HMAC(key, HASHES[hash_name]), content)


def mac(keyed: HMAC, content: bytes) -> bytes:
    """Return the HMAC of the content; `keyed` has taken its key in once for all (RFC 2104 §4)."""
    begun = keyed.copy()
    begun.update(content)
    return begun.finalize()


def p_hash(hash_name: str, secret: bytes, seed: bytes, length: int) -> bytes:
    """Stretch a secret to as many bytes as are wanted.

      A(0) = seed, A(i) = HMAC_hash(secret, A(i-1))
      P_hash(secret, seed) = HMAC_hash(secret, A(1) + seed) + HMAC_hash(secret, A(2) + seed) + ...

    Reference: RFC 5246 §5.
    """
    keyed = HMAC(secret, HASHES[hash_name])
    output = b""
    a = seed
    while len(output) < length:
        a = mac(keyed, a)
        output += mac(keyed, a + seed)
    return output[:length]


def prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Return `length` pseudo-random bytes; the label keeps apart what is made of one secret.

      PRF(secret, label, seed) = P_hash(secret, label + seed)

    Reference: RFC 5246 §5. The hash is the suite's, SHA-256 at least: also for suites whose name
    ends in SHA.

    >>> prf("sha256", b"secret", b"label", b"seed", 4).hex()
    '7ed42a23'
    """
    return p_hash(hash_name, secret, label + seed, length)


def prf_sha256(secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Return the PRF of suites with SHA-256, and of all that name no newer hash (RFC 5246 §5)."""
    return prf("sha256", secret, label, seed, length)


def prf_sha384(secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """Return the PRF of suites whose name ends in SHA384 (RFC 5289 §3.2)."""
    return prf("sha384", secret, label, seed, length)


def master_secret(
    prf: PRF, pre_master_secret: bytes, client_random: bytes, server_random: bytes
) -> bytes:
    """Return the 48-byte secret from which every key of the connection is made.

      master_secret = PRF(pre_master_secret, "master secret", client_random + server_random)[0..47]

    Reference: RFC 5246 §8.1 ("main secret" in RFC 9846 App. D). Not used if both hellos carry
    extended_master_secret: see there.

    Args:
        prf: the suite's PRF, as `prf_sha256`.
        pre_master_secret: 48 bytes for RSA (§7.4.7.1); for ECDHE the shared secret, 32 bytes with
            x25519 and secp256r1 (RFC 8422 §5.10).
        client_random, server_random: 32 bytes each, in this order. `key_block` takes them the
            other way round (RFC 5246 §6.3): the commonest mistake, and nothing fails before
            Finished.

    Raises: ValueError if a random is not 32 bytes.

    >>> master_secret(prf_sha256, bytes(48), bytes(32), bytes(32)).hex()[:16]
    '49cfaee55b8692d3'
    """
    check_random("client_random", client_random)
    check_random("server_random", server_random)
    seed = client_random + server_random
    return prf(pre_master_secret, b"master secret", seed, MASTER_SECRET_LENGTH)


def extended_master_secret(prf: PRF, pre_master_secret: bytes, session_hash: bytes) -> bytes:
    """Return the 48-byte master secret, bound to all that both sides said up to here.

      master_secret = PRF(pre_master_secret, "extended master secret", session_hash)[0..47]

    The session hash covers every handshake message up to and with ClientKeyExchange; the randoms
    are in there, inside the hellos. Reference: RFC 7627 §4 ("extended_main_secret" in RFC 9846).
    """
    return prf(pre_master_secret, b"extended master secret", session_hash, MASTER_SECRET_LENGTH)


def key_block(
    prf: PRF, master_secret: bytes, server_random: bytes, client_random: bytes, length: int
) -> bytes:
    """Return the bytes that are cut into MAC keys, write keys and IVs.

      key_block = PRF(master_secret, "key expansion", server_random + client_random)

    Reference: RFC 5246 §6.3. The server's random comes first here.

    Raises: ValueError if the master secret is not 48 bytes or a random is not 32.
    """
    if len(master_secret) != MASTER_SECRET_LENGTH:
        raise ValueError(f"a master_secret is 48 bytes, not {len(master_secret)}")
    check_random("client_random", client_random)
    check_random("server_random", server_random)
    return prf(master_secret, b"key expansion", server_random + client_random, length)


def partition(suite: Suite, key_block: bytes) -> dict[str, bytes]:
    """Cut the key block into its six parts, in their order; parts a suite has no use for are empty.

    Reference: RFC 5246 §6.3; the IVs are the fixed half of a nonce (RFC 5288 §3: 4 bytes;
    RFC 7905 §2: 12), and CBC takes none, its IVs travel with the records
    (RFC 5246 §6.2.3.2).

    Raises: ValueError if the key block is not as long as the suite needs.
    """
    if len(key_block) != suite.key_block_length:
        wanted = suite.key_block_length
        raise ValueError(f"{suite.name} needs a key_block of {wanted} bytes, not {len(key_block)}")
    parts = {}
    at = 0
    for name, size in (
        ("write_MAC_key", suite.mac_key_length),
        ("write_key", suite.enc_key_length),
        ("write_IV", suite.fixed_iv_length),
    ):
        for side in ("client", "server"):
            parts[f"{side}_{name}"] = key_block[at : at + size]
            at += size
    return parts


def verify_data(prf: PRF, master_secret: bytes, label: bytes, handshake_hash: bytes) -> bytes:
    """Return the 12 bytes that a Finished message carries.

      verify_data = PRF(master_secret, finished_label, Hash(handshake_messages))[0..11]

    Reference: RFC 5246 §7.4.9. The label is b"client finished" or b"server finished", after who
    sends it; the hash covers all handshake messages before this one, and the second Finished
    covers the first.
    """
    return prf(master_secret, label, handshake_hash, VERIFY_DATA_LENGTH)


def check_random(name: str, value: bytes) -> None:
    """Raise ValueError unless a random is 32 bytes (RFC 5246 §7.4.1.2)."""
    if len(value) != RANDOM_LENGTH:
        hint = "; it is empty until the hello that brings it" if not value else ""
        raise ValueError(f"{name} must be 32 bytes, not {len(value)}{hint}")
