"""Programs from outside as clients of `tlskit serve`: certificates, suites, groups, resumption."""

import time

import pytest
from certificates import CASES, KINDS
from programs import CLIENTS, CLIENTS_BESIDES, Call, Suite, chosen

from tlskit.cipher_suites import RECOMMENDED, SUITES

EVERY = CLIENTS | CLIENTS_BESIDES
PEERS = chosen(CLIENTS, CLIENTS_BESIDES)
WITHOUT_EXTENDED_MASTER_SECRET = ("Go",)
"""Go 1.19 has none: only `--legacy-clients` admits it."""
NO_CHOICE_OF_SUITES = ("NSS",)
TAUGHT = [
    one
    for one in SUITES
    if one.name in ("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
]
ALERTS = {
    "wrong CA": ("unknown_ca", "certificate_unknown", "bad_certificate"),
    "wrong name": ("bad_certificate", "certificate_unknown", "connection_lost", "unknown_ca"),
    "expired": ("certificate_expired", "certificate_unknown", "bad_certificate", "unknown_ca"),
    "no intermediate": ("unknown_ca", "certificate_unknown", "bad_certificate"),
}
"""What clients may say of each fault."""
SILENT = ("Node", ("curl", "wrong name"))
"""Who shakes hands first, then looks at the certificate, and hangs up without a word."""


def options_for(peer: str, *options: str) -> tuple[str, ...]:
    return ("--legacy-clients", *options) if peer in WITHOUT_EXTENDED_MASTER_SECRET else options


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", PEERS)
def test_the_page_over_each_certificate(peer, kind, shown, our_servers, tmp_path, row):
    port, _ = our_servers(kind, "sound", *options_for(peer))
    got = EVERY[peer](Call(port, shown[kind, "sound"].roots, folder=tmp_path))
    assert got.good, got.said
    row(peer=peer, role="client", suite="its own choice", certificate=kind, outcome="page")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
@pytest.mark.parametrize("peer", PEERS)
def test_a_fault_is_refused_and_we_say_so(peer, case, kind, shown, our_servers, tmp_path, row):
    port, server = our_servers(kind, case, *options_for(peer))
    before = len(server.said)
    got = EVERY[peer](Call(port, shown[kind, case].roots, folder=tmp_path))
    assert not got.good, got.said
    end = time.monotonic() + (0.2 if peer in SILENT or (peer, case) in SILENT else 5)
    while not (heard := server.said[before:]) and time.monotonic() < end:
        time.sleep(0.02)
    name = heard.partition("] ")[2].partition(":")[0] if heard else "nothing"
    allowed = ("nothing",) if peer in SILENT or (peer, case) in SILENT else ALERTS[case]
    assert name in allowed and "Traceback" not in heard
    row(
        peer=peer,
        role="client",
        suite="",
        certificate=f"{kind}, {case}",
        outcome=f"refused: {name}",
    )


@pytest.mark.parametrize("suite", RECOMMENDED, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] not in NO_CHOICE_OF_SUITES])
def test_every_suite(peer, suite, shown, our_servers, tmp_path, row):
    kind = suite.authentication
    port, _ = our_servers(kind, "sound", *options_for(peer))
    wanted = Suite(suite.openssl_name, suite.name)
    got = EVERY[peer](Call(port, shown[kind, "sound"].roots, suite=wanted, folder=tmp_path))
    assert got.good and f"<dd>{suite.name}</dd>" in got.said, got.said
    row(peer=peer, role="client", suite=suite.name, certificate=kind, outcome="page")


@pytest.mark.parametrize("suite", TAUGHT, ids=lambda suite: suite.name)
@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS")])
def test_what_is_only_taught_must_be_admitted(peer, suite, shown, our_servers, tmp_path, row):
    wanted, roots = Suite(suite.openssl_name, suite.name), shown["rsa", "sound"].roots
    port, _ = our_servers("rsa")
    assert not EVERY[peer](Call(port, roots, suite=wanted, folder=tmp_path)).good
    port, server = our_servers("rsa", "sound", "--legacy-clients")
    got = EVERY[peer](Call(port, roots, suite=wanted, folder=tmp_path))
    assert got.good and f"<dd>{suite.name}</dd>" in got.said, got.said
    assert "warning" in server.said
    row(peer=peer, role="client", suite=suite.name, certificate="rsa", outcome="page, if admitted")


@pytest.mark.parametrize("group", ["x25519", "secp256r1", "secp384r1"])
@pytest.mark.parametrize(
    "peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS", "curl", "Node")]
)
def test_every_group(peer, group, shown, our_servers, tmp_path, row):
    port, _ = our_servers("rsa")
    call = Call(port, shown["rsa", "sound"].roots, group=group, folder=tmp_path)
    got = EVERY[peer](call)
    assert got.good and f"<dd>{group}</dd>" in got.said, got.said
    row(peer=peer, role="client", suite=f"group {group}", certificate="rsa", outcome="page")


@pytest.mark.parametrize("options", [(), ("--tickets", "0")], ids=["ticket", "ID"])
@pytest.mark.parametrize(
    "peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS", "Node")]
)
def test_resumption(peer, options, shown, our_servers, tmp_path, row):
    port, _ = our_servers("ecdsa", "sound", *options)
    call = Call(port, shown["ecdsa", "sound"].roots, resume=True, folder=tmp_path)
    got = EVERY[peer](call)
    assert got.good and "<dt>resumed</dt><dd>yes</dd>" in got.said, got.said
    how = "ID" if options else "ticket"
    row(peer=peer, role="client", suite=f"resumed by {how}", certificate="ecdsa", outcome="page")


@pytest.mark.parametrize(
    "peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS", "curl", "Node")]
)
def test_alpn(peer, shown, our_servers, tmp_path, row):
    port, _ = our_servers("rsa", "sound", "--alpn", "http/1.1")
    call = Call(port, shown["rsa", "sound"].roots, alpn="http/1.1", folder=tmp_path)
    got = EVERY[peer](call)
    assert got.good and "<dd>http/1.1</dd>" in got.said, got.said
    row(peer=peer, role="client", suite="ALPN http/1.1", certificate="rsa", outcome="page")


@pytest.mark.parametrize("peer", [one for one in PEERS if one.values[0] in ("OpenSSL", "GnuTLS")])
def test_a_foreign_protocol_is_refused(peer, shown, our_servers, tmp_path):
    port, server = our_servers("rsa", "sound", "--alpn", "http/1.1")
    call = Call(port, shown["rsa", "sound"].roots, alpn="h9", folder=tmp_path)
    assert not EVERY[peer](call).good
    server.wait_for("no_application_protocol")
