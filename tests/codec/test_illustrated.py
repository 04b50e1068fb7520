"""The illustrated TLS 1.2 connection: every message, key and record, to the same bytes."""

import dpkt
import pytest
from by_hand import (
    CA,
    CBC_SUITE,
    CREDENTIAL,
    LEAF,
    LEAF_DER,
    MASTER_SECRET,
    OFFER,
    PRE_MASTER_SECRET,
    draws,
    heard,
    pair_of,
)
from read_vectors import (
    CLIENT_RECORDS,
    HANDSHAKE,
    HERE,
    SERVER_RECORDS,
    illustrated,
    illustrated_text,
    message,
    read_json,
    record,
)

from tlskit.extensions import CLIENT_BODIES, SERVER_BODIES
from tlskit.hello import asked_host_name, downgrade_sentinel, read_client_hello, read_extensions
from tlskit.key_exchange import shared_secret
from tlskit.keylog import key_log_lines, secrets_of
from tlskit.messages import (
    BODIES,
    Certificate,
    ClientECDiffieHellmanPublic,
    ServerECDHParams,
    ServerHello,
    ServerKeyExchange,
    explain_handshake,
    frame_handshake,
    unframe_handshake,
)
from tlskit.order import Role
from tlskit.presentation import decode, encode
from tlskit.records import Record, join, reassemble, split
from tlskit.registry import (
    ECCurveType,
    ExtensionType,
    HandshakeType,
    NamedGroup,
    SignatureScheme,
)
from tlskit.signatures import sign, verify_signature
from tlskit.tls12 import key_schedule
from tlskit.tls12.key_schedule import prf_sha256, verify_data
from tlskit.tls12.negotiation import server_ecdh_params_to_sign
from tlskit.tls12.record_protection import additional_data, mac, protect, record_keys, unprotect
from tlskit.tls12.state import State

ALL_BODIES = BODIES | {HandshakeType.client_key_exchange: ClientECDiffieHellmanPublic}
CLIENT_RANDOM, SERVER_RANDOM = illustrated("client_random"), illustrated("server_random")
MAC_SIZE = 20

# Whose keys, the record's number under them, its content type, and how long its content is.
PROTECTED = {
    "clientfinished": ("client", 0, 22, 16),
    "clientdata": ("client", 1, 23, 4),
    "clientalert": ("client", 2, 21, 2),
    "serverfinished": ("server", 0, 22, 16),
    "serverdata": ("server", 1, 23, 4),
}


def plain(name: str) -> bytes:
    """Return what the capture's files show behind a protected record: content, MAC, padding."""
    return record(f"{name}plain")


def content(name: str) -> bytes:
    return plain(name)[: PROTECTED[name][3]]


def split_all(stream: bytes) -> list[Record]:
    records = []
    while stream:
        found, stream = split(stream)
        assert found is not None, f"{len(stream)} bytes of no whole record"
        records.append(found)
    return records


def streams() -> dict[str, bytes]:
    """Return what each side sent in the .pcap, put together from its TCP segments."""
    segments: dict[int, dict[int, bytes]] = {}
    with (HERE / "illustrated_tls12.pcap").open("rb") as file:
        for _, packet in dpkt.pcap.Reader(file):
            tcp = dpkt.loopback.Loopback(packet).data.data
            if tcp.data:
                segments.setdefault(tcp.dport, {})[tcp.seq] = bytes(tcp.data)
    to_server, to_client = (
        b"".join(parts[seq] for seq in sorted(parts)) for _, parts in sorted(segments.items())
    )
    return {"client": to_server, "server": to_client}


def test_the_pcap_holds_the_records_of_the_json_in_their_order():
    sent = streams()
    assert sent["client"] == b"".join(record(name) for name in CLIENT_RECORDS)
    assert sent["server"] == b"".join(record(name) for name in SERVER_RECORDS)


