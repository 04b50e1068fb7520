"""How values lie in bytes: numbers, byte strings, vectors, structs (RFC 5246 §4, RFC 9846 §3).

Each layout can encode a value, decode bytes, and explain bytes field by field. `presentation` puts
them together into declared messages.
"""
# ruff: noqa: D102 (each class does what Layout says)

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from tlskit.registry import name_of


class Malformed(Exception):
    """Bytes that break the declaration: where (an offset), and how."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(at, reason)
        self.at = at
        self.reason = reason
        self.path = ""

    def within(self, name: str) -> "Malformed":
        """Put the name of the field around it before the path, on the way out."""
        self.path = f"{name}.{self.path}".rstrip(".")
        return self


class Field(NamedTuple):
    """A field found in bytes: data[start:end]. If it is wrong, `problem` says how."""

    name: str
    start: int
    end: int
    value: Any = None
    meaning: str = ""
    inner: tuple["Field", ...] = ()
    problem: str = ""


class Layout:
    """How a value of one type lies in bytes; `notation` is the RFC's way to write it."""

    notation = ""

    def encode(self, value: Any) -> bytes:
        """Return the bytes of a value. Raises ValueError if it does not fit: our own fault."""
        raise NotImplementedError

    def decode(self, data: bytes, at: int, end: int) -> tuple[Any, int]:
        """Return the value at data[at:end] and the offset behind it. Raises Malformed."""
        raise NotImplementedError

    def explain(self, name: str, data: bytes, at: int, end: int) -> Field:
        """Return the field at data[at:end]; never raises."""
        try:
            value, stop = self.decode(data, at, end)
        except Malformed as wrong:
            return Field(name, at, end, problem=wrong.reason)
        return Field(name, at, stop, value, self.meaning(value))

    def meaning(self, value: Any) -> str:
        """Say what a value stands for: the name of a code point, a text; else nothing."""
        return ""


