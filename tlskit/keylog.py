"""Key log lines (RFC 9850) from a run: with them Wireshark opens the recorded connection.

Whoever has such a line can read all of that connection. It is for learning and debugging.
"""

from collections.abc import Iterable
from typing import Any

TLS_1_3_LABELS = {
    "CLIENT_EARLY_TRAFFIC_SECRET": "client_early_traffic_secret",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET": "client_handshake_traffic_secret",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET": "server_handshake_traffic_secret",
    "CLIENT_TRAFFIC_SECRET_0": "client_application_traffic_secret",
    "SERVER_TRAFFIC_SECRET_0": "server_application_traffic_secret",
    "EXPORTER_SECRET": "exporter_secret",
}
"""What the log calls each secret of TLS 1.3, and what RFC 9846 does (RFC 9850 §2.2)."""


def key_log_lines(state: Any) -> list[str]:
    """Return the lines of a connection: label, client random, secret; both values in hex.

    TLS 1.2: CLIENT_RANDOM and the master secret (32 and 48 bytes). TLS 1.3: a line for each secret
    that there is so far; after a KeyUpdate Wireshark goes on by itself. Empty as long as there is
    none. Reference: RFC 9850 §2.
    """
    if getattr(state, "master_secret", b""):
        return [key_log_line(state.client_random, state.master_secret)]
    there = {label: getattr(state, name, b"") for label, name in TLS_1_3_LABELS.items()}
    random = state.client_random.hex()
    return [f"{label} {random} {secret.hex()}" for label, secret in there.items() if secret]


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
    with_secrets = (state for state in states if hasattr(state, "client_random"))
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
