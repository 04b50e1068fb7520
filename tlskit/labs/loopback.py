"""This machine's own network: a server by Python's ssl, a client by it, and somebody in between.

All sockets are on 127.0.0.1, at ports that happen to be free.
"""

import http.client
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from tlskit import network, pki, tls12
from tlskit.alerts import Alert
from tlskit.certificates import Kind
from tlskit.cipher_suites import suite_named
from tlskit.lesson import HOST, client_settings, server_settings, shaken_hands
from tlskit.peers import load_chains
from tlskit.records import Record, join, split_all
from tlskit.registry import ContentType

SUITE = suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
TIMEOUT = 5.0
POLL = 0.05
Handle = Callable[[socket.socket], None]


# ---- HTTP, as little of it as is needed


def request(path: str) -> bytes:
    """Return a request for a page, after which the server shall end the connection."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


def response(body: bytes, length: int | None = None) -> bytes:
    """Return a page with its head; without a length the page ends where the connection ends."""
    said = "" if length is None else f"Content-Length: {length}\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{said}Connection: close\r\n\r\n"
    return head.encode() + body


def read_request(read: Callable[[], bytes]) -> str:
    """Read a request to the end of its head and return its path; "" if it is none."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        piece = read()
        if not piece:
            return ""
        asked += piece
    return asked.split()[1].decode()


# ---- Python's server and Python's client


@contextmanager
def listening(handle: Handle) -> Iterator[int]:
    """Hand each connection that comes to `handle`, one after the other, in a thread; yield a port.

    What `handle` raises ends that connection alone, as in any server.
    """
    listener, over = network.listen(), threading.Event()
    listener.settimeout(POLL)

    def work() -> None:
        while not over.is_set():
            try:
                sock = listener.accept()[0]
            except TimeoutError:
                continue
            sock.settimeout(TIMEOUT)
            with sock, suppress(OSError, ValueError):  # an ssl.SSLError is an OSError
                handle(sock)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        thread.join()
        listener.close()


def python_server(pages: Mapping[str, bytes], kind: Kind = "rsa") -> AbstractContextManager[int]:
    """Serve pages by Python's ssl, TLS 1.2 only: `with python_server(pages) as port:`.

    Each answer is written at once, and close_notify follows.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    credential = pki.credential(kind)
    load_chains(context, [(pki.pem_chain(credential), pki.pem_key(credential))])

    def handle(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as tls:
            path = read_request(lambda: tls.recv(network.PIECE))
            page = pages.get(path, b"no such page\n")
            tls.sendall(response(page, len(page)))
            tls.unwrap()

    return listening(handle)


@contextmanager
def our_server(pieces: Sequence[bytes], length: int | None = None) -> Iterator[int]:
    """Serve one page to one client by our own end, each piece in a record of its own.

    Args:
        length: what the head says about the length of the page, if anything.
    """

    def talk(stream: network.Stream) -> None:
        read_request(stream.read)
        for piece in (response(pieces[0], length), *pieces[1:]):
            stream.write(piece)

    def work() -> None:
        with suppress(Alert, OSError):  # the client's business
            network.serve_once(listener, talk, server_settings(), tls12.server(), timeout=TIMEOUT)

    with network.listen() as listener:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


@dataclass(frozen=True)
class Browsed:
    """What a client by Python's ssl and http.client got to see of a page.

    Args:
        page: its text.
        error: the name of the exception that it ended in, "" for none.
    """

    page: str
    error: str = ""

    @property
    def said(self) -> str:
        """What the program that fetched it was told: the exception's name, or "no error"."""
        return self.error or "no error"

    def __str__(self) -> str:
        """Return page and error in a line."""
        return f"{self.page!r}, {self.said}"

    __repr__ = __str__


def python_fetch(port: int, *, suppress_ragged_eofs: bool = True) -> Browsed:
    """Fetch a page by Python's own client; but for the root that it believes all is default.

    Args:
        suppress_ragged_eofs: as `ssl.SSLContext.wrap_socket` has it, True there too: a connection
            that ends without close_notify counts as one that has ended.
    """
    context = ssl.create_default_context(cadata=pki.pem_roots().decode())
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    raw = socket.create_connection((network.LOOPBACK, port), TIMEOUT)
    client = http.client.HTTPConnection(HOST)
    try:
        client.sock = context.wrap_socket(
            raw, server_hostname=HOST, suppress_ragged_eofs=suppress_ragged_eofs
        )
        client.request("GET", "/")
        return Browsed(client.getresponse().read().decode())
    except http.client.IncompleteRead as error:
        return Browsed(error.partial.decode(), "IncompleteRead")
    except ssl.SSLError as error:
        return Browsed("", type(error).__name__)
    finally:
        client.close()
        raw.close()


# ---- somebody in between


@dataclass
class Tap:
    """Who stands in between: the port to be called, and all that went by, in each direction."""

    port: int = 0
    client: bytes = field(default=b"", repr=False)
    server: bytes = field(default=b"", repr=False)


@contextmanager
def wiretap(port: int, let_through: int | None = None) -> Iterator[Tap]:
    """Stand between a client and the server on `port`; the recording is whole after the block.

    Args:
        let_through: how many records of application data the server may send; with the last of
            them the connection is cut off. None: all pass.
    """
    tap = Tap()

    def handle(client: socket.socket) -> None:
        with socket.create_connection((network.LOOPBACK, port), TIMEOUT) as server:
            carry(client, server, tap, let_through)

    with listening(handle) as tap.port:
        yield tap


def carry(client: socket.socket, server: socket.socket, tap: Tap, let_through: int | None) -> None:
    """Copy whole records to and fro until both sides have ended, or one was silent for too long."""
    open_ends = {client: server, server: client}
    left = {client: b"", server: b""}
    passed = 0
    while open_ends and (ready := select.select(list(open_ends), [], [], TIMEOUT)[0]):
        for source in ready:
            data = source.recv(network.PIECE)
            if not data:
                with suppress(OSError):
                    open_ends.pop(source).shutdown(socket.SHUT_WR)
                continue
            found, left[source] = split_all(left[source] + data)
            for record in found:
                with suppress(BrokenPipeError, ConnectionResetError):
                    open_ends[source].sendall(join(record))
                note(tap, "client" if source is client else "server", join(record))
                passed += source is server and record.content_type == ContentType.application_data
                if passed == let_through:
                    return


def note(tap: Tap, sender: str, data: bytes) -> None:
    """Add to the recording."""
    setattr(tap, sender, getattr(tap, sender) + data)


def protected_records(data: bytes) -> list[Record]:
    """Return the records that a side sent after its ChangeCipherSpec (RFC 5246 §7.1)."""
    found = split_all(data)[0]
    types = [record.content_type for record in found]
    return found[types.index(ContentType.change_cipher_spec) + 1 :]


def length_in_header(size: int) -> int:
    """Return the length in the header of a record with so many bytes of content, really sent."""
    settings = client_settings(suites=(SUITE,)), server_settings()
    run = shaken_hands(*settings, (tls12.client(), tls12.server()))
    run.server.write(bytes(size))
    return len(split_all(run.server.data_to_send())[0][0].fragment)
