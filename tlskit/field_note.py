"""What is told of a field."""

from typing import NamedTuple


class Note(NamedTuple):
    """A field's meaning in a sentence, its reference, and who makes use of it."""

    meaning: str
    reference: str
    readers: str
