"""Executed notebooks: what means nothing is taken out of the outputs, and nothing else is."""

import pytest
from execute_notebooks import WIDGET_VIEW, ExecutionError, execute, settle
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def stream(name: str, text: str):
    return new_output("stream", name=name, text=text)


def widget(model_id: str):
    view = {"model_id": model_id, "version_major": 2, "version_minor": 0}
    return new_output("display_data", data={WIDGET_VIEW: view, "text/plain": "Dropdown()"})


def test_streams_that_were_cut_by_chance_are_one_again():
    outputs = [stream("stdout", "a"), stream("stdout", "b\n"), stream("stderr", "c")]
    outputs += [stream("stdout", "d"), widget("f" * 32), stream("stdout", "e")]
    cell = new_code_cell("", outputs=outputs)
    settle(new_notebook(cells=[cell]))
    assert [output.get("text", "a widget") for output in cell.outputs] == [
        "ab\n",
        "c",
        "d",
        "a widget",
        "e",
    ]


def test_widgets_are_numbered_by_first_appearance():
    cells = [
        new_code_cell("", outputs=[widget("9" * 32), widget("7" * 32)]),
        new_markdown_cell("between"),
        new_code_cell(
            "",
            outputs=[widget("7" * 32)],
            metadata={"execution": {"iopub.status.idle": "12:00"}, "tags": []},
        ),
    ]
    settle(new_notebook(cells=cells))
    views = [output.data[WIDGET_VIEW] for cell in (cells[0], cells[2]) for output in cell.outputs]
    assert [int(view.model_id) for view in views] == [1, 2, 2]
    assert {len(view.model_id) for view in views} == {32}
    assert cells[2].metadata == {"tags": []}


def test_a_notebook_runs_in_its_folder_and_a_dead_kernel_is_told(tmp_path):
    (tmp_path / "beside.txt").write_text("found")
    notebook = new_notebook(
        cells=[new_code_cell("print(open('beside.txt').read())"), new_code_cell("import mine")],
        metadata={"language_info": {"name": "python"}},
    )
    course = tmp_path / "course"
    course.mkdir()
    (course / "mine.py").write_text("")
    execute(notebook, tmp_path, course)
    assert notebook.cells[0].outputs[0].text == "found\n"
    assert notebook.metadata == {"language_info": {"name": "python"}}
    notebook.cells[1].source = "import os; os._exit(1)"
    with pytest.raises(ExecutionError, match="DeadKernelError"):
        execute(notebook, tmp_path, course)
