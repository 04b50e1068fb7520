"""Ruff on everything, mypy --strict on tlskit."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (
    ("ruff", "check", "--quiet", "."),
    ("ruff", "format", "--check", "--quiet", "."),
    ("mypy", "--strict", "tlskit"),
)


def main() -> int:
    """Run each check; return 1 if one failed."""
    failed = [
        check for check in CHECKS if subprocess.call([sys.executable, "-m", *check], cwd=ROOT) != 0
    ]
    for check in failed:
        print(f"lint: {' '.join(check)} found something", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
