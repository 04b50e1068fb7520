"""A certificate chain as plain rows, and our verifier's word on it; `show.chain` draws them.

One row is one certificate: first those that the Certificate message carries, in its order, then the
one above them: the root that we have, or a row that says who is missing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tlskit.alerts import Alert
from tlskit.certificate_faults import PURPOSES, extension_of, names_of, signed_by
from tlskit.certificates import Trust, verify_chain

LEAF, INTERMEDIATE, ROOT, MISSING = "leaf", "intermediate", "root", "missing"
ISSUED_FOR = {oid: f"{purpose}s" for purpose, oid in PURPOSES.items()}


class ChainRow(NamedTuple):
    """One certificate of a chain, or the gap where one is missing.

    Args:
        place: LEAF, INTERMEDIATE, ROOT or MISSING.
        subject, issuer: whom it speaks of, and who signed it, by their common names.
        first, last: its validity, both days included (RFC 5280 §4.1.2.5); None for a gap.
        key: the kind of its public key.
        names: the names that it vouches for (§4.2.1.6).
        usage: for whom it was issued, "" if it does not say (§4.2.1.12).
        sent: whether it came in the message; else it is our own.
        signed: whether the key in the next row verifies its signature; None if no row follows.
    """

    place: str
    subject: str
    issuer: str
    first: datetime | None = None
    last: datetime | None = None
    key: str = ""
    names: tuple[str, ...] = ()
    usage: str = ""
    sent: bool = True
    signed: bool | None = None


class Judgement(NamedTuple):
    """What our verifier says to a chain: the alert's name, "" if it believes it, and why."""

    alert: str
    words: str
    reference: str

    @property
    def believed(self) -> bool:
        """Whether the chain was accepted."""
        return not self.alert

    def __str__(self) -> str:
        """Return the judgement as a sentence."""
        verdict = f"refused, {self.alert}" if self.alert else "believed"
        return f"{verdict}: {self.words} ({self.reference})"


def judged(chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime) -> Judgement:
    """Return what `verify_chain` says to this chain at this time, in words."""
    try:
        verify_chain(chain, server_name, trust, now)
    except Alert as alert:
        return Judgement(alert.description.name, alert.reason, alert.reference)
    words = f"a root of ours vouches that the leaf's key belongs to {server_name}"
    return Judgement("", words, "RFC 5280 §6.1")


def chain_rows(chain: Sequence[bytes], trust: Trust) -> list[ChainRow]:
    """Return the rows of a chain as it came, leaf first.

    Raises: ValueError for bytes that are no certificate.
    """
    certificates = [x509.load_der_x509_certificate(der) for der in chain]
    above = [root for root in trust.roots if root.subject == certificates[-1].issuer]
    known = [one for one in above if one not in certificates]
    rows: list[ChainRow] = []
    for certificate, issuer in zip(
        certificates, [*certificates[1:], *known[:1], None], strict=False
    ):
        signed = signed_by(certificate, issuer) if issuer else None
        rows.append(row_of(certificate, LEAF if not rows else "", True, signed))
    if known:
        rows.append(row_of(known[0], ROOT, False, None))
    elif not own_issuer(certificates[-1]):
        rows.append(ChainRow(MISSING, common_name(certificates[-1].issuer), "", sent=False))
    return rows


def row_of(certificate: x509.Certificate, place: str, sent: bool, signed: bool | None) -> ChainRow:
    """Return the row of one certificate; what signed itself is called a root, ours or not."""
    extended = extension_of(certificate, x509.ExtendedKeyUsage) or ()
    return ChainRow(
        place or (ROOT if own_issuer(certificate) else INTERMEDIATE),
        common_name(certificate.subject),
        common_name(certificate.issuer),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        kind_of_key(certificate),
        names_of(certificate),
        ", ".join(ISSUED_FOR.get(oid, oid.dotted_string) for oid in extended),
        sent,
        signed,
    )


def own_issuer(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate names itself as its issuer (RFC 5280 §3.2)."""
    return certificate.subject == certificate.issuer


def common_name(name: x509.Name) -> str:
    """Return the common name, or the whole distinguished name if there is none."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def kind_of_key(certificate: x509.Certificate) -> str:
    """Return the kind of the public key and its size, as "RSA, 2048 bits"."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA, {key.key_size} bits"
    return f"ECDSA, {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else "Ed25519"


def state_at(row: ChainRow, now: datetime) -> str:
    """Return "valid", "over" or "not yet" for a row's days at this time; "" for a gap."""
    if row.first is None or row.last is None:
        return ""
    if now < row.first:
        return "not yet"
    return "over" if now > row.last else "valid"
