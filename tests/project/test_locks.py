"""The locks hold all that any machine needs, pinned and hashed, and no address."""

import re

import locks
import pytest
from packaging.utils import canonicalize_name

LOCKS = ("requirements.lock", "requirements-dev.lock")
MACHINES = [(system, python) for system in locks.PLATFORMS for python in locks.PYTHONS]


@pytest.mark.parametrize(("system", "python"), MACHINES)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_on_every_machine(lock, system, python):
    where = locks.environment(system, python)
    pinned = {
        canonicalize_name(pin.requirement.name): pin
        for pin in locks.pins(lock)
        if locks.applies(pin.requirement, where, frozenset())
    }
    wanted = locks.project()
    roots = wanted["learner"] + (wanted["dev"] if "dev" in lock else [])
    missing = []
    for requirement in locks.walk(roots, where):
        pin = pinned.get(canonicalize_name(requirement.name))
        if pin is None:
            missing.append(f"{requirement.name} is not in {lock}")
        elif not requirement.specifier.contains(pin.version, prereleases=True):
            missing.append(f"{requirement} is not met by {pin.version}")
    assert not missing, "run `python3 course.py lock`:\n" + "\n".join(sorted(set(missing)))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_hashed(lock):
    for pin in locks.pins(lock):
        assert [one.operator for one in pin.requirement.specifier] == ["=="], pin.requirement
        assert pin.hashes, f"{pin.requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in pin.hashes)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry(lock):
    text = (locks.ROOT / lock).read_text()
    assert not re.findall(r"https?:|file:|--(?:extra-)?index-url|--find-links", text)


def test_shared_packages_have_one_version():
    learner, dev = (
        {(p.requirement.name, str(p.requirement.marker)): p.version for p in locks.pins(lock)}
        for lock in LOCKS
    )
    everywhere = {name: version for (name, marker), version in dev.items() if marker == "None"}
    found = {
        (name, marker): dev.get((name, marker), everywhere.get(name)) for name, marker in learner
    }
    assert found == learner  # what a learner gets on some systems, tests may want on all


def test_a_learner_gets_no_nbgrader_and_no_test_tools():
    names = {pin.requirement.name for pin in locks.pins("requirements.lock")}
    assert not names & {"nbgrader", "hypothesis", "playwright", "jupytext", "tlslite-ng"}


def test_systems_that_the_lock_was_not_made_on_are_served():
    markers = {pin.requirement.name: str(pin.requirement.marker) for pin in locks.pins(LOCKS[0])}
    assert "win32" in markers["colorama"]
    assert "darwin" in markers["appnope"]
