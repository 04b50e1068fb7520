"""A plain table: the same cells for the page and as text."""

from tlskit import show

ROWS = [("groups", 4, "<b>")]


def test_a_table_shows_its_cells_escaped_in_the_page_and_aligned_as_text():
    bundle = show.table(("what", "ours", "theirs"), ROWS, "Two hellos")._repr_mimebundle_()
    assert "<td>&lt;b&gt;</td>" in bundle["text/html"] and "<b>" not in bundle["text/html"]
    assert '<th scope="col">theirs</th>' in bundle["text/html"]
    assert bundle["text/plain"].splitlines() == [
        "Two hellos",
        "what    ours  theirs",
        "groups  4     <b>",
    ]


def test_a_table_may_be_folded_behind_a_line():
    bundle = show.table(("at",), [("0",)], fold="A frame")._repr_mimebundle_()
    assert "<details><summary>A frame</summary><table>" in bundle["text/html"]
    assert bundle["text/plain"].splitlines() == ["A frame", "at", "0"]
