"""The first exercise in JupyterLab as a student does it: wrong, a hint, right, then live."""

import json

import pytest
from lab import opened

from tlskit.checks.key_generation import MISTAKES, swapped

pytestmark = pytest.mark.peer("chromium")

NAME = "00_first_step"
NOT_WRITTEN = "not written yet"
RIGHT = "    return prf(pre_master_secret, b'master secret', client_random + server_random, 48)"
WRONG = RIGHT.replace("client_random + server_random", "server_random + client_random")


def solution_cells(path) -> list[str]:
    """The sources of a notebook's tagged cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = [cell for cell in cells if "solution" in cell["metadata"].get("tags", ())]
    assert found, f"no answer in {path.name}"
    return ["".join(cell["source"]) for cell in found]


def said(page) -> str:
    return " ".join(page.page.locator(".jp-OutputArea-output").all_inner_texts()).lower()


def below(page, code: str) -> str:
    """What the cell with this code shows."""
    return " ".join(page.code_cell(code).locator(".jp-OutputArea-output").all_inner_texts())


def written(page, stub: str, body: str) -> None:
    """Write a body in place of the stub's, and run what a student runs then."""
    source = stub.replace("    raise NotImplementedError", body)
    assert source != stub
    cell = page.code_cell("def my_master_secret")
    page.write(cell, source)
    for one in (cell, page.code_cell('this.check("my_m'), points_cell(page)):
        page.run_cell(one)


def points_cell(page):
    """The first cell of points: the one of `my_master_secret`."""
    return page.code_cell("points(report)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_student_gets_it_wrong_opens_hints_and_gets_it_right(root, pictures, dark):
    path = root / f"exercises/{NAME}/{NAME}.ipynb"
    stub = solution_cells(path)[0]
    check, live = 'this.check("my_m', 'this.live("my_m'
    name = f"{NAME}-dark" if dark else NAME
    with opened(path, dark=dark) as page:
        page.run_all()
        assert page.troubles() == []
        assert NOT_WRITTEN in below(page, check) and NOT_WRITTEN in below(page, live)
        assert below(page, "points(report)").strip() == "0.0"
        assert "no ladder yet" in below(page, "show.ladder(live")
        page.screenshots(pictures, f"{name}-untouched")

        written(page, stub, WRONG)
        (sentence,) = [one for one, wrong in MISTAKES.items() if wrong is swapped]
        assert "not yet right" in below(page, check)
        assert sentence.replace("`", "") in below(page, check)
        assert below(page, "points(report)").strip() == "0.0"
        page.run_cell(page.code_cell(live))
        assert "OpenSSL sent the alert" in below(page, live)

        hints = [page.page.locator("summary", has_text=f"Hint {number}:") for number in (1, 2, 3)]
        assert [hint.is_visible() for hint in hints] == [True, False, False]
        hints[0].click()
        assert [hint.is_visible() for hint in hints] == [True, True, False]
        hints[1].click()
        assert hints[2].is_visible()
        third = page.page.locator("details code", has_text="seed = client_random")
        assert not third.is_visible()
        page.screenshots(pictures, f"{name}-wrong")

        written(page, stub, RIGHT)
        assert "✓ my_master_secret: right" in below(page, check)
        assert sentence.replace("`", "") not in below(page, check)
        assert below(page, "points(report)").strip() == "4.0"
        page.run_cell(page.code_cell(live))
        assert "OpenSSL read your Finished" in below(page, live)
        page.run_cell(page.code_cell("show.ladder(live"))
        drawing = page.code_cell("show.ladder(live").locator("img.tlskit-drawing")
        assert "ClientHello" in drawing.get_attribute("alt")
        assert "Finished" in drawing.get_attribute("alt")
        page.screenshots(pictures, f"{name}-right")
        assert page.troubles() == []


def test_the_first_exercise_with_its_solution_typed_is_done(root, pictures):
    with opened(root / f"exercises/{NAME}/{NAME}.ipynb") as page:
        for answer in solution_cells(root / f"solutions/{NAME}/{NAME}.ipynb"):
            signature = next(line for line in answer.splitlines() if line.startswith("def "))
            page.write(page.code_cell(signature), answer)
        page.run_all()
        page.screenshots(pictures, f"{NAME}-solved")
        assert page.troubles() == []
        assert NOT_WRITTEN not in said(page)
