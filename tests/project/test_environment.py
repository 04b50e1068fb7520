"""environment.yml is what conda can read, and says what pyproject.toml and the lock say."""

import locks
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

PYPI_NAMES = {"matplotlib-base": "matplotlib"}


def conda_file() -> dict:
    return yaml.safe_load((locks.ROOT / "environment.yml").read_text())


def conda_specs() -> dict[str, SpecifierSet]:
    found = {}
    for line in conda_file()["dependencies"]:
        if isinstance(line, str):
            spec = MatchSpec(line, strict=True)  # conda's own grammar; raises on a malformed line
            name = spec.name.normalized
            found[PYPI_NAMES.get(name, name)] = SpecifierSet(str(spec.version or ""))
    return found


def test_the_packages_and_their_ranges_are_those_of_pyproject():
    specs = conda_specs()
    specs.pop("pip")
    specs.pop("python")
    wanted = {
        Requirement(one).name: Requirement(one).specifier for one in locks.project()["learner"]
    }
    assert specs == wanted
    core = {"cryptography", "ipywidgets", "jupyterlab", "matplotlib", "nbval"}
    assert set(specs) == core | {"h11", "scapy", "wsproto"}


def test_python_has_the_same_floor():
    text = (locks.ROOT / "pyproject.toml").read_text()
    assert f'requires-python = "{conda_specs()["python"]}"' in text


def test_the_lock_lies_within_the_ranges():
    pinned = {pin.requirement.name: pin.version for pin in locks.pins("requirements.lock")}
    for name, allowed in conda_specs().items():
        if name not in ("python", "pip"):
            assert allowed.contains(pinned[name]), name


def test_channels_and_pip_part():
    data = conda_file()
    assert data["channels"] == ["conda-forge", "nodefaults"]
    assert {"pip": ["-e ."]} in data["dependencies"]
