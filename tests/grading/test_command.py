"""The command: what it takes, what it says, what it leaves, and that nothing is graded twice."""

import csv
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handed_in import NAME, REFLECTION, RIGHT, SETUP, as_notebook, hand_in

from tlskit.grade import __main__ as command
from tlskit.grade import marking, sandbox, workers
from tlskit.grade.folder import Folder
from tlskit.grade.isolation import Isolation
from tlskit.grade.rows import Result, Row, Said, Status, file_name, from_json, write_csv

ROOT = Path(__file__).parents[2]
WORDS = "Yesterday's messages would give yesterday's keys."


@pytest.fixture
def handed_in(tmp_path):
    """Two students' submissions, and where the results go."""
    folder = tmp_path / "submitted"
    hand_in(folder, "anna", RIGHT)
    hand_in(folder, "bert", (SETUP, REFLECTION))
    return folder, tmp_path / "out"


def run(*arguments, **changes) -> subprocess.CompletedProcess:
    """Run the command."""
    environment = {key: value for key, value in os.environ.items() if key != "CI"} | changes
    return subprocess.run(
        [sys.executable, "-m", "tlskit.grade", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
    )


def rows(out: Path) -> list[dict[str, str]]:
    """Return what stands in grades.csv."""
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def in_process(monkeypatch):
    """Grade in this process, and note who was graded."""
    graded = []

    def results(self, jobs):
        for job in jobs:
            graded.append(job.found.student)
            yield workers.grade_one(job)

    monkeypatch.setattr(workers.Workers, "results", results)
    monkeypatch.delenv("CI", raising=False)
    return graded


def graded_again(in_process, folder, out, *more) -> list[str]:
    """Run the command here; return who was graded."""
    in_process.clear()
    arguments = [str(folder), "--assignment", NAME, "--out", str(out), *more]
    assert command.main(arguments) == 0
    return list(in_process)


@pytest.mark.peer("bwrap")
def test_a_class_is_graded_by_one_command(handed_in):
    folder, out = handed_in
    said = run(folder, "--assignment", NAME, "--out", out)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("2 submissions graded in ")
    assert "isolation: bubblewrap" in said.stdout
    found = rows(out)
    columns = (out / "grades.csv").read_text().splitlines()[0]
    assert columns == "student,task,points,max_points,mistake,status,seconds"
    assert [row["student"] for row in found] == ["anna"] * 4 + ["bert"] * 4 + [""]
    assert [row["status"] for row in found[:2]] == ["graded", "graded"]
    assert (
        found[4]["status"] == "not written"
        and "There is no my_master_secret" in found[4]["mistake"]
    )
    assert found[-1] | {"seconds": ""} == {
        "student": "",
        "task": "isolation",
        "points": "",
        "max_points": "0",
        "mistake": "",
        "status": "bubblewrap",
        "seconds": "",
    }
    assert "bubblewrap" in (out / "summary.html").read_text()
    assert sorted(path.name for path in (out / "feedback").iterdir()) == ["anna.html", "bert.html"]
    assert stat.S_IMODE((out / "seed.txt").stat().st_mode) == 0o600
    seed = (out / "seed.txt").read_text().strip()
    for path in out.rglob("*"):
        if path.is_file() and path.name != "seed.txt":
            assert seed not in path.read_text()
    again = run(folder, "--assignment", NAME, "--out", out)
    assert "0 submissions graded in" in again.stdout
    assert "(2 of 2 were graded already)" in again.stdout
    assert rows(out) == found


@pytest.mark.peer("bwrap")
def test_only_what_changed_is_graded_anew(handed_in, in_process, monkeypatch):
    folder, out = handed_in
    assert graded_again(in_process, folder, out) == ["anna", "bert"]
    assert graded_again(in_process, folder, out) == []
    hand_in(folder, "bert", RIGHT)
    hand_in(folder, "carl", RIGHT)
    assert graded_again(in_process, folder, out) == ["bert", "carl"]
    (out / "results" / "anna.json").write_text('{"student": "an')
    assert graded_again(in_process, folder, out) == ["anna"]
    assert graded_again(in_process, folder, out, "--regrade", "--students", "bert,carl") == [
        "bert",
        "carl",
    ]
    shutil.rmtree(folder / "carl" / NAME)
    assert graded_again(in_process, folder, out) == ["carl"]
    assert rows(out)[-2]["status"] == "missing"
    monkeypatch.setattr("tlskit.grade.grading.version", lambda name: "another")
    assert graded_again(in_process, folder, out) == ["anna", "bert", "carl"]


@pytest.mark.peer("bwrap")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_interrupted_it_goes_on_where_it_was(tmp_path, end):
    folder, out = tmp_path / "submitted", tmp_path / "out"
    for number in range(8):
        slow = (*RIGHT, "import time\ntime.sleep(0.5)")
        hand_in(folder, f"student-{number}", slow if number > 1 else RIGHT)
    arguments = [sys.executable, "-m", "tlskit.grade", folder, "--assignment", NAME, "--out", out]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    began = time.monotonic()
    while len(list((out / "results").glob("*.json"))) < 3 and time.monotonic() - began < 60:
        time.sleep(0.02)
    process.send_signal(end)
    words = process.communicate(timeout=30)[1].decode()
    kept = {path.name: path.read_bytes() for path in (out / "results").glob("*.json")}
    assert 3 <= len(kept) < 8
    if end != signal.SIGKILL:
        assert process.returncode == 130
        assert words == "tlskit.grade: interrupted; the same command goes on where it was\n"
        assert len(rows(out)) == 4 * len(kept) + 1
    said = run(folder, "--assignment", NAME, "--out", out)
    assert f"{8 - len(kept)} submissions graded" in said.stdout
    assert f"({len(kept)} of 8 were graded already)" in said.stdout
    for name, before in kept.items():
        assert (out / "results" / name).read_bytes() == before
    assert [row["points"] for row in rows(out)[:-1]].count("4") == 8


def test_a_wrong_call_is_one_line_and_exit_code_2(handed_in, tmp_path, capsys, monkeypatch):
    folder, out = handed_in
    (tmp_path / "a_file").write_text("")
    (tmp_path / "empty").mkdir()
    asked = ("--assignment", NAME, "--out")
    monkeypatch.setattr(command, "isolation_here", lambda: (Isolation.BUBBLEWRAP, ""))
    for arguments, words in (
        ((), "the following arguments are required: SUBMISSIONS, --assignment, --out"),
        ((tmp_path / "no", *asked, out), f"there is no folder {tmp_path / 'no'}"),
        ((tmp_path / "empty", *asked, out), "has no folder of a student in it"),
        ((folder, "--assignment", "77_other", "--out", out), "there are 00_first_step"),
        ((folder, *asked, tmp_path / "a_file"), "a_file"),
        ((folder, *asked, "/proc/nowhere"), "/proc/nowhere"),
        ((folder, *asked, out, "--jobs", "0"), "'0' is no number from 1"),
        ((folder, *asked, out, "--timeout", "-3"), "'-3' is no number of seconds above 0"),
        ((folder, *asked, out, "--students", "anna,eve"), "has no student 'eve'"),
        ((folder, *asked, out, "--nonsense"), "--nonsense"),
    ):
        try:
            code = command.main([str(one) for one in arguments])
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        assert (code, said.out, said.err.count("\n")) == (2, "", 1), said
        assert said.err.startswith("tlskit.grade: ") and words in said.err


def test_a_folder_of_other_results_is_not_mixed_with_these(handed_in, tmp_path):
    folder, out = handed_in
    theirs = Folder(out, "01_hello")
    theirs.open("spring")
    trust = "--i-trust-these-submissions"
    said = run(folder, "--assignment", NAME, "--out", out, "--seed", "autumn", trust)
    assert said.returncode == 2 and "of another seed" in said.stderr
    theirs.keep(Result("x", "01_hello", "d", ()))
    said = run(folder, "--assignment", NAME, "--out", out, trust)
    assert said.returncode == 2
    assert f"holds results of 01_hello, and not of {NAME}" in said.stderr


def test_without_a_sandbox_nothing_is_run_unless_it_is_trusted(handed_in, tmp_path):
    folder, out = handed_in
    nowhere = tmp_path / "bin"
    nowhere.mkdir()
    arguments = (folder, "--assignment", NAME, "--out", out)
    said = run(*arguments, PATH=str(nowhere))
    assert said.returncode == 2 and not out.exists()
    assert said.stderr.count("\n") == 1
    for words in ("no bubblewrap", "read and change the files", "network", "--i-trust-these"):
        assert words in said.stderr
    trusted = (*arguments, "--i-trust-these-submissions")
    said = run(*trusted, PATH=str(nowhere), CI="true")
    assert said.returncode == 2 and "with CI=true" in said.stderr
    said = run(*trusted, PATH=str(nowhere))
    assert said.returncode == 0 and "no bubblewrap" in said.stderr
    found = rows(out)
    assert found[-1]["status"] == "none: limits of time and memory only"
    assert found[0]["points"] == "4"
    assert "limits of time and memory" in (out / "summary.html").read_text()


@pytest.mark.peer("bwrap")
def test_points_are_those_of_the_seed(handed_in, in_process):
    folder, out = handed_in
    pasted = (
        "def my_master_secret(prf, *given):\n    return prf(given[0], b'master secret', b'', 48)"
    )
    hand_in(folder, "anna", (SETUP, pasted, REFLECTION))
    graded_again(in_process, folder, out, "--seed", "autumn")
    result = from_json((out / "results" / "anna.json").read_text())
    assert [row.points for row in result.rows] == [0.0, 1.0, 0.0, 0.0]
    assert result.rows[0].mistake and result.rows[0].status is Status.GRADED
    assert result.reports["my_master_secret"].findings == (result.rows[0].mistake,)


@pytest.mark.peer("bwrap")
def test_an_answer_in_words_waits_for_a_person(handed_in, in_process):
    folder, out = handed_in
    notebook = json.loads(as_notebook(*RIGHT))
    for name, text in (("explain-replay", WORDS), ("explain-master-secret", "")):
        marks = {"nbgrader": {"grade_id": name, "locked": False}}
        source = f"*Your answer, in your own words:*\n\n{text}"
        notebook["cells"].append({"cell_type": "markdown", "metadata": marks, "source": source})
    hand_in(folder, "anna", json.dumps(notebook).encode())
    graded_again(in_process, folder, out)
    result = from_json((out / "results" / "anna.json").read_text())
    assert result.answers == {"explain-replay": WORDS}
    found = {row["task"]: row for row in rows(out) if row["student"] == "anna"}
    assert (found["explain-replay"]["status"], found["explain-replay"]["points"]) == ("manual", "")
    assert found["explain-master-secret"]["status"] == "not written"
    assert result.waits_for_a_person and result.points == 5 and result.max_points == 9


@pytest.mark.peer("bwrap")
def test_what_is_handed_in_may_have_another_name(handed_in, in_process):
    folder, out = handed_in
    anna, bert = folder / "anna" / NAME, folder / "bert" / NAME
    (anna / f"{NAME}.ipynb").rename(anna / "my work.ipynb")
    (anna / ".ipynb_checkpoints").mkdir()
    shutil.copy(bert / f"{NAME}.ipynb", bert / "copy.ipynb")
    hand_in(folder, "carl", RIGHT).rename(folder / "carl" / NAME / "a.ipynb")
    shutil.copy(anna / "my work.ipynb", folder / "carl" / NAME / "b.ipynb")
    (folder / "note.txt").write_text("no student")
    (folder / ".git").mkdir()
    assert graded_again(in_process, folder, out) == ["anna", "bert", "carl"]
    found = {result.student: result for result in Folder(out, NAME).results()}
    assert found["anna"].notes[0] == f"the notebook is called my work.ipynb, not {NAME}.ipynb"
    assert found["anna"].rows[0].points == 4
    assert found["bert"].notes[0] == f"2 notebooks were handed in; {NAME}.ipynb was graded"
    assert found["carl"].rows[0].status is Status.REFUSED
    assert "there are 2 notebooks, and none" in found["carl"].rows[0].mistake


def test_a_result_is_read_as_it_was_written_and_half_of_it_is_none():
    rows = (
        Row("a", "t", 1.5, 2.0, "why", Status.GRADED, 0.25),
        Row("a", "e", None, 2.0, "", Status.MANUAL),
    )
    said = {"t": Said("right", ("Yes.",), "RFC 5246 §8.1")}
    result = Result("a", "x", "d", rows, "bubblewrap", "s", ("note",), said, {"e": "text"}, 1.0)
    assert from_json(result.to_json()) == result
    for text in (result.to_json()[:-2], "", "[]", "{}", "null", '{"rows": [{}]}', "[" * 99999):
        with pytest.raises(ValueError, match="no result"):
            from_json(text)


def test_no_cell_is_a_formula_and_no_name_leads_out(tmp_path):
    names = ["=1+1", "+1", "-1", "@x", "\tx", "a\nb,c\"d'", "..", "a/b", "x" * 300, "\ud800", "ü"]
    results = [
        Result(name, "x", "d", (Row(name, "t", 0.0, 1.0, "=evil()", Status.GRADED),), "none")
        for name in names
    ]
    write_csv(tmp_path / "grades.csv", results)
    found = rows(tmp_path)
    assert len(found) == len(names) + 1
    for row in found:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row.values())
    files = {file_name(name) for name in names}
    assert len(files) == len(names)
    for name in files:
        assert name.isprintable() and "/" not in name and len(name) < 120 and name[0] not in ".-"


