"""What exercises call: a check names the mistake, never just "failed", and never the solution.

Checks return a `Report` and do not raise, so a notebook with unwritten answers runs to its end.
"""

from tlskit.checks.key_generation import master_secret
from tlskit.checks.live import against_openssl
from tlskit.checks.mistakes import compare
from tlskit.checks.report import Report, Verdict

__all__ = ["Report", "Verdict", "against_openssl", "compare", "master_secret"]
