"""Where the keys of a run come from: a graph of values, read off the calls.

A formula that was handed a PRF, or cut bytes into named parts, derives; what it returned is a
node, and an argument that equals an earlier node is an edge. Everything else that went in (randoms,
hashes, a secret that was drawn) is a source. So the graph follows the run: another suite, extended
master secret or a learner's own formula give another graph.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tlskit.trace import Call

SOURCE, SECRET, KEY, CHECK = "source", "secret", "key", "check"


class Node(NamedTuple):
    """A value: its name, its bytes, its kind; a part of another value knows where it begins."""

    name: str
    value: bytes
    kind: str
    offset: int = 0


class Edge(NamedTuple):
    """What goes into what, by which formula (its call as text)."""

    source: str
    target: str
    formula: str


@dataclass(frozen=True)
class Derivation:
    """The graph: nodes in the order of their making, edges."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def named(self, name: str) -> Node:
        """Return the node with this name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def into(self, name: str) -> tuple[Edge, ...]:
        """Return the edges that end at a node."""
        return tuple(edge for edge in self.edges if edge.target == name)

    def depth(self, name: str) -> int:
        """Return how many formulae lie between a node and the sources it hangs on."""
        before = [self.depth(edge.source) for edge in self.into(name)]
        return 1 + max(before) if before else 0


def derivation(calls: Sequence[Call], by: str = "client") -> Derivation:
    """Return the graph of what one side derived.

    Args:
        calls: a run's calls; those of the other side are passed over.
        by: "client" or "server".
    """
    formulae = [one for call in calls if call.by == by for one in (call, *call.inner)]
    return _Reader(formulae).read()


def bytes_in(call: Call) -> dict[str, bytes]:
    """Return a call's arguments that are bytes and no label, by name."""
    found = call.arguments.items()
    return {name: value for name, value in found if is_value(value) and name != "label"}


def is_value(value: Any) -> bool:
    """Tell whether something can be a node: bytes, and not none at all."""
    return isinstance(value, bytes) and bool(value)


def stretches(call: Call) -> bool:
    """Tell whether a formula derives bytes: it was handed the PRF."""
    return "prf" in call.arguments and is_value(call.result)


def cuts(call: Call) -> bool:
    """Tell whether a formula cut bytes into named parts."""
    parts = call.result.values() if isinstance(call.result, dict) else ()
    return bool(parts) and all(isinstance(part, bytes) for part in parts)


class _Reader:
    def __init__(self, formulae: Sequence[Call]) -> None:
        self.formulae = formulae
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def read(self) -> Derivation:
        for call in self.formulae:
            if stretches(call):
                self.stretched(call)
            elif cuts(call):
                self.cut(call)
        return Derivation(tuple(self.nodes), tuple(dict.fromkeys(self.edges)))

    def stretched(self, call: Call) -> None:
        label = label_of(call)
        finished = label.endswith("finished")
        name = f"{call.name} ({label})" if finished else call.name
        formula = self.formula(call, label)
        self.edges += [Edge(self.source(*one), name, formula) for one in bytes_in(call).items()]
        if not any(node.name == name for node in self.nodes):
            self.nodes.append(Node(name, call.result, CHECK if finished else SECRET))

    def cut(self, call: Call) -> None:
        sources = [self.source(*one) for one in bytes_in(call).items()]
        offset = 0
        for name, value in call.result.items():
            if value:
                self.nodes.append(Node(name, value, KEY, offset))
                self.edges += [Edge(source, name, "cut") for source in sources]
            offset += len(value)

    def formula(self, call: Call, label: str) -> str:
        """Return the formula as it was really computed: which argument where in the seed."""
        arguments = bytes_in(call)
        asked = next((one for one in call.walk() if one.name == "prf"), None)
        if asked is None:
            return f"{call.name}({', '.join(arguments)})"
        secret = spelled(asked.arguments["secret"], arguments)
        seed = spelled(asked.arguments["seed"], arguments)
        return f'PRF({secret}, "{label}", {seed})'

    def source(self, name: str, value: bytes) -> str:
        """Return the name of the node with this value, made as a source if there is none."""
        for node in self.nodes:
            if node.value == value and node.kind != KEY:
                return node.name
        taken = {node.name for node in self.nodes}
        if name in taken:
            name = next(f"{name} {n}" for n in range(2, 99) if f"{name} {n}" not in taken)
        maker = next((one for one in self.formulae if one.result == value and bytes_in(one)), None)
        made = maker is not None and not maker.name.endswith("hash")
        self.nodes.append(Node(name, value, SECRET if made else SOURCE))
        if maker is not None and made:
            made_by = f"{maker.name}({', '.join(maker.arguments)})"
            self.edges += [
                Edge(self.source(*one), name, made_by)
                for one in bytes_in(maker).items()
                if one[1] != value
            ]
        return name


def spelled(value: bytes, arguments: dict[str, bytes]) -> str:
    """Return the names of the arguments that make up a value, in their order; "?" for the rest."""
    names = []
    while value:
        fitting = (name for name, one in arguments.items() if value.startswith(one))
        name = next(fitting, None)
        names.append(name or "?")
        value = value[len(arguments[name]) :] if name else b""
    return " + ".join(names) or "nothing"


def label_of(call: Call) -> str:
    """Return the label that a formula gave to the PRF, "" if it never asked it."""
    labels: Iterable[Any] = (one.arguments.get("label") for one in call.walk())
    label = next((one for one in labels if isinstance(one, bytes)), b"")
    return label.decode("ascii", "backslashreplace")
