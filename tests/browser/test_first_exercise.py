"""The first exercise in JupyterLab: untouched it says so, with the answer typed it is done."""

import json

import pytest
from lab import opened

pytestmark = pytest.mark.peer("chromium")

NOT_WRITTEN = "not written yet"


def answers(path) -> list[str]:
    """The sources of the solution's tagged cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = [cell for cell in cells if "solution" in cell["metadata"].get("tags", ())]
    assert found, f"no answer in {path.name}"
    return ["".join(cell["source"]) for cell in found]


def said(page) -> str:
    return " ".join(page.page.locator(".jp-OutputArea-output").all_inner_texts()).lower()


def test_the_first_exercise_is_solved_in_the_browser(root, pictures):
    name = "00_first_step"
    with opened(root / f"exercises/{name}/{name}.ipynb") as page:
        page.run_all()
        assert page.troubles() == []
        assert NOT_WRITTEN in said(page)
        page.screenshots(pictures, f"{name}-untouched")
        for answer in answers(root / f"solutions/{name}/{name}.ipynb"):
            signature = next(line for line in answer.splitlines() if line.startswith("def "))
            page.write(page.code_cell(signature), answer)
        page.run_all()
        page.screenshots(pictures, f"{name}-solved")
        assert page.troubles() == []
        assert NOT_WRITTEN not in said(page)
