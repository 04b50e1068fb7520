"""Messages left out, doubled, swapped, changed on the way; records that TLS 1.3 does not have."""

from dataclasses import replace

import pytest
from wrong_ends import CLIENT, SERVER, alert_of, meeting, settings_of, side_of

from tlskit import pki, tls13
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.lesson import client_settings, server_settings
from tlskit.messages import frame_handshake
from tlskit.order import Role, Row
from tlskit.peers import exchange
from tlskit.records import Record, join
from tlskit.registry import ContentType, HandshakeType, NamedGroup
from tlskit.tls13 import record_protection
from tlskit.tls13.order import FULL

ASKS = {"client_certificate": "required", "trust": pki.trust()}
RETRIES = {"groups": (NamedGroup.secp384r1,)}
SENT = [row for row in FULL if row.sender is not Role.BOTH]
FLIGHTS = {
    CLIENT: ("certificate", "certificate_verify", "finished"),
    SERVER: (
        *("server_hello", "encrypted_extensions", "certificate_request", "certificate"),
        *("certificate_verify", "finished"),
    ),
}


def rows_of(role: Role, message: str) -> list[int]:
    return [at for at, row in enumerate(FULL) if row.sender is role and row.message == message]


def table(rows: list[Row]):
    return lambda state: tuple(rows)


def cases(change: str) -> list:
    return [
        pytest.param(role, name, names[at + 1 : at + 2], id=f"{role} {name}")
        for role, names in FLIGHTS.items()
        for at, name in enumerate(names)
        if change != "swapped" or at + 1 < len(names)
    ]


def with_order(role: Role, rows: list[Row]):
    """Let an end walk another table; it asks for the client's certificate in any case."""
    finder = role.other
    told = {"wrong" if role is SERVER else "judge": ASKS}
    return meeting(finder, order=table(rows), **told)


@pytest.mark.parametrize("role, name, _", cases("left out"))
def test_left_out(role, name, _):
    (at,) = rows_of(role, name)
    rows = [*FULL[:at], *FULL[at + 1 :]]
    if (role, name) == (SERVER, "certificate_request"):
        return  # that is a server that does not ask
    judge, wrong, raised = with_order(role, rows)
    if name == "server_hello":  # what follows is protected with keys that nobody has
        assert isinstance(judge.failure, Alert) or isinstance(wrong.failure, Exception)
    elif name == "finished":
        assert raised == [] and not judge.done  # it waits
        with pytest.raises(Alert, match="finished should have come"):
            judge.end_of_input()
    else:
        assert alert_of(judge, wrong, raised) == "unexpected_message", judge.failure


@pytest.mark.parametrize("role, name, _", cases("doubled"))
def test_doubled(role, name, _):
    (at,) = rows_of(role, name)
    rows = [*FULL[: at + 1], FULL[at], *FULL[at + 1 :]]
    judge, _, _ = with_order(role, rows)
    failure = judge.failure
    assert isinstance(failure, Alert) and not failure.received
    # a second ServerHello is under new keys already for the judge, a second Finished as well
    assert failure.description.name in ("unexpected_message", "bad_record_mac"), failure


@pytest.mark.parametrize("role, name, follower", cases("swapped"))
def test_swapped(role, name, follower):
    (at,), (then,) = rows_of(role, name), rows_of(role, follower[0])
    rows = list(FULL)
    rows[at], rows[then] = rows[then], rows[at]
    if name == "server_hello":
        return  # the same as left out: there are no keys for what comes first
    judge, wrong, _ = with_order(role, rows)
    expected = ("unexpected_message",)
    if (role, name) in ((CLIENT, "certificate_verify"), (SERVER, "certificate_verify")):
        expected = ("unexpected_message", "decrypt_error")
    assert isinstance(judge.failure, Alert) or isinstance(wrong.failure, Exception)
    if judge.failure and not judge.failure.received:
        assert judge.failure.description.name in expected, judge.failure


def test_a_second_retry():
    """The server's table asks twice; the client takes one."""
    retry = next(row for row in FULL if row.message == "hello_retry_request")
    again = replace(retry, wanted=lambda state: True)
    (_, second) = rows_of(CLIENT, "client_hello")
    rows = [*FULL[: second + 1], again, *FULL[second + 1 :]]
    judge, wrong, raised = meeting(CLIENT, order=table(rows), wrong=RETRIES)
    assert alert_of(judge, wrong, raised) == "unexpected_message"


