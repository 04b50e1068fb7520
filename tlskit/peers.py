"""OpenSSL in memory as the other side of a handshake: a judge that shares none of our mistakes.

Python's `ssl` module drives it through two buffers in place of a socket. What OpenSSL derived can
be read from its key log (RFC 9850).
"""

import os
import ssl
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

NO_EXTENDED_MASTER_SECRET = 0x1  # SSL_OP_NO_EXTENDED_MASTER_SECRET, which `ssl` does not name
TAUGHT_TOO = "ALL:@SECLEVEL=0"
VERSIONS = {
    "1.2": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2),
    "1.3": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3),
    "both": (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
}
CURVES = {"secp256r1": "prime256v1", "x25519": "X25519"}  # the others keep their names


class Endpoint(Protocol):
    """Whatever takes bytes from its peer and has bytes for it."""

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer."""

    def data_to_send(self) -> bytes:
        """Return the bytes for the peer, and forget them."""


def exchange(one: Endpoint, other: Endpoint) -> list[tuple[Endpoint, Exception]]:
    """Carry bytes to and fro until both sides are silent.

    Returns: who raised what, in the order of time; empty if all went well. Bytes that are due
    after an error, as its alert, are still delivered.
    """
    problems: list[tuple[Endpoint, Exception]] = []
    silent = 0
    sides = (one, other)
    turn = 0
    while silent < 2:
        data = sides[turn].data_to_send()
        silent = 0 if data else silent + 1
        turn = 1 - turn
        if data:
            try:
                sides[turn].receive(data)
            except Exception as error:
                problems.append((sides[turn], error))
    return problems


@contextmanager
def private_file(content: bytes) -> Iterator[str]:
    """Give the name of a file that only this user can read, and remove it afterwards."""
    handle, name = tempfile.mkstemp(prefix="tlskit-")
    try:
        os.write(handle, content)
        os.close(handle)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)


class OpenSSLPeer:
    """One end of a connection that OpenSSL runs; made by `client` and `server`.

    Attributes:
        done: whether OpenSSL thinks that the handshake is over.
        error: OpenSSL's words for what went wrong, "" if nothing did.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        server_side: bool,
        server_name: str = "",
        session: ssl.SSLSession | None = None,
    ) -> None:
        """Begin a handshake; a client has its ClientHello ready."""
        self._context, self._server_side, self._server_name = context, server_side, server_name
        self.done = False
        self.closed = False
        self.error = ""
        handle, name = tempfile.mkstemp(prefix="tlskit-keylog-")
        os.close(handle)
        context.keylog_filename = name
        self._key_log = Path(name)
        self._key_log_lines = ""
        self._forget_key_log = weakref.finalize(self, remove_key_log, context, self._key_log)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._application_data: list[bytes] = []
        self._object = context.wrap_bio(
            self._incoming, self._outgoing, server_side, server_name or None, session
        )
        self._go_on()

    @classmethod
    def client(
        cls,
        roots_pem: bytes,
        server_name: str,
        *,
        suites: str = TAUGHT_TOO,
        group: str = "",
        alpn: Sequence[str] = (),
        extended_master_secret: bool = True,
        tickets: bool = False,
        version: str = "1.2",
        credential: tuple[bytes, bytes] | None = None,
    ) -> Self:
        """Return a client that checks certificate and name against these roots.

        Args:
            suites: OpenSSL's list; by default also those that are taught only.
            group: the only group it offers, as IANA names it; "" for all.
            version: "1.2", "1.3", or "both".
            tickets: whether it asks for a session ticket.
            credential: a chain and key, in PEM, to show if the server asks.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=roots_pem.decode())
        load_chains(context, [credential] if credential else [])
        settle(context, suites, group, alpn, extended_master_secret, tickets, version)
        return cls(context, False, server_name)

    @classmethod
    def server(
        cls,
        chains: Sequence[tuple[bytes, bytes]],
        *,
        suites: str = TAUGHT_TOO,
        group: str = "",
        alpn: Sequence[str] = (),
        extended_master_secret: bool = True,
        tickets: bool = False,
        version: str = "1.2",
        client_roots_pem: bytes = b"",
        require_client_certificate: bool = False,
    ) -> Self:
        """Return a server with these chains: pairs of certificates and key, in PEM.

        Args:
            tickets: whether it gives session tickets; it always keeps sessions by their ID.
            client_roots_pem: roots for client certificates; with them it asks for one.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        load_chains(context, chains)
        settle(context, suites, group, alpn, extended_master_secret, tickets, version)
        if client_roots_pem:
            context.load_verify_locations(cadata=client_roots_pem.decode())
            required = require_client_certificate
            context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
        return cls(context, True)

    def again(self, session: bool = True) -> Self:
        """Return the same side for another connection, with the sessions of this one.

        A client offers this connection's session unless told not to.
        """
        kept = self._object.session if session and not self._server_side else None
        return type(self)(self._context, self._server_side, self._server_name, kept)

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer. Faults are kept in `error`; OpenSSL answers by an alert."""
        self._incoming.write(data)
        self._go_on()

    def data_to_send(self) -> bytes:
        """Return the bytes for the peer, and forget them."""
        return self._outgoing.read()

    def end_of_input(self) -> None:
        """Take note that the peer's bytes have ended."""
        self._incoming.write_eof()
        self._go_on()

    def write(self, data: bytes) -> None:
        """Send application data.

        Raises: ValueError before the handshake is over: there are no keys yet.
        """
        if not self.done:
            raise ValueError("the handshake is not over, so there are no keys to write with")
        self._object.write(data)

    def read(self) -> bytes:
        """Return the application data that has come, and forget it."""
        data = b"".join(self._application_data)
        self._application_data.clear()
        return data

    def close(self) -> None:
        """Say close_notify."""
        try:
            self._object.unwrap()
        except ssl.SSLError as error:
            self._note(error)

    def _note(self, error: ssl.SSLError) -> None:
        if isinstance(error, ssl.SSLZeroReturnError):
            self.closed = True
        elif not isinstance(error, ssl.SSLWantReadError):
            detail = getattr(error, "verify_message", "")  # why a certificate was refused
            words = f"{error.reason or error}: {detail}" if detail else str(error.reason or error)
            self.error = self.error or words

    def _go_on(self) -> None:
        if self.error:
            return
        try:
            if not self.done:
                self._object.do_handshake()
                self.done = True
            while not self.closed:
                data = self._object.read(2**14)
                if not data:
                    self.closed = True
                self._application_data.append(data)
        except ssl.SSLError as error:
            self._note(error)

    @property
    def version(self) -> str:
        """The version as OpenSSL names it, "TLSv1.2"."""
        return self._object.version() or ""

    @property
    def cipher(self) -> str:
        """The suite as OpenSSL names it, "" before it is settled."""
        cipher = self._object.cipher()
        return cipher[0] if cipher else ""

    @property
    def resumed(self) -> bool:
        """Whether OpenSSL took a session up again."""
        return bool(self._object.session_reused)

    @property
    def peer_certificate(self) -> bytes:
        """The other side's certificate in DER, b"" if it showed none."""
        return self._object.getpeercert(binary_form=True) or b""

    @property
    def alpn(self) -> str:
        """The protocol that was agreed on, "" for none."""
        return self._object.selected_alpn_protocol() or ""

    @property
    def key_log(self) -> str:
        """The lines that OpenSSL wrote into its key log.

        OpenSSL writes the master secret when it sends its Finished: a server that refuses the
        client's Finished has written nothing.
        """
        if self._forget_key_log.alive:
            self._key_log_lines = self._key_log.read_text(encoding="ascii")
            if self.done or self.error:  # nothing more will be written
                self._forget_key_log()
        return self._key_log_lines

    @property
    def master_secret(self) -> bytes:
        """The master secret by OpenSSL's key log, b"" before there is one."""
        for line in self.key_log.splitlines():
            label, _, rest = line.partition(" ")
            if label == "CLIENT_RANDOM":
                return bytes.fromhex(rest.split()[1])
        return b""


