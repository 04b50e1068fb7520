"""Reads the data in this folder; knows nothing of tlskit."""

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SERVER_RECORDS = (
    "serverhello",
    "servercert",
    "serverkeyexchange",
    "serverhellodone",
    "serverccs",
    "serverfinished",
    "serverdata",
)
CLIENT_RECORDS = (
    "clienthello",
    "clientkeyexchange",
    "clientccs",
    "clientfinished",
    "clientdata",
    "clientalert",
)
"""The records of the illustrated capture, in the order in which each side sent them."""

HANDSHAKE = (
    "clienthello",
    "serverhello",
    "servercert",
    "serverkeyexchange",
    "serverhellodone",
    "clientkeyexchange",
)
"""The plain handshake messages, in the order of the connection."""


@cache
def read_json(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def wycheproof(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return all tests of a file, each with the group that it belongs to."""
    groups = read_json(f"wycheproof/{name}_test.json")["testGroups"]
    return [(group, test) for group in groups for test in group["tests"]]


def title(test: dict[str, Any]) -> str:
    """Return what to print when this test fails."""
    return f"tcId {test['tcId']} ({test['result']}, {', '.join(test['flags'])}): {test['comment']}"


def illustrated(name: str) -> bytes:
    """Return a value of the illustrated capture, such as "client_random"."""
    return bytes.fromhex(read_json("illustrated_tls12.json")[name])


def illustrated_text(name: str) -> str:
    return str(read_json("illustrated_tls12.json")[name])


def record(name: str) -> bytes:
    """Return a record of the illustrated capture as it went over the wire."""
    return bytes.fromhex(read_json("illustrated_tls12.json")["messages"][name])


def message(name: str) -> bytes:
    """Return the plain handshake message inside a record of the illustrated capture."""
    return record(name)[5:]
