"""The notebooks without widgets of their own in JupyterLab; and that each notebook has a test."""

import re

import nbformat
import pytest
from lab import ROOT, opened

pytestmark = pytest.mark.peer("chromium")

PLAIN = ("index", "glossary", "two_people", "capstone")
ALIKE = ("08_diagnose_this", "10_diagnose_this")  # as 05_diagnose_this, whose widgets are used


@pytest.mark.parametrize("name", [*PLAIN, *ALIKE])
def test_every_cell_runs_and_the_reader_sees_no_error(name, pictures):
    with opened(ROOT / f"notebooks/{name}.ipynb") as page:
        page.run_all()
        page.screenshots(pictures, name)
        assert all(page.prompts())
        assert page.troubles() == []


def test_the_reveal_of_a_sealed_prediction_is_folded_until_it_is_opened():
    with opened(ROOT / "notebooks/two_people.ipynb") as page:
        folded = page.page.locator(".jp-InputPlaceholder, .jp-Placeholder").first
        assert "Once you have predicted, run this cell" in folded.inner_text()
        assert "nothing to compare them with" not in page.page.inner_text(".jp-Notebook")


def test_every_notebook_has_a_test_in_the_browser():
    opened_somewhere = "".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/browser").glob("test_*"))
    )
    names = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    missing = [name for name in names if not re.search(rf"\b{name}\b", opened_somewhere)]
    assert len(names) > 15 and missing == []


def test_those_called_plain_have_no_widget():
    for name in PLAIN:
        notebook = nbformat.read(ROOT / f"notebooks/{name}.ipynb", as_version=4)
        kinds = {
            kind
            for cell in notebook.cells
            for output in cell.get("outputs", ())
            for kind in output.get("data", {})
        }
        assert not [kind for kind in kinds if "widget" in kind], name