# ---- every byte of every message, changed on its way


def flipped_step(role: Role, name: str, at: int, mask: int, which: int):
    """Return a step whose message is changed after the sender has noted it; and its length."""
    table_of = tls13.CLIENT_STEPS if role is CLIENT else tls13.SERVER_STEPS
    sound, seen, lengths = getattr(table_of, f"send_{name}"), [0], []

    def step(state):
        state, message = sound(state)
        seen[0] += 1
        if seen[0] - 1 != which:
            return state, message
        lengths.append(len(message))
        changed = bytearray(message)
        if at < len(changed):
            changed[at] ^= mask
        return state, bytes(changed)

    return {f"send_{name}": step}, lengths


MESSAGES = [
    (CLIENT, "client_hello", 0, {}),
    (CLIENT, "client_hello", 1, RETRIES),
    (CLIENT, "certificate", 0, {}),
    (CLIENT, "certificate_verify", 0, {}),
    (CLIENT, "finished", 0, {}),
    (SERVER, "hello_retry_request", 0, RETRIES),
    (SERVER, "server_hello", 0, {}),
    (SERVER, "encrypted_extensions", 0, {}),
    (SERVER, "certificate_request", 0, {}),
    (SERVER, "certificate", 0, {}),
    (SERVER, "certificate_verify", 0, {}),
    (SERVER, "finished", 0, {}),
]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize(
    "role, name, which, told", MESSAGES, ids=lambda one: str(one) if isinstance(one, str) else ""
)
def test_every_byte_flipped_is_found(role, name, which, told, thorough):
    """Nobody ever ends up content; nobody says internal_error, or fails by another exception."""
    at, length = 0, 1
    masks = [1 << bit for bit in range(8)] if thorough else None
    found = set()
    while at < length:
        for mask in masks or [1 << at % 8]:
            steps, lengths = flipped_step(role, name, at, mask, which)
            told_server = ASKS | told
            both = {
                CLIENT: settings_of(CLIENT, "client"),
                SERVER: settings_of(SERVER, "server", **told_server),
            }
            ends = {
                one: Connection(both[one], side_of(one, {}, steps if one is role else {}))
                for one in (CLIENT, SERVER)
            }
            problems = exchange(ends[CLIENT], ends[SERVER])
            length = lengths[0]
            for end, failure in problems:
                assert isinstance(failure, Alert), (at, mask, end.role, failure)
                assert failure.description.name != "internal_error"
            whole = ends[CLIENT].done and ends[SERVER].done
            assert not (whole and not problems), f"byte {at} ^ {mask:02x} of {name} went unnoticed"
            found |= {failure.description.name for _, failure in problems}
        at += 1
    assert found


# ---- records


def shaken(**told) -> tuple[Connection, Connection]:
    client = Connection(client_settings(**told), tls13.client())
    server = Connection(server_settings(), tls13.server())
    assert exchange(client, server) == [] and client.done and server.done
    return client, server


def protected(keys, number: int, content_type: int, content: bytes, padding: int = 0) -> bytes:
    fragment = record_protection.protect(keys, number, content_type, content, None, padding)
    return join(Record(23, 0x0303, fragment))


def refused(end: Connection, data: bytes) -> str:
    with pytest.raises(Alert) as caught:
        end.receive(data)
    assert not caught.value.received
    return caught.value.description.name


@pytest.mark.parametrize(
    "content_type, content, padding, alert",
    [
        (20, b"\1", 0, "unexpected_message"),  # an encrypted ChangeCipherSpec
        (22, b"", 0, "unexpected_message"),
        (21, b"", 0, "unexpected_message"),
        (24, b"heartbeat", 0, "unexpected_message"),
        (0, b"", 40, "unexpected_message"),  # nothing but zeros
        (23, bytes(2**14 + 1), 0, "record_overflow"),
        (23, bytes(2**14), 1, "record_overflow"),
        (21, b"\2", 0, "decode_error"),
        (22, b"\x18\0\0\1\2", 0, "illegal_parameter"),  # KeyUpdate asks for 2
        (22, b"\x18\0\0\2\0\0", 0, "decode_error"),
        (22, b"\x18\0\0\1\0\x18\0\0\1\0", 0, "unexpected_message"),  # across a change of keys
        (22, frame_handshake(HandshakeType.client_hello, b""), 0, "unexpected_message"),
        (22, frame_handshake(HandshakeType.finished, bytes(32)), 0, "unexpected_message"),
        (
            22,
            frame_handshake(HandshakeType.certificate_request, b"\0\0\0"),
            0,
            "unexpected_message",
        ),
        (22, frame_handshake(HandshakeType.end_of_early_data, b""), 0, "unexpected_message"),
    ],
)
@pytest.mark.parametrize("finder", [CLIENT, SERVER])
def test_a_record_that_must_not_be(finder, content_type, content, padding, alert):
    client, server = shaken()
    judge = client if finder is CLIENT else server
    keys = judge.state.server_keys if finder is CLIENT else judge.state.client_keys
    assert refused(judge, protected(keys, 0, content_type, content, padding)) == alert


