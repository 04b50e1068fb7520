"""The others who can do a whole handshake in memory: Python's `ssl`, and tlslite-ng."""

import errno
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tlskit import pki
from tlskit.certificates import Credential
from tlskit.peers import private_file

TLSLITE_EXCHANGE = {"RSA": "rsa", "ECDHE_RSA": "ecdhe_rsa", "ECDHE_ECDSA": "ecdhe_ecdsa"}


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def ssl_contexts(suite: str, credential: Credential, tickets: bool = False) -> Contexts:
    """Return the contexts of a client and a server that do TLS 1.2, P-256, and this one suite."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_verify_locations(cadata=pki.pem_roots().decode())
    with (
        private_file(pki.pem_chain(credential)) as chain,
        private_file(pki.pem_key(credential)) as key,
    ):
        server.load_cert_chain(chain, key)
    for context in (client, server):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(suite)
        context.set_ecdh_curve("prime256v1")
        if not tickets:
            context.options |= ssl.OP_NO_TICKET
    return client, server


class SSLPair:
    """Two of OpenSSL's ends and the four buffers between them."""

    def __init__(self, contexts: Contexts, session: ssl.SSLSession | None = None) -> None:
        """Do the whole handshake, or take the session up again."""
        self.to_client, self.from_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.to_server, self.from_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = contexts[0].wrap_bio(
            self.to_client, self.from_client, False, pki.HOST, session
        )
        self.server = contexts[1].wrap_bio(self.to_server, self.from_server, True)
        done = False
        while not done:
            done = go_on(self.client)
            self.to_server.write(self.from_client.read())
            go_on(self.server)
            self.to_client.write(self.from_server.read())

    def carry(self, content: bytes) -> bytes:
        """Send content from client to server."""
        self.client.write(content)
        self.to_server.write(self.from_client.read())
        return self.server.read(len(content))

    def say_goodbye(self) -> None:
        """Let the server send close_notify; nobody waits for the answer."""
        with suppress(ssl.SSLWantReadError):
            self.server.unwrap()


def go_on(end: ssl.SSLObject) -> bool:
    """Let one end do what it can; return whether its handshake is over."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def ssl_handshake(suite: str, credential: Credential) -> Callable[[], SSLPair]:
    """Return a callable that does one handshake with contexts made beforehand."""
    contexts = ssl_contexts(suite, credential)
    pair = SSLPair(contexts)
    if pair.client.cipher()[0] != suite:
        raise AssertionError(f"OpenSSL took {pair.client.cipher()[0]}, not {suite}")
    return lambda: SSLPair(contexts)


def ssl_resumed(suite: str, credential: Credential, by_ticket: bool) -> Callable[[], SSLPair]:
    """Do a full handshake; return a callable that takes its session up again each time.

    OpenSSL's server forgets a session whose connection ended without close_notify, so it says
    that each time: one record more than what is measured of tlskit.
    """
    contexts = ssl_contexts(suite, credential, by_ticket)
    first = SSLPair(contexts)
    session = first.client.session
    first.say_goodbye()
    if session is None or session.has_ticket is not by_ticket:
        raise AssertionError("OpenSSL kept another kind of session than it was told to")

    def run() -> SSLPair:
        pair = SSLPair(contexts, session)
        pair.say_goodbye()
        return pair

    pair = run()
    if not (pair.client.session_reused and pair.server.session_reused):
        raise AssertionError(f"{suite}: OpenSSL did not take the session up again")
    return run


class MemorySocket:
    """As much of a socket as tlslite-ng asks for."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.peer = self

    def send(self, data: bytes) -> int:
        """Hand data to the peer."""
        self.peer.waiting += data
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Hand all data to the peer: it always fits."""
        self.send(data)

    def setsockopt(self, *options: object) -> None:
        """Take no options."""

    def close(self) -> None:
        """Leave what was sent."""

    def recv(self, size: int) -> bytes:
        """Return what has come, or say that nothing has."""
        if not self.waiting:
            raise OSError(errno.EWOULDBLOCK, "nothing has come yet")
        data = bytes(self.waiting[:size])
        del self.waiting[:size]
        return data


def tlslite_identity(credential: Credential) -> tuple[Any, Any, Any]:
    """Return tlslite-ng's chain, key and settings: TLS 1.2, AES-128-GCM."""
    from tlslite.api import HandshakeSettings, X509CertChain, parsePEMKey

    chain = X509CertChain()
    chain.parsePemList(pki.pem_chain(credential).decode())
    key = parsePEMKey(pki.pem_key(credential).decode(), private=True)
    settings = HandshakeSettings()
    settings.minVersion = settings.maxVersion = (3, 3)
    settings.cipherNames = ["aes128gcm"]
    return chain, key, settings


def tlslite_handshake(exchange: str, credential: Credential) -> Callable[[], None]:
    """Return a callable that does one handshake; tlslite-ng does not verify the chain."""
    from tlslite.api import TLSConnection

    chain, key, settings = tlslite_identity(credential)
    settings.keyExchangeNames = [TLSLITE_EXCHANGE[exchange]]
    settings.eccCurves, settings.dhGroups, settings.keyShares = ["secp256r1"], [], []
    settings.defaultCurve = "secp256r1"

    def run() -> None:
        sockets = MemorySocket(), MemorySocket()
        sockets[0].peer, sockets[1].peer = sockets[1], sockets[0]
        client, server = TLSConnection(sockets[0]), TLSConnection(sockets[1])
        running = [
            client.handshakeClientCert(settings=settings, serverName=pki.HOST, async_=True),
            server.handshakeServerAsync(certChain=chain, privateKey=key, settings=settings),
        ]
        while running:
            # 0 means that it waits for bytes; a generator at its end is done
            running = [one for one in running if any(said == 0 for said in one)]

    return run
