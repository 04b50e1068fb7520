"""Whatever is cited exists, and whatever is quoted stands there, by lessons/quotations.json."""

import json
from pathlib import Path

import pytest
import quotations
from quotations import Citation, Quotation

LISTED = json.loads(quotations.LISTED.read_text("utf-8"))
RFC = """\
Network Working Group
Request for Comments: 9999                              August 2008

   1. Introduction ..................................................1
      1.1. A Title That Is Long, and Goes On in the
           Next Line .................................................2

1.  Introduction

   Each message has a well-
   known type, and it is sent

Nobody                      Standards Track                     [Page 1]
\f
RFC 9999                      Nothing                        August 2008


   in order.  Implementations MUST NOT guess.

   1. A list, which is no heading

1.1.  A Title That Is Long, and Goes On in the
      Next Line

   Other words.

Appendix A. Thoughts

A.1. More Thoughts

   The last ones.
"""


@pytest.mark.parametrize("path", quotations.sources(quotations.SOURCES))
def test_what_is_cited_exists(path: str) -> None:
    for rfc, section in quotations.citations((quotations.ROOT / path).read_text("utf-8")):
        if rfc not in LISTED["without_text"]:
            assert rfc in LISTED["sections"], f"RFC {rfc} is not listed: run tools/quotations.py"
            assert not section or section in LISTED["sections"][rfc], (
                f"RFC {rfc} {section}: no such section, or tools/quotations.py was not run"
            )


@pytest.mark.parametrize("path", quotations.sources(quotations.LESSONS))
def test_what_is_quoted_stands_there(path: str) -> None:
    listed = {Quotation(*list(q.values())[:4]): q["confirmed"] for q in LISTED["quotations"]}
    for quoted in quotations.quotations(path, (quotations.ROOT / path).read_text("utf-8")):
        assert len(quoted.words.split()) <= quotations.LONGEST, quoted
        assert listed.get(quoted), f"{quoted}: not in that section, or tools/quotations.py not run"


def test_nothing_is_listed_that_nobody_cites() -> None:
    texts = quotations.sources(quotations.SOURCES).values()
    cited = {citation for text in texts for citation in quotations.citations(text)}
    for rfc, titles in LISTED["sections"].items():
        assert titles.keys() <= {section for number, section in cited if number == rfc}, rfc
    assert {(rfc, "") for rfc in LISTED["without_text"]} <= {(c.rfc, "") for c in cited}


def test_sections_are_found_across_pages() -> None:
    found = quotations.sections(RFC)
    assert {number: section.title for number, section in found.items()} == {
        "1": "Introduction",
        "1.1": "A Title That Is Long, and Goes On in the Next Line",
        "App. A": "Thoughts",
        "App. A.1": "More Thoughts",
    }


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("a well-known type", True),
        ("it is sent in order", True),
        ("must not guess.", True),
        ("Each message … in order", True),
        ("in order ... each message", False),
        ("it is sent out of order", False),
        ("other words", False),
        ("plementations must", False),
    ],
)
def test_words_are_looked_for_in_the_section_alone(words: str, stands: bool) -> None:
    assert quotations.stands_in(words, quotations.sections(RFC)["1"].text) is stands


def test_a_section_belongs_to_the_rfc_named_before_it() -> None:
    text = '''"""RFC 5280 §6.1.4 (k) to (n), §4.2; FIPS 186-5 App. A.2.1.

    See §7.3 and App. E.1, but "RFC 8422 "
    "§5.4.1", 7627 §4; port 8443.
    """'''
    assert {c for c in quotations.citations(text) if c.section} == {
        Citation("5280", "6.1.4"),
        Citation("5280", "4.2"),
        Citation("5246", "7.3"),
        Citation("5246", "App. E.1"),
        Citation("8422", "5.4.1"),
        Citation("7627", "4"),
    }


def test_quotations_are_those_that_a_citation_follows_in_the_sentence() -> None:
    text = """\
# %% [markdown]
# A blog says "it is all encrypted". In truth "any words" (RFC 5246
# §7.1, §7.2) count.
#
# | "in a row" | RFC 5246 §7.3 |
# | "in its cell" §7.4 | x |

# %%
print("Python's" + "own", "RFC 5246 §7.4")
ask("Who says “so it is” (RFC 7627 §4)?")
"""
    assert quotations.quotations("x", text) == {
        Quotation("x", "any words", "5246", "7.1"),
        Quotation("x", "in its cell", "5246", "7.4"),
        Quotation("x", "so it is", "7627", "4"),
    }


def test_what_does_not_exist_is_named() -> None:
    rfcs = {"9999": quotations.sections(RFC)}
    text = "RFC 9999 §1.1, App. A.1, §1.2, App. B. RFC 9998 §77"
    assert quotations.problems(rfcs, {"x.md": text}) == [
        "x.md: RFC 9999 has no §1.2",
        "x.md: RFC 9999 has no App. B",
    ]


def test_a_folder_that_will_not_do_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rfc1.txt").write_text("no sections\n", "utf-8")
    (tmp_path / "empty").mkdir()
    for arguments in ([], ["-h"], [str(tmp_path)], [str(tmp_path / "empty")], ["no such"]):
        assert quotations.main(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1
