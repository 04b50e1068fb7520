"""`python -m tlskit`: the first ten seconds."""

import subprocess
import sys

import pytest

from tlskit.__main__ import main

WITHOUT_CRYPTOGRAPHY = """
import sys
sys.modules["cryptography"] = None
from tlskit.__main__ import main
sys.exit(main([]))
"""


def test_it_prints_a_ladder_with_sizes_suite_and_secrets(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    for word in ("ClientHello", "(9)", "not in the nine", "master_secret", "both sides derived"):
        assert word in said
    assert "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, x25519" in said


def test_it_prints_the_same_in_every_process():
    command = [sys.executable, "-m", "tlskit"]
    first, second = (subprocess.run(command, capture_output=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout


def test_a_suite_can_be_named_by_either_name(capsys):
    assert main(["--suite", "AES128-SHA", "--no-extended-master-secret"]) == 0
    said = capsys.readouterr().out
    assert "TLS_RSA_WITH_AES_128_CBC_SHA\n" in said
    assert "ServerKeyExchange" not in said
    assert "from the two randoms" in said


@pytest.mark.parametrize("option", ["--suite", "--group"])
def test_an_unknown_name_is_one_line_and_exit_code_2(option, capsys):
    assert main([option, "nonsense"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tlskit: no ")
    assert said.err.count("\n") == 1


def test_a_python_without_cryptography_is_told_what_to_do():
    command = [sys.executable, "-c", WITHOUT_CRYPTOGRAPHY]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 2
    assert "python3 course.py run" in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_reader_who_has_seen_enough_is_no_error():
    command = [sys.executable, "-m", "tlskit"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True) as started:
        started.stdout.close()
        assert started.stderr.read() == ""
    assert started.returncode == 0
