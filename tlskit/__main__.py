"""The command line: `python -m tlskit` shows a whole handshake as text, the same one each time."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

DESCRIPTION = """Run a TLS 1.2 handshake between our own client and server, in memory, and print it:
the ladder of its messages with their sizes, and the secrets that both sides derived."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all of this course's are."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call and end with exit code 2."""
        self.exit(2, f"tlskit: {message}; --help lists the options\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code: 0, or 2 for what it can't do."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        print(
            "tlskit: the package `cryptography` is missing; `python3 course.py run` brings it",
            file=sys.stderr,
        )
        return 2
    from tlskit import first_seconds

    parser = Parser(prog="tlskit", description=DESCRIPTION)
    parser.add_argument(
        "--suite",
        metavar="NAME",
        default="TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        help="IANA's or OpenSSL's name (default: %(default)s)",
    )
    parser.add_argument(
        "--group",
        metavar="NAME",
        default="x25519",
        help="x25519, secp256r1, secp384r1 or secp521r1 (%(default)s)",
    )
    parser.add_argument(
        "--no-extended-master-secret",
        action="store_true",
        help="derive the master secret from the randoms, as before RFC 7627",
    )
    parser.add_argument(
        "--resume",
        choices=("id", "ticket"),
        default="",
        help="take up the session of a full handshake, and show that: by session ID or by ticket",
    )
    parser.add_argument(
        "--client-certificate",
        action="store_true",
        help="the server asks for the client's certificate, and it shows one",
    )
    options = parser.parse_args(arguments)
    try:
        text = first_seconds.handshake_as_text(
            options.suite,
            options.group,
            not options.no_extended_master_secret,
            options.resume,
            options.client_certificate,
        )
    except ValueError as error:
        print(f"tlskit: {error}", file=sys.stderr)
        return 2
    try:
        print(text, flush=True)
    except BrokenPipeError:  # as before `| head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
