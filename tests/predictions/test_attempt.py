"""Cells that use what the reader wrote: before, after, and when it is wrong."""

from dataclasses import replace

import pytest

from tlskit import tls12
from tlskit.checkpoints import USUAL
from tlskit.lesson import run
from tlskit.predictions import reveal
from tlskit.tasks import attempt


def my_verify_data(prf, master_secret, label, handshake_hash):
    raise NotImplementedError


def my_wrong_length(body):
    return len(body) + missing  # noqa: F821


def test_a_stub_is_named_and_the_cell_is_not_run():
    ran = []
    result = attempt(lambda: ran.append(1), my_verify_data)
    assert not result and ran == []
    assert str(result).splitlines()[0] == "… my_verify_data: not written yet"


def test_a_value_that_is_not_filled_in_is_missing_too():
    said = str(attempt(lambda: 1, ...))
    assert said.startswith("… this cell: nothing yet") and "in place of `...`" in said


def test_a_result_that_is_not_there_stops_the_cells_below_not_the_notebook():
    first = attempt(lambda: 1, my_verify_data)
    second = attempt(lambda: first.calls, first)
    assert str(second).startswith("… my_verify_data: not written yet")
    assert "not written yet" in str(attempt(lambda: first.calls))
    assert str(reveal(first, 40)).startswith("… prediction: predict first")


def test_what_to_do_is_said_as_often_as_it_is_missing():
    not_filled_in = attempt(lambda: 1, ...)
    assert "in place of `...`" in str(attempt(lambda: 1, not_filled_in))
    wrong = attempt(lambda: my_wrong_length(b""), my_wrong_length)
    assert "A cell above" in str(attempt(lambda: 1, attempt(lambda: 1, wrong)))


def test_a_function_that_is_called_without_being_named_is_noticed():
    assert "not written yet" in str(attempt(lambda: my_verify_data(None, b"", b"", b"")))


def test_her_own_error_is_told_with_its_line():
    said = str(attempt(lambda: my_wrong_length(b""), my_wrong_length))
    assert "It raised NameError: name 'missing' is not defined" in said
    assert "return len(body) + missing" in said and "Traceback" not in said


def test_once_it_is_written_the_result_is_as_it_is():
    formulae = replace(tls12.FORMULAE, verify_data=tls12.FORMULAE.verify_data)
    assert attempt(lambda: run(USUAL, client_formulae=formulae), formulae).client.done
    assert attempt(lambda: 0) == 0


def test_a_display_may_ask_for_what_is_not_there():
    missing, broken = attempt(lambda: 1, my_verify_data), attempt(lambda: 1 // 0)
    assert not hasattr(missing, "_repr_mimebundle_")
    with pytest.raises(NotImplementedError, match="Write my_verify_data above"):
        _ = missing.calls
    with pytest.raises(NotImplementedError, match="mend that one first"):
        _ = broken.calls
