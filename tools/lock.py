"""Make both locks anew from pyproject.toml: exact versions, hashes, markers, no addresses."""

import importlib.util
import shutil
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
    inside = importlib.util.find_spec("uv") is not None
    uv = [sys.executable, "-m", "uv"] if inside else [shutil.which("uv") or ""]
    if not uv[0]:
        print("lock: needs uv, which is not to be had here (pip install uv)", file=sys.stderr)
        return 2
    for name, options in LOCKS.items():
        command = [*uv, "pip", "compile", *COMMON, *options]
        if subprocess.call([*command, *arguments, "--output-file", name], cwd=ROOT):
            print(f"lock: {name} could not be made", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
