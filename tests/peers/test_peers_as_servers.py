"""Programs from outside as servers for `tlskit connect`: certificates, suites, groups, sessions."""

import json
from contextlib import ExitStack

import pytest
from certificates import CASES, CLIENT, KINDS
from foreign_servers import SERVERS, SERVERS_BESIDES, USUAL, Manner
from programs import alert_in, chosen, soon

from tlskit.cipher_suites import RECOMMENDED, TLS_1_3_SUITES
from tlskit.command import main

EVERY = SERVERS | SERVERS_BESIDES
VERSIONS = ("1.2", "1.3")
PEERS = chosen(SERVERS, SERVERS_BESIDES)
WITHOUT_EXTENDED_MASTER_SECRET = ("Go",)
ALERTS = {
    "wrong CA": "unknown_ca",
    "wrong name": "bad_certificate",
    "expired": "certificate_expired",
    "no intermediate": "unknown_ca",
}
GROUPS = ("x25519", "secp256r1", "secp384r1")


@pytest.fixture(scope="module")
def theirs(shown, tmp_path_factory):
    """Their servers, one for each certificate and manner, started when wanted."""
    folder, running = tmp_path_factory.mktemp("theirs"), {}
    with ExitStack() as stack:

        def server(peer: str, kind: str, case: str = "sound", manner: Manner = USUAL):
            key = (peer, kind, case, manner)
            if key not in running:
                started = EVERY[peer](shown[kind, case], folder, manner)
                running[key] = stack.enter_context(started)
            return running[key]

        yield server


@pytest.fixture
def connect(capfd, theirs, shown):
    """Run `tlskit connect --json`; return exit code, what it told, stderr, and their words."""

    def run(peer: str, kind: str, *options: str, case: str = "sound", manner: Manner = USUAL):
        server = theirs(peer, kind, case, manner)
        before = len(server.heard())
        where = [f"127.0.0.1:{server.port}", "--servername", "localhost", "--get", "/", "--json"]
        where += ["--ca", str(shown[kind, case].roots)]
        if peer in WITHOUT_EXTENDED_MASTER_SECRET:
            where.append("--allow-missing-extended-master-secret")
        capfd.readouterr()
        code = main(["connect", *where, *options])
        out, err = capfd.readouterr()
        told = [json.loads(line) for line in out.splitlines()]
        return code, told, err, lambda: alert_in(server.heard()[before:])

    return run


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_a_page_over_each_certificate(peer, kind, version, connect, row):
    code, told, err, _ = connect(peer, kind, manner=Manner(version))
    assert code == 0 and told[0]["version"] == version, err
    assert told[0]["bytes_received"] > 0 and told[0]["peer_subject"] == "CN=localhost"
    assert (f"ECDHE_{kind.upper()}" in told[0]["suite"]) == (version == "1.2")
    suite = "our first choice"
    row(peer=peer, role="server", version=version, suite=suite, certificate=kind, outcome="page")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
@pytest.mark.parametrize("peer", PEERS)
def test_we_refuse_a_fault_by_name_and_the_peer_hears_it(peer, case, kind, version, connect, row):
    code, told, err, heard = connect(peer, kind, case=case, manner=Manner(version))
    last = err.splitlines()[-1]
    assert (code, told) == (1, []) and last.startswith(f"tlskit: {ALERTS[case]}: "), err
    assert soon(heard) == ALERTS[case]
    outcome = f"we send {ALERTS[case]}"
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": "", "certificate": f"{kind}, {case}", "outcome": outcome},
    )


