"""A notebook in JupyterLab in a real Chromium, as a learner meets it; also a way to look at one.

    python tests/browser/lab.py notebooks/00_first_handshake.ipynb --screenshots .screenshots/00
    ... --dark          the dark theme
    ... --zoom 2        the browser's zoom at 200 %: half the room
    ... --stored        nothing is run: what a fresh clone shows

Lab is started from the course's `.venv/` if that is there (TLSKIT_LAB_PYTHON names another
Python), on 127.0.0.1, in a temporary folder that holds a copy of the notebook; a learner's
settings stay out. Chromium is the system's own, and it can reach nothing but 127.0.0.1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from notebook_page import LabError, NotebookPage
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 1280, 800
START_SECONDS = 60
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # Chromium refuses to start as root otherwise
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
RUNNING: list[Browser] = []  # Playwright starts only once in a thread
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    # Lab draws only the cells in sight; for pictures and searches all of them have to be there.
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


def lab_python() -> str:
    """Return the Python whose JupyterLab is opened."""
    places = [ROOT / ".venv/bin/python", ROOT / ".venv/Scripts/python.exe"]
    own = next((str(place) for place in places if place.exists()), sys.executable)
    return os.environ.get("TLSKIT_LAB_PYTHON", own)


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Start the system's Chromium; a notebook opened while another is shares its browser."""
    if RUNNING:
        yield RUNNING[0]
        return
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise LabError("no chromium on this machine; install the package, or: course.py peers")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_OPTIONS)
        RUNNING.append(browser)
        try:
            yield browser
        finally:
            RUNNING.clear()
            browser.close()


class Server:
    """JupyterLab on a free port with a token of its own, on everything that lies in `folder`."""

    def __init__(self, folder: Path, dark: bool = False) -> None:
        """Start it and wait until it answers."""
        self.token = secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        private = folder / ".lab"
        settings = SETTINGS
        if dark:
            theme = {"theme": "JupyterLab Dark", "adaptive-theme": False}
            settings = SETTINGS | {"@jupyterlab/apputils-extension/themes": theme}
        for name, values in settings.items():
            path = private / "settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        python = lab_python()
        env = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(private / "config"),
            "JUPYTER_DATA_DIR": str(private / "data"),
            "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "IPYTHONDIR": str(private / "ipython"),
            "PATH": os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", "")]),
        }
        command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
        command += [f"--port={self.port}", "--ServerApp.port_retries=0"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}"]
        self.log_path = private / "lab.log"
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def wait_until_it_answers(self) -> None:
        """Ask until the server says who it is."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("status")
                return
            time.sleep(0.1)
        raise LabError(f"JupyterLab did not start:\n{self.log_path.read_text()[-2000:]}")

    def ask(self, what: str) -> Any:
        """Return the server's answer about its kernels, sessions, status."""
        address = f"http://127.0.0.1:{self.port}/api/{what}?token={self.token}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    def address(self, notebook: str) -> str:
        """Return where Lab shows this notebook."""
        return f"http://127.0.0.1:{self.port}/lab/tree/{notebook}?token={self.token}&reset"

    def stop(self) -> None:
        """End the server, and with it the kernels."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def laid_out(notebook: Path, folder: Path, edit: Mapping[str, str], stored: bool) -> str:
    """Copy the notebook into the folder, with some cells' sources replaced; return its name.

    Stored outputs are left out unless `stored`: what is seen then was made by this run.
    """
    copy = nbformat.read(notebook, as_version=4)
    missing = set(edit) - {cell.id for cell in copy.cells}
    if missing:
        raise LabError(f"{notebook.name} has no cell {min(missing)!r}")
    for cell in copy.cells:
        cell.source = edit.get(cell.id, cell.source)
        if cell.cell_type == "code" and not stored:
            cell.outputs, cell.execution_count = [], None
    nbformat.write(copy, folder / notebook.name)
    return notebook.name


@contextlib.contextmanager
def opened(
    notebook: Path,
    *,
    dark: bool = False,
    zoom: float = 1,
    edit: Mapping[str, str] | None = None,
    stored: bool = False,
) -> Iterator[NotebookPage]:
    """Open a copy of the notebook in Lab in Chromium; nothing has run yet.

    Args:
        notebook: the notebook; only a copy of it is opened.
        dark: Lab's dark theme.
        zoom: as in the browser's menu: at 2, everything is twice as large in the same window.
        edit: cell id -> source that stands there instead, before Lab sees it.
        stored: keep the outputs that are stored in the notebook.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tlskit-lab-")))
        name = laid_out(notebook, folder, edit or {}, stored)
        browser = stack.enter_context(running_chromium())
        server = Server(folder, dark)
        stack.callback(server.stop)
        page = browser.new_page(
            viewport={"width": round(WIDTH / zoom), "height": round(HEIGHT / zoom)},
            device_scale_factor=zoom,
            color_scheme="dark" if dark else "light",
        )
        stack.callback(page.close)
        notebook_page = NotebookPage(page, server.ask, server.address(name))
        if zoom > 1:
            page.keyboard.press("Control+B")  # as anyone would: the file list takes half the room
        yield notebook_page


def main(arguments: list[str] | None = None) -> int:
    """Run all cells of a notebook, take its pictures from top to bottom, say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--screenshots", type=Path, required=True, help="the folder for pictures")
    parser.add_argument("--dark", action="store_true", help="Lab's dark theme")
    parser.add_argument("--zoom", type=float, default=1, help="2 is the browser's 200 %%")
    parser.add_argument("--stored", action="store_true", help="run nothing: as in a fresh clone")
    options = parser.parse_args(arguments)
    if not options.notebook.is_file():
        print(f"{options.notebook}: no such notebook", file=sys.stderr)
        return 2
    name = options.notebook.stem + ("-dark" if options.dark else "")
    name += f"-zoom{options.zoom:g}" if options.zoom != 1 else ""
    try:
        with opened(
            options.notebook, dark=options.dark, zoom=options.zoom, stored=options.stored
        ) as page:
            if not options.stored:
                page.run_all()
            for picture in page.screenshots(options.screenshots, name):
                print(picture)
            troubles = page.troubles()
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
