"""Several mistakes at once are named together, and nothing is named that does not show."""

from tlskit.exercises import check
from tlskit.exercises.task import Case, Task
from tlskit.exercises.together import MOST, together

RIGHT = [True, True, True, True, False, False]
MADE = {
    "first": [False, True, True, True, False, False],
    "first two": [False, False, True, True, False, False],
    "third": [True, True, False, True, False, False],
    "third, told otherwise": [True, True, False, True, False, False],
    "last two": [True, True, True, True, True, True],
}


def test_the_widest_mistakes_that_explain_all_are_named():
    assert together(MADE, [False, False, True, True, True, True], RIGHT) == [
        "first two",
        "last two",
    ]


def test_what_looks_alike_is_named_alike():
    assert together(MADE, [False, True, False, True, False, False], RIGHT) == [
        "first",
        "third",
        "third, told otherwise",
    ]


def test_nothing_is_named_while_a_wrong_result_is_left_over():
    assert together(MADE, [False, False, True, False, False, False], RIGHT) == []


def test_a_mistake_must_show_wherever_it_makes_a_difference():
    assert together({"last two": MADE["last two"]}, [*RIGHT[:5], True], RIGHT) == []


def test_what_is_right_or_wrong_throughout_is_not_taken_apart():
    assert together(MADE, RIGHT, RIGHT) == []
    assert together(MADE, [not one for one in RIGHT], RIGHT) == []


def test_too_many_at_once_explain_nothing():
    count = MOST + 1
    right = [0] * (count + 1)
    made = {f"{at}": [int(at == place) for place in range(count + 1)] for at in range(count)}
    mine = [1] * count + [0]
    assert together(made, mine, right) == []
    assert len(together(made, [0, *mine[1:]], right)) == MOST


def test_a_check_names_two_mistakes_at_once():
    mistakes = {
        "Three is missing.": lambda number: number % 2 == 0,
        "Two is missing.": lambda number: number % 3 == 0,
        "It raises.": lambda number: 1 // 0,
    }
    task = Task(
        "my_divisible",
        2,
        lambda draw: [Case((number,)) for number in range(1, 12)],
        lambda number: number % 2 == 0 or number % 3 == 0,
        mistakes,
        expected=bool,
    )
    report = check(task, lambda number: number % 6 == 0)
    assert report.findings == ("Three is missing.", "Two is missing.")
