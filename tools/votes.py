"""Write docs/votes.md: for each lesson the question to vote on in a workshop, with its answers.

usage: python tools/votes.py [--check]

The questions are those of tlskit/questions marked `vote`. --check writes nothing, and exits 1 if
the file is not what would be written.
"""

import string
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tlskit.questions import Question, all_questions  # noqa: E402 (the folder above)

PAGE = ROOT / "docs/votes.md"
HEAD = """\
# Questions to vote on

For whoever leads a workshop: one question a lesson, written by `.venv-dev/bin/python
tools/votes.py` from `tlskit/questions/`. Read it out with its choices, let everybody decide alone,
count hands, let neighbours convince each other, count again. Then the answer, and the question
behind it.
"""


def section(question: Question) -> str:
    """Return the part of the page about one question."""
    lettered = list(zip(string.ascii_uppercase, question.choices, strict=False))
    choices = [f"- **{letter}** {choice.text}" for letter, choice in lettered]
    answers = [
        f"- **{letter}{' is right' if choice.right else ''}**: {choice.why}"
        for letter, choice in lettered
    ]
    return "\n".join(
        [
            f"## Lesson {question.lesson}\n",
            f"{question.ask}\n",
            *choices,
            "\n<details><summary>Answers</summary>\n",
            *answers,
            f"\n{question.longer}\n",
            f"**Then ask:** {question.then}\n",
            f"Read on: {question.reference}.\n\n</details>\n",
        ]
    )


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(one) for one in all_questions() if one.vote)])


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments:
        good = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        if not good:
            print(
                f"{PAGE.relative_to(ROOT)} is not up to date: run tools/votes.py", file=sys.stderr
            )
        return int(not good)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
