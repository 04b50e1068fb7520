"""Ways to fail in key exchange and Finished: bad points, bad signatures, other secrets."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from harm import (
    SOUND,
    changed,
    choosing,
    key_pair_of,
    last_bit_flipped,
    longer,
    rewritten,
    signing_other_bytes,
)
from ways import CLIENT, SERVER, Way

from tlskit.cipher_suites import suite_named
from tlskit.messages import ClientECDiffieHellmanPublic, Finished, ServerKeyExchange
from tlskit.registry import HandshakeType, NamedGroup, SignatureScheme

P256 = {"groups": (NamedGroup.secp256r1,)}
X25519 = {"groups": (NamedGroup.x25519,)}
ON_P256 = {"settings": P256, "judge": P256, "openssl": {"group": "secp256r1"}}
ON_X25519 = {"settings": X25519, "judge": X25519, "openssl": {"group": "x25519"}}
RSA = {"settings": {"suites": (suite_named("TLS_RSA_WITH_AES_128_GCM_SHA256"),)}}
ECDHE_RSA = {"suites": (suite_named("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),)}
OVER_RSA = {"judge": ECDHE_RSA, "openssl": {"suites": ECDHE_RSA["suites"][0].openssl_name}}
NO_POINT = "the bytes are out of range for the group"
MD5_WITH_RSA = 0x0101


def other_secret(prf: Any, secret: bytes, session_hash: bytes) -> bytes:
    """Return a master secret of a session hash with a bit flipped."""
    return SOUND.extended_master_secret(prf, secret, last_bit_flipped(session_hash))


def other_proof(*arguments: Any) -> bytes:
    """Return verify_data with a bit flipped."""
    return last_bit_flipped(SOUND.verify_data(*arguments))


def encrypting(content: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Return formulae that encrypt something else than a pre-master secret."""

    def encrypt(public_key: Any, secret: bytes) -> bytes:
        return bytes(public_key.encrypt(content(secret), padding.PKCS1v15()))

    return {"encrypt_pre_master_secret": encrypt}


def bad_padding(public_key: Any, secret: bytes) -> bytes:
    """Return 256 bytes that are no encryption of anything."""
    return bytes(255) + b"\2"


