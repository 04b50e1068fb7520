"""The language in which the RFCs declare messages, as Python (RFC 5246 §4, RFC 9846 §3).

A message is declared once, field by field, as the RFC does it:

    struct {                                    @struct("RFC 5246 §7.4.1.2")
        ProtocolVersion client_version;         class ClientHello:
        Random random;                              client_version: Annotated[int, uint16]
        SessionID session_id;                       random: Annotated[bytes, opaque(32)]
        ...                                         session_id: Annotated[bytes, opaque(0, 32)]
    }

and three functions read that declaration: `encode` makes the bytes, `decode` takes exactly all of
them, `explain` says which bytes are which field, as far as they are right.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from tlskit.alerts import Alert
from tlskit.layouts import Field, Fixed, Layout, Malformed, Opaque, Struct, UInt, layout_of, whole
from tlskit.registry import AlertDescription

T = TypeVar("T")

uint8, uint16, uint24, uint32 = UInt(1), UInt(2), UInt(3), UInt(4)
uint64 = UInt(8)


def enum8(names: type[IntEnum]) -> UInt:
    """Return a one-byte number whose values have names."""
    return UInt(1, names)


def enum16(names: type[IntEnum]) -> UInt:
    """Return a two-byte number whose values have names."""
    return UInt(2, names)


def opaque(floor: int, ceiling: int | None = None, **options: Any) -> Fixed | Opaque:
    """Return the layout of bytes: opaque(32) of fixed length, opaque(0, 32) behind a length."""
    return Fixed(floor) if ceiling is None else Opaque(floor, ceiling, **options)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def struct(reference: str) -> Callable[[type[T]], type[T]]:
    """Make a class of annotated fields into a frozen dataclass with a layout.

    Args:
        reference: where the RFC declares it; decoding errors name it.
    """

    def declare(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True)(cls)
        hints = get_type_hints(made, include_extras=True)
        members = {f.name: layout_of(hints[f.name].__metadata__[0]) for f in fields(made)}  # type: ignore[arg-type]
        made.__layout__ = Struct(made, members, reference)  # type: ignore[attr-defined]
        return made

    return declare


def encode(value: Any) -> bytes:
    """Return the bytes of a declared struct.

    Raises: ValueError if a value does not fit its field, with the path to it.
    """
    layout: Struct = type(value).__layout__
    return layout.encode(value)


def decode(cls: type[T], data: bytes) -> T:
    """Return the struct that all of `data` holds, neither more nor less.

    Raises: Alert decode_error with the path to the wrong field (RFC 5246 §7.2.2: "some field was
        out of the specified range or the length of the message was incorrect").
    """
    layout: Struct = cls.__layout__  # type: ignore[attr-defined]
    try:
        value, stop = layout.decode(data, 0, len(data))
        if stop != len(data):
            raise Malformed(stop, f"{len(data) - stop} bytes left over")
    except Malformed as wrong:
        path = f"{layout.notation}.{wrong.path}".rstrip(".")
        reason = f"{path}: {wrong.reason} (at byte {wrong.at})"
        raise Alert(AlertDescription.decode_error, reason, layout.reference) from None
    return value  # type: ignore[no-any-return]


def explain(cls: "Layout | type", data: bytes) -> tuple[Field, ...]:
    """Return the fields of `data` read as a struct, up to the first wrong byte.

    Each field knows its bytes (data[start:end]), value, meaning and inner fields; the last one may
    have a `problem`. Never raises: made for looking at any bytes, ours, a peer's, a learner's.
    """
    return tuple(whole(layout_of(cls), data, 0, len(data)))
