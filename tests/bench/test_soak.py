"""The soak in short, with our server, and with servers in which it has to find something wrong."""

import sys

import pytest
import soak

OURS = [sys.executable, "-m", "tlskit", "serve"]
WRONG = """
import socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", 0))
open(sys.argv[sys.argv.index("--ca-out") + 1], "w").write(open(sys.argv[1]).read())
print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
kept = []
while True:
    sock = listener.accept()[0]
    if sys.argv[2] == "keeps":
        kept.append(open(sys.argv[1]))
    if sys.argv[2] == "complains":
        print("Traceback (most recent call last):", file=sys.stderr, flush=True)
    sock.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="files and memory are read from /proc")
def test_our_server_stands_it(monkeypatch, capsys):
    monkeypatch.setattr(soak, "BATCHES", 2)
    assert soak.soaked(60, 20, OURS) == []
    said = capsys.readouterr().out
    assert "good: 80 of 80; hostile: 20" in said


@pytest.mark.parametrize(
    "fault, words",
    [
        ("closes", "40 good ones failed"),
        ("keeps", "files are left open"),
        ("complains", "said something strange: 'Traceback"),
    ],
)
def test_it_finds_what_is_wrong(fault, words, monkeypatch, tmp_path, capsys):
    from tlskit import pki

    (tmp_path / "root.pem").write_bytes(pki.pem_roots())
    (tmp_path / "wrong.py").write_text(WRONG)
    monkeypatch.setattr(soak, "PATIENCE", 1.0)
    monkeypatch.setattr(soak, "BATCHES", 1)
    command = [sys.executable, str(tmp_path / "wrong.py"), str(tmp_path / "root.pem"), fault]
    wrong = soak.soaked(40, 10, command)
    assert any(words in one for one in wrong), wrong


def test_a_failure_is_an_exit_code_and_a_line(monkeypatch, capsys):
    monkeypatch.setattr(soak, "soaked", lambda *_: ["something"])
    assert soak.main([]) == 1
    said = capsys.readouterr()
    assert said.out == "FAIL\n" and said.err == "soak: something\n"


def test_numbers_must_be_meant():
    with pytest.raises(SystemExit):
        soak.main(["--connections", "0"])
