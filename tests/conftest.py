"""What all tests share: peers from outside Python, and how thorough a run is."""

import os
import shutil

import pytest

collect_ignore_glob = ["conftest.py", "*/conftest.py"]
"""No doctests in these: their modules all have one name, and only one of them can be imported."""

# peer: the names that its program goes by
PEERS = {
    "chromium": ("chromium", "chromium-browser"),
    "tshark": ("tshark",),
    "openssl": ("openssl",),
    "bwrap": ("bwrap",),
    "curl": ("curl",),
    "gnutls-cli": ("gnutls-cli",),
    "gnutls-serv": ("gnutls-serv",),
    "nginx": ("nginx", "/usr/sbin/nginx"),
    "node": ("node",),
    "certutil": ("certutil",),
    "tstclnt": ("tstclnt",),
    "selfserv": ("selfserv",),
    "java": ("java",),
    "go": ("go",),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out if a program that it wants is missing; in CI that is a failure."""
    for mark in item.iter_markers("peer"):
        for name in mark.args:
            if not any(map(shutil.which, PEERS[name])):
                reason = f"needs {name}, which is not installed (python3 course.py peers)"
                if os.environ.get("CI") == "true":
                    pytest.fail(reason, pytrace=False)
                pytest.skip(reason)


@pytest.fixture(scope="session")
def thorough() -> bool:
    """Whether to take the long form (`python3 course.py test --thorough`)."""
    return os.environ.get("TLSKIT_THOROUGH") == "1"
