"""Each usual mistake of lesson 09 is met with its own sentence; what is right is praised."""

import pytest

from tlskit.checks import lesson_09
from tlskit.checks.loops import EndlessLoop
from tlskit.checks.report import Verdict
from tlskit.labs import lengths


def unwritten(*_):
    raise NotImplementedError


TASKS = [
    (lesson_09.record_lengths, lesson_09.right_lengths, lesson_09.LENGTH_MISTAKES),
    (lesson_09.page, lengths.page_of, lesson_09.PAGE_MISTAKES),
    (lesson_09.fingerprint, lesson_09.right_fingerprint, lesson_09.FINGERPRINT_MISTAKES),
]


@pytest.mark.parametrize(("check", "right", "mistakes"), TASKS)
def test_right_wrong_and_unwritten(check, right, mistakes):
    assert check(right).right
    assert check(unwritten).verdict is Verdict.NOT_WRITTEN
    for sentence, wrong in mistakes.items():
        report = check(wrong)
        assert report.findings == (sentence,) and not report.right, sentence


def test_a_walk_that_does_not_get_on_is_stopped():
    def header_forgotten(wire):
        found = []
        while wire:
            length = int.from_bytes(wire[3:5], "big")
            found.append(length)
            wire = wire[length:]
        return found

    report = lesson_09.record_lengths(header_forgotten)
    assert not report.right and "EndlessLoop" in report.findings[0]
    assert "from one header to the next" in report.findings[0]
    with pytest.raises(EndlessLoop):
        lesson_09.lengths_in(header_forgotten, lesson_09.STREAMS[0])
    right = lesson_09.lengths_in(lesson_09.right_lengths, lesson_09.STREAMS[0])
    assert right == lesson_09.right_lengths(lesson_09.STREAMS[0])


def test_the_pages_are_compared_with_what_was_fetched():
    true = [lengths.fetched(number) for number in range(3)]
    assert lesson_09.pages(true).right
    report = lesson_09.pages([true[0], true[0], true[2]])
    assert not report.right and report.findings == ("2 of 3 pages are those that were fetched.",)
    assert not lesson_09.pages([]).right


def test_padding_must_make_all_alike_and_keep_the_text():
    longest = max(map(len, lengths.PAGES.values()))
    assert lesson_09.padding(lambda page: page.ljust(longest)).right
    assert lesson_09.padding(unwritten).verdict is Verdict.NOT_WRITTEN
    cut = lesson_09.padding(lambda page: page[:50])
    assert not cut.right and "not begin with all of its text" in cut.findings[0]
    some = lesson_09.padding(lambda page: page + b" " * (-len(page) % 64))
    assert not some.right and "still have 2 different lengths" in some.findings[0]
