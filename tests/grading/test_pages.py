"""The two pages: what a student wrote is text on them; each plot has its words and its table."""

from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, check
from tlskit.exercises.judging import UNKNOWN
from tlskit.grade import counts, feedback, pages, plots, summary
from tlskit.grade.rows import Result, Row, Said, Status, file_name
from tlskit.lesson import lesson_random

FIRST = assignment("00_first_step")
SECRET, WHY = FIRST.tasks
WORDS = [one.name for one in FIRST.explanations]
NASTY = (
    "<script>alert(1)</script>",
    "\"' onmouseover='alert(1)",
    "</pre></section></body><iframe src=//example.org>",
    "<img src=x onerror=alert(1)>",
    "![x](https://example.org/x.png) <b>bold</b>",
    "javascript:alert(1)",
    "../../outside",
    "$\\frac{1}{0}$ & $x",
    "김하늘 👩‍🎓",
    "\u202ereversed",
)


class Seen(HTMLParser):
    """What a browser would make of a page: its tags with attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def result(student: str = "student-1", **changes) -> Result:
    """A result with one task right, one wrong, one answer to be read and one not written."""
    sentence = next(iter(SECRET.mistakes))
    rows = (
        Row(student, SECRET.name, 2.0, 4.0, sentence, Status.GRADED, 0.1),
        Row(student, WHY.name, 1.0, 1.0, "", Status.GRADED, 0.1),
        Row(student, WORDS[0], None, 2.0, "", Status.MANUAL),
        Row(student, WORDS[1], 0.0, 2.0, "", Status.NOT_WRITTEN),
    )
    reports = {
        SECRET.name: Said(Verdict.WRONG.value, (sentence,), SECRET.reference),
        WHY.name: Said(Verdict.RIGHT.value, (WHY.praise,)),
    }
    made = Result(
        student,
        FIRST.name,
        "0" * 64,
        rows,
        "bubblewrap",
        "4f2c9a01",
        (),
        reports,
        {WORDS[0]: "The key block is cut into keys."},
        0.3,
    )
    return replace(made, **changes)


def nasty(text: str) -> Result:
    """A result in which the text stands wherever a student can bring one in."""
    one = result(text)
    rows = (replace(one.rows[0], mistake=text), *one.rows[1:])
    said = Said(Verdict.WRONG.value, (f"my_master_secret raised ValueError: {text}",), "RFC 5246")
    return replace(
        one,
        rows=rows,
        reports={SECRET.name: said},
        answers=dict.fromkeys(WORDS, text),
        notes=(f"a cell named {text}",),
    )


# ---------------------------------------------------------------- both pages


@pytest.mark.parametrize("text", NASTY)
def test_what_a_student_wrote_is_shown_and_never_obeyed(text):
    for page in (feedback.page(nasty(text), FIRST), summary.page([nasty(text)], FIRST)):
        seen = Seen(page)
        assert text in seen.text
        harmless = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong"}
        harmless |= {"section", "code", "pre", "ul", "li", "span", "a", "div", "figure"}
        harmless |= {"figcaption", "img", "details", "summary"}
        harmless |= {"table", "thead", "tbody", "tr", "th", "td"}
        assert {tag for tag, _ in seen.tags} <= harmless
        for _, attributes in seen.tags:
            assert not [name for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_is_fetched_and_links_lead_to_feedback_pages_only(text):
    seen = Seen(summary.page([nasty(text)], FIRST))
    for _, attributes in seen.tags:
        assert (attributes.get("src") or "data:").startswith("data:")
    (link,) = seen.named("a")
    assert (link["href"] or "").startswith("feedback/")
    assert (link["href"] or "").count("/") == 1
    assert "url(" not in pages.STYLE and "@import" not in pages.STYLE


def test_the_policy_comes_before_anything_that_it_rules_and_allows_no_script():
    page = feedback.page(result(), FIRST)
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<body>")
    rules = dict(rule.split(" ", 1) for rule in pages.POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert "script-src" not in rules
    assert rules["img-src"] == "data:"


def test_both_pages_are_readable_in_the_dark():
    for page in (feedback.page(result(), FIRST), summary.page([result()], FIRST)):
        assert "prefers-color-scheme: dark" in page
        assert "color-scheme: light dark" in page


@pytest.mark.parametrize("text", ["half a \udce4 character", "\ud800", "a\x00b\x1b[31m\x7f"])
def test_a_text_that_is_none_can_be_written_and_its_controls_are_seen(text):
    page = feedback.page(nasty(text), FIRST)
    assert page.encode("utf-8")
    assert not [letter for letter in page if ord(letter) < 32 and letter not in "\n\t"]


def test_a_very_long_text_is_cut_and_says_so():
    page = feedback.page(result(answers={WORDS[0]: "w" * 10**6}), FIRST)
    assert len(page) < 60_000
    assert "980000 more characters" in page


# ---------------------------------------------------------------- feedback


def test_feedback_says_points_verdict_mistake_and_where_to_read():
    text = Seen(feedback.page(result(), FIRST)).text
    assert "3 of 7 points" in text and "A person who reads gives up to 2 points more." in text
    assert f"✗ {Verdict.WRONG}: 2 of 4 points" in text
    assert next(iter(SECRET.mistakes)) in text
    assert f"Read: {SECRET.reference}" in text
    assert f"✓ {Verdict.RIGHT}: 1 of 1 point" in text
    assert "to be read by a person: up to 2 points" in text
    assert "The key block is cut into keys." in text


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.GRADED])
def test_each_status_is_said_in_words_with_a_reason(status):
    row = Row("student-1", SECRET.name, 0.0, 4.0, "", status)
    text = Seen(feedback.page(result(rows=(row,), reports={}), FIRST)).text
    assert f"{status.value}: 0 of 4 points" in text
    assert status is Status.MANUAL or feedback.WHY[status] in text
    own = replace(row, mistake="The notebook is no notebook.")
    assert "The notebook is no notebook." in feedback.page(result(rows=(own,), reports={}), FIRST)


@pytest.mark.parametrize("sentence", SECRET.mistakes)
def test_neither_an_expected_value_nor_an_input_is_shown(sentence):
    seed = "the instructor's"
    cases = SECRET.cases(lesson_random(f"{seed} {SECRET.name}"))
    report = check(SECRET, SECRET.mistakes[sentence], seed)
    said = Said(report.verdict.value, report.findings, report.reference)
    page = feedback.page(result(reports={SECRET.name: said}), FIRST)
    for finding in report.findings:
        assert finding.replace("`", "") in Seen(page).text
    for case in cases:
        for secret in (*case.arguments[1:], SECRET.right(*case.arguments)):
            assert secret.hex()[4:12] not in page
            assert repr(secret)[10:20] not in page


# ---------------------------------------------------------------- summary


def test_the_summary_says_isolation_seed_digest_and_what_is_to_be_read():
    class_of_three = [result("a"), result("b"), result("c", isolation="none, trusted")]
    text = Seen(summary.page(class_of_three, FIRST, 12.0)).text
    assert "3 submissions, graded in 12 s" in text
    assert "bubblewrap (2 submissions)" in text and "none, trusted (1 submission)" in text
    assert "4f2c9a01 (3 submissions)" in text
    assert "read by a person: in 3 submissions" in text


def test_each_plot_has_words_and_a_table():
    seen = Seen(summary.page([result(), result("b", seconds=3.0)], FIRST))
    pictures = seen.named("img")
    assert len(pictures) == 3
    for picture in pictures:
        assert (picture["src"] or "").startswith("data:image/svg+xml;base64,")
        assert len(picture["alt"] or "") > 40
    assert len(seen.named("details")) == 3


def test_a_class_without_a_mistake_and_one_without_a_submission_have_a_page():
    right = result(rows=result().rows[1:2])
    assert "No mistake was made." in summary.page([right], FIRST)
    assert "There is no submission." in summary.page([], FIRST)


def test_the_same_results_make_the_same_page():
    class_of_two = [result("a"), result("b")]
    assert summary.page(class_of_two, FIRST) == summary.page(class_of_two[::-1], FIRST)


def test_a_link_leads_to_the_file_that_feedback_has():
    (link,) = Seen(summary.page([result("../../outside")], FIRST)).named("a")
    assert link["href"] == f"feedback/{file_name('../../outside')}.html"


# ---------------------------------------------------------------- counts


def test_points_are_counted_by_task_in_the_assignments_order():
    class_of_two = [result("a"), result("b", rows=(replace(result().rows[0], points=4.0),))]
    found = counts.by_task(class_of_two, FIRST)
    assert [one.task for one in found] == [SECRET.name, WHY.name, *WORDS]
    assert found[0] == counts.TaskCount(SECRET.name, 4, 1, 1, 0, 0, 3.0)
    assert found[2] == counts.TaskCount(WORDS[0], 2, 0, 0, 0, 1, None)


def test_mistakes_are_counted_once_a_student_and_the_most_frequent_comes_first():
    one, other = list(SECRET.mistakes)[:2]
    both = Said(Verdict.WRONG.value, (one, other))
    class_of_two = [result("a"), result("b", reports={SECRET.name: both})]
    assert counts.by_mistake(class_of_two) == [(one, SECRET.name, 2), (other, SECRET.name, 1)]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (f"{UNKNOWN} It is in case 1 of 4.", f"{UNKNOWN} It is in case 2 of 4.", UNKNOWN),
        ("f raised ValueError: a, at line 1", "f raised ValueError: b\nc", "f raised ValueError."),
    ],
)
def test_what_differs_from_student_to_student_only_is_one_mistake(one, other, together):
    said = [Said(Verdict.WRONG.value, (sentence,)) for sentence in (one, other)]
    class_of_two = [
        result(name, reports={SECRET.name: each}) for name, each in zip("ab", said, strict=True)
    ]
    assert counts.by_mistake(class_of_two) == [(together, SECRET.name, 2)]


def test_a_submission_that_was_not_graded_is_counted_once():
    names = [task.name for task in FIRST.tasks]
    rows = tuple(Row("a", name, 0.0, 4.0, "not even JSON", Status.REFUSED) for name in names)
    assert counts.by_mistake([result(rows=rows)]) == [("not even JSON", "all tasks", 1)]


def test_what_is_not_written_or_to_be_read_is_no_mistake_and_a_timeout_is():
    rows = (
        Row("a", SECRET.name, 0.0, 4.0, "it did not end", Status.TIMEOUT),
        Row("a", WHY.name, 0.0, 1.0, "nothing written", Status.NOT_WRITTEN),
        Row("a", WORDS[0], None, 2.0, "to be read", Status.MANUAL),
    )
    found = counts.by_mistake([result(rows=rows, reports={})])
    assert found == [("it did not end", SECRET.name, 1)]


def test_every_submission_is_in_one_span_of_time():
    class_of_four = [result(seconds=seconds) for seconds in (0.0, 0.3, 0.3, 8.0)]
    bins = counts.by_time(class_of_four)
    assert sum(count for *_, count in bins) == 4
    assert bins[-1] == (8.0, 16.0, 1)
    assert all(high == after for (_, high, _), (after, *_) in pairwise(bins))


def test_the_plots_words_name_the_hardest_task_and_the_most_frequent_mistake():
    found = counts.by_task([result()], FIRST)
    words = plots.points_per_task(found)
    assert "explain-replay: 0 of 2 on average" in words
    drawn = plots.mistakes_by_frequency([("Swapped.", "my_a", 7), ("Cut.", "my_b", 1)])
    assert "in my_a, was made 7 times: Swapped." in drawn
