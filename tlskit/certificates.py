"""Certificates: what a server shows, and what its client must check before it believes a word.

pyca/cryptography's verifier decides (RFC 5280 path validation, RFC 9525 names), but gives one text
for every fault. So when it refuses, checks of ours look for the reason, in this order:

  decode, path to a root, signatures, dates, the CAs' rights, critical extensions, usage, key, name

A path and its signatures come first, since nothing that a certificate says counts before them.
Nothing here asks whether a certificate was revoked (CRL and OCSP are other lessons).
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, TypeAlias, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from tlskit.alerts import Alert
from tlskit.registry import AlertDescription

Kind: TypeAlias = Literal["rsa", "ecdsa"]
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KeyUsage: TypeAlias = Literal["digital_signature", "key_encipherment"]
Value = TypeVar("Value")

# What pyca raises, some of it late, for bytes that are no certificate; UserWarning is what it makes
# of a serial number below 1 where warnings are errors.
UNREADABLE = (
    *(ValueError, UnsupportedAlgorithm, UserWarning, x509.DuplicateExtension),
    *(x509.InvalidVersion, x509.UnsupportedGeneralNameType),
)

# pyca's names of the bits, and those of RFC 5280 §4.2.1.3.
KEY_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
SMALLEST_RSA_KEY = 2048  # bits
LONGEST_PATH = 8  # intermediates, as many as pyca's verifier follows


@dataclass(frozen=True)
class Trust:
    """The root certificates that a client believes without proof (RFC 5280 §6.1.1 (d)).

    A certificate placed here that is no CA is a server's own, trusted as it is: its dates, usage
    and name are still checked, as OpenSSL does too.
    """

    roots: tuple[x509.Certificate, ...]

    @cached_property
    def store(self) -> verification.Store:
        """The roots as pyca's verifier wants them; built once, not for each handshake."""
        return verification.Store(list(self.roots))


@dataclass(frozen=True)
class Credential:
    """What a server proves its name with: a certificate chain and the leaf's private key.

    Args:
        chain: certificates in DER, the leaf first, each certified by the next, without the root
            (RFC 5246 §7.4.2: the client must have the root already).
        private_key: belongs to the public key in the leaf.
    """

    chain: tuple[bytes, ...]
    private_key: PrivateKey

    @cached_property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return x509.load_der_x509_certificate(self.chain[0])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names and IP addresses that the leaf vouches for (RFC 5280 §4.2.1.6)."""
        return names_of(self.leaf)

    @property
    def kind(self) -> Kind:
        """The kind of key: it decides which suites and signature schemes can be used."""
        return "rsa" if isinstance(self.private_key, rsa.RSAPrivateKey) else "ecdsa"

    def serves(self, server_name: str) -> bool:
        """Tell whether the leaf is for this server_name (RFC 6066 §3)."""
        return any(name_matches(name, server_name) for name in self.names)


def verify_chain(
    chain: Sequence[bytes], server_name: str, trust: Trust, now: datetime
) -> x509.Certificate:
    """Return the server's certificate if it is to be believed.

    Somebody we trust vouches, through every link of the chain and today, that its public key
    belongs to the server we want to talk to (RFC 5280 §6, RFC 9525 §6).

    Args:
        chain: the certificates as they came in the Certificate message, leaf first.
        server_name: the DNS name, or the IP address, that we wanted to reach.
        trust: our roots.
        now: the time of the handshake, with its time zone.
    Raises:
        Alert: decode_error (no certificate at all), bad_certificate (undecodable, a signature that
            does not verify, a key too weak, a wrong name), unknown_ca, certificate_expired,
            unsupported_certificate (not made for servers) or certificate_unknown. No alert means
            "wrong name"; we send bad_certificate, as OpenSSL does.
        ValueError: our own mistake: a `now` without time zone, a server_name that is none.
    """
    subject = _subject(server_name)
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone: datetime.now(timezone.utc)")
    if not chain:
        reason = "expected the server's certificate, got an empty list"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4.2, RFC 9846 §4.5.1.3")
    policy = verification.PolicyBuilder().store(trust.store).time(now)
    verifier = policy.max_chain_depth(LONGEST_PATH).build_server_verifier(subject)
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in chain]
        try:
            verifier.verify(certificates[0], certificates[1:])
        except verification.VerificationError as refusal:
            _diagnose(certificates, server_name, trust, now)
            reason = f"the verifier refused the chain: {str(refusal).partition(' (encountered')[0]}"
            raise Alert(AlertDescription.certificate_unknown, reason, "RFC 5280 §6.1") from None
        _check_key(certificates[0])  # pyca refuses a short key of a CA, not one of a leaf
    except UNREADABLE as error:  # pyca decodes some parts only when they are asked for
        reason = f"a certificate of the chain cannot be decoded: {error}"
        raise Alert(AlertDescription.bad_certificate, reason, "RFC 5280 §4.1") from None
    return certificates[0]


def require_key_usage(leaf: x509.Certificate, usage: KeyUsage) -> None:
    """Check that the leaf's key may do what the cipher suite asks of it.

      ECDHE_RSA, ECDHE_ECDSA: digitalSignature, it signs ServerKeyExchange
      RSA:                    keyEncipherment, the pre-master secret is encrypted to it

    Reference: RFC 5246 §7.4.2: the bit MUST be set *if* the extension is present.
    Raises: Alert illegal_parameter: the certificate may be good, but the server chose a suite that
        it cannot serve ("inconsistent with other fields", §7.2.2).
    """
    key_usage = _extension(leaf, x509.KeyUsage)
    if key_usage is None or getattr(key_usage, usage):
        return
    allowed = [name for attribute, name in KEY_USAGES.items() if getattr(key_usage, attribute)]
    raise Alert(
        AlertDescription.illegal_parameter,
        f"the cipher suite needs a key with the usage {KEY_USAGES[usage]}, the server's certificate"
        f" allows only {', '.join(allowed) or 'nothing'}",
        "RFC 5246 §7.4.2, RFC 5280 §4.2.1.3",
    )


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names and IP addresses of a certificate's subjectAltName.

    The common name does not count: RFC 9525 §2 leaves it out, and browsers ignore it.
    """
    names = _extension(certificate, x509.SubjectAlternativeName) or ()
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


