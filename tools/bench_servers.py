"""A server in a process of its own, for the bench: `python bench_servers.py tlskit|ssl|tlslite-ng`.

It prints its port. A line on its standard input is answered by a line: the processor time that it
has used so far, in seconds, and its memory, in bytes. All serve the same certificate, suite and
pages: GET / is a short page, GET /N are N bytes.
"""

import asyncio
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tlskit import pki, tls12
from tlskit.cipher_suites import suite_named
from tlskit.peers import load_chains
from tlskit.serving import Limits, Server
from tlskit.settings import Settings

SUITE = suite_named("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
CREDENTIAL = pki.credential("ecdsa", "localhost")
LARGE = 2**26
PIECE = bytes(2**18)
HEAD = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n"
SMALL = HEAD.format(6).encode() + b"hello\n"


def answer(request: bytes) -> Iterator[bytes]:
    """Yield the pieces of the page that a request asks for."""
    path = request.split(b" ")[1][1:]
    if not path:
        yield SMALL
        return
    yield HEAD.format(int(path)).encode()
    yield from (PIECE for _ in range(int(path) // len(PIECE)))


class Page:
    """What is said inside one connection of ours: one page."""

    def __init__(self) -> None:
        self.over = False

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Answer the request, which comes in one piece here."""
        if data:
            self.over = True
            yield from answer(data)


def ours(said: Callable[[int], None]) -> None:
    """Serve by tlskit."""
    import os

    def told() -> Settings:
        return Settings(
            random=os.urandom,
            now=datetime.now(UTC),
            credentials=(CREDENTIAL,),
            suites=(SUITE,),
            require_extended_master_secret=True,
        )

    async def serve() -> None:
        server = Server(told, tls12.server, lambda _: Page(), Limits(connections=2000))
        await server.start("127.0.0.1", 0)
        said(server.port)
        await asyncio.Event().wait()

    asyncio.run(serve())


def openssl_context() -> ssl.SSLContext:
    """Return OpenSSL's side with the same certificate and suite."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITE.openssl_name)
    context.options |= ssl.OP_NO_TICKET
    load_chains(context, [(pki.pem_chain(CREDENTIAL), pki.pem_key(CREDENTIAL))])
    return context


def openssl(said: Callable[[int], None]) -> None:
    """Serve by Python's ssl, in asyncio too."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for piece in answer(await reader.read(2**16)):
                writer.write(piece)
                await writer.drain()
        except (ssl.SSLError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        context = openssl_context()
        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context, backlog=1000)
        said(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(serve())


def tlslite(said: Callable[[int], None]) -> None:
    """Serve by tlslite-ng, a thread a connection: its own asyncio is for clients."""
    from bench_peers import tlslite_identity
    from tlslite.api import TLSConnection

    chain, key, settings = tlslite_identity(CREDENTIAL)

    def talk(sock: socket.socket) -> None:
        connection = TLSConnection(sock)
        try:
            connection.handshakeServer(certChain=chain, privateKey=key, settings=settings)
            for piece in answer(bytes(connection.recv(2**14))):
                connection.sendall(piece)
            connection.close()
        except Exception:  # whatever it makes of a client that has gone
            sock.close()

    listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
    said(listener.getsockname()[1])
    while True:
        threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()


KINDS = {"tlskit": ours, "ssl": openssl, "tlslite-ng": tlslite}


def memory() -> int:
    """Return how many bytes of this process are in memory; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    import resource

    return int(pages) * resource.getpagesize()


def answer_questions() -> None:
    """Answer each line that comes with processor time and memory."""
    for _ in sys.stdin:
        print(time.process_time(), memory(), flush=True)


if __name__ == "__main__":
    threading.Thread(target=answer_questions, daemon=True).start()
    KINDS[sys.argv[1]](lambda port: print(port, flush=True))
