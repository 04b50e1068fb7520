"""Pictures and widgets, drawn from the calls of a run and an order table; nothing here runs TLS.

What needs ipywidgets or matplotlib is loaded when it is first used.
"""

from importlib import import_module
from typing import Any

PLACES = {
    "ladder": "ladder",
    "ladder_svg": "ladder",
    "byte_explorer": "byte_explorer",
    "explore": "byte_explorer",
    "explore_bytes": "byte_explorer",
    "figure": "figure",
    "key_derivation": "key_derivation",
    "chooser": "choosers",
    "Pick": "choosers",
}
__all__ = list(PLACES)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """Load a name from the module that has it, at its first use."""
    if name not in PLACES:
        raise AttributeError(f"tlskit.show has no {name!r}; it has {', '.join(PLACES)}")
    found = getattr(import_module(f"tlskit.show.{PLACES[name]}"), name)
    globals()[name] = found
    return found
