"""Lets the tests here import what reads the vectors, and the states that are built by hand."""

import sys
from pathlib import Path

for folder in ("vectors", "steps"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
