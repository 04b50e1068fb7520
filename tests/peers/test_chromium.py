"""Chromium as a client of `tlskit serve`: pages, WebSockets, certificates, sessions, key log."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from certificates import CASES, KINDS
from playwright.sync_api import Error, sync_playwright
from running import for_this_machine, running
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage

from tlskit import pki
from tlskit.keylog import secrets_of

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.peer("certutil")]
REFUSALS = {
    "wrong CA": ("net::ERR_CERT_AUTHORITY_INVALID", "certificate_unknown|unknown_ca"),
    "wrong name": ("net::ERR_CERT_COMMON_NAME_INVALID", "certificate_unknown|bad_certificate"),
    "expired": ("net::ERR_CERT_DATE_INVALID", "certificate_expired|certificate_unknown"),
    "no intermediate": ("net::ERR_CERT_AUTHORITY_INVALID", "certificate_unknown|unknown_ca"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home whose NSS database believes the course's root, for this test alone."""
    folder = tmp_path_factory.mktemp("home")
    store = folder / ".pki/nssdb"
    store.mkdir(parents=True)
    (folder / "root.pem").write_bytes(pki.pem_roots())
    run = {"check": True, "capture_output": True, "timeout": 20}
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], **run)
    add = ["-A", "-n", "course", "-t", "C,,", "-i", str(folder / "root.pem")]
    subprocess.run(["certutil", "-d", f"sql:{store}", *add], **run)
    return folder


@pytest.fixture(scope="module")
def browser(home):
    """One Chromium for all tests; its key log lies in its home."""
    program = shutil.which("chromium") or "chromium-browser"
    # a machine with no network but loopback has no other address for a data channel
    arguments = ["--no-sandbox", "--no-proxy-server", "--allow-loopback-in-peer-connection"]
    environment = os.environ | {"HOME": str(home), "SSLKEYLOGFILE": str(home / "keys.log")}
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=program, args=arguments, env=environment)
        yield one
        one.close()


