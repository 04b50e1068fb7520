"""OpenSSL's program as a peer over loopback, for the tests that want the real thing."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tlskit.peers import private_file


@pytest.fixture
def openssl() -> Iterator[Callable[..., Any]]:
    """Start `openssl` with arguments; files are given as bytes. Ends it after the test."""
    with ExitStack() as stack:

        def start(*arguments: str | bytes) -> subprocess.Popen[bytes]:
            names = [
                stack.enter_context(private_file(one)) if isinstance(one, bytes) else one
                for one in arguments
            ]
            program = stack.enter_context(
                subprocess.Popen(
                    ["openssl", *names],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
            )
            stack.callback(program.kill)
            return program

        yield start
