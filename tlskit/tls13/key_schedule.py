"""The formulae that make TLS 1.3's keys, each its own function (RFC 9846 §7.1, RFC 8446 §7.1).

early_secret -> handshake_secret -> main_secret, and from each of them secrets for one use only:

      PSK -> early_secret:            binder_key, client_early_traffic_secret
      shared secret -> handshake_secret:  client_ and server_handshake_traffic_secret
      main_secret:                    client_ and server_application_traffic_secret_0,
                                      exporter_secret, resumption_secret
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
}
HASH_LENGTHS = {name: algorithm.digest_size for name, algorithm in HASHES.items()}
MESSAGE_HASH = 254
LABEL_PREFIX = b"tls13 "


def transcript_hash(hash_name: str, handshake_messages: tuple[bytes, ...]) -> bytes:
    """Return the hash of handshake messages, headers included, as they went by.

    32 bytes for "sha256", 48 for "sha384"; of no message at all it is Hash(""), not nothing.
    Reference: RFC 9846 §4.1 (RFC 8446 §4.4.1).
    """
    digest = hashes.Hash(HASHES[hash_name])
    digest.update(b"".join(handshake_messages))
    return digest.finalize()


def message_hash(hash_name: str, client_hello: bytes) -> bytes:
    """Return the message that stands for the first ClientHello once the server asked for another.

      message_hash = type 254 (1) + length of the hash (3) + Hash(ClientHello1)

    So a server may forget that hello and hand its hash to the client in a cookie.
    Reference: RFC 9846 §4.1 (RFC 8446 §4.4.1).
    """
    digest = transcript_hash(hash_name, (client_hello,))
    return bytes([MESSAGE_HASH]) + len(digest).to_bytes(3, "big") + digest


def hkdf_extract(hash_name: str, salt: bytes, ikm: bytes) -> bytes:
    """Concentrate key material into a secret as long as the hash: HMAC(salt, ikm) (RFC 5869 §2.2).

    Args:
        salt: an empty one counts as zeros, as many as the hash has bytes.
    """
    return HKDF.extract(HASHES[hash_name], salt or None, ikm)


def hkdf_label(label: bytes, context: bytes, length: int) -> bytes:
    """Return the HkdfLabel that keeps apart what is made of one secret (RFC 9846 §7.1).

      length (2) + length of the label (1) + "tls13 " + label + length of the context (1) + context

    Raises: ValueError if label or context is longer than its length field can say.

    >>> hkdf_label(b"key", b"", 16).hex(" ")
    '00 10 09 74 6c 73 31 33 20 6b 65 79 00'
    """
    if len(context) > 255:
        raise ValueError(f"a context has at most 255 bytes, not {len(context)}")
    return label_head(label, length) + bytes([len(context)]) + context


@lru_cache(maxsize=256)
def label_head(label: bytes, length: int) -> bytes:
    """Return what stands before the context in an HkdfLabel (RFC 9846 §7.1).

    There are some twenty of them, the same in each handshake.

    Raises: ValueError if the label is longer than its length field can say.
    """
    whole = LABEL_PREFIX + label
    if len(whole) > 255:
        raise ValueError(f"a label has at most 249 bytes, not {len(label)}")
    return length.to_bytes(2, "big") + bytes([len(whole)]) + whole


def hkdf_expand_label(
    hash_name: str, secret: bytes, label: bytes, context: bytes, length: int
) -> bytes:
    """Return `length` bytes made of a secret for one use, which the label names.

      HKDF-Expand-Label(Secret, Label, Context, Length) = HKDF-Expand(Secret, HkdfLabel, Length)

    Reference: RFC 9846 §7.1 (RFC 8446 §7.1).
    """
    info = hkdf_label(label, context, length)
    return HKDFExpand(HASHES[hash_name], length, info).derive(secret)


@dataclass(frozen=True)
class Hkdf:
    """A suite's HKDF: its hash, and the functions that are to be called for it.

    Args:
        hash_name: "sha256" or "sha384".
        extract_with, expand_with, hash_with: `hkdf_extract`, `hkdf_expand_label` and
            `transcript_hash`, or what stands for them.
    """

    hash_name: str
    extract_with: Callable[[str, bytes, bytes], bytes] = hkdf_extract
    expand_with: Callable[[str, bytes, bytes, bytes, int], bytes] = hkdf_expand_label
    hash_with: Callable[[str, tuple[bytes, ...]], bytes] = transcript_hash

    @property
    def length(self) -> int:
        """Hash.length: of every secret, in bytes."""
        return HASH_LENGTHS[self.hash_name]

    def extract(self, salt: bytes, ikm: bytes) -> bytes:
        """Return HKDF-Extract(salt, ikm)."""
        return self.extract_with(self.hash_name, salt, ikm)

    def expand_label(self, secret: bytes, label: bytes, context: bytes, length: int) -> bytes:
        """Return HKDF-Expand-Label(secret, label, context, length)."""
        return self.expand_with(self.hash_name, secret, label, context, length)

    def hash(self, handshake_messages: tuple[bytes, ...] = ()) -> bytes:
        """Return Transcript-Hash(messages)."""
        return self.hash_with(self.hash_name, handshake_messages)


def derive_secret(hkdf: Hkdf, secret: bytes, label: bytes, transcript_hash: bytes) -> bytes:
    """Return a secret, as long as the hash, bound to the messages so far.

      Derive-Secret(Secret, Label, Messages) =
          HKDF-Expand-Label(Secret, Label, Transcript-Hash(Messages), Hash.length)

    Reference: RFC 9846 §7.1 (RFC 8446 §7.1). For no messages the context is Hash(""), which is not
    an empty context.
    """
    return hkdf.expand_label(secret, label, transcript_hash, hkdf.length)


def early_secret(hkdf: Hkdf, psk: bytes) -> bytes:
    """Return the first secret: of the pre-shared key, or of zeros if there is none (§7.1).

      early_secret = HKDF-Extract(0, PSK)

    Reference: RFC 9846 §7.1 (RFC 8446 §7.1).
    """
    return hkdf.extract(b"", psk or bytes(hkdf.length))


def handshake_secret(hkdf: Hkdf, early_secret: bytes, shared_secret: bytes) -> bytes:
    """Return the secret of both: what was shared before, and what was agreed on now.

      handshake_secret = HKDF-Extract(Derive-Secret(early_secret, "derived", ""), shared_secret)

    Without a key exchange (PSK alone) the shared secret is zeros.
    Reference: RFC 9846 §7.1 (RFC 8446 §7.1).
    """
    ikm = shared_secret or bytes(hkdf.length)
    return hkdf.extract(derived(hkdf, early_secret), ikm)


def main_secret(hkdf: Hkdf, handshake_secret: bytes) -> bytes:
    """Return the secret that application data's keys are made of.

      main_secret = HKDF-Extract(Derive-Secret(handshake_secret, "derived", ""), 0)

    Reference: RFC 9846 §7.1; RFC 8446 §7.1 calls it Master Secret.
    """
    zeros = bytes(hkdf.length)
    return hkdf.extract(derived(hkdf, handshake_secret), zeros)


def derived(hkdf: Hkdf, secret: bytes) -> bytes:
    """Return Derive-Secret(secret, "derived", ""), for the next secret (RFC 9846 §7.1)."""
    return derive_secret(hkdf, secret, b"derived", hkdf.hash())


def binder_key(hkdf: Hkdf, early_secret: bytes, external: bool = False) -> bytes:
    """Return the key under which a ClientHello is bound to a PSK (RFC 9846 §7.1, §4.3.11.2).

    The label tells keys that came from outside from those of resumption, so that neither can be
    taken for the other.
    """
    label = b"ext binder" if external else b"res binder"
    return derive_secret(hkdf, early_secret, label, hkdf.hash())


def client_early_traffic_secret(hkdf: Hkdf, early_secret: bytes, transcript_hash: bytes) -> bytes:
    """Return the secret of 0-RTT data; the transcript is the ClientHello (RFC 9846 §7.1)."""
    return derive_secret(hkdf, early_secret, b"c e traffic", transcript_hash)


def client_handshake_traffic_secret(
    hkdf: Hkdf, handshake_secret: bytes, transcript_hash: bytes
) -> bytes:
    """Return the client's secret; ClientHello...ServerHello (RFC 9846 §7.1, RFC 8446 §7.1)."""
    return derive_secret(hkdf, handshake_secret, b"c hs traffic", transcript_hash)