def remove_key_log(context: ssl.SSLContext, key_log: Path) -> None:
    """Remove a file of secrets; OpenSSL must close it first (Windows removes no open file)."""
    if context.keylog_filename == str(key_log):  # else the context serves another connection now
        context.keylog_filename = None  # type: ignore[assignment]
    key_log.unlink(missing_ok=True)


def load_chains(context: ssl.SSLContext, chains: Sequence[tuple[bytes, bytes]]) -> None:
    """Hand certificates and keys to OpenSSL, which takes them from files only."""
    for chain, key in chains:
        with private_file(chain) as chain_file, private_file(key) as key_file:
            context.load_cert_chain(chain_file, key_file)


def settle(
    context: ssl.SSLContext,
    suites: str,
    group: str,
    alpn: Sequence[str],
    extended_master_secret: bool,
    tickets: bool,
    version: str,
) -> None:
    """Set what client and server have in common: versions, and tickets only if asked for."""
    context.minimum_version, context.maximum_version = VERSIONS[version]
    weak_too = suites if "@SECLEVEL" in suites else f"{suites}:@SECLEVEL=0"
    context.set_ciphers(weak_too)
    if not tickets:
        context.options |= ssl.OP_NO_TICKET
        if version != "1.2" and context.protocol is ssl.PROTOCOL_TLS_SERVER:
            context.num_tickets = 0
    if group:
        context.set_ecdh_curve(CURVES.get(group, group))
    if alpn:
        context.set_alpn_protocols(list(alpn))
    if not extended_master_secret:
        context.options |= NO_EXTENDED_MASTER_SECRET


def available_suites() -> tuple[str, ...]:
    """Return the names of the TLS 1.2 suites that this machine's OpenSSL still offers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(TAUGHT_TOO)
    return tuple(
        cipher["name"] for cipher in context.get_ciphers() if cipher["protocol"] != "TLSv1.3"
    )
