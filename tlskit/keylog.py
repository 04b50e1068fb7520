"""Key log lines (RFC 9850) from a run: with them Wireshark opens the recorded connection.

Whoever has such a line can read all of that connection. It is for learning and debugging.
"""

from collections.abc import Iterable
from typing import Any


def key_log_lines(state: Any) -> list[str]:
    """Return the lines of a TLS 1.2 connection: CLIENT_RANDOM, the random, the master secret.

    Empty as long as there is no master secret. Reference: RFC 9850 §2 (the label is that of
    TLS 1.2; 32 and 48 bytes, both in hex).
    """
    if not state.master_secret:
        return []
    return [key_log_line(state.client_random, state.master_secret)]


def key_log_line(client_random: bytes, master_secret: bytes) -> str:
    """Return the line of a TLS 1.2 connection, without a line end (RFC 9850 §2)."""
    return f"CLIENT_RANDOM {client_random.hex()} {master_secret.hex()}"


def key_log_of(calls: Iterable[Any]) -> list[str]:
    """Return the lines of all connections in a trace, each once.

    A trace of both ends of one connection gives one line, for both derived the same; if they did
    not, it gives two.
    """
    results = (call.result for call in calls)
    states = [one[0] if isinstance(one, tuple) else one for one in results]
    with_secrets = (state for state in states if hasattr(state, "master_secret"))
    return list(dict.fromkeys(line for state in with_secrets for line in key_log_lines(state)))


def secrets_of(lines: str) -> dict[tuple[str, bytes], bytes]:
    """Return the secrets in a key log by label and client random; comments are passed over.

    Raises: ValueError for a line that is none.
    """
    found = {}
    for line in lines.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split()
        if len(parts) != 3:
            raise ValueError(f"a key log line is a label and two hex values, not {line[:60]!r}")
        found[parts[0], bytes.fromhex(parts[1])] = bytes.fromhex(parts[2])
    return found
