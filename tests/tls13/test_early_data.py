"""Early data, and those who record it; keys that wear out; who is talked down to TLS 1.2."""

from dataclasses import replace

import pytest
from visits import BEGUN, EARLY, SECOND, client, first_visit, keys, met, server

from tlskit import pki, tls12, versions
from tlskit.alerts import Alert
from tlskit.cipher_suites import TLS_1_3_SUITES
from tlskit.connection import Connection
from tlskit.lesson import client_settings, server_settings
from tlskit.peers import exchange
from tlskit.presentation import encode
from tlskit.registry import NamedGroup
from tlskit.sessions import WINDOW, SingleUse
from tlskit.tls13 import record_protection

# ---- early data


def early_visit(kept, guard, psk, name="early", later=SECOND, **told):
    """Let a client come with early data; return both ends."""
    now = pki.NOW + later
    one = client(name, session=psk, early_data=EARLY, now=now)
    usual = {"ticket_keys": kept, "max_early_data": 1000, "early_data_guard": guard, "now": now}
    return met(one, server(f"server {name}", **(usual | told)))


def test_early_data_is_read_apart():
    kept, guard = keys(), SingleUse(BEGUN)
    one, other = early_visit(kept, guard, first_visit(kept))
    assert one.state.early_data_accepted and other.read_early() == EARLY and other.read() == b""
    one.write(b"and then")
    assert exchange(one, other) == [] and other.read() == b"and then"


def test_a_replay_is_refused_and_a_second_server_falls_for_it():
    kept, guard = keys(), SingleUse(BEGUN)
    psk = first_visit(kept)
    now = pki.NOW + SECOND
    one = client(session=psk, early_data=EARLY, now=now)
    recorded = one.data_to_send()
    common = {"ticket_keys": kept, "max_early_data": 1000, "now": now}

    def run(guard) -> bytes:
        there = server(f"{id(guard)}", early_data_guard=guard, **common)
        there.receive(recorded)
        assert not there.done and there.failure is None
        return there.read_early()

    assert [run(guard), run(guard), run(SingleUse(BEGUN))] == [EARLY, b"", EARLY]


@pytest.mark.parametrize(
    "what",
    [
        {"early_data_guard": None},
        {"max_early_data": 0},
        {"tls13_suites": TLS_1_3_SUITES[2:]},
        {"groups": (NamedGroup.secp521r1,)},
        {"cookie": b"once more"},
        {"ticket_keys": keys("others")},
        {"early_data_guard": SingleUse(pki.NOW + 2 * SECOND)},
        {"early_data_guard": SingleUse(BEGUN, size=0)},
        {"now": pki.NOW + WINDOW + 3 * SECOND},
        {"now": pki.NOW - WINDOW + SECOND},
    ],
    ids=[
        *("no guard", "none wanted", "suite", "retry", "cookie", "ticket", "restarted"),
        *("full", "too late", "too early"),
    ],
)
def test_refused_early_data_costs_nothing_but_itself(what):
    kept, guard = keys(), SingleUse(BEGUN)
    one, other = early_visit(kept, guard, first_visit(kept), **what)
    assert not one.state.early_data_accepted and other.read_early() == b""
    one.write(b"after it")
    other.write(b"yes")
    assert exchange(one, other) == []
    assert (other.read(), one.read()) == (b"after it", b"yes")


def test_early_data_is_for_the_protocol_that_was_spoken_then():
    kept, guard = keys(), SingleUse(BEGUN)
    both = {"alpn": ("h2", "http/1.1")}
    one, _ = met(
        client("first", **both), server("first", ticket_keys=kept, max_early_data=99, alpn=("h2",))
    )
    now = pki.NOW + SECOND
    again = client(session=one.session, early_data=EARLY, now=now, **both)
    told = {"ticket_keys": kept, "max_early_data": 99, "early_data_guard": guard, "now": now}
    again, other = met(again, server(alpn=("http/1.1",), **told))
    assert again.state.resumed and not again.state.early_data_accepted
    assert other.state.alpn == b"http/1.1" and other.read_early() == b""
    no_more = client(session=one.session, early_data=EARLY, now=now, alpn=("http/1.1",))
    assert not no_more.state.early_data_offered


def test_the_guard_forgets_in_time_and_holds_no_more_than_it_may():
    guard = SingleUse(BEGUN, size=3)
    times = [pki.NOW + number * WINDOW for number in range(9)]
    assert all(guard.fresh(bytes([at]), now, now) for at, now in enumerate(times))
    assert len(guard) == 3
    assert not guard.fresh(b"new", times[-1], times[-1])  # full
    assert not guard.fresh(bytes([8]), times[-1], times[-1])


def test_more_early_data_than_the_ticket_allowed():
    kept, guard = keys(), SingleUse(BEGUN)
    psk = first_visit(kept)
    now = pki.NOW + SECOND
    one = client(session=psk, early_data=EARLY * 30, now=now)
    told = {"ticket_keys": kept, "early_data_guard": guard, "now": now}
    with pytest.raises(Alert, match="unexpected_message"):
        server(max_early_data=len(EARLY), **told).receive(one.data_to_send())


