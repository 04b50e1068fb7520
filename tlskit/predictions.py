"""A prediction comes first, then what the run says about it."""

import html
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from tlskit.checks.report import Report, Verdict, said_by
from tlskit.tasks import NotYet

SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 60


@dataclass(frozen=True)
class Revealed(Report):
    """What a run says about a prediction; the figure only once something is predicted."""

    figure: Any = None

    def __str__(self) -> str:
        """Return the report as lines of text, and the figure's text below it."""
        return "\n\n".join(filter(None, [super().__str__(), self.figure_as("text/plain")]))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the report for the page, and the figure below it."""
        return super()._repr_html_() + self.figure_as("text/html")

    def figure_as(self, kind: str) -> str:
        """Return the figure as text or HTML; a value without a picture is its repr."""
        if self.figure is None:
            return ""
        bundle: dict[str, Any] = getattr(self.figure, "_repr_mimebundle_", dict)()
        if kind in bundle:
            return str(bundle[kind])
        if kind == "text/html" and hasattr(self.figure, "_repr_html_"):
            return str(self.figure._repr_html_())
        text = str(self.figure)
        return f"<pre>{html.escape(text)}</pre>" if kind == "text/html" else text


def reveal(
    prediction: Any, answer: Any, wrong: Mapping[Any, str] | None = None, figure: Any = None
) -> Revealed:
    """Say whether a prediction is what the run gives, and show it; nothing of it before.

    Args:
        prediction: the reader's value, `...` as long as there is none.
        answer: the right value, or a function without parameters that runs what gives it, so
            that the page does not hold it; the function is not called before there is a prediction.
        wrong: the usual wrong values, each with the sentence that says why it is none.
        figure: what is shown with the answer, or a function that makes it, called as late.

    Never raises for what the reader wrote. A value of another kind (a string where a number is
    asked for) is said to be one, and nothing is revealed.

    >>> reveal(..., lambda: 2 * (16 + 4))
    … prediction: predict first
      Write your prediction in place of `...` and run both cells.
    >>> reveal(20, lambda: 2 * (16 + 4), {20: "Each direction has its own key."})
    ✗ prediction: not what the run says
      You predicted 20; it is 40.
      Each direction has its own key.
    """
    if prediction is ...:
        how = "Write your prediction in place of `...` and run both cells."
        return Revealed("prediction", Verdict.NOT_PREDICTED, (how,))
    if isinstance(prediction, NotYet):
        return Revealed("prediction", Verdict.NOT_PREDICTED, prediction.findings)
    try:
        right = answer() if callable(answer) else answer
        shown = figure() if callable(figure) else figure
    except NotImplementedError as error:
        finding = str(error) or "The run that gives the answer needs a function not written yet."
        return Revealed("prediction", Verdict.NOT_PREDICTED, (finding,))
    except Exception as error:  # the run uses what the reader wrote in earlier cells
        finding = f"The run that gives the answer raised {said_by(error)}"
        return Revealed("prediction", Verdict.NOT_PREDICTED, (finding,))
    if same(prediction, right):
        return Revealed("prediction", Verdict.RIGHT, (f"It is {SHORT.repr(right)}.",), "", shown)
    why = [sentence for value, sentence in (wrong or {}).items() if same(prediction, value)]
    if not why and kind(prediction) != kind(right):
        finding = f"Predict {kind(right)}; this is {kind(prediction)}."
        return Revealed("prediction", Verdict.NOT_PREDICTED, (finding,))
    compared = f"You predicted {SHORT.repr(prediction)}; it is {SHORT.repr(right)}."
    return Revealed("prediction", Verdict.REFUTED, (compared, *why), "", shown)


def same(prediction: Any, value: Any) -> bool:
    """Return whether two values are equal and of one kind; words in any case."""
    if kind(prediction) != kind(value):
        return False
    if isinstance(prediction, str):
        return prediction.strip().casefold() == str(value).strip().casefold()
    try:
        return bool(prediction == value)
    except Exception:  # an odd type's own ==
        return False


def kind(value: Any) -> str:
    """Return what kind of value this is, for a sentence; True is no number here."""
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, Real):
        return "a number"
    if isinstance(value, str):
        return 'a word in quotation marks, "..."'
    return "a function" if callable(value) else f"a value of type {type(value).__name__}"
