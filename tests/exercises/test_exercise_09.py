"""Exercise 09: the solution, broken in one place at a time, is told where it broke."""

import time
from dataclasses import replace

import pytest
from capstone_slips import FETCHED, SERVED
from capstone_solution import solution

from tlskit.checks.report import Verdict
from tlskit.exercises import assignment, capstone_live, capstone_parts, check
from tlskit.exercises.capstone_captures import WORDS, captures, three
from tlskit.exercises.capstone_diagnosis import IN_ORDER, diagnosis
from tlskit.exercises.earlier import earlier
from tlskit.lesson import lesson_random

THIS = assignment("09_capstone")
FETCH, SERVE, DIAGNOSIS = map(THIS.task, ("my_fetch", "my_serve", "my_diagnosis"))
FLIGHT = THIS.task("my_second_flight")
SEEDS = ("the notebook's own", "a term", "another term", "a third")
ids = dict(ids=lambda one: getattr(one, "name", None))


@pytest.mark.parametrize("task", [FETCH, SERVE, DIAGNOSIS, FLIGHT], **ids)
def test_the_solution_is_right_and_calls_nothing_of_ours(task):
    mine = solution()[task.name]
    for seed in SEEDS:
        report = check(task, mine, seed)
        assert report.right and report.points == task.points, report


@pytest.mark.parametrize("task", [DIAGNOSIS, FLIGHT], **ids)
def test_ours_is_right_and_each_mistake_is_named(task, right, mistakes, nothing):
    right(task)
    mistakes(task)
    nothing(task)


@pytest.mark.parametrize("task", [one for one in THIS.tasks if not one.absent], **ids)
def test_reflections(task, right, mistakes):
    right(task)
    mistakes(task)


@pytest.mark.parametrize("task", [FETCH, SERVE], **ids)
def test_nothing_comes_of_nothing(judged, task):
    def unwritten(*_):
        raise NotImplementedError

    assert judged(task, unwritten).verdict is Verdict.NOT_WRITTEN
    for value in (b"", b"GET / HTTP/1.1"):
        report = judged(task, lambda *_, it=value: it)
        assert report.points == 0 and not report.right
    for case in task.cases(lesson_random(f"{SEEDS[0]} {task.name}")):
        pasted = case.arguments[0].answer.says
        assert judged(task, lambda *_, it=pasted: it, "a term").points == 0


# ---- broken in one place


@pytest.mark.parametrize("name", FETCHED)
def test_where_a_client_broke_is_named(name):
    old, new, sentence = FETCHED[name]
    mine = solution((old, new))["my_fetch"]
    for seed in SEEDS[:2]:
        report = check(FETCH, mine, seed)
        assert not report.right and report.points < FETCH.points
        assert any(sentence in one for one in report.findings), report


def test_a_driver_of_ours_is_named():
    from tlskit.presentation import decode

    def mine(exchange, *_):
        decode(None, b"")

    assert "calls tlskit's own `decode`" in check(FETCH, mine).findings[0]


@pytest.mark.parametrize("name", SERVED)
def test_where_a_server_broke_is_named(name):
    old, new, sentence = SERVED[name]
    mine = solution((old, new))["my_serve"]
    for seed in SEEDS[:2]:
        report = check(SERVE, mine, seed)
        assert not report.right and report.points < SERVE.points
        assert any(sentence in one for one in report.findings), report


# ---- captures


def test_captures_have_each_fault_once_and_are_the_same_for_a_seed():
    seen = set()
    for number in range(30):
        cases = captures(lesson_random(f"{number}"))
        words = [diagnosis(*case.arguments) for case in cases]
        assert sorted(words) == sorted(WORDS)
        seen.add(tuple(words))
    again = [case.arguments for case in captures(lesson_random("29"))]
    assert again == [case.arguments for case in cases] and len(seen) > 20
    assert len({diagnosis(one) for one in three()}) == 3


def test_a_wrong_word_is_told_what_speaks_against_it(judged):
    for word in WORDS:
        report = judged(DIAGNOSIS, lambda capture, it=word: it)
        assert report.points == 0 and IN_ORDER[word] in report.findings[0]
    assert "none of the words" in judged(DIAGNOSIS, lambda capture: "keys").findings[0]


