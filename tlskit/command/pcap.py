"""`tlskit pcap`: a handshake and a page as a capture file, which Wireshark opens decrypted."""

import argparse

from tlskit.command import options as common
from tlskit.labs.own_capture import capture_file
from tlskit.private_files import create_private

DESCRIPTION = """Write a handshake of our two ends and a page as a pcapng file with the secrets
inside, so that Wireshark opens it decrypted. The same bytes each time; replaces an older file."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `pcap`."""
    parser.add_argument("--suite", type=common.suites, required=True, metavar="NAME")
    parser.add_argument(
        "--version", type=common.version, metavar="V", help="1.2 or 1.3 (the suite's own)"
    )
    parser.add_argument("--resume", action="store_true", help="a second, resumed connection, too")
    parser.add_argument("--out", required=True, metavar="FILE.pcapng", help="readable by you alone")


def run(options: argparse.Namespace) -> int:
    """Write the file; return the exit code. Raises: ValueError, OSError."""
    if len(options.suite) != 1:
        raise ValueError("--suite takes one name here")
    suite = options.suite[0]
    if options.version and options.version != suite.version:
        raise ValueError(f"{suite.name} is a suite of TLS {suite.version}")
    data = capture_file(suite, options.resume)
    with create_private(options.out) as file:
        file.write(data)
    return 0