def test_early_data_in_one_byte_wrong_after_it_was_taken():
    kept, guard = keys(), SingleUse(BEGUN)
    one = client(session=first_visit(kept), early_data=EARLY, now=pki.NOW + SECOND)
    data = bytearray(one.data_to_send())
    data[-1] ^= 1
    told = {"ticket_keys": kept, "early_data_guard": guard, "max_early_data": 1000}
    with pytest.raises(Alert, match="bad_record_mac"):
        server(now=pki.NOW + SECOND, **told).receive(bytes(data))


def test_refused_early_data_without_end():
    kept = keys()
    one = client(session=first_visit(kept), early_data=EARLY, now=pki.NOW + SECOND)
    other = server(now=pki.NOW + SECOND)
    data = one.data_to_send()
    begins = data.rindex(b"\x17\x03\x03")
    other.receive(data[:begins])
    with pytest.raises(Alert, match="bad_record_mac"):
        for _ in range(2000):
            other.receive(data[begins:])


def test_a_server_of_tls_1_2_and_early_data():
    kept = keys()
    now = pki.NOW + SECOND
    settings = client_settings(session=first_visit(kept), early_data=EARLY, now=now)
    one = Connection(settings, versions.client())
    other = Connection(server_settings(now=now), versions.server((0x0303,)))
    problems = exchange(one, other)
    assert "protocol_version" in [failure.description.name for _, failure in problems]
    assert not one.done and not other.done


# ---- keys that wear out


def test_a_key_that_has_protected_enough_is_renewed(monkeypatch):
    monkeypatch.setattr(record_protection, "AES_GCM_LIMIT", 3)
    one, other = met(client(), server())
    for number in range(10):
        one.write(bytes([number]))
    assert exchange(one, other) == [] and other.read() == bytes(range(10))
    assert one.state.client_keys.epoch == other.state.client_keys.epoch >= 3


def test_no_more_than_two_to_the_48_updates():
    one, other = met(client(), server())
    last = replace(one.state.client_keys, epoch=2**48 - 1)
    one.state = one.state.but(client_keys=last)
    with pytest.raises(ValueError, match=r"2\^48"):
        one.update_keys()
    other.update_keys(request=True)  # which may not be answered, and is passed over
    assert exchange(one, other) == [] and one.state.client_keys.epoch == 2**48 - 1
    with pytest.raises(ValueError, match="has not answered"):
        other.update_keys(request=True)


def test_padding_hides_lengths():
    one, other = met(client(pad_to=512), server())
    sizes = set()
    for text in (b"yes", b"no", b"perhaps tomorrow"):
        one.write(text)
        data = one.data_to_send()
        sizes.add(len(data))
        other.receive(data)
    one.write(bytes(2**14))
    other.receive(one.data_to_send())
    assert len(sizes) == 1 and other.read().startswith(b"yesnoperhaps")


def test_exporter_is_the_same_at_both_ends():
    one, other = met(client(), server())
    for context in (None, b"", b"room"):
        assert one.export(b"EXPERIMENTAL", 40, context) == other.export(
            b"EXPERIMENTAL", 40, context
        )
    assert one.export(b"a", 9) == one.export(b"a", 9, b"") != one.export(b"a", 9, b"x")


# ---- downgrade


def test_a_hello_that_somebody_talked_down_is_found_out():
    """Take TLS 1.3 out of the list on the way: the server's random tells (RFC 9846 §4.2.3)."""
    one = Connection(client_settings(), versions.client())
    other = Connection(server_settings(), versions.server())
    other.receive(one.data_to_send().replace(b"\x04\x03\x04\x03\x03", b"\x04\x03\x03\x03\x03"))
    answer = other.data_to_send()
    assert b"DOWNGRD\x01" in answer
    with pytest.raises(Alert, match=r"illegal_parameter.*knows TLS 1\.3"):
        one.receive(answer)


def test_a_server_of_tls_1_2_alone_has_no_mark():
    one = Connection(client_settings(), versions.client())
    other = Connection(server_settings(), versions.server((0x0303,)))
    met(one, other)
    assert b"DOWNGRD" not in other.state.server_random and one.side.version == 0x0303


def test_fallback_is_inappropriate():
    def falls_back(state):
        state, message = tls12.CLIENT_STEPS.send_client_hello(state)
        hello = state.client_hello
        hello = replace(hello, cipher_suites=(*hello.cipher_suites, 0x5600))
        message = state.formulae.frame_handshake(1, encode(hello))
        return state.but(client_hello=hello, handshake_messages=(message,)), message

    steps = replace(tls12.CLIENT_STEPS, send_client_hello=falls_back)
    one = Connection(client_settings(), tls12.client(steps=steps))
    with pytest.raises(Alert, match="inappropriate_fallback"):
        Connection(server_settings(), versions.server()).receive(one.data_to_send())
