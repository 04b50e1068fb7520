"""course.py bundle and --offline: what is fetched for whom, and an installation with no network."""

import hashlib
import os
import shutil
import subprocess
import sys

import locks
import pytest
from packaging.utils import canonicalize_name
from test_course import COURSE, call, course, load

bundle = load(locks.ROOT / "tools/bundle.py")
GRID = bundle.targets(list(bundle.MACHINES), list(bundle.PYTHONS))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--for", "linux,beos"], "'beos'"),
        (["--for", ","], "linux, macos, windows"),
        (["--python", "3.11,2.7"], "'2.7'"),
        (["--python", ""], "from 3.11 on"),
        (["--python", "3.10"], "'3.10'"),
        (["--for"], "expected one argument"),
        (["--fo", "linux"], "unrecognized"),
        (["more"], "unrecognized"),
        (["--out", __file__], "takes a folder"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments, words, capsys):
    assert bundle.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("course.py: bundle: ")
    assert words in said.err
    assert said.err.count("\n") == 1


def test_asked_for_nothing_it_serves_three_systems_and_three_pythons():
    asked, folder = bundle.options([])
    assert asked == GRID
    assert {(one.system, one.python) for one in asked} == {
        (system, python)
        for system in ("linux", "macos", "windows")
        for python in ("3.11", "3.12", "3.13")
    }
    assert folder == locks.ROOT / "bundle"


def test_a_choice_is_taken_once_and_in_its_order():
    asked, _ = bundle.options(["--for", "windows, linux,windows", "--python=3.14"])
    assert [(one.system, one.python) for one in asked] == [("windows", "3.14"), ("linux", "3.14")]


def names(target, full_version: str) -> set[tuple[str, str]]:
    """What the tests' own reader of locks finds for a machine."""
    where = {**locks.environment(target.system, target.python), "python_full_version": full_version}
    return {
        (canonicalize_name(pin.requirement.name), pin.version)
        for lock in bundle.LOCKS
        for pin in locks.pins(lock)
        if locks.applies(pin.requirement, where, frozenset())
    }


@pytest.mark.parametrize("target", GRID, ids=str)
def test_the_locks_are_filtered_by_their_markers(target):
    for full_version, pins in bundle.sets_for(target, bundle.pins()).items():
        found = [(pin.name, pin.version) for pin in pins]
        assert set(found) == names(target, full_version)
        assert len({name for name, _ in found}) == len(found), "pip takes each name once"
        assert ("colorama" in dict(found)) == (target.system == "windows")
        assert ("appnope" in dict(found)) == (target.system == "macos")
        assert ("pexpect" in dict(found)) == (target.system != "windows")


def test_early_and_late_releases_of_a_python_are_served():
    sets = bundle.sets_for(GRID[0], bundle.pins())
    assert list(sets) == ["3.11.0", "3.11.99"]  # the lock parts soupsieve at 3.11.5
    for full_version, pins in sets.items():
        assert {(pin.name, pin.version) for pin in pins} == names(GRID[0], full_version)


def test_what_installs_the_course_is_in_its_lock():
    pinned = {pin.requirement.name for pin in locks.pins("requirements-build.lock")}
    assert {"hatchling", "editables"} <= pinned
    for pin in locks.pins("requirements-build.lock"):
        assert pin.hashes
    learner = {pin.requirement.name: pin.version for pin in locks.pins("requirements.lock")}
    for pin in locks.pins("requirements-build.lock"):
        assert learner.get(pin.requirement.name, pin.version) == pin.version


# ---- resolving against a folder: wheels by name, tags and digest


