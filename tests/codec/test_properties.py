"""What must hold of every declared struct, for any value and for any bytes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_vectors import HANDSHAKE, message

from tlskit import extensions, messages, sessions, tls13_messages
from tlskit.alerts import Alert
from tlskit.layouts import Field, Fixed, Layout, Opaque, Optional, Rest, Struct, UInt, Vector
from tlskit.messages import BODIES, explain_handshake, frame_handshake, unframe_handshake
from tlskit.presentation import decode, encode, explain
from tlskit.registry import AlertDescription, HandshakeType

STRUCTS = sorted(
    {
        declared
        for module in (messages, extensions, sessions, tls13_messages)
        for declared in vars(module).values()
        if isinstance(declared, type) and hasattr(declared, "__layout__")
    },
    key=lambda declared: declared.__name__,
)
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)
every_struct = pytest.mark.parametrize("cls", STRUCTS, ids=lambda cls: cls.__name__)
LARGEST = 40
"""Bytes of a generated field whose ceiling is higher."""


def values(layout: Layout) -> st.SearchStrategy[Any]:
    """Return a strategy for the values that a layout can hold, made from its declaration."""
    if isinstance(layout, UInt):
        known = [int(one) for one in layout.names or ()]
        numbers = st.integers(0, 256**layout.size - 1)
        return numbers | st.sampled_from(known) if known else numbers
    if isinstance(layout, Fixed):
        return st.binary(min_size=layout.size, max_size=layout.size)
    if isinstance(layout, Rest):
        return st.binary(max_size=LARGEST)
    if isinstance(layout, Opaque):
        return st.binary(min_size=layout.floor, max_size=min(layout.ceiling, LARGEST))
    if isinstance(layout, Vector):
        elements = st.lists(values(layout.element), max_size=6).map(tuple)

        def fits(chosen: tuple[Any, ...]) -> bool:
            size = sum(len(layout.element.encode(one)) for one in chosen)
            return layout.floor <= size <= layout.ceiling

        return elements.filter(fits)
    if isinstance(layout, Optional):
        return st.none() | values(layout.inner)
    assert isinstance(layout, Struct), f"tell `values` how to make a {type(layout).__name__}"
    return st.tuples(*(values(member) for _, member in layout.items)).map(
        lambda members: layout.cls(*members)
    )


def struct_values(cls: type) -> st.SearchStrategy[Any]:
    return values(cls.__layout__)  # type: ignore[attr-defined]


@st.composite
def almost(draw: Any, cls: type) -> bytes:
    """Bytes of a struct, with some of them changed, taken out or put in."""
    data = bytearray(encode(draw(struct_values(cls))))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["set", "cut", "insert", "cut off"]))
        if change == "set" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[at : at + draw(st.integers(1, 4))]
        elif change == "insert":
            data[at:at] = draw(st.binary(max_size=4))
        elif change == "cut off":
            del data[at:]
    return bytes(data)


def any_bytes(cls: type) -> st.SearchStrategy[bytes]:
    return almost(cls) | st.binary(max_size=80)


def test_every_declared_struct_is_found():
    """So that none slips through the tests below."""
    assert {cls.__name__ for cls in STRUCTS} >= {
        *(cls.__name__ for cls in BODIES.values()),
        *(cls.__name__ for cls in extensions.CLIENT_BODIES.values()),
        *(cls.__name__ for cls in extensions.SERVER_BODIES.values()),
        "ClientECDiffieHellmanPublic",
        "EncryptedPreMasterSecret",
        "ServerECDHParams",
        "Extension",
    }


@every_struct
def test_what_is_encoded_decodes_to_the_same_value(cls):
    @EXAMPLES
    @given(struct_values(cls))
    def holds(value):
        data = encode(value)
        assert decode(cls, data) == value
        assert encode(decode(cls, data)) == data

    holds()


def decoded(cls: type, data: bytes) -> Any:
    """Return the value, or None if the bytes are refused, which only one alert may do."""
    try:
        return decode(cls, data)
    except Alert as alert:
        assert alert.description is AlertDescription.decode_error
        assert alert.reason.startswith(cls.__name__)
        assert "RFC" in alert.reference
        return None


@every_struct
def test_any_bytes_are_refused_or_encode_to_the_same_bytes(cls):
    @EXAMPLES
    @given(any_bytes(cls))
    def holds(data):
        value = decoded(cls, data)
        if value is not None:
            assert encode(value) == data

    holds()


@every_struct
def test_every_shorter_and_longer_form_of_a_struct_is_refused_or_another_value(cls):
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(struct_values(cls))
    def holds(value):
        data = encode(value)
        for size in range(len(data)):
            shorter = decoded(cls, data[:size])
            assert shorter is None or encode(shorter) == data[:size]
        longer = decoded(cls, data + b"\x00")
        assert longer is None or encode(longer) == data + b"\x00"

    holds()


def tiled(fields: tuple[Field, ...], start: int, end: int) -> int:
    """Check that fields lie one behind the other; return where the last one ends."""
    at = start
    for one in fields:
        assert one.start == at <= one.end <= end
        if one.inner:
            stop = tiled(one.inner, one.start, one.end)
            assert stop == one.end or one.problem
        at = one.end
    return at


@every_struct
def test_any_bytes_are_explained_without_gaps_up_to_the_first_problem(cls):
    @EXAMPLES
    @given(any_bytes(cls))
    def holds(data):
        fields = explain(cls, data)
        end = tiled(fields, 0, len(data))
        problems = [one for one in fields if one.problem]
        if not problems:
            assert end == len(data)
            value = decoded(cls, data)
            assert value is not None
            assert [one.value for one in fields] == list(vars(value).values())
        else:
            assert problems == [fields[-1]]
        if decoded(cls, data) is None:
            assert problems

    holds()


@EXAMPLES
@given(st.binary(max_size=80))
def test_any_handshake_message_is_explained(data):
    fields = explain_handshake(data)
    assert tiled(fields, 0, len(data)) <= len(data)
    assert any(one.problem for one in fields) or fields[-1].end == len(data)


@EXAMPLES
@given(
    st.sampled_from(HANDSHAKE),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=3),
    st.integers(0, 900),
)
def test_a_real_message_that_was_changed_or_cut_off_is_explained(name, changes, size):
    data = bytearray(message(name)[:size])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    fields = explain_handshake(bytes(data))
    tiled(fields, 0, len(data))
    if not any(one.problem for one in fields):
        assert fields[-1].end == len(data)


@EXAMPLES
@given(st.sampled_from(HandshakeType), st.binary(max_size=300))
def test_framing_is_undone_by_unframing_and_by_nothing_else(msg_type, body):
    framed = frame_handshake(msg_type, body)
    assert unframe_handshake(framed) == (msg_type, body)
    for wrong in (framed[:-1], framed + b"\x00"):
        with pytest.raises(Alert) as raised:
            unframe_handshake(wrong)
        assert raised.value.description is AlertDescription.decode_error


@EXAMPLES
@given(st.binary(max_size=4))
def test_what_is_no_whole_header_is_refused(data):
    try:
        msg_type, body = unframe_handshake(data)
    except Alert as alert:
        assert alert.description is AlertDescription.decode_error
    else:
        assert frame_handshake(msg_type, body) == data


def test_values_that_do_not_fit_are_our_own_fault():
    hello = decode(messages.ClientHello, message("clienthello")[4:])
    for name, value in (
        ("client_version", 0x10000),
        ("client_version", -1),
        ("random", bytes(31)),
        ("session_id", bytes(33)),
        ("cipher_suites", ()),
        ("compression_methods", ()),
        ("compression_methods", (256,)),
    ):
        wrong = messages.ClientHello(**(vars(hello) | {name: value}))
        with pytest.raises(ValueError, match=rf"ClientHello\.{name}: "):
            encode(wrong)
    with pytest.raises(ValueError, match=r"at most 2\^24-1 bytes"):
        frame_handshake(1, bytes(1 << 24))
