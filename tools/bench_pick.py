"""A pick in the first notebook until it is redrawn: the kernel's part, without the browser's."""

import os
import time
from itertools import cycle, islice
from typing import Any

from bench_measure import percentile, verdict

from tlskit import lesson

SUITES = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
WARM = 5


def redrawn(picks: int) -> dict[str, list[float]]:
    """Return for each drawing how many seconds after a pick it was there.

    A drawing is there when its widget has its last new value; the explorer sets more than one.
    """
    os.environ.setdefault("MPLBACKEND", "agg")
    from tlskit import show

    chooser: Any = show.chooser(lesson.pick_run)
    watched = {
        "ladder": chooser.ladder,
        "explorer": chooser.explorer.view,
        "figure": chooser.figure,
    }
    there: dict[str, float] = {}

    def note(name: str) -> Any:
        return lambda _: there.__setitem__(name, time.perf_counter())

    for name, widget in watched.items():
        widget.observe(note(name), names="value")
    taken: dict[str, list[float]] = {name: [] for name in watched}
    for number, suite in enumerate(islice(cycle(SUITES), picks + WARM)):
        there.clear()
        began = time.perf_counter()
        chooser.pick(suite=suite)
        if set(there) != set(watched):
            missing = ", ".join(sorted(set(watched) - set(there)))
            raise AssertionError(f"a pick of {suite} left as it was: {missing}")
        if number >= WARM:
            for name, moment in there.items():
                taken[name].append(moment - began)
    return taken


def report(picks: int) -> list[dict[str, Any]]:
    """Print medians and 95th percentiles beside their aims; return the rows."""
    taken = redrawn(picks)
    both = [max(pair) for pair in zip(taken["ladder"], taken["explorer"], strict=True)]
    found = {"ladder and explorer": (both, 100), "figure": (taken["figure"], 300)}
    print(
        f"\n{f'a pick until redrawn ({picks} picks)':<40}{'p50 ms':>10}{'p95 ms':>10}   aim (p95)"
    )
    rows = []
    for name, (times, aim) in found.items():
        middle, late = (percentile(times, share) * 1e3 for share in (0.5, 0.95))
        print(f"{name:<40}{middle:>10.1f}{late:>10.1f}   {verdict(late, aim)}")
        rows.append({"table": "pick", "name": name, "unit": "ms", "p50": middle, "p95": late})
    return rows
