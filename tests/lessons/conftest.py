"""The builder lives in tools/, which is no package: put it on the path for these tests."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture
def root() -> Path:
    """The course's folder."""
    return ROOT