def server_handshake_traffic_secret(
    hkdf: Hkdf, handshake_secret: bytes, transcript_hash: bytes
) -> bytes:
    """Return the server's secret; ClientHello...ServerHello (RFC 9846 §7.1, RFC 8446 §7.1)."""
    return derive_secret(hkdf, handshake_secret, b"s hs traffic", transcript_hash)


def client_application_traffic_secret(
    hkdf: Hkdf, main_secret: bytes, transcript_hash: bytes
) -> bytes:
    """Return the client's secret_0; ClientHello...server Finished (RFC 9846 §7.1)."""
    return derive_secret(hkdf, main_secret, b"c ap traffic", transcript_hash)


def server_application_traffic_secret(
    hkdf: Hkdf, main_secret: bytes, transcript_hash: bytes
) -> bytes:
    """Return the server's secret_0; ClientHello...server Finished (RFC 9846 §7.1)."""
    return derive_secret(hkdf, main_secret, b"s ap traffic", transcript_hash)


def next_traffic_secret(hkdf: Hkdf, traffic_secret: bytes) -> bytes:
    """Return application_traffic_secret_N+1, after a KeyUpdate.

      HKDF-Expand-Label(application_traffic_secret_N, "traffic upd", "", Hash.length)

    Who has the old one can make this too: an update heals nothing that has leaked.
    Reference: RFC 9846 §7.2 (RFC 8446 §7.2).
    """
    return hkdf.expand_label(traffic_secret, b"traffic upd", b"", hkdf.length)


