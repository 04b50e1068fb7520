"""Links from the first use of a term in a lesson to its place in the glossary.

A lesson sets a term in bold where it is first used, `**cipher suite**`; if `lessons/glossary.py`
has a row for it, the builder makes a link of it. A plural in -s counts as the term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import nbformat

GLOSSARY = "glossary"
HEADING = re.compile(r"^# ## (.+)$")
ROW = re.compile(r"^# \| \*\*(.+?)\*\* \|")
BOLD = re.compile(r"(?<![\[*])\*\*([^*\n]{2,40})\*\*(?!\]|\*)")


def terms(root: Path) -> dict[str, str]:
    """Return the glossary's terms in small letters, each with the heading it stands under."""
    source = root / "lessons" / f"{GLOSSARY}.py"
    found: dict[str, str] = {}
    heading = ""
    for line in source.read_text(encoding="utf-8").splitlines() if source.exists() else ():
        if title := HEADING.match(line):
            heading = title[1]
        elif row := ROW.match(line):
            found[row[1].casefold()] = heading
    return found


def link_terms(notebook: nbformat.NotebookNode, known: Mapping[str, str]) -> set[str]:
    """Make a link of the first bold use of each term; return the terms that were linked."""
    linked: set[str] = set()

    def link(bold: re.Match[str]) -> str:
        term = singular(bold[1].casefold(), known)
        if term not in known or term in linked:
            return bold[0]
        linked.add(term)
        return f"[{bold[0]}]({GLOSSARY}.ipynb#{known[term].replace(' ', '-')})"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BOLD.sub(link, cell.source)
    return linked


def singular(word: str, known: Mapping[str, str]) -> str:
    """Return the term that a word is the plural of, or the word itself."""
    return word[:-1] if word not in known and word.endswith("s") else word
