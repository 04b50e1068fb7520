"""What every check of an exercise keeps to: it never raises, never tells, says what is wrong."""

import hashlib
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlskit.checks.report import Report, Verdict
from tlskit.exercises import Exercise, assignment, assignments, check, points
from tlskit.exercises.calling import Unsendable, outcome, plain
from tlskit.exercises.judging import ALWAYS_THE_SAME, fits
from tlskit.exercises.task import Assignment, Came, Case, Handed, Marked, Task, reflection
from tlskit.lesson import lesson_random
from tlskit.tls12.key_schedule import prf_sha256


def cases(draw):
    return [Case((draw(8),), "short"), Case((draw(8),), "short"), Case((draw(40),), "long")]


TASK = Task(
    "my_end",
    3,
    cases,
    lambda content: content[::-1],
    {
        "You left it as it is.": lambda content: content,
        "You turned nothing round.": lambda content: bytes(content),
        "You dropped the first byte.": lambda content: content[:0:-1],
    },
    absent=("tlskit.tls12.key_schedule.prf",),
    fields=lambda right: [("head", 0, 4), ("tail", 4, len(right))],
)


def judged(mine, task=TASK, seed="a seed"):
    return check(task, mine, seed)


# ---------------------------------------------------------------- verdicts and points


def test_right_earns_all_and_a_stub_nothing():
    def stub(content):
        raise NotImplementedError

    assert (points(judged(lambda content: content[::-1]))) == 3.0
    assert points(judged(stub)) == 0.0
    assert judged(stub).verdict is judged(None).verdict is Verdict.NOT_WRITTEN


def test_two_mistakes_that_look_alike_are_both_named():
    assert set(judged(lambda content: content).findings) == {
        "You left it as it is.",
        "You turned nothing round.",
    }


def test_each_part_earns_its_share_together():
    report = judged(lambda content: content[::-1] if len(content) < 20 else b"")
    assert report.verdict is Verdict.WRONG
    assert points(report) == 1.5
    once = []

    def half_of_a_part(content):
        once.append(content)
        return content[::-1] if len(once) == 1 else b""

    assert points(judged(half_of_a_part)) == 0.0


def test_always_the_same_earns_nothing_though_it_is_right_once():
    always = Task("my_t", 2, lambda draw: [Case((1,), "a"), Case((2,), "b")], lambda n: n, {}, int)
    report = check(always, lambda n: 1)
    assert ALWAYS_THE_SAME in report.findings
    assert points(report) == 0.0


def test_a_number_is_no_truth_and_a_missing_return_is_said():
    number = Task("my_t", 1, lambda draw: [Case((1,)), Case((0,))], lambda n: n, {}, int)
    assert check(number, lambda n: bool(n)).findings == (
        "my_t should return int, and returned a bool",
    )
    assert "is a `return` missing?" in check(number, lambda n: None).findings[0]


def test_a_letter_that_is_not_on_the_menu_is_said():
    task = reflection("why", "b", {"a": "No.", "c": "Nor that."})
    assert check(task, lambda: "b").right
    assert check(task, lambda: "c").findings == ("Nor that.",)
    assert "a, b, c" in check(task, lambda: "B").findings[0]


def test_points_of_whatever_is_no_report_are_zero():
    for value in (None, Report("x", Verdict.RIGHT, ()), "3", 3):
        assert points(value) == 0.0
    assert isinstance(points(Marked("x", Verdict.RIGHT, (), "", 2, 2)), float)


# ---------------------------------------------------------------- what a difference says


@settings(deadline=None)
@given(st.integers(0, 39), st.integers(1, 255))
def test_a_difference_is_named_by_offset_and_field_and_never_by_the_right_byte(at, flip):
    def flipped(content):
        right = bytearray(content[::-1])
        if at < len(right):
            right[at] ^= flip
        return bytes(right)

    report = judged(flipped)
    said = str(report)
    assert f"at byte {at}, in {'head' if at < 4 else 'tail'}" in said
    for case in cases(draw_of("a seed", TASK)):
        right = case.arguments[0][::-1]
        assert right.hex() not in said and repr(right) not in said


