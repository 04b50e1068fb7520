"""Measuring side by side: contestants take turns in one process, so that noise hits all of them.

Each round runs a slice of every contestant, forwards in one round and backwards in the next
(ABBA), and counts processor time, which other programs disturb less than the clock.
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

SLICE = 0.03  # seconds


@dataclass
class Timing:
    """What one contestant took in each round, in seconds."""

    name: str
    rounds: list[float] = field(default_factory=list)
    aim: float | None = None

    @property
    def best(self) -> float:
        """The fastest round: what noise disturbs least."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        """The round in the middle."""
        return median(self.rounds)

    def to(self, base: "Timing") -> tuple[float, float]:
        """Return the ratios of the minima and of the medians to another contestant."""
        return self.best / base.best, self.median / base.median


def measure(
    contestants: Mapping[str, Callable[[], object]],
    rounds: int,
    aims: Mapping[str, float] | None = None,
    clock: Callable[[], float] = time.process_time,
) -> list[Timing]:
    """Return the timings of all contestants, in their order."""
    found = {name: Timing(name, aim=(aims or {}).get(name)) for name in contestants}
    counts = {name: calls_a_slice(run) for name, run in contestants.items()}
    gc.collect()
    for number in range(rounds):
        order = list(contestants)
        for name in order if number % 2 == 0 else reversed(order):
            run, count = contestants[name], counts[name]
            began = clock()
            for _ in range(count):
                run()
            found[name].rounds.append((clock() - began) / count)
    return list(found.values())


def calls_a_slice(run: Callable[[], object]) -> int:
    """Warm a contestant up; return how many calls fill a slice."""
    for _ in range(3):
        run()
    began = time.perf_counter()
    run()
    return max(1, round(SLICE / max(time.perf_counter() - began, 1e-7)))


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 100 * len(ordered)) // 100) - 1)]


def report(title: str, timings: list[Timing], unit: str = "µs") -> list[dict[str, object]]:
    """Print a table whose first row is what the others are compared with; return its rows."""
    base, scale = timings[0], {"µs": 1e6, "ms": 1e3}[unit]
    width = max(len(title), *(len(one.name) for one in timings)) + 2
    print(f"\n{title:<{width}}{'best':>10}{'median':>10}  {'ratio of':>8} {'ratio of':>8}   aim")
    print(f"{'':<{width}}{unit:>10}{unit:>10}  {'best':>8} {'medians':>8}")
    rows: list[dict[str, object]] = []
    for one in timings:
        best, middle = one.to(base)
        said = "" if one.aim is None else verdict(best, one.aim)
        print(
            f"{one.name:<{width}}{one.best * scale:>10.2f}{one.median * scale:>10.2f}"
            f"  {best:>8.2f} {middle:>8.2f}   {said}".rstrip()
        )
        rows.append(
            {
                "table": title,
                "name": one.name,
                "unit": unit,
                "best": one.best * scale,
                "median": one.median * scale,
                "ratio_of_best": best,
                "ratio_of_medians": middle,
                "aim": one.aim,
            }
        )
    return rows


def verdict(ratio: float, aim: float) -> str:
    """Say what the aim is and whether the ratio keeps it."""
    return f"{aim:g}" if round(ratio, 2) <= aim else f"{aim:g}, missed"
