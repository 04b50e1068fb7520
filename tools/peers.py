"""Install the programs that tests want from outside Python, with Debian's or Ubuntu's packages."""

import importlib.util
import os
import shutil
import subprocess
import sys

# program: the package that brings it, what it is for
PROGRAMS = {
    "openssl": ("openssl", "another reader of our certificates"),
    "chromium": ("chromium", "opens the notebooks in browser tests"),
    "tshark": ("tshark", "another reader of our captures"),
    "bwrap": ("bubblewrap", "keeps in what the submissions of a class do"),
}


ALSO_CALLED = {"chromium": "chromium-browser"}


def found(program: str) -> str | None:
    """Return where a program is, also under its other name, or None."""
    return shutil.which(program) or shutil.which(ALSO_CALLED.get(program, program))


def missing() -> list[str]:
    """Return the programs that are not there."""
    return [program for program in PROGRAMS if not found(program)]


def venv_package() -> list[str]:
    """Return the package that lets this Python make environments, if it can't yet."""
    if importlib.util.find_spec("ensurepip"):
        return []
    return [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]


def main() -> int:
    """Install what is missing; say what is done; exit with 2 where that is not possible."""
    programs, venv = missing(), venv_package()
    wanted = programs + venv
    if not wanted:
        print(f"peers: all there: {', '.join(PROGRAMS)}")
        return 0
    if not shutil.which("apt-get"):
        print(f"peers: please install {', '.join(wanted)} (no apt-get here)", file=sys.stderr)
        return 2
    packages = [PROGRAMS[program][0] for program in programs] + venv
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and not shutil.which("sudo"):
        print(f"peers: please run as root: apt-get install {' '.join(packages)}", file=sys.stderr)
        return 2
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", *packages]):
        print(f"peers: apt-get {' '.join(command)} ...", flush=True)
        if subprocess.call([*sudo, "apt-get", *command], env=quiet, stdout=subprocess.DEVNULL):
            print("peers: apt-get failed, see above", file=sys.stderr)
            return 2
    still = missing() + venv_package()
    if still:
        print(f"peers: still missing after the installation: {', '.join(still)}", file=sys.stderr)
        return 2
    print(f"peers: installed {', '.join(wanted)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
