"""The PRF and what is made with it, against published pairs and against plain HMAC."""

import hashlib
import hmac
from functools import partial

import pytest
from read_vectors import read_json, title, wycheproof

from tlskit.cipher_suites import SUITES, suite_named
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import (
    extended_master_secret,
    key_block,
    master_secret,
    partition,
    prf,
    prf_sha256,
    prf_sha384,
    verify_data,
)

PAIRS = read_json("tls12_prf.json")["vectors"]
CLIENT_RANDOM, SERVER_RANDOM = bytes(range(32)), bytes(range(32, 64))


def plain_prf(hash_name: str, secret: bytes, label: bytes, seed: bytes, length: int) -> bytes:
    """RFC 5246 §5 once more, from the standard library's HMAC."""
    mac = partial(hmac.digest, secret, digest=hash_name)
    a, output = label + seed, b""
    while len(output) < length:
        a = mac(a)
        output += mac(a + label + seed)
    return output[:length]


@pytest.mark.parametrize("pair", PAIRS, ids=[pair["hash"] for pair in PAIRS])
def test_published_pairs(pair):
    hash_name = pair["hash"].lower().replace("-", "")
    secret, seed = bytes.fromhex(pair["secret"]), bytes.fromhex(pair["seed"])
    label = pair["label"].encode()
    output = bytes.fromhex(pair["output"])
    assert prf(hash_name, secret, label, seed, pair["octets"]) == output
    short = {"sha256": prf_sha256, "sha384": prf_sha384}[hash_name]
    assert short(secret, label, seed, pair["octets"]) == output


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
@pytest.mark.parametrize("length", [0, 1, 12, 31, 32, 33, 48, 49, 104, 200])
def test_every_length_is_cut_from_the_same_stream(hash_name, length):
    arguments = (b"secret", b"label", b"seed")
    whole = plain_prf(hash_name, *arguments, 200)
    assert prf(hash_name, *arguments, length) == whole[:length]


def test_hmac_of_wycheproof():
    for group, test in wycheproof("hmac_sha256"):
        made = key_schedule.hmac("sha256", bytes.fromhex(test["key"]), bytes.fromhex(test["msg"]))
        tag = bytes.fromhex(test["tag"])
        assert len(tag) * 8 == group["tagSize"]
        assert (made[: len(tag)] == tag) is (test["result"] == "valid"), title(test)


@pytest.mark.parametrize("suite_hash", ["sha256", "sha384"])
def test_each_formula_has_its_own_label_and_seed(suite_hash):
    ours, plain = partial(prf, suite_hash), partial(plain_prf, suite_hash)
    secret, digest = b"\x03" * 48, b"\x05" * 32
    assert master_secret(ours, secret, CLIENT_RANDOM, SERVER_RANDOM) == plain(
        secret, b"master secret", CLIENT_RANDOM + SERVER_RANDOM, 48
    )
    assert extended_master_secret(ours, secret, digest) == plain(
        secret, b"extended master secret", digest, 48
    )
    assert key_block(ours, secret, SERVER_RANDOM, CLIENT_RANDOM, 104) == plain(
        secret, b"key expansion", SERVER_RANDOM + CLIENT_RANDOM, 104
    )
    for label in (b"client finished", b"server finished"):
        assert verify_data(ours, secret, label, digest) == plain(secret, label, digest, 12)


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
def test_handshake_hash_is_the_hash_of_all_messages_in_a_row(hash_name):
    messages = (b"\x01\x00\x00\x00", b"\x02\x00\x00\x01x")
    made = key_schedule.handshake_hash(hash_name, messages)
    assert made == hashlib.new(hash_name, b"\x01\x00\x00\x00\x02\x00\x00\x01x").digest()


# Sizes in bytes by suite: MAC key, write key, fixed IV (RFC 5246 App. C, RFC 5288 §3,
# RFC 7905 §2); the hash at the end of an AEAD suite's name is the PRF's alone.
SIZES = {
    "AES_128_GCM": (0, 16, 4),
    "AES_256_GCM": (0, 32, 4),
    "CHACHA20_POLY1305": (0, 32, 12),
    "AES_128_CBC_SHA": (20, 16, 0),
    "AES_256_CBC_SHA": (20, 32, 0),
    "AES_128_CBC_SHA256": (32, 16, 0),
    "AES_256_CBC_SHA256": (32, 32, 0),
    "AES_256_CBC_SHA384": (48, 32, 0),
}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_key_block_is_cut_in_the_order_of_the_rfc(suite):
    protection = suite.name.partition("_WITH_")[2]
    sizes = SIZES[protection] if "CBC" in protection else SIZES[protection.rpartition("_")[0]]
    block = bytes(range(2 * sum(sizes)))
    assert suite.key_block_length == len(block)
    parts = partition(suite, block)
    assert b"".join(parts.values()) == block
    assert list(parts) == [
        "client_write_MAC_key",
        "server_write_MAC_key",
        "client_write_key",
        "server_write_key",
        "client_write_IV",
        "server_write_IV",
    ]
    assert [len(part) for part in parts.values()] == [size for size in sizes for _ in range(2)]


def test_misuse_is_a_value_error_that_says_what_came():
    with pytest.raises(ValueError, match=r"client_random must be 32 bytes, not 31"):
        master_secret(prf_sha256, bytes(48), bytes(31), bytes(32))
    with pytest.raises(ValueError, match=r"server_random must be 32 bytes, not 0; it is empty"):
        master_secret(prf_sha256, bytes(48), bytes(32), b"")
    with pytest.raises(ValueError, match=r"a master_secret is 48 bytes, not 32"):
        key_block(prf_sha256, bytes(32), bytes(32), bytes(32), 40)
    with pytest.raises(ValueError, match=r"client_random must be 32 bytes, not 33"):
        key_block(prf_sha256, bytes(48), bytes(32), bytes(33), 40)
    with pytest.raises(ValueError, match=r"needs a key_block of 40 bytes, not 39"):
        partition(suite_named("ECDHE-RSA-AES128-GCM-SHA256"), bytes(39))
