"""Make the locks anew from pyproject.toml: exact versions, hashes, markers, no addresses."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMON = [
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"),
]
LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    # Shared packages have one version: the learner's lock binds the other one.
    "requirements-dev.lock": [
        "pyproject.toml",
        "--group",
        "dev",
        "--constraint",
        "requirements.lock",
    ],
    # What installs the course itself with no network (`bundle`); it is read from standard input.
    "requirements-build.lock": ["-", "--constraint", "requirements.lock"],
}


def build_requirements() -> str:
    """Return what an editable installation of the course asks for, a line each."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return "\n".join([*data["build-system"]["requires"], "editables"])


def main(arguments: list[str]) -> int:
    """Write all locks; `--upgrade` takes the newest versions."""
    inside = importlib.util.find_spec("uv") is not None
    uv = [sys.executable, "-m", "uv"] if inside else [shutil.which("uv") or ""]
    if not uv[0]:
        print("lock: needs uv, which is not to be had here (pip install uv)", file=sys.stderr)
        return 2
    for name, options in LOCKS.items():
        command = [*uv, "pip", "compile", *COMMON, *options, *arguments, "--output-file", name]
        given = build_requirements()
        if subprocess.run(command, cwd=ROOT, input=given, text=True).returncode:
            print(f"lock: {name} could not be made", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
