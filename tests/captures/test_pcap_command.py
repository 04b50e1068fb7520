"""`tlskit pcap`: Wireshark's own reader opens the file decrypted, with no option set."""

import stat
import subprocess

import pytest

from tlskit.captures import pcapng, read_capture
from tlskit.cipher_suites import SUITES
from tlskit.command import main

ASKED = ["tls.handshake.type", "http.request.uri", "http.response.code", "tls.alert_message.desc"]


def written(tmp_path, *options: str) -> bytes:
    out = tmp_path / "handshake.pcapng"
    assert main(["pcap", "--out", str(out), *options]) == 0
    return out.read_bytes()


def seen_by_tshark(tmp_path, data: bytes) -> list[list[str]]:
    """Return the fields of ASKED for each flight that has any: one side's packets put together."""
    path = tmp_path / "seen.pcapng"
    path.write_bytes(data)
    fields = [part for one in ("tcp.srcport", *ASKED) for part in ("-e", one)]
    command = ["tshark", "-r", str(path), "-T", "fields", "-E", "separator=|", *fields]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    flights: dict[tuple[int, str], list[str]] = {}
    turn, speaker = 0, ""
    for line in result.stdout.splitlines():
        source, *values = line.split("|")
        if any(values):
            turn, speaker = turn + (source != speaker), source
            before = flights.get((turn, source), [""] * len(ASKED))
            pairs = zip(before, values, strict=True)
            flights[turn, source] = [",".join(filter(None, pair)) for pair in pairs]
    return list(flights.values())


PAGE = [["", "/", "", ""], ["", "", "200", "0"], ["", "", "", "0"]]
"""What stands behind the handshake: request, answer with close_notify (0), close_notify."""


def handshake(*flights: str) -> list[list[str]]:
    return [[flight, "", "", ""] for flight in flights]


@pytest.mark.peer("tshark")
@pytest.mark.parametrize(
    "suite, flight",
    [
        ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "2,11,12,14"),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "2,11,12,14"),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "2,11,12,14"),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", "2,11,14"),
        ("TLS_RSA_WITH_AES_256_GCM_SHA384", "2,11,14"),
    ],
)
def test_it_opens_by_itself(suite, flight, tmp_path):
    seen = seen_by_tshark(tmp_path, written(tmp_path, "--suite", suite))
    assert seen == handshake("1", flight, "16,20", "20") + PAGE  # 20 is Finished, protected


@pytest.mark.peer("tshark")
def test_a_resumed_connection_opens_too(tmp_path):
    suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    seen = seen_by_tshark(tmp_path, written(tmp_path, "--suite", suite, "--resume"))
    full = handshake("1", "2,11,12,14", "16,20", "20")
    asked = ["20", "/", "", ""]  # the client finishes and asks without waiting
    assert seen == full + PAGE + handshake("1", "2,20") + [asked] + PAGE[1:]


@pytest.mark.peer("tshark")
def test_without_the_secrets_it_stays_closed(tmp_path):
    data = written(tmp_path, "--suite", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    closed = pcapng(read_capture(data).conversations)
    seen = seen_by_tshark(tmp_path, closed)
    assert seen == handshake("1", "2,11,12,14", "16")


@pytest.mark.parametrize("suite", [suite.name for suite in SUITES])
def test_every_suite_and_the_same_bytes_each_time(suite, tmp_path):
    once = written(tmp_path, "--suite", suite, "--resume")
    assert once == written(tmp_path, "--suite", suite, "--resume")
    found = read_capture(once)
    assert len(found.conversations) == 2 and found.key_log.count("CLIENT_RANDOM ") == 2


def test_only_its_owner_can_read_it(tmp_path):
    (tmp_path / "handshake.pcapng").write_text("readable by all")
    (tmp_path / "handshake.pcapng").chmod(0o644)
    written(tmp_path, "--suite", "AES128-SHA")
    assert stat.S_IMODE((tmp_path / "handshake.pcapng").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "options, words",
    [
        (["--suite", "AES128-SHA:AES256-SHA"], "one name"),
        (["--suite", "TLS_NONE"], "no cipher suite here is called 'TLS_NONE'"),
        (["--suite", "AES128-SHA", "--out", "/nowhere/at/all"], "/nowhere/at/all: No such file"),
        (["--suite", "AES128-SHA", "--version", "1.3"], "is a suite of TLS 1.2"),
    ],
)
def test_what_can_not_be_meant(options, words, tmp_path, capsys):
    try:
        code = main(["pcap", "--out", str(tmp_path / "x"), *options])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert code == 2 and said.out == "" and words in said.err and said.err.count("\n") == 1
