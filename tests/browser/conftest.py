"""Where the browser tests find the course and keep their pictures (the folder is not committed)."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The course's folder."""
    return ROOT


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder for screenshots."""
    return ROOT / ".screenshots"