def _subject(server_name: str) -> x509.DNSName | x509.IPAddress:
    """Return the name for pyca's verifier, which treats addresses and names differently."""
    try:
        return x509.IPAddress(ipaddress.ip_address(server_name))
    except ValueError:
        return x509.DNSName(server_name)


def _diagnose(
    certificates: list[x509.Certificate], server_name: str, trust: Trust, now: datetime
) -> None:
    """Raise the Alert that says why this chain was refused; return if it looks good to us."""
    path = _path(certificates, trust)
    _check_dates(path, now)
    _check_authorities(path)
    _check_critical(path)
    _check_usage(path[0])
    _check_key(path[0])
    _check_name(path[0], server_name)


def _path(certificates: list[x509.Certificate], trust: Trust) -> list[x509.Certificate]:
    """Return the certificates from the leaf up to a root, each signed by the next (§6.1.3 (a))."""
    path = [certificates[0]]
    while path[-1] not in trust.roots:
        child = path[-1]
        candidates = [
            other
            for other in (*trust.roots, *certificates)
            if other.subject == child.issuer and _fits(child, other) and other not in path
        ]
        if not candidates or len(path) > LONGEST_PATH:
            raise Alert(AlertDescription.unknown_ca, _missing(child), "RFC 5246 §7.2.2")
        issuer = next((other for other in candidates if _signed(child, other)), None)
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
    authority = _extension(child, x509.AuthorityKeyIdentifier)
    subject = _extension(issuer, x509.SubjectKeyIdentifier)
    if authority is None or authority.key_identifier is None or subject is None:
        return True
    return authority.key_identifier == subject.digest


def _signed(child: x509.Certificate, issuer: x509.Certificate) -> bool:
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
        constraints = _extension(authority, x509.BasicConstraints)
        usage = _extension(authority, x509.KeyUsage)
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


def _check_usage(leaf: x509.Certificate) -> None:
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    constraints = _extension(leaf, x509.BasicConstraints)
    fault = ""
    if extended is not None and ExtendedKeyUsageOID.SERVER_AUTH not in extended:
        came = ", ".join(usage._name for usage in extended)
        fault = f"expected the extended key usage serverAuth, got {came}"
    elif constraints is not None and constraints.ca:
        fault = "expected a server's certificate, got one of a certification authority"
    if fault:
        reason = f"the certificate of {_name(leaf.subject)} is not for a server: {fault}"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5280 §4.2.1.12")


def _check_key(leaf: x509.Certificate) -> None:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST_RSA_KEY:
        raise Alert(
            AlertDescription.bad_certificate,
            f"expected an RSA key of {SMALLEST_RSA_KEY} bits or more, got {key.key_size} bits",
            "RFC 9325 §4.5",
        )
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        reason = f"expected an RSA or ECDSA key, got {type(key).__name__}"
        raise Alert(AlertDescription.unsupported_certificate, reason, "RFC 5246 §7.4.2")


def _check_name(leaf: x509.Certificate, server_name: str) -> None:
    names = names_of(leaf)
    if any(name_matches(name, server_name) for name in names):
        return
    came = ", ".join(names) or "no name at all (the common name does not count)"
    reason = f"we wanted to reach {server_name}, the certificate is for {came}"
    raise Alert(AlertDescription.bad_certificate, reason, "RFC 9525 §6.3")


def _extension(certificate: x509.Certificate, kind: type[Value]) -> Value | None:
    return next(
        (item.value for item in certificate.extensions if isinstance(item.value, kind)), None
    )


def _name(name: x509.Name) -> str:
    """Return the common name in quotes, or the whole distinguished name."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return f'"{common[0].value!s}"' if common else f'"{name.rfc4514_string()}"'