def test_progress_tells_what_is_left_and_stays_on_one_line_of_a_terminal(monkeypatch):
    class Stream(list):
        write = list.append
        flush = staticmethod(lambda: None)
        isatty = staticmethod(lambda: True)

    now = [100.0]
    monkeypatch.setattr(marking.time, "monotonic", lambda: now[0])
    stream = Stream()
    progress = marking.Progress(10, 2, stream)
    for _ in range(4):
        now[0] += 5
        progress.step()
    lines = "".join(stream).split("\r")
    assert lines[1].strip() == "[#######.................] 3 of 10 graded, about 35 s left"
    assert lines[4].strip() == "[##############..........] 6 of 10 graded, about 20 s left"
    assert "\n" not in "".join(stream)
    assert [marking.duration(one) for one in (3, 600, 7200)] == ["3 s", "10 min", "2.0 h"]


def test_the_isolation_is_what_was_tried_and_not_what_is_hoped_for(monkeypatch):
    def fails(*arguments, **named):
        raise OSError("no such program")

    sandbox.isolation_here.cache_clear()
    monkeypatch.setattr(sandbox, "started", fails)
    found, missing = sandbox.isolation_here()
    sandbox.isolation_here.cache_clear()
    assert found is Isolation.NONE and "no such program" in missing