# ---- live


def test_the_solution_speaks_with_what_is_here():
    mine = solution()
    for task in (FETCH, SERVE, FLIGHT):
        report = task.live(mine[task.name])
        assert report.right, report
    both = {name: mine[name] for name in ("my_fetch", "my_serve")}
    report = capstone_live.programs(**both)
    assert report.right and len(report.findings) == 2, report


def test_a_wrong_one_is_refused_live():
    wrong = next(one for sentence, one in FLIGHT.mistakes.items() if "the MAC" not in sentence)
    assert "unexpected_message" in str(FLIGHT.live(wrong))
    broken = solution(("randoms[32:] + randoms[:32]", "randoms"))
    began = time.monotonic()
    assert FETCH.live(broken["my_fetch"]).verdict is Verdict.WRONG
    assert capstone_live.programs(my_fetch=lambda *_: b"").findings[0] != ""
    assert time.monotonic() - began < 30


def test_one_that_sends_nothing_is_told_so():
    for task, value in ((FETCH, capstone_live.PAGE), (SERVE, b"GET /")):
        report = task.live(lambda *_, it=value: it)
        assert report.verdict is Verdict.WRONG and "never called" in report.findings[0]


def test_one_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(capstone_live, "SECONDS", 0.5)
    monkeypatch.setattr(capstone_live, "TRIED", (("my_fetch", "a program", lambda mine: mine()),))

    def endless():
        while True:
            pass

    assert "still running" in capstone_live.programs(my_fetch=endless).findings[0]


def test_each_part_is_held_against_a_recording():
    mine = solution()
    rows = capstone_parts.compared(**{name: mine[name] for name in capstone_parts.PARTS})
    assert {word for _, word in rows} == {capstone_parts.AGREES} and len(rows) == 10
    for name, one in capstone_parts.PARTS.items():
        assert capstone_parts.how(one, lambda *_: b"") != capstone_parts.AGREES, name

    def stub(*_):
        raise NotImplementedError

    assert capstone_parts.compared(prf=stub) == [("prf", capstone_parts.NOT_YET)]
    with pytest.raises(ValueError, match="the parts are client_hello"):
        capstone_parts.compared(my_prf=stub)


@pytest.mark.peer("openssl")
def test_s_server_is_asked():
    assert capstone_live.from_s_server(solution()["my_fetch"]) == ""
    broken = solution(("randoms[32:] + randoms[:32]", "randoms"))
    assert capstone_live.from_s_server(broken["my_fetch"]) == "its page did not come out"


def test_without_programs_the_words_are_the_same(monkeypatch):
    mine = solution()
    both = {name: mine[name] for name in ("my_fetch", "my_serve")}
    there = capstone_live.programs(**both)
    monkeypatch.setattr(capstone_live.shutil, "which", lambda name: None)
    assert str(capstone_live.programs(**both)) == str(there)

    def unwritten(*_):
        raise NotImplementedError

    assert capstone_live.programs(my_fetch=unwritten).verdict is Verdict.NOT_WRITTEN


# ---- what was written before


def test_earlier_functions_are_shown_if_they_are_there(tmp_path):
    from nbformat import v4, write

    cell = v4.new_code_cell("def my_prf():\n    return 1")
    cell.metadata["nbgrader"] = {"solution": True}
    stub = v4.new_code_cell("def my_p_hash():\n    raise NotImplementedError")
    stub.metadata["nbgrader"] = {"solution": True}
    (tmp_path / "06_x").mkdir()
    write(v4.new_notebook(cells=[cell, stub]), tmp_path / "06_x" / "06_x.ipynb")
    assert repr(earlier("06", tmp_path)) == "def my_prf():\n    return 1"
    assert "not written yet" in repr(earlier("07", tmp_path))
    (tmp_path / "06_x" / "06_x.ipynb").write_text("no JSON")
    assert "not written yet" in repr(earlier("06", tmp_path))


def test_points_add_up():
    assert THIS.max_points == 1 + 3 + 12 + 1 + 6 + 6 + 4
    assert replace(FETCH, absent=()).points == 12