def exporter_secret(hkdf: Hkdf, main_secret: bytes, transcript_hash: bytes) -> bytes:
    """Return the secret for exporters; ClientHello...server Finished (RFC 9846 §7.1).

    RFC 8446 §7.1 calls it exporter_master_secret.
    """
    return derive_secret(hkdf, main_secret, b"exp master", transcript_hash)


def resumption_secret(hkdf: Hkdf, main_secret: bytes, transcript_hash: bytes) -> bytes:
    """Return the secret that tickets' PSKs come from; ClientHello...client Finished.

    Reference: RFC 9846 §7.1; RFC 8446 §7.1 calls it resumption_master_secret.
    """
    return derive_secret(hkdf, main_secret, b"res master", transcript_hash)


def resumption_psk(hkdf: Hkdf, resumption_secret: bytes, ticket_nonce: bytes) -> bytes:
    """Return the PSK of one ticket; each ticket's nonce makes another.

      HKDF-Expand-Label(resumption_secret, "resumption", ticket_nonce, Hash.length)

    Reference: RFC 9846 §4.7.1 (RFC 8446 §4.6.1).
    """
    return hkdf.expand_label(resumption_secret, b"resumption", ticket_nonce, hkdf.length)


def finished_key(hkdf: Hkdf, base_key: bytes) -> bytes:
    """Return the key of a Finished, or of a PSK binder.

      finished_key = HKDF-Expand-Label(BaseKey, "finished", "", Hash.length)

    Reference: RFC 9846 §4.5.3 (RFC 8446 §4.4.4).
    """
    return hkdf.expand_label(base_key, b"finished", b"", hkdf.length)


def verify_data(hkdf: Hkdf, finished_key: bytes, transcript_hash: bytes) -> bytes:
    """Return what Finished carries, and a PSK binder: as many bytes as the hash has.

      verify_data = HMAC(finished_key, Transcript-Hash(Handshake Context, Certificate*,
                                                       CertificateVerify*))

    Reference: RFC 9846 §4.5.3 (RFC 8446 §4.4.4).
    """
    keyed = HMAC(finished_key, HASHES[hkdf.hash_name])
    keyed.update(transcript_hash)
    return keyed.finalize()


def exported(
    hkdf: Hkdf, exporter_secret: bytes, label: bytes, context: bytes, length: int
) -> bytes:
    """Return key material for what runs inside; no context and an empty one are the same here.

      TLS-Exporter(label, context_value, key_length) =
          HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context_value),
                            key_length)

    Reference: RFC 9846 §7.5 (RFC 8446 §7.5).
    """
    secret = derive_secret(hkdf, exporter_secret, label, hkdf.hash())
    hashed = hkdf.hash((context,))
    return hkdf.expand_label(secret, b"exporter", hashed, length)
