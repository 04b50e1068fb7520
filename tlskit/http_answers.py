"""What runs inside a served connection: a short page by HTTP/1.x, and a WebSocket echo.

HTTP is h11's business, WebSocket (RFC 6455) wsproto's; here stands what is answered. No I/O:
bytes that came go in, bytes that are due come out.
"""

from collections.abc import Iterator
from dataclasses import fields
from html import escape
from http import HTTPStatus

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import RemoteProtocolError

from tlskit.facts import Facts

LONGEST_HEAD = 2**14
"""Longest head of a request, in bytes."""
ECHO = b"/echo"


class Answers:
    """One client's requests, answered: every path has the page, /echo perhaps a WebSocket.

    Args:
        facts: what the page tells.
        echo: whether /echo is a WebSocket that says everything back.
        shown: a page of the caller's instead.

    Attributes:
        over: whether the connection is to be closed after what was returned.
    """

    def __init__(self, facts: Facts, echo: bool = False, shown: bytes = b"") -> None:
        """Await the first request."""
        self.over = False
        self._page = shown or page(facts)
        self._echo = echo
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        self._websocket: WSConnection | None = None

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Take what came; yield what is due, a piece a record."""
        if not data:  # to h11 it would mean that the connection has ended
            return
        if self._websocket:
            yield from self._frames(data)
            return
        try:
            self._http.receive_data(data)
            yield from self._requests()
        except h11.RemoteProtocolError as error:
            self.over = True
            if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                yield self._response(error.error_status_hint, f"{error}\n".encode(), "text/plain")

    def _requests(self) -> Iterator[bytes]:
        while not self.over:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                if self._echo and event.target.partition(b"?")[0] == ECHO:
                    yield from self._upgrade(event)
                    return
                yield self._answer(event)
            elif event is h11.NEED_DATA:
                return
            elif isinstance(event, h11.ConnectionClosed):
                self.over = True
            if self._http.our_state is h11.MUST_CLOSE:
                self.over = True
            elif self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
                self._http.start_next_cycle()

    def _answer(self, request: h11.Request) -> bytes:
        if request.method not in (b"GET", b"HEAD"):
            return self._response(405, b"only GET and HEAD are answered here\n", "text/plain")
        bare = request.method == b"HEAD"
        return self._response(200, self._page, "text/html; charset=utf-8", bare)

    def _response(self, status: int, body: bytes, kind: str, bare: bool = False) -> bytes:
        """Return a whole response: one piece, so that it goes out as one record.

        A bare one, the answer to HEAD, tells the length of a body that it has not.
        """
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        if self.over or status == 405:  # a body that nobody reads may follow
            headers.append(("Connection", "close"))
        phrase = HTTPStatus(status).phrase
        response = h11.Response(status_code=status, headers=headers, reason=phrase)
        content = h11.Data(b"" if bare else body)
        parts = [self._http.send(one) for one in (response, content, h11.EndOfMessage())]
        return b"".join(part for part in parts if part)

    # ---- WebSocket

    def _upgrade(self, request: h11.Request) -> Iterator[bytes]:
        """Answer a request for a WebSocket, or say that one is needed (RFC 6455 §4.2)."""
        websocket = WSConnection(ConnectionType.SERVER)
        try:
            websocket.initiate_upgrade_connection(list(request.headers), request.target.decode())
        except RemoteProtocolError as error:
            self.over = True
            said = f"/echo is a WebSocket: {error}\n".encode()
            yield self._response(426, said, "text/plain")
            return
        self._websocket = websocket
        yield from self._frames(b"")  # the answer to the request comes first
        yield from self._frames(self._http.trailing_data[0])

    def _frames(self, data: bytes) -> Iterator[bytes]:
        websocket = self._websocket
        assert websocket is not None
        try:
            if data:
                websocket.receive_data(data)
            for event in websocket.events():
                if answer := self._said_back(event):
                    yield answer
        except RemoteProtocolError as error:
            self.over = True
            yield websocket.send(error.event_hint or CloseConnection(1002))

    def _said_back(self, event: object) -> bytes:
        websocket = self._websocket
        assert websocket is not None
        if isinstance(event, Request):
            return websocket.send(AcceptConnection())
        if isinstance(event, TextMessage | BytesMessage):  # fragment by fragment
            return websocket.send(event)
        if isinstance(event, Ping):
            return websocket.send(event.response())
        if isinstance(event, CloseConnection):
            self.over = True
            return websocket.send(event.response())
        return b""


def page(facts: Facts) -> bytes:
    """Return the page that tells of its own connection."""
    told = {one.name: getattr(facts, one.name) for one in fields(facts)}
    told["resumed"] = "yes" if facts.resumed else "no"
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value)) if value else 'none'}</dd>\n"
        for name, value in told.items()
    )
    return (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>tlskit</title>\n"
        '<meta name=viewport content="width=device-width">\n'
        '<meta name=color-scheme content="light dark">\n'
        "<style>dd { overflow-wrap: anywhere }</style>\n"
        "<h1>This page came over tlskit</h1>\n<p>It is for learning, not for production.</p>\n"
        f"<dl>\n{rows}</dl>\n</html>\n"
    ).encode()
