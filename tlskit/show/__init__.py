"""Pictures and widgets, drawn from the calls of a run and an order table; nothing here runs TLS.

What needs ipywidgets or matplotlib is loaded when it is first used. Modules have other names than
what they hold, so that neither hides the other.
"""

from importlib import import_module
from typing import Any

PLACES = {
    "ladder": "ladder_drawing",
    "ladder_svg": "ladder_drawing",
    "byte_explorer": "explorer",
    "explore": "explorer",
    "explore_bytes": "explorer",
    "figure": "figures",
    "key_derivation": "key_plot",
    "lengths": "lengths_view",
    "lengths_chooser": "lengths_view",
    "offer": "offers_view",
    "offer_chooser": "offers_view",
    "chooser": "choosers",
    "chain": "chain_drawing",
    "chain_clock": "chain_widget",
    "prf_rounds": "keys_rounds",
    "prf_stepper": "keys_rounds",
    "key_parts": "keys_partition",
    "partition": "keys_partition",
    "avalanche": "keys_avalanche",
    "table_picks": "picked_tables",
    "packing": "packing_view",
    "repacking": "packing_view",
    "Pick": "picks",
    "journey": "record_pictures",
    "record": "record_pictures",
    "record_lab": "record_lab_widget",
    "recall": "recall_questions",
    "quiz": "recall_questions",
    "course_test": "course_questions",
    "case": "diagnosing",
    "diagnose": "diagnosing",
    "table": "tables",
    "packets": "packet_panes",
    "negotiated": "negotiation_view",
    "negotiation": "negotiation_widget",
    "tampered": "tampering_widget",
    "tampering": "tampering_widget",
    "tampering_map": "tampering_drawing",
}
__all__ = list(PLACES)


def __getattr__(name: str) -> Any:
    """Load a name from the module that has it, at its first use."""
    if name not in PLACES:
        raise AttributeError(f"tlskit.show has no {name!r}; it has {', '.join(PLACES)}")
    found = getattr(import_module(f"tlskit.show.{PLACES[name]}"), name)
    globals()[name] = found
    return found
