"""Programs from outside as clients of `tlskit serve`: certificates, suites, groups, resumption."""

import re

import pytest
from certificates import CASES, CLIENT, KINDS
from foreign_clients import CLIENTS, CLIENTS_BESIDES, Call, Suite
from programs import alert_in, chosen, soon

from tlskit.cipher_suites import RECOMMENDED, SUITES

EVERY = CLIENTS | CLIENTS_BESIDES
PEERS = chosen(CLIENTS, CLIENTS_BESIDES)
WITHOUT_EXTENDED_MASTER_SECRET = ("Go",)
"""Go 1.19 has none: only `--legacy-clients` admits it."""
TAUGHT = [
    one
    for one in SUITES
    if one.name in ("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
]
ALERTS = {
    "wrong CA": ("unknown_ca", "certificate_unknown", "bad_certificate"),
    "wrong name": ("bad_certificate", "certificate_unknown", "unknown_ca"),
    "expired": ("certificate_expired", "certificate_unknown", "bad_certificate", "unknown_ca"),
    "no intermediate": ("unknown_ca", "certificate_unknown", "bad_certificate"),
}
"""What clients may say of each fault."""
SILENT = ("Node", ("curl", "wrong name"))
"""Who shakes hands first, then looks at the certificate, and hangs up without a word."""


def peers_but(*those: str) -> list:
    return [one for one in PEERS if one.values[0] not in those]


def options_for(peer: str, *options: str) -> tuple[str, ...]:
    return ("--legacy-clients", *options) if peer in WITHOUT_EXTENDED_MASTER_SECRET else options


def named(suite) -> Suite:
    return Suite(suite.openssl_name, suite.name, int(suite.code))


def told(page: str, what: str) -> str:
    """Return what the last page tells of its connection."""
    return re.findall(rf"<dt>{what}</dt><dd>(.*?)</dd>", page)[-1]


@pytest.fixture
def fetch(shown, our_servers, tmp_path):
    """Let a peer fetch our page; return what it got, and what our server said meanwhile."""

    def run(peer: str, kind: str, *options: str, case: str = "sound", **asked):
        port, server = our_servers(kind, case, *options_for(peer, *options))
        before = len(server.said)
        roots = shown[kind, case].roots
        got = EVERY[peer](Call(port, roots, folder=tmp_path, **asked))
        return got, lambda: server.said[before:]

    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_the_page_over_each_certificate(peer, kind, fetch, row):
    got, _ = fetch(peer, kind)
    assert got.good and told(got.said, "version") == "1.2", got.said
    assert f"ECDHE_{kind.upper()}" in told(got.said, "suite")
    row(peer=peer, role="client", suite="its own choice", certificate=kind, outcome="page")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_fault_is_refused_and_we_say_so(peer, case, kind, fetch, row):
    got, heard = fetch(peer, kind, case=case)
    assert not got.good, got.said
    silent = peer in SILENT or (peer, case) in SILENT
    line = soon(heard, 0.2 if silent else 5)
    assert "Traceback" not in line
    if silent:
        assert line == "" and got.said != ""
        outcome = "hangs up after the handshake"
    else:
        name = line.partition("] ")[2].partition(":")[0]
        assert name in ALERTS[case] and "the peer sent it" in line
        outcome = f"it sends {name}"
    row(peer=peer, role="client", suite="", certificate=f"{kind}, {case}", outcome=outcome)


@pytest.mark.parametrize("suite", RECOMMENDED, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", PEERS)
def test_every_suite(peer, suite, fetch, row):
    kind = suite.authentication
    got, _ = fetch(peer, kind, suite=named(suite))
    assert got.good and told(got.said, "suite") == suite.name, got.said
    row(peer=peer, role="client", suite=suite.name, certificate=kind, outcome="page")


@pytest.mark.parametrize("suite", TAUGHT, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS")])
def test_what_is_only_taught_must_be_admitted(peer, suite, fetch, our_servers, row):
    got, heard = fetch(peer, "rsa", suite=named(suite))
    assert not got.good and alert_in(got.said) == "handshake_failure", got.said
    assert "] handshake_failure: " in soon(heard)
    got, _ = fetch(peer, "rsa", "--legacy-clients", suite=named(suite))
    assert got.good and told(got.said, "suite") == suite.name, got.said
    assert "warning" in our_servers("rsa", "sound", "--legacy-clients")[1].said
    outcome = "we send handshake_failure; page with --legacy-clients"
    row(peer=peer, role="client", suite=suite.name, certificate="rsa", outcome=outcome)


@pytest.mark.parametrize("version", ["1.1", "1.3"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_client_of_another_version_is_told(peer, version, fetch, row):
    got, heard = fetch(peer, "rsa", version=version)
    assert not got.good and "] protocol_version: " in soon(heard)
    assert alert_in(got.said) == "protocol_version", got.said
    outcome = "we send protocol_version"
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "no other version", "certificate": "rsa", "outcome": outcome},
    )


@pytest.mark.parametrize("group", ["x25519", "secp256r1", "secp384r1"])
@pytest.mark.parametrize("peer", peers_but("requests"))
def test_every_group(peer, group, fetch, row):
    got, _ = fetch(peer, "rsa", group=group)
    assert got.good and told(got.said, "group") == group, got.said
    row(peer=peer, role="client", suite=f"group {group}", certificate="rsa", outcome="page")


@pytest.mark.parametrize("how, options", [("ticket", ()), ("ID", ("--tickets", "0"))])
@pytest.mark.parametrize("peer", peers_but("requests"))
def test_resumption(peer, how, options, fetch, row):
    got, _ = fetch(peer, "ecdsa", *options, resume=True)
    if (peer, how) == ("Go", "ID"):  # it keeps tickets alone
        assert got.good and told(got.said, "resumed") == "no"
        return
    assert got.good and told(got.said, "resumed") == "yes", got.said
    row(peer=peer, role="client", suite=f"resumed by {how}", certificate="ecdsa", outcome="page")


@pytest.mark.parametrize("peer", peers_but("NSS"))
def test_alpn(peer, fetch, row):
    got, _ = fetch(peer, "rsa", "--alpn", "http/1.1", alpn="http/1.1")
    assert got.good and told(got.said, "alpn") == "http/1.1", got.said
    row(peer=peer, role="client", suite="ALPN http/1.1", certificate="rsa", outcome="page")


@pytest.mark.parametrize("peer", peers_but("NSS", "curl", "requests"))
def test_a_foreign_protocol_is_refused(peer, fetch, row):
    got, heard = fetch(peer, "rsa", "--alpn", "http/1.1", alpn="h9")
    assert not got.good and "] no_application_protocol: " in soon(heard)
    assert alert_in(got.said) == "no_application_protocol", got.said
    outcome = "we send no_application_protocol"
    row(peer=peer, role="client", suite="ALPN h9", certificate="rsa", outcome=outcome)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_a_client_certificate(peer, kind, fetch, shown, row):
    wanted = ("--require-client-cert", str(shown["rsa", "sound"].roots))
    mine = shown[kind, CLIENT]
    got, _ = fetch(peer, "rsa", *wanted, shows=mine)
    assert got.good and told(got.said, "peer_subject") != "none", got.said
    got, heard = fetch(peer, "rsa", *wanted)
    assert not got.good and "] handshake_failure: " in soon(heard), got.said
    assert alert_in(got.said) == "handshake_failure", got.said
    outcome = "page; without one we send handshake_failure"
    row(peer=peer, role="client", suite="client certificate", certificate=kind, outcome=outcome)
