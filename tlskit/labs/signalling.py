"""Two browsers that want to talk: WebRTC's offer, answer and candidates, sent by a WebSocket.

What they say ends in a line with the fingerprint of a certificate. Of the media that follow over
DTLS nothing runs here but that one check: is this the certificate that the fingerprint is of?
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Event, Message, Request, TextMessage
from wsproto.utilities import RemoteProtocolError

from tlskit import pki, tls12
from tlskit.alerts import Alert
from tlskit.connection import Connection
from tlskit.labs.loopback import SUITE
from tlskit.lesson import HOST, client_settings, server_settings, shaken_hands
from tlskit.records import HEADER_SIZE
from tlskit.tls12.record_protection import RecordKeys, nonce

KEYS = {"caller": "client_ecdsa", "callee": "leaf_ecdsa", "stranger": "stranger_ecdsa"}
"""The two browsers and somebody else, each with a key for its DTLS certificate."""
NONCE = 8
TAG = 16


@cache
def certificate(who: str) -> bytes:
    """Return the certificate that a browser shows in DTLS: made by itself, signed by itself."""
    return pki.der(pki.certify(pki.Contents("WebRTC", pki.course_key(KEYS[who])), None))


def description(kind: str, fingerprint: str) -> str:
    """Return a session description, SDP: an offer or an answer for one data channel.

    Reference: RFC 8866 §5 (lines), RFC 4145 §4 (setup), RFC 8122 §5 (fingerprint).
    """
    lines = (
        "v=0",
        "o=- 20518 0 IN IP4 192.0.2.7",
        "s=-",
        "t=0 0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:9uB6" if kind == "offer" else "a=ice-ufrag:Yh3s",
        "a=ice-pwd:YH75Fviy6338Vbrhrlp8Yh"
        if kind == "offer"
        else "a=ice-pwd:mNo3fvDs78gR2aLq0XtUkb",
        "a=setup:actpass" if kind == "offer" else "a=setup:active",
        f"a=fingerprint:{fingerprint}",
    )
    return "\r\n".join(lines) + "\r\n"


def candidate(address: str) -> dict[str, str]:
    """Return the message that says where a browser may be reached (RFC 8839 §5.1)."""
    line = f"candidate:1 1 udp 2130706431 {address} 54400 typ host"
    return {"type": "candidate", "candidate": line}


def conversation(offer: str, answer: str) -> tuple[tuple[str, dict[str, str]], ...]:
    """Return who says what: offer and answer, then where each of them may be reached."""
    return (
        ("client", {"type": "offer", "sdp": offer}),
        ("server", {"type": "answer", "sdp": answer}),
        ("client", candidate("192.0.2.7")),
        ("server", candidate("198.51.100.23")),
    )


def fingerprint_line(sdp: str) -> str:
    """Return what stands behind a=fingerprint: in a description, "" if there is none."""
    lines = (line.partition("a=fingerprint:")[2] for line in sdp.splitlines())
    return next(filter(None, lines), "")


# ---- the way that they are sent


@dataclass(frozen=True)
class Sent:
    """One message of the signalling: who said it, and as what it travelled.

    Args:
        kind: "offer", "answer" or "candidate".
        text: the JSON that the WebSocket carried.
        frame: the WebSocket's bytes; from a client they are masked.
        wire: what went over the network: the frame itself, or TLS records.
    """

    sender: str
    kind: str
    text: str = field(repr=False)
    frame: bytes = field(repr=False)
    wire: bytes = field(repr=False)


@dataclass
class Signalled:
    """What came of it: what was sent, what each end heard, and the alert that ended it, if any."""

    sent: list[Sent] = field(default_factory=list, repr=False)
    heard: dict[str, list[dict[str, str]]] = field(default_factory=dict, repr=False)
    alert: str = ""
    run: Any = field(default=None, repr=False)

    def heard_offer(self) -> str:
        """Return the offer's description as the other end has it; "" if it never got it."""
        offers = [one["sdp"] for one in self.heard["server"] if one["type"] == "offer"]
        return offers[0] if offers else ""


