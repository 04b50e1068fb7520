"""The page and the WebSocket, over TLS and by hand: what clients may say, and nonsense."""

import pytest
from running import all_of, for_this_machine, running
from test_many_at_once import context, page
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection as Frames
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    Request,
    TextMessage,
)

from tlskit.facts import Facts
from tlskit.http_answers import LONGEST_HEAD, Answers

FACTS = Facts("1.2", "TLS_<b>", "x25519", False, "a&b", None)


def answered(*pieces: bytes, echo: bool = False) -> tuple[bytes, Answers]:
    answers = Answers(FACTS, echo)
    return b"".join(b"".join(answers.receive(one)) for one in pieces), answers


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.0\n\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET /a/b?c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ],
)
def test_a_get_of_any_age_gets_the_page_and_an_end(request_):
    said, answers = answered(request_)
    assert said.startswith(b"HTTP/1.1 200 ") and answers.over
    assert b"TLS_&lt;b&gt;" in said and b"a&amp;b" in said and b"<dd>no</dd>" in said


def test_byte_by_byte():
    request = b"GET / HTTP/1.0\r\n\r\n"
    said, _ = answered(*(request[at : at + 1] for at in range(len(request))))
    assert said.startswith(b"HTTP/1.1 200 ")


def test_a_connection_is_kept_and_requests_may_come_at_once():
    request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    said, answers = answered(request * 3, request)
    assert said.count(b"HTTP/1.1 200 ") == 4 and not answers.over


def test_head_has_no_body():
    said, answers = answered(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 ") and said.endswith(b"\r\n\r\n") and not answers.over


def test_another_method_is_refused():
    said, answers = answered(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", b"abc"
    )
    assert said.startswith(b"HTTP/1.1 405 ") and answers.over


@pytest.mark.parametrize(
    "nonsense, status",
    [
        (b"\x00\x01\x02\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # without Host
        (b"GET / SMTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * LONGEST_HEAD, b"431"),
    ],
)
def test_nonsense_is_answered_and_the_end(nonsense, status):
    said, answers = answered(nonsense)
    assert said.split(b" ")[1] == status and answers.over


def test_echo_is_a_page_like_others_unless_it_is_wanted():
    assert answered(b"GET /echo HTTP/1.0\r\n\r\n")[0].startswith(b"HTTP/1.1 200 ")
    said, answers = answered(b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", echo=True)
    assert said.startswith(b"HTTP/1.1 426 ") and answers.over


class Browser:
    """A WebSocket client without a network."""

    def __init__(self, *sent_along: bytes) -> None:
        self.answers = Answers(FACTS, echo=True)
        self.ws = WSConnection(ConnectionType.CLIENT)
        opening = self.ws.send(Request(host="localhost", target="/echo"))
        assert self.say(opening, *sent_along)[0].__class__ is AcceptConnection

    def say(self, *pieces: bytes):
        for piece in pieces:
            for one in self.answers.receive(piece):
                self.ws.receive_data(one)
        return list(self.ws.events())

    def send(self, *events):
        return self.say(b"".join(self.ws.send(one) for one in events))


def test_text_bytes_and_ping_come_back():
    browser = Browser()
    (text,) = browser.send(TextMessage("grüß"))
    (data,) = browser.send(BytesMessage(bytes(range(256)) * 300))
    (pong,) = browser.send(Ping(b"hi"))
    assert text.data == "grüß" and data.data == bytes(range(256)) * 300
    assert isinstance(pong, Pong) and pong.payload == b"hi"


def test_fragments_come_back_with_a_ping_between_them():
    browser = Browser()
    events = browser.send(
        TextMessage("one ", message_finished=False), Ping(b"x"), TextMessage("two")
    )
    texts = [one for one in events if isinstance(one, TextMessage)]
    assert "".join(one.data for one in texts) == "one two" and texts[-1].message_finished
    assert any(isinstance(one, Pong) for one in events)


def test_goodbye():
    browser = Browser()
    (goodbye,) = browser.send(CloseConnection(1000, "bye"))
    assert isinstance(goodbye, CloseConnection) and goodbye.code == 1000 and browser.answers.over


@pytest.mark.parametrize(
    "frame, code",
    [
        (bytes.fromhex("8101 61"), 1002),  # not masked (RFC 6455 §5.1)
        (bytes.fromhex("f181 00000000 61"), 1002),  # reserved bits (§5.2)
        (bytes.fromhex("8381 00000000 61"), 1002),  # an opcode that is none
        (bytes.fromhex("8182 00000000 c328"), 1007),  # no UTF-8 (§8.1)
        (bytes.fromhex("8081 00000000 61"), 1002),  # a continuation of nothing (§5.4)
        (bytes.fromhex("89fe 007e 00000000") + bytes(126), 1002),  # a long ping (§5.5)
    ],
)
def test_wrong_frames_end_it_with_a_code(frame, code):
    browser = Browser()
    browser.ws.receive_data(b"".join(browser.answers.receive(frame)))
    (goodbye,) = list(browser.ws.events())
    assert goodbye.code == code and browser.answers.over


def test_frames_may_come_right_behind_the_request():
    frames = Frames(ConnectionType.CLIENT).send(TextMessage("early"))
    browser = Browser.__new__(Browser)
    browser.answers, browser.ws = Answers(FACTS, echo=True), WSConnection(ConnectionType.CLIENT)
    opening = browser.ws.send(Request(host="localhost", target="/echo"))
    events = browser.say(opening + frames)
    assert [type(one) for one in events] == [AcceptConnection, TextMessage]


def test_over_tls_the_answer_is_one_record_with_an_orderly_end():
    with running(for_this_machine()) as server:
        assert page(server.port).endswith(b"</html>\n")
        raw = server.dial()
        with context().wrap_socket(raw, server_hostname="localhost") as tls:
            tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            first = tls.recv(2**14)
            assert first.endswith(b"</html>\n") and all_of(tls) == b""