@pytest.fixture
def fake(tmp_path):
    """A course with small locks, and a folder of wheels that hold nothing but have right names."""
    folder = tmp_path / "bundle"
    folder.mkdir()

    def wheel(name: str) -> str:
        (folder / name).write_bytes(name.encode())
        return " --hash=sha256:" + hashlib.sha256(name.encode()).hexdigest()

    pure = wheel("pure_one-1.0-py3-none-any.whl")
    native = [
        wheel("native-2.0-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"),
        wheel("native-2.0-cp311-abi3-macosx_11_0_arm64.whl"),
        wheel("native-2.0-cp312-cp312-win_amd64.whl"),
    ]
    pty = wheel("winpty-3.0-cp311-cp311-win_amd64.whl")
    (tmp_path / "requirements.lock").write_text(
        f"pure-one==1.0{pure}\nnative==2.0{''.join(native)}\n"
        f"winpty==3.0 ; os_name == 'nt' and python_full_version < '3.12'{pty}\n"
    )
    (tmp_path / "requirements-build.lock").write_text(f"pure-one==1.0{pure}\n")
    return tmp_path


def gaps(root) -> dict[str, list[str]]:
    every = bundle.pins(root)
    found = {str(one): bundle.missing(one, every, root / "bundle") for one in GRID}
    return {target: names for target, names in found.items() if names}


def test_a_foreign_system_is_resolved_by_tags(fake):
    assert gaps(fake) == {
        "windows AMD64, Python 3.11": ["native 2.0"],
        "windows AMD64, Python 3.13": ["native 2.0"],
    }


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("manylinux_2_28_x86_64", True),
        ("manylinux_2_34_x86_64", False),
        ("manylinux_2_17_aarch64", False),
        ("musllinux_1_2_x86_64", False),
        ("win_amd64", False),
    ],
)
def test_a_wheel_for_another_machine_does_not_count(fake, name, fits):
    folder = fake / "bundle"
    (old,) = folder.glob("native-*manylinux*")
    old.rename(folder / f"native-2.0-cp311-abi3-{name}.whl")
    assert ("linux x86_64, Python 3.11" in gaps(fake)) is not fits


def test_a_wheel_with_other_content_does_not_count(fake):
    (fake / "bundle/pure_one-1.0-py3-none-any.whl").write_bytes(b"other")
    found = gaps(fake)
    assert len(found) == len(GRID)
    assert all("pure-one 1.0" in names for names in found.values())


def test_a_machine_without_a_wheel_is_named_and_not_said_to_be_served(fake, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(bundle, "fetch", lambda target, full, pins, folder: asked.append(pins))
    windows = bundle.targets(["windows"], ["3.11", "3.12"])
    assert bundle.make(windows, fake / "bundle", fake) == 1
    said = capsys.readouterr()
    assert "windows AMD64, Python 3.11: no wheel of native 2.0" in said.err
    assert "windows AMD64, Python 3.12: 2 wheels" in said.out
    assert "5 wheels, 0 MB in all" in said.out
    assert [[pin.name for pin in pins] for pins in asked] == [["native"], []]
    served = (fake / "bundle/serves.txt").read_text().splitlines()
    assert served == [str(one) for one in GRID if str(one) not in gaps(fake)]


def pip_that_says(monkeypatch, words: str) -> None:
    code = f"import sys; sys.exit({words!r})"
    monkeypatch.setattr(bundle, "pip", lambda: [sys.executable, "-c", code])


def test_what_has_only_a_source_is_left_out_and_the_rest_fetched(fake, monkeypatch):
    code = (
        "import pathlib, sys; asked = pathlib.Path(sys.argv[-1]).read_text()\n"
        "out = next(a for a in sys.argv if a.startswith('--dest=')).removeprefix('--dest=')\n"
        "words = 'ERROR: No matching distribution found for native==2.0'\n"
        "if 'native==' in asked: sys.exit(words)\n"
        "pathlib.Path(out, 'asked').write_text(asked)"
    )
    monkeypatch.setattr(bundle, "pip", lambda: [sys.executable, "-c", code])
    pins = bundle.sets_for(GRID[0], bundle.pins(fake))["3.11.0"]
    bundle.fetch(GRID[0], "3.11.0", pins, fake)
    assert (fake / "asked").read_text().startswith("pure-one==1.0 --hash=sha256:")
    assert "native" not in (fake / "asked").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "WARNING: Retrying after connection broken by X\nERROR: No matching ...",
            "network is away",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "DO NOT MATCH THE HASHES"),
    ],
)
def test_other_failures_of_pip_are_told_in_one_line(fake, monkeypatch, words, told):
    pip_that_says(monkeypatch, words)
    with pytest.raises(bundle.Problem, match=told) as problem:
        bundle.fetch(GRID[0], "3.11.0", bundle.pins(fake)[:1], fake)
    assert "\n" not in str(problem.value)