@pytest.mark.parametrize("side", ["client", "server"])
def test_the_pcap_is_read_and_written_to_the_same_bytes(side):
    stream = streams()[side]
    records = split_all(stream)
    assert b"".join(join(one) for one in records) == stream
    names = CLIENT_RECORDS if side == "client" else SERVER_RECORDS
    assert [join(one) for one in records] == [record(name) for name in names]
    seen = b"".join(one.fragment for one in records if one.content_type == 22)
    while len(seen) > 100:  # what is left is the protected Finished
        found, seen = reassemble(seen)
        assert found is not None
        msg_type, body = unframe_handshake(found)
        value = decode(ALL_BODIES[msg_type], body)
        assert frame_handshake(msg_type, encode(value)) == found


@pytest.mark.parametrize("name", HANDSHAKE)
def test_each_message_decodes_and_encodes_to_the_same_bytes(name):
    msg_type, body = unframe_handshake(message(name))
    value = decode(ALL_BODIES[msg_type], body)
    assert encode(value) == body
    assert frame_handshake(msg_type, encode(value)) == message(name)


@pytest.mark.parametrize("name", HANDSHAKE)
def test_each_message_is_explained_to_its_last_byte(name):
    fields = explain_handshake(message(name), ALL_BODIES)
    assert not any(one.problem for one in fields)
    at = 0
    for one in fields:
        assert one.start == at
        at = one.end
    assert at == len(message(name))


def test_client_hello_says_what_the_capture_offers():
    assert (OFFER.client_version, OFFER.random, OFFER.session_id) == (0x0303, CLIENT_RANDOM, b"")
    assert OFFER.cipher_suites == (
        *(0xCCA8, 0xCCA9, 0xC02F, 0xC030, 0xC02B, 0xC02C, 0xC013, 0xC009),
        *(0xC014, 0xC00A, 0x009C, 0x009D, 0x002F, 0x0035, 0xC012, 0x000A),
    )
    assert OFFER.compression_methods == (0,)
    extensions = read_client_hello(OFFER)
    assert [ExtensionType(one).name for one in extensions] == [
        "server_name",
        "status_request",
        "supported_groups",
        "ec_point_formats",
        "signature_algorithms",
        "renegotiation_info",
        "signed_certificate_timestamp",
    ]
    assert asked_host_name(extensions) == illustrated_text("server_hostname")
    assert extensions[ExtensionType.supported_groups].named_group_list == (29, 23, 24, 25)
    assert extensions[ExtensionType.signature_algorithms].supported_signature_algorithms == (
        *(0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0201, 0x0203),
    )
    assert extensions[ExtensionType.status_request] == bytes.fromhex("0100000000")


@pytest.mark.parametrize("name", ["clienthello", "serverhello"])
def test_each_extension_body_decodes_and_encodes_to_the_same_bytes(name):
    msg_type, body = unframe_handshake(message(name))
    bodies = CLIENT_BODIES if name == "clienthello" else SERVER_BODIES
    extensions = decode(BODIES[msg_type], body).extensions
    known = [one for one in extensions if one.extension_type in bodies]
    assert len(known) == {"clienthello": 5, "serverhello": 1}[name]
    for one in known:
        value = decode(bodies[one.extension_type], one.extension_data)
        assert encode(value) == one.extension_data


def test_server_hello_and_certificate_say_what_was_chosen():
    hello = decode(ServerHello, message("serverhello")[4:])
    assert (hello.server_version, hello.random) == (0x0303, SERVER_RANDOM)
    assert (hello.cipher_suite, hello.compression_method) == (CBC_SUITE.code, 0)
    answers = read_extensions(hello.extensions, SERVER_BODIES)
    assert answers[ExtensionType.renegotiation_info].renegotiated_connection == b""
    assert downgrade_sentinel(hello.random) == ""
    certificate = decode(Certificate, message("servercert")[4:])
    assert certificate.certificate_list == (LEAF_DER,)
    LEAF.verify_directly_issued_by(CA)


def server_key_exchange() -> ServerKeyExchange:
    return decode(ServerKeyExchange, message("serverkeyexchange")[4:])


