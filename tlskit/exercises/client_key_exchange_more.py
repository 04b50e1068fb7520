"""Exercise 05: the whole exchange, and a decryption that does not tell; mistakes in both."""

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tlskit.exercises.client_key_exchange_mistakes import (
    Wrong,
    compressed,
    loaded,
    point,
    shared_secret,
    version,
)
from tlskit.key_exchange import PRE_MASTER_SECRET_LENGTH as SIZE
from tlskit.key_exchange import decrypt_pre_master_secret, group_named

# ---- ECDHE: key pair, body, secret


def exchanged(
    new_private_key: Callable[[], bytes], group: str, server_public: bytes
) -> dict[str, Any]:
    """Return the body of ClientKeyExchange with ECDHE, and the secret (RFC 8422 §5.7, §5.10)."""
    key = new_private_key()
    public = point(loaded(key))
    body = len(public).to_bytes(1, "big") + public
    return {"body": body, "pre_master_secret": shared_secret(group, key, server_public)}


def other_body(make: Callable[[Any, str, bytes], bytes]) -> Wrong:
    """Return an exchange with another body: from the private key, the group, the server's key."""

    def wrong(new_private_key: Any, group: str, server_public: bytes) -> dict[str, Any]:
        key = new_private_key()
        made = exchanged(lambda: key, group, server_public)
        return made | {"body": make(loaded(key), group, server_public)}

    return wrong


def other_secret(change: Callable[[bytes], bytes]) -> Wrong:
    """Return an exchange with something more done to the secret."""

    def wrong(new_private_key: Any, group: str, server_public: bytes) -> dict[str, Any]:
        made = exchanged(new_private_key, group, server_public)
        return made | {"pre_master_secret": change(made["pre_master_secret"])}

    return wrong


def own_key(new_private_key: Any, group: str, server_public: bytes) -> dict[str, Any]:
    """Return the private key as secret."""
    key = new_private_key()
    made = exchanged(lambda: key, group, server_public)
    return made | {"pre_master_secret": key}


def two_keys(sent: int, kept: int) -> Wrong:
    """Return an exchange with two new keys: which of them is sent, which makes the secret."""

    def wrong(new_private_key: Any, group: str, server_public: bytes) -> dict[str, Any]:
        both = [exchanged(new_private_key, group, server_public) for _ in range(2)]
        return both[kept] | {"body": both[sent]["body"]}

    return wrong


def counted(public: bytes) -> bytes:
    """Return a public key with its length, one byte."""
    return len(public).to_bytes(1, "big") + public


def without_form(private: Any, group: str) -> bytes:
    """Return a curve's point without its first byte."""
    return point(private) if group == "x25519" else point(private)[1:]


