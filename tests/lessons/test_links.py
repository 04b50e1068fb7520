"""Links lead somewhere, terms lead to the glossary, and the index says what the lessons say."""

import re
from pathlib import Path
from urllib.parse import unquote

import lesson_glossary
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(
    path
    for folder in ("notebooks", "exercises", "solutions")
    for path in (ROOT / folder).rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
LESSONS = [
    path for path in NOTEBOOKS if re.match(r"notebooks/(\d\d|0x)_", str(path.relative_to(ROOT)))
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes")
ROW = re.compile(r"\(([\w./]+)\.ipynb\)[^|]*\| (\d+) \|")


def prose(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(path: Path) -> set[str]:
    """The headings of a notebook as Lab's links name them."""
    return {
        title.strip().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", prose(path), re.M)
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_something_that_is_there(path):
    for link in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{link} leads nowhere"
        if anchor and target.suffix == ".ipynb":
            assert anchor in anchors(target), f"{link}: there is no such heading"


def test_the_index_lists_every_lesson_with_the_minutes_that_it_says_itself():
    listed = dict(ROW.findall(prose(ROOT / "notebooks/index.ipynb")))
    said = {}
    for path in LESSONS:
        found = TIME.search(prose(path))
        assert found, f"{path.name} does not say its time"
        said[path.stem] = found[1]
    assert {name: listed.get(name) for name in said} == said


def test_every_term_of_the_glossary_is_met_in_bold_in_a_lesson():
    known = lesson_glossary.terms(ROOT)
    linked = set()
    for path in NOTEBOOKS:
        text = prose(path)
        bold = re.findall(r"\[\*\*([^*]+)\*\*\]\(\S*glossary\.ipynb#", text)
        linked |= {lesson_glossary.singular(term.casefold(), known) for term in bold}
    assert len(known) > 50
    assert set(known) - linked == set(), "set them in bold at their first use, or drop them"


def test_a_term_is_linked_once_in_a_lesson_and_plurals_too():
    known = {"record": "The conversation"}
    text = "A **record**, or **Records**; **Bold words.** `**record**`"
    cell = nbformat.v4.new_markdown_cell(text.replace("A **record**, or", "Two"))
    notebook = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_markdown_cell("**record**")])
    assert lesson_glossary.link_terms(notebook, known) == {"record"}
    assert "[**Records**](glossary.ipynb#The-conversation)" in notebook.cells[0].source
    assert notebook.cells[1].source == "**record**"
