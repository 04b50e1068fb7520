"""Certificates: what a side shows, and what the other must check before it believes a word.

pyca/cryptography's verifier decides (RFC 5280 path validation, RFC 9525 names); what it
refuses, `certificate_faults` puts into words. Nothing here asks whether a certificate was revoked
(CRL and OCSP are other lessons).
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import verification

from tlskit.alerts import Alert
from tlskit.certificate_faults import (
    LONGEST_PATH,
    Purpose,
    check_key,
    diagnose,
    extension_of,
    name_matches,
    names_of,
)
from tlskit.registry import AlertDescription

Kind: TypeAlias = Literal["rsa", "ecdsa", "ed25519"]
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
LONGEST_CHAIN = 2 * LONGEST_PATH
"""How many certificates are taken from a peer: each costs time before anybody is known."""
KeyUsage: TypeAlias = Literal["digital_signature", "key_encipherment"]

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


@dataclass(frozen=True)
class Trust:
    """The root certificates that a client believes without proof (RFC 5280 §6.1.1 (d)).

    A server's own certificate may be placed here, too, and is trusted as it is, also one that it
    signed itself as a CA, as `openssl req -x509` makes them: its dates, key, extended usage and
    name are still checked, as OpenSSL does.
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
        if isinstance(self.private_key, ed25519.Ed25519PrivateKey):
            return "ed25519"
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
    return _verified(
        chain,
        trust,
        now,
        "server",
        lambda policy: policy.build_server_verifier(subject),
        server_name,
    )


def verify_client_chain(chain: Sequence[bytes], trust: Trust, now: datetime) -> x509.Certificate:
    """Return a client's certificate if one of our roots vouches for it.

    As `verify_chain`, but made for clients (extended key usage clientAuth), and for no name: who
    the client may be is for the application to say. Reference: RFC 5246 §7.4.6, RFC 5280 §6.
    """
    return _verified(
        chain,
        trust,
        now,
        "client",
        lambda policy: policy.extension_policies(
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
            ee_policy=client_leaf_policy(),
        ).build_client_verifier(),
    )


def client_leaf_policy() -> verification.ExtensionPolicy:
    """Return what pyca asks of a leaf, but for a name: many clients' certificates have none."""
    usual = verification.ExtensionPolicy.webpki_defaults_ee()
    agnostic = verification.Criticality.AGNOSTIC
    return usual.may_be_present(x509.SubjectAlternativeName, agnostic, None)


def _verified(
    chain: Sequence[bytes],
    trust: Trust,
    now: datetime,
    purpose: Purpose,
    verifier_of: Callable[[verification.PolicyBuilder], Any],
    server_name: str = "",
) -> x509.Certificate:
    if now.tzinfo is None:
        raise ValueError("now must carry its time zone: datetime.now(timezone.utc)")
    if not chain:
        reason = f"expected the {purpose}'s certificate, got an empty list"
        raise Alert(AlertDescription.decode_error, reason, "RFC 5246 §7.4.2, RFC 9846 §4.5.1.3")
    if len(chain) > LONGEST_CHAIN:
        reason = f"a chain of {len(chain)} certificates, at most {LONGEST_CHAIN} are looked at"
        raise Alert(AlertDescription.bad_certificate, reason, "RFC 5280 §6.1")
    policy = verification.PolicyBuilder().store(trust.store).time(now)
    verifier = verifier_of(policy.max_chain_depth(LONGEST_PATH))
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in chain]
        try:
            verifier.verify(certificates[0], certificates[1:])
        except verification.VerificationError as refusal:
            diagnose(certificates, trust.roots, now, purpose, server_name)
            if certificates[0] in trust.roots:
                return certificates[0]  # believed as it is: there is no path to be verified
            reason = f"the verifier refused the chain: {str(refusal).partition(' (encountered')[0]}"
            raise Alert(AlertDescription.certificate_unknown, reason, "RFC 5280 §6.1") from None
        check_key(certificates[0])  # pyca refuses a short key of a CA, not one of a leaf
    except UNREADABLE as error:  # pyca decodes some parts only when they are asked for
        reason = f"a certificate of the chain cannot be decoded: {error}"
        raise Alert(AlertDescription.bad_certificate, reason, "RFC 5280 §4.1") from None
    return certificates[0]


def require_key_usage(leaf: x509.Certificate, usage: KeyUsage, purpose: Purpose = "server") -> None:
    """Check that the leaf's key may do what the handshake asks of it.

      ECDHE_RSA, ECDHE_ECDSA: digitalSignature, it signs ServerKeyExchange
      RSA:                    keyEncipherment, the pre-master secret is encrypted to it
      a client's certificate: digitalSignature, it signs CertificateVerify

    Reference: RFC 5246 §7.4.2, §7.4.6: the bit MUST be set *if* the extension is present.
    Raises: Alert illegal_parameter: the certificate may be good, but the server chose a suite that
        it cannot serve ("inconsistent with other fields", §7.2.2).
    """
    key_usage = extension_of(leaf, x509.KeyUsage)
    if key_usage is None or getattr(key_usage, usage):
        return
    allowed = [name for attribute, name in KEY_USAGES.items() if getattr(key_usage, attribute)]
    needs = "the cipher suite" if purpose == "server" else "CertificateVerify"
    raise Alert(
        AlertDescription.illegal_parameter,
        f"{needs} needs a key with the usage {KEY_USAGES[usage]}, the {purpose}'s certificate"
        f" allows only {', '.join(allowed) or 'nothing'}",
        f"RFC 5246 §7.4.{2 if purpose == 'server' else 6}, RFC 5280 §4.2.1.3",
    )


def _subject(server_name: str) -> x509.DNSName | x509.IPAddress:
    """Return the name for pyca's verifier, which treats addresses and names differently."""
    try:
        return x509.IPAddress(ipaddress.ip_address(server_name))
    except ValueError:
        return x509.DNSName(server_name)


__all__ = [
    "Credential",
    "Kind",
    "PrivateKey",
    "Trust",
    "name_matches",
    "names_of",
    "require_key_usage",
    "verify_chain",
    "verify_client_chain",
]
