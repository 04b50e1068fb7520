"""A list with a table below it: another pick makes another table, errors stay in the page."""

from tlskit.labs.key_transport import EXCHANGES, pick_exchange
from tlskit.show.picked_tables import table_picks


def test_another_pick_makes_another_table():
    picks = table_picks("Key exchange", EXCHANGES, pick_exchange, first="P-384")
    before = picks.drawing.value
    assert "98 bytes" in before and 'role="status"' in picks.note.value
    picks.list.value = "RSA-2048"
    assert picks.drawing.value != before and "258 bytes" in picks.drawing.value
    assert "258 bytes" in picks.note.value
    text = picks._repr_mimebundle_()["text/plain"]
    assert text.startswith("Key exchange: RSA-2048\n") and "in Certificate" in text


def test_an_error_is_shown_in_the_page():
    def spoilt(name):
        if name == "a":
            return [("one", "two")], "said"
        raise ValueError("no such <b>")

    picks = table_picks("Which", ("a", "b"), spoilt)
    picks.list.value = "b"
    assert 'role="alert"' in picks.note.value and "no such &lt;b&gt;" in picks.note.value
