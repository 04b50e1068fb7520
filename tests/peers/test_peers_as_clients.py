"""Programs from outside as clients of `tlskit serve`: certificates, suites, groups, resumption."""

import re

import pytest
from certificates import CASES, CLIENT, KINDS
from foreign_clients import CLIENTS, CLIENTS_BESIDES, Call, Suite
from programs import alert_in, chosen, soon

from tlskit.cipher_suites import RECOMMENDED, SUITES, TLS_1_3_SUITES

EVERY = CLIENTS | CLIENTS_BESIDES
VERSIONS = ("1.2", "1.3")
PEERS = chosen(CLIENTS, CLIENTS_BESIDES)
WITHOUT_EXTENDED_MASTER_SECRET = ("Go",)
"""Go 1.19 has none: only `--legacy-clients` admits it, and TLS 1.3, which needs none."""
CHOOSES_NO_SUITE = ("requests", "Go")
"""Whose suites of TLS 1.3 can't be chosen."""
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


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_the_page_over_each_certificate(peer, kind, version, fetch, row):
    got, _ = fetch(peer, kind, version=version)
    assert got.good and told(got.said, "version") == version, got.said
    assert (f"ECDHE_{kind.upper()}" in told(got.said, "suite")) == (version == "1.2")
    suite = "its own choice"
    row(peer=peer, role="client", version=version, suite=suite, certificate=kind, outcome="page")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_fault_is_refused_and_we_say_so(peer, case, kind, version, fetch, row):
    got, heard = fetch(peer, kind, case=case, version=version)
    assert not got.good, got.said
    silent = peer in SILENT or (peer, case) in SILENT
    line = soon(heard, 0.2 if silent else 5)
    assert "Traceback" not in line
    if silent:
        assert got.said != ""  # in TLS 1.3 our side is not done yet when they hang up
        assert line == "" or (version == "1.3" and "] connection_lost: " in line)
        outcome = "hangs up after the handshake"
    else:
        name = line.partition("] ")[2].partition(":")[0]
        assert name in ALERTS[case] and "the peer sent it" in line
        outcome = f"it sends {name}"
    told_of = f"{kind}, {case}"
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "", "certificate": told_of, "outcome": outcome},
    )


@pytest.mark.parametrize("suite", RECOMMENDED, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", PEERS)
def test_every_suite(peer, suite, fetch, row):
    kind = suite.authentication
    got, _ = fetch(peer, kind, suite=named(suite))
    assert got.good and told(got.said, "suite") == suite.name, got.said
    row(peer=peer, role="client", suite=suite.name, certificate=kind, outcome="page")


@pytest.mark.parametrize("suite", TLS_1_3_SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", peers_but(*CHOOSES_NO_SUITE))
def test_every_suite_of_tls_1_3(peer, suite, fetch, row):
    got, _ = fetch(peer, "ecdsa", suite=named(suite), version="1.3")
    assert got.good and told(got.said, "suite") == suite.name, got.said
    row(
        **{"peer": peer, "role": "client", "version": "1.3"},
        **{"suite": suite.name, "certificate": "ecdsa", "outcome": "page"},
    )


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


@pytest.mark.parametrize(
    "version, options",
    [("1.1", ()), ("1.2", ("--min", "1.3")), ("1.3", ("--max", "1.2"))],
    ids=["1.1", "1.2 to 1.3", "1.3 to 1.2"],
)
@pytest.mark.parametrize("peer", PEERS)
def test_a_client_of_another_version_is_told(peer, version, options, fetch, row):
    got, heard = fetch(peer, "rsa", *options, version=version)
    assert not got.good and "] protocol_version: " in soon(heard)
    assert alert_in(got.said) == "protocol_version", got.said
    outcome = "we send protocol_version"
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "no other version", "certificate": "rsa", "outcome": outcome},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("group", ["x25519", "secp256r1", "secp384r1"])
@pytest.mark.parametrize("peer", peers_but("requests"))
def test_every_group(peer, group, version, fetch, row):
    got, _ = fetch(peer, "rsa", group=group, version=version)
    assert got.good and told(got.said, "group") == group, got.said
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": f"group {group}", "certificate": "rsa", "outcome": "page"},
    )


@pytest.mark.parametrize("group", ["x25519", "secp256r1"])
@pytest.mark.parametrize("peer", peers_but("requests"))
def test_a_group_that_it_sent_no_key_for(peer, group, fetch, row):
    """Then HelloRetryRequest asks for one: our server has that group alone."""
    got, _ = fetch(peer, "ecdsa", "--groups", group, version="1.3")
    assert got.good and told(got.said, "group") == group, got.said
    row(
        **{"peer": peer, "role": "client", "version": "1.3"},
        **{"suite": f"our {group} alone", "certificate": "ecdsa", "outcome": "page"},
    )


@pytest.mark.parametrize(
    "version, how, options",
    [("1.2", "ticket", ()), ("1.2", "ID", ("--tickets", "0")), ("1.3", "PSK", ())],
)
@pytest.mark.parametrize("peer", peers_but("requests"))
def test_resumption(peer, version, how, options, fetch, row):
    got, _ = fetch(peer, "ecdsa", *options, resume=True, version=version)
    if (peer, how) == ("Go", "ID"):  # it keeps tickets alone
        assert got.good and told(got.said, "resumed") == "no"
        return
    assert got.good and told(got.said, "resumed") == "yes", got.said
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": f"resumed by {how}", "certificate": "ecdsa", "outcome": "page"},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("peer", peers_but("NSS"))
def test_alpn(peer, version, fetch, row):
    got, _ = fetch(peer, "rsa", "--alpn", "http/1.1", alpn="http/1.1", version=version)
    assert got.good and told(got.said, "alpn") == "http/1.1", got.said
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "ALPN http/1.1", "certificate": "rsa", "outcome": "page"},
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("peer", peers_but("NSS", "curl", "requests"))
def test_a_foreign_protocol_is_refused(peer, version, fetch, row):
    got, heard = fetch(peer, "rsa", "--alpn", "http/1.1", alpn="h9", version=version)
    assert not got.good and "] no_application_protocol: " in soon(heard)
    assert alert_in(got.said) == "no_application_protocol", got.said
    outcome = "we send no_application_protocol"
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "ALPN h9", "certificate": "rsa", "outcome": outcome},
    )


@pytest.mark.parametrize(
    "version, alert", [("1.2", "handshake_failure"), ("1.3", "certificate_required")]
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_a_client_certificate(peer, kind, version, alert, fetch, shown, row):
    wanted = ("--require-client-cert", str(shown["rsa", "sound"].roots))
    mine = shown[kind, CLIENT]
    got, _ = fetch(peer, "rsa", *wanted, shows=mine, version=version)
    assert got.good and told(got.said, "peer_subject") != "none", got.said
    got, heard = fetch(peer, "rsa", *wanted, version=version)
    assert not got.good and f"] {alert}: " in soon(heard), got.said
    assert alert_in(got.said) == alert, got.said
    outcome = f"page; without one we send {alert}"
    row(
        **{"peer": peer, "role": "client", "version": version},
        **{"suite": "client certificate", "certificate": kind, "outcome": outcome},
    )
