"""Inputs of exercise 03, from a seed: names, and certificates that may sign others or not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tlskit.exercises.drawing import among, label, number, shuffled
from tlskit.exercises.task import Case, Draw
from tlskit.pki import (
    Contents,
    certify,
    der,
)

YEAR = timedelta(days=365)
SIGNS = ("key_cert_sign", "crl_sign")

# ---- names


def capitals(draw: Draw, name: str) -> str:
    """Return a name with some of its letters large, the second one for certain."""
    some = "".join(one.upper() if number(draw, 0, 2) == 0 else one for one in name)
    return some[:1] + name[1:2].upper() + some[2:]


def names(draw: Draw) -> list[Case]:
    """Return a pattern and a host, for each rule those that match and those that do not."""
    one, two, three = label(draw), label(draw), label(draw)
    parent = f"{two}.{three}"
    host = f"{one}.{parent}"
    dotless = host.replace(".", among(draw, "abcxyz"), 1)
    found = [
        ("a name", host, host),
        ("a name", host, capitals(draw, host)),
        ("a name", capitals(draw, host), host),
        ("a name", parent, host),
        ("a name", host, f"{label(draw)}-{host}"),
        ("a name", f"{host}.{label(draw)}", f"{dotless}.{label(draw)}"),
        ("a name", host, dotless),
        ("a wildcard", f"*.{parent}", host),
        ("a wildcard", f"*.{capitals(draw, parent)}", capitals(draw, host)),
        ("a wildcard", f"*.{parent}", f"{label(draw)}.{host}"),
        ("a wildcard", f"*.{parent}", parent),
        ("a wildcard", f"*.{parent}", one),
        ("a wildcard", f"*.{parent}", f"{one}.{label(draw)}.{three}"),
        ("a wildcard", f"*.{parent}", f"{host}.{label(draw)}"),
        ("where a `*` may stand", f"*.{host}", f"{label(draw)}.{host}"),
        ("where a `*` may stand", f"{one}.*.{three}", host),
        ("where a `*` may stand", f"{one[:2]}*.{parent}", host),
        ("where a `*` may stand", f"*{one[-2:]}.{parent}", host),
    ]
    return shuffled(draw, [Case((pattern, name), part) for part, pattern, name in found])


# ---- the right to sign


def key(draw: Draw) -> ec.EllipticCurvePrivateKey:
    """Return a P-256 key."""
    return ec.derive_private_key(int.from_bytes(draw(31)) + 1, ec.SECP256R1())


def bare(draw: Draw, constraints: x509.BasicConstraints | None, usage: bool) -> bytes:
    """Return a certificate with no other extension than these, signed by itself."""
    private, name = (
        key(draw),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, label(draw))]),
    )
    first = datetime(2000 + number(draw, 0, 20), 1, 1, tzinfo=UTC)
    serial = int.from_bytes(draw(8)) + 1
    builder = x509.CertificateBuilder(
        name, name, private.public_key(), serial, first, first + 20 * YEAR
    )
    if constraints is not None:
        builder = builder.add_extension(constraints, True)
    if usage:
        bits = (False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(x509.KeyUsage(*bits), True)
    return der(builder.sign(private, hashes.SHA256(), ecdsa_deterministic=True))


def rights(draw: Draw) -> list[Case]:
    """Return certificates, and how many CAs stand below each."""

    def says(**changes: Any) -> bytes:
        return der(certify(Contents(label(draw), key(draw), **({"ca": True} | changes)), None))

    flag, usage, length = "the flag", "the key's usage", "the path length"
    most, few = number(draw, 1, 6), number(draw, 0, 5)
    unlimited = x509.BasicConstraints(True, None)
    found = [
        Case((says(), few), flag),
        Case((says(ca=False), few), flag),
        Case((says(ca=False, key_usage=("digital_signature",)), 0), flag),
        Case((bare(draw, None, True), few), flag),
        Case((says(key_usage=("key_cert_sign",)), number(draw, 0, 5)), usage),
        Case((bare(draw, unlimited, False), number(draw, 0, 5)), usage),
        Case((says(key_usage=("digital_signature", "crl_sign")), number(draw, 0, 5)), usage),
        Case((says(path_length=0), 0), length),
        Case((says(path_length=0), number(draw, 1, 4)), length),
        Case((says(path_length=most), most), length),
        Case((says(path_length=most), number(draw, 0, most - 1)), length),
        Case((says(path_length=most), most + 1), length),
        Case((says(), number(draw, 1, 9)), length),
    ]
    return shuffled(draw, found)