def test_a_wrong_length_says_both_lengths_and_how_far_they_agree():
    said = str(judged(lambda content: content[::-1] + b"!"))
    assert "has 9 bytes" in said and "the right one 8" in said and "up to byte 8" in said


def test_lists_and_dictionaries_name_their_first_wrong_entry():
    many = Task("my_t", 1, lambda draw: [Case(([1, 2],)), Case(([3, 4],))], lambda n: n, {}, list)
    assert "Entry 1 of your result" in check(many, lambda n: [n[0], 0]).findings[0]
    names = Task("my_t", 1, lambda draw: [Case((1,)), Case((2,))], lambda n: {"a": n}, {}, dict)
    assert "lacks 'a'" in check(names, lambda n: {"c": n}).findings[0]
    assert "'b'" in check(names, lambda n: {"a": n, "b": 1}).findings[0]
    assert "The entry 'a' is wrong" in check(names, lambda n: {"a": -n}).findings[0]


# ---------------------------------------------------------------- what is called


def test_a_hook_that_cannot_read_what_she_returned_names_nothing():
    def hook(cases, outcomes):
        raise TypeError("unhashable type: 'list'")

    report = judged(lambda content: content, replace(TASK, more=hook))
    assert "You left it as it is." in report.findings


def test_her_own_line_is_shown_and_no_frame_of_ours():
    def mine(content):
        return content[99]

    (said,) = judged(mine).findings
    assert "IndexError" in said and "return content[99]" in said
    assert "tlskit" not in said and "calling" not in said

    def by_library(content):
        return hashlib.new("SHA-", content).digest()

    (said,) = judged(by_library).findings
    assert 'hashlib.new("SHA-", content)' in said and "raise" not in said.partition(" at line")[2]


def test_tlskits_own_function_is_named_also_behind_another_one():
    report = judged(lambda content: prf_sha256(content, b"", b"", 8))
    assert "tlskit's own `prf`" in report.findings[0]
    assert points(report) == 0.0


def test_a_function_handed_in_may_use_it_and_remembers_what_it_was_asked():
    given_prf = Handed("prf", prf_sha256)
    task = Task("my_t", 1, lambda draw: [], lambda: 0, {}, absent=TASK.absent)
    came = outcome(task, lambda prf: prf(b"s", b"l", b"", 4), Case((given_prf,)))
    assert came.came is Came.VALUE
    assert came.asked == (((b"s", b"l", b"", 4),),)
    again = outcome(task, lambda prf: b"", Case((given_prf,)))
    assert again.asked == ((),)
    too_few = outcome(task, lambda prf: prf(b"s", b"l", b""), Case((given_prf,)))
    assert "prf(): missing a required argument: 'length'" in too_few.said
    assert too_few.asked == (((b"s", b"l", b""),),)


def test_ours_and_each_mistake_ask_a_function_as_if_nobody_had_before():
    def answering(draw):
        asked = Handed("key", lambda: draw_of[len(asked.calls) - 1])
        draw_of = [draw(4), draw(4)]
        return [Case((asked,)), Case((asked,))]

    second = {"You took the second.": lambda key: (key(), key())[1]}
    task = Task("my_t", 1, answering, lambda key: key(), second)
    assert check(task, lambda key: key()).right
    assert check(task, second["You took the second."]).findings[0] == "You took the second."


def test_a_list_that_she_changes_is_hers_alone():
    def listed(draw):
        return [Case(([draw(4), draw(4)],)), Case(([draw(4), draw(4)],))]

    def popping(messages):
        messages.pop()
        return b"".join(messages)

    def appending(messages):
        joined = b"".join(messages)
        messages.append(joined)
        return joined

    task = Task("my_join", 1, listed, b"".join, {"One is missing.": lambda given: given[0]})
    assert judged(popping, task).findings == ("One is missing.",)
    assert judged(appending, task).right


def test_the_profile_of_before_is_put_back():
    seen = []
    sys.setprofile(lambda *event: seen.append(1))
    try:
        judged(lambda content: content)
        assert sys.getprofile() is not None
    finally:
        sys.setprofile(None)


