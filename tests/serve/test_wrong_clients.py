"""Every wrong client of docs/alerts.md on a real socket: its alert arrives, and an orderly end."""

import socket
import time

import pytest
from all_ways import THEMES
from running import PATIENCE, Running, running
from ways import (
    FULL_HANDSHAKE,
    GOES_ON,
    SERVER,
    WAITS,
    bent,
    keepers,
    our_judge,
    quietly,
    told,
    wrong_end,
)

from tlskit import pki, tls12, versions
from tlskit.connection import Connection

CLIENTS = [way for some in THEMES.values() for way in some if way.finder == SERVER]
SHORT = 0.2
STILL_OPEN = (GOES_ON, WAITS, FULL_HANDSHAKE)


class Wire:
    """A wrong client's socket, which counts as the judge for `told`: it knows what came."""

    done, error = True, ""

    def __init__(self, server: Running) -> None:
        self.socket = server.dial()
        self.ended = False

    def carry(self, wrong: Connection, bend=None, due: bool = False) -> None:
        """Send what is due, take what comes, until nothing has come for a while.

        While something is due, for the handshake is not over or an alert must come, that is long:
        on a busy machine a server may take its time.
        """
        while True:
            data = wrong.data_to_send()
            if data:
                self.send(bend(data) if bend else data)
            self.socket.settimeout(PATIENCE if due else SHORT)
            try:
                answer = self.socket.recv(2**16)
            except TimeoutError:
                return
            if not answer:
                self.ended = True
                return
            quietly(wrong.receive, answer)
            due = due and not wrong.done

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self.ended = True


KNOWS_TLS_1_2_ALONE = ("TLS 1.3 only", "fallback, but to our best")
"""Ways that are none towards a server of both versions, which all others meet."""


def judge_settings(way, **kept):
    """Return the settings of the judge of docs/alerts.md, for a server that runs."""
    return lambda: our_judge(way, **kept).settings


@pytest.mark.parametrize("way", CLIENTS, ids=lambda way: way.name)
def test_the_alert_arrives_and_an_orderly_end(way):
    now = way.judge.get("now", pki.NOW)
    kept = keepers(way)
    side = tls12.server if way.name in KNOWS_TLS_1_2_ALONE else versions.server
    with running(judge_settings(way, **kept), side=side) as server:
        session = None
        if way.resumes:
            first = wrong_end(way, now, sound=True, session_tickets=way.resumes == "ticket")
            opening = Wire(server)
            opening.carry(first)
            assert first.done
            opening.socket.close()
            session = bent(way, first.session)
        wrong = wrong_end(way, now, **({"session": session} if session else {}))
        wire = Wire(server)
        alert_due = way.expected not in STILL_OPEN
        wire.carry(wrong, way.wire, due=alert_due and not way.cut)
        if way.after and wrong.done and not wrong.failure:
            way.after(wrong)
            wire.carry(wrong, due=alert_due and not way.cut)
        if way.cut:
            wire.socket.shutdown(socket.SHUT_WR)
            wire.carry(wrong, due=alert_due)
        if way.expected in STILL_OPEN:
            assert not getattr(wrong.failure, "received", False) and not wrong.warnings
        else:
            said = told(wrong, wire)
            assert said == way.expected
            assert wire.ended or said.startswith("warning"), "no end came"
        wire.socket.close()
        assert server.settled()


def test_one_of_them_leaves_the_next_alone():
    way = next(one for one in CLIENTS if not one.resumes)
    with running(judge_settings(way)) as server:
        for _ in range(5):
            wire = Wire(server)
            wire.carry(wrong_end(way, pki.NOW), way.wire)
            wire.socket.close()
        good = wrong_end(way, pki.NOW, sound=True)
        wire = Wire(server)
        begun = time.monotonic()
        wire.carry(good)
        assert good.done and time.monotonic() - begun < PATIENCE
        wire.socket.close()