class End:
    """A WebSocket at one end of a connection: of TLS, or of nothing but the bytes themselves."""

    def __init__(self, role: ConnectionType, tls: Connection | None) -> None:
        """Begin; nothing is sent yet."""
        self.socket, self.tls = WSConnection(role), tls

    def send(self, event: Event) -> tuple[bytes, bytes]:
        """Return the WebSocket's bytes for an event, and what travels."""
        frame = self.socket.send(event)
        if self.tls is None:
            return frame, frame
        self.tls.write(frame)
        return frame, self.tls.data_to_send()

    def receive(self, wire: bytes) -> list[Event]:
        """Return what is heard. Raises: Alert, with TLS, for a record that was changed."""
        if self.tls is not None:
            self.tls.receive(wire)
            wire = self.tls.read()
        self.socket.receive_data(wire)
        return list(self.socket.events())


def signalled(
    offer: str,
    answer: str,
    *,
    tls: bool = True,
    on_the_way: Callable[[bytes], bytes] | None = None,
    in_the_server: Callable[[str], str] | None = None,
    server_formulae: tls12.Formulae = tls12.FORMULAE,
) -> Signalled:
    """Open a WebSocket, over TLS or in the clear, and send offer, answer and candidates through it.

    Args:
        offer, answer: the two descriptions.
        on_the_way: what somebody on the network makes of the bytes that carry the offer.
        in_the_server: what the server itself makes of the offer's text.
        server_formulae: to let the server do without a check.
    """
    result = Signalled(heard={"client": [], "server": []})
    client, server = two_ends(result, tls, server_formulae)
    for one, other, event in (
        (client, server, Request(host=HOST, target="/room/42")),
        (server, client, AcceptConnection()),
    ):
        other.receive(one.send(event)[1])
    for sender, message in conversation(offer, answer):
        one, other = (client, server) if sender == "client" else (server, client)
        text = json.dumps(message)
        frame, wire = one.send(Message(data=text))
        result.sent.append(Sent(sender, message["type"], text, frame, wire))
        arriving = on_the_way(wire) if on_the_way and message["type"] == "offer" else wire
        try:
            events = other.receive(arriving)
        except Alert as alert:
            result.alert = alert.description.name
            break
        result.heard["server" if sender == "client" else "client"] += heard(events, in_the_server)
    return result


def two_ends(result: Signalled, tls: bool, formulae: tls12.Formulae) -> tuple[End, End]:
    """Return a WebSocket's two ends; with TLS after a handshake of our own two ends."""
    roles = ConnectionType.CLIENT, ConnectionType.SERVER
    if not tls:
        return End(roles[0], None), End(roles[1], None)
    sides = tls12.client(), tls12.server(formulae)
    result.run = shaken_hands(client_settings(suites=(SUITE,)), server_settings(), sides)
    return End(roles[0], result.run.client), End(roles[1], result.run.server)


def heard(events: list[Event], change: Callable[[str], str] | None) -> list[dict[str, str]]:
    """Return the messages among what a WebSocket heard."""
    texts = [event.data for event in events if isinstance(event, TextMessage)]
    return [json.loads(change(text) if change else text) for text in texts]


def sizes(call: Signalled) -> list[tuple[str, str, str, str]]:
    """Return who said what, how long the WebSocket's frame is and what TLS made of it."""
    return [
        (one.sender, one.kind, f"{len(one.frame)} bytes", f"{len(one.wire)} bytes")
        for one in call.sent
    ]


# ---- what somebody in between can do, without a key


