"""Open JupyterLab on the learner's copies of the notebooks."""

import os
import socket
import sys
from pathlib import Path

import work_copies

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from course import hand_over, say  # noqa: E402 (the folder above)

FIRST = "notebooks/index.ipynb"
PORT = 8888
HERE = "127.0.0.1"


def option(arguments: list[str], *names: str) -> str | None:
    """Return the value of an option, given as `--name=value` or `--name value`, or None."""
    for at, one in enumerate(arguments):
        name, equals, value = one.partition("=")
        if name in names:
            return value if equals else (arguments[at + 1] if at + 1 < len(arguments) else "")
    return None


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with socket.socket() as tried:
        if os.name == "posix":  # on Windows this option would bind a taken port too
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HERE, port))
        except OSError:
            return False
    return True


def port_options(arguments: list[str]) -> list[str]:
    """Return the option for a port that is free. Raises ValueError if the asked one is taken."""
    asked = option(arguments, "--port", "--ServerApp.port")
    if asked is not None:
        if not asked.isdigit() or not 0 <= int(asked) < 65536:
            raise ValueError(f"--port takes a number from 0 to 65535, not {asked!r}")
        if int(asked) and not is_free(int(asked)):
            raise ValueError(f"port {asked} is taken; choose another one with --port")
        return ["--ServerApp.port_retries=0"]
    port = next((one for one in range(PORT, PORT + 50) if is_free(one)), None)
    if port is None:
        raise ValueError(f"the ports {PORT} to {PORT + 49} are all taken; choose one with --port")
    if port != PORT:
        say(f"port {PORT} is taken (another Lab?), so this one is at port {port}")
    return [f"--port={port}"]


def terminal_options() -> list[str]:
    """Return the option that keeps the environment's PATH in Lab's terminals.

    Where Lab itself runs in no terminal it would start login shells, which set PATH anew.
    """
    if os.name == "nt":
        return []
    shell = os.environ.get("SHELL") or "sh"
    return [f"--ServerApp.terminado_settings=shell_command={shell}"]


def is_root() -> bool:
    """Tell whether this is the superuser, as often in a container."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_headless() -> bool:
    """Tell whether there is no screen to show a browser on."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform.startswith("linux") and not any(map(os.environ.get, screens))


def command(arguments: list[str]) -> list[str]:
    """Return the whole command that starts JupyterLab. Raises ValueError as `port_options`."""
    options = [
        f"--ServerApp.root_dir={ROOT / 'work'}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        *terminal_options(),
        *port_options(arguments),
        *arguments,
    ]
    if is_headless() and "--no-browser" not in arguments:
        options.append("--no-browser")
        say("no screen here: open the address that JupyterLab prints in a browser of yours")
    if is_root():
        if option(arguments, "--ip", "--ServerApp.ip") not in (None, HERE, "localhost"):
            say(f"as root the address stays {HERE}: forward the port instead")
        options += ["--allow-root", f"--ServerApp.ip={HERE}"]
    return [sys.executable, "-m", "jupyterlab", *options]


def main(arguments: list[str]) -> int:
    """Lay the copies, start JupyterLab, stay until it ends."""
    try:
        started = command(arguments)
    except ValueError as error:
        say(str(error))
        return 2
    for line in work_copies.lay():
        say(line)
    say("JupyterLab starts; Ctrl+C twice ends it")
    return hand_over(started, ROOT / "work", dict(os.environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
