"""Which page was fetched is read off the lengths of records; filled up, the pages look the same."""

import pytest

from tlskit.labs import lengths
from tlskit.labs.loopback import response


def test_the_three_recordings_tell_the_page_by_their_lengths_alone():
    fetched = [lengths.fetched(number) for number in range(3)]
    assert sorted(fetched) == sorted(lengths.PAGES)
    for number, path in enumerate(fetched):
        wire = lengths.overheard(number)
        assert path.encode() not in wire and lengths.PAGES[path] not in wire
        assert lengths.page_of(lengths.data_lengths(wire), lengths.answer_sizes()) == path


def test_a_length_that_no_page_has_is_none_of_them():
    assert lengths.page_of([23], lengths.answer_sizes()) == ""


@pytest.mark.parametrize(
    ("padding", "alike"),
    [("none", [1, 1, 1]), ("to 64 bytes", [2, 2, 1]), ("to 256 bytes", [3, 3, 3])],
)
def test_how_many_pages_look_the_same(padding, alike):
    seen = lengths.seen(padding)
    assert [len(one.like) for one in seen] == alike
    block = lengths.PADDINGS[padding]
    for one in seen:
        page = lengths.padded(lengths.PAGES[one.page], block)
        assert len(page) % block == 0 and page.startswith(lengths.PAGES[one.page])
        assert one.length == len(response(page, len(page))) + 24 and one.page in one.like
