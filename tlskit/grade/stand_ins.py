"""Stand-ins for what a notebook imports and a sandbox has not (goes into the sandbox, too).

They do no harm while cells run: `this.check("my_x")` gives one, and so does `show.ladder(...)`. A
task that uses one ends in an error, for what it asked was to be written.
"""

import importlib.abc
import importlib.machinery
import os
import types
from typing import Any

INERT = ("tlskit.show", "get_ipython", "display")
"""What draws may be used in a task, too; nothing comes of it."""
ELSEWHERE = {
    *("ssl", "_ssl", "matplotlib", "mpl_toolkits", "IPython", "ipywidgets"),
    *("tlslite", "OpenSSL", "scapy", "dpkt"),
}
"""Packages that a notebook may import, and that are not there when it is graded."""


class Course:
    """What is known of the running task: whether one runs, and what of tlskit it used."""

    in_task = False
    used = ""


class NotHere(RuntimeError):
    """Raised where a task uses what is not there."""


class StandIn:
    """Stands for what is not there: harmless while cells run, an error where a task uses it."""

    def __init__(self, name: str) -> None:
        """Take the dotted name that it stands for."""
        object.__setattr__(self, "stands_for", name)

    def use(self) -> None:
        """Raise NotHere if a task is running; it was used."""
        name: str = object.__getattribute__(self, "stands_for")
        if Course.in_task and not name.startswith(INERT):
            Course.used = Course.used or name
            raise NotHere(f"{name} is not there when this is graded")

    def __getattr__(self, name: str) -> "StandIn":
        """Return a stand-in for any name but Python's own."""
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.stands_for}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Forget what is set."""

    def __call__(self, *arguments: Any, **named: Any) -> "StandIn":
        """Return a stand-in."""
        self.use()
        return StandIn(f"{self.stands_for}")

    def __repr__(self) -> str:
        """Say what it stands for."""
        return f"<{self.stands_for}, not here>"

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        """Let a class derive from it."""
        return ()


def answering(value: Any) -> Any:
    """Return a method that answers always the same, or with the stand-in itself for None."""

    def method(self: StandIn, *arguments: Any) -> Any:
        self.use()
        return self if value is None else value

    return method


for answers, names in (
    (None, "getitem setitem delitem add radd sub rsub mul rmul truediv floordiv mod pow neg"),
    (None, "or ror and rand xor rxor lshift rshift invert enter"),
    (True, "bool"),
    (False, "contains instancecheck subclasscheck lt gt le ge exit"),
    (0, "len int index"),
    (b"", "bytes"),
    ("", "format"),
):
    for method_name in names.split():
        setattr(StandIn, f"__{method_name}__", answering(answers))
StandIn.__iter__ = lambda self: iter(answering(())(self))  # type: ignore[attr-defined]
StandIn.__float__ = answering(0.0)  # type: ignore[attr-defined]


class StandInModule(types.ModuleType):
    """A module of stand-ins."""

    def __getattr__(self, name: str) -> Any:
        """Return a stand-in for any name but Python's own."""
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins for what the course has and this place has not."""

    def __init__(self, course: str) -> None:
        """Take the folder with as much of tlskit as there is."""
        self.course = course

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return where a stand-in comes from; None for what is there, or is no concern of ours."""
        first = name.partition(".")[0]
        if first in ELSEWHERE or (first == "tlskit" and not self.there(name)):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def there(self, name: str) -> bool:
        """Tell whether the module is among what there is of tlskit."""
        place = os.path.join(self.course, *name.split("."))
        return os.path.isfile(f"{place}.py") or os.path.isfile(os.path.join(place, "__init__.py"))

    def create_module(self, spec: Any) -> types.ModuleType:
        """Return a module of stand-ins."""
        return StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave it as it is."""
