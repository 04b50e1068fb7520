"""Capture files: conversations over TCP written as Wireshark wants them, and read from any capture.

scapy makes the packets and reads the files. The pcapng blocks are written here, for scapy writes no
Decryption Secrets Block: with it Wireshark opens a file decrypted, with no option set.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from struct import pack
from typing import Any

from tlskit.order import Role
from tlskit.records import HEADER_SIZE

Address = tuple[str, int]
CLIENT, SERVER = Role.CLIENT, Role.SERVER
LARGEST_SEGMENT = 1460
WINDOW = 65535
SECTION_HEADER, INTERFACE, SECRETS, PACKET = 0x0A0D0D0A, 1, 10, 6
TLS_KEY_LOG = 0x544C534B
ETHERNET = 1
MOST_BYTES = 2**26
"""How large a capture may be: 64 MiB."""
LINKS = {
    1: "Ether",
    12: "IP",
    14: "IP",
    101: "IP",
    113: "CookedLinux",
    228: "IP",
    229: "IPv6",
    276: "CookedLinuxV2",
}
"""Link types that are read, and scapy's name for what begins such a packet."""
LOOPBACKS = (0, 108)
"""Those where IP stands behind four bytes, whose number for IPv6 each system chose for itself."""


@dataclass(frozen=True)
class Segment:
    """What one side sent at once, and when: seconds since the epoch."""

    sender: Role
    data: bytes = field(repr=False)
    time: float = 0.0


@dataclass(frozen=True)
class Conversation:
    """One TCP connection.

    Args:
        client, server: host and port.
        segments: what was said, in the order of time.
        gaps: by side, at which offset its bytes are missing first; no entry if none are.
    """

    client: Address
    server: Address
    segments: tuple[Segment, ...]
    gaps: dict[Role, int] = field(default_factory=dict)

    def sent_by(self, sender: Role) -> bytes:
        """Return all that one side sent, up to the first gap."""
        return b"".join(one.data for one in self.segments if one.sender is sender)


@dataclass(frozen=True)
class Capture:
    """What was found in a capture file; the key log is that of its Decryption Secrets Blocks."""

    conversations: tuple[Conversation, ...]
    key_log: str = ""


# ---- writing


