"""Exercise 01: several mistakes at once in a hello's bytes, field by field."""

from collections.abc import Callable, Iterator, Sequence

from tlskit.exercises.client_hello_mistakes import FIELDS, HEADERS, Make, parts_of
from tlskit.exercises.hello_reader import Hello
from tlskit.exercises.task import Came, Case, Outcome

MOST = 4


def several(cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Name the fewest mistakes that make all these hellos together, at most four."""
    results = [one.value for one in outcomes]
    if not all(one.came is Came.VALUE and isinstance(one.value, bytes) for one in outcomes):
        return []
    hellos = [case.arguments[0] for case in cases]
    headers = {"": right_header} | HEADERS
    found = [
        ([sentence] if sentence else []) + more
        for sentence, header in headers.items()
        if (bodies := without_header(header, results)) is not None
        for more in explanations(hellos, bodies, list(FIELDS))
    ]
    best = min(found, key=len, default=[])
    return best if len(best) <= MOST else []


def right_header(body: bytes) -> bytes:
    """Put the right header before a body."""
    return b"\x01" + len(body).to_bytes(3, "big") + body


def without_header(
    header: Callable[[bytes], bytes], results: Sequence[bytes]
) -> list[bytes] | None:
    """Return the bodies in messages with such a header, None if they have another one."""
    size = len(header(b""))
    bodies = [one[size:] for one in results]
    return bodies if [header(one) for one in bodies] == list(results) else None


def explanations(
    hellos: Sequence[Hello], left: Sequence[bytes], names: Sequence[str]
) -> Iterator[list[str]]:
    """Find what makes the bytes that are left: for each field the right bytes or a mistake."""
    if not names:
        if not any(left):
            yield []
        return
    name, *rest = names
    ways: dict[str, Make] = {"": lambda hello: parts_of(hello)[name]} | FIELDS[name]
    for sentence, make in ways.items():
        try:
            made = [make(hello) for hello in hellos]
        except OverflowError:  # a mistake that ends in an error made no bytes
            continue
        if all(one.startswith(begin) for one, begin in zip(left, made, strict=True)):
            behind = [one[len(begin) :] for one, begin in zip(left, made, strict=True)]
            for more in explanations(hellos, behind, rest):
                yield ([sentence] if sentence else []) + more
