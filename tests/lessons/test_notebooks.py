"""What every notebook of the course must be: executed or stripped, portable, readable.

The first half closes gaps of strict nbval: it compares nothing in a cell without execution count
and skips pictures, so a notebook stored without outputs would pass whatever it prints.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lesson_predictions import FOLDED

ROOT = Path(__file__).resolve().parents[2]
LONGEST_CODE_CELL = 12  # lines; the tag `long` says that a cell must be longer
LONGEST_REVEAL = 18
LONGEST_PROSE_CELL = 120  # words

MEMORY_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
MACHINE_PATH = re.compile(
    r"(?<![\w.:/])/(?:home|root|Users|tmp|var|private|usr|opt|mnt|srv)/[\w.-]"
    r"|\b[A-Z]:\\\w|/site-packages/|\bipykernel_\d+"
)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)


def stored(*folders: str) -> list[Path]:
    """The notebooks below these folders; there must be some, or the tests would prove nothing."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.ipynb"))
    found = [path for path in found if ".ipynb_checkpoints" not in path.parts]
    assert found, f"no notebook in {', '.join(folders)}"
    return found


def cells(*folders: str) -> Iterator[tuple[str, Any]]:
    """Each cell with its notebook and number."""
    for path in stored(*folders):
        notebook = nbformat.read(path, as_version=4)
        for number, cell in enumerate(notebook.cells, 1):
            yield f"{path.relative_to(ROOT).as_posix()}: cell {number} ({cell.id})", cell


def code_cells(*folders: str) -> Iterator[tuple[str, Any]]:
    return ((at, cell) for at, cell in cells(*folders) if cell.cell_type == "code")


def texts(cell: Any) -> Iterator[str]:
    """Everything in a cell's outputs that a reader can read; no picture."""
    for output in cell.outputs:
        yield output.get("text", "")
        for kind, value in output.get("data", {}).items():
            if not kind.startswith("image/") or kind == "image/svg+xml":
                yield value if isinstance(value, str) else repr(value)


# ---------------------------------------------------------------- executed, or stripped


def test_every_code_cell_of_an_executed_notebook_has_a_count():
    missing = [
        at
        for at, cell in code_cells("notebooks", "solutions")
        if cell.source.strip() and not cell.execution_count
    ]
    assert not missing, "nbval compares nothing there: python3 course.py build"


def test_the_counts_are_those_of_one_run_from_top_to_bottom():
    for path in stored("notebooks", "solutions"):
        counts = [
            cell.execution_count
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code" and cell.source.strip()
        ]
        assert counts == list(range(1, len(counts) + 1)), path


def test_no_cell_is_kept_out_of_the_comparison():
    """nbval's own ways round it: its comments, its tags, and an Output that it cannot compare."""
    for at, cell in code_cells("notebooks", "solutions"):
        words = cell.source + " ".join(cell.metadata.get("tags", ()))
        assert not re.search(r"nbval[-_]", words, re.IGNORECASE), at


def test_no_stored_output_is_an_error_or_a_warning():
    for at, cell in code_cells("notebooks", "solutions"):
        for output in cell.outputs:
            assert output.output_type != "error", f"{at}: {output.get('ename')}"
            assert output.get("name") != "stderr", f"{at}: {output.text}"


def test_exercises_are_stored_without_outputs():
    for at, cell in code_cells("exercises"):
        assert cell.outputs == [] and cell.execution_count is None, at


def test_no_notebook_stores_widget_state():
    for path in stored("notebooks", "exercises", "solutions"):
        assert "widgets" not in nbformat.read(path, as_version=4).metadata, path


# ---------------------------------------------------------------- the same on every machine


def test_no_output_shows_a_memory_address_or_a_path_of_this_machine():
    for at, cell in code_cells("notebooks", "solutions"):
        for text in texts(cell):
            for pattern in (MEMORY_ADDRESS, MACHINE_PATH):
                found = pattern.search(text)
                assert not found, f"{at}: {text[max(0, found.start() - 40) : found.end() + 40]!r}"
            assert str(ROOT) not in text, at


@pytest.mark.parametrize(
    "text",
    [
        "<Axes at 0x7f3a2c1d90>",
        'File "/home/ada/tls.py"',
        "/tmp/ipykernel_12/1.py:3: Warning",
        r"C:\Users\ada",
        "in .venv/lib/python3.11/site-packages/matplotlib",
    ],
)
def test_addresses_and_paths_are_recognised(text):
    assert MEMORY_ADDRESS.search(text) or MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text", ["0x0303", "0x001d x25519", "wss://signal.course.example/tmp/x", "and/or", "1/usr/2"]
)
def test_code_points_and_addresses_of_the_web_are_not(text):
    assert not MEMORY_ADDRESS.search(text) and not MACHINE_PATH.search(text)


# ---------------------------------------------------------------- pictures have words


class Pictures(HTMLParser):
    """Collects the attributes of each <img>."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.found.append(dict(attrs))


def pictures(text: str) -> list[dict[str, str | None]]:
    parser = Pictures()
    parser.feed(text)
    return parser.found


def test_every_picture_has_a_text_alternative():
    for at, cell in code_cells("notebooks", "solutions"):
        for output in cell.outputs:
            data = output.get("data", {})
            for picture in pictures(data.get("text/html", "")):
                assert (picture.get("alt") or "").strip(), f"{at}: <img> without alt"
            if "image/png" in data or "image/svg+xml" in data:
                shown = pictures(data.get("text/html", ""))
                assert shown, f"{at}: a bare picture, which Lab gives an empty alt: show.figure"


def test_pictures_in_prose_have_a_text_alternative():
    for at, cell in cells("notebooks", "exercises", "solutions"):
        if cell.cell_type == "markdown":
            for picture in pictures(cell.source):
                assert (picture.get("alt") or "").strip(), f"{at}: <img> without alt"
            assert not re.search(r"!\[\s*\]\(", cell.source), f"{at}: ![](...) without words"


# ---------------------------------------------------------------- short cells


def test_code_cells_are_short():
    for at, cell in code_cells("notebooks", "exercises", "solutions"):
        lines, longest = len(cell.source.splitlines()), LONGEST_CODE_CELL
        if cell.source.startswith(FOLDED):  # its first line is all that one sees of it
            longest = LONGEST_REVEAL
        if "long" not in cell.metadata.get("tags", ()):
            assert lines <= longest, f"{at}: {lines} lines; move code into tlskit"


def test_prose_cells_are_short():
    for at, cell in cells("notebooks", "exercises", "solutions"):
        if cell.cell_type == "markdown":
            prose = TAG.sub(" ", FENCED.sub("", cell.source)).split()
            words = sum(any(map(str.isalnum, word)) for word in prose)  # no bars of tables
            assert words <= LONGEST_PROSE_CELL, f"{at}: {words} words; one idea a cell"
