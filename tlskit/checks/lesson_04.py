"""Checks of lesson 04: cutting a flight into messages, and what the server signs."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tlskit import pki
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Unusable, Verdict, value_of
from tlskit.labs.server_flight import handshake_in, messages_in, server_talks
from tlskit.lesson import lesson_random
from tlskit.messages import HEADER_SIZE, frame_handshake
from tlskit.registry import HandshakeType, SignatureScheme
from tlskit.signatures import sign
from tlskit.tls12.negotiation import server_ecdh_params_to_sign

RSA_SHA256 = SignatureScheme.rsa_pkcs1_sha256


def right_size(content: bytes) -> int:
    """Return the size of the message that content begins with: header and body (§7.4)."""
    return HEADER_SIZE + int.from_bytes(content[1:HEADER_SIZE])


SIZE_MISTAKES: dict[str, Callable[..., Any]] = {
    "The length in the header counts the body alone; the header comes on top.": lambda content: (
        int.from_bytes(content[1:4])
    ),
    "You added the 3 bytes of the length, and not the byte of the type.": lambda content: (
        3 + int.from_bytes(content[1:4])
    ),
    "You read 1 byte of a length that has 3: Certificate is longer than 255 bytes.": (
        lambda content: 4 + content[3]
    ),
    "You read 2 bytes of a length that has 3, the first two.": lambda content: (
        4 + int.from_bytes(content[1:3])
    ),
    "You read the last 2 bytes of a length that has 3: a long message comes out short.": (
        lambda content: 4 + int.from_bytes(content[2:4])
    ),
    "Your number begins with the type: the length is bytes 1, 2 and 3, and byte 0 is no part "
    "of it.": lambda content: 4 + int.from_bytes(content[:3]),
    "Your number begins with the type and has 4 bytes; the length has 3.": lambda content: (
        4 + int.from_bytes(content[:4])
    ),
    "The most significant byte comes first on the wire (§4.4), and you read it last.": (
        lambda content: 4 + int.from_bytes(content[1:4], "little")
    ),
    "That is the size of all that is left, not of the first message in it.": len,
}


def message_size(mine: Callable[..., Any]) -> Report:
    """Check a function that tells the size of the message that content begins with (§7.4)."""
    flight = messages_in(handshake_in(server_talks().flight))
    long = frame_handshake(HandshakeType.certificate, bytes(70000))
    cases = [(b"".join([one, *flight]),) for one in (*flight, long)]
    praise = "Right: for the four messages of the flight, and for one of 70000 bytes."
    return compare(
        "my_message_size", mine, right_size, cases, SIZE_MISTAKES, int, praise, "RFC 5246 §7.4"
    )


CONTENT_MISTAKES: dict[str, Callable[..., Any]] = {
    "The server's random stands before the client's; the client's comes first, because it "
    "spoke first.": lambda client, server, params: server + client + params,
    "The parameters stand before the randoms.": lambda client, server, params: (
        params + client + server
    ),
    "That is the parameters alone. Such a signature would be good for every day: it is the "
    "second half of this lesson.": lambda client, server, params: params,
    "The server's random is missing, so a client that repeats its own could be sent an old "
    "message.": lambda client, server, params: client + params,
    "The client's random is missing, and it is the only part that the client knows to be "
    "fresh.": lambda client, server, params: server + params,
    "The parameters are missing, so anybody could put other ones under it.": (
        lambda client, server, params: client + server
    ),
    "You hashed it. The signature scheme hashes by itself; hand over the bytes.": (
        lambda client, server, params: sha256(client + server + params).digest()
    ),
}


def params_to_sign(mine: Callable[..., Any]) -> Report:
    """Check a function that puts together what the server signs (RFC 8422 §5.4)."""
    draw = lesson_random("check 04")
    cases = [(draw(32), draw(32), draw(size)) for size in (36, 69)]
    praise = "Right: with X25519's parameters and with P-256's."
    right = server_ecdh_params_to_sign
    return compare(
        "my_params_to_sign", mine, right, cases, CONTENT_MISTAKES, bytes, praise, "RFC 8422 §5.4"
    )


def believes_everything(mine: Callable[..., Any]) -> Report:
    """Check a verifier that lets a signature of 256 zeros pass, over any bytes."""
    task = "my_verify_signature"
    key: Any = pki.credential("rsa").private_key
    try:
        said = value_of(task, mine, object, RSA_SHA256, key.public_key(), bytes(256), b"anything")
    except Unusable as unusable:
        return unusable.report
    if said is not None:
        finding = f"It returned {said!r}; a verifier that believes says nothing, that is None."
        return Report(task, Verdict.WRONG, (finding,))
    return Report(task, Verdict.RIGHT, ("It let 256 zeros pass as a signature.",))


HASH_MISTAKES: dict[str, Callable[..., Any]] = {
    "You raised to the modulus and took the remainder by the exponent: pow(base, e, n).": (
        lambda signature, e, n: pow(int.from_bytes(signature), n, e).to_bytes(256)[-32:]
    ),
    "Those are the first 32 bytes: the padding. The hash stands at the end.": (
        lambda signature, e, n: opened(signature, e, n)[:32]
    ),
    "That is the whole block; the hash is its last 32 bytes.": (
        lambda signature, e, n: opened(signature, e, n)
    ),
    "That is the end of the signature itself: open it with the public key first.": (
        lambda signature, e, n: signature[-32:]
    ),
}


def opened(signature: bytes, e: int, n: int) -> bytes:
    """Return the block inside an RSA signature, 256 bytes for RSA-2048 (RFC 8017 §8.2.2)."""
    return pow(int.from_bytes(signature), e, n).to_bytes(256)


def hash_in_signature(mine: Callable[..., Any]) -> Report:
    """Check a function that takes the SHA-256 out of an RSA signature (RFC 8017 §8.2.2, §9.2)."""
    key: Any = pki.credential("rsa").private_key
    numbers = key.public_key().public_numbers()
    cases = [(sign(RSA_SHA256, key, word), numbers.e, numbers.n) for word in (b"one", b"another")]
    praise = "Right: it is the hash that the server signed."
    return compare(
        "my_hash_in_signature",
        mine,
        lambda signature, e, n: opened(signature, e, n)[-32:],
        cases,
        HASH_MISTAKES,
        bytes,
        praise,
        "RFC 8017 §9.2",
    )
