"""The harness sees what goes wrong: without that, finding no trouble in a lesson proves nothing."""

import pytest
from lab import LabError, opened
from nbformat import v4, write

pytestmark = pytest.mark.peer("chromium")

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
TYPED = '''\
def f(n: int) -> str:
    """Say n."""
    if n:
        return f"({n})"

    return ""
print(f(7))'''
CELLS = {
    "widget": """\
import ipywidgets
suite = ipywidgets.Dropdown(options=["A", "B", "C", "D"], description="Cipher suite")
shown = ipywidgets.HTML('<p class="tlskit-ladder">A</p>')
def redraw(change):
    ladder = f'<p class="tlskit-ladder">{change.new}</p>'
    shown.value = ladder + f'<p class="tlskit-error">no {change.new}</p>'
suite.observe(redraw, "value")
ipywidgets.VBox([suite, shown])""",
    "answer": 'print("not written yet")',
    "last": "import time; time.sleep(1); print('done')",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("lab") / "sample.ipynb"
    cells = [v4.new_code_cell(source, id=name) for name, source in CELLS.items()]
    write(v4.new_notebook(cells=cells, metadata={"kernelspec": PYTHON}), path)
    with opened(path, edit={"answer": "x = 0"}) as page:
        page.run_all()
        yield page


def printed(page) -> list[str]:
    return page.texts("[data-mime-type='application/vnd.jupyter.stdout']")


def test_all_cells_have_run_and_nothing_is_wrong(page):
    assert page.prompts() == ["1", "2", "3"]
    assert printed(page) == ["done"]
    assert page.troubles() == []


def test_a_choice_by_keyboard_reaches_the_kernel_and_an_error_of_a_widget_is_seen(page):
    assert page.choices("Cipher suite") == ["A", "B", "C", "D"]
    for choice in ("C", "D", "B"):
        before = page.html(".tlskit-ladder")
        page.choose("Cipher suite", choice)
        page.changed(".tlskit-ladder", before)
        assert page.html(".tlskit-ladder") == f'<p class="tlskit-ladder">{choice}</p>'
        assert page.troubles() == [f"in a cell: no {choice}"]


def test_what_is_typed_into_a_cell_is_what_runs(page):
    cell = page.code_cell("x = 0")
    page.write(cell, TYPED)
    page.run_cell(cell)
    assert printed(page)[0] == "(7)"
    with pytest.raises(LabError, match="no code cell contains"):
        page.code_cell("x = 0")


def test_errors_and_warnings_in_cells_are_troubles(page):
    cell = page.code_cell("def f")
    page.write(cell, "import warnings\nwarnings.warn('careful')\n1 / 0")
    page.run_all()
    troubles = page.troubles()
    assert any("careful" in trouble for trouble in troubles)
    assert any("ZeroDivisionError" in trouble for trouble in troubles)
    assert "cells that did not run: 1 of 3" in troubles
    page.write(
        cell, "from IPython.display import HTML\nHTML('<img src=\"data:image/png;base64,\">')"
    )
    page.run_all()
    assert "pictures that are broken or lack words: 1" in page.troubles()


def test_what_sticks_out_of_its_room_is_found_unless_it_can_be_scrolled_to(page):
    wide = "<p class='tlskit-wide' style='width: 3000px'>wide</p>"
    cell = page.code_cell("HTML")
    for style, found in (("", ["P tlskit-wide"]), ("overflow-x: auto", [])):
        boxed = f'<div style="{style}">{wide}</div>'
        page.write(cell, f"from IPython.display import HTML\nHTML({boxed!r})")
        page.run_cell(cell)
        assert page.cut_off() == found


def test_an_unknown_cell_and_a_lab_that_does_not_start_are_told(tmp_path, monkeypatch):
    path = tmp_path / "sample.ipynb"
    write(v4.new_notebook(), path)
    with (
        pytest.raises(LabError, match=r"sample.ipynb has no cell 'x'"),
        opened(path, edit={"x": ""}),
    ):
        pass
    monkeypatch.setenv("TLSKIT_LAB_PYTHON", "/bin/false")
    with pytest.raises(LabError, match="JupyterLab did not start"), opened(path):
        pass
