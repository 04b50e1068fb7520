"""Execute a notebook and store its outputs so that doing it again gives the same file."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

CELL_TIMEOUT_SECONDS = 120
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ExecutionError(Exception):
    """A cell raised, or the kernel died; the message shows the cell and the error."""


class OwnKernelManager(AsyncKernelManager):
    """Starts `python3` with this very interpreter, whatever kernels the user has installed."""

    def __init__(self, **traits: object) -> None:
        """Look for kernel specifications nowhere but in this environment's ipykernel."""
        super().__init__(**traits)
        self.kernel_spec_manager = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)


def execute(notebook: nbformat.NotebookNode, folder: Path, root: Path) -> None:
    """Execute all cells in place, in `folder`, with the course at `root` first on the path."""
    language_info = notebook.metadata.language_info
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
    )
    with tempfile.TemporaryDirectory() as profile:  # a reader's own IPython start-up files stay out
        path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
        env = {**os.environ, "IPYTHONDIR": profile, "PYTHONPATH": path}
        try:
            client.execute(env=env)
        except CellExecutionError as error:
            raise ExecutionError(f"a cell raised\n{without_colour(str(error))}") from error
        except (CellControlSignal, DeadKernelError) as error:
            raise ExecutionError(f"{type(error).__name__}: {error}") from error
    notebook.metadata.language_info = language_info  # nbclient writes this Python's version there
    notebook.metadata.pop("widgets", None)
    settle(notebook)


def settle(notebook: nbformat.NotebookNode) -> None:
    """Take out of the outputs what differs from run to run and means nothing.

    Times of execution; where a stream happened to be cut; the widgets' random model ids, which
    are numbered by first appearance instead (their state is not stored, so nothing is lost).
    """
    model_ids: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        settled: list[nbformat.NotebookNode] = []
        for output in cell.outputs:
            last = settled[-1] if settled else {}
            if output.output_type == "stream" and last.get("name") == output.name:
                last["text"] += output.text
                continue
            if view := output.get("data", {}).get(WIDGET_VIEW):
                number = f"{len(model_ids) + 1:032x}"
                view["model_id"] = model_ids.setdefault(view["model_id"], number)
            settled.append(output)
        cell.outputs = settled


def without_colour(text: str) -> str:
    """Return a traceback as plain text."""
    return ANSI_COLOUR.sub("", text).strip()