def pcapng(conversations: Iterable[Conversation], key_log: str = "") -> bytes:
    """Return a capture file with whole TCP connections, and the secrets that open them.

    The same input gives the same bytes. Reference: draft-ietf-opsawg-pcapng; RFC 9293 §3.5 (how a
    connection begins) and §3.6 (how it ends).
    """
    blocks = [
        block(SECTION_HEADER, pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        block(INTERFACE, pack("<HHI", ETHERNET, 0, 0)),
    ]
    if key_log:
        secrets = key_log.encode("ascii")
        blocks.append(block(SECRETS, pack("<II", TLS_KEY_LOG, len(secrets)) + padded(secrets)))
    for number, conversation in enumerate(conversations):
        blocks += [packet_block(time, data) for time, data in packets(conversation, number)]
    return b"".join(blocks)


def padded(data: bytes) -> bytes:
    """Return data filled up to a multiple of four bytes."""
    return data + bytes(-len(data) % 4)


def block(kind: int, body: bytes) -> bytes:
    """Return a pcapng block: type, length, body, length again."""
    length = len(body) + 12
    return pack("<II", kind, length) + body + pack("<I", length)


def packet_block(time: float, data: bytes) -> bytes:
    """Return an Enhanced Packet Block; times are in microseconds."""
    stamp = round(time * 1_000_000)
    head = pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
    return block(PACKET, head + padded(data))


def packets(conversation: Conversation, number: int) -> list[tuple[float, bytes]]:
    """Return the Ethernet frames of a connection, from SYN to the last ACK, with their times."""
    line = Line(conversation, number)
    segments = conversation.segments
    begin = segments[0].time if segments else 0.0
    line.put(begin, CLIENT, "S")
    line.put(begin, SERVER, "SA")
    line.put(begin, CLIENT, "A")
    for segment in segments:
        for at in range(0, len(segment.data), LARGEST_SEGMENT):
            piece = segment.data[at : at + LARGEST_SEGMENT]
            line.put(segment.time, segment.sender, "PA", piece)
        line.put(segment.time, segment.sender.other, "A")
    end = segments[-1].time if segments else 0.0
    for sender, flags in ((CLIENT, "FA"), (SERVER, "FA"), (CLIENT, "A")):
        line.put(end, sender, flags)
    return line.frames


class Line:
    """A TCP connection as it grows: sequence numbers of both sides, and the frames so far."""

    def __init__(self, conversation: Conversation, number: int) -> None:
        """Begin; `number` makes the initial sequence numbers of several connections differ."""
        self.ends = {CLIENT: conversation.client, SERVER: conversation.server}
        self.next = {CLIENT: 1000 + 100_000_000 * number, SERVER: 5000 + 100_000_000 * number}
        self.frames: list[tuple[float, bytes]] = []

    def put(self, time: float, sender: Role, flags: str, data: bytes = b"") -> None:
        """Add a frame; SYN and FIN count as a byte each (RFC 9293 §3.4)."""
        from scapy.layers.inet import IP, TCP
        from scapy.layers.inet6 import IPv6
        from scapy.layers.l2 import Ether

        (source, source_port), (target, target_port) = self.ends[sender], self.ends[sender.other]
        link = Ether(src=hardware(sender), dst=hardware(sender.other))
        network = IPv6 if ":" in source else IP
        tcp = TCP(
            sport=source_port,
            dport=target_port,
            flags=flags,
            seq=self.next[sender] % 2**32,
            ack=self.next[sender.other] % 2**32 if "A" in flags else 0,
            window=WINDOW,
        )
        self.frames.append((time, bytes(link / network(src=source, dst=target) / tcp / data)))
        self.next[sender] += len(data) + ("S" in flags) + ("F" in flags)


def hardware(role: Role) -> str:
    """Return a made-up hardware address, marked as locally administered."""
    return "02:00:00:00:00:01" if role is CLIENT else "02:00:00:00:00:02"


# ---- reading


def read_capture(data: bytes) -> Capture:
    """Return the TCP connections in a pcap or pcapng file, put together again.

    Segments may come late, twice or overlapping; where bytes are missing a direction ends, and
    `gaps` says where. Who sent SYN is the client; if it is not in the capture, who sent a
    ClientHello; else who has the higher port.

    Raises: ValueError in words for a file that is none, or too large.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"the capture has {len(data)} bytes; at most {MOST_BYTES} are read here")
    reader, secrets = opened(data)
    flows: dict[frozenset[Address], Flow] = {}
    for raw, link, time in frames_in(reader):
        found = tcp_in(raw, link)
        if found is not None:
            source, target, tcp = found
            flow = flows.setdefault(frozenset((source, target)), Flow())
            flow.add(source, target, tcp, time)
    key_log = "".join(part if part.endswith("\n") else f"{part}\n" for part in secrets)
    return Capture(tuple(flow.conversation() for flow in flows.values()), key_log)


def opened(data: bytes) -> tuple[Any, list[str]]:
    """Return scapy's reader of a file, and a list that the file's key logs go into."""
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader, RawPcapReader

    secrets: list[str] = []

    class WithSecrets(RawPcapNgReader):
        def _read_block_dsb(self, block: bytes, size: int) -> None:
            order = "little" if self.endian == "<" else "big"
            if int.from_bytes(block[:4], order) == TLS_KEY_LOG:  # type: ignore[arg-type]
                length = int.from_bytes(block[4:8], order)  # type: ignore[arg-type]
                secrets.append(block[8 : 8 + length].decode("ascii", "replace"))

    is_pcapng = data[:4] == pack("<I", SECTION_HEADER)
    try:
        kind: Any = WithSecrets if is_pcapng else RawPcapReader
        reader = kind(BytesIO(data))
    except (Scapy_Exception, EOFError):
        raise ValueError("this is neither a pcap nor a pcapng file") from None
    return reader, secrets


def frames_in(reader: Any) -> Iterable[tuple[bytes, int, float]]:
    """Yield each packet with its link type and time; a file that breaks off ends there."""
    while True:
        try:
            raw, about = reader._read_packet()
        except EOFError:
            return
        except Exception as error:  # whatever scapy makes of broken blocks
            raise ValueError(f"the capture breaks off in the middle: {error}") from None
        if hasattr(about, "linktype"):
            stamp = ((about.tshigh or 0) << 32) + (about.tslow or 0)
            yield raw, about.linktype, stamp / (about.tsresol or 1_000_000)
        else:
            part = 1e-9 if getattr(reader, "nano", False) else 1e-6
            yield raw, reader.linktype, about.sec + about.usec * part


def tcp_in(raw: bytes, link: int) -> tuple[Address, Address, Any] | None:
    """Return source, target and TCP header of a packet, None for what is no TCP.

    Raises: ValueError for a link type that is not read here.
    """
    from scapy.layers import inet, inet6, l2

    if link in LOOPBACKS:
        raw, link = raw[4:], 101
    if link not in LINKS:
        raise ValueError(f"the capture's link type {link} is not read here; Ethernet and IP are")
    name = LINKS[link]
    if name == "IP" and raw[:1] and raw[0] >> 4 == 6:
        name = "IPv6"
    layer = next(getattr(one, name) for one in (l2, inet, inet6) if hasattr(one, name))
    try:
        packet = layer(raw)
    except Exception:  # scapy raises what it likes on nonsense
        return None
    tcp = packet.getlayer(inet.TCP)
    over = packet.getlayer(inet.IP) or packet.getlayer(inet6.IPv6)
    if tcp is None or over is None:
        return None
    return (over.src, tcp.sport), (over.dst, tcp.dport), tcp


class Flow:
    """The packets of one connection, in both directions."""

    def __init__(self) -> None:
        """Begin empty."""
        self.said: dict[Address, list[tuple[int, bytes, float]]] = {}
        self.first: dict[Address, int] = {}
        self.pair: tuple[Address, Address] | None = None
        self.syn: Address | None = None

    def add(self, source: Address, target: Address, tcp: Any, time: float) -> None:
        """Note a packet."""
        self.pair = self.pair or (source, target)
        data = bytes(tcp.payload) if tcp.payload.name != "Padding" else b""
        sequence = int(tcp.seq)
        if "S" in str(tcp.flags):
            self.first.setdefault(source, (sequence + 1) % 2**32)
            if "A" not in str(tcp.flags):
                self.syn = self.syn or source
        if data:
            self.said.setdefault(source, []).append((sequence, data, time))

    def conversation(self) -> Conversation:
        """Return what both sides said, put together."""
        assert self.pair is not None
        one, other = self.pair
        client = self.client(one, other)
        server = other if client == one else one
        segments: list[Segment] = []
        gaps: dict[Role, int] = {}
        for role, address in ((CLIENT, client), (SERVER, server)):
            found, gap = self.in_order(role, address)
            segments += found
            if gap is not None:
                gaps[role] = gap
        return Conversation(client, server, tuple(sorted(segments, key=lambda s: s.time)), gaps)

    def client(self, one: Address, other: Address) -> Address:
        """Return who of the two is the client."""
        if self.syn is not None:
            return self.syn
        for address in (one, other):
            first = min(self.said.get(address, []), default=(0, b"", 0.0))[1]
            if first[:1] == b"\x16" and first[HEADER_SIZE : HEADER_SIZE + 1] == b"\x01":
                return address
        return max(one, other, key=lambda address: address[1])

    def in_order(self, role: Role, address: Address) -> tuple[list[Segment], int | None]:
        """Return what one side said without doubles, and the offset of the first gap or None."""
        said = self.said.get(address, [])
        if not said:
            return [], None
        start = self.first.get(address, said[0][0])
        found: list[Segment] = []
        at = 0
        for sequence, data, time in sorted(said, key=lambda one: offset(one[0], start)):
            where = offset(sequence, start)
            if where > at:
                return found, at
            fresh = data[at - where :]
            if fresh:
                found.append(Segment(role, fresh, max(time, found[-1].time if found else time)))
                at += len(fresh)
        return found, None


def offset(sequence: int, start: int) -> int:
    """Return how far a sequence number is behind the first one, which wraps (RFC 9293 §3.4).

    >>> offset(5, 2**32 - 5), offset(3, 5)
    (10, -2)
    """
    distance = (sequence - start) % 2**32
    return distance - 2**32 if distance >= 2**31 else distance
