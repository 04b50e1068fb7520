"""Why a chain of certificates was refused, in words and with the right alert.

pyca/cryptography's verifier gives one text for every fault. So when it refuses, these checks look
for the reason, in this order:

  decode, path to a root, signatures, dates, the CAs' rights, critical extensions, usage, key, name

A path and its signatures come first, since nothing that a certificate says counts before them.
"""

from datetime import datetime
from typing import Literal, TypeAlias, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription

Purpose: TypeAlias = Literal["server", "client"]
Value = TypeVar("Value")

PURPOSES = {
    "server": ExtendedKeyUsageOID.SERVER_AUTH,
    "client": ExtendedKeyUsageOID.CLIENT_AUTH,
}
PUBLIC_KEYS = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)
SMALLEST_RSA_KEY = 2048  # bits
LONGEST_PATH = 8  # intermediates, as many as pyca's verifier follows


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names and IP addresses of a certificate's subjectAltName.

    The common name does not count: RFC 9525 §2 leaves it out, and browsers ignore it.
    """
    names = extension_of(certificate, x509.SubjectAlternativeName) or ()
    return tuple(
        str(name.value) for name in names if isinstance(name, x509.DNSName | x509.IPAddress)
    )


def name_matches(pattern: str, server_name: str) -> bool:
    """Tell whether a name of a certificate stands for this server (RFC 9525 §6.3, §6.4).

    A wildcard is a whole label, the first one, and stands for one label.

    >>> name_matches("*.course.example", "www.course.example")
    True
    >>> name_matches("*.course.example", "a.b.course.example")
    False
    """
    pattern, name = pattern.lower(), server_name.lower()
    first, _, parent = pattern.partition(".")
    return pattern == name or (first == "*" and "." in parent and name.partition(".")[2] == parent)


def diagnose(
    certificates: list[x509.Certificate],
    roots: tuple[x509.Certificate, ...],
    now: datetime,
    purpose: Purpose,
    server_name: str = "",
) -> None:
    """Raise the Alert that says why this chain was refused; return if it looks good to us."""
    path = _path(certificates, roots)
    _check_dates(path, now)
    _check_authorities(path)
    _check_critical(path)
    _check_usage(path[0], purpose, itself_trusted=path[0] in roots)
    check_key(path[0])
    if server_name:
        _check_name(path[0], server_name)


def _path(
    certificates: list[x509.Certificate], roots: tuple[x509.Certificate, ...]
) -> list[x509.Certificate]:
    """Return the certificates from leaf to root, each signed by the next (RFC 5280 §6.1.3)."""
    path = [certificates[0]]
    while path[-1] not in roots:
        child = path[-1]
        candidates = [
            other
            for other in (*roots, *certificates)
            if other.subject == child.issuer and _fits(child, other) and other not in path
        ]
        if not candidates or len(path) > LONGEST_PATH:
            raise Alert(AlertDescription.unknown_ca, _missing(child), "RFC 5246 §7.2.2")
        issuer = next((other for other in candidates if signed_by(child, other)), None)
        if issuer is None:
            raise Alert(
                AlertDescription.bad_certificate,
                f"the signature on the certificate of {_name(child.subject)} does not verify with"
                f" the key of {_name(child.issuer)}: it was changed, or somebody else signed it",
                "RFC 5280 §6.1.3 (a)(1)",
            )
        path.append(issuer)
    return path


def _missing(child: x509.Certificate) -> str:
    if child.subject == child.issuer:
        fault = "signed by itself, and is none of our roots: anybody could have made it"
    else:
        fault = (
            f"issued by {_name(child.issuer)}, which is neither in the chain nor one of our roots"
        )
    return f"the certificate of {_name(child.subject)} is {fault}"


def _fits(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the key identifiers agree, as far as both are there (RFC 5280 §4.2.1.1)."""
    authority = extension_of(child, x509.AuthorityKeyIdentifier)
    subject = extension_of(issuer, x509.SubjectKeyIdentifier)
    if authority is None or authority.key_identifier is None or subject is None:
        return True
    return authority.key_identifier == subject.digest


