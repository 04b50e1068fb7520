"""`tlskit` alone: a whole handshake of our two ends as text, the same one each time."""

import argparse

from tlskit.first_seconds import handshake_as_text


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the handshake that is shown."""
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


def run(options: argparse.Namespace) -> int:
    """Print the handshake; return the exit code. Raises: ValueError for an unknown name."""
    text = handshake_as_text(
        options.suite,
        options.group,
        not options.no_extended_master_secret,
        options.resume,
        options.client_certificate,
    )
    print(text, flush=True)
    return 0
