"""The graph of a run's keys, against RFC 5246 §6.3, §7.4.7, §7.4.9, §8.1 and RFC 7627 §4."""

import hashlib
from dataclasses import replace

import pytest

from tlskit import tls12
from tlskit.cipher_suites import SUITES, suite_named
from tlskit.derivation import CHECK, KEY, SECRET, SOURCE, derivation, spelled
from tlskit.ladder_rows import ladder_rows
from tlskit.lesson import Choice, run
from tlskit.trace import Call

ECDHE, RSA = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"
BOTH = ("client", "server")

AGREED = {"peer_public": "pre_master_secret"}
DECRYPTED = {"encrypted": "pre_master_secret", "instead": "pre_master_secret"}
FROM_RANDOMS = {("pre_master_secret", "master_secret")} | {
    (name, "master_secret") for name in ("client_random", "server_random")
}
FROM_HASH = {("pre_master_secret", "master_secret"), ("session_hash", "master_secret")}
EXPANDED = {(name, "key_block") for name in ("master_secret", "client_random", "server_random")}
CLIENT_FINISHED, SERVER_FINISHED = "verify_data (client finished)", "verify_data (server finished)"
PROVED = {
    ("master_secret", CLIENT_FINISHED),
    ("master_secret", SERVER_FINISHED),
    ("handshake_hash (server finished)", SERVER_FINISHED),
}
OWN_HASH = {("handshake_hash (client finished)", CLIENT_FINISHED)}
SAME_HASH = {("session_hash", CLIENT_FINISHED)}
"""No message that is hashed lies between the session hash and the client's Finished."""


def run_of(suite: str, extended: bool = True, **formulae):
    tables = {f"{role}_formulae": formulae.get(role, tls12.FORMULAE) for role in BOTH}
    choice = Choice(suite_named(suite), extended_master_secret=extended)
    return run(choice, b"question", b"answer", **tables)


def wrong(**fields):
    return replace(tls12.FORMULAE, **fields)


def pairs(graph):
    return {(edge.source, edge.target) for edge in graph.edges if edge.formula != "cut"}


def of_kind(graph, kind):
    return {node.name: node.value for node in graph.nodes if node.kind == kind}


@pytest.mark.parametrize("by", BOTH)
@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("suite", [ECDHE, RSA])
def test_the_graph_is_the_one_of_the_rfcs(suite, extended, by):
    first = AGREED if suite == ECDHE else DECRYPTED if by == "server" else {}
    master = FROM_HASH | SAME_HASH if extended else FROM_RANDOMS | OWN_HASH
    expected = set(first.items()) | master | EXPANDED | PROVED
    assert pairs(derivation(run_of(suite, extended).calls, by)) == expected


@pytest.mark.parametrize("extended", [True, False])
def test_formulae_are_spelt_as_in_the_rfcs(extended):
    graph = derivation(run_of(ECDHE, extended).calls)
    plain = 'PRF(pre_master_secret, "master secret", client_random + server_random)'
    from_hash = 'PRF(pre_master_secret, "extended master secret", session_hash)'
    expanded = 'PRF(master_secret, "key expansion", server_random + client_random)'
    formulae = {edge.target: edge.formula for edge in graph.edges}
    assert formulae["master_secret"] == (from_hash if extended else plain)
    assert formulae["key_block"] == expanded
    assert formulae["pre_master_secret"] == "shared_secret(key_pair, peer_public)"
    for whose in BOTH:
        finished = f'PRF(master_secret, "{whose} finished", handshake_hash)'
        assert formulae[f"verify_data ({whose} finished)"] == finished


@pytest.mark.parametrize("by", BOTH)
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_the_values_are_those_of_the_state_and_the_parts_make_up_the_key_block(suite, by):
    result = run_of(suite.name)
    graph = derivation(result.calls, by)
    state = getattr(result, by).state
    for name in ("pre_master_secret", "master_secret", "key_block"):
        assert graph.named(name).value == getattr(state, name)
        assert graph.named(name).kind == SECRET
    for name in ("client_random", "server_random"):
        assert graph.named(name).value == getattr(state, name)
        assert graph.named(name).kind == SOURCE
    parts = [node for node in graph.nodes if node.kind == KEY]
    names = ("write_MAC_key", "write_key", "write_IV")
    sizes = (suite.mac_key_length, suite.enc_key_length, suite.fixed_iv_length)
    six = [
        (f"{side}_{name}", size)
        for name, size in zip(names, sizes, strict=True)
        for side in BOTH
        if size
    ]
    assert [(node.name, len(node.value)) for node in parts] == six
    for node in parts:
        end = node.offset + len(node.value)
        assert state.key_block[node.offset : end] == node.value
        assert {edge.source for edge in graph.into(node.name)} == {"key_block"}
    assert b"".join(node.value for node in parts) == state.key_block
    assert of_kind(graph, CHECK).keys() == {CLIENT_FINISHED, SERVER_FINISHED}


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
def test_the_session_hash_is_the_hash_up_to_client_key_exchange(hash_name):
    suite = ECDHE if hash_name == "sha256" else "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    result = run_of(suite)
    rows = [row for row in ladder_rows(result.calls, result.order) if row.data]
    last = next(at for at, row in enumerate(rows) if row.message == "client_key_exchange")
    digest = hashlib.new(hash_name, b"".join(row.data for row in rows[: last + 1])).digest()
    assert derivation(result.calls).named("session_hash").value == digest


