"""Predictions: nothing is shown before one is made, and nothing that is predicted raises."""

import fractions

import pytest

from tlskit import show
from tlskit.checks import Verdict
from tlskit.predictions import reveal

WRONG = {20: "Each direction has its own keys.", None: "Something is sent."}


class Odd:
    def __eq__(self, other):
        raise RuntimeError("no")

    def __hash__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")


class Picture:
    def _repr_mimebundle_(self, **_):
        return {"text/plain": "a ladder in words", "text/html": "<svg>a ladder</svg>"}


def both(revealed) -> str:
    """All that a page could show of it."""
    return str(revealed) + repr(revealed) + revealed._repr_html_()


def test_before_a_prediction_nothing_is_run_and_nothing_shown():
    def run():
        raise AssertionError("ran before the prediction")

    sealed = reveal(..., run, WRONG, figure=run)
    assert sealed.verdict is Verdict.NOT_PREDICTED and sealed.figure is None
    assert str(sealed).startswith("… prediction: predict first\n")
    assert "predict first" in sealed._repr_html_()
    eager = both(reveal(..., 4711, {4712: "No."}, figure=Picture()))
    assert "471" not in eager and "ladder" not in eager


def test_a_right_one_is_said_to_be_right_and_the_figure_follows():
    right = reveal(40, lambda: 40, WRONG, figure=Picture)
    assert right.right
    assert str(right) == "✓ prediction: right\n  It is 40.\n\na ladder in words"
    page = right._repr_html_()
    assert "✓ prediction: right" in page and page.endswith("<svg>a ladder</svg>")


def test_a_usual_wrong_one_gets_its_sentence_and_then_the_answer():
    usual = reveal(20, lambda: 40, WRONG, figure=Picture)
    assert usual.verdict is Verdict.REFUTED
    assert usual.findings == ("You predicted 20; it is 40.", WRONG[20])
    assert "ladder" in str(usual)
    other = reveal(21, lambda: 40, WRONG)
    assert other.findings == ("You predicted 21; it is 40.",)
    assert WRONG[None] in reveal(None, lambda: 40, WRONG).findings


@pytest.mark.parametrize(
    ("prediction", "kind"),
    [
        ("40", "a word in quotation marks"),
        (True, "True or False"),
        (lambda: 40, "a function"),
        ([40], "a value of type list"),
        (None, "a value of type NoneType"),
        (Odd(), "a value of type Odd"),
    ],
)
def test_a_value_of_another_kind_is_said_to_be_one_and_the_answer_stays_sealed(prediction, kind):
    told = reveal(prediction, lambda: 40, figure=Picture)
    assert told.verdict is Verdict.NOT_PREDICTED
    assert f"Predict a number; this is {kind}" in str(told)
    assert "40" not in both(told).replace("0.2em 1em", "") and "ladder" not in both(told)


@pytest.mark.parametrize("prediction", [float("nan"), fractions.Fraction(1, 3), 10**400, -1])
def test_an_odd_number_is_just_wrong(prediction):
    assert reveal(prediction, lambda: 40).verdict is Verdict.REFUTED
    assert len(str(reveal(prediction, lambda: 40))) < 200


def test_odd_values_of_the_right_kind_are_compared_and_shortened():
    assert reveal(Odd(), Odd).verdict is Verdict.REFUTED
    assert reveal(40.0, lambda: 40).right
    assert reveal(" Handshake_Failure", lambda: "handshake_failure").right
    assert reveal(("a", "b"), lambda: ("a", "b")).right
    assert len(str(reveal("x" * 9999, lambda: "y"))) < 200


def test_what_is_predicted_is_no_markup_on_the_page():
    page = reveal("<b>", lambda: "a", figure="<i>")._repr_html_()
    assert "<b>" not in page and "<pre>&lt;i&gt;</pre>" in page


def test_a_run_that_raises_is_reported_and_does_not_end_the_notebook():
    broken = reveal(40, lambda: 1 // 0, figure=Picture)
    assert "raised ZeroDivisionError" in str(broken) and "ladder" not in both(broken)
    assert "raised KeyError" in str(reveal(40, lambda: 40, figure=lambda: {}["x"]))


def test_a_figure_of_show_stands_below():
    matplotlib = pytest.importorskip("matplotlib.figure")
    picture = show.figure(matplotlib.Figure(), alt="two bars", table=[("a",), (1,)])
    told = reveal(1, lambda: 1, figure=lambda: picture)
    assert "two bars" in str(told) and 'alt="two bars"' in told._repr_html_()
