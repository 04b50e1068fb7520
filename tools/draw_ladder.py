"""Draw docs/ladder.svg, the picture in the README, from a real run."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tlskit.cipher_suites import suite_named  # noqa: E402
from tlskit.ladder_rows import ladder_rows  # noqa: E402
from tlskit.lesson import ANSWER, REQUEST, Choice, run  # noqa: E402
from tlskit.show import ladder_svg  # noqa: E402

SUITE = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


def drawing() -> str:
    """Return the picture."""
    result = run(Choice(suite_named(SUITE)), REQUEST, ANSWER)
    return ladder_svg(ladder_rows(result.calls, result.order)) + "\n"


if __name__ == "__main__":
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs/ladder.svg").write_text(drawing(), encoding="utf-8")
