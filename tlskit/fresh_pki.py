"""A certification authority of this process alone: new keys, for this machine's own names.

Unlike `pki`'s, whose keys are public so that lessons print the same bytes everywhere, these keys
are drawn anew and die with the process. So whoever makes a browser believe the root believes
nobody else; and even then it vouches for no name but this machine's (RFC 5280 §4.2.1.10).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from tlskit.certificates import Credential, Kind, PrivateKey, Trust
from tlskit.pki import LOCAL_NAMES, SERVER_AUTH, SERVER_USAGE, Contents, Issuer, certify, issued

YESTERDAY = timedelta(days=1)
LIFETIME = timedelta(days=90)
RSA_BITS = 2048


class FreshAuthority:
    """A root, an intermediate, and a leaf of each kind for localhost, 127.0.0.1 and ::1.

    Args:
        now: from a day before it to 90 days after it the certificates are valid.
    """

    def __init__(self, now: datetime) -> None:
        """Draw the keys and sign the certificates: about a tenth of a second."""
        self._first_day = (now - YESTERDAY).replace(microsecond=0)
        root_key, key = curve_key(), curve_key()
        root = self._dated(
            Contents("tlskit root of one process", root_key, ca=True, name_constraints=LOCAL_NAMES)
        )
        self._root = Issuer(certify(root, None), root_key)
        between = replace(root, common_name="tlskit intermediate of one process", private_key=key)
        between = replace(
            between, path_length=0, extended_key_usage=(SERVER_AUTH,), name_constraints=()
        )
        intermediate = Issuer(certify(between, self._root), key)
        self.credentials: tuple[Credential, ...] = tuple(
            issued(self._dated(leaf), intermediate)
            for leaf in (local_leaf("ecdsa", curve_key()), local_leaf("rsa", rsa_key()))
        )

    def _dated(self, contents: Contents) -> Contents:
        first = self._first_day
        return replace(contents, not_before=first, not_after=first + LIFETIME)

    @property
    def trust(self) -> Trust:
        """What a client must believe to accept the leaves."""
        return Trust((self._root.certificate,))

    @property
    def pem_root(self) -> bytes:
        """The root in PEM."""
        return self._root.certificate.public_bytes(Encoding.PEM)


def local_leaf(kind: Kind, key: PrivateKey) -> Contents:
    """Return what a certificate for this machine's own names says."""
    usage = SERVER_USAGE[kind]
    name = LOCAL_NAMES[0]
    return Contents(name, key, LOCAL_NAMES, key_usage=usage, extended_key_usage=(SERVER_AUTH,))


def curve_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key."""
    return rsa.generate_private_key(65537, RSA_BITS)