def x_alone(private: Any, group: str) -> bytes:
    """Return a curve's x-coordinate alone."""
    bare = without_form(private, group)
    return bare if group == "x25519" else bare[: len(bare) // 2]


def as_certificates_do(private: Any) -> bytes:
    """Return the public key with the structure that certificates have around it."""
    public = private.public_key()
    return bytes(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def with_header(body: bytes) -> bytes:
    """Return a body as a whole handshake message."""
    return b"\x10" + len(body).to_bytes(3, "big") + body


EXCHANGE_MISTAKES: dict[str, Wrong] = {
    "The body lacks the length before the public key (RFC 8422 §5.4, ECPoint; RFC 5246 §4.3).": (
        other_body(lambda private, group, server: point(private))
    ),
    "The length before the public key has two bytes, as RSA's ciphertext has. A point's maximum is "
    "smaller: RFC 8422 §5.4, RFC 5246 §4.3.": other_body(
        lambda private, group, server: len(point(private)).to_bytes(2, "big") + point(private)
    ),
    "The length counts itself; it is for what follows (RFC 5246 §4.3).": other_body(
        lambda private, group, server: bytes([len(point(private)) + 1]) + point(private)
    ),
    "The points of the curves lack the byte that names their form: RFC 8422 §5.4.1.": other_body(
        lambda private, group, server: counted(without_form(private, group))
    ),
    "The points of the curves are in compressed form. Which forms are left: RFC 8422 §5.1.2.": (
        other_body(lambda private, group, server: counted(compressed(private, group)))
    ),
    "Of the curves' points only the x-coordinate is sent; the server can't use half a point (RFC "
    "8422 §5.4.1).": other_body(lambda private, group, server: counted(x_alone(private, group))),
    "The x25519 key has a byte 04 before it, as a curve's point has; it has no such form (RFC 8422 "
    "§5.4).": other_body(
        lambda private, group, server: counted(
            b"\x04" + point(private) if group == "x25519" else point(private)
        )
    ),
    "The public key is in the structure that certificates have (SubjectPublicKeyInfo). TLS sends "
    "the bare point: RFC 8422 §5.7.": other_body(
        lambda private, group, server: counted(as_certificates_do(private))
    ),
    "You sent the server's own public key back to it; it has that one already (RFC 8422 §5.7).": (
        other_body(lambda private, group, server: counted(server))
    ),
    "The message's header is in front. The body was asked for; the header comes later (RFC 5246 "
    "§7.4).": other_body(lambda private, group, server: with_header(counted(point(private)))),
    "The body names the curve once more, as ServerKeyExchange does. The client sends the point "
    "alone (RFC 8422 §5.7).": other_body(
        lambda private, group, server: (
            b"\x03" + version(group_named(group)) + counted(point(private))
        )
    ),
    "The secret is hashed. TLS 1.2 takes it as it is; look for the identity map in RFC 8422 "
    "§5.10.": other_secret(lambda secret: hashlib.sha256(secret).digest()),
    "A leading zero of the secret is gone. Its length is constant: RFC 8422 §5.10.": other_secret(
        lambda secret: secret.lstrip(b"\0")
    ),
    "The secret has 48 bytes in every group. That size is RSA's (RFC 8422 §5.10).": other_secret(
        lambda secret: secret.ljust(48, b"\0")
    ),
    "A version stands before the secret. That is a part of RSA's secret alone (RFC 5246 "
    "§7.4.7.1).": other_secret(lambda secret: b"\x03\x03" + secret),
    "As secret you return the server's public key, which everybody saw.": (
        lambda new_private_key, group, server: (
            exchanged(new_private_key, group, server) | {"pre_master_secret": server}
        )
    ),
    "As secret you return your own private key: the server can't know that one.": own_key,
    "You took two new keys: the one that you sent is not the one of your secret.": two_keys(0, 1),
    "You took two new keys: one for the secret, and after it another, which you sent.": two_keys(
        1, 0
    ),
    "The length before the public key is 65 in every group; how long is the key of each?": (
        other_body(lambda private, group, server: bytes([65]) + point(private))
    ),
    "The length before the public key is 32 in every group; how long is the key of each?": (
        other_body(lambda private, group, server: bytes([32]) + point(private))
    ),
}


# ---- RSA: the server decrypts, and does not tell


def decrypted(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Return the client's secret, or one made up beforehand (RFC 5246 §7.4.7.1)."""
    return decrypt_pre_master_secret(loaded(key), encrypted, client_version, instead)


def content(key: bytes, encrypted: bytes) -> bytes:
    """Return what the library says that a ciphertext holds; made-up bytes if its padding is bad."""
    return bytes(loaded(key).decrypt(encrypted, padding.PKCS1v15()))


def read_decrypted(
    value: Any, key: bytes, encrypted: bytes, client_version: int, instead: bytes
) -> Any:
    """Return a secret; the RFC's other way of dealing with a wrong version counts as ours."""
    held = content(key, encrypted)
    if len(held) == SIZE and value == version(client_version) + held[2:]:
        return decrypted(key, encrypted, client_version, instead)
    return value


def guarded(good: Callable[[bytes, bytes], bool]) -> Wrong:
    """Return a decryption that goes on with a secret which passes a test: secret, version."""

    def wrong(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
        held, offered = content(key, encrypted), version(client_version)
        return held if good(held, offered) else offered + instead

    return wrong


def telling(made: bytes) -> Wrong:
    """Return a decryption that answers something special if it fails."""

    def wrong(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
        secret = decrypted(key, encrypted, client_version, instead)
        return made if secret[2:] == instead else secret

    return wrong


def without_version(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Go on with 46 bytes instead of 48."""
    secret = decrypted(key, encrypted, client_version, instead)
    return instead if secret[2:] == instead else secret


def with_fixed_version(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Put TLS 1.2's version before what is used instead."""
    secret = decrypted(key, encrypted, client_version, instead)
    return b"\x03\x03" + instead if secret[2:] == instead else secret


def instead_as(made: Callable[[bytes, bytes], bytes]) -> Wrong:
    """Return a decryption with another secret after a failure: from the version and `instead`."""

    def wrong(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
        secret = decrypted(key, encrypted, client_version, instead)
        return made(version(client_version), instead) if secret[2:] == instead else secret

    return wrong


def all_tls_1_2(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Take 03 03 for what was offered, in both places."""
    return decrypted(key, encrypted, 0x0303, instead)


def swapped_version(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Write the version with its bytes swapped, in both places."""
    return decrypted(key, encrypted, int.from_bytes(version(client_version)[::-1]), instead)


def without_its_version(key: bytes, encrypted: bytes, client_version: int, instead: bytes) -> bytes:
    """Cut the version off a good secret."""
    secret = decrypted(key, encrypted, client_version, instead)
    return secret if secret[2:] == instead else secret[2:]


DECRYPT_MISTAKES: dict[str, Wrong] = {
    "You go on with whatever came out. Wrong length, wrong version, made-up bytes: all are taken "
    "for the client's secret (RFC 5246 §7.4.7.1).": guarded(lambda held, offered: True),
    "You never looked at the length of what came out (RFC 5246 §7.4.7.1).": guarded(
        lambda held, offered: held[:2] == offered
    ),
    "You never looked at the version in what came out: a secret made for another version is taken "
    "(RFC 5246 §7.4.7.1).": guarded(lambda held, offered: len(held) == SIZE),
    "You always go on with the made-up secret, so no honest client gets through.": guarded(
        lambda held, offered: False
    ),
    "You compared the version with 03 03 whatever ClientHello offered (RFC 5246 §7.4.7.1).": (
        guarded(lambda held, offered: len(held) == SIZE and held[:2] == b"\x03\x03")
    ),
    "`instead` has 46 bytes, and a secret has 48: something belongs before it (RFC 5246 "
    "§7.4.7.1).": without_version,
    "The version before `instead` is 03 03 whatever ClientHello offered (RFC 5246 §7.4.7.1).": (
        with_fixed_version
    ),
    "You take 03 03 for the version that was offered, where you compare and where you make a "
    "secret (RFC 5246 §7.4.7.1).": all_tls_1_2,
    "The version's two bytes have changed places: a number's most significant byte goes first "
    "(RFC 5246 §4.4).": swapped_version,
    "You cut the version off the client's secret; it is a part of the 48 bytes (RFC 5246 "
    "§7.4.7.1).": without_its_version,
    "The version stands behind `instead`: a struct is sent field by field (RFC 5246 §4.6).": (
        instead_as(lambda offered, instead: instead + offered)
    ),
    "You fill `instead` up with zeros; the first field of the structure is missing (RFC 5246 "
    "§7.4.7.1).": instead_as(lambda offered, instead: instead + bytes(2)),
    "After a failed decryption all is zero but the version; `instead` was drawn for it (RFC 5246 "
    "§7.4.7.1).": instead_as(lambda offered, instead: offered + bytes(46)),
    "A secret that is too long you take (RFC 5246 §7.4.7.1).": guarded(
        lambda held, offered: len(held) >= SIZE and held[:2] == offered
    ),
    "You want 46 bytes of what was encrypted: the version is among them, too.": guarded(
        lambda held, offered: len(held) == SIZE - 2 and held[:2] == offered
    ),
    "After a failed decryption the secret is always 48 zeros: whoever spoiled the ciphertext "
    "knows it, and sees that it failed (RFC 5246 §7.4.7.1).": telling(bytes(48)),
    "After a failed decryption you return something else than a secret. A server that goes another "
    "way there tells that it failed (RFC 5246 §7.4.7.1).": telling(b""),
}
