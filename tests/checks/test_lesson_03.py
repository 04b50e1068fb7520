"""Lesson 03's checks: each known mistake is named, and no diagnosis is given away."""

from fnmatch import fnmatch

import pytest

from tlskit.certificates import name_matches, verify_chain
from tlskit.checks import lesson_03 as check
from tlskit.checks.report import Verdict
from tlskit.labs.certificate_chains import CASES, subjects

RIGHT = [CASES[letter].replace("_", " ") for letter in CASES]


def in_shorter_words(certificates, roots):
    """A right walk that is written in another way."""
    path = [certificates[0]]
    while path[-1] not in roots:
        found = [
            one
            for one in (*certificates, *roots)
            if one.subject == path[-1].issuer and one not in path
        ]
        if not found:
            break
        path.append(found[0])
    return path


@pytest.mark.parametrize("walk", [check.right_walk, in_shorter_words])
def test_a_right_walk_passes(walk):
    assert check.walk(walk).right


@pytest.mark.parametrize("sentence, wrong", check.WALK_MISTAKES.items())
def test_each_mistake_in_the_walk_gets_its_sentence_alone(sentence, wrong):
    report = check.walk(wrong)
    assert report.verdict is Verdict.WRONG and report.findings == (sentence,)


def test_an_unwritten_walk_is_no_mistake():
    def my_walk(certificates, roots):
        raise NotImplementedError

    assert check.walk(my_walk).verdict is Verdict.NOT_WRITTEN


@pytest.mark.parametrize("takes_the_root_again", [True, False])
def test_a_walk_without_end_is_stopped_and_said_so(takes_the_root_again):
    def my_walk(certificates, roots):
        path = [certificates[0]]
        while path[-1] not in roots:
            for one in [*certificates[1:], *roots]:
                if one.subject == path[-1].issuer and (takes_the_root_again or one not in path):
                    path.append(one)
                    break
            else:
                if takes_the_root_again:
                    break
        return path

    report = check.walk(my_walk)
    assert report.verdict is Verdict.WRONG
    assert "raised EndlessLoop: no round of it takes a new" in report.findings[0]
    sound = check.walk_cases()[0]
    assert check.walked(my_walk, *sound) == subjects(check.right_walk(*sound))


def test_a_walk_that_is_no_function_is_said_to_be_none():
    assert "is not a function" in check.walk("my_walk").findings[0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (check.believed_last, "the leaf comes first"),
        (lambda chain, server_name, trust, now: chain[0], "return Certificate, and returned"),
        (lambda chain, server_name, trust, now: None, "is a `return` missing?"),
        (verify_chain, "raised Alert"),
    ],
)
def test_a_client_that_does_not_simply_take_the_leaf_hears_why(wrong, words):
    report = check.believes(wrong)
    assert report.verdict is Verdict.WRONG and words in report.findings[0]


def test_a_client_that_takes_each_leaf_believes_everything():
    assert check.believes(check.right_belief).right


def test_the_right_rule_for_names_passes():
    assert check.name_matches(name_matches).right
    assert check.name_matches(lambda pattern, host: name_matches(pattern, host)).right


@pytest.mark.parametrize(
    ("wrong", "pairs", "words"),
    [
        (lambda p, h: p == h, 2, "without regard to capitals"),
        (lambda p, h: p.lower() == h.lower(), 1, "stands for this one"),
        (lambda p, h: fnmatch(h.lower(), p.lower()), 3, "`a.b` are two"),
        (lambda p, h: h.lower().endswith(p.lower().lstrip("*.")), 4, "itself alone"),
        (lambda p, h: h.lower().endswith(p.lower().lstrip("*")), 3, "another name"),
        (lambda p, h: True, 6, "here is none in its place"),
        (lambda p, h: "*" in p or name_matches(p, h), 4, "only as the first label"),
    ],
)
def test_a_wrong_rule_hears_of_each_name_that_it_gets_wrong(wrong, pairs, words):
    report = check.name_matches(wrong)
    assert report.verdict is Verdict.WRONG and len(report.findings) == pairs
    assert any(words in finding for finding in report.findings)


def test_the_cases_say_what_the_verifier_of_the_course_says():
    right = [name_matches(pattern, host) for pattern, host, _ in check.NAME_CASES]
    assert right == [True, True, False, False, True, False, False, False, False]


def test_five_right_diagnoses_in_any_spelling():
    assert check.deck(*RIGHT).right
    assert check.deck(*(one.upper().replace(" ", "-") for one in RIGHT)).right


def test_the_deck_has_each_diagnosis_once():
    assert sorted(map(check.plain, check.SYMPTOMS)) == sorted(map(check.plain, CASES.values()))


@pytest.mark.parametrize("wrong", check.SYMPTOMS)
def test_a_wrong_diagnosis_says_what_one_would_see_and_not_the_right_one(wrong):
    for at, right in enumerate(RIGHT):
        if check.plain(wrong) == check.plain(right):
            continue
        report = check.deck(*([...] * at), wrong, *([...] * (4 - at)))
        found = report.findings[at]
        assert report.verdict is Verdict.WRONG
        assert check.SYMPTOMS[wrong] in found
        assert right not in check.plain(found).partition(":")[2]
        assert sum("not diagnosed yet" in one for one in report.findings) == 4


def test_what_is_no_diagnosis_is_told_the_five():
    assert "none of the five: unknown CA" in check.deck("expired", *RIGHT[1:]).findings[0]
    assert check.deck(..., ..., ..., ..., ...).verdict is Verdict.NOT_PREDICTED