def swapped(old: str, new: str, before: str, tls: bool) -> Callable[[bytes], bytes]:
    """Return a change of bytes on the way, after which `new` stands where `old` stood.

    XOR with the difference of the two, at the right place. She need not read a byte for it: both
    AES-GCM and the WebSocket's mask add a stream of bytes by XOR, which commutes with hers.

    Args:
        before: the text of the message up to where `old` begins; she knows it, for her own browser
            sends the same.
    """
    header = 2 + 2 + 4  # a WebSocket frame of 126 bytes or more, masked (RFC 6455 §5.2)
    at = header + len(before.encode()) + (HEADER_SIZE + NONCE if tls else 0)
    difference = [a ^ b for a, b in zip(old.encode(), new.encode(), strict=True)]

    def change(wire: bytes) -> bytes:
        changed = bytearray(wire)
        for number, bits in enumerate(difference, at):
            changed[number] ^= bits
        return bytes(changed)

    return change


def forging(offer: str, fingerprint: str, tls: bool) -> Callable[[bytes], bytes]:
    """Return the change that puts another fingerprint into an offer on its way."""
    text = json.dumps({"type": "offer", "sdp": offer})
    true = fingerprint_line(offer)
    return swapped(true, fingerprint, text[: text.index(true)], tls)


def unprotect_without_tag(
    keys: RecordKeys, sequence_number: int, content_type: int, version: int, fragment: bytes
) -> bytes:
    """Open an AES-GCM record and do not look at its tag: what no implementation may do.

    Without the tag GCM is AES in counter mode, whose counter begins at 2 (RFC 5288 §3).
    """
    explicit, sealed = fragment[:NONCE], fragment[NONCE:-TAG]
    counter = nonce(keys, sequence_number, explicit) + (2).to_bytes(4, "big")
    return Cipher(algorithms.AES(keys.key), modes.CTR(counter)).decryptor().update(sealed)


def accepted(sdp: str, fingerprint: Callable[[bytes], str]) -> str:
    """Return whose DTLS certificate is taken by a browser that got this description.

    "caller", "callee" or "stranger"; "nobody" if the fingerprint is that of none of them.

    Args:
        fingerprint: returns the fingerprint of a certificate.
    """
    line = fingerprint_line(sdp)
    return next((who for who in KEYS if line and fingerprint(certificate(who)) == line), "nobody")


# ---- the frame, part by part


def frame_parts(frame: bytes) -> Mapping[str, tuple[int, str]]:
    """Return the parts of a WebSocket frame: where it begins, and what it says (RFC 6455 §5.2)."""
    short, masked = frame[1] & 0x7F, bool(frame[1] & 0x80)
    sizes = {126: 2, 127: 8}
    extended = sizes.get(short, 0)
    length = int.from_bytes(frame[2 : 2 + extended], "big") if extended else short
    parts = {
        "FIN, opcode": (0, f"{frame[0]:02x}: the last frame of a message, text"),
        "MASK, length": (1, f"{frame[1]:02x}: {'masked' if masked else 'not masked'}, {short}"),
    }
    if extended:
        parts["extended length"] = (2, f"{frame[2 : 2 + extended].hex(' ')}: {length} bytes")
    if masked:
        parts["masking key"] = (2 + extended, "4 random bytes, other ones in each frame")
    kind = f"{length} bytes, XORed with the key" if masked else f"{length} bytes, as they are"
    parts["payload"] = (2 + extended + 4 * masked, kind)
    return parts


def texts_in(conversation: bytes) -> list[str]:
    """Return the texts that a browser sent over a WebSocket: its request first, then frames.

    None for a request that asks for no WebSocket.
    """
    head, end_of_head, frames = conversation.partition(b"\r\n\r\n")
    end = WSConnection(ConnectionType.SERVER)
    try:
        end.receive_data(head + end_of_head)
    except RemoteProtocolError:  # a request for something else
        return []
    list(end.events())  # the request itself
    end.send(AcceptConnection())
    end.receive_data(frames)
    return [event.data for event in end.events() if isinstance(event, TextMessage)]
