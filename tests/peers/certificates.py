"""The certificates that every peer meets: sound ones, and each with one fault, as PEM files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tlskit import pki
from tlskit.certificates import Credential, Kind
from tlskit.faulty_pki import leaf_with
from tlskit.fresh_pki import FreshAuthority

KINDS: tuple[Kind, ...] = ("rsa", "ecdsa")
CASES = ("sound", "wrong CA", "wrong name", "expired", "no intermediate")
"""What a server shows; "wrong CA" is a sound one to a client that believes another root."""
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

    @property
    def sound(self) -> bool:
        return self.case == "sound"


def credential(kind: Kind, case: str) -> Credential:
    now = datetime.now(UTC)
    local = pki.LOCAL_NAMES
    if case == "expired":
        return leaf_with(kind, now, names=local, not_after=datetime(2026, 1, 1, tzinfo=UTC))
    sound = pki.credential(kind, "www.course.example" if case == "wrong name" else "localhost")
    return Credential(sound.chain[:1], sound.private_key) if case == "no intermediate" else sound


def written(folder: Path) -> dict[tuple[str, str], Shown]:
    """Write all of them; return them by kind and case."""
    (folder / "roots.pem").write_bytes(pki.pem_roots())
    (folder / "other.pem").write_bytes(FreshAuthority(datetime.now(UTC)).pem_root)
    made = {}
    for kind in KINDS:
        for case in CASES:
            one = credential(kind, case)
            stem = f"{kind}_{case.replace(' ', '_')}"
            chain, key, p12 = (folder / f"{stem}.{end}" for end in ("pem", "key", "p12"))
            chain.write_bytes(pki.pem_chain(one))
            key.write_bytes(pki.pem_key(one))
            p12.write_bytes(
                pkcs12.serialize_key_and_certificates(
                    b"leaf",
                    one.private_key,
                    one.leaf,
                    [pki.x509.load_der_x509_certificate(der) for der in one.chain[1:]],
                    BestAvailableEncryption(PASSWORD.encode()),
                )
            )
            roots = folder / ("other.pem" if case == "wrong CA" else "roots.pem")
            made[kind, case] = Shown(kind, case, chain, key, p12, roots)
    return made
