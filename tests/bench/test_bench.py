"""The bench runs: every contestant does the same work, and wrong options are told in words."""

import json
import subprocess
import sys
from pathlib import Path

import bench
import bench_floor
import bench_measure
import bench_peers
import bench_tlskit
import pytest
from cryptography.x509.verification import VerificationError

from tlskit import pki
from tlskit.cipher_suites import suite_named

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    command = [sys.executable, str(ROOT / "tools/bench.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.filterwarnings("ignore:The asyncore module is deprecated")  # tlslite-ng loads it
@pytest.mark.parametrize("exchange", bench.EXCHANGES)
def test_every_contestant_does_its_handshake(exchange):
    suite = suite_named(bench.EXCHANGES[exchange])
    credential = pki.credential(suite.authentication)
    client, server = bench_tlskit.handshake(suite, traced=True)()
    assert client.state.suite is suite
    assert client.state.extended_master_secret
    assert client.state.peer_chain == credential.chain
    assert client.state.master_secret == server.state.master_secret
    bench_floor.handshake(exchange, credential, client.state.handshake_messages[:-2])()
    pair = bench_peers.ssl_handshake(suite.openssl_name, credential)()
    assert pair.carry(b"some bytes") == b"some bytes"
    bench_peers.tlslite_handshake(exchange, credential)()


@pytest.mark.parametrize("exchange", bench.EXCHANGES)
@pytest.mark.parametrize("by_ticket", [False, True])
def test_every_contestant_takes_its_session_up_again(exchange, by_ticket):
    suite = suite_named(bench.EXCHANGES[exchange])
    run = bench_tlskit.resumed(suite, by_ticket)
    first, second = (run()[0].state for _ in range(2))
    assert first.resumed and second.resumed and bool(first.ticket) is by_ticket
    assert first.master_secret == second.master_secret
    assert first.key_block != second.key_block
    other = bench_peers.ssl_resumed(
        suite.openssl_name, pki.credential(suite.authentication), by_ticket
    )
    pair = other()
    assert pair.client.session_reused and pair.server.session_reused


def test_the_floor_refuses_another_chain():
    floor = bench_floor.handshake("RSA", pki.credential("rsa", "localhost"), ())
    with pytest.raises(VerificationError):
        floor()


def test_ratios_are_of_minima_and_of_medians():
    base = bench_measure.Timing("base", [2.0, 1.0, 4.0])
    other = bench_measure.Timing("other", [3.0, 9.0, 6.0])
    assert other.to(base) == (3.0, 3.0)
    assert bench_measure.percentile([float(n) for n in range(1, 101)], 0.95) == 95
    assert bench_measure.percentile([7.0], 0.95) == 7
    assert bench_measure.verdict(1.604, 1.6) == "1.6"
    assert bench_measure.verdict(1.61, 1.6) == "1.6, missed"


def test_import_is_measured_and_written_down(tmp_path):
    told = run("import", "--rounds", "2", "--json", str(tmp_path / "rows.json"))
    assert told.returncode == 0, told.stderr
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert [row["name"] for row in rows][1] == "tlskit with pyca"
    assert rows[1]["ratio_of_best"] > 0.5


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["sandwiches"], "there is no section 'sandwiches'"),
        (["--rounds", "1"], "--rounds must be 2 or more"),
        (["--json", "nowhere/at/all.json"], "there is no folder"),
    ],
)
def test_wrong_options(arguments, words):
    told = run(*arguments)
    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.peer("bwrap")
def test_a_class_is_made_and_graded(tmp_path):
    import bench_grade

    bench_grade.hand_in(tmp_path / "class", 3)
    assert bench_grade.ours(tmp_path / "class", tmp_path / "out") > 0
    rows = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 4 + 1
    with pytest.raises(OSError, match="no folder"):
        bench_grade.ours(tmp_path / "nobody", tmp_path / "out")


def test_every_server_of_the_bench_answers_its_clients():
    import bench_serve

    told = bench_serve.context()
    for kind in bench_serve.SERVERS:
        with bench_serve.child(kind) as server:
            assert bench_serve.fetched(told, server.port) == len(bench_serve.SMALL), kind
            assert bench_serve.fetched(told, server.port, f"/{2**18}") > 2**18
            seconds, size = server.asked()
            assert seconds > 0 and (size > 2**20 or sys.platform != "linux")
