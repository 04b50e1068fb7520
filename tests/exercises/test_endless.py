"""Code that does not end is stopped, at whatever moment, and leaves nothing behind."""

import gc
import time
from contextlib import suppress

import pytest

from tlskit.exercises import calling
from tlskit.exercises.calling import StillRunning, ending, outcome
from tlskit.exercises.task import Came, Case, Task

TASK = Task("my_end", 3, lambda draw: [], lambda content: content, {})


# fmt: off
def endless(content):
    while True: pass  # noqa: E701 - on one line, as learners write it
# fmt: on


def endless_and_deaf(content):
    while True:
        try:  # noqa: SIM105 - as learners write it
            time.sleep(0.001)
        except Exception:
            pass


@pytest.mark.parametrize("mine", [endless, endless_and_deaf])
def test_code_that_does_not_end_is_stopped_with_a_clear_word(mine, clocks):
    started = time.monotonic()
    came = outcome(TASK, mine, Case((b"",)), seconds=0.3)
    assert came.came is Came.ENDLESS and "loop that never ends" in came.said
    assert time.monotonic() - started < 5
    time.sleep(calling.AGAIN + 0.1)
    assert clocks == []
    sum(range(100_000))  # no interrupt is left that would arrive here


@pytest.fixture
def clocks(monkeypatch):
    """How many clocks are running."""
    running, start = [], calling._thread.start_new_thread

    def counted(clock, arguments):
        def run():
            running.append(clock)
            clock()
            running.remove(clock)

        start(run, arguments)

    monkeypatch.setattr(calling._thread, "start_new_thread", counted)
    return running


def test_an_interrupt_that_comes_at_the_very_end_is_forgotten(clocks):
    for _ in range(1000):
        with suppress(StillRunning), ending(0.0005):
            time.sleep(0.0005)
    gc.collect()
    time.sleep(calling.AGAIN + 0.1)  # as long as a clock that nobody stopped would wait
    assert clocks == []


def test_an_interrupt_that_comes_as_the_clock_is_stopped_leaves_no_clock_behind(
    monkeypatch, clocks
):
    stop, met = calling.stopped, []

    def met_once(running, ended):
        if not met:
            met.append(True)
            raise StillRunning
        stop(running, ended)

    monkeypatch.setattr(calling, "stopped", met_once)
    with pytest.raises(StillRunning), ending(5):
        pass
    time.sleep(0.05)
    assert met and clocks == []