class UInt(Layout):
    """A number of `size` bytes, big-endian (RFC 5246 §4.4); `names` tells what numbers mean."""

    def __init__(self, size: int, names: type[IntEnum] | None = None) -> None:
        self.size, self.names = size, names
        self.notation = names.__name__ if names else f"uint{8 * size}"

    def encode(self, value: int) -> bytes:
        try:
            return value.to_bytes(self.size, "big")
        except OverflowError:
            raise ValueError(f"{value} does not fit in {self.size} bytes") from None

    def decode(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        stop = at + self.size
        if stop > end:
            raise Malformed(at, f"{self.size} bytes needed, {end - at} left")
        return int.from_bytes(data[at:stop], "big"), stop

    def meaning(self, value: int) -> str:
        return name_of(self.names, value) if self.names else ""


class Fixed(Layout):
    """A byte string of a fixed length: opaque random[32] (RFC 5246 §4.3)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.notation = f"opaque[{size}]"

    def encode(self, value: bytes) -> bytes:
        if len(value) != self.size:
            raise ValueError(f"{len(value)} bytes where {self.size} are expected")
        return value

    def decode(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        stop = at + self.size
        if stop > end:
            raise Malformed(at, f"{self.size} bytes needed, {end - at} left")
        return data[at:stop], stop


class Rest(Layout):
    """All bytes up to the end of the struct: a length that stands elsewhere (Finished)."""

    notation = "opaque[rest]"

    def encode(self, value: bytes) -> bytes:
        return value

    def decode(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        return data[at:end], end


class Counted(Layout):
    """Something behind its own length in bytes, which lies in <floor..ceiling> (RFC 5246 §4.3).

    The length takes as many bytes as the ceiling needs.
    """

    def __init__(self, floor: int, ceiling: int) -> None:
        self.floor, self.ceiling = floor, ceiling
        self.prefix = (ceiling.bit_length() + 7) // 8

    def counted(self, content: bytes) -> bytes:
        """Return the content behind its length."""
        if not self.floor <= len(content) <= self.ceiling:
            raise ValueError(f"{len(content)} bytes where {self.floor}..{self.ceiling} may be")
        return len(content).to_bytes(self.prefix, "big") + content

    def span(self, data: bytes, at: int, end: int) -> tuple[int, int]:
        """Read the length at data[at:]; return where the content starts and ends."""
        start = at + self.prefix
        if start > end:
            raise Malformed(at, f"bytes of its length: {self.prefix} needed, {end - at} left")
        length = int.from_bytes(data[at:start], "big")
        if not self.floor <= length <= self.ceiling:
            raise Malformed(at, f"length {length}, allowed is {self.floor}..{self.ceiling}")
        if start + length > end:
            raise Malformed(at, f"length {length}, but only {end - start} bytes are left")
        return start, start + length

    def around(
        self,
        name: str,
        data: bytes,
        at: int,
        end: int,
        content: Callable[[int, int], tuple[Any, str, list[Field]]],
    ) -> Field:
        """Explain the length, then what `content(start, stop)` finds behind it."""
        try:
            start, stop = self.span(data, at, end)
        except Malformed as wrong:
            return Field(name, at, end, problem=wrong.reason)
        value, meaning, inner = content(start, stop)
        problem = inner[-1].problem if inner else ""
        length = Field("length", at, start, stop - start)
        return Field(name, at, stop, value, meaning, (length, *inner), problem)


class Opaque(Counted):
    """A byte string behind its length: opaque session_id<0..32>.

    `inside` tells `explain` what the bytes hold, from the fields that stand before in the struct.
    """

    def __init__(
        self,
        floor: int,
        ceiling: int,
        inside: Callable[[Mapping[str, Any]], Layout | None] | None = None,
        text: bool = False,
    ) -> None:
        super().__init__(floor, ceiling)
        self.inside, self.text = inside, text
        self.notation = f"opaque<{floor}..{ceiling}>"

    def encode(self, value: bytes) -> bytes:
        return self.counted(value)

    def decode(self, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        start, stop = self.span(data, at, end)
        return data[start:stop], stop

    def explain(self, name: str, data: bytes, at: int, end: int) -> Field:
        return self.explain_after({}, name, data, at, end)

    def explain_after(
        self, before: Mapping[str, Any], name: str, data: bytes, at: int, end: int
    ) -> Field:
        """Explain with the fields before this one in hand, which say what is inside."""

        def content(start: int, stop: int) -> tuple[bytes, str, list[Field]]:
            value = data[start:stop]
            layout = self.inside(before) if self.inside else None
            if layout is None:
                inner = [Field("content", start, stop, value, self.meaning(value))]
                return value, self.meaning(value), inner if value else []
            return value, "", whole(layout, data, start, stop)

        return self.around(name, data, at, end, content)

    def meaning(self, value: bytes) -> str:
        return value.decode("ascii", "backslashreplace") if self.text else ""


class Vector(Counted):
    """Elements one after the other, behind their length in bytes: CipherSuite<2..2^16-2>."""

    def __init__(self, element: "Layout | type", floor: int, ceiling: int) -> None:
        super().__init__(floor, ceiling)
        self.element = layout_of(element)
        self.notation = f"{self.element.notation}<{floor}..{ceiling}>"

    def encode(self, value: tuple[Any, ...]) -> bytes:
        return self.counted(b"".join([self.element.encode(item) for item in value]))

    def decode(self, data: bytes, at: int, end: int) -> tuple[tuple[Any, ...], int]:
        at, stop = self.span(data, at, end)
        values, element = [], self.element.decode
        while at < stop:
            value, at = element(data, at, stop)
            values.append(value)
        return tuple(values), stop

    def explain(self, name: str, data: bytes, at: int, end: int) -> Field:
        def content(start: int, stop: int) -> tuple[Any, str, list[Field]]:
            inner: list[Field] = []
            while start < stop and not (inner and inner[-1].problem):
                inner.append(self.element.explain(f"[{len(inner)}]", data, start, stop))
                start = inner[-1].end
            return tuple(item.value for item in inner), "", inner

        return self.around(name, data, at, end, content)


class Optional(Layout):
    """A last field that may be missing altogether, as a hello's extensions: None if it is."""

    def __init__(self, inner: Layout) -> None:
        self.inner = inner
        self.notation = f"[{inner.notation}]"

    def encode(self, value: Any) -> bytes:
        return b"" if value is None else self.inner.encode(value)

    def decode(self, data: bytes, at: int, end: int) -> tuple[Any, int]:
        return (None, at) if at == end else self.inner.decode(data, at, end)

    def explain(self, name: str, data: bytes, at: int, end: int) -> Field:
        if at == end:
            return Field(name, at, at, None, "not present")
        return self.inner.explain(name, data, at, end)


class Struct(Layout):
    """Fields one after the other (RFC 5246 §4.6), made into an object of the declaring class."""

    def __init__(self, cls: type, members: Mapping[str, Layout], reference: str = "") -> None:
        self.cls, self.members, self.reference = cls, dict(members), reference
        self.items = tuple(self.members.items())
        self.notation = cls.__name__

    def encode(self, value: Any) -> bytes:
        parts = []
        name = ""
        try:
            for name, layout in self.items:
                parts.append(layout.encode(getattr(value, name)))
        except ValueError as wrong:
            raise ValueError(f"{self.notation}.{name}: {wrong}") from None
        return b"".join(parts)

    def decode(self, data: bytes, at: int, end: int) -> tuple[Any, int]:
        values = []
        name = ""
        try:
            for name, layout in self.items:  # noqa: B007 (the name is for the error)
                value, at = layout.decode(data, at, end)
                values.append(value)
        except Malformed as wrong:
            raise wrong.within(name) from None
        return self.cls(*values), at

    def explain(self, name: str, data: bytes, at: int, end: int) -> Field:
        inner: list[Field] = []
        before: dict[str, Any] = {}
        start = at
        for member, layout in self.items:
            if isinstance(layout, Opaque):
                found = layout.explain_after(before, member, data, at, end)
            else:
                found = layout.explain(member, data, at, end)
            inner.append(found)
            if found.problem:
                return Field(name, start, found.end, inner=tuple(inner), problem=found.problem)
            before[member], at = found.value, found.end
        return Field(name, start, at, self.cls(**before), "", tuple(inner))


def layout_of(declared: "Layout | type") -> Layout:
    """Return the layout of a declared struct, or the layout itself."""
    if isinstance(declared, Layout):
        return declared
    layout: Layout = declared.__layout__  # type: ignore[attr-defined]
    return layout


def whole(layout: Layout, data: bytes, start: int, end: int) -> list[Field]:
    """Explain data[start:end] as one value that must fill it; what is left over is a problem."""
    found = layout.explain("content", data, start, end)
    inner = list(found.inner) if isinstance(layout, Struct) else [found]
    if not found.problem and found.end != end:
        left = f"{end - found.end} bytes left over"
        inner.append(Field("left_over", found.end, end, data[found.end : end], problem=left))
    return inner
