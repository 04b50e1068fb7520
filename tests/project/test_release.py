"""What students get: the course, and nothing that gives the answers or the hidden tests away."""

import json
import re
import subprocess
import sys

import locks
import pytest
from test_course import load

release = load(locks.ROOT / "tools/release.py")
COURSE = locks.ROOT / "course.py"
NAMES = release.exercises(locks.ROOT)


def call(*arguments: str, where=locks.ROOT, course=COURSE) -> subprocess.CompletedProcess:
    command = [sys.executable, str(course), *arguments]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """A release made by the command, by a path that is relative to where it was called."""
    above = tmp_path_factory.mktemp("release")
    said = call("release", "--for", "students", "class", where=above)
    assert said.returncode == 0, said.stderr
    assert f"{len(NAMES)} exercises" in said.stdout
    return above / "class"


def below(folder, pattern="*"):
    return [path for path in folder.rglob(pattern) if path.is_file()]


def cells_of(path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_solutions_sources_tests_and_the_grader_stay_here(students):
    for name in ("solutions", "lessons", "tests", "tlskit/grade", "nbgrader_config.py"):
        assert (locks.ROOT / name).exists()
        assert not (students / name).exists()
    assert not (students / ".git").exists()


def test_no_answer_and_no_rubric_is_in_any_file(students):
    for path in below(students):
        text = path.read_bytes()
        assert b"BEGIN SOLUTION" not in text, path
        assert b"What to look for" not in text, path


def test_no_line_of_an_answer_is_in_the_exercise(students):
    for name in NAMES:
        given = {cell["id"]: "".join(cell["source"]) for cell in cells_of(notebook(students, name))}
        for cell in cells_of(locks.ROOT / f"solutions/{name}/{name}.ipynb"):
            source = "".join(cell["source"])
            for answer in re.findall(r"### BEGIN SOLUTION\n(.*?)### END", source, re.DOTALL):
                assert answer.strip() not in given[cell["id"]]


def notebook(folder, name):
    return folder / f"exercises/{name}/{name}.ipynb"


def test_exercises_and_lessons_are_those_of_the_course(students):
    for folder in ("exercises", "notebooks"):
        ours = {path.relative_to(locks.ROOT): path for path in notebooks(locks.ROOT / folder)}
        theirs = {path.relative_to(students): path for path in notebooks(students / folder)}
        assert ours.keys() == theirs.keys()
        assert all(theirs[one].read_bytes() == ours[one].read_bytes() for one in ours)


def notebooks(folder):
    return [path for path in below(folder, "*.ipynb") if ".ipynb_checkpoints" not in path.parts]


def test_every_module_there_can_be_imported_without_what_is_kept_back(students):
    code = (
        "import importlib, pkgutil, sys, tlskit\n"
        "assert tlskit.__file__.startswith(sys.argv[1]), tlskit.__file__\n"
        "for one in pkgutil.walk_packages(tlskit.__path__, 'tlskit.'):\n"
        "    importlib.import_module(one.name)\n"
        "assert 'tlskit.exercises' in sys.modules and 'tlskit.grade' not in sys.modules\n"
    )
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, sys.argv[1])\n{code}"]
    said = subprocess.run([*command, str(students)], cwd=students, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr


def test_a_link_that_leads_somewhere_here_does_so_there(students):
    for path in notebooks(students):
        here = locks.ROOT / path.relative_to(students)
        for cell in cells_of(path):
            for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", "".join(cell["source"])):
                if "://" not in target and (here.parent / target).exists():
                    assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_commands_that_need_what_is_not_there_say_so_in_one_line(students):
    course = students / "course.py"
    for arguments in (("test",), ("build",), ("release", "--for", "students", "x"), ("lint",)):
        said = call(*arguments, course=course)
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr.startswith(f"course.py: {arguments[0]} is not in this folder")
        assert said.stderr.count("\n") == 1
    said = call("setup", "--dev", course=course)
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
    assert "requirements-dev.lock" in said.stderr
    assert not (students / ".venv").exists() and not (students / ".venv-dev").exists()


def test_help_and_readme_there_name_what_is_there(students):
    listed = call("--help", course=students / "course.py").stdout
    commands = re.findall(r"^  (\w+) ", listed, re.MULTILINE)
    assert {"lab", "fresh", "run", "doctor", "setup"} <= set(commands)
    assert not {"test", "build", "lint", "bench", "release", "lock"} & set(commands)
    readme = (students / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"course\.py (\w+)", readme)) <= set(commands)
    assert all(f"exercises/{name}" in readme for name in NAMES)


def test_copies_for_working_are_laid_there(students):
    code = "import work_copies; print(work_copies.lay())"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=students / "tools", capture_output=True, text=True
    )
    assert said.stdout.strip() == "[]", said.stderr
    assert notebook(students / "work", NAMES[0]).exists()


def test_only_the_exercises_that_are_asked_for(tmp_path):
    folder = tmp_path / "deep" / "class"
    said = call("release", "--for", "students", str(folder), "--assignment", NAMES[-1], NAMES[0])
    assert said.returncode == 0
    assert release.exercises(folder) == [NAMES[0], NAMES[-1]]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--for", "students"), "DIR"),
        (("class",), "--for"),
        (("--for", "everybody", "class"), "invalid choice: 'everybody'"),
        (("--for", "students", "class", "--assignment", "99_none"), "no exercise '99_none'"),
        (("--for", "students", "taken"), "is not empty"),
        (("--for", "students", "file"), "is a file"),
        (("--for", "students", str(locks.ROOT / "work/class")), "the course's own folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_all_as_it_was(tmp_path, arguments, reason):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    said = call("release", *arguments, where=tmp_path)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert said.stderr.startswith("course.py: release: ")
    assert reason in said.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "mine.txt", "taken"]


def test_an_interrupted_release_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(release.shutil, "copytree", interrupted)
    (tmp_path / "class").mkdir()
    with pytest.raises(KeyboardInterrupt):
        release.release(locks.ROOT, tmp_path / "class", NAMES)
    assert [path.name for path in tmp_path.iterdir()] == ["class"]
    assert not any((tmp_path / "class").iterdir())
