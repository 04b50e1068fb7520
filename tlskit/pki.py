"""The course's own certification authority: certificates made at run time from committed keys.

      tlskit course root (RSA)                    what clients trust
        tlskit course intermediate (RSA)            signs RSA leaves
        tlskit course intermediate (ECDSA)          signs ECDSA and Ed25519 leaves
        tlskit course client intermediate (ECDSA)   signs the leaves of clients

Keys, serial numbers, dates and signatures are fixed (RSA PKCS #1 v1.5 always gives the same bytes,
ECDSA when it takes its nonce from the message, RFC 6979), so every certificate is the same bytes
on every machine. The keys in course_keys/ are public; the root's name constraints keep whoever
trusts it from believing more than the course's own names.
"""

import hashlib
import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tlskit.certificates import Credential, Kind, PrivateKey, Trust

ROOT_NAME = "tlskit course root (RSA)"
HOST = "signal.course.example"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
HOSTS = {
    HOST: (HOST,),
    "www.course.example": ("www.course.example", "course.example"),
    "turn.course.example": ("turn.course.example",),
    **dict.fromkeys(LOCAL_NAMES, LOCAL_NAMES),  # for peers on this machine
}
"""Each host that has a certificate, and all the names in it."""

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
"""The time at which the lessons take place."""

FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
LAST_DAY = datetime(2100, 1, 1, tzinfo=UTC)

SERVER_USAGE: dict[Kind, tuple[str, ...]] = {
    "rsa": ("digital_signature", "key_encipherment"),  # one for ECDHE_RSA, the other for RSA
    "ecdsa": ("digital_signature",),
    "ed25519": ("digital_signature",),
}
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
CA_USAGE = ("key_cert_sign", "crl_sign")
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH.dotted_string
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string


@dataclass(frozen=True)
class Contents:
    """What a certificate says before somebody signs it (RFC 5280 §4.1, §4.2)."""

    common_name: str
    private_key: PrivateKey = field(repr=False)  # the subject's; its public half is certified
    names: tuple[str, ...] = ()
    not_before: datetime = FIRST_DAY
    not_after: datetime = LAST_DAY
    ca: bool = False
    path_length: int | None = None
    key_usage: tuple[str, ...] = CA_USAGE
    extended_key_usage: tuple[str, ...] = ()  # object identifiers
    name_constraints: tuple[str, ...] = ()
    critical: tuple[x509.UnrecognizedExtension, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Issuer:
    """A certification authority: its certificate and the key that it signs with."""

    certificate: x509.Certificate
    private_key: PrivateKey


@cache
def course_key(name: str) -> PrivateKey:
    """Return a key of course_keys/ (public, worthless; see the README there)."""
    pem = Path(__file__).with_name("course_keys").joinpath(f"{name}.pem").read_bytes()
    # Checking an RSA key's numbers would cost 28 ms, and these are our own.
    key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, PrivateKey):
        raise ValueError(f"{name}.pem holds neither an RSA nor an ECDSA nor an Ed25519 key")
    return key


@cache
def trust() -> Trust:
    """Return what a client of the course believes without proof: the one root."""
    return Trust((root().certificate,))


@cache
def root() -> Issuer:
    """Return the root, signed by itself."""
    key = course_key("root_rsa")
    allowed = ("course.example", *LOCAL_NAMES)
    contents = Contents(ROOT_NAME, key, ca=True, name_constraints=allowed)
    return Issuer(certify(contents, None), key)


@cache
def intermediate(kind: Kind) -> Issuer:
    """Return the intermediate for leaves of this kind, signed by the root."""
    contents = intermediate_contents(kind)
    return Issuer(certify(contents, root()), contents.private_key)


def intermediate_contents(kind: Kind) -> Contents:
    """Return what a sound intermediate says: it may sign leaves, and no further CA.

    Ed25519 leaves have the ECDSA one: the verifier takes no Ed25519 key of a CA.
    """
    signer = "rsa" if kind == "rsa" else "ecdsa"
    name = f"tlskit course intermediate ({signer.upper()})"
    key = course_key(f"intermediate_{signer}")
    return Contents(name, key, ca=True, path_length=0, extended_key_usage=(SERVER_AUTH,))


@cache
def credential(kind: Kind, host: str = HOST) -> Credential:
    """Return a server's chain (leaf, intermediate) and its private key, for one of HOSTS."""
    if host not in HOSTS:
        raise ValueError(f"no certificate for {host!r}; there are {', '.join(HOSTS)}")
    return issued(leaf_contents(kind, HOSTS[host]), intermediate(kind))


@cache
def client_credential(kind: Kind = "ecdsa") -> Credential:
    """Return a client's chain and its private key; made for clients, and for no server."""
    return issued(client_contents(kind), client_intermediate())