KEY_EXCHANGES = (
    Way(
        "group not offered",
        "the server takes P-256, and the client offered x25519 alone",
        CLIENT,
        "illegal_parameter",
        "RFC 5246 §7.2.2",
        formulae=choosing(group=NamedGroup.secp256r1),
        judge=X25519,
        openssl={"group": "x25519"},
    ),
    Way(
        "curve of its own making",
        "curve_type explicit_prime: the server would describe a curve instead of naming one",
        CLIENT,
        "",
        "RFC 8422 §5.4",
        chosen="illegal_parameter",
        why="only named_curve is left in use, so the value is out of range",
        formulae=changed(ServerKeyExchange, curve_type=1),
    ),
    Way(
        "server's point beside the curve",
        "the point does not satisfy the curve's equation (P-256)",
        CLIENT,
        "",
        "RFC 8422 §5.11",
        chosen="illegal_parameter",
        why=NO_POINT,
        formulae=key_pair_of(last_bit_flipped),
        **ON_P256,
    ),
    Way(
        "client's point beside the curve",
        "whoever computes with it gives parts of the private key away (P-256)",
        SERVER,
        "",
        "RFC 8422 §5.11",
        chosen="illegal_parameter",
        why=NO_POINT,
        formulae=key_pair_of(last_bit_flipped),
        **ON_P256,
    ),
    Way(
        "client's point compressed",
        "02 and x, a form that was deprecated (P-256)",
        SERVER,
        "",
        "RFC 8422 §5.4.1",
        chosen="illegal_parameter",
        why=NO_POINT,
        formulae=key_pair_of(lambda point: bytes([2 + point[-1] % 2]) + point[1:33]),
        note="still reads the form",
        **ON_P256,
    ),
    Way(
        "server's x25519 key of low order",
        "all zero, so that the shared secret is all zero whatever the client's key is",
        CLIENT,
        "",
        "RFC 8422 §5.11",
        chosen="illegal_parameter",
        why="the rule says abort; the value is one that must not be used",
        formulae=key_pair_of(lambda public: bytes(32)),
        **ON_X25519,
    ),
    Way(
        "client's x25519 key of low order",
        "the same from the other end",
        SERVER,
        "",
        "RFC 8422 §5.11",
        chosen="illegal_parameter",
        why="the rule says abort; the value is one that must not be used",
        formulae=key_pair_of(lambda public: bytes(32)),
        **ON_X25519,
    ),
    Way(
        "x25519 key too short",
        "31 bytes from the client",
        SERVER,
        "",
        "RFC 8422 §5.4.1",
        chosen="illegal_parameter",
        why="the message decodes, only the key inside is no key of the group",
        formulae=key_pair_of(lambda public: public[:31]),
        **ON_X25519,
    ),
    Way(
        "ServerKeyExchange signed over other bytes",
        "somebody without the certificate's key, or yesterday's message once more",
        CLIENT,
        "decrypt_error",
        "RFC 5246 §7.2.2",
        formulae={"sign": signing_other_bytes},
    ),
    Way(
        "server's signature scheme not offered",
        "MD5 with RSA",
        CLIENT,
        "",
        "RFC 5246 §7.4.3",
        chosen="illegal_parameter",
        why="the scheme is inconsistent with the client's signature_algorithms",
        formulae=changed(ServerKeyExchange, signature_algorithm=MD5_WITH_RSA),
    ),
    Way(
        "scheme of another kind of key",
        "an ECDSA scheme, and the certificate has an RSA key",
        CLIENT,
        "",
        "RFC 5246 §7.4.3",
        chosen="illegal_parameter",
        why="the scheme is inconsistent with the certificate",
        formulae=changed(
            ServerKeyExchange, signature_algorithm=int(SignatureScheme.ecdsa_secp256r1_sha256)
        ),
        **OVER_RSA,
    ),
    Way(
        "bytes left over in ServerKeyExchange",
        "a byte behind the signature",
        CLIENT,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=longer(ServerKeyExchange),
    ),
    Way(
        "bytes left over in ClientKeyExchange",
        "a byte behind the public key",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=longer(ClientECDiffieHellmanPublic),
    ),
    Way(
        "RSA: no encryption of anything",
        "Bleichenbacher's question: the padding is wrong, and nobody must learn it before Finished",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §7.4.7.1",
        formulae={"encrypt_pre_master_secret": bad_padding},
        **RSA,
    ),
    Way(
        "RSA: version rolled back",
        "the secret begins with 03 02, not 03 03; again only Finished may fail",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §7.4.7.1",
        formulae=encrypting(lambda secret: b"\3\2" + secret[2:]),
        **RSA,
    ),
    Way(
        "RSA: secret of another length",
        "47 bytes are encrypted, not 48; again only Finished may fail",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §7.4.7.1",
        formulae=encrypting(lambda secret: secret[:47]),
        **RSA,
    ),
    Way(
        "other master secret",
        "the randoms swapped, another label, a session hash of other messages, ...",
        SERVER,
        "bad_record_mac",
        "RFC 5246 §6.2.3.3",
        formulae={"extended_master_secret": other_secret},
    ),
    Way(
        "client's Finished is another's",
        "the keys agree, verify_data does not: the two saw different handshakes",
        SERVER,
        "decrypt_error",
        "RFC 5246 §7.2.2",
        formulae={"verify_data": other_proof},
    ),
    Way(
        "server's Finished is another's",
        "the same from the other end",
        CLIENT,
        "decrypt_error",
        "RFC 5246 §7.2.2",
        formulae=changed(Finished, verify_data=lambda one: last_bit_flipped(one.verify_data)),
    ),
    Way(
        "Finished too short",
        "11 bytes of verify_data",
        SERVER,
        "decode_error",
        "RFC 5246 §7.2.2",
        formulae=rewritten(HandshakeType.finished, lambda body: body[:11]),
    ),
)
