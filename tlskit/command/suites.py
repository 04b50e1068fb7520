"""`tlskit suites`: what is supported, with what is only taught marked."""

import argparse
import json

from tlskit.cipher_suites import ALL_SUITES, Suite

DESCRIPTION = "List the cipher suites; those marked are taught, but not used unless they are named."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `suites`."""
    parser.add_argument("--json", action="store_true", help="one JSON array")


def run(options: argparse.Namespace) -> int:
    """Print the list; return the exit code."""
    rows = [row(suite) for suite in ALL_SUITES]
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    width = max(len(suite.name) for suite in ALL_SUITES)
    for one in rows:
        mark = "taught only" if one["taught_only"] else ""
        print(f"0x{one['code']:04X}  {one['name']:<{width}}  TLS {one['version']}  {mark}".rstrip())
    return 0


def row(suite: Suite) -> dict[str, object]:
    """Return what is told of a suite."""
    return {
        "code": int(suite.code),
        "name": suite.name,
        "openssl_name": suite.openssl_name,
        "version": suite.version,
        "key_exchange": str(suite.key_exchange),
        "authentication": suite.authentication,
        "cipher": str(suite.cipher),
        "taught_only": suite.taught_only,
    }
