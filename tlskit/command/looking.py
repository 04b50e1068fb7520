"""Looking on at a connection: the ladder as text while it happens, and the key log."""

import sys
from typing import TextIO

from tlskit.command.options import printable
from tlskit.connection import Connection
from tlskit.keylog import key_log_lines
from tlskit.ladder_rows import ladder_rows, lines_of
from tlskit.private_files import append_private
from tlskit.trace import Call
from tlskit.watching import Watch

WIDTH = 28
"""Of the ladder's middle, in characters."""


class KeyLog:
    """A key log file, which only its owner can read (RFC 9850)."""

    def __init__(self, path: str) -> None:
        """Open the file for more lines. Raises: OSError."""
        self._file = append_private(path)

    def add(self, line: str) -> None:
        """Write a line at once: whoever reads along needs it now."""
        self._file.write(f"{line}\n".encode())
        self._file.flush()


class Onlooker(Watch):
    """Prints each message once it has gone by, and writes the secrets as soon as there are any.

    Args:
        trace: whether messages are printed.
        key_log: where the secrets go, if anywhere; only then the trace shows them too.
        name: stands before each line, to tell connections apart.
    """

    def __init__(
        self, trace: bool, key_log: KeyLog | None, name: str = "", out: TextIO | None = None
    ) -> None:
        self.calls: list[Call] | None = [] if trace else None
        self.name = name
        self._key_log, self._out = key_log, out or sys.stderr
        self._printed = 0
        self._logged: list[str] = []

    def moved(self, connection: Connection) -> None:
        """Print and write what is new."""
        if self.calls is not None:
            rows = ladder_rows(self.calls, connection.side.order(connection.state))
            for row in rows[self._printed :]:
                self._print("\n".join(lines_of(row, WIDTH)))
            self._printed = len(rows)
            if connection.done:  # a long conversation would be kept whole, and read anew each time
                self.calls.clear()
                self._printed = 0
        self._write_secrets(connection)

    def _write_secrets(self, connection: Connection) -> None:
        if self._key_log is None:
            return
        for line in key_log_lines(connection.state):
            if line not in self._logged:
                self._logged.append(line)
                self._key_log.add(line)
                if self.calls is not None:
                    self._print(line)

    def _print(self, line: str) -> None:
        shown = "\n".join(map(printable, line.split("\n")))
        print(f"{self.name}{shown}", file=self._out, flush=True)