def signed_content() -> bytes:
    exchange = server_key_exchange()
    params = encode(ServerECDHParams(exchange.curve_type, exchange.named_curve, exchange.public))
    assert len(params) == 36
    return server_ecdh_params_to_sign(CLIENT_RANDOM, SERVER_RANDOM, params)


def test_server_key_exchange_is_signed_by_the_certificates_key():
    exchange = server_key_exchange()
    assert exchange.curve_type == ECCurveType.named_curve
    assert exchange.named_curve == NamedGroup.x25519
    assert exchange.public == illustrated("server_x25519_public")
    assert exchange.signature_algorithm == SignatureScheme.rsa_pkcs1_sha256
    scheme, key = exchange.signature_algorithm, LEAF.public_key()
    verify_signature(scheme, key, exchange.signature, signed_content())
    assert sign(scheme, CREDENTIAL.private_key, signed_content()) == exchange.signature


def test_both_sides_compute_the_same_shared_secret():
    client, server = pair_of("client_x25519_private"), pair_of("server_x25519_private")
    assert client.public == illustrated("client_x25519_public")
    assert server.public == illustrated("server_x25519_public")
    sent = decode(ClientECDiffieHellmanPublic, message("clientkeyexchange")[4:])
    assert sent.ecdh_Yc == client.public
    assert shared_secret(client, server.public) == PRE_MASTER_SECRET
    assert shared_secret(server, client.public) == PRE_MASTER_SECRET


def test_the_master_secret_is_that_of_the_key_log():
    made = key_schedule.master_secret(prf_sha256, PRE_MASTER_SECRET, CLIENT_RANDOM, SERVER_RANDOM)
    assert made == MASTER_SECRET
    theirs = (HERE / "illustrated_tls12.keylog").read_text(encoding="ascii")
    assert secrets_of(theirs) == {("CLIENT_RANDOM", CLIENT_RANDOM): made}
    state = State(Role.CLIENT, None).but(client_random=CLIENT_RANDOM, master_secret=made)  # type: ignore[arg-type]
    assert key_log_lines(state) == theirs.splitlines()
    assert key_log_lines(state)[0] == read_json("illustrated_tls12.json")["keylog"][0]


def keys(side: str):
    block = key_schedule.key_block(prf_sha256, MASTER_SECRET, SERVER_RANDOM, CLIENT_RANDOM, 72)
    parts = key_schedule.partition(CBC_SUITE, block)
    names = ("write_MAC_key", "write_key", "write_IV")
    return record_keys(CBC_SUITE, *(parts[f"{side}_{name}"] for name in names))


@pytest.mark.parametrize("name", PROTECTED)
def test_each_protected_record_opens_and_closes_to_the_same_bytes(name):
    side, number, content_type, _ = PROTECTED[name]
    found, rest = split(record(name))
    assert found is not None
    assert rest == b""
    assert (found.content_type, found.version) == (content_type, 0x0303)
    opened = unprotect(keys(side), number, content_type, found.version, found.fragment)
    assert opened == content(name)
    iv = found.fragment[:16]
    closed = protect(keys(side), number, content_type, opened, draws(iv))
    assert join(Record(content_type, 0x0303, closed)) == record(name)


@pytest.mark.parametrize("name", PROTECTED)
def test_each_protected_record_has_our_mac_and_padding(name):
    side, number, content_type, size = PROTECTED[name]
    associated = additional_data(number, content_type, 0x0303, size)
    made = mac(keys(side), associated, content(name)).finalize()
    padding_length = 15 - (size + MAC_SIZE) % 16
    tail = made + bytes([padding_length])
    assert plain(name) in (content(name), content(name) + tail)


def test_both_finished_messages_carry_our_verify_data():
    transcript = heard("clientkeyexchange")
    for side in ("client", "server"):
        digest = key_schedule.handshake_hash("sha256", transcript)
        label = f"{side} finished".encode()
        made = verify_data(prf_sha256, MASTER_SECRET, label, digest)
        finished = frame_handshake(HandshakeType.finished, made)
        assert finished == content(f"{side}finished")
        transcript += (finished,)
