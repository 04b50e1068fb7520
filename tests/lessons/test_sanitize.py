"""nbval's mask covers the embedded picture's base64 and nothing else; this is strict nbval itself.

One notebook is stored with outputs that its cells do not quite print; nbval says which it minds.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

PNG = 'src="data:image/png;base64,{}"'
PICTURE = '<figure><img class="tlskit-figure" ' + PNG + ' alt="{}"><p>{}</p></figure>'

# What a cell shows now, and what is stored as its output.
SAME = {
    "the picture": (PICTURE.format("aGVsbG8=", "a", "1"), PICTURE.format("d29ybGQ+/w==", "a", "1")),
    "two pictures": ("<img {}><img {}>".format(PNG.format("AAAA"), PNG.format("BBBB")),) * 2,
    "two pictures, both drawn otherwise": (
        f"<img {PNG.format('AAAA')}><b>x</b><img {PNG.format('BBBB')}>",
        f"<img {PNG.format('CCCC')}><b>x</b><img {PNG.format('DDDDDDDD')}>",
    ),
}
DIFFERENT = {
    "the text alternative": (PICTURE.format("AA", "a", "1"), PICTURE.format("AA", "b", "1")),
    "what stands below": (PICTURE.format("AA", "a", "1"), PICTURE.format("AA", "a", "2")),
    "the picture's class": (f'<img class="a" {PNG}>', f'<img class="b" {PNG}>'),
    "between two pictures": (f"<img {PNG}><b>x</b><img {PNG}>", f"<img {PNG}><b>y</b><img {PNG}>"),
    "a number of pictures": (f"<img {PNG}>", f"<img {PNG}><img {PNG}>"),
    "another kind of picture": (
        '<img src="data:image/svg+xml;base64,AAAA">',
        '<img src="data:image/svg+xml;base64,BBBB">',
    ),
    "a picture from a file": ('<img src="a.png">', '<img src="b.png">'),
    "base64 that is no picture": ("base64,AAAA", "base64,BBBB"),
    "a link to a picture": (f"<a {PNG.format('AAAA')}>", f"<a {PNG.format('BBBB')}>"),
    "a memory address": ("at 0x7f0000000010", "at 0x7f0000000020"),
    "a hex string": ("49cfaee55b8692d3", "49cfaee55b8692d4"),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> dict[str, str]:
    """What strict nbval says of each cell, by the cell's first line."""
    folder = tmp_path_factory.mktemp("nbval")
    cells = []
    for count, (name, (shown, stored)) in enumerate((SAME | DIFFERENT).items(), 1):
        source = f"# {name}\nfrom IPython.display import HTML, display\ndisplay(HTML({shown!r}))"
        data = {"text/html": stored, "text/plain": "<IPython.core.display.HTML object>"}
        output = new_output("display_data", data=data)
        cells.append(new_code_cell(source, outputs=[output], execution_count=count))
    nbformat.write(new_notebook(cells=cells), folder / "masked.ipynb")
    (folder / "pytest.ini").write_text("[pytest]\n")
    mask = Path(__file__).resolve().parents[2] / "tools" / "nbval_sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "-v", "--nbval", "--nbval-current-env", "--color=no"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--nbval-sanitize-with={mask}", "masked.ipynb"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
    )
    found = re.findall(r"Cell (\d+) (PASSED|FAILED)", done.stdout)
    assert len(found) == len(cells), done.stdout + done.stderr
    names = list(SAME | DIFFERENT)
    return {names[int(number)]: verdict for number, verdict in found}


@pytest.mark.parametrize("name", SAME)
def test_pictures_whose_bytes_differ_are_equal(verdicts, name):
    assert verdicts[name] == "PASSED"


@pytest.mark.parametrize("name", DIFFERENT)
def test_everything_else_is_compared(verdicts, name):
    assert verdicts[name] == "FAILED"