@cache
def client_intermediate() -> Issuer:
    """Return the intermediate for clients of every kind, signed by the root."""
    key = course_key("intermediate_ecdsa")
    contents = Contents(
        "tlskit course client intermediate (ECDSA)",
        key,
        ca=True,
        path_length=0,
        extended_key_usage=(CLIENT_AUTH,),
    )
    return Issuer(certify(contents, root()), key)


def client_contents(kind: Kind) -> Contents:
    """Return what a sound client certificate says."""
    return Contents(
        "tlskit course client",
        course_key(f"client_{kind}"),
        ("client.course.example",),
        key_usage=("digital_signature",),
        extended_key_usage=(CLIENT_AUTH,),
    )


def leaf_contents(kind: Kind, names: tuple[str, ...] = (HOST,)) -> Contents:
    """Return what a sound server certificate says."""
    return Contents(
        names[0],
        course_key(f"leaf_{kind}"),
        names,
        key_usage=SERVER_USAGE[kind],
        extended_key_usage=(SERVER_AUTH,),
    )


def issued(contents: Contents, issuer: Issuer) -> Credential:
    """Return a credential whose leaf has these contents, followed by its issuer's certificate."""
    chain = (der(certify(contents, issuer)), der(issuer.certificate))
    return Credential(chain, contents.private_key)


def certify(contents: Contents, issuer: Issuer | None) -> x509.Certificate:
    """Return a certificate with these contents, signed by the issuer, or by itself without one.

    The serial number is made from everything else: a browser that meets two certificates with the
    same issuer and serial number refuses the second (RFC 5280 §4.1.2.2: they must be unique).
    """
    signing_key = issuer.private_key if issuer else contents.private_key
    subject = _name(contents.common_name)
    issuer_name = issuer.certificate.subject if issuer else subject
    subject_key = x509.SubjectKeyIdentifier.from_public_key(contents.private_key.public_key())
    everything = f"{issuer_name.rfc4514_string()} {subject_key.digest.hex()} {contents!r}"
    builder = x509.CertificateBuilder(
        issuer_name,
        subject,
        contents.private_key.public_key(),
        int.from_bytes(hashlib.sha256(everything.encode()).digest()[:16]) >> 1,
        contents.not_before,
        contents.not_after,
    )
    for extension, critical in _extensions(contents, issuer):
        builder = builder.add_extension(extension, critical)
    if isinstance(signing_key, rsa.RSAPrivateKey):
        return builder.sign(signing_key, hashes.SHA256())  # PKCS #1 v1.5
    if isinstance(signing_key, ed25519.Ed25519PrivateKey):
        return builder.sign(signing_key, None)  # it hashes by itself (RFC 8410 §6)
    return builder.sign(signing_key, hashes.SHA256(), ecdsa_deterministic=True)


def der(certificate: x509.Certificate) -> bytes:
    """Return a certificate's bytes as a Certificate message carries them."""
    return certificate.public_bytes(serialization.Encoding.DER)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name)


def _extensions(contents: Contents, issuer: Issuer | None) -> list[tuple[x509.ExtensionType, bool]]:
    """Return the extensions of a certificate and whether each is critical (RFC 5280 §4.2.1)."""
    issuing_key = issuer.private_key if issuer else contents.private_key
    usage = dict.fromkeys(USAGES, False) | dict.fromkeys(contents.key_usage, True)
    subject_key = contents.private_key.public_key()
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(contents.ca, contents.path_length), True),
        (x509.KeyUsage(**usage), True),
        (x509.SubjectKeyIdentifier.from_public_key(subject_key), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), False),
    ]
    if contents.names:
        names = [_general_name(name) for name in contents.names]
        found.append((x509.SubjectAlternativeName(names), False))
    if contents.extended_key_usage:
        purposes = [x509.ObjectIdentifier(dotted) for dotted in contents.extended_key_usage]
        found.append((x509.ExtendedKeyUsage(purposes), False))
    if contents.name_constraints:
        permitted = [_subtree(name) for name in contents.name_constraints]
        found.append((x509.NameConstraints(permitted, None), True))
    return found + [(extension, True) for extension in contents.critical]


def pem_chain(credential: Credential) -> bytes:
    """Return a credential's chain as PEM, as real peers want it."""
    certificates = [x509.load_der_x509_certificate(one) for one in credential.chain]
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def pem_key(credential: Credential) -> bytes:
    """Return a credential's private key as PEM (PKCS #8, not encrypted)."""
    return credential.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def pem_roots() -> bytes:
    """Return the course's root as PEM."""
    return root().certificate.public_bytes(serialization.Encoding.PEM)
