"""Every wrong server of docs/alerts.md on a real socket: `connect` says the alert's name."""

import pytest
from all_ways import THEMES
from served import hang_up, served
from ways import CLIENT, GOES_ON, WAITS, Way, keepers, our_judge, quietly, told, wrong_end

from tlskit import pki
from tlskit.command import connect, main

SERVERS = [way for some in THEMES.values() for way in some if way.finder == CLIENT]
ONE_SHOT = [way for way in SERVERS if not way.resumes]
FINE = ("", GOES_ON)


class Ear:
    """What `told` needs to know of a judge that is another process, or could be."""

    error, done = "", True


def wrong_server(way: Way, heard: list[str]):
    now = way.judge.get("now", pki.NOW)

    def talk(sock) -> None:
        wrong = wrong_end(way, now, **keepers(way))
        after, bend = way.after, way.wire or bytes
        try:
            while True:
                data = wrong.data_to_send()
                if data:
                    sock.sendall(bend(data))
                if after and wrong.done and not wrong.failure:
                    after(wrong)
                    after, bend = None, bytes
                    continue
                if way.cut and wrong.done:
                    break
                incoming = sock.recv(2**16)
                if not incoming:
                    break
                quietly(wrong.receive, incoming)
        finally:
            heard.append(told(wrong, Ear()))
        hang_up(sock)

    return talk


def run(monkeypatch, capsys, way: Way, port: int) -> tuple[int, str]:
    monkeypatch.setattr(connect, "settings_of", lambda options: our_judge(way).settings)
    monkeypatch.setattr(connect, "TIMEOUT", 1.0)
    code = main(["connect", f"127.0.0.1:{port}", "--get", "/"])
    return code, capsys.readouterr().err


@pytest.mark.parametrize("way", ONE_SHOT, ids=lambda way: way.name)
def test_connect_says_which_alert_and_the_server_hears_it(way, monkeypatch, capsys):
    heard: list[str] = []
    with served(wrong_server(way, heard)) as port:
        code, said = run(monkeypatch, capsys, way, port)
    lines = said.splitlines()
    assert "Traceback" not in said and len(lines) <= 2
    if way.expected in (WAITS, GOES_ON) or way.expected.startswith("warning"):
        assert code in (0, 1) and (code == 0 or lines[-1].startswith("tlskit: connection_lost: "))
        return
    assert code == 1 and heard == [way.expected]
    name = lines[-1].removeprefix("tlskit: ").partition(":")[0]
    assert name in (way.expected, "connection_lost"), said
    if name == "connection_lost":
        assert way.cut or way.expected == "decode_error"
