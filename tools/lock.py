"""Make both locks anew from pyproject.toml: exact versions, hashes, markers, no addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--no-annotate", "--quiet", "pyproject.toml"),
]
LOCKS = {
    "requirements.lock": [],
    # Shared packages have one version: the learner's lock binds the other one.
    "requirements-dev.lock": ["--group", "dev", "--constraint", "requirements.lock"],
}


def main(arguments: list[str]) -> int:
    """Write both locks; `--upgrade` takes the newest versions."""
    for name, options in LOCKS.items():
        command = [sys.executable, "-m", "uv", "pip", "compile", *COMMON, *options]
        if subprocess.call([*command, *arguments, "--output-file", name], cwd=ROOT):
            print(f"lock: {name} could not be made", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
