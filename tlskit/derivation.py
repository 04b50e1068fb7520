"""Where the keys of a run come from: a graph of values, read off the calls.

A formula that was handed a PRF, or asked another formula, derives; one that returns named parts
cuts. What it returned is a node, and an argument that equals an earlier node is an edge. Whatever
else went in (randoms, hashes, public keys) is a source. So the graph follows the run: another
suite, extended master secret or a learner's own formula give another graph.
"""

from collections.abc import Iterable, Iterator, Sequence
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
    """What goes into what, by which formula (its call as text), under which argument's name."""

    source: str
    target: str
    formula: str
    argument: str = ""


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
        """Return how many formulae in a row lead to a node; sources don't count."""
        before = [edge.source for edge in self.into(name)]
        derived = [one for one in before if self.named(one).kind != SOURCE]
        return 1 + max(map(self.depth, derived)) if derived else 0


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
    """Tell whether a formula derives bytes: it was handed the PRF, or it asked another formula."""
    return is_value(call.result) and ("prf" in call.arguments or bool(call.inner))


def cuts(call: Call) -> bool:
    """Tell whether a formula cut bytes into named parts."""
    parts = call.result.values() if isinstance(call.result, dict) else ()
    return bool(parts) and all(isinstance(part, bytes) for part in parts)


class _Reader:
    def __init__(self, formulae: Sequence[Call]) -> None:
        self.formulae = formulae
        self.deriving = [call for call in formulae if stretches(call) or cuts(call)]
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def read(self) -> Derivation:
        for call in self.deriving:
            if cuts(call):
                self.cut(call)
            else:
                self.stretched(call)
        return Derivation(tuple(self.nodes), tuple(dict.fromkeys(self.edges)))

    def stretched(self, call: Call) -> None:
        label = label_of(call)
        finished = label.endswith("finished")
        of_whom = f" ({label})" if finished else ""
        formula = formula_of(call)
        secret = next((one.arguments["secret"] for one in asked(call)), b"")
        sources = []
        for name, value in bytes_in(call).items():
            kind = SECRET if value == secret else SOURCE
            sources.append((self.source(name, value, kind, of_whom), name))
        name = self.called(call.result) or call.name
        target = self.add(name + of_whom, call.result, CHECK if finished else SECRET)
        self.edges += [Edge(source, target, formula, name) for source, name in sources]

    def cut(self, call: Call) -> None:
        sources = [self.source(*one, SOURCE) for one in bytes_in(call).items()]
        offset = 0
        for name, value in call.result.items():
            if value:
                self.nodes.append(Node(self.free(name), value, KEY, offset))
                self.edges += [Edge(source, self.nodes[-1].name, "cut") for source in sources]
            offset += len(value)

    def called(self, value: bytes) -> str:
        """Return the name under which a formula takes a value, "" if none does.

        "secret" is no name of a value: it is what any formula may call what it is given.
        """
        taken = (item for call in self.deriving for item in bytes_in(call).items())
        return next((name for name, one in taken if one == value and name != "secret"), "")

    def add(self, name: str, value: bytes, kind: str) -> str:
        """Return the name of the node with this value, made if there is none."""
        for node in self.nodes:
            if node.value == value:
                return node.name
        self.nodes.append(Node(self.free(name), value, kind))
        return self.nodes[-1].name

    def free(self, name: str) -> str:
        """Return the name, numbered if another value has it."""
        taken = {node.name for node in self.nodes}
        numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
        return name if name not in taken else next(one for one in numbered if one not in taken)

    def source(self, name: str, value: bytes, kind: str, of_whom: str = "") -> str:
        """Return the name of the node with this value; a new one knows what made it, if anything.

        Hashes count as sources, whatever went into them. What a PRF took as its secret is a
        secret, also if it was drawn and not derived.
        """
        known = len(self.nodes)
        maker = next((one for one in self.formulae if one.result == value and bytes_in(one)), None)
        if maker is None or maker.name.endswith("hash"):
            return self.add(name + of_whom, value, kind)
        found = self.add(name, value, SECRET)
        if len(self.nodes) > known:
            made_by = f"{maker.name}({', '.join(maker.arguments)})"
            self.edges += [
                Edge(self.source(*one, SOURCE), found, made_by, one[0])
                for one in bytes_in(maker).items()
                if one[1] != value
            ]
        return found


def asked(call: Call) -> Iterator[Call]:
    """Yield the questions to the PRF that a formula put, itself or through another."""
    return (one for one in call.walk() if one.name == "prf")


def formula_of(call: Call) -> str:
    """Return the formula as it was really computed: which label, which argument where in the seed.

    One that never asked the PRF is shown with its arguments, as it was called.
    """
    arguments = bytes_in(call)
    for question in asked(call):
        secret = spelled(question.arguments["secret"], arguments)
        seed = spelled(question.arguments["seed"], arguments)
        return f'PRF({secret}, "{label_in(question)}", {seed})'
    return f"{call.name}({', '.join(arguments)})"


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
    """Return the label that a formula was given or gave to the PRF, "" if there is none."""
    labels: Iterable[str] = map(label_in, call.walk())
    return next((label for label in labels if label), "")


def label_in(call: Call) -> str:
    """Return the label among a call's arguments as text, "" if there is none."""
    label = call.arguments.get("label")
    return label.decode("ascii", "backslashreplace") if isinstance(label, bytes) else ""
