"""Python's server and client over loopback, and somebody in between who listens or cuts off."""

import pytest

from tlskit import network, tls12
from tlskit.labs import loopback
from tlskit.lesson import client_settings
from tlskit.registry import ContentType

PAGE = (b"Room 42 is open to everybody", b" who has a key.\n")
WHOLE = b"".join(PAGE).decode()
SIZE = len(WHOLE)


def fetch(port: int, path: str = "/a") -> network.Answer:
    settings = client_settings(suites=(loopback.SUITE,))
    request = loopback.request(path)
    return network.fetch(
        network.LOOPBACK, port, request, settings, tls12.client(), timeout=loopback.TIMEOUT
    )


def browse(let_through: int | None, length: int | None, suppress: bool) -> loopback.Browsed:
    with loopback.our_server(PAGE, length) as port, loopback.wiretap(port, let_through) as tap:
        return loopback.python_fetch(tap.port, suppress_ragged_eofs=suppress)


def test_a_page_comes_whole_through_the_tap_and_only_its_lengths_are_seen():
    with loopback.python_server({"/a": b"hello"}) as port, loopback.wiretap(port) as tap:
        answer = fetch(tap.port)
    assert answer.data.endswith(b"\r\n\r\nhello") and not answer.truncated
    assert b"hello" not in tap.server and b"/a" not in tap.client
    seen = [(one.content_type, len(one.fragment)) for one in loopback.protected_records(tap.server)]
    assert seen == [(22, 16 + 24), (23, len(answer.data) + 24), (21, 2 + 24)]


def test_the_server_serves_one_after_the_other_and_says_what_it_has_not():
    with loopback.python_server({"/a": b"hello"}) as port:
        for path, body in (("/a", b"hello"), ("/b", b"no such page\n"), ("/a", b"hello")):
            assert fetch(port, path).data.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("size", [1, 100, 2**14])
def test_the_length_in_the_header_is_24_more_than_the_content(size):
    assert loopback.length_in_header(size) == size + 24


@pytest.mark.parametrize("length", [None, SIZE])
@pytest.mark.parametrize("suppress", [True, False])
def test_a_whole_page_is_no_error_whoever_reads_it(length, suppress):
    assert browse(None, length, suppress) == loopback.Browsed(WHOLE)


def test_pythons_client_takes_a_page_that_was_cut_off_for_a_whole_one():
    """Cut before close_notify: by default there is no error, and less than the page."""
    cut = browse(1, None, True)
    assert cut == loopback.Browsed("Room 42 is open to everybody") and cut.said == "no error"


def test_a_length_or_a_strict_end_tells_that_something_is_missing():
    assert browse(1, SIZE, True).error == "IncompleteRead"
    assert browse(1, None, False).error == "SSLEOFError"


def test_our_client_tells_that_no_close_notify_came():
    with loopback.our_server(PAGE) as port, loopback.wiretap(port, 1) as tap:
        answer = fetch(tap.port)
    assert answer.truncated and answer.data.endswith(PAGE[0])
    types = [one.content_type for one in loopback.protected_records(tap.server)]
    assert types == [ContentType.handshake, ContentType.application_data]


def test_who_is_no_tls_client_does_not_stop_the_server():
    import socket

    with loopback.python_server({"/a": b"hello"}) as port:
        with socket.create_connection((network.LOOPBACK, port)) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert fetch(port).data.endswith(b"hello")


def test_a_request_that_ends_too_early_is_none():
    assert loopback.read_request(iter([b"GET / HT", b""]).__next__) == ""
