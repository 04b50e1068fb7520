"""What each cipher suite stands for: one row a suite.

A TLS 1.2 suite's name says it all: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is an ephemeral
Diffie-Hellman key exchange, signed with an RSA key, records protected with AES-128-GCM, and
SHA-256 inside the PRF. The one trap: names that end in SHA mean HMAC-SHA1 for records, and their
PRF is SHA-256 all the same (RFC 5246 §5).
"""

from dataclasses import dataclass
from enum import StrEnum

from tlskit.registry import CipherSuite


class KeyExchange(StrEnum):
    """How both sides come to the pre-master secret."""

    RSA = "RSA"
    ECDHE = "ECDHE"
    SEPARATE = "agreed on by extensions"
    """TLS 1.3: a suite says nothing about it."""


class Cipher(StrEnum):
    """How records are protected."""

    AES_GCM = "AES-GCM"
    CHACHA20_POLY1305 = "ChaCha20-Poly1305"
    AES_CBC = "AES-CBC with HMAC"


@dataclass(frozen=True)
class Suite:
    """One cipher suite; all lengths in bytes.

    Args:
        code: its number and IANA name.
        openssl_name: its name in OpenSSL's lists.
        key_exchange: RSA key transport (RFC 5246 §7.4.7.1) or ECDHE (RFC 8422 §2).
        authentication: the kind of key in the server's certificate, "rsa" or "ecdsa".
        cipher: how records are protected.
        enc_key_length: of each side's write key.
        fixed_iv_length: of the part of the nonce that comes from the key block.
        record_iv_length: of the part that travels in each record.
        mac_key_length: 0 for AEAD ciphers, which need no MAC beside them.
        hash_name: the hash in PRF and Finished.
        mac_hash: the hash in the records' HMAC, for CBC.
    """

    code: CipherSuite
    openssl_name: str
    key_exchange: KeyExchange
    authentication: str
    cipher: Cipher
    enc_key_length: int
    fixed_iv_length: int
    record_iv_length: int
    mac_key_length: int
    hash_name: str
    mac_hash: str = ""

    @property
    def name(self) -> str:
        """The IANA name."""
        return self.code.name

    @property
    def ephemeral(self) -> bool:
        """Whether the key exchange is ECDHE, so that ServerKeyExchange comes."""
        return self.key_exchange is KeyExchange.ECDHE

    @property
    def version(self) -> str:
        """The version it belongs to, "1.2" or "1.3"."""
        return "1.3" if self.key_exchange is KeyExchange.SEPARATE else "1.2"

    @property
    def taught_only(self) -> bool:
        """Whether it is here to be understood, not to be used: no forward secrecy, or CBC.

        Such a suite is offered and accepted only by who asks for it by name.
        """
        return self.key_exchange is KeyExchange.RSA or self.cipher is Cipher.AES_CBC

    @property
    def key_block_length(self) -> int:
        """How many bytes of key block the two sides need (RFC 5246 §6.3)."""
        return 2 * (self.mac_key_length + self.enc_key_length + self.fixed_iv_length)


def described_by_name(code: CipherSuite, openssl_name: str) -> Suite:
    """Return the row of a suite: its IANA name tells all of it.

    >>> described_by_name(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA, "AES128-SHA").hash_name
    'sha256'
    """
    exchange, _, protection = code.name.removeprefix("TLS_").partition("_WITH_")
    key_exchange = KeyExchange.ECDHE if exchange.startswith("ECDHE") else KeyExchange.RSA
    authentication = exchange.rpartition("_")[2].lower()
    name, _, last = protection.rpartition("_")
    key_length = 16 if "128" in name else 32
    if "CHACHA20" in name:  # RFC 7905 §2
        shape = (Cipher.CHACHA20_POLY1305, key_length, 12, 0, 0, last.lower(), "")
    elif "GCM" in name:  # RFC 5288 §3
        shape = (Cipher.AES_GCM, key_length, 4, 8, 0, last.lower(), "")
    else:  # RFC 5246 §6.2.3.2, App. C
        mac_hash = "sha1" if last == "SHA" else last.lower()
        hash_name = "sha384" if last == "SHA384" else "sha256"
        shape = (Cipher.AES_CBC, key_length, 0, 16, MAC_LENGTHS[mac_hash], hash_name, mac_hash)
    return Suite(code, openssl_name, key_exchange, authentication, *shape)


def tls_1_3_suite(code: CipherSuite, cipher: Cipher, key_length: int, hash_name: str) -> Suite:
    """Return the row of a suite of TLS 1.3: its IV is all of the nonce (RFC 9846 §5.3)."""
    return Suite(code, code.name, KeyExchange.SEPARATE, "", cipher, key_length, 12, 0, 0, hash_name)


MAC_LENGTHS = {"sha1": 20, "sha256": 32, "sha384": 48}

# In the order in which a side that is told nothing else prefers them.
OPENSSL_NAMES = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
    CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
    CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
    CipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: "ECDHE-ECDSA-AES256-SHA384",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: "ECDHE-RSA-AES256-SHA384",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
    CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
    CipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA256: "AES256-SHA256",
    CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
    CipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
}
SUITES = tuple(described_by_name(code, name) for code, name in OPENSSL_NAMES.items())
RECOMMENDED = tuple(suite for suite in SUITES if not suite.taught_only)
TLS_1_3_SUITES = (
    tls_1_3_suite(CipherSuite.TLS_AES_128_GCM_SHA256, Cipher.AES_GCM, 16, "sha256"),
    tls_1_3_suite(CipherSuite.TLS_AES_256_GCM_SHA384, Cipher.AES_GCM, 32, "sha384"),
    tls_1_3_suite(CipherSuite.TLS_CHACHA20_POLY1305_SHA256, Cipher.CHACHA20_POLY1305, 32, "sha256"),
)
"""Suites of TLS 1.3 name cipher and hash; all else is agreed on elsewhere (RFC 9846 App. B.4)."""
TLS_1_3_BY_CODE = {int(suite.code): suite for suite in TLS_1_3_SUITES}
ALL_SUITES = (*TLS_1_3_SUITES, *SUITES)
BY_CODE = {int(suite.code): suite for suite in SUITES}
BY_NAME = {name: suite for suite in SUITES for name in (suite.name, suite.openssl_name)}


def suite_named(name: str) -> Suite:
    """Return the suite with this IANA or OpenSSL name.

    Raises: ValueError with the names that are known.
    """
    if name not in BY_NAME:
        known = ", ".join(suite.name for suite in SUITES)
        raise ValueError(f"no cipher suite here is called {name!r}; known are {known}")
    return BY_NAME[name]
