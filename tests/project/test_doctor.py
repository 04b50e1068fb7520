"""The preflight: one screen, a plain yes or no in each line, and it shakes hands."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def said() -> list[str]:
    command = [sys.executable, "course.py", "doctor"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0 and run.stderr == ""
    return run.stdout.splitlines()


def test_it_fits_on_one_screen_and_says_yes_or_no(said):
    findings = [line for line in said if line.startswith("  ")]
    assert len(said) <= 24 and len(findings) >= 10
    assert all(line[2:6] in ("yes ", "NO  ") for line in findings)


def test_a_handshake_with_openssl_is_really_tried(said):
    assert "  yes  a handshake with OpenSSL comes to its end" in said


def test_a_handshake_that_fails_is_a_no(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import doctor

    assert doctor.shakes_hands()
    monkeypatch.setattr(doctor, "HANDSHAKE", "raise SystemExit(1)")
    assert not doctor.shakes_hands()
