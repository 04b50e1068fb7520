"""Make the course's private keys once; they are committed, so that every certificate is the same.

  python tools/make_course_keys.py

writes what is missing in tlskit/course_keys/ and leaves what is there: a new key would change
every certificate, and with them each recorded handshake.
"""

import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

COURSE_KEYS = Path(__file__).resolve().parent.parent / "tlskit" / "course_keys"

RSA_BITS = {
    "root_rsa": 2048,
    "intermediate_rsa": 2048,
    "leaf_rsa": 2048,
    "client_rsa": 2048,
    "weak_rsa": 1024,
}
ED25519 = ("leaf_ed25519", "client_ed25519")
P_256 = ("intermediate_ecdsa", "leaf_ecdsa", "client_ecdsa", "stranger_ecdsa")

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

NOTICE = """\
tlskit COURSE KEY "{name}". It is PUBLIC: everybody has it, it protects nothing, it is worthless.
Never use it for anything but the lessons and tests of tlskit.
"""


def generate(name: str) -> PrivateKey:
    """Return a fresh key of the kind that the name stands for."""
    if name in RSA_BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS[name])
    if name in ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def main() -> int:
    """Write each key that is missing, in PKCS #8 PEM (RFC 7468) under the notice."""
    for name in (*RSA_BITS, *P_256, *ED25519):
        path = COURSE_KEYS / f"{name}.pem"
        if path.exists():
            print(f"{path.name}: kept")
            continue
        pem = generate(name).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(NOTICE.format(name=name).encode() + pem)
        print(f"{path.name}: made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
