"""Records for any content, any cut, any changed bit."""

from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from by_hand import draws
from hypothesis import given, settings
from hypothesis import strategies as st

from tlskit.alerts import Alert
from tlskit.cipher_suites import SUITES, Cipher, Suite
from tlskit.messages import frame_handshake
from tlskit.records import Record, fragments, join, reassemble, split
from tlskit.registry import AlertDescription, ContentType
from tlskit.tls12.record_protection import (
    RecordKeys,
    additional_data,
    protect,
    record_keys,
    unprotect,
)

A = AlertDescription
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)


class Protection(NamedTuple):
    """What a record's protection depends on: suites that share it protect alike."""

    cipher: Cipher
    enc_key_length: int
    mac_hash: str
    encrypt_then_mac: bool = False


def protection(suite: Suite, encrypt_then_mac: bool = False) -> Protection:
    return Protection(suite.cipher, suite.enc_key_length, suite.mac_hash, encrypt_then_mac)


FIRST = {protection(suite): suite for suite in reversed(SUITES)}
"""One suite for each protection, the first of the list."""
CASES = [(suite, False) for suite in FIRST.values()] + [
    (suite, True) for suite in FIRST.values() if suite.cipher is Cipher.AES_CBC
]
every_protection = pytest.mark.parametrize(
    ("suite", "encrypt_then_mac"),
    CASES,
    ids=[suite.openssl_name + ("-etm" if etm else "") for suite, etm in CASES],
)
MAC_LENGTHS = {"sha1": 20, "sha256": 32, "sha384": 48}
IV = bytes(range(16))

contents = st.binary(max_size=100)
content_types = st.sampled_from(ContentType).map(int)
records = st.builds(Record, content_types, st.integers(0x0300, 0x03FF), contents)


def keys_of(suite: Suite, encrypt_then_mac: bool = False, filler: int = 7) -> RecordKeys:
    lengths = (suite.mac_key_length, suite.enc_key_length, suite.fixed_iv_length)
    parts = [bytes([filler + at]) * size for at, size in enumerate(lengths)]
    return record_keys(suite, *parts, encrypt_then_mac)


def raised(action: Any, *arguments: Any) -> AlertDescription:
    with pytest.raises(Alert) as found:
        action(*arguments)
    return found.value.description


# ---- split, join, fragments, reassemble


@EXAMPLES
@given(st.lists(records, max_size=5), st.lists(st.integers(0, 600), max_size=6))
def test_records_come_out_whole_however_the_stream_is_cut(sent, cuts):
    stream = b"".join(join(one) for one in sent)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    waiting, found = b"", []
    for start, stop in pairwise(edges):
        waiting += stream[start:stop]
        while True:
            record, waiting = split(waiting)
            if record is None:
                break
            found.append(record)
    assert found == sent
    assert waiting == b""


@EXAMPLES
@given(records, st.binary(max_size=20))
def test_a_record_is_split_from_what_follows(record, following):
    assert split(join(record) + following) == (record, following)
    for size in range(len(join(record))):
        assert split(join(record)[:size]) == (None, join(record)[:size])


@EXAMPLES
@given(st.binary(max_size=40))
def test_any_bytes_wait_make_a_record_or_are_refused(data):
    try:
        record, rest = split(data)
    except Alert as alert:
        assert alert.description in (A.unexpected_message, A.protocol_version, A.record_overflow)
        return
    assert (join(record) if record else b"") + rest == data


def test_what_the_header_alone_tells():
    assert raised(split, b"\x13") is A.unexpected_message
    assert raised(split, b"GET / HTTP/1.1") is A.unexpected_message
    assert raised(split, b"\x16\x02\x00\x00\x00") is A.protocol_version
    assert raised(split, b"\x16\x03\x03\x48\x01") is A.record_overflow
    assert split(b"\x16\x03\x03\x48\x00")[0] is None
    assert raised(split, b"\x16\x03\x03\x40\x01", 2**14) is A.record_overflow
    assert split(b"\x16\x03\x03\x40\x00", 2**14)[0] is None


