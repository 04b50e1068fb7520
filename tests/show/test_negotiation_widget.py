"""The negotiation widget, driven without a browser: predict, run, and be told why."""

import html
import re

import pytest

from tlskit import show
from tlskit.labs.negotiation import (
    ECDSA_AES,
    RSA_AES,
    RSA_CHACHA,
    SESSIONS,
    SUITES,
    TRANSPORT,
    Lists,
    negotiate,
)
from tlskit.show.negotiation_view import NegotiationView, sentences, why_not
from tlskit.show.negotiation_widget import FAILURE, NONE


@pytest.fixture
def widget():
    return show.negotiation(negotiate, Lists(), SUITES, SESSIONS)


def words(markup: str) -> str:
    bare = re.sub(r"<style>.*?</style>", "", markup, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare)).strip()


def said(widget) -> str:
    return words(widget.note.value)


def shake(widget, prediction: str, **lists) -> str:
    for name, value in lists.items():
        widget.lists[name].value = value
    widget.prediction.value = prediction
    widget.button.click()
    return said(widget)


def test_it_begins_with_the_lists_and_nothing_run(widget):
    assert Lists(**widget.picked()) == Lists()
    assert widget.view.value == "" and "Predict" in said(widget)
    assert 'role="status" aria-live="polite"' in widget.note.value
    assert all(one.description for one in (*widget.lists.values(), widget.prediction))


def test_as_text_it_is_its_lists(widget):
    text = widget._repr_mimebundle_()["text/plain"]
    assert f"Client: 1st suite: {ECDSA_AES}" in text and "Run this cell" in text


def test_without_a_prediction_nothing_is_run(widget):
    widget.button.click()
    assert "Predict first" in said(widget) and widget.view.value == ""


def test_a_right_prediction_and_the_same_view_as_with_fixed_values(widget):
    assert shake(widget, RSA_CHACHA).startswith(f"✓ As you predicted: it is {RSA_CHACHA}.")
    assert words(widget.view.value) == words(show.negotiated(negotiate()).html())
    assert widget.view.value.count("▶ nothing: taken") == 1


@pytest.mark.parametrize(
    ("prediction", "lists", "why"),
    [
        (ECDSA_AES, {}, "in the server's list another one stands before it"),
        (RSA_CHACHA, {"preference": "client"}, "in the client's list another one"),
        (TRANSPORT, {}, "The client did not even offer it."),
        (FAILURE, {}, "there is a suite with nothing against it"),
        (RSA_AES, {"server_2nd": NONE}, "Against it: the server does not have it."),
        (RSA_CHACHA, {"certificates": ("ecdsa",)}, "certificate of kind rsa"),
        (RSA_AES, {"session": "known"}, "A resumed session keeps the suite that it had."),
    ],
)
def test_a_wrong_prediction_is_met_with_why(widget, prediction, lists, why):
    told = shake(widget, prediction, **lists)
    assert told.startswith(f"✗ You predicted {prediction}: it is ") and why in told


def test_another_list_asks_for_another_prediction_and_says_what_is_old(widget):
    shake(widget, RSA_CHACHA)
    before = widget.view.value
    widget.lists["certificates"].value = ("ecdsa",)
    assert "Server: certificates is now ecdsa." in said(widget)
    assert "of the lists before" in said(widget)
    assert widget.prediction.value == NONE and widget.view.value == before
    assert "✓" in shake(widget, ECDSA_AES) and widget.view.value != before


def test_a_failure_is_an_outcome_with_its_alert_in_the_ladder(widget):
    told = shake(widget, FAILURE, client_groups=("x25519",), server_groups=("secp256r1",))
    assert told.startswith("✓") and "No handshake: the server sends" in words(widget.view.value)
    assert "it needs a group that both know" in words(widget.view.value)


def test_a_side_without_suites_is_told_so_and_nothing_runs(widget):
    lists = {f"client_{place}": NONE for place in ("1st", "2nd", "3rd")}
    assert "The client has no suite at all" in shake(widget, FAILURE, **lists)
    assert widget.view.value == ""


def test_a_suite_picked_twice_is_offered_once(widget):
    widget.lists["client_2nd"].value = ECDSA_AES
    assert widget.picked()["client_suites"] == (ECDSA_AES, RSA_CHACHA)


def test_what_goes_wrong_is_seen():
    def broken(**lists):
        raise RuntimeError("<script>")

    widget = show.negotiation(broken, Lists(), SUITES, SESSIONS)
    shake(widget, RSA_AES)
    assert "RuntimeError" in said(widget) and "<script>" not in widget.note.value
    assert 'role="alert"' in widget.note.value


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ("none", "the client names none, the server gives a new one, 32 bytes"),
        ("none kept", "the server gives none: this session will not be kept"),
        ("known", "the server says the client's own again"),
        ("forgotten", "the client names an older session, the server gives a new one"),
    ],
)
def test_the_session_ids_are_put_into_words(session, words):
    outcome = negotiate(session=session)
    assert words in " ".join(sentences(outcome))
    assert ("Resumed" in sentences(outcome)[0]) is (session == "known")


def test_the_view_as_text_has_sentences_table_and_ladder():
    text = NegotiationView(negotiate())._repr_mimebundle_()["text/plain"]
    assert f"Agreed: {RSA_CHACHA}, group x25519, certificate rsa." in text
    assert "what speaks against it" in text and "<< today >>" in text


def test_a_prediction_for_a_run_that_failed():
    outcome = negotiate(client_suites=(RSA_AES,), server_suites=(RSA_CHACHA,))
    assert why_not(RSA_AES, outcome, "server") == "Against it: the server does not have it."
    assert why_not(RSA_CHACHA, outcome, "server") == "The client did not even offer it."