# ---- --offline


def test_offline_without_a_bundle_says_how_to_come_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr(course, "ROOT", tmp_path)
    with pytest.raises(course.Failure, match=r"course\.py bundle"):
        course.from_bundle()


def test_offline_is_not_for_the_tests_environment():
    said = call("setup", "--dev", "--offline")
    assert said.returncode == 2
    assert "not with --dev" in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["lab", "setup"])
def test_offline_installs_from_the_bundle_alone(fake, monkeypatch, command):
    asked = []
    monkeypatch.setattr(course, "ROOT", fake)
    (fake / "pyproject.toml").write_text("")
    (fake / "tools").mkdir()
    (fake / "tools/lab_overrides.json").write_text("{}")
    (fake / "tools/lab.py").write_text("")
    monkeypatch.setattr(course, "create", lambda env, source: ["install"])
    monkeypatch.setattr(course, "call", asked.append)
    monkeypatch.setattr(course, "hand_over", lambda line, where, variables: line)
    (fake / course.LEARNER).mkdir()
    handed = course.run(command, ["--offline"])
    assert len(asked) == 2
    for one in asked:
        assert one[:4] == ["install", "--no-index", "--find-links", str(fake / "bundle")]
    assert handed == 0 or "--offline" not in handed


def test_a_bundle_for_other_machines_says_whom_it_serves(fake, monkeypatch):
    (fake / "bundle/serves.txt").write_text("linux x86_64, Python 3.12\n")
    monkeypatch.setattr(course, "ROOT", fake)
    with pytest.raises(course.Failure, match=r"serves linux x86_64, Python 3\.12"):
        course.call([sys.executable, "-c", "import sys; sys.exit('no such wheel')", "--no-index"])


# Only in the long form, for it needs the network; a test left out would count as failed in CI.
THOROUGH = os.environ.get("TLSKIT_THOROUGH") == "1"
SERVED = sys.platform == "linux" and os.uname().machine == "x86_64"


if THOROUGH and SERVED:

    def test_an_installation_without_network(tmp_path):
        """Some 25 s of one CPU: fetched for this machine, then installed by pip alone."""
        clone = tmp_path / "clone"
        kept = shutil.ignore_patterns(".*", "bundle", "work", "__pycache__")
        shutil.copytree(locks.ROOT, clone, ignore=kept)
        python = f"3.{sys.version_info.minor}"
        made = bundle.main(["--for", "linux", "--python", python, "--out", str(clone / "bundle")])
        assert made == 0
        nowhere = "http://127.0.0.1:9"
        away = {"HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "ALL_PROXY": nowhere}
        away |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "UV_OFFLINE": "1"}
        kept_variables = {key: one for key, one in os.environ.items() if not key.startswith("PIP_")}
        command = [sys.executable, str(clone / COURSE.name), "setup", "--offline"]
        said = subprocess.run(command, env=kept_variables | away, capture_output=True, text=True)
        assert said.returncode == 0, said.stderr
        check = "import tlskit, jupyterlab, cryptography; print(tlskit.__file__)"
        own = clone / ".venv/bin/python"
        found = subprocess.run([own, "-c", check], cwd=tmp_path, capture_output=True, text=True)
        assert found.stdout.strip() == str(clone / "tlskit/__init__.py")
