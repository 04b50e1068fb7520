"""What a client brings, as a sentence and a ladder, and what a pick changes."""

from tlskit import show
from tlskit.labs import resumption

NAMES = list(resumption.BROUGHT)


def test_the_sentence_and_the_ladder_as_text_and_in_the_page():
    shown = show.offer(resumption.brought("a ticket"))
    assert shown.sentence.startswith("The client brings a ticket: abbreviated handshake.")
    assert "RFC 5077 §3.1" in shown.sentence
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"].startswith(shown.sentence) and "Finished" in bundle["text/plain"]
    assert "Certificate" not in bundle["text/plain"] and "tlskit-ladder" in bundle["text/html"]


def test_an_alert_is_said():
    shown = show.offer(resumption.brought(NAMES[-1]))
    assert "handshake_failure" in shown.sentence and "handshake_failure" in str(shown.ladder.rows)


def test_a_pick_changes_the_picture_and_is_said():
    widget = show.offer_chooser(resumption.brought, NAMES)
    assert widget.note.value == "" and "full handshake" in widget.view.value
    before = widget.view.value
    widget.names.value = "a session ID that the server knows"
    assert widget.view.value != before and 'role="status"' in widget.note.value
    assert "It was: full handshake. Now: abbreviated handshake." in widget.note.value
    widget.names.value = "a ticket"
    assert "Still: abbreviated handshake." in widget.note.value
    text = widget._repr_mimebundle_()["text/plain"]
    assert text.endswith(str(widget.shown)) and all(f"- {name}\n" in text for name in NAMES)


def test_an_error_is_shown_in_the_page():
    def run(name: str):
        if name != NAMES[0]:
            raise RuntimeError("no run today")
        return resumption.brought(name)

    widget = show.offer_chooser(run, NAMES)
    widget.names.value = NAMES[1]
    assert "no run today" in widget.note.value
