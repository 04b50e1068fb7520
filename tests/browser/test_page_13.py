"""Lesson 13 in JupyterLab: all cells run, and a reader sees what she should."""

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")


@pytest.fixture(scope="module")
def page(root):
    with opened(root / "notebooks/13_real_peers.ipynb") as page:
        page.run_all()
        yield page


def test_every_cell_runs_and_the_reader_sees_no_error(page, pictures):
    page.screenshots(pictures, "13_real_peers")
    assert all(page.prompts())
    assert page.troubles() == []
