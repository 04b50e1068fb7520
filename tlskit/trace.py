"""Watching and replacing functions that stand in tables; knows nothing of TLS.

A table is a frozen dataclass whose fields are functions. `recorded` wraps each of them so that a
run leaves a tree of calls with named arguments and results; `checked` wraps what a learner put in
place of a default, so that a wrong return is named where it happens, not five steps later.
"""

import inspect
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from types import GenericAlias, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tlskit.alerts import Alert

T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One call of a function of a table: who made it, with what, and what came of it."""

    name: str
    by: str
    arguments: dict[str, Any]
    result: Any = None
    error: BaseException | None = None
    inner: list["Call"] = field(default_factory=list)

    def walk(self) -> "list[Call]":
        """Return this call and all calls within it, in the order of their beginning."""
        return [self] + [call for one in self.inner for call in one.walk()]


class ReplacementError(Exception):
    """A function that replaced one of ours raised, or returned what it should not have."""


@cache
def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's parameters (cached: inspecting is slow)."""
    return tuple(inspect.signature(function).parameters)


def recorded(calls: list[Call], by: str, *tables: Any) -> tuple[Any, ...]:
    """Return the tables with each function wrapped so that its calls are appended to `calls`.

    A call made within another of these tables goes into that one's `inner`.
    """
    stack = [calls]

    def watched(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        call = Call(name, by, dict(zip(parameters(function), arguments, strict=False)))
        stack[-1].append(call)
        stack.append(call.inner)
        try:
            call.result = function(*arguments)
            return call.result
        except BaseException as error:
            call.error = error
            raise
        finally:
            stack.pop()

    tables = tuple(map(copy, tables))
    for table in tables:  # our own copies, which nobody has seen yet: frozen from here on
        vars(table).update({name: partial(watched, name, one) for name, one in vars(table).items()})
    return tables


@cache
def defaults(table: type) -> dict[str, Any]:
    """Return the functions that stand in a table unless they are replaced."""
    return {f.name: f.default for f in fields(table)}


def checked(table: T) -> T:
    """Return the table with every replaced function held to the signature of its default."""
    ours = defaults(type(table))  # type: ignore[arg-type]
    if vars(table) == ours:
        return table
    changes = {}
    for name, default in ours.items():
        function = getattr(table, name)
        if function is not default and not hasattr(function, "__replaces__"):
            changes[name] = held_to(name, default, function)
    return replace(table, **changes)  # type: ignore[type-var]


def held_to(name: str, default: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` so that it raises ReplacementError unless it behaves like `default`."""
    expected = get_type_hints(default)["return"]
    mine = getattr(function, "__name__", repr(function))
    wanted = f"{name}{inspect.signature(default)}"
    for module in ("tlskit.", "collections.abc."):  # a learner needs the names, not their places
        wanted = wanted.replace(module, "")

    def tried(*arguments: Any) -> Any:
        try:
            result = function(*arguments)
        except (Alert, ReplacementError):  # the latter names a function of hers further in
            raise
        except NotImplementedError as error:
            raise ReplacementError(f"{mine} is not written yet; it stands for {wanted}") from error
        except Exception as error:
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise ReplacementError(f"{mine} raised {what}; it stands for {wanted}") from error
        if not fits(result, expected):
            got = f"{described(result)}; it stands for {wanted}"
            raise ReplacementError(f"{mine} returned {got}")
        return result

    tried.__signature__ = inspect.signature(default)  # type: ignore[attr-defined]
    tried.__replaces__ = default  # type: ignore[attr-defined]
    return tried


def fits(value: Any, expected: Any) -> bool:
    """Tell whether a value is of an annotated type: a class, a union, a tuple of such."""
    if expected is Any:
        return True
    if expected is None:
        return value is None
    if isinstance(expected, UnionType):
        return any(fits(value, one) for one in get_args(expected))
    if isinstance(expected, GenericAlias) and get_origin(expected) is tuple:
        parts = get_args(expected)
        if not isinstance(value, tuple):
            return False
        if parts[-1] is ...:
            return all(fits(one, parts[0]) for one in value)
        return len(value) == len(parts) and all(map(fits, value, parts))
    return isinstance(value, get_origin(expected) or expected)


def described(value: Any) -> str:
    """Return type and, for bytes and tuples, the size of a value, for an error text."""
    if isinstance(value, tuple):
        return f"a tuple of {len(value)} ({', '.join(type(one).__name__ for one in value)})"
    if value is None:
        return "None (is a `return` missing?)"
    return f"{type(value).__name__} {value!r:.60}"
