"""What the subcommands' options have in common: names, versions, addresses, files."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from tlskit.alerts import Alert, InputEnded
from tlskit.cipher_suites import ALL_SUITES, Suite
from tlskit.credential_files import credential_from
from tlskit.http_request import NotHttp
from tlskit.key_exchange import GROUPS, HYBRID, group_named, has_hybrid
from tlskit.registry import NamedGroup
from tlskit.versions import VERSIONS as VERSION_NUMBERS
from tlskit.versions import between

T = TypeVar("T")
VERSIONS = ("1.2", "1.3")
HIGHEST_PORT = 2**16 - 1


class ConnectionLost(Exception):
    """The network failed, or the peer fell silent or cut its words off, during TLS."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all of this course's are."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call and end with exit code 2."""
        self.exit(2, f"tlskit: {message}; --help lists the options\n")


def said(words: Callable[[str], T]) -> Callable[[str], T]:
    """Return a reader of an option whose ValueError is shown in its own words."""

    def read(text: str) -> T:
        try:
            return words(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


@said
def suites(text: str) -> tuple[Suite, ...]:
    """Return the suites named A:B, by IANA or OpenSSL name in any case, best first."""
    known = {one.name.lower(): one for one in ALL_SUITES}
    known |= {one.openssl_name.lower(): one for one in ALL_SUITES}
    found = []
    for name in text.split(":"):
        if name.lower() not in known:
            raise ValueError(f"no cipher suite here is called {name!r}; `tlskit suites` lists them")
        found.append(known[name.lower()])
    return tuple(dict.fromkeys(found))


@said
def groups(text: str) -> tuple[NamedGroup, ...]:
    """Return the groups named A:B, in any case, best first."""
    return tuple(dict.fromkeys(group_named(name) for name in text.split(":")))


@said
def version(text: str) -> str:
    """Return a version that is known, "1.2" or "1.3"."""
    if text not in VERSIONS:
        raise ValueError(f"a version is 1.2 or 1.3, not {text!r}")
    return text


@said
def alpn(text: str) -> tuple[str, ...]:
    """Return the protocols named a,b, best first (RFC 7301)."""
    found = tuple(text.split(","))
    for one in found:
        if not 1 <= len(one.encode()) <= 255:
            raise ValueError(f"a protocol's name has 1 to 255 bytes (RFC 7301 §3.1), not {one!r}")
    return found


@said
def port(text: str) -> int:
    """Return a port; 0 is any that is free."""
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise ValueError(f"a port is a number from 0 to {HIGHEST_PORT}, not {text!r}")
    return int(text)


@said
def count(text: str) -> int:
    """Return a number of tickets."""
    if not text.isdecimal():
        raise ValueError(f"a number of tickets is wanted, not {text!r}")
    return int(text)


@said
def host_name(text: str) -> str:
    """Return a name, or an IP address, that a certificate can be checked for (RFC 6066 §3)."""
    try:
        text.rstrip(".").encode("idna")
    except UnicodeError:
        raise ValueError(f"no name of a host can be {printable(text[:60])!r}") from None
    return text.rstrip(".")


@said
def address(text: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT; an IPv6 address stands in brackets, [::1]:443."""
    host, colon, number = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"an IPv6 address stands in brackets, as in [::1]:443, not {text!r}")
    if not colon or not host or not number.isdecimal() or not 0 < int(number) <= HIGHEST_PORT:
        raise ValueError(f"HOST:PORT is wanted, not {text!r}")
    return host, int(number)


def add_versions(parser: argparse.ArgumentParser) -> None:
    """Add --min and --max, which both ends have."""
    for name, which, usual in (("min", "lowest", "1.2"), ("max", "highest", "1.3")):
        words = f"{which} version, 1.2 or 1.3 (%(default)s)"
        parser.add_argument(f"--{name}", type=version, metavar="V", default=usual, help=words)


def add_offers(parser: argparse.ArgumentParser) -> None:
    """Add what both ends can be told to offer or take."""
    add_versions(parser)
    parser.add_argument(
        "--suites", type=suites, metavar="A:B", help="only these, best first (safe ones alone)"
    )
    parser.add_argument(
        "--groups",
        type=groups,
        metavar="A:B",
        help="X25519, P-256, P-384, P-521, X25519MLKEM768 (all)",
    )
    parser.add_argument("--alpn", type=alpn, metavar="a,b", default=(), help="protocols inside")
    parser.add_argument("--keylog", metavar="FILE", help="append the secrets, for Wireshark")
    parser.add_argument(
        "--trace", action="store_true", help="print each message as it goes by, on stderr"
    )


def common_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return what the options that both ends have mean for `Settings`.

    Raises: ValueError in one line for a certificate without a key, or files that do not do.
    """
    told: dict[str, Any] = {"random": os.urandom, "now": now(), "alpn": options.alpn}
    if bool(options.cert) != bool(options.key):
        raise ValueError("--cert and --key belong together")
    if options.cert:
        told["credentials"] = (credential_from(options.cert, options.key, told["now"]),)
    for version in ("1.2", "1.3"):
        named = tuple(one for one in options.suites or () if one.version == version)
        if named:
            told["suites" if version == "1.2" else "tls13_suites"] = named
    if options.groups:
        told["groups"] = options.groups
    elif has_hybrid():
        told["groups"] = (*GROUPS, HYBRID)
    return told


def offered_versions(options: argparse.Namespace) -> tuple[int, ...]:
    """Return the versions that --min, --max and --suites leave, best first.

    Naming suites of one version alone leaves out the other one.

    Raises: ValueError in one line if none is left.
    """
    found = between(options.min, options.max)
    if options.suites:
        named = {VERSION_NUMBERS[suite.version] for suite in options.suites}
        found = tuple(one for one in found if one in named)
        if not found:
            raise ValueError("--suites names none of a version from --min to --max")
    return found


def now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


def tell(line: str) -> None:
    """Say one line on stderr."""
    print(f"tlskit: {line}", file=sys.stderr, flush=True)


def words_for(failure: BaseException) -> str:
    """Return one line for what went wrong: an alert's name and reason, or what the system says."""
    return printable(said_of(failure))


def printable(text: str) -> str:
    """Return a text in one line, whatever a peer has put into it.

    >>> printable("we speak a\\nb")
    'we speak a\\\\nb'
    """
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def said_of(failure: BaseException) -> str:
    """Return what went wrong in words."""
    if isinstance(failure, InputEnded):
        return f"connection_lost: {failure.reason}"
    if isinstance(failure, Alert | ValueError | NotHttp):
        return str(failure)
    if isinstance(failure, TimeoutError | ConnectionError | ConnectionLost):
        return f"connection_lost: {failure or 'the peer was silent'}"
    if isinstance(failure, OSError) and failure.strerror:
        where = f"{failure.filename}: " if failure.filename else ""
        return f"{where}{failure.strerror}"
    return f"{type(failure).__name__}: {failure}"
