"""What tests say to `openssl s_server` and `s_client`, and how they listen to them."""

import socket
from dataclasses import replace
from typing import Any

from tlskit import pki
from tlskit.certificates import Credential
from tlskit.connection import Connection

PATIENCE = 20  # seconds for a single answer of the program


def shown_as(credential: Credential) -> tuple[str | bytes, ...]:
    """Return the program's options for a leaf, the rest of its chain, and its key."""
    leaf, rest = (
        pki.pem_chain(replace(credential, chain=part))
        for part in (credential.chain[:1], credential.chain[1:])
    )
    return ("-cert", leaf, "-cert_chain", rest, "-key", pki.pem_key(credential))


def shake_hands(ours: Connection, there: socket.socket) -> None:
    there.settimeout(PATIENCE)
    while not ours.done:
        there.sendall(ours.data_to_send())
        came = there.recv(2**16)
        assert came, "the program hung up"
        ours.receive(came)
    there.sendall(ours.data_to_send())


def read_until(program: Any, words: bytes) -> bytes:
    """Return what the program prints up to the line with these words."""
    printed = b""
    while words not in printed:
        line = program.stdout.readline()
        assert line, f"the program ended without {words!r}: {printed.decode(errors='replace')}"
        printed += line
    return printed
