"""Install the programs that tests want from outside Python, with Debian's or Ubuntu's packages.

usage: python3 course.py peers [--all]

--all brings also those that no test requires: NSS, Java and Go (`course.py test --all-peers`).
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# program: the package that brings it, what it is for
PROGRAMS = {
    "openssl": ("openssl", "another reader of our certificates"),
    "chromium": ("chromium", "opens the notebooks in browser tests"),
    "tshark": ("tshark", "another reader of our captures"),
    "bwrap": ("bubblewrap", "keeps in what the submissions of a class do"),
    "curl": ("curl", "a client of our server"),
    "gnutls-cli": ("gnutls-bin", "another client, and gnutls-serv another server"),
    "nginx": ("nginx-light", "a server for our client"),
    "node": ("nodejs", "another server and client"),
    "certutil": ("libnss3-tools", "tells Chromium which root to believe"),
}
MORE = {
    "tstclnt": ("libnss3-tools", "NSS's client, and selfserv its server"),
    "java": ("default-jdk-headless", "another server and client"),
    "go": ("golang-go", "another server and client"),
}
"""What --all brings besides."""
NO_SERVICE = "/usr/sbin/policy-rc.d"
"""With this file Debian's packages start no service: nobody asked for a web server at port 80."""


ALSO_CALLED = {"chromium": "chromium-browser", "nginx": "/usr/sbin/nginx"}


def found(program: str) -> str | None:
    """Return where a program is, also under its other name, or None."""
    return shutil.which(program) or shutil.which(ALSO_CALLED.get(program, program))


def missing(wanted: dict[str, tuple[str, str]] = PROGRAMS) -> list[str]:
    """Return the programs that are not there."""
    return [program for program in wanted if not found(program)]


def venv_package() -> list[str]:
    """Return the package that lets this Python make environments, if it can't yet."""
    if importlib.util.find_spec("ensurepip"):
        return []
    return [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]


def main(arguments: Sequence[str] = ()) -> int:
    """Install what is missing; say what is done; exit with 2 where that is not possible."""
    if set(arguments) - {"--all"}:
        print("peers: takes no option but --all", file=sys.stderr)
        return 2
    all_of_them = PROGRAMS | MORE if arguments else PROGRAMS
    programs, venv = missing(all_of_them), venv_package()
    wanted = programs + venv
    if not wanted:
        print(f"peers: all there: {', '.join(all_of_them)}")
        return 0
    if not shutil.which("apt-get"):
        print(f"peers: please install {', '.join(wanted)} (no apt-get here)", file=sys.stderr)
        return 2
    packages = [all_of_them[program][0] for program in programs] + venv
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and not shutil.which("sudo"):
        print(f"peers: please run as root: apt-get install {' '.join(packages)}", file=sys.stderr)
        return 2
    with no_service(sudo):
        for command in (["update", "-q"], ["install", "-q", "-y", *packages]):
            print(f"peers: apt-get {' '.join(command)} ...", flush=True)
            if not apt(sudo, command):
                print("peers: apt-get failed, see above", file=sys.stderr)
                return 2
    still = missing(all_of_them) + venv_package()
    if still:
        print(f"peers: still missing after the installation: {', '.join(still)}", file=sys.stderr)
        return 2
    print(f"peers: installed {', '.join(wanted)}")
    return 0


def apt(sudo: list[str], command: list[str]) -> bool:
    """Run apt-get; return whether it went well."""
    whole = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command]
    return subprocess.call(whole, stdout=subprocess.DEVNULL) == 0


@contextmanager
def no_service(sudo: list[str]) -> Iterator[None]:
    """Have the packages start no service, unless the machine has a rule of its own for that."""
    if os.path.exists(NO_SERVICE):
        yield
        return
    script = f"printf '#!/bin/sh\\nexit 101\\n' > {NO_SERVICE} && chmod 755 {NO_SERVICE}"
    subprocess.call([*sudo, "sh", "-c", script])
    try:
        yield
    finally:
        subprocess.call([*sudo, "rm", "-f", NO_SERVICE])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
