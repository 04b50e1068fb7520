"""Key log lines (RFC 9850) from a run: with them Wireshark opens the recorded connection.

Whoever has such a line can read all of that connection. It is for learning and debugging.
"""

from typing import Any


def key_log_lines(state: Any) -> list[str]:
    """Return the lines of a TLS 1.2 connection: CLIENT_RANDOM, the random, the master secret.

    Empty as long as there is no master secret. Reference: RFC 9850 §2 (the label is that of
    TLS 1.2; 32 and 48 bytes, both in hex).
    """
    if not state.master_secret:
        return []
    return [f"CLIENT_RANDOM {state.client_random.hex()} {state.master_secret.hex()}"]


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
