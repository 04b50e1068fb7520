"""Write lessons/quotations.json: the RFC sections that this project cites, and its quotations.

usage: python tools/quotations.py RFC_FOLDER

RFC_FOLDER holds the texts as the RFC Editor publishes them: rfc5246.txt and so on. RFCs without a
text there are listed as such. Whatever is cited and does not exist, and each quotation that does
not stand where it says, is named in a line, and the exit status is 1; it is 2 if the folder will
not do.

A section belongs to the RFC that is named last before it in the same paragraph, docstring or row
of a table; where none is named, to TLS 1.2's own, RFC 5246. In a lesson's text, words in double
quotes which a citation follows in the same sentence are a quotation from there: "so many words"
(RFC 5246 §7.3). In its code, where straight quotes are Python's, only “curly ones” are.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LISTED = ROOT / "lessons/quotations.json"
LESSONS = ("lessons/*.py",)
QUESTIONS = "tlskit/questions/*.toml"
SOURCES = (*LESSONS, "tlskit/**/*.py", "tlskit/**/*.md", QUESTIONS, "docs/**/*.md", "README*.md")
OWN = "5246"
LONGEST = 12

DOCUMENT = r"(?P<rfc>RFC (?P<named>\d{4,5})|(?<![\d.])(?P<bare>\d{4,5})(?= §))"
OTHER = r"(?P<other>\b(?:FIPS|SP|X\.)[ ]?[\d-]+)"
SECTION = r"§(?P<number>[A-Z0-9]+(?:\.\d+)*)|(?P<appendix>App\. [A-Z](?:\.\d+)*)"
MENTION = re.compile(f"{DOCUMENT}|{OTHER}|{SECTION}")
QUOTED_IN_PROSE = re.compile(r'["“]([^"“”]+)["”]')
QUOTED_IN_CODE = re.compile(r"“([^“”]+)”")
SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z*])|\|")
HEADING = re.compile(r"(Appendix )?([A-Z]|\d+)((?:\.\d+)*)\.?\s+(\S.*)")
PAGE_LINE = re.compile(r"\f|.*\[Page \d+\]\s*$|(RFC \d+|Internet-Draft) .*\b(19|20)\d\d\s*$")


class Citation(NamedTuple):
    """A section of an RFC; section is "" where the RFC is cited as a whole."""

    rfc: str
    section: str


class Quotation(NamedTuple):
    """Words of a lesson, and where they are said to stand."""

    lesson: str
    words: str
    rfc: str
    section: str


class Section(NamedTuple):
    """A section of an RFC text: its title, and its own words without those of its subsections."""

    title: str
    text: str


def paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the paragraphs of a source, each in one line, and whether it is a lesson's prose."""
    cells = re.split(r"^# (?=%%)", text, flags=re.MULTILINE)
    for cell in cells:
        prose = cell.startswith("%% [markdown]")
        lines = [re.sub(r"^\s*#(?!#) ?", "", line).strip() for line in cell.splitlines()]
        if prose or text.startswith("#"):
            lines = [f"\n{line}\n" if line.startswith("|") else line for line in lines]
        joined = "\n".join(lines)
        joined = joined if prose else re.sub(r'"\n[fr]?"', "", joined)
        for part in re.split(r"\n\s*\n", joined):
            yield re.sub(r"\s+", " ", part).strip(), prose


def mentions(paragraph: str) -> Iterator[tuple[int, Citation]]:
    """Yield where a paragraph names an RFC or a section, and which."""
    rfc = OWN
    for found in MENTION.finditer(paragraph):
        if found["other"]:
            rfc = ""
        elif found["rfc"]:
            rfc = found["named"] or found["bare"]
            yield found.start(), Citation(rfc, "")
        elif rfc:
            number = found["number"] or found["appendix"]
            number = f"App. {number}" if re.match(r"[A-Z](\.|$)", number) else number
            yield found.start(), Citation(rfc, number)


def citations(text: str) -> set[Citation]:
    """Return what a source cites."""
    return {cited for part, _ in paragraphs(text) for _, cited in mentions(part)}


def quotations(lesson: str, text: str) -> set[Quotation]:
    """Return what a lesson quotes: words in double quotes, then a citation in the sentence."""
    found = set()
    for part, prose in paragraphs(text):
        cited = [(at, citation) for at, citation in mentions(part) if citation.section]
        for quoted in (QUOTED_IN_PROSE if prose else QUOTED_IN_CODE).finditer(part):
            end = SENTENCE_END.search(part, quoted.end())
            limit = end.start() if end else len(part)
            after = [citation for at, citation in cited if quoted.end() <= at < limit]
            if after:
                found.add(Quotation(lesson, quoted[1], *after[0]))
    return found


def sources(patterns: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of the project's files by their paths in it."""
    paths = {path for pattern in patterns for path in ROOT.glob(pattern)}
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}


