"""Certificates and keys from PEM files; whatever is wrong with a file is said in one line."""

import ssl
import warnings
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from tlskit.certificates import UNREADABLE, Credential, PrivateKey, Trust
from tlskit.pki import der

SYSTEM_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/cert.pem",  # BSD, macOS
)


def read(path: str) -> bytes:
    """Return a file's bytes. Raises: ValueError that names the file and what is wrong."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None


def certificates_in(path: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, in its order. Raises: ValueError in one line."""
    try:
        return x509.load_pem_x509_certificates(read(path))
    except UNREADABLE as error:
        if isinstance(error, ValueError) and str(error).startswith(f"{path}: "):
            raise
        raise ValueError(f"{path}: no certificates in PEM can be read from it") from None


def key_in(path: str) -> PrivateKey:
    """Return the private key of a PEM file. Raises: ValueError in one line."""
    content = read(path)
    try:
        key = serialization.load_pem_private_key(content, None)
    except TypeError:
        raise ValueError(f"{path}: the key is encrypted, and no passphrase can be given") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{path}: no private key in PEM can be read from it") from None
    if not isinstance(key, PrivateKey):
        raise ValueError(f"{path}: the key is neither RSA nor ECDSA nor Ed25519")
    return key


def credential_from(chain_file: str, key_file: str, now: datetime) -> Credential:
    """Return a chain and its key; the leaf comes first in the file (RFC 5246 §7.4.2).

    Raises: ValueError in one line if a file can't be read, if the two do not belong together, or
        if a certificate is not valid now.
    """
    chain, key = certificates_in(chain_file), key_in(key_file)
    if chain[0].public_key() != key.public_key():
        raise ValueError(f"{key_file}: not the key of the first certificate in {chain_file}")
    for certificate in chain:
        require_valid(certificate, chain_file, now)
    return Credential(tuple(der(one) for one in chain), key)


def require_valid(certificate: x509.Certificate, path: str, now: datetime) -> None:
    """Raise ValueError if a certificate is not valid now (RFC 5280 §4.1.2.5)."""
    name = certificate.subject.rfc4514_string() or "a certificate without a name"
    if now > certificate.not_valid_after_utc:
        when = certificate.not_valid_after_utc
        raise ValueError(f"{path}: {name} expired on {when:%Y-%m-%d}")
    if now < certificate.not_valid_before_utc:
        when = certificate.not_valid_before_utc
        raise ValueError(f"{path}: {name} is not valid before {when:%Y-%m-%d}")


def trust_from(path: str) -> Trust:
    """Return the roots in a PEM file. Raises: ValueError in one line."""
    return Trust(tuple(certificates_in(path)))


def system_trust() -> Trust:
    """Return the roots that this machine's own programs believe.

    Raises: ValueError if none are to be found.
    """
    context = ssl.create_default_context()
    found = context.get_ca_certs(binary_form=True)
    roots = []
    for one in found:
        with suppress(*UNREADABLE), warnings.catch_warnings(action="ignore"):
            roots.append(x509.load_der_x509_certificate(one))  # some a strict reader doesn't take
    if roots:
        return Trust(tuple(roots))
    path = next((one for one in SYSTEM_ROOTS if Path(one).exists()), None)
    if path is None:
        raise ValueError("this machine's root certificates are not to be found; --ca names a file")
    return trust_from(path)