def test_both_sides_derive_the_same():
    calls = run_of(ECDHE).calls
    client, server = (derivation(calls, by) for by in BOTH)
    for kind in (SECRET, KEY, CHECK):
        assert of_kind(client, kind) == of_kind(server, kind)
    assert client.named("peer_public").value != server.named("peer_public").value


def test_swapped_randoms_are_seen_in_the_formula():
    def mine(prf, pre_master_secret, client_random, server_random):
        return prf(pre_master_secret, b"master secret", server_random + client_random, 48)

    graph = derivation(run_of(ECDHE, False, client=wrong(master_secret=mine)).calls)
    swapped = 'PRF(pre_master_secret, "master secret", server_random + client_random)'
    assert {edge.formula for edge in graph.into("master_secret")} == {swapped}
    good = derivation(run_of(ECDHE, False).calls)
    for name in ("master_secret", "key_block", "client_write_key", CLIENT_FINISHED):
        assert graph.named(name).value != good.named(name).value


def test_what_was_asked_of_the_prf_counts_not_what_the_formula_was_given():
    def mine(prf, master_secret, label, handshake_hash):
        return prf(master_secret, b"finished by me", handshake_hash, 12)

    graph = derivation(run_of(ECDHE, client=wrong(verify_data=mine)).calls)
    assert '"finished by me"' in graph.into(CLIENT_FINISHED)[0].formula


def test_a_seed_that_is_no_argument_is_marked():
    def mine(prf, pre_master_secret, client_random, server_random):
        return prf(pre_master_secret, b"master secret", client_random + bytes(32), 48)

    graph = derivation(run_of(ECDHE, False, client=wrong(master_secret=mine)).calls)
    assert graph.into("master_secret")[0].formula.endswith('"master secret", client_random + ?)')


def test_a_formula_that_asks_no_prf_is_still_in_the_graph():
    def mine(prf, pre_master_secret, client_random, server_random):
        return hashlib.sha384(pre_master_secret).digest()

    graph = derivation(run_of(ECDHE, False, client=wrong(master_secret=mine)).calls)
    called = "master_secret(pre_master_secret, client_random, server_random)"
    assert graph.into("master_secret")[0].formula == called
    assert ("master_secret", "key_block") in pairs(graph)


def test_the_same_label_for_both_finished_gives_two_values_of_their_own():
    def mine(prf, master_secret, label, handshake_hash):
        return prf(master_secret, b"client finished", handshake_hash, 12)

    calls = run_of(ECDHE, client=wrong(verify_data=mine), server=wrong(verify_data=mine)).calls
    checks = of_kind(derivation(calls), CHECK)
    assert len(checks) == 2 and len(set(checks.values())) == 2


def test_a_run_that_ends_early_has_no_keys():
    def mine(key_pair, peer_public):
        raise RuntimeError("no secret today")

    calls = run_of(ECDHE, client=wrong(shared_secret=mine)).calls
    assert derivation(calls, "client").nodes == ()
    assert derivation([]).nodes == ()


def test_depth_counts_the_formulae_on_the_way():
    graph = derivation(run_of(ECDHE).calls)
    depths = {name: graph.depth(name) for name in of_kind(graph, SECRET)}
    assert depths == {"pre_master_secret": 0, "master_secret": 1, "key_block": 2}
    assert graph.depth(CLIENT_FINISHED) == 2
    with pytest.raises(KeyError):
        graph.named("main_secret")


def test_another_key_schedule_fits_in_without_a_change_here():
    """A chain like TLS 1.3's (RFC 9846 §7.1): formulae that ask another formula derive."""

    def derived(name, arguments, result):
        question = Call("hkdf_expand_label", "client", {"secret": arguments["secret"]}, result)
        return Call(name, "client", arguments, result, inner=[question])

    early, handshake, traffic = b"early" * 6, b"handshake" * 3, b"traffic" * 4
    shared = Call("shared_secret", "client", {"peer_public": b"public"}, b"shared")
    hashed = Call("transcript_hash", "client", {"messages": b"all"}, b"hash")
    arguments = {"secret": early, "shared_secret": b"shared"}
    first = derived("handshake_secret", arguments, handshake)
    second = derived(
        "client_handshake_traffic_secret",
        {"secret": handshake, "label": b"c hs traffic", "transcript_hash": b"hash"},
        traffic,
    )
    step = Call("receive_server_hello", "client", {}, inner=[shared, hashed, first, second])
    graph = derivation([step])
    assert pairs(graph) == {
        ("secret", "handshake_secret"),
        ("peer_public", "shared_secret"),
        ("shared_secret", "handshake_secret"),
        ("handshake_secret", "client_handshake_traffic_secret"),
        ("transcript_hash", "client_handshake_traffic_secret"),
    }


def test_a_value_is_spelt_by_the_arguments_that_make_it_up():
    arguments = {"one": b"1", "two": b"22"}
    assert spelled(b"221", arguments) == "two + one"
    assert spelled(b"13", arguments) == "one + ?"
    assert spelled(b"", arguments) == "nothing"
