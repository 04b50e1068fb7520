"""A body taken apart: what is right, and what is got wrong (exercise 04)."""

from collections.abc import Callable, Mapping
from typing import Any

Parts = dict[str, Any]
TakeApart = Callable[[bytes], Parts | None]


def cut_at(body: bytes, end: int, before: int = 4, order: Any = "big") -> Parts:
    """Return the fields of a body whose parameters end at `end`, signature `before` bytes later."""
    return {
        "params": body[:end],
        "group": int.from_bytes(body[1:3]),
        "public": body[4:end],
        "scheme": int.from_bytes(body[end : end + 2], order),
        "signature": body[end + before :],
    }


def taken_apart(body: bytes) -> Parts | None:
    """Return the fields of a body, None if a length does not fit (RFC 8422 §5.4)."""
    end = 4 + body[3]
    parts = cut_at(body, end)
    fits = int.from_bytes(body[end + 2 : end + 4]) == len(parts["signature"])
    return parts if fits else None


def read_apart(value: Parts | None, body: bytes) -> Parts:
    """Return what is compared of a result: its fields only where the body is sound."""
    fields = value if value is not None and taken_apart(body) is not None else {}
    refused = "by an empty dictionary" if value == {} else value is None
    return fields | {"whether it is refused": refused}


def with_field(name: str, value: Callable[[bytes, int, Parts], Any]) -> TakeApart:
    """Return the function that gets one field wrong, by (body, end of the parameters, fields)."""

    def mistaken(body: bytes) -> Parts | None:
        parts, end = taken_apart(body), 4 + body[3]
        return None if parts is None else parts | {name: value(body, end, parts)}

    return mistaken


def unchecked(body: bytes) -> Parts:
    """Take all that is left, whatever the length says."""
    return cut_at(body, 4 + body[3])


def cut_to_length(body: bytes) -> Parts:
    """Take as many bytes as the length says, and let the rest be."""
    parts, end = unchecked(body), 4 + body[3]
    length = int.from_bytes(body[end + 2 : end + 4])
    return parts | {"signature": parts["signature"][:length]}


def at_least(body: bytes) -> Parts | None:
    """Refuse what is too short, and cut what is too long."""
    parts, whole = cut_to_length(body), unchecked(body)
    end = 4 + body[3]
    short = len(whole["signature"]) < int.from_bytes(body[end + 2 : end + 4])
    return None if short else parts


def at_most(body: bytes) -> Parts | None:
    """Refuse what is too long, and take what is too short."""
    parts, end = unchecked(body), 4 + body[3]
    long = len(parts["signature"]) > int.from_bytes(body[end + 2 : end + 4])
    return None if long else parts


def always_x25519(body: bytes) -> Parts | None:
    """Take a public key of 32 bytes for granted."""
    return taken_apart(body) and cut_at(body, 36)


APART: Mapping[str, TakeApart] = {
    "The signature begins with its own length: these two bytes stand before it.": with_field(
        "signature", lambda body, end, parts: body[end + 2 :]
    ),
    "Your signature begins one byte too early: its length has two bytes (RFC 5246 §4.7).": (
        with_field("signature", lambda body, end, parts: body[end + 3 :])
    ),
    "Your signature begins with the scheme: that, and a length, stand before it.": with_field(
        "signature", lambda body, end, parts: body[end:]
    ),
    "The scheme is one byte with you; it is a number of two.": with_field(
        "scheme", lambda body, end, parts: body[end]
    ),
    "That is the second byte of the scheme alone; it is a number of two.": with_field(
        "scheme", lambda body, end, parts: body[end + 1]
    ),
    "The scheme's bytes are swapped: the most significant comes first (RFC 5246 §4.4).": with_field(
        "scheme", lambda body, end, parts: int.from_bytes(body[end : end + 2], "little")
    ),
    "Your scheme is bytes; a number was asked for.": with_field(
        "scheme", lambda body, end, parts: body[end : end + 2]
    ),
    "That is the signature's length; the scheme stands before it.": with_field(
        "scheme", lambda body, end, parts: len(parts["signature"])
    ),
    "You take a public key of 32 bytes for granted; the point of another curve is longer.": (
        always_x25519
    ),
    "You do not compare the length with what is left: bytes may be missing, or too many.": (
        unchecked
    ),
    "You cut where the length says, and what is missing or left over goes unnoticed.": (
        cut_to_length
    ),
    "What is left over behind the signature you let pass.": at_least,
    "A signature that is shorter than its length says you let pass.": at_most,
    "You refuse every body: which bytes are the length, and which are the signature?": (
        lambda body: None
    ),
    "A body whose length does not fit you refuse by an empty dictionary; the task says what to "
    "return.": lambda body: taken_apart(body) or {},
    "Your signature is text, two letters for a byte; bytes were asked for.": with_field(
        "signature", lambda body, end, parts: parts["signature"].hex()
    ),
    "Your scheme begins one byte too late.": with_field(
        "scheme", lambda body, end, parts: int.from_bytes(body[end + 1 : end + 3])
    ),
    "You take the last 256 bytes for the signature: only RSA-2048 makes so many.": (
        lambda body: (parts := taken_apart(body)) and parts | {"signature": body[-256:]}
    ),
}
RAISED_FOR_A_LENGTH = {
    "ValueError": "Your function ends in an error. If that is your answer to a length that does "
    "not fit: the task says what to return.",
}
