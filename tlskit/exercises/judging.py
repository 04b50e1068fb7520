"""Judge what came of a learner's function: the verdict, the mistake's name, the points."""

from collections.abc import Callable, Sequence
from typing import Any

from tlskit.checks.report import Verdict, first_difference
from tlskit.exercises.calling import Unsendable, plain
from tlskit.exercises.task import Came, Case, Marked, Outcome, Task
from tlskit.exercises.together import together

ALWAYS_THE_SAME = (
    "Your function returns the same whatever it is given; its result has to follow from its "
    "arguments."
)
UNKNOWN = "No mistake that this check knows."


def judge(task: Task, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Marked:
    """Return the report on a learner's function, from what came of each call.

    A mistake is named if it explains every result; two that look alike are both named.
    """
    wanted = [ours(task, case) for case in cases]
    if all(one.came in (Came.NOT_WRITTEN, Came.NOT_THERE) for one in outcomes):
        return Marked(task.name, Verdict.NOT_WRITTEN, (outcomes[0].said,), "", 0.0, task.points)
    right = [
        one.came is Came.VALUE and fits(one.value, task.expected) and read(task, case, one) == want
        for case, one, want in zip(cases, outcomes, wanted, strict=True)
    ]
    if all(right):
        return Marked(task.name, Verdict.RIGHT, (task.praise,), "", float(task.points), task.points)
    found = found_mistakes(task, cases, outcomes, wanted, right)
    nothing = ALWAYS_THE_SAME in found or called_ours(outcomes)
    earned = 0.0 if nothing else shared(task, cases, right)
    return Marked(task.name, Verdict.WRONG, tuple(found), task.reference, earned, task.points)


def ours(task: Task, case: Case) -> Any:
    """Return our own function's result as it is compared; it can be read, or we are wrong."""
    value = plain(task.right(*case.anew()))
    return value if task.read is None else plain(task.read(value, *case.arguments))


def called_ours(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether tlskit's own function was called in place of hers."""
    return any(one.came is Came.OURS for one in outcomes)


def shared(task: Task, cases: Sequence[Case], right: Sequence[bool]) -> float:
    """Return the points for the parts that are right in each of their cases."""
    parts: dict[str, bool] = {}
    for case, good in zip(cases, right, strict=True):
        parts[case.part] = parts.get(case.part, True) and good
    return round(task.points * sum(parts.values()) / len(parts), 2)


def fits(value: Any, expected: type | tuple[type, ...]) -> bool:
    """Tell whether a value has the expected type; True and False are no numbers here."""
    kinds = expected if isinstance(expected, tuple) else (expected,)
    kinds = tuple(list if kind is tuple else kind for kind in kinds)
    if isinstance(value, bool):
        return bool in kinds or object in kinds
    return isinstance(value, kinds)


def read(task: Task, case: Case, outcome: Outcome) -> Any:
    """Return what is compared of a result: itself, or what the task reads in it."""
    if task.read is None:
        return outcome.value
    try:
        return plain(task.read(outcome.value, *case.arguments))
    except Exception as error:  # it can't be read: equal to nothing
        return [type(error).__name__]


def found_mistakes(
    task: Task,
    cases: Sequence[Case],
    outcomes: Sequence[Outcome],
    wanted: Sequence[Any],
    right: Sequence[bool],
) -> list[str]:
    """Return a sentence for each mistake that all outcomes show; at least one sentence."""
    if said := [one.said for one in outcomes if one.came in (Came.OURS, Came.ENDLESS)]:
        return said[:1]
    found = named_by_hook(task, cases, outcomes)
    if said := [one.said for one in outcomes if one.came is not Came.VALUE]:
        return found or list(dict.fromkeys(said))[:1]
    if unfit := [one.value for one in outcomes if not fits(one.value, task.expected)]:
        return [*found, wrong_type(task, unfit[0])]
    results = [read(task, case, one) for case, one in zip(cases, outcomes, strict=True)]
    for sentence, wrong in task.mistakes.items():
        if explains(task, wrong, cases, results, wanted) and sentence not in found:
            found.append(sentence)
    found = found or entry_by_entry(task, cases, results, wanted)
    if not found and not same(results):
        found = together(made_by_mistakes(task, cases), results, wanted)
    if len(cases) > 1 and same([one.value for one in outcomes]) and not same(wanted):
        found.append(ALWAYS_THE_SAME)
    return found or [unknown(task, cases, results, wanted, right)]


def named_by_hook(task: Task, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> list[str]:
    """Return what the task's hook names; nothing if it can't read what she returned."""
    try:
        return list(task.more(cases, outcomes)) if task.more else []
    except Exception:  # she may return anything, at any depth
        return []


def same(values: Sequence[Any]) -> bool:
    """Tell whether all are equal."""
    return all(one == values[0] for one in values)


def wrong_type(task: Task, value: Any) -> str:
    """Say which type was wanted and which came."""
    kinds = task.expected if isinstance(task.expected, tuple) else (task.expected,)
    wanted = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
    came = "None: is a `return` missing?" if value is None else f"a {type(value).__name__}"
    return f"{task.name} should return {wanted}, and returned {came}"


def entry_by_entry(
    task: Task, cases: Sequence[Case], results: Sequence[Any], wanted: Sequence[Any]
) -> list[str]:
    """Return mistakes that explain an entry each, where results are dictionaries.

    So two mistakes at once are named, as a wrong length before a wrong content.
    """
    if not all(isinstance(one, dict) for one in (*results, *wanted)):
        return []
    found: dict[str, None] = {}
    for key in dict.fromkeys(key for one in wanted for key in one):

        def pick(result: Any, key: Any = key) -> Any:
            return result.get(key) if isinstance(result, dict) else None

        mine, best = [pick(one) for one in results], [pick(one) for one in wanted]
        for sentence, wrong in task.mistakes.items():
            if explains(task, wrong, cases, mine, best, pick):
                found[sentence] = None
    return list(found)


def made_by_mistakes(task: Task, cases: Sequence[Case]) -> dict[str, list[Any]]:
    """Return each mistake's results, as they are compared; none of one that raises."""
    made: dict[str, list[Any]] = {}
    for sentence, wrong in task.mistakes.items():
        try:
            values = [plain(wrong(*case.anew())) for case in cases]
        except (Exception, Unsendable):
            continue
        pairs = zip(cases, values, strict=True)
        made[sentence] = [read(task, case, Outcome(Came.VALUE, one)) for case, one in pairs]
    return made


def explains(
    task: Task,
    wrong: Callable[..., Any],
    cases: Sequence[Case],
    results: Sequence[Any],
    wanted: Sequence[Any],
    pick: Callable[[Any], Any] = lambda result: result,
) -> bool:
    """Tell whether a mistake gives all these results, and is one in at least one case."""
    if list(results) == list(wanted):
        return False
    for case, result in zip(cases, results, strict=True):
        try:
            value = plain(wrong(*case.anew()))
        except (Exception, Unsendable):
            return False
        if pick(read(task, case, Outcome(Came.VALUE, value))) != result:
            return False
    return True


def unknown(
    task: Task,
    cases: Sequence[Case],
    results: Sequence[Any],
    wanted: Sequence[Any],
    right: Sequence[bool],
) -> str:
    """Say where a result that no known mistake explains begins to differ; never what is right."""
    at = next(number for number, good in enumerate(right) if not good)
    mine, best, which = results[at], wanted[at], cases[at].part
    where = f"in case {at + 1} of {len(cases)}" + (f" ({which})" if which else "")
    if isinstance(mine, bytes) and isinstance(best, bytes):
        offset = first_difference(mine, best)
        field = named_field(task, best, offset)
        if len(mine) != len(best):
            lengths = f"Your result has {len(mine)} bytes {where}, the right one {len(best)}"
            return f"{lengths}; they agree up to byte {offset}{field}."
        differ = f"Your result and the right one first differ at byte {offset}{field}, {where}."
        return f"{UNKNOWN} {differ}"
    if isinstance(mine, list) and isinstance(best, list) and len(mine) == len(best):
        entry = next(number for number, one in enumerate(mine) if one != best[number])
        return f"{UNKNOWN} Entry {entry} of your result is the first that is wrong, {where}."
    if isinstance(mine, dict) and isinstance(best, dict):
        if missing := [str(key) for key in best if key not in mine]:
            return f"Your result lacks {missing[0]!r} {where}."
        if unasked := [str(key) for key in mine if key not in best]:
            return f"Your result has {unasked[0]!r} {where}, which does not belong there."
        key = next(key for key in best if mine[key] != best[key])
        return f"{UNKNOWN} The entry {key!r} is wrong {where}."
    return f"{UNKNOWN} The first wrong result is {where}."


def named_field(task: Task, right: bytes, offset: int) -> str:
    """Return the name of the field that a byte belongs to, if the task knows fields."""
    if task.fields is None:
        return ""
    for name, start, end in task.fields(right):
        if start <= offset < end:
            return f", in {name}"
    return ", behind the last field"
