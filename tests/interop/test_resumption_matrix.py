"""Sessions taken up again by us and OpenSSL, in both roles: every suite, by ticket and by ID.

And the matrix of all that a handshake can have, in which each two values meet.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from matrix import (
    CLIENTS,
    EMPTY,
    FOREIGN_KEY,
    GIVEN,
    MECHANISMS,
    NONE,
    OFFERED,
    REFUSALS,
    Case,
    Ends,
    pairs,
    pairwise,
    recorded_exchange,
    shown_by,
)

from tlskit.cipher_suites import SUITES, Cipher
from tlskit.connection import Connection
from tlskit.peers import OpenSSLPeer, exchange
from tlskit.registry import ContentType, NamedGroup

REQUEST, ANSWER = b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 80  # two records
GROUPS = (
    *(NamedGroup.x25519, NamedGroup.secp256r1),
    *(NamedGroup.secp384r1, NamedGroup.secp521r1),
)


def marked(case: Case) -> Any:
    name = case.suite.openssl_name
    gone = pytest.mark.skipif(name not in OFFERED, reason=f"this OpenSSL offers {name} no more")
    return pytest.param(case, id=str(case), marks=gone)


def every_suite() -> Iterator[Any]:
    """Each suite × role × way of resuming × extended master secret."""
    for suite, role, mechanism, extended in product(
        SUITES, ("client", "server"), MECHANISMS, (True, False)
    ):
        kind = "rsa" if suite.authentication == "rsa" else "ecdsa"
        group = NamedGroup.x25519 if suite.ephemeral else None
        yield marked(Case(role, suite, mechanism, extended, kind, group))


def all_there_is() -> Iterator[Case]:
    """Each combination that can be: kinds and groups that suit the suite, clients that OpenSSL is.

    OpenSSL does not load a key that is not its certificate's, and as a server it takes only client
    keys on a curve that it would use for ECDHE, too. Where no MAC stands beside the cipher,
    encrypt_then_mac changes nothing but the offer.
    """
    for role, suite, mechanism, extended, kind, group, client, mac_last in product(
        ("client", "server"),
        SUITES,
        MECHANISMS,
        (True, False),
        ("rsa", "ecdsa", "ed25519"),
        (None, *GROUPS),
        CLIENTS,
        (True, False),
    ):
        suits = (kind == "rsa") == (suite.authentication == "rsa")
        suits = suits and suite.ephemeral == (group is not None)
        if role == "server":
            can_be = client != FOREIGN_KEY
        else:
            can_be = client != "ecdsa" or group in (None, NamedGroup.secp256r1)
        if suits and can_be:
            yield Case(role, suite, mechanism, extended, kind, group, client, mac_last)


def row(case: Case) -> tuple[Any, ...]:
    return tuple(vars(case).values())


ALL = [row(case) for case in all_there_is()]
DRAWN = pairwise(ALL)


@pytest.mark.parametrize("case", list(every_suite()))
def test_every_suite(case: Case) -> None:
    two_connections(case)


@pytest.mark.parametrize("case", [marked(Case(*values)) for values in DRAWN])
def test_each_two_values_meet(case: Case) -> None:
    two_connections(case)


def test_the_drawn_cases_are_few_and_miss_no_pair() -> None:
    wanted = {pair for values in ALL for pair in pairs(values)}
    there = {pair for values in DRAWN for pair in pairs(values)}
    assert there == wanted
    assert len(set(DRAWN)) == len(DRAWN) < len(ALL) / 50
    assert {suite for _, suite, *_ in DRAWN} == set(SUITES)


def two_connections(case: Case) -> None:
    """Run a handshake, and another one by what was kept of the first, if it was to be."""
    ends = Ends(case)
    if case.client in REFUSALS:
        refused(case, *ends.next())
        return
    first, peer = ends.next()
    connected(case, ends, first, peer, resumed=False)
    first.close()
    exchange(first, peer)
    peer.close()
    exchange(peer, first)
    second, peer = ends.next()
    taken_up = case.mechanism != NONE
    connected(case, ends, second, peer, resumed=taken_up)
    secrets = first.state.master_secret, second.state.master_secret
    assert (secrets[0] == secrets[1]) == taken_up
    assert first.state.key_block != second.state.key_block
    assert first.state.client_keys.key != second.state.client_keys.key
    assert first.state.server_keys.key != second.state.server_keys.key


def refused(case: Case, ours: Connection, peer: OpenSSLPeer) -> None:
    problems = exchange(ours, peer)
    assert [who for who, _ in problems] == [ours]
    alert: Any = problems[0][1]
    if case.role == "client":
        assert alert.received
        assert not ours.done  # the server's Finished never came
    else:
        assert not alert.received and not ours.done
    assert alert.description is REFUSALS[case.client]
    assert ours.session is None and peer.error


def connected(case: Case, ends: Ends, ours: Connection, peer: OpenSSLPeer, resumed: bool) -> None:
    problems, wire = recorded_exchange(ours, peer)
    assert (problems, peer.error) == ([], "")
    assert ours.done and peer.done
    state = ours.state
    assert state.resumed is peer.resumed is resumed
    assert state.agreed is case.suite and peer.cipher == case.suite.openssl_name
    assert state.extended_master_secret is case.extended_master_secret
    cbc = case.suite.cipher is Cipher.AES_CBC
    assert state.encrypt_then_mac is (cbc and case.encrypt_then_mac)
    assert state.group == (case.group if case.group and not resumed else 0)
    assert len(state.master_secret) == 48 and state.master_secret == peer.master_secret
    if case.mechanism == "ticket" and not resumed:
        assert state.ticket
    finished_in_order(case.role, ends, wire, resumed)
    client_was_seen(case, ours, peer)
    ours.write(REQUEST)
    assert exchange(ours, peer) == [] and peer.read() == REQUEST
    peer.write(ANSWER)
    assert exchange(peer, ours) == [] and ours.read() == ANSWER


def finished_in_order(role: str, ends: Ends, wire: list[tuple[str, bytes]], resumed: bool) -> None:
    """The client's Finished comes first, but in an abbreviated handshake the server's does.

    Told by our steps, and by who changes keys first on the wire.
    """
    steps = [call.name for call in ends.calls if call.name.endswith("_finished")]
    ours_first = (role == "server") == resumed
    both = ["send_finished", "receive_finished"]
    assert steps == (both if ours_first else both[::-1])
    first = next(name for name, data in wire if changes_keys(data))
    assert first == ("one" if ours_first else "other")


def changes_keys(data: bytes) -> bool:
    """Tell whether a flight has a ChangeCipherSpec in it."""
    while data:
        if data[0] == ContentType.change_cipher_spec:
            return True
        data = data[5 + int.from_bytes(data[3:5], "big") :]
    return False


def client_was_seen(case: Case, ours: Connection, peer: OpenSSLPeer) -> None:
    """The server knows the client's chain, in a resumed connection, too."""
    shown = shown_by(case.client)
    if case.role == "client":
        assert peer.peer_certificate == (shown.chain[0] if shown else b"")
    else:
        assert ours.state.peer_chain == (shown.chain if shown else ())
    assert (shown is not None) == (case.client in GIVEN)
    if case.client == EMPTY:
        asked = ours.state.certificate_request
        assert asked is not None or ours.state.resumed
