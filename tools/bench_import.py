"""What `import tlskit` costs beside the modules of pyca/cryptography that it uses."""

import json
import subprocess
import sys

from bench_measure import Timing

OURS = "import tlskit, tlskit.connection, tlskit.tls12"
NEVER = ("numpy", "matplotlib", "ipywidgets", "IPython")
TIMED = """
import sys, time
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""
WHAT_IS_LOADED = f"""
import json, sys
{OURS}
print(json.dumps(sorted(sys.modules)))
"""


def loaded() -> list[str]:
    """Return the modules that are loaded once tlskit is imported.

    Raises: AssertionError if one of those is among them that only drawings may load.
    """
    modules: list[str] = json.loads(output(WHAT_IS_LOADED))
    heavy = sorted(set(modules) & set(NEVER))
    if heavy:
        raise AssertionError(f"import tlskit loads {', '.join(heavy)}")
    return modules


def output(program: str) -> str:
    """Return what a program prints in a fresh Python."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measured(rounds: int) -> list[Timing]:
    """Return the times of both imports, in fresh processes that take turns."""
    pyca = [name for name in loaded() if name.partition(".")[0] == "cryptography"]
    statements = {
        f"pyca alone ({len(pyca)} modules)": f"import {', '.join(pyca)}",
        "tlskit with pyca": OURS,
    }
    timings = {name: Timing(name) for name in statements}
    timings["tlskit with pyca"].aim = 2
    for number in range(rounds + 1):
        order = list(statements)
        for name in order if number % 2 == 0 else reversed(order):
            taken = float(output(TIMED.format(statement=statements[name])))
            if number:  # the first round only warms the disk
                timings[name].rounds.append(taken)
    return list(timings.values())
