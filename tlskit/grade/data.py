"""Plain data as JSON, for the way into the sandbox and back (goes into the sandbox, too).

Bytes become {"b": hex}, numbers {"i": hex} or {"f": hex}, dicts {"d": pairs}; what comes back is
read as if an enemy had written it.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

LARGEST = 1 << 20
"""Bytes that a message may have."""
DEEPEST = 30
HEX = re.compile(r"-?0x[0-9a-f]+")


class NotData(ValueError):
    """A value that is no plain data, or too much of it; or a text that stands for none."""


def tagged(value: Any) -> Any:
    """Return plain data as JSON has it.

    Raises: NotData for what is none of bytes, str, int, float, bool, None, lists, tuples and dicts.
    """
    left = LARGEST // 2

    def tag(one: Any, depth: int) -> Any:
        nonlocal left
        sized = isinstance(one, bytes | bytearray | memoryview | str | list | tuple | dict)
        left -= (len(one) if sized else 0) + 8
        if left < 0 or depth > DEEPEST:
            raise NotData("more data than can be taken")
        if one is None or isinstance(one, bool):
            return one
        if isinstance(one, bytes | bytearray | memoryview):
            return {"b": bytes(one).hex()}
        if isinstance(one, str):
            return str(one)
        if isinstance(one, int):
            left -= int(one).bit_length() // 4
            if left < 0:
                raise NotData("more data than can be taken")
            return {"i": hex(int(one))}
        if isinstance(one, float):
            return {"f": float(one).hex()}
        if isinstance(one, list | tuple):
            return [tag(entry, depth + 1) for entry in one]
        if isinstance(one, dict):
            return {"d": [[tag(key, depth + 1), tag(it, depth + 1)] for key, it in one.items()]}
        raise NotData(f"a {type(one).__name__}")

    return tag(value, 0)


def untagged(tree: Any, depth: int = 0) -> Any:
    """Return the data that a tagged tree stands for.

    Raises: NotData if it stands for none.
    """
    if depth > DEEPEST + 1:
        raise NotData("too deep")
    if tree is None or isinstance(tree, bool):
        return tree
    if isinstance(tree, str):
        if any("\ud800" <= letter <= "\udfff" for letter in tree):
            raise NotData("a text that has half a character")
        return tree
    if isinstance(tree, list):
        return [untagged(one, depth + 1) for one in tree]
    if not isinstance(tree, dict) or len(tree) != 1:
        raise NotData("no tagged data")
    tag, held = next(iter(tree.items()))
    try:
        return READ[tag](held, depth + 1)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotData(f"no tagged data: {error}") from None


def integer(held: str, depth: int) -> int:
    """Return a number in hex."""
    if not HEX.fullmatch(held):
        raise NotData("no number")
    return int(held, 16)


def real(held: str, depth: int) -> float:
    """Return a number with a fraction; none that is infinite or not a number."""
    value = float.fromhex(held)
    if not math.isfinite(value):
        raise NotData("no finite number")
    return value


def mapping(held: list[Any], depth: int) -> dict[Any, Any]:
    """Return a dict from its pairs."""
    return {untagged(key, depth): untagged(value, depth) for key, value in held}


def octets(held: str, depth: int) -> bytes:
    """Return bytes from hex."""
    return bytes.fromhex(held)


READ: dict[str, Callable[[Any, int], Any]] = {
    "b": octets,
    "i": integer,
    "f": real,
    "d": mapping,
}


def message(text: bytes) -> dict[str, Any]:
    """Return the JSON object that a message is.

    Raises: NotData if it is none.
    """
    try:
        found = json.loads(text.decode("ascii"), parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise NotData(f"no JSON: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise NotData("no JSON object")
    return found


def no_constant(name: str) -> Any:
    """Refuse NaN and Infinity."""
    raise NotData(name)
