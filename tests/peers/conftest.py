"""What the peers' tests share: certificates, servers of ours, and the table of what came of it."""

import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from certificates import credential, written
from programs import ours
from running import Running, for_this_machine, running

from tlskit.command.options import words_for


@pytest.fixture(scope="session")
def shown(tmp_path_factory):
    """The certificates, by kind and case."""
    return written(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def our_servers(shown, tmp_path_factory):
    """Our servers as processes, one for each certificate and options, started when wanted."""
    folder, started = tmp_path_factory.mktemp("ours"), {}
    with ExitStack() as stack:

        def server(kind: str, case: str = "sound", *options: str):
            key = (kind, case, options)
            if key not in started:
                one = shown.get((kind, case))  # None: it makes its certificate itself
                serving = serve_expired(kind) if case == "expired" else ours(one, folder, *options)
                started[key] = stack.enter_context(serving)
            return started[key]

        yield server


@contextmanager
def serve_expired(kind: str):
    """Serve an expired certificate, which the command does not take: the same server, in here."""
    legacy = for_this_machine(credentials=(credential(kind, "expired"),))
    with running(lambda: replace(legacy(), now=datetime.now(UTC))) as server:
        yield server.port, Heard(server)


class Heard:
    """The lines that the command would have printed."""

    def __init__(self, server: Running) -> None:
        self._server = server

    @property
    def said(self) -> str:
        failures = enumerate(self._server.ended, 1)
        return "".join(f"[{at}] {words_for(one)}\n" for at, one in failures if one is not None)


@pytest.fixture
def row():
    """Note a row of the table of what came of it: TLSKIT_TABLE names the file for it."""

    def note(**columns: str) -> None:
        path = os.environ.get("TLSKIT_TABLE")
        if path:
            with Path(path).open("a") as file:
                file.write(json.dumps({"version": "1.2"} | columns) + "\n")

    return note
