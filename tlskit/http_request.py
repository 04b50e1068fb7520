"""One HTTP request and its answer, by h11: what a client says inside a connection. No I/O."""

import h11

LONGEST_HEAD = 2**16
"""Longest head of an answer, in bytes."""


def request(host: str, path: str) -> bytes:
    """Return a GET request after which the server shall end the connection (RFC 9112 §9.6).

    Raises: ValueError for a path that can't stand in a request.
    """
    http = h11.Connection(h11.CLIENT)
    headers = [("Host", host), ("User-Agent", "tlskit"), ("Connection", "close")]
    try:
        asked = h11.Request(method="GET", target=path, headers=headers)
    except h11.LocalProtocolError:
        raise ValueError(f"a path like /index.html is wanted, not {path!r}") from None
    return http.send(asked) or b""


class NotHttp(Exception):
    """The answer is none by HTTP/1.x."""


class Response:
    """The answer to one GET request, as its bytes come in.

    Attributes:
        status: 0 as long as the head is not whole.
        body: what has come of it so far and was not taken.
        complete: whether all of it has come, by its own account of its length.
    """

    def __init__(self) -> None:
        """Await the head."""
        self.status, self.complete = 0, False
        self.body = b""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._http.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        self._http.send(h11.EndOfMessage())

    def receive(self, data: bytes) -> None:
        """Take what came; b"" says that the connection has ended.

        Raises: NotHttp.
        """
        try:
            self._http.receive_data(data)
            while not self.complete:
                event = self._http.next_event()
                if isinstance(event, h11.Response):
                    self.status = event.status_code
                elif isinstance(event, h11.Data):
                    self.body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    self.complete = True
                elif event is h11.NEED_DATA or isinstance(event, h11.ConnectionClosed):
                    return
        except h11.RemoteProtocolError as error:
            if data:  # else the connection has ended before the answer has
                raise NotHttp(f"not_http: {error}") from None

    def take(self) -> bytes:
        """Return what has come of the body, and forget it."""
        taken, self.body = self.body, b""
        return taken
