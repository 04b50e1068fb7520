"""The certificates that every peer meets: sound ones, and each with one fault, as PEM files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tlskit import pki
from tlskit.certificates import Credential, Kind
from tlskit.faulty_pki import leaf_with
from tlskit.fresh_pki import FreshAuthority

KINDS: tuple[Kind, ...] = ("rsa", "ecdsa")
CASES = ("sound", "wrong CA", "wrong name", "expired", "no intermediate")
"""What a server shows; "wrong CA" is a sound one to a client that believes another root."""
CLIENT = "client"
"""A client's own certificate."""
PASSWORD = "course"


@dataclass(frozen=True)
class Shown:
    """A server's certificate as files, and the roots that the client is to believe."""

    kind: str
    case: str
    chain: Path
    key: Path
    p12: Path
    roots: Path


def credential(kind: Kind, case: str) -> Credential:
    now = datetime.now(UTC)
    local = pki.LOCAL_NAMES
    if case == "expired":
        return leaf_with(kind, now, names=local, not_after=datetime(2026, 1, 1, tzinfo=UTC))
    sound = pki.credential(kind, "www.course.example" if case == "wrong name" else "localhost")
    return Credential(sound.chain[:1], sound.private_key) if case == "no intermediate" else sound


def written(folder: Path) -> dict[tuple[str, str], Shown]:
    """Write all of them, and a client's; return them by kind and case."""
    roots, other = folder / "roots.pem", folder / "other.pem"
    roots.write_bytes(pki.pem_roots())
    other.write_bytes(FreshAuthority(datetime.now(UTC)).pem_root)
    made = {}
    for kind in KINDS:
        for case in CASES:
            believed = other if case == "wrong CA" else roots
            made[kind, case] = files(folder, credential(kind, case), kind, case, believed)
        client = pki.client_credential(kind)
        made[kind, CLIENT] = files(folder, client, kind, CLIENT, roots)
    return made


def files(folder: Path, one: Credential, kind: Kind, case: str, roots: Path) -> Shown:
    stem = f"{kind}_{case.replace(' ', '_')}"
    chain, key, p12 = (folder / f"{stem}.{end}" for end in ("pem", "key", "p12"))
    chain.write_bytes(pki.pem_chain(one))
    key.write_bytes(pki.pem_key(one))
    p12.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"leaf",
            one.private_key,
            one.leaf,
            [x509.load_der_x509_certificate(der) for der in one.chain[1:]],
            BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    return Shown(kind, case, chain, key, p12, roots)