@pytest.mark.parametrize("suite", RECOMMENDED, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", PEERS)
def test_every_suite(peer, suite, connect, row):
    kind = suite.authentication
    code, told, err, _ = connect(peer, kind, "--suites", suite.name)
    assert code == 0 and told[0]["suite"] == suite.name, err
    row(peer=peer, role="server", suite=suite.name, certificate=kind, outcome="page")


@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", PEERS)
def test_every_suite_of_tls_1_3(peer, suite, connect, row):
    code, told, err, _ = connect(peer, "rsa", "--suites", suite.name, manner=Manner("1.3"))
    assert code == 0 and told[0]["suite"] == suite.name, err
    row(
        **{"peer": peer, "role": "server", "version": "1.3"},
        **{"suite": suite.name, "certificate": "rsa", "outcome": "page"},
    )


@pytest.mark.parametrize("name", ["TLS_RSA_WITH_AES_128_GCM_SHA256", "ecdhe-rsa-aes128-sha"])
@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS")])
def test_a_taught_suite_by_its_name(peer, name, connect, row):
    code, told, err, _ = connect(peer, "rsa", "--suites", name)
    assert code == 0 and "RSA_WITH" in told[0]["suite"], err
    assert (told[0]["group"] is None) == ("ECDHE" not in told[0]["suite"])
    outcome = "page with --suites NAME"
    row(peer=peer, role="server", suite=told[0]["suite"], certificate="rsa", outcome=outcome)


@pytest.mark.parametrize(
    "version, options",
    [("1.1", ()), ("1.2", ("--min", "1.3")), ("1.3", ("--max", "1.2"))],
    ids=["1.1", "1.3 to 1.2", "1.2 to 1.3"],
)
@pytest.mark.parametrize("peer", PEERS)
def test_a_server_of_another_version_says_so(peer, version, options, connect, row):
    code, told, err, _ = connect(peer, "rsa", *options, manner=Manner(version=version))
    assert (code, told) == (1, []), err
    name = err.splitlines()[-1].removeprefix("tlskit: ").partition(":")[0]
    assert name in ("protocol_version", "handshake_failure"), err
    outcome = f"{'it sends' if 'the peer sent it' in err else 'we send'} {name}"
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": "no other version", "certificate": "rsa", "outcome": outcome},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("peer", PEERS)
def test_every_group(peer, group, version, connect, row):
    code, told, err, _ = connect(peer, "rsa", "--groups", group.upper(), manner=Manner(version))
    assert code == 0 and told[0]["group"] == group, err
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": f"group {group}", "certificate": "rsa", "outcome": "page"},
    )


@pytest.mark.parametrize("version, how", [("1.2", "ticket"), ("1.2", "ID"), ("1.3", "PSK")])
@pytest.mark.parametrize("peer", PEERS)
def test_resumption(peer, version, how, connect, row):
    manner = Manner(version, tickets=how != "ID")
    code, told, err, _ = connect(peer, "ecdsa", "--resume", "--trace", manner=manner)
    resumed = [one["resumed"] for one in told]
    if (peer, how) == ("Go", "ID"):  # it gives tickets alone
        assert code == 0 and resumed == [False, False]
        return
    assert code == 0 and resumed == [False, True], err
    assert ("NewSessionTicket" in err) == (how == "ticket") or version == "1.3", err
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": f"resumed by {how}", "certificate": "ecdsa", "outcome": "page"},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("peer", PEERS)
def test_alpn(peer, version, connect, row):
    code, told, err, _ = connect(peer, "rsa", "--alpn", "h9,http/1.1", manner=Manner(version))
    assert code == 0 and told[0]["alpn"] == "http/1.1", err
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": "ALPN http/1.1", "certificate": "rsa", "outcome": "page"},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_a_client_certificate(peer, kind, version, connect, shown, row):
    roots = shown["rsa", "sound"].roots
    mine, wants = shown[kind, CLIENT], Manner(version, client_roots=roots)
    shows = ("--cert", str(mine.chain), "--key", str(mine.key))
    code, told, err, _ = connect(peer, "rsa", *shows, manner=wants)
    assert code == 0 and told[0]["bytes_received"] > 0, err
    code, _, err, _ = connect(peer, "rsa", manner=wants)
    name = err.splitlines()[-1].removeprefix("tlskit: ") if err else "nothing"
    outcome = f"page; without one {code} {name}"
    row(
        **{"peer": peer, "role": "server", "version": version},
        **{"suite": "client certificate", "certificate": kind, "outcome": outcome},
    )
