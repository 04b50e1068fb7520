"""The tools with which an end is made to go wrong: other messages, other records, other keys."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tlskit import tls12
from tlskit.connection import Connection
from tlskit.extensions import Extension
from tlskit.key_exchange import KeyPair
from tlskit.messages import (
    BODIES,
    ClientECDiffieHellmanPublic,
    EncryptedPreMasterSecret,
    frame_handshake,
)
from tlskit.presentation import decode, encode
from tlskit.records import Record, join, split
from tlskit.registry import ContentType, HandshakeType, ProtocolVersion

SOUND = tls12.FORMULAE
KEY_EXCHANGES = (EncryptedPreMasterSecret, ClientECDiffieHellmanPublic)
TYPES = {body: HandshakeType(number) for number, body in BODIES.items()} | dict.fromkeys(
    KEY_EXCHANGES, HandshakeType.client_key_exchange
)
Formulae = dict[str, Any]


# ---- other messages; the end that goes wrong believes in them itself


def rewritten(msg_type: int, edit: Callable[[bytes], bytes]) -> Formulae:
    """Return formulae that send another body in messages of one type."""

    def frame(number: int, body: bytes) -> bytes:
        return frame_handshake(number, edit(body) if number == msg_type else body)

    return {"frame_handshake": frame}


def changed(struct: type, **changes: Any) -> Formulae:
    """Return formulae that change fields of a message; a function is called with the message."""

    def edit(body: bytes) -> bytes:
        message = decode(struct, body)
        values = {name: one(message) if callable(one) else one for name, one in changes.items()}
        return encode(replace(message, **values))  # type: ignore[type-var]

    return rewritten(TYPES[struct], edit)


def longer(struct: type) -> Formulae:
    """Return formulae that put a byte too many at a message's end."""
    return rewritten(TYPES[struct], lambda body: body + b"\0")


def with_extensions(*more: tuple[int, bytes]) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what puts extensions into a hello, in place of those of the same type."""

    def put_in(hello: Any) -> tuple[Extension, ...]:
        new = {number: Extension(number, body) for number, body in more}
        kept = [one for one in hello.extensions or () if one.extension_type not in new]
        return (*kept, *new.values())

    return put_in


def without_extension(number: int) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what takes an extension out of a hello."""
    return lambda hello: tuple(one for one in hello.extensions if one.extension_type != number)


def doubled_extension(number: int) -> Callable[[Any], tuple[Extension, ...]]:
    """Return what puts an extension of a hello there twice."""

    def double(hello: Any) -> tuple[Extension, ...]:
        return (*hello.extensions, *(x for x in hello.extensions if x.extension_type == number))

    return double


# ---- other formulae


def choosing(**changes: Any) -> Formulae:
    """Return a server's formulae that choose something else than they should."""
    return {"choose": lambda *offer: SOUND.choose(*offer)._replace(**changes)}


def key_pair_of(public: Callable[[bytes], bytes]) -> Formulae:
    """Return formulae whose ephemeral public key is no good."""

    def generate(group: int, random: Callable[[int], bytes]) -> KeyPair:
        pair = SOUND.generate_key_pair(group, random)
        return replace(pair, public=public(pair.public))

    return {"generate_key_pair": generate}


def signing_other_bytes(scheme: int, key: Any, content: bytes) -> bytes:
    """Sign, but not what should be signed."""
    return SOUND.sign(scheme, key, content + b"!")


def last_bit_flipped(data: bytes) -> bytes:
    """Change the last bit."""
    return data[:-1] + bytes([data[-1] ^ 1])


def damaging(content_type: int, damage: Callable[[bytes], bytes]) -> Formulae:
    """Return formulae that spoil protected records of a type."""

    def protect(keys: Any, number: int, kind: int, content: bytes, random: Any) -> bytes:
        fragment = SOUND.protect(keys, number, kind, content, random)
        return damage(fragment) if kind == content_type else fragment

    return {"protect": protect}


# ---- the wire


def instead(data: bytes) -> Callable[[bytes], bytes]:
    """Send these bytes in place of each flight."""
    return lambda flight: data


def before(data: bytes) -> Callable[[bytes], bytes]:
    """Send these bytes before each flight."""
    return lambda flight: data + flight


def records(flight: bytes) -> list[Record]:
    """Return the records of a flight."""
    found = []
    while flight:
        record, flight = split(flight)
        assert record is not None
        found.append(record)
    return found


def name(record: Record) -> int:
    """Return the type of the handshake message in a plain record, -1 for another record."""
    return record.fragment[0] if record.content_type == ContentType.handshake else -1


def only_plain(edit: Callable[[list[Record]], list[Record]], flight: bytes) -> bytes:
    """Edit the records of a flight before its ChangeCipherSpec."""
    parts = records(flight)
    kinds = [one.content_type for one in parts]
    change = ContentType.change_cipher_spec
    end = kinds.index(change) if change in kinds else len(parts)
    return b"".join(map(join, edit(parts[:end]) + parts[end:]))


def without(msg_type: int) -> Callable[[bytes], bytes]:
    """Leave a message out."""
    return partial(only_plain, lambda parts: [one for one in parts if name(one) != msg_type])


def twice(msg_type: int) -> Callable[[bytes], bytes]:
    """Send a message twice."""

    def double(parts: list[Record]) -> list[Record]:
        return [copy for one in parts for copy in [one] * (1 + (name(one) == msg_type))]

    return partial(only_plain, double)


def swapped(first: int, second: int) -> Callable[[bytes], bytes]:
    """Send two messages in the places of each other."""

    def swap(parts: list[Record]) -> list[Record]:
        at = {name(one): place for place, one in enumerate(parts)}
        if first in at and second in at:
            a, b = at[first], at[second]
            parts[a], parts[b] = parts[b], parts[a]
        return parts

    return partial(only_plain, swap)


def plain(kind: int, content: bytes, version: int = ProtocolVersion.TLS_1_2) -> bytes:
    """Return a record without protection."""
    return join(Record(int(kind), int(version), content))


def handshake(msg_type: int, body: bytes = b"") -> bytes:
    """Return a handshake message in a plain record."""
    return plain(ContentType.handshake, frame_handshake(msg_type, body))


# ---- after the handshake


def says(kind: int, *contents: bytes) -> Callable[[Connection], None]:
    """Send protected records with these contents, one each, however long or short."""

    def act(end: Connection) -> None:
        for content in contents:
            writing, draw = end._records.writing, end.settings.draw
            number = writing.next_number()
            fragment = end.formulae.protect(writing.keys, number, int(kind), content, draw)
            raw(plain(kind, fragment))(end)

    return act


def raw(data: bytes) -> Callable[[Connection], None]:
    """Send bytes as they are."""
    return lambda end: end._records._outgoing.append(data)