def sections(text: str) -> dict[str, Section]:
    """Return the sections of an RFC text by number; appendices as "App. A.1"."""
    lines = [line.rstrip() for line in text.splitlines() if not PAGE_LINE.match(line)]
    starts = []
    for at, line in enumerate(lines):
        heading = HEADING.fullmatch(line)
        if heading and (at == 0 or not lines[at - 1]) and re.search("[A-Za-z]", heading[4]):
            letter = "App. " if heading[2].isalpha() else ""
            starts.append((at, f"{letter}{heading[2]}{heading[3]}", heading[4]))
    found: dict[str, Section] = {}
    ends = [at for at, _, _ in starts[1:]] + [len(lines)]
    for (at, number, title), end in zip(starts, ends, strict=True):
        rest = at + 1
        while rest < end and lines[rest]:  # a title of several lines
            title += " " + lines[rest].strip()
            rest += 1
        found.setdefault(number, Section(" ".join(title.split()), "\n".join(lines[rest:end])))
    return found


def plain(words: str) -> str:
    """Return words as they are compared: without case, marks at the ends and line breaks."""
    words = re.sub(r"(?<=\w-)\s*\n\s*", "", words)
    words = words.translate(str.maketrans("“”‘’", "\"\"''"))
    return " ".join(words.split()).casefold().strip(" .,;:")


def stands_in(words: str, text: str) -> bool:
    """Tell whether the words stand in the text, in order where "..." leaves some out."""
    at, whole = 0, plain(text)
    for part in re.split(r"\.\.\.|…", words):
        place = re.compile(rf"(?<!\w){re.escape(plain(part))}(?!\w)").search(whole, at)
        if place is None:
            return False
        at = place.end()
    return True


def read_rfcs(folder: Path) -> dict[str, dict[str, Section]]:
    """Return the sections of each RFC whose text the folder has."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder")
    paths = [path for path in folder.glob("rfc*.txt") if re.fullmatch(r"rfc\d+", path.stem)]
    if not paths:
        raise ValueError(f"{folder} has no RFC texts (rfc5246.txt and so on)")
    try:
        texts = {path.stem[3:]: sections(path.read_text("utf-8-sig")) for path in paths}
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the RFC texts: {error}") from None
    empty = sorted(rfc for rfc, found in texts.items() if not found)
    if empty:
        raise ValueError(f"no numbered sections in the text of RFC {empty[0]}")
    return texts


def problems(rfcs: dict[str, dict[str, Section]], texts: dict[str, str]) -> list[str]:
    """Return a line for each citation that does not exist, by source."""
    return [
        f"{path}: RFC {rfc} has no {section if section[0].isalpha() else '§' + section}"
        for path, text in texts.items()
        for rfc, section in sorted(citations(text))
        if section and rfc in rfcs and section not in rfcs[rfc]
    ]


def by_number(section: str) -> tuple[bool, list[tuple[int, str]]]:
    """Return what to sort a section by: 7.10 comes behind 7.9, appendices last."""
    parts = section.removeprefix("App. ").split(".")
    return section.startswith("App."), [(int(p) if p.isdecimal() else 0, p) for p in parts]


def listing(rfcs: dict[str, dict[str, Section]]) -> dict[str, object]:
    """Return what lessons/quotations.json says."""
    cited = set().union(*map(citations, sources(SOURCES).values()))
    numbers = sorted({citation.rfc for citation in cited}, key=int)
    titles = {
        rfc: {
            section: rfcs[rfc][section].title
            for section in sorted({c.section for c in cited if c.rfc == rfc}, key=by_number)
            if section in rfcs[rfc]
        }
        for rfc in numbers
        if rfc in rfcs
    }
    quoted = [q for path, text in sources(LESSONS).items() for q in quotations(path, text)]
    return {
        "sections": titles,
        "without_text": [rfc for rfc in numbers if rfc not in rfcs],
        "quotations": [
            {
                **q._asdict(),
                "confirmed": q.section in rfcs.get(q.rfc, {})
                and stands_in(q.words, rfcs[q.rfc][q.section].text),
            }
            for q in sorted(quoted)
        ],
    }


def main(arguments: list[str]) -> int:
    """Write the file; say what is cited and does not exist."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python tools/quotations.py RFC_FOLDER", file=sys.stderr)
        return 2
    try:
        rfcs = read_rfcs(Path(arguments[0]))
    except ValueError as error:
        print(f"quotations: {error}", file=sys.stderr)
        return 2
    listed = listing(rfcs)
    LISTED.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", "utf-8")
    found = problems(rfcs, sources(SOURCES))
    for q in listed["quotations"]:  # type: ignore[attr-defined]
        if not q["confirmed"]:
            found.append(f"{q['lesson']}: RFC {q['rfc']} {q['section']} has no {q['words']!r}")
    for line in found:
        print(f"quotations: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
