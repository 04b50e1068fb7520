"""Visits, live and recorded, tell the same; nothing that was started is left behind."""

import shutil
import subprocess

import pytest

from tlskit.labs import real_browser, real_peers
from tlskit.labs.signalling import texts_in
from tlskit.ladder_rows import ladder_rows, text_ladder


def ladder(visit) -> str:
    return text_ladder(ladder_rows(visit.calls, visit.order))


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(real_peers.shutil, "which", lambda _: None)


@pytest.mark.peer("openssl")
@pytest.mark.peer("nginx")
@pytest.mark.parametrize("name", real_peers.SERVERS)
def test_a_live_visit_and_a_recorded_one_tell_the_same(name, monkeypatch):
    live = real_peers.visit(name)
    monkeypatch.setattr(real_peers.shutil, "which", lambda _: None)
    recorded = real_peers.visit(name)
    assert live.how.startswith("[live] ") and recorded.how.startswith("[recorded] ")
    assert live.told == recorded.told and ladder(live) == ladder(recorded)
    assert live.told[-1] == ("last line", "hello from a real peer")


@pytest.mark.peer("chromium")
def test_a_browser_live_and_recorded(monkeypatch):
    live = real_browser.browser()
    monkeypatch.setattr(real_peers.shutil, "which", lambda _: None)
    recorded = real_browser.browser()
    assert live.how.startswith("[live] ") and recorded.how.startswith("[recorded] ")
    assert live.told == recorded.told and live.told[-1] == ("last line", "GET / HTTP/1.1")
    messages = [
        [row.message for row in ladder_rows(one.calls, one.order)] for one in (live, recorded)
    ]
    upto = messages[0].index("application_data") + 1  # it may ask for an icon, too, or not
    assert messages[0][:upto] == messages[1][:upto]  # sizes differ: we sign the browser's random


def test_a_browser_that_does_not_come_is_replaced_by_the_recording(monkeypatch):
    monkeypatch.setattr(real_peers.shutil, "which", lambda _: "/bin/false")
    assert real_browser.browser().how.startswith("[recorded] ")


@pytest.mark.parametrize("name", real_peers.SERVERS)
def test_a_program_that_does_not_do_as_it_is_told_is_replaced_by_the_recording(name, monkeypatch):
    monkeypatch.setattr(real_peers, "program_path", lambda _: shutil.which("false"))
    how = real_peers.visit(name).how
    assert how.startswith("[recorded] ") and "did not answer here (ConnectionError)" in how


def test_a_server_that_does_not_start_is_an_error_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(real_peers, "PATIENCE", 0.2)
    begun = []
    popen = subprocess.Popen

    def noted(*arguments, **named):
        begun.append(popen(*arguments, **named))
        return begun[-1]

    monkeypatch.setattr(real_peers.subprocess, "Popen", noted)
    port = real_peers.free_port()
    with pytest.raises(TimeoutError), real_peers.started(["sleep", "60"], str(tmp_path), port):
        pass
    assert begun[0].poll() is not None


def test_recordings_say_where_they_are_from(nothing_installed):
    for name in real_peers.SERVERS:
        assert "recorded from " in real_peers.visit(name).how


def live_websocket():
    """Return a live visit; on a busy machine a browser may end before it has spoken."""
    for _ in range(4):
        visit = real_browser.browser(wss=True)
        if visit.how.startswith("[live]"):
            return visit
    raise AssertionError("the browser never spoke")


@pytest.mark.peer("chromium")
def test_a_browsers_websocket_live_and_recorded(monkeypatch):
    visits = [live_websocket()]
    monkeypatch.setattr(real_peers.shutil, "which", lambda _: None)
    visits.append(real_browser.browser(wss=True))
    assert [one.how.split()[0] for one in visits] == ["[live]", "[recorded]"]
    assert visits[0].told == visits[1].told
    for one in visits:
        assert texts_in(real_browser.request_in(one.heard)) == ["hello from the browser"]
    assert texts_in(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == []
