"""The command line: `python -m tlskit`, and the script `tlskit`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code: 0, 1 for a TLS failure, 2 for a wrong call."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print(
            "tlskit: the package `cryptography` is missing; `python3 course.py run` brings it",
            file=sys.stderr,
        )
        return 2
    from tlskit import command

    return command.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
