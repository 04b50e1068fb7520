"""What the lesson on key generation says happens: each of it, really run."""

import hashlib
import hmac as plain_hmac
from functools import partial

import pytest
from read_vectors import read_json

from tlskit import tls12
from tlskit.checkpoints import checkpoint
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.labs import key_generation as lab
from tlskit.lesson import Choice
from tlskit.tls12.key_schedule import hmac, p_hash, prf

SHA256 = partial(hmac, "sha256")
PLAIN = Choice(lab.GCM, extended_master_secret=False)


def zeros(prf, pre_master_secret, client_random, server_random):
    return bytes(48)


def wrong_order(prf, master_secret, server_random, client_random, length):
    return prf(master_secret, b"key expansion", client_random + server_random, length)


def without_randoms(prf, master_secret, server_random, client_random, length):
    return prf(master_secret, b"key expansion", b"", length)


# ---- P_hash


def test_the_published_value_is_the_one_of_the_vectors():
    pairs = read_json("tls12_prf.json")["vectors"]
    pair = next(one for one in pairs if one["hash"] == "SHA-256")
    published = lab.PUBLISHED
    assert published.secret.hex() == pair["secret"]
    assert published.label.decode() == pair["label"]
    assert published.seed.hex() == pair["seed"]
    assert published.output.hex() == pair["output"]
    assert prf(*published[:4], len(published.output)) == published.output


@pytest.mark.parametrize(
    ("length", "number"), [(1, 1), (32, 1), (33, 2), (48, 2), (80, 3), (100, 4)]
)
def test_rounds_are_as_many_as_the_rfc_counts_and_their_blocks_are_p_hash(length, number):
    made = lab.rounds(SHA256, b"secret", b"seed", length)
    assert len(made) == number
    output = b"".join(block for _, block in made)
    assert output[:length] == p_hash("sha256", b"secret", b"seed", length)


# ---- the key block


def test_the_suites_shown_are_one_for_each_protection():
    names = lab.protections()
    ends = [name.partition("_WITH_")[2] for name in names]
    assert sorted(ends) == sorted({suite.name.partition("_WITH_")[2] for suite in SUITES})


@pytest.mark.parametrize(
    ("suite", "size", "hash_name"),
    [
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 40, "sha256"),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 88, "sha256"),
        ("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 72, "sha256"),
        ("TLS_RSA_WITH_AES_256_CBC_SHA256", 128, "sha256"),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", 160, "sha384"),
    ],
)
def test_what_a_handshake_really_cut(suite, size, hash_name):
    assert lab.key_block_size(suite) == size == suite_named(suite).key_block_length
    assert lab.cut(suite).hash_name == hash_name


@pytest.mark.parametrize("suite", lab.protections())
def test_the_key_block_of_a_suite_is_the_same_in_every_run(suite):
    assert lab.cut(suite) == lab.cut(suite)


def test_a_prf_with_sha1_is_refused_by_openssl_though_the_suite_ends_in_sha(monkeypatch):
    def sha1(hash_name, secret, label, seed, length):
        mac = partial(plain_hmac.digest, secret, digest=hashlib.sha1)
        a, output = label + seed, b""
        while len(output) < length:
            a = mac(a)
            output += mac(a + label + seed)
        return output[:length]

    monkeypatch.setattr(lab, "GCM", suite_named("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"))
    assert lab.with_openssl().accepted
    assert lab.with_openssl(prf=sha1).outcome == "bad_record_mac"


# ---- one bit


def test_each_flip_changes_about_half_and_one_flip_is_one_bit():
    state = checkpoint("generate_keys", "client", PLAIN).after
    bits = lab.flips(state)
    assert [flip.bit for flip in bits] == list(range(256))
    assert all(0.35 < flip.share < 0.65 for flip in bits)
    assert lab.how_much(bits) == "half"
    assert lab.differing(state.client_random, lab.flipped(state.client_random, 9)) == [9]


def test_before_the_keys_are_made_the_same_flips_come_out():
    moment = checkpoint("generate_keys", "client", PLAIN)
    assert lab.flips(moment.state) == lab.flips(moment.after)


def test_a_formula_that_leaves_the_random_out_shows_no_change():
    bits = lab.flips(checkpoint("generate_keys").after, without_randoms)
    assert {flip.changed for flip in bits} == {()}
    assert lab.how_much(bits) == "none"


def test_one_and_all_are_said_too():
    assert lab.how_much([lab.Flip(0, (3,), 320)]) == "one"
    assert lab.how_much([lab.Flip(0, tuple(range(320)), 320)]) == "all"


# ---- with OpenSSL


@pytest.mark.parametrize("extended", [False, True])
def test_randoms_in_the_wrong_order_are_found_at_finished(extended):
    judged = lab.with_openssl(extended, key_block=wrong_order)
    assert judged.outcome == "bad_record_mac" and not judged.accepted
    assert "send_finished" in judged.called and "receive_finished" not in judged.called


def test_a_master_secret_of_zeros_is_refused_without_the_extension():
    judged = lab.with_openssl(master_secret=zeros)
    assert judged.outcome == "bad_record_mac"
    assert "master_secret" in judged.called


def test_a_master_secret_of_zeros_changes_nothing_with_the_extension_for_it_is_never_called():
    judged = lab.with_openssl(extended=True, master_secret=zeros)
    assert judged.accepted and judged.outcome == "nothing"
    assert "master_secret" not in judged.called
    assert "extended_master_secret" in judged.called
    spoilt = lab.with_openssl(
        extended=True, extended_master_secret=lambda prf, pre, hash: bytes(48)
    )
    assert spoilt.outcome == "bad_record_mac"


def test_the_session_hash_is_in_the_extended_formula_and_no_random():
    judged = lab.with_openssl(extended=True)
    called = [one for call in judged.calls for one in call.walk()]
    made = next(one for one in called if one.name == "extended_master_secret")
    keys = next(one for one in called if one.name == "generate_keys")
    state = keys.arguments["state"]
    everything = b"".join(state.handshake_messages)
    assert made.arguments["session_hash"] == hashlib.sha256(everything).digest()
    assert state.handshake_messages[-1][0] == 16  # client_key_exchange
    assert state.client_random in everything and state.server_random in everything


def test_what_is_no_alert_is_raised():
    def broken(prf, master_secret, server_random, client_random, length):
        return "text"

    with pytest.raises(Exception, match="broken returned str"):
        lab.with_openssl(key_block=broken)


# ---- resumption


def test_a_resumed_connection_has_the_master_secret_and_other_keys():
    first, again = lab.two_connections()
    assert again.resumed and first.master_secret == again.master_secret
    assert first.key_block != again.key_block


def test_without_randoms_a_resumed_connection_has_the_old_keys():
    first, again = lab.two_connections(key_block=without_randoms)
    assert again.resumed and first.key_block == again.key_block


def test_the_formulae_of_the_course_stay_as_they_are():
    assert tls12.FORMULAE.key_block is not without_randoms
    assert tls12.FORMULAE.master_secret is not zeros
