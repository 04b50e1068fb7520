"""The capstone's solution as source, to be broken in one place by a test."""

from pathlib import Path
from typing import Any

LESSON = Path(__file__).resolve().parents[2] / "lessons" / "09_capstone_exercise.py"
NOT_HERS = (
    "from tlskit",
    "this.",
    "show.",
    "points(",
    "three()",
    "programs(",
    "attempt(",
    "capture = ",
    "compared(",
    "seen = ",
)


def source() -> str:
    """Return the code cells that need nothing of tlskit."""
    cells = LESSON.read_text(encoding="utf-8").split("\n# %%")
    code = [one.partition("\n")[2] for one in cells if not one.startswith(" [markdown]")]
    return "\n".join(one for one in code[1:] if not any(word in one for word in NOT_HERS))


def solution(*changes: tuple[str, str]) -> dict[str, Any]:
    """Return the names that the solution defines, with some text of it replaced."""
    text = source()
    for old, new in changes:
        assert text.count(old) >= 1, f"not in the solution any more: {old}"
        text = text.replace(old, new)
    names: dict[str, Any] = {}
    exec(compile(text, "the solution", "exec"), names)
    return names