@EXAMPLES
@given(st.binary(max_size=200), st.integers(1, 50))
def test_fragments_put_together_are_the_content(content, limit):
    cut = fragments(content, limit)
    assert b"".join(cut) == content
    assert all(0 < len(one) <= limit for one in cut) or cut == [b""]
    assert len(cut) == max(1, -(-len(content) // limit))


@EXAMPLES
@given(
    st.lists(st.binary(max_size=60).map(lambda body: frame_handshake(11, body)), max_size=5),
    st.integers(1, 30),
)
def test_messages_are_reassembled_from_any_fragments(messages, limit):
    waiting, found = b"", []
    for fragment in fragments(b"".join(messages), limit):
        waiting += fragment
        while True:
            message, waiting = reassemble(waiting)
            if message is None:
                break
            found.append(message)
    assert found == messages
    assert waiting == b""


def test_a_message_of_more_than_the_limit_is_refused_by_its_header():
    assert reassemble(b"\x0b\x00\x01\x00", 256) == (None, b"\x0b\x00\x01\x00")
    assert raised(reassemble, b"\x0b\x00\x01\x01", 256) is A.decode_error
    assert raised(reassemble, b"\x0b\xff\xff\xff") is A.decode_error


# ---- protect, unprotect


@every_protection
def test_what_is_protected_opens_again(suite, encrypt_then_mac):
    @EXAMPLES
    @given(contents, content_types, st.integers(0, 2**64 - 1))
    def holds(content, content_type, number):
        keys = keys_of(suite, encrypt_then_mac)
        fragment = protect(keys, number, content_type, content, draws(IV))
        assert unprotect(keys, number, content_type, 0x0303, fragment) == content
        overhead = len(fragment) - len(content)
        if suite.cipher is Cipher.AES_CBC:
            mac_length = MAC_LENGTHS[suite.mac_hash]
            assert 16 + mac_length + 1 <= overhead <= 16 + mac_length + 16
            assert (len(fragment) - (mac_length if encrypt_then_mac else 0)) % 16 == 0
        else:
            assert overhead == suite.record_iv_length + 16
        assert len(content) < 4 or content not in fragment

    holds()


@every_protection
def test_a_record_of_the_largest_content_opens_again(suite, encrypt_then_mac):
    content = bytes(range(256)) * 64
    fragment = protect(keys_of(suite, encrypt_then_mac), 5, 23, content, draws(IV))
    assert unprotect(keys_of(suite, encrypt_then_mac), 5, 23, 0x0303, fragment) == content


@every_protection
def test_any_flipped_bit_is_a_bad_record_mac(suite, encrypt_then_mac):
    content = b"ping, and pong"
    fragment = protect(keys_of(suite, encrypt_then_mac), 3, 23, content, draws(IV))
    for bit in range(8 * len(fragment)):
        wrong = bytearray(fragment)
        wrong[bit // 8] ^= 1 << bit % 8
        assert (
            raised(unprotect, keys_of(suite, encrypt_then_mac), 3, 23, 0x0303, bytes(wrong))
            is A.bad_record_mac
        )


@every_protection
def test_all_else_that_a_record_depends_on_is_authenticated(suite, encrypt_then_mac):
    keys = keys_of(suite, encrypt_then_mac)
    fragment = protect(keys, 3, 23, b"content", draws(IV))
    assert unprotect(keys, 3, 23, 0x0303, fragment) == b"content"
    for wrong in (
        (keys, 4, 23, 0x0303, fragment),
        (keys, 3, 22, 0x0303, fragment),
        (keys, 3, 23, 0x0302, fragment),
        (keys_of(suite, encrypt_then_mac, filler=8), 3, 23, 0x0303, fragment),
        (keys, 3, 23, 0x0303, fragment + b"\x00"),
        (keys, 3, 23, 0x0303, fragment + bytes(16)),
        (keys, 3, 23, 0x0303, fragment[:-1]),
        (keys, 3, 23, 0x0303, fragment[:-16]),
        (keys, 3, 23, 0x0303, fragment[16:]),
    ):
        assert raised(unprotect, *wrong) is A.bad_record_mac


@every_protection
def test_any_bytes_are_a_bad_record_mac_with_one_reason(suite, encrypt_then_mac):
    reasons = set()

    @EXAMPLES
    @given(st.binary(max_size=100) | st.integers(0, 9).map(lambda blocks: b"\x5a" * 16 * blocks))
    def holds(fragment):
        with pytest.raises(Alert) as found:
            unprotect(keys_of(suite, encrypt_then_mac), 0, 23, 0x0303, fragment)
        assert found.value.description is A.bad_record_mac
        reasons.add((found.value.reason, found.value.reference))

    holds()
    assert len(reasons) == 1


@every_protection
def test_equal_contents_look_different_in_each_record(suite, encrypt_then_mac):
    if suite.cipher is Cipher.AES_CBC:
        sent = {
            protect(keys_of(suite, encrypt_then_mac), 0, 23, b"same", draws(bytes([n]) * 16))
            for n in range(9)
        }
    else:
        sent = {
            protect(keys_of(suite, encrypt_then_mac), n, 23, b"same", draws()) for n in range(9)
        }
    assert len(sent) == 9


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_suites_of_one_protection_protect_alike(suite):
    """Key exchange and signature have no part in it; so the tests above are for all suites."""
    for etm in {False, suite.cipher is Cipher.AES_CBC}:
        sent = [
            protect(keys_of(one, etm), 7, 23, b"content", draws(IV))
            for one in (suite, FIRST[protection(suite)])
        ]
        assert sent[0] == sent[1]


def test_each_protection_of_the_rfcs_is_there():
    """RFC 5246 App. C, RFC 5288 §3, RFC 5289 §3, RFC 7905 §2."""
    assert {(one.cipher.name, one.enc_key_length, one.mac_hash) for one in FIRST} == {
        ("AES_GCM", 16, ""),
        ("AES_GCM", 32, ""),
        ("CHACHA20_POLY1305", 32, ""),
        ("AES_CBC", 16, "sha1"),
        ("AES_CBC", 32, "sha1"),
        ("AES_CBC", 16, "sha256"),
        ("AES_CBC", 32, "sha256"),
        ("AES_CBC", 32, "sha384"),
    }


def test_additional_data_is_13_bytes_in_the_order_of_the_rfc():
    made = additional_data(0x0102030405060708, 0x17, 0x0303, 0x1234)
    assert made.hex() == "0102030405060708 17 0303 1234".replace(" ", "")
