"""A source of an exercise, and how the tests of the builder write and refuse one."""

from pathlib import Path

import build_lessons
import pytest
from build_lessons import BuildError

EXERCISE = '''\
# %% [markdown]
# Write `double`.

# %% tags=["solution"]
def double(n: int) -> int:
    """Twice n."""
    # a comment that stays
    ### BEGIN SOLUTION
    m = 2 * n
    return m
    ### END SOLUTION


# %%
try:
    report = double(4)
except NotImplementedError:
    report = "nothing"
points = {8: 3.0}.get
report

# %% grade="double" points=3
points(report)

# %% [markdown] explain="explain-double" points=2
# Twice as much.
#
# **What to look for.** 2 points: a word for it.
'''


def write(root: Path, source: str, name: str = "01_step_exercise.py") -> Path:
    path = root / "lessons" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def refusal(root: Path, source: str, name: str = "01_step_exercise.py") -> str:
    write(root, source, name)
    with pytest.raises(BuildError) as refused:
        build_lessons.targets(root)
    assert "\n" not in str(refused.value)
    return str(refused.value)
