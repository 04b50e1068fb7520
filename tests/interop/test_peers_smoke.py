"""OpenSSL against OpenSSL in memory: the judge must work before it may judge us."""

import gc
from pathlib import Path

import pytest

from tlskit import peers, pki
from tlskit.peers import OpenSSLPeer, available_suites, exchange

CLIENT_RANDOM_AT = 5 + 4 + 2  # after the headers of record and message, and legacy_version
EXTENDED_MASTER_SECRET = b"\x00\x17\x00\x00"


def pair(kind, host=pki.HOST, **options):
    credential = pki.credential(kind, host)
    server = OpenSSLPeer.server([(pki.pem_chain(credential), pki.pem_key(credential))], **options)
    return OpenSSLPeer.client(pki.pem_roots(), host, **options), server


@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_both_sides_log_the_same_master_secret(kind, extended):
    client, server = pair(kind, extended_master_secret=extended)
    hello = client.data_to_send()
    server.receive(hello)
    assert (EXTENDED_MASTER_SECRET in hello) is extended
    assert exchange(client, server) == []
    assert client.done and server.done and not client.error and not server.error
    assert len(client.master_secret) == 48
    assert client.master_secret == server.master_secret
    assert f"CLIENT_RANDOM {hello[CLIENT_RANDOM_AT:][:32].hex()} " in client.key_log


@pytest.mark.parametrize("host", pki.HOSTS)
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_openssl_accepts_each_course_certificate_today(kind, host):
    client, server = pair(kind, host)
    exchange(client, server)
    assert client.done and not client.error


def test_suite_group_and_protocol_are_those_that_were_asked_for():
    options = {"suites": "ECDHE-RSA-AES256-GCM-SHA384", "group": "x25519", "alpn": ("http/1.1",)}
    client, server = pair("rsa", **options)
    hello = client.data_to_send()
    assert b"\x00\x0a\x00\x04\x00\x02\x00\x1d" in hello  # supported_groups: x25519 alone
    server.receive(hello)
    exchange(client, server)
    assert client.cipher == server.cipher == "ECDHE-RSA-AES256-GCM-SHA384"
    assert client.version == server.version == "TLSv1.2"
    assert client.alpn == server.alpn == "http/1.1"


def test_application_data_and_close_notify_arrive():
    client, server = pair("ecdsa")
    exchange(client, server)
    client.write(b"offer")
    exchange(client, server)
    assert server.read() == b"offer" and server.read() == b""
    server.write(b"answer")
    server.close()
    exchange(client, server)
    assert client.read() == b"answer"
    assert client.closed and not client.error


def test_writing_before_the_handshake_is_our_own_mistake():
    client, _ = pair("ecdsa")
    with pytest.raises(ValueError, match="not over"):
        client.write(b"too early")


def test_no_common_suite_is_an_error_on_both_sides_and_no_traceback():
    client, _ = pair("rsa", suites="ECDHE-RSA-AES128-GCM-SHA256")
    _, server = pair("rsa", suites="ECDHE-RSA-AES256-GCM-SHA384")
    assert exchange(client, server) == []
    assert server.error == "NO_SHARED_CIPHER"
    assert "HANDSHAKE_FAILURE" in client.error
    assert client.master_secret == b""


def test_a_changed_record_is_bad_record_mac():
    client, server = pair("rsa")
    exchange(client, server)
    client.write(b"x")
    record = bytearray(client.data_to_send())
    record[-1] ^= 1
    server.receive(bytes(record))
    assert "BAD_RECORD_MAC" in server.error


def test_what_is_due_after_an_error_is_still_delivered():
    class Broken:
        def __init__(self):
            self.due = b""

        def receive(self, data):
            self.due = bytes.fromhex("15 03 03 00 02 02 32")  # fatal decode_error
            raise ValueError("cannot read this")

        def data_to_send(self):
            due, self.due = self.due, b""
            return due

    client, broken = pair("rsa")[0], Broken()
    ((side, error),) = exchange(client, broken)
    assert side is broken and str(error) == "cannot read this"
    assert "DECODE_ERROR" in client.error


def test_no_file_with_a_secret_stays(monkeypatch, tmp_path):
    monkeypatch.setattr(peers.tempfile, "tempdir", str(tmp_path))
    client, server = pair("rsa")
    assert len(list(tmp_path.iterdir())) == 2  # the two key logs; chain and key are gone
    exchange(client, server)
    assert client.master_secret == server.master_secret != b""
    assert list(tmp_path.iterdir()) == []
    assert len(client.master_secret) == 48  # it is kept in memory
    unread, _ = pair("rsa")
    assert len(list(tmp_path.iterdir())) == 2
    del unread, _
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_taught_suites_are_offered_by_this_openssl():
    assert {"ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"} <= set(available_suites())


def test_key_files_say_that_they_are_public():
    folder = Path(pki.__file__).with_name("course_keys")
    keys = sorted(folder.glob("*.pem"))
    assert len(keys) >= 7
    for key in keys:
        words = key.read_text(encoding="ascii").partition("-----BEGIN")[0]
        assert "COURSE KEY" in words and "PUBLIC" in words, key.name
        assert f"`{key.name}`" in (folder / "README.md").read_text(encoding="utf-8")
