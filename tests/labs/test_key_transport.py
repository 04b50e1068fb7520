"""RSA key transport: sizes on the wire, damaged secrets, and a server that does not tell."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import padding

from tlskit import tls12
from tlskit.checks.lesson_05 import right_unpad
from tlskit.labs.key_transport import (
    EXCHANGES,
    KEY,
    RECORDS,
    TELLING,
    all_answers,
    answers,
    body_of,
    described,
    exponents,
    last_byte_flipped,
    padded,
    parts,
    pick_exchange,
    raised,
    spoilt,
    transported,
    with_openssl,
)
from tlskit.lesson import lesson_random
from tlskit.trace import ReplacementError

SIZES = {"RSA-2048": 258, "x25519": 33, "P-256": 66, "P-384": 98, "P-521": 134}


@pytest.mark.parametrize("name", EXCHANGES)
def test_bodies_of_client_key_exchange(name):
    body = body_of(name)
    assert len(body) == SIZES[name]
    rows, said = pick_exchange(name)
    assert dict(rows)["body of ClientKeyExchange"] == f"{SIZES[name]} bytes"
    assert said.endswith(f"{SIZES[name]} bytes.")


def test_ecdhe_sends_the_clients_public_key_and_rsa_an_encrypted_secret():
    client = transported("x25519").client.state
    assert body_of("x25519")[1:] == client.key_pair.public
    secret = KEY.decrypt(body_of("RSA-2048")[2:], padding.PKCS1v15())
    assert secret == transported("RSA-2048").client.state.pre_master_secret
    assert "in Certificate" in described("RSA-2048")[0][1]
    assert "in ServerKeyExchange" in described("P-256")[0][1]


def test_our_block_is_the_librarys():
    block = padded(b"\x03\x03" + bytes(46), lesson_random("any"))
    assert len(block) == 256 and 0 not in block[2:207] and block[207] == 0
    encrypted = raised(block, exponents()[0])
    assert KEY.decrypt(encrypted, padding.PKCS1v15()) == right_unpad(block)
    theirs = KEY.public_key().encrypt(b"theirs", padding.PKCS1v15())
    assert right_unpad(raised(theirs, exponents()[1])) == b"theirs"
    assert [place for _, place, _ in parts(block)] == [
        "0–1", "2–206", "207–207", "208–209", "210–255",
    ]  # fmt: skip


def test_a_damaged_secret_is_met_with_silence_up_to_finished():
    harmed = answers(last_byte_flipped)
    assert harmed.rows == [
        ("ClientKeyExchange", "nothing"),
        ("ChangeCipherSpec", "nothing"),
        ("Finished", "bad_record_mac"),
    ]
    assert harmed.first == ("Finished", "bad_record_mac")


def test_an_unharmed_secret_is_answered_by_the_servers_finished():
    sound = answers(lambda encrypted: encrypted)
    assert sound.rows[-1] == ("Finished", "its own Finished") and sound.first == ("", "")


def test_four_ways_to_be_wrong_look_alike():
    assert {row[1:] for row in all_answers()} == {("Finished", "bad_record_mac")}
    assert [row[0] for row in all_answers()] == list(spoilt())


def test_a_server_that_tells_can_be_asked_whether_the_padding_is_right():
    told = dict((name, rest) for name, *rest in all_answers(TELLING))
    assert told["the padding begins with 00 01"] == ["ClientKeyExchange", "decrypt_error"]
    padding_right = [rest for name, rest in told.items() if "00 01" not in name]
    assert ["ClientKeyExchange", "decrypt_error"] not in padding_right
    assert told["sound padding, a secret of his own"][0] == RECORDS[-1]


def test_openssl_gets_through_to_a_server_that_decrypts_and_not_to_one_that_does_not():
    assert with_openssl(tls12.FORMULAE) and with_openssl(TELLING)

    def never(private_key, encrypted, client_version, instead):
        return client_version.to_bytes(2) + instead

    assert not with_openssl(replace(tls12.FORMULAE, decrypt_pre_master_secret=never))


def test_a_formula_that_raises_is_named():
    def mine(private_key, encrypted, client_version, instead):
        raise ValueError("bad padding")

    with pytest.raises(ReplacementError, match="mine raised ValueError: bad padding"):
        with_openssl(replace(tls12.FORMULAE, decrypt_pre_master_secret=mine))