def signed_by(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether issuer's name and key fit a certificate's signature (RFC 5280 §6.1.3)."""
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _check_dates(path: list[x509.Certificate], now: datetime) -> None:
    for certificate in path:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if first <= now <= last:
            continue
        fault = f"expired on {last:%Y-%m-%d}" if now > last else f"begins on {first:%Y-%m-%d}"
        reason = f"the certificate of {_name(certificate.subject)} {fault}, now is {now:%Y-%m-%d}"
        raise Alert(AlertDescription.certificate_expired, reason, "RFC 5280 §6.1.3 (a)(2)")


def _check_authorities(path: list[x509.Certificate]) -> None:
    """Each certificate that signed another must be one of a CA (RFC 5280 §6.1.4 (k) to (n))."""
    for below, authority in enumerate(path[1:]):
        constraints = extension_of(authority, x509.BasicConstraints)
        usage = extension_of(authority, x509.KeyUsage)
        fault = ""
        if constraints is None or not constraints.ca:
            fault = "is not a certification authority: basicConstraints lacks cA"
        elif usage is not None and not usage.key_cert_sign:
            fault = "may not sign certificates: keyUsage lacks keyCertSign"
        elif constraints.path_length is not None and below > constraints.path_length:
            fault = f"allows {constraints.path_length} intermediates below it, got {below}"
        if fault:
            reason = f"{_name(authority.subject)} signed a certificate, but {fault}"
            raise Alert(AlertDescription.unknown_ca, reason, "RFC 5280 §4.2.1.9, §6.1.4")


def _check_critical(path: list[x509.Certificate]) -> None:
    """Who does not understand a critical extension must refuse the certificate (RFC 5280 §4.2)."""
    for certificate in path:
        for extension in certificate.extensions:
            if extension.critical and isinstance(extension.value, x509.UnrecognizedExtension):
                reason = (
                    f"expected critical extensions that we know, got {extension.oid.dotted_string}"
                )
                raise Alert(AlertDescription.certificate_unknown, reason, "RFC 5280 §4.2")


def _check_usage(leaf: x509.Certificate, purpose: Purpose, itself_trusted: bool) -> None:
    extended = extension_of(leaf, x509.ExtendedKeyUsage)
    constraints = extension_of(leaf, x509.BasicConstraints)
    fault = ""
    if extended is not None and PURPOSES[purpose] not in extended:
        came = ", ".join(usage._name for usage in extended)
        fault = f"expected the extended key usage {purpose}Auth, got {came}"
    elif constraints is not None and constraints.ca and not (itself_trusted and _may_serve(leaf)):
        fault = f"expected a {purpose}'s certificate, got one of a certification authority"
    if fault:
        reason = f"the certificate of {_name(leaf.subject)} is not for a {purpose}: {fault}"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5280 §4.2.1.12")


def _may_serve(leaf: x509.Certificate) -> bool:
    """Tell whether a CA's key may do what a handshake asks of it, too (RFC 5280 §4.2.1.3)."""
    usage = extension_of(leaf, x509.KeyUsage)
    return usage is None or usage.digital_signature or usage.key_encipherment


def check_key(leaf: x509.Certificate) -> None:
    """Refuse a key that is too short, or of a kind that no suite here can use."""
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA_KEY:
        raise Alert(
            AlertDescription.bad_certificate,
            f"expected an RSA key of {SMALLEST_RSA_KEY} bits or more, got {key.key_size} bits",
            "RFC 9325 §4.5",
        )
    if not isinstance(key, PUBLIC_KEYS):
        reason = f"expected an RSA, ECDSA or Ed25519 key, got {type(key).__name__}"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5246 §7.4.2")


def _check_name(leaf: x509.Certificate, server_name: str) -> None:
    names = names_of(leaf)
    if any(name_matches(name, server_name) for name in names):
        return
    came = ", ".join(names) or "no name at all (the common name does not count)"
    reason = f"we wanted to reach {server_name}, the certificate is for {came}"
    raise Alert(AlertDescription.bad_certificate, reason, "RFC 9525 §6.3")


def extension_of(certificate: x509.Certificate, kind: type[Value]) -> Value | None:
    """Return a certificate's extension of this kind, or None."""
    return next(
        (item.value for item in certificate.extensions if isinstance(item.value, kind)), None
    )


def _name(name: x509.Name) -> str:
    """Return the common name in quotes, or the whole distinguished name."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return f'"{common[0].value!s}"' if common else f'"{name.rfc4514_string()}"'