@pytest.fixture
def page(browser):
    """A page in a profile of its own."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def facts(page) -> dict[str, str]:
    """Return what our page tells of its own connection."""
    names, values = (page.locator(one).all_inner_texts() for one in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("version, options", [("1.2", ("--max", "1.2")), ("1.3", ())])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_opens_our_page(kind, host, version, options, page, our_servers, row):
    port, _ = our_servers(kind, "sound", *options)
    page.goto(f"https://{host}:{port}/")
    told = facts(page)
    assert told["version"] == version
    assert (f"ECDHE_{kind.upper()}" in told["suite"]) == (version == "1.2")
    outcome = f"page, {told['group']}"
    row(
        **{"peer": "Chromium", "role": "client", "version": version},
        **{"suite": told["suite"], "certificate": kind, "outcome": outcome},
    )


@pytest.mark.parametrize(
    "suite, group",
    [
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519"),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "secp384r1"),
        ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "secp256r1"),
        ("TLS_AES_128_GCM_SHA256", "X25519MLKEM768"),
        ("TLS_AES_256_GCM_SHA384", "secp384r1"),
        ("TLS_CHACHA20_POLY1305_SHA256", "x25519"),
    ],
)
def test_suites_and_groups(suite, group, page, our_servers, row):
    port, _ = our_servers("rsa", "sound", "--suites", suite, "--groups", group)
    page.goto(f"https://localhost:{port}/")
    told = facts(page)
    assert (told["suite"], told["group"]) == (suite, group)
    row(peer="Chromium", role="client", suite=suite, certificate="rsa", outcome=f"page, {group}")


@pytest.mark.parametrize(
    "options",
    [("--max", "1.2"), ("--max", "1.2", "--tickets", "0"), ()],
    ids=["ticket", "ID", "PSK"],
)
def test_it_resumes(options, page, our_servers):
    """Each page comes over a connection of its own, for the server is told to close it."""
    port, _ = our_servers("ecdsa", "sound", *options)
    page.goto(f"https://localhost:{port}/")
    first = facts(page)["resumed"]
    for _ in range(20):  # an idle connection is used again; a POST to nowhere has it closed
        page.evaluate("fetch('/', {method: 'POST', body: 'x'}).catch(() => 0)")
        page.goto(f"https://localhost:{port}/")
        if facts(page)["resumed"] == "yes":
            break
    assert (first, facts(page)["resumed"]) == ("no", "yes")


def test_alpn(page, our_servers):
    port, _ = our_servers("rsa", "sound", "--alpn", "http/1.1")
    page.goto(f"https://localhost:{port}/")
    assert facts(page)["alpn"] == "http/1.1"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in CASES if case != "sound"])
def test_a_fault_is_refused(case, kind, browser, our_servers, row):
    if case == "wrong CA":  # the browser believes the course's root alone
        port, server = our_servers_of_a_stranger(our_servers)
    else:
        port, server = our_servers(kind, case)
    words, alerts = REFUSALS[case]
    context = browser.new_context()
    with pytest.raises(Error, match=words):
        context.new_page().goto(f"https://localhost:{port}/")
    context.close()
    end = time.monotonic() + 5
    while not re.search(alerts, server.said) and time.monotonic() < end:
        time.sleep(0.02)  # the alert may still be on its way
    assert re.search(alerts, server.said), server.said
    row(
        peer="Chromium",
        role="client",
        suite="",
        certificate=f"{kind}, {case}",
        outcome=f"refused: {words.removeprefix('net::')}",
    )


def our_servers_of_a_stranger(our_servers):
    return our_servers("", "made by itself")


ECHO = """
async (url) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const next = () => new Promise((yes, no) => {
    socket.onmessage = (event) => yes(event.data);
    socket.onclose = (event) => no(new Error("closed " + event.code));
  });
  await new Promise((yes, no) => {
    socket.onopen = yes;
    socket.onerror = () => no(new Error("no WebSocket"));
  });
  socket.send("grüß dich");
  const text = await next();
  const sent = new Uint8Array(1 << 20).map((_, at) => at * 7);
  socket.send(sent);
  const back = new Uint8Array(await next());
  const closed = new Promise((yes) => (socket.onclose = (event) => yes(event.code)));
  socket.close(3000, "enough");
  return [text, back.length, back.every((one, at) => one === sent[at]), await closed];
}
"""


def test_a_websocket_echo_from_the_page_itself(page, our_servers, row):
    port, _ = our_servers("ecdsa", "sound", "--websocket-echo")
    page.goto(f"https://localhost:{port}/")
    result = page.evaluate(ECHO, f"wss://localhost:{port}/echo")
    assert result == ["grüß dich", 2**20, True, 3000]
    row(peer="Chromium", role="client", suite="wss:// echo", certificate="ecdsa", outcome="echoed")


def test_without_the_option_there_is_no_websocket(page, our_servers):
    port, _ = our_servers("ecdsa")
    page.goto(f"https://localhost:{port}/")
    with pytest.raises(Error):
        page.evaluate(ECHO, f"wss://localhost:{port}/echo")


def test_ten_at_once(page, our_servers):
    port, _ = our_servers("ecdsa", "sound", "--websocket-echo")
    page.goto(f"https://localhost:{port}/")
    results = page.evaluate(
        f"(url) => Promise.all(Array.from({{length: 10}}, () => ({ECHO})(url)))",
        f"wss://localhost:{port}/echo",
    )
    assert len(results) == 10 and all(one[2] for one in results)


def test_its_key_log_and_ours_are_the_same(page, home, our_servers, tmp_path):
    port, _ = our_servers("rsa", "sound", "--keylog", str(tmp_path / "ours.log"))
    page.goto(f"https://localhost:{port}/")
    ours = secrets_of((tmp_path / "ours.log").read_text())
    theirs = secrets_of((home / "keys.log").read_text())
    shared = ours.keys() & theirs.keys()
    assert shared and all(ours[one] == theirs[one] for one in shared)


# ---- the thread of the course: two browsers, and our server between them


class Room:
    """What a signalling server does inside a connection: it says everything to all others."""

    def __init__(self, others: list) -> None:
        self.over, self._others = False, others
        self._ws = WSConnection(ConnectionType.SERVER)
        self.waiting: list[bytes] = []
        others.append(self)

    def receive(self, data: bytes) -> Iterator[bytes]:
        if data:
            self._ws.receive_data(data)
        for event in self._ws.events():
            if isinstance(event, Request):
                yield self._ws.send(AcceptConnection())
            elif isinstance(event, TextMessage):
                for one in self._others:
                    if one is not self:
                        one.waiting.append(one._ws.send(TextMessage(event.data)))
            elif isinstance(event, CloseConnection):
                self.over = True
                yield self._ws.send(event.response())
        while self.waiting:
            yield self.waiting.pop(0)


@contextmanager
def signalling() -> Iterator[int]:
    """Run a signalling server of ours; a client must say something to hear what waits for it."""
    people: list[Room] = []
    with running(for_this_machine(), answers=lambda _: Room(people)) as server:
        yield server.port


CALL = """
async ([url, calls]) => {
  const socket = new WebSocket(url);
  await new Promise((yes, no) => {
    socket.onopen = yes;
    socket.onerror = () => no(new Error("no WebSocket"));
  });
  const peer = new RTCPeerConnection();
  const say = (what) => socket.send(JSON.stringify(what));
  setInterval(() => say({}), 50);  // the server speaks when it is spoken to
  peer.onicecandidate = ({candidate}) => candidate && say({candidate});
  const channel = new Promise((yes) => {
    peer.ondatachannel = (event) => yes(event.channel);
    if (calls) yes(peer.createDataChannel("hello"));
  });
  const waiting = [];
  socket.onmessage = async ({data}) => {
    const {description, candidate} = JSON.parse(data);
    if (description) {
      await peer.setRemoteDescription(description);
      waiting.splice(0).forEach((one) => peer.addIceCandidate(one));
      if (description.type === "offer") {
        await peer.setLocalDescription(await peer.createAnswer());
        say({description: peer.localDescription});
      }
    } else if (candidate) {
      peer.remoteDescription ? peer.addIceCandidate(candidate) : waiting.push(candidate);
    }
  };
  window.there = true;
  if (calls) {
    await peer.setLocalDescription(await peer.createOffer());
    say({description: peer.localDescription});
  }
  const one = await channel;
  if (one.readyState !== "open") await new Promise((yes) => (one.onopen = yes));
  const heard = new Promise((yes) => (one.onmessage = (event) => yes(event.data)));
  one.send(calls ? "hello" : "hello yourself");
  return [await heard, peer.localDescription.sdp.includes("a=fingerprint:sha-256")];
}
"""


def test_two_browsers_find_each_other_over_our_server(browser, our_servers):
    """Offer, answer and candidates go over wss:// by tlskit; then they talk over DTLS."""
    port, _ = our_servers("ecdsa")
    # who may hear is told all addresses; who may not, only the one of the way outside
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(60_000)
    pages = [context.new_page(), context.new_page()]
    for one in pages:
        one.goto(f"https://localhost:{port}/")
    with signalling() as room:
        url = f"wss://localhost:{room}/"
        script = f"(told) => {{ ({CALL})(told).catch(String).then((one) => (window.said = one)); }}"
        pages[1].evaluate(script, [url, False])
        pages[1].wait_for_function("window.there")
        pages[0].evaluate(script, [url, True])
        heard = [one.wait_for_function("window.said").json_value() for one in pages]
        context.close()
    assert heard == [["hello yourself", True], ["hello", True]], json.dumps(heard)