def test_the_longest_records_that_may_be():
    client, server = shaken()
    keys = server.state.client_keys
    server.receive(protected(keys, 0, 23, bytes(2**14)))
    server.receive(protected(keys, 1, 23, b"x", 2**14 - 1))
    server.receive(protected(keys, 2, 23, b""))
    assert server.read() == bytes(2**14) + b"x" and client.failure is None


def test_a_ciphertext_that_is_too_long():
    _, server = shaken()
    assert refused(server, join(Record(23, 0x0303, bytes(2**14 + 257)))) == "record_overflow"


@pytest.mark.parametrize(
    "record, alert",
    [
        (Record(22, 0x0303, b"\x18\0\0\1\0"), "unexpected_message"),
        (Record(21, 0x0303, b"\1\0"), "unexpected_message"),
        (Record(20, 0x0303, b"\1"), "unexpected_message"),  # after Finished
        (Record(23, 0x0303, bytes(40)), "bad_record_mac"),
        (Record(23, 0x0303, bytes(3)), "bad_record_mac"),
        (Record(99, 0x0303, b"\1"), "unexpected_message"),
    ],
)
@pytest.mark.parametrize("finder", [CLIENT, SERVER])
def test_a_record_in_the_clear(finder, record, alert):
    client, server = shaken()
    # the first record under new keys has come, so that no early alert is due any more
    client.write(b"x")
    server.write(b"x")
    assert exchange(client, server) == []
    assert refused(client if finder is CLIENT else server, join(record)) == alert


@pytest.mark.parametrize("content", [b"\1", b"\2", b"", b"\1\1"])
@pytest.mark.parametrize("when", ["before the hello", "after the hello", "twice"])
def test_change_cipher_spec(when, content):
    """It is dropped between hello and Finished if it is 01, and means nothing (RFC 9846 §5)."""
    client = Connection(client_settings(compatibility=False), tls13.client())
    server = Connection(server_settings(), tls13.server())
    record = join(Record(ContentType.change_cipher_spec, 0x0303, content))
    if when == "before the hello":
        assert refused(server, record) == "unexpected_message"
        return
    server.receive(client.data_to_send())
    if content != b"\1":
        assert refused(server, record) == "unexpected_message"
        return
    for _ in range(2 if when == "twice" else 1):
        server.receive(record)
    assert exchange(client, server) == [] and client.done and server.done


def test_all_change_cipher_specs_taken_away():
    """TLS 1.3 does without; what boxes on the way think is another matter (App. E.4)."""
    from tlskit.labs.server_flight import ChangedOnTheWay
    from tlskit.records import records_in

    def bare(data: bytes) -> bytes:
        return b"".join(join(one) for one in records_in(data) if one.content_type != 20)

    client = Connection(client_settings(), tls13.client())
    server = Connection(server_settings(), tls13.server())
    assert exchange(ChangedOnTheWay(client, bare), ChangedOnTheWay(server, bare)) == []
    assert client.done and server.done


def test_user_canceled_is_passed_over_and_other_warnings_are_not():
    client, server = shaken()
    server.receive(protected(server.state.client_keys, 0, 21, b"\1\x5a"))
    assert server.warnings == [90] and server.failure is None
    with pytest.raises(Alert, match="no_renegotiation") as caught:
        server.receive(protected(server.state.client_keys, 1, 21, b"\1\x64"))
    assert caught.value.received and client.failure is None


def test_too_many_key_updates_in_a_row():
    _, server = shaken()
    for _ in range(32):
        server.receive(protected(server.state.client_keys, 0, 22, b"\x18\0\0\1\0"))
    record = protected(server.state.client_keys, 0, 22, b"\x18\0\0\1\0")
    assert refused(server, record) == "unexpected_message"
