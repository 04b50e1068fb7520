"""The table for those who help in a workshop: each bug really ends in what the table says."""

from pathlib import Path

import likely_bugs
import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/workshop.md"


@pytest.mark.parametrize("bug", likely_bugs.BUGS, ids=lambda bug: bug.words)
def test_a_bug_is_seen_as_the_table_says(bug):
    assert likely_bugs.outcome(bug) == bug.seen


def test_the_page_has_exactly_these_rows():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = lines[lines.index("| what you see | likely bug | where to look |") + 2 :]
    found = table[: next(at for at, line in enumerate(table) if not line.startswith("|"))]
    assert found == likely_bugs.rows()