def test_what_is_no_function_is_said():
    assert "is a bytes now" in judged(b"a result").findings[0]
    assert "run the cell" in judged(None).findings[0]


def test_plain_takes_data_and_nothing_else():
    assert plain((1, [bytearray(b"a")], {"k": memoryview(b"b")})) == [1, [b"a"], {"k": b"b"}]
    assert type(plain(Came.VALUE)) is str
    for value in (object(), {1, 2}, lambda: 0, [object()], range(3), {(1, 2): 3}):
        with pytest.raises(Unsendable):
            plain(value)


class Hostile:
    def __eq__(self, other):
        return True

    __hash__ = None

    def __bool__(self):
        raise RuntimeError("no truth")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.just(Hostile())
    | st.just(test_points_of_whatever_is_no_report_are_zero)
    | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from(["00_first_step", "08_finished", "10_resumption"]))
def test_whatever_she_returns_the_report_does_not_raise(value, name):
    for task in assignment(name).tasks[:2]:
        report = check(task, lambda *arguments: value)
        assert isinstance(points(report), float) and 0 <= points(report) <= task.points
        assert str(report) and report._repr_html_()


# ---------------------------------------------------------------- an exercise in a notebook


def test_an_exercise_finds_functions_by_name_in_its_notebook():
    this = Exercise(Assignment("99_test", (TASK,)))
    notebook = {"this": this, "my_end": lambda content: content[::-1]}
    exec("report = this.check('my_end'); live = this.live('my_end')", notebook)
    assert notebook["report"].right
    assert notebook["live"].verdict is Verdict.NOTHING
    exec("del my_end; report = this.check('my_end')", notebook)
    assert "There is no my_end yet" in str(notebook["report"])


def test_a_live_cell_names_an_error_and_does_not_raise():
    def broken(mine):
        raise KeyError("a key")

    task = Task("my_t", 1, cases, lambda content: content, {}, live=broken)
    notebook = {"this": Exercise(Assignment("99_test", (task,))), "my_t": lambda content: content}
    exec("live = this.live('my_t')", notebook)
    assert "KeyError" in str(notebook["live"])


def test_an_unknown_exercise_or_task_lists_what_there_is():
    with pytest.raises(KeyError, match="00_first_step"):
        assignment("77_none")
    with pytest.raises(KeyError, match="my_master_secret"):
        assignment("00_first_step").task("my_other")


ALL = [
    pytest.param(task, id=f"{name}-{task.name}")
    for name, one in assignments().items()
    for task in one.tasks
]


@pytest.mark.parametrize("task", ALL)
def test_every_task_is_met_by_our_own_answer_and_by_no_constant(task):
    task = replace(task, absent=())  # ours may be called here
    first = list(task.cases(draw_of("one", task)))
    assert first
    if not fits(plain(task.right(*first[0].arguments)), task.expected):
        return  # ours says what is read in hers, as what came of a whole connection
    assert check(task, task.right, "one").right
    if len(first) > 1:  # else it is a menu
        assert task.more or len(task.mistakes) >= 3
        constant = plain(task.right(*first[0].arguments))
        assert points(check(task, lambda *arguments: constant, "one")) == 0.0


@pytest.mark.parametrize("task", [one for one in ALL if one.values[0].expected is bytes])
@settings(max_examples=10, deadline=None)
@given(at=st.integers(0, 200), flip=st.integers(1, 255))
def test_no_report_of_a_wrong_answer_holds_the_right_one(task, at, flip):
    task, rights = replace(task, absent=()), []

    def nearly(*arguments):
        right = plain(task.right(*arguments))
        if not isinstance(right, bytes) or len(right) < 4:
            return right
        rights.append(right)
        wrong = bytearray(right)
        wrong[at % len(right)] ^= flip
        return bytes(wrong)

    said = str(check(task, nearly)) + check(task, nearly)._repr_html_()
    for right in rights:
        assert right.hex() not in said and right.hex(" ") not in said and repr(right) not in said


def draw_of(seed, task):
    return lesson_random(f"{seed} {task.name}")
