"""Programs from outside as servers for `tlskit connect`: certificates, suites, groups, sessions."""

import json
from contextlib import ExitStack

import pytest
from certificates import CASES, KINDS
from foreign_servers import SERVERS, SERVERS_BESIDES, openssl_server
from programs import chosen

from tlskit.cipher_suites import RECOMMENDED
from tlskit.command import main

EVERY = SERVERS | SERVERS_BESIDES
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
    """Their servers, one for each certificate, started when wanted."""
    folder, running = tmp_path_factory.mktemp("theirs"), {}
    with ExitStack() as stack:

        def port(peer: str, kind: str, case: str = "sound") -> int:
            if (peer, kind, case) not in running:
                server = EVERY[peer](shown[kind, case], folder)
                running[peer, kind, case] = stack.enter_context(server)
            return running[peer, kind, case]

        yield port


@pytest.fixture
def connect(capfd, shown):
    """Run `tlskit connect --json`; return exit code, what it told, and stderr."""

    def run(peer: str, port: int, roots, *options: str):
        where = [f"127.0.0.1:{port}", "--servername", "localhost", "--ca", str(roots)]
        if peer in WITHOUT_EXTENDED_MASTER_SECRET:
            where.append("--allow-missing-extended-master-secret")
        code = main(["connect", *where, "--get", "/", "--json", *options])
        out, err = capfd.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_a_page_over_each_certificate(peer, kind, theirs, connect, shown, row):
    code, told, err = connect(peer, theirs(peer, kind), shown[kind, "sound"].roots)
    assert code == 0, err
    assert told[0]["bytes_received"] > 0 and told[0]["peer_subject"] == "CN=localhost"
    assert f"ECDHE_{kind.upper()}" in told[0]["suite"]
    row(peer=peer, role="server", suite=told[0]["suite"], certificate=kind, outcome="page")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
@pytest.mark.parametrize("peer", PEERS)
def test_we_refuse_a_fault_by_name(peer, case, kind, theirs, connect, shown, row):
    code, told, err = connect(peer, theirs(peer, kind, case), shown[kind, case].roots)
    last = err.splitlines()[-1]
    assert (code, told) == (1, []) and last.startswith(f"tlskit: {ALERTS[case]}: "), err
    outcome = f"refused by us: {ALERTS[case]}"
    row(peer=peer, role="server", suite="", certificate=f"{kind}, {case}", outcome=outcome)


@pytest.mark.parametrize("suite", RECOMMENDED, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", PEERS)
def test_every_suite(peer, suite, theirs, connect, shown, row):
    kind = suite.authentication
    port, roots = theirs(peer, kind), shown[kind, "sound"].roots
    code, told, err = connect(peer, port, roots, "--suites", suite.name)
    assert code == 0 and told[0]["suite"] == suite.name, err
    row(peer=peer, role="server", suite=suite.name, certificate=kind, outcome="page")


@pytest.mark.parametrize("name", ["TLS_RSA_WITH_AES_128_GCM_SHA256", "ecdhe-rsa-aes128-sha"])
@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS")])
def test_a_taught_suite_by_its_name(peer, name, theirs, connect, shown, row):
    roots = shown["rsa", "sound"].roots
    code, told, err = connect(peer, theirs(peer, "rsa"), roots, "--suites", name)
    assert code == 0 and ("RSA_WITH" in told[0]["suite"]), err
    assert (told[0]["group"] is None) == ("ECDHE" not in told[0]["suite"])
    row(
        peer=peer, role="server", suite=told[0]["suite"], certificate="rsa", outcome="page, by name"
    )


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("peer", PEERS)
def test_every_group(peer, group, theirs, connect, shown, row):
    roots = shown["rsa", "sound"].roots
    code, told, err = connect(peer, theirs(peer, "rsa"), roots, "--groups", group.upper())
    assert code == 0 and told[0]["group"] == group, err
    row(peer=peer, role="server", suite=f"group {group}", certificate="rsa", outcome="page")


@pytest.mark.parametrize("peer", PEERS)
def test_resumption(peer, theirs, connect, shown, row):
    code, told, err = connect(
        peer, theirs(peer, "ecdsa"), shown["ecdsa", "sound"].roots, "--resume"
    )
    assert code == 0 and [one["resumed"] for one in told] == [False, True], (told, err)
    row(peer=peer, role="server", suite="resumed", certificate="ecdsa", outcome="page")


@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("Node", "Go")])
def test_alpn(peer, theirs, connect, shown):
    options = ("--alpn", "h9,http/1.1")
    code, told, err = connect(peer, theirs(peer, "rsa"), shown["rsa", "sound"].roots, *options)
    assert code == 0 and told[0]["alpn"] == "http/1.1", err


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("kind", KINDS)
def test_a_client_certificate(kind, shown, connect, tmp_path):
    from tlskit import pki

    one = pki.client_credential(kind)
    (tmp_path / "c.pem").write_bytes(pki.pem_chain(one))
    (tmp_path / "c.key").write_bytes(pki.pem_key(one))
    sound = shown["rsa", "sound"]
    wanted = ("-Verify", "3", "-CAfile", str(sound.roots), "-verify_return_error")
    with openssl_server(sound, tmp_path, *wanted) as port:
        mine = ("--cert", str(tmp_path / "c.pem"), "--key", str(tmp_path / "c.key"))
        code, _, err = connect("OpenSSL", port, sound.roots, *mine)
        assert code == 0, err
        code, _, err = connect("OpenSSL", port, sound.roots)
        assert code == 1 and "handshake_failure: the peer sent it" in err
