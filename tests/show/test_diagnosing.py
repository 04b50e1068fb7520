"""Broken handshakes in the page, driven without a browser; the cases are those of the labs."""

import html
import re

import pytest

from tlskit import show
from tlskit.labs.diagnosis import deck
from tlskit.show.answering import SURE, UNSURE
from tlskit.show.diagnosing import fact_in_words


@pytest.fixture(scope="module")
def cases():
    return deck("show", upto="08")


@pytest.fixture
def asked(cases):
    return show.diagnose(cases).asked


def said(one) -> str:
    bare = re.sub(r"<style>.*?</style>", "", one.note.value, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


def pick(one, step: str, section: str, sure: str = UNSURE) -> str:
    one.lists["a step"].value = step
    one.lists["a section"].value = section
    one.sure.value = sure
    one.answer.click()
    return said(one)


def wrong_step(case) -> str:
    return next(step for step in case.steps if step != case.broken.step)


def test_every_case_has_its_trace_and_two_lists_with_nothing_picked(asked, cases):
    assert len(asked) == len(cases) == 3
    for number, (one, case) in enumerate(zip(asked, cases, strict=True), 1):
        page = one.children[0].value
        assert f"Case {number}." in page and html.escape(case.alert) in page
        assert "tlskit-ladder" in page and "What both sides hold" in page
        step, section = one.lists.values()
        assert (step.description, section.description) == ("Step", "RFC section")
        assert [label for label, _ in step.options] == ["choose …", *case.steps]
        assert [name for _, name in section.options] == [None, *dict(case.sections)]
        assert step.value is None and section.value is None and one.sure.value is None


def test_an_answer_wants_all_three(asked):
    asked[0].answer.click()
    assert said(asked[0]) == "First pick a step and a section and how sure you are."
    asked[0].lists["a step"].value = "3 Certificate"
    assert said(asked[0]) == (
        "Picked: 3 Certificate. Still to pick: a section and how sure you are."
    )


def test_the_right_diagnosis_is_met_with_the_cause(asked, cases):
    broken = cases[0].broken
    words = pick(asked[0], broken.step, broken.section)
    assert words.startswith("✓ Right.")
    for part in (broken.cause, broken.seen):
        assert part.replace("`", " ").split()[-1] in words
    assert said(asked[1]) == "", "the other cases say nothing"


def test_a_wrong_step_is_met_with_what_one_would_see_instead(asked, cases):
    case = cases[0]
    words = pick(asked[0], wrong_step(case), case.broken.section, SURE)
    assert words.startswith("✗ Not right.") and f"It is not {wrong_step(case)}." in words
    assert "here is the longer answer" in words
    before, _, folded = asked[0].note.value.partition("<details>")
    assert html.escape(case.broken.step) in folded and case.broken.section in folded
    assert case.broken.section not in before
    assert "longer" not in pick(asked[0], wrong_step(case), case.broken.section, UNSURE)
    asked[0].tell.click()
    assert case.broken.step in said(asked[0]) and case.broken.section in said(asked[0])


def test_a_right_step_with_another_section_is_half_right(asked, cases):
    case = cases[0]
    other = next(name for name in dict(case.sections) if name != case.broken.section)
    words = pick(asked[0], case.broken.step, other)
    assert words.startswith("✗ Not right.") and "The step is right" in words and other in words
    assert case.broken.section not in words


def test_the_text_shows_all_that_the_page_shows_and_no_answer(cases):
    drawn = show.diagnose(cases)
    text = str(drawn)
    assert drawn._repr_mimebundle_()["text/plain"] == text
    assert set(drawn._repr_mimebundle_()) == {
        "text/plain",
        "application/vnd.jupyter.widget-view+json",
    }
    joined = " ".join(text.split())
    for number, case in enumerate(cases, 1):
        assert f"Case {number}" in text and case.alert in text
        assert all(what in joined for what, _, _ in case.facts)
        assert case.broken.cause not in joined and case.broken.seen not in joined
    assert all(step in joined for step in cases[0].steps)
    assert all(name in joined for name in dict(cases[0].sections))


def test_without_the_traces_only_the_lists_are_shown(cases):
    drawn = show.diagnose(cases[:1], traced=False)
    assert "tlskit-ladder" not in drawn.asked[0].children[0].value
    assert cases[0].alert not in str(drawn) and "Steps: 1 ClientHello" in str(drawn)
    with pytest.raises(ValueError, match="nothing to diagnose"):
        show.diagnose(())


def test_a_case_to_look_at_has_picture_table_and_text(cases):
    bundle = show.case(cases[0])._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "<img" in bundle["text/html"] and "as the server has it" in bundle["text/html"]
    assert cases[0].alert in bundle["text/plain"] and "(1)   |" in bundle["text/plain"]
    assert cases[0].broken.cause not in bundle["text/html"]


def test_a_fact_in_words_names_the_sides_only_where_they_differ():
    assert fact_in_words("a", "b", "the same") == "a: b (both sides)"
    assert fact_in_words("a", "", "c") == "a: server: c"
    assert fact_in_words("a", "b", "–") == "a: client: b; server: –"
