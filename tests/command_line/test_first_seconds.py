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


@pytest.mark.parametrize(("how", "words"), [("id", "by session ID"), ("ticket", "by ticket")])
def test_a_resumed_handshake_is_shorter_and_the_server_finishes_first(how, words, capsys):
    assert main(["--resume", how]) == 0
    said = capsys.readouterr().out
    assert f"resumed {words}, after a full handshake\n" in said
    assert "Certificate" not in said and "pre_master_secret" not in said
    assert said.index("<===== Finished") < said.index("===== Finished =====>")
    assert "both sides derived the same; master secret: that of the session" in said


def test_a_client_certificate_is_asked_for_and_shown(capsys):
    assert main(["--client-certificate"]) == 0
    said = capsys.readouterr().out
    for word in ("CertificateRequest", "CertificateVerify", "pre_master_secret"):
        assert word in said
    assert main(["--client-certificate", "--resume", "id"]) == 0
    said = capsys.readouterr().out
    assert "in which the client showed its certificate" in said and "Verify" not in said


def test_a_wrong_way_to_resume_is_told_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--resume", "luck"])
    assert ended.value.code == 2 and "luck" in capsys.readouterr().err


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


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--resume", "never"], ["--suite"]])
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tlskit: ")
    assert said.err.count("\n") == 1
