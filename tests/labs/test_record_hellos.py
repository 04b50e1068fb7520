"""The recorder of hellos, run with the program that every machine of ours has."""

import importlib.util
import json
from pathlib import Path

import pytest

from tlskit.labs import hellos

PATH = Path(__file__).parents[2] / "tools/record_hellos.py"


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("record_hellos", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


@pytest.mark.peer("openssl")
def test_it_writes_a_hello_that_asks_for_the_courses_host(recorder, tmp_path, capsys):
    assert recorder.main(["openssl"]) == 0
    content = json.loads((tmp_path / "openssl.json").read_text())
    assert hellos.named(bytes.fromhex(content["flight"])) == hellos.HOST
    assert content["how"].startswith("OpenSSL") and "127.0.0.1" not in content["how"]
    assert "openssl.json" in capsys.readouterr().out


def test_another_client_is_refused_in_a_line(recorder, capsys):
    assert recorder.main(["curl"]) == 2
    assert capsys.readouterr().err == "curl: not one of chromium, openssl\n"
