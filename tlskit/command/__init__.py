"""The command line: subcommands that talk to real peers; without one, a handshake as text."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tlskit.alerts import Alert
from tlskit.command import show
from tlskit.command.options import ConnectionLost, Parser, tell, words_for
from tlskit.http_request import NotHttp

DESCRIPTION = """Without a command: run a TLS 1.2 handshake between our own client and server, in
memory, and print the ladder of its messages with their sizes, and the secrets that both derived."""

COMMANDS = {
    "serve": "serve a page over TLS",
    "connect": "connect to a server, and fetch a page",
    "pcap": "write a handshake as a capture file that Wireshark opens decrypted",
    "suites": "list the cipher suites",
}
FAILED, MISUSED = 1, 2
"""Exit codes: a TLS failure; a call or a file that can't be meant, or nobody to talk to."""


def parser() -> Parser:
    """Return the parser of the whole command line."""
    whole = Parser(prog="tlskit", description=DESCRIPTION)
    show.add_options(whole)
    whole.set_defaults(run=show.run)
    commands = whole.add_subparsers(metavar="COMMAND", title="commands", parser_class=Parser)
    for name, words in COMMANDS.items():
        module: Any = import_module(f"tlskit.command.{name}")
        one = commands.add_parser(name, help=words, description=module.DESCRIPTION)
        module.add_options(one)
        one.set_defaults(run=module.run)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (Alert, ConnectionLost, NotHttp) as failure:
        tell(words_for(failure))
        return FAILED
    except BrokenPipeError:  # as before `| head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ValueError, OSError) as error:
        tell(words_for(error))
        return MISUSED
    except KeyboardInterrupt:
        return 130
