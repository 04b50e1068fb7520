"""The chain view: its rows, its words, its drawing; and what moving the clock changes."""

import base64
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from tlskit import pki, show
from tlskit.chain_rows import INTERMEDIATE, LEAF, MISSING, ROOT, chain_rows, state_at
from tlskit.faulty_pki import faulty
from tlskit.labs.certificate_chains import dated_chain
from tlskit.show.chain_drawing import AXIS_LEFT, AXIS_RIGHT, axis_for, chain_svg, place_of
from tlskit.show.chain_widget import ChainClock

CHAIN = dated_chain()
DAY = timedelta(days=1)


def view(chain=CHAIN, clock=pki.NOW, **options):
    return show.chain(chain, pki.HOST, pki.trust(), clock, **options)


def drawn(one) -> ET.Element:
    return ET.fromstring(chain_svg(one))


def bars(one):
    """The left and right edge of each bar."""
    found = [rect for rect in drawn(one).iter() if rect.get("fill-opacity")]
    return [(float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))) for bar in found]


def test_the_rows_go_from_the_leaf_to_our_root():
    rows = chain_rows(CHAIN, pki.trust())
    assert [(row.place, row.sent, row.signed) for row in rows] == [
        (LEAF, True, True),
        (INTERMEDIATE, True, True),
        (ROOT, False, None),
    ]
    assert [row.issuer for row in rows[:2]] == [row.subject for row in rows[1:]]


@pytest.mark.parametrize(
    ("fault", "places", "signed"),
    [
        ("missing_intermediate", [LEAF, MISSING], [None, None]),
        ("unknown_ca", [LEAF, ROOT], [True, None]),
        ("self_signed", [LEAF], [None]),
        ("bad_signature", [LEAF, INTERMEDIATE, ROOT], [False, True, None]),
        ("impostor", [LEAF, INTERMEDIATE, ROOT], [True, False, None]),
    ],
)
def test_faults_are_seen_in_the_rows(fault, places, signed):
    rows = chain_rows(faulty(fault, "rsa").chain, pki.trust())
    assert [row.place for row in rows] == places
    assert [row.signed for row in rows] == signed


def test_a_root_that_is_sent_is_not_drawn_twice():
    root = pki.der(pki.root().certificate)
    rows = chain_rows((*CHAIN, root), pki.trust())
    assert [(row.place, row.sent) for row in rows] == [
        (LEAF, True),
        (INTERMEDIATE, True),
        (ROOT, True),
    ]


def test_both_days_of_a_validity_are_part_of_it():
    leaf = chain_rows(CHAIN, pki.trust())[0]
    second = timedelta(seconds=1)
    states = [state_at(leaf, at) for at in (leaf.first - second, leaf.first, leaf.last)]
    assert [*states, state_at(leaf, leaf.last + second)] == ["not yet", "valid", "valid", "over"]


def test_the_text_has_the_clock_the_marks_and_the_verdict():
    text = view(clock=datetime(2026, 7, 1, tzinfo=UTC))._repr_mimebundle_()["text/plain"]
    assert "clock: 2026-07-01" in text and "refused, certificate_expired" in text
    assert re.search(r"^intermediate .*✗ over", text, re.MULTILINE)
    assert re.search(r"^leaf .*✓ valid", text, re.MULTILINE)


def test_the_page_has_a_picture_with_words_and_a_table():
    html = view(clock=datetime(2026, 7, 1, tzinfo=UTC)).html()
    assert "certificate_expired" in html and "<table>" in html
    alt = re.search(r'<img[^>]* alt="([^"]+)"', html)[1]
    assert "intermediate, sent" in alt and "over" in alt and "2026-07-01" in alt
    assert base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]).startswith(b"<svg")


@pytest.mark.parametrize("fault", ["wrong_usage", "bad_signature", "unknown_ca", "not_yet_valid"])
def test_without_a_judge_nothing_says_good_or_bad(fault):
    bundle = view(faulty(fault, "rsa").chain, judge=False)._repr_mimebundle_()
    text = (
        bundle["text/plain"]
        + bundle["text/html"]
        + chain_svg(view(faulty(fault, "rsa").chain, judge=False))
    )
    for word in ("✗", "✓", "verif", "refused", "believed", "not yet", "over</text>"):
        assert word not in text
    assert "clock: 2026-03-14" in bundle["text/plain"]


def test_bars_lie_where_their_days_are():
    one = view()
    leaf, intermediate, root = bars(one)
    assert intermediate[0] < leaf[0] < place_of(one, pki.NOW) < intermediate[1] < leaf[1]
    assert root == (AXIS_LEFT, AXIS_RIGHT)


def test_the_axis_stays_near_the_clock():
    rows = chain_rows(pki.credential("rsa").chain, pki.trust())
    first, last = axis_for(rows, pki.NOW)
    assert pki.NOW - 700 * DAY < first < pki.NOW < last < pki.NOW + 700 * DAY


def test_what_a_stranger_wrote_into_a_certificate_is_only_text():
    script = "<script>alert(1)</script>"
    contents = pki.Contents(script, pki.course_key("leaf_rsa"), ("a.example",))
    chain = pki.issued(contents, pki.intermediate("rsa")).chain
    assert script not in view(chain).html() and script not in chain_svg(view(chain))
    drawn(view(chain))


def test_bytes_that_are_no_certificate_are_refused():
    with pytest.raises(ValueError):
        view((b"a friend",))


# ---- the clock


def clock(**options) -> ChainClock:
    chains = {"sound": CHAIN, "cut": CHAIN[:1]}
    return show.chain_clock(chains, pki.HOST, pki.trust(), pki.NOW, **options)


def test_moving_the_clock_redraws_and_says_what_changed():
    widget = clock()
    before = widget.view.value
    while "certificate_expired" not in widget.note.value:
        widget.later.click()
    assert widget.view.value != before
    assert "The clock is 2026-06-02. It was believed, now it is certificate_expired." in (
        widget.note.value
    )
    assert 'role="status"' in widget.note.value
    widget.earlier.click()
    assert "The clock is 2026-06-01. It was certificate_expired, now it is believed." in (
        widget.note.value
    )


def test_the_clock_has_the_days_at_which_something_changes_and_stops_at_its_ends():
    widget = clock()
    days = [label for label, _ in widget.clock.options]
    assert {"2026-01-31", "2026-02-01", "2026-06-01", "2026-06-02", "2026-08-01"} <= set(days)
    assert days == sorted(set(days)) and widget.clock.label == "2026-03-14"
    widget.clock.index = 0
    widget.earlier.click()
    assert widget.clock.index == 0
    widget.clock.index = len(days) - 1
    widget.later.click()
    assert widget.clock.index == len(days) - 1


def test_another_chain_under_the_same_clock():
    widget = clock()
    widget.which.value = "cut"
    assert "Chain cut: leaf, missing. It was believed, now it is unknown_ca." in widget.note.value
    assert "unknown_ca" in widget.view.value


def test_an_error_is_seen_in_the_page():
    widget = clock()
    widget.chains["cut"] = (b"no certificate",)
    widget.which.value = "cut"
    assert 'role="alert"' in widget.note.value


def test_the_widget_is_text_too_and_without_a_judge_has_no_clock_to_move():
    text = clock()._repr_mimebundle_()["text/plain"]
    assert "believed" in text and "intermediate" in text
    widget = clock(judge=False)
    assert widget.clock not in widget.children and widget.which in widget.children
    widget.which.value = "cut"
    assert "Chain cut: leaf, missing.</p>" in widget.note.value
    assert "unknown_ca" not in widget.view.value + str(widget.shown)
